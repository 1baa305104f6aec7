"""Buffers: which lie in one memory, how large the workspace is and what lies where in it.

Memory is lent again when its last reader has run. A kernel may write its result over what it reads for the last time,
if it does so in one pass. What is only copied into its target is computed there to begin with. Outputs lend their
memory to intermediate results as long as they are not written themselves.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from symlab.core.lower.buffers import Buffer, Home
from symlab.core.lower.fuse import Fused, Refusal, Step
from symlab.core.lower.kernel import Load
from symlab.core.lower.program import KernelCall
from symlab.core.lower.schedule import Schedule, one_pass
from symlab.core.lower.sizes import Size, degree, multiply

ALIGNMENT = 64


@dataclass(frozen=True, eq=False)
class Program:
    """All that a back end renders.

    `memory` says for each buffer whose memory it is: (root, slot) or (work, slot) or its own home. `slots` are the
    parts of the workspace, each as large as the largest of its sizes (in bytes). `skipped` steps have nothing to do.
    """

    schedule: Schedule
    memory: tuple[tuple[Home, int], ...]
    slots: tuple[tuple[Size, ...], ...]
    skipped: frozenset[int]
    on_host: tuple[bool, ...]  # for each slot, whether it lies with the processor where kernels run on a device

    @property
    def fused(self) -> Fused:
        """Kernels, calls and buffers."""
        return self.schedule.fused

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps in the order in which they run."""
        numbers = (*self.schedule.run, *self.schedule.commit)
        return tuple(self.fused.steps[number] for number in numbers if number not in self.skipped)

    def __str__(self) -> str:
        from symlab.core.lower.text import program_text

        return program_text(self)


@dataclass(slots=True, eq=False)
class Slot:
    """Memory that buffers share in turn."""

    home: tuple[Home, int]
    sizes: list[Size]
    until: int = -1  # the last step that needs what lies in it
    limit: int | None = None  # the step that needs it for the root that it belongs to
    host: bool = False


@dataclass(eq=False)
class Free:
    """Memory that nobody needs at the moment, found without looking through all of it.

    Entries are not removed when a slot is taken in another way: what is in use then is passed over.
    """

    slots: dict[tuple[Home, int], Slot] = field(default_factory=dict)
    roots: dict[Size, list[tuple[int, int]]] = field(default_factory=dict)  # limits and places, in order
    equal: dict[Size, list[int]] = field(default_factory=dict)  # heaps of parts of the workspace, by each size
    alike: dict[int, list[int]] = field(default_factory=dict)  # the same by degree

    def add(self, slot: Slot) -> None:
        """A slot is free from now on, that of a root until its limit."""
        self.slots[slot.home] = slot
        place = slot.home[1]
        if slot.limit is not None:
            for size in slot.sizes:
                insort(self.roots.setdefault(size, []), (slot.limit, place))
            return
        for size in slot.sizes:
            heappush(self.equal.setdefault(size, []), place)
        heappush(self.alike.setdefault(degree(slot.sizes[0]), []), place)

    def take(self, wanted: Size, time: int, last: int) -> Slot | None:
        """Memory that nobody needs until `last`: of the same size, else of the workspace and about as large."""
        roots = self.roots.get(wanted, [])
        while (found := bisect_left(roots, (last + 1, 0))) < len(roots):
            slot = self.slots[Home.ROOT, roots.pop(found)[1]]
            if slot.until < time:
                return slot
        nearest = sorted(self.alike, key=lambda key: abs(key - degree(wanted)))
        heaps = [self.equal.get(wanted, []), *(self.alike[key] for key in nearest)]
        return next(filter(None, (self.first(heap, time) for heap in heaps)), None)

    def first(self, heap: list[int], time: int) -> Slot | None:
        """The first part of the workspace on a heap that is free, taken off it."""
        while heap:
            slot = self.slots[Home.WORK, heappop(heap)]
            if slot.until < time:
                return slot
        return None


@dataclass(slots=True)
class Range:
    """The first and the last step that name a buffer."""

    first: int
    last: int


