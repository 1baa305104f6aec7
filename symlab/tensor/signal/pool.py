"""Pooling: the largest, the sum or the mean of each window of images."""

from __future__ import annotations

import builtins
from math import prod
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.elementwise import true_div
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of, with_new_axes
from symlab.core.ops.windows import added_to, windows
from symlab.tensor.creation import ones
from symlab.tensor.elementwise import maximum
from symlab.tensor.padding import pad as padded
from symlab.tensor.reductions import max, sum
from symlab.tensor.signal.chosen_windows import chosen, pooled_by_places

__all__ = ["Pool", "max_pool_2d_same_size", "pool_2d", "pool_3d"]

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def pool_2d(
    input: Any, ws: Any = None, ignore_border: bool | None = None, stride: Any = None, pad: Any = None,
    mode: str = "max", ds: Any = None, st: Any = None, padding: Any = None,
) -> Variable:  # fmt: skip
    """Windows of `ws` elements of the last two axes, `stride` apart, each made one number.

    `mode` is "max", "sum", "average_inc_pad" or "average_exc_pad" (a mean with or without what `pad` added). Windows
    that reach over the border are left out if `ignore_border`, else they hold fewer elements. The numbers may be
    expressions, such as a vector of integers for `ws`.
    """
    size, steps = either(ws, ds, "ws and ds"), either(stride, st, "stride and st")
    return pooled(2, input, size, ignore_border, steps, either(pad, padding, "pad and padding"), mode)


def pool_3d(
    input: Any, ws: Any = None, ignore_border: bool | None = None, stride: Any = None, pad: Any = None,
    mode: str = "max", ds: Any = None, st: Any = None, padding: Any = None,
) -> Variable:  # fmt: skip
    """As `pool_2d`, over the last three axes."""
    size, steps = either(ws, ds, "ws and ds"), either(stride, st, "stride and st")
    return pooled(3, input, size, ignore_border, steps, either(pad, padding, "pad and padding"), mode)


