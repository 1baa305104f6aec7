"""One display object with four forms: the lab extension's trace, a widget, SVG, and text."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import Any

from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.expr import Expr
from symlab.viz.protocol import MIME, to_json
from symlab.viz.text import debugprint

SVG_NODES = 300  # above which the still picture says more by its absence


class View:
    """The interactive view of a compiled function, a trace or an expression; show it as a cell's last line."""

    def __init__(self, value: Any, *, step: int | None = None, height: int = 420) -> None:
        if not isinstance(value, Expr) and not hasattr(value, "trace") and not hasattr(value, "passes"):
            tries = ["a compiled function, its trace, or an expression"]
            raise TypeMismatch(message(f"{type(value).__name__} has no graph to show", (), tries))
        self.value, self.height = value, height
        self._step = step

    @cached_property
    def trace(self) -> dict[str, Any]:
        """The trace as JSON."""
        trace = to_json(self.value)
        if self._step is not None:
            trace["view"] = {"step": self._step, "selected": None}
        return trace

    @cached_property
    def widget(self) -> Any:
        """The view as an anywidget, whose `step` and `selected` can be read, set and observed."""
        from symlab.viz.widget import TraceWidget

        return TraceWidget(trace=self.trace, step=self._step or 0, height=self.height)

    @property
    def selected(self) -> int | None:
        """The number of the selected node, if there is one."""
        return None if self.widget.selected < 0 else int(self.widget.selected)

    def seek(self, step: int) -> None:
        """Show the graph after so many rewrites."""
        self._step = self.widget.step = step

    def on_select(self, callback: Any) -> None:
        """Call `callback(node number)` whenever another node is selected."""
        self.widget.on_select(callback)

    def to_html(self, path: str | Path | None = None) -> str:
        """The view as one HTML file."""
        from symlab.viz.html import to_html

        return to_html(self.value, path, step=self._step)

    def to_svg(self, path: str | Path | None = None) -> str:
        """The graph at this step as a still picture."""
        from symlab.viz.svg import to_svg

        return to_svg(self.value, path, step=self._step)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": self.text()}
        bundle[MIME] = self.trace
        if len(self.trace["nodes"]) <= SVG_NODES:
            bundle["image/svg+xml"] = self.to_svg()
        if in_kernel():
            bundle.update(widget_bundle(self.widget))
        return bundle

    def text(self) -> str:
        """The optimized graph as a tree."""
        return debugprint(self.value, file="str", longest=60) or ""

    def __repr__(self) -> str:
        return self.text()


def view(value: Any, *, step: int | None = None, height: int = 420) -> View:
    """The interactive view of a function, a trace or an expression."""
    return View(value, step=step, height=height)


def mime_bundle(value: Any) -> dict[str, Any]:
    """What a cell shows whose last line is `value`."""
    return View(value)._repr_mimebundle_()


def in_kernel() -> bool:
    """Whether this process is a Jupyter kernel, so that widgets have somebody to talk to."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    return getattr(shell, "kernel", None) is not None


def widget_bundle(widget: Any) -> dict[str, Any]:
    """The form of the bundle that widget front ends read."""
    bundle = widget._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    kind = "application/vnd.jupyter.widget-view+json"
    return {kind: bundle[kind]} if bundle and kind in bundle else {}
