"""One kernel as a C function.

Loops run over rows where the innermost axis lies in one piece, and over blocks of columns where the last outer axis
does. Sums of floating-point numbers run in blocks whose totals are added in pairs, which keeps the rounding error
small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from symlab.core.backends.c.dialect import C
from symlab.core.backends.scalar import size_text
from symlab.core.ir.expr import Expr
from symlab.core.lower.kernel import (
    LANES,
    NARROW,
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
from symlab.core.lower.sizes import Size, product

BUILT_IN = {"sum": "+", "prod": "*", "any": "|", "all": "&"}  # reductions that OpenMP knows for every number
BLOCK = 4096  # elements added straight before pairs of totals are
ROWS = 256  # rows added straight, in a kernel by columns

Line = tuple[str, Expr | None]  # a line of code, and the node that it computes


@dataclass(frozen=True)
class Function:
    """A C function: its body does not name it, so that equal kernels are one function."""

    parameters: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What equal functions have in common."""
        return self.parameters, tuple(code for code, _ in self.lines)


@dataclass
class KernelWriter:
    """Writes one kernel; `pointer_of` says which memory a buffer is, by a key that equal memories share."""

    kernel: Kernel
    memory_of: Callable[[int], object]
    may_overlap: frozenset[object] = frozenset()
    lines: list[Line] = field(default_factory=list)
    depth: int = 1
    pointers: dict[tuple[object, Size, str], str] = field(default_factory=dict)
    arguments: list[tuple[int, Size, str]] = field(default_factory=list)
    written: set[object] = field(default_factory=set)
    sizes: dict[Size, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    side_by_side: bool = False
    wide: set[int] = field(default_factory=set)  # results that are kept for every column of a block
    reductions: dict[str, str] = field(default_factory=dict)

    def function(self) -> Function:
        """The C function."""
        self.written = {self.memory_of(number) for number in self.kernel.writes()}
        for item in self.kernel.prologue:
            self.instruction(item, ())
        if not any(stage.axes for stage in self.kernel.stages):
            self.parallel()
        elif self.kernel.columns:
            self.columns()
        else:
            self.rows_by_width()
        return Function(tuple(self.parameters()), tuple(self.lines))

    # Text

    def line(self, code: str, node: Expr | None = None) -> None:
        """One line at the present depth."""
        self.lines.append(("    " * self.depth + code, node))

    def open(self, head: str) -> None:
        """The head of a block."""
        self.line(f"{head} {{")
        self.depth += 1

    def close(self, count: int = 1) -> None:
        """The ends of blocks."""
        for _ in range(count):
            self.depth -= 1
            self.line("}")

    def loop(self, name: str, size: Size, simd: str | None = None) -> None:
        """The head of a loop from end to end."""
        if simd is not None:
            self.line(f"#pragma omp simd{simd}")
        self.open(f"for (int64_t {name} = 0; {name} < {self.size(size)}; {name}++)")

    def size(self, size: Size) -> str:
        """A size: a number, or a parameter."""
        if isinstance(size, int):
            return size_text(size, {})
        return self.sizes.setdefault(size, f"n{len(self.sizes)}")

    def parameters(self) -> list[str]:
        """The parameters of the function."""
        found = []
        counts: dict[object, int] = {}
        for memory, _, _ in self.pointers:
            counts[memory] = counts.get(memory, 0) + 1
        for (memory, _, kind), name in self.pointers.items():
            alone = memory not in self.may_overlap and (memory not in self.written or counts[memory] == 1)
            constant = "" if memory in self.written else "const "
            found.append(f"{constant}{kind} *{'restrict ' if alone else ''}{name}")
        return found + [f"int64_t {name}" for name in self.sizes.values()]

    def address(self, access: Access, kind: str, loops: Sequence[str]) -> str:
        """An element in memory."""
        key = (self.memory_of(access.buffer), access.offset, kind)
        pointer = self.pointers.get(key)
        if pointer is None:
            pointer = self.pointers[key] = f"p{len(self.pointers)}"
            self.arguments.append((access.buffer, access.offset, kind))
        if access.local and self.side_by_side:
            return f"{pointer}[({self.affine(0, access.strides, loops)}) * {LANES} + l]"
        terms = [self.term(term) for term in access.terms]
        return f"{pointer}[{' + '.join([self.affine(0, access.strides, loops), *terms])}]"

    def term(self, term: Term) -> str:
        """What an index adds to an address."""
        return f"sl_size_wrap({self.value(term.index)}, {self.size(term.size)}) * {self.size(term.stride)}"

    def affine(self, offset: Size, strides: Sequence[Size], loops: Sequence[str]) -> str:
        """An offset and its steps along loops."""
        parts = [] if offset == 0 else [self.size(offset)]
        for stride, name in zip(strides, loops):
            if stride != 0:
                parts.append(name if stride == 1 else f"{name} * {self.size(stride)}")
        return " + ".join(parts) or "0"

    # Instructions

    def value(self, number: int) -> str:
        """A result by its name."""
        return f"{self.names[number]}[l]" if number in self.wide else self.names[number]

    def instruction(self, item: Instruction, loops: Sequence[str]) -> None:
        """One instruction as one line."""
        match item:
            case Literal():
                self.names[item.result] = C.number(item.value, item.dtype)
            case Load():
                text = self.address(item.access, C.in_memory(item.dtype), loops)
                self.define(item, C.in_register(item.dtype), text + (" != 0" if item.dtype.kind == "b" else ""))
            case Position():
                self.define(item, C.in_register(item.dtype), self.affine(item.offset, item.strides, loops))
            case Apply():
                operands = [self.value(operand) for operand in item.operands]
                self.define(item, C.in_register(item.dtype), C.apply(item, operands))
            case Store():
                self.line(
                    f"{self.address(item.access, C.in_memory(item.dtype), loops)} = {self.value(item.operand)};",
                    item.node,
                )
            case Reduce():
                total = C.combine(item, C.start(item.op, item.accumulator), self.value(item.operand))
                self.define(item, C.in_register(item.dtype), C.converted(total, item.dtype))

    def define(self, item: Load | Position | Apply | Reduce, kind: str, text: str) -> None:
        """A line that names a result."""
        self.names[item.result] = f"v{item.result}"
        if item.result in self.wide:
            self.line(f"{self.value(item.result)} = {text};", item.node)
        else:
            self.line(f"const {kind} {self.names[item.result]} = {text};", item.node)

    # Elementwise

    def parallel(self) -> None:
        """Loops over the outer axes around straight code, the innermost of them vectorized."""
        outer = self.kernel.outer
        loops = [f"i{axis}" for axis in range(len(outer))]
        for axis, size in enumerate(outer):
            self.loop(loops[axis], size, "" if axis == len(outer) - 1 and not self.kernel.ordered else None)
        for stage in self.kernel.stages:
            for item in stage.body:
                self.instruction(item, loops)
        self.close(len(outer))

    # Rows

    def rows_by_width(self) -> None:
        """Rows one after another, but side by side where they are narrow and much is computed."""
        if not self.kernel.costly or not self.kernel.outer:
            self.rows()
            return
        widths = [self.size(product(stage.axes)) for stage in self.kernel.stages if stage.axes]
        self.open(f"if ({' && '.join(f'{width} < {NARROW}' for width in dict.fromkeys(widths))})")
        self.columns()
        self.close()
        self.open("else")
        self.side_by_side, self.wide = False, set()
        self.rows()
        self.close()

    def rows(self) -> None:
        """At each outer position, one stage after another."""
        loops = [f"i{axis}" for axis in range(len(self.kernel.outer))]
        for name, size in zip(loops, self.kernel.outer):
            self.loop(name, size)
        for stage in self.kernel.stages:
            if stage.axes:
                self.row(stage, loops)
            else:
                for item in stage.body:
                    self.instruction(item, loops)
        self.close(len(loops))

    def row(self, stage: Stage, outer: Sequence[str]) -> None:
        """The loops of one stage; totals of sums are kept apart from block to block."""
        folds = [item for item in stage.body if isinstance(item, Reduce)]
        paired = [item for item in folds if is_paired(item)]
        for item in folds:
            name = self.names[item.result] = f"v{item.result}"
            if item in paired:
                self.line(f"{C.accumulator(item.accumulator)} {name}_parts[SL_PARTS]; int64_t {name}_count = 0;")
            else:
                self.start(item, f"{name}_total")
        *others, last = stage.axes
        loops = [f"j{axis}" for axis in range(len(stage.axes))]
        for name, size in zip(loops, others):
            self.loop(name, size)
        self.innermost(stage, paired, last, [*outer, *loops])
        self.close(len(others))
        for item in folds:
            self.finish(item, item in paired)

    def innermost(self, stage: Stage, paired: Sequence[Reduce], size: Size, loops: Sequence[str]) -> None:
        """The vectorized loop of a stage, in blocks where totals are added in pairs."""
        name, first, end = loops[-1], "0", self.size(size)
        if paired:
            self.open(f"for (int64_t b = 0; b < {end}; b += {BLOCK})")
            self.line(f"const int64_t e = b + {BLOCK} < {end} ? b + {BLOCK} : {end};")
            first, end = "b", "e"
            for item in paired:
                self.start(item, f"{self.names[item.result]}_total")
        clauses = "".join(self.clause(item) for item in stage.body if isinstance(item, Reduce))
        self.line(f"#pragma omp simd{clauses}")
        self.open(f"for (int64_t {name} = {first}; {name} < {end}; {name}++)")
        for step in stage.body:
            if isinstance(step, Reduce):
                total = f"{self.names[step.result]}_total"
                self.line(f"{total} = {C.combine(step, total, self.value(step.operand))};", step.node)
            else:
                self.instruction(step, loops)
        self.close()
        for item in paired:
            total = self.names[item.result]
            self.line(f"SL_PAIR({total}_parts, {total}_count, {total}_total);")
        self.close(1 if paired else 0)

    def start(self, item: Reduce, name: str) -> None:
        """An accumulator."""
        self.line(f"{C.accumulator(item.accumulator)} {name} = {C.start(item.op, item.accumulator)};", item.node)

    def finish(self, item: Reduce, paired: bool) -> None:
        """The value of an accumulator after its loop."""
        name, kind = self.names[item.result], C.accumulator(item.accumulator)
        if paired:
            self.line(f"{kind} {name}_sum = 0;")
            self.line(f"SL_ADD_PARTS({name}_parts, {name}_count, {name}_sum);")
        text = f"{name}_sum" if paired else f"{name}_total"
        converted = C.converted(f"({C.in_register(item.dtype)}){text}", item.dtype)
        self.line(f"const {C.in_register(item.dtype)} {name} = {converted};", item.node)

    def clause(self, item: Reduce) -> str:
        """How OpenMP folds the lanes of a vector."""
        operator = BUILT_IN.get(item.op.name)
        if operator is None and item.accumulator.kind in "iu" and item.op.name in ("max", "min"):
            operator = item.op.name
        if operator is None:
            operator = f"fold_{item.op.name}_{item.accumulator.name}"
            combined = C.combine(item, "omp_out", "omp_in")
            self.reductions[operator] = (
                f"#pragma omp declare reduction({operator} : {C.accumulator(item.accumulator)} : "
                f"omp_out = {combined}) initializer(omp_priv = {C.start(item.op, item.accumulator)})"
            )
        return f" reduction({operator} : {self.names[item.result]}_total)"

    # Columns

    def columns(self) -> None:
        """A block of outer positions side by side: what a stage gives to another is an array over the block."""
        self.wide, self.side_by_side = shared_results(self.kernel), True
        loops = [f"i{axis}" for axis in range(len(self.kernel.outer))]
        for name, size in zip(loops[:-1], self.kernel.outer):
            self.loop(name, size)
        last, end = loops[-1], self.size(self.kernel.outer[-1])
        self.open(f"for (int64_t c = 0; c < {end}; c += {LANES})")
        self.line(f"const int64_t width = c + {LANES} < {end} ? {LANES} : {end} - c;")
        for stage in self.kernel.stages:
            for item in stage.body:
                if not isinstance(item, Store | Literal) and item.result in self.wide:
                    kind = C.in_register(item.dtype)
                    self.line(f"{kind} v{item.result}[{LANES}];")
        for stage in self.kernel.stages:
            self.column_stage(stage, [*loops[:-1], f"({last})"])
        self.close(len(loops))

    def column_stage(self, stage: Stage, loops: Sequence[str]) -> None:
        """One stage over a block of columns."""
        folds = [item for item in stage.body if isinstance(item, Reduce)] if stage.axes else []
        for item in folds:
            self.names[item.result] = f"v{item.result}"
            kind = C.accumulator(item.accumulator)
            self.line(f"{kind} v{item.result}_total[{LANES}];")
            self.each_column(f"v{item.result}_total[l] = {C.start(item.op, item.accumulator)};", item.node)
        paired = [item for item in folds if is_paired(item)]
        for item in paired:
            self.line(f"{C.accumulator(item.accumulator)} v{item.result}_sum[{LANES}] = {{0}};")
        if paired:
            self.line(f"int64_t v{paired[0].result}_rows = 0;")
        inner = [f"j{axis}" for axis in range(len(stage.axes))]
        for name, size in zip(inner, stage.axes):
            self.loop(name, size)
        self.line("#pragma omp simd")
        self.open("for (int64_t l = 0; l < width; l++)")
        for step in stage.body:
            if isinstance(step, Reduce) and stage.axes:
                total = f"v{step.result}_total[l]"
                self.line(f"{total} = {C.combine(step, total, self.value(step.operand))};", step.node)
            else:
                self.instruction(step, [*loops[:-1], "(c + l)", *inner])
        self.close()
        if paired:
            self.open(f"if (++v{paired[0].result}_rows % {ROWS} == 0)")
            self.add_totals(paired)
            self.close()
        self.close(len(inner))
        self.add_totals(paired)
        for item in paired:
            self.each_column(f"v{item.result}_total[l] = v{item.result}_sum[l];", item.node)
        for item in folds:
            converted = C.converted(f"({C.in_register(item.dtype)})v{item.result}_total[l]", item.dtype)
            self.each_column(f"v{item.result}[l] = {converted};", item.node)

    def add_totals(self, folds: Sequence[Reduce]) -> None:
        """Add totals of some rows to the sums, and start anew: so few numbers are added to a much larger one."""
        for item in folds:
            self.each_column(
                f"v{item.result}_sum[l] += v{item.result}_total[l], v{item.result}_total[l] = 0;", item.node
            )

    def each_column(self, code: str, node: Expr | None) -> None:
        """One statement for each column of the block."""
        self.line(f"for (int64_t l = 0; l < width; l++) {code}", node)


def is_paired(item: Reduce) -> bool:
    """Whether a reduction adds floating-point numbers, whose order matters."""
    return item.op.name == "sum" and item.accumulator.kind == "f"


def shared_results(kernel: Kernel) -> set[int]:
    """The results that one stage gives to another."""
    found: set[int] = set()
    made: dict[int, int] = {}
    for number, stage in enumerate(kernel.stages):
        for item in stage.body:
            found.update(operand for operand in operands_of(item) if made.get(operand, number) != number)
            if isinstance(item, Reduce):
                found.add(item.result)
            if isinstance(item, Load | Position | Apply):
                made[item.result] = number
    return found


def operands_of(item: Instruction) -> tuple[int, ...]:
    """The results that an instruction uses."""
    match item:
        case Apply():
            return item.operands
        case Reduce():
            return (item.operand,)
        case Load():
            return tuple(term.index for term in item.access.terms)
        case Store():
            return (item.operand, *(term.index for term in item.access.terms))
    return ()
