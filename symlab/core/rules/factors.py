"""Factors that two terms share: nearly equal products differ by what is not shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ops.elementwise import add, exp, log, log1p, mul, neg, sqr
from symlab.core.ops.exponential import log2, log10
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.constants import is_number
from symlab.core.rules.fractions import parts_of
from symlab.core.rules.sketches import DEPTH, base_and_power

OUTERMOST = 4  # signs and products within one another that are opened where a factor is shared
LOGARITHMS = (log, log1p, log2, log10)


@computed(
    add,
    among=(mul, sqr, neg),
    assuming=("finite", "no_overflow"),
    formula="x * y - x * z -> x * (y - z)",
    example=lambda x, y, z: x * y - x * z,
)
def shared_factor(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Nearly equal products differ by what is not shared, which need not round."""
    if len(node.args) != 2 or not may_share(*node.args):
        return None
    first, second = (parts_of(with_sign(arg, builder), OUTERMOST) for arg in node.args)
    powers = [powers_of(part.factors) for part in (first, second)]
    shared = powers[0] & powers[1]
    logarithms = any(factor.op in LOGARITHMS for part in (first, second) for factor in part.factors)
    if (first.sign == second.sign and not logarithms) or any(is_number(base) for base in powers[0] - shared):
        shared = Counter({base: power for base, power in shared.items() if is_number(base)})
    shared = Counter({base: n for base, n in shared.items() if is_number(base) or base.type.shape == node.type.shape})
    rests = [list((own - shared).elements()) for own in powers]
    if not shared or (all(is_number(base) for base in shared) and all(rests)):
        return None
    steep = [factor for rest in rests for factor in rest if factor.op in LOGARITHMS]
    if any(base.op is not exp and holds(factor, base) for factor in steep for base in shared):
        return None  # x log(x) is 0 at 0, and log(x) infinite
    terms = []
    for part, rest in zip((first, second), rests):
        size = (
            builder.flat(mul, [*rest, *part.divisors])  # as they stand: their squares may overflow or vanish
            if rest or part.divisors
            else builder.constant(1, node)
        )
        terms.append(builder.make(neg, (size,)) if part.sign < 0 else size)
    return builder.flat(mul, [*shared.elements(), builder.flat(add, terms)])


def holds(node: Expr, part: Expr, depth: int = DEPTH) -> bool:
    """Whether a node is made of another one."""
    return node is part or (depth > 0 and any(holds(arg, part, depth - 1) for arg in node.args))


def with_sign(node: Expr, builder: Builder) -> Expr:
    """A negative number as the opposite of a positive one."""
    if not is_number(node) or not constant_value(node) < 0:
        return node
    return builder.make(neg, (builder.constant(-constant_value(node), node),))


def may_share(first: Expr, second: Expr) -> bool:
    """Whether the signs of two terms differ, or one of them is a number that multiplies the other."""
    if (first.op is neg) != (second.op is neg) or any(arg.op in LOGARITHMS for arg in (*first.args, *second.args)):
        return True
    for number, term in ((first, second), (second, first)):
        if is_number(number) and term.op is mul:
            size = abs(constant_value(number))
            return any(is_number(arg) and constant_value(arg) == size for arg in term.args)
    return False


def powers_of(factors: Sequence[Expr]) -> Counter[Expr]:
    """Factors, each as often as it is there."""
    found: Counter[Expr] = Counter()
    for factor in factors:
        base, power = base_and_power(factor)
        found[base] += power
    return found


RULES = (shared_factor,)
