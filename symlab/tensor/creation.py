"""Arrays made from numbers and shapes, under NumPy's, the Array API's and Theano's names."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from symlab.core.ir.behind import shaped_like
from symlab.core.ir.config import current
from symlab.core.ir.errors import InvalidSize, InvalidValue, TypeMismatch, message
from symlab.core.ir.op import CONSTANT
from symlab.core.ops import create, gather
from symlab.core.ops.bits import and_
from symlab.core.ops.compare import eq, ge, gt, switch
from symlab.core.ops.elementwise import add, maximum, minimum, mul, neg, sub, true_div
from symlab.core.ops.operators import WEAK, Variable, as_variable, cast_to, constant
from symlab.core.ops.shape import (
    Number,
    number_of,
    separated,
    shuffled,
    sizes_of,
    spread,
    with_new_axes,
)
from symlab.tensor.arguments import axis_of, size_from, sizes_from
from symlab.tensor.elementwise import cast
from symlab.tensor.keywords import known_as
from symlab.tensor.reductions import sum
from symlab.tensor.shaping import broadcast_arrays, moveaxis, ravel
from symlab.tensor.types import dtype_of

# fmt: off
__all__ = [
    "alloc", "alloc_diag", "arange", "diag", "diagonal", "empty", "empty_like", "extract_diag", "eye", "fill", "full",
    "full_like", "identity", "identity_like", "linspace", "logspace", "meshgrid", "ones", "ones_like", "second",
    "trace", "tri", "tril", "triu", "zeros", "zeros_like",
]
# fmt: on


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Variable:
    """An array of this shape in which every element is `fill_value` (which may be an expression)."""
    return spread(value_of(fill_value, dtype), sizes_from(shape))


def value_of(value: Any, dtype: Any) -> Variable:
    """A value with this dtype, or with its own; numbers and arrays are cast now."""
    if dtype is None or isinstance(value, Variable):
        return as_variable(value) if dtype is None else cast(value, dtype)
    return constant(np.asarray(value).astype(dtype_of(dtype)))


def zeros(shape: Any, dtype: Any = "floatX") -> Variable:
    """An array of zeros of this shape, of dtype floatX if nothing is said."""
    return full(shape, 0, dtype_of("floatX" if dtype is None else dtype))


def ones(shape: Any, dtype: Any = "floatX") -> Variable:
    """An array of ones of this shape, of dtype floatX if nothing is said."""
    return full(shape, 1, dtype_of("floatX" if dtype is None else dtype))


def empty(shape: Any, dtype: Any = "floatX") -> Variable:
    """An array of this shape whose elements nobody relies on: zeros."""
    return zeros(shape, dtype)


@known_as(model="x")
def zeros_like(x: Any, dtype: Any = None, opt: bool = False) -> Variable:
    """Zeros of the shape of x, and of its dtype if nothing is said; Theano's `opt` has no effect."""
    return full_like(x, 0, dtype)


@known_as(model="x")
def ones_like(x: Any, dtype: Any = None, opt: bool = False) -> Variable:
    """Ones of the shape of x, and of its dtype if nothing is said; Theano's `opt` has no effect."""
    return full_like(x, 1, dtype)


def empty_like(x: Any, dtype: Any = None) -> Variable:
    """An array of the shape of x whose elements nobody relies on: zeros."""
    return full_like(x, 0, dtype)


def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Variable:
    """An array of the shape of x in which every element is `fill_value`, of the dtype of x if nothing is said."""
    x = as_variable(x)
    wanted = x.type.dtype if dtype is None else dtype_of(dtype)
    return filled(x, value_of(fill_value, wanted))


def fill(x: Any, value: Any) -> Variable:
    """An array of the shape of x full of `value`, of the dtype of `value`; the two broadcast to each other."""
    x, value = as_variable(x), as_variable(value)
    if value.ndim:
        x, value = broadcast_arrays(x, value)
    return filled(x, value)


second = fill


def filled(x: Variable, value: Variable) -> Variable:
    """`value` repeated to the shape of x."""
    found = spread(value, sizes_of(x))
    return shaped_like(found, x) if found is not value or value.op is CONSTANT else found


def alloc(value: Any, *shape: Any) -> Variable:
    """`value` repeated to this shape."""
    return full(shape[0] if len(shape) == 1 else shape, value)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Variable:
    """start, start + step, ... before stop; 0, 1, ... before the first number if it is the only one."""
    bounds = [0, start, step] if stop is None else [start, stop, step]
    wanted = progression_dtype(bounds) if dtype is None else dtype_of(dtype)
    if wanted.kind in "iu" and builtins.all(is_integer(bound) for bound in bounds):
        numbers: list[Any] = [number_of(bound) for bound in bounds]
    else:
        numbers = [float(bound) if not isinstance(bound, Variable) else bound for bound in bounds]
    template, given = separated(numbers)
    return create.arange(*(cast_to(item, wanted) for item in given), bounds=template, dtype=wanted.name)  # type: ignore[no-any-return]


