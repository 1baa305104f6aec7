"""NumPy's functions that others here make up: quantiles, folds without nan, integrals and slopes over samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, RankMismatch, message
from symlab.core.ops.compare import eq, isnan, neq, switch
from symlab.core.ops.elementwise import add, maximum, minimum, mul, sub, true_div
from symlab.core.ops.operators import Variable, as_variable, constant
from symlab.core.ops.rounding import floor
from symlab.core.ops.shape import sizes_of, with_new_axes
from symlab.tensor import reductions
from symlab.tensor.arguments import Axis, axes_of, axis_of
from symlab.tensor.elementwise import cast, conj, real, sin
from symlab.tensor.indexing import nonzero, take
from symlab.tensor.joining import concatenate, split
from symlab.tensor.linalg import outer
from symlab.tensor.shaping import broadcast_to, expand_dims, flip, moveaxis, ravel, reshape, swapaxes, transpose
from symlab.tensor.signal.conv import convolve
from symlab.tensor.statistics import cov

# fmt: off
__all__ = [
    "append", "argwhere", "array_split", "average", "corrcoef", "correlate", "ediff1d", "gradient", "nanargmax",
    "nanargmin", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar", "percentile", "polyval",
    "quantile", "rot90", "select", "sinc", "trapezoid", "vander",
]
# fmt: on


# Quantiles


def quantile(x: Any, q: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The value below which a share q of the elements lie, between neighbours in a straight line; nan if any is.

    Several shares lie along a first axis of the result. They are between 0 and 1, and known ones are checked.
    """
    if not isinstance(q, Variable) and not np.all((np.asarray(q) >= 0) & (np.asarray(q) <= 1)):
        raise InvalidValue(message(f"shares of elements are between 0 and 1, and {q} is asked for"))
    found, shares = as_variable(x), as_variable(q)
    found = found if found.type.dtype.kind == "f" else cast(found, "float64")
    axes = axes_of(axis, found.ndim, found)
    rows, kept = gathered(found, axes)
    ordered = reductions.sort(rows, axis=-1)
    count = as_variable(sizes_of(rows)[-1])
    place = mul(cast(ravel(shares), "float64"), cast(sub(count, 1), "float64"))
    low = floor(place)
    lower = take(ordered, cast(low, "int64"), axis=-1)
    upper = take(ordered, minimum(cast(low, "int64") + 1, count - 1), axis=-1)
    between = add(lower, mul(sub(upper, lower), cast(sub(place, low), found.dtype)))
    last = expand_dims(take(ordered, -1, axis=-1), -1)
    shown = moveaxis(switch(neq(last, last), last, between), -1, 0)
    front = sizes_of(shares)
    return reshape(shown, [*front, *(kept if keepdims else sizes_of(shown)[1:])])


def gathered(x: Variable, axes: Sequence[int]) -> tuple[Variable, list[Any]]:
    """The elements over axes as one last axis, and the sizes of what is left with those axes of size 1."""
    sizes = sizes_of(x)
    others = [axis for axis in range(x.ndim) if axis not in axes]
    rows = transpose(x, [*others, *axes])
    kept = [1 if axis in axes else sizes[axis] for axis in range(x.ndim)]
    return reshape(rows, [*(sizes[axis] for axis in others), -1]), kept


