"""Sub-graphs that are one node: what they stand for, put in their place in a typed expression.

The op of such a node has `extra["inline"]`; its attribute `body` is a closed function of all operands, the shared
variables that the sub-graph reads among them. A pass opens them before anything else looks at the graph.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import PROJECT
from symlab.core.ir.types import TupleType
from symlab.core.ops.operators import Variable
from symlab.core.ops.replacing import rebuilt, replaced


def results_of_body(node: Expr) -> tuple[Expr, ...]:
    """The results of a sub-graph, over its parameters."""
    body = node.attr("body").body
    return body.args if isinstance(node.type, TupleType) else (body,)


def over_operands(node: Expr, args: Sequence[Any]) -> list[Variable]:
    """The results of a sub-graph over these operands."""
    params = node.attr("body").params
    return replaced(results_of_body(node), dict(zip(params, args, strict=True)))  # type: ignore[arg-type]


def opens(node: Expr) -> bool:
    """Whether a node is a sub-graph that differentiation may look into: its derivative is that of what is inside."""
    return node.op.extra.get("inline") == "open"


def opened(roots: Sequence[Variable], kept: Container[Expr]) -> list[Variable]:
    """`roots` with the sub-graphs above the kept nodes opened, so that rules see what is inside with what is around."""
    if not any(opens(node) for node in toposort(roots, kept)):
        return list(roots)
    done: dict[Expr, Any] = {}
    for node in toposort(roots, kept):
        done[node] = node if node in kept or not node.args else opened_node(node, [done[arg] for arg in node.args])
    found = [done[root] for root in roots]
    return opened(found, kept)


def opened_node(node: Expr, args: list[Any]) -> Any:
    """One node over operands that are opened; a tuple stands for several results."""
    if opens(node):
        results = over_operands(node, args)
        return tuple(results) if isinstance(node.type, TupleType) else results[0]
    if node.op is PROJECT and isinstance(args[0], tuple):
        return args[0][node.attr("index")]
    return node if all(new is old for new, old in zip(args, node.args, strict=True)) else rebuilt(node, tuple(args))  # type: ignore[arg-type]
