"""Arithmetic of sizes that may not be known, so that one rule gives both static shapes and those of a call.

An op states `extra["sizes"]`: a function `(arithmetic, *shapes, **attributes) -> shape` (a tuple of shapes for several
results). For types it is given `STATIC`, for a call what lowering knows of symbolic sizes, with the same methods.
"""

from __future__ import annotations

from typing import Any, Protocol


class Arithmetic(Protocol):
    """What a rule of sizes may use; a size is an int, None, or what lowering makes of it."""

    def plus(self, left: Any, right: Any, /) -> Any:
        """left + right."""

    def minus(self, left: Any, right: Any, /) -> Any:
        """left - right."""

    def times(self, left: Any, right: Any, /) -> Any:
        """left right."""

    def floor_divide(self, left: Any, right: Any, /) -> Any:
        """left // right."""

    def maximum(self, left: Any, right: Any, /) -> Any:
        """The larger of two."""

    def minimum(self, left: Any, right: Any, /) -> Any:
        """The smaller of two."""

    def value(self, place: int, /) -> Any:
        """The value of an operand that is an integer scalar."""


class Static:
    """Sizes as types have them: what depends on None is None."""

    def plus(self, left: Any, right: Any) -> Any:
        """left + right."""
        return None if None in (left, right) else left + right

    def minus(self, left: Any, right: Any) -> Any:
        """left - right."""
        return None if None in (left, right) else left - right

    def times(self, left: Any, right: Any) -> Any:
        """left right."""
        return None if None in (left, right) else left * right

    def floor_divide(self, left: Any, right: Any) -> Any:
        """left // right, 0 where the divisor is 0."""
        if None in (left, right):
            return None
        return left // right if right else 0

    def maximum(self, left: Any, right: Any) -> Any:
        """The larger of two."""
        return None if None in (left, right) else max(left, right)

    def minimum(self, left: Any, right: Any) -> Any:
        """The smaller of two."""
        return None if None in (left, right) else min(left, right)

    def value(self, place: int) -> None:
        """Not known before the call."""


STATIC = Static()
