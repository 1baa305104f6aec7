"""Differences of one function at two points whose own difference is simpler than either: x + y and x - y, say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Op
from symlab.core.ops.bits import and_
from symlab.core.ops.compare import gt, lt, switch
from symlab.core.ops.elementwise import (
    abs,
    add,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    mul,
    neg,
    reciprocal,
    sigmoid,
    sign,
    sqrt,
    tanh,
)
from symlab.core.ops.exponential import log2, log10
from symlab.core.ops.trigonometric import cos, sin
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.fractions import Polynomial, factored, polynomial_of, scaled, total
from symlab.core.rules.sketches import TooLarge

HALF = Fraction(1, 2)
Build = Callable[[Any, Any, Any, Any, Builder], Expr]


def difference_of_points(first: Expr, second: Expr) -> tuple[Polynomial, Polynomial] | None:
    """Two nodes as polynomials, if some terms of theirs cancel when one is subtracted from the other."""
    if not any(arg.op is add for item in (first, second) for arg in (item, *(item.args if item.op is mul else ()))):
        return None
    try:
        one, other = polynomial_of(first), polynomial_of(second)
    except TooLarge:
        return None
    step = total([one, scaled(other, -1)])
    return (step, total([one, other])) if step and len(step) < max(len(one), len(other)) else None


def made(part: Polynomial, node: Expr, builder: Builder) -> Expr:
    """A polynomial as a node."""
    if not part:
        return builder.constant(0, node)
    factors = factored(part, node, builder)
    return builder.flat(mul, factors) if len(factors) > 1 else factors[0]


@computed(
    add,
    among=(neg,),
    assuming="real_algebra",
    accept=8,
    formula="sin(x + y) - sin(x - y) -> 2 * cos(x) * sin(y), and so for cos, sqrt and log",
    example=lambda x, y: sin(x + y) - sin(x - y),
)
def difference_of_neighbours(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The values at neighbouring points are nearly equal."""
    if len(node.args) != 2:
        return None
    first, second = node.args if node.args[1].op is neg else node.args[::-1]
    if second.op is not neg:
        return None
    (op, a), (other, b) = (function_and_point(item, builder) for item in (first, second.args[0]))
    if op is not other or op not in FORMS or a is None or b is None:
        return None
    found = difference_of_points(a, b)
    if found is None:
        return None
    step, whole = found
    return FORMS[op](a, b, step, whole, builder)


