"""Logarithms to the bases 2 and 10: what is known of the natural logarithm holds of them, over log 2 and log 10."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Op
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import add, log, mul, neg
from symlab.core.ops.exponential import log2, log10
from symlab.core.ops.gather import take
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.reduce import sum as sum_op
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.apply import Matcher, matcher_of
from symlab.core.rewrite.match import Context
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import Rule, computed
from symlab.core.seams import resolve

UNITS: Mapping[Op, float] = {log2: 1 / math.log(2), log10: 1 / math.log(10)}
LINEAR = (add, neg, sum_op, slice_op, take)  # of the logarithms of which they are made
STABLE_RULES = (
    "stable_series",
    "stable_rows",
    "stable_powers",
    "stable",
    "stable_logs",
    "stable_roots",
    "gammas",
    "stable_tails",
    "neighbours",
    "inverses",
)
LATE_RULES = ("guarded", "guarded_rows", "sizes", "ranges", "products")


def by_natural_logarithm(node: Expr, subjects: tuple[str, ...], builder: Builder, facts: Facts) -> Expr | None:
    """What a rule of these subjects makes of the natural logarithm, in the base of a node."""
    natural = builder.make(log, node.args)
    if natural.op is not log:
        return None
    present, context = frozenset([natural.args[0].op]), Context(facts, builder)
    for matcher in matchers(subjects, natural.type.dtype.kind):
        applied = matcher.try_on(context, natural, present) if fits(matcher, present) else None
        if applied is not None and matcher.rule.recurs is not None:  # what it makes, it must know again
            return builder.make(mul, (natural, builder.constant(UNITS[node.op], natural)))
        if applied is not None:
            bound = [item for value in applied[1].values() for item in (value if isinstance(value, tuple) else [value])]
            return in_base(applied[0], node.op, bound, builder)
    return None


@cache
def matchers(subjects: tuple[str, ...], kind: str) -> tuple[Matcher, ...]:
    """The rules of some subjects that replace a natural logarithm."""
    rules: list[Rule] = [rule for subject in subjects for rule in resolve(f"symlab.core.rules.{subject}:RULES")]
    found = [matcher_of(rule, False) for rule in rules if kind in rule.kinds]
    return tuple(matcher for matcher in found if log in matcher.roots)


def fits(matcher: Matcher, present: Collection[Op]) -> bool:
    """Whether the operand of a logarithm is one that a rule looks for."""
    return any(needed <= frozenset(present) for needed in matcher.needs)


def in_base(node: Expr, base: Op, bound: Collection[Any], builder: Builder) -> Expr:
    """A formula for a natural logarithm as one to another base; `bound` are its variables."""
    if node.op is CONSTANT:
        return builder.constant(constant_value(node) * UNITS[base], node)
    if node.op is log:
        return builder.make(base, node.args)
    if node not in bound:
        if node.op in LINEAR:
            terms = node.args if node.op is add else node.args[:1]
            return builder.make(
                node.op,
                (*(in_base(term, base, bound, builder) for term in terms), *node.args[len(terms) :]),
                node.attrs,
            )
        if node.op is switch:
            return builder.make(switch, (node.args[0], *(in_base(arg, base, bound, builder) for arg in node.args[1:])))
        logarithm = next((arg for arg in node.args if is_logarithm(arg, bound)), None) if node.op is mul else None
        if logarithm is not None:
            place = node.args.index(logarithm)
            made = in_base(logarithm, base, bound, builder)
            return builder.make(mul, (*node.args[:place], made, *node.args[place + 1 :]))
    return builder.make(mul, (node, builder.constant(UNITS[base], node)))


def is_logarithm(node: Expr, bound: Collection[Any]) -> bool:
    """Whether a factor is made of logarithms, rather than a number that scales one."""
    if node in bound:
        return False
    return node.op is log or (node.op in LINEAR and is_logarithm(node.args[0], bound))


def example(x: Any) -> Any:
    """A logarithm whose argument rounds."""
    return log2(1 + x)


@computed(log2, log10, formula="log2(x) -> log(x) / log(2), where a rule knows log(x)", example=example)
def other_base(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What rounds or overflows under a natural logarithm does so under the others."""
    return by_natural_logarithm(node, STABLE_RULES, builder, facts)


def late_example(x: Any, y: Any) -> Any:
    """A logarithm whose argument overflows."""
    return log10(x * y)


@computed(log2, log10, formula="log10(x y) -> log10(x) + log10(y), where x y overflows", example=late_example)
def other_base_late(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Products overflow and quotients vanish under every logarithm."""
    return by_natural_logarithm(node, LATE_RULES, builder, facts)


RULES = (other_base,)
LATE = (other_base_late,)
