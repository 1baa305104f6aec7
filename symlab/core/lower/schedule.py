"""What runs when: first what can fail and all results, in `run`; then, in `commit`, what overwrites shared variables.

A new value can be written over the old one if every kernel that writes or reads it runs in `commit`, none of those can
fail, and nothing reads the old value after its first element is overwritten: other readers run before, and the writing
kernel itself reads each element no later than it writes that element's place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symlab.core.lower.buffers import Home
from symlab.core.lower.fuse import Fused, Refusal, Step
from symlab.core.lower.kernel import Instruction, Kernel, Load, Store
from symlab.core.lower.program import BoundsCall, KernelCall, LoopCall, ReferenceCall
from symlab.core.lower.sizes import Size, Sizes


@dataclass(frozen=True, eq=False)
class Schedule:
    """The numbers of the steps of `run` and of `commit` in order, and which updates are written in place."""

    fused: Fused
    run: tuple[int, ...]
    commit: tuple[int, ...]
    in_place: tuple[bool, ...]


def schedule(fused: Fused | Refusal) -> Schedule | Refusal:
    """The order of the steps; as many updates in place as can be."""
    if isinstance(fused, Refusal):
        return fused
    pairs = {} if fused.device else memory_of_updates(fused)  # a device gets new memory, and swaps
    chosen = set(pairs)
    while True:
        late = closure(fused, {pairs[update][1] for update in chosen})
        wrong = [update for update in sorted(chosen) if not can_overwrite(fused, late, *pairs[update])]
        if can_fail(fused, late):
            wrong += [update for update in sorted(chosen) if can_fail(fused, closure(fused, pairs[update][1:]))]
        if not wrong:
            break
        chosen.difference_update(wrong)
    order = range(len(fused.steps))
    return Schedule(
        fused,
        tuple(number for number in order if number not in late),
        tuple(number for number in order if number in late),
        tuple(update in chosen for update in range(len(fused.prepared.graph.updated))),
    )


def memory_of_updates(fused: Fused) -> dict[int, tuple[int, int]]:
    """For each update that may be in place: the buffers of its old value (-1 if not read) and of its new one."""
    graph = fused.prepared.graph
    homes = {(buffer.home, buffer.place): buffer.number for buffer in fused.buffers}
    found = {}
    for update, leaf in enumerate(graph.updated):
        new = homes.get((Home.ROOT, len(graph.outputs) + update))
        if new is not None:
            found[update] = (homes.get((Home.OPERAND, fused.operands.index(leaf)), -1), new)
    return found


def closure(fused: Fused, written: Iterable[int]) -> set[int]:
    """The steps that write these buffers, and all steps that read what they write."""
    late: set[int] = set()
    buffers = set(written)
    for number, step in enumerate(fused.steps):
        if not buffers.isdisjoint(step.writes) or not buffers.isdisjoint(step.reads):
            late.add(number)
            buffers.update(step.writes)
    return late


def can_fail(fused: Fused, steps: Iterable[int]) -> bool:
    """Whether one of these steps may refuse the call."""
    return any(isinstance(fused.steps[number], BoundsCall | ReferenceCall | LoopCall) for number in steps)


def can_overwrite(fused: Fused, late: set[int], old: int, new: int) -> bool:
    """Whether the late steps are right if the old value's memory is the new one's."""
    overwritten = False
    for number in sorted(late):
        step = fused.steps[number]
        if old in step.reads and (overwritten or (new in step.writes and not one_pass(step, old, new))):
            return False
        overwritten = overwritten or new in step.writes
    return True


def one_pass(step: Step, read: int, written: int) -> bool:
    """Whether a step may read from and write to one memory: each element is read no later than it is written there.

    So both must go over the memory in the same way, visiting no element twice.
    """
    if not isinstance(step, KernelCall):
        return False
    if any(isinstance(item, Load | Store) and item.access.terms for item in step.kernel.instructions()):
        return False
    loads, stores = places(step.kernel, Load, read), places(step.kernel, Store, written)
    stage, _, (_, strides), _ = first = stores[0]
    if stage > 0 and 0 in strides:
        return False
    alike = all(place[2:] == first[2:] for place in (*loads, *stores))
    return alike and max(place[:2] for place in loads) < min(place[:2] for place in stores)


def places(
    kernel: Kernel, kind: type[Load] | type[Store], buffer: int
) -> list[tuple[int, int, tuple[Size, Sizes], Sizes]]:
    """Stage, position in its body, offset with strides, and axes of each access of a kind to a buffer."""
    bodies: list[tuple[Sizes, tuple[Instruction, ...]]] = [((), kernel.prologue)]
    bodies += [(stage.axes, stage.body) for stage in kernel.stages]
    return [
        (number, position, (item.access.offset, item.access.strides), axes)
        for number, (axes, body) in enumerate(bodies)
        for position, item in enumerate(body)
        if isinstance(item, kind) and item.access.buffer == buffer
    ]
