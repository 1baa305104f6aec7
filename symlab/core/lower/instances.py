"""What a kernel needs: every node of its group at every place where it is read.

An instance is a node at one place in the group's axes. Its level is the number of reductions on the way to it: what has
level k is known when k rounds of loops have ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from symlab.core.ir.expr import Expr
from symlab.core.lower.group import Group, Item, Target
from symlab.core.lower.grouping import Grouping
from symlab.core.lower.picks import before_take, index_places
from symlab.core.lower.products import looked_through
from symlab.core.lower.roles import Role, literal, role
from symlab.core.lower.sizes import Size, Sizes, add, multiply, row_major
from symlab.core.lower.structure import VIEWS, Map, operand_map

Read = tuple[Expr, Map]  # a node, and where it is read


class Make(Enum):
    """How the value of an instance comes about."""

    LOAD = "load"
    LITERAL = "literal"
    POSITION = "position"
    APPLY = "apply"
    REDUCE = "reduce"


@dataclass(frozen=True, slots=True)
class Place:
    """An element of a target's memory, or a position: an offset and a factor for some of the group's axes."""

    target: Target | None
    offset: Size
    steps: tuple[tuple[int, Size], ...]

    @property
    def axes(self) -> frozenset[int]:
        """The axes that it depends on."""
        return frozenset(axis for axis, _ in self.steps)


@dataclass(frozen=True, slots=True)
class Pick:
    """What an index adds to a place: the number of an instance, the size of the axis that it picks from, its stride."""

    index: int
    size: Size
    stride: Size


@dataclass(slots=True)
class Instance:
    """A node at a place."""

    make: Make
    node: Expr
    args: list[int]
    axes: frozenset[int]
    level: int
    place: Place | None = None
    picks: tuple[Pick, ...] = ()


class Instances:
    """The instances that a group needs, operands first."""

    def __init__(self, grouping: Grouping, group: Group) -> None:
        self.grouping, self.facts, self.group = grouping, grouping.facts, group
        self.all: list[Instance] = []
        self.known: dict[tuple[Expr, Map], int] = {}
        self.strides: dict[Expr, Sizes] = {}
        self.sources = [self.build(item.source, item.at) for item in group.items]
        self.picks = [self.picks_of_item(item) for item in group.items]

    def build(self, node: Expr, at: Map) -> int:
        """The number of an instance; its operands are made first, without recursion."""
        stack: list[tuple[Read, list[Read] | None]] = [((node, at), None)]
        while stack:
            key, operands = stack[-1]
            if key in self.known:
                stack.pop()
            elif operands is not None:
                stack.pop()
                self.known[key] = self.make(*key, [self.known[operand] for operand in operands])
            elif self.computed_here(*key):
                operands = self.operands(*key)
                stack[-1] = (key, operands)
                stack.extend((operand, None) for operand in reversed(operands))
            else:
                stack.pop()
                self.known[key] = self.leaf(*key)
        return self.known[node, at]

    def operands(self, node: Expr, at: Map) -> list[Read]:
        """What an instance is made from: for a view that is looked through, what it shows."""
        match role(node):
            case Role.VIEW:
                source = VIEWS[node.op.name](self.facts, node, at)
                return [] if source is None else [(node.args[0], source)]
            case Role.FOLD:
                return [(node.args[0], self.group.operand_of_fold(node, at))]
            case Role.FORMULA:
                return [(arg, operand_map(arg, at)) for arg in node.args]
            case Role.TAKEN:
                return [(index, place) for index, place, _ in index_places(self.facts, node, node.args[1:], at)]
        return []

    def computed_here(self, node: Expr, at: Map) -> bool:
        """Whether this kernel computes a node rather than loading it."""
        if role(node) not in (Role.FORMULA, Role.FOLD, Role.POSITION, Role.TAKEN, Role.VIEW):
            return False
        if self.group.members.get(node) == at:
            return True
        home = self.grouping.home.get(node)
        return home is None or (home == self.group.number and role(node) is Role.VIEW)

    def make(self, node: Expr, at: Map, parts: list[int]) -> int:
        """A new instance, or for a view that is looked through the one that it shows."""
        match role(node):
            case Role.VIEW:
                return parts[0] if parts else self.load(node, self.grouping.held_by(node), at)
            case Role.POSITION:
                place = self.place(None, (1,), at)
                return self.add(Instance(Make.POSITION, node, [], place.axes, 0, place))
            case Role.FOLD:
                operand = self.all[parts[0]]
                kept = frozenset(axis for axis, _, _ in at if axis >= 0)
                return self.add(Instance(Make.REDUCE, node, parts, kept, operand.level + 1))
            case Role.TAKEN:
                return self.add(self.taken(node, at, parts))
        level = max(self.all[part].level for part in parts)
        axes = frozenset().union(*(self.all[part].axes for part in parts))
        return self.add(Instance(Make.APPLY, node, parts, axes, level))

    def taken(self, node: Expr, at: Map, parts: list[int]) -> Instance:
        """An element that index arrays pick from memory."""
        source = node.args[0]
        behind = looked_through(self.facts, source)
        place = self.place(behind.base, behind.strides, before_take(node, node.args[1:], at), behind.offset)
        picks = self.picks_of(parts, node.attr("axes"), self.facts.shapes[source], behind.strides)
        axes = place.axes.union(*(self.all[part].axes for part in parts))
        return Instance(Make.LOAD, node, parts, axes, max(self.all[part].level for part in parts), place, picks)

    def picks_of(self, parts: Sequence[int], axes: Sequence[int], shape: Sizes, strides: Sizes) -> tuple[Pick, ...]:
        """What indices add to the place of an element."""
        return tuple(Pick(part, shape[axis], strides[axis]) for part, axis in zip(parts, axes))

    def picks_of_item(self, item: Item) -> tuple[Pick, ...]:
        """What index arrays add to the place where an item is written."""
        if not item.indices:
            return ()
        assert isinstance(item.target, Expr)
        parts = [self.build(index, at) for index, at, _ in item.indices]
        axes = [axis for _, _, axis in item.indices]
        return self.picks_of(parts, axes, self.facts.shapes[item.target], self.strides_of(item.target))

    def add(self, instance: Instance) -> int:
        """The number of a new instance."""
        self.all.append(instance)
        return len(self.all) - 1

    def leaf(self, node: Expr, at: Map) -> int:
        """A number in the code, a size, or an element in memory."""
        if literal(node):
            return self.add(Instance(Make.LITERAL, node, [], frozenset(), 0))
        if role(node) is Role.SIZE:
            size = self.facts.values[node][0]
            return self.add(Instance(Make.POSITION, node, [], frozenset(), 0, Place(None, size, ())))
        return self.load(node, node, at)

    def load(self, node: Expr, held_by: Expr, at: Map) -> int:
        """An element in memory."""
        place = self.place(held_by, self.strides_of(node), at)
        return self.add(Instance(Make.LOAD, held_by, [], place.axes, 0, place))

    def strides_of(self, node: Expr) -> Sizes:
        """The strides of a node's elements in C order."""
        found = self.strides.get(node)
        if found is None:
            found = self.strides[node] = row_major(self.facts.shapes[node])
        return found

    def place(self, target: Target | None, strides: Sizes, at: Map, offset: Size = 0) -> Place:
        """Where in memory an element lies."""
        steps: dict[int, Size] = {}
        for (axis, step, start), stride in zip(at, strides):
            offset = add(offset, multiply(start, stride))
            if axis >= 0 and self.group.sizes[axis] != 1:
                steps[axis] = add(steps.get(axis, 0), multiply(step, stride))
        return Place(target, offset, tuple(sorted((axis, step) for axis, step in steps.items() if step != 0)))

    def target_place(self, item: Item) -> Place:
        """Where an item is written."""
        node = item.target if isinstance(item.target, Expr) else item.source
        return self.place(item.target, self.strides_of(node), item.place)
