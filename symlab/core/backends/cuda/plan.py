"""What a call does for operands of certain sizes: memory, launches, copies, all decided before the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from symlab.core.backends.cuda.geometry import Grid, grids
from symlab.core.backends.cuda.render import Launch
from symlab.core.backends.problems import problem
from symlab.core.ir.expr import Expr
from symlab.core.lower.buffers import Buffer, Home
from symlab.core.lower.evaluate import Shapes, SizeValues
from symlab.core.lower.facts import Problem
from symlab.core.lower.memory import Program
from symlab.core.lower.sizes import Size

ALIGNMENT = 256
LARGEST_BYTES = 1e17


@dataclass(frozen=True)
class Prepared:
    """One step with its sizes: launches, each with what follows the pointers, and the places of the pointers."""

    grids: tuple[Grid, ...]
    pointers: tuple[tuple[int, int], ...]  # buffer, and offset in bytes
    sizes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """Sizes of all that a call needs; `slots` are where parts of the workspace begin, `parts` where totals lie."""

    root_shapes: tuple[tuple[int, ...], ...]
    shapes: tuple[tuple[int, ...], ...]  # of the buffers
    slots: tuple[int, ...]  # for the device's slots an offset, for the others their bytes
    parts: int
    workspace: int
    steps: Mapping[int, Prepared]


def make_plan(
    program: Program,
    launches: Mapping[int, Launch],
    numbers: Mapping[Expr, int],
    shapes: Shapes,
    read: Mapping[int, np.ndarray[Any, Any]],
) -> Plan:
    """The plan for operands of these shapes (`read` are those whose elements decide sizes), or the call's error."""
    fused = program.fused
    values, given = SizeValues(fused.atoms, shapes, read), tuple(chain.from_iterable(shapes))
    for check in fused.checks:
        failing = values.fails(check)
        if failing is not None:
            raise problem(program, int(check.problem), numbers[fused.prepared.source(check.node)], failing, given)
    for buffer in fused.buffers:
        if np.prod(values.all(buffer.shape), dtype=np.float64) * buffer.dtype.itemsize > LARGEST_BYTES:
            node = numbers[fused.prepared.source(buffer.node)]
            raise problem(program, int(Problem.TOO_LARGE), node, (0, 0, 0), given)
    slots, end = slots_of(program, values)
    steps = {number: prepared(launch, fused.buffers, values) for number, launch in launches.items()}
    totals = max((grid.parts for step in steps.values() for grid in step.grids), default=0)
    return Plan(
        tuple(values.all(shape) for shape in fused.shapes),
        tuple(values.all(buffer.shape) for buffer in fused.buffers),
        slots, end, end + totals, steps,
    )  # fmt: skip


def slots_of(program: Program, values: SizeValues) -> tuple[tuple[int, ...], int]:
    """Offsets or bytes of the slots, and where the device's workspace ends."""
    found: list[int] = []
    end = 0
    for sizes, host in zip(program.slots, program.on_host, strict=True):
        largest = max(map(values.of, sizes))
        found.append(largest if host else end)
        end += 0 if host else -(-largest // ALIGNMENT) * ALIGNMENT
    return tuple(found), end


def prepared(launch: Launch, buffers: Sequence[Buffer], values: SizeValues) -> Prepared:
    """A step with its sizes."""

    def place(buffer: int, offset: Size) -> tuple[int, int]:
        return buffer, values.of(offset) * buffers[buffer].dtype.itemsize

    return Prepared(
        tuple(grids(launch, values)),
        tuple(place(*pointer) for pointer in launch.pointers),
        values.all(launch.sizes),
    )


@dataclass(eq=False)
class Memory:
    """Where the buffers of one call lie: addresses on the device, arrays of the processor."""

    program: Program
    plan: Plan
    host: dict[tuple[Home, int], Any]  # arrays by home
    device: dict[tuple[Home, int], int]  # addresses by home
    workspace: int  # address

    def address(self, buffer: int) -> int:
        """Where a buffer begins on the device."""
        home, place = self.program.memory[buffer]
        if home is Home.WORK:
            return self.workspace + self.plan.slots[place]
        return self.device[home, place]

    def array(self, buffer: int) -> np.ndarray[Any, Any]:
        """A buffer as an array of the processor, over memory that other buffers may use before and after."""
        record, key = self.program.fused.buffers[buffer], self.program.memory[buffer]
        shape = self.plan.shapes[buffer]
        memory = self.host.get(key)
        if memory is None:
            memory = self.host[key] = np.empty(self.plan.slots[key[1]], np.uint8)
        if memory.shape == shape and memory.dtype == record.dtype:
            return memory.view()
        count = int(np.prod(shape, dtype=np.int64)) * record.dtype.itemsize
        flat = memory.reshape(-1).view(np.uint8)
        return flat[:count].view(record.dtype).reshape(shape)
