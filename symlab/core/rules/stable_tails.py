"""The error function and Bessel functions far out, where what is left of 1, or a quotient, is wanted."""

from __future__ import annotations

import math

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ops.bessel import iv, ive, kv, kve
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import exp, log, log1p, minimum, mul, neg, reciprocal, sqr, sqrt
from symlab.core.ops.special import erf, erfc, erfcx, log_ndtr, slope_of_erfcx
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Moderate, Order, RootOfPi
from symlab.core.rules.collect import scaled_base, term_of, without

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


@rule
def one_less_squared_erf(x):
    """erf is nearly 1 or -1 where x is large."""
    return 1 - sqr(erf(x)), erfc(x) * erfc(-x)


@rule
def erfc_less_erfc_of_opposite(x):
    """erfc is nearly 1 where x is small."""
    return erfc(x) - erfc(-x), -2 * erf(x)


@rule(moderate=True)  # exact values take too many digits where x is large
def one_less_half_erfc(x):
    """Half of erfc is nearly 1 where -x is large."""
    return 1 - 0.5 * erfc(x), 0.5 * erfc(-x)


@rule
def one_less_scaled_erfcx(c: RootOfPi, x):
    """sqrt(pi) x erfcx(x) is nearly 1 where x is large."""
    return 1 - c * x * erfcx(x), -0.5 * c * slope_of_erfcx(erfcx(x), x)


@rule(accept=2000)
def quotient_of_erfc(x: Moderate, y: Moderate):
    """erfc underflows where the quotient of two of its values has a value."""
    far = (minimum(x, y) > 1) & (minimum(erfc(x), erfc(y)) < 1e-30)
    first, second = switch(far, x, 1), switch(far, y, 1)
    tails = exp((second - first) * (second + first)) * erfcx(first) / erfcx(second)
    return (
        erfc(x) * reciprocal(erfc(y)),
        switch(far, tails, erfc(switch(far, 1, x)) / erfc(switch(far, 1, y))),
    )


@rule(accept=5)
def erfcx_of_product(x):
    """exp overflows and erfc underflows where their product does neither."""
    return exp(sqr(x)) * erfc(x), erfcx(x)


@rule(serves="Bessel functions", accept=512)
def log_of_kv(v: Order, x: Moderate):
    """The Bessel function vanishes where its logarithm is nearly -x."""
    value = kv(v, x)
    small = value < 1e-30
    return log(kv(v, x)), switch(small, log(switch(small, kve(v, x), 1)) - x, log(switch(small, 1, value)))


@rule(serves="Bessel functions", accept=512)
def log_of_iv(v: Order, x: Moderate):
    """The Bessel function overflows where its logarithm is nearly x."""
    value = iv(v, x)
    large = value > 1e30
    far = log(switch(large, ive(v, x), 1)) + magnitude(x)
    return log(iv(v, x)), switch(large, far, log(switch(large, 1, value)))


@computed(
    log,
    among=(mul,),
    formula="log(0.5 * erfc(-x / sqrt(2))) -> log_ndtr(x)",
    example=lambda x: log(0.5 * erfc(-x / ROOT_2)),
    accept=8,
)
def log_of_normal_distribution(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The normal distribution function underflows where its logarithm is nearly -x^2 / 2, and is nearly 1."""
    tail, share = term_of(node.args[0], builder)
    if tail.op is not erfc or share != 0.5:
        return None
    x, scale = scaled_base(tail.args[0], builder)
    if abs(abs(scale) * ROOT_2 - 1) > 4 * float(np.finfo(x.type.dtype).eps):
        return None
    return builder.apply(log_ndtr, builder.make(neg, (x,)) if scale > 0 else x)


@rule
def log_of_half_erfc(x):
    """erfc underflows where its logarithm is nearly -x^2, and half of it is nearly 1."""
    above = x > 0
    tail = log(0.5 * erfcx(switch(above, x, 0))) - sqr(switch(above, x, 0))
    return log(0.5 * erfc(x)), switch(above, tail, log1p(-0.5 * erfc(-switch(above, 0, x))))


@rule(serves="Bessel functions", accept=512)
def log_of_scaled_kv(v: Order, x: Moderate, *factors):
    """The Bessel function vanishes where the logarithm of its product is nearly -x."""
    small = x > 10
    far = log(mul(kve(v, switch(small, x, 10)), *factors)) - x
    return log(mul(kv(v, x), *factors)), switch(small, far, log(mul(kv(v, switch(small, 10, x)), *factors)))


@rule(serves="Bessel functions", accept=512)
def log_of_scaled_iv(v: Order, x: Moderate, *factors):
    """The Bessel function overflows where the logarithm of its product is nearly x."""
    large = x > 10
    far = log(mul(ive(v, switch(large, x, 10)), *factors)) + x
    return log(mul(iv(v, x), *factors)), switch(large, far, log(mul(iv(v, switch(large, 10, x)), *factors)))


@rule(serves="Bessel functions", accept=512)
def quotient_of_iv(v: Order, w: Order, x: Moderate):
    """Bessel functions overflow where their quotient does not."""
    return iv(v, x) * reciprocal(iv(w, x)), ive(v, x) * reciprocal(ive(w, x))


@rule(serves="Bessel functions", accept=512)
def quotient_of_kv(v: Order, w: Order, x: Moderate):
    """Bessel functions vanish where their quotient does not."""
    return kv(v, x) * reciprocal(kv(w, x)), kve(v, x) * reciprocal(kve(w, x))


@rule(serves="Bessel functions", accept=512)
def scaled_iv(v: Order, x: Moderate):
    """The Bessel function overflows where its product with exp(-x) does not."""
    return iv(v, x) * exp(-x), ive(v, x) * exp(magnitude(x) - x)


@rule(serves="Bessel functions", accept=512)
def scaled_kv(v: Order, x: Moderate):
    """The Bessel function vanishes where its product with exp(x) does not."""
    return kv(v, x) * exp(x), kve(v, x)


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
                rest = tuple(without(without(node.args, power), tail))
                return builder.acted(node, result, rest) if rest else result
    return None


def is_square(exponent: Expr, x: Expr, sign: int, builder: Builder) -> bool:
    """Whether an exponent is x squared, times a sign, up to the rounding of constants such as 1 / sqrt(2)."""
    factors = x.args if x.op is mul else (x,)
    if any(arg.op is sqrt for arg in factors):
        squares = [arg.args[0] if arg.op is sqrt else builder.make(sqr, (arg,)) for arg in factors]
        square = builder.flat(mul, squares)
        return exponent is (square if sign > 0 else builder.make(neg, (square,)))
    squared, factor = scaled_base(exponent, builder)
    base, scale = scaled_base(x, builder)
    eps = float(np.finfo(x.type.dtype).eps)
    return (
        squared.op is sqr and squared.args[0] is base and abs(sign * factor - scale * scale) <= 4 * eps * scale * scale
    )


RULES = (
    one_less_erf,
    one_plus_erf,
    one_less_erfc,
    two_less_erfc,
    one_less_squared_erf,
    erfc_less_erfc_of_opposite,
    one_less_half_erfc,
    one_less_scaled_erfcx,
    quotient_of_erfc,
    erfcx_of_product,
    log_of_normal_distribution,
    log_of_half_erfc,
    log_of_scaled_kv,
    log_of_scaled_iv,
    quotient_of_iv,
    quotient_of_kv,
    scaled_iv,
    scaled_kv,
    erfcx_of_quotient,
    log_of_kv,
    log_of_iv,
)
