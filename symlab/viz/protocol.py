"""The trace of a compilation as JSON, version 1: what the browser's renderer reads and a saved notebook keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from symlab.core.ir import config
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.expr import Expr, leaves
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import CALL, CONSTANT, INPUT, Kind
from symlab.core.ir.origin import Origin
from symlab.core.rewrite.analysis import Scope
from symlab.core.rewrite.driver import Step
from symlab.core.rewrite.trace import PassRecord, Trace
from symlab.viz.formulas import attribute_texts, constant_text, lambda_head
from symlab.viz.fusion import Kernels
from symlab.viz.measured import node_times, step_sources, verdicts
from symlab.viz.names import name_of, root_labels
from symlab.viz.packing import unpack
from symlab.viz.replay import Change, ViewGraph, merged
from symlab.viz.tables import NONE, Rules, Sources, Strings, Types

MIME = "application/vnd.symlab.trace.v1+json"
VERSION = 1
MOST_CODE = 250_000  # letters of generated code in one trace
Json = dict[str, Any]
Told = tuple[str, str, str]  # name, reason and formula of a step that no rule of the compiler made

NORMAL_FORM = ("normal form", "Sums and products are flat and in one order, differences are sums.", "a - b -> a + (-b)")
MERGE = ("merge", "Equal expressions are computed once.", "f(x), f(x) -> one f(x)")
TRANSFORMS: Mapping[str, Told] = {
    "associate": ("associate", "Sums and products of two operands each, as they were written.", "a + (-b) -> a - b"),
}


def to_json(value: Any, names_only: bool | None = None) -> Json:
    """The trace of a compiled function, a trace, or the graph of an expression or several, as a JSON-ready dict.

    `names_only` leaves the user's source text out (default: as `configure(record=...)` says).
    """
    return Telling(value, names_only).json


def trace_of(value: Any) -> Trace:
    """The trace of a function, a trace itself, or one in which no pass has seen an expression yet."""
    trace = getattr(value, "trace", value)
    if isinstance(trace, Trace):
        return trace
    if isinstance(value, Graph):
        return Trace((), value)
    roots = list(value) if isinstance(value, (list, tuple)) else [value]
    if not roots or not all(isinstance(root, Expr) for root in roots):
        tries = ["a compiled function, its trace, an expression or a list of them"]
        raise TypeMismatch(message(f"{type(value).__name__} has no graph to show", (), tries))
    return Trace((), Graph.of([leaf for leaf in leaves(roots) if leaf.op is INPUT], roots))


class Telling:
    """A trace as `json`; `positions` says for each rewrite of the trace at which step, counted from 0, it is told."""

    def __init__(self, value: Any, names_only: bool | None = None) -> None:
        if names_only is None:
            names_only = config.current().record == "names"
        self.value, self.trace = value, trace_of(value)
        self.graph = self.trace.first_graph
        self.strings = Strings()
        self.types, self.rules = Types(self.strings), Rules(self.strings)
        self.sources = Sources(self.strings, names_only)
        self.source_of: dict[int, int] = {}
        self.name_of: dict[int, str | None] = {}
        self.leaves: set[int] = set()
        self.view = ViewGraph(self.graph)
        self.base_numbers = dict(self.view.numbers[()])
        self.passes: list[list[Any]] = []
        self.steps: list[Json] = []
        self.positions: list[int] = []
        self.kernels: list[list[Any]] = []
        self.kernel_of: dict[Expr, int] = {}  # what was contracted into which kernel
        self.code = 0  # letters of generated code so far
        self.json = self.told()

    def told(self) -> Json:
        """Everything; the strings, which the rest fills, come last."""
        base = [self.row(number) for number in sorted(self.view.node)]
        inputs = [self.view.number((), node) for node in self.graph.inputs]
        labels = root_labels(self.graph, getattr(self.value, "request", None))
        outputs = [[self.strings(label), number] for label, number in zip(labels, self.view.outputs, strict=True)]
        for record in self.trace.passes:
            self.tell_pass(record)
        return {
            "version": VERSION, **self.head(),
            "types": self.types.rows, "sources": self.sources.rows, "nodes": base, "inputs": inputs,
            "outputs": outputs, "passes": self.passes, "rules": self.rules.rows, "steps": self.steps,
            "tables": self.tables(), "kernels": self.kernels, "strings": list(self.strings.places),
        }  # fmt: skip

    def head(self) -> Json:
        """What is told above the graph: the function, its mode, where it runs."""
        mode = getattr(self.value, "mode", None)
        settings = getattr(self.value, "config", None) or config.current()
        name = getattr(self.value, "name", None) or ("expression" if not self.trace.passes else "graph")
        written = "as written" if not self.trace.passes else "optimized"
        return {"name": str(name), "mode": str(getattr(mode, "name", None) or written), "device": settings.device}

    def tables(self) -> Json:
        """What was measured on the nodes of the final graph."""
        times = node_times(self.value, lambda node: self.kernel_of.get(node, self.view.find((), node)))
        return {"microseconds": {"step": len(self.steps), "values": times}} if times else {}

    # One pass

    def tell_pass(self, record: PassRecord) -> None:
        """The steps of one pass, and its row in the list of passes."""
        first, before = len(self.steps), len(self.view.node)
        self.tell_events(record)
        self.tell_kernels(record)
        microseconds = round(record.seconds * 1e6)
        after = len(self.view.node)
        self.passes.append([self.strings(record.name), first, len(self.steps) - first, microseconds, before, after])

    def tell_kernels(self, record: PassRecord) -> None:
        """Fusion as steps: each kernel stands for the nodes that it computes."""
        known = dict(self.view.node)
        sources = step_sources(
            record.result, self.value, lambda node: self.comment(record.result.prepared.source(node))
        )
        for made in Kernels(record.result, self.view, sources):
            change = made.change
            if change:
                self.kernel_of.update({known[number]: made.numbers[0] for number in change.deleted if number in known})
                parts = [[number, change.deleted] for number in change.added]
                self.add_step(change, self.rules(*made.rule), provenance=parts)
            source = self.strings.optional(self.cut(made.source))
            self.kernels.append([self.strings(made.name), list(made.numbers), source])

    def cut(self, source: str | None) -> str | None:
        """The code of a kernel, unless there has been much before it."""
        self.code += len(source or "")
        return source if self.code <= MOST_CODE else f"/* {len(source or '')} letters: see f.source */"

    def comment(self, node: Expr) -> str:
        """A node as a comment in generated code: its number, what it is, where it was written."""
        number = self.view.find((), node)
        place = self.sources.place_of(self.source_of.get(number, NONE)) if number is not None else ""
        return ", ".join(filter(None, [f"#{number} {op_name(node)}" if number is not None else op_name(node), place]))

    def tell_events(self, record: PassRecord) -> None:
        """Rewrites as steps; between them, as steps of their own, what was merged or brought into another form."""
        pending: list[Change] = []
        named = TRANSFORMS.get(record.name, NORMAL_FORM)
        judged, moment = verdicts(self.value), record.started
        for event in record.events:
            if not isinstance(event, Step):
                change = self.view.replace(event.scope, event.before, event.after)
                pending += [change] if change else []
                continue
            self.flush(pending, named)
            bindings = list(self.bindings(event))
            change = self.view.replace(event.scope, event.before, event.after)
            microseconds = round((event.moment - moment) / 1e3, 1) if moment else 0
            verdict = judged.get(len(self.positions))
            self.positions.append(len(self.steps))
            self.add_step(change, self.rules.of(event.rule), bindings, microseconds, verdict)
            moment = event.moment
        self.flush(pending, named)
        if record.result is not None:
            return
        told = (record.name, f"What the pass {record.name} made of the graph.", "")
        self.flush([self.view.settle(record.after.roots)], TRANSFORMS.get(record.name, told))

    def flush(self, pending: list[Change], named: Told) -> None:
        """A step for changes that no rule made by itself."""
        change = merged(pending) if pending else Change()
        pending.clear()
        if change:
            self.add_step(change, self.rules(*(named if change.added else MERGE)))

    def add_step(
        self,
        change: Change,
        rule: int,
        bindings: Sequence[Sequence[int]] = (),
        microseconds: float = 0,
        verdict: str | None = None,
        provenance: Sequence[Sequence[Any]] | None = None,
    ) -> None:
        """One step as JSON."""
        source = self.source_of.get(change.at, NONE)
        self.name_of.setdefault(change.by, self.name_of.get(change.at))  # what stands for it has its name
        if provenance is None:
            parts = [
                change.at,
                *(number for number in change.deleted if number != change.at and number not in self.leaves),
            ]
            provenance = [[number, parts if number == change.by else [change.at]] for number in change.added]
        self.steps.append(
            {
                "rule": rule, "at": change.at, "by": change.by,
                "add": [self.row(number, source) for number in change.added], "del": change.deleted,
                "rewired": change.rewired, "outputs": change.outputs, "bindings": bindings,
                "provenance": provenance, "us": microseconds, "verdict": verdict,
            }
        )  # fmt: skip

    def bindings(self, step: Step) -> Iterator[list[int]]:
        """Pattern variables and the nodes that they stood for, one row for each of a sequence."""
        for name, value in dict(step.bindings).items():
            for node in value if isinstance(value, tuple) else (value,):
                number = self.view.find(step.scope, node) if isinstance(node, Expr) else None
                if number is not None:
                    yield [self.strings(name), number]

    # Nodes

    def row(self, number: int, source: int | None = None) -> list[Any]:
        """One node as a row."""
        node, scope = self.view.node[number], self.view.scope[number]
        self.source_of[number] = source = self.written_at(node, scope) if source is None else source
        if node.op.kind is Kind.LEAF:
            self.leaves.add(number)
        if number not in self.name_of:
            self.name_of[number] = name_of(self.graph.origins.get(node, ())) if not scope else None
        op, operands = self.strings(op_name(node)), [*self.view.operands[number]]
        texts = map(self.strings.optional, (self.scope_text(scope), self.name_of[number], detail(node)))
        return [number, op, operands, self.types(node.type), source, *texts]

    def written_at(self, node: Expr, scope: Scope) -> int:
        """The place of the line that built a node; inside of a closed function, of the line that calls it."""
        return self.sources(origin_of(self.graph, scope[0] if scope else node))

    def scope_text(self, scope: Scope) -> str | None:
        """The calls that lead to a closed function, by name and number."""
        if not scope:
            return None
        numbers = [self.view.numbers[scope[:place]].get(call) for place, call in enumerate(scope)]
        return " / ".join(f"{op_name(call)} {number}" for call, number in zip(scope, numbers, strict=True))


def origin_of(graph: Graph, node: Expr) -> Origin | None:
    """The line that built the first typed node behind an interned one."""
    origins = (getattr(typed, "origin", None) for typed in graph.origins.get(node, ()))
    return next((origin for origin in origins if origin is not None), None)


def op_name(node: Expr) -> str:
    """What a node is: an op's name, or what kind of closed function it calls."""
    return lambda_head(node.attr("body")) if node.op is CALL else node.op.name


