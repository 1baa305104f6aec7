"""Where a call's time goes: an instrumented twin of a compiled function, run on given arguments."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from symlab.core.backends.base import Twin, available
from symlab.core.backends.reference import evaluate_graph
from symlab.core.function import Function
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind

SECONDS = 0.3  # how long a profile runs, at least one call
MOST_NAMES = 5
Observe = Callable[[tuple[Expr, ...], str], None]
KINDS = {"KernelCall": "kernel", "ProductCall": "routine", "TransferCall": "transfer"}


@dataclass(frozen=True)
class Row:
    """One step of a call: a kernel, a library routine, or a node on the reference evaluator."""

    name: str
    kind: str  # "kernel", "routine", "transfer", "reference"
    nodes: tuple[Expr, ...]
    calls: int
    microseconds: float  # per call of the function
    share: float
    origin: str

    def record(self) -> dict[str, Any]:
        """The row for JSON."""
        kept = {key: value for key, value in self.__dict__.items() if key != "nodes"}
        return {**kept, "nodes": [node.op.name for node in self.nodes]}


@dataclass(frozen=True)
class Phase:
    """One phase of the compilation."""

    name: str
    milliseconds: float
    rewrites: int


class Profile:
    """Times of a function: `f.profile(args)` runs its instrumented twin, and shows time for each step and phase.

    Shared variables are not changed: the twin has copies of their values.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.rows: tuple[Row, ...] = ()
        self.microseconds = 0.0  # wall clock of a call
        self.calls = 0

    def __call__(self, *args: Any, **keywords: Any) -> Profile:
        """Measure on these arguments for about 0.3 s, and return this profile."""
        arrays = self.function.signature.convert(args, keywords)
        stages = getattr(self.function.executable, "stages", None)
        if stages is not None:
            self.measure_observed(partial(self.function.executable.roots, arrays))  # type: ignore[union-attr]
        elif self.twin is None:
            self.measure_observed(partial(self.by_reference, self.function.values(arrays)))
        else:
            self.measure_compiled(self.twin, arrays)
        return self

    def by_reference(self, values: Mapping[Expr, Any], observe: Observe) -> None:
        """A call on the reference evaluator, node by node."""
        evaluate_graph(self.function.trace.graph, values, lambda node, value: observe((node,), "reference"))

    @cached_property
    def twin(self) -> Twin | None:
        """The instrumented twin, or None where it is not compiled as a whole."""
        made = self.function
        backend, _ = available(made.mode.backend, made.config)
        if getattr(made.executable, "binary", None) is None or backend is None:
            return None
        return backend.profiled_twin(made.interface(), made.trace, made.config)

    def measure_compiled(self, twin: Twin, arrays: Sequence[Any]) -> None:
        """Run the twin, each time from the shared variables' present values; each step adds to its counter."""
        values = self.function.values(arrays)
        twin.reset(values)
        twin.front(*arrays)
        twin.counts[:] = 0
        self.repeat(lambda: twin.front(*arrays), lambda: twin.reset(values))
        nanoseconds = twin.counts.reshape(-1, 2)
        total = max(int(nanoseconds[:, 0].sum()), 1)
        rows = [
            self.row(step, int(ns), int(calls), total)
            for step, (ns, calls) in zip(twin.steps, nanoseconds, strict=True)
        ]
        self.rows = tuple(sorted(rows, key=lambda row: -row.microseconds))

    def repeat(self, call: Callable[[], Any], prepare: Callable[[], Any]) -> None:
        """Call for a while, at least once, and take the mean wall clock; what prepares a call is not timed."""
        spent, self.calls, ends = 0.0, 0, time.perf_counter() + SECONDS
        while not self.calls or time.perf_counter() < ends:
            prepare()
            started = time.perf_counter()
            call()
            spent += time.perf_counter() - started
            self.calls += 1
        self.microseconds = spent / self.calls * 1e6

    def row(self, step: Any, nanoseconds: int, calls: int, total: int) -> Row:
        """One step's row."""
        trace = self.function.trace
        source = trace.program.fused.prepared.source
        nodes = tuple(dict.fromkeys(source(node) for node in step.nodes))
        kind = KINDS.get(type(step).__name__, "reference")
        return Row(
            step_name(nodes),
            kind,
            nodes,
            calls,
            nanoseconds / self.calls / 1e3,
            nanoseconds / total,
            self.origin_of(nodes),
        )

    def measure_observed(self, run: Callable[[Observe], Any]) -> None:
        """Time the parts of a call that tells of each when it is done: its nodes, and what computes them."""
        spent: dict[tuple[tuple[Expr, ...], str], float] = {}
        last = 0.0

        def observe(nodes: tuple[Expr, ...], kind: str) -> None:
            nonlocal last
            now = time.perf_counter()
            spent[nodes, kind] = spent.get((nodes, kind), 0.0) + now - last
            last = now

        def call() -> None:
            nonlocal last
            last = time.perf_counter()
            run(observe)

        self.repeat(call, lambda: None)
        total = sum(spent.values()) or 1.0
        rows = [
            Row(step_name(nodes), kind, nodes, self.calls, seconds / self.calls * 1e6, seconds / total,
                self.origin_of(nodes))
            for (nodes, kind), seconds in spent.items()
            if nodes[0].op.kind is not Kind.LEAF
        ]  # fmt: skip
        self.rows = tuple(sorted(rows, key=lambda row: -row.microseconds))

    def origin_of(self, nodes: Sequence[Expr]) -> str:
        """The user's line behind the last node that has one."""
        for node in reversed(nodes):
            for typed in self.function.trace.origins_of(node):
                if getattr(typed, "origin", None):
                    return str(typed.origin)
        return ""

    @property
    def compile(self) -> tuple[Phase, ...]:
        """The phases of the compilation."""
        trace = self.function.trace
        phases = [Phase(record.name, record.seconds * 1e3, len(record.steps)) for record in trace.passes]
        return (*phases, Phase("compile and load", self.function.build_seconds * 1e3, 0))

    def table(self) -> list[tuple[str, str, str, str, str]]:
        """The rows as texts: share, time, kind, what it computes, where it was written."""
        return [(f"{row.share:6.1%}", f"{row.microseconds:10.2f}", row.kind, row.name, row.origin) for row in self.rows]

    def __str__(self) -> str:
        lines = [f"{self.function.name}: {self.microseconds:.2f} microseconds a call, mean of {self.calls}"]
        lines += [f"{'share':>6s} {'us':>10s}  {'':10s} computes"]
        lines += [
            f"{share} {us}  {kind:10s} {name:44s} {origin}".rstrip() for share, us, kind, name, origin in self.table()
        ]
        lines += ["compilation"]
        lines += [f"       {phase.milliseconds:10.2f}  ms         {phase.name}" for phase in self.compile]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "<tr><th>share</th><th>µs</th><th></th><th style='text-align:left'>computes</th><th>built in</th></tr>"
        body = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align:{'right' if place < 2 else 'left'}'>{html.escape(text)}</td>"
                for place, text in enumerate(row)
            )
            + "</tr>"
            for row in self.table()
        )
        title = f"{self.function.name}: {self.microseconds:.2f} µs a call, mean of {self.calls}"
        phases = ", ".join(f"{phase.name} {phase.milliseconds:.1f} ms" for phase in self.compile)
        table = f"<table>{head}{body}</table>"
        return f"<div><strong>{html.escape(title)}</strong>{table}<p>compilation: {html.escape(phases)}</p></div>"

    def to_json(self, path: str | Path | None = None) -> dict[str, Any]:
        """The profile as a JSON-ready dict, written to `path` where given."""
        found = {
            "function": self.function.name, "microseconds": self.microseconds, "calls": self.calls,
            "rows": [row.record() for row in self.rows], "compile": [asdict(phase) for phase in self.compile],
        }  # fmt: skip
        if path is not None:
            Path(path).write_text(json.dumps(found, indent=1), encoding="utf-8")
        return found


def step_name(nodes: Sequence[Expr]) -> str:
    """What a step computes, by the names of its ops."""
    named = dict.fromkeys(node.op.name for node in nodes if node.op.kind is not Kind.STRUCTURAL)
    names = list(named) or list(dict.fromkeys(node.op.name for node in nodes))
    return "·".join(names[:MOST_NAMES]) + ("..." if len(names) > MOST_NAMES else "")
