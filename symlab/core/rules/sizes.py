"""Sizes of products: what overflows or vanishes although its logarithm does not, wherever it comes up."""

from __future__ import annotations

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs, add, log, mul
from symlab.core.rewrite.rule import rule


def two_variables(factors):
    """Whether a product has two factors at least that are not known, and nothing else tells its size."""
    return len([factor for factor in factors if factor.args or factor.attr("value") is None]) > 1


@rule(when=two_variables)
def log_of_size_of_product(*factors):
    """A product overflows or vanishes where its logarithm does not."""
    product = abs(mul(*factors))
    regular = (product > 1e-30) & (product < 1e30)
    logs = add(*[log(abs(factor)) for factor in factors])
    return log(abs(mul(*factors))), switch(regular, log(switch(regular, product, 1)), logs)


RULES = (log_of_size_of_product,)
