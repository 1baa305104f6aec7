"""One form for what is written in many ways: identities, signs first, functions of opposites, inverses undone."""

from __future__ import annotations

import math

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ops.compare import switch
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
    sigmoid_slope,
    sqr,
    sqrt,
    tanh,
)
from symlab.core.ops.special import erf
from symlab.core.ops.trigonometric import arcsinh, arctan, cos, cosh, sin, sinh
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import NotNegative, Truth
from symlab.core.rules.constants import is_number

RING = "fciu"  # dtypes whose sums and products obey the laws of a ring


# Identities


@rule(assuming="real_algebra", kinds=RING)
def add_zero(x):
    """Nothing is added (but -0.0 + 0.0 is 0.0, so this is not exact)."""
    return x + 0, x


@rule(exact=True, kinds=RING)
def mul_one(x):
    """One times anything is that thing."""
    return x * 1, x


@rule(assuming="finite", kinds=RING)
def mul_zero(x):
    """Zero times a finite number is zero."""
    return x * 0, 0


@rule(exact=True, kinds=RING)
def neg_neg(x):
    """Two changes of sign are none."""
    return -(-x), x


@rule(assuming="real_algebra")
def reciprocal_of_reciprocal(x):
    """The reciprocal undoes itself, up to two roundings."""
    return reciprocal(reciprocal(x)), x


# Signs


