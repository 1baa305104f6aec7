"""One call of a compiled function: its steps in order, then all new values of shared variables at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

import numpy as np

from symlab.core.backends.cuda.binary import Binary
from symlab.core.backends.cuda.blas import alignment
from symlab.core.backends.cuda.cells import DeviceArray, DeviceCell
from symlab.core.backends.cuda.plan import Memory, Plan
from symlab.core.backends.problems import problem
from symlab.core.backends.reference import explained, write_values
from symlab.core.lower.buffers import Home
from symlab.core.lower.facts import Problem
from symlab.core.lower.program import BoundsCall, ProductCall, ReferenceCall, TransferCall

NONE_WRONG = np.array([np.iinfo(np.uint64).max], np.uint64)


@dataclass(eq=False)
class Call:
    """One call: operands and results."""

    binary: Binary
    plan: Plan
    inputs: Sequence[np.ndarray[Any, Any]]
    shared: Sequence[DeviceArray]
    outputs: list[np.ndarray[Any, Any]] = field(default_factory=list)
    new_values: list[DeviceArray] = field(default_factory=list)

    def memory(self) -> Memory:
        """Memory for results, and where everything lies."""
        program, device = self.binary.program, self.binary.device
        graph = program.fused.prepared.graph
        host: dict[tuple[Home, int], Any] = {(Home.OPERAND, place): array for place, array in enumerate(self.inputs)}
        host |= {(Home.CONSTANT, place): array for place, array in enumerate(program.fused.constants)}
        on_device = {(Home.OPERAND, len(self.inputs) + place): array.address for place, array in enumerate(self.shared)}
        on_device |= {(Home.CONSTANT, place): array.address for place, array in enumerate(self.binary.constants)}
        for place, (root, shape) in enumerate(zip(graph.roots, self.plan.root_shapes, strict=True)):
            if place < len(graph.outputs):
                self.outputs.append(np.empty(shape, root.type.dtype))
                host[Home.ROOT, place] = self.outputs[-1]
            else:
                self.new_values.append(DeviceArray(device, shape, root.type.dtype))
                on_device[Home.ROOT, place] = self.new_values[-1].address
        return Memory(program, self.plan, host, on_device, self.binary.workspace(self.plan.workspace))

    def run(self, counts: np.ndarray[Any, Any] | None = None) -> None:
        """Carry out every step; with `counts`, add nanoseconds and calls of each."""
        memory, device = self.memory(), self.binary.device
        marks = []
        for number in self.binary.order:
            if counts is not None:
                marks.append(device.record())
            self.step(number, memory)
        if counts is not None:
            marks.append(device.record())
            device.synchronize()
            for place, (before, after) in enumerate(pairwise(marks)):
                counts[2 * place : 2 * place + 2] += int(device.elapsed(before, after) * 1e6), 1

    def step(self, number: int, memory: Memory) -> None:
        """One step."""
        step = self.binary.program.fused.steps[number]
        match step:
            case TransferCall():
                self.copy(step, memory)
            case ReferenceCall():
                self.compute(step, memory)
            case BoundsCall():
                self.check(number, step, memory)
            case ProductCall():
                self.multiply(number, step, memory)
            case _:
                self.launch(number, memory)

    def multiply(self, number: int, step: ProductCall, memory: Memory) -> None:
        """A matrix product: by the library where it can, else by the kernel."""
        binary, prepared = self.binary, self.plan.steps[number]
        factor = binary.factor(step)
        a, b, result = (memory.address(buffer) + offset for buffer, offset in prepared.pointers[:3])
        aligned = alignment(a), alignment(b), alignment(result)
        product = None if factor is None else binary.multiplication(step, prepared.sizes, aligned)
        if factor is None or product is None:
            self.launch(number, memory)
        else:
            product(a, b, result, factor, float(step.beta))

    def launch(self, number: int, memory: Memory, extra: tuple[int, ...] = ()) -> None:
        """Launch the function of a step."""
        binary = self.binary
        function, prepared = binary.functions[binary.launches[number].name], self.plan.steps[number]
        pointers = [memory.address(buffer) + offset for buffer, offset in prepared.pointers]
        for grid in prepared.grids:
            rest = () if grid.loops is None else (*grid.loops, memory.workspace + self.plan.parts)
            binary.device.launch(function, grid.blocks, grid.threads, [*pointers, *extra, *prepared.sizes, *rest])

    def copy(self, step: TransferCall, memory: Memory) -> None:
        """Copy an array."""
        buffers, device = self.binary.program.fused.buffers, self.binary.device
        count = int(np.prod(self.plan.shapes[step.target], dtype=np.int64))
        if not count:
            return
        if not buffers[step.target].host:
            device.upload(memory.address(step.target), np.ascontiguousarray(memory.array(step.source)))
        elif self.is_on_host(step.source):
            memory.array(step.target)[...] = memory.array(step.source).reshape(self.plan.shapes[step.target])
        else:
            device.download(memory.address(step.source), memory.array(step.target))

    def is_on_host(self, number: int) -> bool:
        """Whether a buffer is read from the memory of the processor: constants lie there too."""
        buffer = self.binary.program.fused.buffers[number]
        return buffer.host or buffer.home is Home.CONSTANT

    def compute(self, step: ReferenceCall, memory: Memory) -> None:
        """The NumPy reference of a node."""
        operands = [memory.array(number) for number in step.operands]
        try:
            wanted = [result is not None for result in step.results]
            write_values(step.node, wanted, operands, [memory.array(number) for number in step.writes])
        except Exception as error:
            raise explained(error, step.node, operands, self.binary.program.fused.prepared) from error

    def check(self, number: int, step: BoundsCall, memory: Memory) -> None:
        """Refuse the call if an index leaves its axis: before anything is read there."""
        binary = self.binary
        if not self.plan.steps[number].grids:
            return
        device, first = binary.device, NONE_WRONG.copy()
        device.upload(binary.found, NONE_WRONG)
        self.launch(number, memory, (int(binary.found),))
        device.download(binary.found, first)
        if first[0] == NONE_WRONG[0]:
            return
        index = np.empty(self.plan.shapes[step.index], binary.program.fused.buffers[step.index].dtype)
        device.download(memory.address(step.index), index)
        size = self.plan.steps[number].sizes[1]
        node = binary.numbers[binary.program.fused.prepared.source(step.node)]
        wrong = step.axis, int(index.flat[int(first[0])]), size
        shapes = [*(array.shape for array in self.inputs), *(array.shape for array in self.shared)]
        raise problem(binary.program, int(Problem.INDEX), node, wrong, tuple(chain.from_iterable(shapes)))


def commit(cells: Sequence[DeviceCell], values: Sequence[DeviceArray]) -> None:
    """Replace the values of updated shared variables, after everything that can fail."""
    mirrored = [value.to_host() if cell.mirror is not None else None for cell, value in zip(cells, values, strict=True)]
    for cell, value, copy in zip(cells, values, mirrored, strict=True):
        cell.replace(value, copy)
