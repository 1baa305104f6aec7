"""Equal terms of a sum are counted, equal factors of a product too: what cancels goes, what repeats is there once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Op
from symlab.core.ops.elementwise import add, cast, mul, neg, pow, reciprocal, sqr, sqrt
from symlab.core.ops.shape import size_of
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import INVERSE, Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.canonical import RING
from symlab.core.rules.constants import is_number

OPENED = 4  # sums within sums that are opened to see what cancels
NESTED = 8  # operands up to which nested sums are looked into
Weighted = dict[Expr, Any]  # a term and its coefficient, or a factor and its exponent


def without_pairs(operands: Sequence[Expr], inverse: Op) -> list[Expr]:
    """The operands of a sum (product) less those whose negative (reciprocal) is there too."""
    inverted = [arg.args[0] for arg in operands if arg.op is inverse]
    inverted = [arg for arg in inverted if arg in operands and not is_size(arg)]
    if not inverted:
        return list(operands)
    taken_back = Counter(inverted)
    pairs = Counter(arg for arg in operands if arg in taken_back)
    pairs = Counter({arg: min(count, taken_back[arg]) for arg, count in pairs.items()})
    there, back = Counter(pairs), Counter(pairs)
    rest = []
    for arg in operands:
        if there[arg] > 0:
            there[arg] -= 1
        elif arg.op is inverse and back[arg.args[0]] > 0:
            back[arg.args[0]] -= 1
        else:
            rest.append(arg)
    return rest


def is_size(node: Expr) -> bool:
    """Whether a number is the size of an array, which may be 0: the mean of nothing is 0 / 0."""
    return (node.args[0] if node.op is cast else node).op is size_of


def opened_to_cancel(node: Expr, builder: Builder) -> list[Expr]:
    """The operands, with a nested sum (product) that others share opened where that lets something cancel."""
    op, inverse = node.op, INVERSE[node.op]
    operands = list(node.args)
    for arg in node.args:
        if arg.op is not op and (arg.op is not inverse or arg.args[0].op not in (op, inverse)):
            continue
        rest = without(operands, arg)
        outside = {taken_back(part, inverse) for part in rest}
        before: list[tuple[Expr, bool]] = []
        for depth in range(2, OPENED + 1):
            parts = list(islice(parts_within(arg, op, False, depth), 2 * NESTED))
            if len(parts) == 2 * NESTED or parts == before:
                break
            before, there = parts, outside.union(parts)
            if not any((part, not back) in there for part, back in parts):
                continue
            opened = [builder.make(inverse, (part,)) if back else part for part, back in parts]
            if len(without_pairs([*rest, *opened], inverse)) <= len(operands):
                operands = [*rest, *opened]
                break
    return operands


def taken_back(node: Expr, inverse: Op) -> tuple[Expr, bool]:
    """What a negative (reciprocal) is the negative of, and whether it is one."""
    return (node.args[0], True) if node.op is inverse else (node, False)


def parts_within(node: Expr, op: Op, back: bool, depth: int) -> Iterator[tuple[Expr, bool]]:
    """The operands of sums (products) within one another, and whether each is taken back."""
    if node.op is INVERSE[op] and depth:
        yield from parts_within(node.args[0], op, not back, depth - 1)
    elif node.op is op and depth and len(node.args) <= NESTED:
        for part in node.args:
            yield from parts_within(part, op, back, depth - 1)
    else:
        yield node, back


def without(operands: Sequence[Expr], one: Expr) -> list[Expr]:
    """The operands less one."""
    rest = list(operands)
    rest.remove(one)
    return rest


def cancelled(node: Expr, builder: Builder) -> list[Expr] | None:
    """The operands that are left when what cancels is gone; None if nothing does."""
    operands = opened_to_cancel(node, builder) if len(node.args) <= NESTED else node.args
    rest = without_pairs(operands, INVERSE[node.op])
    return rest if len(rest) < len(operands) else None


@computed(
    add,
    among=(neg, add),
    assuming="finite",
    kinds=RING,
    formula="x + y - x -> y",
    example=lambda x, y: x + y - x,
)
def cancel_terms(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A number and its opposite cancel."""
    rest = cancelled(node, builder)
    if rest is None:
        return None
    return builder.kept(node, rest) if rest else builder.constant(0, node)


