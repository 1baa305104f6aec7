"""The view as an anywidget: for Notebook 7, VS Code, Colab and wherever else ipywidgets run."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets


class TraceWidget(anywidget.AnyWidget):
    """The interactive view of a trace; `step` and `selected` (-1: nothing) follow the user, and can be set."""

    _esm = Path(str(files("symlab.viz") / "static" / "widget.js"))
    trace = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    selected = traitlets.Int(-1).tag(sync=True)
    height = traitlets.Int(420).tag(sync=True)

    def on_change(self, name: str, callback: Callable[[Any], Any]) -> Callable[[], None]:
        """Call `callback(value)` whenever the trait called `name` has another value; the result ends that."""

        def told(change: Any) -> None:
            callback(change["new"])

        self.observe(told, name)
        return lambda: self.unobserve(told, name)
