"""Shapes, the order of axes, several arrays in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.core.ops.operators import Variable
from symlab.tensor.dtypes import broadcast_shapes
from symlab.xp.array import Array, raw, wrapped
from symlab.xp.creation import sizes
from symlab.xp.programs import run, run_exactly
from symlab.xp.promotion import promoted

__all__ = [
    "broadcast_arrays", "broadcast_to", "concat", "expand_dims", "flip", "matrix_transpose", "moveaxis",
    "permute_dims", "repeat", "reshape", "roll", "squeeze", "stack", "tile", "unstack",
]  # fmt: skip

Axis = int | tuple[int, ...] | None


def frozen(axes: Any) -> Any:
    """Axes as something that can be kept: a number, a tuple of numbers, or None."""
    return tuple(axes) if isinstance(axes, (list, tuple)) else axes


def broadcast_to(x: Array, /, shape: tuple[int, ...]) -> Array:
    """x repeated along new axes in front and along its axes of size 1."""
    array = raw(x)
    if broadcast_shapes(array.shape, tuple(shape)) != tuple(shape):
        raise ShapeMismatch(message(f"shape {array.shape} does not broadcast to {tuple(shape)}"))
    return Array._of(run(repeated, [array, *sizes(shape)]))


def repeated(x: Variable, *shape: Variable) -> Variable:
    """`T.broadcast_to`, with sizes that are known at the call."""
    return T.broadcast_to(x, list(shape))


def broadcast_arrays(*arrays: Array) -> tuple[Array, ...]:
    """Several arrays broadcast to one shape."""
    shape = broadcast_shapes(*(raw(array).shape for array in arrays))
    return tuple(broadcast_to(array, shape) for array in arrays)


def joined(arrays: Sequence[Array]) -> list[np.ndarray[Any, Any]]:
    """The memory of arrays to join, in one dtype."""
    parts = [raw(array) for array in arrays]
    if not parts:
        raise InvalidValue(message("there are no arrays to join"))
    promoted(*(part.dtype for part in parts))
    return parts


def concat(arrays: Sequence[Array], /, *, axis: int | None = 0) -> Array:
    """Arrays one after the other along an axis; flattened first if it is None."""
    return Array._of(run(concatenated, joined(arrays), axis=axis))


def concatenated(*parts: Variable, axis: int | None) -> Variable:
    """`T.concatenate` of operands."""
    return T.concatenate(parts, axis)


def stack(arrays: Sequence[Array], /, *, axis: int = 0) -> Array:
    """Arrays of one shape along a new axis."""
    parts = joined(arrays)
    if len({part.shape for part in parts}) > 1:
        raise ShapeMismatch(message("arrays of several shapes have no common stack"))
    return Array._of(run(stacked, parts, axis=axis))


def stacked(*parts: Variable, axis: int) -> Variable:
    """`T.stack` of operands."""
    return T.stack(parts, axis=axis)


def unstack(x: Array, /, *, axis: int = 0) -> tuple[Array, ...]:
    """The parts of x along an axis, without that axis."""
    array = raw(x)
    if -array.ndim <= axis < array.ndim and array.shape[axis] == 0:
        return ()
    return wrapped(run_exactly(T.unstack, [array], axis=axis))  # type: ignore[no-any-return]


def expand_dims(x: Array, /, axis: Axis = 0) -> Array:
    """x with new axes of size 1 at these places of the result."""
    return Array._of(run(T.expand_dims, [raw(x)], axis=frozen(axis)))


def squeeze(x: Array, /, axis: int | tuple[int, ...]) -> Array:
    """x without these axes, which must be of size 1."""
    return Array._of(run_exactly(T.squeeze, [raw(x)], axis=frozen(axis)))


def flip(x: Array, /, *, axis: Axis = None) -> Array:
    """x with axes in the opposite order."""
    return Array._of(run(T.flip, [raw(x)], axis=frozen(axis)))


def moveaxis(x: Array, source: int | tuple[int, ...], destination: int | tuple[int, ...], /) -> Array:
    """x with axes moved to other places, the others in their order."""
    return Array._of(run(T.moveaxis, [raw(x)], source=frozen(source), destination=frozen(destination)))


def permute_dims(x: Array, /, axes: tuple[int, ...]) -> Array:
    """The axes of x in another order."""
    return Array._of(run(T.permute_dims, [raw(x)], axes=tuple(axes)))


def matrix_transpose(x: Array, /) -> Array:
    """x with its last two axes exchanged."""
    return Array._of(raw(x)).mT


def reshape(x: Array, /, shape: tuple[int, ...], *, copy: bool | None = None) -> Array:
    """The elements of x in another shape, in which one size may be -1."""
    array = raw(x)
    wanted = shape_of(array, [shape] if isinstance(shape, int) else list(shape))
    if copy is False and not array.flags.c_contiguous:
        raise InvalidValue(message("these elements are not in one row: another shape needs a copy"))
    return Array._of(run(reshaped, [array, *sizes(wanted)]))


def shape_of(array: np.ndarray[Any, Any], shape: list[int]) -> tuple[int, ...]:
    """A shape with its -1 replaced."""
    rest = int(np.prod([size for size in shape if size != -1]))
    if shape.count(-1) == 1 and rest > 0 and array.size % rest == 0:
        shape = [array.size // rest if size == -1 else size for size in shape]
    if any(size < 0 for size in shape) or int(np.prod(shape)) != array.size:
        raise ShapeMismatch(message(f"{array.size} elements do not make up the shape {tuple(shape)}"))
    return tuple(shape)


def reshaped(x: Variable, *shape: Variable) -> Variable:
    """`T.reshape`, with sizes that are known at the call."""
    return T.reshape(x, list(shape))


def repeat(x: Array, repeats: int | Array, /, *, axis: int | None = None) -> Array:
    """Each element of x repeated along an axis (flattened first if it is None): so often, or as each count says."""
    array = raw(x)
    counts = raw(repeats) if isinstance(repeats, Array) else sizes(repeats)[0]
    if counts.dtype.kind not in "iu":
        raise TypeMismatch(message(f"counts are integers, not {counts.dtype.name}"))
    if counts.ndim and counts.shape[0] not in (1, array.size if axis is None else array.shape[axis]):
        raise ShapeMismatch(message(f"{counts.shape[0]} counts do not fit an array of shape {array.shape}"))
    counts = counts.reshape(()) if counts.shape == (1,) else counts
    return Array._of(run(T.repeat, [array, counts], axis=axis))


def tile(x: Array, repetitions: tuple[int, ...], /) -> Array:
    """x repeated as a whole, as often along each axis as `repetitions` says."""
    return Array._of(run(tiled, [raw(x), *sizes(repetitions)]))


def tiled(x: Variable, *counts: Variable) -> Variable:
    """`T.tile`, with counts that are known at the call."""
    return T.tile(x, list(counts)) if counts else x


def roll(x: Array, /, shift: int | tuple[int, ...], *, axis: Axis = None) -> Array:
    """x moved along axes, what leaves one end coming in at the other (all elements in a row if it is None)."""
    shifts = shift if isinstance(shift, tuple) else (shift,)
    axes = axis if isinstance(axis, tuple) else (axis,)
    shifts = shifts * len(axes) if len(shifts) == 1 else shifts
    if len(shifts) != len(axes):
        raise InvalidValue(message(f"{len(shifts)} shifts do not fit {len(axes)} axes"))
    array = raw(x)
    for by, along in zip(shifts, axes, strict=True):
        array = run(T.roll, [array, np.asarray(by, np.int64)], axis=along)
    return Array._of(array)
