"""What people see: text, pictures, the interactive view, notebook magics. Reads the core, never changes it."""

from __future__ import annotations

import importlib
from typing import Any

LAZY = {
    "pp": "text",
    "debugprint": "text",
    "view": "display",
    "View": "display",
    "compare": "display",
    "to_json": "protocol",
    "to_html": "html",
    "to_svg": "svg",
    "to_latex": "latex",
    "dot": "dot",
    "pydotprint": "dot",
}

__all__ = sorted(LAZY)


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return getattr(importlib.import_module(f"symlab.viz.{LAZY[name]}"), name)
    raise AttributeError(f"module 'symlab.viz' has no attribute {name!r}")
