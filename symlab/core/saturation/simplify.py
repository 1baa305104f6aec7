"""The cheapest equal form of an expression that saturation finds, region by region."""

from __future__ import annotations

from collections.abc import Sequence

from symlab.core.ir.config import Config
from symlab.core.ir.expr import toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ir.types import ArrayType
from symlab.core.ops.operators import Variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import filled_like
from symlab.core.saturation.egraph import EGraph, is_open
from symlab.core.saturation.extract import cheapest, expression_of
from symlab.core.saturation.identities import EQUALITIES
from symlab.core.saturation.saturate import Limits, saturate

LIMITS = Limits()
LARGEST = 100  # ops of a region: a graph of all of its forms would hold few of a larger one


def simplest_forms(roots: Sequence[Variable], settings: Config, limits: Limits = LIMITS) -> list[Variable]:
    """Expressions in the cheapest form found; what is not elementwise stays, over operands in such a form."""
    done: dict[Variable, Variable] = {}
    for node in toposort(roots):
        assert isinstance(node, Variable)
        if node.args and not is_open(node):
            for arg in node.args:
                assert isinstance(arg, Variable)
                if is_open(arg) and arg.args and arg not in done:
                    done[arg] = simplest(replaced([arg], done)[0], settings, limits)
    return [done[root] if root in done else simplest(replaced([root], done)[0], settings, limits) for root in roots]


def simplest(root: Variable, settings: Config, limits: Limits) -> Variable:
    """One expression in the cheapest form found: the same object where none is cheaper, or it is too large."""
    kind = root.type
    if not isinstance(kind, ArrayType) or kind.dtype.kind != "f" or not root.args or not is_open(root):
        return root
    graph = EGraph(kind.dtype)
    parts = graph.parts([root])
    if len(graph) > LARGEST:
        return root
    before = cheapest(graph)[graph.find(parts[root])][0]
    saturate(graph, EQUALITIES, list(parts.values()), settings, limits)
    if graph.is_contradictory:
        return root  # something is divided by what is 0
    best = cheapest(graph)
    if best[graph.find(parts[root])][0] >= before:
        return root
    found = expression_of(graph, best, parts[root])
    if found.op is CONSTANT and kind.shape:
        return filled_like(root, constant_value(found).item())
    return found if found.type == kind else root
