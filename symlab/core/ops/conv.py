"""Convolutions of images of any number of axes, as correlations, and the windows that they look through.

Images are (batch, channels, *sizes), filters (channels out, channels in / groups, *sizes). `border` says for each axis
what is padded: "full", "half", or numbers of zeros before and after; `steps` and `spacing` are the strides of windows
and of their elements. A convolution is bilinear, and so are its two transposes: each is the derivative of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, array_type
from symlab.core.ops.complexes import conjugate
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add
from symlab.core.ops.extents import STATIC
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import GIVEN, check_given, filled_in, separated, sizes_of, static_sizes

Array = np.ndarray[Any, Any]
Border = tuple[Any, ...]
Numbers = tuple[int, ...]

# Sizes


def padding(arithmetic: Any, border: Any, size: Any, spacing: int) -> Any:
    """How many zeros are added along an axis, before and after together."""
    if isinstance(border, tuple):
        return sum(border)
    reach = arithmetic.times(arithmetic.minus(size, 1), spacing)
    if border == "half":
        reach = arithmetic.floor_divide(arithmetic.plus(reach, 1), 2)
    return arithmetic.times(reach, 2)


def window_count(arithmetic: Any, length: Any, size: Any, border: Any, step: int, spacing: int) -> Any:
    """How many windows fit along an axis."""
    reach = arithmetic.plus(arithmetic.times(arithmetic.minus(size, 1), spacing), 1)
    free = arithmetic.minus(arithmetic.plus(length, padding(arithmetic, border, size, spacing)), reach)
    return arithmetic.maximum(arithmetic.plus(arithmetic.floor_divide(free, step), 1), 0)


def conv_sizes(
    arithmetic: Any, x: Shape, w: Shape, border: Border, steps: Numbers, spacing: Numbers, groups: int
) -> Shape:
    """The images that filters make of images."""
    counts = map(window_count, (arithmetic,) * len(steps), x[2:], w[2:], border, steps, spacing)
    return (x[0], w[0], *counts)


def asked_sizes(arithmetic: Any, sizes: Sequence[Any], first: int) -> list[Any]:
    """Sizes that are given, some of them as operands from place `first` on."""
    places = iter(range(first, first + len(sizes)))
    return [arithmetic.value(next(places)) if size == GIVEN else size for size in sizes]


def image_sizes(arithmetic: Any, w: Shape, g: Shape, *given: Shape, sizes: Any, groups: int, **others: Any) -> Shape:
    """The images from which a gradient comes."""
    return (g[0], arithmetic.times(w[1], groups), *asked_sizes(arithmetic, sizes, 2))


def filter_sizes(arithmetic: Any, x: Shape, g: Shape, *given: Shape, sizes: Any, groups: int, **others: Any) -> Shape:
    """The filters from which a gradient comes."""
    return (g[1], arithmetic.floor_divide(x[1], groups), *asked_sizes(arithmetic, sizes, 2))


# Types


def check_images(*operands: ArrayType, steps: Numbers) -> None:
    """Raise unless operands are floating-point images of the rank that the strides have."""
    for place, item in enumerate(operands):
        if item.dtype.kind not in "fc" or item.dtype != operands[0].dtype:
            raise Misfit(
                f"{{{place}}} has dtype {item.dtype.name}: floats of one dtype are wanted", "a cast", kind=TypeMismatch
            )
        if item.ndim != len(steps) + 2:
            raise Misfit(f"{{{place}}} has {item.ndim} axes, and {len(steps) + 2} are wanted", kind=TypeMismatch)


def conv_type(attributes: Mapping[str, Any], x: ArrayType, w: ArrayType) -> ArrayType:
    """The type of `conv`."""
    check_images(x, w, steps=attributes["steps"])
    groups, channels = attributes["groups"], (x.shape[1], w.shape[1], w.shape[0])
    if None not in channels[:2] and channels[0] != channels[1] * groups:
        raise Misfit(f"{{0}} has {channels[0]} channels, and {{1}} takes {channels[1]} in each of {groups} groups")
    if channels[2] is not None and channels[2] % groups:
        raise Misfit(f"{channels[2]} filters are not so many in each of {groups} groups")
    return array_type(x.dtype, conv_sizes(STATIC, x.shape, w.shape, **attributes))


def transpose_type(sizes: Any) -> Any:
    """The type of a transpose whose shape these sizes give."""

    def infer(attributes: Mapping[str, Any], first: ArrayType, g: ArrayType, *given: ArrayType) -> ArrayType:
        check_images(first, g, steps=attributes["steps"])
        check_given(attributes["sizes"], given)
        spatial = static_sizes(attributes["sizes"])
        return array_type(first.dtype, sizes(STATIC, first.shape, g.shape, **{**attributes, "sizes": ()}) + spatial)

    return infer


# References


def pads(border: Border, sizes: Sequence[int], spacing: Numbers) -> list[tuple[int, int]]:
    """The zeros before and after, axis by axis."""
    found = []
    for entry, size, space in zip(border, sizes, spacing, strict=True):
        reach = (size - 1) * space
        half = (reach + 1) // 2
        found.append(entry if isinstance(entry, tuple) else (reach, reach) if entry == "full" else (half, half))
    return found


def padded(x: Array, border: Sequence[tuple[int, int]], value: float = 0.0) -> Array:
    """Images with a border."""
    if not any(map(any, border)):
        return x
    return np.pad(x, [(0, 0)] * (x.ndim - len(border)) + list(border), constant_values=value)


def counts_of(lengths: Sequence[int], sizes: Sequence[int], steps: Numbers, spacing: Numbers) -> tuple[int, ...]:
    """How many windows fit, axis by axis."""
    free = [length - (size - 1) * space - 1 for length, size, space in zip(lengths, sizes, spacing, strict=True)]
    return tuple(max(rest // step + 1, 0) for rest, step in zip(free, steps, strict=True))


def offsets(
    sizes: Sequence[int], counts: Sequence[int], steps: Numbers, spacing: Numbers
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Each element of a window, and where it lies in an image for all windows."""
    for place in product(*map(range, sizes)):
        starts = [at * space for at, space in zip(place, spacing, strict=True)]
        yield place, (..., *map(stepped, starts, counts, steps))


