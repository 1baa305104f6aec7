"""Cross-entropies and their helpers."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special

import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import TypeMismatch
from tests.tensor.against_numpy import agrees

SCORES = np.random.default_rng(0).standard_normal((4, 3))
P = scipy.special.softmax(SCORES, 1)
LABELS = np.array([2, 0, 1, 2], np.int32)


def test_binary() -> None:
    target = np.array([0.0, 1.0, 0.3])
    for row in P:
        agrees(
            T.nnet.binary_crossentropy, lambda o, t: -(t * np.log(o) + (1 - t) * np.log(1 - o)), row, target
        )  # fmt: skip
    agrees(
        T.nnet.sigmoid_binary_crossentropy,
        lambda x, t: -(t * scipy.special.log_expit(x) + (1 - t) * scipy.special.log_expit(-x)), SCORES[0], target,
    )  # fmt: skip


def test_categorical() -> None:
    agrees(T.nnet.categorical_crossentropy, lambda p, t: -np.log(p[np.arange(4), t]), P, LABELS)
    agrees(T.nnet.categorical_crossentropy, lambda p, t: -(t * np.log(p)).sum(1), P, P[::-1])
    agrees(T.nnet.categorical_crossentropy, lambda p, t: -np.log(p[t]), P[0], np.array(1))
    stack = np.stack([P, P[::-1]])
    labels = np.stack([LABELS, LABELS[::-1]])
    agrees(
        T.nnet.categorical_crossentropy,
        lambda p, t: -np.log(np.take_along_axis(p, t[..., None], 2)[..., 0]),
        stack,
        labels,
    )
    with pytest.raises(TypeMismatch, match="class numbers with one axis less"):
        T.nnet.categorical_crossentropy(T.dmatrix(), T.dvector())


def test_gradients() -> None:
    gradcheck(lambda x, t: T.nnet.categorical_crossentropy(T.nnet.softmax(x), t), [SCORES, LABELS])
    gradcheck(lambda x, t: T.nnet.binary_crossentropy(T.nnet.sigmoid(x), t), [SCORES, P])
    gradcheck(T.nnet.logsoftmax, [SCORES])


def test_one_hot() -> None:
    agrees(lambda y: T.nnet.to_one_hot(y, 3), lambda y: np.eye(3)[y], LABELS)
    y = T.lvector("y")
    for bad in (3, -1):
        with pytest.raises(IndexError):
            T.to_one_hot(y, 3).eval({y: [0, bad]})
    agrees(lambda y: T.to_one_hot(y, 4, dtype="int8"), lambda y: np.eye(4, dtype=np.int8)[y], LABELS)


def test_softmax_of_a_vector_stays_a_vector() -> None:
    agrees(T.nnet.softmax, scipy.special.softmax, SCORES[0])
