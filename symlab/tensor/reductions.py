"""Sums, products, means, extremes and orders over axes, under NumPy's, the Array API's and Theano's names."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from symlab.core.ir.config import current
from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.types import inexact
from symlab.core.ops import cumulative, nn, reduce
from symlab.core.ops import sort as sorting
from symlab.core.ops.compare import neq, switch
from symlab.core.ops.elementwise import abs, add, maximum, pow, sqr, sqrt, sub, true_div
from symlab.core.ops.join import join
from symlab.core.ops.operators import Variable, as_variable, cast_to, constant
from symlab.core.ops.shape import joined_size, reshaped, shuffled, sizes_of, spread, with_new_axes
from symlab.tensor.arguments import Axis, axes_of, axis_of
from symlab.tensor.chosen_axes import along_axis
from symlab.tensor.elementwise import cast
from symlab.tensor.keywords import known_as
from symlab.tensor.precise import precise_sum
from symlab.tensor.shaping import flip, ravel
from symlab.tensor.types import dtype_of

# fmt: off
__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "argsort", "count_nonzero", "cummax", "cummin", "cumprod",
    "cumsum", "cumulative_prod", "cumulative_sum", "log_softmax", "logsumexp",
    "max", "max_and_argmax", "mean", "median", "min",
    "norm", "prod", "ptp", "softmax", "sort", "std", "sum", "var",
]
# fmt: on


@known_as(input="x")
def sum(
    x: Any,
    axis: Axis = None,
    dtype: Any = None,
    keepdims: bool = False,
    acc_dtype: Any = None,
    precise: bool = False,
) -> Variable:
    """The sum over axes.

    Booleans and small integers are summed in 64 bits, as in NumPy. `dtype` is that of the elements and the result,
    `acc_dtype` that of the running sum (float32 for float16, if nothing is said). With `precise`, terms that cancel
    leave what they would in twice the precision.
    """
    if precise:
        x = as_variable(x) if dtype is None else cast_to(as_variable(x), dtype_of(dtype))
        return precise_sum(x, axes_of(axis, x.ndim, x), builtins.bool(keepdims))
    return total(reduce.sum, as_variable(x), axis, dtype, keepdims, acc_dtype)


@known_as(input="x")
def prod(
    x: Any,
    axis: Axis = None,
    dtype: Any = None,
    keepdims: bool = False,
    acc_dtype: Any = None,
    no_zeros_in_input: bool = False,
) -> Variable:
    """The product over axes, in the dtypes of `sum`.

    The gradient is right where elements are 0; with `no_zeros_in_input` it is a plain quotient.
    """
    attributes = {"nonzero": True} if no_zeros_in_input else {}
    return total(reduce.prod, as_variable(x), axis, dtype, keepdims, acc_dtype, **attributes)


def total(op: Any, x: Variable, axis: Axis, dtype: Any, keepdims: bool, acc_dtype: Any, **attributes: Any) -> Variable:
    """A sum or product whose elements are of `dtype`."""
    axes = axes_of(axis, x.ndim, x)
    if dtype is not None:
        x = cast_to(x, dtype_of(dtype))
    accumulator = reduce.accumulator(x.type.dtype)
    if acc_dtype is not None and dtype_of(acc_dtype) != accumulator:
        attributes["acc_dtype"] = dtype_of(acc_dtype).name
    result = op(x, axes=axes, keepdims=builtins.bool(keepdims), **attributes)
    return result if dtype is None else cast_to(result, dtype_of(dtype))


def count(x: Variable, axes: tuple[int, ...], dtype: Any) -> Variable:
    """How many elements there are along axes, as a number of this dtype."""
    number = joined_size(sizes_of(x)[axis] for axis in axes)
    return cast(number, dtype) if isinstance(number, Variable) else constant(number, dtype=dtype)


@known_as(input="x")
def mean(x: Any, axis: Axis = None, dtype: Any = None, keepdims: bool = False, acc_dtype: Any = None) -> Variable:
    """The mean over axes: the sum divided by the count; of integers a float64, as in NumPy.

    With a `dtype` of integers it is cut to them; where Theano's manners hold, it is a float64 then too.
    """
    x = as_variable(x)
    axes = axes_of(axis, x.ndim, x)
    own = x.type.dtype if x.type.dtype.kind in "fc" else np.dtype(np.float64)
    wanted = own if dtype is None else dtype_of(dtype)
    if wanted.kind not in "fc" and current().manners == "theano":
        wanted = np.dtype(np.float64)
    wide = np.dtype(np.float32) if wanted == np.float16 else wanted
    summed = sum(cast(x, wide), axes, keepdims=keepdims, acc_dtype=acc_dtype)
    return cast(true_div(summed, count(x, axes, wide)), wanted)


@known_as(input="x")
def var(
    x: Any,
    axis: Axis = None,
    ddof: float = 0,
    keepdims: bool = False,
    corrected: bool = False,
    *,
    dtype: Any = None,
    correction: float | None = None,
) -> Variable:
    """The variance over axes, from the differences to the mean, divided by the count less `ddof`.

    With `corrected` what rounding left of the sum of the differences is taken out as well. `correction` is the Array
    API's name of `ddof`.
    """
    x = as_variable(x)
    axes = axes_of(axis, x.ndim, x)
    wide = x if dtype is None else cast(x, dtype)
    if wide.type.dtype.kind not in "fc":
        wide = cast(wide, "float64")
    narrow = wide.type.dtype
    wide = cast(wide, "float32") if narrow == np.float16 else wide
    differences = sub(wide, mean(wide, axes, keepdims=True))
    squares = sqr(abs(differences)) if narrow.kind == "c" else sqr(differences)
    spread = sum(squares, axes, keepdims=keepdims)
    number = count(x, axes, spread.type.dtype)
    if corrected:
        spread = sub(spread, true_div(sqr(sum(differences, axes, keepdims=keepdims)), number))
    less = ddof if correction is None else correction
    result = true_div(spread, maximum(sub(number, less), 0) if less else number)
    return cast(result, narrow) if narrow == np.float16 else result  # type: ignore[no-any-return]


@known_as(input="x")
def std(
    x: Any,
    axis: Axis = None,
    ddof: float = 0,
    keepdims: bool = False,
    corrected: bool = False,
    *,
    dtype: Any = None,
    correction: float | None = None,
) -> Variable:
    """The standard deviation over axes: the root of `var`."""
    return sqrt(var(x, axis, ddof, keepdims, corrected, dtype=dtype, correction=correction))  # type: ignore[no-any-return]


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The largest element over axes, nan if there is one.

    The gradient goes to every element that equals the result, as in Theano.
    """
    return extreme(reduce.max, x, axis, keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The smallest element over axes, nan if there is one; its gradient is as that of `max`."""
    return extreme(reduce.min, x, axis, keepdims)


def extreme(op: Any, x: Any, axis: Axis, keepdims: bool) -> Variable:
    """A reduction that has no options but axes."""
    x = as_variable(x)
    return op(x, axes=axes_of(axis, x.ndim, x), keepdims=builtins.bool(keepdims))  # type: ignore[no-any-return]


def argmax(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The place of the largest element, among all or along an axis; the first one where there are several."""
    return extreme(reduce.argmax, x, axis, keepdims)


def argmin(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The place of the smallest element, among all or along an axis; the first one where there are several."""
    return extreme(reduce.argmin, x, axis, keepdims)


def max_and_argmax(x: Any, axis: Axis = None, keepdims: bool = False) -> list[Variable]:
    """`max` and `argmax`."""
    return [max(x, axis, keepdims), argmax(x, axis, keepdims)]


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Whether any element over axes is true, that is not 0."""
    return extreme(reduce.any, cast(x, "bool"), axis, keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Whether all elements over axes are true, that is not 0."""
    return extreme(reduce.all, cast(x, "bool"), axis, keepdims)


def count_nonzero(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """How many elements over axes are not 0."""
    return sum(cast(x, "bool"), axis, keepdims=keepdims)


def ptp(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The range over axes: the largest element less the smallest."""
    return sub(max(x, axis, keepdims), min(x, axis, keepdims))  # type: ignore[no-any-return]


def median(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """The middle element in order over axes, the mean of two where their number is even; nan if any element is."""
    x = floating(x)
    axes = axes_of(axis, x.ndim, x)
    others = [place for place in range(x.ndim) if place not in axes]
    sizes = sizes_of(x)
    count = joined_size([sizes[place] for place in axes])
    rows = reshaped(shuffled(x, [*others, *axes]), [*(sizes[place] for place in others), count])
    ordered = sorting.sort(rows, axis=rows.ndim - 1)
    if not isinstance(count, int) or count == 0:  # the median of nothing is nan, which index -1 finds
        nan = spread(constant(np.nan, dtype=x.type.dtype), [*sizes_of(rows)[:-1], 1])
        ordered = join(ordered, nan, axis=rows.ndim - 1)
    middle = true_div(add(ordered[..., (count - 1) // 2], ordered[..., count // 2]), 2)
    last = ordered[..., count - 1]
    found = switch(neq(last, last), last, middle)  # nan is the last in order
    return with_new_axes(found, axes, x.ndim) if keepdims else found


def norm(x: Any, L: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """Theano's elementwise L-norm: sum(abs(x)**L)**(1/L) over axes; T.linalg.norm is NumPy's.

    L = 0 counts the elements that are not 0, inf and -inf give the largest and the smallest magnitude.
    """
    size = abs(floating(x))
    if isinstance(L, str):
        raise InvalidValue(message(f"there is no elementwise norm {L!r}", (), ["T.linalg.norm(x, 'fro')"]))
    if isinstance(L, Variable):
        return pow(sum(pow(size, L), axis, keepdims=keepdims), true_div(1, L))  # type: ignore[no-any-return]
    if L == 0:
        return cast(sum(neq(size, 0), axis, keepdims=keepdims), inexact(size.type.dtype))
    if L in (np.inf, -np.inf):
        return (max if L > 0 else min)(size, axis, keepdims)
    if L == 1:
        return sum(size, axis, keepdims=keepdims)
    if L == 2:
        return sqrt(sum(sqr(size), axis, keepdims=keepdims))  # type: ignore[no-any-return]
    return pow(sum(pow(size, L), axis, keepdims=keepdims), 1.0 / L)  # type: ignore[no-any-return]


def cumsum(x: Any, axis: int | None = None) -> Variable:
    """The running sum along an axis, over all elements if none is given."""
    return running(cumulative.cumsum, x, axis)


def cumprod(x: Any, axis: int | None = None) -> Variable:
    """The running product along an axis, over all elements if none is given."""
    return running(cumulative.cumprod, x, axis)


def cummax(x: Any, axis: int | None = None) -> Variable:
    """The largest element so far along an axis, over all elements if none is given; nan from the first one on.

    Its gradient goes to the place where the extreme was found first.
    """
    return running(cumulative.cummax, x, axis)


def cummin(x: Any, axis: int | None = None) -> Variable:
    """The smallest element so far along an axis, over all elements if none is given; as `cummax` otherwise."""
    return running(cumulative.cummin, x, axis)


def running(op: Any, x: Any, axis: Any) -> Variable:
    """An op along one axis, which the call may choose, or over the elements in one row."""
    x = as_variable(x) if axis is not None else ravel(x)
    return along_axis(0 if axis is None else axis, x.ndim, lambda place: op(x, axis=place), x)  # type: ignore[no-any-return]


@known_as(a="x")
def sort(
    x: Any,
    axis: int | None = -1,
    kind: str | None = None,
    order: None = None,
    *,
    descending: bool = False,
    stable: bool = True,
) -> Variable:
    """The elements in order along an axis, of all if it is None; nan last (first if `descending`).

    `kind` is one of NumPy's algorithms, none of which gives another result than the stable one that is used.
    """
    check_kind(kind, order)
    found = running(sorting.sort, x, whole(axis))
    return flip(found, 0 if axis is None else axis) if descending else found


def whole(axis: Any) -> Any:
    """An axis, one of floating point as an integer: Theano's scalars without a letter are that."""
    return cast(axis, "int64") if isinstance(axis, Variable) and axis.type.dtype.kind == "f" else axis


def check_kind(kind: str | None, order: Any) -> None:
    """Raise for an algorithm of sorting that NumPy does not have, and for an order of fields."""
    if kind not in (None, "quicksort", "mergesort", "heapsort", "stable"):
        raise InvalidValue(message(f"there is no algorithm of sorting called {kind!r}", (), ["'stable'"]))
    if order is not None:
        raise InvalidValue(message(f"there are no fields to sort by, and `order` is {order!r}", (), ["order=None"]))


@known_as(a="x")
def argsort(
    x: Any,
    axis: int | None = -1,
    kind: str | None = None,
    order: None = None,
    *,
    descending: bool = False,
    stable: bool = True,
) -> Variable:
    """The places of the elements in order along an axis, equal ones always in theirs; nan last (first, descending)."""
    check_kind(kind, order)
    if not descending:
        return running(sorting.argsort, x, whole(axis))
    x, place = (ravel(x), 0) if axis is None else (as_variable(x), axis)
    last = sub(sizes_of(x)[axis_of(place, x.ndim, x)], 1)
    return sub(last, flip(running(sorting.argsort, flip(x, place), place), place))  # type: ignore[no-any-return]


def floating(x: Any) -> Variable:
    """x, integers in float64, as NumPy's means of them are."""
    node = as_variable(x)
    return node if node.type.dtype.kind in "fc" else cast(node, "float64")


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Variable:
    """log(sum(exp(x))) over axes without overflow; -inf where all elements are."""
    return extreme(nn.logsumexp, floating(x), axis, keepdims)


def softmax(x: Any, axis: Axis = -1) -> Variable:
    """exp(x) / sum(exp(x)) over axes (the last one if none is given) without overflow."""
    x = floating(x)
    return nn.softmax(x, axes=axes_of(axis, x.ndim, x))  # type: ignore[no-any-return]


def log_softmax(x: Any, axis: Axis = -1) -> Variable:
    """The logarithm of `softmax`, exact where softmax is near 0 or near 1."""
    x = floating(x)
    return nn.log_softmax(x, axes=axes_of(axis, x.ndim, x))  # type: ignore[no-any-return]


def cumulative_sum(x: Any, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Variable:
    """The Array API's running sum: of elements of `dtype`, and with a 0 in front if `include_initial`."""
    return started(cumsum, x, axis, dtype, 0 if include_initial else None)


def cumulative_prod(x: Any, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Variable:
    """The Array API's running product: of elements of `dtype`, and with a 1 in front if `include_initial`."""
    return started(cumprod, x, axis, dtype, 1 if include_initial else None)


def started(compute: Any, x: Any, axis: int | None, dtype: Any, initial: int | None) -> Variable:
    """A running total with its first value in front, where there is one."""
    x = as_variable(x) if axis is not None else ravel(x)
    place = axis_of(0 if axis is None else axis, x.ndim, x)
    found = compute(x if dtype is None else cast(x, dtype), place)
    found = found if dtype is None else cast(found, dtype)
    if initial is None:
        return found  # type: ignore[no-any-return]
    sizes = [*sizes_of(found)[:place], 1, *sizes_of(found)[place + 1 :]]
    return join(spread(constant(initial, dtype=found.type.dtype), sizes), found, axis=place)  # type: ignore[no-any-return]


amax = max
amin = min
