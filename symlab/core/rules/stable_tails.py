"""The error function and the gamma function far out, where what is left of 1 or of a large number is wanted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.bessel import iv, ive, kv, kve
from symlab.core.ops.bits import and_, or_
from symlab.core.ops.compare import gt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, exp, log, log1p, mul, neg, reciprocal, sqr, sqrt
from symlab.core.ops.gamma_differences import gammaln_difference, poisson_log_probability
from symlab.core.ops.special import betaln, erf, erfc, erfcx, gamma, gammaln, log_ndtr, slope_of_erfcx
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Moderate, Order, PositiveReal, RootOfPi
from symlab.core.rules.collect import NESTED, term_of, without
from symlab.core.rules.constants import is_number

LARGE_GAMMA = 30.0  # beyond which gamma may overflow in a quotient, in float32
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


@rule
def one_less_half_erfc(x):
    """Half of erfc is nearly 1 where -x is large."""
    return 1 - 0.5 * erfc(x), 0.5 * erfc(-x)


@rule
def one_less_scaled_erfcx(c: RootOfPi, x):
    """sqrt(pi) x erfcx(x) is nearly 1 where x is large."""
    return 1 - c * x * erfcx(x), -0.5 * c * slope_of_erfcx(erfcx(x), x)


@rule(accept=5)
def erfcx_of_product(x):
    """exp overflows and erfc underflows where their product does neither."""
    return exp(sqr(x)) * erfc(x), erfcx(x)


@rule
def betaln_of_gammaln(a, b):
    """The logarithms of gamma are large where that of beta is not."""
    return gammaln(a) + gammaln(b) - gammaln(a + b), betaln(a, b)


def linear(node: Expr, builder: Builder) -> tuple[dict[Expr, float], float]:
    """A node as a sum of multiples of others, and a number."""
    counts: dict[Expr, float] = {}
    number, waiting = 0.0, [(node, 1.0)]
    while waiting:
        part, factor = waiting.pop()
        base, count = term_of(part, builder)
        if is_number(base):
            number += factor * float(count) * float(constant_value(base))
        elif base.op is add:
            waiting += [(arg, factor * float(count)) for arg in base.args]
        else:
            counts[base] = counts.get(base, 0.0) + factor * float(count)
    return counts, number


def distance(plus: Sequence[Expr], minus: Sequence[Expr], builder: Builder) -> float | None:
    """The sum of some nodes less that of others, if it is a number whatever their values are."""
    total: dict[Expr, float] = {}
    number = 0.0
    for sign, node in [(1.0, node) for node in plus] + [(-1.0, node) for node in minus]:
        counts, known = linear(node, builder)
        number += sign * known
        for base, count in counts.items():
            total[base] = total.get(base, 0.0) + sign * count
    return None if any(total.values()) else number


@computed(
    add,
    among=(gammaln,),
    assuming=("no_overflow", "finite"),
    accept=32,
    formula="gammaln(p) + gammaln(q) - gammaln(p + q - 1) -> betaln(p, q) + log(p + q - 1)",
    example=lambda n: gammaln(magnitude(n) + 3) - gammaln(magnitude(n) + 2.5),
)
def related_gammaln(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Logarithms of gamma are large where those of related arguments nearly cancel."""
    positive = [arg for arg in node.args if arg.op is gammaln]
    negative = [arg for arg in node.args if arg.op is neg and arg.args[0].op is gammaln]
    if not positive or not negative:
        return None
    plus, minus = [arg.args[0] for arg in positive], [arg.args[0].args[0] for arg in negative]
    for first, second, sign in ((plus, minus, 1), (minus, plus, -1)):
        found = beta_among(first, second, builder) or (pair_among(first, second, builder) if sign > 0 else None)
        if found is not None:
            result = found[0] if sign > 0 else builder.make(neg, (found[0],))
            used = gammaln_of(node, set(found[1]))
            rest = tuple(arg for arg in node.args if (arg.args[0] if arg.op is neg else arg) not in used)
            return builder.acted(node, result, rest) if rest else result
    return None


def gammaln_of(node: Expr, arguments: set[Expr]) -> set[Expr]:
    """The terms of a sum that are the logarithm of gamma of some arguments."""
    inner = [arg.args[0] if arg.op is neg else arg for arg in node.args]
    return {term for term in inner if term.op is gammaln and term.args[0] in arguments}


def beta_among(plus: Sequence[Expr], minus: Sequence[Expr], builder: Builder) -> tuple[Expr, list[Expr]] | None:
    """The logarithm of a beta function that gammaln of two and one of some arguments make, and those three."""
    for place, p in enumerate(plus):
        for q in plus[place + 1 :]:
            for r in minus:
                excess = distance([p, q], [r], builder)
                if excess not in (0, 1):
                    continue
                made = builder.apply(betaln, p, q)
                if excess:
                    made = builder.flat(add, (made, builder.apply(log, builder.make(magnitude, (r,)))))
                return made, [p, q, r]
    return None