@computed(
    mul,
    among=(reciprocal, mul),
    assuming=("nonzero", "finite"),
    kinds="fc",
    formula="x * y / x -> y",
    example=lambda x, y: x * y / x,
)
def cancel_factors(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A number and its reciprocal cancel."""
    rest = cancelled(node, builder)
    if rest is None:
        return None
    return builder.kept(node, rest) if rest else builder.constant(1, node)


def term_of(node: Expr, builder: Builder) -> tuple[Expr, Any]:
    """A term as what is counted, and how often: c x is c times x."""
    if node.op is neg:
        base, count = term_of(node.args[0], builder)
        return base, -count
    if node.op is mul:
        numbers = [arg for arg in node.args if is_number(arg)]
        if len(numbers) == 1:
            rest = [arg for arg in node.args if arg is not numbers[0]]
            return builder.kept(node, rest), constant_value(numbers[0]).item()
    return node, 1


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


@computed(add, assuming="real_algebra", kinds="fci", formula="x + 2 * x -> 3 * x", example=lambda x, y: x + y + 2 * x)
def collect_terms(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Equal terms are counted once: x + x is 2 x."""
    if not may_repeat(node):
        return None
    counts: Weighted = {}
    for arg in node.args:
        base, count = term_of(arg, builder)
        counts[base] = counts.get(base, 0) + count
    if len(counts) == len(node.args):
        return None
    dtype = node.type.dtype
    counts = {base: wrapped(count, dtype) for base, count in counts.items()}
    if not all(holds(dtype, count) for count in counts.values()):
        return None
    terms = [weighted_term(base, count, node, builder) for base, count in counts.items() if count]
    return builder.kept(node, terms) if terms else builder.constant(0, node)


def holds(dtype: np.dtype[Any], count: Any) -> bool:
    """Whether a dtype has a number for a coefficient that was added up: one that overflows is not made."""
    if dtype.kind not in "fc":
        return True
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.asarray(count).astype(dtype)))


def may_repeat(node: Expr) -> bool:
    """Whether two terms of a sum have their first factor in common: cheap, and seldom true."""
    seen: set[Expr] = set()
    for arg in node.args:
        inner = arg.args[0] if arg.op is neg else arg
        if inner.op is mul:
            inner = next((part for part in inner.args if part.op is not CONSTANT), inner)
        if inner in seen:
            return True
        seen.add(inner)
    return False


def wrapped(count: Any, dtype: np.dtype[Any]) -> Any:
    """An integer as arithmetic of its dtype has it, which goes round where it overflows."""
    if dtype.kind not in "iu":
        return count
    bits = 8 * dtype.itemsize
    count %= 1 << bits
    return count - (1 << bits) if dtype.kind == "i" and count >> (bits - 1) else count


def weighted_term(base: Expr, count: Any, node: Expr, builder: Builder) -> Expr:
    """count times base, its sign first; a complex count has no sign, nor has the smallest integer a positive."""
    if np.iscomplexobj(count) or (node.type.dtype.kind == "i" and count == np.iinfo(node.type.dtype).min):
        return builder.flat(mul, (builder.constant(count, node), base))
    size = base if abs(count) == 1 else builder.flat(mul, (builder.constant(abs(count), node), base))
    return builder.make(neg, (size,)) if count < 0 else size


