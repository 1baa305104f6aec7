"""One HTML file that shows a trace with no server, no network and no kernel."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from symlab.viz.packing import pack, unpack
from symlab.viz.protocol import checked_step, to_json


def to_html(value: Any, path: str | Path | None = None, *, step: int | None = None) -> str:
    """The interactive view of a function, trace or expression as one HTML page, written to `path` where given."""
    trace = to_json(value)
    if step is not None:
        trace["view"] = {"step": checked_step(trace, step), "selected": None}
    text = page(trace)
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def page(trace: Mapping[str, Any]) -> str:
    """The page of a JSON trace; no text of the trace can end a script or start a tag."""
    title = html.escape(f"{trace['name']} - symlab").encode("utf-8", "replace").decode()
    head, _, rest = static("page.html").partition("@@TITLE@@")
    middle, _, rest = rest.partition("@@TRACE@@")
    last, _, tail = rest.partition("@@SCRIPT@@")
    return "".join([head, title, middle, safe_json(pack(unpack(trace))), last, script(), tail])


def safe_json(value: Any) -> str:
    """JSON in which nothing can be read as HTML; it is ASCII."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def script() -> str:
    """The renderer, as built from `labextension/`."""
    return static("standalone.js").replace("</script", "<\\/script")


@cache
def static(name: str) -> str:
    """A built file."""
    return (files("symlab.viz") / "static" / name).read_text(encoding="utf-8")
