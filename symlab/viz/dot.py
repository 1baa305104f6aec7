"""Pictures by Graphviz: `dot` for the graphviz package, `pydotprint` under Theano's name for pydot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import graphviz
import pydot

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import CONSTANT, Kind
from symlab.viz.text import attribute_texts, leaf_text, roots_and_names

MOST = 500  # nodes above which Graphviz takes minutes
SHAPES = {CONSTANT.name: "note", "input": "ellipse", "shared": "cylinder"}


def dot(value: Any, name: str = "symlab") -> graphviz.Digraph:
    """The graph of an expression, a graph or the optimized graph of a function, as a graphviz.Digraph."""
    graph = graphviz.Digraph(
        name, node_attr={"fontname": "sans-serif", "fontsize": "11"}, edge_attr={"color": "#57606a"}
    )
    nodes, edges = parts(value)
    for key, label, shape in nodes:
        graph.node(key, graphviz.escape(label), shape=shape)
    for source, target in edges:
        graph.edge(source, target)
    return graph


def pydotprint(value: Any, outfile: str | Path | None = None, format: str = "png", **options: Any) -> pydot.Dot:
    """Write the picture of a graph to `outfile` by the `dot` program, and return the pydot.Dot."""
    graph = pydot.Dot("symlab", graph_type="digraph")
    nodes, edges = parts(value)
    for key, label, shape in nodes:
        graph.add_node(pydot.Node(key, label=quoted(label), shape=shape))
    for source, target in edges:
        graph.add_edge(pydot.Edge(source, target))
    if outfile is not None:
        graph.write(str(outfile), format=format)
    return graph


def parts(value: Any) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Nodes (key, label, shape) and edges of the picture."""
    roots, names = roots_and_names(value)
    order = toposort(roots)
    if len(order) > MOST:
        tries = ["f as the last line of a cell, or sl.viz.to_html(f, path): they show any size"]
        raise InvalidValue(message(f"Graphviz cannot lay out {len(order)} nodes in reasonable time", (), tries))
    keys = {node: f"n{place}" for place, node in enumerate(order)}
    nodes = [(keys[node], label_of(node, names.get(node)), SHAPES.get(node.op.name, "box")) for node in order]
    nodes += [(f"out{place}", f"output {place}", "plaintext") for place in range(len(roots))]
    edges = [(keys[arg], keys[node]) for node in order for arg in node.args]
    edges += [(keys[root], f"out{place}") for place, root in enumerate(roots)]
    return nodes, edges


def label_of(node: Expr, name: str | None) -> str:
    """What a box says: name or op with its attributes, and the type."""
    leaf = node.op.kind is Kind.LEAF
    first = name or (leaf_text(node) if leaf else ", ".join([node.op.name, *attribute_texts(node)]))
    return f"{first}\n{node.type}"


def quoted(text: str) -> str:
    """A label in the dot language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
