"""Exponentials and logarithms that neither overflow nor lose low digits: expm1, log1p, the logistic family, tanh."""

from __future__ import annotations

import math

from symlab.core.ops.compare import eq, switch
from symlab.core.ops.elementwise import (
    abs,
    add,
    exp,
    expm1,
    log,
    log1p,
    mul,
    pow,
    reciprocal,
    sigmoid,
    softplus,
    sqr,
    tanh,
)
from symlab.core.ops.exponential import log1mexp, logaddexp
from symlab.core.ops.trigonometric import cosh, sinh
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import PositiveNumber, Small

LOG_2 = math.log(2)


# Differences from 1


@rule
def exp_less_one(x):
    """Near 0, exp(x) - 1 loses the low digits of x."""
    return exp(x) - 1, expm1(x)


@rule
def exp_over_exp_less_one(x):
    """exp overflows in numerator and denominator where their quotient is nearly 1."""
    return exp(x) * reciprocal(expm1(x)), -reciprocal(expm1(-x))


@rule
def log_of_one_plus(x):
    """1 + x drops the low digits of a small x."""
    return log(1 + x), log1p(x)


@rule
def log_of_one_less_exp(x):
    """1 - exp(x) loses digits for x near 0, and its logarithm is -exp(x) far from it."""
    return log(-expm1(x)), log1mexp(x)


@rule
def log1p_of_minus_exp(x):
    """1 - exp(x) loses digits for x near 0, where expm1 keeps them."""
    return log1p(-exp(x)), log1mexp(x)


@rule
def log_of_exp_less_one(x):
    """exp overflows where log(exp(x) - 1) is nearly x."""
    return log(expm1(x)), x + log1mexp(-x)


# The logistic family


@rule
def softplus_of_log(x):
    """exp overflows where log(1 + exp(x)) is nearly x."""
    return log(1 + exp(x)), softplus(x)


@rule
def softplus_of_log1p(x):
    """exp overflows where log(1 + exp(x)) is nearly x."""
    return log1p(exp(x)), softplus(x)


@rule
def sigmoid_of_reciprocal(x):
    """exp overflows, and the gradient is inf / inf, where the logistic function is nearly 0."""
    return reciprocal(1 + exp(x)), sigmoid(-x)


@rule
def sigmoid_of_quotient(x):
    """exp overflows in numerator and denominator where the logistic function is nearly 1."""
    return exp(x) * sigmoid(-x), sigmoid(x)


@rule
def one_less_sigmoid(x):
    """1 - sigmoid(x) is 0 where sigmoid(-x) is small."""
    return 1 - sigmoid(x), sigmoid(-x)


@rule
def log_of_sigmoid(x):
    """sigmoid underflows where its logarithm is nearly x."""
    return log(sigmoid(x)), -softplus(-x)


@rule(moderate=True)  # exact values take too many digits where x is large
def log1p_of_minus_sigmoid(x):
    """1 - sigmoid(x) is 0 where its logarithm is nearly -x."""
    return log1p(-sigmoid(x)), -softplus(x)


@rule
def reciprocal_of_squared_sum(x):
    """The square of 1 + exp(x) overflows."""
    return reciprocal(sqr(1 + exp(x))), sqr(sigmoid(-x))


@rule
def slope_of_sigmoid(x):
    """exp overflows where the slope of the logistic function is small."""
    return exp(x) * sqr(sigmoid(-x)), sigmoid(x) * sigmoid(-x)


# Exponentials together


@rule
def reciprocal_of_exp(x):
    """One exponential of -x is better than a quotient."""
    return reciprocal(exp(x)), exp(-x)


@rule
def log_of_sum_of_exps(*terms):
    """Exponentials overflow where the logarithm of their sum is nearly the largest exponent."""
    return log(add(*[exp(term) for term in terms])), logaddexp(*terms)


@rule(accept=5)
def product_of_exps_less_one(*terms):
    """A product of exponentials is nearly 1 where the sum of the exponents is small."""
    powers, near = mul(*[exp(term) for term in terms]), abs(add(*terms)) < 1
    return powers - 1, switch(near, expm1(add(*terms)), switch(near, 1, powers) - 1)


