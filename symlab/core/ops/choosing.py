"""Classes chosen one after another by uniform numbers, as Theano's generators choose them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.shape import GIVEN, check_given, filled_in, static_sizes

Array = np.ndarray[Any, Any]


def chosen_type(attributes: Mapping[str, Any], p: ArrayType, u: ArrayType, *given: ArrayType) -> ArrayType:
    """A row of numbers for each row of probabilities."""
    if (p.ndim, u.ndim) != (2, 1) or {p.dtype.kind, u.dtype.kind} != {"f"}:
        raise Misfit("a matrix of probabilities and a vector of uniform numbers are wanted", kind=TypeMismatch)
    check_given(attributes["shape"], given)
    return array_type(np.int64, (p.shape[0], *static_sizes(attributes["shape"])))


def chosen_sizes(sizes: Any, p: Shape, u: Shape, *given: Shape, shape: Sequence[Any], replace: bool) -> tuple[Any, ...]:
    """The rows, and how many are chosen in each."""
    return (p[0], *(sizes.value(2) if entry == GIVEN else entry for entry in shape))


def chosen_reference(p: Array, u: Array, *given: Array, shape: Sequence[Any], replace: bool) -> Array:
    """The first class at which the sum of probabilities is above a number; without `replace` it is then struck out."""
    (count,) = (int(size) for size in filled_in(shape, given))
    rows, classes = p.shape
    if len(u) != rows * count:
        raise Misfit(f"{rows} rows of {count} choices take {rows * count} numbers, not {len(u)}", kind=InvalidValue)
    least = min((np.count_nonzero(row) for row in p), default=classes)
    if count > least and not (replace and least):
        problem = f"{count} different ones cannot be chosen among {least} of {classes} classes that have a chance"
        raise Misfit(problem, kind=InvalidValue)
    left, found = p.copy(), np.empty((rows, count), np.int64)
    for turn, row in np.ndindex(count, rows):
        above = np.cumsum(left[row]) > u[turn * rows + row]
        place = int(np.argmax(above)) if above.any() else int(np.flatnonzero(left[row])[-1])
        found[row, turn] = place
        if not replace:
            left[row, place] = 0
            left[row] /= left[row].sum() or 1
    return found


chosen: Op = declared(
    "chosen",
    Kind.CALL,
    doc="Classes for each row of probabilities, by one uniform number a choice; different ones unless `replace`.",
    reference=chosen_reference,
    infer=chosen_type,
    extra=MappingProxyType({"sizes": chosen_sizes, "values": 0}),
)
