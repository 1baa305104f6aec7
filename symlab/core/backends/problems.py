"""What a compiled function refuses, in words: as the reference evaluator would say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.backends.reference import node_problem
from symlab.core.ir.errors import InvalidIndex, InvalidValue, NotAsDeclared, ShapeMismatch, SymlabError
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import Kind
from symlab.core.ir.types import ArrayType, TupleType, Type
from symlab.core.lower.evaluate import SizeValues
from symlab.core.lower.facts import Facts, NotCompilable, Problem
from symlab.core.lower.fuse import operands_of
from symlab.core.lower.memory import Program
from symlab.core.lower.promises import PromisedFacts, dropped
from symlab.core.lower.sizes import Size, Sizes

Values = Sequence[int]  # the axis, then two numbers
Origins = Mapping[Expr, Sequence[Expr]]
WRITING = ("set_slice", "inc_slice", "set_take", "inc_take")  # besides elementwise ops, what broadcasts an operand


SENTENCES: Mapping[Problem, tuple[type[SymlabError], Callable[[Values], str]]] = MappingProxyType(
    {
        Problem.SIZES: (ShapeMismatch, lambda v: f"axis {v[0]} has size {v[1]} in one operand and {v[2]} in another"),
        Problem.ELEMENTS: (ShapeMismatch, lambda v: f"{v[1]} elements do not fill a shape of {v[2]}"),
        Problem.NEGATIVE: (InvalidValue, lambda v: f"the size {v[1]} of axis {v[0]} is negative"),
        Problem.INDEX: (InvalidIndex, lambda v: f"index {v[1]} is out of bounds for axis {v[0]} with size {v[2]}"),
        Problem.EMPTY: (InvalidValue, lambda v: "there is no element to choose from"),
        Problem.TOO_LARGE: (InvalidValue, lambda v: "the result would be larger than any memory"),
        Problem.STEP: (InvalidValue, lambda v: "the step is 0"),
    }
)
DECLARED: tuple[type[SymlabError], Callable[[Values], str]] = (
    NotAsDeclared,
    lambda v: f"axis {v[0]} has size {v[1]}, and {v[2]} was declared",
)


def undeclared(node: Expr, code: Problem, values: Values) -> str:
    """The rest of the sentence where one size is 1, and would broadcast if it were declared."""
    broadcasts = node.op.kind is Kind.ELEMENTWISE or node.op.name in WRITING
    if code is not Problem.SIZES or not broadcasts or 1 not in values[1:3]:
        return ""
    return "; a size that is not declared as 1 does not broadcast: declare it, as in T.col, T.row or shape=(1, None)"


def attempts(code: Problem, values: Values) -> list[str]:
    """What to try."""
    if code is Problem.ELEMENTS:
        return [f"a shape of {values[1]} elements, or -1 for one of its sizes"]
    if code is Problem.INDEX and values[2] > 0:
        return [f"an index from {-values[2]} to {values[2] - 1}"]
    return []


def problem(program: Program, code: int, number: int, values: Values, sizes: Values = ()) -> SymlabError:
    """The error of a refused call: what is wrong with which node, its line, its operands with their shapes."""
    prepared = program.fused.prepared
    node, origins = prepared.numbered[number], prepared.original.origins
    if node in prepared.loops:
        typed = prepared.source(node)
        node, sizes = (typed, ()) if origins.get(typed) else (prepared.loops[node], sizes)
    return refusal(node, Problem(code), values, origins, program.fused.operands, sizes)


def refusal(
    node: Expr, code: Problem, values: Values, origins: Origins, leaves: Sequence[Expr], sizes: Values
) -> SymlabError:
    """The error of a node, given the sizes of the leaves one after another, or none."""
    kind, sentence = DECLARED if code is Problem.SIZES and node.op.name == "specify_shape" else SENTENCES[code]
    shapes = operand_shapes(node, leaves, sizes) if sizes else None
    text = sentence(values) + undeclared(node, code, values)
    return node_problem(kind, text, node, shapes, origins, attempts(code, values))


@dataclass(frozen=True, eq=False)
class Promises:
    """What the reference evaluator checks of sizes before it computes a graph that lost operands; others it meets."""

    graph: Graph
    operands: tuple[Expr, ...]
    facts: Facts

    @classmethod
    def of(cls, graph: Graph) -> Promises:
        """The sizes that must fit, of what was typed and taken away."""
        operands = operands_of(graph)
        places = {node: place for place, node in enumerate(operands)}
        return cls(graph, operands, PromisedFacts(dropped(graph, places), (), places, lambda node: node))

    def check(self, values: Mapping[Expr, Any]) -> None:
        """Refuse a call whose operands do not fit together."""
        wanted = self.facts.checks
        if not wanted:
            return
        arrays = [np.asarray(values[leaf] if isinstance(leaf.type, ArrayType) else 0) for leaf in self.operands]
        shapes = [array.shape for array in arrays]
        found = SizeValues(self.facts.table.atoms, shapes, dict(enumerate(arrays)))
        for check in wanted:
            failing = found.fails(check)
            if failing is not None:
                sizes = [size for shape in shapes for size in shape]
                raise refusal(check.node, check.problem, failing, self.graph.origins, self.operands, sizes)


def operand_shapes(node: Expr, leaves: Sequence[Expr], sizes: Values) -> list[str]:
    """The shapes of a node's operands in one call, given the sizes of the leaves one after another."""
    given: dict[Expr, Sizes] = {}
    first = 0
    for leaf in leaves:
        given[leaf] = tuple(sizes[first : first + len(leaf.type.shape)])
        first += len(leaf.type.shape)
    facts = CallFacts(toposort(node.args), given)
    return [shape_text(facts.shapes[arg]) for arg in node.args]


def shape_text(shape: Sizes) -> str:
    """A shape as Python writes it, with ? for a size that only the call computed."""
    sizes = [str(size) if isinstance(size, int) else "?" for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


class CallFacts(Facts):
    """The shapes of nodes in one call, from those of the leaves; nothing is checked, as the call has done that."""

    def __init__(self, order: Sequence[Expr], given: Mapping[Expr, Sizes]) -> None:
        self.given = given
        super().__init__(order, {leaf: place for place, leaf in enumerate(given)}, lambda node: node)

    def visit(self, node: Expr) -> None:
        """The shape of one node; sizes that lowering cannot follow stay open."""
        try:
            super().visit(node)
        except NotCompilable:
            items = node.type.items if isinstance(node.type, TupleType) else (node.type,)
            self.parts[node] = tuple(self.stated(item) for item in items)
            self.shapes[node] = self.parts[node][0] if isinstance(node.type, ArrayType) else ()
        if node in self.given:
            self.shapes[node] = self.given[node]

    def stated(self, type: Type) -> Sizes:
        """The sizes that a type states, and others that are not known."""
        unknown = self.table.atom("unknown")
        shape = type.shape if isinstance(type, ArrayType) else ()
        return tuple(unknown if size is None else size for size in shape)

    def equal(self, node: Expr, axis: int, left: Size, right: Size) -> Size:
        """Either, but a number rather than what is not known."""
        return right if isinstance(right, int) else left
