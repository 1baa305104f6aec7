"""NanGuardMode: the first nan, infinity or oversized number in forward order, with its operands and source line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.backends.reference import evaluate_graph
from symlab.core.function import Function
from symlab.core.ir.errors import InvalidNumber, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind

BIG = 1e10


def guard_function(made: Function) -> NanGuard:
    """The function of a request in NanGuardMode."""
    return NanGuard(made, **dict(made.mode.options))


class NanGuard:
    """A compiled function that refuses nan, infinities and numbers above 1e10, in arguments, results and in between.

    The nodes in between are looked at only when a result is bad, on the reference evaluator.
    """

    def __init__(
        self, made: Function, nan_is_error: bool = True, inf_is_error: bool = True, big_is_error: bool = True
    ) -> None:
        self.made = made
        self.nan_is_error, self.inf_is_error, self.big_is_error = nan_is_error, inf_is_error, big_is_error

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The results for these arguments, checked."""
        arrays = self.made.signature.convert(args, keywords)
        self.look(arrays)
        return self.made.front(*arrays)

    def look(self, arrays: Sequence[Any]) -> None:
        """Raise InvalidNumber at the first node, operands first, whose value is bad."""

        def observe(node: Expr, value: Any) -> None:
            kind = self.bad(value)
            if kind is not None and not (node.op.kind is Kind.LEAF and node.op.name == "constant"):
                raise InvalidNumber(self.told(node, value, kind))

        evaluate_graph(self.made.trace.graph, self.made.values(arrays), observe)

    def bad(self, value: Any) -> str | None:
        """What is bad about a value, if anything."""
        array = np.asarray(value) if not isinstance(value, tuple) else np.zeros(0)
        if array.dtype.kind not in "fc" or not array.size:
            return None
        if self.nan_is_error and np.isnan(array).any():
            return "nan"
        if self.inf_is_error and np.isinf(array).any():
            return "infinity"
        finite = np.abs(array[np.isfinite(array)])
        return "number above 1e10" if self.big_is_error and finite.size and finite.max() > BIG else None

    def told(self, node: Expr, value: Any, kind: str) -> str:
        """The error: which node, what it was computed from, where it was written."""
        typed = list(self.made.trace.origins_of(node)) or [node]
        operands = [
            (getattr(arg, "name", None) or f"operand {place + 1}", arg) for place, arg in enumerate(typed[0].args)
        ]
        where = f", built in {typed[0].origin}" if getattr(typed[0], "origin", None) else ""
        name = getattr(typed[0], "name", None) or node.op.name
        return message(f"{name} gave a {kind}{where}; its value has shape {np.shape(value)}", operands)

    def __getattr__(self, name: str) -> Any:
        if name == "made":  # not there yet while a copy is made
            raise AttributeError(name)
        return getattr(self.made, name)
