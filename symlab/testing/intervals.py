"""Taylor polynomials over many boxes at once, their coefficients enclosed by intervals that are rounded outward.

A `Jet` holds what a function can be on a box [m - h, m + h]: the coefficients of its Taylor polynomial at m, and of
the highest order those that it may have anywhere on the box, so that the sum of all encloses every value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import inf
from typing import Any

import numpy as np

Ends = np.ndarray
Exponents = tuple[int, ...]
EPSILON = 2.0**-52
ULP = 4  # by how many units in the last place a function of the C library is trusted


@dataclass(frozen=True)
class Interval:
    """The least and the greatest of what a number can be, per box."""

    low: Ends
    high: Ends

    def __add__(self, other: Interval) -> Interval:
        return outward(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a, b in product((self.low, self.high), (other.low, other.high))]
        return outward(np.minimum.reduce(ends), np.maximum.reduce(ends))

    @property
    def size(self) -> Ends:
        """The largest magnitude."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    def at(self, places: Any) -> Interval:
        """Some rows of coefficients."""
        return Interval(self.low[places], self.high[places])

    def with_constant(self, constant: Interval) -> Interval:
        """Coefficients with another first row."""
        return Interval(
            *(np.concatenate([a[None], b[1:]]) for a, b in ((constant.low, self.low), (constant.high, self.high)))
        )

    def reciprocal(self) -> Interval:
        """1 over it; no end where it holds 0."""
        apart = (self.low > 0) | (self.high < 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = outward(1 / self.high, 1 / self.low)
        return Interval(np.where(apart, ends.low, -inf), np.where(apart, ends.high, inf))


def outward(low: Ends, high: Ends, ulp: int = 1) -> Interval:
    """An interval whose ends are moved apart, since they are rounded; nan is no bound."""
    for _ in range(ulp):
        low, high = np.nextafter(low, -inf), np.nextafter(high, inf)
    return Interval(np.where(np.isnan(low), -inf, low), np.where(np.isnan(high), inf, high))


def exactly(value: float, like: Ends) -> Interval:
    """One number in every box."""
    ends = np.full_like(like, value)
    return Interval(ends, ends)


def rising(function: Callable[[Ends], Ends], x: Interval) -> Interval:
    """A function that never falls, by its values at the ends."""
    with np.errstate(all="ignore"):
        return outward(function(x.low), function(x.high), ULP)


def waving(x: Interval, shift: float) -> Interval:
    """The sine of x + shift quarter turns."""
    with np.errstate(all="ignore"):
        ends = [np.sin(end + shift * np.pi / 2) for end in (x.low, x.high)]
        turns = [np.floor((end + (shift - top) * np.pi / 2) / (2 * np.pi)) for top in (1, 3) for end in (x.low, x.high)]
    slack = 1e-15 * (1 + x.size)
    low, high = np.minimum(*ends) - slack, np.maximum(*ends) + slack
    found = outward(np.where(turns[2] != turns[3], -1.0, low), np.where(turns[0] != turns[1], 1.0, high), ULP)
    return Interval(np.maximum(found.low, -1.0 - 1e-15), np.minimum(found.high, 1.0 + 1e-15))


# Taylor coefficients of functions of one variable at an interval


def exp_terms(x: Interval, count: int) -> list[Interval]:
    """exp(x) / k!."""
    terms = [rising(np.exp, x)]
    for k in range(1, count):
        terms.append(terms[-1] * exactly(1 / k, x.low))
    return [outward(term.low, term.high, count) for term in terms]


def power_terms(exponent: float) -> Callable[[Interval, int], list[Interval]]:
    """The coefficients of x ** exponent, for positive x (any x that is not 0, if the exponent is whole)."""

    def terms(x: Interval, count: int) -> list[Interval]:
        inverse = x.reciprocal()
        first = powered(x, exponent)
        found, binomial = [first], 1.0
        power = exactly(1.0, x.low)
        for k in range(1, count):
            binomial *= (exponent - k + 1) / k
            power = power * inverse
            found.append(first * power * outward(*[np.full_like(x.low, binomial)] * 2, ULP))
        return found

    return terms


def powered(x: Interval, exponent: float) -> Interval:
    """x ** exponent."""
    if exponent == int(exponent):
        result = exactly(1.0, x.low)
        for _ in range(abs(int(exponent))):
            result = result * (x if exponent > 0 else x.reciprocal())
        return result
    positive = x.low > 0
    with np.errstate(all="ignore"):
        ends = [np.where(positive, end, 1.0) ** exponent for end in (x.low, x.high)]
    found = outward(np.minimum(*ends), np.maximum(*ends), ULP)
    return Interval(np.where(positive, found.low, -inf), np.where(positive, found.high, inf))


def log_terms(x: Interval, count: int) -> list[Interval]:
    """log(x), and (-1)^(k + 1) / (k x^k)."""
    positive = x.low > 0
    value = rising(lambda end: np.log(np.where(positive, end, 1.0)), x)
    found = [Interval(np.where(positive, value.low, -inf), np.where(positive, value.high, inf))]
    power, inverse = exactly(1.0, x.low), x.reciprocal()
    for k in range(1, count):
        power = power * inverse
        found.append(power * outward(*[np.full_like(x.low, (-1.0) ** (k + 1) / k)] * 2))
    return found


def sine_terms(shift: int) -> Callable[[Interval, int], list[Interval]]:
    """The coefficients of the sine of x and a number of quarter turns."""

    def terms(x: Interval, count: int) -> list[Interval]:
        factorial, found = 1.0, []
        for k in range(count):
            factorial *= max(k, 1)
            found.append(waving(x, shift + k) * outward(*[np.full_like(x.low, 1 / factorial)] * 2, ULP))
        return found

    return terms


# Jets


@cache
def exponents(variables: int, order: int) -> tuple[Exponents, ...]:
    """The powers of all monomials up to an order, the constant one first."""
    return tuple(item for item in product(range(order + 1), repeat=variables) if sum(item) <= order)


@cache
def pairs(variables: int, order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which coefficients of two polynomials are multiplied, sorted by what they add to, and where each sum begins."""
    keys = exponents(variables, order)
    places = {key: place for place, key in enumerate(keys)}
    found = sorted(
        (places[whole], i, k)
        for i, first in enumerate(keys)
        for k, second in enumerate(keys)
        if (whole := tuple(a + b for a, b in zip(first, second))) in places
    )
    target, left, right = np.array(found).T
    return left, right, np.searchsorted(target, np.arange(len(keys)))


@dataclass(frozen=True)
class Jet:
    """A Taylor polynomial: its coefficients at the middle of each box, and those anywhere on it, a row for each."""

    middle: Interval
    whole: Interval
    variables: int
    order: int

    def both(self, combine: Callable[..., Interval], *others: Jet) -> Jet:
        """What the coefficients become, at the middle and anywhere."""
        middle = combine(self.middle, *(other.middle for other in others))
        whole = combine(self.whole, *(other.whole for other in others))
        return Jet(middle, whole, self.variables, self.order)

    def __add__(self, other: Jet) -> Jet:
        return self.both(Interval.__add__, other)

    def __neg__(self) -> Jet:
        return self.both(Interval.__neg__)

    def __mul__(self, other: Jet) -> Jet:
        return self.both(self.multiplied, other)

    def multiplied(self, a: Interval, b: Interval) -> Interval:
        """The product of two polynomials, cut at the order."""
        left, right, starts = pairs(self.variables, self.order)
        with np.errstate(all="ignore"):
            terms = a.at(left) * b.at(right)
            low, high = (np.add.reduceat(end, starts, axis=0) for end in (terms.low, terms.high))
            slack = len(left) * EPSILON * np.add.reduceat(terms.size, starts, axis=0)
        return outward(low - slack, high + slack)

    def of(self, terms: Callable[[Interval, int], list[Interval]]) -> Jet:
        """A function of it, whose Taylor coefficients at an interval are given, by Horner's scheme."""

        def composed(a: Interval) -> Interval:
            coefficients = terms(a.at(0), self.order + 1)
            rest = a.with_constant(exactly(0.0, a.low[0]))
            result = exactly(0.0, a.low).with_constant(coefficients[-1])
            for coefficient in reversed(coefficients[:-1]):
                result = self.multiplied(result, rest)
                result = result.with_constant(result.at(0) + coefficient)
            return result

        return self.both(composed)

    def chosen(self, condition: np.ndarray, first: Jet, second: Jet) -> Jet:
        """One jet where a condition holds on a box, else another."""
        return first.both(
            lambda a, b: Interval(np.where(condition, a.low, b.low), np.where(condition, a.high, b.high)), second
        )

    def enclosure(self, half: Sequence[float]) -> Interval:
        """All values on each box, whose half sizes are given."""
        keys = exponents(self.variables, self.order)
        highest = np.array([sum(key) == self.order for key in keys])[:, None]
        sizes = np.array([np.prod([h**power for h, power in zip(half, key)]) for key in keys[1:]])[:, None]
        spread = np.where(highest, self.whole.size, self.middle.size)[1:] * sizes
        with np.errstate(all="ignore"):
            reach = spread.sum(axis=0) * (1 + len(keys) * EPSILON)
        return outward(self.middle.low[0] - reach, self.middle.high[0] + reach)


def variable(place: int, variables: int, middle: Ends, half: float, order: int) -> Jet:
    """A variable itself: its middles, half the size of the boxes."""
    unit = tuple(int(k == place) for k in range(variables))
    rows = [np.full_like(middle, float(key == unit)) for key in exponents(variables, order)]
    flat = Interval(np.stack(rows), np.stack(rows))
    ends = outward(middle - half, middle + half)
    return Jet(flat.with_constant(Interval(middle, middle)), flat.with_constant(ends), variables, order)


def number(value: float, variables: int, like: Ends, order: int) -> Jet:
    """A constant."""
    flat = exactly(0.0, np.zeros((len(exponents(variables, order)), *like.shape)))
    flat = flat.with_constant(exactly(value, like))
    return Jet(flat, flat, variables, order)
