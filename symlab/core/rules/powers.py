"""Powers with a known exponent, in their plainest form."""

from __future__ import annotations

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ops.elementwise import exp, pow, reciprocal, sqr, sqrt
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rules.constants import is_number


@rule(exact=True, kinds="fciu")
def pow_zero(x):
    """Anything to the power 0 is 1."""
    return pow(x, 0), 1


@rule(exact=True, kinds="fciu")
def pow_one(x):
    """A first power is the number itself."""
    return pow(x, 1), x


@rule(exact=True, kinds="fciu")
def pow_two(x):
    """A square is one multiplication."""
    return pow(x, 2), sqr(x)


@rule(assuming="finite")
def pow_half(x):
    """A power of one half is a square root (of -inf it is nan, where the power is inf)."""
    return pow(x, 0.5), sqrt(x)


@rule(kinds="fc")
def pow_minus_one(x):
    """A power of -1 is a reciprocal."""
    return pow(x, -1), reciprocal(x)


@computed(pow, among=(CONSTANT,), assuming="finite", formula="f(x) ** (-0.5) -> reciprocal(sqrt(f(x)))",
          example=lambda x: pow(exp(x), -0.5))  # fmt: skip
def pow_minus_half(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A power of -1/2 is the reciprocal of a square root, and others see the formula; -0.0 is left to a later rule."""
    x, exponent = node.args
    plain = x.op.kind is not Kind.ELEMENTWISE and not facts.positive(x)
    if plain or not is_number(exponent) or constant_value(exponent) != -0.5:
        return None
    return builder.apply(reciprocal, builder.apply(sqrt, x))


@rule
def pow_minus_two(x):
    """A power of -2 is the reciprocal of a square."""
    return pow(x, -2), reciprocal(sqr(x))


@rule(exact=True)
def power_of_one(x):
    """1 to any power is 1."""
    return pow(1, x), 1


RULES = (
    power_of_one,
    pow_zero,
    pow_one,
    pow_two,
    pow_half,
    pow_minus_one,
    pow_minus_half,
    pow_minus_two,
)
