"""What sizes had to be in what was typed: they must be so still where rules took an operand away, as in x + y - x."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain, zip_longest

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.lower.facts import Facts, NotCompilable, Problem
from symlab.core.lower.sizes import Size

FITTING = (Problem.SIZES, Problem.INDEX)


class PromisedFacts(Facts):
    """The facts of a graph and of nodes it lost: of those, which sizes must fit, where they can be followed."""

    def __init__(
        self,
        lost: Sequence[Expr],
        order: Sequence[Expr],
        operands: Mapping[Expr, int],
        source: Callable[[Expr], Expr],
    ) -> None:
        below = toposort(lost)
        self.lost = frozenset(below).difference(order)
        super().__init__([*dict.fromkeys([*below, *order])], operands, source)

    def visit(self, node: Expr) -> None:
        """Find out about one node; what a lost one leaves open, and what was computed of it, is left out."""
        if node not in self.lost:
            super().visit(node)
        elif isinstance(node.type, (ArrayType, TupleType)) and all(arg in self.shapes for arg in node.args):
            with suppress(NotCompilable):
                super().visit(node)

    def check(self, problem: Problem, node: Expr, left: Size, right: Size = 0, axis: int = 0) -> None:
        """Note a condition; of a lost node only that its operands fit, since its value is not wanted."""
        if problem in FITTING or node not in self.lost:
            super().check(problem, node, left, right, axis)


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
            plain = node.op.kind is not Kind.CONTROL and isinstance(node.type, ArrayType)
            follows = plain and known.issuperset(node.args)
        if not follows:
            continue
        known.add(node)
        if node not in left and node in always and typed_left.isdisjoint(graph.origins.get(node, ())):
            found.append(node)
    return with_operands(found, left) if any(map(may_not_fit, found)) else []


def computed_always(order: list[Expr], roots: Iterable[Expr]) -> set[Expr]:
    """The nodes that every call computes as it was typed, those of closed functions and choices left out."""
    always = set(roots)
    for node in reversed(order):
        if node in always and node.op.kind is not Kind.CONTROL:
            always.update(node.args)
    return always


def may_not_fit(node: Expr) -> bool:
    """Whether sizes that only a call tells must be equal, or larger than an index."""
    if any(not isinstance(entry, tuple) for entry in node.attr("index", ())):
        return True
    if node.op.kind is not Kind.ELEMENTWISE:
        return sum(None in arg.type.shape for arg in node.args) > 1
    at_axes = zip_longest(*(reversed(arg.type.shape) for arg in node.args), fillvalue=1)
    return any(None in sizes and len(sizes) - sizes.count(1) > 1 for sizes in at_axes)


def with_operands(nodes: list[Expr], left: Container[Expr]) -> list[Expr]:
    """Nodes and all below them that a graph no longer has."""
    return [node for node in toposort(nodes) if node not in left]
