"""The shapes of convolutions and of their gradients, from shapes that may be known in part, with Theano's names."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symlab.core.custom.watch import Assert
from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops.compare import eq, ge
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of

# fmt: off
__all__ = [
    "assert_conv_shape", "assert_shape", "check_conv_gradinputs_shape", "get_conv_gradinputs_shape",
    "get_conv_gradinputs_shape_1axis", "get_conv_gradweights_shape", "get_conv_gradweights_shape_1axis",
    "get_conv_output_shape", "get_conv_shape_1axis",
]
# fmt: on

Size = Any  # a number, an expression, or None where it is not known


def added(mode: Any, width: Size) -> Size:
    """How many elements a border adds to one axis, on both sides together."""
    if mode == "half":
        return 2 * (width // 2)
    if mode == "full":
        return 2 * (width - 1)
    if mode == "valid":
        return 0
    pair = mode if isinstance(mode, tuple) else (mode, mode)
    if min(pair) < 0:
        raise InvalidValue(message("a border has at least 0 elements on each side"))
    return pair[0] + pair[1]


def for_each(mode: Any, rank: int) -> Sequence[Any]:
    """The border of each axis."""
    return mode if isinstance(mode, tuple) else (mode,) * rank


def get_conv_shape_1axis(
    image_shape: Size, kernel_shape: Size, border_mode: Any, subsample: Size, dilation: Size = 1
) -> Size:
    """The size of one axis of a convolution; None where it is not known."""
    if any(item is None for item in (image_shape, kernel_shape, border_mode, subsample, dilation)):
        return None
    width = (kernel_shape - 1) * dilation + 1
    return (image_shape + added(border_mode, width) - width) // subsample + 1


def get_conv_gradweights_shape_1axis(
    image_shape: Size, top_shape: Size, border_mode: Any, subsample: Size, dilation: Size
) -> Size:
    """The size of one axis of the filters that make `top_shape` of `image_shape`; None where several would."""
    known = not any(item is None for item in (image_shape, top_shape, border_mode, subsample, dilation))
    if not known or subsample != 1 or border_mode == "half":
        return None
    if border_mode == "full":
        width = top_shape - image_shape
    else:
        width = image_shape + added(border_mode, 1) - top_shape
    return width // dilation + 1


def get_conv_gradinputs_shape_1axis(
    kernel_shape: Size, top_shape: Size, border_mode: Any, subsample: Size, dilation: Size
) -> Size:
    """The size of one axis of the images of which `top_shape` is made; None where several would do."""
    known = not any(item is None for item in (kernel_shape, top_shape, border_mode, subsample, dilation))
    if not known or subsample != 1:
        return None
    width = (kernel_shape - 1) * dilation + 1
    return top_shape + width - 1 - added(border_mode, width)


def spatial(
    along: Callable[..., Size], first: Sequence[Size], second: Sequence[Size], mode: Any, steps: Any, spacing: Any
) -> tuple[Size, ...]:
    """One function for each axis of an image."""
    rank = len(steps)
    return tuple(
        along(*axis)
        for axis in zip(
            first[len(first) - rank :],
            second[len(second) - rank :],
            for_each(mode, rank),
            steps,
            spacing or (1,) * rank,
            strict=True,
        )
    )


def get_conv_output_shape(
    image_shape: Sequence[Size], kernel_shape: Sequence[Size], border_mode: Any, subsample: Sequence[int],
    filter_dilation: Sequence[int] | None = None,
) -> tuple[Size, ...]:  # fmt: skip
    """The shape of a convolution; sizes that are not known are None."""
    sizes = spatial(get_conv_shape_1axis, image_shape, kernel_shape, border_mode, subsample, filter_dilation)
    return (image_shape[0], kernel_shape[0], *sizes)


def get_conv_gradweights_shape(
    image_shape: Sequence[Size], top_shape: Sequence[Size], border_mode: Any, subsample: Sequence[int],
    filter_dilation: Sequence[int] | None = None, num_groups: int = 1, unshared: bool = False,
) -> tuple[Size, ...]:  # fmt: skip
    """The shape of the filters that make `top_shape` of `image_shape`; sizes that are not known are None."""
    channels = None if image_shape[1] is None else image_shape[1] // num_groups
    places = tuple(top_shape[2:]) if unshared else ()
    given = border_mode, subsample, filter_dilation
    return (
        top_shape[1],
        *places,
        channels,
        *spatial(get_conv_gradweights_shape_1axis, image_shape, top_shape, *given),
    )


def get_conv_gradinputs_shape(
    kernel_shape: Sequence[Size], top_shape: Sequence[Size], border_mode: Any, subsample: Sequence[int],
    filter_dilation: Sequence[int] | None = None, num_groups: int = 1,
) -> tuple[Size, ...]:  # fmt: skip
    """The shape of the images of which filters make `top_shape`; sizes that are not known are None."""
    inner = kernel_shape[len(kernel_shape) - len(subsample) - 1]
    channels = None if inner is None else inner * num_groups
    given = border_mode, subsample, filter_dilation
    return (top_shape[0], channels, *spatial(get_conv_gradinputs_shape_1axis, kernel_shape, top_shape, *given))


def check_conv_gradinputs_shape(
    image_shape: Sequence[Size], kernel_shape: Sequence[Size], output_shape: Sequence[Size], border_mode: Any,
    subsample: Sequence[int], filter_dilation: Sequence[int] | None = None,
) -> bool:  # fmt: skip
    """Whether filters make `output_shape` of `image_shape`, as far as sizes are numbers that are known."""
    found = get_conv_output_shape(image_shape, kernel_shape, border_mode, subsample, filter_dilation)
    return all(
        given == made
        for given, made in zip(output_shape, found, strict=True)
        if isinstance(given, (int, np.integer)) and isinstance(made, (int, np.integer))
    )


def assert_conv_shape(shape: Sequence[Size]) -> list[Size]:
    """The sizes, once it is certain that none is below 0, nor is one after the first two 0."""
    found = []
    for place, size in enumerate(shape):
        least = 0 if place < 2 else 1
        problem = f"the result of the convolution would have a size below {least} along axis {place}"
        if isinstance(size, Variable):
            found.append(Assert(problem)(size, ge(size, least)))
        elif operator.index(size) < least:
            raise InvalidValue(message(f"{problem}: {size}"))
        else:
            found.append(size)
    return found


def assert_shape(x: Any, expected_shape: Sequence[Size], msg: str = "Unexpected shape.") -> Variable:
    """x, once it is certain that its sizes are those that are known."""
    x = as_variable(x)
    pairs = zip(sizes_of(x), expected_shape, strict=True)
    tests = [eq(as_variable(size), wanted) for size, wanted in pairs if wanted is not None]
    return Assert(msg)(x, *tests) if tests else x  # type: ignore[no-any-return]
