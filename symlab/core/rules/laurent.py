"""Laurent series at a point of expressions of one variable, by exact coefficients: what cancels does so exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf, isfinite, isqrt
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import Op
from symlab.core.ops.compare import gt, lt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import (
    add,
    exp,
    expm1,
    log,
    log1p,
    mul,
    neg,
    pow,
    reciprocal,
    sigmoid,
    sqr,
    sqrt,
    tanh,
)
from symlab.core.ops.exponential import cbrt
from symlab.core.ops.polynomials import horner, polynomial
from symlab.core.ops.trigonometric import arcsin, arcsinh, arctan, arctanh, cos, cosh, sin, sinh, tan
from symlab.core.rules.collect import factor_of
from symlab.core.rules.constants import is_number

DENOMINATOR = 5040  # of fractions that a constant is taken to be where it is the float nearest to one
HIGHEST_POWER = 12
NEAR = 1e-5  # relative difference of numbers that may be equal but for rounding
COMPARED = 6  # terms
MOST_NODES = 200
Point = Fraction | float  # where a float is infinite
DOUBLE = np.dtype(np.float64)
ZERO, HALF = Fraction(0), Fraction(1, 2)


class NoSeries(Exception):
    """The expression has no Laurent series with rational coefficients at the point."""


@dataclass(frozen=True)
class Laurent:
    """t^first (terms[0] + terms[1] t + ...), where the terms that are listed are known and the first is not 0."""

    first: int
    terms: tuple[Fraction, ...]

    def __neg__(self) -> Laurent:
        return Laurent(self.first, tuple(-value for value in self.terms))

    def __add__(self, other: Laurent) -> Laurent:
        first = min(self.first, other.first)
        end = min(self.first + len(self.terms), other.first + len(other.terms))
        return stripped(first, [self[power] + other[power] for power in range(first, end)])

    def __mul__(self, other: Laurent) -> Laurent:
        count = min(len(self.terms), len(other.terms))
        found = [ZERO] * count
        for i, a in enumerate(self.terms[:count]):
            for k, b in enumerate(other.terms[: count - i]) if a else ():
                found[i + k] += a * b
        return Laurent(self.first + other.first, tuple(found))

    def __getitem__(self, power: int) -> Fraction:
        return self.terms[power - self.first] if power >= self.first else ZERO

    @property
    def leading(self) -> Laurent:
        """The first term alone."""
        return Laurent(self.first, self.terms[:1])

    def scaled(self, factor: Fraction) -> Laurent:
        """The series times a number that is not 0."""
        return Laurent(self.first, tuple(value * factor for value in self.terms))

    def power(self, exponent: Fraction, defined_below: bool = False) -> Laurent:
        """The series to a power, from P' u = p u' P; a root has one on both sides of the point alone.

        sqrt(t^2) is not t but |t|, and (t^3)^(1/3) is t where t > 0 alone, unless it is `defined_below` 0.
        """
        lead, first = self.terms[0], self.first * exponent
        one_sided = exponent.denominator != 1 and (self.first % 2 or first % 2) and not defined_below
        if first.denominator != 1 or one_sided:
            raise NoSeries
        unit = [value / lead for value in self.terms]
        found = [Fraction(1)]
        for n in range(1, len(unit)):
            total = sum((((exponent + 1) * k - n) * unit[k] * found[n - k] for k in range(1, n + 1) if unit[k]), ZERO)
            found.append(total / n)
        return Laurent(int(first), tuple(found)).scaled(rational_power(lead, exponent))

    def derivative(self) -> Laurent:
        """The derivative by t of a series that is no constant."""
        return stripped(self.first - 1, [value * (self.first + k) for k, value in enumerate(self.terms)])

    def integral(self) -> Laurent:
        """The series whose derivative this is and that is 0 at t = 0."""
        if self.first < 0:
            raise NoSeries
        return Laurent(self.first + 1, tuple(value / (self.first + k + 1) for k, value in enumerate(self.terms)))


def variable(point: Point, count: int) -> Laurent:
    """x as point + t, or as 1 / t where the point is infinite."""
    if isinstance(point, Fraction):
        return stripped(0, [point, Fraction(1), *[ZERO] * (count - 2)])
    return Laurent(-1, (Fraction(1), *[ZERO] * (count - 1)))


def stripped(first: int, terms: list[Fraction]) -> Laurent:
    """A series less its leading zeros."""
    zeros = next((place for place, value in enumerate(terms) if value), None)
    if zeros is None:
        raise NoSeries
    return Laurent(first + zeros, tuple(terms[zeros:]))


def number(value: Fraction, count: int) -> Laurent:
    """A constant."""
    return stripped(0, [value, *[ZERO] * (count - 1)])


def rational_power(value: Fraction, exponent: Fraction) -> Fraction:
    """A power of a number, if it is rational."""
    if value == 1:
        return value
    if exponent.denominator == 1:
        return value ** int(exponent)
    roots = [isqrt(max(part, 0)) for part in (value.numerator, value.denominator)]
    if exponent.denominator != 2 or Fraction(roots[0] ** 2, roots[1] ** 2 or 1) != value:
        raise NoSeries
    return Fraction(*roots) ** int(2 * exponent)


def value_of(node: Expr) -> Fraction:
    """A constant as a fraction: a simple one, where the constant is the float nearest to it."""
    array = constant_value(node)
    value = array.item()
    if isinstance(value, complex):
        raise NoSeries
    return nearest(value, array.dtype)


@lru_cache(4096)
def nearest(value: float, dtype: np.dtype[Any] = DOUBLE) -> Fraction:
    """As `value_of`, of the value of a constant of this dtype."""
    if not isfinite(value):
        raise NoSeries
    exact = Fraction(value)
    simple = exact.limit_denominator(DENOMINATOR)
    return simple if dtype.type(float(simple)) == dtype.type(value) else exact


# Functions of series


def exponential(u: Laurent) -> Laurent:
    """exp of a series that is 0 at t = 0, from E' = u' E."""
    if u.first < 1:
        raise NoSeries
    count = len(u.terms)
    found = [Fraction(1)]
    for n in range(1, count):
        found.append(sum((k * u[k] * found[n - k] for k in range(u.first, n + 1)), ZERO) / n)
    return Laurent(0, tuple(found))


def sine_and_cosine(u: Laurent) -> tuple[Laurent, Laurent]:
    """sin and cos of a series that is 0 at t = 0, from each the other's derivative."""
    if u.first < 1:
        raise NoSeries
    sines, cosines = [ZERO], [Fraction(1)]
    for n in range(1, len(u.terms) + 1):
        parts = [k * u[k] for k in range(u.first, min(n, u.first + len(u.terms) - 1) + 1)]
        places = range(u.first, u.first + len(parts))
        sines.append(sum((part * cosines[n - k] for k, part in zip(places, parts)), ZERO) / n)
        cosines.append(-sum((part * sines[n - k] for k, part in zip(places, parts)), ZERO) / n)
    return stripped(0, sines), Laurent(0, tuple(cosines))