def percentile(x: Any, q: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """`quantile` of shares in hundredths."""
    share = true_div(q, 100.0) if isinstance(q, Variable) else np.asarray(q) / 100.0
    return quantile(x, share, axis, keepdims)


# Folds of the elements that are not nan


def without_nan(x: Any, instead: float) -> tuple[Variable, Variable]:
    """x with another number in place of nan, and where it is a number."""
    found = as_variable(x)
    is_nan = isnan(found)
    return switch(is_nan, constant(instead, dtype=found.type.dtype), found), eq(is_nan, False)


def fold_without_nan(name: str, instead: float, is_nan_alone: bool = False) -> Callable[..., Variable]:
    """A fold of the elements that are not nan; over nan alone nan, or what it gives where there is nothing."""
    fold = getattr(reductions, name)

    def folded(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
        if as_variable(x).type.dtype.kind not in "fc":
            return fold(x, axis, keepdims=keepdims)  # type: ignore[no-any-return]
        values, told = without_nan(x, instead)
        found = fold(values, axis, keepdims=keepdims)
        if not is_nan_alone:
            return found  # type: ignore[no-any-return]
        return switch(reductions.any(told, axis, keepdims=keepdims), found, np.nan)  # type: ignore[no-any-return]

    folded.__name__ = folded.__qualname__ = f"nan{name}"
    folded.__doc__ = f"`{name}` of the elements that are not nan."
    return folded


nansum, nanprod = fold_without_nan("sum", 0.0), fold_without_nan("prod", 1.0)
nanmax, nanmin = fold_without_nan("max", -np.inf, True), fold_without_nan("min", np.inf, True)
nanargmax, nanargmin = fold_without_nan("argmax", -np.inf), fold_without_nan("argmin", np.inf)


def nanmean(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The mean of the elements that are not nan."""
    values, told = without_nan(x, 0.0)
    count = cast(reductions.sum(told, axis, keepdims=keepdims), "float64")
    return cast(true_div(reductions.sum(values, axis, keepdims=keepdims), count), mean_dtype(values))


def mean_dtype(x: Variable) -> str:
    """The dtype of a mean."""
    return x.dtype if x.type.dtype.kind in "fc" else "float64"


def nanvar(x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Variable:
    """The variance of the elements that are not nan; nan where no more than `ddof` are left."""
    values, told = without_nan(x, 0.0)
    apart = switch(told, sub(values, nanmean(x, axis, keepdims=True)), 0.0)
    count = sub(cast(reductions.sum(told, axis, keepdims=keepdims), "float64"), ddof)
    total = reductions.sum(real(mul(apart, conj(apart))), axis, keepdims=keepdims)
    return cast(true_div(total, switch(maximum(count, 0.0) > 0, count, np.nan)), mean_dtype(total))


def nanstd(x: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Variable:
    """The standard deviation of the elements that are not nan."""
    return nanvar(x, axis, ddof, keepdims) ** 0.5  # type: ignore[no-any-return]


# Means and products of quantities


def average(x: Any, axis: int | None = None, weights: Any = None, *, keepdims: bool = False) -> Variable:
    """The mean, with weights of the shape of x or, along one axis, of its size."""
    found = as_variable(x)
    if weights is None:
        return reductions.mean(found, axis, keepdims=keepdims)
    told = as_variable(weights)
    if told.ndim == 1 and found.ndim > 1:
        if axis is None:
            raise InvalidValue(message("weights of another shape than x are along an axis", [("weights", told)]))
        place = axis_of(axis, found.ndim, found)
        told = with_new_axes(told, [other for other in range(found.ndim) if other != place], found.ndim)
    total = reductions.sum(broadcast_to(told, sizes_of(found)), axis, keepdims=keepdims)
    return true_div(reductions.sum(mul(found, told), axis, keepdims=keepdims), total)  # type: ignore[no-any-return]


def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Variable:
    """The correlation coefficients of quantities, one in each row (in each column unless `rowvar`)."""
    products = cov(x, y, rowvar)
    if not products.ndim:
        return true_div(products, products)  # type: ignore[no-any-return]
    spread = real(products.diagonal()) ** 0.5
    return true_div(products, outer(spread, spread))  # type: ignore[no-any-return]


def correlate(a: Any, v: Any, mode: str = "valid") -> Variable:
    """The correlation of two vectors: the sums of products of a with v, conjugated, moved along it."""
    return convolve(as_variable(a), flip(conj(as_variable(v))), mode)


# Samples of functions


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Variable:
    """The integral of samples y at the places x, or `dx` apart, by the trapezoidal rule."""
    rows = moveaxis(as_variable(y), axis, -1)
    steps = as_variable(dx)
    if x is not None:
        places = as_variable(x)
        places = places if places.ndim == 1 else moveaxis(places, axis, -1)
        steps = sub(places[..., 1:], places[..., :-1])
    heights = true_div(add(rows[..., 1:], rows[..., :-1]), 2.0)
    return reductions.sum(mul(heights, steps), axis=-1)


def gradient(f: Any, dx: Any = 1.0, axis: int | None = None) -> Any:
    """The slope of samples `dx` apart, from both neighbours, at the ends from one: of each axis, or of one."""
    samples = as_variable(f)
    samples = samples if samples.type.dtype.kind in "fc" else cast(samples, "float64")
    if axis is None and samples.ndim != 1:
        return [gradient(samples, dx, place) for place in range(samples.ndim)]
    place = axis_of(axis or 0, samples.ndim, samples)
    rows = moveaxis(samples, place, 0)
    inner = true_div(sub(rows[2:], rows[:-2]), 2.0)
    slopes = concatenate([rows[1:2] - rows[:1], inner, rows[-1:] - rows[-2:-1]], axis=0)
    return moveaxis(true_div(slopes, dx), 0, place)


def ediff1d(x: Any) -> Variable:
    """The differences of neighbours in the order of all elements."""
    row = ravel(x)
    return sub(row[1:], row[:-1])  # type: ignore[no-any-return]


def sinc(x: Any) -> Variable:
    """sin(pi x) / (pi x), which is 1 at 0."""
    angle = mul(as_variable(x), np.pi)
    is_zero = eq(angle, 0)
    return switch(is_zero, 1.0, true_div(sin(angle), switch(is_zero, 1.0, angle)))  # type: ignore[no-any-return]


def polyval(p: Any, x: Any) -> Variable:
    """The polynomial with these coefficients, the highest power's first, at x."""
    coefficients = as_variable(p)
    (count,) = coefficients.type.shape if coefficients.ndim == 1 else (None,)
    if count is None:
        raise RankMismatch(message("coefficients are a vector of known length", [("p", coefficients)]))
    place = as_variable(x)
    found = mul(place, 0)
    for power in range(count):
        found = add(mul(found, place), coefficients[power])
    return found  # type: ignore[no-any-return]


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Variable:
    """The powers of each element of a vector in a row, the highest first unless `increasing`."""
    row = as_variable(x)
    count = row.type.shape[0] if N is None and row.ndim == 1 else N
    if count is None:
        raise RankMismatch(message("a vector of known length is wanted, or N", [("x", row)]))
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    return expand_dims(row, 1) ** constant(powers.copy())  # type: ignore[no-any-return]


# Parts


def append(x: Any, values: Any, axis: int | None = None) -> Variable:
    """x with values behind it along an axis; both in one row if it is None."""
    return concatenate([as_variable(x), as_variable(values)], axis)


def argwhere(x: Any) -> Variable:
    """The places of the elements that are not zero, one in each row."""
    found = as_variable(x)
    return transpose(nonzero(found, return_matrix=True))


def array_split(x: Any, sections: Any, axis: int = 0) -> list[Variable]:
    """x in so many parts whose sizes differ by one at most, or cut at these places."""
    found = as_variable(x)
    if np.ndim(sections):
        return split(found, sections, axis=axis)
    size = sizes_of(found)[axis_of(axis, found.ndim, found)]
    sizes = [(size + sections - 1 - place) // sections for place in range(sections)]
    return split(found, sizes, sections, axis)


def rot90(x: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Variable:
    """x turned by a right angle k times, from the first of two axes to the second."""
    found = as_variable(x)
    first, second = (axis_of(axis, found.ndim, found) for axis in axes)
    if k % 4 in (0, 2):
        return flip(found, (first, second)) if k % 4 else found
    return swapaxes(flip(found, second), first, second) if k % 4 == 1 else flip(swapaxes(found, first, second), second)


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Variable:
    """For each element the choice of the first condition that holds, `default` if none does."""
    if len(condlist) != len(choicelist) or not condlist:
        raise InvalidValue(message(f"{len(condlist)} conditions, and {len(choicelist)} choices"))
    found = as_variable(default)
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        found = switch(as_variable(condition), choice, found)
    return found
