"""What the function of one step returns: outputs, updates of shared variables, a condition to stop, in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.compare import neq
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.request import as_updates
from symlab.core.shared import SharedVariable


class until:
    """Returned by the function of a step beside its outputs: the loop stops after a step whose condition holds."""

    def __init__(self, condition: Any) -> None:
        self.condition = as_variable(condition)
        if self.condition.ndim:
            raise TypeMismatch(message("the condition of until is a scalar", [("condition", self.condition)]))
        if self.condition.type.dtype.kind != "b":
            self.condition = neq(self.condition, 0)


@dataclass(frozen=True)
class Returned:
    """What one step returns."""

    outputs: Sequence[Variable] = ()
    updates: Mapping[SharedVariable, Variable] = field(default_factory=dict)
    conditions: Sequence[Variable] = ()  # one or none


def returned(value: Any) -> Returned:
    """The parts of what a function returned."""
    if value is None:
        return Returned()
    if isinstance(value, (Variable, until, Mapping)) or not isinstance(value, (list, tuple)) or is_updates(value):
        value = [value]
    stops = [item.condition for item in value if isinstance(item, until)]
    if len(stops) > 1:
        raise InvalidValue(message("a step returns one until(condition) at most"))
    updates: dict[SharedVariable, Variable] = {}
    outputs: list[Any] = []
    for item in value:
        if isinstance(item, Mapping) or is_updates(item):
            updates.update(as_updates(item))
        elif isinstance(item, (list, tuple)):
            outputs += item
        elif not isinstance(item, until):
            outputs.append(item)
    return Returned([as_variable(item) for item in outputs], updates, stops)


def is_updates(value: Any) -> bool:
    """Whether a list is one of pairs (shared variable, new value)."""
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], SharedVariable) for item in value)
    )
