"""Places, orders and sets of elements."""

from __future__ import annotations

from typing import Any

import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.xp.array import Array, check_kind, operands, raw, wrapped
from symlab.xp.programs import run
from symlab.xp.promotion import SCALARS

__all__ = [
    "argmax", "argmin", "argsort", "isin", "nonzero", "searchsorted", "sort", "take", "take_along_axis", "unique_all",
    "unique_counts", "unique_inverse", "unique_values",
]  # fmt: skip


def searched(name: str, x: Array, **options: Any) -> Array:
    """A function of real numbers in an order."""
    array = raw(x)
    check_kind(name, [array])
    return Array._of(run(getattr(T, name), [array], **options))


def argmax(x: Array, /, *, axis: int | None = None, keepdims: bool = False) -> Array:
    """The place of the largest element, among all or along an axis; the first one where there are several."""
    return searched("argmax", x, axis=axis, keepdims=bool(keepdims))


def argmin(x: Array, /, *, axis: int | None = None, keepdims: bool = False) -> Array:
    """The place of the smallest element, among all or along an axis; the first one where there are several."""
    return searched("argmin", x, axis=axis, keepdims=bool(keepdims))


def sort(x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    """The elements in order along an axis; the order is always stable."""
    return searched("sort", with_axes(x), axis=axis, descending=bool(descending))


def argsort(x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    """The places of the elements in order along an axis; equal ones always keep theirs."""
    return searched("argsort", with_axes(x), axis=axis, descending=bool(descending))


def with_axes(x: Array) -> Array:
    """x, which must have an axis to be in order along."""
    if raw(x).ndim == 0:
        raise InvalidValue(message("an array of no axes has no order"))
    return x


def nonzero(x: Array, /) -> tuple[Array, ...]:
    """The places of the elements that are not 0, an array for each axis."""
    return wrapped(run(T.nonzero, [raw(with_axes(x))]))  # type: ignore[no-any-return]


def searchsorted(x1: Array, x2: Array | float, /, *, side: str = "left", sorter: Array | None = None) -> Array:
    """Where values x2 would stand in a sorted vector x1: before equal elements ("left") or after them ("right")."""
    arrays = operands(x1, x2)
    check_kind("searchsorted", arrays)
    if arrays[0].ndim != 1:
        raise InvalidValue(message(f"a sorted vector has one axis, not {arrays[0].ndim}"))
    return Array._of(run(places_of, [*arrays, *([] if sorter is None else [raw(sorter)])], side=side))


def places_of(row: Any, values: Any, *sorter: Any, side: str) -> Any:
    """`T.searchsorted` of operands."""
    return T.searchsorted(row, values, side, *sorter)


def take(x: Array, indices: Array, /, *, axis: int | None = None) -> Array:
    """The parts of x at places along an axis, which may be left out if there is one axis."""
    array, places = raw(x), integers(indices)
    if axis is None and array.ndim != 1:
        raise InvalidValue(message(f"one of {array.ndim} axes must be told", (), ["axis="]))
    if places.ndim != 1:
        raise InvalidValue(message(f"indices are a vector, not of {places.ndim} axes"))
    return Array._of(run(T.take, [array, places], axis=0 if axis is None else axis))


def take_along_axis(x: Array, indices: Array, /, *, axis: int = -1) -> Array:
    """The elements of x along an axis at places that an array of the same rank gives."""
    array, places = raw(x), integers(indices)
    if array.ndim != places.ndim:
        raise InvalidValue(message(f"indices have {array.ndim} axes, as the array, not {places.ndim}"))
    return Array._of(run(T.take_along_axis, [array, places], axis=axis))


def integers(indices: Array) -> Any:
    """The memory of an array of places."""
    places = raw(indices)
    if places.dtype.kind not in "iu":
        raise TypeMismatch(message(f"indices are integers, not {places.dtype.name}"))
    return places


def isin(x1: Any, x2: Any, /, *, invert: bool = False) -> Array:
    """Whether each element of x1 is one of x2; with `invert` whether it is not."""
    if type(x1) in SCALARS and type(x2) in SCALARS:
        raise TypeMismatch(message("one operand must be an array", (), ["xp.asarray(x)"]))
    return Array._of(run(T.isin, operands(x1, x2), invert=bool(invert)))


def unique_all(x: Array, /) -> Any:
    """The distinct elements in order, where each comes first, which of them each element is, and their counts."""
    return wrapped(run(T.unique_all, [raw(x)]))


def unique_counts(x: Array, /) -> Any:
    """The distinct elements in order and their counts."""
    return wrapped(run(T.unique_counts, [raw(x)]))


def unique_inverse(x: Array, /) -> Any:
    """The distinct elements in order, and which of them each element is."""
    return wrapped(run(T.unique_inverse, [raw(x)]))


def unique_values(x: Array, /) -> Array:
    """The distinct elements in order; each nan is distinct."""
    return Array._of(run(T.unique_values, [raw(x)]))
