"""Norms and products of rows, whose squares, powers and products overflow or vanish before their roots do."""

from __future__ import annotations

import math

from symlab.core.ops.compare import eq, isinf, switch
from symlab.core.ops.elementwise import abs, exp, log, log1p, mul, pow, reciprocal, sqr, sqrt
from symlab.core.ops.elementwise import sign as sign_of
from symlab.core.ops.linalg import dot
from symlab.core.ops.passing import zero_grad
from symlab.core.ops.reduce import max_or_zero, prod, sum
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Attributes, PositiveReal, Real, Scalar, Small
from symlab.core.rules.stable_rows import plain


def unscaled(x, axis):
    """Whether a row has not been divided by its largest element already."""
    factors = x.args if x.op is mul else (x,)
    divisors = [factor.args[0] for factor in factors if factor.op is reciprocal]
    return plain(axis) and not any(divisor.op is switch and divisor.args[2].op is zero_grad for divisor in divisors)


@rule(when=unscaled)
def norm_of_row(x, axis: Attributes):
    """Squares overflow or vanish where the root of their sum does not; where all are 0 so is the derivative."""
    largest = zero_grad(max_or_zero(abs(x), attributes=axis))
    kept = zero_grad(max_or_zero(abs(x), axes=axis.axes, keepdims=True))
    divisor = switch(eq(kept, 0) | isinf(kept), 1, kept)
    total = sum(sqr(x / divisor), attributes=axis)
    return sqrt(sum(sqr(x), attributes=axis)), largest * sqrt(switch(largest > 0, total, 1))


def is_vector(x):
    """Whether the product is that of a vector."""
    return x.type.ndim == 1


@rule(when=is_vector, accept=32, serves="norm_of_row")
def norm_by_product(x: Real):
    """The root of a vector's product with itself is its norm."""
    return sqrt(dot(x, x)), sqrt(sum(sqr(x), axes=(0,), keepdims=False))


@rule(counts={"n": 1})
def power_of_product(x, n: Scalar, axis: Attributes):
    """A product of many factors overflows or vanishes before its root does."""
    product = prod(x, attributes=axis)
    regular = (abs(product) > 1e-30) & (abs(product) < 1e30)
    sign = prod(sign_of(x), attributes=axis)
    powers = exp(n * sum(log(abs(x)), attributes=axis))
    far = switch(sign < 0, pow(sign, n) * powers, powers)
    return pow(product, n), switch(regular, pow(switch(regular, product, 1), n), far)


@rule(when=plain)
def log_of_product_of_nearly_one(x: Small, axis: Attributes):
    """A product of factors near 1 has lost the low digits of its distance from 1."""
    near = max_or_zero(abs(x), axes=axis.axes, keepdims=True) < 0.5
    logs = sum(log1p(switch(near, x, 0)), attributes=axis)
    far = log(prod(switch(near, 1, 1 + x), attributes=axis))
    return log(prod(1 + x, attributes=axis)), logs + far


@rule(when=plain)
def log_of_product_of_any_row(x: PositiveReal, axis: Attributes):
    """A product of many factors overflows before its logarithm does."""
    whole = abs(prod(x, axes=axis.axes, keepdims=True))
    kept = (whole > 1e-30) & (whole < 1e30)
    sign = prod(sign_of(x), attributes=axis)
    logs = switch(sign < 0, math.nan, sum(log(abs(switch(kept, 1, x))), attributes=axis))
    return log(prod(x, attributes=axis)), logs + log(prod(switch(kept, x, sign_of(x)), attributes=axis))


@rule(when=plain, nearly=10000)  # the logarithms of products that overflow are subtracted
def log_of_quotient_of_products(x: PositiveReal, y: PositiveReal, axis: Attributes):
    """Products of many factors overflow before the logarithm of their quotient does."""
    first, second = (abs(prod(row, axes=axis.axes, keepdims=True)) for row in (x, y))
    near = (first > 1e-30) & (first < 1e30) & (second > 1e-30) & (second < 1e30)
    upper, lower = (prod(switch(near, row, 1), attributes=axis) for row in (x, y))
    above, below = (sum(log(abs(switch(near, 1, row))), attributes=axis) for row in (x, y))
    sign = prod(sign_of(x), attributes=axis) * prod(sign_of(y), attributes=axis)
    logs = above - below + log(upper / lower)
    return log(prod(x, attributes=axis) * reciprocal(prod(y, attributes=axis))), switch(sign < 0, math.nan, logs)


@rule(when=plain)
def log_of_size_of_product_of_row(x, axis: Attributes):
    """A product of many factors overflows before its logarithm does."""
    whole = abs(prod(x, axes=axis.axes, keepdims=True))
    kept = (whole > 1e-30) & (whole < 1e30)
    logs = sum(log(abs(switch(kept, 1, x))), attributes=axis)
    return log(abs(prod(x, attributes=axis))), logs + log(abs(prod(switch(kept, x, 1), attributes=axis)))


RULES = (
    norm_by_product,
    norm_of_row,
    power_of_product,
    log_of_quotient_of_products,
    log_of_product_of_nearly_one,
    log_of_product_of_any_row,
    log_of_size_of_product_of_row,
)
