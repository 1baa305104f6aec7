"""`OrderedUpdates`: new values of shared variables, in the order in which they were added, as `scan` returns them."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.shared import SharedVariable


class OrderedUpdates(dict[SharedVariable, Any]):
    """Updates of shared variables, of which none may get two different ones; sums hold those of both."""

    def __init__(self, *given: Any, **others: Any) -> None:
        super().__init__()
        self.update(*given, **others)

    def __setitem__(self, key: SharedVariable, value: Any) -> None:
        if not isinstance(key, SharedVariable):
            raise TypeMismatch(message(f"only shared variables can be updated, and {key!r} is none"))
        super().__setitem__(key, value)

    def update(self, *given: Any, **others: Any) -> None:
        """Add updates; a variable that has another one already is an error."""
        for key, value in dict(*given, **others).items():
            if self.get(key, value) is not value:
                raise UpdateCollision(message(f"{key!r} has two updates"))
            self[key] = value

    def __add__(self, other: Any) -> OrderedUpdates:
        found = OrderedUpdates(self)
        found.update(other)
        return found

    def __radd__(self, other: Any) -> OrderedUpdates:
        return OrderedUpdates(other) + self

    def copy(self) -> OrderedUpdates:
        """The same updates."""
        return OrderedUpdates(self)


class UpdateCollision(InvalidValue, KeyError):
    """Two updates of one variable."""
