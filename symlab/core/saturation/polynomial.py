"""Sums of products of powers with exact coefficients; powers may be negative."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

Monomial = tuple[tuple[int, int], ...]  # atoms with their powers, sorted by atom
Polynomial = dict[Monomial, Fraction]
ONE: Monomial = ()
MOST_STEPS = 60  # of a division


def number(value: Fraction | int) -> Polynomial:
    """A constant."""
    return {ONE: Fraction(value)} if value else {}


def atom(name: int, power: int = 1) -> Polynomial:
    """A power of one atom."""
    return {((name, power),): Fraction(1)}


def product_of_monomials(first: Monomial, second: Monomial) -> Monomial:
    """Powers of the same atom are added."""
    powers = dict(first)
    for name, power in second:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def inverse(monomial: Monomial) -> Monomial:
    """The reciprocal of a product of powers."""
    return tuple((name, -power) for name, power in monomial)


def added(first: Polynomial, second: Polynomial, factor: Fraction | int = 1) -> Polynomial:
    """first + factor * second."""
    total = dict(first)
    for monomial, value in second.items():
        total[monomial] = total.get(monomial, Fraction(0)) + factor * value
    return {monomial: value for monomial, value in total.items() if value}


def multiplied(first: Polynomial, second: Polynomial) -> Polynomial:
    """The product, its terms collected."""
    total: Polynomial = {}
    for a, x in first.items():
        for b, y in second.items():
            monomial = product_of_monomials(a, b)
            total[monomial] = total.get(monomial, Fraction(0)) + x * y
    return {monomial: value for monomial, value in total.items() if value}


def scaled(polynomial: Polynomial, monomial: Monomial, factor: Fraction = Fraction(1)) -> Polynomial:
    """The product with one term."""
    return {product_of_monomials(item, monomial): value * factor for item, value in polynomial.items()}


def lowest_powers(polynomial: Polynomial) -> Monomial:
    """What all terms have in common, as a product of powers of either sign."""
    names = sorted({name for monomial in polynomial for name, _ in monomial})
    powers = [dict(monomial) for monomial in polynomial]
    least = ((name, min(item.get(name, 0) for item in powers)) for name in names)
    return tuple((name, power) for name, power in least if power)


def divided(polynomial: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """The quotient if nothing remains, for polynomials without negative powers."""
    names = sorted({name for item in (polynomial, divisor) for monomial in item for name, _ in monomial})

    def order(monomial: Monomial) -> tuple[int, ...]:
        powers = dict(monomial)
        return tuple(powers.get(name, 0) for name in names)

    lead = max(divisor, key=order)
    quotient: Polynomial = {}
    for _ in range(MOST_STEPS):
        if not polynomial:
            return quotient
        highest = max(polynomial, key=order)
        step = product_of_monomials(highest, inverse(lead))
        if any(power < 0 for _, power in step):
            return None
        factor = polynomial[highest] / divisor[lead]
        quotient[step] = factor
        polynomial = added(polynomial, scaled(divisor, step, factor), -1)
    return None


def key_of(polynomial: Mapping[Monomial, Fraction]) -> tuple[tuple[Monomial, Fraction], ...]:
    """A polynomial as something that can be looked up."""
    return tuple(sorted(polynomial.items()))
