"""What is made of matrices of which something is known: systems, inverses, determinants, factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import DebugModeError, InvalidValue
from symlab.core.ir.expr import leaves, toposort

LA = T.linalg
A, B, C = T.dmatrices("A", "B", "C")
X, Y = T.dvectors("x", "y")
W, V = T.dtensor3("W"), T.dtensor3("V")
INPUTS = (A, B, C, X, Y, W, V)
P = sl.assume(A, positive_definite=True)
S = sl.assume(A, symmetric=True)
PW = sl.assume(W, positive_definite=True)
L = LA.cholesky(A)
Q = LA.qr(B, mode="complete").Q
RANDOM = np.random.default_rng(1)
SIZE = 6


def numbers(*shape: int) -> Any:
    """Normal random numbers."""
    return RANDOM.normal(size=shape)


def definite(*shape: int) -> Any:
    """Positive definite matrices."""
    x = numbers(*shape)
    return x @ np.swapaxes(x, -1, -2) + shape[-1] * np.eye(shape[-1])


VALUES: Mapping[Any, Any] = {
    A: definite(SIZE, SIZE), B: numbers(SIZE, SIZE), C: numbers(SIZE, SIZE), X: RANDOM.uniform(1, 2, SIZE),
    Y: numbers(SIZE), W: definite(3, SIZE, SIZE), V: numbers(3, SIZE, SIZE),
}  # fmt: skip
Program = tuple[Callable[[], Any], set[str], set[str]]

# An expression, the ops that are gone, and those that stand for them.
PROGRAMS: Mapping[str, Program] = {
    "inverse times matrix": (lambda: T.dot(LA.inv(B), C), {"inv", "dot"}, {"solve"}),
    "matrix times inverse": (lambda: T.dot(C, LA.inv(B)), {"inv", "dot"}, {"solve"}),
    "transposed inverse": (lambda: T.dot(LA.inv(B).T, C), {"inv", "dot"}, {"solve"}),
    "inverse of transpose": (lambda: T.dot(LA.inv(B.T), C), {"inv", "dot"}, {"solve"}),
    "quadratic form": (lambda: T.dot(Y, T.dot(LA.inv(B), Y)), {"inv"}, {"solve"}),
    "stack of inverses": (lambda: T.matmul(LA.inv(W), V), {"inv", "matmul"}, {"solve"}),
    "behind a stack": (lambda: T.matmul(V, LA.inv(W)), {"inv", "matmul"}, {"solve"}),
    "system of an inverse": (lambda: LA.solve(LA.inv(B), C), {"inv", "solve"}, {"dot"}),
    "definite": (lambda: LA.solve(P, C), {"solve"}, {"solve_definite"}),
    "definite, one side": (lambda: LA.solve(P, Y), {"solve"}, {"solve_definite"}),
    "definite stack": (lambda: LA.solve(PW, V), {"solve"}, {"solve_definite"}),
    "ridge": (lambda: LA.solve(B.T @ B + 0.5 * T.eye(B.shape[0]), C), {"solve"}, {"solve_definite"}),
    "scaled covariance": (lambda: LA.solve(T.exp(X[0]) * (C @ P @ C.T) + T.eye(6), C), {"solve"}, {"solve_definite"}),
    "lower": (lambda: LA.solve(T.tril(A), C), {"solve"}, {"solve_triangular"}),
    "upper": (lambda: LA.solve(T.triu(A), C), {"solve"}, {"solve_triangular"}),
    "lower stack": (lambda: LA.solve(T.tril(W), V), {"solve"}, {"solve_triangular"}),
    "factor": (lambda: LA.solve(L, C), {"solve"}, {"solve_triangular"}),
    "turned factor": (lambda: LA.solve(L.T, C), {"solve"}, {"solve_triangular"}),
    "product of factors": (lambda: LA.solve(L @ T.tril(B), C), {"solve"}, {"solve_triangular"}),
    "said to be lower": (lambda: LA.solve(sl.assume(T.tril(A), lower_triangular=True), C), {"solve"}, set()),
    "diagonal": (lambda: LA.solve(T.diag(X), C), {"solve"}, set()),
    "said to be diagonal": (lambda: LA.solve(sl.assume(T.diag(X), diagonal=True), C), {"solve"}, set()),
    "orthogonal": (lambda: LA.solve(Q, C), {"solve"}, {"dot"}),
    "scaled side": (lambda: LA.solve(B, 2.0 * C) + LA.solve(B, C), set(), {"solve"}),
    "inverse of orthogonal": (lambda: LA.inv(Q), {"inv"}, set()),
    "inverse of triangle": (lambda: LA.inv(L), {"inv"}, {"solve_triangular"}),
    "inverse of diagonals": (lambda: LA.inv(T.alloc_diag(B, axis1=1, axis2=2)), {"inv"}, set()),
    "inverse of blocks": (lambda: LA.inv(LA.block_diag(Q, L)), {"inv"}, {"solve_triangular"}),
    "determinant of triangle": (lambda: LA.det(T.tril(A)), {"det"}, set()),
    "determinants of triangles": (lambda: LA.det(T.triu(W)), {"det"}, set()),
    "determinant of square": (lambda: LA.det(L @ L.T), {"det", "dot"}, set()),
    "determinant of inverse": (lambda: LA.det(LA.inv(B)), {"inv"}, {"det"}),
    "determinant of blocks": (lambda: LA.det(LA.block_diag(L, T.eye(3) * 2.0)), {"det", "join"}, set()),
    "determinant of kron": (lambda: LA.det(LA.kron(S, P)), {"reshape"}, {"det"}),
    "logarithm": (lambda: T.log(LA.det(P)), {"det", "slogdet"}, {"log_det_definite"}),
    "logarithm of square": (lambda: T.log(LA.det(L @ L.T)), {"det", "dot", "slogdet"}, set()),
    "logarithm of inverse": (lambda: LA.slogdet(LA.inv(P)).logabsdet, {"inv", "slogdet"}, {"log_det_definite"}),
    "sign of definite": (lambda: LA.slogdet(P).sign * X, {"slogdet"}, set()),
    "sign of triangle": (lambda: LA.slogdet(-T.tril(B)).sign, {"slogdet"}, {"sign"}),
    "logarithms of stack": (lambda: LA.slogdet(PW).logabsdet, {"slogdet"}, {"log_det_definite"}),
    "logarithm of kron": (lambda: LA.slogdet(LA.kron(P, S)).logabsdet, {"reshape"}, {"slogdet"}),
    "sign of kron": (lambda: LA.slogdet(LA.kron(S, S)).sign, {"reshape"}, {"slogdet"}),
    "factor of square": (lambda: LA.cholesky(L @ L.T), {"dot"}, {"cholesky"}),
    "factor of diagonal": (lambda: LA.cholesky(T.diag(X**2 + 1)), {"cholesky"}, {"sqrt"}),
    "rotation back": (lambda: Q.T @ Q, {"dot", "qr"}, {"eq"}),
    "symmetric": (lambda: S.T * B, {"dimshuffle"}, set()),
    "identity before": (lambda: T.eye(B.shape[0]) @ B, {"dot", "eq"}, set()),
    "identity behind": (lambda: T.matmul(V, T.eye(V.shape[2])), {"matmul", "eq"}, set()),
    "diagonals before": (lambda: T.matmul(T.alloc_diag(V[:, 0], axis1=1, axis2=2), V), {"matmul"}, set()),
    "trace of products": (lambda: LA.trace(T.matmul(W, V)), {"matmul"}, {"sum"}),
}  # fmt: skip


def ops_of(node: Any) -> set[str]:
    """The names of the ops of an expression."""
    return {item.op.name for item in toposort([node])}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_known_is_used(name: str) -> None:
    build, gone, there = PROGRAMS[name]
    before = build()
    after = sl.rewrite_graph(before)
    assert not ops_of(after) & gone, sl.pp(after)
    assert there <= ops_of(after), sl.pp(after)
    wanted, found = evaluate([before, after], VALUES)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-11)


@pytest.mark.slow
def test_compiled_they_give_the_same() -> None:
    programs = [build() for build, _, _ in PROGRAMS.values()]
    found = sl.function(list(INPUTS), programs)(*(VALUES[node] for node in INPUTS))
    for name, one, wanted in zip(PROGRAMS, found, evaluate(programs, VALUES), strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-9, atol=1e-11, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["definite", "ridge", "logarithm", "diagonal", "lower", "quadratic form"])
def test_gradients_are_those_of_differences(name: str) -> None:
    build = PROGRAMS[name][0]
    weighted = T.sum(T.sin(build()))
    inputs = [node for node in INPUTS if node in set(leaves([weighted]))]
    slopes = sl.function(inputs, T.grad(weighted, inputs))(*(VALUES[node] for node in inputs))
    f = sl.function(inputs, weighted)
    for place, node in enumerate(inputs):
        direction = numbers(*VALUES[node].shape)
        if node is A and name != "lower":
            direction = direction + direction.T
        ends = [
            f(*(VALUES[other] + (step * direction if other is node else 0.0) for other in inputs))
            for step in (1e-6, -1e-6)
        ]
        np.testing.assert_allclose(np.sum(slopes[place] * direction), (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-7)


NOT_SQUARE = (np.ones((2, 3)), np.ones((3, 2)))


@pytest.mark.parametrize("value", NOT_SQUARE, ids=["wide", "tall"])
@pytest.mark.parametrize("function", [LA.det, LA.inv, lambda x: LA.slogdet(x).logabsdet], ids=["det", "inv", "slogdet"])
def test_a_triangle_that_is_not_square_is_still_refused(function: Callable[..., Any], value: Any) -> None:
    f = sl.function([A], function(T.tril(A)))
    with pytest.raises((ValueError, IndexError)):
        f(value)


@pytest.mark.parametrize("build", [LA.inv, lambda d: LA.solve(d, B[:2])], ids=["inv", "solve"])
def test_a_singular_diagonal_is_still_refused(build: Callable[..., Any]) -> None:
    f = sl.function([X, B], build(T.diag(X)), on_unused_input="ignore")
    assert np.isfinite(f([1.0, 2.0], np.ones((2, 2)))).all()
    with pytest.raises(np.linalg.LinAlgError, match="ingular"):
        f([1.0, 0.0], np.ones((2, 2)))


def test_sizes_that_do_not_fit_an_identity_are_refused() -> None:
    for f in (sl.function([B], T.eye(3) @ B), sl.function([B], B @ T.eye(3))):
        assert f(np.ones((3, 3))).shape == (3, 3)
        with pytest.raises(ValueError, match="size"):
            f(np.ones((2, 2)))


def test_what_is_not_definite_after_all_is_solved_all_the_same() -> None:
    """A covariance may be singular up to rounding, and then has no Cholesky factor."""
    f = sl.function([A, B], [LA.solve(P, B), LA.slogdet(P).logabsdet])
    value = np.array([[0.0, 1.0], [1.0, 0.0]])
    found, logarithm = f(value, np.eye(2))
    np.testing.assert_array_equal(found, value)
    assert np.isnan(logarithm)


def test_nothing_is_said_of_what_only_looks_symmetric() -> None:
    """x + x + x.T is not symmetric, and a vector scales the columns alone."""
    for x in (B + B + B.T, P * X, B + B.T * 2.0, T.tril(B, 1)):
        assert not ops_of(sl.rewrite_graph(LA.solve(x, C))) & {"solve_definite", "solve_triangular"}
        assert "dimshuffle" in ops_of(sl.rewrite_graph(x.T))
    assert "solve" in ops_of(sl.rewrite_graph(LA.solve(P - 100.0, C)))


def test_a_nan_above_a_triangle_is_not_read() -> None:
    f = sl.function([A, B], LA.solve(sl.assume(A, lower_triangular=True), B))
    np.testing.assert_array_equal(f([[2.0, np.nan], [0.0, 4.0]], np.eye(2)), np.diag([0.5, 0.25]))


def test_a_vector_is_no_matrix() -> None:
    with pytest.raises(InvalidValue, match="cannot be symmetric"):
        sl.assume(X, symmetric=True)


@pytest.mark.parametrize(
    ("structure", "right"),
    [
        ("symmetric", [[1.0, 2.0], [2.0, 1.0]]),
        ("positive_definite", [[2.0, 1.0], [1.0, 2.0]]),
        ("lower_triangular", [[1.0, 0.0], [5.0, 1.0]]),
        ("upper_triangular", [[1.0, 5.0], [0.0, 1.0]]),
        ("diagonal", [[1.0, 0.0], [0.0, 3.0]]),
        ("orthogonal", [[0.0, 1.0], [-1.0, 0.0]]),
    ],
)
def test_a_wrong_statement_is_found_by_debugmode(structure: str, right: Any) -> None:
    f = sl.function([A], 1.0 + sl.assume(A, **{structure: True}), mode="DebugMode")
    np.testing.assert_array_equal(f(right), np.add(right, 1.0))
    with pytest.raises(DebugModeError, match=f"not {structure.replace('_', ' ')}, which was assumed"):
        f([[1.0, 2.0], [3.0, 4.0]])


def test_wrong_bounds_are_found_by_debugmode() -> None:
    f = sl.function([X], sl.assume(X, positive=True, integer=True) + 1.0, mode="DebugMode")
    assert f([1.0, np.nan])[0] == 2.0
    for wrong, said in ((-1.0, "below"), (1.5, "no integer")):
        with pytest.raises(DebugModeError, match=said):
            f([wrong])
