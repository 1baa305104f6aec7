"""Floats as places in their order, values at any point as floats and exactly, and samples."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue
from symlab.debug.accuracy.exactly import exact_values, float_values, fraction_of, settled_values
from symlab.debug.accuracy.points import between, error_bits, from_ordinals, ordinals
from symlab.debug.accuracy.sampling import Sampler
from symlab.debug.exact import as_exact, exactly

X, Y = T.dscalar("x"), T.dscalar("y")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_places_follow_the_order(dtype):
    info = np.finfo(dtype)
    values = [-np.inf, info.min, -1.0, -info.smallest_subnormal, 0.0, info.smallest_subnormal, 1.0, info.max, np.inf]
    numbers = np.array(values, dtype)
    places = ordinals(numbers)
    assert (np.diff(places) > 0).all()
    assert ordinals(np.array([-0.0], dtype))[0] == 0
    assert (from_ordinals(places, np.dtype(dtype)) == numbers).all()
    assert ordinals(np.nextafter(numbers[6:7], np.array([2], dtype)))[0] == places[6] + 1


def test_bits_are_the_logarithm_of_the_distance():
    one = np.ones(6)
    found = np.array([1.0, np.nextafter(1, 2), np.nextafter(1, 0), -1.0, np.nan, np.inf])
    bits = error_bits(found, one)
    assert bits[:3].tolist() == [0, 1, 1]
    assert 62 < bits[3] < 64
    assert bits[4] == 64
    assert error_bits(np.array([np.nan], "float32"), np.ones(1, "float32"))[0] == 32
    assert error_bits(np.array([1.0, np.nan]), np.array([np.nan, np.nan])).tolist() == [0, 0]


def test_the_middle():
    assert between(-3.0, 5.0, np.dtype("float64")) == 0
    assert between(1.0, 4.0, np.dtype("float64")) == 2
    assert between(-4.0, -1.0, np.dtype("float64")) == -2


def test_exponents_mean_fractions():
    assert fraction_of(1 / 3) * 3 == 1
    assert fraction_of(2 / 7) * 7 == 2
    assert [fraction_of(value) for value in (0.5, 0.3, 2.0, math.pi, math.inf)] == [
        None,
        fraction_of(0.3),
        None,
        None,
        None,
    ]
    with exactly(60):
        (value,) = exact_values([X ** (1 / 3)], {X: as_exact(np.array([8e300]))})
        assert abs(value[0] ** 3 / mpmath.mpf(8e300) - 1) < 1e-50


def test_values_are_settled_however_many_digits_it_takes():
    given = {X: np.array([1e300, 3.0, 1e-200]), Y: np.array([1e-300, 4.0, 1e-200])}
    found, digits = settled_values((X + Y) - X, given, np.dtype("float64"))
    assert found.tolist() == [1e-300, 4.0, 1e-200]
    assert (digits == 800).all()
    given = {X: np.array([1e300, 3.0]), Y: np.array([1e-150, 4.0])}
    found, digits = settled_values((X * X + Y * Y) - X * X, given, np.dtype("float64"))
    np.testing.assert_allclose(found, [1e-300, 16.0], rtol=1e-15)
    assert digits.tolist() == [1300, 800]
    found, _ = settled_values(T.log(X - 3.5), given, np.dtype("float64"))
    assert np.isnan(found[1]) and np.isfinite(found[0])


def test_exponentials_of_large_numbers_are_quick_and_exact_enough():
    given = {X: np.array([-1e308, -1e5, 1e5, 1e308])}
    found, _ = settled_values(T.exp(X) / (T.exp(X) - 1), given, np.dtype("float64"))
    assert found.tolist() == [0.0, 0.0, 1.0, 1.0]


def test_floats_are_computed_as_written():
    given = {X: np.array([1e17, 2.0])}
    (values,) = float_values([sl.as_written((X + 1) - X)], given)
    assert values.tolist() == [0.0, 1.0]


# Samples


def sampler(root, inputs=(X,), ranges=None, where=None):
    return Sampler(root, list(inputs), ranges or {}, where, np.dtype("float64"))


def test_points_are_of_all_sizes_and_alike_for_a_seed():
    first, again, other = (sampler(X + 1).draw(200, seed) for seed in ((1, 0), (1, 0), (2, 0)))
    assert len(first) == 200
    assert (first.points[X] == again.points[X]).all()
    assert (first.points[X] != other.points[X]).any()
    sizes = np.log2(np.abs(first.points[X]))
    assert 60 < (first.points[X] < 0).sum() < 140
    assert np.quantile(sizes, 0.1) < -700 < 700 < np.quantile(sizes, 0.9)


def test_ranges_and_preconditions():
    found = sampler(X + Y, (X, Y), {X: (1.0, 2.0)}, Y > X).draw(50, (0, 0))
    assert ((found.points[X] >= 1) & (found.points[X] <= 2) & (found.points[Y] > found.points[X])).all()
    again = sampler(X + Y, (X, Y), {X: (1.0, 2.0)}, lambda x, y: y > x).draw(50, (0, 0))
    assert (again.points[Y] == found.points[Y]).all()


def test_a_precondition_that_is_an_expression_is_exact():
    found = sampler(X + Y, (X, Y), {X: (1.0, 1.5), Y: (1e-30, 1e-20)}, X + Y > X).draw(20, (0, 0))
    assert len(found) == 20


def test_only_points_with_a_finite_value_are_kept():
    found = sampler(T.log(X)).draw(64, (0, 0))
    assert (found.points[X] > 0).all()
    np.testing.assert_allclose(found.wanted, np.log(found.points[X]), rtol=1e-15)


def test_nothing_to_sample():
    with pytest.raises(InvalidValue, match="no input was found"):
        sampler(T.sqrt(-1 - X * X)).draw(16, (0, 0))
    with pytest.raises(InvalidValue, match="no input was found"):
        sampler(X, where=lambda x: False).draw(16, (0, 0))
