"""Shapes: sizes, the order of axes, new axes, broadcasting, under NumPy's, the Array API's and Theano's names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import numpy as np

from symlab.core.ir.behind import shaped_like
from symlab.core.ir.errors import InvalidValue, NotAsDeclared, ShapeMismatch, message
from symlab.core.ir.op import CONSTANT
from symlab.core.ops import index
from symlab.core.ops import shape as ops
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.elementwise import maximum, mul
from symlab.core.ops.join import make_vector
from symlab.core.ops.operators import Variable, as_variable, constant, of_constants
from symlab.core.ops.rounding import floor_div
from symlab.core.ops.shape import Number, joined_size, number_of, reshaped, shuffled, sizes_of, specified, spread
from symlab.tensor.arguments import Axis, axes_of, axis_of, elements_of, of_sizes, size_from, sizes_from
from symlab.tensor.keywords import known_as

# fmt: off
__all__ = [
    "addbroadcast", "atleast_1d", "atleast_2d", "atleast_3d", "atleast_Nd", "broadcast_arrays", "broadcast_shape",
    "broadcast_to", "dimshuffle", "expand_dims", "flatten", "flip", "fliplr", "flipud", "matrix_transpose",
    "moveaxis", "ndim", "patternbroadcast", "permute_dims", "ravel", "reshape", "shape", "shape_padaxis",
    "shape_padleft", "shape_padright", "size", "specify_broadcastable", "specify_shape", "squeeze", "swapaxes",
    "transpose", "unbroadcast",
]
# fmt: on


def shape(x: Any) -> Variable:
    """The sizes of x as a vector of int64, those known now as constants: `rows, columns = x.shape`."""
    x = as_variable(x)
    sizes = sizes_of(x)
    if not sizes:
        return shaped_like(constant(np.zeros(0, np.int64)), x)
    numbers = (shaped_like(constant(size, dtype=np.int64), x) if isinstance(size, int) else size for size in sizes)
    return shaped_like(of_constants(make_vector(*numbers)), x)


def size(x: Any) -> Variable:
    """The number of elements, a scalar of int64."""
    x = as_variable(x)
    found = ops.size_product(x)
    return found if isinstance(found, Variable) else shaped_like(constant(found, dtype=np.int64), x)


def ndim(x: Any) -> int:
    """The number of axes."""
    return as_variable(x).ndim


@known_as(newshape="shape")
def reshape(x: Any, shape: Any, ndim: int | None = None) -> Variable:
    """The elements of x in another shape, in which one size may be -1.

    The shape is a number, a list of numbers and integer scalars, or an integer vector; where the length of a vector is
    not known, `ndim` tells it.
    """
    x = as_variable(x)
    sizes = sizes_from(shape, ndim)
    if isinstance(shape, Variable) and shape.ndim and shape.op not in (make_vector, CONSTANT):
        sizes = with_free_size(sizes, x)
    return reshaped(x, completed(sizes, x))


def with_free_size(sizes: list[Number], x: Variable) -> list[Number]:
    """Sizes that are known at the call alone, one of which may be -1 there."""
    rest = maximum(mul(joined_size(sizes), -1), 1)
    free = floor_div(size(x), rest)
    return [number_of(switch(eq(number, -1), free, number)) for number in sizes]


def completed(sizes: list[Number], x: Variable) -> list[Number]:
    """The sizes with -1 replaced where the others tell it: sizes of x that occur in both cancel."""
    if [size for size in sizes if isinstance(size, int)].count(-1) != 1:
        return sizes
    left = list(x.type.shape)
    rest = []
    for wanted in sizes:
        axis = wanted.attr("axis") if isinstance(wanted, Variable) and wanted.op is ops.size_of else None
        if axis is not None and wanted.args[0] is x and left[axis] is None:
            left[axis] = 1
        elif not (isinstance(wanted, int) and wanted == -1):
            rest.append(wanted)
    if None in left or not all(isinstance(size, int) for size in rest):
        return sizes
    total, known = prod(left), prod(rest)  # type: ignore[arg-type]
    if known <= 0 or total % known:
        return sizes
    return [total // known if isinstance(size, int) and size == -1 else size for size in sizes]


def flatten(x: Any, ndim: int = 1, *, outdim: int | None = None) -> Variable:
    """The elements of x in `ndim` axes, the last ones joined."""
    x = as_variable(x)
    kept = ndim if outdim is None else outdim
    if not 1 <= kept <= max(x.ndim, 1):
        raise InvalidValue(message(f"{x.ndim} axes cannot become {kept}", [(x.name or "x", x)]))
    if kept == x.ndim:
        return x
    sizes = sizes_of(x)
    joined = joined_size(sizes[kept - 1 :])
    return reshaped(x, [*sizes[: kept - 1], -1 if kept == 1 and not isinstance(joined, int) else joined])


def ravel(x: Any) -> Variable:
    """The elements of x in one axis."""
    return flatten(x, 1)


def dimshuffle(x: Any, *pattern: Any) -> Variable:
    """The axes of x in the order of `pattern`, in which "x" is a new axis of size 1.

    An axis that is left out must be known to be of size 1.
    """
    x = as_variable(x)
    if len(pattern) == 1 and isinstance(pattern[0], (list, tuple)):
        pattern = tuple(pattern[0])
    places = tuple("x" if isinstance(axis, str) and axis == "x" else axis_of(axis, x.ndim, x) for axis in pattern)
    return ops.dimshuffle(x, pattern=places)  # type: ignore[no-any-return]


def transpose(x: Any, *order: Any, axes: Any = None) -> Variable:
    """The axes of x in another order, reversed if none is given."""
    x = as_variable(x)
    axes = order if axes is None else tuple(axes)
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (list, tuple))):
        axes = tuple(axes[0] or ())
    places = [axis_of(axis, x.ndim, x) for axis in axes] or list(range(x.ndim - 1, -1, -1))
    if sorted(places) != list(range(x.ndim)):
        raise InvalidValue(message(f"{tuple(axes)} is no order of {x.ndim} axes", [(x.name or "x", x)]))
    turned = shuffled(x, places) if x.ndim != 1 else ops.dimshuffle(x, pattern=(0,))  # one that may have its own name
    if x.name and turned is not x and not axes:
        turned.name = f"{x.name}.T"
    return turned


def permute_dims(x: Any, axes: Sequence[int]) -> Variable:
    """The axes of x in another order."""
    return transpose(x, *axes)


def matrix_transpose(x: Any) -> Variable:
    """x with its last two axes exchanged."""
    return swapaxes(x, -1, -2)


def swapaxes(x: Any, axis1: int, axis2: int) -> Variable:
    """x with two axes exchanged."""
    x = as_variable(x)
    order = list(range(x.ndim))
    one, other = axis_of(axis1, x.ndim, x), axis_of(axis2, x.ndim, x)
    order[one], order[other] = other, one
    return shuffled(x, order)


@known_as(a="x")
def moveaxis(x: Any, source: Axis, destination: Axis) -> Variable:
    """x with axes moved to other places, the others in their order."""
    x = as_variable(x)
    pairs = [
        [axis_of(axis, x.ndim, x) for axis in (group if isinstance(group, (list, tuple)) else [group])]
        for group in (source, destination)
    ]
    if len(pairs[0]) != len(pairs[1]):
        raise InvalidValue(message(f"{len(pairs[0])} axes cannot move to {len(pairs[1])} places"))
    order = [axis for axis in range(x.ndim) if axis not in pairs[0]]
    for place, axis in sorted(zip(pairs[1], pairs[0], strict=True)):
        order.insert(place, axis)
    return shuffled(x, order)


def expand_dims(x: Any, axis: Axis = 0) -> Variable:
    """x with new axes of size 1 at these places of the result."""
    x = as_variable(x)
    count = len(axis) if isinstance(axis, (list, tuple)) else 1
    return ops.with_new_axes(x, axes_of(0 if axis is None else axis, x.ndim + count, x), x.ndim + count)


def squeeze(x: Any, axis: Axis = None) -> Variable:
    """x without its axes of size 1: those known now, or those named, which are then checked at the call."""
    x = as_variable(x)
    if axis is None:
        dropped = tuple(place for place, size in enumerate(x.type.shape) if size == 1)
    else:
        dropped = axes_of(axis, x.ndim, x)
        wrong = [place for place in dropped if x.type.shape[place] not in (1, None)]
        if wrong:
            problem = f"axis {wrong[0]} has size {x.type.shape[wrong[0]]}, and only one of size 1 can be dropped"
            raise ShapeMismatch(message(problem, [(x.name or "x", x)]))
        x = addbroadcast(x, *dropped)
    return shuffled(x, [place for place in range(x.ndim) if place not in dropped])


@known_as(t="x")
def shape_padleft(x: Any, n_ones: int = 1) -> Variable:
    """x with new axes of size 1 in front."""
    x = as_variable(x)
    return ops.padded_left(x, x.ndim + n_ones)


@known_as(t="x")
def shape_padright(x: Any, n_ones: int = 1) -> Variable:
    """x with new axes of size 1 at the end."""
    x = as_variable(x)
    return ops.with_new_axes(x, range(x.ndim, x.ndim + n_ones), x.ndim + n_ones)


@known_as(t="x")
def shape_padaxis(x: Any, axis: int) -> Variable:
    """x with a new axis of size 1."""
    return expand_dims(x, axis)


def atleast_1d(x: Any) -> Variable:
    """x, a scalar as a vector of one element."""
    x = as_variable(x)
    return x if x.ndim else shape_padleft(x)


def atleast_2d(x: Any) -> Variable:
    """x with new axes in front, up to 2."""
    x = as_variable(x)
    return ops.padded_left(x, max(x.ndim, 2))


def atleast_3d(x: Any) -> Variable:
    """x with new axes up to 3, placed as in NumPy: a vector in the middle, a matrix in front."""
    x = atleast_1d(x)
    if x.ndim == 1:
        x = shape_padleft(x)
    return shape_padright(x) if x.ndim == 2 else x


def atleast_Nd(*arrays: Any, n: int = 1, left: bool = True) -> Any:
    """An array with new axes in front (or at the end), up to n; of several arrays a list."""
    if len(arrays) != 1:
        return [atleast_Nd(array, n=n, left=left) for array in arrays]
    x = as_variable(arrays[0])
    if x.ndim >= n:
        return x
    return shape_padleft(x, n - x.ndim) if left else shape_padright(x, n - x.ndim)


def broadcast_to(x: Any, shape: Any, ndim: int | None = None) -> Variable:
    """x repeated along new axes in front and along axes that are known to be of size 1."""
    return spread(as_variable(x), sizes_from(shape, ndim))


def broadcast_arrays(*arrays: Any) -> list[Variable]:
    """Several arrays broadcast to one shape."""
    found = [as_variable(array) for array in arrays]
    rank = max((array.ndim for array in found), default=0)
    padded = [(1,) * (rank - array.ndim) + tuple(sizes_of(array)) for array in found]
    sizes = [common_size(entries) for entries in zip(*padded, strict=True)]
    return [spread(array, sizes) for array in found]


def broadcast_shape(*arrays: Any, arrays_are_shapes: bool = False) -> tuple[Variable, ...]:
    """The sizes to which arrays (or shapes, if told so) broadcast, as scalars: constants where they are known."""
    shapes = [tuple(sizes_from(item)) if arrays_are_shapes else sizes_of(as_variable(item)) for item in arrays]
    rank = max(map(len, shapes), default=0)
    padded = [(1,) * (rank - len(sizes)) + sizes for sizes in shapes]
    for axis, sizes in enumerate(zip(*padded, strict=True)):
        known = {size for size in sizes if isinstance(size, int) and size != 1}
        if len(known) > 1:
            raise ShapeMismatch(message(f"the sizes {sorted(known)} of axis {axis} do not broadcast"))
    found = [common_size(sizes) for sizes in zip(*padded, strict=True)]
    return tuple(size if isinstance(size, Variable) else constant(size, dtype=np.int64) for size in found)


def common_size(sizes: Iterable[Number]) -> Number:
    """The size that others broadcast to: a known one if there is any, else the first that is not 1."""
    others = [size for size in sizes if not isinstance(size, int) or size != 1]
    known = [size for size in others if isinstance(size, int)]
    return (known or others or [1])[0]


def specify_shape(x: Any, shape: Any) -> Variable:
    """x with sizes declared (None where nothing is said), which are used now and checked at the call.

    A size that is an expression is checked at the call alone.
    """
    x = as_variable(x)
    if isinstance(shape, Variable) and shape.ndim:
        shape = elements_of(shape, shape.type.shape[0] or x.ndim)
    entries = shape if isinstance(shape, (list, tuple, np.ndarray)) else [shape]
    sizes = [size if size is None else size_from(size) for size in entries]
    if len(sizes) != x.ndim:
        raise NotAsDeclared(message(f"{len(sizes)} sizes are declared for {x.ndim} axes", [(x.name or "x", x)]))
    known = specified(x, tuple(None if isinstance(size, Variable) else size for size in sizes))
    if not any(isinstance(size, Variable) for size in sizes):
        return known
    return of_sizes(
        known, [a if isinstance(a, Variable) else b for a, b in zip(sizes, sizes_of(known), strict=True)], "x"
    )


def addbroadcast(x: Any, *axes: int) -> Variable:
    """x with these axes declared to be of size 1, so that they broadcast; checked at the call."""
    x = as_variable(x)
    ones = axes_of(axes, x.ndim, x)
    return specified(x, tuple(1 if axis in ones else None for axis in range(x.ndim)))


specify_broadcastable = addbroadcast


def unbroadcast(x: Any, *axes: int) -> Variable:
    """x with these axes not broadcasting, even where their size is known to be 1."""
    x = as_variable(x)
    ones = [axis for axis in axes_of(axes, x.ndim, x) if x.type.shape[axis] == 1]
    return ops.unbroadcast(x, axes=tuple(ones)) if ones else x


def patternbroadcast(x: Any, broadcastable: Sequence[bool]) -> Variable:
    """x with exactly these axes broadcasting."""
    x = as_variable(x)
    if not len(broadcastable):  # nothing is said of any axis
        return x
    if len(broadcastable) != x.ndim:
        raise ShapeMismatch(message(f"{len(broadcastable)} flags for {x.ndim} axes", [(x.name or "x", x)]))
    x = addbroadcast(x, *(axis for axis, flag in enumerate(broadcastable) if flag))
    return unbroadcast(x, *(axis for axis, flag in enumerate(broadcastable) if not flag))


@known_as(arr="x")
def flip(x: Any, axis: Axis = None) -> Variable:
    """x with axes in the opposite order."""
    x = as_variable(x)
    for place in axes_of(axis, x.ndim, x):
        x = index.reversed_along(x, place)
    return x  # type: ignore[no-any-return]


def fliplr(x: Any) -> Variable:
    """x with its second axis in the opposite order."""
    return flip(x, 1)


def flipud(x: Any) -> Variable:
    """x with its first axis in the opposite order."""
    return flip(x, 0)