@dataclass(eq=False)
class Placing:
    """The walk over the steps that gives each buffer its memory."""

    schedule: Schedule
    order: tuple[int, ...]
    ranges: dict[int, Range] = field(default_factory=dict)
    memory: dict[int, Slot] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)  # the parts of the workspace
    free: dict[bool, Free] = field(default_factory=lambda: {True: Free(), False: Free()})  # on the host, or not
    ending: dict[int, list[Slot]] = field(default_factory=dict)  # memory by the step that needs it last
    merged: dict[int, int] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)

    @property
    def buffers(self) -> tuple[Buffer, ...]:
        """All buffers."""
        return self.schedule.fused.buffers

    def step(self, time: int) -> Step:
        """What runs at this time."""
        return self.schedule.fused.steps[self.order[time]]

    def find_ranges(self) -> None:
        """When each buffer is first and last named."""
        for time in range(len(self.order)):
            step = self.step(time)
            for number in (*step.reads, *step.writes):
                self.ranges.setdefault(number, Range(time, time)).last = time

    # Copies that need not be made

    def merge_copies(self) -> None:
        """Let what is only copied into its target be computed there."""
        times = {number: time for time, number in enumerate(self.order)}
        for number, target, source in self.schedule.fused.copies:
            source = self.root_of_merge(source)
            if self.may_merge(times[number], target, source):
                self.merged[source] = target
                self.skipped.add(number)
                self.ranges[target].first = self.ranges[source].first

    def root_of_merge(self, number: int) -> int:
        """The buffer that a buffer is part of."""
        while number in self.merged:
            number = self.merged[number]
        return number

    def may_merge(self, time: int, target: int, source: int) -> bool:
        """Whether nobody else wants the source after the copy, and nobody the target before."""
        first, second = self.buffers[source], self.buffers[target]
        if first.home is not Home.WORK or first.host is not second.host or self.overwritten_late(second):
            return False
        return self.ranges[source].last == time and self.ranges[target].first == time

    def overwritten_late(self, buffer: Buffer) -> bool:
        """Whether a buffer may be the old value of a shared variable, which is not touched before the commit."""
        graph = self.schedule.fused.prepared.graph
        update = buffer.place - len(graph.outputs)
        return buffer.home is Home.ROOT and update >= 0 and self.schedule.in_place[update]

    # Memory for each buffer in turn

    def place_all(self) -> None:
        """Give memory to each buffer when it is first written."""
        starts: dict[int, list[int]] = {}
        for number, span in self.ranges.items():
            if number not in self.merged:
                starts.setdefault(span.first, []).append(number)
        self.open_roots()
        for time in range(len(self.order)):
            for slot in self.ending.pop(time - 1, ()):
                if slot.until < time:
                    self.free[slot.host].add(slot)
            for number in starts.get(time, ()):
                if self.buffers[number].home is Home.WORK:
                    self.give(number, time)

    def open_roots(self) -> None:
        """Roots have memory of their own, which others may use until it is written; new values written late do not."""
        for number, span in self.ranges.items():
            buffer = self.buffers[number]
            if buffer.home is Home.ROOT and number not in self.merged:
                slot = Slot((Home.ROOT, buffer.place), [self.bytes_of(number)], limit=span.first, host=buffer.host)
                self.memory[number] = slot
                if not self.overwritten_late(buffer):
                    self.free[slot.host].add(slot)

    def bytes_of(self, number: int) -> Size:
        """The bytes of a buffer."""
        buffer = self.buffers[number]
        return multiply(buffer.size, buffer.dtype.itemsize)

    def give(self, number: int, time: int) -> None:
        """Find memory for a buffer that is first written now."""
        wanted, last, host = self.bytes_of(number), self.ranges[number].last, self.buffers[number].host
        slot = self.written_over(number, time, wanted) or self.free[host].take(wanted, time, last)
        if slot is None:
            slot = Slot((Home.WORK, len(self.slots)), [], host=host)
            self.slots.append(slot)
        if wanted not in slot.sizes:
            slot.sizes.append(wanted)
        slot.until = last
        self.ending.setdefault(last, []).append(slot)
        self.memory[number] = slot

    def written_over(self, number: int, time: int, wanted: Size) -> Slot | None:
        """The memory of what is read now for the last time, if the step reads each element before it writes there."""
        step, kind = self.step(time), self.buffers[number].dtype
        if number not in step.writes:
            return None
        homes = [self.memory.get(self.root_of_merge(name)) for name in {*step.reads, *step.writes}]
        names = Counter(slot.home for slot in homes if slot is not None)
        for other in step.reads:
            slot = self.memory.get(self.root_of_merge(other))
            if slot is None or slot.until != time or slot.limit is not None or names[slot.home] > 1:
                continue
            same = self.bytes_of(other) == wanted and self.buffers[other].dtype == kind
            if same and one_pass(step, other, number) and self.in_turn(step, other):
                return slot
        return None

    def in_turn(self, step: Step, read: int) -> bool:
        """Whether nobody reads what another has overwritten: every thread of a device carries out the prologue."""
        if not self.schedule.fused.device or not isinstance(step, KernelCall):
            return True
        return all(not isinstance(item, Load) or item.access.buffer != read for item in step.kernel.prologue)


def place(schedule: Schedule | Refusal) -> Program | Refusal:
    """The program of a schedule: every buffer has its memory."""
    if isinstance(schedule, Refusal):
        return schedule
    placing = Placing(schedule, (*schedule.run, *schedule.commit))
    placing.find_ranges()
    placing.merge_copies()
    placing.place_all()
    return Program(
        schedule,
        tuple(home_of(placing, buffer) for buffer in schedule.fused.buffers),
        tuple(tuple(slot.sizes) for slot in placing.slots),
        frozenset(placing.skipped),
        tuple(slot.host for slot in placing.slots),
    )


def home_of(placing: Placing, buffer: Buffer) -> tuple[Home, int]:
    """Whose memory a buffer lies in."""
    slot = placing.memory.get(placing.root_of_merge(buffer.number))
    if slot is not None:
        return slot.home
    found: Sequence[tuple[Home, int]] = [(buffer.home, buffer.place)]
    return found[0]
