"""Places in sorted arrays, distinct elements, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, RankMismatch, TypeMismatch
from symlab.core.ir.op import PROJECT, Kind, Op
from symlab.core.ir.types import ArrayType, TupleType, array_type
from symlab.core.ops.declare import declared, refuse_complex
from symlab.core.ops.gather import inc_take, take
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import filled_like, value_operands
from symlab.core.ops.stacks import last_sizes

Array = np.ndarray[Any, Any]


def searched_type(attributes: Mapping[str, Any], row: ArrayType, values: ArrayType) -> ArrayType:
    """The type of `searchsorted`."""
    if row.ndim != 1 or row.dtype != values.dtype:
        kind = TypeMismatch if row.ndim == 1 else RankMismatch
        raise Misfit(f"{{0}} is {row}, where a vector of {values.dtype.name} is wanted", kind=kind)
    refuse_complex(row.dtype)
    return array_type(np.int64, values.shape)


searchsorted: Op = declared(
    "searchsorted",
    Kind.CALL,
    doc="Where values (the second operand) would stand in a sorted vector: before ('left') or after equal elements.",
    reference=lambda row, values, side: np.asarray(np.searchsorted(row, values, side), np.int64),
    infer=searched_type,
    extra=MappingProxyType({"sizes": last_sizes, "values": 0}),
)


def unique_type(attributes: Mapping[str, Any], x: ArrayType) -> TupleType:
    """The type of `unique`: elements, where each comes first, which one each element is, and counts."""
    axis = attributes.get("axis", 0)
    if x.ndim != 1 and "axis" not in attributes:
        raise Misfit(f"{{0}} is {x}, where a vector is wanted", "T.ravel(x)", kind=TypeMismatch)
    places = array_type(np.int64, (None,))
    kept = array_type(x.dtype, (*x.shape[:axis], None, *x.shape[axis + 1 :]))
    return TupleType((kept, places, array_type(np.int64, (x.shape[axis],)), places))


def unique_reference(x: Array, equal_nan: bool = True, axis: int = 0) -> tuple[Array, ...]:
    """NumPy's."""
    found = np.unique(
        x,
        return_index=True,
        return_inverse=True,
        return_counts=True,
        equal_nan=equal_nan,
        axis=axis if x.ndim > 1 else None,
    )
    return found[0], found[1], found[2].reshape(-1), found[3]


def unique_vjp(cotangents: Sequence[Any], y: Variable, x: Variable, axis: int = 0, **options: Any) -> tuple[Variable]:
    """Each cotangent goes to the first place of its element."""
    first = PROJECT(y, index=1)
    return (inc_take(filled_like(x, 0), cotangents[0], first, axes=(axis,)),)


def unique_jvp(tangents: Sequence[Any], y: Variable, x: Variable, axis: int = 0, **options: Any) -> tuple[Any, ...]:
    """The elements change as those at the first places do."""
    return take(tangents[0], PROJECT(y, index=1), axes=(axis,)), None, None, None


unique: Op = declared(
    "unique",
    Kind.CALL,
    doc="The distinct elements of a vector in order (of an array, its parts along the attribute `axis`), the first "
    "place of each, which of them each element is, and their counts.",
    reference=unique_reference,
    infer=unique_type,
    vjp=unique_vjp,
    jvp=unique_jvp,
)


def counts_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `bincount`."""
    if x.ndim != 1 or x.dtype.kind not in "iu":
        raise Misfit(f"{{0}} is {x}, where a vector of integers is wanted", kind=TypeMismatch)
    return array_type(np.int64, (None,))


def counts_reference(x: Array, minlength: int) -> Array:
    """NumPy's."""
    return np.bincount(x.astype(np.int64), minlength=minlength).astype(np.int64)


bincount: Op = declared(
    "bincount",
    Kind.CALL,
    doc="How often each number from 0 to the largest element comes, for `minlength` numbers at least.",
    reference=counts_reference,
    infer=counts_type,
    extra=value_operands(0),
)