@computed(
    mul,
    among=(neg, CONSTANT),
    assuming="real_algebra",
    kinds="fci",
    formula="(-x) * y -> -(x * y)",
    example=lambda x, y: (-x) * y,
)
def sign_before_product(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The sign of a product stands before it, so that equal products are seen to be equal."""
    negative, factors = False, []
    for arg in node.args:
        if arg.op is neg:
            arg, negative = arg.args[0], not negative
        elif is_number(arg) and node.type.dtype.kind != "c" and constant_value(arg) < 0:
            arg, negative = builder.table.constant(-constant_value(arg)), not negative
        factors.append(arg)
    if tuple(factors) == node.args:
        return None
    product = builder.remade(node, tuple(factors))
    return builder.make(neg, (product,)) if negative else product


@computed(
    neg, among=(add,), assuming="real_algebra", kinds="fci", formula="-(x - y) -> y - x", example=lambda x, y: -(x - y)
)
def opposite_of_sum(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The sign of a sum goes into its terms, so that equal sums are seen to be equal."""
    inner = node.args[0]
    return builder.opposite(inner) if inner.op is add and builder.is_open(inner) else None


@rule(exact=True, kinds="fc")
def reciprocal_of_opposite(x):
    """A change of sign goes before the reciprocal."""
    return reciprocal(-x), -reciprocal(x)


@rule(exact=True, kinds="fci")
def sqr_of_opposite(x):
    """A square has no sign."""
    return sqr(-x), sqr(x)


@rule(exact=True)
def abs_of_opposite(x):
    """An absolute value has no sign."""
    return abs(-x), abs(x)


@rule(exact=True)
def abs_of_abs(x):
    """An absolute value has no sign."""
    return abs(abs(x)), abs(x)


@rule(exact=True)
def sqr_of_abs(x):
    """A square forgets the sign."""
    return sqr(abs(x)), sqr(x)


@rule(exact=True)
def abs_of_not_negative(x: NotNegative):
    """What is not negative is its own absolute value."""
    return abs(x), x


@rule(exact=True)
def cos_of_opposite(x):
    """cos is even."""
    return cos(-x), cos(x)


@rule(exact=True)
def cosh_of_opposite(x):
    """cosh is even."""
    return cosh(-x), cosh(x)


@rule(exact=True)
def sigmoid_slope_of_opposite(x):
    """The slope of the logistic function is even."""
    return sigmoid_slope(-x), sigmoid_slope(x)


@rule(exact=True)
def sin_of_opposite(x):
    """sin is odd."""
    return sin(-x), -sin(x)


@rule(exact=True)
def sinh_of_opposite(x):
    """sinh is odd."""
    return sinh(-x), -sinh(x)


@rule(exact=True)
def tanh_of_opposite(x):
    """tanh is odd."""
    return tanh(-x), -tanh(x)


@rule(exact=True)
def arctan_of_opposite(x):
    """arctan is odd."""
    return arctan(-x), -arctan(x)


@rule(exact=True)
def arcsinh_of_opposite(x):
    """arcsinh is odd."""
    return arcsinh(-x), -arcsinh(x)


@rule(exact=True)
def erf_of_opposite(x):
    """erf is odd."""
    return erf(-x), -erf(x)


# Functions that undo one another


@rule(assuming="no_overflow")
def log_of_exp(x):
    """The logarithm undoes the exponential, which overflows."""
    return log(exp(x)), x


@rule
def exp_of_log(x: NotNegative):
    """The exponential undoes the logarithm where there is one."""
    return exp(log(x)), x


@rule(assuming="no_overflow")
def log1p_of_expm1(x):
    """log1p undoes expm1, which overflows."""
    return log1p(expm1(x)), x


@rule
def expm1_of_log1p(x: NotNegative):
    """expm1 undoes log1p where there is one."""
    return expm1(log1p(x)), x


@rule
def sqr_of_sqrt(x: NotNegative):
    """The square undoes the root where there is one."""
    return sqr(sqrt(x)), x


@rule(assuming="no_overflow")
def sqrt_of_sqr(x):
    """The root of a square is the absolute value; the square overflows."""
    return sqrt(sqr(x)), abs(x)


@rule(assuming="no_overflow")
def odds_of_sigmoid(x):
    """The odds of a logistic function are an exponential."""
    return sigmoid(x) * reciprocal(sigmoid(-x)), exp(x)


@computed(log, among=(reciprocal,), formula="log(1 / f(x)) -> -log(f(x))",
          example=lambda x: log(reciprocal(sin(x) + 3)))  # fmt: skip
def log_of_reciprocal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The logarithm of a reciprocal needs no reciprocal, and others see the formula; -inf is left to a later rule."""
    x = node.args[0].args[0]
    plain = x.op.kind is not Kind.ELEMENTWISE and facts.bounds(x).low == -math.inf
    return None if plain else builder.make(neg, (builder.apply(log, x),))


# Choices


@rule(exact=True, kinds="fciub")
def switch_between_equals(condition: Truth, x):
    """There is nothing to choose."""
    return switch(condition, x, x), x


@rule(exact=True, kinds="fiub")
def maximum_of_equals(x):
    """There is nothing to choose."""
    return maximum(x, x), x


@rule(exact=True, kinds="fiub")
def minimum_of_equals(x):
    """There is nothing to choose."""
    return minimum(x, x), x


@computed(
    switch,
    among=(CONSTANT,),
    exact=True,
    kinds="fciub",
    formula="switch(True, x, y) -> x",
    example=lambda x, y: switch(True, x, y),
)
def switch_of_constant(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A condition that is known leaves one of the two."""
    condition, first, second = node.args
    if not is_number(condition):
        return None
    return first if constant_value(condition) else second


RULES = (
    add_zero,
    mul_zero,
    mul_one,
    neg_neg,
    reciprocal_of_reciprocal,
    sign_before_product,
    opposite_of_sum,
    reciprocal_of_opposite,
    sqr_of_opposite,
    abs_of_opposite,
    abs_of_abs,
    sqr_of_abs,
    abs_of_not_negative,
    cos_of_opposite,
    cosh_of_opposite,
    sigmoid_slope_of_opposite,
    sin_of_opposite,
    sinh_of_opposite,
    tanh_of_opposite,
    arctan_of_opposite,
    arcsinh_of_opposite,
    erf_of_opposite,
    log_of_exp,
    exp_of_log,
    log1p_of_expm1,
    expm1_of_log1p,
    sqr_of_sqrt,
    sqrt_of_sqr,
    odds_of_sigmoid,
    log_of_reciprocal,
    switch_between_equals,
    maximum_of_equals,
    minimum_of_equals,
    switch_of_constant,
)
