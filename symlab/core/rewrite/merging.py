"""Loops over the same steps become one loop: of a loop and its like with more outputs nothing is computed twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from symlab.core.ir.expr import Expr, Lambda, toposort
from symlab.core.ir.graph import Graph, Table
from symlab.core.ir.op import PARAM, PROJECT
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.ops.loop import BUNDLE, SCAN, Loop, scan_type
from symlab.core.rewrite.normal import Moves


def merge_loops(graph: Graph) -> Graph | tuple[Graph, Moves]:
    """The graph with loops merged that make the same steps, none of which needs what another computes."""
    moves: Moves = []
    while (found := next(mergeable(graph), None)) is not None:
        made = Merging(graph.table, *found)
        done: dict[Expr, Expr] = {}
        for node in graph.nodes():
            after = done[node] = made.replaced(node, tuple([done[arg] for arg in node.args]))
            if after is not node and node not in found:
                moves.append(((), node, after))
        graph = graph.with_roots([done[root] for root in graph.roots])
    return (graph, moves) if moves else graph


def mergeable(graph: Graph) -> Iterator[tuple[Expr, Expr]]:
    """Pairs of loops that can be one."""
    order = graph.nodes()
    loops = [node for node in order if node.op is SCAN]
    if len(loops) < 2:
        return
    bits = {node: 1 << place for place, node in enumerate(loops)}
    needs: dict[Expr, int] = {}
    for node in order:
        needs[node] = bits.get(node, 0)
        for arg in node.args:
            needs[node] |= needs[arg]
    for first, second in combinations(loops, 2):
        independent = not needs[first] & bits[second] and not needs[second] & bits[first]
        if independent and same_steps(first, second):
            yield first, second


def same_steps(first: Expr, second: Expr) -> bool:
    """Whether two loops make the same steps, and stop for no reason of their own."""
    names = ("known", "reverse", "until", "truncate")
    if first.args[-2:] != second.args[-2:] or any(first.attr(name) != second.attr(name) for name in names):
        return False
    if first.attr("body").exact is not second.attr("body").exact:
        return False
    return not first.attr("until")


class Merging:
    """Two loops as one: what both read is read once, and states that both carry are carried once."""

    def __init__(self, table: Table, first: Expr, second: Expr) -> None:
        self.table = table
        self.loops = (Loop(first), Loop(second))
        parts = [self.parts(loop) for loop in self.loops]
        self.rows = tuple(dict.fromkeys((*parts[0][0], *parts[1][0])))
        self.constants = tuple(dict.fromkeys((*parts[0][1], *parts[1][1])))
        self.bodies = self.with_states(shared=True) or self.with_states(shared=False)
        pairs = zip(self.loops, self.bodies, strict=True)
        self.outputs = tuple(dict.fromkeys(item for loop, body in pairs for item in body[loop.states :]))
        self.node = self.made()

    def parts(self, loop: Loop) -> tuple[Sequence[Expr], Sequence[Expr]]:
        """The sequences and the constants of a loop."""
        first = loop.states + loop.sequences
        return loop.node.args[loop.states : first], loop.node.args[first:-2]

    def with_states(self, shared: bool) -> Sequence[Sequence[Expr]]:
        """The results of both bodies over the parameters of the merged loop; nothing if states are not `shared`."""
        first, second = self.loops
        before, after = first.node.args[: first.states], second.node.args[: second.states]
        start = 0 if shared else first.states
        self.state_places = (range(first.states), range(start, start + second.states))
        self.firsts = before if shared else (*before, *after)
        if shared and before != after:
            return ()
        bodies = [self.body(number) for number in (0, 1)]
        if shared and bodies[0][: first.states] != bodies[1][: second.states]:
            return ()
        return bodies

    def body(self, number: int) -> Sequence[Expr]:
        """The results of a body over the parameters of the merged loop."""
        loop = self.loops[number]
        known, rows = {}, len(self.firsts) + len(self.rows)
        for place, (param, arg) in enumerate(loop.pairs):
            if place < loop.states:
                at = self.state_places[number][place]
            elif place < loop.states + loop.sequences:
                at = len(self.firsts) + self.rows.index(arg)
            else:
                at = len(self.firsts) + len(self.rows) + self.constants.index(arg)
            kind = param.type if place < loop.states else arg.type if at >= rows else row_type(arg)
            known[param] = self.table.intern(PARAM, (), (("index", at),), kind)
        return substituted(self.table, loop.results, known, loop.body.exact)

    def made(self) -> Expr:
        """The merged loop."""
        first = self.loops[0]
        news = [*self.bodies[0][: first.states], *self.bodies[1][: len(self.firsts) - first.states]]
        types = {
            place: param.type
            for loop, places in zip(self.loops, self.state_places, strict=True)
            for place, param in zip(places, loop.params, strict=False)
        }
        kinds = [types[place] for place in range(len(self.firsts))]
        kinds += [row_type(arg) for arg in self.rows] + [arg.type for arg in self.constants]
        params = tuple(self.table.intern(PARAM, (), (("index", place),), kind) for place, kind in enumerate(kinds))
        results = (*news, *self.outputs)
        bundle = self.table.intern(BUNDLE, results, (), TupleType(tuple(item.type for item in results)))
        attributes = {
            **first.node.attributes, "body": Lambda(params, bundle, first.body.exact),
            "states": len(self.firsts), "sequences": len(self.rows),
        }  # fmt: skip
        operands = (*self.firsts, *self.rows, *self.constants, *first.node.args[-2:])
        return self.table.intern(SCAN, operands, tuple(sorted(attributes.items())), scan_type(attributes))

    def replaced(self, node: Expr, args: tuple[Expr, ...]) -> Expr:
        """A node over new operands; a result of either loop is one of the merged loop."""
        for number, loop in enumerate(self.loops):
            if node is loop.node:
                return self.node
            if node.op is PROJECT and node.args[0] is loop.node:
                place = self.place(number, node.attr("index"))
                return self.table.intern(PROJECT, (self.node,), (("index", place),), node.type)
        return node if args == node.args else self.table.intern(node.op, args, node.attrs, node.type)

    def place(self, number: int, index: int) -> int:
        """The place of a result among those of the merged loop."""
        loop = self.loops[number]
        if index < loop.states:
            return self.state_places[number][index]
        result = index - loop.states
        if result < loop.states:
            return len(self.firsts) + self.state_places[number][result]
        return 2 * len(self.firsts) + self.outputs.index(self.bodies[number][result])


def row_type(sequence: Expr) -> ArrayType:
    """The type of a row of a sequence."""
    assert isinstance(sequence.type, ArrayType)
    return sequence.type.with_shape(sequence.type.shape[1:])


def substituted(table: Table, roots: Sequence[Expr], known: Mapping[Expr, Expr], exact: bool) -> list[Expr]:
    """The roots over other parameters."""
    done = dict(known)
    for node in toposort(roots, frozenset(known)):
        if node not in done:
            args = tuple([done[arg] for arg in node.args])
            if node.op.flat and not exact:
                args = tuple(sorted(args, key=lambda arg: arg.digest))
            done[node] = node if args == node.args else table.intern(node.op, args, node.attrs, node.type)
    return [done[root] for root in roots]
