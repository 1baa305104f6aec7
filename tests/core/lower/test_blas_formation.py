"""Which sums, products, negatives and transposes become one call of a library, and that it computes them."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

A, B, C = T.dmatrices("A", "B", "C")
x, y = T.dvectors("x", "y")
s, t = T.dscalars("s", "t")
P, Q = T.dtensor3("P"), T.dtensor3("Q")
INPUTS = [A, B, C, x, y, s, t, P, Q]
GENERATOR = np.random.default_rng(0)
VALUES = [GENERATOR.normal(size=size) for size in ((7, 7), (7, 7), (7, 7), 7, 7, (), (), (3, 7, 7), (3, 7, 7))]
a, b, c, u, v, p, q, left, right = VALUES
FORMS = {  # expression: its value, products, kernels before them, kernels after them
    "C + A B": (C + T.dot(A, B), c + a @ b, 1, 1, 0),
    "s A B + t C": (s * T.dot(A, B) + t * C, p * a @ b + q * c, 1, 1, 0),
    "C - 2 A' B": (C - 2 * T.dot(A.T, B), c - 2 * a.T @ b, 1, 1, 0),
    "3 (A B' s) - C t": (3 * (T.dot(A, B.T) * s) - C * t, 3 * p * a @ b.T - c * q, 1, 1, 0),
    "-(A B - C)": (-(T.dot(A, B) - C), c - a @ b, 1, 1, 0),
    "A B + B A + C": (T.dot(A, B) + T.dot(B, A) + C, a @ b + b @ a + c, 2, 0, 1),
    "2 s (A B - t C)": (s * (T.dot(A, B) - t * C) * 2, 2 * p * (a @ b - q * c), 1, 1, 0),
    "-s (C + 3 A B)": (-s * (C + 3 * T.dot(A, B)), -p * (c + 3 * a @ b), 1, 1, 0),
    "(C - A B) / 4": ((C - T.dot(A, B)) / 4, (c - a @ b) / 4, 1, 1, 0),
    "(A B)' + C": (T.dot(A, B).T + C, (a @ b).T + c, 1, 1, 0),
    "2 (A' B)'": (2 * T.dot(A.T, B).T, 2 * b.T @ a, 1, 0, 0),
    "tanh(s (A B - C))": (T.tanh(s * (T.dot(A, B) - C)), np.tanh(p * (a @ b - c)), 1, 0, 1),
    "2 A x + y": (T.dot(A, x) * 2 + y, 2 * a @ u + v, 1, 1, 0),
    "y - A' x": (y - T.dot(A.T, x), v - a.T @ u, 1, 1, 0),
    "C + s x y'": (C + s * T.outer(x, y), c + p * np.outer(u, v), 0, 1, 0),
    "2 A A'": (T.dot(A, A.T) * 2, 2 * a @ a.T, 1, 0, 0),
    "-s A B": (-s * T.dot(A, B), -p * a @ b, 1, 0, 0),
    "P Q": (T.batched_dot(P, Q), left @ right, 1, 0, 0),
    "P + s P Q": (P + T.batched_dot(P, Q) * s, left + p * left @ right, 1, 1, 0),
    "ij,jk,kl->il": (T.einsum("ij,jk,kl->il", A, B, C), a @ b @ c, 2, 0, 0),
    "bij,bjk->bik": (T.einsum("bij,bjk->bik", P, Q), left @ right, 1, 0, 0),
    "ij,kj->ik": (T.einsum("ij,kj->ik", A, A), a @ a.T, 1, 0, 0),
    "ij,kj->ki": (T.einsum("ij,kj->ki", A, B), b @ a.T, 1, 0, 0),
    "ij,ij->": (T.einsum("ij,ij->", A, B), (a * b).sum(), 0, 1, 0),
    "ij,ij->i": (T.einsum("ij,ij->i", A, B), (a * b).sum(axis=1), 0, 1, 0),
    "ij,ji->j": (T.einsum("ij,ji->j", A, B), (a * b.T).sum(axis=0), 0, 1, 0),
    "the trace of A B": (T.trace(T.dot(A, B)), np.trace(a @ b), 0, 1, 0),
    "i,j->ij": (T.einsum("i,j->ij", x, y), np.outer(u, v), 0, 1, 0),
    "tanh(A B - C)": (T.tanh(T.dot(A, B) - C), np.tanh(a @ b - c), 1, 0, 1),
    "A B x": (T.dot(T.dot(A, B), x), a @ b @ u, 2, 0, 0),
}


@pytest.mark.parametrize("name", FORMS)
def test_calls(name):
    expression, wanted, products, before, after = FORMS[name]
    f = sl.function(INPUTS, expression, on_unused_input="ignore")
    np.testing.assert_allclose(f(*VALUES), wanted, rtol=1e-12)
    kinds = [line.split()[0] for line in str(f.program).splitlines() if not line.startswith(" ")]
    first = kinds.index("product") if products else len(kinds)
    assert kinds.count("product") == products
    assert kinds[:first].count("kernel") == before
    assert kinds[first:].count("kernel") == after


def test_what_is_added_must_fit():
    """The stack of a product, and its rows and columns, are those of what it is added to."""
    R = T.dtensor3("R")
    f = sl.function([P, Q, R], R - 2 * T.matmul(P, Q))
    for sizes in (
        ((3, 4, 5), (3, 5, 6), (3, 4, 6)),
        ((0, 4, 5), (0, 5, 6), (0, 4, 6)),
        ((3, 4, 0), (3, 0, 6), (3, 4, 6)),
    ):
        one, two, added = (GENERATOR.normal(size=size) for size in sizes)
        np.testing.assert_allclose(f(one, two, added), added - 2 * one @ two)
    for size in ((3, 4, 7), (2, 4, 6), (3, 1, 6)):
        with pytest.raises(ValueError, match=r"sub .* has size"):
            f(np.ones((3, 4, 5)), np.ones((3, 5, 6)), np.ones(size))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_einsum_of_truth_values(mode):
    """A sum of truth values is true where one of them is, as NumPy's."""
    m, n = T.bmatrix("m") > 0, T.bvector("n") > 0
    rows = GENERATOR.integers(0, 2, (4, 3), "int8"), GENERATOR.integers(0, 2, 3, "int8")
    inputs = [next(iter(sl.graph.graph_inputs([item]))) for item in (m, n)]
    f = sl.function(inputs, [T.einsum("ij,j->i", m, n), T.einsum("ij->", m)], mode=mode)
    for found, wanted in zip(f(*rows), [np.einsum("ij,j->i", rows[0] > 0, rows[1] > 0), (rows[0] > 0).any()]):
        assert found.dtype == bool and np.array_equal(found, wanted)
