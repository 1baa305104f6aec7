"""Where transfers stand: every value lies on the device, and what has no kernel is computed by the processor.

So inputs are brought to the device, results are brought back, and so are the operands of what has no kernel, whose
result goes to the device again. Of these transfers the rules of `rules.transfers` leave the ones that are needed.
Shared variables and constants lie on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import CALL, CONSTANT, INPUT, PROJECT, Op
from symlab.core.ir.types import TupleType
from symlab.core.lower.prepare import spelling
from symlab.core.lower.roles import Role, role
from symlab.core.ops.transfer import to_device, to_host

Moves = list[tuple[tuple[Expr, ...], Expr, Expr]]
Rebuild = Callable[[Expr, tuple[Expr, ...]], Expr]


def place_transfers(graph: Graph) -> tuple[Graph, Moves]:
    """The graph with a transfer wherever one may be needed, and what became of each node."""
    moves: Moves = []
    if graph.holds_objects():
        return graph, moves
    graph = opened(graph, moves)

    def transfer(op: Op, node: Expr) -> Expr:
        return graph.table.intern(op, (node,), (), node.type)

    def placed(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op is INPUT:
            return transfer(to_device, node)
        if node.op is PROJECT:  # of what has several results, which the processor computes
            return transfer(to_device, graph.table.intern(node.op, args, node.attrs, node.type))
        if not node.args or has_kernel(node):
            return graph.table.intern(node.op, args, node.attrs, node.type) if args != node.args else node
        on_host = tuple(arg if arg.op is CONSTANT else transfer(to_host, arg) for arg in args)
        made = graph.table.intern(node.op, on_host, node.attrs, node.type)
        moves.append(((), node, made))
        return made if isinstance(node.type, TupleType) else transfer(to_device, made)

    done = rebuilt(graph.roots, placed, moves)
    outputs = [transfer(to_host, done[root]) for root in graph.outputs]
    moves += [((), root, output) for root, output in zip(graph.outputs, outputs)]
    placed_graph = graph.with_roots([*outputs, *(done[root] for root in graph.new_values)])
    return placed_graph.with_moved(moves), moves


def rebuilt(roots: Sequence[Expr], make: Rebuild, moves: Moves) -> dict[Expr, Expr]:
    """What `make(node, args)` gives for each node, its operands being done."""
    done: dict[Expr, Expr] = {}
    for node in toposort(roots):
        after = done[node] = make(node, tuple([done[arg] for arg in node.args]))
        if after is not node and node.args:
            moves.append(((), node, after))
    return done


def opened(graph: Graph, moves: Moves) -> Graph:
    """The graph without closed functions in which something has no kernel: they would lie on both sides."""

    def open_up(node: Expr, args: tuple[Expr, ...]) -> Expr:
        if node.op is not CALL or has_kernel(node):
            return graph.table.intern(node.op, args, node.attrs, node.type) if args != node.args else node
        function = node.attr("body")
        inner: dict[Expr, Expr] = dict(zip(function.params, args, strict=True))
        for part in toposort([function.body], frozenset(inner)):
            if part not in inner:
                parts = tuple([inner[arg] for arg in part.args])
                inner[part] = graph.table.intern(part.op, parts, part.attrs, part.type) if parts else part
        return inner[function.body]

    while any(node.op is CALL and not has_kernel(node) for node in graph.nodes()):
        done = rebuilt(graph.roots, open_up, moves)
        graph = graph.with_roots([done[root] for root in graph.roots])
    return graph


def has_kernel(node: Expr) -> bool:
    """Whether a device can compute a node, or all of a closed function."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if part.op is CALL:
            waiting += [inner for inner in toposort([part.attr("body").body]) if inner.args]
        elif not (part.op.extra.get("identity") or spelling(part) or role(part) is not Role.REFERENCE):
            return False
    return True
