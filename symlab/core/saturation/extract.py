"""The cheapest form of each class, and expressions made of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from symlab.core.ir.op import Op
from symlab.core.ops.elementwise import abs, add, mul, neg, pow, reciprocal, sqr, sqrt, sub, true_div
from symlab.core.ops.operators import Variable
from symlab.core.ops.trigonometric import hypot
from symlab.core.saturation.egraph import EGraph, ENode

FUNCTION = 20.0  # what has no entry below: exp, sin, ...
COSTS: Mapping[Op, float] = MappingProxyType(
    {add: 1, sub: 1, mul: 1, neg: 0.5, abs: 0.5, sqr: 1, true_div: 5, reciprocal: 5, sqrt: 6, pow: 40, hypot: 7.9}
)  # about the cycles of one element; a leaf costs a little, so that of two equal forms the shorter one wins
LEAF = 0.1


def cost_of(node: ENode) -> float:
    """What a node costs beside its operands."""
    return LEAF if node.leaf is not None else COSTS.get(node.op, FUNCTION)


def cheapest(graph: EGraph) -> dict[int, tuple[float, ENode]]:
    """Of each class the form that costs least, with its cost; of equal ones that which was there first."""
    best: dict[int, tuple[float, ENode]] = {}
    changed = True
    while changed:
        changed = False
        for name, found in graph.classes.items():
            for node in found.nodes:
                operands = [best.get(graph.find(arg)) for arg in node.args]
                known = [item[0] for item in operands if item is not None]
                if len(known) < len(operands):
                    continue
                cost = cost_of(node) + sum(known)
                if name not in best or cost < best[name][0] - 1e-9:
                    best[name] = cost, node
                    changed = True
    return best


def expression_of(graph: EGraph, best: Mapping[int, tuple[float, ENode]], root: int) -> Variable:
    """The chosen form of a class as an expression over the same inputs."""
    made: dict[int, Variable] = {}
    waiting = [graph.find(root)]
    while waiting:
        name = waiting[-1]
        node = best[name][1]
        missing = [graph.find(arg) for arg in node.args if graph.find(arg) not in made]
        if name in made or not missing:
            waiting.pop()
            made.setdefault(name, applied(node, [made[graph.find(arg)] for arg in node.args]))
        else:
            waiting += missing
    return made[graph.find(root)]


def applied(node: ENode, operands: Sequence[Variable]) -> Variable:
    """A node over expressions."""
    if node.leaf is not None:
        assert isinstance(node.leaf, Variable)
        return node.leaf
    result: Variable = node.op(*operands, **dict(node.attrs))
    return result


def reasons_of(graph: EGraph, best: Mapping[int, tuple[float, ENode]], root: int) -> list[str]:
    """Why the nodes of a chosen form are there, each reason once."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    waiting = [graph.find(root)]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            node = best[name][1]
            found[graph[name].nodes[node]] = None
            waiting += [graph.find(arg) for arg in reversed(node.args)]
    return list(found)
