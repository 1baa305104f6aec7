"""Expressions in their stable form before they are differentiated.

The derivative of log(1 + exp(x)) as written is inf / inf where x is large, and no rule can know every formula that
differentiation makes of every formula that people write. So what the stability rules recognize is replaced first, and
the derivative is that of softplus: an op whose own record is right everywhere. Nothing is replaced where no such rule
fires, nor at or below the nodes that the caller named, nor in regions computed as written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from symlab.core.ir import config
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph, Interning, Table
from symlab.core.ir.op import CALL, INPUT, Op
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import add, cast, mul, neg, reciprocal, sub, true_div
from symlab.core.ops.operators import Variable
from symlab.core.rewrite.association import associate
from symlab.core.rewrite.driver import Move, Report
from symlab.core.rewrite.pattern import Form, parts_of
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.trace import PassRecord, Trace, rewrite
from symlab.core.rules import CANONICAL, GUARDED, LIMITS, STABLE, all_rules


def stable_forms(roots: Sequence[Variable], kept: Iterable[Variable]) -> list[Variable]:
    """`roots` with what the stability rules recognize above the kept nodes; the same nodes where they find nothing."""
    settings = config.current()
    kept = frozenset(kept)
    if settings.algebra == "floating" or not any(node.op in telling_ops() for node in toposort(roots, kept)):
        return list(roots)
    graph = cut_graph(roots, kept)
    canonical = all_rules(CANONICAL)
    first = rewrite("canonicalize", graph, canonical, settings)
    second = rewrite("stabilize", first.after, all_rules(STABLE + CANONICAL), settings, (), frozenset(canonical))
    third = rewrite("guard", second.after, all_rules(GUARDED + LIMITS), settings)
    if not any(step.rule in stable_rules() for step in (*second.steps, *third.steps)):
        return list(roots)
    final, moves = associate(third.after)
    last = PassRecord("associate", third.after, third.after, tuple(Move(*move) for move in moves), final, Report(), 0)
    found = typed_forms(Trace((first, second, third, last), graph))
    return found if found is not None and same_leaves(roots, found, kept) else list(roots)


def cut_graph(roots: Sequence[Variable], kept: frozenset[Variable]) -> Graph:
    """The interned graph above the kept nodes, which are its leaves."""
    interning = Interning(Table())
    for node in toposort(roots, kept):
        if node in kept:
            interning.done[node] = interning.table.leaf(INPUT, node, (), node.type)
        interning.visit(node)
    done = tuple(interning.done[root] for root in roots)
    return Graph(interning.table, (), done, (), {node: tuple(typed) for node, typed in interning.origins.items()})


def typed_forms(trace: Trace) -> list[Variable] | None:
    """The final graph as typed nodes: the user's own where nothing changed; None where a closed function changed."""
    made: dict[Expr, Variable] = {}
    origins = trace.first_graph.origins
    for node in trace.graph.nodes():
        own = origins.get(node)
        if own:
            made[node] = own[0]  # type: ignore[assignment]
            continue
        if node.op is CALL:
            return None
        behind = trace.origins_of(node)
        forms = [node]
        if node.attr("body") is not None:  # what is in a loop or sub-graph takes its stable form when its turn comes
            forms = [typed for typed in behind if typed.op is node.op]
            if not forms:
                return None
        made[node] = Variable(node.op, tuple([made[arg] for arg in node.args]), forms[0].attrs, forms[0].type)
        made[node].origin = next((place for typed in behind if (place := getattr(typed, "origin", None))), None)
    return [made[root] for root in trace.graph.roots]


def same_leaves(before: Sequence[Variable], after: Sequence[Variable], kept: frozenset[Variable]) -> bool:
    """Whether an expression still depends on all that it did."""
    old = {node for node in toposort(before, kept) if node in kept}
    new = {node for node in toposort(after, kept) if node in kept}
    return old == new


@cache
def stable_rules() -> frozenset[Rule]:
    """The rules of the stabilizing pass."""
    return frozenset(all_rules(STABLE + GUARDED))


@cache
def telling_ops() -> frozenset[Op]:
    """The ops of which at least one is in every expression that a stability rule recognizes."""
    patterns = [rule.as_written for rule in stable_rules() if rule.left is not None]
    found = {part.op for pattern in patterns for part in parts_of(pattern) if isinstance(part, Form)}
    found |= {op for rule in stable_rules() for op in rule.operations}
    return frozenset(found - {add, sub, mul, true_div, neg, reciprocal, switch, cast})
