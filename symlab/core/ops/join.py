"""Several arrays in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, Misfit, RankMismatch, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add
from symlab.core.ops.index import or_zero, part_of_axis, slice
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import Number, axis_within, number_of, sizes_of

Array = np.ndarray[Any, Any]


def joined_type(attributes: Mapping[str, Any], *parts: ArrayType) -> ArrayType:
    """The type of `join`: sizes along the other axes must agree."""
    if not parts:
        raise Misfit("there is nothing to join", kind=InvalidValue)
    first = parts[0]
    axis = axis_within(attributes["axis"], first.ndim)
    shape = list(first.shape)
    for part in parts[1:]:
        if part.ndim != first.ndim or part.dtype != first.dtype:
            kind = RankMismatch if part.dtype == first.dtype else TypeMismatch
            raise Misfit(f"{part} does not join {first}", "parts of equal rank and dtype", kind=kind)
        for place, size in enumerate(part.shape):
            if place != axis and None not in (size, shape[place]) and size != shape[place]:
                raise Misfit(f"axis {place} has size {size} in one part and {shape[place]} in another")
            shape[place] = size if shape[place] is None else shape[place]
    sizes = [part.shape[axis] for part in parts]
    shape[axis] = None if None in sizes else sum(size for size in sizes if size is not None)
    return array_type(first.dtype, tuple(shape))


def plus(first: Number, second: Number) -> Number:
    """The sum of two sizes."""
    if isinstance(first, int) and (isinstance(second, int) or not first):
        return first + second if first else second
    return number_of(add(first, second))


def join_vjp(cotangent: Variable, y: Variable, *parts: Variable, axis: int) -> tuple[Variable, ...]:
    """Each part gets the slice that it became."""
    found = []
    start: Any = 0
    for part in parts:
        stop = plus(start, sizes_of(part)[axis])
        found.append(part_of_axis(cotangent, axis, start, stop))
        start = stop
    return tuple(found)


def join_jvp(tangents: Sequence[Any], y: Variable, *parts: Variable, axis: int) -> Variable:
    """The tangents joined."""
    return join(*(or_zero(tangent, part) for tangent, part in zip(tangents, parts, strict=True)), axis=axis)  # type: ignore[no-any-return]


join: Op = declared(
    "join",
    Kind.STRUCTURAL,
    doc="Arrays one after the other along `axis`.",
    reference=lambda *parts, axis: np.concatenate(parts, axis),
    infer=joined_type,
    vjp=join_vjp,
    jvp=join_jvp,
)


def vector_type(attributes: Mapping[str, Any], *scalars: ArrayType) -> ArrayType:
    """The type of `make_vector`."""
    for item in scalars:
        if item.ndim or item.dtype != scalars[0].dtype:
            raise Misfit(f"{item} among scalars of {scalars[0].dtype.name}", kind=TypeMismatch)
    if not scalars:
        raise Misfit("a vector is made of one scalar at least", kind=InvalidValue)
    return array_type(scalars[0].dtype, (len(scalars),))


make_vector: Op = declared(
    "make_vector",
    Kind.STRUCTURAL,
    doc="A vector of scalars.",
    reference=lambda *scalars: np.stack(scalars),
    infer=vector_type,
    vjp=lambda cotangent, y, *scalars: tuple(slice(cotangent, index=(place,)) for place in range(len(scalars))),
    jvp=lambda tangents, y, *scalars: make_vector(*(or_zero(t, x) for t, x in zip(tangents, scalars, strict=True))),
)
