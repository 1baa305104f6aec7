"""The error function and the gamma function far out, where what is left of 1 or of a large number is wanted."""

from __future__ import annotations

import math

from symlab.core.ops.compare import gt, switch
from symlab.core.ops.elementwise import exp, log, mul, reciprocal, sqr
from symlab.core.ops.special import betaln, erf, erfc, erfcx, gamma, gammaln, log_ndtr
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Positive

ROOT_2 = math.sqrt(2)


@rule
def one_less_erf(x):
    """erf is nearly 1 where x is large."""
    return 1 - erf(x), erfc(x)


@rule
def one_plus_erf(x):
    """erf is nearly -1 where -x is large."""
    return 1 + erf(x), erfc(-x)


@rule
def one_less_erfc(x):
    """erfc is nearly 1 where x is small."""
    return 1 - erfc(x), erf(x)


@rule
def two_less_erfc(x):
    """erfc is nearly 2 where -x is large."""
    return 2 - erfc(x), erfc(-x)


@rule(accept=5)
def erfcx_of_product(x):
    """exp overflows and erfc underflows where their product does neither."""
    return exp(sqr(x)) * erfc(x), erfcx(x)


@rule
def betaln_of_gammaln(a, b):
    """The logarithms of gamma are large where that of beta is not."""
    return gammaln(a) + gammaln(b) - gammaln(a + b), betaln(a, b)


RULES = (
    one_less_erf,
    one_plus_erf,
    one_less_erfc,
    two_less_erfc,
    erfcx_of_product,
    betaln_of_gammaln,
)
