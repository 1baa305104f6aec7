"""The gamma function, whose quotients do not overflow as it does, and its logarithm, whose differences cancel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.bits import and_, or_
from symlab.core.ops.compare import gt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, exp, log, mul, neg, reciprocal
from symlab.core.ops.gamma_differences import gammaln_difference, poisson_log_probability
from symlab.core.ops.special import betaln, gamma, gammaln
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import PositiveReal
from symlab.core.rules.collect import NESTED, term_of, without
from symlab.core.rules.constants import is_number

LARGE_GAMMA = 30.0  # beyond which gamma may overflow in a quotient, in float32


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
    terms = [part for arg in node.args for part in doubled_gammaln(arg, builder)]
    positive = [arg for arg in terms if arg.op is gammaln]
    negative = [arg for arg in terms if arg.op is neg and arg.args[0].op is gammaln]
    if not positive or not negative:
        return None
    plus, minus = [arg.args[0] for arg in positive], [arg.args[0].args[0] for arg in negative]
    for find, first, second, sign in (
        (beta_among, plus, minus, 1),
        (beta_among, minus, plus, -1),
        (pair_among, plus, minus, 1),
    ):
        found = find(first, second, builder)
        if found is not None:
            result = found[0] if sign > 0 else builder.make(neg, (found[0],))
            own, other = (positive, negative) if sign > 0 else (negative, positive)
            rest = tuple(without_gammaln(terms, own, other, found[1]))
            return builder.acted(node, result, rest) if rest else result
    return None


def doubled_gammaln(term: Expr, builder: Builder) -> list[Expr]:
    """A term, or both halves of twice the logarithm of gamma."""
    inner = term.args[0] if term.op is neg else term
    if inner.op is not mul or len(inner.args) != 2 or inner.args[1].op is not gammaln:
        return [term]
    if not is_number(inner.args[0]) or abs(constant_value(inner.args[0])) != 2:
        return [term]
    negative = (term.op is neg) != bool(constant_value(inner.args[0]) < 0)
    return [builder.make(neg, (inner.args[1],)) if negative else inner.args[1]] * 2


def without_gammaln(
    terms: Sequence[Expr], own: Sequence[Expr], other: Sequence[Expr], arguments: Sequence[Expr]
) -> Sequence[Expr]:
    """The terms of a sum less the logarithm of gamma of each argument, of which the last has the other sign."""
    *mine, last = arguments
    for candidates, argument in [*((own, item) for item in mine), (other, last)]:
        found = (term for term in candidates if (term.args[0] if term.op is neg else term).args[0] is argument)
        terms = without(terms, next(found))
    return terms


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
            if p.op is add and q in p.args:
                return builder.apply(gammaln_difference, q, builder.flat(add, without(p.args, q))), [p, q]
            if q.op is add and p in q.args:
                made = builder.apply(gammaln_difference, p, builder.flat(add, without(q.args, p)))
                return builder.make(neg, (made,)), [p, q]
    return None


@rule(accept=16, serves="counts near what is expected")
def poisson_log_density(k: PositiveReal, m: PositiveReal):
    """The terms are large where their sum is not."""
    return k * log(m) - m - gammaln(1 + k), poisson_log_probability(k, m)


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


RULES = (
    betaln_of_gammaln,
    related_gammaln,
    poisson_log_density,
    rising_factorial,
    log_of_gamma,
    quotient_of_gammas_apart,
    quotient_of_large_gammas,
)
