"""Names under which NumPy, Theano and PyTensor know parameters: `T.sum(input=x)`, `T.split(x, splits_size=sizes)`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from symlab.core.ir.errors import TypeMismatch, message

__all__ = ["known_as"]

Function = TypeVar("Function", bound=Callable[..., Any])


def known_as(**others: str) -> Callable[[Function], Function]:
    """A decorator for a function whose parameters have further names: `@known_as(input="x")`."""

    def decorated(function: Function) -> Function:
        @functools.wraps(function)
        def called(*operands: Any, **named: Any) -> Any:
            for other in others.keys() & named.keys():
                if others[other] in named:
                    problem = f"{function.__name__} is given {other} and {others[other]}, which are one parameter"
                    raise TypeMismatch(message(problem))
                named[others[other]] = named.pop(other)
            return function(*operands, **named)

        return called  # type: ignore[return-value]

    return decorated
