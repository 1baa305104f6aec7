"""The C back end as `function` uses it: a program becomes a library, the library becomes a callable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from symlab.core.backends.base import Executable, Interface, Twin
from symlab.core.backends.c.backend import Binary, NotCompilable, compile_program
from symlab.core.backends.c.callobject import call_object
from symlab.core.backends.c.compiler import find_compiler, missing
from symlab.core.ir.config import Config
from symlab.core.ir.types import ArrayType
from symlab.core.lower.fuse import Refusal


@dataclass(frozen=True, eq=False)
class CExecutable:
    """A compiled function: the call object that the user holds, and the code behind it."""

    front: Any
    binary: Binary
    converts: ClassVar[bool] = True

    @property
    def source(self) -> str:
        """The generated C."""
        return self.binary.source

    def free(self) -> None:
        """Give back memory kept between calls."""
        self.front.free()


class CBackend:
    """Plain C by the system compiler, called through the generic call object."""

    def usable(self, config: Config) -> str | None:
        """None where there is a compiler and the call object builds, else why not and what to do."""
        if find_compiler() is None:
            return f"functions run on the NumPy reference evaluator: {missing()}"
        _, reason = call_object()
        return reason

    def build(self, interface: Interface, trace: Any, config: Config) -> tuple[Executable | None, str | None]:
        """The executable, or None and why this graph runs on the reference evaluator."""
        if trace.program is None:
            return None, "the pipeline does not lower the graph: it runs on the reference evaluator"
        if isinstance(trace.program, Refusal):
            return self.build_in_stages(interface, trace, config)
        try:
            binary = compile_program(trace.program, config)
        except NotCompilable as reason:
            return None, str(reason)
        return CExecutable(make_front(interface, trace, binary, config), binary), None

    def build_in_stages(self, interface: Interface, trace: Any, config: Config) -> tuple[Executable | None, str | None]:
        """A function with Python between its stages, for a graph that cannot be compiled as a whole."""
        from symlab.core.backends.c.staged import StagedExecutable
        from symlab.core.lower.stages import stages_of

        stages = stages_of(trace.graph, trace.program)
        if stages is None:
            return None, trace.program.reason
        return StagedExecutable(interface, trace.graph, stages, config), None

    def profiled_twin(self, interface: Interface, trace: Any, config: Config) -> Twin:
        """The counting twin of a compiled function."""
        return twin_of(interface, trace, compile_program(trace.program, config, profile=True), config)


def twin_of(interface: Interface, trace: Any, binary: Binary, config: Config) -> Twin:
    """The twin of a compiled function."""
    module, _ = call_object()
    assert module is not None
    cells = {leaf: module.SharedCell(item.cell.get_value()) for leaf, item in interface.shared.items()}
    copies = {leaf: Copied(cell) for leaf, cell in cells.items()}
    front = make_front(replace(interface, shared=copies), trace, binary, config)
    return Twin(front, cells, binary.program.steps, binary.counts)


@dataclass(frozen=True, eq=False)
class Copied:
    """A shared variable's value at one moment, in a cell of its own."""

    cell: Any

    def cell_of(self, kind: type) -> Any:
        """The cell."""
        return self.cell


def make_front(interface: Interface, trace: Any, binary: Binary, config: Config) -> Any:
    """The call object over a library: inputs, then shared variables and constants, outputs, new values."""
    module, _ = call_object()
    assert module is not None
    graph, operands = trace.graph, binary.program.fused.operands
    shared = [
        (interface.shared[leaf].cell_of(module.SharedCell), *operand(leaf.type))
        for leaf in operands[len(graph.inputs) :]
    ]
    constants = [
        (module.SharedCell(array, borrow=True), array.dtype.num, tuple(array.shape)) for array in binary.constants
    ]
    return module.CompiledCall(
        inputs=tuple(operand(leaf.type) for leaf in graph.inputs),
        cells=(*shared, *constants),
        outputs=tuple(operand(root.type) for root in graph.outputs),
        updates=tuple(enumerate(binary.in_place)),
        run=binary.run,
        commit=binary.commit,
        plan=binary.plan,
        names=interface.names,
        result=interface.layout,
        keys=interface.keys,
        convert=interface.convert,
        explain=binary.explain,
        details=interface.details,
        owner=binary.owner,
        release_gil_at=config.release_gil_at,
        reuse_outputs=config.reuse_outputs,
    )


def operand(type: ArrayType) -> tuple[int, tuple[int, ...]]:
    """NumPy's type number, and the sizes with -1 for one that is not known."""
    return type.dtype.num, tuple(-1 if size is None else size for size in type.shape)


BACKEND = CBackend()
