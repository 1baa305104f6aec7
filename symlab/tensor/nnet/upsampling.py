"""Images made larger by linear interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops.conv import conv_images
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import add, cast, mul, true_div
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import joined_size, reshaped, separated, sizes_of
from symlab.tensor.arguments import size_from
from symlab.tensor.joining import concatenate
from symlab.tensor.nnet.convolutions import numbers
from symlab.tensor.types import dtype_of

__all__ = ["bilinear_kernel_1D", "bilinear_kernel_2D", "bilinear_upsampling", "frac_bilinear_upsampling"]


def bilinear_kernel(ratio: int) -> np.ndarray[Any, Any]:
    """The weights by which a point spreads to its neighbours: a triangle."""
    return 1 - np.abs(np.arange(1, 2 * ratio) - ratio) / ratio


def stretched(x: Variable, axis: int, ratio: int) -> Variable:
    """Linear interpolation along one axis, in which the first and the last point go on."""
    if ratio == 1:
        return x
    others = [place for place in range(x.ndim) if place != axis]
    moved = x.dimshuffle(*others, axis)
    sizes = sizes_of(moved)
    rows = reshaped(moved, [joined_size(sizes[:-1]), 1, sizes[-1]])
    edged = concatenate([rows[:, :, :1], rows, rows[:, :, -1:]], axis=2)
    weights = as_variable(bilinear_kernel(ratio).astype(x.dtype).reshape(1, 1, -1))
    cut = 2 * ratio - (ratio - 1) // 2 - 1
    template, given = separated([sizes[-1] * ratio])
    attributes = {"border": ((cut, cut),), "steps": (ratio,), "spacing": (1,), "groups": 1}
    wide = conv_images(weights, edged, *given, sizes=template, **attributes)
    back = reshaped(wide, [*sizes[:-1], sizes[-1] * ratio])
    order = [(*others, axis).index(place) for place in range(x.ndim)]
    return back.dimshuffle(*order)  # type: ignore[no-any-return]


def bilinear_upsampling(
    input: Any,
    ratio: int | None = None,
    frac_ratio: Any = None,
    batch_size: Any = None,
    num_input_channels: Any = None,
    use_1D_kernel: bool = True,
) -> Variable:
    """Images `ratio` times as high and as wide, by linear interpolation along both axes; or larger by a fraction."""
    if (ratio is None) is (frac_ratio is None):
        raise InvalidValue(message("one of ratio and frac_ratio says how much larger images become"))
    if frac_ratio is not None:
        return frac_bilinear_upsampling(input, frac_ratio)
    (factor,) = numbers(ratio, 1, "ratio")
    x = as_variable(input)
    return stretched(stretched(x, x.ndim - 2, factor), x.ndim - 1, factor)


def frac_bilinear_upsampling(input: Any, frac_ratio: Any) -> Variable:
    """Images larger by a fraction, or by one for rows and one for columns: every den-th point of num times as many.

    frac_ratio: a pair of integers (num, den), or a pair of such pairs.
    """
    x = as_variable(input)
    pairs = [tuple(frac_ratio)] * 2 if isinstance(frac_ratio[0], (int, np.integer)) else list(map(tuple, frac_ratio))
    for axis, pair in zip((x.ndim - 2, x.ndim - 1), pairs, strict=True):
        above, below = numbers(pair, 2, "frac_ratio")
        x = stretched(x, axis, above)
        x = x[(*(slice(None),) * axis, slice(None, None, below))]
    return x


def bilinear_kernel_1D(ratio: Any, normalize: bool = True) -> Variable:
    """The weights of linear interpolation along one axis, with 1 (or `ratio`) in the middle."""
    if isinstance(ratio, Variable):
        rising = cast(add(counted(size_from(ratio)), 1), dtype=dtype_of("floatX").name)
        weights = concatenate([rising, rising[-2::-1]])
        return true_div(weights, cast(ratio, dtype=dtype_of("floatX").name)) if normalize else weights
    (factor,) = numbers(ratio, 1, "ratio")
    known = bilinear_kernel(factor) * (1 if normalize else factor)
    return as_variable(known.astype(dtype_of("floatX")))


def bilinear_kernel_2D(ratio: Any, normalize: bool = True) -> Variable:
    """The weights of linear interpolation along two axes: the product of those along each."""
    line = bilinear_kernel_1D(ratio, normalize)
    return mul(line.dimshuffle(0, "x"), line.dimshuffle("x", 0))  # type: ignore[no-any-return]
