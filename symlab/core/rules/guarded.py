"""Stable forms that hold in a part of the domain, chosen at the call; they come last, since they hide what they choose.

The operand of the form that is not chosen is replaced by a harmless one, so that derivatives of both are finite.
"""

from __future__ import annotations

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, add, exp, log, log1p, maximum, minimum, mul, pow, sqr
from symlab.core.ops.rounding import floor, mod
from symlab.core.ops.special import erfc, erfcx
from symlab.core.ops.trigonometric import cos, sin
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import PositiveNumber

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
    return mul(*[exp(term) for term in terms]), exp(whole) * exp(add(*[mod(term, 1) for term in terms]))


@rule(when=large)
def log_of_number_plus_exp(c: PositiveNumber, x):
    """exp overflows where log(c + exp(x)) is nearly x."""
    return log(c + exp(x)), switch(x > 0, x + log1p(c * exp(-maximum(x, 0))), log(c + exp(minimum(x, 0))))


@rule
def pow_of_one_plus(x, n):
    """1 + x drops the low digits of a small x, and a large power brings them back."""
    near = abs(x) < 0.25
    return pow(1 + x, n), switch(near, exp(n * log1p(x)), pow(switch(near, 1, 1 + x), n))


@rule
def log_of_cos(x):
    """cos is nearly 1 where x is small."""
    near = cos(x) > 0.5
    return log(cos(x)), switch(near, 0.5 * log1p(-sqr(sin(x))), log(switch(near, 1, cos(x))))


@rule
def log_of_erfc(x):
    """erfc underflows where its logarithm is nearly -x^2."""
    return log(erfc(x)), switch(x > 1, log(erfcx(maximum(x, 1))) - sqr(x), log(erfc(minimum(x, 1))))


RULES = (product_of_exps, log_of_number_plus_exp, pow_of_one_plus, log_of_cos, log_of_erfc)
