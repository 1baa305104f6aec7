"""Logarithms and quotients of sums of exponentials with other terms and weights."""

from __future__ import annotations

import math
from functools import reduce

from symlab.core.ir.expr import Expr
from symlab.core.ops.compare import eq, isfinite, switch
from symlab.core.ops.elementwise import (
    abs,
    add,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    neg,
    reciprocal,
    sigmoid,
    softplus,
    sqr,
    sqrt,
)
from symlab.core.ops.exponential import log1mexp, logaddexp
from symlab.core.ops.nn import softmax
from symlab.core.ops.reduce import max_or_zero, sum
from symlab.core.ops.trigonometric import cosh, sinh
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Attributes, Number, PositiveNumber, Row, Scale
from symlab.core.rules.collect import opened, without
from symlab.core.rules.stable_rows import plain


def far_from_zero(top):
    """The largest exponent where its exponential overflows or vanishes, else 0, so that nothing changes."""
    return switch(isfinite(top) & (abs(top) > 60), top, 0)


def largest_of_row(x, axis, **attributes):
    """The largest of the finite numbers in a row, which may be empty, with its axes as these attributes say."""
    finite = isfinite(x)
    low = max_or_zero(switch(finite, -x, 0), axes=axis.axes, keepdims=True)
    above = max_or_zero(switch(finite, x + low, 0), **attributes)
    return above - max_or_zero(switch(finite, -x, 0), **attributes)


def shifts_of_row(x, axis):
    """What is taken from the exponents of a row, and, with its axes as those of the sum, added to its logarithm."""
    rows = {"axes": axis.axes, "keepdims": True}, {"attributes": axis}
    return [far_from_zero(largest_of_row(x, axis, **attributes)) for attributes in rows]


def weighed(weight, x):
    """An exponent that counts, where its weight is not 0."""
    return switch(eq(weight, 0), -math.inf, x)


@rule
def log_of_weighted_exps(x, y, a, b):
    """Weighted exponentials overflow where the logarithm of their sum is nearly the largest exponent."""
    first, second = weighed(a, x), weighed(b, y)
    shift = far_from_zero(maximum(first, second))
    return log(a * exp(x) + b * exp(y)), shift + log(a * exp(first - shift) + b * exp(second - shift))


@rule
def log_of_weighted_exp(x, y, b):
    """A weighted exponential overflows where the logarithm of its sum with another is nearly the largest exponent."""
    second = weighed(b, y)
    shift = far_from_zero(maximum(x, second))
    return log(exp(x) + b * exp(y)), shift + log(exp(x - shift) + b * exp(second - shift))


@rule
def log_of_one_plus_exps(*terms):
    """Exponentials overflow where the logarithm of their sum with 1 is nearly the largest exponent."""
    whole = logaddexp(*terms)
    low = whole < 0
    small = log1p(add(*[exp(minimum(term, 0)) for term in terms]))
    return log1p(add(*[exp(term) for term in terms])), switch(low, small, softplus(switch(low, 0, whole)))


@rule(when=plain)
def log_of_mean_of_row(w: Scale, x: Row, axis: Attributes):
    """exp overflows where the logarithm of a mean of exponentials is nearly the largest element."""
    shift, kept = shifts_of_row(x, axis)
    return log(w * sum(exp(x), attributes=axis)), kept + log(w * sum(exp(x - shift), attributes=axis))


@rule(when=plain)
def log_of_sum_with_weights(w, x: Row, axis: Attributes):
    """exp overflows where the logarithm of a weighted sum is nearly the largest element."""
    seen = weighed(w, x)
    shift, kept = shifts_of_row(seen, axis)
    return log(sum(w * exp(x), attributes=axis)), kept + log(sum(w * exp(seen - shift), attributes=axis))


@rule(when=plain)
def root_of_sum_of_row(x: Row, axis: Attributes):
    """exp overflows or vanishes where the root of a sum of exponentials does not."""
    shift, kept = shifts_of_row(x, axis)
    return sqrt(sum(exp(x), attributes=axis)), exp(0.5 * kept) * sqrt(sum(exp(x - shift), attributes=axis))


@rule(accept=8)
def log_of_scaled_difference_of_exps(c: PositiveNumber, x, y):
    """Exponentials overflow or vanish, and their difference loses digits."""
    return log(c * (exp(x) - exp(y))), switch(eq(x, y), -math.inf, log(c) + x + log1mexp(y - x))


@rule(accept=400)
def share_of_exps(x, *others):
    """exp overflows in numerator and denominator where the share of one exponential in a sum is nearly 1."""
    return (
        exp(x) * reciprocal(exp(x) + add(*[exp(other) for other in others])),
        sigmoid(x - logaddexp(*others)),
    )


