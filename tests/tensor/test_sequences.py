"""CTC against the sum over all alignments; what is chosen by block and by class."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue
from tests.tensor.against_numpy import run

RNG = np.random.default_rng(0)
ACTIVATIONS = RNG.standard_normal((5, 4, 3))
LABELS = np.array([[1, 2], [1, 1], [-1, 2], [-1, -1]])
LENGTHS = np.array([5, 4, 3, 2])


def over_all_alignments(activations: Any, labels: Any, length: int) -> float:
    """-log of the summed chances of all paths that give the labels."""
    chances = np.exp(activations[:length]) / np.exp(activations[:length]).sum(-1, keepdims=True)
    wanted, total = [label for label in labels if label >= 0], 0.0
    for path in itertools.product(range(chances.shape[1]), repeat=length):
        if [letter for letter, _ in itertools.groupby(path) if letter] == wanted:
            total += np.prod(chances[np.arange(length), path])
    return float(-np.log(total)) if total else np.inf


def test_ctc_sums_over_all_alignments() -> None:
    found = run(T.nnet.ctc(ACTIVATIONS, LABELS, LENGTHS), {})
    wanted = [over_all_alignments(ACTIVATIONS[:, row], LABELS[row], LENGTHS[row]) for row in range(4)]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    gradcheck(lambda x: T.nnet.ctc(x, LABELS, LENGTHS), [ACTIVATIONS])


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_labels_that_do_not_fit_into_the_time(dtype: str) -> None:
    x = T.tensor("x", dtype=dtype, shape=(None, None, None))
    cost = T.nnet.ctc(x, LABELS, np.array([1, 2, 1, 1]))
    found, slope = sl.function([x], [cost, sl.grad(T.switch(T.isinf(cost), 0, cost).sum(), x)])(
        ACTIVATIONS.astype(dtype)
    )
    assert found.dtype == dtype
    np.testing.assert_array_equal(np.isinf(found), [True, True, False, False])
    assert np.isfinite(slope).all()


def test_ctc_says_what_it_takes() -> None:
    with pytest.raises(InvalidValue, match="3, 2 and 1 axes"):
        T.nnet.ctc(T.dmatrix(), LABELS, LENGTHS)


def test_softmax_in_two_layers() -> None:
    x, first, offsets = RNG.standard_normal((3, 4)), RNG.standard_normal((4, 2)), RNG.standard_normal(2)
    second, others = RNG.standard_normal((2, 4, 3)), RNG.standard_normal((2, 3))
    label = np.array([0, 3, 4])
    classes = np.exp(x @ first + offsets)
    inside = np.exp(np.einsum("bi,cio->bco", x, second) + others)
    wanted = (classes / classes.sum(1, keepdims=True))[:, :, None] * (inside / inside.sum(2, keepdims=True))
    parts = (3, 5, 2, 3, first, offsets, second, others)
    np.testing.assert_allclose(run(T.nnet.h_softmax(x, *parts), {}), wanted.reshape(3, 6)[:, :5])
    np.testing.assert_allclose(run(T.nnet.h_softmax(x, *parts, label), {}), wanted.reshape(3, 6)[np.arange(3), label])


def test_products_of_chosen_blocks() -> None:
    w, h, b = RNG.standard_normal((3, 4, 2, 5)), RNG.standard_normal((2, 2, 2)), RNG.standard_normal((4, 5))
    inputs, outputs = np.array([[0, 2], [1, 1]]), np.array([[0, 1, 3], [3, 2, 0]])
    wanted = [
        [b[j] + sum(h[row, place] @ w[i, j] for place, i in enumerate(inputs[row])) for j in outputs[row]]
        for row in range(2)
    ]
    np.testing.assert_allclose(run(T.nnet.sparse_block_dot(w, h, inputs, b, outputs), {}), wanted)


def test_a_confusion_matrix() -> None:
    counts, order = T.nnet.confusion_matrix(np.array([0, 1, 1, 5]), np.array([1, 1, 1, 0]))
    np.testing.assert_array_equal(run(counts, {}), [[0, 1, 0], [0, 2, 0], [1, 0, 0]])
    np.testing.assert_array_equal(run(order, {}), [0, 1, 5])


def test_convolution_over_time() -> None:
    signals, filters = RNG.standard_normal((2, 5, 3, 6, 6)), RNG.standard_normal((4, 2, 3, 3, 3))
    found = run(T.nnet.conv3d2d.conv3d(signals, filters), {})
    window = signals[1, 2:4, :, 1:4, 2:5][::-1, :, ::-1, ::-1]
    assert found.shape == (2, 4, 4, 4, 4)
    np.testing.assert_allclose(found[1, 2, 3, 1, 2], (window * filters[3]).sum())


@pytest.mark.parametrize("ratio", [(3, 2), ((2, 1), (3, 2))])
def test_images_larger_by_a_fraction(ratio: Any) -> None:
    image = RNG.standard_normal((1, 1, 4, 4))
    rows, columns = ratio if isinstance(ratio[0], tuple) else (ratio, ratio)
    whole = T.nnet.upsampling.stretched(T.constant(image), 2, rows[0])
    wanted = run(T.nnet.upsampling.stretched(whole, 3, columns[0]), {})[:, :, :: rows[1], :: columns[1]]
    np.testing.assert_allclose(run(T.nnet.frac_bilinear_upsampling(image, ratio), {}), wanted)
