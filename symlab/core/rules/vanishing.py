"""Sums of functions of one variable whose first terms cancel at 0: there the rest of their series is what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import factorial, inf, isfinite

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import Op
from symlab.core.ops.compare import lt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, exp, expm1, log1p, mul, neg, reciprocal, sqr, tanh
from symlab.core.ops.trigonometric import arcsin, arcsinh, arctan, arctanh, cos, cosh, sin, sinh, tan
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.collect import NESTED, power_of, without
from symlab.core.rules.constants import is_number
from symlab.core.rules.fractions import DEPTH, base_and_power
from symlab.core.rules.series import arcsine_terms, tangent_terms

COUNT = 40  # coefficients that are kept
PRECISION = 2.0**-60  # what a term must add, beside the first, to be used
HIGHEST = 6  # order up to which a sum may vanish
LARGEST = 64  # multiples of the variable
Series = list[Fraction]


def every(step: int, start: int, terms: Sequence[Fraction]) -> Series:
    """Coefficients at every `step`-th power from `start` on."""
    found = [Fraction(0)] * COUNT
    for k, term in enumerate(terms):
        if start + step * k < COUNT:
            found[start + step * k] = term
    return found


def exponential(start: int = 0, step: int = 1, sign: int = 1) -> Series:
    """The terms of exp from a power on, every `step`-th, with signs that alternate or not."""
    return every(step, start, [Fraction(sign**k, factorial(start + step * k)) for k in range(COUNT)])


def odd(terms: Sequence[Fraction], sign: int = 1) -> Series:
    """x + sum of terms[k] x^(2 k + 3), with signs that alternate or not."""
    return every(2, 1, [Fraction(1), *(sign ** (k + 1) * term for k, term in enumerate(terms))])


ENTIRE, NARROW = 1.6, 0.3  # how far from 0 a series is used
TERMS: Mapping[Op, tuple[Callable[[], Series], float]] = {
    exp: (exponential, ENTIRE),
    expm1: (lambda: exponential(1), ENTIRE),
    sin: (lambda: exponential(1, 2, -1), ENTIRE),
    cos: (lambda: exponential(0, 2, -1), ENTIRE),
    sinh: (lambda: exponential(1, 2), ENTIRE),
    cosh: (lambda: exponential(0, 2), ENTIRE),
    log1p: (lambda: every(1, 1, [Fraction((-1) ** k, k + 1) for k in range(COUNT)]), NARROW),
    tan: (lambda: odd(tangent_terms(COUNT // 2)), NARROW),
    tanh: (lambda: odd(tangent_terms(COUNT // 2), -1), NARROW),
    arctan: (lambda: every(2, 1, [Fraction((-1) ** k, 2 * k + 1) for k in range(COUNT // 2)]), NARROW),
    arctanh: (lambda: every(2, 1, [Fraction(1, 2 * k + 1) for k in range(COUNT // 2)]), NARROW),
    arcsin: (lambda: odd(arcsine_terms(COUNT // 2)), NARROW),
    arcsinh: (lambda: odd(arcsine_terms(COUNT // 2), -1), NARROW),
}


def variable_of(node: Expr) -> Expr | None:
    """The variable of the first function of a sum that has a series."""
    for term in node.args:
        inner = term.args[0] if term.op is neg else term
        for part in inner.args if inner.op is mul else (inner,):
            if part.op in TERMS:
                return multiple_of(part.args[0])[0]
    return None


def multiple_of(node: Expr) -> tuple[Expr, Fraction]:
    """A node as a number times another."""
    if node.op is neg:
        inner = node.args[0]
        base, factor = (inner, Fraction(1)) if inner.op is neg else multiple_of(inner)
        return base, -factor
    if node.op is mul and len(node.args) == 2:
        for number, other in (node.args, node.args[::-1]):
            if is_number(number) and isfinite(constant_value(number).item()):
                return other, Fraction(constant_value(number).item())
    return node, Fraction(1)


def series_of(term: Expr, x: Expr) -> tuple[Series, float]:
    """The series of a term in x, and how far from 0 it may be used."""
    if term.op is neg:
        inner, width = series_of(term.args[0], x)
        return [-value for value in inner], width
    if term.op is mul:
        found, width = every(1, 0, [Fraction(1)]), inf
        for arg in term.args:
            other, near = series_of(arg, x)
            found, width = times(found, other), min(width, near)
        return found, width
    if is_number(term) and isfinite(constant_value(term).item()):
        return every(1, 0, [Fraction(constant_value(term).item())]), inf
    base, power = base_and_power(term)
    if base is x:
        return every(1, power, [Fraction(1)]), inf
    factor = multiple_of(term.args[0])[1]
    return [value * factor**power for power, value in enumerate(series(term.op))], TERMS[term.op][1] / float(
        abs(factor)
    )


@cache
def series(op: Op) -> Series:
    """The series of a function."""
    return TERMS[op][0]()


def fits(term: Expr, x: Expr, depth: int = DEPTH) -> bool:
    """Whether a term is a product of numbers, powers of one variable and functions of it that have a series."""
    if term.op in (neg, mul):
        return depth > 0 and all(fits(arg, x, depth - 1) for arg in term.args)
    if is_number(term):
        return isfinite(constant_value(term).item())
    if term.op in TERMS:
        point, factor = multiple_of(term.args[0])
        return point is x and 1 / LARGEST <= abs(factor) <= LARGEST
    return base_and_power(term)[0] is x


def times(first: Series, second: Series) -> Series:
    """The product of two series."""
    found = [Fraction(0)] * COUNT
    for i, a in enumerate(first):
        for k, b in enumerate(second[: COUNT - i]) if a else ():
            found[i + k] += a * b
    return found


def order(terms: Series) -> int:
    """The first power that a series has."""
    return next((power for power, value in enumerate(terms) if value), COUNT)


@computed(
    add,
    among=(*TERMS, neg, mul),
    assuming="real_algebra",
    accept=8,
    formula="tan(x) - sin(x) -> x^3 (1/2 + x^2 / 8 + ...) near 0, and so for all sums whose first terms cancel there",
    example=lambda x: tan(x) - sin(x),
)
def vanishing_sum(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is left of the terms of a sum near 0 is much smaller than they are."""
    functions = [arg for arg in node.args if not is_number(arg)]
    x = variable_of(node) if 1 < len(functions) <= NESTED else None
    if x is None or is_number(x) or x.op is switch:
        return None
    if not all(fits(term, x) for term in node.args):
        return None
    parts = [series_of(term, x) for term in node.args]
    whole = [sum(values, Fraction(0)) for values in zip(*(terms for terms, _ in parts))]
    first = order(whole)
    if not max(1, min(order(terms) for terms, _ in parts)) < first <= HIGHEST:
        return None
    width = min(width for _, width in parts)
    near = builder.apply(lt, builder.make(magnitude, (x,)), builder.constant(width, x))
    inside = builder.make(switch, (near, x, builder.constant(0, x)))
    outside = builder.make(switch, (near, builder.constant(1, x), x))
    close = builder.flat(
        mul, (power_of(inside, first, builder), polynomial(used(whole[first:], width), inside, builder))
    )
    return builder.make(switch, (near, close, with_variable(node, x, outside, builder)))


