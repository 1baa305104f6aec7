"""Rewrites that programs write in Theano's words: functions of one application, tried before anything is compiled.

`sl.rule` is a formula, which is checked, counted and shown; a function like these can do what no formula says. It sees
the graph as written, and what it makes of it is what the trace begins with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.expr import toposort
from symlab.core.ir.op import PROJECT, Kind
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.replacing import replaced
from symlab.core.substitute import fitting_replacement

ROUNDS = 100  # through the graph, after which rewrites are taken to undo each other


@dataclass(frozen=True, eq=False)
class LocalRule:
    """A function that gives, for an application, what stands for its results, or None or False to leave it."""

    function: Callable[[Apply], Any]
    tracks: tuple[Any, ...] | None = None  # the ops, or classes of ops, that it is tried on; None for all

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.__name__

    def transform(self, node: Apply) -> Any:
        """What the function says of an application."""
        return self.function(node)

    def is_tried_on(self, op: Any) -> bool:
        """Whether the function is called for applications of an op."""
        return self.tracks is None or any(
            isinstance(op, item) if isinstance(item, type) else op == item for item in self.tracks
        )


def local_optimizer(tracks: Sequence[Any] | None = None, **options: Any) -> Callable[[Callable[..., Any]], LocalRule]:
    """Makes a rewrite of a function of one application; `tracks` lists the ops, or classes of ops, it is tried on.

    The function returns a list with a variable for each result of the application, a dict of old variables and new
    ones, or None or False, which leaves it as it is.
    """

    def made(function: Callable[..., Any]) -> LocalRule:
        return LocalRule(function, None if tracks is None else tuple(tracks))

    return made


_registered: dict[str, LocalRule] = {}


def register(rule: Any, name: str | None = None) -> LocalRule:
    """Have every function that is made from now on try a rewrite; one of the same name is replaced."""
    if not isinstance(rule, LocalRule):
        tries = ["local_optimizer([op]) before a function of an application", "sl.rule, and mode.with_rules(rule)"]
        raise TypeMismatch(message(f"{rule!r} is no rewrite of applications", (), tries))
    _registered[name or rule.name] = rule
    return rule


def unregister(name: str) -> None:
    """Forget a rewrite."""
    _registered.pop(name, None)


def as_registered(roots: list[Variable]) -> list[Variable]:
    """Roots after all rewrites that are registered."""
    return rewritten(roots, list(_registered.values())) if _registered else roots


def rewritten(roots: Sequence[Variable], rules: Sequence[LocalRule]) -> list[Variable]:
    """Roots after these rewrites, tried everywhere until none has anything to say."""
    found = list(roots)
    for _ in range(ROUNDS):
        changes: dict[Variable, Variable] = {}
        for node in toposort(found):
            if node.op.kind is not Kind.LEAF and node.op is not PROJECT and node not in changes:
                changes.update(told(Apply.of(node), rules, found))
        if not changes:
            return found
        found = replaced(found, changes)
    names = ", ".join(rule.name for rule in rules)
    raise InvalidValue(message(f"the rewrites {names} find something to do after {ROUNDS} rounds: one undoes another"))


def told(node: Apply, rules: Sequence[LocalRule], roots: Sequence[Variable]) -> dict[Variable, Variable]:
    """What the first rewrite that acts on an application puts for its results."""
    for rule in rules:
        given = rule.transform(node) if rule.is_tried_on(node.op) else None
        if given is None or given is False:
            continue
        pairs = dict(given) if isinstance(given, Mapping) else dict(zip(results(node, roots), given, strict=False))
        pairs.pop("remove", None)
        made = {old: fitting_replacement(old, as_variable(new)) for old, new in pairs.items() if new is not old}
        if made:
            return made
    return {}


def results(node: Apply, roots: Sequence[Variable]) -> list[Any]:
    """The variables that stand for the results of an application below these roots."""
    if node.nout == 1 and node.outputs == [node.node]:
        return [node.node]
    picked = {item.attr("index"): item for item in toposort(roots) if item.op is PROJECT and item.args[0] is node.node}
    return [picked.get(place, output) for place, output in enumerate(node.outputs)]
