"""The part of a graph that one rewrite is about.

A rewrite is judged where it happened: what the pattern's variables stood for, and nodes that both sides read and do not
change, are free variables with the values that they have. Between them and the two roots lies the region. Whether a
node is computed is decided by what lies below it alone, so that both sides agree.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CALL, CONSTANT, Kind
from symlab.core.ops.elementwise import add, neg
from symlab.core.rewrite.driver import Step

DEEPEST = 6  # levels below a rewritten node in which the two sides are computed
WIDEST = 2000  # nodes that are looked at on each side


def region_of(step: Step) -> frozenset[Expr]:
    """The free nodes of a rewrite, at which the walk down from both roots ends."""
    near = within(step.before)
    contact = frozenset(bound_nodes(step, near) or meeting(step.after, near))
    contact |= opposites(contact, near | within(step.after))
    return (contact | edge(step.before, contact) | edge(step.after, contact)) - {step.before}


def within(root: Expr, depth: int = DEEPEST) -> frozenset[Expr]:
    """The nodes at most `depth` levels below `root`, without it."""
    found: dict[Expr, None] = {}
    level = [root]
    for _ in range(depth):
        level = list(dict.fromkeys(arg for node in level for arg in node.args if arg not in found))
        found.update(dict.fromkeys(level))
        if len(found) > WIDEST:
            break
    return frozenset(found)


def bound_nodes(step: Step, near: frozenset[Expr]) -> set[Expr]:
    """What the pattern's variables stood for; a sum made for a variable counts as its operands."""
    waiting = [item for value in step.bindings.values() for item in listed(value)]
    found: set[Expr] = set()
    while waiting:
        node = waiting.pop()
        if node in near or not node.args:
            found.add(node)
        else:
            waiting.extend(node.args)
    return {node for node in found if node.op is not CONSTANT}


def opposites(contact: frozenset[Expr], near: frozenset[Expr]) -> set[Expr]:
    """The nodes that are the exact negatives of others at the contact: a pattern finds x in f(-y) as -y."""
    found = {node.args[0] for node in contact if node.op is neg}
    sums = [node for node in contact if node.op is add]
    found.update(other for other in near if other.op is add and any(is_opposite(node, other) for node in sums))
    return {node for node in found if node in near and node.op is not CONSTANT}


def is_opposite(first: Expr, second: Expr) -> bool:
    """Whether each term of one sum is the negative of a term of another."""
    terms = list(second.args)
    for term in first.args:
        match = next((other for other in terms if are_opposite(term, other)), None)
        if match is None:
            return False
        terms.remove(match)
    return not terms


def are_opposite(first: Expr, second: Expr) -> bool:
    """Whether one of two terms is `neg` of the other, or both are opposite numbers."""
    if first.op is CONSTANT and second.op is CONSTANT:
        return bool(np.array_equal(constant_value(first), -constant_value(second)))
    return (first.op is neg and first.args[0] is second) or (second.op is neg and second.args[0] is first)


def listed(value: object) -> Iterable[Expr]:
    """The nodes that a variable stood for."""
    items = value if isinstance(value, tuple) else (value,)
    return [item for item in items if isinstance(item, Expr)]


def meeting(after: Expr, near: frozenset[Expr]) -> set[Expr]:
    """The nodes of the new side at which it meets the old one."""
    found: set[Expr] = set()
    level, seen = [after], {after}
    for _ in range(DEEPEST):
        found.update(node for node in level if node in near and node.op is not CONSTANT)
        level = [arg for node in level if node not in found for arg in node.args if arg not in seen]
        seen.update(level)
    return found


def edge(root: Expr, contact: frozenset[Expr]) -> set[Expr]:
    """The nodes below a root that do not lead to the contact, or not soon: they are free too."""
    stop = horizon(root, contact)
    leading, known, found = set(contact), set[Expr](), set[Expr]()
    order = toposort([root], stop)
    for node in order:
        if node in stop:
            continue
        if node is root or any(arg in leading for arg in node.args):
            leading.add(node)
        elif node.op is CONSTANT or (node.args and known.issuperset(node.args)):
            known.add(node)
    for node in order:
        if node in leading and node not in stop:
            found.update(arg for arg in node.args if arg not in leading and arg not in known)
    return found if root in contact or root not in stop else set(root.args)


def horizon(root: Expr, contact: frozenset[Expr]) -> frozenset[Expr]:
    """Where the walk down from a root ends: at the contact, at what is not looked into, at a depth."""
    stop: set[Expr] = set()
    level, seen = [root], {root}
    for _ in range(DEEPEST):
        stop.update(node for node in level if is_end(node, contact))
        level = [arg for node in level if node not in stop for arg in dict.fromkeys(node.args) if arg not in seen]
        seen.update(level)
    return frozenset(stop.union(node for node in level if node.op is not CONSTANT))


def is_end(node: Expr, contact: frozenset[Expr]) -> bool:
    """Whether nothing below a node is looked at."""
    closed = node.op is CALL or node.op.name == "size_of" or (node.op.kind is Kind.LEAF and node.op is not CONSTANT)
    return node in contact or closed
