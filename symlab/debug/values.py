"""The reference value of any node of any version of a graph.

A sum of many terms is computed as it was written, which `association` makes of it in the end: so what a rewrite does to
rounding and overflow is seen as it will be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.backends.reference import computed
from symlab.core.ir.errors import InvalidValue
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Table
from symlab.core.ops.elementwise import add, mul, neg, reciprocal, sub, true_div
from symlab.core.ops.loop import SCAN, Loop
from symlab.core.rewrite.analysis import Scope
from symlab.core.rewrite.normal import left_fold

Array = np.ndarray[Any, Any]
MOST_BYTES = 1 << 30  # values that are kept; beyond, they are computed again where they are needed
INVERSE = {add: neg, mul: reciprocal}
TAKEN = {add: sub, mul: true_div}


class Values:
    """Values by scope and node, each computed when first asked; parameters have those of the call's operands."""

    def __init__(self, given: Mapping[Expr, Any], table: Table, exact: bool = False) -> None:
        self.given, self.table, self.exact = dict(given), table, exact
        self.scopes: dict[Scope, dict[Expr, Any]] = {}
        self.bytes = 0

    def of(self, scope: Scope, nodes: Sequence[Expr]) -> dict[Expr, Any]:
        """The values known in a scope, these nodes' among them."""
        if self.bytes > MOST_BYTES:
            self.scopes, self.bytes = {}, 0
        for depth in range(len(scope) + 1):
            path = scope[:depth]
            if path not in self.scopes:
                self.scopes[path] = dict(self.given) if not path else self.entered(path)
        self.extend(scope, nodes)
        return self.scopes[scope]

    def entered(self, scope: Scope) -> dict[Expr, Any]:
        """What is known at first within a call: the parameters; within a loop, those of its first step."""
        call = scope[-1]
        self.extend(scope[:-1], call.args)
        outer = self.scopes[scope[:-1]]
        if call.op is SCAN:
            return first_step(Loop(call), outer)
        return {param: outer[arg] for param, arg in zip(call.attr("body").params, call.args, strict=True)}

    def extend(self, scope: Scope, nodes: Sequence[Expr]) -> None:
        """Compute what is not known yet."""
        known = self.scopes[scope]
        exact = self.exact or any(call.attr("body").exact for call in scope)
        with np.errstate(all="ignore"):
            for node in toposort(nodes, known):
                if node not in known:
                    known[node] = self.computed(node, known, exact)
                    self.bytes += getattr(known[node], "nbytes", 0)

    def computed(self, node: Expr, known: Mapping[Expr, Any], exact: bool) -> Any:
        """The value of one node over known operands."""
        if exact or node.op not in INVERSE or node.type.dtype.kind not in "fc":
            return computed(node, known, None)
        try:
            return self.associated(node, known)
        except ValueError:  # operands that do not fit, as in a branch that is not taken
            return computed(node, known, None)

    def associated(self, node: Expr, known: Mapping[Expr, Any]) -> Array:
        """The value of a sum (product), combined as it was written, with differences (quotients)."""
        inverse = INVERSE[node.op]
        stack: list[tuple[Array, bool]] = []
        for item in self.table.written.get(node) or left_fold(node.args):
            if item is not None:
                back = item.op is inverse
                stack.append((known[item.args[0] if back else item], back))
                continue
            (second, second_back), (first, first_back) = stack.pop(), stack.pop()
            if first_back is second_back:
                stack.append((node.op.compute(first, second), first_back))
            else:
                plus, minus = (second, first) if first_back else (first, second)
                stack.append((TAKEN[node.op].compute(plus, minus), False))
        ((value, back),) = stack
        return np.asarray(inverse.compute(value) if back else value, node.type.dtype)


def first_step(loop: Loop, outer: Mapping[Expr, Any]) -> dict[Expr, Any]:
    """The parameters of a loop's first step; an error if it makes none."""
    steps = min(int(outer[loop.steps]), int(outer[loop.length]))
    if steps <= 0:
        raise InvalidValue("the loop makes no step")
    at = steps - 1 if loop.node.attr("reverse") else 0
    rows = range(loop.states, loop.states + loop.sequences)
    pairs = enumerate(loop.pairs)
    return {param: np.asarray(outer[arg][at]) if place in rows else outer[arg] for place, (param, arg) in pairs}
