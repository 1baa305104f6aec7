"""Sums whose first terms cancel at a point, and quotients that are 0 / 0 there: near it, the rest of their series.

The operand of the form that is not chosen is replaced by a harmless one, so that its derivative is finite too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from math import inf

from symlab.core.ir.expr import Expr
from symlab.core.ops import polynomials
from symlab.core.ops.compare import lt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, exp, log, log1p, mul, neg, pow, reciprocal
from symlab.core.ops.trigonometric import cos, sin, tan
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.collect import NESTED, factor_of, power_of
from symlab.core.rules.constants import is_number
from symlab.core.rules.laurent import FUNCTIONS, Expansion, Laurent, NoSeries, Point, power_within, powers_of
from symlab.core.rules.series import coefficients
from symlab.core.rules.variables import (
    Content,
    at_points,
    content_of,
    is_function_of,
    is_transcendental,
    points_for,
    variables_of,
)

COUNT = 44  # coefficients that are used
GLANCE = 10  # coefficients that show whether something cancels
FEW = 3  # coefficients that mostly do
PRECISION = 2.0**-60  # what a term must add, beside the first, to be used
HIGHEST = 6  # order up to which a sum may vanish
DEPTH = 100  # polynomials that are written by Horner's scheme are deep
LOSS = 4.0  # how much larger than the sum its terms may be where they are used
WIDTHS = [2.0 ** (-k / 2) for k in range(-2, 20)]  # how far from the point a series may be used


def may_vanish(node: Expr, known: dict[Expr, Content]) -> bool:
    """Whether two terms may be functions of one variable, and one of them no power: a quick look."""
    parts = [content_of(arg, known) for arg in node.args]
    if not any(part.functions for part in parts):
        return False
    counts = Counter(part.variables for part in parts if part.variables)
    return max(counts.values(), default=0) > 1 or (bool(counts) and any(map(is_number, node.args)))


def series(parts: Sequence[Expr], x: Expr, point: Point, count: int) -> tuple[list[Laurent], float] | None:
    """The series of several nodes, and how far from the point they are those of the nodes; None if one has none."""
    expansion = Expansion(x, point, count)
    try:
        return [expansion.of(part, DEPTH) for part in parts], expansion.limit
    except NoSeries:
        return None


def first_terms(parts: Sequence[Expr], x: Expr, point: Point) -> list[Laurent] | None:
    """The series of several nodes as far as their first terms, for which few coefficients mostly do."""
    found = series(parts, x, point, FEW) or series(parts, x, point, GLANCE)
    return None if found is None else found[0]


def sum_of(parts: Sequence[Laurent]) -> Laurent | None:
    """The sum of series; None where nothing is left of it."""
    total = parts[0]
    try:
        for part in parts[1:]:
            total = total + part
    except NoSeries:
        return None
    return total


def vanishes(parts: Sequence[Laurent], above: int) -> bool:
    """Whether first terms cancel in a sum, so that it is less than the rounding of its terms near the point."""
    total = sum_of(parts)
    if total is None or not 0 <= total.first <= HIGHEST:
        return False
    lowest = min(part.first for part in parts)
    return total.first > lowest and (lowest < 0 or total.first > max(above, lowest))


def is_less_than_terms(terms: Sequence[Expr], x: Expr, point: Point, above: int) -> bool:
    """Whether first terms cancel in a sum near a point."""
    for count in (FEW, GLANCE):
        found = series(terms, x, point, count)
        if found is not None and sum_of(found[0]) is not None:
            return vanishes(found[0], above)
    return False


def rest_of_series(node: Expr, above: int, builder: Builder, facts: Facts) -> Expr | None:
    """A sum by its series, near the first point where terms cancel and more than `above` orders of it are 0."""
    if not may_vanish(node, facts.contents):
        return None
    for x in variables_of(node):
        wanted = content_of(x, facts.contents).variables
        near = [arg for arg in node.args if content_of(arg, facts.contents).variables in (wanted, frozenset())]
        terms = [arg for arg in near if is_function_of(arg, x)] if len(near) > 1 else []
        if len(terms) < 2 or not any(is_transcendental(arg, x) for arg in terms):
            continue
        for point in points_for(node, x):
            found = series(terms, x, point, COUNT) if is_less_than_terms(terms, x, point, above) else None
            total = found and sum_of(found[0])
            width = width_of(total, *found) if found and total else 0.0
            if total and width:
                rest = [arg for arg in node.args if arg not in terms]
                made = near_and_far(builder.flat(add, terms), x, point, total, width, builder)
                return builder.flat(add, (made, *rest)) if rest else made
    return None


@computed(
    add,
    among=(*FUNCTIONS, neg, mul),
    assuming="real_algebra",
    accept=8,
    formula="tan(x) - sin(x) -> x^3 (1/2 + x^2 / 8 + ...) near 0, and so wherever the first terms of a sum cancel",
    example=lambda x: tan(x) - sin(x),
)
def vanishing_sum(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is left of the terms of a sum near such a point is much smaller than they are."""
    functions = sum(not is_number(arg) for arg in node.args)
    return rest_of_series(node, 1, builder, facts) if 1 < functions <= NESTED else None


