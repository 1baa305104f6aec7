"""What several choices by one condition compute alike within their branches: the first of them hands it to the others.

The derivative of a branch needs what the branch itself computed, and those in several variables need each other's
parts; each choice is closed by itself, and would compute all of it again.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import AS_WRITTEN, PROJECT, Kind
from symlab.core.ir.types import ArrayType
from symlab.core.ops.branch import IFELSE, MAYBE
from symlab.core.ops.shape import size_of

Side = tuple[Expr, bool]  # a choice, or the condition of several, and whether the first branch is meant


Need = frozenset[Side] | None  # the branches of which one must be taken; None: it is needed in any case


def needed_always(roots: Sequence[Expr]) -> Mapping[Expr, object]:
    """The nodes that are needed whatever the conditions are: what both branches of a choice need is among them.

    So are all results of a node that is needed: they come about together.
    """
    needs = needs_of(roots)
    found = {node: None for node, need in needs.items() if need is None}
    found.update({node: None for node in needs if node.op is PROJECT and node.args[0] in found})
    return found


def nesting(roots: Sequence[Expr]) -> int:
    """How deep choices lie within branches of others."""
    if not any(node.op is IFELSE for node in toposort(roots)):
        return 0
    depth: dict[Expr, int] = {}
    for node, need in needs_of(roots).items():
        if node.op is IFELSE:
            depth[node] = 0 if need is None else 1 + max(depth.get(choice, 0) for choice, _ in need)
    return max(depth.values(), default=0)


def needs_of(roots: Sequence[Expr]) -> dict[Expr, Need]:
    """Under which condition each node is needed; choices come before those within their branches."""
    needs: dict[Expr, Need] = {}
    open_needs: dict[Expr, set[Side] | None] = dict.fromkeys(roots)
    order = toposort(roots)
    for node in reversed(order):
        found = open_needs.pop(node)
        need = needs[node] = None if found is None else simpler(found, needs)
        if node.op is not IFELSE and node.op is not MAYBE:
            for arg in node.args:
                put(open_needs, arg, need)
            continue
        put(open_needs, node.args[0], need)
        for taken in (True, False):
            side = (node.args[0] if need is None else node, taken)
            for arg in values_of(node, taken):
                put(open_needs, arg, frozenset([side]))
    return {node: needs[node] for node in reversed(order)}


def put(needs: dict[Expr, set[Side] | None], node: Expr, need: Need) -> None:
    """Note that a node is needed under one more condition."""
    known = needs.setdefault(node, set())
    if known is None or need is None:
        needs[node] = None
    else:
        known |= need


def simpler(need: set[Side], needs: Mapping[Expr, Need]) -> Need:
    """The same condition: where both branches of a choice are in it, that of the choice.

    A side names the condition itself where its choice is surely made, so that several choices by it count as one.
    """
    waiting = list(need)
    while waiting:
        choice, taken = waiting.pop()
        if not {(choice, taken), (choice, not taken)} <= need:
            continue
        outer = needs[choice] if choice.op is IFELSE else None
        if outer is None:
            return None
        need -= {(choice, True), (choice, False)}
        need |= outer
        waiting += outer
    return frozenset(need)


def handed_on(order: Sequence[Expr], known: dict[Expr, object]) -> Mapping[Side, Sequence[Expr]]:
    """For each branch of a choice what it computes that branches under the same condition need after it.

    `order` has the choices that are surely made, operands first; `known` is what every call computes.
    """
    first: dict[Side, dict[Expr, Any]] = {}  # by condition
    found: dict[Side, dict[Expr, None]] = {}
    choices = Counter(node.args[0] for node in order)
    for node in order:
        for taken in (True, False) if choices[node.args[0]] > 1 else ():
            met = first.setdefault((node.args[0], taken), {})
            order_within = toposort(values_of(node, taken), ChainMap[Expr, object](met, known))
            inside = [item for item in order_within if item not in known]
            for item in inside:
                if item in met:
                    found.setdefault(met[item], {})[item] = None
            met.update(dict.fromkeys(portable([item for item in inside if item not in met]), (node, taken)))
    return {side: list(items) for side, items in found.items()}


def values_of(node: Expr, taken: bool) -> Sequence[Expr]:
    """The values of one branch of a choice."""
    if node.op is MAYBE:
        return node.args[1:] if taken else ()
    half = len(node.args) // 2
    return node.args[1 : half + 1] if taken else node.args[half + 1 :]


def portable(inside: Sequence[Expr]) -> list[Expr]:
    """The nodes worth handing on: arrays of numbers that are computed, and whose sizes no number within decides."""
    own, unsized = set(inside), set[Expr]()
    found = []
    for node in inside:
        if any(arg in unsized for arg in node.args) or decides_its_size(node, own):
            unsized.add(node)
        elif is_computed(node) and isinstance(node.type, ArrayType) and node.type.dtype.kind in "fc":
            found.append(node)
    return found


def is_size(node: Expr) -> bool:
    """Whether a node is a size, or one integer made of others element by element."""
    if node.op is size_of:
        return True
    if node.op.kind is not Kind.ELEMENTWISE or not isinstance(node.type, ArrayType):
        return False
    return node.type.dtype.kind in "iu" and not node.type.ndim


def is_computed(node: Expr) -> bool:
    """Whether a node is more than a view of others."""
    return node.op.kind not in (Kind.LEAF, Kind.STRUCTURAL) and node.op is not AS_WRITTEN


def decides_its_size(node: Expr, own: Collection[Expr]) -> bool:
    """Whether sizes or places of a node are more than arithmetic of the sizes of others."""
    values = node.op.extra.get("values", len(node.args))
    waiting = [arg for arg in node.args[int(values) :] if arg in own]
    while waiting:
        part = waiting.pop()
        if part.op is size_of:
            continue
        if part.op.kind is not Kind.ELEMENTWISE or part.type.ndim:
            return True
        waiting += [arg for arg in part.args if arg in own]
    return False
