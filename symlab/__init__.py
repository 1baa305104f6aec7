"""symlab: expressions over arrays, differentiated, optimized, compiled, and shown while it happens."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.config import config, configure

__version__ = "0.1.0"

LAZY = {
    "tensor": "symlab.tensor",
    "debug": "symlab.debug",
    "viz": "symlab.viz",
    "function": "symlab.core.function:function",
    "Function": "symlab.core.function:Function",
    "grad": "symlab.core.autodiff:grad",
    "shared": "symlab.core.shared:shared",
    "SharedVariable": "symlab.core.shared:SharedVariable",
    "In": "symlab.core.arguments:In",
    "Out": "symlab.core.arguments:Out",
    "Mode": "symlab.core.modes:Mode",
    "pp": "symlab.viz.text:pp",
    "debugprint": "symlab.viz.text:debugprint",
}

__all__ = [*sorted(LAZY), "config", "configure"]


def __getattr__(name: str) -> Any:
    if name not in LAZY:
        raise AttributeError(f"module 'symlab' has no attribute {name!r}")
    import importlib

    module, _, attribute = LAZY[name].partition(":")
    found = importlib.import_module(module)
    return getattr(found, attribute) if attribute else found
