"""Meanings in NumPy of the derivatives of Gauss's hypergeometric function with respect to its parameters.

They are those of its series, term by term: each number is a Taylor polynomial in the changes of a, b and c, cut off
behind the derivative that is asked for. A negative z is first brought to z / (z - 1), between 0 and 1.
"""

from __future__ import annotations

import functools
from math import factorial
from typing import Any

import numpy as np

from symlab.core.ops.gamma_references import in_float64

Array = np.ndarray[Any, Any]
MOST_TERMS = 20_000
NEAREST = 0.998  # to 1: a geometric series that has converged after so many terms
Orders = tuple[int, ...]


def hyp2f1_slope(a: Array, b: Array, c: Array, z: Array, orders: Orders) -> Array:
    """The derivative of F(a, b; c; z), so many times by a, b and c; nan for z above 0.998 or below -499."""
    return in_float64(functools.partial(derivative, tuple(orders)))(a, b, c, z)


def derivative(orders: Orders, a: Array, b: Array, c: Array, z: Array) -> Array:
    """As `hyp2f1_slope`, of numbers of float64: F(a, b; c; z) is (1 - z)^-b F(c - a, b; c; z / (z - 1))."""
    a, b, c, z = np.broadcast_arrays(a, b, c, z)
    found = np.full(z.shape, np.nan)
    finite = np.isfinite(a) & np.isfinite(b) & np.isfinite(c) & np.isfinite(z)
    inside = finite & (np.where(z < 0, z / (z - 1), z) <= NEAREST) & ((c > 0) | (c != np.floor(c)))
    count = np.prod([factorial(order) for order in orders])
    for turned in (False, True):
        chosen = inside & ((z < 0) == turned)
        if chosen.any():
            series = Series(orders, turned, *(operand[chosen] for operand in (a, b, c, z)))
            found[chosen] = count * series.total()[orders]
    return found


class Series:
    """The terms of one series for vectors of parameters, as polynomials [power of a, of b, of c, place]."""

    def __init__(self, orders: Orders, turned: bool, a: Array, b: Array, c: Array, z: Array) -> None:
        self.orders, self.turned = orders, turned
        self.b, self.c, self.z = b, c, z / (z - 1) if turned else z
        self.first = c - a if turned else a
        self.outer = np.log1p(-z) if turned else None

    def shifted(self, terms: Array, axis: int) -> Array:
        """A polynomial times the change of one parameter."""
        moved = np.zeros_like(terms)
        source, target = [slice(None)] * 3, [slice(None)] * 3
        source[axis], target[axis] = slice(None, -1), slice(1, None)
        moved[tuple(target)] = terms[tuple(source)]
        return moved

    def following(self, terms: Array, n: int, places: Array) -> Array:
        """The next terms: times (a + n) (b + n) / (c + n) z / (n + 1)."""
        first, b, c, z = (item[places] for item in (self.first, self.b, self.c, self.z))
        step = self.shifted(terms, 0)
        found = terms * (first + n) + (self.shifted(terms, 2) - step if self.turned else step)
        found = found * (b + n) + self.shifted(found, 1)
        for power in range(found.shape[2]):
            before = found[:, :, power - 1] if power else 0.0
            found[:, :, power] = (found[:, :, power] - before) / (c + n)
        return np.asarray(found * z / (n + 1))

    def total(self) -> Array:
        """The sum of the terms; nan where it does not converge."""
        shape, places = tuple(order + 1 for order in self.orders), np.arange(len(self.z))
        found = np.full((*shape, len(places)), np.nan)
        terms = np.zeros((*shape, len(places)))
        terms[0, 0, 0] = 1
        total = terms.copy()
        for n in range(MOST_TERMS):
            terms = self.following(terms, n, places)
            total = total + terms
            if n % 16 == 15:
                done = np.all(np.abs(terms) <= 1e-17 * np.abs(total) + 1e-300, axis=(0, 1, 2))
                found[..., places[done]] = total[..., done]
                left = ~done & np.isfinite(terms).all(axis=(0, 1, 2))
                places, terms, total = places[left], terms[..., left], total[..., left]
                if not len(places):
                    break
        return self.brought_back(found)

    def brought_back(self, total: Array) -> Array:
        """The sum times (1 - z)^-b where z was turned."""
        if self.outer is None:
            return total
        found, power, count = total, total, total.shape[1]
        for m in range(1, count):
            power = self.shifted(power, 1) * -self.outer / m
            found = found + power
        return np.asarray(found * np.exp(-self.b * self.outer))
