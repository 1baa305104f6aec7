"""The error function and the gamma function far out, where what is left of 1 or of a large number is wanted."""

from __future__ import annotations

import math

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.elementwise import exp, log, mul, reciprocal, sqr
from symlab.core.ops.special import betaln, erf, erfc, erfcx, gammaln, log_ndtr
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rules.collect import term_of
from symlab.core.rules.constants import is_number

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


@rule
def log_of_normal_distribution(x):
    """The normal distribution function underflows where its logarithm is nearly -x^2 / 2, and is nearly 1."""
    return log(0.5 * erfc(x)), log_ndtr(-ROOT_2 * x)


@computed(
    mul,
    among=(exp,),
    formula="exp(-x * x) / erfc(x) -> 1 / erfcx(x), exp(x * x) * erfc(x) -> erfcx(x)",
    example=lambda x: exp(-x * x / 4) / erfc(x / 2),
    accept=8,
    assuming="no_overflow",
)
def erfcx_of_quotient(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """exp and erfc overflow or vanish where their quotient or product does neither."""
    for power in node.args:
        for tail in node.args if power.op is exp else ():
            inner = tail.args[0] if tail.op is reciprocal else tail
            if inner.op is erfc and is_square(power.args[0], inner.args[0], -1 if tail is not inner else 1, builder):
                scaled = builder.apply(erfcx, inner.args[0])
                result = scaled if tail is inner else builder.apply(reciprocal, scaled)
                rest = tuple(arg for arg in node.args if arg is not power and arg is not tail)
                return builder.acted(node, result, rest) if rest else result
    return None


def is_square(exponent: Expr, x: Expr, sign: int, builder: Builder) -> bool:
    """Whether an exponent is x squared, times a sign, up to the rounding of constants such as 1 / sqrt(2)."""
    squared, factor = scaled_base(exponent, builder)
    base, scale = scaled_base(x, builder)
    eps = float(np.finfo(x.type.dtype).eps)
    return (
        squared.op is sqr and squared.args[0] is base and abs(sign * factor - scale * scale) <= 4 * eps * scale * scale
    )


def scaled_base(node: Expr, builder: Builder) -> tuple[Expr, float]:
    """A node as a base and the number by which it is multiplied."""
    base, factor = term_of(node, builder)
    if base.op is not mul:
        return base, float(factor)
    divisors = [arg for arg in base.args if arg.op is reciprocal and is_number(arg.args[0])]
    if len(divisors) != 1 or len(base.args) == 1:
        return base, float(factor)
    rest = [arg for arg in base.args if arg is not divisors[0]]
    return builder.kept(base, rest), float(factor) / float(constant_value(divisors[0].args[0]))


RULES = (
    one_less_erf,
    one_plus_erf,
    one_less_erfc,
    two_less_erfc,
    erfcx_of_product,
    log_of_normal_distribution,
    erfcx_of_quotient,
    betaln_of_gammaln,
)
