"""Checks for what users write themselves: a rule of one's own is judged as the rules of the house are."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symlab.testing.ops import OpReport, check_op
    from symlab.testing.rules import check_rule

LAZY = {"OpReport": "ops", "check_op": "ops", "check_rule": "rules"}

__all__ = ["OpReport", "check_op", "check_rule"]


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return getattr(importlib.import_module(f"symlab.testing.{LAZY[name]}"), name)
    raise AttributeError(f"module 'symlab.testing' has no attribute {name!r}")