def is_integer(value: Any) -> bool:
    """Whether a number or scalar variable is of an integer dtype."""
    dtype = value.type.dtype if isinstance(value, Variable) else np.asarray(value).dtype
    return bool(dtype.kind in "iu")


def progression_dtype(bounds: list[Any]) -> np.dtype[Any]:
    """int64 for integers, else the floating-point dtype of the bounds."""
    for bound in bounds:
        if (bound.ndim if isinstance(bound, Variable) else np.ndim(bound)) != 0:
            raise TypeMismatch(message(f"start, stop and step are scalars, not {bound!r}"))
    known = [bound if isinstance(bound, Variable) or type(bound) in WEAK else as_variable(bound) for bound in bounds]
    dtypes = [bound.type.dtype if isinstance(bound, Variable) else bound for bound in known]
    common = np.result_type(*dtypes)
    if common.kind != "f":
        return np.dtype(np.int64)
    if current().cast_policy == "custom":
        return common
    return np.dtype("float32" if current().floatX == "float32" and np.dtype("float64") not in dtypes else "float64")


def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` numbers from start to stop, at equal distances; without `endpoint` stop itself is left out.

    Between the elements of arrays they lie along a new axis, the first unless `axis` is another. With `retstep` the
    distance is given too: nan if there is none.
    """
    numbers = evenly_spaced(start, stop, num, endpoint, dtype, axis)
    if not retstep:
        return numbers
    count = size_from(num)
    parts = as_variable(count - 1 if endpoint else count)
    distance = true_div(sub(as_variable(stop), as_variable(start)), switch(gt(parts, 0), parts, np.nan))
    return numbers, distance


def evenly_spaced(start: Any, stop: Any, num: Any, endpoint: bool, dtype: Any, axis: int) -> Variable:
    """The numbers of `linspace`."""
    if not any(isinstance(bound, Variable) for bound in (start, stop, num)):
        kind = None if dtype is None else dtype_of(dtype)
        return constant(np.linspace(start, stop, num, endpoint, dtype=kind, axis=axis))
    start, stop, count = mul(as_variable(start), 1.0), mul(as_variable(stop), 1.0), size_from(num)
    rank = builtins.max(start.ndim, stop.ndim)
    places = with_new_axes(create.counted(count), range(1, rank + 1), rank + 1)
    parts = count - 1 if endpoint else count
    parts = maximum(parts, 1) if isinstance(parts, Variable) else max(parts, 1)
    numbers = add(start, mul(cast(places, start.dtype), true_div(sub(stop, start), cast(parts, start.dtype))))
    if endpoint:
        numbers = switch(and_(eq(places, parts), gt(places, 0)), stop, numbers)
    numbers = moveaxis(numbers, 0, axis)
    return numbers if dtype is None else cast(numbers, dtype)  # type: ignore[no-any-return]


def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, *, axis: int = 0
) -> Variable:
    """`base` to the powers of `linspace`."""
    numbers = base ** evenly_spaced(start, stop, num, endpoint, None, axis)
    return numbers if dtype is None else cast(numbers, dtype)  # type: ignore[no-any-return]


def offset_mask(rows: Number, columns: Number, offset: Any, compare: Any) -> Variable:
    """Where row + offset and column compare."""
    if any(isinstance(size, int) and size < 0 for size in (rows, columns)):
        raise InvalidSize(message(f"a matrix of {rows} rows and {columns} columns has a size below 0"))
    row = with_new_axes(create.counted(rows), [1], 2)
    return compare(add(row, offset) if isinstance(offset, Variable) or offset else row, create.counted(columns))  # type: ignore[no-any-return]


def eye(n: Any, m: Any = None, k: Any = 0, dtype: Any = "floatX") -> Variable:
    """A matrix of n rows and m columns (n if nothing is said) with ones on diagonal k and zeros elsewhere."""
    rows = size_from(n)
    columns = rows if m is None else size_from(m)
    return cast(offset_mask(rows, columns, size_from(k), eq), "floatX" if dtype is None else dtype)


def identity(n: Any, dtype: Any = "floatX") -> Variable:
    """The identity matrix of n rows."""
    return eye(n, dtype=dtype)


def identity_like(x: Any, dtype: Any = None) -> Variable:
    """Ones on the diagonal and zeros elsewhere, in the shape of the matrix x."""
    x = as_variable(x)
    return eye(*sizes_of(x), dtype=x.type.dtype if dtype is None else dtype)


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = "floatX") -> Variable:
    """A matrix with ones at and below diagonal k and zeros above."""
    rows = size_from(N)
    columns = rows if M is None else size_from(M)
    return cast(offset_mask(rows, columns, size_from(k), ge), "floatX" if dtype is None else dtype)


def matrix_sizes(x: Variable) -> tuple[Number, Number]:
    """The sizes of the last two axes; a vector is the rows of a square matrix, as in NumPy."""
    if not x.ndim:
        raise InvalidValue(message("a scalar has no triangles", [(x.name or "x", x)], ["T.atleast_2d(x)"]))
    rows, columns = sizes_of(x)[-2:] * (2 if x.ndim == 1 else 1)
    return rows, columns


def tril(x: Any, k: Any = 0) -> Variable:
    """The part of x at and below diagonal k of its last two axes, zeros above."""
    x = as_variable(x)
    return switch(offset_mask(*matrix_sizes(x), size_from(k), ge), x, constant(0, dtype=x.dtype))  # type: ignore[no-any-return]


def triu(x: Any, k: Any = 0) -> Variable:
    """The part of x at and above diagonal k of its last two axes, zeros below."""
    x = as_variable(x)
    below = offset_mask(*matrix_sizes(x), size_from(k) - 1, ge)
    return switch(below, constant(0, dtype=x.dtype), x)  # type: ignore[no-any-return]


def diagonal_places(rows: Number, columns: Number, offset: Any) -> tuple[Variable, Variable]:
    """The places of a diagonal, as an array of rows and one of columns."""
    offset = size_from(offset)
    if isinstance(offset, Variable):
        skipped: Any = maximum(neg(offset), 0), maximum(offset, 0)
    else:
        skipped = max(-offset, 0), max(offset, 0)
    pairs = zip((rows, columns), skipped, strict=True)
    ends = [sub(size, skip) if isinstance(skip, Variable) or skip else size for size, skip in pairs]
    if all(isinstance(number, int) for number in (rows, columns, offset)):
        count: Number = max(min(rows - skipped[0], columns - skipped[1]), 0)  # type: ignore[operator]
    else:
        count = number_of(maximum(minimum(*ends), 0))
    along = create.counted(count)
    first, second = (add(along, skip) if isinstance(skip, Variable) or skip else along for skip in skipped)
    return first, second


@known_as(a="x")
def diagonal(x: Any, offset: Any = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The diagonals of two axes, as the last axis of the result."""
    x = as_variable(x)
    pair = axis_of(axis1, x.ndim, x), axis_of(axis2, x.ndim, x)
    turned = shuffled(x, [axis for axis in range(x.ndim) if axis not in pair] + list(pair))
    rows, columns = diagonal_places(*sizes_of(turned)[-2:], offset)
    return gather.take(turned, rows, columns, axes=(x.ndim - 2, x.ndim - 1))  # type: ignore[no-any-return]


extract_diag = diagonal


@known_as(v="x")
def diag(x: Any, k: int = 0) -> Variable:
    """The diagonal k of a matrix, or the matrix that has a vector as its diagonal k."""
    x = as_variable(x)
    return alloc_diag(x, k) if x.ndim == 1 else diagonal(x, k)


def alloc_diag(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The square matrix that has a vector as its diagonal; of a stack its last axis, the matrices' axes being named."""
    x = as_variable(x)
    if not x.ndim:
        raise InvalidValue(message("a scalar is no diagonal", [(x.name or "x", x)], ["T.atleast_1d(x)"]))
    *others, length = sizes_of(x)
    size = number_of(add(length, abs(offset))) if isinstance(length, Variable) else length + abs(offset)
    rows, columns = diagonal_places(size, size, offset)
    zeros = full([*others, size, size], 0, x.type.dtype)
    found = gather.set_take(zeros, x, rows, columns, axes=(x.ndim - 1, x.ndim))
    return moveaxis(found, [-2, -1], [axis1, axis2])


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Variable:
    """The sum of the diagonal of two axes."""
    return sum(diagonal(x, offset, axis1, axis2), -1)


def meshgrid(*vectors: Any, sparse: bool = False, indexing: str = "xy") -> list[Variable]:
    """For each vector an array of the shape of the grid that they span, "xy" with the first two axes exchanged.

    With `sparse` an array's axes along which nothing changes are of size 1.
    """
    if indexing not in ("xy", "ij"):
        raise InvalidValue(message(f"indexing is 'xy' or 'ij', not {indexing!r}"))
    found = [ravel(vector) for vector in vectors]
    order = list(range(len(found)))
    if indexing == "xy" and len(found) > 1:
        order[:2] = [1, 0]
    lines = [
        shuffled(vector, [0 if axis == place else "x" for axis in range(len(found))])
        for vector, place in zip(found, order, strict=True)
    ]
    return lines if sparse else broadcast_arrays(*lines)
