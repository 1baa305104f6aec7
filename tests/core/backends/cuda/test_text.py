"""The CUDA text: compiled for two architectures without a GPU, the same every time, its lines with their nodes."""

from __future__ import annotations

import pytest

from symlab.core.backends.cuda.build import compile
from symlab.core.backends.cuda.render import render
from symlab.core.ir.graph import Graph
from symlab.core.ops import elementwise as e
from symlab.core.ops import nn, reduce
from symlab.core.ops.linalg import dot, matmul
from tests.core.backends.cuda.cases import GROUPS, elementwise_group, graph_of, structural_group
from tests.core.backends.cuda.harness import lowered
from tests.core.lower.harness import variable

ARCHITECTURES = ("sm_80", "sm_90")
COMPUTED = ("bool", "int64", "float16", "float32", "float64")  # other integers have the same text
MOVED = ("float32", "int64")  # what moves and counts elements has the same text for every dtype


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("group", range(GROUPS + 2))
def test_every_op_compiles(group: int, architecture: str) -> None:
    elementwise = group < GROUPS
    cases = elementwise_group(group) if elementwise else structural_group(group - GROUPS)
    dtypes = COMPUTED if elementwise else MOVED
    cases = [case for case in cases if all(item.type.dtype.name in dtypes for item in case[1])]
    assert compile(render(lowered(graph_of(cases)[0])).code, architecture)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_products_and_rows(dtype: str) -> None:
    x, stack = variable((None, None), dtype), variable((None, None, None), dtype)
    results = [dot(x, x), matmul(stack, x), x + dot(x, x)]
    if dtype != "int64":
        results += [nn.softmax(x, axes=(1,)), reduce.sum(e.sqr(x), axes=(0, 1), keepdims=False)]
    rendered = render(lowered(Graph.of([x, stack], results)))
    assert rendered.code.count("__global__") >= 3
    assert compile(rendered.code, "sm_90")


def test_what_runs_on_an_element_is_named_once() -> None:
    x, y = variable((None, None)), variable((None, None))
    rendered = render(lowered(Graph.of([x, y], [e.tanh(x), e.tanh(y)])))
    assert rendered.source.count("__global__") == 1
    assert [launch.name for launch in rendered.launches.values()] == ["kernel0", "kernel0"]


def test_lines_carry_their_nodes() -> None:
    x = variable((None,))
    source = render(lowered(Graph.of([x], [e.tanh(x) * 2]))).source
    (line,) = [line for line in source.splitlines() if "sl_tanh" in line]
    assert ": tanh  test_text.py, line" in line
    assert "sl_pair" not in source  # the runtime is not the user's


def test_text_does_not_change() -> None:
    x = variable((None, None))
    first, second = (render(lowered(Graph.of([x], [nn.logsumexp(x, axes=(1,), keepdims=True)]))) for _ in range(2))
    assert first.code == second.code
