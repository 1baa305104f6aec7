"""Pictures by Graphviz: `dot` for the graphviz package, `pydotprint` under Theano's name for pydot."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import graphviz
import pydot

from symlab.core.ir.errors import InvalidValue, SymlabError, check_keywords, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import CALL, CONSTANT, INPUT, SHARED, Kind
from symlab.viz.formulas import attribute_texts, cut, lambda_head, leaf_text
from symlab.viz.names import printed

MOST = 500  # nodes above which Graphviz takes minutes
LONGEST = 70  # letters of a line
SHAPES = {CONSTANT: "note", INPUT: "ellipse", SHARED: "cylinder"}
LOOKS = ("compact", "high_contrast", "cond_highlight", "colorCodes", "scan_graphs", "var_with_name_simple")
DRAWN = ("png", "svg", "pdf", "jpg", "gif", "ps", "dot")
LOOK = {"fontname": "sans-serif", "fontsize": "11"}

Nodes = list[tuple[str, str, str]]  # key, label, shape
Edges = list[tuple[str, str, str]]  # from, to, which operand


class GraphvizMissing(SymlabError, RuntimeError):
    """The program `dot` of Graphviz is not installed."""


def dot(value: Any, name: str = "symlab") -> graphviz.Digraph:
    """The graph of an expression, or the optimized graph of a function, as a `graphviz.Digraph`."""
    graph = graphviz.Digraph(name, node_attr=LOOK, edge_attr={**LOOK, "color": "#57606a"})
    nodes, edges = parts(value)
    for key, label, shape in nodes:
        graph.node(key, graphviz.escape(label), shape=shape)
    for source, target, operand in edges:
        graph.edge(source, target, label=operand or None)
    return graph


def pydotprint(
    value: Any,
    outfile: str | Path | None = None,
    format: str | None = None,
    *,
    with_ids: bool = False,
    max_label_size: int = LONGEST,
    return_image: bool = False,
    print_output_file: bool = False,
    **look: Any,
) -> Any:
    """The graph of an expression or the optimized graph of a function as a `pydot.Dot`, written to `outfile` if given.

    The format is that of the file's name, else PNG. Graphviz draws; where its program `dot` is missing, SVG is drawn by
    symlab and everything else is an error. `with_ids` numbers the nodes; `return_image` gives the picture instead, as
    bytes that a notebook shows. What Theano has to say of the look (`compact`, `high_contrast`, `cond_highlight`,
    `colorCodes`, `scan_graphs`, `var_with_name_simple`) is taken, and there is one look.
    """
    check_keywords("pydotprint", look, LOOKS)
    kind = format or (Path(outfile).suffix[1:].lower() if outfile is not None and Path(outfile).suffix else "png")
    if kind not in DRAWN:
        raise InvalidValue(message(f"pydotprint does not draw {kind!r}", (), [f"one of {', '.join(DRAWN)}"]))
    graph = as_pydot(value, with_ids, max_label_size)
    if outfile is not None:
        Path(outfile).write_bytes(drawn(value, graph, kind))
        if print_output_file:
            print(f"The output file is available at {outfile}")  # noqa: T201
    return Picture.of(drawn(value, graph, kind), kind) if return_image else graph


def as_pydot(value: Any, with_ids: bool, longest: int) -> pydot.Dot:
    """The graph for pydot."""
    graph = pydot.Dot("symlab", graph_type="digraph")
    graph.set_node_defaults(**LOOK)
    nodes, edges = parts(value, longest)
    for key, label, shape in nodes:
        graph.add_node(pydot.Node(key, label=quoted(f"{key} {label}" if with_ids else label), shape=shape))
    for source, target, operand in edges:
        graph.add_edge(pydot.Edge(source, target, label=quoted(operand)) if operand else pydot.Edge(source, target))
    return graph


def drawn(value: Any, graph: pydot.Dot, kind: str) -> bytes:
    """The picture, by the `dot` program where it is there."""
    if kind == "dot":
        return graph.to_string().encode()
    if shutil.which("dot") is not None:
        picture: Any = graph.create(format=kind)
        return bytes(picture)
    if kind == "svg":
        from symlab.viz.svg import to_svg

        return to_svg(value).encode()
    problem = f"Graphviz draws {kind}, and its program dot was not found"
    tries = ["apt install graphviz, brew install graphviz or winget install graphviz", "an outfile that ends in .svg"]
    raise GraphvizMissing(message(problem, (), tries))


class Picture(bytes):
    """A picture, which a notebook shows."""

    kind: str

    @classmethod
    def of(cls, data: bytes, kind: str) -> Picture:
        """From what was drawn."""
        made = cls(data)
        made.kind = kind
        return made

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"image/svg+xml": self.decode()} if self.kind == "svg" else {f"image/{self.kind}": bytes(self)}


def parts(value: Any, longest: int = LONGEST) -> tuple[Nodes, Edges]:
    """Nodes and edges of the picture; an edge of a node with several operands carries the operand's place."""
    roots, names, labels = printed(value)
    order = toposort(roots)
    if len(order) > MOST:
        tries = ["f as the last line of a cell, or sl.viz.to_html(f, path): they show any size"]
        raise InvalidValue(message(f"Graphviz cannot lay out {len(order)} nodes in reasonable time", (), tries))
    keys = {node: f"n{place}" for place, node in enumerate(order)}
    nodes = [(keys[node], label_of(node, names.get(node), longest), SHAPES.get(node.op, "box")) for node in order]
    nodes += [(f"out{place}", cut(label or "output", longest), "plaintext") for place, label in enumerate(labels)]
    edges = [
        (keys[arg], keys[node], str(place) if len(node.args) > 1 and not node.op.flat else "")
        for node in order
        for place, arg in enumerate(node.args)
    ]
    edges += [(keys[root], f"out{place}", "") for place, root in enumerate(roots)]
    return nodes, edges


def label_of(node: Expr, name: str | None, longest: int) -> str:
    """What a box says: name or op with its attributes, and the type."""
    if node.op.kind is Kind.LEAF:
        first = name or leaf_text(node)
    else:
        op = lambda_head(node.attr("body")) if node.op is CALL else ", ".join([node.op.name, *attribute_texts(node)])
        own = getattr(node, "name", None)
        first = f"{own} = {op}" if own else op
    return f"{cut(first, longest)}\n{cut(str(node.type), longest)}"


def quoted(text: str) -> str:
    """A text in the dot language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
