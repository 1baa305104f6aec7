"""Which rule fires on a node: the first in the list whose result passes the guard."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter_ns

from symlab.core.ir.errors import Misfit
from symlab.core.ir.expr import Expr
from symlab.core.ir.types import ArrayType
from symlab.core.rewrite.analysis import Facts, Scope
from symlab.core.rewrite.apply import Matcher
from symlab.core.rewrite.driver import Report, Step
from symlab.core.rewrite.fit import fitted
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.observer import Observer
from symlab.core.rewrite.rule import Rule


class Chooser:
    """The rules of one pass, indexed by the op and the kind of dtype of the nodes that they replace."""

    def __init__(
        self, rules: Sequence[Rule], builder: Builder, report: Report, observers: Sequence[Observer] = ()
    ) -> None:
        facts = Facts()
        self.builder, self.report, self.observers = builder, report, observers
        as_written = Builder(builder.table, exact=True)
        self.matchers = {
            False: [Matcher(rule, builder, facts) for rule in rules],
            True: [Matcher(rule, as_written, facts) for rule in rules if rule.exact],
        }
        self.found: dict[tuple[bool, object, str], list[Matcher]] = {}

    def __call__(self, scope: Scope, exact: bool, node: Expr) -> Step | None:
        kind = node.type.dtype.kind if isinstance(node.type, ArrayType) else ""
        key = (exact, node.op, kind)
        matchers = self.found.get(key)
        if matchers is None:
            matchers = self.found[key] = self.candidates(*key)
        for matcher in matchers:
            step = self.step(matcher, scope, node)
            if step is not None:
                return step
        return None

    def candidates(self, exact: bool, op: object, kind: str) -> list[Matcher]:
        """The rules that may replace nodes of an op and a kind of dtype, in order."""
        return [
            matcher
            for matcher in self.matchers[exact]
            if kind in matcher.kinds and (not (roots := matcher.roots()) or op in roots)
        ]

    def step(self, matcher: Matcher, scope: Scope, node: Expr) -> Step | None:
        """What one rule makes of a node; a result of another type is refused and counted."""
        try:
            applied = matcher.try_on(scope, node)
        except Misfit:
            self.refuse(matcher.rule, scope, node, None)
            return None
        if applied is None or applied[0] is node:
            return None
        after = fitted(node, applied[0], self.builder)
        if after is None or after is node:
            if after is None:
                self.refuse(matcher.rule, scope, node, applied[0])
            return None
        step = Step(matcher.rule, scope, node, after, applied[1], perf_counter_ns())
        for observer in self.observers:
            observer.rewrote(step)
        return step

    def refuse(self, rule: Rule, scope: Scope, before: Expr, after: Expr | None) -> None:
        """Count a result that was not taken."""
        self.report.refused[rule.name] += 1
        for observer in self.observers:
            observer.refused(rule, scope, before, after)
