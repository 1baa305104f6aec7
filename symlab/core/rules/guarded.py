"""Stable forms that hold in a part of the domain, chosen at the call; they come last, since they hide what they choose.

The operand of the form that is not chosen is replaced by a harmless one, so that derivatives of both are finite.
"""

from __future__ import annotations

import math

from symlab.core.ir.op import CONSTANT
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
    mul,
    pow,
    reciprocal,
    sqr,
    sqrt,
)
from symlab.core.ops.exponential import log1mexp
from symlab.core.ops.rounding import floor, mod
from symlab.core.ops.special import erf, erfc, erfcx
from symlab.core.ops.trigonometric import arctanh, cos, hypot, sin
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import (
    Near,
    PositiveNumber,
    PositiveReal,
    Small,
)

SAFE = 80.0  # up to here exp overflows in no dtype that it is computed in


def large(facts, x):
    """Whether exp(x) may overflow."""
    return facts.bounds(x).high > SAFE


def all_large(facts, terms):
    """Whether every one of several exponentials, not all alike, may overflow or vanish."""
    return any(term is not terms[0] for term in terms) and all(
        facts.bounds(term).high > SAFE or facts.bounds(term).low < -SAFE for term in terms
    )


@rule(when=all_large)
def product_of_exps(*terms):
    """A product of exponentials overflows or vanishes where the exponential of the sum does not."""
    whole = add(*[floor(term) for term in terms])
    part = add(*[switch(isfinite(term), mod(term, 1), 0) for term in terms])
    return mul(*[exp(term) for term in terms]), exp(whole) * exp(part)


@rule(when=large)
def log_of_number_plus_exp(c: PositiveNumber, x):
    """exp overflows where log(c + exp(x)) is nearly x."""
    return log(c + exp(x)), switch(x > 0, x + log1p(c * exp(-maximum(x, 0))), log(c + exp(minimum(x, 0))))


@rule(when=large)
def log1p_of_scaled_exp(y: PositiveReal, x):
    """exp overflows where log(1 + y exp(x)) is nearly x + log(y)."""
    far = (x > 50) & (y > exp(5 - switch(x > 50, x, 0)))  # where x and -log(y) are not nearly equal
    near = log1p(y * exp(switch(far, 0, x)))
    return log1p(y * exp(x)), switch(far, x + log(switch(far, y, 1) + exp(-switch(far, x, 0))), near)


@rule
def log_of_hypot(x, y):
    """The logarithm of a number near 1 needs its distance from 1, which the root of squares has lost."""
    size = hypot(x, y)
    near = abs(size - 1) < 0.5
    wide = abs(x) >= abs(y)
    square = switch(wide, (x - 1) * (x + 1) + sqr(y), (y - 1) * (y + 1) + sqr(x))
    return log(hypot(x, y)), switch(near, 0.5 * log1p(switch(near, square, 0)), log(switch(near, 1, size)))


@rule
def pow_of_one_plus(x, n):
    """1 + x drops the low digits of a small x, and a large power brings them back."""
    near = abs(x) < 0.25
    return pow(1 + x, n), switch(near, exp(n * log1p(x)), pow(switch(near, 1, 1 + x), n))


def is_moderate(a, b, size):
    """Whether products of numbers, and the square of a hypotenuse, neither overflow nor vanish in any dtype."""
    return (size > 1e-8) & (size < 1e8) & (abs(a) < 1e15) & (abs(b) < 1e15)


@rule
def quotient_by_squares(a, b, x, y):
    """Squares overflow or vanish where the quotient by their sum does not."""
    size = hypot(x, y)
    moderate = is_moderate(a, b, size)
    u, v, square = switch(moderate, x, x / size), switch(moderate, y, y / size), switch(moderate, size, 1)
    return (a * x + b * y) * reciprocal(sqr(x) + sqr(y)), (a * u + b * v) / size / square


def root_of_shifted_square(x, y):
    """sqrt(x^2 + y), where x^2 may overflow."""
    large = abs(x) > 1e15
    size = switch(large, abs(x), 1)
    return switch(large, size * sqrt(1 + y / size / size), sqrt(sqr(switch(large, 0, x)) + y))


@rule(nearly=1000)  # what is divided by the hypotenuse is rounded before it is subtracted
def quotient_of_difference_by_squares(a, b, x, y):
    """Squares overflow or vanish where the quotient by their sum does not."""
    size = hypot(x, y)
    moderate = is_moderate(a, b, size)
    u, v, square = switch(moderate, x, x / size), switch(moderate, y, y / size), switch(moderate, size, 1)
    return (a * x - b * y) * reciprocal(sqr(x) + sqr(y)), (a * u - b * v) / size / square


@rule
def root_less_base(x, y):
    """sqrt(x^2 + y) is nearly x where x is large."""
    root, high = root_of_shifted_square(x, y), (x > 0) & (abs(y) < math.inf)
    return sqrt(sqr(x) + y) - x, switch(high, y / (root + abs(x)), root + abs(x))


@rule
def root_plus_base(x, y):
    """sqrt(x^2 + y) is nearly -x where -x is large."""
    root, low = root_of_shifted_square(x, y), (x < 0) & (abs(y) < math.inf)
    return sqrt(sqr(x) + y) + x, switch(low, y / (root + abs(x)), root + abs(x))


@rule(serves="limits")
def x_log_of_share(x, y):
    """Nothing times the logarithm of its share is nothing, of whatever it is a share."""
    nothing = eq(x, 0) & (y >= 0)
    share = switch(nothing, 1, x) * reciprocal(switch(nothing, 1, y))
    return x * log(x * reciprocal(y)), x * log(share)


