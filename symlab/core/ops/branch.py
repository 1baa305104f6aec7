"""`ifelse`: values of one of two branches; what only the other branch needs is not computed.

The operands are the condition, the values of the first branch, those of the second. It stays an open node, so that
everything is rewritten across it; lowering closes what belongs to one branch alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symlab.core.ir.op import PROJECT, Kind, Op
from symlab.core.ir.types import ArrayType, Held, TupleType, array_type
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import filled_like

Several = tuple[Variable | None, ...]


def branch_type(attributes: Mapping[str, Any], condition: ArrayType, *values: ArrayType) -> TupleType:
    """The types of the results: a size that differs is not known."""
    half = len(values) // 2
    items: list[Any] = []
    for first, second in zip(values[:half], values[half:], strict=True):
        if isinstance(first, Held):
            items.append(first)
            continue
        shape = tuple(a if a == b else None for a, b in zip(first.shape, second.shape, strict=True))
        items.append(array_type(first.dtype, shape))
    return TupleType(tuple(items))


def branch_reference(condition: Any, *values: Any) -> tuple[Any, ...]:
    """The values of the branch that the condition chooses."""
    half = len(values) // 2
    return values[:half] if condition else values[half:]


def branch_jvp(tangents: Several, node: Variable, condition: Variable, *values: Variable) -> Several:
    """The tangents of the branch that is chosen."""
    half = len(values) // 2
    given = tangents[1:]
    moving = [place for place in range(half) if given[place] is not None or given[half + place] is not None]
    filled = [
        filled_like(values[place], 0) if given[place] is None else given[place]
        for place in (*moving, *(half + number for number in moving))
    ]
    chosen = IFELSE(condition, *filled)
    found: list[Variable | None] = [None] * half
    for number, place in enumerate(moving):
        found[place] = PROJECT(chosen, index=number)
    return tuple(found)


IFELSE: Op = Op(
    "ifelse", Kind.CONTROL, "The values of one of two branches; the other one is not computed.",
    reference=branch_reference, infer=branch_type, jvp=branch_jvp, home=__name__,
)  # fmt: skip


def taken_or_zeros(condition: Any, *values: Any) -> tuple[Any, ...]:
    """The values where the condition holds, else zeros."""
    return values if condition else tuple(np.zeros_like(value) for value in values)


MAYBE: Op = Op(
    "maybe", Kind.CONTROL, "Values that are computed where a condition holds, else zeros; lowering alone makes it.",
    reference=taken_or_zeros, infer=lambda attributes, condition, *values: TupleType(values), home=__name__,
)  # fmt: skip
