"""Sums, extremes, means, and truth over axes."""

from __future__ import annotations

from typing import Any

import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.xp.array import Array, check_kind, raw
from symlab.xp.manipulation import Axis, frozen
from symlab.xp.programs import run
from symlab.xp.promotion import checked, promoted

__all__ = [
    "all", "any", "count_nonzero", "cumulative_prod", "cumulative_sum", "diff", "max", "mean", "min", "prod", "std",
    "sum", "var",
]  # fmt: skip


def reduced(name: str, x: Array, axis: Axis, keepdims: bool, **options: Any) -> Array:
    """A reduction of the standard."""
    array = raw(x)
    check_kind(name, [array])
    return Array._of(run(getattr(T, name), [array], axis=frozen(axis), keepdims=bool(keepdims), **options))


def all(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Whether all elements over axes are true, that is not 0."""
    return reduced("all", x, axis, keepdims)


def any(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Whether any element over axes is true, that is not 0."""
    return reduced("any", x, axis, keepdims)


def count_nonzero(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """How many elements over axes are not 0."""
    return reduced("count_nonzero", x, axis, keepdims)


def max(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """The largest element over axes, nan if there is one."""
    return reduced("max", x, axis, keepdims)


def min(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """The smallest element over axes, nan if there is one."""
    return reduced("min", x, axis, keepdims)


def sum(x: Array, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Array:
    """The sum over axes; of small integers in 64 bits."""
    return reduced("sum", x, axis, keepdims, dtype=None if dtype is None else checked(dtype))


def prod(x: Array, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Array:
    """The product over axes; of small integers in 64 bits."""
    return reduced("prod", x, axis, keepdims, dtype=None if dtype is None else checked(dtype))


def mean(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """The mean over axes."""
    return reduced("mean", x, axis, keepdims)


def std(x: Array, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False) -> Array:
    """The standard deviation over axes, for n - correction degrees of freedom."""
    return reduced("std", x, axis, keepdims, correction=float(correction))


def var(x: Array, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False) -> Array:
    """The variance over axes, for n - correction degrees of freedom."""
    return reduced("var", x, axis, keepdims, correction=float(correction))


def running(name: str, x: Array, axis: int | None, dtype: Any, include_initial: bool) -> Array:
    """A running total of the standard."""
    array = raw(x)
    check_kind(name, [array])
    if array.ndim == 0 or (axis is None and array.ndim > 1):
        raise InvalidValue(message(f"{name} of {array.ndim} axes needs to be told one of them", (), ["axis="]))
    wanted = None if dtype is None else checked(dtype)
    options = {"axis": axis, "dtype": wanted, "include_initial": bool(include_initial)}
    return Array._of(run(getattr(T, name), [array], **options))


def cumulative_sum(x: Array, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Array:
    """The running sum along an axis, with a 0 in front if `include_initial`."""
    return running("cumulative_sum", x, axis, dtype, include_initial)


def cumulative_prod(x: Array, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Array:
    """The running product along an axis, with a 1 in front if `include_initial`."""
    return running("cumulative_prod", x, axis, dtype, include_initial)


def diff(
    x: Array, /, *, axis: int = -1, n: int = 1, prepend: Array | None = None, append: Array | None = None
) -> Array:
    """The differences of neighbours along an axis, taken n times."""
    parts = [raw(part) for part in (prepend, x, append) if part is not None]
    check_kind("diff", parts)
    if raw(x).ndim == 0:
        raise InvalidValue(message("an array of no axes has no neighbours"))
    for part in parts:
        if promoted(part.dtype, x.dtype) != x.dtype:
            raise TypeMismatch(message(f"{part.dtype.name} does not fit beside {x.dtype.name}"))
    return Array._of(run(differences, parts, axis=axis, n=n))


def differences(*parts: Any, axis: int, n: int) -> Any:
    """`T.diff` of parts one after the other."""
    return T.diff(T.concatenate(parts, axis) if len(parts) > 1 else parts[0], n, axis)
