"""The pass that opens sub-graphs which the user made one node of: nothing after it knows that they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symlab.core.ir.expr import Expr, Lambda, toposort
from symlab.core.ir.graph import Graph, Interning, Table, with_body
from symlab.core.ir.op import PROJECT, Kind
from symlab.core.ir.types import TupleType
from symlab.core.ops.inlined import results_of_body
from symlab.core.rewrite.normal import Moves

Result = Expr | tuple[Expr, ...]


def inline(graph: Graph) -> tuple[Graph, Moves]:
    """The graph with every sub-graph in the place of its node, also within loops, and what became of each node."""
    moves: Moves = []
    while has_subgraph(graph.roots):
        walk = Inlining(graph)
        roots = walk.scope((), graph.roots)
        moves += walk.moves
        graph = replace(graph, roots=tuple(roots), origins={**walk.origins, **graph.origins})
    return graph, moves


def has_subgraph(roots: Sequence[Expr]) -> bool:
    """Whether there is a sub-graph anywhere, in the body of a loop or in another sub-graph too."""
    waiting, seen = [tuple(roots)], set[bytes]()
    while waiting:
        for node in toposort(waiting.pop()):
            if node.op.extra.get("inline"):
                return True
            function = node.attr("body") if node.op.kind is Kind.CONTROL else None
            if function is not None and function.digest not in seen:
                seen.add(function.digest)
                waiting.append((function.body,))
    return False


class Inlining:
    """The walk of `inline`, scope by scope."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.table = graph, graph.table
        self.moves: Moves = []
        self.origins: dict[Expr, tuple[Expr, ...]] = {}
        self.bodies: dict[bytes, Lambda] = {}

    def scope(self, path: tuple[Expr, ...], roots: Sequence[Expr]) -> list[Expr]:
        """What `roots` become."""
        done: dict[Expr, Result] = {}
        for node in toposort(roots):
            after = done[node] = self.inlined(path, node, done)
            if isinstance(after, Expr) and after is not node:
                self.moves.append((path, node, after))
        return [done[root] for root in roots]  # type: ignore[misc]

    def inlined(self, path: tuple[Expr, ...], node: Expr, done: dict[Expr, Result]) -> Result:
        """One node, its operands being done; the results of a sub-graph that has several."""
        found = [done[arg] for arg in node.args]
        if node.op is PROJECT and isinstance(found[0], tuple):
            index: int = node.attr("index")
            return found[0][index]
        args: tuple[Expr, ...] = tuple(found)  # type: ignore[arg-type]
        if node.op.extra.get("inline"):
            return self.opened(node, args)
        attrs, function = node.attrs, node.attr("body") if node.op.kind is Kind.CONTROL else None
        if function is not None:
            attrs = with_body(attrs, self.body((*path, node), function))
        return node if args == node.args and attrs == node.attrs else self.table.intern(node.op, args, attrs, node.type)

    def body(self, path: tuple[Expr, ...], function: Lambda) -> Lambda:
        """A closed function without sub-graphs."""
        found = self.bodies.get(function.digest)
        if found is None:
            (after,) = self.scope(path, [function.body])
            same = after is function.body
            found = self.bodies[function.digest] = function if same else Lambda(function.params, after, function.exact)
        return found

    def opened(self, node: Expr, args: tuple[Expr, ...]) -> Result:
        """The results of a sub-graph over these operands; errors in them name the lines of the sub-graph."""
        function, typed = node.attr("body"), typed_bodies(self.graph, node, self.table)
        made: dict[Expr, Expr] = dict(zip(function.params, args, strict=True))
        for part in toposort([function.body], frozenset(made)):
            if part not in made:
                made[part] = self.remade(part, made, function.exact)
                if part in typed:
                    self.origins.setdefault(made[part], typed[part])
        results = tuple(made[result] for result in results_of_body(node))
        return results if isinstance(node.type, TupleType) else results[0]

    def remade(self, part: Expr, made: dict[Expr, Expr], exact: bool) -> Expr:
        """A node of a sub-graph over other operands, in the order in which it was written."""
        if not part.args:
            return part
        written = self.table.written.get(part) or part.args
        parts = tuple([made[arg] for arg in written if arg is not None])
        intern = self.table.commutative if part.op.flat and not exact else self.table.intern
        return intern(part.op, parts, part.attrs, part.type)


def typed_bodies(graph: Graph, node: Expr, table: Table) -> dict[Expr, tuple[Expr, ...]]:
    """The typed nodes behind each node of a sub-graph, where what the user typed is still known."""
    typed = graph.typed(node)
    if typed is None:
        return {}
    function = typed.attr("body")
    interning = Interning(table, function.params)
    interning.all([function.body])
    return {inner: tuple(found) for inner, found in interning.origins.items()}
