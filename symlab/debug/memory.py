"""What compiled code does with memory: it runs in guarded buffers that hold rubbish at first, twice with other rubbish.

A result that differs was made from memory that nobody had written; a guard or an operand that changed was written to.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.backends.c.backend import Binary
from symlab.core.backends.layout import Layout
from symlab.core.function import Function
from symlab.core.ir.expr import Expr
from symlab.core.lower.buffers import Home

Array = np.ndarray[Any, Any]
GUARD = 256  # bytes before and after each array
ALIGNMENT = 64
RUBBISH = (0xFF, 0x5A)  # nan, and an ordinary number
ERROR_WORDS = 8
PLAN = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 4)
RUN = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 4)
COMMIT = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)


@dataclass(frozen=True, eq=False)
class Guarded:
    """Memory of so many bytes between two guards."""

    memory: Array
    start: int
    size: int
    rubbish: int

    @classmethod
    def of(cls, size: int, rubbish: int, content: bytes = b"") -> Guarded:
        """Memory that holds rubbish, or some content."""
        memory = np.full(size + 2 * GUARD + ALIGNMENT, rubbish, np.uint8)
        start = GUARD + -(memory.ctypes.data + GUARD) % ALIGNMENT
        memory[start : start + len(content)] = np.frombuffer(content, np.uint8)
        return cls(memory, start, size, rubbish)

    @property
    def address(self) -> int:
        """Where it begins."""
        return int(self.memory.ctypes.data) + self.start

    @property
    def content(self) -> bytes:
        """What it holds now."""
        return self.memory[self.start : self.start + self.size].tobytes()

    @property
    def intact(self) -> bool:
        """Whether nothing was written around it."""
        guards = (self.memory[: self.start], self.memory[self.start + self.size :])
        return all(bool((guard == self.rubbish).all()) for guard in guards)


@dataclass(frozen=True, eq=False)
class Run:
    """One run of a program in guarded memory: operands, roots, workspace."""

    before: tuple[bytes, ...]
    operands: tuple[Guarded, ...]
    roots: tuple[Guarded, ...]
    workspace: Guarded
    shapes: tuple[tuple[int, ...], ...]


def memory_problems(made: Function, values: Mapping[Expr, Array]) -> Iterator[tuple[Expr | None, str]]:
    """What a compiled function does wrong with memory: the root concerned, if one is, and the problem."""
    binary: Binary | None = getattr(made.executable, "binary", None)
    if binary is None:
        return
    runs = [guarded_run(binary, values, rubbish) for rubbish in RUBBISH]
    first, second = runs
    if first is None or second is None:
        return  # the sizes are refused: the call itself says so
    names = operand_names(made, binary)
    for run in runs:
        yield from broken_guards(run, names, binary)
    graph = binary.program.fused.prepared.original
    for root, a, b in zip(graph.roots, first.roots, second.roots, strict=True):
        if a.content != b.content:
            yield root, "a result was made from memory that nothing had been written to"


def broken_guards(run: Run, names: Sequence[str], binary: Binary) -> Iterator[tuple[Expr | None, str]]:
    """Operands that were written to, and writes outside of buffers."""
    for name, operand, before in zip(names, run.operands, run.before, strict=True):
        if operand.content != before:
            yield None, f"{name} was written to"
        if not operand.intact:
            yield None, f"something was written outside of {name}"
    graph = binary.program.fused.prepared.original
    for root, buffer in zip(graph.roots, run.roots, strict=True):
        if not buffer.intact:
            yield root, "something was written outside of the memory of a result"
    if not run.workspace.intact:
        yield None, "something was written outside of the workspace"


def operand_names(made: Function, binary: Binary) -> list[str]:
    """How the operands are called in reports."""
    fused = binary.program.fused
    names = [f"input {name or place + 1}" for place, name in enumerate(made.signature.names)]
    shared = fused.operands[len(names) :]
    names += [f"the shared variable {made.shared_leaves[leaf].name or '?'}" for leaf in shared]
    return names + [f"constant {place + 1}" for place in range(len(binary.constants))]


def guarded_run(binary: Binary, values: Mapping[Expr, Array], rubbish: int) -> Run | None:
    """Run a program on copies of its operands; None where it refuses."""
    fused = binary.program.fused
    arrays = [np.ascontiguousarray(values[leaf]) for leaf in fused.operands] + list(binary.constants)
    before = tuple(array.tobytes() for array in arrays)
    operands = tuple(Guarded.of(len(content), rubbish, content) for content in before)
    roots = fused.prepared.graph.roots
    ranks = [array.ndim for array in arrays] + [root.type.ndim for root in roots]
    shapes = np.zeros(sum(ranks) + 1, np.int64)
    sizes = [size for array in arrays for size in array.shape]
    shapes[: len(sizes)] = sizes
    data = (ctypes.c_void_p * (len(ranks) + 1))(*[operand.address for operand in operands])
    nanoseconds, error = ctypes.c_int64(), (ctypes.c_int64 * ERROR_WORDS)()
    bytes_needed = PLAN(binary.plan)(data, shapes.ctypes.data, ctypes.addressof(nanoseconds), error)
    if bytes_needed < 0:
        return None
    layout = Layout(binary.program)
    found = [tuple(map(int, shapes[first : first + rank])) for first, rank in zip(layout.first_sizes, ranks)]
    made = []
    for place, root in enumerate(roots):
        number = layout.place(Home.ROOT, place)
        made.append(Guarded.of(int(np.prod(found[number], dtype=np.int64)) * root.type.dtype.itemsize, rubbish))
        data[number] = made[-1].address
    workspace = Guarded.of(int(bytes_needed), rubbish)
    if RUN(binary.run)(data, shapes.ctypes.data, workspace.address, error):
        return None
    if binary.commit:
        COMMIT(binary.commit)(data, shapes.ctypes.data, workspace.address)
    return Run(before, operands, tuple(made), workspace, tuple(found[len(arrays) :]))
