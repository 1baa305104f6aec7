"""Proof that two formulas are one rational function: quotients of polynomials over what is no arithmetic in them.

exp(x) and the like are letters of the polynomials, equal where they are the same op over equal operands. Anything that
is not proved this way may still be true.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, WILD
from symlab.core.ops.elementwise import add, mul, neg, pow, reciprocal, sqr, sub, true_div

Monomial = tuple[tuple[Any, int], ...]  # letters and their exponents, sorted
Polynomial = Mapping[Monomial, Fraction]
Quotient = tuple[Polynomial, Polynomial]
ONE: Polynomial = {(): Fraction(1)}
LARGEST = 400  # terms beyond which a proof is given up


def plus(first: Polynomial, second: Polynomial) -> Polynomial:
    """The sum of two polynomials."""
    total = dict(first)
    for monomial, value in second.items():
        total[monomial] = total.get(monomial, Fraction(0)) + value
    return {monomial: value for monomial, value in total.items() if value}


def times(first: Polynomial, second: Polynomial) -> Polynomial:
    """The product of two polynomials."""
    if len(first) * len(second) > LARGEST:
        raise OverflowError("a proof over too many terms")
    total: dict[Monomial, Fraction] = {}
    for left, a in first.items():
        for right, b in second.items():
            powers = dict(left)
            for letter, exponent in right:
                powers[letter] = powers.get(letter, 0) + exponent
            monomial = tuple(sorted(powers.items(), key=repr))
            total[monomial] = total.get(monomial, Fraction(0)) + a * b
    return {monomial: value for monomial, value in total.items() if value}


def sum_of(first: Quotient, second: Quotient) -> Quotient:
    """The sum of two quotients."""
    if first[1] == second[1]:
        return plus(first[0], second[0]), first[1]
    return plus(times(first[0], second[1]), times(second[0], first[1])), times(first[1], second[1])


def opposite(value: Quotient) -> Quotient:
    """The negative of a quotient."""
    return {monomial: -number for monomial, number in value[0].items()}, value[1]


def product_of(first: Quotient, second: Quotient) -> Quotient:
    """The product of two quotients."""
    return times(first[0], second[0]), times(first[1], second[1])


def quotient_of(node: Expr, known: Mapping[Expr, Quotient]) -> Quotient:
    """One node, its operands being known."""
    args = [known[arg] for arg in node.args]
    if node.op is CONSTANT and isinstance(constant_value(node).item(), (int, float)):
        value = float(constant_value(node))
        return ({(): Fraction(value)} if value else {}), ONE
    if node.op in (add, mul):
        found = args[0]
        for other in args[1:]:
            found = sum_of(found, other) if node.op is add else product_of(found, other)
        return found
    if node.op is neg:
        return opposite(args[0])
    if node.op is sub:
        return sum_of(args[0], opposite(args[1]))
    if node.op is reciprocal:
        return args[0][1], args[0][0]
    if node.op is true_div:
        return product_of(args[0], (args[1][1], args[1][0]))
    if node.op is sqr:
        return product_of(args[0], args[0])
    return letter(node, args)


def letter(node: Expr, args: list[Quotient]) -> Quotient:
    """A node that is no arithmetic as a letter of polynomials: its op over its operands."""
    if node.op is WILD:
        name: Any = str(getattr(node, "name", ""))
    else:
        shown = tuple((tuple(sorted(a.items(), key=repr)), tuple(sorted(b.items(), key=repr))) for a, b in args)
        name = (node.op.name, repr(node.attrs), repr(shown))
    return {((name, 1),): Fraction(1)}, ONE


def same_rational_function(left: Expr, right: Expr, sequences: frozenset[str] = frozenset()) -> bool:
    """Whether two formulas are surely one rational function of their variables and of what is no arithmetic."""
    if sequences or any(node.op is pow for node in toposort([left, right])):
        return False
    known: dict[Expr, Quotient] = {}
    try:
        for node in toposort([left, right]):
            known[node] = quotient_of(node, known)
        first, second = known[left], known[right]
        return times(first[0], second[1]) == times(second[0], first[1])
    except (OverflowError, ValueError):
        return False
