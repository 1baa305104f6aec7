"""Every rule broken in turn: the sign of its right side, its constants, its guards, the result of what it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.bits import invert
from symlab.core.ops.elementwise import add, mul, neg
from symlab.core.ops.operators import Variable, pattern_constant
from symlab.core.pipeline import DEFAULT
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.sorts import Real

RULES = {rule.name: rule for rule in DEFAULT.rules}
MOST_LITERALS = 4


@dataclass(frozen=True)
class Mutant:
    """A broken rule, and what was broken."""

    kind: str  # "sign", "constant", "guard", "result"
    what: str
    rule: Rule
    original: Rule
    dropped: str = ""  # the variable whose guard is gone

    def __str__(self) -> str:
        return f"{self.rule.name}: {self.kind}{' ' + self.what if self.what else ''}"


def mutants(rule: Rule) -> Iterator[Mutant]:
    """All broken forms of a rule."""
    for kind, what, broken, *dropped in stated_mutants(rule) if rule.compute is None else computed_mutants(rule):
        yield Mutant(kind, what, broken, rule, *dropped)


def stated_mutants(rule: Rule) -> Iterator[tuple[Any, ...]]:
    """A rule of two formulas: its right side negated or scaled, each literal changed, each guard dropped."""
    assert rule.right is not None
    right: Any = rule.right
    yield "sign", "", replace(rule, right=negated(right))
    literals = literal_values(right)
    for value in literals:
        changed = other_value(value)
        yield "constant", f"{value:.6g} -> {changed:.6g}", replace(rule, right=with_literal(right, value, changed))
    if not literals:
        yield "constant", "times 1.01", replace(rule, right=mul(right, 1.01))
    for name, sort in rule.sorts.items():
        if sort.holds is not None:
            yield "guard", f"{name}: {sort.name}", replace(rule, sorts={**rule.sorts, name: Real}), name
    if rule.when is not None:
        yield "guard", f"when {rule.when.__name__}", replace(rule, when=None)


def computed_mutants(rule: Rule) -> Iterator[tuple[str, str, Rule]]:
    """A rule that computes its result: the result negated, and a little off."""
    yield "sign", "", replace(rule, compute=changed_result(rule, negative_result))
    yield "result", "times 1.01 or plus 1", replace(rule, compute=changed_result(rule, result_off))


def negated(right: Any) -> Any:
    """The opposite of a right side; a literal with the other sign."""
    if right.op is CONSTANT:
        return pattern_constant(-constant_value(right).item())
    return -right


def literal_values(formula: Expr) -> list[float]:
    """The numbers of a formula, each once; of many the first ones and the last."""
    found = [constant_value(node).item() for node in toposort([formula]) if node.op is CONSTANT]
    values = list(dict.fromkeys(found))
    return values if len(values) <= MOST_LITERALS else [*values[: MOST_LITERALS - 1], values[-1]]


def other_value(value: float) -> float:
    """Another number."""
    if np.isnan(value):
        return 0.0
    return {0: 1, float("inf"): 1.0, float("-inf"): -1.0}.get(value, value * 1.5)


def with_literal(formula: Expr, value: float, changed: float) -> Any:
    """A formula with another number in place of one."""
    made: dict[Expr, Any] = {}
    for node in toposort([formula]):
        if node.op is CONSTANT:
            same = np.array_equal(constant_value(node), value, equal_nan=True)
            made[node] = pattern_constant(changed) if same else node
        elif node.args:
            made[node] = Variable(node.op, tuple(made[arg] for arg in node.args), node.attrs, None)
        else:
            made[node] = node
    return made[formula]


def changed_result(rule: Rule, change: Callable[[Expr, Any], Expr]) -> Callable[..., Expr | None]:
    """A computation whose result is changed, once: not where it was changed already."""
    compute, changed = rule.compute, set[Expr]()
    assert compute is not None

    def broken(node: Expr, builder: Any, facts: Any) -> Expr | None:
        after = compute(node, builder, facts)
        if after is None or after is node or node in changed:
            return None
        after = change(after, builder)
        changed.add(after)
        return after

    return broken


def negative_result(after: Expr, builder: Any) -> Expr:
    """The opposite of a node."""
    return builder.make(invert if after.type.dtype.kind == "b" else neg, (after,))


def result_off(after: Expr, builder: Any) -> Expr:
    """A node a little off."""
    kind = after.type.dtype.kind
    if kind == "b":
        return builder.make(invert, (after,))
    if kind in "iu":
        return builder.flat(add, (after, builder.constant(1, after)))
    return builder.flat(mul, (after, builder.constant(1.01, after)))
