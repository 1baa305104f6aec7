"""Sizes of products: what overflows or vanishes although its logarithm does not, wherever it comes up."""

from __future__ import annotations

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, add, log, mul, sqrt
from symlab.core.rewrite.rule import rule


def variables_among(factors):
    """How many factors of a product are not known."""
    return len([factor for factor in factors if factor.args or factor.attr("value") is None])


def two_variables(factors):
    """Whether a product has two factors at least that are not known, and nothing else tells its size."""
    return variables_among(factors) > 1


def both_vary(a, b):
    """Whether neither of two factors is known."""
    return variables_among((a, b)) == 2


def many_variables(factors):
    """Whether a product has more than two factors that are not known."""
    return variables_among(factors) > 2


@rule(when=two_variables)
def log_of_size_of_product(*factors):
    """A product overflows or vanishes where its logarithm does not."""
    product = abs(mul(*factors))
    regular = (product > 1e-30) & (product < 1e30)
    logs = add(*[log(abs(factor)) for factor in factors])
    return log(abs(mul(*factors))), switch(regular, log(switch(regular, product, 1)), logs)


@rule(when=two_variables)
def root_of_size_of_product(*factors):
    """A product overflows or vanishes where its root does not."""
    product = abs(mul(*factors))
    regular = (product > 1e-30) & (product < 1e30)
    roots = mul(*[sqrt(abs(factor)) for factor in factors])
    return sqrt(abs(mul(*factors))), switch(regular, sqrt(switch(regular, product, 1)), roots)


RULES = (root_of_size_of_product, log_of_size_of_product)
