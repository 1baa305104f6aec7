"""Places in sorted arrays, distinct elements, counts, choices and orders by place."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from symlab.core.custom.watch import assert_op
from symlab.core.ir.errors import InvalidValue, RankMismatch, TypeMismatch, message
from symlab.core.ir.op import PROJECT
from symlab.core.ops import gather, search
from symlab.core.ops.compare import ge, lt, neq, switch
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import add, mul, sub
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.rounding import floor_div, mod
from symlab.core.ops.shape import Number, filled_like, joined_size, padded_left, reshaped, sizes_of, with_new_axes
from symlab.tensor.arguments import axis_of, promoted, size_from, sizes_from
from symlab.tensor.elementwise import cast, clip
from symlab.tensor.indexing import take, take_along_axis
from symlab.tensor.joining import concatenate
from symlab.tensor.reductions import all, argsort
from symlab.tensor.shaping import broadcast_arrays, flip, ravel

# fmt: off
__all__ = [
    "argtopk", "bincount", "ceil_intdiv", "choose", "diff", "inverse_permutation", "permute_row_elements",
    "ravel_multi_index", "searchsorted", "topk", "topk_and_argtopk", "unique", "unravel_index",
]
# fmt: on


def searchsorted(x: Any, v: Any, side: str = "left", sorter: Any = None) -> Variable:
    """Where values v would stand in a sorted vector x: before equal elements ("left") or after them ("right")."""
    if side not in ("left", "right"):
        raise InvalidValue(message(f"side is 'left' or 'right', not {side!r}"))
    row, values = promoted([x, v])
    if sorter is not None and (rank := as_variable(sorter).ndim) != 1:
        raise RankMismatch(message(f"the order of a sorted vector is a vector, and the sorter has {rank} axes"))
    return search.searchsorted(row if sorter is None else take(row, sorter), values, side=side)  # type: ignore[no-any-return]


def unique(
    x: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
) -> Any:
    """The distinct elements in order; on request the first place of each, which one each element is, and counts.

    With `axis` the distinct parts of x along an axis.
    """
    x = as_variable(x)
    several = search.unique(ravel(x)) if axis is None else search.unique(x, axis=axis_of(axis, x.ndim, x))
    wanted = (True, return_index, return_inverse, return_counts)
    found = [PROJECT(several, index=place) for place, flag in enumerate(wanted) if flag]
    if return_inverse and axis is None:
        place = sum(wanted[:2])
        found[place] = reshaped(found[place], sizes_of(x))
    return found[0] if len(found) == 1 else tuple(found)


def bincount(x: Any, weights: Any = None, minlength: int = 0, assert_nonneg: bool = False) -> Variable:
    """How often each number from 0 to the largest element of x comes, or the sum of the weights of its elements.

    With `assert_nonneg` a negative number is an AssertionError, else an error of the values.
    """
    x = as_variable(x)
    if assert_nonneg and x.type.dtype.kind == "i":
        x = assert_op(x, all(ge(x, 0)), msg="bincount counts no negative numbers")
    counts = search.bincount(x, minlength=int(minlength))
    if weights is None:
        return counts  # type: ignore[no-any-return]
    weights = as_variable(weights)
    dtype = weights.dtype if weights.type.dtype.kind in "fc" else "float64"
    return gather.inc_take(filled_like(counts, 0, dtype), cast(weights, dtype), x, axes=(0,))  # type: ignore[no-any-return]


def choose(a: Any, choices: Any, mode: str = "raise") -> Variable:
    """For each integer of a the element at its place of the array of that number among `choices`."""
    a = as_variable(a)
    if a.type.dtype.kind not in "iub":
        raise TypeMismatch(message("choose takes integers", [(a.name or "a", a)]))
    if isinstance(choices, (list, tuple)):
        arrays = broadcast_arrays(*promoted(choices))
        stacked = concatenate([with_new_axes(array, [0], array.ndim + 1) for array in arrays], axis=0)
    else:
        stacked = as_variable(choices)
    place = brought_within(cast(a, "int64"), sizes_of(stacked)[0], mode)
    rank = max(place.ndim + 1, stacked.ndim)
    stacked = with_new_axes(stacked, range(1, 1 + rank - stacked.ndim), rank)
    return take_along_axis(stacked, padded_left(place, rank), axis=0)[0]  # type: ignore[no-any-return]


def brought_within(places: Variable, size: Number, mode: str) -> Variable:
    """Places from 0 to size - 1; others are refused at the call, or go to the nearest ("clip") or around ("wrap")."""
    if mode == "clip":
        return clip(places, 0, size - 1)
    if mode == "wrap":
        return places % size
    if mode != "raise":
        raise InvalidValue(message(f"there is no mode {mode!r}", (), ["'raise', 'clip' or 'wrap'"]))
    return take(counted(size), switch(lt(places, 0), size, places))  # what is negative is out of bounds here


def diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Variable:
    """The differences of neighbours along an axis, taken n times; of x between `prepend` and `append`, if given."""
    x = as_variable(x)
    place = axis_of(axis, x.ndim, x)
    parts = [part for part in (prepend, x, append) if part is not None]
    x = concatenate(parts, place) if len(parts) > 1 else x
    if n < 0:
        raise InvalidValue(message(f"differences are taken 0 times or more, not {n}"))
    for _ in range(n):
        front: tuple[Any, ...] = (slice(None),) * place
        after, before = x[(*front, slice(1, None))], x[(*front, slice(None, -1))]
        x = neq(after, before) if x.type.dtype.kind == "b" else sub(after, before)
    return x


def inverse_permutation(perm: Any) -> Variable:
    """The order that undoes an order, along the last axis, in the dtype of that order."""
    order = as_variable(perm)
    return cast(argsort(order, axis=-1), order.type.dtype)


def permute_row_elements(x: Any, y: Any, inverse: bool = False) -> Variable:
    """The elements of the last axis of x in the order of the integers y, or brought back from it."""
    x, order = as_variable(x), as_variable(y)
    order = inverse_permutation(order) if inverse else order
    rank = max(x.ndim, order.ndim)
    return take_along_axis(padded_left(x, rank), padded_left(order, rank), axis=-1)


def ceil_intdiv(a: Any, b: Any) -> Variable:
    """a / b of integers, rounded up."""
    a, b = promoted([a, b])
    return add(floor_div(a, b), cast(neq(mod(a, b), 0), a.type.dtype))  # type: ignore[no-any-return]


def unravel_index(indices: Any, dims: Any, order: str = "C", ndim: int | None = None) -> tuple[Variable, ...]:
    """The places along each axis of a shape that numbers of elements have; `ndim` tells its length if nothing does."""
    sizes = sizes_from(dims, ndim)
    rest = brought_within(as_variable(indices), joined_size(sizes), "raise")
    found: list[Variable] = []
    for size in sizes if order == "F" else reversed(sizes):
        found.append(rest % size)
        rest = rest // size
    return tuple(found if order == "F" else reversed(found))


def ravel_multi_index(multi_index: Sequence[Any], dims: Any, mode: str = "raise", order: str = "C") -> Variable:
    """The numbers of elements at places along each axis of a shape, into which "clip" and "wrap" bring others."""
    sizes = sizes_from(dims)
    places = [as_variable(place) for place in multi_index]
    if len(places) != len(sizes):
        raise InvalidValue(message(f"{len(places)} arrays of places do not fit {len(sizes)} axes"))
    places = [brought_within(place, size, mode) for place, size in zip(places, sizes, strict=True)]
    pairs = list(zip(places, sizes, strict=True))
    return functools.reduce(
        lambda total, pair: add(mul(total, pair[1]), pair[0]), pairs[::-1] if order == "F" else pairs, as_variable(0)
    )


# The largest


def topk(x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: Any = "int64") -> Variable:
    """The kth largest elements along an axis in descending order; the least, ascending, if kth is negative."""
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[0]


def argtopk(x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: Any = "int64") -> Variable:
    """The places of what `topk` gives."""
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[1]


def topk_and_argtopk(
    x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: Any = "int64"
) -> tuple[Variable, Variable]:
    """The kth largest elements along an axis (the least if kth is negative), and their places.

    Of all elements in a row, if the axis is None.
    """
    x, axis = (ravel(x), 0) if axis is None else (as_variable(x), axis)
    place, count = axis_of(axis, x.ndim, x), size_from(kth)
    if not isinstance(count, int) or not count:
        raise InvalidValue(message(f"kth is an integer known now, and not 0: not {kth!r}"))
    order = argsort(x, axis=place)
    order = flip(order, place) if count > 0 else order
    order = order[((slice(None),) * place + (slice(None, abs(count)),))]
    return take_along_axis(x, order, axis=place), cast(order, idx_dtype)
