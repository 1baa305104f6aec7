"""Arrays made from numbers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, Misfit
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Size, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import cast, mul
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.reduce import sum
from symlab.core.ops.shape import GIVEN, Number, filled_in, filled_like, separated, size_product

Array = np.ndarray[Any, Any]


def progression_size(bounds: Sequence[Any]) -> Size:
    """The number of elements of `arange`, where it is known."""
    if GIVEN in bounds:
        return None
    start, stop, step = bounds
    if not step:
        raise Misfit("the step of a progression cannot be 0", kind=InvalidValue)
    if all(isinstance(bound, int) for bound in bounds):
        return len(range(start, stop, step))
    return max(0, ceil((stop - start) / step))  # type: ignore[no-any-return]


def progression_type(attributes: Mapping[str, Any], *given: ArrayType) -> ArrayType:
    """The type of `arange`."""
    bounds, dtype = attributes["bounds"], np.dtype(attributes["dtype"])
    if len(given) != list(bounds).count(GIVEN):
        raise Misfit(f"{len(given)} numbers are given for {bounds}", kind=InvalidValue)
    for item in given:
        if item.ndim or item.dtype != dtype:
            raise Misfit(f"start, stop and step are scalars of {dtype.name}, not {item}", kind=InvalidValue)
    return array_type(dtype, (progression_size(bounds),))


def progression_reference(*given: Any, bounds: Sequence[Any], dtype: str) -> Array:
    """NumPy's arange; of Python's integers, since a difference of unsigned ones would wrap."""
    numbers = (item.item() if item.dtype.kind in "iu" else item for item in given)
    return np.arange(*filled_in(bounds, numbers), dtype=dtype)


def counted(size: Number) -> Variable:
    """0, 1, 2, ... before `size`."""
    template, given = separated([0, size, 1])
    return arange(*given, bounds=template, dtype="int64")  # type: ignore[no-any-return]


def steps_of(y: Variable) -> Variable:
    """0, 1, 2, ... as many as `y` has elements, in its dtype."""
    return cast(counted(size_product(y)), dtype=y.dtype)  # type: ignore[no-any-return]


def progression_vjp(
    cotangent: Variable, y: Variable, *given: Variable, bounds: Sequence[Any], dtype: str
) -> tuple[Variable, ...]:
    """Element k is start + k step."""
    total = sum(cotangent, axes=(0,), keepdims=False)
    weighted = sum(mul(cotangent, steps_of(y)), axes=(0,), keepdims=False)
    parts = (total, constant(0, dtype=y.type.dtype), weighted)
    return tuple(part for part, bound in zip(parts, bounds, strict=True) if bound == GIVEN)


def progression_jvp(
    tangents: Sequence[Any], y: Variable, *given: Variable, bounds: Sequence[Any], dtype: str
) -> Variable:
    """Element k is start + k step."""
    following = iter(tangents)
    start, _, step = (next(following) if bound == GIVEN else None for bound in bounds)
    result = filled_like(y, 0)
    if start is not None:
        result = result + start
    return result if step is None else result + mul(steps_of(y), step)


arange: Op = declared(
    "arange",
    Kind.STRUCTURAL,
    doc='start, start + step, ... before stop (attribute `bounds`, in which "?" is the next operand; `dtype`).',
    reference=progression_reference,
    infer=progression_type,
    vjp=progression_vjp,
    jvp=progression_jvp,
)
