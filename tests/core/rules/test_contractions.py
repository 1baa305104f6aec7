"""Products of matrices as people write them: what scales them, in which order they are formed, which are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate

A, B, C = T.dmatrices("A", "B", "C")
X, Y = T.dvectors("x", "y")
S = T.dscalar("s")
W, V = T.dtensor3("W"), T.dtensor3("V")
TALL, WIDE = T.matrix("tall", shape=(50, 2)), T.matrix("wide", shape=(2, 50))
INPUTS = (A, B, C, X, Y, S, W, V, TALL, WIDE)
RANDOM = np.random.default_rng(3)
VALUES: Mapping[Any, Any] = {
    A: RANDOM.normal(size=(5, 5)), B: RANDOM.normal(size=(5, 5)), C: RANDOM.normal(size=(5, 5)),
    X: RANDOM.normal(size=5), Y: RANDOM.normal(size=5), S: np.float64(-1.5), W: RANDOM.normal(size=(3, 5, 5)),
    V: RANDOM.normal(size=(3, 5, 5)), TALL: RANDOM.normal(size=(50, 2)), WIDE: RANDOM.normal(size=(2, 50)),
}  # fmt: skip

PROGRAMS: Mapping[str, tuple[Callable[[], Any], str]] = {
    "scaled before": (lambda: T.dot(2.0 * A, B), "2.0 * dot(A, B)"),
    "scaled behind": (lambda: T.dot(A, B * S), "s * dot(A, B)"),
    "scaled by a quotient": (lambda: T.dot(A / S, X), "dot(A, x) / s"),
    "negative": (lambda: T.dot(-A, B), "-dot(A, B)"),
    "both negative": (lambda: T.dot(-A, -B), "dot(A, B)"),
    "stack scaled": (lambda: T.matmul(S * W, V), "s * matmul(W, V)"),
    "vector last": (lambda: T.dot(T.dot(A, B), X), "dot(A, dot(B, x))"),
    "vector first": (lambda: T.dot(X, T.dot(A, B)), "dot(dot(x, A), B)"),
    "two vectors": (lambda: T.dot(X, T.dot(T.dot(A, B), Y)), "dot(x, dot(A, dot(B, y)))"),
    "known sizes": (lambda: T.dot(T.dot(TALL, WIDE), TALL), "dot(tall, dot(wide, tall))"),
    "column and row": (lambda: T.dot(X[:, None], Y[None, :]), "*"),
    "one matrix before": (lambda: T.dot(A, B) + T.dot(A, C), "dot(A,"),
    "one matrix behind": (lambda: T.dot(B, A) - T.dot(C, A), "dot(B - C, A)"),
    "one matrix, two vectors": (lambda: T.dot(A, X) + C + T.dot(A, Y), "dot(A,"),
    "transposed": (lambda: T.dot(A.T, B.T).T, "dot(B, A)"),
    "transposed once": (lambda: T.dot(A.T, B).T, "dot(B.T, A)"),
    "zeros": (lambda: T.dot(A * 0, B), "broadcast_to(0.0"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_becomes_of_products(name: str) -> None:
    build, wanted = PROGRAMS[name]
    before = build()
    after = sl.rewrite_graph(before)
    assert wanted in sl.pp(after)
    assert sl.pp(after).count("dot(") <= max(wanted.count("dot("), int("dot(A," in wanted))
    np.testing.assert_allclose(*evaluate([after, before], VALUES), rtol=1e-10, atol=1e-12)


@pytest.mark.slow
def test_compiled_products_give_the_same() -> None:
    programs = [build() for build, _ in PROGRAMS.values()]
    found = sl.function(list(INPUTS), programs)(*(VALUES[node] for node in INPUTS))
    for name, one, wanted in zip(PROGRAMS, found, evaluate(programs, VALUES), strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-10, atol=1e-12, err_msg=name)


def test_a_product_that_is_needed_is_not_formed_again() -> None:
    product = T.dot(A, B)
    after = sl.rewrite_graph([product, T.dot(product, X), product + T.dot(A, C)])
    assert sl.pp(after[1]) == "dot(dot(A, B), x)"
    assert "dot(A, C)" in sl.pp(after[2])


def test_sizes_of_chains_must_fit_still() -> None:
    f = sl.function([A, B, X], T.dot(T.dot(A, B), X))
    with pytest.raises(ValueError, match="size"):
        f(np.ones((2, 3)), np.ones((2, 2)), np.ones(2))
    g = sl.function([A, B, C], T.dot(A, B) + T.dot(A, C))
    with pytest.raises(ValueError, match="size"):
        g(np.ones((2, 3)), np.ones((3, 2)), np.ones((3, 1)))


def test_zeros_are_as_large_as_the_product() -> None:
    f = sl.function([A, B], T.dot(A * 0, B))
    assert f(np.ones((2, 3)), np.ones((3, 4))).shape == (2, 4)
    with pytest.raises(ValueError, match="size"):
        f(np.ones((2, 3)), np.ones((2, 4)))
