"""The CUDA back end as `function` uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symlab.core.backends.base import Executable, Interface, Twin
from symlab.core.backends.cuda.binary import Binary
from symlab.core.backends.cuda.calls import Call, commit
from symlab.core.backends.cuda.cells import TURNS, DeviceCell
from symlab.core.backends.cuda.driver import missing, open_device
from symlab.core.ir.config import Config
from symlab.core.ir.expr import Expr
from symlab.core.lower.facts import NotCompilable
from symlab.core.lower.fuse import Refusal
from symlab.core.lower.memory import Program

Arrays = Sequence[np.ndarray[Any, Any]]


class CudaExecutable:
    """A function on a device. It takes one array for each input, as the signature has converted them."""

    converts = False

    def __init__(self, interface: Interface, trace: Any, binary: Binary) -> None:
        self.interface, self.binary = interface, binary
        graph, operands = trace.graph, binary.program.fused.operands
        self.inputs = len(graph.inputs)
        self.cells = [interface.shared[leaf].cell_of(DeviceCell) for leaf in operands[self.inputs :]]
        self.updated = len(graph.updated)
        self.counts: np.ndarray[Any, Any] | None = None

    @property
    def source(self) -> str:
        """The generated CUDA."""
        return self.binary.source

    @property
    def front(self) -> Any:
        """What is called with arrays."""
        return self.call

    def call(self, *arrays: np.ndarray[Any, Any]) -> Any:
        """The results in their layout; shared variables change together, after everything else succeeded."""
        with TURNS, self.binary.device:
            shared = [cell.array(self.binary.device) for cell in self.cells]
            shapes = [array.shape for array in (*arrays, *shared)]
            values = {place: self.value(place, arrays) for place in self.binary.read}
            call = Call(self.binary, self.binary.plan(shapes, values), arrays, shared)
            call.run(self.counts)
            commit(self.cells[: self.updated], call.new_values)
        return self.interface.packed(call.outputs)

    def value(self, place: int, arrays: Arrays) -> np.ndarray[Any, Any]:
        """An operand whose elements decide sizes."""
        return arrays[place] if place < self.inputs else self.cells[place - self.inputs].get_value(borrow=True)

    def free(self) -> None:
        """Give back memory kept between calls."""
        with TURNS:
            self.binary.free()


@dataclass(frozen=True, eq=False)
class Copied:
    """A shared variable's value at one moment, in a cell of its own."""

    cell: DeviceCell

    def cell_of(self, kind: type) -> DeviceCell:
        """The cell."""
        return self.cell


class CudaBackend:
    """CUDA C by NVRTC or nvcc, launched through PyCUDA."""

    def usable(self, config: Config) -> str | None:
        """None where there is a GPU and what it needs, else what is missing and how to get it."""
        return missing()

    def build(self, interface: Interface, trace: Any, config: Config) -> tuple[Executable | None, str | None]:
        """The executable, or None and why this graph runs on the reference evaluator."""
        if trace.program is None:
            return None, "the pipeline does not lower the graph: it runs on the reference evaluator"
        if isinstance(trace.program, Refusal):
            return None, trace.program.reason
        try:
            return CudaExecutable(interface, trace, loaded(trace.program)), None
        except NotCompilable as reason:
            return None, str(reason)

    def profiled_twin(self, interface: Interface, trace: Any, config: Config) -> Twin:
        """A function of its own, with copies of the shared variables, that counts the time of each step."""
        cells: Mapping[Expr, DeviceCell] = {
            leaf: DeviceCell(item.cell.get_value()) for leaf, item in interface.shared.items()
        }
        copies = {leaf: Copied(cell) for leaf, cell in cells.items()}
        made = CudaExecutable(replace(interface, shared=copies), trace, loaded(trace.program))
        made.counts = np.zeros(2 * len(made.binary.order), np.int64)
        return Twin(made.front, cells, trace.program.steps, made.counts)


def loaded(program: Program) -> Binary:
    """A program on the device."""
    with TURNS:
        return Binary(program, open_device())


BACKEND = CudaBackend()
