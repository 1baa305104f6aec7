"""Grids, windows and values between points, as NumPy and SciPy give them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch
from tests.tensor.against_numpy import agrees, run

RNG = np.random.default_rng(0)
PLACES = np.sort(RNG.standard_normal(7))
VALUES = RNG.standard_normal(7)
POINTS = np.concatenate([2 * RNG.standard_normal(30), PLACES, [np.nan]])


@pytest.mark.parametrize("index", [np.s_[0:3, 0:2:0.5], np.s_[1:4], np.s_[0:1:3j, :2], np.s_[:2, -1:1, 0:3:2]], ids=str)
def test_grids(index: Any) -> None:
    np.testing.assert_allclose(run(T.mgrid[index], {}), np.mgrid[index])
    wanted = np.ogrid[index]
    found = T.ogrid[index]
    if not isinstance(index, tuple):
        np.testing.assert_allclose(run(found, {}), wanted)
        return
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(run(one, {}), other)
        assert one.type.shape == other.shape


def test_grids_of_a_size_that_the_call_gives() -> None:
    n = T.lscalar("n")
    np.testing.assert_array_equal(sl.function([n], T.mgrid[0:n, 0:2])(3), np.mgrid[0:3, 0:2])
    with pytest.raises(TypeMismatch, match="mgrid takes slices"):
        T.mgrid[3]
    with pytest.raises(InvalidValue, match="has an end"):
        T.ogrid[3:]


@pytest.mark.parametrize("count", range(7))
def test_bartlett(count: int) -> None:
    n = T.lscalar("n")
    np.testing.assert_allclose(sl.function([n], T.bartlett(n))(count), np.bartlett(count))
    np.testing.assert_allclose(run(T.bartlett(count), {}), np.bartlett(count))


@pytest.mark.parametrize(("start", "stop"), [(1.0, 1000.0), (-1.0, -1e-3), (2.0, 2.0)])
@pytest.mark.parametrize("endpoint", [True, False])
def test_geomspace(start: float, stop: float, endpoint: bool) -> None:
    a = T.dscalar("a")
    wanted = np.geomspace(start, stop, 4, endpoint)
    np.testing.assert_allclose(sl.function([a], T.geomspace(a, stop, 4, endpoint))(start), wanted, rtol=1e-14)
    np.testing.assert_array_equal(run(T.geomspace(start, stop, 4, endpoint), {}), wanted)


# Values between points


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("options", [{}, {"left": -1.0, "right": 5.0}], ids=["", "outside"])
def test_interp(count: int, options: Any) -> None:
    agrees(
        lambda *arrays: T.interp(*arrays, **options),
        lambda *arrays: np.interp(*arrays, **options),
        POINTS[:-1] if count == 1 else POINTS, PLACES[:count], VALUES[:count],  # NumPy takes a single point for nan
    )  # fmt: skip


def test_interp_of_angles() -> None:
    angles = RNG.permutation(PLACES)
    agrees(
        lambda *arrays: T.interp(*arrays, period=-1.5),
        lambda *arrays: np.interp(*arrays, period=-1.5),
        POINTS, angles, VALUES,
    )  # fmt: skip


def test_the_derivatives_of_interp() -> None:
    gradcheck(T.interp, [POINTS[:20], PLACES, VALUES])


@pytest.mark.parametrize("method", ["linear", "nearest", "first", "last", "mean"])
def test_interpolation_between_neighbours(method: str) -> None:
    order = RNG.permutation(7)
    inside = np.array([PLACES[2], 0.75 * PLACES[2] + 0.25 * PLACES[3]])
    found = run(T.interpolate1d(PLACES[order], VALUES[order], method, extrapolate=False)(inside), {})
    """The intervals between points have their ends: at a point the first is the point before."""
    before, low, high = VALUES[1:4]
    between = {"linear": 0.75 * low + 0.25 * high, "nearest": low, "first": low, "last": high, "mean": (low + high) / 2}
    at_a_point = {"first": before, "mean": (before + low) / 2}.get(method, low)
    np.testing.assert_allclose(found, [at_a_point, between[method]])
    ends = run(T.interpolate1d(PLACES, VALUES, method, 3.0, None, False)(np.array([-9.0, 9.0])), {})
    np.testing.assert_array_equal(ends, [3.0, VALUES[-1]])


def test_there_is_no_other_method() -> None:
    with pytest.raises(InvalidValue, match="no method 'cubic'"):
        T.interpolate1d(PLACES, VALUES, "cubic")


# Axes joined and split


def test_axes_are_joined_and_split() -> None:
    x = RNG.standard_normal((2, 3, 4))
    agrees(lambda x: T.join_dims(x, 1, 2), lambda x: x.reshape(2, 12), x)
    agrees(lambda x: T.join_dims(x, 1), lambda x: x.reshape(2, 12), x)
    agrees(lambda x: T.join_dims(x, 1, 0), lambda x: x.reshape(2, 1, 3, 4), x)
    agrees(lambda x: T.split_dims(x, (2, -1), axis=2), lambda x: x.reshape(2, 3, 2, 2), x)
    agrees(lambda x: T.split_dims(x, (), axis=0), lambda x: x[0], x[:1])
    with pytest.raises(InvalidValue, match="are not 3 axes"):
        T.join_dims(T.dmatrix(), 0, 3)
    with pytest.raises(ShapeMismatch, match="no 3 equal parts"):
        T.split_dims(T.tensor("x", dtype="float64", shape=(4,)), (3, -1))


@pytest.mark.parametrize("keep", [None, 0, -1, (0, -1)])
def test_what_is_packed_is_unpacked(keep: Any) -> None:
    arrays = [RNG.standard_normal(shape) for shape in [(2, 3, 4), (2, 4), (2, 5, 1, 4)]]
    variables = [T.tensor(dtype="float64", shape=(None,) * array.ndim) for array in arrays]
    packed, shapes = T.pack(*variables, keep_axes=keep)
    whole, *found = sl.function(variables, [packed, *T.unpack(packed, keep, shapes)])(*arrays)
    assert whole.size == sum(array.size for array in arrays)
    for one, array in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(one, array)


@pytest.mark.parametrize("arguments", [(3,), (3, 1), (3, -1, 5), (4, 0, 2), (0,)], ids=str)
@pytest.mark.parametrize("name", ["tril_indices", "triu_indices"])
def test_indices_of_triangles(name: str, arguments: Any) -> None:
    np.testing.assert_array_equal(run(list(getattr(T, name)(*arguments)), {}), getattr(np, name)(*arguments))
    x = T.dmatrix("x")
    values = np.zeros((arguments[0], 4))
    k = arguments[1] if len(arguments) > 1 else 0
    found = sl.function([x], list(getattr(T, name + "_from")(x, k)))(values)
    np.testing.assert_array_equal(found, getattr(np, name + "_from")(values, k))
    with pytest.raises(TypeMismatch, match="a matrix is wanted"):
        getattr(T, name + "_from")(x[0])
