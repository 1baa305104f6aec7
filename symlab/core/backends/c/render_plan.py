"""The entry `plan`: checks on sizes, sizes of results, bytes of workspace, an estimate of the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symlab.core.backends.c.dialect import C
from symlab.core.backends.layout import Layout
from symlab.core.backends.scalar import needed_atoms, size_text
from symlab.core.ir.expr import Expr
from symlab.core.lower.buffers import Buffer, Home
from symlab.core.lower.facts import Check, Problem
from symlab.core.lower.kernel import Apply, Kernel, Load, Store
from symlab.core.lower.memory import Program
from symlab.core.lower.program import KernelCall, LoopCall, ProductCall, ReferenceCall
from symlab.core.lower.roles import cost
from symlab.core.lower.sizes import Atom, Size, product

LARGEST_BYTES = "1e17"
FORMULA_NANOSECONDS = 0.1  # per unit of cost and element
MEMORY_NANOSECONDS = 0.12  # per byte-eighth moved: 8 bytes
REFERENCE_NANOSECONDS = 20000
MULTIPLY_NANOSECONDS = 0.05
STEP_NANOSECONDS = 100
INNER_NANOSECONDS = 400  # for a step in a loop whose sizes only the call knows


def atom_lines(layout: Layout, sizes: Sequence[Size]) -> list[str]:
    """The definitions of the atoms that sizes need."""
    atoms = layout.program.fused.atoms
    return [f"const int64_t n{number} = {atom_text(layout, atoms[number])};" for number in needed_atoms(sizes, atoms)]


def atom_text(layout: Layout, atom: Atom) -> str:
    """The value of an atom."""
    names = Names()
    match atom.kind, atom.args:
        case "dim", (int(operand), int(axis)):
            return f"shapes[{layout.first_sizes[operand] + axis}]"
        case "value", (int(operand), int(place), length):
            kind = C.in_memory(layout.program.fused.operands[operand].type.dtype)
            element = f"((const {kind} *)data[{operand}])[{place}]"
            if isinstance(length, int):
                return element
            return f"{size_text(length, names)} > {place} ? {element} : 0"
        case "positive", (size,):
            return f"sl_size_positive({size_text(size, names)})"
    function = {"//": "divide", "%": "modulo", "wrap": "wrap"}[atom.kind]
    return f"sl_size_{function}({', '.join(size_text(arg, names) for arg in atom.args)})"


class Names(Mapping[int, str]):
    """The C names of atoms."""

    def __getitem__(self, number: int) -> str:
        return f"n{number}"

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def check_text(check: Check, number: int) -> str:
    """The condition under which a check refuses, and the refusal."""
    left, right = size_text(check.left, Names()), size_text(check.right, Names())
    failing = {
        Problem.SIZES: f"{left} != {right}",
        Problem.ELEMENTS: f"{left} != {right}",
        Problem.NEGATIVE: f"{left} < 0",
        Problem.INDEX: f"{left} < -{right} || {left} >= {right}",
        Problem.EMPTY: f"{left} == 0 && {right} != 0",
        Problem.STEP: f"{left} == 0",
    }[check.problem]
    values = f"{check.axis}, {left}, {right}"
    return f"if ({failing}) return -sl_refuse(error, {int(check.problem)}, {number}, {values});"


def plan_lines(layout: Layout, numbers: Mapping[Expr, int]) -> list[tuple[str, Expr | None]]:
    """The body of `plan`."""
    program = layout.program
    fused = program.fused
    doubtful = [buffer for buffer in fused.buffers if depends_on_values(buffer, fused.atoms)]
    used: list[Size] = [size for shape in fused.shapes for size in shape]
    used += [size for check in fused.checks for size in (check.left, check.right)]
    used += [size for slot in program.slots for size in slot]
    used += [size for buffer in doubtful for size in buffer.shape]
    work = work_estimate(program)
    used += [size for size, _ in work]
    lines: list[tuple[str, Expr | None]] = [(text, None) for text in atom_lines(layout, used)]
    for check in fused.checks:
        node = fused.prepared.source(check.node)
        lines.append((check_text(check, numbers[node]), node))
    lines += [(large_text(buffer, numbers[fused.prepared.source(buffer.node)]), buffer.node) for buffer in doubtful]
    for place, shape in enumerate(fused.shapes):
        first = layout.first_sizes[layout.place(Home.ROOT, place)]
        lines += [(f"shapes[{first + axis}] = {size_text(size, Names())};", None) for axis, size in enumerate(shape)]
    terms = [f"{rate:.6g} * (double){size_text(size, Names())}" for size, rate in work]
    lines.append((f"*nanoseconds = (int64_t)({' + '.join(terms) or '0'});", None))
    total = " + ".join(f"SL_ALIGNED({slot_text(slot)})" for slot in program.slots) or "0"
    return [*lines, (f"return {total};", None)]


def slot_text(slot: Sequence[Size]) -> str:
    """The bytes of a part of the workspace: the largest of its sizes."""
    text = size_text(slot[0], Names())
    for size in slot[1:]:
        text = f"sl_size_larger({text}, {size_text(size, Names())})"
    return text


def depends_on_values(buffer: Buffer, atoms: Sequence[Atom]) -> bool:
    """Whether a size of a buffer follows from numbers that the caller chose, rather than from sizes that exist."""
    return any(atoms[number].kind == "value" for number in needed_atoms(buffer.shape, atoms))


def large_text(buffer: Buffer, number: int) -> str:
    """A refusal where the bytes of a buffer would not even fit an integer."""
    sizes = " * ".join(f"(double){size_text(size, Names())}" for size in buffer.shape)
    refusal = f"-sl_refuse(error, {int(Problem.TOO_LARGE)}, {number}, 0, 0, 0)"
    return f"if ({sizes} * {buffer.dtype.itemsize} > {LARGEST_BYTES}) return {refusal};"


# The estimate


def work_estimate(program: Program) -> list[tuple[Size, float]]:
    """Numbers of elements, each with nanoseconds per element."""
    found: dict[Size, float] = {}
    for step in program.steps:
        for size, rate in step_estimate(step):
            found[size] = found.get(size, 0.0) + rate
    return list(found.items())


def step_estimate(step: object) -> Iterator[tuple[Size, float]]:
    """What one step takes."""
    if isinstance(step, KernelCall):
        yield from kernel_estimate(step.kernel)
    elif isinstance(step, ProductCall):
        yield product((*step.stack, step.m, step.n, step.k)), MULTIPLY_NANOSECONDS
    elif isinstance(step, LoopCall):
        yield step.length, STEP_NANOSECONDS + body_estimate(step.body)
    elif isinstance(step, ReferenceCall):
        yield 1, REFERENCE_NANOSECONDS


def body_estimate(body: Program) -> float:
    """Nanoseconds for one step of a loop."""
    terms = [term for step in body.steps for term in step_estimate(step)]
    return sum(size * rate if isinstance(size, int) else INNER_NANOSECONDS for size, rate in terms)


def kernel_estimate(kernel: Kernel) -> Iterator[tuple[Size, float]]:
    """What a kernel takes."""
    for stage in kernel.stages:
        rate = 0.0
        for item in stage.body:
            if isinstance(item, Apply):
                rate += FORMULA_NANOSECONDS * cost(item.node)
            elif isinstance(item, Load | Store):
                rate += MEMORY_NANOSECONDS * item.dtype.itemsize / 8
        yield product((*kernel.outer, *stage.axes)), rate