@rule(when=plain)
def weighted_mean_of_row(y, x: Row, axis: Attributes):
    """exp overflows in numerator and denominator of a mean that is weighted by exponentials."""
    return (
        sum(y * exp(x), attributes=axis) * reciprocal(sum(exp(x), attributes=axis)),
        sum(y * softmax(x, axes=axis.axes), attributes=axis),
    )


# Differences


@rule
def x_less_softplus(x):
    """softplus(x) is nearly x where x is large."""
    return x - softplus(x), -softplus(-x)


@rule
def slope_of_reciprocal_of_expm1(x):
    """exp overflows in numerator and denominator."""
    return exp(x) * reciprocal(sqr(expm1(x))), sqr(reciprocal(2 * sinh(x / 2)))


@rule
def scaled_sinh_of_exps(c: Number, x):
    """Scaled exponentials are nearly equal where x is small, and overflow before their difference does."""
    return c * exp(x) - c * exp(-x), 2 * c * sinh(x)


@rule(serves="tanh_of_quotient")
def scaled_cosh_of_exps(c: Number, x):
    """Scaled exponentials overflow before their sum does."""
    return c * exp(x) + c * exp(-x), 2 * c * cosh(x)


# Scaled and shifted


@rule
def log_of_scaled_exps(c: PositiveNumber, *terms):
    """exp overflows or vanishes where the logarithm of the scaled sum is nearly the largest exponent."""
    shift = far_from_zero(logaddexp(*terms))
    return log(c * add(*[exp(term) for term in terms])), shift + log(c * add(*[exp(term - shift) for term in terms]))


@rule
def log_of_scaled_one_plus_exp(c: PositiveNumber, x):
    """exp overflows where the logarithm of the scaled sum is nearly x."""
    return log(c * (1 + exp(x))), log(c) + softplus(x)


@rule
def log_of_scaled_sigmoid(c: PositiveNumber, x):
    """sigmoid vanishes where its logarithm is nearly x."""
    return log(c * sigmoid(x)), log(c) - softplus(-x)


@computed(
    add,
    among=(logaddexp,),
    assuming="finite",
    formula="logaddexp(x, y) - x -> softplus(y - x)",
    example=lambda x, y, z: logaddexp(logaddexp(x, y), z) - y,
    accept=8,
)
def logaddexp_less_term(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The logarithm of a sum of exponentials is nearly the exponent of the largest one."""
    for whole in node.args:
        terms = opened(logaddexp, (whole,)) if whole.op is logaddexp else []
        for taken in node.args:
            if taken.op is neg and terms.count(taken.args[0]) == 1:
                others = reduce(lambda a, b: builder.make(logaddexp, (a, b)), without(terms, taken.args[0]))
                more = builder.make(softplus, (builder.flat(add, (others, taken)),))
                rest = without(without(node.args, whole), taken)
                return builder.kept(node, [more, *rest]) if rest else more
    return None


def cross_entropy(t, x):
    """-t log(sigmoid(x)) - (1 - t) log(sigmoid(-x)), of whose terms none is large where the sum is small."""
    return switch(x > 0, 1 - t, -t) * x + softplus(-abs(x))


@rule
def cross_entropy_of_logit(t, x):
    """softplus(x) is nearly x where x is large, and so is t x where t is 1."""
    return softplus(x) - t * x, cross_entropy(t, x)


@rule
def cross_entropy_of_opposite_logit(t, x):
    """softplus(-x) is nearly -x where -x is large, and (1 - t) x nearly x where t is 0."""
    return softplus(-x) + (1 - t) * x, cross_entropy(t, x)


@rule
def reciprocal_of_sigmoid_less_one(x):
    """The logistic function is nearly 1 where x is large."""
    return reciprocal(sigmoid(x)) - 1, exp(-x)


RULES = (
    root_of_sum_of_row,
    log_of_scaled_difference_of_exps,
    cross_entropy_of_logit,
    cross_entropy_of_opposite_logit,
    reciprocal_of_sigmoid_less_one,
    log_of_scaled_exps,
    log_of_scaled_one_plus_exp,
    log_of_scaled_sigmoid,
    logaddexp_less_term,
    log_of_one_plus_exps,
    log_of_weighted_exps,
    log_of_weighted_exp,
    log_of_mean_of_row,
    log_of_sum_with_weights,
    share_of_exps,
    weighted_mean_of_row,
    x_less_softplus,
    slope_of_reciprocal_of_expm1,
    scaled_sinh_of_exps,
    scaled_cosh_of_exps,
)
