"""The graph of a view: nodes with stable numbers, changed step by step as the interned graph is rewritten.

The nodes of a compilation are immutable: a rewrite deep in a graph makes new nodes of everything above it. A person
wants to see one node change and the rest hold still, so here a node keeps its number while only its operands change.
A closed function is shown opened: its body's nodes carry the scope of the call, whose node reads the body's result.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import CALL, INPUT, PARAM, SHARED
from symlab.core.rewrite.analysis import Scope

OUTPUT = -1  # stands for the caller among the readers of a node


@dataclass
class Change:
    """What one step did to the view: in this order nodes are added, operands rewired, outputs moved, nodes deleted."""

    at: int = -1
    by: int = -1
    added: list[int] = field(default_factory=list)
    rewired: list[tuple[int, int, int]] = field(default_factory=list)
    outputs: list[tuple[int, int]] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.rewired or self.outputs or self.deleted)


class ViewGraph:
    """The graph that a viewer shows, and the interned node and scope that each number stands for now."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.interned = {typed: node for node, found in graph.origins.items() for typed in found}
        self.numbers: dict[Scope, dict[Expr, int]] = defaultdict(dict)
        self.node: dict[int, Expr] = {}
        self.scope: dict[int, Scope] = {}
        self.operands: dict[int, list[int]] = {}
        self.users: dict[int, set[tuple[int, int]]] = defaultdict(set)
        self.outputs: list[int] = []
        self.made = 0
        self.place((), [*graph.inputs, *graph.roots], Change())
        self.outputs = [self.number((), root) for root in graph.roots]
        for position, number in enumerate(self.outputs):
            self.users[number].add((OUTPUT, position))

    # Numbers

    def find(self, scope: Scope, node: Expr) -> int | None:
        """The number of a node in a scope; a parameter has that of the operand which the call gives it."""
        while node.op is PARAM and scope:
            *outer, call = scope
            node, scope = call.args[call.attr("body").params.index(node)], tuple(outer)
        return self.numbers[scope].get(node)

    def number(self, scope: Scope, node: Expr) -> int:
        """As `find`, of a node that is there."""
        found = self.find(scope, node)
        if found is None:
            raise LookupError(f"the view has no node {node.op.name}")
        return found

    def place(self, scope: Scope, nodes: Iterable[Expr], change: Change) -> None:
        """Number these nodes and all below them that the view does not have yet."""
        unread: list[int] = []
        for node in toposort(nodes, self.numbers[scope]):
            if node.op is not PARAM and node not in self.numbers[scope]:
                self.add(scope, node, change)
                if node.op is CALL:
                    unread += [self.number(scope, arg) for arg in node.args]
        if unread:
            self.delete_unused(unread, change)

    def add(self, scope: Scope, node: Expr, change: Change) -> int:
        """A new number for a node whose operands have theirs; the body of a closed function has later ones."""
        number, self.made = self.made, self.made + 1
        self.numbers[scope][node] = number
        self.node[number], self.scope[number] = node, scope
        if node.op is CALL:
            inner, body = (*scope, node), node.attr("body").body
            self.place(inner, [body], change)
            self.operands[number] = [self.number(inner, body)]
        else:
            self.operands[number] = [self.number(scope, arg) for arg in self.in_order(node)]
        for slot, operand in enumerate(self.operands[number]):
            self.users[operand].add((number, slot))
        change.added.append(number)
        return number

    def in_order(self, node: Expr) -> Sequence[Expr]:
        """The operands of a node as they were written; those of a sum or product are interned in another order."""
        if not node.op.flat:
            return node.args
        found = [item for item in self.graph.table.written.get(node, ()) if item is not None]
        typed = self.graph.typed(node)
        if not found and typed is not None:
            found = [self.interned[arg] for arg in typed.args if arg in self.interned]
        return found if Counter(found) == Counter(node.args) else node.args

    # Changes

    def replace(self, scope: Scope, before: Expr, after: Expr) -> Change:
        """Let `after` stand wherever `before` stands; an empty change where the view does not change."""
        old = self.find(scope, before)
        if old is None or before is after:
            return Change()
        change = Change(old, old)
        if self.is_rebuilt(scope, old, after):
            self.rename(old, after, change)
            return change
        self.place(scope, [after], change)
        change.by = self.number(scope, after)
        if change.by != old:
            self.redirect(old, change.by, change)
            self.delete_unused([old], change)
        return change

    def settle(self, roots: Sequence[Expr]) -> Change:
        """Make these the outputs, whatever was told of how they came about."""
        change = Change()
        if any(self.find((), root) != number for root, number in zip(roots, self.outputs, strict=True)):
            self.place((), roots, change)
            gone = list(self.outputs)
            for position, root in enumerate(roots):
                self.move_output(position, self.number((), root), change)
            change.at, change.by = gone[0], self.outputs[0]
            self.delete_unused(gone, change)
        return change

    def is_rebuilt(self, scope: Scope, old: int, after: Expr) -> bool:
        """Whether `after` is node `old` over other operands, so that it can keep the number."""
        node = self.node[old]
        if (
            after.op is not node.op
            or not node.args
            or len(after.args) != len(node.args)
            or after in self.numbers[scope]
        ):
            return False
        if after.op is CALL:
            return True
        return after.attrs == node.attrs and all(self.find(scope, arg) is not None for arg in after.args)

    def rename(self, old: int, after: Expr, change: Change) -> None:
        """Node `old` is now known as `after`; operands that differ are rewired."""
        scope, before = self.scope[old], self.node[old]
        del self.numbers[scope][before]
        self.node[old], self.numbers[scope][after] = after, old
        changed = [old]
        gone: list[int] = []
        if after.op is CALL:
            inner = (*scope, after)
            self.place(scope, after.args, change)
            self.move_scope((*scope, before), inner)
            self.place(inner, [after.attr("body").body], change)
            changed += [
                number for path, found in self.numbers.items() if starts(path, inner) for number in found.values()
            ]
            gone += [self.number(scope, arg) for arg in after.args]
        for number in changed:
            gone += self.refresh(number, change)
        self.delete_unused(gone, change)

    def move_scope(self, old: Scope, new: Scope) -> None:
        """The nodes within a call are within the call that it became."""
        for path in [path for path in self.numbers if starts(path, old)]:
            moved = (*new, *path[len(old) :])
            found = self.numbers.pop(path)
            self.numbers[moved].update(found)
            self.scope.update(dict.fromkeys(found.values(), moved))

    def refresh(self, number: int, change: Change) -> list[int]:
        """Rewire a node to its operands as they are numbered now; the result is what it does not read any more."""
        scope, node, current = self.scope[number], self.node[number], self.operands[number]
        if node.op is CALL:
            wanted = [self.number((*scope, node), node.attr("body").body)]
        else:
            wanted = [self.number(scope, arg) for arg in self.in_order(node)]
        if node.op.flat:
            wanted = kept_in_place(current, wanted)
        moved = [(slot, old, new) for slot, (old, new) in enumerate(zip(current, wanted, strict=True)) if old != new]
        for slot, _, new in moved:
            self.rewire(number, slot, new, change)
        return [old for _, old, _ in moved]

    def rewire(self, user: int, slot: int, new: int, change: Change) -> None:
        """Let one operand of a node be another node."""
        self.users[self.operands[user][slot]].discard((user, slot))
        self.operands[user][slot] = new
        self.users[new].add((user, slot))
        change.rewired.append((user, slot, new))

    def move_output(self, position: int, new: int, change: Change) -> None:
        """Let an output be another node."""
        old = self.outputs[position]
        if old != new:
            self.users[old].discard((OUTPUT, position))
            self.users[new].add((OUTPUT, position))
            self.outputs[position] = new
            change.outputs.append((position, new))

    def redirect(self, old: int, new: int, change: Change, keep: Iterable[int] = ()) -> None:
        """Let everything that reads `old` read `new`; the nodes of `keep` and those just added go on as they are."""
        apart = {*change.added, *keep}
        for user, slot in sorted(self.users[old]):
            if user == OUTPUT:
                self.move_output(slot, new, change)
            elif user not in apart:
                self.rewire(user, slot, new, change)

    def delete_unused(self, candidates: Iterable[int], change: Change, wanted: Container[int] = frozenset()) -> None:
        """Delete these nodes, and what they alone used, where nothing reads them any more and they are not `wanted`."""
        stack = list(candidates)
        while stack:
            number = stack.pop()
            if number not in self.node or self.users[number] or self.is_input(number) or number in wanted:
                continue
            del self.numbers[self.scope.pop(number)][self.node.pop(number)]
            del self.users[number]
            for slot, operand in enumerate(self.operands.pop(number)):
                self.users[operand].discard((number, slot))
                stack.append(operand)
            if number in change.added:
                change.added.remove(number)
                change.rewired = [item for item in change.rewired if item[0] != number]
            else:
                change.deleted.append(number)

    def is_input(self, number: int) -> bool:
        """Whether a node is shown even where nothing reads it."""
        return self.node[number].op in (INPUT, SHARED)


def starts(path: Scope, first: Scope) -> bool:
    """Whether a scope is this one or lies within it."""
    return path[: len(first)] == first


def kept_in_place(current: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """The wanted operands, those that are there already in their places."""
    left = Counter(wanted)
    stay: list[int | None] = []
    for number in current:
        stay.append(number if left[number] else None)
        left[number] -= left[number] > 0
    fresh = left.elements()
    return [next(fresh) if number is None else number for number in stay]


def merged(changes: Sequence[Change]) -> Change:
    """Several changes as one."""
    if len(changes) == 1:
        return changes[0]
    born = {number for change in changes for number in change.added}
    gone = {number for change in changes for number in change.deleted}
    rewired = {(user, slot): new for change in changes for user, slot, new in change.rewired if user not in gone}
    return Change(
        changes[0].at,
        changes[-1].by,
        [number for change in changes for number in change.added if number not in gone],
        [(user, slot, new) for (user, slot), new in rewired.items()],
        list({position: new for change in changes for position, new in change.outputs}.items()),
        [number for change in changes for number in change.deleted if number not in born],
    )
