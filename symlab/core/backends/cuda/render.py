"""Kernels as CUDA C.

Every outer position is independent. Without inner loops each thread takes positions of its own; with them a block takes
one position, its threads share the loop and fold their totals in a tree whose order does not change from run to run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from symlab.core.backends.cuda.dialect import CUDA, DEFINED, SAME_NAME
from symlab.core.backends.scalar import size_text
from symlab.core.lower.buffers import Buffer
from symlab.core.lower.facts import NotCompilable
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
from symlab.core.lower.memory import Program
from symlab.core.lower.program import KernelCall
from symlab.core.lower.sizes import Size, product

THREADS = 256
NAMED = re.compile(r"\bsl_(\w+)")
PRELUDE = """\
#ifdef __CUDACC_RTC__
typedef int int32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
#else
#include <stdint.h>
#endif
__device__ inline double sl_infinity() { return __longlong_as_double(0x7ff0000000000000ll); }
__device__ inline float sl_infinityf() { return __int_as_float(0x7f800000); }
__device__ inline double sl_nan() { return __longlong_as_double(0x7ff8000000000000ll); }
__device__ inline float sl_nanf() { return __int_as_float(0x7fc00000); }
__device__ inline int64_t sl_size_wrap(int64_t index, int64_t size) { return index < 0 ? index + size : index; }
"""


@dataclass
class KernelWriter:
    """Writes one kernel."""

    kernel: Kernel
    name: str
    buffers: Sequence[Buffer]
    lines: list[str] = field(default_factory=list)
    depth: int = 1
    pointers: dict[tuple[int, Size, str], str] = field(default_factory=dict)
    sizes: dict[Size, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def text(self) -> str:
        """The kernel's text, its parameters in the order in which they are met."""
        self.loop_over_positions()
        parameters = [f"{kind} *{name}" for (_, _, kind), name in self.pointers.items()]
        parameters += [f"int64_t {name}" for name in self.sizes.values()]
        head = f'extern "C" __global__ void {self.name}({", ".join(parameters)}) {{'
        return "\n".join([head, *self.lines, "}", ""])

    # Text

    def line(self, code: str) -> None:
        """One line at the present depth."""
        self.lines.append("    " * self.depth + code)

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
        parts += [f"{name} * {self.size(stride)}" for stride, name in zip(strides, loops) if stride != 0]
        return " + ".join(parts) or "0"

    def address(self, access: Access, kind: str, loops: Sequence[str]) -> str:
        """An element in memory; scratch has a part for each outer position."""
        pointer = self.pointers.setdefault((access.buffer, access.offset, kind), f"p{len(self.pointers)}")
        place = self.affine(0, access.strides, loops)
        if access.local:
            rank = len(self.kernel.outer)
            part = self.size(product(self.buffers[access.buffer].local))
            place = f"position * {part} + {self.affine(0, access.strides[rank:], loops[rank:])}"
        return f"{pointer}[{' + '.join([place, *map(self.term, access.terms)])}]"

    def term(self, term: Term) -> str:
        """What an index adds to an address."""
        return f"sl_size_wrap({self.names[term.index]}, {self.size(term.size)}) * {self.size(term.stride)}"

    # Loops

    def loop_over_positions(self) -> None:
        """Positions in strides of the grid: of its threads, or of its blocks where a block shares a position."""
        shared = any(stage.axes for stage in self.kernel.stages)
        count = self.size(product(self.kernel.outer))
        first, step = "blockIdx.x * (int64_t)blockDim.x + threadIdx.x", "gridDim.x * (int64_t)blockDim.x"
        if shared:
            first, step = "blockIdx.x", "gridDim.x"
        if self.kernel.ordered:
            self.line("if (blockIdx.x || threadIdx.x) return;")
            first, step = "0", "1"
        for item in self.kernel.prologue:
            self.instruction(item, ())
        self.open(f"for (int64_t position = {first}; position < {count}; position += {step})")
        loops = self.indices("position", self.kernel.outer, "i")
        for stage in self.kernel.stages:
            if stage.axes:
                self.loop(stage, loops)
            else:
                self.once(stage, loops, shared)
        self.close()

    def indices(self, flat: str, sizes: Sequence[Size], letter: str) -> list[str]:
        """The place on each axis of a flat index."""
        names = [f"{letter}{axis}" for axis in range(len(sizes))]
        rest = flat
        for axis in reversed(range(len(sizes))):
            self.line(f"const int64_t {names[axis]} = {rest}{f' % {self.size(sizes[axis])}' if axis else ''};")
            rest = f"({rest}) / {self.size(sizes[axis])}"
        return names

    def once(self, stage: Stage, loops: Sequence[str], shared: bool) -> None:
        """What is done once per position; one thread of a block writes."""
        for item in stage.body:
            if isinstance(item, Store) and shared:
                self.line(f"if (threadIdx.x == 0) {self.stored(item, loops)}")
            else:
                self.instruction(item, loops)

    def loop(self, stage: Stage, outer: Sequence[str]) -> None:
        """A loop that the threads of a block share."""
        folds = [item for item in stage.body if isinstance(item, Reduce)]
        for item in folds:
            kind = CUDA.accumulator(item.accumulator)
            self.line(f"{kind} t{item.result} = {CUDA.start(item.op, item.accumulator)};")
        self.open(f"for (int64_t j = threadIdx.x; j < {self.size(product(stage.axes))}; j += blockDim.x)")
        loops = [*outer, *self.indices("j", stage.axes, "j")]
        for step in stage.body:
            if isinstance(step, Reduce):
                self.line(f"t{step.result} = {CUDA.combine(step, f't{step.result}', self.names[step.operand])};")
            else:
                self.instruction(step, loops)
        self.close()
        for fold in folds:
            self.fold(fold)
        if not folds:
            self.line("__syncthreads();")

    def fold(self, item: Reduce) -> None:
        """The totals of a block's threads, folded in pairs."""
        shared, total = f"s{item.result}", f"t{item.result}"
        self.line(f"__shared__ {CUDA.accumulator(item.accumulator)} {shared}[{THREADS}];")
        self.line(f"{shared}[threadIdx.x] = {total};")
        self.open("for (int width = blockDim.x / 2; width > 0; width /= 2)")
        self.line("__syncthreads();")
        pair = CUDA.combine(item, f"{shared}[threadIdx.x]", f"{shared}[threadIdx.x + width]")
        self.line(f"if (threadIdx.x < width) {shared}[threadIdx.x] = {pair};")
        self.close()
        self.line("__syncthreads();")
        self.names[item.result] = f"v{item.result}"
        kind = CUDA.in_register(item.dtype)
        self.line(f"const {kind} v{item.result} = {CUDA.converted(f'({kind}){shared}[0]', item.dtype)};")
        self.line("__syncthreads();")

    # Instructions

    def instruction(self, item: Instruction, loops: Sequence[str]) -> None:
        """One instruction as one line."""
        match item:
            case Literal():
                self.names[item.result] = CUDA.number(item.value, item.dtype)
            case Load():
                self.define(item, self.address(item.access, CUDA.in_memory(item.dtype), loops))
            case Position():
                self.define(item, self.affine(item.offset, item.strides, loops))
            case Apply():
                self.define(item, CUDA.apply(item, [self.names[operand] for operand in item.operands]))
            case Store():
                self.line(self.stored(item, loops))
            case Reduce():
                total = CUDA.combine(item, CUDA.start(item.op, item.accumulator), self.names[item.operand])
                self.define(item, CUDA.converted(total, item.dtype))

    def define(self, item: Load | Position | Apply | Reduce, text: str) -> None:
        """A line that names a result."""
        self.names[item.result] = f"v{item.result}"
        self.line(f"const {CUDA.in_register(item.dtype)} v{item.result} = {text};")

    def stored(self, item: Store, loops: Sequence[str]) -> str:
        """A line that writes a result."""
        return f"{self.address(item.access, CUDA.in_memory(item.dtype), loops)} = {self.names[item.operand]};"


def render_kernels(program: Program) -> str:
    """The kernels of a program, called kernel0, kernel1, ..., with the functions that they use."""
    kernels = [step.kernel for step in program.steps if isinstance(step, KernelCall)]
    buffers = program.fused.buffers
    texts = [KernelWriter(kernel, f"kernel{number}", buffers).text() for number, kernel in enumerate(kernels)]
    body = "\n".join(texts)
    return f"{PRELUDE}{functions(body)}\n{body}"


def functions(text: str) -> str:
    """Definitions of the functions that a text names: CUDA's own under our names, or formulas."""
    provided = set(NAMED.findall(PRELUDE))
    found = []
    for name in sorted(set(NAMED.findall(text)) - provided):
        suffix = "f" if name.endswith("f") and name != "erf" else ""
        base = name.removesuffix("f") if suffix else name
        if base in SAME_NAME.split():
            found.append(f"#define sl_{name} {name}")
        elif f"sl_{base}" in DEFINED:
            kind = "float" if suffix else "double"
            found.append("__device__ inline " + DEFINED[f"sl_{base}"].format(f=suffix, t=kind))
        else:
            raise NotCompilable(f"CUDA has no function sl_{name}")
    return "".join(f"{line}\n" for line in found)
