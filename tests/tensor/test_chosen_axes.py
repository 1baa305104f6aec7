"""Axes that only the call knows, of what works along one axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import ShapeMismatch, TypeMismatch
from symlab.tensor.chosen_axes import along_axis

A = np.random.default_rng(3).normal(size=(3, 4, 2))
X, K = T.dtensor3("x"), T.lscalar("k")
BACK_ENDS = pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
FUNCTIONS = (
    (T.sort, np.sort),
    (T.argsort, lambda x, axis: np.argsort(x, axis, kind="stable")),
    (T.cumsum, np.cumsum),
    (T.cumprod, np.cumprod),
)


@BACK_ENDS
@pytest.mark.parametrize(("function", "wanted"), FUNCTIONS, ids=lambda item: getattr(item, "__name__", ""))
def test_along_every_axis(function: Callable[..., Any], wanted: Callable[..., Any], mode: str) -> None:
    f = sl.function([X, K], function(X, K), mode=mode)
    for axis in (0, 1, 2, -1, -3):
        np.testing.assert_allclose(f(A, axis), wanted(A, axis))
    for axis in (3, -4):
        with pytest.raises(IndexError, match="chose an axis"):
            f(A, axis)


@BACK_ENDS
def test_joined_along_the_axis_of_the_call(mode: str) -> None:
    f = sl.function([X, K], T.join(K, X, 2 * X), mode=mode)
    for axis in (0, 2, -2):
        np.testing.assert_array_equal(f(A, axis), np.concatenate([A, 2 * A], axis))
    with pytest.raises(IndexError, match="chose an axis"):
        f(A, 3)
    slopes = sl.function([X, K], T.grad((T.concatenate([X, 2 * X], K) ** 2).sum(), X), mode=mode)
    np.testing.assert_allclose(slopes(A, 1), 2 * A + 8 * A)


@BACK_ENDS
def test_axes_along_which_sizes_do_not_fit(mode: str) -> None:
    """What is known not to fit is refused by the call that asks for it, and by no other."""
    first, second = T.tensor("first", shape=(2, 3)), T.tensor("second", shape=(4, 3))
    f = sl.function([first, second, K], T.join(K, first, second), mode=mode)
    assert f(np.ones((2, 3)), np.ones((4, 3)), 0).shape == (6, 3)
    with pytest.raises(ShapeMismatch, match="axis 0 has size 4 in one part and 2 in another"):
        f(np.ones((2, 3)), np.ones((4, 3)), 1)
    with pytest.raises(ShapeMismatch, match="axis 0 has size 4 in one part"):
        T.join(K, T.tensor(shape=(2, 3)), T.tensor(shape=(4, 5)))


def test_what_is_no_axis() -> None:
    for axis in (T.dscalar("d"), T.lvector("v")):
        with pytest.raises(TypeMismatch, match="an axis is an integer"):
            T.join(axis, X, X)
    with pytest.raises(TypeMismatch, match="a scalar has no axis"):
        along_axis(K, 0, lambda place: X)
    with pytest.raises(TypeMismatch, match="an axis is an integer known now"):
        X.sum(K)


def test_theano_sorts_along_axes_without_a_letter() -> None:
    """`T.scalar()` is of floating point."""
    axis = T.scalar("axis")
    f = sl.function([X, axis], T.sort(X, axis))
    np.testing.assert_array_equal(f(A, 1), np.sort(A, 1))


def test_an_axis_that_is_found_out_before_the_call_chooses_nothing() -> None:
    joined = T.join(T.constant(3) - 2, X, X)
    assert joined.op.name == "join"
    assert joined.attr("axis") == 1


@BACK_ENDS
def test_split_along_the_axis_of_the_call(mode: str) -> None:
    sizes = T.lvector("sizes")
    f = sl.function([X, K, sizes], T.split(X, sizes, 2, axis=K), mode=mode)
    for axis, parts in ((0, [1, 2]), (1, [3, 1]), (-1, [2, 0])):
        wanted = np.split(A, [parts[0]], axis)
        for found, part in zip(f(A, axis, parts), wanted, strict=True):
            np.testing.assert_array_equal(found, part)
    thirds = T.split(T.tensor(dtype="float64", shape=(3, 4)), 3, axis=K)
    assert len(thirds) == 3


def test_the_axis_of_a_vector_is_looked_at():
    """There is one axis to choose, and the choice is checked all the same."""
    x, axis = T.dvector("x"), T.lscalar("axis")
    for function in (T.sort, T.cumsum):
        f = sl.function([x, axis], function(x, axis=axis))
        np.testing.assert_array_equal(f([2.0, 1.0], -1), getattr(np, function.__name__)([2.0, 1.0]))
        with pytest.raises(IndexError, match="chose an axis that is none of the 1"):
            f([2.0, 1.0], 1)


@BACK_ENDS
def test_stacked_along_the_axis_of_the_call(mode: str) -> None:
    f = sl.function([X, K], T.stack([X, 2 * X], axis=K), mode=mode)
    for axis in (0, 1, 3, -1, -4):
        np.testing.assert_array_equal(f(A, axis), np.stack([A, 2 * A], axis))
    with pytest.raises(IndexError, match="chose an axis"):
        f(A, 4)
    slopes = sl.function([X, K], T.grad((T.stack([X, 2 * X], K) ** 2).sum(), X), mode=mode)
    np.testing.assert_allclose(slopes(A, 3), 10 * A)
