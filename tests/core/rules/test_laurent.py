"""Laurent series with exact coefficients: of functions, of quotients, of choices, at finite points and at infinity."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import mpmath
import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.ir.graph import Graph
from symlab.core.rules.laurent import Expansion, NoSeries, nearest

x = T.dscalar("x")
U = x + 0.5 * x * x + T.neg(x**3)  # what functions are taken of: 0 at 0, and neither even nor odd


def inner(t):
    """U, exactly."""
    return t + t * t / 2 - t**3


def series(expression, point=Fraction(0), count=12):
    """The series of an expression in x as it is in a graph."""
    graph = Graph.of([x], [expression])
    return Expansion(graph.inputs[0], point, count).of(graph.roots[0], 60)


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (T.exp(U), lambda t: mpmath.exp(inner(t))),
        (T.expm1(U), lambda t: mpmath.expm1(inner(t))),
        (T.log1p(U), lambda t: mpmath.log1p(inner(t))),
        (T.log(1 + U), lambda t: mpmath.log1p(inner(t))),
        (T.sin(U), lambda t: mpmath.sin(inner(t))),
        (T.cos(U), lambda t: mpmath.cos(inner(t))),
        (T.tan(U), lambda t: mpmath.tan(inner(t))),
        (T.sinh(U), lambda t: mpmath.sinh(inner(t))),
        (T.cosh(U), lambda t: mpmath.cosh(inner(t))),
        (T.tanh(U), lambda t: mpmath.tanh(inner(t))),
        (T.sigmoid(U), lambda t: 1 / (1 + mpmath.exp(-inner(t)))),
        (T.arctan(U), lambda t: mpmath.atan(inner(t))),
        (T.arctanh(U), lambda t: mpmath.atanh(inner(t))),
        (T.arcsin(U), lambda t: mpmath.asin(inner(t))),
        (T.arcsinh(U), lambda t: mpmath.asinh(inner(t))),
        (T.sqrt(4 + U), lambda t: mpmath.sqrt(4 + inner(t))),
        (T.cbrt(1 + U), lambda t: mpmath.cbrt(1 + inner(t))),
        ((1 + U) ** 2.5, lambda t: (1 + inner(t)) ** mpmath.mpf(2.5)),
        (T.reciprocal(2 + U), lambda t: 1 / (2 + inner(t))),
    ],
)
def test_coefficients_of_functions(written, exact) -> None:
    found = series(written)
    with mpmath.workdps(60):
        wanted = mpmath.taylor(exact, 0, 9)
        for power, coefficient in enumerate(wanted):
            assert abs(mpmath.mpf(found[power].numerator) / found[power].denominator - coefficient) < 1e-15, power


def test_poles() -> None:
    """1 / sin(x) begins with 1 / x; products of poles and zeros are exact."""
    found = series(T.reciprocal(T.sin(x)))
    assert (found.first, *(found[power] for power in (-1, 0, 1, 3))) == (-1, 1, 0, Fraction(1, 6), Fraction(7, 360))
    assert series(T.reciprocal(x * x) * T.sin(x)).first == -1


def test_points() -> None:
    """At 1 and at infinity, where x is 1 / t."""
    at_one = series(T.log(x), Fraction(1))
    assert [at_one[power] for power in (1, 2, 3)] == [1, Fraction(-1, 2), Fraction(1, 3)]
    at_infinity = series(x * T.log1p(T.reciprocal(x)), inf)
    assert [at_infinity[power] for power in (0, 1, 2)] == [1, Fraction(-1, 2), Fraction(1, 3)]


@pytest.mark.parametrize("written", [T.log(x), T.exp(1 + x), T.sqrt(x), T.sqrt(2 + x), T.erf(x), abs(x)])
def test_what_has_no_rational_series_has_none(written) -> None:
    with pytest.raises(NoSeries):
        series(written)


def test_choices_are_those_made_at_the_point() -> None:
    """A choice is looked through, and holds as far as the condition does; two forms of one function are one."""
    chosen = T.switch(abs(x) < 0.5, T.sin(x), 7 + x)
    graph = Graph.of([x], [chosen])
    expansion = Expansion(graph.inputs[0], Fraction(0), 12)
    assert expansion.of(graph.roots[0], 60)[3] == Fraction(-1, 6)
    assert 0.2 <= expansion.limit <= 0.5
    near = abs(x) < 0.5
    twice = T.switch(near, x + T.neg(x**3) * (1 / 6) + x**5 * 0.008333333, T.sin(T.switch(near, 1, x)))
    graph = Graph.of([x], [twice])
    expansion = Expansion(graph.inputs[0], Fraction(0), 8)
    assert expansion.of(graph.roots[0], 60)[5] == Fraction(1, 120)  # of the formula, exactly
    assert expansion.limit == inf
    with pytest.raises(NoSeries):
        series(T.switch(x < 0, x, T.neg(x)))  # is decided by nothing at the point
    assert series(T.switch(x < -1, abs(x), x))[1] == 1


@pytest.mark.parametrize("value", [1 / 3, 5 / 7, 0.1, 22 / 7, 0.5, 3.0])
def test_constants_are_the_fractions_that_people_wrote(value) -> None:
    assert float(nearest(value)) == value
    assert nearest(value).denominator <= 10


def test_other_constants_are_themselves() -> None:
    assert nearest(np.pi) == Fraction(np.pi)
