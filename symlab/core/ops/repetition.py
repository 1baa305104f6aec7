"""Repetition by counts, and segments of elements, that are known at the call only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.shape import value_operands

Array = np.ndarray[Any, Any]


def repeated_type(attributes: Mapping[str, Any], counts: ArrayType) -> ArrayType:
    """The type of `places_repeated`."""
    if counts.ndim != 1 or counts.dtype.kind not in "iu":
        raise Misfit(f"counts are a vector of integers, not {counts}", kind=TypeMismatch)
    return array_type(np.int64, (None,))


places_repeated: Op = declared(
    "places_repeated",
    Kind.CALL,
    doc="0, 1, 2, ..., each as often as its count says: places for `take`.",
    reference=lambda counts: np.repeat(np.arange(len(counts), dtype=np.int64), counts.astype(np.int64)),
    infer=repeated_type,
)


def segments_type(attributes: Mapping[str, Any], starts: ArrayType, elements: ArrayType) -> ArrayType:
    """The type of `segments`."""
    if starts.ndim != 1 or starts.dtype.kind not in "iu" or elements.ndim != 1:
        raise Misfit(f"{{0}} is {starts}, where a vector of integers is wanted", kind=TypeMismatch)
    return array_type(np.int64, elements.shape)


def segments_reference(starts: Array, elements: Array) -> Array:
    """NumPy's, of starts that do not descend."""
    counts: Array = np.diff(starts.astype(np.int64))
    if len(starts) == 0 or starts[0] != 0 or starts[-1] != len(elements) or (counts < 0).any():
        problem = f"{{0}} does not lead from 0 to {len(elements)}, the number of elements, without descending"
        raise Misfit(problem, kind=InvalidValue)
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


segments: Op = declared(
    "segments",
    Kind.CALL,
    doc="The number of the segment of each element, where segment i goes from starts[i] to starts[i + 1].",
    reference=segments_reference,
    infer=segments_type,
    extra=value_operands(0, sizes=lambda arithmetic, starts, elements: elements),
)
