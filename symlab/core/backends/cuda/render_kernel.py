"""One kernel as a CUDA function.

Without inner loops each thread takes outer positions of its own. With them the lanes of a block share the loops of a
position, and as many positions as a block has slots stand beside each other: lanes lie along x, or slots do where
memory runs along the last outer axis. Totals are folded in pairs, in an order that does not change from run to run.

Where there are few positions and long loops, a loop is cut into chunks, one for each block along y. Then the kernel is
launched once for each loop (`only` is its number) and once for what follows: a launch leaves the totals of its chunks
in `parts`, where later launches find them. In a launch for all loops `only` is -1, and there is one chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from symlab.core.backends.cuda.dialect import CUDA
from symlab.core.backends.scalar import size_text
from symlab.core.ir.expr import Expr
from symlab.core.lower.kernel import (
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
from symlab.core.lower.sizes import Size, Sizes, product

THREADS = 256  # of a block at most
Line = tuple[str, Expr | None]  # a line of code, and the node that it computes


@dataclass(frozen=True)
class Function:
    """A kernel's parameters and lines, without a name, so that equal kernels are one; and what it is launched with."""

    parameters: tuple[str, ...]
    lines: tuple[Line, ...]
    pointers: tuple[tuple[int, Size], ...]  # buffer and offset in elements
    sizes: Sizes
    folds: int  # totals that chunks leave for each position
    divisible: bool  # whether its loops may be cut into chunks

    @property
    def key(self) -> tuple[object, ...]:
        """What equal functions have in common."""
        return self.parameters, tuple(code for code, _ in self.lines)


