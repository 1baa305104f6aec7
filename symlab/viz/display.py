"""One display object with four forms: the lab extension's trace, a widget, SVG, and text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.expr import Expr
from symlab.core.rewrite.driver import Step
from symlab.viz.html import page
from symlab.viz.packing import pack
from symlab.viz.protocol import MIME, Json, Telling, checked_step
from symlab.viz.svg import svg_of
from symlab.viz.text import debugprint, pp

SVG_NODES = 300  # above which the still picture says more by its absence
MOST_NODES = 20_000  # above which a notebook would become too large to be opened
TEXT_LINES = 60
WIDGET = "application/vnd.jupyter.widget-view+json"


class View:
    """The interactive view of a compiled function, a trace or expressions; show it as a cell's last line.

    `step` is the number of changes made to the graph as written; `selected` is the number of a node, or None. Both can
    be set, and both follow what the user does with the view's `widget`.
    """

    def __init__(self, value: Any, *, step: int | Step | None = None, height: int = 420) -> None:
        self.value, self.height = value, height
        self.telling = Telling(value)
        self._start = 0 if step is None else self.place_of(step)
        self._is_at_start = step is None

    @cached_property
    def trace(self) -> Json:
        """The trace as JSON."""
        return {**self.telling.json, "view": {"step": self._start, "selected": None}}

    @cached_property
    def widget(self) -> Any:
        """The view as an anywidget."""
        from symlab.viz.widget import TraceWidget

        return TraceWidget(trace=pack(self.trace), step=self._start, height=self.height)

    def place_of(self, step: int | Step) -> int:
        """The number of a moment: itself, or that after a rewrite of `f.trace.steps`."""
        told = self.telling.json
        if not isinstance(step, Step):
            return checked_step(told, step)
        for place, known in zip(self.telling.positions, self.telling.trace.steps, strict=True):
            if known is step:
                return place + 1
        raise InvalidValue(message(f"this rewrite by {step.rule.name} is none of {told['name']}'s"))

    @property
    def step(self) -> int:
        """How many changes have been made to the graph as written."""
        return int(self.widget.step)

    @step.setter
    def step(self, step: int | Step) -> None:
        self.widget.step = self.place_of(step)

    def seek(self, step: int | Step) -> None:
        """Show the graph after so many changes, or after this rewrite of `f.trace.steps`."""
        self.step = step

    @property
    def selected(self) -> int | None:
        """The number of the selected node, if there is one."""
        return None if self.widget.selected < 0 else int(self.widget.selected)

    @selected.setter
    def selected(self, number: int | None) -> None:
        self.widget.selected = -1 if number is None else number

    def focus(self, node: Expr) -> None:
        """Select what stands for a variable of the user's program at this step."""
        found = self.numbers_of(node)
        if not found:
            raise InvalidValue(message(f"nothing stands for {node!r} at step {self.step}", [("node", node)]))
        self.selected = found[0]

    def numbers_of(self, node: Expr) -> list[int]:
        """The numbers of the nodes that stand for a typed variable at this step, the nearest first."""
        base = self.telling.base_numbers
        starts = [base[item] for item in (self.telling.view.interned.get(node), node) if item in base]
        return standing_for(self.trace, starts[:1], self.step)

    def on_select(self, callback: Callable[[int | None], Any]) -> Callable[[], None]:
        """Call `callback(number)` whenever another node is selected, with None for no node; the result ends that."""
        return self.widget.on_change("selected", lambda number: callback(None if number < 0 else number))

    def on_step(self, callback: Callable[[int], Any]) -> Callable[[], None]:
        """Call `callback(step)` whenever another step is shown; the result ends that."""
        return self.widget.on_change("step", callback)

    def to_json(self) -> Json:
        """The trace as JSON, version 1, written out."""
        return self.trace

    def to_html(self, path: str | Path | None = None) -> str:
        """The view as one HTML file, written to `path` where given."""
        return written(page(self.trace), path)

    def to_svg(self, path: str | Path | None = None) -> str:
        """The graph as a still picture, written to `path` where given: the optimized graph, unless a step was named."""
        return written(svg_of(self.trace, None if self._is_at_start else self._start), path)

    def text(self) -> str:
        """The formula of an expression; the tree of an optimized graph."""
        if isinstance(self.value, (Expr, list, tuple)):
            return pp(self.value, TEXT_LINES)
        head = "" if self.value is self.telling.trace else f"{self.value!r}\n"
        return head + (debugprint(self.telling.trace, file="str", longest=TEXT_LINES) or "")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": self.text()}
        count = len(self.trace["nodes"])
        if count > MOST_NODES:
            bundle["text/plain"] += f"\n{count} nodes are too many for a notebook: use sl.viz.to_html(f, path)"
        if in_terminal() or count > MOST_NODES:
            return bundle
        bundle[MIME] = pack(self.trace)
        if len(self.telling.view.node) <= SVG_NODES:
            bundle["image/svg+xml"] = self.to_svg()
        if in_kernel():
            bundle |= widget_form(self.widget)
        return bundle

    def __repr__(self) -> str:
        return self.text()


def view(value: Any, *, step: int | Step | None = None, height: int = 420) -> View:
    """The interactive view of a function, a trace, an expression or several, opened at a step."""
    return View(value, step=step, height=height)


def mime_bundle(value: Any) -> dict[str, Any]:
    """What a cell shows whose last line is `value`."""
    return View(value)._repr_mimebundle_()


def standing_for(trace: Mapping[str, Any], starts: Iterable[int], step: int) -> list[int]:
    """The nodes alive after so many steps that the nodes `starts` became."""
    alive, found = {row[0] for row in trace["nodes"]}, dict.fromkeys(starts)
    for made in trace["steps"][:step]:
        if made["at"] in found:
            found.setdefault(made["by"])
        found.update(dict.fromkeys(new for new, old in made["provenance"] if not found.keys().isdisjoint(old)))
        alive.update(row[0] for row in made["add"])
        alive.difference_update(made["del"])
    return [number for number in found if number in alive]


def written(text: str, path: str | Path | None) -> str:
    """The text, also in a file where one is named."""
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def shell() -> Any:
    """The running IPython shell, if there is one; IPython is not loaded for this."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def in_kernel() -> bool:
    """Whether this process is a Jupyter kernel, so that widgets have somebody to talk to."""
    return getattr(shell(), "kernel", None) is not None


def in_terminal() -> bool:
    """Whether IPython runs in a terminal, which shows text alone."""
    return type(shell()).__name__ == "TerminalInteractiveShell"


def widget_form(widget: Any) -> dict[str, Any]:
    """The form of a bundle that widget front ends read."""
    bundle = widget._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    return {WIDGET: bundle[WIDGET]} if bundle and WIDGET in bundle else {}
