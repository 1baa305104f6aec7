"""Intermediate results that overflow or vanish although the result does not; which form is right is chosen at the call.

These come last and are not made before differentiation: the derivatives of the plain forms are the better ones.
"""

from __future__ import annotations

import math

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, add, exp, expm1, log, log1p, maximum, mul, reciprocal, sqr, sqrt
from symlab.core.ops.exponential import log2, log10
from symlab.core.ops.products import product_over
from symlab.core.ops.rounding import copysign
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Near
from symlab.core.rules.sizes import both_vary, many_variables

VANISHED = -1000  # where exp is 0 in every dtype; below it the difference of two is of no account, of infinities too


def no_sums(*terms):
    """Whether no term is a sum, whose terms would be added in another order."""
    return all(term.op is not add for term in terms)


def single(x, y, z):
    """Whether there are three terms, none of them a sum."""
    return no_sums(x, y, z)


def unbounded(facts, x, y):
    """Whether the sum of two numbers, neither of them a sum that would be regrouped, may overflow."""
    return no_sums(x, y) and all(math.inf in (facts.bounds(term).high, -facts.bounds(term).low) for term in (x, y))


@rule
def log_of_quotient(x, y):
    """A quotient of neighbours is nearly 1, and another overflows or vanishes where its logarithm does not."""
    quotient = x / y
    near = abs(quotient - 1) < 0.5
    regular = (abs(quotient) > 1e-30) & (abs(quotient) < 1e30)
    roots = copysign(sqrt(abs(x)) / sqrt(abs(y)), quotient)
    far = switch(regular, 1, 2) * log(switch(regular, quotient, roots))
    return log(x * reciprocal(y)), switch(near, log1p((x - y) / y), far)


@rule
def log_of_product_over(a, b, c):
    """A product and its quotient overflow or vanish where their logarithm does not."""
    value = product_over(a, b, c)
    regular = (abs(value) > 1e-30) & (abs(value) < 1e30)
    logs = switch(value < 0, math.nan, log(abs(a)) + log(abs(b)) - log(abs(c)))
    return log(product_over(a, b, c)), switch(regular, log(switch(regular, value, 1)), logs)


@rule(when=both_vary)
def log_of_product(a, b):
    """A product overflows or vanishes where its logarithm does not."""
    product = a * b
    regular = (abs(product) > 1e-30) & (abs(product) < 1e30)
    roots = copysign(sqrt(abs(a)) * sqrt(abs(b)), product)
    return log(a * b), switch(regular, 1, 2) * log(switch(regular, product, roots))


@rule
def difference_of_exps(x, y):
    """The exponentials of neighbours are nearly equal."""
    step = maximum(x, VANISHED) - maximum(y, VANISHED)
    return exp(x) - exp(y), exp(maximum(x, y)) * (copysign(1, step) * -expm1(-abs(step)))


@rule(when=many_variables)
def log_of_long_product(*factors):
    """A product of many factors overflows or vanishes although its logarithm does not."""
    product = mul(*factors)
    regular = (abs(product) > 1e-30) & (abs(product) < 1e30)
    logs = switch(product < 0, math.nan, add(*[log(abs(factor)) for factor in factors]))
    return log(mul(*factors)), switch(regular, log(switch(regular, product, 1)), logs)


@rule(when=unbounded, assuming="no_overflow", unscaled=True)
def mean_of_two(x, y):
    """A sum overflows where its half does not."""
    return 0.5 * (x + y), 0.5 * x + 0.5 * y


def all_unbounded(facts, x, y, z):
    """Whether the sum of three numbers, none of them a sum that would be regrouped, may overflow."""
    return single(x, y, z) and all(math.inf in (facts.bounds(term).high, -facts.bounds(term).low) for term in (x, y, z))


@rule(when=all_unbounded, assuming="no_overflow", unscaled=True)
def third_of_three(x, y, z):
    """A sum overflows where its mean does not; a quarter of a number is exact."""
    return (x + y + z) * reciprocal(3), (0.25 * x + 0.25 * y + 0.25 * z) * (4 / 3)


def largest_first(x, y, z):
    """Half of x + y - z: the two largest terms are added first, which is exact where all three nearly cancel."""
    swapped = abs(x) < abs(y)
    large, small = switch(swapped, y, x), switch(swapped, x, y)
    inner = abs(z) < abs(small)
    second, third = switch(inner, small, -z), switch(inner, -z, small)
    return (0.5 * large + 0.5 * second) + 0.5 * third


@rule(when=single)
def larger_half_less_half(x, y, z):
    """Where three terms nearly cancel, the largest two are added first, which is exact: so in Heron's formula."""
    return 0.5 * x + 0.5 * y - 0.5 * z, largest_first(x, y, z)


@rule(when=single, unscaled=True)
def half_of_three_terms(x, y, z):
    """Where three terms nearly cancel, the largest two are added first, which is exact: so in Heron's formula."""
    return 0.5 * (x + y - z), largest_first(x, y, z)


@rule
def difference_of_squares(x, y):
    """Squares of neighbours are nearly equal where their difference is small."""
    return sqr(x) - sqr(y), (x - y) * (x + y)


@rule
def one_less_square(x: Near):
    """The square of a number near 1 is nearly 1."""
    return 1 - sqr(x), (1 - x) * (1 + x)


def difference_of_logarithms(logarithm, scale, x, y):
    """log(x) - log(y) to any base, where `scale` is the logarithm of e to that base."""
    near = (y > 0) & (abs(x - y) < 0.5 * y)
    quotient = switch(near, 1, x) / y
    regular = (y > 0) & (quotient > 1e-30) & (quotient < 1e30)
    apart = logarithm(switch(regular, 1, x)) - logarithm(y)
    far = switch(regular, logarithm(switch(regular, quotient, 1)), apart)
    close = log1p((x - y) / switch(near, y, 1))
    return switch(near, close if scale == 1 else close * scale, far)


@rule
def difference_of_two_logs(x, y):
    """The logarithms of neighbours are nearly equal."""
    return log(x) - log(y), difference_of_logarithms(log, 1, x, y)


@rule
def difference_of_two_binary_logs(x, y):
    """The logarithms of neighbours are nearly equal."""
    return log2(x) - log2(y), difference_of_logarithms(log2, 1 / math.log(2), x, y)


@rule
def difference_of_two_decimal_logs(x, y):
    """The logarithms of neighbours are nearly equal."""
    return log10(x) - log10(y), difference_of_logarithms(log10, 1 / math.log(10), x, y)


@rule
def difference_of_two_roots(x, y):
    """The roots of neighbours are nearly equal."""
    near = (y > 0) & (abs(x - y) < 0.5 * y)
    far = switch(near, 1, x)
    return sqrt(x) - sqrt(y), switch(near, (x - y) / switch(near, sqrt(x) + sqrt(y), 1), sqrt(far) - sqrt(y))


RULES = (
    difference_of_squares,
    one_less_square,
    log_of_product_over,
    log_of_quotient,
    log_of_long_product,
    log_of_product,
    mean_of_two,
    third_of_three,
    larger_half_less_half,
    half_of_three_terms,
    difference_of_exps,
    difference_of_two_logs,
    difference_of_two_binary_logs,
    difference_of_two_decimal_logs,
    difference_of_two_roots,
)