@rule(accept=16)
def log_of_product_of_exps(*terms):
    """A product of exponentials overflows or vanishes where its logarithm does not."""
    return log(mul(*[exp(term) for term in terms])), add(*terms)


@rule
def log_of_scaled_exp(x, *factors):
    """A scaled exponential overflows or vanishes where its logarithm does not."""
    return log(mul(exp(x), *factors)), x + log(mul(*factors))


@rule
def log_of_difference_of_exps(a, b):
    """Exponentials overflow, and their difference loses digits."""
    return log(exp(a) - exp(b)), switch(eq(a, b), -math.inf, a + log1mexp(b - a))


# Hyperbolic functions


@rule
def cosh_less_one_of_exps(x):
    """exp(x) + exp(-x) is nearly 2 where x is small."""
    return exp(x) + exp(-x) - 2, 4 * sqr(sinh(x / 2))


@rule
def cosh_less_one(x):
    """cosh(x) is nearly 1 where x is small."""
    return cosh(x) - 1, 2 * sqr(sinh(x / 2))


@rule
def sinh_of_exps(x):
    """exp(x) and exp(-x) are nearly equal where x is small, and overflow before their half does."""
    return exp(x) - exp(-x), 2 * sinh(x)


@rule(serves="tanh_of_quotient")
def cosh_of_exps(x):
    """Two exponentials are one hyperbolic function."""
    return exp(x) + exp(-x), 2 * cosh(x)


@rule
def tanh_of_quotient(x):
    """sinh and cosh overflow where tanh is nearly 1."""
    return sinh(x) * reciprocal(cosh(x)), tanh(x)


@rule
def exp_by_cosh(x):
    """Both overflow where their quotient is 2."""
    return exp(x) * reciprocal(cosh(x)), 2 * sigmoid(2 * x)


@rule
def opposite_exp_by_cosh(x):
    """cosh overflows where the quotient has a value."""
    return exp(-x) * reciprocal(cosh(x)), 2 * sigmoid(-2 * x)


@rule
def exp_by_sinh(x: Small):
    """Both overflow where their quotient is 2."""
    return exp(x) * reciprocal(sinh(x)), -2 / expm1(-2 * x)


@rule
def opposite_exp_by_sinh(x: Small):
    """sinh overflows where the quotient has a value."""
    return exp(-x) * reciprocal(sinh(x)), 2 / expm1(2 * x)


@rule
def tanh_of_exps(x):
    """exp overflows where tanh is nearly 1."""
    return expm1(x) * sigmoid(-x), tanh(x / 2)


@rule
def tanh_of_two_exps(x, y):
    """Exponentials overflow, and are nearly equal, where tanh is moderate."""
    return (exp(x) - exp(y)) * reciprocal(exp(x) + exp(y)), tanh((x - y) / 2)


@rule
def tanh_of_sigmoid(x):
    """2 sigmoid(x) is nearly 1 where x is small."""
    return 2 * sigmoid(x) - 1, tanh(x / 2)


@rule
def one_less_tanh(x):
    """tanh is nearly 1 where x is large."""
    return 1 - tanh(x), 2 * sigmoid(-2 * x)


@rule
def one_plus_tanh(x):
    """tanh is nearly -1 where -x is large."""
    return 1 + tanh(x), 2 * sigmoid(2 * x)


@rule
def one_less_squared_tanh(x):
    """tanh is nearly 1 where x is large, so that the slope of tanh is lost."""
    return 1 - sqr(tanh(x)), 4 * sigmoid(2 * x) * sigmoid(-2 * x)


@rule
def log_of_scaled_cosh(c: PositiveNumber, x):
    """cosh overflows where its logarithm is nearly |x|."""
    return log(c * cosh(x)), log(c / 2) + (abs(x) + log1p(exp(-2 * abs(x))))


def logarithm_of_cosh(x):
    """log(cosh(x)) for small and large numbers."""
    large = abs(x) + log1p(exp(-2 * abs(x))) - LOG_2
    return switch(abs(x) < 1, log1p(2 * sqr(sinh(x / 2))), large)


@rule
def log_of_cosh(x):
    """cosh overflows where its logarithm is nearly |x|, and is nearly 1 where it is nearly x^2 / 2."""
    return log(cosh(x)), logarithm_of_cosh(x)


