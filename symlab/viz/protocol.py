"""The trace of a compilation as JSON, version 1: what the browser's renderer reads and a saved notebook keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ir.types import ArrayType
from symlab.core.rewrite.trace import PassRecord, Step, Trace
from symlab.viz.fusion import fusion_steps
from symlab.viz.replay import Change, ViewGraph, merged
from symlab.viz.text import attribute_texts, constant_text

MIME = "application/vnd.symlab.trace.v1+json"
VERSION = 1
Json = dict[str, Any]

FLATTEN = ("normal_form", "Sums and products are written flat and in one order, differences as sums.", "a - b -> a + (-b)")
MERGE = ("merge", "Equal expressions are computed once.", "f(x), f(x) -> one f(x)")


def to_json(value: Any, names_only: bool | None = None) -> Json:
    """The trace of a compiled function, a trace, or the graph of an expression, as a JSON-ready dict.

    `names_only` leaves the user's source text out (default: as `configure(record=...)` says).
    """
    from symlab.core.ir import config

    if names_only is None:
        names_only = config.current().record == "names"
    if isinstance(value, Expr):
        value = written_only(value)
    trace = getattr(value, "trace", value)
    writer = Writer(trace, names_only)
    writer.name = str(getattr(value, "name", None) or "graph")
    mode = getattr(value, "mode", None)
    writer.mode = str(getattr(mode, "name", mode) or "as written")
    return writer.written(getattr(value, "request", None), getattr(value, "source", None))


def written_only(expression: Expr) -> Trace:
    """The trace of an expression that no pass has seen."""
    from symlab.core.ir.expr import leaves
    from symlab.core.ir.graph import Graph
    from symlab.core.ir.op import INPUT

    graph = Graph.of([leaf for leaf in leaves([expression]) if leaf.op is INPUT], [expression])
    return Trace((), graph)


class Strings:
    """Texts that repeat, each kept once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.places.setdefault(text, len(self.places))

    def optional(self, text: str | None) -> int:
        """The place of a text, or -1 for none."""
        return -1 if text is None else self(text)