def hyperbolic(u: Laurent, sign: int) -> Laurent:
    """(exp(u) + sign exp(-u)) / 2."""
    opposite = exponential(-u)
    return (exponential(u) + (opposite if sign > 0 else -opposite)).scaled(HALF)


def logarithm(u: Laurent) -> Laurent:
    """log of a series that is 1 at t = 0."""
    if u.first or u.terms[0] != 1:
        raise NoSeries
    return (u.derivative() * u.power(Fraction(-1))).integral()


def arc(sign: int, exponent: Fraction) -> Callable[[Laurent], Laurent]:
    """The function that is 0 at 0 and has the derivative (1 + sign u^2)^exponent, of a series that is 0 at t = 0."""

    def found(u: Laurent) -> Laurent:
        if u.first < 1:
            raise NoSeries
        square = u * u
        slope = number(Fraction(1), len(u.terms)) + (square if sign > 0 else -square)
        return (slope.power(exponent) * u.derivative()).integral()

    return found


def one_more(u: Laurent) -> Laurent:
    """1 + u."""
    return number(Fraction(1), len(u.terms) + max(u.first, 0)) + u


def one_less(u: Laurent) -> Laurent:
    """u - 1."""
    return u + number(Fraction(-1), len(u.terms) + max(u.first, 0))


FUNCTIONS: Mapping[Op, Callable[[Laurent], Laurent]] = {
    reciprocal: lambda u: u.power(Fraction(-1)),
    sqr: lambda u: u * u,
    sqrt: lambda u: u.power(HALF),
    cbrt: lambda u: u.power(Fraction(1, 3), defined_below=True),
    exp: exponential,
    expm1: lambda u: one_less(exponential(u)),
    log: logarithm,
    log1p: lambda u: logarithm(one_more(u)),
    sin: lambda u: sine_and_cosine(u)[0],
    cos: lambda u: sine_and_cosine(u)[1],
    tan: lambda u: sine_and_cosine(u)[0] * sine_and_cosine(u)[1].power(Fraction(-1)),
    sinh: lambda u: hyperbolic(u, -1),
    cosh: lambda u: hyperbolic(u, 1),
    tanh: lambda u: hyperbolic(u, -1) * hyperbolic(u, 1).power(Fraction(-1)),
    sigmoid: lambda u: one_more(exponential(-u)).power(Fraction(-1)),
    arctan: arc(1, Fraction(-1)),
    arctanh: arc(-1, Fraction(-1)),
    arcsin: arc(-1, -HALF),
    arcsinh: arc(1, -HALF),
}


