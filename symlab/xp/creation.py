"""Arrays from values and from shapes."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.operators import Variable
from symlab.xp.array import Array, astype, check_device, raw, wrapped
from symlab.xp.programs import run
from symlab.xp.promotion import DEFAULTS, checked, scalar

__all__ = [
    "arange", "asarray", "empty", "empty_like", "eye", "from_dlpack", "full", "full_like", "linspace", "meshgrid",
    "ones", "ones_like", "tril", "triu", "zeros", "zeros_like",
]  # fmt: skip

REAL = DEFAULTS["real floating"]
FAR = 2**62  # no axis has so many elements


def asarray(obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Array:
    """An array of values: of an array, a number, nested lists of numbers, or what has a buffer or is a DLPack object.

    Unless `copy` is True, memory is shared with an array or buffer that has the dtype wanted.
    """
    check_device(device)
    wanted = None if dtype is None else checked(dtype)
    if isinstance(obj, Array):
        if copy is False and wanted in (None, obj.dtype):
            return obj
        found = obj._array
    elif hasattr(obj, "__dlpack__") and not isinstance(obj, (np.ndarray, np.generic)):
        found = np.from_dlpack(obj)
    else:
        found = values_of(obj, wanted, copy)
    if copy is False and wanted not in (None, found.dtype):
        raise InvalidValue(message(f"{found.dtype.name} does not become {wanted} without a copy"))
    checked(found.dtype)
    made = Array._of(np.array(found) if copy and found is not None else found)
    return made if wanted is None else astype(made, wanted, copy=False)


def values_of(obj: Any, wanted: np.dtype[Any] | None, copy: bool | None) -> np.ndarray[Any, Any]:
    """Numbers from outside of symlab as memory."""
    has_memory = isinstance(obj, (np.ndarray, np.generic)) or is_buffer(obj)
    if copy is False and not has_memory:
        raise InvalidValue(message("values without memory of their own are copied", (), ["copy=None"]))
    if has_memory:
        found = np.asarray(obj)
        return found if found.dtype.isnative else found.astype(found.dtype.newbyteorder("="))
    plain = without_arrays(obj)
    try:
        found = np.asarray(plain)
        if found.dtype.kind not in "biufc":
            raise TypeMismatch(message(f"{obj!r} is not made of numbers"))
        exact = wanted is not None and found.dtype.kind in "iu"
        return np.asarray(plain, wanted) if exact else narrowed(found)
    except OverflowError:
        raise InvalidValue(message(f"{obj!r} does not fit into {wanted}")) from None


def narrowed(found: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Numbers of Python in the default dtypes."""
    if found.dtype.kind == "u":
        raise InvalidValue(message("these integers do not fit into int64", (), ["dtype=xp.uint64"]))
    return found if found.size or found.dtype.kind != "f" else found.astype(REAL)


def without_arrays(obj: Any) -> Any:
    """Nested lists with the arrays of no axes in them as numbers."""
    if isinstance(obj, Array):
        return obj._array
    if isinstance(obj, (list, tuple)):
        return [without_arrays(item) for item in obj]
    return obj


def is_buffer(obj: Any) -> bool:
    """Whether an object lets its memory be read."""
    if isinstance(obj, (bytes, str)):
        return False
    try:
        memoryview(obj)
    except TypeError:
        return False
    return True


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Array:
    """An array of what another library exports through DLPack, whose memory it shares unless `copy` is True."""
    check_device(device)
    found = np.from_dlpack(x, copy=copy)
    checked(found.dtype)
    return Array._of(found)


# From shapes: sizes are operands, so that one program serves all of them


def sizes(shape: int | Sequence[int]) -> list[np.ndarray[Any, Any]]:
    """The sizes of a shape as operands."""
    found = [np.asarray(size) for size in (shape if isinstance(shape, (tuple, list)) else (shape,))]
    for size in found:
        if size.dtype.kind not in "iu" or size.ndim:
            raise TypeMismatch(message(f"a shape is made of integers: {shape!r}"))
        if size < 0:
            raise InvalidValue(message(f"sizes are not negative: {shape!r}"))
    return [size.astype(np.int64) for size in found]


def spread(value: Variable, *shape: Variable) -> Variable:
    """A value repeated to a shape."""
    return T.full(list(shape), value)


