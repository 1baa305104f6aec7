"""What checks and measures: DebugMode, NanGuardMode, profiles. Observes the core, never changes it."""

from __future__ import annotations

import importlib
from typing import Any

LAZY = {
    "DebugFunction": "checks",
    "check": "checks",
    "Report": "report",
    "Finding": "report",
    "Profile": "profile",
    "NanGuard": "nan",
    "monitor_mode": "monitor",
    "Stability": "accuracy.stability",
    "Suggestion": "accuracy.stability",
    "stability": "accuracy.stability",
}

__all__ = [
    "DebugFunction",
    "Finding",
    "NanGuard",
    "Profile",
    "Report",
    "Stability",
    "Suggestion",
    "check",
    "monitor_mode",
    "stability",
]


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return getattr(importlib.import_module(f"symlab.debug.{LAZY[name]}"), name)
    raise AttributeError(f"module 'symlab.debug' has no attribute {name!r}")
