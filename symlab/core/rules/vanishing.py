"""Sums whose first terms cancel at a point, and quotients that are 0 / 0 there: near it, the rest of their series.

The operand of the form that is not chosen is replaced by a harmless one, so that its derivative is finite too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import islice
from math import inf

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind
from symlab.core.ops import polynomials
from symlab.core.ops.compare import lt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, exp, log, mul, neg, pow, reciprocal, sqr, sqrt
from symlab.core.ops.trigonometric import cos, sin, tan
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.collect import NESTED, factor_of, power_of
from symlab.core.rules.constants import is_number
from symlab.core.rules.laurent import FUNCTIONS, Expansion, Laurent, NoSeries, Point, value_of, with_whole
from symlab.core.rules.series import coefficients

COUNT = 44  # coefficients that are used
GLANCE = 10  # coefficients that show whether something cancels
PRECISION = 2.0**-60  # what a term must add, beside the first, to be used
HIGHEST = 6  # order up to which a sum may vanish
MOST_POINTS = 6
MOST_NODES = 64  # of an expression that is looked into
DEPTH = 100  # polynomials that are written by Horner's scheme are deep
LOSS = 4.0  # how much larger than the sum its terms may be where they are used
WIDTHS = [2.0 ** (-k / 2) for k in range(-2, 20)]  # how far from the point a series may be used
SINGULAR = (reciprocal, log, sqrt)  # functions where the points lie that are looked at
TRANSCENDENTAL = tuple(op for op in FUNCTIONS if op not in (reciprocal, sqr))


def variables_of(node: Expr) -> list[Expr]:
    """What an expression may be a function of: its one variable, or what its first function is taken of."""
    waiting, seen, leaves, points = [node], set[Expr](), dict[Expr, None](), dict[Expr, None]()
    while waiting and len(seen) < MOST_NODES and not (len(leaves) > 1 and len(points) > 1):
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        if part.op.kind is Kind.ELEMENTWISE:
            waiting += part.args
            if part.op in TRANSCENDENTAL and len(points) < 2:
                points[unguarded(multiple_of(part.args[0]))] = None
        elif not is_number(part):
            leaves[part] = None
    alone = leaves if len(leaves) == 1 and not waiting else ()
    return [*alone, *(point for point in points if point not in alone)][:2]


def unguarded(node: Expr) -> Expr:
    """What a node is where it is not replaced by a number."""
    return multiple_of(node.args[1]) if node.op is switch and is_number(node.args[2]) else node


def multiple_of(node: Expr) -> Expr:
    """What a node is a multiple of."""
    if node.op is neg:
        return multiple_of(node.args[0])
    others = [arg for arg in node.args if not is_number(arg)]
    return others[0] if node.op is mul and len(others) == 1 else node


def points_of(node: Expr, x: Expr, depth: int = NESTED) -> Iterator[Fraction]:
    """Where a function of x may be singular: at 0, or where what it divides by, or takes a root of, is 0."""
    if node is x or not depth:
        return
    if node.op in SINGULAR:
        try:
            yield from root_of(node.args[0], x, Fraction(node.op is log))
        except NoSeries:
            pass
    for arg in node.args:
        yield from points_of(arg, x, depth - 1)


def root_of(node: Expr, x: Expr, value: Fraction) -> Iterator[Fraction]:
    """Where a linear function of x has a value."""
    factor, offset = Fraction(0), Fraction(0)
    for term in node.args if node.op is add else (node,):
        if is_number(term):
            offset += value_of(term)
        elif term is x or (term.op is neg and term.args[0] is x):
            factor += 1 if term is x else -1
        else:
            return
    if factor:
        yield (value - offset) / factor


def at_points(node: Expr) -> Iterator[tuple[Expr, Point]]:
    """The variables and points at which an expression is looked at."""
    for x in variables_of(node):
        for point in points_for(node, x):
            yield x, point


def points_for(node: Expr, x: Expr) -> Iterable[Point]:
    """The points at which a function is looked at, both infinities being one."""
    if x.op is switch:  # by which a point is kept away from
        return ()
    points: list[Point] = [Fraction(0), *islice(points_of(node, x), MOST_POINTS)]
    return dict.fromkeys([*points, inf] if len(points) > 1 else points)


def series(parts: Sequence[Expr], x: Expr, point: Point, count: int) -> tuple[list[Laurent], float] | None:
    """The series of several nodes, and how far from the point they are those of the nodes; None if one has none."""
    expansion = Expansion(x, point, count)
    try:
        return [expansion.of(part, DEPTH) for part in parts], expansion.limit
    except NoSeries:
        return None


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


def rest_of_series(node: Expr, above: int, builder: Builder) -> Expr | None:
    """A sum by its series, near the first point where terms cancel and more than `above` orders of it are 0."""
    for x in variables_of(node):
        terms = [arg for arg in node.args if is_function_of(arg, x)]
        if len(terms) < 2 or not any(is_transcendental(arg, x) for arg in terms):
            continue
        for point in points_for(node, x):
            glance = series(terms, x, point, GLANCE)
            found = series(terms, x, point, COUNT) if glance and vanishes(glance[0], above) else None
            total = found and sum_of(found[0])
            width = width_of(total, *found) if found and total else 0.0
            if total and width:
                rest = [arg for arg in node.args if arg not in terms]
                made = near_and_far(builder.flat(add, terms), x, point, total, width, builder)
                return builder.flat(add, (made, *rest)) if rest else made
    return None


def is_function_of(node: Expr, x: Expr) -> bool:
    """Whether a node is made of numbers and one variable."""
    waiting, seen = [node], {x}
    while waiting:
        part = waiting.pop()
        if part in seen or is_number(part):
            continue
        if part.op.kind is not Kind.ELEMENTWISE or len(seen) > MOST_NODES:
            return False
        seen.add(part)
        waiting += with_whole(part, x) if part.op is mul and x.op is mul else part.args
    return True


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
    return rest_of_series(node, 1, builder) if 1 < functions <= NESTED else None


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
    return rest_of_series(node, 0, builder) if len(node.args) <= NESTED else None


def is_transcendental(node: Expr, x: Expr, depth: int = NESTED) -> bool:
    """Whether there is more in an expression than sums, products and quotients, whose terms cancel exactly."""
    if node is x or not depth:
        return False
    return node.op in TRANSCENDENTAL or any(is_transcendental(arg, x, depth - 1) for arg in node.args)


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


def with_variable(node: Expr, x: Expr, other: Expr, builder: Builder) -> Expr:
    """A function of x as one of another variable."""
    if node is x:
        return other
    if not node.args:
        return node
    args = tuple(with_variable(arg, x, other, builder) for arg in with_whole(node, x))
    return builder.make(node.op, args, node.attrs)


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
        glance = series(parts, x, point, GLANCE) if parts else None
        if glance is None or not has_removable_pole(glance[0]):
            continue
        found = series(parts, x, point, COUNT)
        if found is None or not (point not in (0, inf) or any(is_transcendental(part, x) for part in parts)):
            continue
        total, limit = reduce(Laurent.__mul__, found[0]), found[1]
        width = max([width for width in WIDTHS if width <= min(limit, 1) and is_precise(total, width)], default=0.0)
        if width:
            choice = near_and_far(builder.flat(mul, mine), x, point, total, width, builder, extra)
            return builder.flat(mul, (choice, *(arg for arg in node.args if arg not in mine)))
    return None


def factors_in(node: Expr, x: Expr, point: Point, builder: Builder) -> tuple[list[Expr], list[Expr], list[Expr]]:
    """The factors of a product that are functions of x, as such and as they stand there, and what is left of others.

    Factors of x are x over the rest of it: r is (r t) / t where x is r t.
    """
    parts, mine = [], []
    own = dict(map(factor_of, x.args)) if x.op is mul else {}
    powers = dict.fromkeys(own, 0.0)
    for arg in node.args:
        base, power = factor_of(arg)
        if base in powers:
            powers[base] += power
            mine.append(arg)
        elif not is_number(arg) and is_function_of(arg, x) and series([arg], x, point, GLANCE) is not None:
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
        glance = series([node], x, point, GLANCE) if is_transcendental(node.args[0], x) else None
        found = series([node], x, point, COUNT) if glance and glance[0][0].first > 0 else None
        if found is None:
            continue
        ((total,), limit) = found
        width = max([width for width in WIDTHS if width <= min(limit, 1) and is_precise(total, width)], default=0.0)
        if width:
            return near_and_far(node, x, point, total, width, builder)
    return None


RULES = (vanishing_sum,)
QUOTIENTS = (removable_pole, logarithm_near_one, vanishing_rest)
