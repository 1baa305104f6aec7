"""Indexing by arrays of integers, one for each of `axes`; setting and incrementing what was indexed; `nonzero`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidIndex, InvalidIndexType, Misfit
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, BroadcastError, Shape, TupleType, array_type, broadcast_shapes
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.create import counted
from symlab.core.ops.declare import declared
from symlab.core.ops.index import check_spread, check_value, or_zero
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.reduce import sum_to
from symlab.core.ops.shape import filled_like, reshaped, size_product, sizes_of, spread, value_operands

Array = np.ndarray[Any, Any]
Axes = tuple[int, ...]


def taken_shape(axes: Sequence[int], x: ArrayType, indices: Sequence[ArrayType]) -> Shape:
    """The static shape of what arrays of integers pick: NumPy's, their axes in place if they index neighbours."""
    if (
        len(indices) != len(axes)
        or not axes
        or list(axes) != sorted(set(axes))
        or not 0 <= axes[0] <= axes[-1] < x.ndim
    ):
        raise Misfit(f"{len(indices)} index arrays for axes {tuple(axes)} of {x.ndim}", kind=InvalidIndex)
    for item in indices:
        if item.dtype.kind not in "iu":
            raise Misfit(f"an index is made of integers, not {item.dtype.name}", kind=InvalidIndexType)
    try:
        shape = broadcast_shapes(*(item.shape for item in indices))
    except BroadcastError as error:
        raise Misfit(f"index arrays do not broadcast together: {error}", kind=InvalidIndex) from None
    rest = tuple(size for axis, size in enumerate(x.shape) if axis not in axes)
    place = axes[0] if axes[-1] - axes[0] == len(axes) - 1 else 0
    return rest[:place] + shape + rest[place:]


def take_type(attributes: Mapping[str, Any], x: ArrayType, *indices: ArrayType) -> ArrayType:
    """The type of what is gathered."""
    return array_type(x.dtype, taken_shape(attributes["axes"], x, indices))


def scattered_type(attributes: Mapping[str, Any], x: ArrayType, value: ArrayType, *indices: ArrayType) -> ArrayType:
    """The type of an array in which values were scattered."""
    check_value(value, x, taken_shape(attributes["axes"], x, indices))
    return x


def places(x: Array, indices: Sequence[Array], axes: Sequence[int]) -> tuple[Any, ...]:
    """The index as NumPy takes it."""
    index: list[Any] = [slice(None)] * x.ndim
    for axis, array in zip(axes, indices, strict=True):
        index[axis] = np.asarray(array).astype(np.intp, copy=False)
    return tuple(index)


def scatter_set(x: Array, value: Array, *indices: Array, axes: Sequence[int]) -> Array:
    """A copy of `x` with elements replaced; where a place comes twice the last value stays."""
    result = x.copy()
    result[places(x, indices, axes)] = value
    return result


def scatter_increment(x: Array, value: Array, *indices: Array, axes: Sequence[int]) -> Array:
    """A copy of `x` with elements incremented, as often as their place comes."""
    result = x.copy()
    np.add.at(result, places(x, indices, axes), value)
    return result


def check_indices(types: Sequence[ArrayType], arrays: Sequence[Array]) -> None:
    """Raise if index arrays would broadcast without having been declared so."""
    target = np.broadcast_shapes(*(array.shape for array in arrays))
    for array, item in zip(arrays, types, strict=True):
        check_spread(array, item, target)


def check_taken(types: Sequence[ArrayType], values: Sequence[Array], attributes: Mapping[str, Any]) -> None:
    """The check of `take`."""
    check_indices(types[1:], values[1:])


def check_scattered(types: Sequence[ArrayType], values: Sequence[Array], attributes: Mapping[str, Any]) -> None:
    """The check of what scatters."""
    check_indices(types[2:], values[2:])
    target = values[0][places(values[0], values[2:], attributes["axes"])]
    check_spread(values[1], types[1], np.shape(target))


def take_vjp(cotangent: Variable, y: Variable, x: Variable, *indices: Variable, axes: Axes) -> tuple[Any, ...]:
    """Zeros incremented wherever an element was taken."""
    return (inc_take(filled_like(x, 0), cotangent, *indices, axes=axes), *(None for _ in indices))


def inc_take_vjp(
    cotangent: Variable, y: Variable, x: Variable, value: Variable, *indices: Variable, axes: Axes
) -> tuple[Any, ...]:
    """The cotangent for the array, what is taken of it for the value."""
    part = take(cotangent, *indices, axes=axes)
    return (cotangent, sum_to(part, value.type.shape), *(None for _ in indices))


def set_take_vjp(
    cotangent: Variable, y: Variable, x: Variable, value: Variable, *indices: Variable, axes: Axes
) -> tuple[Any, ...]:
    """What was overwritten has no influence: neither the array's elements nor values that a later one replaced."""
    rest = set_take(cotangent, constant(0, dtype=cotangent.type.dtype), *indices, axes=axes)
    part = take(cotangent, *indices, axes=axes)
    order = reshaped(counted(size_product(part)), sizes_of(part))
    numbers = spread(constant(0, dtype=np.int64), sizes_of(x))
    stays = eq(take(set_take(numbers, order, *indices, axes=axes), *indices, axes=axes), order)
    return (rest, sum_to(switch(stays, part, 0), value.type.shape), *(None for _ in indices))


def set_take_jvp(
    tangents: Sequence[Any], y: Variable, x: Variable, value: Variable, *indices: Variable, axes: Axes
) -> Variable:
    """The tangent of the array with that of the value scattered into it."""
    return set_take(or_zero(tangents[0], x), or_zero(tangents[1], value), *indices, axes=axes)  # type: ignore[no-any-return]


def inc_take_jvp(
    tangents: Sequence[Any], y: Variable, x: Variable, value: Variable, *indices: Variable, axes: Axes
) -> Variable:
    """The tangent of the array incremented by that of the value."""
    return inc_take(or_zero(tangents[0], x), or_zero(tangents[1], value), *indices, axes=axes)  # type: ignore[no-any-return]


take: Op = declared(
    "take",
    Kind.STRUCTURAL,
    doc="The elements of x that arrays of integers pick, one array for each of `axes`, as NumPy does.",
    reference=lambda x, *indices, axes: np.asarray(x[places(x, indices, axes)]),
    infer=take_type,
    vjp=take_vjp,
    jvp=lambda tangents, y, x, *indices, axes: take(tangents[0], *indices, axes=axes),
    extra=value_operands(1, check=check_taken),
)

set_take: Op = declared(
    "set_take",
    Kind.STRUCTURAL,
    doc="x with the elements that arrays of integers pick replaced; where a place comes twice the last value stays.",
    reference=scatter_set,
    infer=scattered_type,
    vjp=set_take_vjp,
    jvp=set_take_jvp,
    extra=value_operands(2, check=check_scattered),
)

inc_take: Op = declared(
    "inc_take",
    Kind.STRUCTURAL,
    doc="x with the elements that arrays of integers pick incremented, as often as their place comes.",
    reference=scatter_increment,
    infer=scattered_type,
    vjp=inc_take_vjp,
    jvp=inc_take_jvp,
    extra=value_operands(2, check=check_scattered),
)

nonzero: Op = declared(
    "nonzero",
    Kind.CALL,
    doc="The places of the elements that are not 0: for each axis a vector of integers.",
    reference=lambda x: tuple(np.asarray(array, np.int64) for array in np.nonzero(x)),
    infer=lambda attributes, x: TupleType((array_type(np.int64, (None,)),) * x.ndim),
)