def used(terms: Sequence[Fraction], width: float) -> Sequence[Fraction]:
    """The terms up to the last one that adds something at the end of where they are used."""
    sizes = [float(abs(value)) * width**power for power, value in enumerate(terms)]
    return terms[: 1 + max(power for power, size in enumerate(sizes) if size > PRECISION * sizes[0])]


def polynomial(terms: Sequence[Fraction], x: Expr, builder: Builder) -> Expr:
    """The value of a polynomial by Horner's scheme, in powers of x or of its square."""
    even = not any(terms[1::2])
    step = builder.make(sqr, (x,)) if even else x
    kept = terms[::2] if even else terms
    total = builder.constant(float(kept[-1]), x)
    for value in reversed(kept[:-1]):
        total = builder.flat(mul, (step, total))
        total = builder.flat(add, (builder.constant(float(value), x), total)) if value else total
    return total


def with_variable(node: Expr, x: Expr, other: Expr, builder: Builder) -> Expr:
    """A sum of known functions of x as one of another variable."""
    if node is x:
        return other
    if is_number(node):
        return node
    args = tuple(with_variable(arg, x, other, builder) for arg in node.args)
    return builder.make(node.op, args, node.attrs)


# Quotients


@computed(
    mul,
    among=(reciprocal,),
    accept=8,
    formula="(x - sin(x)) / x^3 -> 1/6 - x^2 / 120 + ... near 0, and so for all sums that vanish there",
    example=lambda x: (tan(x) - sin(x)) / x,
)
def vanishing_sum_divided(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The quotient is 0 / 0 at 0, and the terms of its derivative cancel near it."""
    choice = next((arg for arg in node.args if arg.op is switch and is_near_zero(arg)), None)
    if choice is None:
        return None
    near, close, far = choice.args
    x = near.args[0].args[0]
    factors = without(node.args, choice)
    powers = [divided_power(arg, x) if arg.op is reciprocal else 0 for arg in factors]
    below = sum(powers)
    inside = builder.make(switch, (near, x, builder.constant(0, x)))
    outside = builder.make(switch, (near, builder.constant(1, x), x))
    rest = less_powers(close, inside, below, builder) if below else None
    if rest is None:
        return None
    quotient = builder.flat(mul, (far, builder.make(reciprocal, (power_of(outside, below, builder),))))
    others = [arg for arg, power in zip(factors, powers) if not power]
    return builder.flat(mul, [builder.make(switch, (near, rest, quotient)), *others])


def is_near_zero(choice: Expr) -> bool:
    """Whether a choice is between what holds near 0 and what holds elsewhere."""
    near = choice.args[0]
    return near.op is lt and near.args[0].op is magnitude and is_number(near.args[1])


def divided_power(node: Expr, x: Expr) -> int:
    """The power of x by which a reciprocal divides; 0 if it is none."""
    total = 0
    for part in node.args[0].args if node.args[0].op is mul else node.args:
        base, power = base_and_power(part)
        if base is not x:
            return 0
        total += power
    return total


def less_powers(close: Expr, x: Expr, count: int, builder: Builder) -> Expr | None:
    """A product over a power of x, if it has as many of them as factors."""
    rest, found = [], 0
    for factor in close.args if close.op is mul else (close,):
        base, power = base_and_power(factor)
        found += power if base is x else 0
        rest += [] if base is x else [factor]
    if found < count:
        return None
    left = [power_of(x, found - count, builder)] if found > count else []
    whole = [*left, *rest]
    return builder.flat(mul, whole) if whole else builder.constant(1, x)


RULES = (vanishing_sum,)
QUOTIENTS = (vanishing_sum_divided,)
