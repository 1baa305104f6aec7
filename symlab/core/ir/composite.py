"""Several variables that people use as one value, such as the arrays of a sparse matrix."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from symlab.core.ir.expr import Expr


class Composite(ABC):
    """One value to the user, several variables to the compiler; `function`, `grad`, `clone`, `eval` take it as one."""

    name: str | None = None

    @property
    @abstractmethod
    def parts(self) -> tuple[Any, ...]:
        """The variables that it is made of."""

    @abstractmethod
    def with_parts(self, parts: Sequence[Any]) -> Composite:
        """The same kind of value, made of other variables."""

    @abstractmethod
    def arrays_of(self, value: Any) -> tuple[Any, ...]:
        """The arrays of the parts for a value that a caller gives."""

    @abstractmethod
    def value_of(self, arrays: Sequence[Any]) -> Any:
        """The value that these arrays of the parts are."""

    @abstractmethod
    def as_this(self, value: Any) -> Composite:
        """A value or expression that stands for this one, in `updates` or `givens`."""

    @property
    @abstractmethod
    def differentiable(self) -> Expr:
        """The part that gradients are of."""

    @abstractmethod
    def gradient(self, part: Any) -> Any:
        """The gradient as a value of this kind, from that of the differentiable part."""
