"""Polynomials of one variable that are products: near a root, the terms of the expanded form cancel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, isfinite, isqrt, lcm, prod
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.elementwise import add, mul, neg, pow, sqr
from symlab.core.ops.polynomials import polynomial
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.collect import factor_of, power_of, without
from symlab.core.rules.constants import is_number

MOST = 8  # the largest degree
MOST_DENOMINATOR = 64
LARGEST = 1 << 20  # numerators and denominators of coefficients


@computed(
    add,
    among=(sqr, mul, neg, pow),
    assuming="real_algebra",
    accept=8,
    formula="sqr(x) - 3 * x + 2 -> (x - 1) * (x - 2)",
    example=lambda x: x * x - 3 * x + 2,
)
def factored_polynomial(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The terms of a polynomial cancel near its roots."""
    found = polynomial_of(node, builder)
    if found is None:
        return None
    base, coefficients = found
    roots = rational_roots(coefficients)
    if roots is None or any(root.denominator > MOST_DENOMINATOR for root in roots):
        return None
    factors = [factor(base, root, roots.count(root), builder) for root in dict.fromkeys(roots)]
    leading = coefficients[-1] / prod(scale_of(root) for root in roots)
    if Fraction(float(leading)) != leading:
        return None
    if abs(leading) != 1:
        factors.insert(0, builder.constant(float(abs(leading)), base))
    product = builder.flat(mul, factors)
    return builder.make(neg, (product,)) if leading < 0 else product


def factor(base: Expr, root: Fraction, count: int, builder: Builder) -> Expr:
    """(base - root) to the power of how often a root occurs, or (3 base - 1) where the root is 1/3."""
    scale = scale_of(root)
    base = base if scale == 1 else builder.flat(mul, (builder.constant(float(scale), base), base))
    step = base if not root else builder.flat(add, (base, builder.constant(float(-root * scale), base)))
    return power_of(step, count, builder)


def scale_of(root: Fraction) -> int:
    """By what a root is multiplied so that it is a float: 1, or its denominator."""
    return 1 if Fraction(float(root)) == root else root.denominator


def polynomial_of(node: Expr, builder: Builder) -> tuple[Expr, list[Fraction]] | None:
    """The variable of a polynomial of three terms or more, and its coefficients from the constant one up."""
    if not 2 < len(node.args) <= MOST + 1:
        return None
    known: dict[int, Fraction] = {}
    bases: set[Expr] = set()
    for arg in node.args:
        found, exponent, value = monomial(arg)
        if not isfinite(value) or not 0 <= exponent <= MOST or exponent != int(exponent) or int(exponent) in known:
            return None
        known[int(exponent)] = Fraction(value)
        bases |= found
    if len(bases) != 1 or not known.get(0) or any(is_wide(value) for value in known.values()):
        return None
    return bases.pop(), [known.get(place, Fraction(0)) for place in range(max(known) + 1)]


def monomial(node: Expr) -> tuple[set[Expr], float, float]:
    """A term as its variables, the exponent of them all, and its coefficient."""
    bases: set[Expr] = set()
    exponent, coefficient, waiting = 0.0, 1.0, [node]
    while waiting:
        part = waiting.pop()
        if part.op is mul:
            waiting += part.args
        elif part.op is neg:
            waiting.append(part.args[0])
            coefficient = -coefficient
        elif is_number(part):
            coefficient *= float(constant_value(part))
        else:
            base, power = factor_of(part)
            bases.add(base)
            exponent += power
    return bases, exponent, coefficient


def is_wide(value: Fraction) -> bool:
    """Whether a coefficient has many digits: none that people write down."""
    return abs(value.numerator) > LARGEST or value.denominator > LARGEST


def rational_roots(coefficients: Sequence[Fraction]) -> list[Fraction] | None:
    """All roots of a polynomial, each as often as it occurs, if all are rational."""
    rest, roots = list(coefficients), []
    while len(rest) > 1:
        root = next((root for root in candidates(rest) if value_at(rest, root) == 0), None)
        if root is None:
            return None
        roots.append(root)
        rest = divided(rest, root)
    return roots


def candidates(coefficients: Sequence[Fraction]) -> Iterator[Fraction]:
    """What rational roots there can be: a divisor of the last coefficient by one of the first."""
    scale = lcm(*(value.denominator for value in coefficients))
    whole = [int(value * scale) for value in coefficients]
    common = gcd(*whole)
    for numerator in divisors(abs(whole[0] // common)):
        for denominator in divisors(abs(whole[-1] // common)):
            yield Fraction(numerator, denominator)
            yield Fraction(-numerator, denominator)


def divisors(number: int) -> list[int]:
    """The divisors of a whole number that is not too large."""
    if not 0 < number <= LARGEST:
        return []
    low = [divisor for divisor in range(1, isqrt(number) + 1) if number % divisor == 0]
    return sorted({*low, *(number // divisor for divisor in low)})


def value_at(coefficients: Sequence[Fraction], x: Fraction) -> Fraction:
    """The value of a polynomial."""
    total = Fraction(0)
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def divided(coefficients: Sequence[Fraction], root: Fraction) -> list[Fraction]:
    """A polynomial without one of its roots."""
    quotient, carry = [], Fraction(0)
    for coefficient in reversed(coefficients):
        carry = coefficient + carry * root
        quotient.append(carry)
    return quotient[-2::-1]


def example_of_series(x: Any) -> Any:
    """A polynomial whose constant term cancels."""
    return polynomial(x, coefficients=(-0.5, 0.25, 0.125)) + 0.5


@computed(
    add,
    among=(polynomial,),
    assuming="real_algebra",
    accept=8,
    formula="polynomial(x, -0.5, 0.25) + 0.5 -> polynomial(x, 0, 0.25)",
    example=example_of_series,
)
def number_into_polynomial(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A number and the constant term of a polynomial cancel."""
    number = next((arg for arg in node.args if is_number(arg)), None)
    series = next((arg for arg in node.args if arg.op is polynomial), None)
    if number is None or series is None:
        return None
    first, *others = series.attr("coefficients")
    coefficients = (first + float(constant_value(number)), *others)
    made = builder.apply(polynomial, series.args[0], coefficients=coefficients)
    rest = without(without(node.args, number), series)
    return builder.kept(node, [made, *rest]) if rest else made


RULES = (factored_polynomial, number_into_polynomial)
