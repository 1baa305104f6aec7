"""Derivatives by parameters of incomplete gamma and beta functions and of Gauss's series, against mpmath."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import NullTypeGradError
from symlab.core.ir.op import resolved
from symlab.core.ops import bessel_references, exact, find
from symlab.core.ops import hypergeometric_references as references


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(60):
        yield


def near(found, expected, tolerance):
    assert abs(found - float(expected)) <= tolerance * abs(float(expected)) + 1e-290


ORDERS_OF_SERIES = [orders for orders in itertools.product(range(3), repeat=3) if 0 < sum(orders) <= 2] + [(1, 1, 1)]
PARAMETERS = ((-2.0, 0.4, 3.5), (0.3, 2.0, 0.7), (4.0, 0.4, 0.7))


@pytest.mark.parametrize(
    "orders",
    [pytest.param(orders, marks=pytest.mark.slow if sum(orders) == 3 else ()) for orders in ORDERS_OF_SERIES],
    ids=str,
)
def test_hyp2f1_by_parameters(orders):
    for (a, b, c), z in zip(itertools.cycle(PARAMETERS), (-8.0, -0.7, 0.3, 0.95), strict=False):
        wanted = exact.hyp2f1_slope(*map(mpmath.mpf, (a, b, c, z)), orders)
        near(references.hyp2f1_slope(a, b, c, z, orders), wanted, 1e-11)


def test_where_the_series_does_not_converge():
    for values in ((1.0, 1.0, 1.0, 1.0), (1.0, 1.0, -2.0, 0.5), (1.0, np.nan, 2.0, 0.5), (1.0, 1.0, 2.0, -1e6)):
        assert np.isnan(references.hyp2f1_slope(*values, (0, 1, 1)))


SHAPES = {
    "gammainc_curve": [(0.01, 0.5, 2.5, 30.0), (1e-3, 0.3, 0.99, 1.0, 3.0, 25.0)],
    "betainc_curve_aa": [(0.3, 2.5, 40.0), (0.4, 7.0), (1e-3, 0.2, 0.5, 0.97)],
    "betainc_curve_ab": [(0.3, 2.5, 40.0), (0.4, 7.0), (1e-3, 0.2, 0.5, 0.97)],
    "betainc_curve_bb": [(0.3, 2.5, 40.0), (0.4, 7.0), (1e-3, 0.2, 0.5, 0.97)],
}


@pytest.mark.parametrize("name", SHAPES)
def test_second_derivatives_by_shapes(name):
    for values in itertools.product(*SHAPES[name]):
        near(find(name).compute(*values), getattr(exact, name)(*map(mpmath.mpf, values)), 1e-12)


@pytest.mark.slow
def test_third_derivatives_by_shapes_are_refused():
    a, b, x = T.dscalars("a", "b", "x")
    for value, name in ((T.special.gammainc(a, x), "gammainc"), (T.special.betainc(a, b, x), "betainc")):
        with pytest.raises(NullTypeGradError, match=rf"the derivative of {name}_curve(.|\n)*disconnected_grad"):
            T.grad(T.grad(T.grad(value, a), a), a)
    third = sl.function([a, b, x], T.grad(T.grad(T.grad(T.special.hyp2f1(a, b, 2.0, x), a), a), b))(0.5, 1.5, 0.3)
    near(third, exact.hyp2f1_slope(*map(mpmath.mpf, (0.5, 1.5, 2.0, 0.3)), (2, 1, 0)), 1e-11)


GRADIENTS = {
    "gammainc": (T.special.gammainc, (2.5, 3.1)), "gammaincc": (T.special.gammaincc, (2.5, 3.1)),
    "betainc": (T.special.betainc, (2.5, 1.7, 0.4)), "gammaincinv": (T.special.gammaincinv, (2.5, 0.7)),
    "gammainccinv": (T.special.gammainccinv, (2.5, 0.7)),
    "jv": (T.special.jv, (1.3, 4.7)), "iv": (T.special.iv, (1.3, 4.7)), "ive": (T.special.ive, (0.3, 4.7)),
    "kv": (T.special.kv, (1.3, 4.7)), "kve": (T.special.kve, (1.3, 4.7)),
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
    meaning = getattr(exact, name, None) or resolved(find(name).exact)
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


# Bessel functions by their order: small and large orders and arguments, both sides of every change of method

ORDERS = (-12.3, -1.0, -0.2, 0.0, 1e-8, 0.3, 0.49, 0.5, 3.2, 33.3, 100.0)
ARGUMENTS = (0.01, 1.0, 1.2, 2.5, 3.7, 20.0, 150.0, 650.0)


@pytest.mark.parametrize("name", ["jv_slope", "ive_slope", "kve_slope"])
@pytest.mark.parametrize("v", ORDERS)
def test_bessel_functions_by_their_order(name, v):
    function, first = getattr(bessel_references, name), (1,) if name == "kve_slope" else ()
    x = np.array([x for x in ARGUMENTS if abs(v) < 50 or x > 1])  # beyond, values are outside of the range
    found = function(*first, np.full(x.shape, v), x)
    with mpmath.workdps(40):
        wanted = [float(getattr(exact, name)(*first, mpmath.mpf(v), mpmath.mpf(at))) for at in x.tolist()]
    bound = 2e-12 if name == "jv_slope" else 3e-13
    np.testing.assert_allclose(found, wanted, rtol=bound, atol=1e-16 if v == 0 else 0)


def test_higher_derivatives_of_k_by_its_order():
    for n in (0, 2, 3):
        for v in (-0.7, 0.4, 2.5):
            wanted = exact.kve_slope(n, mpmath.mpf(v), mpmath.mpf(3.3))
            near(bessel_references.kve_slope(n, v, 3.3), wanted, 1e-13)
    v, x = T.dscalars("v", "x")
    twice = sl.function([v, x], T.grad(T.grad(T.special.kv(v, x), v), v))(1.5, 2.0)
    near(twice, mpmath.diff(lambda s: mpmath.besselk(s, 2), mpmath.mpf(1.5), 2), 1e-12)


def test_where_bessel_functions_have_no_derivative_by_their_order():
    for function in (bessel_references.jv_slope, bessel_references.ive_slope):
        np.testing.assert_array_equal(function(np.array([1.0, 0.0, 1.5, np.nan, 1.0]), np.array([0, 0, -2, 1, np.nan])),
                                      [0, np.nan, np.nan, np.nan, np.nan])  # fmt: skip
    assert np.isnan(bessel_references.jv_slope(0.0, 1e6))
    assert np.isnan(bessel_references.kve_slope(1, 2.0, 0.0))
    v, x = T.dscalars("v", "x")
    for function in (T.special.jv, T.special.iv, T.special.ive):
        with pytest.raises(NullTypeGradError, match=r"the derivative of (jv|ive)_slope(.|\n)*disconnected_grad"):
            T.grad(T.grad(function(v, x), v), v)
