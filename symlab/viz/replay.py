"""The graph of a view: nodes with stable numbers, changed step by step as the interned graph is rewritten.

The nodes of a compilation are immutable: a rewrite deep in a graph makes new nodes of everything above it. A person
wants to see one node change and the rest hold still, so here a node keeps its number while only its operands change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import INPUT, SHARED


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
    """The graph that a viewer shows, and the interned node that each number stands for now."""

    def __init__(self, inputs: Sequence[Expr], roots: Sequence[Expr]) -> None:
        self.number: dict[Expr, int] = {}
        self.node: dict[int, Expr] = {}
        self.operands: dict[int, list[int]] = {}
        self.users: dict[int, set[tuple[int, int]]] = defaultdict(set)
        self.outputs: list[int] = []
        self.made = 0
        for node in toposort([*inputs, *roots]):
            self.add(node)
        self.outputs = [self.number[root] for root in roots]

    def add(self, node: Expr) -> int:
        """A new number for a node whose operands have theirs."""
        number, self.made = self.made, self.made + 1
        self.number[node], self.node[number] = number, node
        self.operands[number] = [self.number[arg] for arg in node.args]
        for slot, operand in enumerate(self.operands[number]):
            self.users[operand].add((number, slot))
        return number

    def replace(self, before: Expr, after: Expr) -> Change:
        """Let `after` stand wherever `before` stands; an empty change where the view does not change."""
        change = Change()
        old = self.number.get(before)
        if old is None or before is after:
            return change
        if self.is_rebuilt(old, after):
            self.rename(old, after, change)
            return change
        new = self.place(after, change)
        if new != old:
            self.redirect(old, new, change)
            self.delete_unused([old], change)
        change.at, change.by = old, new
        return change

    def is_rebuilt(self, old: int, after: Expr) -> bool:
        """Whether `after` is the same op as node `old` over as many operands, so that it can keep the number."""
        node = self.node[old]
        same = after.op is node.op and len(after.args) == len(node.args) and after not in self.number
        return same and all(arg in self.number for arg in after.args)

    def rename(self, old: int, after: Expr, change: Change) -> None:
        """Node `old` is now known as `after`; operands that differ are rewired."""
        del self.number[self.node[old]]
        self.node[old], self.number[after] = after, old
        gone = []
        for slot, arg in enumerate(after.args):
            before, new = self.operands[old][slot], self.number[arg]
            if before != new:
                self.rewire(old, slot, new, change)
                gone.append(before)
        self.delete_unused(gone, change)
        change.at = change.by = old

    def place(self, after: Expr, change: Change) -> int:
        """The number of `after`, added with all below it that the view does not have yet."""
        for node in toposort([after], frozenset(self.number)):
            if node not in self.number:
                change.added.append(self.add(node))
        return self.number[after]

    def rewire(self, user: int, slot: int, new: int, change: Change) -> None:
        """Let one operand of a node be another node."""
        self.users[self.operands[user][slot]].discard((user, slot))
        self.operands[user][slot] = new
        self.users[new].add((user, slot))
        change.rewired.append((user, slot, new))

    def redirect(self, old: int, new: int, change: Change) -> None:
        """Let everything that reads `old` read `new`."""
        below = set(change.added)
        for user, slot in sorted(self.users[old]):
            if user not in below:
                self.rewire(user, slot, new, change)
        for position, number in enumerate(self.outputs):
            if number == old:
                self.outputs[position] = new
                change.outputs.append((position, new))

    def delete_unused(self, candidates: Iterable[int], change: Change) -> None:
        """Delete these nodes, and what they alone used, where nothing reads them any more."""
        stack = list(candidates)
        while stack:
            number = stack.pop()
            if number not in self.node or self.users[number] or number in self.outputs or self.is_input(number):
                continue
            del self.number[self.node.pop(number)]
            del self.users[number]
            for slot, operand in enumerate(self.operands.pop(number)):
                self.users[operand].discard((number, slot))
                stack.append(operand)
            if number in change.added:
                change.added.remove(number)
            else:
                change.deleted.append(number)

    def is_input(self, number: int) -> bool:
        """Whether a node is shown even where nothing reads it."""
        return self.node[number].op in (INPUT, SHARED)


def merged(changes: Sequence[Change]) -> Change:
    """Several changes as one."""
    total = Change()
    born: set[int] = set()
    for change in changes:
        born.update(change.added)
        total.added += change.added
        total.rewired += change.rewired
        total.outputs += change.outputs
        total.deleted += change.deleted
        total.at, total.by = (change.at, change.by) if total.at < 0 else (total.at, change.by)
    transient = born & set(total.deleted)
    total.added = [number for number in total.added if number not in transient]
    total.deleted = [number for number in total.deleted if number not in transient]
    keep: Callable[[tuple[int, int, int]], bool] = lambda item: item[0] not in transient and item[2] not in transient  # noqa: E731
    total.rewired = last_rewires([item for item in total.rewired if keep(item)])
    return total


def last_rewires(rewired: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Only the last operand that each place was given."""
    return [(user, slot, new) for (user, slot), new in {(user, slot): new for user, slot, new in rewired}.items()]
