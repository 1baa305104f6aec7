"""Derivatives by parameters of incomplete gamma and beta functions and of Gauss's series, against mpmath."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ops import exact
from symlab.core.ops import hypergeometric_references as references


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(60):
        yield


def near(found, expected, tolerance):
    assert abs(found - float(expected)) <= tolerance * abs(float(expected)) + 1e-290


@pytest.mark.parametrize("z", [-8.0, -0.7, 0.3, 0.95])
def test_hyp2f1_by_parameters(z):
    for a, b, c in itertools.product((-2.0, 0.3, 4.0), (0.4, 2.0), (0.7, 3.5)):
        given = tuple(map(mpmath.mpf, (a, b, c, z)))
        near(references.hyp2f1_slope_a(a, b, c, z), exact.hyp2f1_slope_a(*given), 1e-11)
        near(references.hyp2f1_slope_c(a, b, c, z), exact.hyp2f1_slope_c(*given), 1e-11)


def test_where_the_series_does_not_converge():
    assert np.isnan(references.hyp2f1_slope_a(1.0, 1.0, 1.0, 1.0))
    assert np.isnan(references.hyp2f1_slope_c(1.0, 1.0, -2.0, 0.5))
    assert np.isnan(references.hyp2f1_slope_c(1.0, np.nan, 2.0, 0.5))


GRADIENTS = {
    "gammainc": (T.special.gammainc, (2.5, 3.1)), "gammaincc": (T.special.gammaincc, (2.5, 3.1)),
    "betainc": (T.special.betainc, (2.5, 1.7, 0.4)), "gammaincinv": (T.special.gammaincinv, (2.5, 0.7)),
    "betaincinv": (T.special.betaincinv, (2.5, 1.7, 0.6)), "hyp2f1": (T.special.hyp2f1, (0.7, 1.3, 2.1, 0.45)),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name == "betaincinv" else ()) for name in GRADIENTS]
)
def test_gradients_of_functions(name):
    """By every operand, against mpmath's derivative of the exact function."""
    function, values = GRADIENTS[name]
    inputs = [T.dscalar(f"x{place}") for place in range(len(values))]
    found = sl.function(inputs, sl.grad(function(*inputs), inputs))(*values)
    meaning = getattr(exact, name)
    for place, slope in enumerate(found):

        def along(s, place=place):
            return meaning(*(s if place == other else mpmath.mpf(value) for other, value in enumerate(values)))

        near(slope, mpmath.diff(along, mpmath.mpf(values[place]), h=mpmath.mpf(10) ** -20), 1e-11)


def test_draws_have_gradients_by_their_shape():
    """A gamma number grows with its shape: by its mean, on average."""
    shape = T.dscalar("shape")
    draw = T.random.gamma(shape, size=(4000,), rng=T.random.key(1))
    slope = sl.function([shape], sl.grad(T.mean(draw), shape))(3.0)
    assert abs(slope - 1) < 0.05


def test_signs_of_beta_and_rising_factorials():
    from scipy import special

    a, b = (x.ravel() for x in np.meshgrid([-3.5, -2.2, -0.4, 0.7, 2.0], [-1.3, -0.6, 0.8, 3.1]))
    x, y = T.dvector("x"), T.dvector("y")
    found = sl.function([x, y], [T.special.beta(x, y), T.special.poch(x, y)])(a, b)
    np.testing.assert_allclose(found[0], special.beta(a, b), rtol=1e-12)
    np.testing.assert_allclose(found[1], special.poch(a, b), rtol=1e-12)
