"""Products that cancel when they are subtracted, or overflow before they are divided; made when all else is done."""

from __future__ import annotations

import math

from symlab.core.ir.expr import Expr
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, add, mul, neg, reciprocal, sqr, sqrt
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.products import difference_of_products, product_over, triangle_product
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rules.collect import opened, opened_sum
from symlab.core.rules.constants import is_number
from symlab.core.rules.sizes import both_vary


def two_factors(node: Expr, builder: Builder) -> tuple[Expr, Expr] | None:
    """A square or a product of two variables as two factors, a number going with the first."""
    if node.op is sqr:
        return node.args[0], node.args[0]
    if node.op is not mul or any(arg.op is reciprocal for arg in node.args):
        return None
    numbers = [arg for arg in node.args if is_number(arg)]
    others = [arg for arg in node.args if not is_number(arg)]
    if len(numbers) + len(others) > 3 or not 1 <= len(others) <= 2:
        return None
    if len(others) == 1:
        if others[0].op is not sqr or not numbers:
            return None
        others = [others[0].args[0]] * 2
    first = builder.flat(mul, (*numbers, others[0])) if numbers else others[0]
    return first, others[1]


@computed(
    add,
    among=(neg,),
    assuming="finite",
    formula="a * b - c * d -> difference_of_products(a, b, c, d)",
    example=lambda a, b, c, d: a * b - c * d,
)
def products_subtracted(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The rounding errors of two products are what is left where they are nearly equal."""
    plus = [arg for arg in node.args if arg.op is not neg]
    minus = [arg.args[0] for arg in node.args if arg.op is neg]
    if len(plus) != 1 or len(minus) != 1:
        return None
    first, second = two_factors(plus[0], builder), two_factors(minus[0], builder)
    if first is None or second is None or (plus[0].op is sqr and minus[0].op is sqr):
        return None
    if any(arg.op in (dot, matmul) for side in (plus[0], minus[0]) for arg in side.args):  # one call makes such a sum
        return None
    if surely_apart(facts, plus[0], minus[0]):
        return None
    return builder.apply(difference_of_products, *first, *second)


def surely_apart(facts: Facts, plus: Expr, minus: Expr) -> bool:
    """Whether what is subtracted has surely the other sign, so that nothing cancels."""
    return (facts.not_negative(plus) and facts.not_positive(minus)) or (
        facts.not_positive(plus) and facts.not_negative(minus)
    )


@computed(
    mul,
    among=(reciprocal,),
    assuming="no_overflow",
    formula="a * b / c -> product_over(a, b, c)",
    example=lambda a, b, c: a * b / c,
)
def product_divided(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A product overflows or vanishes where its quotient by a third number does not."""
    factors = opened(mul, node.args)
    below = [arg.args[0] for arg in factors if arg.op is reciprocal]
    above = [arg for arg in factors if arg.op is not reciprocal]
    if len(below) == 1 and below[0].op is mul and len(below[0].args) == 2:
        below = list(below[0].args)
    if len(above) != 2 or not 1 <= len(below) <= 2 or not all(of_any_size(facts, arg) for arg in (*above, *below)):
        return None
    quotient = builder.apply(product_over, *above, below[0])
    return builder.flat(mul, (quotient, builder.apply(reciprocal, below[1]))) if len(below) == 2 else quotient


def of_any_size(facts: Facts, node: Expr) -> bool:
    """Whether nothing is known of the size of a number."""
    bounds = facts.bounds(node)
    return not is_number(node) and math.inf in (bounds.high, -bounds.low)


@computed(
    mul,
    among=(add,),
    assuming="no_overflow",
    formula="(a + b + c) * (b + c - a) * (a + c - b) * (a + b - c) -> triangle_product(a, b, c)",
    example=lambda a, b, c: (a + b + c) * (b + c - a) * (a + c - b) * (a + b - c),
)
def area_of_triangle(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The factors cancel where a triangle is a needle."""
    sums = {arg: signs for arg in node.args if arg.op is add and len(signs := signed_terms(arg)) == 3}
    for whole, signs in sums.items():
        alike = {arg: other for arg, other in sums.items() if other.keys() == signs.keys()}
        parts = [arg for arg, other in alike.items() if sum(other.values()) == 1]
        negative = {term for part in parts for term, sign in sums[part].items() if sign < 0}
        if -1 not in signs.values() and len(parts) == len(negative) == 3:
            result = builder.apply(triangle_product, *signs)
            rest = list(node.args)
            for taken in (whole, *parts):
                rest.remove(taken)
            return builder.acted(node, result, tuple(rest)) if rest else result
    return None


def signed_terms(node: Expr) -> dict[Expr, int]:
    """The terms of a sum, opened, with their signs."""
    return {term.args[0] if term.op is neg else term: -1 if term.op is neg else 1 for term in opened_sum(node)}


@rule(when=both_vary)
def root_of_product(a, b):
    """A product overflows or vanishes where its root does not."""
    product = a * b
    regular = (product > 1e-30) & (product < 1e30)
    roots = sqrt(switch(product < 0, math.nan, abs(a))) * sqrt(abs(b))
    return sqrt(a * b), switch(regular, sqrt(switch(regular, product, 1)), roots)


RULES = (area_of_triangle, products_subtracted, product_divided, root_of_product)
