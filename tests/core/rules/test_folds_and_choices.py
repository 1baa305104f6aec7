"""Folds of joins and of what was chosen, parts of formulas, choices by one condition, values at the ends of ranges."""

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
N, M = T.lvector("n"), T.lvector("m")
FIVE = T.vector("five", shape=(5,))
INPUTS = (X, Y, Z, A, B, S, N, M, FIVE)
RANDOM = np.random.default_rng(4)
VALUES: Mapping[Any, Any] = {
    X: RANDOM.normal(size=6), Y: RANDOM.normal(size=6), Z: RANDOM.normal(size=6), A: RANDOM.normal(size=(6, 6)),
    B: RANDOM.normal(size=(6, 6)), S: np.float64(0.5), N: np.array([3, -1, 0, 5]), M: np.array([2, 2, -1]),
    FIVE: RANDOM.normal(size=5),
}  # fmt: skip

# An expression, a part of the text that is gone, and one that is there.
PROGRAMS: Mapping[str, tuple[Callable[[], Any], str, str]] = {
    "sum of join": (lambda: T.concatenate([X, Y]).sum(), "join", "sum(x"),
    "product of join": (lambda: T.concatenate([A, B], axis=1).prod(axis=1), "join", "prod(A"),
    "any of join": (lambda: T.any(T.concatenate([X > 1, Y > 1])), "join", "|"),
    "sum of stack": (lambda: T.stack([X, Y]).sum(axis=0), "join", "+"),
    "sum of numbers": (lambda: T.stack([S, S + 1.0, X[0]]).sum(), "make_vector", "s"),
    "product of signs": (lambda: T.prod(-FIVE), "prod(-", "-prod(five"),
    "rows of rows": (lambda: A[N][M], "A[n][m]", "A[n[m]]"),
    "one of rows": (lambda: A[N][2], "[2, :]", "A[n[2]]"),
    "some of rows": (lambda: A[N][1:3], "[1:3, :]", "A[n[1:3]]"),
    "sum of chosen": (lambda: T.sum(X[X > 0]), "nonzero", "switch(x > 0.0, x, 0.0)"),
    "product of chosen": (lambda: T.prod(A[A > 0.5]), "nonzero", "switch"),
    "part of formula": (lambda: T.exp(X)[2:5], "exp(x)", "exp(x[2:5])"),
    "one of formula": (lambda: (X + 2.0 * T.tanh(Y))[-1], "tanh(y)", "tanh(y[-1])"),
    "part of rows": (lambda: (A * X + S)[1:, 2], "A *", "A[1:, 2]"),
    "column by row": (lambda: (X.dimshuffle(0, "x") * Y)[::2, 1:3], "(0, 'x'))[", "y[1:3]"),
    "choices": (lambda: T.switch(X > 0, Y, 0.0) * T.switch(X > 0, Z, 1.0), "1.0", "switch(x > 0.0"),
    "choices of numbers": (lambda: T.switch(X > 0, 2.0, 3.0) + T.switch(X > 0, 1.0, Y), "+ switch", "3.0, y + 3.0"),
    "function of numbers": (lambda: T.exp(T.switch(X > 0, 0.0, 1.0)), "exp", "2.718"),
    "condition as number": (lambda: T.switch(T.neq(T.cast(X > 0, "int8"), 0), Y, Z), "cast", "switch(x > 0.0, y,"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_left(name: str) -> None:
    build, gone, there = PROGRAMS[name]
    before = build()
    after = sl.rewrite_graph(before)
    assert gone not in sl.pp(after)
    assert there in sl.pp(after)
    np.testing.assert_allclose(*evaluate([after, before], VALUES), rtol=1e-12, atol=1e-14)


@pytest.mark.slow
def test_compiled_it_gives_the_same() -> None:
    programs = [build() for build, _, _ in PROGRAMS.values()]
    found = sl.function(list(INPUTS), programs)(*(VALUES[node] for node in INPUTS))
    for name, one, wanted in zip(PROGRAMS, found, evaluate(programs, VALUES), strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-12, atol=1e-14, err_msg=name)


def test_what_others_need_stays() -> None:
    joined, whole = T.concatenate([X, Y]), T.exp(X)
    after = sl.rewrite_graph([joined, joined.sum(), whole, whole[2:4]])
    assert "join" in sl.pp(after[1])
    assert sl.pp(after[3]) == "exp(x)[2:4]"


def test_the_largest_of_nothing_is_still_refused() -> None:
    """A join with an empty part has a largest element, and the empty part has none."""
    f = sl.function([X, Y], T.concatenate([X, Y]).max())
    assert f([], [2.0]) == 2
    with pytest.raises(ValueError):
        f([], [])


def test_sizes_that_do_not_fit_are_still_refused() -> None:
    f = sl.function([X, Y], (T.exp(X) + Y)[1:3])
    assert f(np.zeros(4), np.zeros(4)).tolist() == [1, 1]
    with pytest.raises(ValueError, match="size"):
        f(np.zeros(4), np.zeros(5))
    g = sl.function([A, B], T.concatenate([A, B], axis=0).sum(axis=0))
    with pytest.raises(ValueError, match="size"):
        g(np.zeros((2, 3)), np.zeros((2, 4)))


def test_places_out_of_bounds_are_still_refused() -> None:
    f = sl.function([X], T.exp(X)[5])
    with pytest.raises(IndexError):
        f(np.zeros(4))
    g = sl.function([A, N], A[N][1])
    with pytest.raises(IndexError):
        g(np.zeros((2, 2)), [0, 5])


# Ends of ranges


def test_a_nan_that_is_not_chosen_is_not_added() -> None:
    f = sl.function([X], X[X > 0].sum())
    assert f([1.0, np.nan, -np.inf, 2.0]) == 3


def test_the_mean_of_nothing_is_no_number() -> None:
    f = sl.function([X], [T.mean(T.ones_like(X) * 2.0), T.alloc(3.0, X.shape[0]).mean(), X.mean()])
    assert np.isnan(f([])).all()
    assert [float(one) for one in f([5.0])] == [2, 3, 5]


def test_the_sum_of_nothing_is_not_positive() -> None:
    total = T.exp(X).sum()
    f = sl.function([X], [T.log(total), T.sign(total), T.gt(total, 0), abs(total), T.log(total**2.0)])
    assert [float(one) for one in f([])] == [-np.inf, 0, 0, 0, -np.inf]


def test_half_powers_of_negative_zero_have_no_sign() -> None:
    f = sl.function([X], X**-0.5)
    assert f([0.0, -0.0, np.inf, 4.0]).tolist() == [np.inf, np.inf, 0, 0.5]


def test_the_logarithm_of_a_reciprocal_at_infinity() -> None:
    f = sl.function([X], T.log(1 / X))
    assert f([np.inf, -np.inf, 0.0, 5e-324]).tolist() == [-np.inf, -np.inf, np.inf, -np.log(5e-324)]
    assert np.isnan(f([-1.0])).all()


NORMS: Mapping[str, Callable[[], Any]] = {
    "squares": lambda: T.sqrt(T.sum(X**2)),
    "power": lambda: T.sum(X**2) ** 0.5,
    "product": lambda: T.sqrt(T.dot(X, X)),
    "norm": lambda: T.linalg.norm(X),
}


@pytest.mark.parametrize("name", NORMS)
def test_the_gradient_of_a_norm_is_0_at_0(name: str) -> None:
    norm = NORMS[name]()
    f = sl.function([X], [norm, T.grad(norm, X)])
    for value, size in (([0.0, 0.0], 0.0), ([3.0, -4.0], 5.0), ([3e200, -4e200], 5e200), ([3e-200, -4e-200], 5e-200)):
        found, slope = f(value)
        np.testing.assert_allclose(found, size, rtol=1e-15)
        np.testing.assert_allclose(slope, [0.6, -0.8] if size else [0, 0], rtol=1e-14)


def test_the_gradient_of_rows_of_which_one_is_0() -> None:
    f = sl.function([A], T.grad(T.sqrt((A**2).sum(axis=1)).sum(), A))
    np.testing.assert_allclose(f([[0.0, 0.0], [3.0, 4.0]]), [[0, 0], [0.6, 0.8]])


def test_second_derivatives_of_a_norm() -> None:
    slopes = T.hessian(T.sqrt(T.sum(X**2)), X)
    value = np.array([1.0, 2.0, -2.0])
    wanted = np.eye(3) / 3 - np.outer(value, value) / 27
    np.testing.assert_allclose(sl.function([X], slopes)(value), wanted, atol=1e-15)


def test_the_simplest_form_of_a_hypotenuse_does_not_overflow() -> None:
    assert "hypot" in sl.pp(sl.simplify(T.hypot(X, Y), effort="saturation"))
    assert "hypot" in sl.pp(sl.simplify(T.sqrt(X * X + Y * Y), effort="saturation"))
