"""Shares of exponentials in sums, which overflow in numerator and denominator, and their logarithms."""

from __future__ import annotations

from symlab.core.ir.expr import Expr
from symlab.core.ops.compare import gt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, exp, log, minimum, mul, neg, reciprocal, sqr
from symlab.core.ops.nn import log_softmax, logsumexp, softmax
from symlab.core.ops.reduce import sum
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Attributes, Row
from symlab.core.rules.collect import NESTED, opened, without, without_pairs
from symlab.core.rules.constants import is_number
from symlab.core.rules.guarded import SAFE
from symlab.core.rules.stable_rows import aligned, plain


def exponential_in(node: Expr) -> Expr | None:
    """The exponential that a node is, or has as a factor."""
    if node.op is exp:
        return node
    return next((arg for arg in node.args if arg.op is exp), None) if node.op is mul else None


def sum_below(node: Expr) -> Expr | None:
    """The sum by which, or by whose square, a factor divides."""
    inner = node.args[0] if node.op is reciprocal else node
    total = inner.args[0] if inner.op is sqr else inner
    return total if inner is not node and total.op is add and len(total.args) <= NESTED else None


def over(term: Expr, above: Expr, power: Expr, builder: Builder) -> Expr:
    """A term over a product with an exponential."""
    if term is above:
        return builder.constant(1, term)
    if term.op is mul and above in term.args:
        return builder.flat(mul, without(term.args, above))
    others = without(above.args, power) if above is not power else []
    mine, exponent = exponential_in(term), builder.opposite(power.args[0])
    if mine is not None:
        apart = [*opened(add, mine.args), *map(builder.opposite, opened(add, power.args))]
        left = without_pairs(apart, neg)
        exponent = builder.flat(add, left) if left else builder.constant(0, exponent)
    rest = [] if term is mine else [term] if mine is None else without(term.args, mine)
    return builder.flat(
        mul, [*rest, builder.make(exp, (exponent,)), *(builder.make(reciprocal, (other,)) for other in others)]
    )


