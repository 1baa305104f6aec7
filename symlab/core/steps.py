"""In which step of which loop an expression is made: the functions of `scan` are called within a scope of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from symlab.core.ir.expr import toposort
from symlab.core.ops.operators import Variable

_open: ContextVar[tuple[Scope, ...]] = ContextVar("_open", default=())


@dataclass(frozen=True)
class Scope:
    """One step: its number, and what differs from step to step."""

    number: Variable
    params: Sequence[Variable]


@contextmanager
def step_of_loop(number: Variable, params: Sequence[Variable]) -> Iterator[None]:
    """Within this context, expressions belong to a step with this number."""
    token = _open.set((*_open.get(), Scope(number, (number, *params))))
    try:
        yield
    finally:
        _open.reset(token)


def unfolded_steps(node: Variable) -> list[Variable]:
    """The numbers of those steps around, from the outside in, from which a node does not depend yet."""
    scopes = _open.get()
    below = set(toposort([node])) if scopes else set()
    return [scope.number for scope in scopes if below.isdisjoint(scope.params)]