def stepped(start: int, count: int, step: int) -> slice:
    """So many elements from a start."""
    return slice(start, start + (count - 1) * step + 1 if count else start, step)


def columns(x: Array, sizes: Sequence[int], counts: Sequence[int], steps: Numbers, spacing: Numbers) -> Array:
    """The windows of images that have their border: (..., channels, *sizes, *counts)."""
    found = np.empty((*x.shape[: -len(sizes)], *sizes, *counts), x.dtype)
    lead: tuple[Any, ...] = (slice(None),) * (x.ndim - len(sizes))
    for place, region in offsets(sizes, counts, steps, spacing):
        found[(*lead, *place)] = x[region]
    return found


def scattered(c: Array, lengths: Sequence[int], counts: Sequence[int], steps: Numbers, spacing: Numbers) -> Array:
    """The transpose of `columns`: windows added up where they lie."""
    rank = len(counts)
    front, sizes = c.shape[: -2 * rank], c.shape[-2 * rank : -rank]
    found = np.zeros((*front, *lengths), c.dtype)
    lead: tuple[Any, ...] = (slice(None),) * len(front)
    for place, region in offsets(sizes, counts, steps, spacing):
        found[region] += c[(*lead, *place)]
    return found


def check_channels(x: Array, w: Array, groups: int) -> None:
    """Raise unless images have the channels that filters take."""
    if x.shape[1] != w.shape[1] * groups or w.shape[0] % groups:
        raise ValueError(
            f"images have {x.shape[1]} channels; {w.shape[0]} filters in {groups} groups take {w.shape[1]}"
        )


