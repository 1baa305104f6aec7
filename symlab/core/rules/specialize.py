"""The forms that cost least, once everything else is decided."""

from __future__ import annotations

from symlab.core.ops.elementwise import pow, reciprocal, sigmoid, sigmoid_slope, sqr, sqrt
from symlab.core.ops.exponential import exp2
from symlab.core.rewrite.rule import rule


@rule
def pow_three(x):
    """A third power is two multiplications."""
    return pow(x, 3), x * sqr(x)


@rule
def pow_four(x):
    """A fourth power is two multiplications."""
    return pow(x, 4), sqr(sqr(x))


@rule
def pow_five(x):
    """A fifth power is three multiplications."""
    return pow(x, 5), x * sqr(sqr(x))


@rule
def pow_six(x):
    """A sixth power is three multiplications."""
    return pow(x, 6), sqr(x * sqr(x))


@rule
def pow_seven(x):
    """A seventh power is four multiplications."""
    return pow(x, 7), x * sqr(x * sqr(x))


@rule
def pow_eight(x):
    """An eighth power is three multiplications; a larger one would lose more digits than the function of powers."""
    return pow(x, 8), sqr(sqr(sqr(x)))


@rule(assuming="finite")
def pow_five_halves(x):
    """A power of 5/2 is a root and two multiplications."""
    return pow(x, 2.5), sqr(x) * sqrt(x)


@rule(assuming=("finite", "no_overflow"))
def pow_minus_three_halves(x):
    """A power of -3/2 is a root, a multiplication and a division."""
    return pow(x, -1.5), reciprocal(x * sqrt(x))


@rule(assuming="no_overflow")
def pow_minus_four(x):
    """A power of -4 is two multiplications and a division."""
    return pow(x, -4), reciprocal(sqr(sqr(x)))


@rule
def power_with_base_two(x):
    """Powers of 2 have a function of their own."""
    return pow(2, x), exp2(x)


@rule(assuming="finite")
def pow_three_halves(x):
    """A power of 3/2 is a root and a multiplication."""
    return pow(x, 1.5), x * sqrt(x)


@rule(assuming="no_overflow")
def pow_minus_three(x):
    """A power of -3 is two multiplications and a division."""
    return pow(x, -3), reciprocal(x * sqr(x))


@rule
def slope_by_one_exponential(x):
    """Both factors come from the same exponential."""
    return sigmoid(x) * sigmoid(-x), sigmoid_slope(x)


RULES = (
    slope_by_one_exponential,
    pow_three,
    pow_four,
    pow_five,
    pow_six,
    pow_seven,
    pow_eight,
    pow_three_halves,
    pow_five_halves,
    pow_minus_three,
    pow_minus_three_halves,
    pow_minus_four,
    power_with_base_two,
)
