"""`pad`: borders around an array, with NumPy's modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops.compare import eq, lt, switch
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import maximum, minimum, sub
from symlab.core.ops.operators import Variable, as_variable, cast_to
from symlab.core.ops.rounding import floor_div, mod, round_half_to_even
from symlab.core.ops.shape import Number, sizes_of, spread, with_new_axes
from symlab.tensor import reductions
from symlab.tensor.arguments import size_from
from symlab.tensor.elementwise import cast
from symlab.tensor.indexing import take
from symlab.tensor.joining import concatenate
from symlab.tensor.shaping import addbroadcast

__all__ = ["pad"]

Pair = tuple[Any, Any]


def pairs(value: Any, rank: int) -> list[Pair]:
    """A pair for each axis, as NumPy reads one number, a pair, or a pair for each axis."""
    if isinstance(value, Variable) and not value.ndim:
        return [(value, value)] * rank
    if isinstance(value, dict):
        found = [(0, 0)] * rank
        for axis, entry in value.items():
            found[axis] = (entry, entry) if np.ndim(entry) == 0 else tuple(entry)
        return found
    entries = list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value]
    rows = [list(entry) if isinstance(entry, (list, tuple, np.ndarray)) else entry for entry in entries]
    if not any(isinstance(row, list) for row in rows):
        return [(rows[0], rows[-1])] * rank
    found = [(row[0], row[-1]) if isinstance(row, list) else (row, row) for row in rows]
    if len(found) == 1:
        return found * rank
    if len(found) != rank:
        raise InvalidValue(message(f"{value!r} is not a pair for each of {rank} axes"))
    return found


def edge(place: Variable, size: Number) -> Variable:
    """The nearest element."""
    return minimum(maximum(place, 0), sub(size, 1))  # type: ignore[no-any-return]


def wrap(place: Variable, size: Number) -> Variable:
    """The elements from the other end."""
    return mod(place, size)  # type: ignore[no-any-return]


def reflect(place: Variable, size: Number) -> Variable:
    """A mirror at the middle of the last element."""
    period = maximum(sub(size, 1) * 2, 1)
    turned = mod(place, period)
    return minimum(turned, magnitude(sub(period, turned)))  # type: ignore[no-any-return]


def symmetric(place: Variable, size: Number) -> Variable:
    """A mirror at the end of the last element."""
    turned = mod(place, size * 2)
    return switch(lt(turned, size), turned, sub(sub(size * 2, turned), 1))  # type: ignore[no-any-return]


PLACES: dict[str, Callable[[Variable, Any], Variable]] = {
    "edge": edge, "wrap": wrap, "reflect": reflect, "symmetric": symmetric,
}  # fmt: skip
FOLDS: dict[str, Callable[..., Variable]] = {
    "maximum": reductions.max, "minimum": reductions.min, "mean": reductions.mean, "median": reductions.median,
}  # fmt: skip


def pad(
    x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0, end_values: Any = 0,
    stat_length: Any = None, reflect_type: str = "even",
) -> Variable:  # fmt: skip
    """x with borders of these widths: one number, a pair, or a pair (before, after) for each axis.

    `mode` is NumPy's: "constant", "empty" (zeros here), "edge", "reflect", "symmetric", "wrap", "linear_ramp",
    "maximum", "minimum", "mean" or "median" (of `stat_length` elements next to the border).
    """
    x = as_variable(x)
    if mode not in (*PLACES, *FOLDS, "constant", "empty", "linear_ramp"):
        raise InvalidValue(message(f"there is no mode {mode!r}", (), [", ".join(("constant", *PLACES, *FOLDS))]))
    if reflect_type not in ("even", "odd"):
        raise InvalidValue(message(f"reflect_type is 'even' or 'odd', not {reflect_type!r}"))
    values = pairs(end_values if mode == "linear_ramp" else constant_values, x.ndim)
    lengths = pairs(stat_length, x.ndim)
    for axis, widths in enumerate(pairs(pad_width, x.ndim)):
        before, after = (size_from(width) for width in widths)
        if any(isinstance(width, int) and width < 0 for width in (before, after)):
            raise InvalidValue(message(f"a border is not negative, and axis {axis} has {widths}"))
        if (before, after) == (0, 0):
            continue
        if mode in PLACES and not (reflect_type == "odd" and mode in ("reflect", "symmetric")):
            x = by_places(x, axis, before, after, PLACES[mode])
        elif mode in PLACES:
            x = turned_over(x, axis, before, after, mode)
        else:
            x = with_borders(x, axis, (before, after), mode, values[axis], lengths[axis])
    return x


def places(x: Variable, axis: int, before: Number, after: Number) -> tuple[Variable, Number]:
    """The place of each element of the result, counted from the first of x, and the size of x."""
    size = sizes_of(x)[axis]
    return sub(counted(size + before + after), before), size


def by_places(x: Variable, axis: int, before: Number, after: Number, rule: Any) -> Variable:
    """Elements of x beyond its ends, by a rule for places."""
    place, size = places(x, axis, before, after)
    return take(x, rule(place, size), axis=axis)


def turned_over(x: Variable, axis: int, before: Number, after: Number, mode: str) -> Variable:
    """A mirror that turns values over as well: twice the edge less the mirrored element, and so on beyond.

    Over two mirrors elements come again, raised by twice the difference of the edges.
    """
    place, size = places(x, axis, before, after)
    mirrored = take(x, PLACES[mode](place, size), axis=axis)
    first, last = (take(x, [end], axis=axis) for end in (0, -1))
    mirrors = floor_div(place, maximum(sub(size, 1), 1) if mode == "reflect" else size)
    others = [other for other in range(x.ndim) if other != axis]
    mirrors = cast(with_new_axes(mirrors, others, x.ndim), x.dtype)
    rise = last - first
    turned = sub(first * 2 + (mirrors + 1) * rise, mirrored)
    again = switch(eq(mirrors, 0), mirrored, mirrored + mirrors * rise)
    return switch(eq(mod(mirrors, 2), 0), again, turned)  # type: ignore[no-any-return]


def with_borders(x: Variable, axis: int, widths: Pair, mode: str, values: Pair, lengths: Pair) -> Variable:
    """x between a part before it and a part after it."""
    parts = [x]
    for at_end in (False, True):
        width = widths[at_end]
        shape = list(sizes_of(x))
        shape[axis] = width
        border = border_part(x, axis, shape, mode, values[at_end], lengths[at_end], at_end)
        parts = [*parts, border] if at_end else [border, *parts]
    return concatenate(parts, axis=axis)


def border_part(
    x: Variable, axis: int, shape: list[Number], mode: str, value: Any, length: Any, at_end: bool
) -> Variable:
    """One border."""
    if mode in ("constant", "empty"):
        return spread(cast_to(as_variable(value), x.type.dtype), shape)
    index: list[Any] = [slice(None)] * x.ndim
    if mode == "linear_ramp":
        index[axis] = slice(-1, None) if at_end else slice(0, 1)
        return ramp(addbroadcast(x[tuple(index)], axis), value, axis, shape, at_end)
    if length is not None:
        index[axis] = slice(sub(sizes_of(x)[axis], length), None) if at_end else slice(None, length)
    found = FOLDS[mode](x[tuple(index)], axis=axis, keepdims=True)
    if x.type.dtype.kind in "iu" and found.type.dtype.kind == "f":
        found = round_half_to_even(found)
    return spread(cast_to(found, x.type.dtype), shape)


def ramp(near: Variable, value: Any, axis: int, shape: list[Number], at_end: bool) -> Variable:
    """Numbers that go from the edge to an end value in equal steps."""
    width = shape[axis]
    steps = with_new_axes(counted(width), [other for other in range(near.ndim) if other != axis], near.ndim)
    share = (cast(steps, "float64") + 1) / width if at_end else 1 - cast(steps, "float64") / width
    name = "complex128" if near.type.dtype.kind == "c" else "float64"
    wide = cast(near, name)
    found = wide + share * (cast(as_variable(value), name) - wide)
    return cast(found, near.dtype)
