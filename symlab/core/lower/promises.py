"""Sizes that had to agree in what was typed: they must still where rules took an operand away, as in x + y - x."""

from __future__ import annotations

from collections.abc import Container, Iterable
from itertools import chain

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ir.types import ArrayType
from symlab.core.ops.shape import dimshuffle

FOLLOWING = (Kind.ELEMENTWISE, Kind.REDUCTION)  # kinds of ops whose shape follows from those of their operands


def dropped(graph: Graph, operands: Container[Expr]) -> list[Expr]:
    """The typed nodes that a graph no longer has and whose shapes follow from operands' shapes, operands first.

    What a lazy choice or a loop may never compute is not among them.
    """
    order = toposort(graph.typed_roots)
    left = set(graph.nodes())
    typed_left = set(chain.from_iterable(graph.origins[node] for node in left if node in graph.origins))
    always = computed_always(order, graph.typed_roots)
    known: set[Expr] = set()
    found: list[Expr] = []
    for node in order:
        if not node.args:
            follows = node in operands or node.op is CONSTANT
        else:
            kind = node.op.kind in FOLLOWING or node.op is dimshuffle
            follows = kind and isinstance(node.type, ArrayType) and known.issuperset(node.args)
        if not follows:
            continue
        known.add(node)
        if node not in left and node in always and typed_left.isdisjoint(graph.origins.get(node, ())):
            found.append(node)
    return with_operands(found, left) if any(map(joins, found)) else []


def computed_always(order: list[Expr], roots: Iterable[Expr]) -> set[Expr]:
    """The nodes that every call computes as it was typed, those of closed functions and choices left out."""
    always = set(roots)
    for node in reversed(order):
        if node in always and node.op.kind is not Kind.CONTROL:
            always.update(node.args)
    return always


def joins(node: Expr) -> bool:
    """Whether a node has operands whose sizes, which only a call tells, must be equal."""
    if node.op.kind is not Kind.ELEMENTWISE:
        return False
    open_axes = [axis for arg in node.args for axis, size in enumerate(reversed(arg.type.shape)) if size is None]
    return len(open_axes) > len(set(open_axes))


def with_operands(nodes: list[Expr], left: Container[Expr]) -> list[Expr]:
    """Nodes and all below them that a graph no longer has."""
    return [node for node in toposort(nodes) if node not in left]
