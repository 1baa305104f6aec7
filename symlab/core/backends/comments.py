"""The comments that generated code carries: which node a line computes, and where the user wrote it."""

from __future__ import annotations

from collections.abc import Mapping

from symlab.core.ir.expr import Expr
from symlab.core.lower.prepare import Prepared


def node_comment(node: Expr | None, prepared: Prepared, numbers: Mapping[Expr, int]) -> str:
    """The comment of a line, given the numbers of the graph's nodes."""
    if node is None:
        return ""
    source = prepared.source(node)
    origin = getattr(prepared.original.typed(source), "origin", None)
    place = f"  {origin}" if origin else ""
    number = numbers.get(source)
    text = f"{'in a loop' if number is None else f'node {number}'}: {node.op.name}{place}"
    return f"  /* {text.replace('*/', '* /')} */".replace("\n", " ")
