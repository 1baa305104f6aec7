"""Convolutions of images and volumes and their gradients, with Theano's arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.autodiff import Lop
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.core.ops.conv import conv as correlate
from symlab.core.ops.conv import conv_filters, conv_images
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import add, mul
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import Number, reshaped, separated, sizes_of, specified
from symlab.tensor.arguments import promoted, size_from
from symlab.tensor.creation import zeros
from symlab.tensor.padding import pad
from symlab.tensor.reductions import sum
from symlab.tensor.shaping import flip

# fmt: off
__all__ = [
    "causal_conv1d", "conv2d", "conv2d_grad_wrt_inputs", "conv2d_grad_wrt_weights", "conv2d_transpose", "conv3d",
    "conv3d_grad_wrt_inputs", "conv3d_grad_wrt_weights", "separable_conv2d", "separable_conv3d",
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
    given = options(2, border_mode, subsample, filter_dilation, num_groups)
    x, w = operands(input, filters, 2, (shape, filter_shape))
    if unshared:
        return unshared_conv(x, w, filter_flip, given)
    return correlate(x, flipped(w, 2, filter_flip), **given)  # type: ignore[no-any-return]


def unshared_conv(x: Variable, w: Variable, flips: bool, given: dict[str, Any]) -> Variable:
    """`conv2d` with filters of their own for each place of the result."""
    batch, channels, *lengths = sizes_of(x)
    out, _, _, inner, *sizes = sizes_of(w)
    around, places = [], []
    for axis, entry in enumerate(given["border"]):
        wide = (sizes[axis] - 1) * given["spacing"][axis] + 1
        pair = entry if isinstance(entry, tuple) else (wide - 1,) * 2 if entry == "full" else (wide // 2,) * 2
        count = (lengths[axis] + pair[0] + pair[1] - wide) // given["steps"][axis] + 1
        around.append(pair)
        starts = mul(counted(count), given["steps"][axis]).dimshuffle(0, "x")
        places.append(add(starts, mul(counted(sizes[axis]), given["spacing"][axis]).dimshuffle("x", 0)))
    rows, columns = places[0].dimshuffle(0, "x", 1, "x"), places[1].dimshuffle("x", 0, "x", 1)
    images = pad(x, [(0, 0), (0, 0), *around])[:, :, rows, columns]
    groups, (high, wide) = given["groups"], sizes_of(images)[2:4]
    grouped = reshaped(images, [batch, groups, channels // groups, high, wide, *sizes])
    split = reshaped(flipped(w, 2, flips), [groups, out // groups, high, wide, inner, *sizes])
    found = sum(
        mul(grouped.dimshuffle(0, 1, "x", 3, 4, 2, 5, 6), split.dimshuffle("x", 0, 1, 2, 3, 4, 5, 6)), axis=(5, 6, 7)
    )
    return reshaped(found, [batch, out, high, wide])


def transposed(made: Variable, like: Variable, cotangent: Variable) -> Variable:
    """The gradient of what is linear in `like`, whose values are not looked at."""
    return Lop(made, like, cotangent)  # type: ignore[no-any-return]


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
    unshared: bool = False,
) -> Variable:  # fmt: skip
    """The gradient of `conv2d` with respect to its images, given that of its result."""
    given = options(2, border_mode, subsample, filter_dilation, num_groups)
    if unshared:
        g, w = operands(output_grad, declared(as_variable(filters), filter_shape), 2)
        images = zeros([sizes_of(g)[0], sizes_of(w)[3] * num_groups, *spatial(input_shape, 2)], dtype=g.dtype)
        return transposed(unshared_conv(images, w, filter_flip, given), images, g)
    return grad_wrt_inputs(2, output_grad, filters, input_shape, filter_shape, filter_flip, given)


def conv2d_grad_wrt_weights(
    input: Any, output_grad: Any, filter_shape: Any, input_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), filter_flip: bool = True, filter_dilation: Any = (1, 1), num_groups: int = 1,
    unshared: bool = False,
) -> Variable:  # fmt: skip
    """The gradient of `conv2d` with respect to its filters, given that of its result."""
    given = options(2, border_mode, subsample, filter_dilation, num_groups)
    if unshared:
        x, g = operands(declared(as_variable(input), input_shape), output_grad, 2)
        channels, *size = sizes_of(x)[1] // num_groups, *spatial(filter_shape, 2)
        w = zeros([sizes_of(g)[1], *sizes_of(g)[2:], channels, *size], dtype=g.dtype)
        return transposed(unshared_conv(x, w, filter_flip, given), w, g)
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
    unshared: bool = False,
) -> Variable:  # fmt: skip
    """The transpose of `conv2d`: images of `output_shape` that a convolution would have made smaller."""
    return conv2d_grad_wrt_inputs(
        input, filters, output_shape, filter_shape, border_mode, input_dilation, filter_flip, filter_dilation,
        num_groups, unshared,
    )  # fmt: skip


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
    """The convolution of series (batch, channels, time) in which no result sees what comes after it.

    With `unshared` each time of the result has filters of its own: (out, times, channels / groups, length).
    """
    x, w = operands(input, filters, 1, (input_shape, filter_shape))
    length = w.type.shape[-1]
    if length is None:
        tries = ["filter_shape="]
        raise ShapeMismatch(message("causal_conv1d needs the length of the filters", [("filters", w)], tries))
    before = (length - 1) * filter_dilation
    if unshared:
        given = options(2, [(before, 0), (0, 0)], (subsample, 1), (filter_dilation, 1), num_groups)
        images, kernels = x.dimshuffle(0, 1, 2, "x"), w.dimshuffle(0, 1, "x", 2, 3, "x")
        return unshared_conv(images, flipped(kernels, 2, filter_flip), False, given)[..., 0]  # type: ignore[no-any-return]
    given = options(1, [(before, 0)], (subsample,), (filter_dilation,), num_groups)
    return correlate(x, flipped(w, 1, filter_flip), **given)  # type: ignore[no-any-return]
