"""Exponentials and logarithms."""

from __future__ import annotations

from symlab.core.ops.elementwise import exp, expm1, log, log1p, pow, reciprocal, sqr
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.sorts import Part, Positive, Small
from symlab.core.saturation.identities.stated import identity


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


IDENTITIES = tuple(item for item in list(globals().values()) if isinstance(item, Rule))
