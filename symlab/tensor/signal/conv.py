"""Convolutions of rows of numbers, and of images that have no channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.conv import conv as correlate
from symlab.core.ops.elementwise import add, maximum, minimum
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import Number, sizes_of, with_new_axes
from symlab.tensor.arguments import promoted
from symlab.tensor.creation import arange
from symlab.tensor.linalg import tensordot
from symlab.tensor.nnet import abstract_conv
from symlab.tensor.padding import pad
from symlab.tensor.shaping import flip, squeeze

__all__ = ["conv2d", "convolve", "convolve1d", "convolve2d"]

BOUNDARIES: Mapping[str, str] = MappingProxyType({"fill": "constant", "wrap": "wrap", "symm": "symmetric"})


def conv2d(
    input: Any, filters: Any, image_shape: Any = None, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), **options: Any,
) -> Variable:  # fmt: skip
    """The convolution of an image (or each of a stack) with a filter (or each of a stack): (images, filters, ...)."""
    x, w = as_variable(input), as_variable(filters)
    for node in (x, w):
        if node.ndim not in (2, 3):
            raise TypeMismatch(message("signal.conv2d takes matrices, or stacks of them", [(node.name or "x", node)]))
    images = with_new_axes(x, [0, 1] if x.ndim == 2 else [1], 4)
    rows = with_new_axes(w, [0, 1] if w.ndim == 2 else [1], 4)
    found = abstract_conv.conv2d(images, rows, None, None, border_mode, subsample)
    dropped = [axis for axis, node in enumerate((x, w)) if node.ndim == 2]
    return squeeze(found, tuple(dropped)) if dropped else found


def convolve(a: Any, v: Any, mode: str = "full") -> Variable:
    """NumPy's convolution of two vectors: "full", "valid" where they overlap, "same" of the longer one's length."""
    x, w = convolved([a, v], 1, mode)
    full = correlated(x, flip(w), [size - 1 for size in sizes_of(w)])
    if mode == "full":
        return full
    (length,), (size,) = sizes_of(x), sizes_of(w)
    return overlap(full, [x, w]) if mode == "valid" else middle(full, [least(length, size)], [most(length, size)])


convolve1d = convolve


def convolve2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Variable:
    """SciPy's convolution of two matrices: "full", "valid" where they overlap, "same" of the first one's size.

    `boundary` says what lies beyond the edges of the first: `fillvalue`, the other end ("wrap"), a mirror ("symm").
    """
    x, w = convolved([in1, in2], 2, mode)
    if boundary not in BOUNDARIES:
        raise InvalidValue(message(f"there is no boundary {boundary!r}", (), [", ".join(map(repr, BOUNDARIES))]))
    widths = [size - 1 for size in sizes_of(w)]
    if mode == "valid":
        return overlap(correlated(x, flip(w), widths), [x, w])
    given = {"constant_values": fillvalue} if boundary == "fill" else {}
    full = correlated(pad(x, [(width, width) for width in widths], BOUNDARIES[boundary], **given), flip(w), (0, 0))
    return full if mode == "full" else middle(full, sizes_of(w), sizes_of(x))


def convolved(values: Sequence[Any], rank: int, mode: str) -> list[Variable]:
    """Two arrays of this rank in one dtype; raise for a mode that there is not."""
    if mode not in ("full", "valid", "same"):
        raise InvalidValue(message(f"there is no mode {mode!r}", (), ["'full', 'valid' or 'same'"]))
    found = promoted(values)
    for node in found:
        if node.ndim != rank:
            raise TypeMismatch(message(f"{rank} axes are wanted, not {node.ndim}", [(node.name or "x", node)]))
    return found


def correlated(x: Variable, w: Variable, widths: Sequence[Number]) -> Variable:
    """The sums of products of w with each part of x, around which there are so many zeros."""
    rank = x.ndim
    if x.type.dtype.kind in "fc":
        border = tuple("full" if isinstance(width, Variable) else (width, width) for width in widths)
        images, filters = (with_new_axes(node, [0, 1], rank + 2) for node in (x, w))
        found = correlate(images, filters, border=border, steps=(1,) * rank, spacing=(1,) * rank, groups=1)
        return squeeze(found, (0, 1))
    wide = pad(x, [(width, width) for width in widths])
    places: list[Variable] = []
    for axis, (length, size) in enumerate(zip(sizes_of(wide), sizes_of(w), strict=True)):
        starts, steps = arange(length - size + 1), arange(size)
        others = [other for other in range(2 * rank) if other not in (axis, axis + rank)]
        places.append(with_new_axes(add(with_new_axes(starts, [1], 2), steps), others, 2 * rank))
    return tensordot(wide[tuple(places)], w, rank)  # type: ignore[no-any-return]


def overlap(full: Variable, operands: Sequence[Variable]) -> Variable:
    """Of a full convolution what comes from places where one operand lies within the other."""
    pairs = list(zip(*map(sizes_of, operands), strict=True))
    index = [slice(least(*pair) - 1, most(*pair)) for pair in pairs]
    return full[tuple(index)]  # type: ignore[no-any-return]


def middle(full: Variable, lengths: Sequence[Number], sizes: Sequence[Number]) -> Variable:
    """The middle of a full convolution with so many taps, of these sizes."""
    starts = [(length - 1) // 2 for length in lengths]
    return full[tuple(slice(start, start + size) for start, size in zip(starts, sizes, strict=True))]  # type: ignore[no-any-return]


def least(one: Number, other: Number) -> Number:
    """The smaller of two sizes."""
    return min(one, other) if isinstance(one, int) and isinstance(other, int) else minimum(one, other)


def most(one: Number, other: Number) -> Number:
    """The larger of two sizes."""
    return max(one, other) if isinstance(one, int) and isinstance(other, int) else maximum(one, other)
