"""Sums of choices by one condition as one choice between sums, in which terms meet that cancel.

Differentiation masks each term of a derivative by itself, and a formula chosen for large numbers hides its terms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.bits import and_, invert, or_
from symlab.core.ops.compare import gt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, expm1, log, log1p, mul, neg, reciprocal
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.collect import NESTED, without, without_pairs
from symlab.core.rules.constants import is_number
from symlab.core.rules.fractions import divided, parts_of
from symlab.core.rules.vanishing import with_series

CONNECTED = (and_, or_, invert)
CHOOSING = (switch, neg, mul)  # ops that are a choice or may have one as a factor
SMALL_AT_ZERO = (expm1, log1p)
MORE = 2  # choices that a sum may have in its parts more than it had
DEPTH = 4  # of conditions and products that are looked into


def atoms(condition: Expr, depth: int = DEPTH) -> Iterator[Expr]:
    """The comparisons of which a condition is made."""
    if condition.op in CONNECTED and depth:
        for arg in condition.args:
            yield from atoms(arg, depth - 1)
    else:
        yield condition


def choices_of(term: Expr, depth: int = DEPTH) -> Iterator[Expr]:
    """The choices that are factors of a term."""
    if term.op is switch:
        yield term
    elif term.op in (neg, mul) and depth and len(term.args) <= NESTED:
        for arg in term.args:
            if arg.op in CHOOSING:
                yield from choices_of(arg, depth - 1)


def shared_condition(terms: Sequence[Expr]) -> Expr | None:
    """A comparison by which several terms are chosen."""
    seen: set[Expr] = set()
    for term in terms:
        mine = {part: None for choice in choices_of(term) for part in (choice.args[0], *atoms(choice.args[0]))}
        for atom in mine:
            if atom in seen:
                return atom
        seen.update(mine)
    return None


def known(condition: Expr, atom: Expr, holds: bool, builder: Builder, depth: int = DEPTH) -> Expr:
    """A condition where a comparison is known to hold or not."""
    if condition is atom:
        return builder.constant(holds, condition)
    if condition.op not in CONNECTED or not depth:
        return condition
    args = [known(arg, atom, holds, builder, depth - 1) for arg in condition.args]
    numbers = [arg for arg in args if is_number(arg)]
    if condition.op is invert:
        return builder.constant(not constant_value(args[0]), condition) if numbers else builder.make(invert, (args[0],))
    decisive = condition.op is or_
    if any(bool(constant_value(arg)) is decisive for arg in numbers):
        return builder.constant(decisive, condition)
    rest = [arg for arg in args if not is_number(arg)]
    return builder.make(condition.op, tuple(rest)) if len(rest) == 2 else (rest[0] if rest else args[0])


def where(term: Expr, atom: Expr, holds: bool, builder: Builder, depth: int = DEPTH) -> Expr:
    """A term where a comparison is known to hold or not."""
    if term.op is switch:
        condition = known(term.args[0], atom, holds, builder)
        if is_number(condition):
            return where(term.args[1 if constant_value(condition) else 2], atom, holds, builder, depth)
        return builder.make(switch, (condition, *term.args[1:]))
    if term.op in (neg, mul) and depth and any(True for _ in choices_of(term)):
        args = tuple(where(arg, atom, holds, builder, depth - 1) for arg in term.args)
        if term.op is mul:
            nothing = next((arg for arg in args if is_number(arg) and constant_value(arg) == 0), None)
            return builder.flat(mul, args) if nothing is None else nothing
        return builder.make(neg, args)
    return term


def summed(terms: Sequence[Expr], node: Expr, builder: Builder) -> Expr:
    """The sum of those terms that are not 0."""
    rest = [term for term in terms if not (is_number(term) and constant_value(term) == 0)]
    return builder.flat(add, rest) if rest else builder.constant(0, node)


@computed(
    add,
    among=(switch, neg, mul),
    assuming=("finite", "nonzero"),
    kinds="f",
    formula="switch(c, x, 0) + y * switch(c, 0, z) -> switch(c, x, y * z)",
    example=lambda x, y: switch(gt(x, y), x, 2) + switch(gt(x, y), 3, y),
)
def sum_of_choices(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Terms that are chosen by one condition cancel where they stand together."""
    atom = shared_condition(node.args) if len(node.args) <= NESTED else None
    if atom is None or len(without_pairs(node.args, neg)) < len(node.args):
        return None
    sums = [summed([where(term, atom, holds, builder) for term in node.args], node, builder) for holds in (True, False)]
    made = builder.make(switch, (atom, *sums))
    left = 1 + sum(count_choices(part.args if part.op is add else (part,)) for part in sums)
    return made if made.type == node.type and left <= count_choices(node.args) + MORE else None