@computed(
    log,
    among=(mul,),
    assuming="real_algebra",
    accept=8,
    formula="log((x + y) / (x - y)) -> log1p(2 * y / (x - y)) where that is small",
    example=lambda x, y: log((x + y) / (x - y)),
)
def log_of_quotient_of_sums(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The quotient of neighbours is nearly 1."""
    factors = node.args[0].args
    below = [factor.args[0] for factor in factors if factor.op is reciprocal]
    above = [factor for factor in factors if factor.op is not reciprocal]
    if len(below) != 1 or len(above) != 1:
        return None
    found = difference_of_points(above[0], below[0])
    if found is None:
        return None
    ratio = builder.flat(mul, (made(found[0], node, builder), builder.make(reciprocal, (below[0],))))
    near = builder.apply(lt, builder.make(abs, (ratio,)), builder.constant(0.5, ratio))
    one, nothing = (builder.constant(value, node) for value in (1, 0))
    points = [builder.make(switch, (near, one, point)) for point in (above[0], below[0])]
    far = builder.make(log, (builder.flat(mul, (points[0], builder.make(reciprocal, (points[1],)))),))
    return builder.make(switch, (near, builder.make(log1p, (builder.make(switch, (near, ratio, nothing)),)), far))


def function_and_point(node: Expr, builder: Builder) -> tuple[Op, Expr | None]:
    """A function and where it is taken: log1p(x) is log at 1 + x."""
    if node.op is log1p:
        return log, builder.flat(add, (builder.constant(1, node), node.args[0]))
    return node.op, node.args[0] if node.args else None


def of_sines(a: Expr, b: Expr, step: Polynomial, whole: Polynomial, builder: Builder) -> Expr:
    """2 cos((a + b) / 2) sin((a - b) / 2)."""
    mean, half = (made(scaled(part, HALF), a, builder) for part in (whole, step))
    return builder.flat(mul, (builder.constant(2, a), builder.make(cos, (mean,)), builder.make(sin, (half,))))


def of_cosines(a: Expr, b: Expr, step: Polynomial, whole: Polynomial, builder: Builder) -> Expr:
    """-2 sin((a + b) / 2) sin((a - b) / 2)."""
    mean, half = (made(scaled(part, HALF), a, builder) for part in (whole, step))
    size = builder.flat(mul, (builder.constant(2, a), builder.make(sin, (mean,)), builder.make(sin, (half,))))
    return builder.make(neg, (size,))


def of_roots(a: Expr, b: Expr, step: Polynomial, whole: Polynomial, builder: Builder) -> Expr:
    """(a - b) / (sqrt(a) + sqrt(b)), where that sum is neither 0 nor infinite."""
    roots = builder.flat(add, (builder.make(sqrt, (a,)), builder.make(sqrt, (b,))))
    some = builder.apply(gt, roots, builder.constant(0, a))
    near = builder.apply(and_, some, builder.apply(lt, roots, builder.constant(math.inf, a)))
    one = builder.constant(1, a)
    far = [builder.make(sqrt, (builder.make(switch, (near, one, point)),)) for point in (a, b)]
    inside = builder.make(switch, (near, roots, one))
    quotient = builder.flat(mul, (made(step, a, builder), builder.make(reciprocal, (inside,))))
    return builder.make(switch, (near, quotient, builder.flat(add, (far[0], builder.make(neg, (far[1],))))))


def of_logarithms(a: Expr, b: Expr, step: Polynomial, whole: Polynomial, builder: Builder) -> Expr:
    """log1p((a - b) / b) where b is above 0 and a is near."""
    ratio = builder.flat(mul, (made(step, a, builder), builder.make(reciprocal, (b,))))
    close = builder.apply(lt, builder.make(abs, (ratio,)), builder.constant(0.5, a))
    near = builder.apply(and_, builder.apply(gt, b, builder.constant(0, b)), close)
    one = builder.constant(1, a)
    logs = [builder.make(log, (builder.make(switch, (near, one, point)),)) for point in (a, b)]
    far = builder.flat(add, (logs[0], builder.make(neg, (logs[1],))))
    inside = builder.make(switch, (near, ratio, builder.constant(0, a)))
    return builder.make(switch, (near, builder.make(log1p, (inside,)), far))


def of_other_logarithms(base: float) -> Build:
    """As `of_logarithms`, for another base."""

    def build(a: Expr, b: Expr, step: Polynomial, whole: Polynomial, builder: Builder) -> Expr:
        natural = of_logarithms(a, b, step, whole, builder)
        return builder.flat(mul, (natural, builder.constant(1 / math.log(base), a)))

    return build


def of_hyperbolic_tangents(a: Expr, b: Expr, step: Polynomial, whole: Polynomial, builder: Builder) -> Expr:
    """sinh(a - b) / (cosh(a) cosh(b)), of which no part overflows before the whole vanishes."""
    apart, nothing = made(step, a, builder), builder.constant(0, a)
    sizes = [builder.make(abs, (item,)) for item in (apart, a, b)]
    twice = [builder.flat(mul, (builder.constant(2, a), size)) for size in sizes]
    least = builder.apply(minimum, a, b)
    most = builder.apply(maximum, a, b)
    nearer = builder.apply(maximum, builder.apply(maximum, least, builder.make(neg, (most,))), nothing)
    exponent = builder.flat(mul, (builder.constant(-2, a), nearer))  # |a - b| - |a| - |b|, rounded once
    rise = builder.make(neg, (builder.make(expm1, (builder.make(neg, (twice[0],)),)),))
    shares = [builder.make(sigmoid, (size,)) for size in twice[1:]]
    factors = (builder.constant(2, a), rise, builder.make(exp, (exponent,)), *shares, builder.make(sign, (apart,)))
    return builder.flat(mul, factors)


def of_sigmoids(a: Expr, b: Expr, step: Polynomial, whole: Polynomial, builder: Builder) -> Expr:
    """Half of the difference of tanh at half the points."""
    half = builder.constant(0.5, a)
    first, second = (builder.flat(mul, (half, item)) for item in (a, b))
    return builder.flat(
        mul, (half, of_hyperbolic_tangents(first, second, scaled(step, HALF), scaled(whole, HALF), builder))
    )


FORMS: Mapping[Op, Build] = {
    sin: of_sines, cos: of_cosines, sqrt: of_roots, log: of_logarithms,
    tanh: of_hyperbolic_tangents, sigmoid: of_sigmoids,
    log2: of_other_logarithms(2), log10: of_other_logarithms(10),
}  # fmt: skip
RULES = (difference_of_neighbours, log_of_quotient_of_sums)
