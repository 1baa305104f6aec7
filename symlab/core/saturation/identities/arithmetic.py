"""Signs, sums, products and quotients."""

from __future__ import annotations

from symlab.core.ops.elementwise import reciprocal
from symlab.core.rewrite.rule import Rule
from symlab.core.saturation.identities.stated import identity


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


IDENTITIES = tuple(item for item in list(globals().values()) if isinstance(item, Rule))