@dataclass
class KernelWriter:
    """Writes one kernel; `memory_of` says which memory a buffer is, and `local_size` what a position keeps there."""

    kernel: Kernel
    memory_of: Callable[[int], object]
    local_size: Callable[[int], Size]
    lines: list[Line] = field(default_factory=list)
    depth: int = 1
    pointers: dict[tuple[object, Size, str], str] = field(default_factory=dict)
    arguments: list[tuple[int, Size]] = field(default_factory=list)
    sizes: dict[Size, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    folds: int = 0

    def function(self) -> Function:
        """The function."""
        shares = any(stage.axes for stage in self.kernel.stages)
        if shares:
            self.shared_positions()
        else:
            self.own_positions()
        parameters = [
            f"{'' if memory in self.written else 'const '}{kind} *{name}"
            for (memory, _, kind), name in self.pointers.items()
        ]
        parameters += [f"int64_t {name}" for name in self.sizes.values()]
        if shares:
            parameters += ["int64_t only", "int64_t chunks", "int64_t *parts"]
        divisible = shares and not self.rereads()
        return Function(
            tuple(parameters), tuple(self.lines), tuple(self.arguments), tuple(self.sizes), self.folds, divisible
        )

    @cached_property
    def written(self) -> set[object]:
        """The memory that the kernel writes."""
        return {self.memory_of(number) for number in self.kernel.writes()}

    def rereads(self) -> bool:
        """Whether something outside of loops is read from memory that the kernel writes: it cannot be read again."""
        bodies = [self.kernel.prologue, *(stage.body for stage in self.kernel.stages if not stage.axes)]
        loads = [item for body in bodies for item in body if isinstance(item, Load)]
        return any(self.memory_of(item.access.buffer) in self.written for item in loads)

    # Text

    def line(self, code: str, node: Expr | None = None) -> None:
        """One line at the present depth."""
        self.lines.append(("    " * self.depth + code, node))

    def open(self, head: str) -> None:
        """The head of a block."""
        self.line(head + " {")
        self.depth += 1

    def close(self) -> None:
        """The end of a block."""
        self.depth -= 1
        self.line("}")

    def size(self, size: Size) -> str:
        """A size: a number, or a parameter."""
        if isinstance(size, int):
            return size_text(size, {})
        return self.sizes.setdefault(size, f"n{len(self.sizes)}")

    def affine(self, offset: Size, strides: Sequence[Size], loops: Sequence[str]) -> str:
        """An offset and its steps along loops."""
        parts = [] if offset == 0 else [self.size(offset)]
        for stride, name in zip(strides, loops):
            if stride != 0:
                parts.append(name if stride == 1 else f"{name} * {self.size(stride)}")
        return " + ".join(parts) or "0"

    def address(self, access: Access, kind: str, loops: Sequence[str]) -> str:
        """An element in memory; what is local has a part for each outer position."""
        key = (self.memory_of(access.buffer), access.offset, kind)
        pointer = self.pointers.get(key)
        if pointer is None:
            pointer = self.pointers[key] = f"p{len(self.pointers)}"
            self.arguments.append((access.buffer, access.offset))
        rank = len(self.kernel.outer)
        if access.local:
            inner = self.affine(0, access.strides[rank:], loops[rank:])
            return f"{pointer}[position * {self.size(self.local_size(access.buffer))} + {inner}]"
        return f"{pointer}[{' + '.join([self.affine(0, access.strides, loops), *map(self.term, access.terms)])}]"

    def term(self, term: Term) -> str:
        """What an index adds to an address."""
        return f"sl_size_wrap({self.names[term.index]}, {self.size(term.size)}) * {self.size(term.stride)}"

    def indices(self, flat: str, sizes: Sequence[Size], letter: str) -> list[str]:
        """The place on each axis of a flat index."""
        if len(sizes) < 2:
            return [flat] * len(sizes)
        names, rest = [f"{letter}{axis}" for axis in range(len(sizes))], flat
        for axis in reversed(range(1, len(sizes))):
            size, above = self.size(sizes[axis]), f"{letter}_{axis}" if axis > 1 else names[0]
            self.line(f"const int64_t {above} = {rest} / {size}, {names[axis]} = {rest} - {above} * {size};")
            rest = above
        return names

    def prologue(self) -> None:
        """What depends on no position: every thread computes it, and one writes it.

        What reads memory that the kernel writes is computed by that one alone: others may come later.
        """
        alone: set[int] = set()
        last: list[Instruction] = []
        for item in self.kernel.prologue:
            reads = self.memory_of(item.access.buffer) in self.written if isinstance(item, Load) else False
            if isinstance(item, Store) or reads or not alone.isdisjoint(operands_of(item)):
                alone |= set() if isinstance(item, Store) else {item.result}
                last.append(item)
            else:
                self.instruction(item, ())
        if last:
            self.open("if (blockIdx.x + blockIdx.y + threadIdx.x + threadIdx.y == 0)")
            for item in last:
                self.instruction(item, ())
            self.close()

    # Threads with positions of their own

    def own_positions(self) -> None:
        """Each thread takes positions in strides of the grid."""
        self.prologue()
        first, step = "blockIdx.x * (int64_t)blockDim.x + threadIdx.x", "gridDim.x * (int64_t)blockDim.x"
        self.open(f"for (int64_t i = {first}; i < {self.size(product(self.kernel.outer))}; i += {step})")
        loops = self.indices("i", self.kernel.outer, "i")
        for stage in self.kernel.stages:
            for item in stage.body:
                self.instruction(item, loops)
        self.close()

    # Positions that the lanes of a block share

    def shared_positions(self) -> None:
        """Each block takes as many positions as it has slots, in strides of the grid."""
        lane, slot = ("y", "x") if self.kernel.columns else ("x", "y")
        self.line(f"const int lane = threadIdx.{lane}, lanes = blockDim.{lane};")
        self.line(f"const int slot = threadIdx.{slot}, slots = blockDim.{slot};")
        self.line("const int thread = threadIdx.y * blockDim.x + threadIdx.x;")
        self.declare_totals()
        count = self.size(product(self.kernel.outer))
        self.prologue()
        self.open(
            f"for (int64_t first = blockIdx.x * (int64_t)slots; first < {count}; first += gridDim.x * (int64_t)slots)"
        )
        self.line(f"const bool active = first + slot < {count};")
        self.line(f"const int64_t position = active ? first + slot : {count} - 1;")
        loops = self.indices("position", self.kernel.outer, "i")
        number = 0
        for place, stage in enumerate(self.kernel.stages):
            if stage.axes:
                self.loop(stage, loops, number, self.meets(self.kernel.stages[place + 1 :], stage))
                number += 1
            else:
                self.once(stage, loops, number, place)
        self.close()

    def declare_totals(self) -> None:
        """Memory in which the lanes of a block fold their totals, one array for each type."""
        reduced = [
            item for stage in self.kernel.stages if stage.axes for item in stage.body if isinstance(item, Reduce)
        ]
        for kind in dict.fromkeys(CUDA.accumulator(item.accumulator) for item in reduced):
            self.line(f"__shared__ {kind} totals_{kind}[{THREADS}];")

    def meets(self, stages: Iterable[Stage], stage: Stage) -> bool:
        """Whether one writes what the other touches: threads share that memory, and a barrier must stand between."""
        ours, theirs = self.touched([stage]), self.touched(stages)
        return any(written or theirs[memory] for memory, written in ours.items() if memory in theirs)

    def touched(self, stages: Iterable[Stage]) -> dict[object, bool]:
        """The memory that stages read or write, and whether they write it."""
        found: dict[object, bool] = {}
        for item in (item for stage in stages for item in stage.body):
            if isinstance(item, Load | Store):
                memory = self.memory_of(item.access.buffer)
                found[memory] = found.get(memory, False) or isinstance(item, Store)
        return found

    def once(self, stage: Stage, loops: Sequence[str], number: int, place: int) -> None:
        """What is done once per position: all lanes compute, and one of the launch whose loop comes next writes."""
        reading = replace(stage, body=tuple(item for item in stage.body if not isinstance(item, Store)))
        writing = replace(stage, body=tuple(item for item in stage.body if isinstance(item, Store)))
        for item in reading.body:
            self.instruction(item, loops)
        if writing.body:
            if self.meets((*self.kernel.stages[:place], reading), writing):
                self.line("__syncthreads();")
            mine = f"only < 0 || (only == {number} && blockIdx.y == 0)"
            self.open(f"if (active && lane == 0 && ({mine}))")
            for item in writing.body:
                self.instruction(item, loops)
            self.close()
            if self.meets(self.kernel.stages[place + 1 :], stage):
                self.line("__syncthreads();")

    def loop(self, stage: Stage, outer: Sequence[str], number: int, met: bool) -> None:
        """A loop that the lanes share, or its chunk; later stages touch what it writes if it is `met`."""
        folds = [item for item in stage.body if isinstance(item, Reduce)]
        for item in folds:
            kind = CUDA.accumulator(item.accumulator)
            self.line(f"{kind} t{item.result} = {CUDA.start(item.op, item.accumulator)};", item.node)
        self.open(f"if (only < 0 || only == {number})")
        size = self.size(product(stage.axes))
        self.line(f"const int64_t part = ({size} + chunks - 1) / chunks, begin = blockIdx.y * part;")
        self.line(f"const int64_t end = !active ? begin : begin + part < {size} ? begin + part : {size};")
        self.open("for (int64_t j = begin + lane; j < end; j += lanes)")
        loops = [*outer, *self.indices("j", stage.axes, "j")]
        for step in stage.body:
            if isinstance(step, Reduce):
                total = f"t{step.result}"
                self.line(f"{total} = {CUDA.combine(step, total, self.names[step.operand])};", step.node)
            elif isinstance(step, Store):
                self.line(self.stored(step, loops), step.node)
            else:
                self.instruction(step, loops)
        self.close()
        self.close()
        for item in folds:
            self.fold(item, number, item is folds[-1] and self.is_last(number))
        if met and not folds:
            self.line("__syncthreads();")
        self.line(f"if (only == {number}) continue;")

    def is_last(self, number: int) -> bool:
        """Whether a loop is the last that folds, of the only position: nothing is folded after it."""
        folding = [any(isinstance(item, Reduce) for item in stage.body) for stage in self.kernel.stages if stage.axes]
        return product(self.kernel.outer) == 1 and not any(folding[number + 1 :])

    def fold(self, item: Reduce, number: int, last: bool) -> None:
        """The total of a position: of its lanes, and in later launches of its chunks."""
        kind, total, result = CUDA.accumulator(item.accumulator), f"t{item.result}", f"v{item.result}"
        count = self.size(product(self.kernel.outer))
        self.line(
            f"{kind} *const chunks{item.result} = "
            f"({kind} *)(parts + {self.folds} * {count} * chunks) + position * chunks;"
        )
        self.folds += 1
        part = CUDA.combine(item, total, f"chunks{item.result}[c]")
        self.line(f"if (only > {number}) for (int64_t c = lane; c < chunks; c += lanes) {total} = {part};", item.node)
        shared, step = f"totals_{kind}", "width * blockDim.x" if self.kernel.columns else "width"
        self.line(f"{shared}[thread] = {total};")
        self.open("for (int width = lanes / 2; width > 0; width /= 2)")
        self.line("__syncthreads();")
        pair = CUDA.combine(item, f"{shared}[thread]", f"{shared}[thread + {step}]")
        self.line(f"if (lane < width) {shared}[thread] = {pair};", item.node)
        self.close()
        self.line("__syncthreads();")
        self.line(f"{total} = {shared}[{'slot' if self.kernel.columns else 'thread - lane'}];", item.node)
        if not last:
            self.line("__syncthreads();")
        self.line(f"if (only == {number} && active && lane == 0) chunks{item.result}[blockIdx.y] = {total};")
        self.names[item.result] = result
        register = CUDA.in_register(item.dtype)
        self.line(f"const {register} {result} = {CUDA.converted(f'({register}){total}', item.dtype)};", item.node)

    # Instructions

    def instruction(self, item: Instruction, loops: Sequence[str]) -> None:
        """One instruction as one line."""
        match item:
            case Literal():
                self.names[item.result] = CUDA.number(item.value, item.dtype)
            case Load():
                text = self.address(item.access, CUDA.in_memory(item.dtype), loops)
                self.define(item, text + (" != 0" if item.dtype.kind == "b" else ""))
            case Position():
                self.define(item, self.affine(item.offset, item.strides, loops))
            case Apply():
                self.define(item, CUDA.apply(item, [self.names[operand] for operand in item.operands]))
            case Store():
                self.line(self.stored(item, loops), item.node)
            case Reduce():
                total = CUDA.combine(item, CUDA.start(item.op, item.accumulator), self.names[item.operand])
                self.define(item, CUDA.converted(total, item.dtype))

    def define(self, item: Load | Position | Apply | Reduce, text: str) -> None:
        """A line that names a result."""
        self.names[item.result] = f"v{item.result}"
        self.line(f"const {CUDA.in_register(item.dtype)} v{item.result} = {text};", item.node)

    def stored(self, item: Store, loops: Sequence[str]) -> str:
        """A line that writes a result."""
        return f"{self.address(item.access, CUDA.in_memory(item.dtype), loops)} = {self.names[item.operand]};"


def operands_of(item: Instruction) -> tuple[int, ...]:
    """The earlier results that an instruction uses."""
    match item:
        case Load():
            return tuple(term.index for term in item.access.terms)
        case Apply():
            return item.operands
        case Reduce():
            return (item.operand,)
    return ()