@rule
def log_of_slope_of_tanh(x):
    """The slope of tanh vanishes where its logarithm is nearly -2 |x|, and is nearly 1 where x is small."""
    return log(4 * sigmoid(x) * sigmoid(-x)), -2 * logarithm_of_cosh(x / 2)


# Quotients of hyperbolic functions


@rule
def reciprocal_of_squared_cosh(x):
    """The square of cosh overflows before its reciprocal vanishes."""
    return reciprocal(sqr(cosh(x))), sqr(reciprocal(cosh(x)))


@rule
def sinh_by_squared_cosh(x):
    """sinh overflows where its quotient by the square of cosh vanishes."""
    return sinh(x) * sqr(reciprocal(cosh(x))), tanh(x) * reciprocal(cosh(x))


@rule
def sinh_by_cubed_cosh(x):
    """sinh overflows where its quotient by the third power of cosh vanishes."""
    return sinh(x) * reciprocal(pow(cosh(x), 3)), tanh(x) * sqr(reciprocal(cosh(x)))


@rule
def log_of_sinh(x):
    """sinh overflows where its logarithm is nearly x."""
    far = x > 1
    large, near = switch(far, x, 1), switch(far, 1, x)
    return log(sinh(x)), switch(far, large + log1p(-exp(-2 * large)) - LOG_2, log(sinh(near)))


@rule
def log_of_scaled_sinh(c: PositiveNumber, x):
    """sinh overflows where its logarithm is nearly x."""
    far = x > 1
    large, near = switch(far, x, 1), switch(far, 1, x)
    return log(c * sinh(x)), switch(far, log(c / 2) + (large + log1p(-exp(-2 * large))), log(c * sinh(near)))


@rule
def cosh_by_squared_sinh(x):
    """cosh and sinh overflow where their quotient does not."""
    return cosh(x) * reciprocal(sqr(sinh(x))), reciprocal(tanh(x) * sinh(x))


@rule
def cosh_by_sinh(x):
    """cosh and sinh overflow where their quotient does not."""
    return cosh(x) * reciprocal(sinh(x)), reciprocal(tanh(x))


@rule
def sigmoid_less_half(x):
    """sigmoid(x) is nearly 1/2 where x is small."""
    return sigmoid(x) - 0.5, 0.5 * tanh(x / 2)


@rule
def sigmoid_less_opposite(x):
    """sigmoid(x) and sigmoid(-x) are nearly equal where x is small."""
    return sigmoid(x) - sigmoid(-x), tanh(x / 2)


RULES = (
    reciprocal_of_squared_cosh,
    sinh_by_squared_cosh,
    sinh_by_cubed_cosh,
    log_of_slope_of_tanh,
    log_of_sinh,
    log_of_scaled_sinh,
    cosh_by_squared_sinh,
    cosh_by_sinh,
    sigmoid_less_half,
    sigmoid_less_opposite,
    softplus_of_log,
    softplus_of_log1p,
    log_of_one_less_exp,
    log1p_of_minus_exp,
    log1p_of_minus_sigmoid,
    log_of_exp_less_one,
    log_of_one_plus,
    exp_less_one,
    exp_over_exp_less_one,
    sigmoid_of_reciprocal,
    sigmoid_of_quotient,
    one_less_sigmoid,
    log_of_sigmoid,
    reciprocal_of_squared_sum,
    slope_of_sigmoid,
    reciprocal_of_exp,
    product_of_exps_less_one,
    log_of_product_of_exps,
    log_of_scaled_exp,
    log_of_difference_of_exps,
    log_of_sum_of_exps,
    cosh_less_one_of_exps,
    cosh_less_one,
    sinh_of_exps,
    cosh_of_exps,
    exp_by_cosh,
    opposite_exp_by_cosh,
    exp_by_sinh,
    opposite_exp_by_sinh,
    tanh_of_quotient,
    tanh_of_exps,
    tanh_of_two_exps,
    tanh_of_sigmoid,
    one_less_tanh,
    one_plus_tanh,
    one_less_squared_tanh,
    log_of_cosh,
    log_of_scaled_cosh,
)
