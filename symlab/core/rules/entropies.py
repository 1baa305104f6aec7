"""Exponents that share a scale, and softplus less its argument by its slope: the entropy of a choice between two."""

from __future__ import annotations

import math
from collections.abc import Sequence

from symlab.core.ir.expr import Expr
from symlab.core.ops.compare import eq, isinf, switch
from symlab.core.ops.elementwise import abs, add, exp, expm1, log, log1p, mul, neg, sigmoid, softplus, sqr
from symlab.core.ops.exponential import logaddexp, share
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import NonzeroNumber, Small
from symlab.core.rules.collect import NESTED, without
from symlab.core.rules.fractions import (
    Polynomial,
    Split,
    by,
    cancel,
    divided,
    have_factor,
    parts_of,
    polynomial_of,
    product,
    scaled,
    total,
    without_factor,
)

LOG_2 = math.log(2)


@rule(accept=64)
def share_of_scaled(k: NonzeroNumber, a, b):
    """Scaled exponents are rounded before they are subtracted; their difference is exact where they are near."""
    return share(k * a, k * b), sigmoid(k * switch(eq(a, b) & isinf(a), 0, a - b))


@rule(assuming="nonzero", accept=64)
def share_of_divided(t, a, b):
    """Quotients are rounded before they are subtracted; the difference of what is divided is exact where it is near."""
    return share(a / t, b / t), sigmoid(switch(eq(a, b) & isinf(a), 0, a - b) / t)


@computed(
    add,
    among=(mul, neg, softplus),
    formula="softplus(x) - x * sigmoid(x) -> softplus(-abs(x)) + abs(x) * sigmoid(-abs(x))",
    example=lambda x, y: softplus(x * y) / sqr(y) - x * sigmoid(x * y) / y,
)
def softplus_less_slope(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """softplus(x) is nearly x sigmoid(x) where x is large: what is left is the entropy of a choice."""
    if len(node.args) > NESTED or not have_factor(node.args, softplus):
        return None
    for term in node.args:
        part = parts_of(term)
        bent = next((factor for factor in part.factors if factor.op is softplus), None)
        if bent is None or is_entropy(bent.args[0]):
            continue
        inner = bent.args[0]
        scale, slope = without_factor(part, bent), builder.make(sigmoid, (inner,))
        for other in without(node.args, term):
            opposite = parts_of(other)
            if slope in opposite.factors and cancel(by(scale, parts_of(inner)), without_factor(opposite, slope)):
                left = without(without(node.args, term), other)
                return builder.flat(add, (*left, entropy(scale, inner, builder)))
    return None


@computed(
    add,
    among=(mul, logaddexp),
    formula="logaddexp(a, b) - a * sigmoid(a - b) - b * sigmoid(b - a) -> softplus(-abs(a - b)) + ...",
    example=lambda a, b, c: c * logaddexp(a, b) - c * a * sigmoid(a - b) - c * b * sigmoid(b - a),
)
def logaddexp_less_slopes(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """logaddexp(a, b) is nearly the sum of a and b times their shares: what is left is the entropy of a choice."""
    for term in node.args if 3 <= len(node.args) <= NESTED else ():
        part = parts_of(term)
        whole = next((factor for factor in part.factors if factor.op is logaddexp), None)
        if whole is None:
            continue
        scale, rest = without_factor(part, whole), without(node.args, term)
        found = [share_in(whole.args, scale, rest), share_in(whole.args[::-1], scale, rest)]
        if found[0] is not None and found[1] is not None:
            left = without(without(rest, found[0][0]), found[1][0])
            return builder.flat(add, (*left, entropy(scale, found[0][1], builder)))
    return None


@rule
def exponent_less_logaddexp(a, b):
    """The logarithm of the sum is nearly the larger of the exponents."""
    return a - logaddexp(a, b), -softplus(b - a)


@rule
def one_less_square_of_sigmoid(x):
    """sigmoid is nearly 1 where x is large."""
    return 1 - sqr(sigmoid(x)), sigmoid(-x) * (1 + sigmoid(x))


@rule(accept=8)
def log_of_half_of_one_plus_exp(x: Small):
    """The mean of 1 and exp(x) is nearly 1 where x is nearly 0, and overflows where its logarithm does not."""
    near = abs(x) < 1
    close = log1p(0.5 * expm1(switch(near, x, 0)))
    return log(0.5 * (1 + exp(x))), switch(near, close, softplus(switch(near, 1, x)) - LOG_2)


def share_in(pair: Sequence[Expr], scale: Split, terms: Sequence[Expr]) -> tuple[Expr, Expr] | None:
    """The term that takes the first of two exponents times its share, and how far they are apart."""
    for term in terms:
        part = parts_of(term)
        for slope in part.factors:
            if slope.op is sigmoid and cancel(by(scale, parts_of(pair[0])), without_factor(part, slope)):
                gap = slope.args[0]
                apart = [plain_gap(gap), scaled(polynomial_of(pair[0]), -1), polynomial_of(pair[1])]
                if not total(apart):
                    return term, gap
    return None


def plain_gap(gap: Expr) -> Polynomial:
    """How far exponents are apart, where they are not both the same infinity."""
    factors = gap.args if gap.op is mul else (gap,)
    return product([polynomial_of(factor.args[2] if factor.op is switch else factor) for factor in factors])


def entropy(scale: Split, gap: Expr, builder: Builder) -> Expr:
    """The entropy of a choice between two, times a product, from how far their exponents are apart."""
    size = builder.make(abs, (gap,))
    away = builder.make(neg, (size,))
    inside = builder.flat(
        add, (builder.make(softplus, (away,)), builder.flat(mul, (size, builder.make(sigmoid, (away,)))))
    )
    whole = builder.flat(mul, (*scale.factors, *divided(scale.below, builder), inside))
    return whole if scale.sign > 0 else builder.make(neg, (whole,))


def is_entropy(exponent: Expr) -> bool:
    """Whether the terms with an exponent are of one sign, as these rules leave them."""
    return exponent.op is neg and exponent.args[0].op is abs


RULES = (
    share_of_scaled,
    share_of_divided,
    softplus_less_slope,
    logaddexp_less_slopes,
    exponent_less_logaddexp,
    one_less_square_of_sigmoid,
    log_of_half_of_one_plus_exp,
)