@computed(
    add,
    among=(*FUNCTIONS, neg, mul, switch),
    assuming="real_algebra",
    accept=8,
    formula="1 - sin(x) / x -> x^2 / 6 - x^4 / 120 ... near 0, and so for all sums that other rules leave",
    example=lambda x: cos(x) - exp(x),
)
def vanishing_rest(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is left of the terms of a sum near such a point is smaller than they are."""
    return rest_of_series(node, 0, builder, facts) if len(node.args) <= NESTED else None


def width_of(total: Laurent, parts: Sequence[Laurent], limit: float) -> float:
    """How far from the point a series is used: no farther than needed, as far as it is precise; 0 if nowhere."""
    precise = [width for width in WIDTHS if width <= limit and is_precise(total, width)]
    spared = [width for width in precise if loss(total, parts, width) <= LOSS]
    return spared[-1] if spared else max(precise, default=0.0)


def is_precise(total: Laurent, width: float) -> bool:
    """Whether the last coefficients that are known add nothing, and the first is most of the sum."""
    sizes = [float(abs(value / total.terms[0])) * width**power for power, value in enumerate(total.terms)]
    least = min(abs(evaluated(total, side)) for side in (width, -width)) / abs(evaluated(total.leading, width))
    return max(sizes[-4:]) < PRECISION and sum(sizes) < 3 * least


def loss(total: Laurent, parts: Sequence[Laurent], width: float) -> float:
    """How much larger the terms of a sum are than the sum, at a distance from the point."""
    whole = min(abs(evaluated(total, side)) for side in (width, -width))
    largest = max(abs(evaluated(part, side)) for part in parts for side in (width, -width))
    return largest / whole if whole else inf


def evaluated(part: Laurent, t: float) -> float:
    """The value of a series."""
    return sum(float(value) * t ** (part.first + place) for place, value in enumerate(part.terms))


def near_and_far(
    node: Expr, x: Expr, point: Point, total: Laurent, width: float, builder: Builder, factors: Sequence[Expr] = ()
) -> Expr:
    """The series times some factors near the point, the node elsewhere."""
    if point == inf:
        distance, other = builder.make(reciprocal, (x,)), 1 / width
    else:
        distance = builder.flat(add, (x, builder.constant(-float(point), x))) if point else x
        other = float(point) + width
    near = builder.apply(lt, builder.make(magnitude, (distance,)), builder.constant(width, x))
    inside = builder.make(switch, (near, distance, builder.constant(0, x)))
    outside = builder.make(switch, (near, builder.constant(other, x), x))
    close = [polynomial(used(total.terms, width), inside, total.first, builder), *factors]
    return builder.make(switch, (near, builder.flat(mul, close), with_variable(node, x, outside, builder)))


def used(terms: Sequence[Fraction], width: float) -> Sequence[Fraction]:
    """The terms up to the last one that adds something at the end of where they are used."""
    sizes = [float(abs(value / terms[0])) * width**power for power, value in enumerate(terms)]
    return terms[: 1 + max(power for power, size in enumerate(sizes) if size > PRECISION)]


def polynomial(terms: Sequence[Fraction], x: Expr, first: int, builder: Builder) -> Expr:
    """The sum of terms[k] x^(first + k)."""
    return builder.apply(polynomials.polynomial, x, coefficients=coefficients(terms, first))


def with_variable(node: Expr, x: Expr, other: Expr, builder: Builder, known: dict[Expr, Expr] | None = None) -> Expr:
    """A function of x as one of another variable; `known` has the nodes that were met, each of which is made once."""
    known = {x: other} if known is None else known
    if node not in known:
        known[node] = moved(node, x, other, builder, known) if node.args else node
    return known[node]


def moved(node: Expr, x: Expr, other: Expr, builder: Builder, known: dict[Expr, Expr]) -> Expr:
    """As `with_variable`, of a node with operands."""
    power, others = power_within(node, x)
    args = [with_variable(arg, x, other, builder, known) for arg in others]
    if power:
        return builder.flat(mul, [power_of(other, power, builder), *args])
    return builder.make(node.op, tuple(args), node.attrs)


# Quotients


@computed(
    mul,
    among=(reciprocal, pow),
    accept=8,
    formula="sin(x) / tan(2 * x) -> 1/2 - 7 / 12 x^2 ... near 0, and so for all quotients that are 0 / 0 at a point",
    example=lambda x: sin(x) / tan(2 * x),
)
def removable_pole(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The quotient is 0 / 0 at the point, and the terms of its derivative cancel near it."""
    return with_series(node, builder)


def with_series(node: Expr, builder: Builder) -> Expr | None:
    """A product by its series near a point where it is 0 / 0."""
    if not any(arg.op is reciprocal for arg in node.args) or len(node.args) > NESTED:
        return None
    for x, point in at_points(node):
        parts, mine, extra = factors_in(node, x, point, builder)
        glance = first_terms(parts, x, point) if parts else None
        if glance is None or not has_removable_pole(glance):
            continue
        found = series(parts, x, point, COUNT)
        if found is None or not (point not in (0, inf) or any(is_transcendental(part, x) for part in parts)):
            continue
        total, limit = reduce(Laurent.__mul__, found[0]), found[1]
        width = max([width for width in WIDTHS if width <= limit and is_precise(total, width)], default=0.0)
        if width:
            choice = near_and_far(builder.flat(mul, mine), x, point, total, width, builder, extra)
            return builder.flat(mul, (choice, *(arg for arg in node.args if arg not in mine)))
    return None


def factors_in(node: Expr, x: Expr, point: Point, builder: Builder) -> tuple[list[Expr], list[Expr], list[Expr]]:
    """The factors of a product that are functions of x, as such and as they stand there, and what is left of others.

    Factors of x are x over the rest of it: r is (r t) / t where x is r t.
    """
    parts, mine = [], []
    own = powers_of(x.args) if x.op is mul else {}
    powers = dict.fromkeys(own, 0.0)
    for arg in node.args:
        base, power = factor_of(arg)
        if base in powers:
            powers[base] += power
            mine.append(arg)
        elif not is_number(arg) and is_function_of(arg, x) and first_terms([arg], x, point) is not None:
            parts.append(arg)
            mine.append(arg)
    shares = [powers[base] / own[base] for base in own]
    whole = min(shares, default=0) if min(shares, default=0) < 0 else max(shares, default=0)
    if whole:
        parts.append(power_of(x, whole, builder))
    over = {base: powers[base] - whole * own[base] for base in own}
    return parts, mine, [power_of(base, power, builder) for base, power in over.items() if power]


def has_removable_pole(parts: Sequence[Laurent]) -> bool:
    """Whether factors are infinite at a point where the product is not."""
    return min(part.first for part in parts) < 0 <= sum(part.first for part in parts) <= HIGHEST


@computed(
    log,
    among=(mul, switch),
    accept=8,
    formula="log(sin(x) / x) -> -x^2 / 6 - x^4 / 180 ... near 0, and so where anything has the value 1 at a point",
    example=lambda x: log(sin(x) / x),
)
def logarithm_near_one(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is nearly 1 has lost the low digits of its distance from 1."""
    for x, point in at_points(node.args[0]):
        glance = first_terms([node], x, point) if is_transcendental(node.args[0], x) else None
        found = series([node], x, point, COUNT) if glance and glance[0].first > 0 else None
        if found is None:
            continue
        ((total,), limit) = found
        width = max([width for width in WIDTHS if width <= min(limit, 1) and is_precise(total, width)], default=0.0)
        if width:
            return near_and_far(node, x, point, total, width, builder)
    return None


@computed(
    log,
    among=(neg, switch),
    formula="log(switch(near, 1 + a * x + ..., y)) -> switch(near, log1p(a * x + ...), log(y))",
    example=lambda x: log(
        switch(lt(magnitude(x), 0.5), polynomials.polynomial(x, coefficients=(1.0, 0.5)), 1 + magnitude(x))
    ),
)
def logarithm_of_series(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A series that is nearly 1 has lost the low digits of its distance from 1."""
    inner = node.args[0]
    choice, sign = (inner.args[0], -1) if inner.op is neg else (inner, 1)
    if choice.op is not switch or choice.args[1].op is not polynomials.polynomial:
        return None
    near, close, far = choice.args
    first, *others = close.attr("coefficients")
    if first != sign or not any(others):
        return None
    rest = builder.apply(polynomials.polynomial, *close.args, coefficients=(0.0, *(sign * value for value in others)))
    outside = builder.make(switch, (near, builder.constant(1, far), far if sign > 0 else builder.make(neg, (far,))))
    return builder.make(switch, (near, builder.make(log1p, (rest,)), builder.make(log, (outside,))))


RULES = (vanishing_sum,)
QUOTIENTS = (removable_pole, logarithm_near_one, logarithm_of_series, vanishing_rest)
