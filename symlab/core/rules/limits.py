"""Values at the ends of a domain, where a formula has a limit and its parts have none."""

from __future__ import annotations

import math

from symlab.core.ops.compare import eq, switch
from symlab.core.ops.elementwise import log, mul
from symlab.core.ops.exponential import log2, log10, xlogx, xlogy0
from symlab.core.ops.products import product_over
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import NotNegative, PositiveReal


@rule
def x_log_x(x):
    """x log(x) is 0 at 0, where its logarithm is infinite."""
    return x * log(x), xlogx(x)


@rule
def x_log2_x(x):
    """x log2(x) is 0 at 0, where its logarithm is infinite."""
    return x * log2(x), xlogx(x) * (1 / math.log(2))


@rule
def x_log10_x(x):
    """x log10(x) is 0 at 0, where its logarithm is infinite."""
    return x * log10(x), xlogx(x) * (1 / math.log(10))


def may_vanish(facts, x):
    """Whether a factor may be 0."""
    return not facts.positive(x) and not facts.negative(x)


@rule(when=may_vanish)
def x_log_y(x, y: NotNegative):
    """x log(y) is 0 where both are 0, although the logarithm is infinite."""
    return x * log(y), xlogy0(x, y)


def both_may_vanish(facts, x, y):
    """Whether both may be 0, and nobody has looked: a quotient or a choice has been made safe already."""
    return may_vanish(facts, x) and may_vanish(facts, y) and y.op not in (mul, switch, product_over)


@rule(when=both_may_vanish)
def x_log_y_of_any_sign(x, y: PositiveReal):
    """x log(y) is 0 where both are 0, although the logarithm is infinite; where y is negative it is none."""
    return x * log(y), x * log(switch(eq(x, 0) & eq(y, 0), 1, y))


RULES = (x_log_x, x_log2_x, x_log10_x, x_log_y, x_log_y_of_any_sign)