@rule(serves="log_of_reciprocal")
def log_of_any_reciprocal(x):
    """The logarithm of a reciprocal needs none; the reciprocal of -inf is -0.0, whose logarithm is -inf."""
    return log(reciprocal(x)), -log(switch(eq(x, -math.inf), math.inf, x))


@rule(assuming="finite", serves="pow_minus_half")
def pow_minus_half_of_any(x):
    """A power of -1/2 is the reciprocal of a square root, of which that of -0.0 has a sign."""
    return pow(x, -0.5), reciprocal(sqrt(switch(eq(x, 0), 0, x)))


@rule
def log_of_odds(p: Near):
    """p / (1 - p) is nearly 1 where p is nearly 1/2."""
    near = abs(p - 0.5) < 0.25
    return log(p * reciprocal(1 - p)), switch(near, 2 * arctanh(2 * p - 1), log(p) - log1p(-p))


@rule
def log_of_cos(x):
    """cos is nearly 1 where x is small."""
    near = cos(x) > 0.5
    return log(cos(x)), switch(near, 0.5 * log1p(-sqr(sin(x))), log(switch(near, 1, cos(x))))


def above_one(facts, x):
    """Whether x may be greater than 1."""
    return facts.bounds(x).high > 1


@rule(when=above_one)
def log_of_erfc(x):
    """erfc underflows where its logarithm is nearly -x^2."""
    return log(erfc(x)), switch(x > 1, log(erfcx(maximum(x, 1))) - sqr(x), log1p(-erf(minimum(x, 1))))


@rule
def log1p_of_large_square(x):
    """A square overflows where the logarithm of its sum with 1 does not."""
    large = abs(x) > 1e9
    return log1p(sqr(x)), switch(large, 2 * log(switch(large, abs(x), 1)), log1p(sqr(switch(large, 0, x))))


@rule
def log_of_one_less_exp_of_exp(x):
    """exp(-exp(x)) is nearly 1 where x is small, and exp(x) vanishes where the logarithm is nearly x."""
    far = x < -40
    return log1mexp(-exp(x)), switch(far, x, log1mexp(-exp(switch(far, 0, x))))


@rule
def difference_of_cosines_of_two(x, y):
    """The cosines of neighbours are nearly equal."""
    near = abs(x - y) < 0.1
    step, far = switch(near, x - y, 0), switch(near, 0, x)
    return cos(x) - cos(y), switch(near, -2 * sin((x + y) / 2) * sin(step / 2), cos(far) - cos(y))


@rule
def difference_of_sines_of_two(x, y):
    """The sines of neighbours are nearly equal."""
    near = abs(x - y) < 0.1
    step, far = switch(near, x - y, 0), switch(near, 0, x)
    return sin(x) - sin(y), switch(near, 2 * cos((x + y) / 2) * sin(step / 2), sin(far) - sin(y))


@rule
def difference_of_exps_of_neighbours(x, step: Small):
    """The exponentials of neighbours are nearly equal."""
    near = abs(step) < 1
    neighbours, far = exp(x) * expm1(switch(near, step, 0)), switch(near, 0, x)
    return exp(x + step) - exp(x), switch(near, neighbours, exp(far + step) - exp(far))


@rule
def difference_of_erfs(x, y):
    """erf is nearly 1, or nearly -1, where both arguments are large."""
    high, low = (x > 0.5) & (y > 0.5), (x < -0.5) & (y < -0.5)
    first, second = switch(low, -x, x), switch(low, -y, y)
    far = high | low
    tails = erfc(switch(far, second, 0)) - erfc(switch(far, first, 0))
    return erf(x) - erf(y), switch(far, switch(low, -tails, tails), erf(switch(far, 0, x)) - erf(y))


@rule
def difference_of_erfcs(x, y):
    """erfc is nearly 2 where both arguments are far below 0."""
    low = (x < 0) & (y < 0)
    return erfc(x) - erfc(y), switch(low, erfc(-y) - erfc(-x), erfc(switch(low, 0, x)) - erfc(y))


@rule
def one_less_quotient_by_hypot(x):
    """x / sqrt(1 + x^2) is nearly 1 where x is large."""
    size, high = hypot(1, x), x > 0
    return 1 - x * reciprocal(hypot(1, x)), switch(high, reciprocal(size) / (size + abs(x)), 1 + abs(x) / size)


def varies(x):
    """Whether the side is no number: by hypot(1, x) less 1 other rules go."""
    return x.op is not CONSTANT


@rule(when=varies)
def hypot_less_side(x, y):
    """hypot(x, y) is nearly x where x is large."""
    size, high = hypot(x, y), (x > 0) & (abs(y) < math.inf)
    return hypot(x, y) - x, switch(high, y * (y / (size + abs(x))), size + abs(x))


@rule(when=varies)
def hypot_plus_side(x, y):
    """hypot(x, y) is nearly -x where -x is large."""
    size, low = hypot(x, y), (x < 0) & (abs(y) < math.inf)
    return hypot(x, y) + x, switch(low, y * (y / (size + abs(x))), size + abs(x))


RULES = (
    x_log_of_share,
    log_of_any_reciprocal,
    pow_minus_half_of_any,
    product_of_exps,
    log_of_number_plus_exp,
    log1p_of_scaled_exp,
    log_of_hypot,
    pow_of_one_plus,
    quotient_by_squares,
    quotient_of_difference_by_squares,
    root_less_base,
    root_plus_base,
    log_of_odds,
    log_of_cos,
    log_of_erfc,
    log1p_of_large_square,
    log_of_one_less_exp_of_exp,
    difference_of_cosines_of_two,
    difference_of_sines_of_two,
    difference_of_exps_of_neighbours,
    difference_of_erfs,
    difference_of_erfcs,
    one_less_quotient_by_hypot,
    hypot_less_side,
    hypot_plus_side,
)
