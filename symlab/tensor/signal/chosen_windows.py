"""Pooling whose windows, steps or borders the call chooses: each element of a window is read from its place."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.custom.watch import CheckAndRaise
from symlab.core.ir.errors import InvalidValue
from symlab.core.ops.bits import and_
from symlab.core.ops.compare import ge, gt, le, lt, switch
from symlab.core.ops.elementwise import add, cast, maximum, mul, sub, true_div
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.rounding import floor_div
from symlab.core.ops.shape import number_of, shuffled, sizes_of
from symlab.tensor.arguments import elements_of, size_from
from symlab.tensor.creation import arange
from symlab.tensor.elementwise import clip
from symlab.tensor.reductions import max, sum


def chosen(value: Any) -> bool:
    """Whether a size is an expression, or a list with one in it."""
    return isinstance(value, Variable) or (isinstance(value, (list, tuple)) and any(map(chosen, value)))


def scalars(value: Any, rank: int) -> list[Variable]:
    """One integer for each axis, as scalars of int64."""
    if isinstance(value, Variable) and value.ndim:
        value = elements_of(value, rank)
    elif not isinstance(value, (list, tuple, np.ndarray)):
        value = [value] * rank
    if len(value) != rank:
        raise InvalidValue(f"{rank} sizes are wanted, one for each axis, and there are {len(value)}")
    return [cast(as_variable(size_from(item)), dtype="int64") for item in value]


@dataclass(frozen=True)
class Windows:
    """The windows along one axis: how far apart they start, and which of their places lie within the images."""

    places: Variable  # of each element of each window, brought into the images
    inside: Variable  # whether it was there


def along(length: Any, part: Variable, step: Variable, width: Variable, ignore_border: bool) -> Windows:
    """The windows along an axis of this length, with a border of this width."""
    fitting = add(floor_div(sub(add(length, mul(2, width)), part), step), 1)
    if not ignore_border:  # the last one may reach over the end, but does not start there
        within = add(floor_div(sub(add(sub(length, part), step), 1), step), 1)
        apart = floor_div(sub(add(length, step), 1), step)
        fitting = switch(ge(step, part), apart, maximum(within, 1))
    starts = sub(mul(arange(number_of(maximum(fitting, 0))), step), width)
    places = add(shuffled(starts, (0, "x")), shuffled(arange(number_of(part)), ("x", 0)))
    return Windows(clip(places, 0, sub(length, 1)), and_(ge(places, 0), lt(places, length)))


def pooled_by_places(
    x: Variable, rank: int, ws: Any, ignore_border: bool, stride: Any, pad: Any, mode: str, least: Any
) -> Variable:
    """The windows of the last `rank` axes of x, each made one number; `least` is the least number of its dtype."""
    size = [POSITIVE(part, gt(part, 0)) for part in scalars(ws, rank)]
    steps = size if stride is None else [POSITIVE(step, gt(step, 0)) for step in scalars(stride, rank)]
    widths = scalars(0 if pad is None else pad, rank)
    around = [checked(width, part, ignore_border) for width, part in zip(widths, size, strict=True)]
    lengths = [as_variable(length) for length in sizes_of(x)[x.ndim - rank :]]
    windows = [
        along(*numbers, ignore_border=bool(ignore_border)) for numbers in zip(lengths, size, steps, around, strict=True)
    ]
    patterns = [[0 if k == 2 * n else 1 if k == 2 * n + 1 else "x" for k in range(2 * rank)] for n in range(rank)]
    index = [shuffled(item.places, pattern) for item, pattern in zip(windows, patterns, strict=True)]
    inside = functools.reduce(
        and_, (shuffled(item.inside, pattern) for item, pattern in zip(windows, patterns, strict=True))
    )
    axes = tuple(x.ndim - rank + 2 * number + 1 for number in range(rank))
    found = switch(inside, x[(..., *index)], least if mode == "max" else 0)
    if mode == "max":
        return max(found, axis=axes)
    total = sum(found, axis=axes)
    if mode == "sum":
        return total
    if mode == "average_inc_pad" and ignore_border:
        return true_div(total, cast(functools.reduce(mul, size), dtype=x.dtype))  # type: ignore[no-any-return]
    return true_div(total, sum(cast(inside, dtype=x.dtype), axis=tuple(range(1, 2 * rank, 2))))  # type: ignore[no-any-return]


POSITIVE = CheckAndRaise(InvalidValue, "windows and steps are integers of 1 or more")
NARROW = CheckAndRaise(InvalidValue, "a border is not negative, and narrower than the windows")
NONE = CheckAndRaise(InvalidValue, "a border is offered with ignore_border=True only")


def checked(width: Variable, part: Variable, ignore_border: bool) -> Variable:
    """The width of a border, once the call has shown that it fits the windows."""
    fitting = NARROW(width, and_(ge(width, 0), lt(width, part)))
    return fitting if ignore_border else NONE(fitting, le(width, 0))
