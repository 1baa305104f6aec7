"""The windows of images, for pooling and neighbourhoods, and their transpose."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, array_type
from symlab.core.ops.conv import asked_sizes, columns, counts_of, scattered, window_count
from symlab.core.ops.declare import declared
from symlab.core.ops.extents import STATIC
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import check_given, filled_in, separated, sizes_of, static_sizes

Array = np.ndarray[Any, Any]
Numbers = tuple[int, ...]


def windows_sizes(arithmetic: Any, x: Shape, size: Numbers, steps: Numbers) -> Shape:
    """The axes in front, those of a window, and the numbers of windows."""
    rank = len(size)
    nothing, one = ((0, 0),) * rank, (1,) * rank
    counts = map(window_count, (arithmetic,) * rank, x[len(x) - rank :], size, nothing, steps, one)
    return (*x[: len(x) - rank], *size, *counts)


def check_windows(rank: int, size: Numbers, steps: Numbers) -> None:
    """Raise for windows that arrays of this rank do not have."""
    if rank < len(size) or len(steps) != len(size) or min((*size, *steps), default=1) < 1:
        raise Misfit(f"windows of sizes {size} with steps {steps} do not fit into {rank} axes", kind=InvalidValue)


def windows_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `windows`."""
    size, steps = attributes["size"], attributes["steps"]
    check_windows(x.ndim, size, steps)
    return array_type(x.dtype, windows_sizes(STATIC, x.shape, size, steps))


def windows_reference(x: Array, size: Numbers, steps: Numbers) -> Array:
    """Each element of a window at a time, for all windows."""
    one = (1,) * len(size)
    return columns(x, size, counts_of(x.shape[x.ndim - len(size) :], size, steps, one), steps, one)


def added_sizes(arithmetic: Any, w: Shape, *given: Shape, sizes: Any, size: Numbers, steps: Numbers) -> Shape:
    """The axes in front, and the sizes that are asked for."""
    return (*w[: len(w) - 2 * len(steps)], *asked_sizes(arithmetic, sizes, 1))


def added_type(attributes: Mapping[str, Any], w: ArrayType, *given: ArrayType) -> ArrayType:
    """The type of `windows_added`."""
    check_given(attributes["sizes"], given)
    if w.ndim < 2 * len(attributes["steps"]):
        raise Misfit(f"{{0}} is {w}, which has too few axes for windows", kind=InvalidValue)
    front = w.shape[: w.ndim - 2 * len(attributes["steps"])]
    return array_type(w.dtype, front + static_sizes(attributes["sizes"]))


def added_reference(w: Array, *given: Any, sizes: Any, size: Numbers, steps: Numbers) -> Array:
    """Windows added up where they lie."""
    lengths, rank = tuple(map(int, filled_in(sizes, given))), len(steps)
    one = (1,) * rank
    counts = counts_of(lengths, size, steps, one)
    if w.shape[-2 * rank :] != (*size, *counts):
        raise ValueError(f"windows have shape {w.shape[-2 * rank :]}, where {(*size, *counts)} fit into {lengths}")
    return scattered(w, lengths, counts, steps, one)


def added_to(w: Variable, x: Variable, size: Numbers, steps: Numbers) -> Variable:
    """Windows added up in an array like x."""
    template, given = separated(sizes_of(x)[x.ndim - len(size) :])
    return windows_added(w, *given, sizes=template, size=size, steps=steps)  # type: ignore[no-any-return]


windows: Op = declared(
    "windows",
    Kind.CALL,
    doc="The windows of the last axes: (axes in front, window, numbers of windows), `steps` apart.",
    reference=windows_reference,
    infer=windows_type,
    vjp=lambda c, y, x, size, steps: (added_to(c, x, size, steps),),
    jvp=lambda tangents, y, x, size, steps: windows(tangents[0], size=size, steps=steps),
    extra=MappingProxyType({"sizes": windows_sizes}),
)

windows_added: Op = declared(
    "windows_added",
    Kind.CALL,
    doc="The transpose of `windows`: windows added up where they lie (attribute `sizes`).",
    reference=added_reference,
    infer=added_type,
    vjp=lambda c, y, w, *given, sizes, size, steps: (windows(c, size=size, steps=steps), *(None for _ in given)),
    jvp=lambda tangents, y, w, *given, **attributes: windows_added(tangents[0], *given, **attributes),
    extra=MappingProxyType({"sizes": added_sizes, "values": 1}),
)


def filled_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `filled_by`, where sizes that are known must fit."""
    size, steps = attributes["size"], attributes["steps"]
    check_windows(x.ndim, size, steps)
    check_filled(x.shape[x.ndim - len(size) :], size, steps)
    return x


def check_filled(shape: Shape, size: Numbers, steps: Numbers) -> None:
    """Raise for sizes of which windows leave something."""
    for length, part, step in zip(shape, size, steps, strict=True):
        if length is not None and (length < part or (length - part) % step):
            problem = f"windows of {size}, {steps} apart, do not fill images of {shape} (see 'ignore_borders')"
            raise Misfit(problem, kind=TypeMismatch)


def filled_reference(x: Array, size: Numbers, steps: Numbers) -> Array:
    """The operand, unless windows leave something of it."""
    check_filled(x.shape[x.ndim - len(size) :], size, steps)
    return x


filled_by: Op = declared(
    "filled_by",
    Kind.CALL,
    doc="The operand, once it is certain that windows of a `size`, `steps` apart, leave nothing of its last axes.",
    reference=filled_reference,
    infer=filled_type,
    vjp=lambda c, y, x, size, steps: (c,),
    jvp=lambda tangents, y, x, size, steps: tangents[0],
    extra=MappingProxyType({"sizes": lambda arithmetic, x, size, steps: x}),
)
