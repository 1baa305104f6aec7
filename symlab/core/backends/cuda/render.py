"""A program as one CUDA text: its kernels, each once, with the runtime that they need; and how steps launch them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symlab.core.backends.comments import node_comment
from symlab.core.backends.cuda.dialect import CUDA
from symlab.core.backends.cuda.render_kernel import Function, KernelWriter, Line
from symlab.core.backends.cuda.render_product import ProductFunction, product_function
from symlab.core.backends.cuda.runtime_text import runtime_for
from symlab.core.backends.scalar import helpers
from symlab.core.ir.expr import Expr
from symlab.core.lower.kernel import Kernel
from symlab.core.lower.memory import Program
from symlab.core.lower.program import BoundsCall, KernelCall, ProductCall
from symlab.core.lower.sizes import Size, Sizes, product

BOUNDS = """\
extern "C" __global__ void {name}(const {kind} *index, unsigned long long *first, int64_t count, int64_t size) {{
    for (int64_t i = blockIdx.x * (int64_t)blockDim.x + threadIdx.x; i < count; i += gridDim.x * (int64_t)blockDim.x) {{
        const int64_t at = (int64_t)index[i];
        if (at < -size || at >= size) atomicMin(first, (unsigned long long)i);
    }}
}}
"""
Pointers = tuple[tuple[int, Size], ...]  # buffers, and offsets in elements


@dataclass(frozen=True)
class Launch:
    """How a step runs: the name of its function, what it is given, and the kernel that decides the grid, if any."""

    name: str
    pointers: Pointers
    sizes: Sizes
    kernel: Kernel | None = None
    folds: int = 0
    divisible: bool = False


@dataclass(frozen=True)
class Rendered:
    """A text to compile, the same with the node of each line for people, and the launches by number of step."""

    code: str
    source: str
    launches: Mapping[int, Launch]


class Renderer:
    """Writes the text of a program."""

    def __init__(self, program: Program) -> None:
        self.program, self.fused = program, program.fused
        self.numbers = {node: number for number, node in enumerate(self.fused.prepared.numbered)}
        self.functions: dict[object, tuple[str, Function]] = {}
        self.texts: dict[str, str] = {}
        self.launches: dict[int, Launch] = {}

    def rendered(self) -> Rendered:
        """The text and its launches."""
        self.render_steps()
        names = dict.fromkeys(launch.name for launch in self.launches.values())
        lines = [line for name in names for line in self.lines_of(name)]
        lines = [*((text, None) for text in helpers([node for _, node in lines])), *lines]
        body = "".join(f"{text}\n" for text, _ in lines)
        source = "".join(f"{text}{self.comment(node)}\n" for text, node in lines)
        return Rendered(runtime_for(body) + body, source, self.launches)

    def render_steps(self) -> None:
        """Write the functions of all steps."""
        for number in (*self.program.schedule.run, *self.program.schedule.commit):
            if number not in self.program.skipped:
                self.step(number)

    def lines_of(self, name: str) -> list[Line]:
        """The text of one function."""
        if name in self.texts:
            return [(text, None) for text in self.texts[name].splitlines()]
        function = next(function for known, function in self.functions.values() if known == name)
        head = f'extern "C" __global__ void {name}({", ".join(function.parameters)}) {{'
        return [(head, None), *function.lines, ("}", None)]

    def step(self, number: int) -> None:
        """The function of a step, unless Python or a copy carries it out."""
        step = self.fused.steps[number]
        match step:
            case KernelCall():
                self.launches[number] = self.kernel(step.kernel)
            case ProductCall():
                self.launches[number] = self.product(product_function(step))
            case BoundsCall():
                self.launches[number] = self.bounds(step)

    def kernel(self, kernel: Kernel) -> Launch:
        """The launch of a kernel, which is written unless an equal one is there."""
        function = KernelWriter(kernel, lambda buffer: self.program.memory[buffer], self.local_size).function()
        name, _ = self.functions.setdefault(function.key, (f"kernel{len(self.functions)}", function))
        return Launch(name, function.pointers, function.sizes, kernel, function.folds, function.divisible)

    def local_size(self, buffer: int) -> Size:
        """How many elements of a buffer belong to one position."""
        return product(self.fused.buffers[buffer].local)

    def product(self, function: ProductFunction) -> Launch:
        """The launch of a matrix product."""
        self.texts[function.name] = function.text
        return Launch(function.name, function.pointers, function.sizes)

    def bounds(self, step: BoundsCall) -> Launch:
        """The launch that finds the first index which leaves its axis."""
        buffer = self.fused.buffers[step.index]
        name = f"bounds_{buffer.dtype.name}"
        self.texts[name] = BOUNDS.format(name=name, kind=CUDA.in_memory(buffer.dtype))
        return Launch(name, ((step.index, 0),), (buffer.size, step.size))

    def comment(self, node: Expr | None) -> str:
        """Which node a line computes, and where the user wrote it."""
        return node_comment(node, self.fused.prepared, self.numbers)


def render(program: Program) -> Rendered:
    """The text of a program."""
    return Renderer(program).rendered()