class Writer:
    """One trace on its way to JSON."""

    def __init__(self, trace: Trace, names_only: bool) -> None:
        self.trace, self.names_only = trace, names_only
        self.strings = Strings()
        self.types: dict[tuple[str, tuple[int | None, ...]], int] = {}
        self.sources: dict[tuple[str, int], int] = {}
        self.source_rows: list[list[int]] = []
        self.rules: dict[str, int] = {}
        self.rule_rows: list[list[Any]] = []
        self.source_of: dict[int, int] = {}
        self.graph = trace.first_graph
        self.view = ViewGraph(self.graph.inputs, self.graph.roots)
        self.passes: list[list[Any]] = []
        self.steps: list[Json] = []
        self.kernels: list[list[Any]] = []
        self.name, self.mode = "f", "FAST_RUN"

    def written(self, request: Any, source: str | None) -> Json:
        """Everything, in the order in which a reader needs it."""
        base = [self.node_row(number, self.typed_source(node)) for number, node in sorted(self.view.node.items())]
        inputs = [self.view.number[node] for node in self.graph.inputs]
        outputs = [[self.strings(label), number] for label, number in zip(self.labels(request), self.view.outputs, strict=True)]
        for record in self.trace.passes:
            self.write_pass(record)
        return {
            "version": VERSION, "name": self.name, "mode": self.mode, "device": "cpu",
            "types": [[self.strings(dtype), list(shape)] for dtype, shape in self.types],
            "sources": self.source_rows, "nodes": base, "inputs": inputs, "outputs": outputs,
            "passes": self.passes, "rules": self.rule_rows, "steps": self.steps, "kernels": self.kernels,
            "strings": list(self.strings.places),
        }  # fmt: skip

    def labels(self, request: Any) -> list[str]:
        """What each root is called: the key or position of an output, the shared variable of an update."""
        count = len(self.graph.outputs)
        keys = list(getattr(request, "keys", ())) or [f"output {place}" for place in range(count)]
        updated = [self.leaf_name(node) for node in self.graph.updated]
        return [*(str(key) for key in keys), *(f"update of {name}" for name in updated)]

    def leaf_name(self, node: Expr) -> str | None:
        """The name that the user gave to what a leaf stands for."""
        for typed in self.graph.origins.get(node, ()):
            name = getattr(typed, "name", None)
            if name:
                return str(name)
        return None

    # One pass

    def write_pass(self, record: PassRecord) -> None:
        """The steps of one pass, and its row in the list of passes."""
        first, before = len(self.steps), len(self.view.node)
        self.write_rewrites(record)
        for change, rule, name, source in fusion_steps(record.result, self.view):
            self.add_step(change, self.rule_place(*rule), [], 0)
            self.kernels.append([self.strings(name), [change.by], self.strings.optional(source)])
        microseconds = round(record.seconds * 1e6)
        after = len(self.view.node)
        self.passes.append([self.strings(record.name), first, len(self.steps) - first, microseconds, before, after])

    def write_rewrites(self, record: PassRecord) -> None:
        """Rewrites as steps; what only follows from them (new operands, merged nodes) goes with them."""
        pending: list[Change] = []
        for event in record.events:
            if isinstance(event, Step) and not event.scope:
                self.flush(pending, MERGE)
                pending = []
                bindings = self.bindings(event)
                change = self.view.replace(event.before, event.after)
                self.add_step(change, self.rule_of(event.rule), bindings, 0)
            elif change := self.view.replace(event.before, event.after):
                pending.append(change)
        self.flush(pending, MERGE)

    def flush(self, pending: Sequence[Change], rule: tuple[str, str, str]) -> None:
        """A step for changes that no rule made by itself."""
        change = merged(pending) if pending else Change()
        if change:
            self.add_step(change, self.rule_place(*rule), [], 0)

    def add_step(self, change: Change, rule: int, bindings: list[list[int]], microseconds: int) -> None:
        """One step as JSON."""
        source = self.source_of.get(change.at, -1)
        self.steps.append(
            {
                "rule": rule, "at": change.at, "by": change.by,
                "add": [self.node_row(number, source) for number in change.added], "del": change.deleted,
                "rewired": [list(item) for item in change.rewired], "outputs": [list(item) for item in change.outputs],
                "bindings": bindings, "provenance": [[number, [change.at]] for number in change.added],
                "us": microseconds, "verdict": None,
            }
        )  # fmt: skip

    def bindings(self, step: Step) -> list[list[int]]:
        """Pattern variables and the nodes that they stood for, where the view has them."""
        pairs: Iterable[tuple[str, Any]] = dict(step.bindings).items()
        return [
            [self.strings(name), self.view.number[node]]
            for name, node in pairs
            if isinstance(node, Expr) and node in self.view.number
        ]

    # Nodes, types, sources, rules

    def node_row(self, number: int, source: int) -> list[Any]:
        """One node as a row."""
        node = self.view.node[number]
        self.source_of[number] = source
        name, detail = self.leaf_name(node), self.detail(node)
        return [
            number, self.strings(node.op.name), list(self.view.operands[number]), self.type_place(node.type), source,
            -1, self.strings.optional(name), self.strings.optional(detail),
        ]  # fmt: skip

    def detail(self, node: Expr) -> str | None:
        """A constant's value, or the attributes."""
        if node.op is CONSTANT:
            return constant_text(node)
        if node.op.kind is Kind.LEAF:
            return None
        return ", ".join(attribute_texts(node)) or None

    def type_place(self, type: Any) -> int:
        """The place of a type, -1 where there is none to show."""
        if not isinstance(type, ArrayType):
            return -1
        return self.types.setdefault((type.dtype.name, type.shape), len(self.types))

    def typed_source(self, node: Expr) -> int:
        """The place of the line that built the first typed node behind an interned one."""
        for typed in self.graph.origins.get(node, ()):
            origin = getattr(typed, "origin", None)
            if origin is not None:
                return self.source_place(origin)
        return -1

    def source_place(self, origin: Any) -> int:
        """The place of a source line."""
        key = (origin.file, origin.line)
        if key not in self.sources:
            self.sources[key] = len(self.source_rows)
            label = origin.place.rpartition(", line ")[0]
            text = -1 if self.names_only else self.strings(origin.text)
            self.source_rows.append([self.strings(label), origin.line, text])
        return self.sources[key]

    def rule_of(self, rule: Any) -> int:
        """The place of a rule's record."""
        return self.rule_place(rule.name, rule.reason, rule.formula, rule.assuming)

    def rule_place(self, name: str, reason: str, formula: str, assuming: Sequence[str] = ()) -> int:
        """The place of a rule by name."""
        if name not in self.rules:
            self.rules[name] = len(self.rule_rows)
            row = [self.strings(name), self.strings(reason), self.strings(formula), -1, [self.strings(a) for a in assuming]]
            self.rule_rows.append(row)
        return self.rules[name]


def replay(trace: Mapping[str, Any], steps: int | None = None) -> tuple[list[list[Any]], list[int]]:
    """The nodes ([id, op, operand ids], by id) and outputs of a JSON trace after so many steps, all by default."""
    rows, outputs = replay_rows(trace, steps)
    return [[row[0], trace["strings"][row[1]], row[2]] for row in rows], outputs


def replay_rows(trace: Mapping[str, Any], steps: int | None = None) -> tuple[list[list[Any]], list[int]]:
    """As `replay`, with the whole rows of the nodes."""
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
