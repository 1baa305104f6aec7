"""Convolutions of images and volumes, their gradients, and what is made of them, with Theano's arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.core.ops.conv import conv as correlate
from symlab.core.ops.conv import conv_filters, conv_images
from symlab.core.ops.elementwise import mul
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import Number, joined_size, reshaped, separated, sizes_of, specified
from symlab.core.ops.windows import windows
from symlab.tensor.arguments import promoted, size_from
from symlab.tensor.joining import concatenate
from symlab.tensor.padding import pad
from symlab.tensor.reductions import sum
from symlab.tensor.shaping import flip

# fmt: off
__all__ = [
    "bilinear_upsampling", "causal_conv1d", "conv2d", "conv2d_grad_wrt_inputs", "conv2d_grad_wrt_weights",
    "conv2d_transpose", "conv3d", "conv3d_grad_wrt_inputs", "conv3d_grad_wrt_weights", "frac_bilinear_upsampling",
    "separable_conv2d", "separable_conv3d",
]
# fmt: on


def numbers(value: Any, rank: int, what: str) -> tuple[int, ...]:
    """One positive integer for each axis."""
    found = (value,) * rank if isinstance(value, (int, np.integer)) else tuple(value)
    if len(found) != rank or any(not isinstance(item, (int, np.integer)) or item < 1 for item in found):
        raise InvalidValue(message(f"{what} is a positive integer for each of {rank} axes, not {value!r}"))
    return tuple(int(item) for item in found)


def border_of(mode: Any, rank: int) -> tuple[Any, ...]:
    """What is padded along each axis."""
    if isinstance(mode, str):
        if mode not in ("valid", "full", "half"):
            tries = ["'valid', 'full', 'half', an integer, or one or two integers for each axis"]
            raise InvalidValue(message(f"there is no border mode {mode!r}", (), tries))
        return ((0, 0),) * rank if mode == "valid" else (mode,) * rank
    entries = (mode,) * rank if isinstance(mode, (int, np.integer)) else tuple(mode)
    pairs = [tuple(map(int, entry)) if isinstance(entry, (tuple, list)) else (int(entry),) * 2 for entry in entries]
    if len(pairs) != rank or any(len(pair) != 2 or min(pair) < 0 for pair in pairs):
        raise InvalidValue(message(f"the border {mode!r} is not one or two counts for each of {rank} axes"))
    return tuple(pairs)


def declared(x: Variable, shape: Any) -> Variable:
    """x with the sizes that a caller states."""
    if shape is None:
        return x
    known = [int(size) if isinstance(size, (int, np.integer)) else None for size in shape]
    return specified(x, tuple(known))


def flipped(w: Variable, rank: int, flips: bool) -> Variable:
    """Filters turned around in space, as a convolution takes them."""
    return flip(w, tuple(range(w.ndim - rank, w.ndim))) if flips else w


def options(rank: int, border_mode: Any, subsample: Any, dilation: Any, groups: int) -> dict[str, Any]:
    """The attributes of the ops."""
    return {
        "border": border_of(border_mode, rank),
        "steps": numbers(subsample, rank, "subsample"),
        "spacing": numbers(dilation, rank, "filter_dilation"),
        "groups": numbers(groups, 1, "num_groups")[0],
    }


def operands(first: Any, second: Any, rank: int, shapes: Sequence[Any] = (None, None)) -> list[Variable]:
    """Images and filters in one dtype."""
    found = promoted([as_variable(first), as_variable(second)])
    for x in found:
        if x.type.dtype.kind not in "fc":
            raise TypeMismatch(message("convolutions take floating-point numbers", [(x.name or "x", x)], ["x.astype"]))
    return [declared(x, shape) for x, shape in zip(found, shapes, strict=True)]


def conv2d(
    input: Any, filters: Any, input_shape: Any = None, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), filter_flip: bool = True, image_shape: Any = None, filter_dilation: Any = (1, 1),
    num_groups: int = 1, unshared: bool = False,
) -> Variable:  # fmt: skip
    """The convolution of images (batch, channels, rows, columns) with filters (out, channels / groups, rows, columns).

    `border_mode` is "valid", "full", "half", a number of zeros, or one or two for each axis. With `filter_flip=False`
    it is a correlation. With `unshared` each place of the result has filters of its own: (out, rows, columns of the
    result, channels, rows, columns).
    """
    shape = image_shape if input_shape is None else input_shape
    if unshared:
        given = border_mode, subsample, filter_flip, filter_dilation, num_groups
        return unshared_conv(*operands(input, filters, 2, (shape, filter_shape)), *given)
    x, w = operands(input, filters, 2, (shape, filter_shape))
    return correlate(x, flipped(w, 2, filter_flip), **options(2, border_mode, subsample, filter_dilation, num_groups))  # type: ignore[no-any-return]


def unshared_conv(
    x: Variable, w: Variable, border: Any, subsample: Any, flips: bool, dilation: Any, groups: int
) -> Variable:
    """`conv2d` with filters of their own for each place of the result."""
    sizes = w.type.shape[-2:]
    if None in sizes or numbers(dilation, 2, "filter_dilation") != (1, 1) or groups != 1:
        tries = ["filter_shape=...", "filter_dilation=(1, 1) and num_groups=1"]
        raise InvalidValue(
            message("an unshared convolution needs filters of known sizes, undilated", [("w", w)], tries)
        )
    around = []
    for entry, size in zip(border_of(border, 2), sizes, strict=True):
        around.append(entry if isinstance(entry, tuple) else (size - 1,) * 2 if entry == "full" else (size // 2,) * 2)
    parts = windows(pad(x, [(0, 0), (0, 0), *around]), size=sizes, steps=numbers(subsample, 2, "subsample"))
    turned = flipped(w, 2, flips)  # out, rows, columns, channels, then the filter
    images = parts.dimshuffle(0, "x", 4, 5, 1, 2, 3)
    return sum(mul(images, turned.dimshuffle("x", 0, 1, 2, 3, 4, 5)), axis=(4, 5, 6))


def conv3d(
    input: Any, filters: Any, input_shape: Any = None, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1, 1), num_groups: int = 1,
) -> Variable:  # fmt: skip
    """As `conv2d`, for volumes (batch, channels, depth, rows, columns)."""
    x, w = operands(input, filters, 3, (input_shape, filter_shape))
    return correlate(x, flipped(w, 3, filter_flip), **options(3, border_mode, subsample, filter_dilation, num_groups))  # type: ignore[no-any-return]


def spatial(shape: Any, rank: int) -> list[Number]:
    """The last sizes of a shape."""
    if isinstance(shape, Variable):
        return [size_from(shape[place]) for place in range(2, 2 + rank)]
    found = list(shape)[-rank:]
    if any(size is None for size in found):
        raise InvalidValue(message(f"the shape {tuple(shape)} must state the last {rank} sizes"))
    return [size_from(size) for size in found]


def grad_wrt_inputs(rank: int, g: Any, w: Any, shape: Any, filter_shape: Any, flips: bool, given: Any) -> Variable:
    """The gradient of a convolution with respect to its images."""
    g, w = operands(g, w, rank)
    template, sizes = separated(spatial(shape, rank))
    return conv_images(flipped(declared(w, filter_shape), rank, flips), g, *sizes, sizes=template, **given)  # type: ignore[no-any-return]


def grad_wrt_weights(rank: int, x: Any, g: Any, shape: Any, input_shape: Any, flips: bool, given: Any) -> Variable:
    """The gradient of a convolution with respect to its filters."""
    x, g = operands(x, g, rank)
    template, sizes = separated(spatial(shape, rank))
    return flipped(conv_filters(declared(x, input_shape), g, *sizes, sizes=template, **given), rank, flips)


def conv2d_grad_wrt_inputs(
    output_grad: Any, filters: Any, input_shape: Any, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1), num_groups: int = 1,
) -> Variable:  # fmt: skip
    """The gradient of `conv2d` with respect to its images, given that of its result."""
    given = options(2, border_mode, subsample, filter_dilation, num_groups)
    return grad_wrt_inputs(2, output_grad, filters, input_shape, filter_shape, filter_flip, given)


def conv2d_grad_wrt_weights(
    input: Any, output_grad: Any, filter_shape: Any, input_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1), num_groups: int = 1,
) -> Variable:  # fmt: skip
    """The gradient of `conv2d` with respect to its filters, given that of its result."""
    given = options(2, border_mode, subsample, filter_dilation, num_groups)
    return grad_wrt_weights(2, input, output_grad, filter_shape, input_shape, filter_flip, given)


def conv3d_grad_wrt_inputs(
    output_grad: Any, filters: Any, input_shape: Any, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1, 1), num_groups: int = 1,
) -> Variable:  # fmt: skip
    """The gradient of `conv3d` with respect to its volumes, given that of its result."""
    given = options(3, border_mode, subsample, filter_dilation, num_groups)
    return grad_wrt_inputs(3, output_grad, filters, input_shape, filter_shape, filter_flip, given)


def conv3d_grad_wrt_weights(
    input: Any, output_grad: Any, filter_shape: Any, input_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1, 1), num_groups: int = 1,
) -> Variable:  # fmt: skip
    """The gradient of `conv3d` with respect to its filters, given that of its result."""
    given = options(3, border_mode, subsample, filter_dilation, num_groups)
    return grad_wrt_weights(3, input, output_grad, filter_shape, input_shape, filter_flip, given)


def conv2d_transpose(
    input: Any, filters: Any, output_shape: Any, filter_shape: Any = None, border_mode: Any = "valid",
    input_dilation: Any = (1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1), num_groups: int = 1,
) -> Variable:  # fmt: skip
    """The transpose of `conv2d`: images of `output_shape` that a convolution would have made smaller."""
    given = options(2, border_mode, input_dilation, filter_dilation, num_groups)
    return grad_wrt_inputs(2, input, filters, output_shape, filter_shape, filter_flip, given)


def separable(rank: int, x: Any, depthwise: Any, pointwise: Any, channels: int, given: Any, flips: bool) -> Variable:
    """Filters for each channel by itself, then sums over channels."""
    x, deep = operands(x, depthwise, rank)
    each = correlate(x, flipped(deep, rank, flips), **{**given, "groups": numbers(channels, 1, "num_channels")[0]})
    each, point = operands(each, pointwise, rank)
    one = (1,) * rank
    return correlate(each, point, border=((0, 0),) * rank, steps=one, spacing=one, groups=1)  # type: ignore[no-any-return]


def separable_conv2d(
    input: Any, depthwise_filters: Any, pointwise_filters: Any, num_channels: int, input_shape: Any = None,
    depthwise_filter_shape: Any = None, pointwise_filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1),
) -> Variable:  # fmt: skip
    """A convolution of each channel with filters of its own, and sums of the results by filters of one element."""
    given = options(2, border_mode, subsample, filter_dilation, 1)
    return separable(2, input, depthwise_filters, pointwise_filters, num_channels, given, filter_flip)


def separable_conv3d(
    input: Any, depthwise_filters: Any, pointwise_filters: Any, num_channels: int, input_shape: Any = None,
    depthwise_filter_shape: Any = None, pointwise_filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1, 1),
) -> Variable:  # fmt: skip
    """As `separable_conv2d`, for volumes."""
    given = options(3, border_mode, subsample, filter_dilation, 1)
    return separable(3, input, depthwise_filters, pointwise_filters, num_channels, given, filter_flip)


def causal_conv1d(
    input: Any, filters: Any, filter_shape: Any, input_shape: Any = None, subsample: int = 1, filter_flip: bool = True,
    filter_dilation: int = 1, num_groups: int = 1, unshared: bool = False,
) -> Variable:  # fmt: skip
    """The convolution of series (batch, channels, time) in which no result sees what comes after it."""
    if unshared:
        raise InvalidValue(message("a causal convolution with filters for each time is not offered", (), ["conv2d"]))
    x, w = operands(input, filters, 1, (input_shape, filter_shape))
    before = (w.type.shape[2] - 1) * filter_dilation if w.type.shape[2] is not None else None
    if before is None:
        raise ShapeMismatch(
            message("causal_conv1d needs the length of the filters", [("filters", w)], ["filter_shape="])
        )
    given = options(1, [(before, 0)], (subsample,), (filter_dilation,), num_groups)
    return correlate(x, flipped(w, 1, filter_flip), **given)  # type: ignore[no-any-return]


# Upsampling


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
    ratio: int,
    batch_size: Any = None,
    num_input_channels: Any = None,
    use_1D_kernel: bool = True,
) -> Variable:
    """Images `ratio` times as high and as wide, by linear interpolation along both axes."""
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
