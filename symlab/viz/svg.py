"""Still pictures: one step of a trace as SVG, drawn as the interactive view draws it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from symlab.viz.layout import Drawing, layout
from symlab.viz.protocol import replay_rows, to_json

TITLE_WIDTH = 7.3
SUBTITLE_WIDTH = 6.1
BOX_HEIGHT = 38
PADDING = 22
LONGEST_TITLE = 26
LONGEST_SUBTITLE = 30
NARROWEST = 56
MARGIN = 12
SHORT_KINDS = {"float": "f", "int": "i", "uint": "u", "complex": "c", "bfloat": "bf"}
STYLE = """
.symlab-svg{background:#fff}
.symlab-svg text{font-family:ui-monospace,monospace;text-anchor:middle;fill:#1f2328}
.symlab-svg .title{font-size:12px}.symlab-svg .type{font-size:10px;fill:#57606a}
.symlab-svg rect{fill:#f6f8fa;stroke:#8c959f}.symlab-svg .leaf rect{fill:#ddf4ff;stroke:#54aeff}
.symlab-svg .kernel rect{fill:#fff1e5;stroke:#d4873d}
.symlab-svg path{fill:none;stroke:#8c959f}
"""


def to_svg(value: Any, path: str | Path | None = None, *, step: int | None = None) -> str:
    """The graph of a function, trace or expression after `step` rewrites (all by default), written to `path` if given."""
    text = svg_of(to_json(value), step)
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def svg_of(trace: Mapping[str, Any], step: int | None = None) -> str:
    """The picture of a JSON trace after so many steps."""
    rows, outputs = replay_rows(trace, step)
    labels = [label_of(row, trace) for row in rows]
    place = {row[0]: index for index, row in enumerate(rows)}
    edges = [(place[operand], index) for index, row in enumerate(rows) for operand in row[2]]
    boxes = [(box_width(*label), float(BOX_HEIGHT)) for label in labels]
    drawing = layout(boxes, edges)
    parts = [
        edge_path(drawing, source, target, route) for (source, target), route in zip(edges, drawing.routes, strict=True)
    ]
    for index, (row, label) in enumerate(zip(rows, labels, strict=True)):
        parts.append(
            box(drawing, index, boxes[index][0], label, css_class(trace["strings"][row[1]]), row[0] in outputs)
        )
    width, height = drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN
    title = escape(f"{trace['name']}: {len(rows)} nodes")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="symlab-svg" role="img" aria-label="{attribute(title)}" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="{-MARGIN} {-MARGIN} {width:.2f} {height:.2f}">'
        f"<title>{title}</title><style>{STYLE}</style>{''.join(parts)}</svg>"
    )


def label_of(row: Sequence[Any], trace: Mapping[str, Any]) -> tuple[str, str]:
    """What a box says: title and subtitle."""
    strings, types = trace["strings"], trace["types"]
    op = strings[row[1]]
    name = strings[row[6]] if row[6] >= 0 else None
    detail = strings[row[7]] if row[7] >= 0 else None
    kind = type_text(strings[types[row[3]][0]], types[row[3]][1]) if row[3] >= 0 else ""
    leaf = op in ("input", "shared", "constant")
    title = (detail or name or op) if op == "constant" else (name or op) if leaf else op
    subtitle = f"shared {kind}".strip() if op == "shared" else f"{name}: {kind}" if name and not leaf else kind
    return cut(title, LONGEST_TITLE), cut(subtitle, LONGEST_SUBTITLE)


def type_text(dtype: str, shape: Sequence[int | None]) -> str:
    """For example "f64[64, ?]"."""
    found = re.fullmatch(r"(float|int|uint|complex|bfloat)(\d+)", dtype)
    short = SHORT_KINDS[found[1]] + found[2] if found else dtype
    sizes = ", ".join("?" if size is None else str(size) for size in shape)
    return f"{short}[{sizes}]" if shape else short


def cut(text: str, longest: int) -> str:
    """A text of at most so many letters, with an ellipsis where it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def box_width(title: str, subtitle: str) -> float:
    """The width of a box, by counting letters."""
    return max(NARROWEST, max(TITLE_WIDTH * len(title), SUBTITLE_WIDTH * len(subtitle)) + PADDING)


def css_class(op: str) -> str:
    """How a node is coloured."""
    return "leaf" if op in ("input", "shared", "constant") else "kernel" if op.startswith("kernel") else "op"


def box(drawing: Drawing, index: int, width: float, label: tuple[str, str], kind: str, output: bool) -> str:
    """One node."""
    x, y = drawing.x[index], drawing.y[index]
    stroke = ' stroke-width="2.5"' if output else ""
    return (
        f'<g class="{kind}"><rect x="{x - width / 2:.2f}" y="{y - BOX_HEIGHT / 2:.2f}" width="{width:.2f}" '
        f'height="{BOX_HEIGHT}" rx="5"{stroke}/><text class="title" x="{x:.2f}" y="{y - 2:.2f}">{escape(label[0])}</text>'
        f'<text class="type" x="{x:.2f}" y="{y + 12:.2f}">{escape(label[1])}</text></g>'
    )


def edge_path(drawing: Drawing, source: int, target: int, route: Sequence[tuple[float, float]] | None) -> str:
    """One edge through its bends; a jump is a stub at both ends."""
    half = BOX_HEIGHT / 2
    start = (drawing.x[source], drawing.y[source] + half)
    end = (drawing.x[target], drawing.y[target] - half)
    if route is None:
        stubs = f"M{start[0]:.2f} {start[1]:.2f}v10M{end[0]:.2f} {end[1]:.2f}v-10"
        return f'<path d="{stubs}" stroke-dasharray="2 2"/>'
    points = [start, *route, end]
    text = f"M{start[0]:.2f} {start[1]:.2f}"
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        middle = (y0 + y1) / 2
        text += f"C{x0:.2f} {middle:.2f} {x1:.2f} {middle:.2f} {x1:.2f} {y1:.2f}"
    return f'<path d="{text}"/>'


def attribute(text: str) -> str:
    """An escaped text inside an attribute."""
    return text.replace('"', "&quot;")