class Pool:
    """Theano's class of this name, whose instances pool the last `ndim` axes."""

    def __init__(self, ignore_border: bool = False, mode: str = "max", ndim: int = 2, openmp: bool | None = None):
        self.ignore_border, self.mode, self.ndim = ignore_border, mode, ndim

    def __call__(self, x: Any, ws: Any, stride: Any = None, pad: Any = None) -> Variable:
        """Windows of `ws` elements, `stride` apart, each made one number."""
        return pooled(self.ndim, x, ws, self.ignore_border, stride, pad, self.mode)

    @staticmethod
    def out_shape(
        imgshape: Any, ws: Any = None, ignore_border: bool = False, stride: Any = None, pad: Any = None,
        ndim: int = 2, ds: Any = None, st: Any = None, padding: Any = None,
    ) -> list[Any]:  # fmt: skip
        """The sizes of what is pooled, from those of the images."""
        size = numbers(either(ws, ds, "ws and ds"), ndim, 1, "ws")
        stride, around = either(stride, st, "stride and st"), either(pad, padding, "pad and padding")
        steps = size if stride is None else numbers(stride, ndim, 1, "stride")
        widths = (0,) * ndim if around is None else numbers(around, ndim, 0, "pad")
        if len(imgshape) < ndim:
            raise InvalidValue(message(f"pooling over {ndim} axes needs as many, not the shape {tuple(imgshape)}"))
        found = list(imgshape[: len(imgshape) - ndim])
        for length, part, step, width in zip(imgshape[len(imgshape) - ndim :], size, steps, widths, strict=True):
            whole = length + 2 * width
            whole += 0 if ignore_border else missing(whole, part, step)
            found.append(maximum_of((whole - part) // step + 1, 0))
        return found


def numbers(value: Any, rank: int, least: int, what: str) -> tuple[int, ...]:
    """One integer for each axis."""
    found = (value,) * rank if isinstance(value, (int, np.integer)) else tuple(value)
    if len(found) != rank or any(not isinstance(item, (int, np.integer)) or item < least for item in found):
        raise InvalidValue(message(f"{what} is an integer of {least} or more for each of {rank} axes, not {value!r}"))
    return tuple(int(item) for item in found)


def either(new: Any, old: Any, names: str) -> Any:
    """The one of two options with the same meaning that was given."""
    if new is not None and old is not None:
        raise InvalidValue(message(f"{names} have the same meaning, and both were given", (), ["one of them"]))
    return old if new is None else new


def pooled(rank: int, input: Any, ws: Any, ignore_border: Any, stride: Any, pad: Any, mode: str) -> Variable:
    """The general case."""
    x = as_variable(input)
    if x.ndim < rank:
        raise TypeMismatch(message(f"pooling over {rank} axes needs as many", [(x.name or "input", x)]))
    if ws is None:
        raise InvalidValue(message("pooling needs the size of windows", (), ["ws=(2, 2)"]))
    if mode not in MODES:
        raise InvalidValue(message(f"there is no mode {mode!r}", (), [", ".join(MODES)]))
    if any(map(chosen, (ws, stride, pad))):
        return pooled_by_places(x, rank, ws, bool(ignore_border), stride, pad, mode, least_of(x))
    size, around = numbers(ws, rank, 1, "ws"), numbers(0 if pad is None else pad, rank, 0, "pad")
    steps = size if stride is None else numbers(stride, rank, 1, "stride")
    if any(width >= part for width, part in zip(around, size, strict=True)):
        raise InvalidValue(message(f"a border of {around} is wider than windows of {size}"))
    if any(around) and not ignore_border:
        raise InvalidValue(message("a border is offered with ignore_border=True only", (), ["ignore_border=True"]))
    ends = around if ignore_border else tuple(map(missing, sizes_of(x)[x.ndim - rank :], size, steps))
    widths = [(0, 0)] * (x.ndim - rank) + list(zip(around, ends, strict=True))
    return folded(x, size, steps, widths, mode)


def missing(length: Any, size: int, step: int) -> Any:
    """What is missing at the end so that every element is in a window that starts within the image."""
    if step >= size:
        count = (length + step - 1) // step
    else:
        count = maximum_of((length - size + step - 1) // step, 0) + 1
    return maximum_of((count - 1) * step + size - length, 0)


def maximum_of(value: Any, least: int) -> Any:
    """The larger of a size and a number."""
    return builtins.max(value, least) if isinstance(value, int) else maximum(value, least)


def folded(x: Variable, size: tuple[int, ...], steps: tuple[int, ...], widths: Any, mode: str) -> Variable:
    """The windows of x with its border, each made one number."""
    rank = len(size)
    axes = tuple(range(x.ndim - rank, x.ndim))
    value = least_of(x) if mode == "max" else 0
    found = windows(padded(x, widths, constant_values=value), size=size, steps=steps)
    if mode == "max":
        return max(found, axis=axes)
    total = sum(found, axis=axes)
    if mode == "sum":
        return total
    if mode == "average_inc_pad" and any(before for before, _ in widths):
        return true_div(total, prod(size))  # type: ignore[no-any-return]
    inside = padded(ones(sizes_of(x)[x.ndim - rank :], dtype=x.dtype), widths[x.ndim - rank :])
    return true_div(total, sum(windows(inside, size=size, steps=steps), axis=tuple(range(rank))))  # type: ignore[no-any-return]


def least_of(x: Variable) -> Any:
    """The least number of a dtype."""
    return -np.inf if x.type.dtype.kind == "f" else np.iinfo(x.type.dtype).min


def max_pool_2d_same_size(input: Any, patch_size: Any) -> Variable:
    """Images in which all but the largest elements of each window are 0."""
    x, size = as_variable(input), numbers(patch_size, 2, 1, "patch_size")
    found = windows(x, size=size, steps=size)
    rank = x.ndim
    largest = with_new_axes(max(found, axis=(rank - 2, rank - 1)), [rank - 2, rank - 1], rank + 2)
    return added_to(switch(eq(found, largest), found, 0), x, size, size)
