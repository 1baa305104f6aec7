"""A program as C: the entries `plan`, `run` and `commit` and their kernels, in one translation unit or two."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from symlab.core.backends.c.dialect import C
from symlab.core.backends.c.render_kernel import Function, KernelWriter, Line
from symlab.core.backends.c.render_loop import LoopWriter, body_heads, constant_lines
from symlab.core.backends.c.render_plan import Names, atom_lines, plan_lines, slot_text
from symlab.core.backends.c.render_product import product_definition, product_lines
from symlab.core.backends.comments import node_comment
from symlab.core.backends.layout import REFERENCE, Layout
from symlab.core.backends.scalar import helpers, size_text
from symlab.core.ir.expr import Expr
from symlab.core.lower.buffers import Home
from symlab.core.lower.facts import NotCompilable, Problem
from symlab.core.lower.memory import Program
from symlab.core.lower.program import BoundsCall, KernelCall, LoopCall, ProductCall, ReferenceCall, TransferCall
from symlab.core.lower.sizes import Size

RETURN: Line = ("return 0;", None)
STEPS = 50  # of a function that is a part of a long `run`: compilers take more than twice the time for twice the code
PART = "static __attribute__((noinline)) int part{}(void **data, const int64_t *shapes, char **w, int64_t *error)"
AS_IT_STANDS = '#pragma GCC optimize("O0")'  # long entries only call: to make them better takes longer than all else
WORK = re.compile(r"\bw\d+\b")
KERNEL = re.compile(r"\b(kernel\d+)\(")
LONG = 5_000  # characters of code from which time to compile counts more
FEW = 8  # kernels that the compiler may take into `run`; more would make one large function
PLAN = "int64_t plan(void **data, int64_t *shapes, int64_t *nanoseconds, int64_t *error)"
RUN = "int run(void **data, const int64_t *shapes, void *workspace, int64_t *error)"
HIDDEN = '__attribute__((visibility("hidden"))) '
COMMIT = "void commit(void **data, const int64_t *shapes, void *workspace)"


@dataclass(frozen=True)
class Rendered:
    """The translation units: what is compiled, and the same with the node of each line, for people who ask for it."""

    units: tuple[str, ...]
    lines: Sequence[Line] = field(repr=False)
    comment: Callable[[Expr | None], str] = field(repr=False)
    references: tuple[ReferenceCall, ...]
    commits: bool

    @property
    def source(self) -> str:
        """The code, each line with what it computes and where the user wrote that."""
        return "".join(f"{text}{self.comment(node)}\n" for text, node in self.lines)

    @property
    def code(self) -> str:
        """All that is compiled."""
        return "".join(self.units)


class Renderer:
    """Writes the translation units of a program."""

    def __init__(self, program: Program, profile: bool = False, numbers: Mapping[Expr, int] | None = None) -> None:
        self.program, self.fused, self.profile = program, program.fused, profile
        self.layout = Layout(program, profile)
        if numbers is None:
            numbers = {node: number for number, node in enumerate(self.fused.prepared.numbered)}
        self.numbers = numbers
        self.functions: dict[object, tuple[str, Function]] = {}
        self.reductions: dict[str, str] = {}
        self.definitions: dict[str, None] = {}
        self.references: list[ReferenceCall] = []
        self.bodies: list[list[Line]] = []  # the functions of bodies of loops, inner ones first
        self.numbers_of_bodies: dict[Body, int] = {}
        self.guards = {number: pair for number, *pair in self.fused.copies}  # nothing to copy where both are one
        self.steps = 0
        self.few = sum(1 for step in program.steps if isinstance(step, KernelCall)) <= FEW

    def rendered(self) -> Rendered:
        """The translation units."""
        plan = [("", None), (PLAN, None), *block(plan_lines(self.layout, self.numbers))]
        run = self.entry_in_parts() if self.is_long() else self.entry(RUN, self.program.schedule.run, [RETURN])
        late = [number for number in self.program.schedule.commit if number not in self.program.skipped]
        commit = self.entry(COMMIT, late, []) if late else []
        head: list[Line] = [('#include "program.h"', None)]
        if self.definitions:
            head.append(('#include "product.h"', None))
        nodes = (node for _, function in self.functions.values() for _, node in function.lines)
        head += [(text, None) for text in (*helpers(nodes), *self.definitions, *self.reductions.values())]
        bodies = [line for body in self.bodies for line in body]
        plain = [(AS_IT_STANDS, None)] if self.is_long() else []
        units = [[*head, *unit] for unit in self.split([*bodies, *plain, *plan, *run, *commit])]
        codes = tuple("".join(f"{text}\n" for text, _ in lines) for lines in units)
        told = [line for lines in units for line in lines]
        return Rendered(codes, told, self.comment, tuple(self.references), bool(late))

    def split(self, entries: Sequence[Line]) -> list[list[Line]]:
        """Kernels and entries: together, or where that is long in two units, which two compilers work on at once."""
        sizes = [sum(len(text) for text, _ in function.lines) for _, function in self.functions.values()]
        rest = sum(len(text) for text, _ in entries)
        inlined = self.inlined()
        if len(sizes) < 2 or sum(sizes) + rest < LONG:
            return [[*(line for item in self.functions.values() for line in self.function_lines(*item)), *entries]]
        first: list[Line] = []
        second: list[Line] = []
        before = 0
        for size, (name, function) in zip(sizes, self.functions.values(), strict=True):
            if 2 * before + size < sum(sizes) + rest and name not in inlined:
                first += self.function_lines(name, function, HIDDEN)
                second.append((f"{HIDDEN}void {name}({parameters(function)});", None))
            else:
                second += self.function_lines(name, function)
            before += size
        return [first, [*second, *entries]]

    def inlined(self) -> set[str]:
        """The kernels of single numbers that loops call at every step: a call would cost more than they do."""
        called = {name for body in self.bodies for text, _ in body for name in KERNEL.findall(text)}
        functions = (item for item in self.functions.values() if item[0] in called)
        return {name for name, function in functions if not any("for (" in text for text, _ in function.lines)}

    def function_lines(self, name: str, function: Function, linkage: str = "static ") -> list[Line]:
        """The text of a kernel."""
        apart = "" if self.few else "__attribute__((noinline)) "
        head = f"{linkage}{apart}void {name}({parameters(function)}) {{"
        return [("", None), (head, None), *function.lines, ("}", None)]

    def comment(self, node: Expr | None) -> str:
        """Which node a line computes, and where the user wrote it."""
        return node_comment(node, self.fused.prepared, self.numbers)

    # Entries

    def entry(self, head: str, numbers: Sequence[int], tail: Sequence[Line]) -> list[Line]:
        """`run` or `commit`: its steps in order."""
        body: list[Line] = []
        sizes: list[Size] = []
        for number in numbers:
            if number not in self.program.skipped:
                if body and head == RUN:
                    body.append(("if (sl_stopped(error)) return SL_INTERRUPTED;", None))
                body += self.step(number, sizes)
        first = [(text, None) for text in atom_lines(self.layout, [*sizes, *self.work_sizes()])]
        if self.profile:
            first.append((f"int64_t *counts = data[{self.layout.counts_at}], clock = sl_clock(0, 0);", None))
        return [("", None), (head, None), *block([*first, *self.work_lines(), *body, *tail])]

    def is_long(self) -> bool:
        """Whether `run` calls functions for parts of it."""
        return not self.profile and len(self.program.schedule.run) > 2 * STEPS

    def entry_in_parts(self) -> list[Line]:
        """`run` as calls of functions that make some of its steps each."""
        numbers = [number for number in self.program.schedule.run if number not in self.program.skipped]
        starts = range(0, len(numbers), STEPS)
        parts = [line for at in starts for line in self.part(at // STEPS, numbers[at : at + STEPS])]
        names = ", ".join(f"w{place}" for place in range(len(self.program.slots)))
        calls = [(f"if (!code) code = part{at // STEPS}(data, shapes, w, error);", None) for at in starts]
        sizes = [(text, None) for text in atom_lines(self.layout, self.work_sizes())]
        work: list[Line] = [(f"char *w[] = {{{names or '0'}}};", None), ("int code = 0;", None)]
        whole = [*sizes, *self.work_lines(), *work, *calls, ("return code;", None)]
        return [*parts, ("", None), (RUN, None), *block(whole)]

    def part(self, place: int, numbers: Sequence[int]) -> list[Line]:
        """A function of some steps."""
        body: list[Line] = []
        sizes: list[Size] = []
        for number in numbers:
            body += [*self.step(number, sizes), ("if (sl_stopped(error)) return SL_INTERRUPTED;", None)]
        used = dict.fromkeys(name for text, _ in body for name in WORK.findall(text))
        first = [*atom_lines(self.layout, sizes), *(f"char *{name} = w[{name[1:]}];" for name in used)]
        lines = [*((text, None) for text in first), *body, RETURN]
        return [("", None), (PART.format(place), None), *block(lines)]

    def work_sizes(self) -> list[Size]:
        """The sizes of the parts of the workspace."""
        return [size for slot in self.program.slots for size in slot]

    def work_lines(self) -> list[Line]:
        """Where the parts of the workspace begin."""
        lines: list[Line] = []
        before = "(char *)workspace"
        for number, slot in enumerate(self.program.slots):
            lines.append((f"char *w{number} = {before};", None))
            before = f"w{number} + SL_ALIGNED({slot_text(slot)})"
        return lines

    def step(self, number: int, sizes: list[Size]) -> list[Line]:
        """The lines of one step; `sizes` collects what they name."""
        step = self.fused.steps[number]
        match step:
            case KernelCall():
                lines = self.kernel_call(number, step, sizes)
            case ProductCall():
                lines = self.product_call(step, sizes)
            case BoundsCall():
                lines = self.bounds_call(step, sizes)
            case LoopCall():
                lines = self.loop_call(step, sizes)
            case ReferenceCall():
                lines = self.reference_call(step, sizes)
            case TransferCall():
                raise NotCompilable(f"C runs in one memory, and the program has {step.node.op.name}")
        guard = self.guards.get(number)
        if guard is not None:
            lines = [(f"if ({self.pointer(guard[0])} != {self.pointer(guard[1])})", None), *lines]
        if self.profile:
            lines.append((f"clock = sl_clock(counts + {2 * self.steps}, clock);", None))
        self.steps += 1
        return lines

    def pointer(self, number: int) -> str:
        """The memory of a buffer."""
        home, place = self.program.memory[number]
        return f"w{place}" if home is Home.WORK else f"data[{self.layout.place(home, place)}]"

    def kernel_call(self, number: int, step: KernelCall, sizes: list[Size]) -> list[Line]:
        """The call of a kernel, which is written unless an equal one is there."""
        late = number in self.program.schedule.commit
        memory = self.program.memory
        overlapping = frozenset(memory[buffer] for buffer in (*step.reads, *step.writes)) if late else frozenset()
        writer = KernelWriter(step.kernel, lambda buffer: memory[buffer], overlapping)
        function = writer.function()
        self.reductions |= writer.reductions
        name, _ = self.functions.setdefault(function.key, (f"kernel{len(self.functions)}", function))
        sizes += [*writer.sizes, *(offset for _, offset, _ in writer.arguments)]
        arguments = [self.argument(*argument) for argument in writer.arguments]
        arguments += [size_text(size, Names()) for size in writer.sizes]
        nodes = step.nodes
        return [(f"{name}({', '.join(arguments)});", nodes[-1] if nodes else None)]

    def argument(self, buffer: int, offset: Size, kind: str) -> str:
        """A pointer that a kernel is given."""
        pointer = f"({kind} *){self.pointer(buffer)}"
        return pointer if offset == 0 else f"{pointer} + {size_text(offset, Names())}"

    def product_call(self, step: ProductCall, sizes: list[Size]) -> list[Line]:
        """The lines of a matrix product."""
        dtype = step.node.type.dtype
        self.definitions[product_definition(dtype.name, C.in_memory(dtype))] = None
        for matrix in (step.a, step.b, step.result):
            sizes += [matrix.offset, *matrix.strides]
        sizes += [*step.stack, step.m, step.n, step.k]
        lines = product_lines(step, self.layout, C.in_memory(dtype), self.pointer)
        return [(text, step.node) for text in lines]

    def loop_call(self, step: LoopCall, sizes: list[Size]) -> list[Line]:
        """The lines of a loop, whose body is written before."""
        number = self.numbers[self.fused.prepared.source(step.node)]
        body = BodyRenderer(self, step.body, number).body()
        if body not in self.numbers_of_bodies:
            self.numbers_of_bodies[body] = len(self.bodies)
            self.bodies.append(body.functions(len(self.bodies)))
        writer = LoopWriter(step, self.layout, self.numbers_of_bodies[body], number, self.pointer)
        sizes += writer.sizes()
        return writer.lines()

    def bounds_call(self, step: BoundsCall, sizes: list[Size]) -> list[Line]:
        """The lines that look over an index array."""
        buffer = self.fused.buffers[step.index]
        sizes += [step.size, buffer.size]
        size, kind = size_text(step.size, Names()), C.in_memory(buffer.dtype)
        number = self.numbers[self.fused.prepared.source(step.node)]
        refusal = f"return sl_refuse(error, {int(Problem.INDEX)}, {number}, {step.axis}, at, {size});"
        return [
            (f"for (int64_t i = 0; i < {size_text(buffer.size, Names())}; i++) {{", step.node),
            (f"    const int64_t at = (int64_t)(({kind} *){self.pointer(step.index)})[i];", None),
            (f"    if (at < -{size} || at >= {size}) {refusal}", None),
            ("}", None),
        ]

    def reference_call(self, step: ReferenceCall, sizes: list[Size]) -> list[Line]:
        """The lines that ask Python for the value of a node."""
        shapes = [size for shape in step.shapes for size in shape]
        sizes += shapes
        pointers = ", ".join(self.pointer(number) for number in (*step.operands, *step.writes))
        link = f"((const int64_t *)data[{self.layout.links_at}])[{self.layout.links.index(REFERENCE)}]"
        self.references.append(step)
        number = self.numbers[self.fused.prepared.source(step.node)]
        refusal = f"return sl_refuse(error, {int(Problem.REFERENCE)}, {number}, 0, 0, 0);"
        return [
            ("{", None),
            (f"    void *arrays[] = {{{pointers}}};", None),
            (
                f"    const int64_t sizes[] = {{{', '.join([*(size_text(size, Names()) for size in shapes), '0'])}}};",
                None,
            ),
            (f"    if (((sl_reference){link})({len(self.references) - 1}, arrays, sizes)) {refusal}", step.node),
            ("}", None),
        ]


def parameters(function: Function) -> str:
    """The parameters of a kernel."""
    return ", ".join(function.parameters) or "void"


class BodyRenderer(Renderer):
    """Writes the body of a loop into the translation unit of another program.

    What it refuses has the number of the node, or of the loop where the node has none.
    """

    def __init__(self, outer: Renderer, program: Program, number: int) -> None:
        super().__init__(program, numbers=defaultdict(lambda: number, outer.numbers))
        self.functions, self.reductions, self.definitions = outer.functions, outer.reductions, outer.definitions
        self.references, self.bodies, self.few = outer.references, outer.bodies, outer.few
        self.numbers_of_bodies = outer.numbers_of_bodies

    def body(self) -> Body:
        """The functions that plan and run a step."""
        run = self.entry("", self.program.schedule.run, [RETURN])[2:]
        return Body(run, block(plan_lines(self.layout, self.numbers)), self.layout)


@dataclass(frozen=True, eq=False)
class Body:
    """The functions of a loop's body; those of equal texts are one."""

    run: Sequence[Line]
    plan: Sequence[Line]
    layout: Layout

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others: all that is compiled, but for its number."""
        return tuple(text for text, _ in (*self.run, *self.plan, *constant_lines(0, self.layout)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Body) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def functions(self, number: int) -> list[Line]:
        """The text under a number."""
        run, plan = body_heads(number)
        constants = constant_lines(number, self.layout)
        return [("", None), *constants, (plan, None), *self.plan, ("", None), (run, None), *self.run]


def block(lines: Sequence[Line]) -> list[Line]:
    """Lines in braces."""
    return [("{", None), *(("    " + text, node) for text, node in lines), ("}", None)]


def render(program: Program, profile: bool = False) -> Rendered:
    """The translation units of a program; with `profile` it counts nanoseconds and calls of each step."""
    return Renderer(program, profile).rendered()


def node_numbers(program: Program) -> Mapping[int, Expr]:
    """The nodes of the original graph by the numbers that refusals and comments give them."""
    return dict(enumerate(program.fused.prepared.numbered))
