"""Intermediate results that overflow or vanish although the result does not; which form is right is chosen at the call.

These come last and are not made before differentiation: the derivatives of the plain forms are the better ones.
"""

from __future__ import annotations

import math

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, log, log1p, mul, reciprocal, sqrt
from symlab.core.ops.rounding import copysign
from symlab.core.rewrite.rule import rule


def two_variables(factors):
    """Whether a product has two factors at least that are not known, and nothing else tells its size."""
    return len([factor for factor in factors if factor.args or factor.attr("value") is None]) > 1


def unbounded(facts, x, y):
    """Whether the sum of two numbers may overflow."""
    return all(math.inf in (facts.bounds(term).high, -facts.bounds(term).low) for term in (x, y))


@rule
def log_of_quotient(x, y):
    """A quotient of neighbours is nearly 1, and another overflows or vanishes where its logarithm does not."""
    quotient = x / y
    near = abs(quotient - 1) < 0.5
    regular = (abs(quotient) > 1e-30) & (abs(quotient) < 1e30)
    roots = copysign(sqrt(abs(x)) / sqrt(abs(y)), quotient)
    far = switch(regular, 1, 2) * log(switch(regular, quotient, roots))
    return log(x * reciprocal(y)), switch(near, log1p((x - y) / y), far)


@rule(when=two_variables)
def log_of_product(*factors):
    """A product overflows or vanishes where its logarithm does not."""
    product = mul(*factors)
    regular = (abs(product) > 1e-30) & (abs(product) < 1e30)
    roots = copysign(mul(*[sqrt(abs(factor)) for factor in factors]), product)
    return log(mul(*factors)), switch(regular, 1, 2) * log(switch(regular, product, roots))


@rule(when=unbounded, assuming="no_overflow", unscaled=True)
def mean_of_two(x, y):
    """A sum overflows where its half does not."""
    return 0.5 * (x + y), 0.5 * x + 0.5 * y


RULES = (log_of_quotient, log_of_product, mean_of_two)