def count_choices(terms: Sequence[Expr]) -> int:
    """How many choices there are in the terms of a sum."""
    return sum(1 for term in terms for _ in choices_of(term))


@computed(
    log,
    among=(switch, neg),
    kinds="f",
    formula="log(switch(c, x, 1 + y)) -> switch(c, log(x), log1p(y))",
    example=lambda x, y: log(switch(gt(x, 1), x, 1 + magnitude(y))),
)
def logarithm_of_choice(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """1 + y drops the low digits of a small y, also where it is one of two formulas."""
    inner = node.args[0]
    choice = inner.args[0] if inner.op is neg else inner
    if choice.op is not switch or not any(map(is_near_one, choice.args[1:])):
        return None
    condition, *branches = choice.args
    if inner.op is neg:
        branches = [builder.opposite(branch) for branch in branches]
    one = builder.constant(1, node)
    kept = [builder.make(switch, (condition, branches[0], one)), builder.make(switch, (condition, one, branches[1]))]
    parts = [logarithm(branch, safe, builder) for branch, safe in zip(branches, kept, strict=True)]
    return builder.make(switch, (condition, *parts))


def is_near_one(branch: Expr) -> bool:
    """Whether a formula is a sum with the number 1 or -1."""
    return branch.op is add and any(is_number(arg) and abs(constant_value(arg)) == 1 for arg in branch.args)


def logarithm(branch: Expr, safe: Expr, builder: Builder) -> Expr:
    """The logarithm of one of two formulas, which is 1 where the other is chosen."""
    if not is_near_one(branch) or not any(is_number(arg) and constant_value(arg) == 1 for arg in branch.args):
        return builder.make(log, (safe,))
    rest = builder.flat(add, [arg for arg in branch.args if not (is_number(arg) and constant_value(arg) == 1)])
    first = safe.args[1] is branch
    nothing = builder.constant(0, rest)
    chosen = (safe.args[0], rest, nothing) if first else (safe.args[0], nothing, rest)
    return builder.make(log1p, (builder.make(switch, chosen),))


@computed(
    add,
    among=(switch,),
    assuming="finite",
    kinds="f",
    formula="switch(c, x - y, z) + y -> switch(c, x, z + y)",
    example=lambda x, y: switch(gt(x, 0), x - y, x) + y,
)
def term_into_choice(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A term cancels with one of those between which a choice is made."""
    for choice in node.args:
        if choice.op is not switch or len(node.args) > NESTED:
            continue
        rest = without(node.args, choice)
        opposite = {builder.opposite(arg) for arg in rest}
        if any(part in opposite for branch in choice.args[1:] if branch.op is add for part in branch.args):
            condition, *branches = choice.args
            made = builder.make(switch, (condition, *(builder.flat(add, (branch, *rest)) for branch in branches)))
            return made if made.type == node.type else None
    return None


@computed(
    mul,
    among=(switch,),
    assuming="nonzero",
    kinds="f",
    formula="switch(c, expm1(x * y), z) / x -> switch(c, expm1(x * y) / x, z / x)",
    example=lambda x, y: switch(gt(x, y), expm1(x * y), y) / x,
)
def quotient_of_choice(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is nearly 0 / 0 stands together: its series is known."""
    choices = [arg for arg in node.args if arg.op is switch]
    if len(choices) != 1 or len(node.args) > NESTED:
        return None
    condition, *branches = choices[0].args
    for below in node.args:
        small = below.op is reciprocal and any(vanishes_with(branch, below.args[0]) for branch in branches)
        if small and below.type.shape == node.type.shape:
            opened = [under(branch, condition, holds, builder) for branch, holds in zip(branches, (True, False))]
            parts = [builder.flat(mul, (branch, below)) for branch in opened]
            made = builder.make(switch, (condition, *parts))
            rest = without(without(node.args, choices[0]), below)
            return builder.flat(mul, [made, *rest])
    return None


@computed(
    mul,
    among=(switch, reciprocal),
    assuming="nonzero",
    kinds="f",
    formula="switch(c, x * y, z) / x -> switch(c, y, z / x)",
    example=lambda x, y: switch(gt(x, y), x * y, y) / x,
)
def factor_into_choice(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A factor cancels with one of what one of two formulas is a product of, and so do its derivatives."""
    factors = [part for arg in node.args for part in single_divisors(arg, builder)]
    for arg in factors if len(factors) <= NESTED else ():
        divides = arg.op is reciprocal
        signed = arg.args[0] if divides else arg
        choice = signed.args[0] if signed.op is neg else signed
        if choice.op is not switch:
            continue
        for factor in without(factors, arg):
            found = [cancelled(branch, factor, divides, builder) for branch in choice.args[1:]]
            if any(part is not None for part in found):
                parts = [
                    product_with(branch, factor, divides, builder) if part is None else part
                    for part, branch in zip(found, choice.args[1:], strict=True)
                ]
                made = builder.make(switch, (choice.args[0], *parts))
                rest = without(without(factors, arg), factor)
                whole = builder.flat(mul, [made, *rest])
                return None if made.type != node.type else whole if signed is choice else builder.opposite(whole)
    return None


def single_divisors(factor: Expr, builder: Builder) -> list[Expr]:
    """A factor, or the reciprocals of what it divides by."""
    if factor.op is not reciprocal or factor.args[0].op is not mul:
        return [factor]
    return [builder.make(reciprocal, (part,)) for part in factor.args[0].args]


def product_with(branch: Expr, factor: Expr, divides: bool, builder: Builder) -> Expr:
    """A factor times a formula, or divided by it."""
    return builder.flat(mul, (builder.make(reciprocal, (branch,)) if divides else branch, factor))


def cancelled(branch: Expr, factor: Expr, divides: bool, builder: Builder) -> Expr | None:
    """A factor times a product, or divided by it, where the two have something in common; None where they have not."""
    sign, above, below, _ = parts_of(branch)
    if divides:
        above, below = list(below.elements()), Counter(above)
    inner = factor.args[0] if factor.op is reciprocal else factor
    if is_number(inner) or inner not in (above if factor.op is reciprocal else below):
        return None
    if factor.op is reciprocal:
        above = without(above, inner)
    else:
        below = below - Counter([inner])
    return builder.flat(mul, [builder.constant(sign, branch), *above, *divided(below, builder)])


def under(branch: Expr, condition: Expr, holds: bool, builder: Builder) -> Expr:
    """A function of what is chosen by a condition, where that is known to hold or not."""
    if branch.op is neg:
        return builder.make(neg, (under(branch.args[0], condition, holds, builder),))
    if branch.op not in SMALL_AT_ZERO or branch.args[0].op is not switch or branch.args[0].args[0] is not condition:
        return branch
    return builder.make(branch.op, (branch.args[0].args[1 if holds else 2],))


def vanishes_with(branch: Expr, divisor: Expr) -> bool:
    """Whether a formula is a function that is 0 at 0 of a product with what it is divided by."""
    inner = branch.args[0] if branch.op is neg else branch
    if inner.op not in SMALL_AT_ZERO:
        return False
    point = inner.args[0]
    while point.op is neg or (point.op is switch and is_number(point.args[2])):
        point = point.args[0] if point.op is neg else point.args[1]
    factors = point.args if point.op is mul else (point,)
    return any(is_same_zero(factor, divisor) for factor in factors)


def is_same_zero(factor: Expr, divisor: Expr) -> bool:
    """Whether a factor is 0 where a divisor is: x itself, log1p(x), or log(x) where that is 1 - x."""
    if factor is divisor or (factor.op is log1p and factor.args[0] is divisor):
        return True
    if factor.op is neg:
        return is_same_zero(factor.args[0], divisor)
    terms = [arg.args[0] if arg.op is neg else arg for arg in divisor.args] if divisor.op is add else []
    numbers = [arg for arg in terms if is_number(arg) and abs(constant_value(arg)) == 1]
    return factor.op is log and len(terms) == 2 and len(numbers) == 1 and factor.args[0] in terms


@computed(
    mul,
    among=(expm1,),
    assuming="nonzero",
    accept=64,
    kinds="f",
    formula="expm1(n * log1p(x)) / x -> expm1(w) / w * n * (log1p(x) / x), where w is n * log1p(x)",
    example=lambda x, n: expm1(n * log1p(x)) / x,
)
def quotient_of_power(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Both quotients are 0 / 0 where x is 0, and each has a series of its own."""
    for power in node.args if len(node.args) <= NESTED else ():
        for below in node.args if power.op is expm1 else ():
            if below.op is not reciprocal:
                continue
            choice = power.args[0]
            exponent = choice.args[1] if choice.op is switch and is_number(choice.args[2]) else choice
            inner = exponent.args[0] if exponent.op is neg else exponent
            small = [arg for arg in inner.args if arg.op in (log, log1p)] if inner.op is mul else []
            if len(small) != 1 or not is_same_zero(small[0], below.args[0]):
                continue
            others = [arg for arg in inner.args if arg is not small[0]]
            quotients = (power, builder.make(reciprocal, (inner,))), (small[0], below)
            parts = [with_series(builder.flat(mul, pair), builder) for pair in quotients]
            found = [part for part in parts if part is not None]
            if len(found) == len(parts):
                rest = without(without(node.args, power), below)
                return builder.flat(mul, [*found, *others, *rest])
    return None


RULES = (
    sum_of_choices,
    term_into_choice,
    factor_into_choice,
    logarithm_of_choice,
    quotient_of_choice,
    quotient_of_power,
)
