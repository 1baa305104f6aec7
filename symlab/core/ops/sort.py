"""Order along one axis (attribute `axis`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops import gather
from symlab.core.ops.create import counted
from symlab.core.ops.declare import declared, refuse_complex
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import axis_within, filled_like, shuffled, sizes_of


def sorted_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `sort`."""
    refuse_complex(x.dtype)
    axis_within(attributes["axis"], x.ndim)
    return x


def places_along(order: Variable, axis: int) -> list[Variable]:
    """Index arrays for every axis, such that `order` counts along `axis`."""
    found = []
    for place, size in enumerate(sizes_of(order)):
        pattern = [0 if other == place else "x" for other in range(order.ndim)]
        found.append(order if place == axis else shuffled(counted(size), pattern))
    return found


def along(x: Variable, order: Variable, axis: int) -> Variable:
    """The elements of `x` along `axis` in the order of integers of the same shape."""
    return gather.take(x, *places_along(order, axis), axes=tuple(range(x.ndim)))  # type: ignore[no-any-return]


def sort_vjp(cotangent: Variable, y: Variable, x: Variable, axis: int) -> tuple[Variable]:
    """Each cotangent goes back to where its element was."""
    order = places_along(argsort(x, axis=axis), axis)
    return (gather.inc_take(filled_like(x, 0), cotangent, *order, axes=tuple(range(x.ndim))),)


sort: Op = declared(
    "sort",
    Kind.CALL,
    doc="The elements in ascending order along `axis`, nan last.",
    reference=lambda x, axis: np.sort(x, axis=axis, kind="stable"),
    infer=sorted_type,
    vjp=sort_vjp,
    jvp=lambda tangents, y, x, axis: along(tangents[0], argsort(x, axis=axis), axis),
)

argsort: Op = declared(
    "argsort",
    Kind.CALL,
    doc="The places of the elements in ascending order along `axis`, equal ones in their order, nan last.",
    reference=lambda x, axis: np.asarray(np.argsort(x, axis=axis, kind="stable"), np.int64),
    infer=lambda attributes, x: sorted_type(attributes, x).with_dtype(np.int64),
)