def full(shape: int | tuple[int, ...], fill_value: complex, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of a shape in which every element is `fill_value`."""
    check_device(device)
    number = values_of(fill_value, None, None) if dtype is None else filling(fill_value, checked(dtype))
    return Array._of(run(spread, [number, *sizes(shape)]))


def filling(value: Any, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """A number to fill arrays of a dtype with."""
    if isinstance(value, complex) and dtype.kind != "c":
        raise TypeMismatch(message(f"{value!r} does not fit into {dtype.name}"))
    return scalar(value, dtype)


def zeros(shape: int | tuple[int, ...], *, dtype: Any = None, device: Any = None) -> Array:
    """An array of zeros, of float64 if nothing is said."""
    return full(shape, 0, dtype=REAL if dtype is None else dtype, device=device)


def ones(shape: int | tuple[int, ...], *, dtype: Any = None, device: Any = None) -> Array:
    """An array of ones, of float64 if nothing is said."""
    return full(shape, 1, dtype=REAL if dtype is None else dtype, device=device)


def empty(shape: int | tuple[int, ...], *, dtype: Any = None, device: Any = None) -> Array:
    """An array whose elements nobody relies on: zeros."""
    return zeros(shape, dtype=dtype, device=device)


def full_like(x: Array, /, fill_value: complex, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of the shape of x in which every element is `fill_value`, of the dtype of x if nothing is said."""
    array = raw(x)
    return full(array.shape, fill_value, dtype=array.dtype if dtype is None else dtype, device=device)


def zeros_like(x: Array, /, *, dtype: Any = None, device: Any = None) -> Array:
    """Zeros of the shape of x, and of its dtype if nothing is said."""
    return full_like(x, 0, dtype=dtype, device=device)


def ones_like(x: Array, /, *, dtype: Any = None, device: Any = None) -> Array:
    """Ones of the shape of x, and of its dtype if nothing is said."""
    return full_like(x, 1, dtype=dtype, device=device)


def empty_like(x: Array, /, *, dtype: Any = None, device: Any = None) -> Array:
    """An array of the shape of x whose elements nobody relies on: zeros."""
    return zeros_like(x, dtype=dtype, device=device)


def arange(
    start: float, /, stop: float | None = None, step: float = 1, *, dtype: Any = None, device: Any = None
) -> Array:
    """start, start + step, ... before stop; 0, 1, ... before the first number if it is the only one."""
    check_device(device)
    bounds = [0, start, step] if stop is None else [start, stop, step]
    numbers = [np.asarray(bound) for bound in bounds]
    if step == 0:
        raise InvalidValue(message("a step is not 0"))
    if any(number.dtype.kind == "f" for number in numbers):
        numbers = [number.astype(np.float64) for number in numbers]
    wanted = np.result_type(*numbers) if dtype is None else checked(dtype)
    if wanted.kind in "iu" and all(number.dtype.kind in "iu" for number in numbers):
        return counted(range(*(number.item() for number in numbers)), wanted)
    return Array._of(run(T.arange, numbers, dtype=wanted))


def counted(places: range, dtype: np.dtype[Any]) -> Array:
    """The integers of a range, whose differences need not fit into the dtype, as its elements must."""
    ends = [scalar(number, dtype) for number in (places[0], places[-1])] if places else [scalar(0, dtype)]
    step = np.asarray(places.step % 2**64, np.uint64).astype(dtype)  # a difference wraps as the sum with it does
    return Array._of(run(equally_spaced, [ends[0], step, np.asarray(len(places))]))


def equally_spaced(start: Variable, step: Variable, number: Variable) -> Variable:
    """`T.arange` with a number of elements that is known at the call, of the dtype of `start`."""
    return start + T.cast(T.arange(number), start.dtype) * step  # type: ignore[no-any-return]


def linspace(
    start: complex, stop: complex, /, num: int, *, dtype: Any = None, device: Any = None, endpoint: bool = True
) -> Array:
    """`num` numbers from start to stop, at equal distances; without `endpoint` stop itself is left out."""
    check_device(device)
    is_complex = isinstance(start, complex) or isinstance(stop, complex)
    wanted = (DEFAULTS["complex floating"] if is_complex else REAL) if dtype is None else checked(dtype)
    if wanted.kind not in "fc" or (is_complex and wanted.kind != "c"):
        raise TypeMismatch(message(f"numbers at equal distances are not of {wanted.name}"))
    wide = DEFAULTS["complex floating"] if wanted.kind == "c" else REAL
    ends = [scalar(start, wide), scalar(stop, wide)]
    return Array._of(run(spaced, [*ends, *sizes(num)], endpoint=bool(endpoint), dtype=wanted))


def spaced(start: Variable, stop: Variable, num: Variable, endpoint: bool, dtype: np.dtype[Any]) -> Variable:
    """`linspace` with a number of elements that is known at the call."""
    return T.linspace(start, stop, num, endpoint, dtype=dtype)


def eye(n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None, device: Any = None) -> Array:
    """A matrix with ones on diagonal k and zeros elsewhere."""
    check_device(device)
    shape = sizes((n_rows, n_rows if n_cols is None else n_cols))
    return Array._of(run(diagonal_ones, [*shape, diagonal_number(k)], dtype=checked(REAL if dtype is None else dtype)))


def diagonal_ones(rows: Variable, columns: Variable, k: Variable, dtype: np.dtype[Any]) -> Variable:
    """`T.eye`, all of whose numbers are known at the call."""
    return T.eye(rows, columns, k, dtype)


def diagonal_number(k: int) -> np.ndarray[Any, Any]:
    """The number of a diagonal as an operand; one that no matrix reaches stands for all beyond it."""
    return np.asarray(max(-FAR, min(operator.index(k), FAR)))


def tril(x: Array, /, *, k: int = 0) -> Array:
    """The part of matrices at and below diagonal k, zeros above."""
    return Array._of(run(T.tril, [matrices(x), diagonal_number(k)]))


def triu(x: Array, /, *, k: int = 0) -> Array:
    """The part of matrices at and above diagonal k, zeros below."""
    return Array._of(run(T.triu, [matrices(x), diagonal_number(k)]))


def matrices(x: Array) -> np.ndarray[Any, Any]:
    """The memory of an array of two axes or more."""
    array = raw(x)
    if array.ndim < 2:
        raise InvalidValue(message(f"a matrix has two axes or more, not {array.ndim}"))
    return array


def meshgrid(*arrays: Array, indexing: str = "xy") -> tuple[Array, ...]:
    """For each vector an array of the shape of the grid that they span."""
    vectors = [raw(array) for array in arrays]
    if len({vector.dtype for vector in vectors}) > 1:
        raise InvalidValue(message("the vectors of a grid are of one dtype"))
    if indexing not in ("xy", "ij"):
        raise InvalidValue(message(f"there is no indexing {indexing!r}", (), ["'xy' or 'ij'"]))
    return wrapped(run(T.meshgrid, vectors, indexing=indexing)) if vectors else ()  # type: ignore[no-any-return]
