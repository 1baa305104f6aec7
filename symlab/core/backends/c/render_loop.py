"""A loop as C: its body is a function of its own, called with other pointers at every step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symlab.core.backends.c.render_kernel import Line
from symlab.core.backends.c.render_plan import Names
from symlab.core.backends.layout import Layout
from symlab.core.backends.scalar import size_text
from symlab.core.lower.buffers import Home
from symlab.core.lower.program import LoopCall
from symlab.core.lower.sizes import Size, multiply
from symlab.core.ops.loop import Loop

SMALL = 16  # bytes that are sooner copied than found by a pointer
BODY = "static int run{0}(void **data, const int64_t *shapes, void *workspace, int64_t *error)"
BODY_PLAN = "static int64_t plan{0}(void **data, int64_t *shapes, int64_t *nanoseconds, int64_t *error)"


@dataclass(frozen=True)
class Target:
    """Memory that a branch writes one of its roots to: a state's, or a row of a history."""

    place: int
    pointer: str
    state: int | None = None


@dataclass
class LoopWriter:
    """Writes one loop whose body is the function `run` with this number."""

    step: LoopCall
    outer: Layout
    number: int
    node_number: int
    pointer: Callable[[int], str]

    def __post_init__(self) -> None:
        self.loop = Loop(self.step.node)
        self.inner = Layout(self.step.body)
        self.reverse = bool(self.step.node.attr("reverse"))
        self.states = self.loop.states
        self.dtypes = [root.type.dtype for root in self.step.body.fused.prepared.graph.roots]
        self.rows = [multiply(size, dtype.itemsize) for size, dtype in zip(self.step.sizes, self.dtypes, strict=True)]
        self.histories: dict[int, list[int]] = defaultdict(list)  # the buffers that each root fills row by row
        results = self.step.results[self.states :]
        for place, buffer in zip(self.step.places[: len(self.loop.results)], results, strict=False):
            if buffer is not None and place is not None:
                self.histories[place].append(buffer)
        self.carried = [
            (state, place) for state, place in enumerate(self.step.places[: self.states]) if place is not None
        ]

    def sizes(self) -> list[Size]:
        """All sizes that the text names."""
        named = [self.step.length, *self.rows]
        for matrix, shape in zip(self.step.operands, self.step.shapes, strict=True):
            named += [matrix.offset, *matrix.strides[:1], *shape]
        return named

    def root(self, place: int) -> str:
        """Where the body finds the memory of one of its roots."""
        return f"d[{self.inner.place(Home.ROOT, place)}]"

    def lines(self) -> list[Line]:
        """The loop."""
        targets = self.choice_targets()
        if targets is not None:
            return self.choice(targets)
        head = [*self.counts(), *self.tables(), *self.plan(), *self.pointers()]
        body = [
            *self.targets(),
            f"const int code = sl_stopped(error) ? SL_INTERRUPTED : run{self.number}(d, s, work, error);",
        ]
        body += ["if (code) {", "    free(memory);", "    return code;", "}", "done++;", *self.after()]
        loop = ["while (done < steps) {", *("    " + line for line in body), "}"]
        text = [*head, *loop, *self.finish(), "free(memory);"]
        return [("{", self.step.node), *(("    " + line, None) for line in text), ("}", None)]

    def choice_targets(self) -> list[Target] | None:
        """What a branch of a choice writes; None if this is no branch, or would write over what is needed."""
        if not self.step.node.attr("choice") or self.step.steps is None:
            return None
        found = [Target(place, self.pointer(one)) for place, several in self.histories.items() for one in several]
        for state, place in self.carried:
            buffer = self.step.results[state]
            found += [] if buffer is None else [Target(place, self.pointer(buffer), state)]
        whole = len({target.place for target in found}) == len(self.dtypes)
        return found if whole and not any(map(self.is_needed, found)) else None

    def is_needed(self, target: Target) -> bool:
        """Whether something needs what lies where this is written; a branch does not read the states it replaces."""
        own = None if target.state is None else self.step.operands[target.state]
        return any(self.pointer(item.buffer) == target.pointer for item in self.step.operands if item is not own)

    def choice(self, targets: Sequence[Target]) -> list[Line]:
        """One branch of a choice: its body is run, or the states stay what they are and everything else is 0."""
        assert self.step.steps is not None
        first = {target.place: target for target in reversed(targets)}
        call = f"sl_once(plan{self.number}, run{self.number}, d, s, {self.node_number}, error)"
        taken = [*self.tables(), *(f"{self.root(place)} = {target.pointer};" for place, target in first.items())]
        taken += [f"const int code = {call};", "if (code) return code;"]
        other = []
        for target in targets:
            size = text(self.rows[target.place])
            if target is not first[target.place]:
                taken.append(f"memcpy({target.pointer}, {first[target.place].pointer}, {size});")
            if target.state is None:
                other.append(f"memset({target.pointer}, 0, {size});")
            elif self.start(target.state) != f"(char *){target.pointer}":
                other.append(f"memcpy({target.pointer}, {self.start(target.state)}, {size});")
        lines = [f"if (*(const int64_t *){self.pointer(self.step.steps)} > 0) {{", *("    " + line for line in taken)]
        lines += ["} else {", *("    " + line for line in other), "}"]
        return [(line, None if at else self.step.node) for at, line in enumerate(lines)]

    def counts(self) -> list[str]:
        """How many steps there are."""
        room = text(self.step.length)
        lines = [f"const int64_t room = {room};", "int64_t done = 0, steps = room;"]
        if self.step.steps is not None:
            lines += [
                f"const int64_t wanted = *(const int64_t *){self.pointer(self.step.steps)};",
                "if (wanted < steps) steps = wanted < 0 ? 0 : wanted;",
            ]
        return lines

    def tables(self) -> list[str]:
        """The sizes and the pointers that the body is given."""
        shapes = [text(size) for shape in self.step.shapes for size in shape]
        shapes += ["0"] * (self.inner.first_sizes[-1] - len(shapes) + 1)
        pointers = [self.start(place) for place in range(len(self.step.operands))]
        pointers += [f"(void *)c{self.number}_{place}" for place in range(self.inner.constants)]
        pointers += ["0"] * (self.inner.first_root - len(pointers) + len(self.dtypes))
        lines = [f"int64_t s[] = {{{', '.join(shapes)}}};", f"void *d[] = {{{', '.join(pointers)}}};"]
        if self.inner.links:
            known = [self.outer.links.index(name) for name in self.inner.links]
            table = f"((const int64_t *)data[{self.outer.links_at}])"
            lines.append(f"int64_t links[] = {{{', '.join(f'{table}[{place}]' for place in known)}}};")
            lines.append(f"d[{self.inner.links_at}] = links;")
        return lines

    def start(self, place: int) -> str:
        """Where an operand begins."""
        matrix = self.step.operands[place]
        item = self.loop.params[place].type.dtype.itemsize
        offset = multiply(matrix.offset, item)
        pointer = f"(char *){self.pointer(matrix.buffer)}"
        return pointer if offset == 0 else f"{pointer} + {text(offset)}"

    def plan(self) -> list[str]:
        """Memory for one step, and for what it leaves to the next where no history keeps it."""
        lines = ["int64_t bytes = 0, idle;", "if (steps > 0) {", f"    bytes = plan{self.number}(d, s, &idle, error);"]
        lines += ["    if (bytes < 0) return (int)-bytes;", "}"]
        spare = [f"SL_ALIGNED({text(self.rows[place])})" for place in self.spare(False) for _ in range(2)]
        total = " + ".join(["SL_ALIGNED(bytes)", *spare])
        number = self.node_number
        lines += [
            f"char *memory = steps > 0 ? aligned_alloc(64, {total} + 64) : 0, *work = memory;",
            f"if (steps > 0 && !memory) return sl_refuse(error, SL_NO_MEMORY, {number}, 0, 0, 0);",
            "char *next = work + SL_ALIGNED(bytes);",
        ]
        return lines

    def spare(self, small: bool) -> list[int]:
        """The roots whose memory is no result of the loop: those that are kept in registers, or the others."""
        others = [place for place in range(len(self.dtypes)) if place not in self.histories]
        return [place for place in others if self.is_small(place) is small]

    def is_small(self, place: int) -> bool:
        """Whether a root is best copied."""
        row = self.rows[place]
        return isinstance(row, int) and row <= SMALL

    def pointers(self) -> list[str]:
        """Where rows begin, and how far it is from row to row."""
        lines = []
        for place in range(self.states, self.states + self.loop.sequences):
            step = multiply(self.step.operands[place].strides[0], self.loop.params[place].type.dtype.itemsize)
            lines.append(f"char *q{place} = {self.first(f'(char *)d[{place}]', text(step))};")
        for place, buffers in self.histories.items():
            for copy, buffer in enumerate(buffers):
                start = self.first(f"(char *){self.pointer(buffer)}", text(self.rows[place]))
                lines.append(f"char *h{place}_{copy} = {start};")
        for place in self.spare(True):
            lines += [f"_Alignas(16) char a{place}[{SMALL}];", f"{self.root(place)} = a{place};"]
        for state, place in self.copied():
            size = text(self.rows[place])
            lines += [f"_Alignas(16) char m{state}[{SMALL}];", f"memcpy(m{state}, d[{state}], {size});"]
            lines.append(f"d[{state}] = m{state};")
        for place in self.spare(False):
            lines.append(f"char *a{place} = next, *b{place} = next + SL_ALIGNED({text(self.rows[place])});")
            lines.append(f"next += 2 * SL_ALIGNED({text(self.rows[place])});")
        return lines

    def copied(self) -> list[tuple[int, int]]:
        """The states that are copied from step to step, so that they are kept in registers."""
        return [(state, place) for state, place in self.carried if self.is_small(place)]

    def first(self, start: str, step: str) -> str:
        """Where the first step finds its row."""
        return f"{start} + (steps - 1) * {step}" if self.reverse else start

    def targets(self) -> list[str]:
        """The pointers of one step."""
        sign = "-" if self.reverse else "+"
        lines = []
        for place in range(self.states, self.states + self.loop.sequences):
            step = multiply(self.step.operands[place].strides[0], self.loop.params[place].type.dtype.itemsize)
            lines.append(f"d[{place}] = q{place}, q{place} {sign}= {text(step)};")
        for place in self.histories:
            size = text(self.rows[place])
            lines += [f"{self.root(place)} = h{place}_0, h{place}_0 {sign}= {size};"]
        lines += [f"{self.root(place)} = done & 1 ? b{place} : a{place};" for place in self.spare(False)]
        return lines

    def after(self) -> list[str]:
        """What follows a step: further copies of rows, the states of the next step, the condition to stop."""
        sign = "-" if self.reverse else "+"
        lines = []
        for place, buffers in self.histories.items():
            size = text(self.rows[place])
            copies = [f"h{place}_{copy}" for copy in range(1, len(buffers))]
            lines += [f"memcpy({copy}, {self.root(place)}, {size}), {copy} {sign}= {size};" for copy in copies]
        copied = self.copied()
        lines += [f"memcpy(m{state}, {self.root(place)}, {text(self.rows[place])});" for state, place in copied]
        lines += [f"d[{state}] = {self.root(place)};" for state, place in self.carried if (state, place) not in copied]
        if self.loop.until:
            condition = self.step.places[-1]
            assert condition is not None
            lines.append(f"if (*(const uint8_t *){self.root(condition)}) break;")
        return lines

    def finish(self) -> list[str]:
        """The last states, zeros where no step was made, the number of steps."""
        lines = []
        for state, place in self.carried:
            buffer = self.step.results[state]
            if buffer is not None:
                lines.append(f"memcpy({self.pointer(buffer)}, d[{state}], {text(self.rows[place])});")
        if self.step.steps is not None or self.loop.until:
            for place, buffers in self.histories.items():
                size = text(self.rows[place])
                for buffer in buffers:
                    start = f"(char *){self.pointer(buffer)} + done * {size}"
                    lines.append(f"memset({start}, 0, (room - done) * {size});")
        made = self.step.results[-1] if self.loop.until else None
        if made is not None:
            lines.append(f"*(int64_t *){self.pointer(made)} = done;")
        return lines


def text(size: Size) -> str:
    """A size in C."""
    return size_text(size, Names())


def constant_lines(number: int, layout: Layout) -> list[Line]:
    """The numbers that the body with this number keeps in memory, byte by byte."""
    lines: list[Line] = []
    for place, array in enumerate(layout.program.fused.constants):
        values = ", ".join(map(str, array.tobytes())) or "0"
        lines.append((f"static const uint8_t c{number}_{place}[] __attribute__((aligned(64))) = {{{values}}};", None))
    return lines


def body_heads(number: int) -> Sequence[str]:
    """The heads of a body's two functions."""
    return BODY.format(number), BODY_PLAN.format(number)
