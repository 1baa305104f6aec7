"""Power series of expressions of one input, at 0 and at infinity; negative powers are allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import mpmath

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import AS_WRITTEN, CONSTANT, Op, resolved
from symlab.core.ops.elementwise import add, mul, neg, pow, reciprocal, sqr, sqrt, sub, true_div
from symlab.core.ops.operators import Variable
from symlab.debug.accuracy.exactly import fraction_of
from symlab.debug.exact import FAILURES, exactly

ORDER = 24  # terms that are computed with, zeros included
DIGITS = 150
LARGEST = 10**30  # denominators of coefficients that are taken for fractions
NEAR = mpmath.mpf(2) ** -10  # where coefficients are tried
Coefficient = Any  # a Fraction where it is known to be one, else mpmath's


class NoSeries(Exception):
    """An expression that has no such series."""


@dataclass(frozen=True)
class Series:
    """terms[0] t^low + terms[1] t^(low + 1) + ..., the first term not 0; without terms it is 0."""

    low: int
    terms: tuple[Coefficient, ...]

    def __add__(self, other: Series) -> Series:
        if not self.terms or not other.terms:
            return self if self.terms else other
        low = min(self.low, other.low)
        high = min(self.low + len(self.terms), other.low + len(other.terms))
        return series(low, [self[place] + other[place] for place in range(low, high)])

    def __getitem__(self, power: int) -> Coefficient:
        place = power - self.low
        return self.terms[place] if 0 <= place < len(self.terms) else Fraction(0)

    def __neg__(self) -> Series:
        return Series(self.low, tuple(-term for term in self.terms))

    def __mul__(self, other: Series) -> Series:
        if not self.terms or not other.terms:
            return Series(0, ())
        count = min(len(self.terms), len(other.terms))
        found = [sum((self.terms[k] * other.terms[n - k] for k in range(n + 1)), Fraction(0)) for n in range(count)]
        return series(self.low + other.low, found)

    def reciprocal(self) -> Series:
        """1 over the series."""
        if not self.terms:
            raise NoSeries("a division by 0")
        first = self.terms[0]
        found: list[Coefficient] = [1 / first]
        for n in range(1, len(self.terms)):
            found.append(-sum((self.terms[k] * found[n - k] for k in range(1, n + 1)), Fraction(0)) / first)
        return series(-self.low, found)


def series(low: int, terms: Sequence[Coefficient]) -> Series:
    """A series without leading zeros."""
    for place, term in enumerate(terms):
        if not is_zero(term):
            return Series(low + place, tuple(terms[place:]))
    return Series(0, ())


def is_zero(term: Coefficient) -> bool:
    """Whether a coefficient is 0, up to the rounding of those that are not fractions."""
    return term == 0 if isinstance(term, Fraction) else bool(abs(term) < mpmath.mpf(10) ** (-DIGITS // 2))


def constant_series(value: Coefficient) -> Series:
    """A number."""
    return series(0, [value, *[Fraction(0)] * (ORDER - 1)])


def expansion(root: Expr, variable: Expr, at_infinity: bool = False) -> Series:
    """The series of an expression of one input t at 0, or in 1/t."""
    known: dict[Expr, Series] = {}
    known[variable] = Series(-1 if at_infinity else 1, (Fraction(1), *[Fraction(0)] * (ORDER - 1)))
    with exactly(DIGITS):
        for node in toposort([root], known):
            if node in known:
                continue
            if node.op is CONSTANT and not node.type.shape and node.type.dtype.kind in "fiu":
                known[node] = constant_series(Fraction(float(constant_value(node))))
            elif not node.args:
                raise NoSeries("a second input")
            else:
                known[node] = of_node(node, [known[arg] for arg in node.args])
    return known[root]


def of_node(node: Expr, args: Sequence[Series]) -> Series:
    """The series of one node."""
    if node.op is AS_WRITTEN:
        return args[0]
    if node.op in RATIONAL:
        total = args[0]
        for arg in args[1:] or [None]:
            total = RATIONAL[node.op](total, arg)
        return total
    if node.op is pow:
        return to_power(args[0], args[1])
    if node.op is sqrt:
        return to_power(args[0], constant_series(Fraction(1, 2)))
    if len(args) != 1 or node.op.exact is None or node.type.dtype.kind != "f":
        raise NoSeries(node.op.name)
    return composed(node.op, args[0])


RATIONAL: Mapping[Op, Callable[[Any, Any], Series]] = MappingProxyType(
    {
        add: lambda a, b: a + b,
        sub: lambda a, b: a + (-b),
        mul: lambda a, b: a * b,
        true_div: lambda a, b: a * b.reciprocal(),
        neg: lambda a, b: -a,
        reciprocal: lambda a, b: a.reciprocal(),
        sqr: lambda a, b: a * a,
    }
)


def composed(op: Op, inner: Series) -> Series:
    """A function of one operand over a series that has no negative powers."""
    if inner.terms and inner.low < 0:
        raise NoSeries(f"{op.name} of what has a pole")
    start = inner[0]
    step = series(inner.low, [Fraction(0) if inner.low + k == 0 else term for k, term in enumerate(inner.terms)])
    factors = taylor_coefficients(op, start)
    total = constant_series(factors[-1])
    for factor in reversed(factors[:-1]):
        total = constant_series(factor) + (total * step if step.terms else Series(0, ()))
    return total


def taylor_coefficients(op: Op, start: Coefficient) -> list[Coefficient]:
    """The coefficients of a function at a point, as fractions where they are such."""
    formula = resolved(op.exact)
    point = mpmath.mpf(start.numerator) / start.denominator if isinstance(start, Fraction) else start
    try:
        found = mpmath.taylor(formula, point, ORDER - 1)
        apart = max(abs(mpmath.polyval(found[::-1], step) - formula(point + step)) for step in (NEAR, -NEAR))
    except FAILURES:
        raise NoSeries(op.name) from None
    real = all(not isinstance(value, mpmath.mpc) and mpmath.isfinite(value) for value in found)
    if not real or not apart < NEAR ** (ORDER - 4):  # |x| has coefficients too
        raise NoSeries(op.name)
    return [as_fraction(value) for value in found]


def as_fraction(value: Any) -> Coefficient:
    """A number as a fraction, if all of its digits say so."""
    whole = mpmath.mpf(value)
    scale = 2 ** (mpmath.mp.prec // 2)
    found = Fraction(int(mpmath.nint(whole * scale)), scale).limit_denominator(LARGEST)
    near = mpmath.mpf(found.numerator) / found.denominator
    return found if abs(whole - near) <= mpmath.mpf(10) ** (-DIGITS // 2) * (1 + abs(whole)) else whole


def to_power(base: Series, exponent: Series) -> Series:
    """A series to a power that is a number, whose leading term has such a power: by p f' g = f g'."""
    power = exponent[0]
    if not base.terms or any(not is_zero(term) for term in exponent.terms[1:] if exponent.low == 0):
        raise NoSeries("pow")
    if isinstance(power, Fraction):
        power = fraction_of(float(power)) or power
    lowest = base.low * power
    if exponent.low != 0 or not isinstance(power, Fraction) or lowest.denominator != 1:
        raise NoSeries("pow")
    first = base.terms[0]
    if first < 0 and power.denominator != 1:
        raise NoSeries("pow")
    ratio = mpmath.mpf(power.numerator) / power.denominator
    number = mpmath.mpf(first.numerator) / first.denominator if isinstance(first, Fraction) else first
    found: list[Coefficient] = [as_fraction(mpmath.power(number, ratio))]
    for n in range(1, len(base.terms)):
        total = sum(((power * k - (n - k)) * base.terms[k] * found[n - k] for k in range(1, n + 1)), Fraction(0))
        found.append(total / (n * first))
    return series(int(lowest), found)


def partial_sums(found: Series, variable: Variable, at_infinity: bool, counts: Sequence[int]) -> list[Variable]:
    """The first terms of a series as an expression, for several numbers of terms that are not 0."""
    powers = [(found.low + place, term) for place, term in enumerate(found.terms) if not is_zero(term)]
    return [horner(powers[:count], variable, at_infinity) for count in counts if count <= len(powers)]


def horner(powers: Sequence[tuple[int, Coefficient]], variable: Variable, at_infinity: bool) -> Variable:
    """A sum of powers, from the last one inward."""
    base = 1 / variable if at_infinity else variable
    factors = {step: raised(base, step) for step in sorted({b - a for (a, _), (b, _) in pairwise(powers)})}
    (last, value), *others = reversed(powers)
    total: Any = float(value)
    for power, value in others:
        total = float(value) + factors[last - power] * total
        last = power
    return total * raised(base, last) if last > 0 else divided(total, variable, base, -last, at_infinity)


def divided(total: Any, variable: Variable, base: Variable, power: int, at_infinity: bool) -> Variable:
    """What has a pole, or grows: divided by a power."""
    if not power:
        return total + 0 * variable if isinstance(total, float) else total
    return total * raised(variable, power) if at_infinity else total / raised(base, power)


def raised(base: Variable, power: int) -> Variable:
    """A positive power as products."""
    found = None
    square = base
    while power:
        if power % 2:
            found = square if found is None else found * square
        power //= 2
        square = square * square if power else square
    assert found is not None
    return found
