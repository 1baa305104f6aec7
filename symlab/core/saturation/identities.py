"""Identities of real numbers, as formulas: arithmetic, powers and roots, exponentials and logarithms.

Each is written as a rule is, but no pass runs it: saturation keeps both sides. `both_ways` says that the right side is
replaced by the left one too. What an identity assumes, and the sorts of its variables, say where it holds. A sum that
is multiplied out or collected needs none, for `algebra` knows those.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, exp, expm1, log, log1p, pow, reciprocal, sqr, sqrt
from symlab.core.ops.exponential import cbrt
from symlab.core.ops.trigonometric import hypot
from symlab.core.rewrite.rule import Rule, rule
from symlab.core.rewrite.sorts import NotNegative, Part, Positive, PositiveReal, Small


def identity(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """The identity that a function states; `tolerance` is how far apart its sides may be, relatively."""
    return rule(function, **options)


# Signs, sums and products


@identity(both_ways=True)
def sum_with_negative(x, y):
    """Adding the negative is subtracting."""
    return x + (-y), x - y


@identity
def negative_of_difference(x, y):
    """The negative of a difference is the opposite difference."""
    return -(x - y), y - x


@identity(both_ways=True)
def negative_of_sum(x, y):
    """Two negatives are the negative of the sum."""
    return -x - y, -(x + y)


@identity(both_ways=True)
def negative_of_quotient(x, y):
    """A sign may stand before a quotient or in it."""
    return (-x) / y, -(x / y)


@identity(both_ways=True)
def negative_of_product(x, y):
    """A sign may stand before a product or in it."""
    return (-x) * y, -(x * y)


@identity
def double_negative(x):
    """The negative of the negative is the number."""
    return -(-x), x


@identity(both_ways=True)
def sum_regrouped(x, y, z):
    """A sum may be grouped in another way."""
    return (x + y) + z, x + (y + z)


@identity(both_ways=True)
def difference_regrouped(x, y, z):
    """A sum less a number may be grouped in another way."""
    return (x + y) - z, x + (y - z)


@identity
def difference_of_difference(x, y, z):
    """What is subtracted twice may be added first."""
    return (x - y) - z, x - (y + z)


@identity(both_ways=True)
def difference_moved(x, y, z):
    """Two numbers may be subtracted in either order."""
    return (x - y) - z, (x - z) - y


@identity(both_ways=True)
def product_regrouped(x, y, z):
    """A product may be grouped in another way."""
    return (x * y) * z, x * (y * z)


@identity(both_ways=True, assuming="no_overflow")
def factor_moved(x, y, z):
    """A factor may stand before a quotient or above its line."""
    return x * y / z, x * (y / z)


@identity(both_ways=True, assuming=("no_overflow", "nonzero"))
def divisors_one_by_one(x, y, z):
    """Two divisors may be divided by one after the other."""
    return x / (y * z), (x / y) / z


@identity(assuming=("no_overflow", "nonzero"))
def quotient_of_quotient(x, y, z):
    """The divisor of a divisor multiplies."""
    return x / (y / z), x * z / y


@identity(both_ways=True)
def product_with_reciprocal(x, y):
    """Multiplying by the reciprocal is dividing."""
    return x * reciprocal(y), x / y


@identity(both_ways=True)
def one_over(x):
    """The reciprocal is one over the number."""
    return 1 / x, reciprocal(x)


@identity(both_ways=True)
def common_factor(x, y, z):
    """A common factor of two terms stands before them."""
    return x * y + x * z, x * (y + z)


@identity(both_ways=True)
def common_factor_of_difference(x, y, z):
    """A common factor of two terms stands before them."""
    return x * y - x * z, x * (y - z)


@identity
def factor_of_one_term(x, y):
    """A number has itself as a factor."""
    return x * y - x, x * (y - 1)


@identity(assuming="nonzero")
def common_divisor_of_difference(x, y, z):
    """A common divisor of two terms stands below them."""
    return x / z - y / z, (x - y) / z


@identity
def nothing_added(x):
    """Adding nothing changes nothing."""
    return x + 0, x


@identity
def once(x):
    """Multiplying by one changes nothing."""
    return 1 * x, x


@identity
def over_one(x):
    """Dividing by one changes nothing."""
    return x / 1, x


@identity(assuming="finite")
def difference_of_equals(x):
    """A number less itself is nothing."""
    return x - x, 0


@identity(assuming=("finite", "nonzero"))
def quotient_of_equals(x):
    """A number by itself is one."""
    return x / x, 1


# Squares, powers and roots


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
def magnitude_of_positive(x: NotNegative):
    """What is not negative is its own magnitude."""
    return abs(x), x


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


# Exponentials and logarithms


@identity(both_ways=True)
def exponential_less_one(x):
    """exp(x) - 1 without the loss of the low digits of a small x."""
    return exp(x) - 1, expm1(x)


@identity
def exponential_plus_number(x, c: Part):
    """exp(x) by way of exp(x) - 1."""
    return exp(x) + c, expm1(x) + (c + 1)


@identity(both_ways=True)
def logarithm_of_one_plus(x):
    """log(1 + x) without the loss of the low digits of a small x."""
    return log(1 + x), log1p(x)


@identity
def logarithm_of_one_less(x: Part):
    """log(1 - x) without the loss of the low digits of a small x."""
    return log(1 - x), log1p(-x)


@identity
def logarithm_of_exponential(x):
    """The logarithm undoes the exponential."""
    return log(exp(x)), x


@identity(both_ways=True, assuming="no_overflow")
def exponential_of_sum(x, y):
    """The exponential of a sum is a product."""
    return exp(x + y), exp(x) * exp(y)


@identity(assuming="no_overflow")
def exponential_of_double(x):
    """The exponential of twice a number is a square."""
    return exp(2 * x), sqr(exp(x))


@identity(both_ways=True)
def exponential_of_negative(x):
    """The exponential of the negative is the reciprocal."""
    return exp(-x), reciprocal(exp(x))


@identity(assuming="no_overflow")
def expm1_of_sum(x, y):
    """exp(x + y) - 1 by exp(x) - 1 and exp(y) - 1."""
    return expm1(x + y), expm1(x) * expm1(y) + (expm1(x) + expm1(y))


@identity(assuming="no_overflow")
def expm1_of_double(x):
    """exp(2 x) - 1 is a product."""
    return expm1(2 * x), expm1(x) * (exp(x) + 1)


@identity(assuming="no_overflow")
def difference_of_exponentials(x, y):
    """The exponentials of neighbours are nearly equal."""
    return exp(x) - exp(y), exp(y) * expm1(x - y)


@identity
def difference_of_exponentials_near_one(x, y):
    """Exponentials of small numbers are nearly 1."""
    return exp(x) - exp(y), expm1(x) - expm1(y)


@identity(both_ways=True, assuming="no_overflow")
def logarithm_of_product(x: Positive, y: Positive):
    """The logarithm of a product is a sum."""
    return log(x * y), log(x) + log(y)


@identity(both_ways=True, assuming="no_overflow")
def logarithm_of_quotient(x: Positive, y: Positive):
    """The logarithm of a quotient is a difference."""
    return log(x / y), log(x) - log(y)


@identity
def logarithm_of_neighbour(x: Positive):
    """log(x + 1) by log(x)."""
    return log1p(x), log(x) + log1p(reciprocal(x))


@identity
def difference_of_logarithms(x: Positive, step: Positive):
    """The logarithms of neighbours are nearly equal."""
    return log(x + step) - log(x), log1p(step / x)


@identity(both_ways=True)
def power_by_logarithm(x: Positive, y):
    """A power is an exponential."""
    return pow(x, y), exp(y * log(x))


@identity
def power_by_quotient(x: Positive, y: Positive):
    """A power with the exponent 1 / y is an exponential."""
    return pow(x, 1 / y), exp(log(x) / y)


@identity(assuming="no_overflow")
def difference_of_neighbouring_powers(x: Positive, step: Small, n):
    """The powers of neighbours are nearly equal."""
    return pow(x + step, n) - pow(x, n), pow(x, n) * expm1(n * log1p(step / x))


@identity
def difference_of_powers_near_one(x: Positive, y: Positive, n):
    """Powers with a small exponent are nearly 1."""
    return pow(x, n) - pow(y, n), expm1(n * log(x)) - expm1(n * log(y))


@identity(both_ways=True)
def logarithm_of_power(x: Positive, y):
    """The logarithm of a power is a product."""
    return log(pow(x, y)), y * log(x)


# Forms that choose


@identity
def root_of_square_less_product(x, y, z):
    """The square and the product overflow or vanish where the root does not."""
    size, scale = abs(x), sqrt(abs(y)) * sqrt(abs(z))
    apart = sqrt(abs(size - scale)) * sqrt(size + scale)
    opposite = ((y > 0) & (z < 0)) | ((y < 0) & (z > 0))
    return (
        sqrt(sqr(x) - y * z),
        switch(opposite, hypot(x, scale), switch(size < scale, math.nan, apart)),
    )


@identity(tolerance=1e-18)
def share_of_expm1(x, y):
    """exp(y x) - 1 is nearly y x, which may vanish, where x is small."""
    small = abs(x * y) < 1e-9
    return x / expm1(y * x), switch(small, reciprocal(y) - x / 2, x / expm1(switch(small, 1, y * x)))


IDENTITIES = tuple(item for item in list(globals().values()) if isinstance(item, Rule))
