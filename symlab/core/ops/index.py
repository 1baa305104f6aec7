"""Indexing by numbers and slices; setting and incrementing what was indexed.

The attribute `index` names every axis: an integer, or (start, stop, step) of a slice in which None is what Python takes
it for; `GIVEN` is the next operand.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidIndex, InvalidValue, Misfit, RankMismatch, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, Size, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.reduce import sum_to
from symlab.core.ops.shape import GIVEN, check_given, filled_in, filled_like, value_operands

Array = np.ndarray[Any, Any]
Index = tuple[Any, ...]
WHOLE = (None, None, 1)


# The attribute `index`


def numbers_in(index: Index) -> Iterator[Any]:
    """Every integer and bound of an index, from left to right."""
    for entry in index:
        if isinstance(entry, tuple):
            yield from entry
        else:
            yield entry


def numpy_index(index: Index, given: Sequence[Any]) -> tuple[Any, ...]:
    """The index as NumPy takes it."""
    numbers = iter(filled_in(tuple(numbers_in(index)), given))
    return tuple(
        builtins.slice(*[next(numbers) for _ in entry]) if isinstance(entry, tuple) else int(next(numbers))
        for entry in index
    )


def normal_entry(entry: Any, size: Size) -> Any:
    """An entry in its plainest form: bounds that say nothing are None, numbers count from the front."""
    if not isinstance(entry, tuple):
        return entry + size if entry != GIVEN and size is not None and -size <= entry < 0 else entry
    start, stop, step = entry
    step = 1 if step is None else step
    if size is None and picks_nothing(start, stop, step):
        return (0, 0, 1)
    if GIVEN in (start, stop, step) or size is None:
        return (None if start == 0 and step != GIVEN and step > 0 else start, stop, step)
    if not step:
        return (start, stop, step)
    start, stop, step = builtins.slice(start, stop, step).indices(size)
    if not range(start, stop, step):
        return (0, 0, 1)
    first, last = (0, size) if step > 0 else (size - 1, -1)
    return (None if start == first else start, None if stop == last else stop, step)


def picks_nothing(start: Any, stop: Any, step: Any) -> bool:
    """Whether a slice is empty of every array: its bounds count from the same end, and the second comes no later."""
    if not all(isinstance(number, int) for number in (start, stop, step)) or (start < 0) != (stop < 0):
        return False
    return not range(start, stop, step) if step else False


def sliced_size(entry: tuple[Any, Any, Any], size: Size) -> Size:
    """The size of one axis after a slice, where it is known."""
    if entry == WHOLE:
        return size
    if entry[2] == 0:
        raise Misfit("the step of a slice cannot be 0", kind=InvalidValue)
    if GIVEN in entry or size is None:
        return 0 if entry == (0, 0, 1) else None
    return len(range(*builtins.slice(*entry).indices(size)))


def index_shape(index: Index, x: ArrayType, given: Sequence[ArrayType]) -> Shape:
    """The static shape of what an index picks."""
    check_given(tuple(numbers_in(index)), given)
    if len(index) != x.ndim:
        raise Misfit(f"{len(index)} axes are indexed, and there are {x.ndim}", kind=InvalidIndex)
    shape = []
    for axis, (entry, size) in enumerate(zip(index, x.shape, strict=True)):
        if isinstance(entry, tuple):
            shape.append(sliced_size(entry, size))
        elif entry != GIVEN and size is not None and not -size <= entry < size:
            raise Misfit(f"index {entry} is out of bounds for axis {axis} with size {size}", kind=InvalidIndex)
    return tuple(shape)


# Checks that setters share


def check_value(value: ArrayType, x: ArrayType, target: Shape) -> None:
    """Raise unless a value of this type can be written where `target` is the shape."""
    if value.dtype != x.dtype:
        raise Misfit(f"a value of dtype {value.dtype.name} does not go into {x.dtype.name}", kind=TypeMismatch)
    if value.ndim > len(target):
        raise Misfit(f"a value of {value.ndim} axes does not go where there are {len(target)}", kind=RankMismatch)
    for axis in range(-value.ndim, 0):
        if value.shape[axis] not in (None, 1, target[axis]) and target[axis] is not None:
            raise Misfit(f"axis {axis} of the value has size {value.shape[axis]}, where {target[axis]} is wanted")


def check_spread(value: Array, declared_type: ArrayType, target: Sequence[int]) -> None:
    """Raise if an axis would repeat that is not declared to be of size 1."""
    for axis in range(-value.ndim, 0):
        if declared_type.shape[axis] != 1 and value.shape[axis] != target[axis]:
            raise ValueError(f"axis {axis} of the value has size {value.shape[axis]}, where {target[axis]} is wanted")


def or_zero(tangent: Variable | None, x: Variable) -> Variable:
    """A tangent, or the zeros that stand for one."""
    return filled_like(x, 0) if tangent is None else tangent


# Integers and slices


def slice_type(attributes: Mapping[str, Any], x: ArrayType, *given: ArrayType) -> ArrayType:
    """The type of what is sliced out."""
    return array_type(x.dtype, index_shape(attributes["index"], x, given))


def written_type(attributes: Mapping[str, Any], x: ArrayType, value: ArrayType, *given: ArrayType) -> ArrayType:
    """The type of an array in which a part was written."""
    check_value(value, x, index_shape(attributes["index"], x, given))
    return x


def set_reference(x: Array, value: Array, *given: Any, index: Index) -> Array:
    """A copy of `x` with a part replaced."""
    result = x.copy()
    result[numpy_index(index, given)] = value
    return result


def increment_reference(x: Array, value: Array, *given: Any, index: Index) -> Array:
    """A copy of `x` with a part incremented."""
    result = x.copy()
    result[numpy_index(index, given)] += value
    return result


def check_written(types: Sequence[ArrayType], values: Sequence[Array], attributes: Mapping[str, Any]) -> None:
    """Raise if the value would broadcast without having been declared so."""
    target = values[0][numpy_index(attributes["index"], values[2:])]
    check_spread(values[1], types[1], np.shape(target))


CHECK_WRITTEN = value_operands(2, check=check_written)


def slice_vjp(cotangent: Variable, y: Variable, x: Variable, *given: Variable, index: Index) -> tuple[Any, ...]:
    """Zeros with the cotangent where the slice was."""
    return (inc_slice(filled_like(x, 0), cotangent, *given, index=index), *(None for _ in given))


def slice_jvp(tangents: Sequence[Any], y: Variable, x: Variable, *given: Variable, index: Index) -> Variable:
    """The same part of the tangent."""
    return slice(tangents[0], *given, index=index)  # type: ignore[no-any-return]


def set_slice_vjp(
    cotangent: Variable, y: Variable, x: Variable, value: Variable, *given: Variable, index: Index
) -> tuple[Any, ...]:
    """What was overwritten has no influence; the value has that of its place."""
    part = slice(cotangent, *given, index=index)
    rest = set_slice(cotangent, constant(0, dtype=cotangent.type.dtype), *given, index=index)
    return (rest, sum_to(part, value.type.shape), *(None for _ in given))


def inc_slice_vjp(
    cotangent: Variable, y: Variable, x: Variable, value: Variable, *given: Variable, index: Index
) -> tuple[Any, ...]:
    """The cotangent for the array, its slice for the value."""
    part = slice(cotangent, *given, index=index)
    return (cotangent, sum_to(part, value.type.shape), *(None for _ in given))


def set_slice_jvp(
    tangents: Sequence[Any], y: Variable, x: Variable, value: Variable, *given: Variable, index: Index
) -> Variable:
    """The tangent of the array with that of the value written into it."""
    parts = or_zero(tangents[0], x), or_zero(tangents[1], value)
    return set_slice(*parts, *given, index=index)  # type: ignore[no-any-return]


def inc_slice_jvp(
    tangents: Sequence[Any], y: Variable, x: Variable, value: Variable, *given: Variable, index: Index
) -> Variable:
    """The tangent of the array incremented by that of the value."""
    parts = or_zero(tangents[0], x), or_zero(tangents[1], value)
    return inc_slice(*parts, *given, index=index)  # type: ignore[no-any-return]


slice: Op = declared(
    "slice",
    Kind.STRUCTURAL,
    doc="The part of x that integers and slices pick (attribute `index`, one entry per axis).",
    reference=lambda x, *given, index: np.asarray(x[numpy_index(index, given)]),
    infer=slice_type,
    vjp=slice_vjp,
    jvp=slice_jvp,
    extra=value_operands(1),
)

set_slice: Op = declared(
    "set_slice",
    Kind.STRUCTURAL,
    doc="x with the part that `index` picks replaced by a value, which may broadcast.",
    reference=set_reference,
    infer=written_type,
    vjp=set_slice_vjp,
    jvp=set_slice_jvp,
    extra=CHECK_WRITTEN,
)

inc_slice: Op = declared(
    "inc_slice",
    Kind.STRUCTURAL,
    doc="x with the part that `index` picks incremented by a value, which may broadcast.",
    reference=increment_reference,
    infer=written_type,
    vjp=inc_slice_vjp,
    jvp=inc_slice_jvp,
    extra=CHECK_WRITTEN,
)


def part_of_axis(x: Variable, axis: int, start: Any, stop: Any, step: int = 1) -> Variable:
    """`x[start:stop:step]` along one axis; a bound is a number, an expression or None."""
    bounds = tuple(GIVEN if isinstance(bound, Variable) else bound for bound in (start, stop))
    entry = normal_entry((*bounds, step), x.type.shape[axis])
    given = [bound for bound in (start, stop) if isinstance(bound, Variable)]
    index = tuple(entry if place == axis else WHOLE for place in range(x.ndim))
    return slice(x, *given, index=index)  # type: ignore[no-any-return]


def reversed_along(x: Variable, axis: int) -> Variable:
    """`x` with one axis in the opposite order."""
    return part_of_axis(x, axis, None, None, -1)
