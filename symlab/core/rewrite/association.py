"""Sums and products back from normal form: two operands each, in the order and grouping in which they were written.

Where no rule acted this is what the user typed, so that rounding is too; operands that rules took out are left out, and
what they brought in stands where the first operand was that it replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symlab.core.ir.expr import Expr, Lambda, toposort
from symlab.core.ir.graph import Graph, Table, with_body
from symlab.core.ir.op import Kind, Op
from symlab.core.ops.elementwise import add, mul, neg, reciprocal, sub, true_div
from symlab.core.rewrite.normal import Moves, inferred, left_fold

BACK = {neg: add, reciprocal: mul}  # what takes an operand back, and in which op it is then one of two
TAKEN = {add: sub, mul: true_div}


class Part(NamedTuple):
    """A partial result, or what must be subtracted (or divided by) to have it."""

    node: Expr
    back: bool


def associate(graph: Graph) -> tuple[Graph, Moves]:
    """The graph with operations of two operands, and what became of each node."""
    walk = Associating(graph.table)
    done = walk.scope((), graph.roots)
    after = graph.with_roots([done[root] for root in graph.roots])
    return after.with_moved([*walk.moves, *walk.swapped]), walk.moves


class Associating:
    """The walk of `associate`, scope by scope."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.moves: Moves = []
        self.swapped: Moves = []  # nodes with operands in the order of digests, as typed ones are interned, and others
        self.bodies: dict[bytes, Lambda] = {}

    def scope(self, path: tuple[Expr, ...], roots: Sequence[Expr]) -> dict[Expr, Expr]:
        """What each node below `roots` becomes."""
        done: dict[Expr, Expr] = {}
        for node in toposort(roots):
            after = done[node] = self.associated(path, node, done)
            if after is not node:
                self.moves.append((path, node, after))
        return done

    def associated(self, path: tuple[Expr, ...], node: Expr, done: dict[Expr, Expr]) -> Expr:
        """One node, its operands being done."""
        if node.op in TAKEN:
            return self.grouped(node, done)
        args = tuple([done[arg] for arg in node.args])
        attrs, function = node.attrs, node.attr("body") if node.op.kind is Kind.CONTROL else None
        if function is not None and not function.exact:
            attrs = with_body(attrs, self.body((*path, node), function))
        if args == node.args and attrs == node.attrs:
            return node
        return self.table.intern(node.op, args, attrs, inferred(node.op, args, attrs, node.type))

    def body(self, path: tuple[Expr, ...], function: Lambda) -> Lambda:
        """A closed function with its body associated."""
        found = self.bodies.get(function.digest)
        if found is None:
            after = self.scope(path, [function.body])[function.body]
            same = after is function.body
            found = self.bodies[function.digest] = function if same else Lambda(function.params, after)
        return found

    def grouped(self, node: Expr, done: dict[Expr, Expr]) -> Expr:
        """A sum (product) as operations of two operands."""
        written = self.table.written.get(node) or left_fold(node.args)
        stack: list[Part] = []
        for item in written:
            if item is None:
                second, first = stack.pop(), stack.pop()
                stack.append(self.combined(node.op, first, second))
            else:
                stack.append(self.part(node.op, item, done))
        (result,) = stack
        return self.made(neg if node.op is add else reciprocal, result.node) if result.back else result.node

    def part(self, op: Op, operand: Expr, done: dict[Expr, Expr]) -> Part:
        """An operand as a part: the inside of `neg` in a sum, of `reciprocal` in a product."""
        if BACK.get(operand.op) is op:
            return Part(done[operand.args[0]], True)
        return Part(done[operand], False)

    def combined(self, op: Op, first: Part, second: Part) -> Part:
        """Two parts together."""
        if first.back is second.back:
            return Part(self.made(op, first.node, second.node), first.back)
        plus, minus = (second, first) if first.back else (first, second)
        return Part(self.made(TAKEN[op], plus.node, minus.node), False)

    def made(self, op: Op, *args: Expr) -> Expr:
        """A node as it is."""
        node = self.table.intern(op, args, (), inferred(op, args, (), None))
        if op.flat and args[0].digest > args[1].digest:
            self.swapped.append(((), self.table.intern(op, args[::-1], (), node.type), node))
        return node
