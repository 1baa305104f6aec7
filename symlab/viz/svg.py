"""Still pictures: one step of a trace as SVG, drawn as the interactive view draws it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from symlab.viz.layout import Drawing, layout
from symlab.viz.protocol import checked_step, replay_rows, to_json

TITLE_WIDTH = 7.3
SUBTITLE_WIDTH = 6.1
BOX_HEIGHT = 38
PADDING = 22
LONGEST_TITLE = 26
LONGEST_SUBTITLE = 30
NARROWEST = 56
MARGIN = 12
CAPTION = 22
STUB = 10
LEAVES = ("input", "shared", "constant")
SHORT_KINDS = {"float": "f", "int": "i", "uint": "u", "complex": "c", "bfloat": "bf"}
STYLE = """
.symlab-svg .paper{fill:#fff;stroke:none}
.symlab-svg text{font-family:ui-monospace,Menlo,Consolas,monospace;text-anchor:middle;fill:#1f2328;font-size:12px}
.symlab-svg .type,.symlab-svg .jump{font-size:10px;fill:#57606a}
.symlab-svg .caption{font-size:11px;text-anchor:start}
.symlab-svg rect{fill:#f6f8fa;stroke:#8c959f}
.symlab-svg path{fill:none;stroke:#8c959f}
.symlab-svg .leaf rect{fill:#ddf4ff;stroke:#54aeff}
.symlab-svg .kernel rect{fill:#fff1e5;stroke:#d4873d}
.symlab-svg .output rect{stroke-width:2.5}
.symlab-svg .new rect{fill:#dafbe1;stroke:#1a7f37;stroke-width:2}
.symlab-svg .rewired{stroke:#bf8700;stroke-width:2}
@media (prefers-color-scheme:dark){
.symlab-svg .paper{fill:#14171c}
.symlab-svg text{fill:#e6edf3}
.symlab-svg .type,.symlab-svg .jump{fill:#9198a1}
.symlab-svg rect{fill:#21262d;stroke:#6e7681}
.symlab-svg path{stroke:#6e7681}
.symlab-svg .leaf rect{fill:#12263f;stroke:#388bfd}
.symlab-svg .kernel rect{fill:#3a2412;stroke:#d4873d}
.symlab-svg .new rect{fill:#12311c;stroke:#3fb950}
.symlab-svg .rewired{stroke:#d29922}
}
"""


def to_svg(value: Any, path: str | Path | None = None, *, step: int | None = None) -> str:
    """The graph of a function, trace or expression after `step` rewrites (all by default), written to `path` if given.

    Where a step is named, what it made is green, the edges that it moved are amber, and its rule stands below.
    """
    text = svg_of(to_json(value), step)
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def svg_of(trace: Mapping[str, Any], step: int | None = None) -> str:
    """The picture of a JSON trace after so many steps."""
    return Picture(trace, None if step is None else checked_step(trace, step)).text()


@dataclass(frozen=True)
class Picture:
    """One picture of a JSON trace."""

    trace: Mapping[str, Any]
    step: int | None = None

    @cached_property
    def last(self) -> Mapping[str, Any] | None:
        """The step whose marks are shown."""
        return self.trace["steps"][self.step - 1] if self.step and self.trace["steps"] else None

    def text(self) -> str:
        """The SVG."""
        rows, outputs = replay_rows(self.trace, self.step)
        labels = [label_of(row, self.trace) for row in rows]
        place = {row[0]: index for index, row in enumerate(rows)}
        edges = [(place[operand], index) for index, row in enumerate(rows) for operand in row[2]]
        widths = [box_width(*label) for label in labels]
        drawing = layout([(width, float(BOX_HEIGHT)) for width in widths], edges)
        parts = [*self.edges(rows, edges, labels, drawing)]
        for index, row in enumerate(rows):
            centre = drawing.x[index], drawing.y[index]
            parts.append(box(centre, widths[index], labels[index], self.classes(row, row[0] in outputs)))
        return self.framed(drawing, parts, f"{self.trace['name']}: {len(rows)} nodes")

    def framed(self, drawing: Drawing, parts: Sequence[str], title: str) -> str:
        """The parts on paper, with title and caption."""
        caption = self.caption()
        width = max(drawing.width, SUBTITLE_WIDTH * 1.1 * len(caption)) + 2 * MARGIN
        height = drawing.height + 2 * MARGIN + (CAPTION if caption else 0)
        frame = f'x="{-MARGIN}" y="{-MARGIN}" width="{width:.2f}" height="{height:.2f}"'
        if caption:
            y = drawing.height + CAPTION
            parts = [*parts, f'<text class="caption" x="0" y="{y:.2f}">{plain(caption)}</text>']
        box = f"{-MARGIN} {-MARGIN} {width:.2f} {height:.2f}"
        size = f'width="{width:.0f}" height="{height:.0f}" viewBox="{box}"'
        label = f'role="img" aria-label={quoteattr(clean(title))}'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" class="symlab-svg" {label} {size}>'
        paper = f'<rect class="paper" {frame} fill="#fff"/>'
        return f"{head}<title>{plain(title)}</title><style>{STYLE}</style>{paper}{''.join(parts)}</svg>"

    def caption(self) -> str:
        """The rule of the step that is shown."""
        if self.last is None:
            return ""
        strings, rule = self.trace["strings"], self.trace["rules"][self.last["rule"]]
        formula = strings[rule[2]].replace("->", "→")
        return f"{self.step}  {strings[rule[0]]}:  {formula}" if formula else f"{self.step}  {strings[rule[0]]}"

    def classes(self, row: Sequence[Any], output: bool) -> str:
        """How a node is coloured."""
        op = self.trace["strings"][row[1]]
        kind = "leaf" if op in LEAVES else "kernel" if op.startswith("kernel") else "op"
        new = self.last is not None and any(row[0] == made[0] for made in self.last["add"])
        return " ".join([kind, *["output"] * output, *["new"] * new])

    def edges(
        self,
        rows: Sequence[Sequence[Any]],
        edges: Sequence[tuple[int, int]],
        labels: Sequence[tuple[str, str]],
        drawing: Drawing,
    ) -> list[str]:
        """All edges, those first that the step did not move."""
        moved = {(number, slot) for number, slot, _ in self.last["rewired"]} if self.last else set()
        slots = [(row[0], slot) for row in rows for slot in range(len(row[2]))]
        drawn = []
        for (source, target), slot, route in zip(edges, slots, drawing.routes, strict=True):
            kind = ' class="rewired"' if slot in moved else ""
            start = drawing.x[source], drawing.y[source] + BOX_HEIGHT / 2
            end = drawing.x[target], drawing.y[target] - BOX_HEIGHT / 2
            line = jump(start, end, labels[source][0], kind) if route is None else curve([start, *route, end], kind)
            drawn.append((slot in moved, line))
        return [line for _, line in sorted(drawn, key=lambda pair: pair[0])]


# Labels, as `labextension/src/core/measure.ts` makes them


def label_of(row: Sequence[Any], trace: Mapping[str, Any]) -> tuple[str, str]:
    """What a box says: title and subtitle."""
    strings, types = trace["strings"], trace["types"]
    op = strings[row[1]]
    name = strings[row[6]] if row[6] >= 0 else None
    detail = strings[row[7]] if row[7] >= 0 else None
    kind = type_text(strings[types[row[3]][0]], types[row[3]][1]) if row[3] >= 0 else ""
    leaf = op in LEAVES
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


# Parts


def box(centre: tuple[float, float], width: float, label: tuple[str, str], classes: str) -> str:
    """One node."""
    x, y = centre
    title, subtitle = label
    below = f'<text class="type" x="{x:.2f}" y="{y + 12:.2f}">{plain(subtitle)}</text>' if subtitle else ""
    return (
        f'<g class="{classes}"><rect x="{x - width / 2:.2f}" y="{y - BOX_HEIGHT / 2:.2f}" width="{width:.2f}" '
        f'height="{BOX_HEIGHT}" rx="5"/><text x="{x:.2f}" y="{y - 2 if subtitle else y + 4:.2f}">{plain(title)}</text>'
        f"{below}</g>"
    )


def curve(points: Sequence[tuple[float, float]], kind: str) -> str:
    """One edge through its bends."""
    text = f"M{points[0][0]:.2f} {points[0][1]:.2f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        text += f"C{x0:.2f} {middle:.2f} {x1:.2f} {middle:.2f} {x1:.2f} {y1:.2f}"
    return f'<path d="{text}"{kind}/>'


def jump(start: tuple[float, float], end: tuple[float, float], name: str, kind: str) -> str:
    """A long edge: a stub at both ends, and at the lower one what comes from above."""
    stubs = f"M{start[0]:.2f} {start[1]:.2f}v{STUB}M{end[0]:.2f} {end[1]:.2f}v{-STUB}"
    label = f'<text class="jump" x="{end[0]:.2f}" y="{end[1] - STUB - 3:.2f}">{plain(cut(name, 12))}</text>'
    return f'<path d="{stubs}" stroke-dasharray="2 2"{kind}/>{label}'


def plain(text: str) -> str:
    """A text of the user's as text of an XML document."""
    return escape(clean(text))


def clean(text: str) -> str:
    """A text without the signs that XML does not allow."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
