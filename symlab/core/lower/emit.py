"""From a group of nodes to its kernel: what each loop loads, computes, folds and writes.

What depends on no axis is computed before all loops, what depends on outer axes alone once per outer position. A later
loop that needs what an earlier one computed computes it again if that is cheap; else the earlier loop keeps it, in the
memory of a result that is written later anyway, or in scratch of one outer position.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.graph import constant_value
from symlab.core.lower.buffers import Buffers
from symlab.core.lower.group import Axes, Group, Item
from symlab.core.lower.grouping import Grouping
from symlab.core.lower.instances import Instance, Instances, Make, Pick, Place
from symlab.core.lower.kernel import (
    LANES,
    NARROW,
    Access,
    Apply,
    Instruction,
    Kernel,
    Literal,
    Load,
    Position,
    Reduce,
    Stage,
    Store,
    Term,
)
from symlab.core.lower.progression import progression
from symlab.core.lower.roles import CHEAP, FUNCTION, cost, operand_dtype
from symlab.core.lower.simplify import simplify
from symlab.core.lower.sizes import Sizes, degree, product, row_major
from symlab.core.lower.sizes import add as size_sum
from symlab.core.ops.elementwise import add
from symlab.core.ops.reduce import accumulator

Names = Mapping[int, int]  # the results that instances are
NO_NAMES: Names = MappingProxyType({})
Loop = tuple[int, int]  # a level, and the number of a family of axes


@dataclass(frozen=True, slots=True)
class Written:
    """An item with the instance that it writes, and where."""

    item: Item
    source: int
    place: Place
    picks: tuple[Pick, ...]

    @property
    def needed(self) -> tuple[int, ...]:
        """The instance that is written, and those that say where."""
        return (self.source, *(pick.index for pick in self.picks))


class Emitter:
    """Makes the kernel of one group."""

    def __init__(self, grouping: Grouping, group: Group, buffers: Buffers) -> None:
        self.facts, self.group, self.buffers = grouping.facts, group, buffers
        found = Instances(grouping, group)
        self.all: list[Instance] = found.all
        self.items = [
            Written(item, source, found.target_place(item), picks)
            for item, source, picks in zip(group.items, found.sources, found.picks)
        ]
        self.outer: Axes = tuple(range(len(group.sizes))) if group.outer is None else group.outer
        self.outside = frozenset(self.outer)
        self.families = [self.by_stride(family) for family in group.families]
        self.columns = self.by_columns()
        self.costly = not self.columns and bool(self.outer) and self.computes_functions()
        self.first: dict[int, Loop] = {}
        self.last: dict[int, Loop] = {}
        self.kept: dict[int, tuple[int, Place]] = {}
        self.names: dict[int, int] = {}
        self.count = 0
        self.numbers: set[int] = set()  # results that are known when the kernel is made

    def by_stride(self, family: Axes) -> Axes:
        """Inner axes in the order in which the first array that runs over all of them lies in memory."""
        for instance in self.all:
            if instance.make is Make.LOAD and instance.place and instance.place.axes.issuperset(family):
                steps = dict(instance.place.steps)
                return tuple(sorted(family, key=lambda axis: (-degree(steps[axis]), family.index(axis))))
        return family

    def by_columns(self) -> bool:
        """Whether more accesses go step by step along the last outer axis than along the innermost one."""
        outer = [axis for axis in self.outer if self.group.sizes[axis] != 1]
        if not outer or not any(self.families):
            return False
        places = [instance.place for instance in self.all if instance.make is Make.LOAD and instance.place]
        places += [written.place for written in self.items]
        found = [dict(place.steps) for place in places if not place.axes <= self.outside]
        last = {max(family, key=family.index) for family in self.families if family}
        rows = sum(1 for steps in found if any(steps.get(axis, 0) not in (0, 1) for axis in last))
        return rows > sum(1 for steps in found if steps.get(outer[-1], 0) not in (0, 1))

    def computes_functions(self) -> bool:
        """Whether a loop computes more than a few instructions per element."""
        formulas = (number for number, instance in enumerate(self.all) if instance.make is Make.APPLY)
        return any(cost(self.all[number].node) >= FUNCTION for number in formulas if self.is_inner(number))

    def kernel(self) -> Kernel:
        """The kernel."""
        levels = range(1 + max((instance.level for instance in self.all), default=0))
        loops = [(level, family) for level in levels for family in range(len(self.families))]
        for loop in loops:
            self.claim(loop)
        for number in sorted(self.last):
            self.kept[number] = self.lent(number) or self.scratch(number)
        prologue = self.straight(self.alone, 0) if self.group.sizes else ()
        stages: list[Stage] = []
        for level in levels:
            stages.append(Stage((), self.straight(self.once_per_position, level)))
            stages += [self.stage(loop) for loop in loops if loop[0] == level]
        outer = self.sizes_of(self.outer)
        kept = tuple(stage for stage in stages if stage.body)
        return simplify(Kernel(outer, prologue, kept, self.group.ordered, self.columns, self.costly))

    def sizes_of(self, axes: Axes) -> Sizes:
        """The sizes of axes."""
        return tuple(self.group.sizes[axis] for axis in axes)

    # Which loop computes what

    def is_inner(self, number: int) -> bool:
        """Whether an instance depends on an axis that is looped over."""
        return not self.all[number].axes <= self.outside

    def alone(self, axes: frozenset[int], level: int) -> bool:
        """Whether something is done before all loops."""
        return not axes and level == 0

    def once_per_position(self, axes: frozenset[int], level: int) -> bool:
        """Whether something is done once per outer position."""
        return axes <= self.outside and not (self.group.sizes and self.alone(axes, level))

    def family_of(self, axes: frozenset[int]) -> int:
        """The number of the family to which the inner ones of these axes belong, -1 if there are none."""
        inner = axes - self.outside
        return next((number for number, family in enumerate(self.families) if not inner.isdisjoint(family)), -1)

    def folds(self, loop: Loop) -> list[int]:
        """The reductions that a loop carries out."""
        level, family = loop
        return [
            number
            for number, instance in enumerate(self.all)
            if instance.make is Make.REDUCE
            and instance.level == level + 1
            and self.group.families.index(self.group.folds[instance.node]) == family
        ]

    def written(self, loop: Loop) -> list[Written]:
        """What a loop writes."""
        return [written for written in self.items if self.loop_of(written) == loop]

    def loop_of(self, written: Written) -> Loop:
        """The loop that writes an item; its family is -1 outside of loops."""
        return max(self.all[number].level for number in written.needed), self.family_of(self.axes_of(written))

    def claim(self, loop: Loop) -> None:
        """Find out what a loop is the first to compute, and which earlier loops must keep something for it."""
        sinks = [self.all[number].args[0] for number in self.folds(loop)]
        sinks += [number for written in self.written(loop) for number in written.needed]
        waiting = [number for number in sinks if self.is_inner(number)]
        seen: set[int] = set()
        while waiting:
            number = waiting.pop()
            instance = self.all[number]
            if number in seen or not instance.args:
                continue
            seen.add(number)
            if self.first.setdefault(number, loop) != loop and (number in self.last or cost(instance.node) > CHEAP):
                self.last[number] = loop
            else:
                waiting.extend(arg for arg in instance.args if self.is_inner(arg))

    def lent(self, number: int) -> tuple[int, Place] | None:
        """The memory of a result that is written later, if each position has an element of its own there."""
        dtype = self.all[number].node.type.dtype
        taken = {buffer for buffer, _ in self.kept.values()}
        open_axes = {axis for axis, size in enumerate(self.group.sizes) if size != 1}
        whole = open_axes & {*self.outer, *self.families[self.family_of(self.all[number].axes)]}
        for written in self.items:
            item, place = written.item, written.place
            if item.increment or item.source.type.dtype != dtype or place.axes != whole or place.target is None:
                continue
            buffer = self.buffers.of(place.target)
            if written.source == number and self.loop_of(written) == self.first[number]:
                return buffer, place
            if buffer not in taken and self.loop_of(written) >= self.last[number]:
                return buffer, place
        return None

    def scratch(self, number: int) -> tuple[int, Place]:
        """Memory for what one outer position keeps; where positions are worked on side by side, for a block of them."""
        instance = self.all[number]
        family = self.families[self.family_of(instance.axes)]
        sizes = self.sizes_of(family)
        steps = tuple((axis, step) for axis, step in zip(family, row_major(sizes)) if self.group.sizes[axis] != 1)
        shape = (*sizes, LANES) if self.columns else sizes
        if self.buffers.device:
            shape = (*self.sizes_of(self.outer), *sizes)  # a part for each position
        elif self.costly:
            shape = (size_sum(product(sizes), NARROW * LANES),)
        return self.buffers.work(instance.node, shape, sizes), Place(None, 0, steps)

    # Instructions

    def straight(self, belongs: Any, level: int) -> tuple[Instruction, ...]:
        """What is computed and written outside of loops."""
        body: list[Instruction] = []
        for number, instance in enumerate(self.all):
            if instance.level == level and instance.make is not Make.REDUCE and belongs(instance.axes, level):
                self.names[number] = self.emit(number, (), self.names, body)
        for written in self.items:
            outside = belongs(self.axes_of(written), level) and not self.is_inner(written.source)
            if outside and self.loop_of(written)[0] == level:
                self.write(written, (), self.names, body)
        return tuple(body)

    def stage(self, loop: Loop) -> Stage:
        """One loop."""
        axes = self.families[loop[1]]
        names: dict[int, int] = {}
        body: list[Instruction] = []
        folds, written = self.folds(loop), self.written(loop)
        for number in folds:
            self.compute(self.all[number].args[0], loop, names, body)
        for number in (number for item in written for number in item.needed):
            self.compute(number, loop, names, body)
        for number in folds:
            self.names[number] = self.reduce(number, self.name(self.all[number].args[0], names), body)
        for number, (buffer, place) in self.kept.items():
            if self.first[number] == loop and all(item.source != number or item.place is not place for item in written):
                node = self.all[number].node
                body.append(Store(self.access(buffer, place, axes), names[number], node.type.dtype, node))
        for item in written:
            self.write(item, axes, names, body)
        return Stage(self.sizes_of(axes), tuple(body))

    def axes_of(self, written: Written) -> frozenset[int]:
        """The axes over which an item is written."""
        return written.place.axes.union(*(self.all[pick.index].axes for pick in written.picks))

    def name(self, number: int, names: Names) -> int:
        """The result that an instance is, in a loop or outside."""
        return names[number] if number in names else self.names[number]

    def compute(self, number: int, loop: Loop, names: dict[int, int], body: list[Instruction]) -> None:
        """Emit an instance and what it needs, operands first; what earlier loops kept is loaded."""
        waiting = [number]
        while waiting:
            top = waiting[-1]
            if top in names or not self.is_inner(top):
                waiting.pop()
            elif top in self.kept and self.first[top] != loop:
                buffer, place = self.kept[top]
                names[waiting.pop()] = self.load(top, self.access(buffer, place, self.families[loop[1]]), body)
            else:
                missing = [arg for arg in self.all[top].args if arg not in names and self.is_inner(arg)]
                waiting.extend(reversed(missing))
                if not missing:
                    names[waiting.pop()] = self.emit(top, self.families[loop[1]], names, body)

    def new(self) -> int:
        """The number of a new result."""
        self.count += 1
        return self.count - 1

    def emit(self, number: int, axes: Axes, names: dict[int, int], body: list[Instruction]) -> int:
        """The instructions of one instance whose operands have theirs; the number of the result."""
        instance = self.all[number]
        node, place = instance.node, instance.place
        match instance.make:
            case Make.LITERAL:
                self.numbers.add(self.count)
                body.append(Literal(self.new(), constant_value(node).reshape(())[()], node.type.dtype, node))
            case Make.POSITION:
                assert place is not None
                at = Position(self.new(), place.offset, self.strides(place, axes), np.dtype(np.int64), node)
                body += progression(self.facts, node, at, self.new) if node.op.name == "arange" else [at]
            case Make.LOAD:
                assert place is not None and place.target is not None
                access = self.access(self.buffers.of(place.target), place, axes, instance.picks, names)
                return self.load(number, access, body)
            case _:
                self.apply(instance, [self.name(arg, names) for arg in instance.args], body)
        return self.count - 1

    def load(self, number: int, access: Access, body: list[Instruction]) -> int:
        """Read an element."""
        node = self.all[number].node
        body.append(Load(self.new(), access, node.type.dtype, node))
        return self.count - 1

    def apply(self, instance: Instance, operands: list[int], body: list[Instruction]) -> None:
        """A formula; a sum of several operands is added from the left.

        Of two operands a number comes first, then what was computed first: the same formulas have the same text.
        """
        node = instance.node
        kind = operand_dtype(node)
        rest: Iterable[int] = ()
        if node.op.flat:
            operands, rest = sorted(operands[:2], key=lambda item: (item not in self.numbers, item)), operands[2:]
        body.append(Apply(self.new(), node.op, tuple(operands), kind, node.type.dtype, node))
        body.extend(Apply(self.new(), node.op, (self.count - 2, item), kind, node.type.dtype, node) for item in rest)

    def reduce(self, number: int, operand: int, body: list[Instruction]) -> int:
        """Fold a value over the loop's axes."""
        node = self.all[number].node
        kind = operand_dtype(node)
        total = node.type.dtype if node.op.name not in ("sum", "prod") else accumulator(kind, node.attr("acc_dtype"))
        body.append(Reduce(self.new(), node.op, operand, kind, total, node.type.dtype, node))
        return self.count - 1

    def write(self, written: Written, axes: Axes, names: dict[int, int], body: list[Instruction]) -> None:
        """Store a value, or add it to what is there."""
        item, place, value = written.item, written.place, self.name(written.source, names)
        assert place.target is not None
        access = self.access(self.buffers.of(place.target), place, axes, written.picks, names)
        node = item.target if not isinstance(item.target, int) else item.source
        dtype = item.source.type.dtype
        if item.increment:
            body.append(Load(self.new(), access, dtype, node))
            body.append(Apply(self.new(), add, (self.count - 2, value), dtype, dtype, node))
            value = self.count - 1
        body.append(Store(access, value, dtype, node))

    def access(
        self, buffer: int, place: Place, axes: Axes, picks: tuple[Pick, ...] = (), names: Names = NO_NAMES
    ) -> Access:
        """A place as a loop's axes see it."""
        terms = tuple(Term(self.name(pick.index, names), pick.size, pick.stride) for pick in picks)
        return Access(buffer, place.offset, self.strides(place, axes), terms, place.target is None)

    def strides(self, place: Place, axes: Axes) -> Sizes:
        """A factor for each outer axis and each axis of the loop."""
        steps = dict(place.steps)
        return tuple(steps.get(axis, 0) for axis in (*self.outer, *axes))
