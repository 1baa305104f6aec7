"""Stable forms that hold in a part of the domain, chosen at the call; they come last, since they hide what they choose.

The operand of the form that is not chosen is replaced by a harmless one, so that derivatives of both are finite.
"""

from __future__ import annotations

from symlab.core.ops.compare import eq, isfinite, switch
from symlab.core.ops.elementwise import abs, add, exp, log, log1p, maximum, minimum, mul, pow, reciprocal, sqr, sqrt
from symlab.core.ops.reduce import max_or_zero, prod, sum
from symlab.core.ops.rounding import floor, mod
from symlab.core.ops.special import erfc, erfcx
from symlab.core.ops.trigonometric import arctanh, cos, hypot, sin
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Attributes, Near, Positive, PositiveNumber, Scalar
from symlab.core.rules.stable_rows import plain

SAFE = 80.0  # up to here exp overflows in no dtype that it is computed in


def large(facts, x):
    """Whether exp(x) may overflow."""
    return facts.bounds(x).high > SAFE


def all_large(facts, terms):
    """Whether every one of several exponentials may overflow or vanish."""
    return all(facts.bounds(term).high > SAFE or facts.bounds(term).low < -SAFE for term in terms)


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


@rule
def pow_of_one_plus(x, n):
    """1 + x drops the low digits of a small x, and a large power brings them back."""
    near = abs(x) < 0.25
    return pow(1 + x, n), switch(near, exp(n * log1p(x)), pow(switch(near, 1, 1 + x), n))


def unscaled(x, folded):
    """Whether a row has not been divided by its largest element already."""
    factors = x.args if x.op is mul else (x,)
    divisors = [factor.args[0] for factor in factors if factor.op is reciprocal]
    return plain(folded) and not any(divisor.op is switch and divisor.args[2].op is max_or_zero for divisor in divisors)


@rule(when=unscaled)
def norm_of_row(x, folded: Attributes):
    """Squares overflow or vanish where the root of their sum does not."""
    largest = max_or_zero(abs(x), attributes=folded)
    kept = max_or_zero(abs(x), axes=folded.axes, keepdims=True)
    divisor = switch(eq(kept, 0), 1, kept)
    return sqrt(sum(sqr(x), attributes=folded)), largest * sqrt(sum(sqr(x / divisor), attributes=folded))


@rule(counts={"n": 1})
def power_of_product(x: Positive, n: Scalar, folded: Attributes):
    """A product of many factors overflows or vanishes before its root does."""
    product = prod(x, attributes=folded)
    regular = (product > 1e-30) & (product < 1e30)
    powers = exp(n * sum(log(x), attributes=folded))
    return pow(product, n), switch(regular, pow(switch(regular, product, 1), n), powers)


@rule
def quotient_by_squares(a, b, x, y):
    """Squares overflow or vanish where the quotient by their sum does not."""
    size = hypot(x, y)
    return (a * x + b * y) * reciprocal(sqr(x) + sqr(y)), (a * (x / size) + b * (y / size)) / size


@rule
def root_less_base(x, y):
    """sqrt(x^2 + y) is nearly x where x is large."""
    root, high = sqrt(sqr(x) + y), x > 0
    return root - x, switch(high, y / (root + abs(x)), root + abs(x))


@rule
def root_plus_base(x, y):
    """sqrt(x^2 + y) is nearly -x where -x is large."""
    root, low = sqrt(sqr(x) + y), x < 0
    return root + x, switch(low, y / (root + abs(x)), root + abs(x))


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
    return log(erfc(x)), switch(x > 1, log(erfcx(maximum(x, 1))) - sqr(x), log(erfc(minimum(x, 1))))


RULES = (
    product_of_exps,
    log_of_number_plus_exp,
    pow_of_one_plus,
    norm_of_row,
    power_of_product,
    quotient_by_squares,
    root_less_base,
    root_plus_base,
    log_of_odds,
    log_of_cos,
    log_of_erfc,
)
