"""What people see: text, pictures, the interactive view, notebook magics. Reads the core, never changes it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symlab.viz.display import View, view
    from symlab.viz.dot_export import dot, pydotprint
    from symlab.viz.html import to_html
    from symlab.viz.latex import to_latex
    from symlab.viz.protocol import to_json
    from symlab.viz.svg import to_svg
    from symlab.viz.text import debugprint, pp

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "View": "display",
        "debugprint": "text",
        "dot": "dot_export",
        "pp": "text",
        "pydotprint": "dot_export",
        "to_html": "html",
        "to_json": "protocol",
        "to_latex": "latex",
        "to_svg": "svg",
        "view": "display",
    }
)

__all__ = ["View", "debugprint", "dot", "pp", "pydotprint", "to_html", "to_json", "to_latex", "to_svg", "view"]


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(f"module 'symlab.viz' has no attribute {name!r}")
    return getattr(importlib.import_module(f"symlab.viz.{NAMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