def detail(node: Expr) -> str | None:
    """A constant's value, or the attributes."""
    if node.op is CONSTANT:
        return constant_text(node)
    if node.op.kind is Kind.LEAF or node.op is CALL:
        return None
    return ", ".join(attribute_texts(node)) or None


# Reading


def replay(trace: Mapping[str, Any], steps: int | None = None) -> tuple[list[list[Any]], list[int]]:
    """The nodes ([id, op, operand ids], by id) and outputs of a JSON trace after so many steps, all by default."""
    rows, outputs = replay_rows(trace, steps)
    return [[row[0], trace["strings"][row[1]], row[2]] for row in rows], outputs


def checked_step(trace: Mapping[str, Any], step: int) -> int:
    """The number of a moment of a JSON trace: 0 is the graph as written, the last one the optimized graph."""
    last = len(trace["steps"])
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= last:
        raise InvalidValue(message(f"{trace['name']} has no step {step!r}", (), [f"a number from 0 to {last}"]))
    return step


def replay_rows(trace: Mapping[str, Any], steps: int | None = None) -> tuple[list[list[Any]], list[int]]:
    """As `replay`, with the whole rows of the nodes."""
    trace = unpack(trace)
    nodes = {row[0]: copied(row) for row in trace["nodes"]}
    outputs = [number for _, number in trace["outputs"]]
    for step in trace["steps"][: len(trace["steps"]) if steps is None else steps]:
        nodes.update({row[0]: copied(row) for row in step["add"]})
        for number, slot, new in step["rewired"]:
            nodes[number][2][slot] = new
        for position, new in step["outputs"]:
            outputs[position] = new
        for number in step["del"]:
            del nodes[number]
    return [nodes[number] for number in sorted(nodes)], outputs


def copied(row: Sequence[Any]) -> list[Any]:
    """A node's row whose operands can be rewired."""
    made = list(row)
    made[2] = list(row[2])
    return made
