"""What is done to a graph before it is cut into kernels.

Closed functions are opened, formulas of whole rows are spelled out, long sums are split, and products of matrices take
what is added to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symlab.core.ir.expr import Attributes, Expr, Lambda, toposort
from symlab.core.ir.graph import Graph, Interning, Table, constant_value, with_body
from symlab.core.ir.op import CALL, CONSTANT, INPUT, PARAM, Kind
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.lower.branches import closing
from symlab.core.lower.formulas import FORMULAS, inner_product
from symlab.core.lower.picked import picking, rebuilt, same
from symlab.core.lower.products import absorb
from symlab.core.ops.elementwise import cast
from symlab.core.ops.loop import BUNDLE, SCAN
from symlab.core.ops.operators import Variable

MOST_OPERANDS = 16  # of one sum or product: so that a kernel can be cut within a long one


@dataclass(frozen=True, eq=False)
class Prepared:
    """A graph to be lowered; `sources` leads from nodes made here to the nodes of the original graph.

    `dropped` are typed nodes that rules took away, whose operands must fit all the same.
    """

    graph: Graph
    original: Graph
    sources: Mapping[Expr, Expr]
    dropped: Sequence[Expr] = ()

    @cached_property
    def numbered(self) -> Sequence[Expr]:
        """The nodes that errors speak of, by number."""
        return [*self.original.nodes(), *self.dropped, *self.loops]

    @cached_property
    def loops(self) -> Mapping[Expr, Expr]:
        """The nodes within loops that are not outside too, each with the loop around it."""
        outside = {*self.original.nodes(), *self.dropped}
        found: dict[Expr, Expr] = {}
        waiting = [(node, self.source(node)) for node in self.graph.nodes() if node.op is SCAN]
        while waiting:
            loop, around = waiting.pop()
            for node in toposort([loop.attr("body").body]):
                if node.args and node not in outside and node not in found:
                    found[node] = around
                    waiting += [(node, around)] * (node.op is SCAN)
        return found

    def source(self, node: Expr) -> Expr:
        """The node of the original graph that a node is part of."""
        return self.sources.get(node, node)


def prepare(graph: Graph, dropped: Sequence[Expr] = (), device: bool = False) -> Prepared:
    """The graph in the ops that kernels, routines and references compute; `dropped` are typed nodes it lost."""
    sources: dict[Expr, Expr] = {}
    roots = prepared_roots(graph.table, graph.roots, frozenset(graph.nodes()), sources, device=device)
    return Prepared(graph.with_roots(roots), graph, sources, dropped)


def prepared_roots(
    table: Table,
    roots: Sequence[Expr],
    own: frozenset[Expr],
    sources: dict[Expr, Expr],
    in_exact: bool = False,
    device: bool = False,
) -> Sequence[Expr]:
    """The roots in these ops; `sources` collects where nodes that are not among `own` come from."""
    exact: set[Expr] = set(toposort(roots)) if in_exact else set()
    roots, made = closing(table, roots, device)
    sources.update((new, old) for new, old in made.items() if new not in own)
    while True:
        opening = Opening(table, own, sources, exact)
        roots = opening.all(roots)
        if not opening.calls:
            break
    found = absorb(table, roots, frozenset(exact))
    return Absorbing(table, own, sources, exact, found).all(roots) if found else roots


def spelling(node: Expr) -> Callable[..., Variable] | None:
    """The formula in simpler ops that a node is spelled out by, if any."""
    formula = node.op.extra.get("formula") or FORMULAS.get(node.op.name)
    if node.op.name == "dot" and not node.type.shape:
        formula = inner_product
    return formula if formula is not None and node.args[0].type.dtype.kind in "biuf" else None


class Opening:
    """One walk that rebuilds a graph; what is inside of opened functions may need another."""

    def __init__(self, table: Table, own: frozenset[Expr], sources: dict[Expr, Expr], exact: set[Expr]) -> None:
        self.table, self.own, self.sources, self.exact = table, own, sources, exact
        self.done: dict[Expr, Expr] = {}
        self.calls = 0

    def all(self, roots: Sequence[Expr]) -> list[Expr]:
        """The new roots."""
        for node in toposort(roots):
            self.done[node] = self.opened(node)
        return [self.done[root] for root in roots]

    def opened(self, node: Expr) -> Expr:
        """The new form of a node whose operands have theirs."""
        if not node.args:
            return node
        args = tuple([self.done[arg] for arg in node.args])
        if node.op is CALL:
            return self.inlined(node, args)
        if node.op is SCAN:
            return self.looped(node, args)
        if node.op.extra.get("identity"):
            return args[0]
        formula = spelling(node)
        if formula is not None:
            return self.spelled_out(node, args, formula)
        if node.op.kind is Kind.ELEMENTWISE and node.op.flat and len(args) > MOST_OPERANDS:
            return self.split(node, args)
        return node if args == node.args else self.made(node, args, node.attrs, node)

    def made(self, node: Expr, args: tuple[Expr, ...], attrs: Attributes, source: Expr) -> Expr:
        """A node of this graph that stands in for `node`."""
        new = self.table.intern(node.op, args, attrs, node.type)
        return self.attributed(new, source)

    def attributed(self, new: Expr, source: Expr) -> Expr:
        """The node, noted as a part of `source` unless it is one of the user's own."""
        if new not in self.own:
            self.sources.setdefault(new, self.sources.get(source, source))
        return new

    def inlined(self, node: Expr, args: tuple[Expr, ...]) -> Expr:
        """The body of a closed function over these operands."""
        self.calls += 1
        function = node.attr("body")
        inner: dict[Expr, Expr] = dict(zip(function.params, args, strict=True))
        for part in toposort([function.body], frozenset(inner)):
            if part not in inner:
                parts = tuple([inner[arg] for arg in part.args])
                inner[part] = self.made(part, parts, part.attrs, node) if parts else part
                if function.exact or node in self.exact:
                    self.exact.add(inner[part])
        return inner[function.body]

    def looped(self, node: Expr, args: tuple[Expr, ...]) -> Expr:
        """A loop whose body is prepared, too; arrays in its body become operands."""
        function = node.attr("body")
        in_exact = function.exact or node in self.exact
        picked = picking(self.table, function.body.args, self.sources)
        roots = prepared_roots(self.table, picked, frozenset(toposort(picked)), self.sources, in_exact)
        arrays = [part for part in toposort(roots) if part.op is CONSTANT and constant_value(part).size != 1]
        first = len(function.params)
        params = [
            self.table.intern(PARAM, (), (("index", place),), part.type) for place, part in enumerate(arrays, first)
        ]
        if arrays:
            roots = rebuilt(self.table, roots, dict(zip(arrays, params, strict=True)), same)
        bundle = self.table.intern(BUNDLE, tuple(roots), (), TupleType(tuple(part.type for part in roots)))
        body = Lambda((*function.params, *params), bundle, function.exact)
        return self.made(node, (*args[:-2], *arrays, *args[-2:]), with_body(node.attrs, body), node)

    def spelled_out(self, node: Expr, args: tuple[Expr, ...], formula: Callable[..., Variable]) -> Expr:
        """The formula of an op over these operands; float16 in float32."""
        typed = [Variable(INPUT, (), (), arg.type) for arg in args]
        operands: list[Any] = [in_float32(item) for item in typed]
        result = formula(*operands, **node.attributes)
        if result.type.dtype != node.type.dtype:
            result = cast(result, dtype=node.type.dtype.name)
        interning = Interning(self.table)
        interning.done.update(zip(typed, args, strict=True))
        interning.all([result])
        for part in toposort([result], frozenset(typed)):
            if part not in typed:
                self.attributed(interning.done[part], node)
        done: Expr = interning.done[result]
        return done

    def split(self, node: Expr, args: tuple[Expr, ...]) -> Expr:
        """A long sum as sums of sums, in the same order."""
        total = args[0]
        for start in range(1, len(args), MOST_OPERANDS - 1):
            operands = (total, *args[start : start + MOST_OPERANDS - 1])
            inferred = node.op.infer({}, *[operand.type for operand in operands]) if node.op.infer else node.type
            total = self.attributed(self.table.intern(node.op, operands, node.attrs, inferred), node)
        return total


class Absorbing(Opening):
    """The walk that puts calls in the places of sums with products."""

    def __init__(
        self, table: Table, own: frozenset[Expr], sources: dict[Expr, Expr], exact: set[Expr], found: dict[Expr, Expr]
    ) -> None:
        super().__init__(table, own, sources, exact)
        self.found = found

    def opened(self, node: Expr) -> Expr:
        """The call for a sum, with operands in their new form."""
        call = self.found.get(node, node)
        if not call.args:
            return node
        args = tuple([self.done[arg] if arg in self.done else self.scaled(arg) for arg in call.args])
        return node if call is node and args == node.args else self.made(call, args, call.attrs, node)

    def scaled(self, node: Expr) -> Expr:
        """The negative or multiple of an operand, which is the last one, in its new form: what a call adds."""
        args = tuple([self.done[arg] if arg in self.done else self.scaled(arg) for arg in node.args])
        source = node
        while source not in self.done:
            source = source.args[-1]
        return self.made(node, args, node.attrs, source)


def in_float32(value: Variable) -> Variable:
    """float16 as float32, anything else as it is."""
    if isinstance(value.type, ArrayType) and value.type.dtype == np.float16:
        return cast(value, dtype="float32")  # type: ignore[no-any-return]
    return value