@computed(
    add,
    among=(mul,),
    assuming="real_algebra",
    formula="0.5 * (x + y + z) - x -> 0.5 * (y + z - x)",
    example=lambda x, y, z: 0.5 * (x + y + z) - x,
)
def half_sum_less_term(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Half of a sum is nearly one of its terms where the others are nearly that."""
    if len(node.args) != 2:
        return None
    half, taken = node.args if node.args[0].op is mul else node.args[::-1]
    inner, count = term_of(half, builder)
    if taken.op is not neg or count != 0.5 or inner.op is not add:
        return None
    terms = opened_sum(inner)
    if taken.args[0] not in terms:
        return None
    difference = builder.flat(add, [*without(terms, taken.args[0]), taken])
    return builder.flat(mul, (builder.constant(0.5, node), difference))


def opened_sum(node: Expr) -> list[Expr]:
    """The terms of a sum and of the sums in it, up to a few."""
    return opened(add, node.args)


def opened(op: Op, operands: Sequence[Expr]) -> list[Expr]:
    """The operands of a sum (product) and of the sums (products) in it, up to a few."""
    found = list(operands)
    while len(found) <= NESTED and any(item.op is op for item in found):
        found = [part for item in found for part in (item.args if item.op is op else (item,))]
    return found


def factor_of(node: Expr) -> tuple[Expr, float]:
    """A factor as a base and its exponent."""
    if node.op is reciprocal:
        base, exponent = factor_of(node.args[0])
        return base, -exponent
    if node.op is sqr:
        base, exponent = factor_of(node.args[0])
        return base, 2 * exponent
    if node.op is sqrt:
        return node.args[0], 0.5
    if node.op is pow and is_number(node.args[1]):
        return node.args[0], float(constant_value(node.args[1]))
    return node, 1.0


@computed(mul, assuming=("nonzero", "no_overflow"), formula="x * x -> sqr(x)", example=lambda x: 2 * x * x)
def collect_factors(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Equal factors are powers of one: x * x is the square of x, x ** 3 / x too."""
    pairs = [factor_of(arg) for arg in node.args]
    exponents: Weighted = {}
    for base, exponent in pairs:
        exponents[base] = exponents.get(base, 0.0) + exponent
    if len(exponents) == len(pairs):
        return None
    grouped = [(base, [e for other, e in pairs if other is base]) for base in exponents]
    if any(len(parts) > 1 and not may_join(node, base, parts, builder, facts) for base, parts in grouped):
        return None
    factors = [power_of(base, exponents[base], builder) for base in exponents if exponents[base]]
    return builder.kept(node, factors) if factors else builder.constant(1, node)


def may_join(node: Expr, base: Expr, exponents: Sequence[float], builder: Builder, facts: Facts) -> bool:
    """Whether powers of one base may be joined: where some cancel, or where they were written side by side.

    x * y / z * x is left as it is written: x * x overflows where that may not. Powers that are nan for a negative base
    stay so.
    """
    if is_number(base) or is_size(base):
        return False
    if (all(e > 0 for e in exponents) or all(e < 0 for e in exponents)) and not side_by_side(node, base, builder):
        return False
    whole = float(sum(exponents)).is_integer()
    return all(e.is_integer() for e in exponents) or not whole or facts.not_negative(base)


def side_by_side(node: Expr, base: Expr, builder: Builder) -> bool:
    """Whether two powers of a base were multiplied with each other, or with numbers alone."""
    if all(is_number(arg) or factor_of(arg)[0] is base for arg in node.args):
        return True
    written = builder.table.written.get(node, ())
    mine = [item is not None and factor_of(item)[0] is base for item in written]
    return any(mine[k] and mine[k + 1] and written[k + 2] is None for k in range(len(written) - 2))


def power_of(base: Expr, exponent: float, builder: Builder) -> Expr:
    """base ** exponent in its plainest form."""
    if exponent < 0:
        return builder.apply(reciprocal, power_of(base, -exponent, builder))
    if exponent == 1:
        return base
    if exponent in (2, 0.5):
        return builder.apply(sqr if exponent == 2 else sqrt, base)
    return builder.apply(pow, base, builder.constant(np.float64(exponent), base))


@computed(
    mul,
    among=(add,),
    assuming=("nonzero", "finite"),
    accept=16,  # both sides cancel where x is nearly -y z
    formula="(x / y + z) * y -> x + z * y",
    example=lambda x, y, z: (x / y + z) * y,
)
def distribute_to_cancel(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A factor that divides half of the terms of a sum or more is multiplied into it, and the quotients are gone."""
    for total in node.args:
        if total.op is not add or len(total.args) > NESTED or not any(map(is_quotient, total.args)):
            continue
        below = facts.kept(Divisors).of(total)
        for factor in without(node.args, total) if below else ():
            if factor not in below:
                continue
            old = opened_sum(total)
            divided = [term for term in old if divides(factor, term)]
            alike = factor.type.shape in ((), total.type.shape)
            if not alike or 2 * len(divided) < len(old) or is_number(factor) or is_size(factor):
                continue
            terms = [
                quotient_left(term, factor, builder) if term in divided else builder.flat(mul, (term, factor))
                for term in old
            ]
            rest = without(without(node.args, total), factor)
            return builder.kept(node, [builder.flat(add, terms), *rest])
    return None


class Divisors:
    """What terms of sums are divided by, found once of each sum."""

    def __init__(self) -> None:
        self.known: dict[Expr, frozenset[Expr]] = {}

    def of(self, total: Expr) -> frozenset[Expr]:
        """What the terms of a sum, and those of sums in it, are divided by."""
        if total not in self.known:
            factors = (part for term in opened_sum(total) for part in quotient_parts(term))
            self.known[total] = frozenset(part.args[0] for part in factors if part.op is reciprocal)
        return self.known[total]


def is_quotient(term: Expr) -> bool:
    """Whether something divides a term, or it is made of terms of its own."""
    inner = term.args[0] if term.op is neg else term
    parts = inner.args if inner.op is mul else (inner,)
    return any(part.op in (reciprocal, mul, add) for part in parts)


def divides(factor: Expr, term: Expr) -> bool:
    """Whether a term is a quotient by a factor."""
    return any(part.op is reciprocal and part.args[0] is factor for part in quotient_parts(term))


def quotient_parts(term: Expr) -> list[Expr]:
    """The factors of a term, whatever its sign."""
    return opened(mul, (term.args[0] if term.op is neg else term,))


def quotient_left(term: Expr, factor: Expr, builder: Builder) -> Expr:
    """What is left of a quotient when its denominator is taken away."""
    if term.op is neg:
        return builder.make(neg, (quotient_left(term.args[0], factor, builder),))
    rest = without(opened(mul, (term,)), builder.make(reciprocal, (factor,)))
    return builder.flat(mul, rest) if rest else builder.constant(1, term)


RULES = (cancel_terms, cancel_factors, collect_terms, half_sum_less_term, distribute_to_cancel, collect_factors)
