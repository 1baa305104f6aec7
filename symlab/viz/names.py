"""What to print of a value: the roots of its graph, the names of its leaves, what each root is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from symlab.core.fgraph import Application, Value
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import Kind


class Printed(NamedTuple):
    """Roots in order, names of leaves by node, and a label for each root that is not simply the result."""

    roots: list[Expr]
    names: dict[Expr, str]
    labels: list[str]


def printed(value: Any) -> Printed:
    """What to print of expressions, a graph, a trace, a compiled function, or an array of `f.maker.fgraph`."""
    if isinstance(value, Expr):
        return Printed([value], {}, [""])
    if isinstance(value, Apply):
        return printed(value.node)
    if isinstance(value, Application):
        return printed(value.outputs)
    if isinstance(value, Value):
        return Printed([value.node], leaf_names(value.graph), [""])
    if isinstance(value, (list, tuple)):
        parts = [printed(item) for item in value]
        names = {node: name for part in parts for node, name in part.names.items()}
        roots = [root for part in parts for root in part.roots]
        return Printed(roots, names, [label for part in parts for label in part.labels])
    trace = getattr(value, "trace", value)
    graph = value if isinstance(value, Graph) else getattr(trace, "graph", None)
    if not isinstance(graph, Graph):
        tries = ["an expression, a list of them, a compiled function or its trace"]
        raise TypeMismatch(message(f"{type(value).__name__} has no graph to show", (), tries))
    labels = root_labels(graph, getattr(value, "request", None))
    return Printed(list(graph.roots), leaf_names(graph), labels if len(labels) > 1 else [""])


def root_labels(graph: Graph, request: Any = None) -> list[str]:
    """What each root is called: the key or position of an output, the shared variable of an update."""
    keys = list(getattr(request, "keys", ())) or [f"output {place}" for place in range(len(graph.outputs))]
    names = [name_of(graph.origins.get(leaf, ())) or f"shared {place}" for place, leaf in enumerate(graph.updated)]
    return [*map(str, keys), *(f"update of {name}" for name in names)]


def leaf_names(graph: Graph) -> dict[Expr, str]:
    """The names that the user gave to inputs and shared variables of a graph."""
    found = {node: name_of(typed) for node, typed in graph.origins.items() if node.op.kind is Kind.LEAF}
    return {node: name for node, name in found.items() if name}


def name_of(typed: Iterable[Expr]) -> str | None:
    """The first name among typed nodes."""
    return next((str(name) for item in typed if (name := getattr(item, "name", None))), None)
