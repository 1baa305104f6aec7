"""Squares, powers and roots."""

from __future__ import annotations

from symlab.core.ops.elementwise import abs, pow, reciprocal, sqr, sqrt
from symlab.core.ops.exponential import cbrt
from symlab.core.ops.trigonometric import hypot
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.sorts import Negative, NotNegative, Positive, PositiveReal, Small
from symlab.core.saturation.identities.stated import identity


@identity(both_ways=True)
def square(x):
    """A square is a product."""
    return x * x, sqr(x)


@identity(both_ways=True, assuming="no_overflow")
def square_of_product(x, y):
    """The square of a product is the product of squares."""
    return sqr(x * y), sqr(x) * sqr(y)


@identity(both_ways=True)
def power_of_two(x):
    """The second power is the square."""
    return pow(x, 2), sqr(x)


@identity(both_ways=True)
def power_of_three(x):
    """The third power is a product."""
    return pow(x, 3), x * sqr(x)


@identity(both_ways=True)
def power_of_minus_one(x):
    """The power -1 is the reciprocal."""
    return pow(x, -1), reciprocal(x)


@identity(both_ways=True)
def power_of_a_half(x: NotNegative):
    """The power 1/2 is the root."""
    return pow(x, 0.5), sqrt(x)


@identity(both_ways=True)
def power_of_a_third(x: NotNegative):
    """The power 1/3 is the cube root."""
    return pow(x, 1 / 3), cbrt(x)


@identity
def square_of_root(x):
    """The square of the root is the number."""
    return sqr(sqrt(x)), x


@identity
def root_of_square(x):
    """The root of the square is the magnitude."""
    return sqrt(sqr(x)), abs(x)


@identity
def magnitude_of_negative(x: Negative):
    """What is negative has its opposite as its magnitude."""
    return abs(x), -x


@identity(both_ways=True, assuming="no_overflow")
def product_of_roots(x: NotNegative, y: NotNegative):
    """The root of a product is the product of roots."""
    return sqrt(x * y), sqrt(x) * sqrt(y)


@identity(both_ways=True, assuming="no_overflow")
def root_of_quotient(x: NotNegative, y: Positive):
    """The root of a quotient is the quotient of roots."""
    return sqrt(x / y), sqrt(x) / sqrt(y)


@identity(both_ways=True)
def product_of_sum_and_difference(x, y):
    """A difference of squares is a product."""
    return sqr(x) - sqr(y), (x + y) * (x - y)


@identity(both_ways=True)
def square_less_one(x):
    """A square less one is a product."""
    return sqr(x) - 1, (x + 1) * (x - 1)


@identity(assuming="nonzero")
def difference_over_sum(x: PositiveReal, y: PositiveReal):
    """A difference of roots is that of what is below them, over the sum of the roots."""
    return sqrt(x) - sqrt(y), (x - y) / (sqrt(x) + sqrt(y))


@identity(assuming="nonzero")
def root_less_number(x: PositiveReal, y: PositiveReal):
    """A root less a number is the difference of squares over the sum."""
    return sqrt(sqr(x) + y) - x, y / (sqrt(sqr(x) + y) + x)


@identity(assuming="nonzero")
def smaller_root_less_number(x: PositiveReal, y: Small):
    """A root less a number is the difference of squares over the sum."""
    return sqrt(sqr(x) - y) - x, -y / (sqrt(sqr(x) - y) + x)


@identity(assuming="nonzero")
def smaller_root_plus_number(x: PositiveReal, y: Small):
    """A root plus a number is the difference of squares over the difference."""
    return sqrt(sqr(x) - y) + x, y / (x - sqrt(sqr(x) - y))


@identity(assuming="nonzero")
def difference_of_cube_roots_of_any(x: Positive, y: Positive):
    """A difference of cube roots is that of the cubes over three terms."""
    first, second = cbrt(x), cbrt(y)
    return cbrt(x) - cbrt(y), (x - y) / (sqr(first) + first * second + sqr(second))


@identity(both_ways=True)
def hypotenuse(x, y):
    """The root of two squares."""
    return sqrt(sqr(x) + sqr(y)), hypot(x, y)


IDENTITIES = tuple(item for item in list(globals().values()) if isinstance(item, Rule))
