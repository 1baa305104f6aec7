"""NanGuardMode: the first nan, infinity or oversized number in forward order, with its operands and source line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from symlab.core.backends.reference import evaluate_graph
from symlab.core.delegating import Delegating
from symlab.core.function import Function
from symlab.core.ir.errors import InvalidNumber, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ops.compare import switch

Array = np.ndarray[Any, Any]
BIG = 1e10


def guard_function(made: Function) -> NanGuard:
    """The function of a request in NanGuardMode."""
    return NanGuard(made, **dict(made.mode.options))


class NanGuard(Delegating, to="made"):
    """A compiled function that refuses nan, infinities and numbers above `big`, before anything is updated.

    Arguments, shared variables, results and all nodes in between are looked at, on the reference evaluator. What goes
    nowhere but into the branches of `switch` may be anything where it is not chosen: it is told of only if a
    result is bad.
    """

    def __init__(
        self,
        made: Function,
        nan_is_error: bool = True,
        inf_is_error: bool = True,
        big_is_error: bool = True,
        big: float = BIG,
    ) -> None:
        self.made, self.big = made, big
        self.nan_is_error, self.inf_is_error, self.big_is_error = nan_is_error, inf_is_error, big_is_error

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The results for these arguments, of which none may be bad."""
        return self.made.answer(self.looked_at, args, keywords)

    def looked_at(self, *arrays: Array) -> Any:
        """The results for these inputs, if nothing is bad."""
        self.look(arrays)
        return self.made.front(*arrays)

    def look(self, arrays: Sequence[Array]) -> None:
        """Raise InvalidNumber at the first node, operands first, whose value is bad."""
        found: dict[Expr, InvalidNumber] = {}
        given = self.made.values(arrays)
        operands: dict[Expr, Any] = {}

        def observe(node: Expr, value: Any) -> None:
            operands[node] = value
            kind = None if node.op is CONSTANT else self.kind_of(value)
            if kind is not None:
                found.setdefault(node, InvalidNumber(self.told(node, value, kind, operands)))
                if node not in self.chosen:
                    raise next(iter(found.values()))

        evaluate_graph(self.made.trace.graph, given, observe)

    @cached_property
    def chosen(self) -> frozenset[Expr]:
        """The nodes that reach no root but through a branch of `switch`."""
        graph = self.made.trace.graph
        reaching = set(graph.roots)
        for node in reversed(graph.nodes()):
            if node in reaching:
                reaching.update(node.args[:1] if node.op is switch else node.args)
        return frozenset(node for node in graph.nodes() if node not in reaching)

    def kind_of(self, value: Any) -> str | None:
        """What is bad about a value, if anything."""
        array = np.asarray(value) if not isinstance(value, tuple | list) else np.zeros(0)
        bad = self.bad(array)
        if not bad.any():
            return None
        first = array.ravel()[int(np.argmax(bad.ravel()))]
        return "nan" if np.isnan(first) else "infinity" if np.isinf(first) else f"number above {self.big:g}"

    def bad(self, array: Array) -> Array:
        """Where an array is bad."""
        if array.dtype.kind not in "fc":
            return np.zeros(array.shape, bool)
        with np.errstate(all="ignore"):
            nan, inf = np.isnan(array), np.isinf(array)
            big = ~nan & ~inf & (np.abs(array) > self.big)
        return nan & self.nan_is_error | inf & self.inf_is_error | big & self.big_is_error

    def told(self, node: Expr, value: Any, kind: str, known: Mapping[Expr, Any]) -> str:
        """The error: which node, where, what it was computed from, where it was written."""
        typed = next(iter(self.made.trace.origins_of(node)), node)
        array = np.asarray(value)
        place = tuple(map(int, np.unravel_index(int(np.argmax(self.bad(array).ravel())), array.shape)))
        where = f" at {place}" if place else ""
        origin = f", built in {typed.origin}" if getattr(typed, "origin", None) else ""
        if node.op.kind is Kind.LEAF:
            return message(f"{self.name_of(node)} is {kind}{where}{origin}", [("value", typed)])
        values = ", ".join(self.operand(arg, known[arg], place, array) for arg in node.args if arg in known)
        rows = [(getattr(arg, "name", None) or f"operand {at + 1}", arg) for at, arg in enumerate(typed.args)]
        return message(f"{node.op.name} gives {kind}{where}, of {values}{origin}", rows)

    def operand(self, node: Expr, value: Any, place: tuple[int, ...], result: Array) -> str:
        """An operand's name and its value at a place of the result, or its range."""
        array = np.asarray(value)
        try:
            at = np.broadcast_to(array, result.shape)[place]
            return f"{self.name_of(node)} = {at.item()!r}"
        except ValueError:
            extent = f"from {array.min()} to {array.max()}" if array.size else "empty"
            return f"{self.name_of(node)} of shape {array.shape}, {extent}"

    def name_of(self, node: Expr) -> str:
        """What the user calls a node, or else its op."""
        named = (getattr(typed, "name", None) for typed in self.made.trace.origins_of(node))
        return str(next(filter(None, named), node.op.name))
