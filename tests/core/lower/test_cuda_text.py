"""The kernels that C renders, rendered as CUDA and compiled to PTX: the form of the kernel holds for both."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from symlab.core.backends.cuda.render import render_kernels
from symlab.core.ir.graph import Graph
from symlab.core.ops import elementwise as e
from symlab.core.ops import nn, reduce
from symlab.core.ops.operators import Variable
from tests.core.lower.harness import lowered, variable


def text_of(inputs: list[Variable], results: list[Variable]) -> str:
    """The kernels of what is computed, in CUDA."""
    return render_kernels(lowered(Graph.of(inputs, results)))


def ptx(text: str, folder: Path) -> str:
    """The text compiled by nvcc, without a device."""
    compiler = shutil.which("nvcc")
    if compiler is None:
        pytest.skip("no nvcc")
    source, target = folder / "kernels.cu", folder / "kernels.ptx"
    source.write_text(text)
    command = [compiler, "--ptx", "-arch=sm_80", "-o", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target.read_text()


def test_an_elementwise_kernel(tmp_path: Path) -> None:
    x, y = variable((None, None)), variable((None, 1))
    text = text_of([x, y], [e.tanh(x) * y + 1, e.exp(x) * y])
    assert "gridDim.x * (int64_t)blockDim.x" in text
    assert ".visible .entry kernel0" in ptx(text, tmp_path)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_kernels_of_rows(dtype: str, tmp_path: Path) -> None:
    x = variable((None, None), dtype)
    text = text_of([x], [nn.softmax(x, axes=(1,)), reduce.sum(e.sqr(x), axes=(0, 1), keepdims=False)])
    assert text.count("__global__") == 2
    assert text.count("__shared__") == 3
    assert ".visible .entry kernel1" in ptx(text, tmp_path)


def test_rows_that_keep_something_between_loops(tmp_path: Path) -> None:
    x = variable((None, None))
    powers = e.exp(x)
    text = text_of([x], [reduce.max(powers / reduce.sum(powers, axes=(1,), keepdims=True), axes=(1,), keepdims=False)])
    assert "position * n1" in text
    assert ".visible .entry kernel0" in ptx(text, tmp_path)


def test_text_does_not_change() -> None:
    x = variable((None, None))
    first, second = (text_of([x], [nn.logsumexp(x, axes=(1,), keepdims=True)]) for _ in range(2))
    assert first == second
