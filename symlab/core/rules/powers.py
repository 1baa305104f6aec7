"""Powers with a known exponent, in their plainest form."""

from __future__ import annotations

from symlab.core.ops.elementwise import pow, reciprocal, sqr, sqrt
from symlab.core.rewrite.rule import rule


@rule(exact=True, kinds="fciu")
def pow_zero(x):
    """Anything to the power 0 is 1."""
    return pow(x, 0), 1


@rule(exact=True, kinds="fciu")
def pow_one(x):
    """A first power is the number itself."""
    return pow(x, 1), x


@rule(exact=True, kinds="fciu")
def pow_two(x):
    """A square is one multiplication."""
    return pow(x, 2), sqr(x)


@rule(assuming="finite")
def pow_half(x):
    """A power of one half is a square root (of -inf it is nan, where the power is inf)."""
    return pow(x, 0.5), sqrt(x)


@rule(kinds="fc")
def pow_minus_one(x):
    """A power of -1 is a reciprocal."""
    return pow(x, -1), reciprocal(x)


@rule(assuming="finite")
def pow_minus_half(x):
    """A power of -1/2 is the reciprocal of a square root."""
    return pow(x, -0.5), reciprocal(sqrt(x))


@rule
def pow_minus_two(x):
    """A power of -2 is the reciprocal of a square."""
    return pow(x, -2), reciprocal(sqr(x))


RULES = (pow_zero, pow_one, pow_two, pow_half, pow_minus_one, pow_minus_half, pow_minus_two)
