"""Norms whose powers overflow or vanish; the scale has no influence, so that it takes no part in the derivative."""

from __future__ import annotations

import builtins
import math

from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.compare import eq, isinf, switch
from symlab.core.ops.elementwise import abs, log, maximum, pow, sqr
from symlab.core.ops.passing import zero_grad
from symlab.core.ops.reduce import max_or_zero, sum
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Attributes, EvenPower, EvenRoot, PowerNumber, RootNumber, Scale
from symlab.core.rules.stable_rows import plain


def inverse(p, q):
    """Whether two numbers are exponents that undo each other, up to rounding."""
    if p.op is not CONSTANT or q.op is not CONSTANT:
        return False
    first, second = float(constant_value(p)), float(constant_value(q))
    return first > 1 and builtins.abs(first * second - 1) < 1e-6


def is_far(size):
    """Whether the squares of numbers up to a size may overflow or vanish."""
    return (size > 0) & (size < math.inf) & ((size < 1e-15) | (size > 1e15))


@rule(when=inverse, accept=32)
def power_norm_of_row(x, p: PowerNumber, q: RootNumber, axis: Attributes):
    """Powers overflow or vanish where the root of their sum does not."""
    largest = zero_grad(max_or_zero(abs(x), attributes=axis))
    kept = zero_grad(max_or_zero(abs(x), axes=axis.axes, keepdims=True))
    divisor = switch(eq(kept, 0) | isinf(kept), 1, kept)
    return (
        pow(sum(pow(abs(x), p), attributes=axis), q),
        largest * pow(sum(pow(abs(x / divisor), p), attributes=axis), q),
    )


@rule(when=inverse, accept=32)
def even_power_norm_of_row(x, p: EvenPower, q: EvenRoot, axis: Attributes):
    """Powers overflow or vanish where the root of their sum does not."""
    largest = zero_grad(max_or_zero(abs(x), attributes=axis))
    kept = zero_grad(max_or_zero(abs(x), axes=axis.axes, keepdims=True))
    divisor = switch(eq(kept, 0) | isinf(kept), 1, kept)
    return (
        pow(sum(pow(x, p), attributes=axis), q),
        largest * pow(sum(pow(x / divisor, p), attributes=axis), q),
    )


@rule(when=inverse, accept=32)
def power_norm_of_two(x, y, p: PowerNumber, q: RootNumber):
    """Powers overflow or vanish where the root of their sum does not."""
    largest = zero_grad(maximum(abs(x), abs(y)))
    divisor = switch(eq(largest, 0) | isinf(largest), 1, largest)
    return pow(pow(abs(x), p) + pow(abs(y), p), q), largest * pow(
        pow(abs(x / divisor), p) + pow(abs(y / divisor), p), q
    )


@rule(when=inverse, accept=32)
def even_power_norm_of_two(x, y, p: EvenPower, q: EvenRoot):
    """Powers overflow or vanish where the root of their sum does not."""
    largest = zero_grad(maximum(abs(x), abs(y)))
    divisor = switch(eq(largest, 0) | isinf(largest), 1, largest)
    return pow(pow(x, p) + pow(y, p), q), largest * pow(pow(x / divisor, p) + pow(y / divisor, p), q)


@rule(when=plain)
def log_of_squares_of_row(x, axis: Attributes):
    """Squares overflow or vanish where the logarithm of their sum does not."""
    largest = zero_grad(max_or_zero(abs(x), attributes=axis))
    kept = zero_grad(max_or_zero(abs(x), axes=axis.axes, keepdims=True))
    divisor, factor = (switch(is_far(size), size, 1) for size in (kept, largest))
    return log(sum(sqr(x), attributes=axis)), 2 * log(factor) + log(sum(sqr(x / divisor), attributes=axis))


@rule(accept=32, serves="power_norm_of_row")
def root_of_mean_power(w: Scale, x, p: EvenPower, q: EvenRoot, axis: Attributes):
    """The root of a mean of powers is that of their sum, which can be scaled."""
    total = sum(pow(x, p), attributes=axis)
    return pow(w * total, q), pow(w, q) * pow(total, q)


RULES = (
    log_of_squares_of_row,
    root_of_mean_power,
    even_power_norm_of_two,
    power_norm_of_row,
    even_power_norm_of_row,
    power_norm_of_two,
)
