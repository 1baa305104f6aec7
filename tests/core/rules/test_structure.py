"""What is left of programs as people write them: parts that are read, folds of folds, choices, matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate

X, Y, Z = T.dvectors("x", "y", "z")
A, B = T.dmatrices("A", "B")
S = T.dscalar("s")
N = T.ivector("n")
INPUTS = (X, Y, Z, A, B, S, N)
RANDOM = np.random.default_rng(0)
SQUARE = RANDOM.normal(size=(6, 6))
VALUES: Mapping[Any, Any] = {
    X: RANDOM.normal(size=6), Y: RANDOM.normal(size=6), Z: RANDOM.normal(size=6), A: SQUARE @ SQUARE.T + 6 * np.eye(6),
    B: RANDOM.normal(size=(6, 6)), S: np.float64(1.5), N: RANDOM.integers(-5, 5, 6).astype("int32"),
}  # fmt: skip


def three(x: Any) -> Any:
    """Three of six numbers."""
    return x[:3]


PROGRAMS: Mapping[str, tuple[Callable[[], Any], str]] = {
    "read of write": (lambda: T.set_subtensor(X[2:5], three(Y))[2:5], "set_slice"),
    "read of increment": (lambda: T.inc_subtensor(X[2], S)[2], "inc_slice"),
    "read elsewhere": (lambda: T.set_subtensor(X[2], S)[3], "set_slice"),
    "read behind": (lambda: T.set_subtensor(X[:2], S)[3:], "set_slice"),
    "write of write": (lambda: T.set_subtensor(T.inc_subtensor(X[2:5], three(Y))[2:5], three(Z)), "inc_slice"),
    "all written": (lambda: T.inc_subtensor(T.zeros_like(X)[:], Y), "inc_slice"),
    "part of part": (lambda: T.exp(X[1:][2:5:2]), "[1:]"),
    "one of part": (lambda: A[1:, 2][3], "[1:"),
    "turned twice": (lambda: X[::-1][::-1], "slice"),
    "one of stack": (lambda: T.stack([X, Y])[1], "join"),
    "last of stack": (lambda: T.stack([X, Y])[-1], "join"),
    "one of vector": (lambda: T.stack([S, 2 * S])[1], "make_vector"),
    "row of transpose": (lambda: A.T[2], "dimshuffle"),
    "row of product": (lambda: T.dot(A, B)[2, 1:3], "dot(A, B)"),
    "one of sums": (lambda: A.sum(axis=1)[3], "sum(A,"),
    "row of softmax": (lambda: T.nnet.softmax(A)[2:4], "softmax(A,"),
    "row of repeated": (lambda: T.alloc(S, 5, 6)[2] + X, "(5, 6)"),
    "sum of sums": (lambda: A.sum(axis=1).sum(), "sum(sum"),
    "largest of largest": (lambda: A.max(axis=0).max(), "max(max"),
    "sum of transpose": (lambda: A.T.sum(axis=1), "dimshuffle"),
    "sum of scaled": (lambda: T.sum(S * X), "sum(s"),
    "sum of scaled rows": (lambda: (S * A * X).sum(axis=0), "sum(s"),
    "largest of opposite": (lambda: T.max(-X), "max"),
    "largest of exp": (lambda: T.exp(X).max(), "max(exp"),
    "place in softmax": (lambda: T.argmax(T.nnet.softmax(A), axis=1), "softmax"),
    "sum of repeated": (lambda: T.alloc(X, 5, 6).sum(axis=0), "sum"),
    "size that is not negative": (lambda: T.ge(X.shape[0], 0), "size_of"),
    "not equal": (lambda: ~T.eq(N, 2), "~"),
    "not less": (lambda: ~(N < 2), "~"),
    "condition twice": (lambda: (X > 0) & (X > 0), "&"),
    "known part": (lambda: (X > 0) & True, "&"),
    "choice in choice": (lambda: T.switch(X > 0, T.switch(X > 0, Y, Z), X), "z"),
    "choice by opposite": (lambda: T.switch(~(X > 0), Y, Z), "~"),
    "clip of clip": (lambda: T.clip(T.clip(X, 0, 1), 0, 1), "minimum(maximum(minimum"),
    "inverse times vector": (lambda: T.dot(T.linalg.inv(A), X), "inv"),
    "inverse behind": (lambda: T.dot(B, T.linalg.inv(A)), "inv"),
    "inverse of inverse": (lambda: T.linalg.inv(T.linalg.inv(A)), "inv"),
    "logarithm of determinant": (lambda: T.log(abs(T.linalg.det(B))), "det(B))"),
    "triangular system": (lambda: T.linalg.solve(T.linalg.cholesky(A), B), "solve("),
    "diagonal times matrix": (lambda: T.dot(T.diag(X), B), "dot"),
    "matrix times diagonal": (lambda: T.dot(B, T.diag(X)), "dot"),
    "inverse of diagonal": (lambda: T.linalg.inv(T.diag(X)), "inv"),
    "determinant of diagonal": (lambda: T.linalg.det(T.diag(X)), "det"),
    "diagonal of product": (lambda: T.diag(T.dot(A, B)), "dot"),
    "trace of product": (lambda: T.trace(T.dot(A, B)), "dot"),
    "repeated to its own shape": (lambda: T.broadcast_to(A, A.shape) + B, "broadcast_to"),
    "own shape": (lambda: T.reshape(A, A.shape), "reshape"),
    "size of product": (lambda: T.dot(A, B).shape[1], "dot"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_not_needed_is_gone(name: str) -> None:
    """A part of the text of the program is not in that of the rewritten one, and the values are the same."""
    build, gone = PROGRAMS[name]
    before = build()
    after = sl.rewrite_graph(before)
    assert gone not in sl.pp(after), sl.pp(after)
    wanted, found = evaluate([before, after], VALUES)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.slow
def test_compiled_programs_give_the_same() -> None:
    programs = [build() for build, _ in PROGRAMS.values()]
    found = sl.function(list(INPUTS), programs)(*(VALUES[node] for node in INPUTS))
    for name, one, wanted in zip(PROGRAMS, found, evaluate(programs, VALUES), strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-9, atol=1e-12, err_msg=name)


def test_sizes_that_do_not_fit_are_still_refused() -> None:
    """The write is gone, and a value that did not fit is refused all the same."""
    f = sl.function([X, Y], T.set_subtensor(X[2:5], Y)[2:5])
    assert f(np.arange(6.0), [7.0, 8.0, 9.0]).tolist() == [7, 8, 9]
    for wrong in ([7.0, 8.0], [7.0]):
        with pytest.raises(ValueError, match="size"):
            f(np.arange(6.0), wrong)


def test_an_index_of_a_write_that_is_gone_is_still_refused() -> None:
    f = sl.function([X], T.set_subtensor(X[2], 3.0)[2])
    assert f([0.0, 1.0, 2.0]) == 3
    with pytest.raises(IndexError):
        f([0.0, 1.0])


def test_a_write_out_of_bounds_is_still_refused() -> None:
    f = sl.function([X], T.set_subtensor(X[5], 1.0)[0])
    assert f(np.arange(6.0)) == 0
    with pytest.raises(IndexError):
        f(np.arange(3.0))


@pytest.mark.parametrize("size", [2, 4])
def test_what_is_written_over_must_fit_too(size: int) -> None:
    f = sl.function([X, Y], T.set_subtensor(T.set_subtensor(X[:3], Y)[:3], 0.0))
    with pytest.raises(ValueError, match="size"):
        f(np.arange(6.0), np.ones(size))


def test_a_repeated_array_must_fit() -> None:
    f = sl.function([X, Y], T.broadcast_to(X, (Y.shape[0],)) + 1.0)
    assert f([1.0, 2.0], [0.0, 0.0]).tolist() == [2, 3]
    with pytest.raises(ValueError, match="size"):
        f([1.0, 2.0, 3.0], [0.0, 0.0])


@pytest.mark.parametrize("index", [-3, 3, 5])
def test_an_index_out_of_bounds_is_still_refused(index: int) -> None:
    f = sl.function([X], X[1:3][index])
    with pytest.raises(IndexError):
        f([1.0, 2.0, 3.0])


def test_a_part_counted_from_the_end_of_a_part_stays() -> None:
    f = sl.function([X], X[2:][-3])
    assert f(np.arange(6.0)) == 3
    with pytest.raises(IndexError):
        f(np.arange(4.0))


def test_one_row_is_not_repeated_by_a_diagonal_matrix() -> None:
    row = T.specify_shape(B, (1, None))
    f = sl.function([X, B], T.dot(T.diag(X), row))
    assert f([2.0], [[3.0]]).tolist() == [[6]]
    with pytest.raises(ValueError):
        f([2.0, 1.0], [[3.0]])


def test_a_nan_is_neither_less_nor_as_large() -> None:
    f = sl.function([X], [~(X < 2), T.ge(X, X), T.eq(X, X), T.neq(X, X), T.gt(X, X)])
    found = f([np.nan, 1.0])
    assert [one.tolist() for one in found] == [[True, False], [False, True], [False, True], [True, False], [False] * 2]


def test_a_limit_that_guards_stays() -> None:
    """1 - tanh(x) is positive, but less than any number that is not 0 may be."""
    f = sl.function([X], T.log(T.maximum(1 - T.tanh(X), 1e-30)))
    np.testing.assert_allclose(f([400.0]), np.log(1e-30))


def test_numbers_are_cut_before_they_are_compared() -> None:
    x = sl.assume(X, range=(0.2, 0.8))
    f = sl.function([X], [T.gt(T.cast(x, "int32"), 0), T.cast(x, "int32"), T.ge(T.cast(x, "bool"), 1)])
    assert [one.tolist() for one in f([0.5])] == [[False], [0], [True]]


def test_the_smallest_integer_has_no_absolute_value() -> None:
    n = T.lvector("n")
    assert sl.function([n], T.ge(abs(n), 0))([np.iinfo("int64").min, 3]).tolist() == [False, True]


PLACE = T.lscalar("place")
OTHERS: Mapping[str, Callable[[], Any]] = {
    "slice": lambda: X[T.cast(N[1:3][0], "int64")],
    "write": lambda: X[T.set_subtensor(T.cast(N, "int64")[0], 1)[0]],
    "written": lambda: T.set_subtensor(X[1:], T.set_subtensor(Y[0], 2.0)[1:]),
    "written as it is": lambda: T.set_subtensor(X[:], T.set_subtensor(Y[0], 2.0)),
    "increment": lambda: T.inc_subtensor(X[2], T.set_subtensor(Y[0], 2.0)[0]),
    "vector": lambda: X[T.stack([PLACE, PLACE])],
    "sum": lambda: X[T.cast(N, "int64").sum() % 3],
    "largest": lambda: A[T.argmax(X), 1],
    "join": lambda: X[T.concatenate([T.cast(N, "int64"), T.cast(N, "int64")])],
    "product": lambda: A[T.dot(N, N) % 3, 0],
    "transpose": lambda: X[T.cast(N, "int64").dimshuffle("x", 0)],
    "repeated": lambda: X[T.alloc(PLACE, 3)],
    "taken": lambda: A[T.dot(T.stack([N, N]), N) % 3, T.dot(T.stack([N, N]), N) % 3],
}


@pytest.mark.parametrize("name", OTHERS)
def test_an_index_or_a_value_is_not_what_is_indexed(name: str) -> None:
    """The op that a rule looks for may be that of another operand."""
    before = OTHERS[name]()
    values = {**VALUES, N: np.array([1, 2, 0], "int32"), PLACE: np.int64(2)}
    np.testing.assert_array_equal(*evaluate([before, sl.rewrite_graph(before)], values))
