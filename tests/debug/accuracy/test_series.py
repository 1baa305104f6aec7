"""Series against mpmath's, and where there is none."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

import symlab.tensor as T
from symlab.debug.accuracy.exactly import float_values
from symlab.debug.accuracy.series import NoSeries, expansion, partial_sums
from symlab.debug.exact import exactly

X = T.dscalar("x")


@pytest.mark.parametrize(
    ("expression", "formula"),
    [
        (T.exp(X), mpmath.exp),
        (T.sin(X) * T.exp(-X), lambda x: mpmath.sin(x) * mpmath.exp(-x)),
        (T.sqrt(1 + X) - 1, lambda x: mpmath.sqrt(1 + x) - 1),
        (T.log1p(X * X) / (2 + X), lambda x: mpmath.log1p(x * x) / (2 + x)),
        (T.exp(T.cos(X)), lambda x: mpmath.exp(mpmath.cos(x))),
        ((4 + X) ** 1.5, lambda x: (4 + x) ** 1.5),
        (T.tan(X) - T.arctan(X), lambda x: mpmath.tan(x) - mpmath.atan(x)),
    ],
)
def test_coefficients_are_those_of_taylor(expression, formula):
    found = expansion(expression, X)
    with exactly(150):
        wanted = mpmath.taylor(formula, 0, 16)
        for power, value in enumerate(wanted):
            term = found[power]
            term = mpmath.mpf(term.numerator) / term.denominator if isinstance(term, Fraction) else term
            assert abs(term - value) <= mpmath.mpf(10) ** -60, power


def test_coefficients_are_fractions_where_they_can_be():
    found = expansion((X - T.sin(X)) / (X - T.tan(X)), X)
    assert [found[power] for power in range(5)] == [
        Fraction(-1, 2), 0, Fraction(9, 40), 0, Fraction(-27, 2800)
    ]  # fmt: skip


def test_poles_and_infinity():
    assert expansion(1 / X - 1 / T.tan(X), X).low == 1
    assert expansion(1 / T.sin(X), X)[-1] == 1
    found = expansion(T.sqrt(X * X + X) - X, X, at_infinity=True)
    assert [found[power] for power in range(3)] == [Fraction(1, 2), Fraction(-1, 8), Fraction(1, 16)]


@pytest.mark.parametrize(
    "expression", [T.log(X), T.sqrt(X), T.exp(1 / X), X + T.dscalar("y"), T.abs(X), X ** T.dscalar("y"), 1 / (X - X)]
)
def test_where_there_is_no_series(expression):
    with pytest.raises(NoSeries):
        expansion(expression, X)


def test_partial_sums_come_near():
    for expression, at, at_infinity in ((1 / X - 1 / T.tan(X), 1e-2, False), (T.sqrt(X * X + X) - X, 1e4, True)):
        sums = partial_sums(expansion(expression, X, at_infinity), X, at_infinity, (1, 2, 6))
        values = [float_values([item], {X: np.array([at])})[0][0] for item in sums]
        with exactly(60):
            x = mpmath.mpf(at)
            exact = mpmath.sqrt(x * x + x) - x if at_infinity else 1 / x - mpmath.cot(x)
            errors = [abs(value / exact - 1) for value in values]
        assert errors[0] > errors[1] > errors[2]
        assert errors[2] < 4e-16
