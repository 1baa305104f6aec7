"""Which rule fires on a node: the first in the list whose result passes the guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from time import perf_counter_ns

from symlab.core.ir.errors import Misfit
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import Op
from symlab.core.ir.types import ArrayType
from symlab.core.rewrite.analysis import Facts, Scope
from symlab.core.rewrite.apply import Matcher, matcher_of
from symlab.core.rewrite.driver import Report, Step
from symlab.core.rewrite.fit import fitted
from symlab.core.rewrite.match import Context
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.observer import Observer
from symlab.core.rewrite.rule import Rule

Matchers = tuple[Matcher, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What an earlier pass left: nodes on which none of its rules fires any more."""

    nodes: frozenset[Expr]
    rules: frozenset[Rule]


@cache
def candidates(rules: tuple[Rule, ...], exact: bool, op: Op, kind: str) -> tuple[Matcher, ...]:
    """The rules that may replace nodes of an op and a kind of dtype, in order."""
    allowed = [matcher_of(rule, exact) for rule in rules if (rule.exact or not exact) and kind in rule.kinds]
    return tuple(matcher for matcher in allowed if not matcher.roots or op in matcher.roots)


def may_match(present: frozenset[Op], matcher: Matcher) -> bool:
    """Whether operands of these ops are what a rule needs."""
    return any(needed <= present for needed in matcher.needs)


class Chooser:
    """The rules of one pass, indexed by the op and the kind of dtype of the nodes that they replace."""

    def __init__(
        self,
        rules: tuple[Rule, ...],
        builder: Builder,
        report: Report,
        observers: Sequence[Observer] = (),
        settled: Settled | None = None,
    ) -> None:
        facts = Facts()
        self.report, self.observers, self.facts = report, observers, facts
        self.contexts = {
            False: Context(facts, builder),
            True: Context(facts, Builder(builder.table, exact=True)),
        }
        self.found: dict[tuple[bool, Op, str, bool], tuple[Matchers, dict[frozenset[Op], Matchers]]] = {}
        self.rules, self.settled = rules, settled.nodes if settled else frozenset()
        self.fresh = frozenset(rules) - settled.rules if settled else frozenset(rules)
        self.own: dict[Expr, frozenset[Rule]] = {}  # the rules whose right side made a node that they match again

    def __call__(self, scope: Scope, exact: bool, node: Expr) -> Step | None:
        """The step on a node, if a rule fires on it."""
        kind = node.type.dtype.kind if isinstance(node.type, ArrayType) else ""
        key = (exact, node.op, kind, node in self.settled and not scope)
        found = self.found.get(key)
        if found is None:
            found = self.found[key] = (self.candidates(*key), {})
        matchers, narrowed = found
        if not matchers:
            return None
        present = frozenset([arg.op for arg in node.args])
        promising = narrowed.get(present)
        if promising is None:
            promising = narrowed[present] = tuple(filter(partial(may_match, present), matchers))
        self.facts.scope = scope
        own = self.own.get(node, ())
        for matcher in promising:
            step = self.step(matcher, self.contexts[exact], scope, node, present) if matcher.rule not in own else None
            if step is not None:
                return step
        return None

    def candidates(self, exact: bool, op: Op, kind: str, settled: bool) -> tuple[Matcher, ...]:
        """The rules that may replace nodes of an op and a kind of dtype, in order; on settled nodes only new ones."""
        found = candidates(self.rules, exact, op, kind)
        return tuple(matcher for matcher in found if matcher.rule in self.fresh) if settled else found

    def step(self, matcher: Matcher, context: Context, scope: Scope, node: Expr, present: frozenset[Op]) -> Step | None:
        """What one rule makes of a node; a result of another type is refused and counted."""
        started, tally, name = perf_counter_ns(), self.report.tally, matcher.rule.name
        step = self.attempt(matcher, context, scope, node, present)
        tally.tried[name] += 1
        tally.fired[name] += step is not None
        tally.nanoseconds[name] += perf_counter_ns() - started
        return step

    def attempt(
        self, matcher: Matcher, context: Context, scope: Scope, node: Expr, present: frozenset[Op]
    ) -> Step | None:
        """As `step`, without counting."""
        try:
            applied = matcher.try_on(context, node, present)
        except Misfit:
            self.refuse(matcher.rule, scope, node, None)
            return None
        if applied is None or applied[0] is node:
            return None
        after = fitted(node, applied[0], context.builder)
        if after is None or after is node:
            if after is None:
                self.refuse(matcher.rule, scope, node, applied[0])
            return None
        step = Step(matcher.rule, scope, node, after, applied[1], perf_counter_ns())
        if matcher.rule.recurs is not None:
            self.mark(step)
        for observer in self.observers:
            observer.rewrote(step)
        return step

    def mark(self, step: Step) -> None:
        """Remember the nodes that a rule made and would match again: on what it made itself, it does not fire."""
        bound = [item for value in step.bindings.values() for item in (value if isinstance(value, tuple) else (value,))]
        stop = frozenset(item for item in bound if isinstance(item, Expr))
        for node in toposort([step.after], stop):
            if node.op is step.rule.recurs and node not in stop:
                self.own[node] = self.own.get(node, frozenset()) | {step.rule}

    def moved(self, before: Expr, after: Expr) -> None:
        """A node was made again over other operands: what made it stays known."""
        rules = self.own.get(before)
        if rules is not None:
            self.own[after] = self.own.get(after, frozenset()) | rules

    def refuse(self, rule: Rule, scope: Scope, before: Expr, after: Expr | None) -> None:
        """Count a result that was not taken."""
        self.report.refused[rule.name] += 1
        for observer in self.observers:
            observer.refused(rule, scope, before, after)
