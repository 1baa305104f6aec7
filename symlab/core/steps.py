"""In which step of which loop an expression is made: the functions of `scan` are called within a scope of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from symlab.core.ir.expr import toposort
from symlab.core.ops.operators import Variable

MONITORED = "monitored_by"  # the attribute of a typed loop that has a MonitorMode of its own
_monitored: list[bool] = []  # whether there is such a loop anywhere: then functions look for them
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


def monitor(loop: Any, mode: Any) -> None:
    """Have a loop watched by the functions of a mode, if the mode is one that watches."""
    if getattr(mode, "name", None) == "MonitorMode":
        setattr(loop, MONITORED, mode)
        _monitored[:] = [True]


def holds_monitored(roots: Sequence[Variable]) -> bool:
    """Whether a loop in these expressions has a MonitorMode of its own."""
    return bool(_monitored) and any(hasattr(node, MONITORED) for node in toposort(roots))
