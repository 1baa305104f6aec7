"""The reference value of any node of any version of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.backends.reference import computed
from symlab.core.ir.expr import Expr, toposort
from symlab.core.rewrite.analysis import Scope

MOST_BYTES = 1 << 30  # values that are kept; beyond, they are computed again where they are needed


class Values:
    """Values by scope and node, each computed when first asked; parameters have those of the call's operands."""

    def __init__(self, given: Mapping[Expr, Any]) -> None:
        self.given = dict(given)
        self.scopes: dict[Scope, dict[Expr, Any]] = {}
        self.bytes = 0

    def of(self, scope: Scope, nodes: Sequence[Expr]) -> dict[Expr, Any]:
        """The values known in a scope, these nodes' among them."""
        if self.bytes > MOST_BYTES:
            self.scopes, self.bytes = {}, 0
        known = self.scope(scope)
        with np.errstate(all="ignore"):
            for node in toposort(nodes, known):
                if node not in known:
                    known[node] = computed(node, known, None)
                    self.bytes += getattr(known[node], "nbytes", 0)
        return known

    def scope(self, scope: Scope) -> dict[Expr, Any]:
        """The values of one scope."""
        for depth in range(len(scope) + 1):
            path = scope[:depth]
            if path not in self.scopes:
                self.scopes[path] = dict(self.given) if not path else self.entered(path)
        return self.scopes[scope]

    def entered(self, scope: Scope) -> dict[Expr, Any]:
        """What is known at first within a call: the parameters."""
        call = scope[-1]
        outer = self.scopes[scope[:-1]]
        with np.errstate(all="ignore"):
            for node in toposort(call.args, frozenset(outer)):
                if node not in outer:
                    outer[node] = computed(node, outer, None)
        return {param: outer[arg] for param, arg in zip(call.attr("body").params, call.args, strict=True)}
