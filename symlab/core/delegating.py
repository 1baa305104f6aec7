"""What stands before a compiled function and has everything that the function has."""

from __future__ import annotations

from typing import Any


class Delegating:
    """Answers as the object in one of its attributes does, wherever it has no answer of its own.

    `class Guard(Delegating, to="made")` names the attribute; copies and pickles are that object's.
    """

    delegate: str

    def __init_subclass__(cls, to: str, **others: Any) -> None:
        super().__init_subclass__(**others)
        cls.delegate = to

    def __getattr__(self, name: str) -> Any:
        if name == self.delegate:  # not there yet while a copy is made
            raise AttributeError(name)
        return getattr(getattr(self, self.delegate), name)

    def __reduce__(self) -> Any:
        return getattr(self, self.delegate).__reduce__()

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(getattr(self, self.delegate))})

    def __repr__(self) -> str:
        return repr(getattr(self, self.delegate))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return getattr(self, self.delegate)._repr_mimebundle_(include, exclude)
