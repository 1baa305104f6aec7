"""Which nodes one kernel computes together, and in which order kernels, routines and references run.

One walk from the roots to the leaves. When a node's turn comes all its readers have their places, and those are
numbered backward: what runs earlier has the higher number. A node joins the reader that runs first, if it fits the
loops of that kernel; else it starts a kernel of its own, or joins one that runs before all its readers and reads the
same arrays. So the order is right by construction, and the walk is linear. What is cheap and reads one array is
computed again by every reader. See `roles` for the costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.types import TupleType
from symlab.core.lower.facts import Facts
from symlab.core.lower.group import Group, Item, Target, canonical, folded_sizes, open_sizes
from symlab.core.lower.loops import loop_operands, lowered_body
from symlab.core.lower.picks import before_take, index_places, is_within, never_meet
from symlab.core.lower.prepare import Prepared
from symlab.core.lower.products import Operand, looked_through, operand
from symlab.core.lower.roles import Role, lies_on_host, repeats, role
from symlab.core.lower.sizes import Size, Sizes, add
from symlab.core.lower.structure import (
    VIEWS,
    Map,
    along,
    before_slice,
    keeps_order,
    operand_map,
    part_sizes,
    taken_sizes,
)
from symlab.core.ops.loop import SCAN, Loop

FEW_READS = 8  # arrays that one kernel reads with ease, though they have nothing to do with each other
MOST_COPIES = 4  # readers that each compute a cheap node again


@dataclass(frozen=True, eq=False)
class Routine:
    """A matrix product, a reference or a copy between memories: its operands and its result lie in memory."""

    number: int
    node: Expr
    operands: tuple[Operand, ...]  # the matrices of a product
    rest: tuple[Expr, ...]  # all operands of a reference; the scalars of a product; what is copied whole
    results: tuple[Expr | None, ...] = ()  # of a product or reference: the nodes whose memory it writes
    body: Any = None  # the program of a loop's body
    target: Target | None = None  # of a copy: the memory of a node or root


@dataclass(frozen=True, eq=False)
class Bounds:
    """Refuses the call if an index array leaves the axis that it picks from."""

    number: int
    node: Expr
    index: Expr
    axis: int


Step = Group | Routine | Bounds


class Grouping:
    """The state of the walk."""

    def __init__(self, prepared: Prepared, facts: Facts, together: bool = True, device: bool = False) -> None:
        self.prepared, self.facts, self.together, self.device = prepared, facts, together, device
        self.steps: list[Step] = []
        self.uses: dict[Expr, dict[tuple[int, Map], None]] = {}
        self.barriers: dict[Expr, int] = {}
        self.home: dict[Expr, int] = {}
        self.slots: dict[Expr, list[int]] = {}
        self.primary: dict[Expr, int] = {}
        self.results: dict[Expr, dict[int, Expr]] = {}
        self.latest: dict[tuple[Sizes, Sizes | None], Group] = {}
        for place, root in enumerate(prepared.graph.roots):
            self.slots.setdefault(self.held_by(root), []).append(place)
        for node in reversed(facts.order):
            self.place(node)

    # What is noted for nodes whose turn comes later

    def demand(self, node: Expr, group: Group, at: Map) -> None:
        """A kernel reads a node at this place."""
        self.uses.setdefault(node, {})[group.number, at] = None

    def require(self, node: Expr, number: int) -> None:
        """A step needs the whole array of a node in memory."""
        self.barriers[node] = max(self.barriers.get(node, -1), number)

    # One node

    def place(self, node: Expr) -> None:
        """Give a node its place; all its readers have theirs."""
        uses = list(self.uses.pop(node, ()))
        barrier, slots = self.barriers.get(node, -1), self.slots.get(node, [])
        if not uses and barrier < 0 and not slots:
            return
        match role(node):
            case Role.LEAF:
                self.copy(node, slots)
            case Role.SIZE:
                self.place_view(node, [], barrier, slots)
            case Role.VIEW:
                self.place_view(node, uses, barrier, slots)
            case Role.FORMULA | Role.POSITION | Role.FOLD | Role.TAKEN:
                self.place_formula(node, uses, barrier, slots)
            case Role.PIECES:
                self.own_memory(node, slots)
                self.write_pieces(node)
            case Role.RESULT:
                self.own_memory(node, slots)
                self.results.setdefault(node.args[0], {})[node.attr("index")] = node
                self.require(node.args[0], 0)
            case _:
                self.own_memory(node, slots)
                self.call(node)

    def place_view(self, node: Expr, uses: Sequence[tuple[int, Map]], barrier: int, slots: Sequence[int]) -> None:
        """A view is looked through, unless its elements must lie in memory one after another."""
        group = self.copy(node, slots, in_memory=barrier >= 0)
        if group is not None:
            self.look_through(node, group, group.items[0].at)
        if barrier < 0:
            for number, at in uses:
                self.look_through(node, self.group(number), at)

    def look_through(self, node: Expr, group: Group, at: Map) -> None:
        """Pass the demand for a view on to what it views."""
        if role(node) is Role.SIZE:
            return
        source = VIEWS[node.op.name](self.facts, node, at)
        if source is not None:
            self.demand(node.args[0], group, source)
        else:
            self.require(self.held_by(node), group.number)

    def held_by(self, node: Expr) -> Expr:
        """The node whose contiguous elements, in the same order, are those of `node`."""
        while keeps_order(node):
            node = node.args[0]
        return node

    def place_formula(self, node: Expr, uses: list[tuple[int, Map]], barrier: int, slots: Sequence[int]) -> None:
        """A formula joins a kernel or starts one, or is left to be computed by each of its readers."""
        top = max((number for number, _ in uses), default=-1)
        places = [at for number, at in uses if number == top]
        if top > barrier and len(places) == 1 and self.together:
            group = self.steps[top]
            if isinstance(group, Group) and group.takes(self.facts, node, places[0]):
                stored = bool(slots) or len(uses) > 1 or barrier >= 0
                self.join(group, node, places[0], stored, slots)
                return
        if barrier < 0 and not slots and self.computed_again(node, uses):
            for number, at in uses:
                self.group(number).weight += 1
                self.read_operands(node, self.group(number), at)
            return
        self.start(node, max(top, barrier), slots)

    def computed_again(self, node: Expr, uses: Sequence[tuple[int, Map]]) -> bool:
        """Whether every reader computes a node for itself."""
        if not self.together or len(uses) > MOST_COPIES or not repeats(node):
            return False
        return all(self.group(number).has_room(node) for number, _ in uses)

    def group(self, number: int) -> Group:
        """The group of this number."""
        found = self.steps[number]
        assert isinstance(found, Group)
        return found

    def read_operands(self, node: Expr, group: Group, at: Map) -> None:
        """A kernel computes a node at this place."""
        if role(node) is Role.FOLD:
            self.demand(node.args[0], group, group.operand_of_fold(node, at))
        elif role(node) is Role.FORMULA:
            for arg in node.args:
                self.demand(arg, group, operand_map(arg, at))
        elif role(node) is Role.TAKEN:
            self.require(looked_through(self.facts, node.args[0]).base, group.number)
            for index, place, axis in index_places(self.facts, node, node.args[1:], at):
                self.demand(index, group, place)
                self.check_index(node, index, axis)

    def check_index(self, node: Expr, index: Expr, axis: int) -> None:
        """See to it that an index array is within bounds before a kernel picks elements by it."""
        if not is_within(self.facts, index, self.facts.shapes[node.args[0]][axis]):
            self.require(index, len(self.steps))
            self.steps.append(Bounds(len(self.steps), node, index, axis))

    # Kernels

    def new_group(self, sizes: Sizes) -> Group:
        """A kernel that runs before all those that have a place."""
        group = Group(len(self.steps), list(sizes))
        self.steps.append(group)
        return group

    def start(self, node: Expr, top: int, slots: Sequence[int]) -> None:
        """Compute a node in a kernel that runs before its readers, and keep it in memory."""
        sizes = open_sizes(self.facts, node)
        key = (sizes, folded_sizes(self.facts, node) if role(node) is Role.FOLD else None)
        at = canonical(node, tuple(range(len(sizes))))
        group = self.latest.get(key)
        if group is None or group.number <= top or not self.beside(group, node, at, top):
            group = self.latest[key] = self.new_group(sizes)
        self.join(group, node, at, True, slots)

    def beside(self, group: Group, node: Expr, at: Map, top: int) -> bool:
        """Whether a node gains by being computed in a kernel over the same axes that none of its readers is in."""
        if not self.together or not group.takes(self.facts, node, at):
            return False
        if not group.reads.isdisjoint(node.args) or len(group.reads) + len(node.args) <= FEW_READS or not group.sizes:
            return True
        reader = self.steps[top] if top >= 0 else None
        return isinstance(reader, Group) and not reader.has_room(node)

    def join(self, group: Group, node: Expr, at: Map, stored: bool, slots: Sequence[int]) -> None:
        """Make a node a member of a kernel, and write it to memory where others need it."""
        group.join(self.facts, node, at)
        if stored:
            self.write(group, node, at, slots, True)
        self.read_operands(node, group, at)

    def write(self, group: Group, node: Expr, at: Map, slots: Sequence[int], in_memory: bool) -> None:
        """A kernel writes the value of a node to the memory of its own, if any, and of the roots that it is."""
        targets: list[Target] = list(slots)
        if in_memory:
            self.home[node] = group.number
            if slots:
                self.primary[node] = slots[0]
            targets = [node, *slots[1:]]
        group.items += [Item(node, at, target, at) for target in targets]

    def copy(self, node: Expr, slots: Sequence[int], in_memory: bool = False) -> Group | None:
        """A kernel of its own that writes a node as it is: to roots, and to memory of its own."""
        if not slots and not in_memory:
            return None
        if self.device and lies_on_host(node):
            self.copy_on_host(node, slots)
            return None
        group = self.new_group(open_sizes(self.facts, node))
        group.reads.add(node)
        self.write(group, node, canonical(node, tuple(range(len(group.sizes)))), slots, in_memory)
        return group

    def copy_on_host(self, node: Expr, slots: Sequence[int]) -> None:
        """What lies in the processor's memory goes to further roots there: no kernel can do it."""
        for slot in slots:
            self.require(node, len(self.steps))
            self.steps.append(Routine(len(self.steps), node, (), (node,), target=slot))

    # Routines

    def call(self, node: Expr) -> None:
        """A matrix product or a reference, whose operands lie in memory."""
        if node.op is SCAN and not self.device and self.call_loop(node):
            return
        number = len(self.steps)
        operands: list[Operand] = []
        if role(node) is Role.PRODUCT:
            first = 1 if node.op.name == "product_added" else 0
            operands = [operand(self.facts, arg) for arg in node.args[first : first + 2]]
        rest = node.args[first + 2 :] if operands else node.args
        if role(node) is Role.TRANSFER:
            rest = (self.held_by(node.args[0]),)
            self.steps.append(Routine(number, node, (), rest, target=node))
        else:
            self.steps.append(Routine(number, node, tuple(operands), rest, self.written_by(node, number)))
        for arg in (*(item.base for item in operands), *rest):
            self.require(arg, number)
        if operands and first:
            self.copy_whole(node, node.args[0])

    def call_loop(self, node: Expr) -> bool:
        """A loop, whose operands lie in memory; False where only the reference can run its body."""
        body = lowered_body(self.prepared.graph.table, self.facts, node, self.results[node], self.together)
        if body is None:
            return False
        loop, number = Loop(node), len(self.steps)
        operands = loop_operands(self.facts, loop)
        rest = () if loop.steps is loop.length else (loop.steps,)
        self.steps.append(Routine(number, node, operands, rest, self.written_by(node, number), body))
        for arg in (*(item.base for item in operands), *rest):
            self.require(arg, number)
        return True

    def written_by(self, node: Expr, number: int) -> tuple[Expr | None, ...]:
        """The nodes whose memory a routine writes: itself, or what is read of its several results."""
        if not isinstance(node.type, TupleType):
            return (node,)
        read = self.results[node]
        self.home.update(dict.fromkeys(read.values(), number))
        return tuple(read.get(index) for index in range(len(node.type.items)))

    def copy_whole(self, node: Expr, source: Expr) -> None:
        """The kernel that fills a node's memory with what the node starts from."""
        group = self.new_group(open_sizes(self.facts, node))
        at = canonical(node, tuple(range(len(group.sizes))))
        self.write_piece(group, node, source, at, at)
        group.copied = (node, source)

    # Arrays that are written part by part, or by routines

    def own_memory(self, node: Expr, slots: Sequence[int]) -> None:
        """A node that is written by other means than a formula; the first root that it is lends its memory."""
        self.home[node] = len(self.steps)
        if slots:
            self.copy(node, slots[1:])
            self.primary[node] = slots[0]

    def write_pieces(self, node: Expr) -> None:
        """The kernels that write an array part by part; the last to run first."""
        if node.op.name == "join":
            self.write_joined(node)
        elif node.op.name == "make_vector":
            group = self.new_group(())
            for place, arg in enumerate(node.args):
                self.write_piece(group, node, arg, (), ((-1, 0, place),))
        else:
            (self.write_scattered if "take" in node.op.name else self.write_part)(node)
            self.copy_whole(node, node.args[0])

    def write_piece(self, group: Group, node: Expr, source: Expr, at: Map, place: Map, increment: bool = False) -> None:
        """One part: the value of `source` goes to `place`."""
        group.items.append(Item(source, at, node, place, increment))
        group.reads.add(source)
        group.weight += 1
        self.demand(source, group, at)

    def write_scattered(self, node: Expr) -> None:
        """The kernel that replaces or increments what index arrays pick, one element after another if two may meet."""
        _, source, *indices = node.args
        group = self.new_group(taken_sizes(self.facts, node, indices))
        if not never_meet(self.facts, indices):
            group.ordered, group.lonely = True, self.device
        at = tuple(along(axis) for axis in range(len(group.sizes)))
        found = tuple(index_places(self.facts, node, indices, at))
        place = before_take(node, indices, at)
        group.items.append(Item(source, operand_map(source, at), node, place, node.op.name == "inc_take", found))
        self.demand(source, group, operand_map(source, at))
        for index, where, axis in found:
            self.demand(index, group, where)
            self.check_index(node, index, axis)

    def write_joined(self, node: Expr) -> None:
        """One kernel for each part of a join."""
        axis = node.attr("axis") % len(node.type.shape)
        starts: list[Size] = [0]
        for part in node.args:
            starts.append(add(starts[-1], self.facts.shapes[part][axis]))
        for part, start in reversed(list(zip(node.args, starts))):
            group = self.new_group(open_sizes(self.facts, part))
            at = canonical(part, tuple(range(len(group.sizes))))
            moved, step, _ = at[axis]
            place = (*at[:axis], (moved, step, start), *at[axis + 1 :])
            self.write_piece(group, node, part, at, place)

    def write_part(self, node: Expr) -> None:
        """The kernel that replaces or increments a part of an array."""
        group = self.new_group(part_sizes(self.facts, node))
        at = tuple(along(axis) for axis in range(len(group.sizes)))
        place = before_slice(self.facts, node, at)
        source = node.args[1]
        self.write_piece(group, node, source, operand_map(source, at), place, node.op.name == "inc_slice")
