"""What stands for a gradient that is none: of a variable that a cost does not depend on, or where none is defined.

Theano's programs ask such a mark for its type: `isinstance(gradient.type, DisconnectedType)`.
"""

from __future__ import annotations

from dataclasses import dataclass


class DisconnectedType:
    """The type of the mark for a variable on which nothing depends; `DisconnectedType()()` is that mark."""

    def __call__(self) -> Mark:
        """The mark."""
        return DISCONNECTED


@dataclass(frozen=True)
class NullType:
    """The type of the mark for a gradient that is not defined, and why."""

    why_null: str = ""

    def __call__(self) -> Mark:
        """The mark."""
        return Mark(self)


@dataclass(frozen=True, eq=False)
class Mark:
    """What is returned in place of a gradient."""

    type: DisconnectedType | NullType

    def __repr__(self) -> str:
        if isinstance(self.type, DisconnectedType):
            return "disconnected"
        return f"undefined ({self.type.why_null})" if self.type.why_null else "undefined"


DISCONNECTED = Mark(DisconnectedType())