@computed(
    mul,
    among=(exp, mul),
    assuming=("no_overflow", "nonzero"),
    accept=100,
    formula="exp(x) / (y + z * exp(x)) -> 1 / (y * exp(-x) + z)",
    example=lambda x, y: exp(x) / (1 + sqr(y) + 2 * exp(x)),
)
def exp_over_sum_with_it(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """exp overflows in numerator and denominator where the quotient is nearly constant."""
    for above in node.args if len(node.args) <= NESTED else ():
        power = exponential_in(above)
        for below in node.args if power is not None else ():
            total = sum_below(below)
            if power is None or total is None or all(term.op is exp for term in total.args):
                continue
            if 0 < len([term for term in total.args if has_factor(term, above)]) < len(total.args):
                return shared(node, above, below, power, builder, facts)
    return None


def shared(node: Expr, above: Expr, below: Expr, power: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A share as the reciprocal of a sum over its numerator, where the exponent is large if the sum may be 0 else."""
    total = below.args[0].args[0] if below.args[0].op is sqr else below.args[0]
    factors, (exponent,) = without(without(node.args, above), below), power.args
    whole = builder.flat(add, [over(term, above, power, builder) for term in total.args])
    made = [builder.make(reciprocal, (whole,))]
    made += [builder.make(reciprocal, (total,))] if below.args[0].op is sqr else []
    large = builder.flat(mul, [*factors, *made])
    others = builder.flat(add, [term for term in total.args if not has_factor(term, above)])
    bounds = facts.bounds(exponent)
    if bounds.low >= -SAFE or facts.positive(others) or facts.negative(others):
        return large
    if bounds.high <= SAFE:
        return None
    zero = builder.constant(0, exponent)
    bounded = builder.make(exp, (builder.make(minimum, (exponent, zero)),))
    mine = bounded if above is power else builder.flat(mul, [*without(above.args, power), bounded])
    divisor = builder.flat(add, [exchanged(term, above, mine, builder) for term in total.args])
    divisor = builder.make(sqr, (divisor,)) if below.args[0].op is sqr else divisor
    small = builder.flat(mul, [*factors, mine, builder.make(reciprocal, (divisor,))])
    return builder.make(switch, (builder.make(gt, (exponent, zero)), large, small))


def exchanged(term: Expr, factor: Expr, other: Expr, builder: Builder) -> Expr:
    """A term with something else in place of a factor that it may have."""
    if term is factor or not has_factor(term, factor):
        return other if term is factor else term
    return builder.flat(mul, [*without(term.args, factor), other])


def has_factor(term: Expr, factor: Expr) -> bool:
    """Whether a term is something or a product with it."""
    return term is factor or (term.op is mul and factor in term.args)


@computed(
    mul,
    among=(mul,),
    assuming="no_overflow",
    accept=8,
    formula="y * exp(x) / sum(y * exp(x)) -> y * softmax(x) / sum(y * softmax(x))",
    example=lambda x, y: sqr(y) * exp(x) / sum(sqr(y) * exp(x), axes=(0,), keepdims=True),
)
def share_of_weighted_row(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """exp overflows in numerator and denominator where the share is nearly constant."""
    for below in node.args if len(node.args) <= NESTED else ():
        total = below.args[0] if below.op is reciprocal else below
        if total is below or total.op is not sum or total.args[0] not in node.args:
            continue
        above = total.args[0]
        power = next((arg for arg in above.args if arg.op is exp), None) if above.op is mul else None
        if power is None or power.type != above.type or not aligned(total.attrs):
            continue
        shares = builder.apply(softmax, power.args[0], axes=total.attr("axes"))
        weighted = builder.flat(mul, [*without(above.args, power), shares])
        whole = builder.make(reciprocal, (builder.make(sum, (weighted,), total.attrs),))
        return builder.flat(mul, [*without(without(node.args, below), above), weighted, whole])
    return None


def log_of_ratio(first, second, far):
    """The logarithm of a quotient where both numbers are ordinary ones, another form elsewhere."""
    regular = (first > 1e-30) & (first < 1e30) & (second > 1e-30) & (second < 1e30)
    return switch(regular, log(switch(regular, first, 1) / switch(regular, second, 1)), far)


@rule(when=plain)
def log_of_quotient_of_sums_of_rows(x: Row, y: Row, axis: Attributes):
    """exp overflows where the logarithm of the quotient is moderate."""
    first, second = sum(exp(x), attributes=axis), sum(exp(y), attributes=axis)
    far = logsumexp(x, attributes=axis) - logsumexp(y, attributes=axis)
    return log(first * reciprocal(second)), log_of_ratio(first, second, far)


@rule(accept=8)
def log_of_quotient_of_softmax(x: Row, y: Row, rows: Attributes, others: Attributes):
    """softmax underflows, or is nearly 1, where its logarithm is an ordinary number."""
    first, second = softmax(x, attributes=rows), softmax(y, attributes=others)
    far = log_softmax(x, attributes=rows) - log_softmax(y, attributes=others)
    return log(first * reciprocal(second)), log_of_ratio(first, second, far)


@computed(
    logsumexp,
    among=(add,),
    assuming="real_algebra",
    accept=8,
    formula="logsumexp(x + 2) -> 2 + logsumexp(x), and so for every number",
    example=lambda x: logsumexp(x + 2, axes=(0,), keepdims=False),
)
def logsumexp_of_shifted(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A number that is added to every exponent may cancel with what is added to the logarithm of the sum."""
    numbers = [arg for arg in node.args[0].args if is_number(arg)]
    if len(numbers) != 1:
        return None
    rest = builder.flat(add, without(node.args[0].args, numbers[0]))
    return builder.flat(add, (numbers[0], builder.make(logsumexp, (rest,), node.attrs)))


@computed(
    add,
    among=(mul,),
    accept=16,
    formula="sum(y) * logsumexp(x) - sum(x * y) -> -sum(y * log_softmax(x))",
    example=lambda x, y: (
        sum(y, axes=(0,), keepdims=False) * logsumexp(x, axes=(0,), keepdims=False)
        - sum(x * y, axes=(0,), keepdims=False)
    ),
)
def cross_entropy_of_logits(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The logarithm of the sum, weighted, is nearly the weighted sum of the exponents."""
    for product in node.args if len(node.args) <= NESTED else ():
        folds = [arg for arg in product.args if arg.op is logsumexp] if product.op is mul else []
        if len(folds) != 1 or len(product.args) != 2:
            continue
        (fold,), (total,) = folds, without(product.args, folds[0])
        if total.op is not sum or total.attrs != fold.attrs or total.args[0].type != fold.args[0].type:
            continue
        weighted = builder.make(sum, (builder.flat(mul, (total.args[0], fold.args[0])),), fold.attrs)
        opposite = builder.make(neg, (weighted,))
        if opposite in node.args:
            logarithms = builder.make(log_softmax, fold.args, (("axes", fold.attr("axes")),))
            made = builder.make(sum, (builder.flat(mul, (total.args[0], logarithms)),), fold.attrs)
            rest = without(without(node.args, product), opposite)
            return builder.flat(add, [builder.make(neg, (made,)), *rest])
    return None


@rule(accept=64, serves="shares that add up to 1")
def cross_entropy_of_shares(x: Row, y, axis: Attributes):
    """The logarithm of the sum is nearly the mean of the exponents by shares that add up to 1."""
    whole, left = logsumexp(x, attributes=axis), 1 - sum(y, attributes=axis)
    in_rows = magnitude(1 - sum(y, axes=axis.axes, keepdims=True)) < 0.1
    chosen = switch(in_rows, log_softmax(x, axes=axis.axes), x)
    factor = switch(magnitude(left) < 0.1, left, 1)
    return whole - sum(x * y, attributes=axis), factor * whole - sum(y * chosen, attributes=axis)


RULES = (
    cross_entropy_of_shares,
    logsumexp_of_shifted,
    cross_entropy_of_logits,
    exp_over_sum_with_it,
    share_of_weighted_row,
    log_of_quotient_of_sums_of_rows,
    log_of_quotient_of_softmax,
)
