"""Axes joined and split, and arrays of several shapes packed into one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.ir.errors import InvalidValue, ShapeMismatch, message
from symlab.core.ops.elementwise import add
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import Number, joined_size, reshaped, sizes_of
from symlab.tensor.arguments import Axis, axes_of, axis_of, promoted, sizes_from
from symlab.tensor.joining import concatenate
from symlab.tensor.shaping import moveaxis

__all__ = ["join_dims", "pack", "split_dims", "unpack"]


def join_dims(x: Any, start_axis: int = 0, n_axes: int | None = None) -> Variable:
    """`n_axes` axes from `start_axis` on as one; all that follow if no number is given, a new axis of size 1 for 0."""
    x = as_variable(x)
    start = x.ndim if start_axis == x.ndim else axis_of(start_axis, x.ndim, x)
    count = x.ndim - start if n_axes is None else n_axes
    if count < 0 or start + count > x.ndim:
        problem = f"there are not {count} axes from axis {start} on"
        raise InvalidValue(message(problem, [(x.name or "x", x)]))
    sizes = sizes_of(x)
    return reshaped(x, [*sizes[:start], joined_size(sizes[start : start + count]), *sizes[start + count :]])


def split_dims(x: Any, shape: Any, axis: int = 0) -> Variable:
    """One axis as several, of these sizes, of which one may be -1; an axis of size 1 goes for the shape ()."""
    x = as_variable(x)
    place = axis_of(axis, x.ndim, x)
    sizes = sizes_of(x)
    wanted = sizes_from(shape)
    return reshaped(x, [*sizes[:place], *completed_axis(wanted, sizes[place], x), *sizes[place + 1 :]])


def completed_axis(wanted: list[Number], size: Number, x: Variable) -> list[Number]:
    """The sizes into which one axis is split, with what -1 stands for."""
    unknown = [place for place, item in enumerate(wanted) if isinstance(item, int) and item == -1]
    if not unknown:
        return wanted
    if len(unknown) > 1:
        raise InvalidValue(message("one size at most can be -1", [(x.name or "x", x)]))
    rest = joined_size(item for place, item in enumerate(wanted) if place != unknown[0])
    if isinstance(size, int) and isinstance(rest, int):
        if not rest or size % rest:
            raise ShapeMismatch(message(f"an axis of size {size} has no {rest} equal parts", [(x.name or "x", x)]))
        found: Number = size // rest
    else:
        found = size // rest
    return [found if place == unknown[0] else item for place, item in enumerate(wanted)]


def kept_last(x: Variable, keep: tuple[int, ...] | None) -> tuple[Variable, int]:
    """An array with the axes that are kept at the end, and how many there are."""
    if not keep:
        return x, 0
    axes = axes_of(keep, x.ndim, x)
    return moveaxis(x, axes, tuple(range(x.ndim - len(axes), x.ndim))), len(axes)


def pack(*tensors: Any, keep_axes: Axis = None) -> tuple[Variable, list[list[Number]]]:
    """Arrays as one, in which all axes but `keep_axes` are joined, and the shapes for `unpack`."""
    if not tensors:
        raise InvalidValue(message("pack takes one array at least"))
    keep = (keep_axes,) if isinstance(keep_axes, int) else keep_axes
    flat, shapes = [], []
    for item in promoted(tensors):
        turned, count = kept_last(item, keep)
        sizes = sizes_of(turned)
        joined, rest = sizes[: len(sizes) - count], sizes[len(sizes) - count :]
        shapes.append(list(joined))
        flat.append(reshaped(turned, [joined_size(joined), *rest]))
    return concatenate(flat, axis=0), shapes


def unpack(packed_input: Any, keep_axes: Axis = None, packed_shapes: Sequence[Any] = ()) -> list[Variable]:
    """The arrays of which `pack` made one."""
    packed = as_variable(packed_input)
    keep = (keep_axes,) if isinstance(keep_axes, int) else keep_axes
    found, start = [], None
    for shape in packed_shapes:
        sizes = sizes_from(shape)
        stop = joined_size(sizes) if start is None else total(start, joined_size(sizes))
        part = packed[start:stop]
        part = reshaped(part, [*sizes, *sizes_of(part)[1:]])
        count = part.ndim - len(sizes)
        found.append(moveaxis(part, tuple(range(part.ndim - count, part.ndim)), tuple(keep)) if keep else part)
        start = stop
    return found


def total(first: Number, second: Number) -> Number:
    """The sum of two sizes."""
    return first + second if isinstance(first, int) and isinstance(second, int) else add(first, second)  # type: ignore[no-any-return]
