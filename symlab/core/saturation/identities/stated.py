"""How an identity is written: as a rule is, by a function that states two formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlab.core.rewrite.rule import rule


def identity(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """The identity that a function states; `tolerance` is how far apart its sides may be, relatively."""
    return rule(function, **options)