def pair_among(plus: Sequence[Expr], minus: Sequence[Expr], builder: Builder) -> tuple[Expr, list[Expr]] | None:
    """The difference of gammaln of two arguments that differ by a number, and those two."""
    for p in plus:
        for q in minus:
            step = distance([p], [q], builder)
            if step is not None and step > 0:
                return builder.apply(gammaln_difference, q, builder.constant(step, q)), [p, q]
            if step is not None and step < 0:
                made = builder.apply(gammaln_difference, p, builder.constant(-step, p))
                return builder.make(neg, (made,)), [p, q]
    return None


@rule(accept=16, serves="counts near what is expected")
def poisson_log_density(k: PositiveReal, m: PositiveReal):
    """The terms are large where their sum is not."""
    return k * log(m) - m - gammaln(1 + k), poisson_log_probability(k, m)


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
    exp,
    of=(gammaln_difference,),
    formula="exp(gammaln(x + 3) - gammaln(x)) -> abs(x * (x + 1) * (x + 2)), and so for every whole distance up to 8",
    example=lambda x: exp(gammaln_difference(magnitude(x), 3)),
)
def rising_factorial(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The logarithm rounds, by as much as it is large."""
    x, apart = node.args[0].args
    if not is_number(apart) or constant_value(apart).item() not in range(1, 9):
        return None
    steps = [builder.flat(add, (x, builder.constant(k, x))) for k in range(1, int(constant_value(apart).item()))]
    return builder.make(magnitude, (builder.flat(mul, [x, *steps]),))


@rule(accept=32)
def log_of_gamma(x):
    """gamma overflows where its logarithm does not."""
    above = x > 0
    return log(gamma(x)), switch(above, gammaln(switch(above, x, 1)), log(gamma(switch(above, 1, x))))


@computed(
    mul,
    among=(gamma,),
    assuming=("nonzero", "no_overflow"),
    formula="gamma(x + 2) / gamma(x) -> x * (x + 1), and so for every whole distance up to 8",
    example=lambda x: gamma(magnitude(x) + 2) / gamma(magnitude(x)),
)
def quotient_of_gammas_apart(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """gamma overflows where the quotient does not."""
    for above in node.args:
        for below in node.args if above.op is gamma else ():
            if below.op is not reciprocal or below.args[0].op is not gamma:
                continue
            x = below.args[0].args[0]
            apart = distance([above.args[0]], [x], builder)
            if apart is not None and abs(apart) in range(1, 9):
                x = x if apart > 0 else above.args[0]
                steps = [x, *(builder.flat(add, (x, builder.constant(k, x))) for k in range(1, int(abs(apart))))]
                if apart < 0:
                    steps = [builder.make(reciprocal, (step,)) for step in steps]
                return builder.flat(mul, [*steps, *without(without(node.args, above), below)])
    return None


@computed(
    mul,
    among=(gamma,),
    accept=400,
    assuming="no_overflow",
    formula="gamma(x) * gamma(y) / gamma(x + y) -> exp(gammaln(x) + gammaln(y) - gammaln(x + y)), where one is large",
    example=lambda x, y: gamma(magnitude(x)) * gamma(magnitude(y)) / gamma(magnitude(x) + magnitude(y)),
)
def quotient_of_large_gammas(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """gamma overflows where quotients of its values do not."""
    above = [arg for arg in node.args if arg.op is gamma]
    below = [arg for arg in node.args if arg.op is reciprocal and arg.args[0].op is gamma]
    if not above or not below or len(node.args) > NESTED:
        return None
    points = [arg.args[0] for arg in above] + [arg.args[0].args[0] for arg in below]
    if any(point.op is switch for point in points):
        return None
    large, positive = (builder.constant(value, points[0]) for value in (LARGE_GAMMA, 0))
    conditions = [builder.apply(gt, point, positive) for point in points]
    some = reduce(lambda a, b: builder.apply(or_, a, b), [builder.apply(gt, point, large) for point in points])
    far = reduce(lambda a, b: builder.apply(and_, a, b), [some, *conditions])
    one = builder.constant(1, points[0])
    near_points = [builder.make(switch, (far, one, point)) for point in points]
    logarithms = [builder.make(gammaln, (point,)) for point in points]
    signed = [*logarithms[: len(above)], *(builder.make(neg, (item,)) for item in logarithms[len(above) :])]
    values = [builder.make(gamma, (point,)) for point in near_points]
    quotient = [*values[: len(above)], *(builder.make(reciprocal, (item,)) for item in values[len(above) :])]
    made = builder.make(switch, (far, builder.make(exp, (builder.flat(add, signed),)), builder.flat(mul, quotient)))
    rest = [arg for arg in node.args if arg not in above and arg not in below]
    return builder.flat(mul, [made, *rest])


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
    one_less_squared_erf,
    erfc_less_erfc_of_opposite,
    one_less_half_erfc,
    one_less_scaled_erfcx,
    erfcx_of_product,
    log_of_normal_distribution,
    log_of_half_erfc,
    log_of_scaled_kv,
    log_of_scaled_iv,
    quotient_of_iv,
    quotient_of_kv,
    scaled_iv,
    scaled_kv,
    quotient_of_gammas_apart,
    quotient_of_large_gammas,
    rising_factorial,
    log_of_gamma,
    erfcx_of_quotient,
    betaln_of_gammaln,
    poisson_log_density,
    related_gammaln,
    log_of_kv,
    log_of_iv,
)