class Expansion:
    """The series of nodes at one point, from `count` coefficients of the variable.

    `limit` is how far from the point a series is that of the node, where a choice between formulas says so.
    """

    def __init__(self, x: Expr, point: Point, count: int, chosen: Mapping[Expr, bool] | None = None) -> None:
        self.x, self.point, self.count = x, point, count
        self.found = {x: variable(point, count)}
        self.chosen = chosen or {}  # conditions, and whether they hold
        self.limit = inf

    def of(self, node: Expr, depth: int) -> Laurent:
        """The series of a node."""
        if node not in self.found:
            if not depth or len(self.found) > MOST_NODES:
                raise NoSeries
            self.found[node] = self.made(node, depth - 1)
        return self.found[node]

    def made(self, node: Expr, depth: int) -> Laurent:
        """The series of a node from those of its operands."""
        if is_number(node):
            return number(value_of(node), self.count)
        if node.op is pow and is_number(node.args[1]):
            exponent = value_of(node.args[1])
            if abs(exponent) > HIGHEST_POWER:
                raise NoSeries
            return self.of(node.args[0], depth).power(exponent)
        if node.op in FUNCTIONS:
            return FUNCTIONS[node.op](self.of(node.args[0], depth))
        if node.op is neg:
            return -self.of(node.args[0], depth)
        if node.op is switch:
            return self.choice(node, depth)
        if node.op is polynomial:
            coefficients = node.attr("coefficients")
            x = self.of(node.args[0], depth)
            return horner(coefficients, x, lambda value: number(nearest(value), self.count))  # type: ignore[no-any-return]
        if node.op not in (add, mul):
            raise NoSeries
        power, others = power_within(node, self.x)
        total = self.of(self.x, depth).power(Fraction(power)) if power else self.of(others[0], depth)
        for arg in others if power else others[1:]:
            total = total + self.of(arg, depth) if node.op is add else total * self.of(arg, depth)
        return total

    # Choices

    def choice(self, node: Expr, depth: int) -> Laurent:
        """The series of the formula that a choice takes at the point."""
        condition, *branches = node.args
        if condition in self.chosen:
            return self.of(branches[0 if self.chosen[condition] else 1], depth)
        holds, limit = self.decided(condition, depth)
        taken = self.branch(condition, branches, holds, depth)
        try:
            other = self.branch(condition, branches, not holds, depth)
        except NoSeries:
            other = taken
        else:
            if agree(taken, other):  # one function in two forms: a polynomial near the point, a formula elsewhere
                return other
        self.limit = min(self.limit, limit)
        return taken

    def branch(self, condition: Expr, branches: Sequence[Expr], holds: bool, depth: int) -> Laurent:
        """The series of one of the formulas."""
        inner = Expansion(self.x, self.point, self.count, {**self.chosen, condition: holds})
        found = inner.of(branches[0 if holds else 1], depth)
        self.limit = min(self.limit, inner.limit)
        return found

    def decided(self, condition: Expr, depth: int) -> tuple[bool, float]:
        """Whether a comparison holds at the point, and how far from it about."""
        if condition.op not in (lt, gt):
            raise NoSeries
        (a, slope), (b, other) = (self.value_and_slope(arg, depth) for arg in condition.args)
        steep = abs(slope) + abs(other)
        if abs(a - b) <= NEAR * (abs(a) + abs(b)):
            raise NoSeries
        return (a < b) == (condition.op is lt), abs(a - b) / (2 * steep) if steep else inf

    def value_and_slope(self, node: Expr, depth: int) -> tuple[float, float]:
        """The value and the derivative of a node, or of the node whose size it is, at the point."""
        series = self.of(node.args[0] if node.op is magnitude else node, depth)
        if series.first < 0 or len(series.terms) < 2:
            raise NoSeries
        value = float(series[0])
        return abs(value) if node.op is magnitude else value, float(series[1])


def power_within(node: Expr, x: Expr) -> tuple[int, Sequence[Expr]]:
    """The power of a variable that is itself a product which a product holds, and the other operands."""
    if x.op is not mul or node.op is not mul or node is x:
        return 0, node.args
    own, inner = powers_of(x.args), powers_of(node.args)
    shares = {inner.get(base, 0.0) / power for base, power in own.items()}
    share = shares.pop()
    if shares or not share or not float(share).is_integer():
        return 0, node.args
    return int(share), [arg for arg in node.args if factor_of(arg)[0] not in own]


def powers_of(factors: Sequence[Expr]) -> dict[Expr, float]:
    """Factors as bases and exponents."""
    found: dict[Expr, float] = {}
    for base, power in map(factor_of, factors):
        found[base] = found.get(base, 0.0) + power
    return found


def agree(first: Laurent, second: Laurent) -> bool:
    """Whether two series begin with the same terms, but for the rounding of constants."""
    if first.first != second.first:
        return False
    pairs = list(zip(first.terms, second.terms))[:COMPARED]
    largest = max(max(abs(a), abs(b)) for a, b in pairs)
    return all(abs(a - b) <= NEAR * max(abs(a), abs(b), NEAR * largest) for a, b in pairs)