def conv_reference(x: Array, w: Array, border: Border, steps: Numbers, spacing: Numbers, groups: int) -> Array:
    """One image after another: its windows as columns, times the filters as rows."""
    check_channels(x, w, groups)
    sizes = w.shape[2:]
    x = padded(x, pads(border, sizes, spacing))
    counts = counts_of(x.shape[2:], sizes, steps, spacing)
    rows = w.reshape(groups, w.shape[0] // groups, prod(w.shape[1:]))
    found = np.empty((len(x), groups, rows.shape[1], prod(counts)), x.dtype)
    for image, result in zip(x, found, strict=True):
        windows = columns(image, sizes, counts, steps, spacing).reshape(groups, rows.shape[2], prod(counts))
        np.matmul(rows, windows, out=result)
    return found.reshape(len(x), w.shape[0], *counts)


def image_reference(
    w: Array, g: Array, *given: Any, sizes: Any, border: Border, steps: Numbers, spacing: Numbers, groups: int
) -> Array:
    """One image after another: filters times gradients, added up where windows lie, without the border."""
    lengths = tuple(map(int, filled_in(sizes, given)))
    around = pads(border, w.shape[2:], spacing)
    full = tuple(length + sum(pair) for length, pair in zip(lengths, around, strict=True))
    counts = counts_of(full, w.shape[2:], steps, spacing)
    if g.shape[1:] != (w.shape[0], *counts) or w.shape[0] % groups:
        raise ValueError(f"gradients have shape {g.shape}, where {w.shape[0]} channels of {counts} are expected")
    rows = np.swapaxes(w.reshape(groups, w.shape[0] // groups, prod(w.shape[1:])), 1, 2)
    found = np.empty((len(g), w.shape[1] * groups, *lengths), w.dtype)
    inner = (slice(None), *(slice(low, low + length) for (low, _), length in zip(around, lengths, strict=True)))
    for gradient, result in zip(g, found, strict=True):
        windows = np.matmul(rows, gradient.reshape(groups, rows.shape[2], prod(counts)))
        windows = windows.reshape(w.shape[1] * groups, *w.shape[2:], *counts)
        result[...] = scattered(windows, full, counts, steps, spacing)[inner]
    return found


def filter_reference(
    x: Array, g: Array, *given: Any, sizes: Any, border: Border, steps: Numbers, spacing: Numbers, groups: int
) -> Array:
    """One image after another: gradients times windows, added up."""
    lengths = tuple(map(int, filled_in(sizes, given)))
    x = padded(x, pads(border, lengths, spacing))
    counts = counts_of(x.shape[2:], lengths, steps, spacing)
    if g.shape != (len(x), g.shape[1], *counts) or g.shape[1] % groups or x.shape[1] % groups:
        raise ValueError(f"gradients have shape {g.shape}, where {len(x)} images of {counts} are expected")
    depth = x.shape[1] // groups * prod(lengths)
    found = np.zeros((groups, g.shape[1] // groups, depth), x.dtype)
    for image, gradient in zip(x, g, strict=True):
        windows = columns(image, lengths, counts, steps, spacing).reshape(groups, depth, prod(counts))
        found += np.matmul(gradient.reshape(groups, found.shape[1], prod(counts)), np.swapaxes(windows, 1, 2))
    return found.reshape(g.shape[1], x.shape[1] // groups, *lengths)


# Derivatives


def to_images(w: Variable, g: Variable, like: Variable, **attributes: Any) -> Variable:
    """`conv_images` with the sizes of images."""
    template, given = separated(sizes_of(like)[2:])
    return conv_images(w, g, *given, sizes=template, **attributes)  # type: ignore[no-any-return]


def to_filters(x: Variable, g: Variable, like: Variable, **attributes: Any) -> Variable:
    """`conv_filters` with the sizes of filters."""
    template, given = separated(sizes_of(like)[2:])
    return conv_filters(x, g, *given, sizes=template, **attributes)  # type: ignore[no-any-return]


def conv_vjp(g: Variable, y: Variable, x: Variable, w: Variable, **attributes: Any) -> tuple[Variable, Variable]:
    """Each operand with the other's transpose."""
    return to_images(conjugate(w), g, x, **attributes), to_filters(conjugate(x), g, w, **attributes)


def images_vjp(
    c: Variable, y: Variable, w: Variable, g: Variable, *given: Variable, sizes: Any, **attributes: Any
) -> tuple[Any, ...]:
    """The cotangent takes the place of the images."""
    none = (None,) * len(given)
    return (to_filters(c, conjugate(g), w, **attributes), conv(c, conjugate(w), **attributes), *none)


def filters_vjp(
    c: Variable, y: Variable, x: Variable, g: Variable, *given: Variable, sizes: Any, **attributes: Any
) -> tuple[Any, ...]:
    """The cotangent takes the place of the filters."""
    none = (None,) * len(given)
    return (to_images(c, conjugate(g), x, **attributes), conv(conjugate(x), c, **attributes), *none)


def bilinear_jvp(
    tangents: Sequence[Any], y: Variable, a: Variable, b: Variable, *given: Variable, **attributes: Any
) -> Any:
    """The sum over both operands."""
    terms = [] if tangents[0] is None else [y.op(tangents[0], b, *given, **attributes)]
    if tangents[1] is not None:
        terms.append(y.op(a, tangents[1], *given, **attributes))
    return terms[0] if len(terms) == 1 else add(*terms)


conv: Op = declared(
    "conv",
    Kind.CALL,
    doc="The correlation of images with filters.",
    reference=conv_reference,
    infer=conv_type,
    vjp=conv_vjp,
    jvp=bilinear_jvp,
    latex=r"{0} \star {1}",
    extra=MappingProxyType({"sizes": conv_sizes}),
)

conv_images: Op = declared(
    "conv_images",
    Kind.CALL,
    doc="The transpose of `conv` with respect to the images: filters laid where their windows were, times gradients.",
    reference=image_reference,
    infer=transpose_type(image_sizes),
    vjp=images_vjp,
    jvp=bilinear_jvp,
    extra=MappingProxyType({"sizes": image_sizes, "values": 2}),
)

conv_filters: Op = declared(
    "conv_filters",
    Kind.CALL,
    doc="The transpose of `conv` with respect to the filters: gradients times the windows that they came from.",
    reference=filter_reference,
    infer=transpose_type(filter_sizes),
    vjp=filters_vjp,
    jvp=bilinear_jvp,
    extra=MappingProxyType({"sizes": filter_sizes, "values": 2}),
)
