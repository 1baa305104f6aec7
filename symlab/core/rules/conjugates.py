"""Differences of a root and what is nearly its square: sqrt(b^2 + c) - b is c / (sqrt(b^2 + c) + b)."""

from __future__ import annotations

import math

from symlab.core.ir.expr import Expr
from symlab.core.ops.bits import and_
from symlab.core.ops.compare import gt, lt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, mul, neg, reciprocal, sqr, sqrt
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.collect import without
from symlab.core.rules.constants import is_number
from symlab.core.rules.fractions import Polynomial, polynomial_of, product, scaled, total
from symlab.core.rules.neighbours import made
from symlab.core.rules.sketches import TooLarge

MOST_LEFT = 3  # terms of what is left when the square is taken away


@computed(
    add,
    among=(sqrt, mul),
    assuming="finite",
    accept=8,
    formula="sqrt(x^2 / 4 - y) - x / 2 -> -y / (sqrt(x^2 / 4 - y) + x / 2), where x is positive",
    example=lambda x, y: sqrt(0.25 * sqr(x) + magnitude(y)) - 0.5 * x,
)
def root_less_multiple(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A root is nearly a number whose square is most of what it is the root of."""
    for term in node.args if 2 <= len(node.args) <= 3 else ():
        root, sign = (term.args[0], -1) if term.op is neg else (term, 1)
        if root.op is not sqrt or root.args[0].op is not add:
            continue
        others = without(node.args, term)
        if all(map(is_number, others)):
            return None
        rest = builder.flat(add, others)
        step = squares_apart(root.args[0], rest)
        if step is None:
            continue
        base = builder.opposite(rest) if sign > 0 else rest
        difference = with_base(root, base, step, node, builder)
        return difference if sign > 0 else builder.make(neg, (difference,))
    return None


def squares_apart(inner: Expr, base: Expr) -> Polynomial | None:
    """What is under a root less the square of a base, if all that the square has cancels."""
    try:
        whole, square = polynomial_of(inner), product([polynomial_of(base)] * 2)
    except TooLarge:
        return None
    step = total([whole, scaled(square, -1)])
    cancelled = all(monomial in whole and monomial not in step for monomial in square)
    return step if cancelled and 0 < len(step) <= MOST_LEFT else None


def with_base(root: Expr, base: Expr, step: Polynomial, node: Expr, builder: Builder) -> Expr:
    """sqrt(a) - b as (a - b^2) / (sqrt(a) + b) where b is positive."""
    positive = builder.apply(gt, base, builder.constant(0, node))
    near = builder.apply(and_, positive, builder.apply(lt, root, builder.constant(math.inf, node)))
    one = builder.constant(1, node)
    whole = builder.make(switch, (near, builder.flat(add, (root, builder.make(magnitude, (base,)))), one))
    quotient = builder.flat(mul, (made(step, node, builder), builder.make(reciprocal, (whole,))))
    inner, outside = (builder.make(switch, (near, one, item)) for item in (root.args[0], base))
    far = builder.flat(add, (builder.make(sqrt, (inner,)), builder.opposite(outside)))
    return builder.make(switch, (near, quotient, far))


RULES = (root_less_multiple,)
