"""Indexing as in NumPy: `x[...]`, and `set_subtensor(x[...], value)` for what NumPy assigns."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidIndex, InvalidIndexType, InvalidValue, RankMismatch, TypeMismatch, message
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, PROJECT
from symlab.core.ops import create, gather
from symlab.core.ops import index as ops
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import add
from symlab.core.ops.index import WHOLE, normal_entry
from symlab.core.ops.join import make_vector
from symlab.core.ops.operators import Variable, as_variable, cast_to, constant
from symlab.core.ops.shape import (
    GIVEN,
    dimshuffle,
    padded_left,
    shuffled,
    size_of,
    sizes_of,
    spread,
    unshuffled,
    with_new_axes,
)
from symlab.core.ops.sort import along
from symlab.tensor.arguments import axis_of
from symlab.tensor.creation import diagonal
from symlab.tensor.elementwise import clip
from symlab.tensor.indices import Entry, NewAxis, Part, Place, Places, Truth, Whole, entries_of
from symlab.tensor.joining import stack
from symlab.tensor.keywords import known_as
from symlab.tensor.shaping import addbroadcast, common_size, ravel

# fmt: off
__all__ = [
    "compress", "fill_diagonal", "fill_diagonal_offset", "flatnonzero", "inc_subtensor", "nonzero", "nonzero_values",
    "set_subtensor", "slice_at_axis", "subtensor", "take", "take_along_axis",
]
# fmt: on


# Reading an index


def subtensor(x: Any, index: Any) -> Variable:
    """`x[index]`: integers, slices, None, Ellipsis, arrays of integers and of booleans, any of them expressions."""
    x = as_variable(x)
    if x.op is make_vector and isinstance(index, (int, np.integer, builtins.slice)):
        found = part_of_shape(x, index)
        if found is not None:
            return found
    entries = entries_of(index, x)
    arrays = [entry for entry in entries if isinstance(entry, (Places, Truth))]
    return gathered(x, entries) if arrays else sliced(x, entries)


def part_of_shape(vector: Variable, index: Any) -> Variable | None:
    """An element or slice of a vector of sizes as sizes again."""
    if not all(size.op is size_of or size.op is CONSTANT for size in vector.args):
        return None
    try:
        found = vector.args[index]
    except IndexError:
        return None
    if not isinstance(found, tuple):
        return found  # type: ignore[no-any-return]
    return make_vector(*found) if found else constant(np.zeros(0, vector.type.dtype))


# From entries to nodes


def sliced(x: Variable, entries: Sequence[Entry]) -> Variable:
    """Integers and slices, and after them new axes."""
    kept = [entry for entry in entries if not isinstance(entry, NewAxis)]
    new = len(kept) < len(entries)
    if not new or not all(isinstance(entry, Whole) for entry in kept):
        x = inner(basic(x, kept), new)
    return with_new(x, [entry for entry in entries if not isinstance(entry, Place)])


def gathered(x: Variable, entries: Sequence[Entry]) -> Variable:
    """Slices, then new axes, then arrays of integers; a single integer counts as one of them, as in NumPy."""
    slices = [entry if isinstance(entry, Part) else Whole() for entry in entries if not isinstance(entry, NewAxis)]
    if any(isinstance(entry, Part) for entry in slices):
        x = inner(basic(x, slices), True)
    shuffled_x = with_new(x, entries)
    if shuffled_x is not x:
        x = inner(shuffled_x, True)
    found = [(axis, array_of(entry)) for axis, entry in enumerate(entries) if isinstance(entry, (Place, Places, Truth))]
    for axis, array in found:
        check_bounds(x, axis, array)
    return gather.take(x, *(array for _, array in found), axes=tuple(axis for axis, _ in found))  # type: ignore[no-any-return]


def array_of(entry: Place | Places | Truth) -> Variable:
    """A place or places as an array."""
    return as_variable(entry.number) if isinstance(entry, Place) else entry.array


def check_bounds(x: Variable, axis: int, array: Variable) -> None:
    """Raise for constant places outside of an axis whose size is known."""
    size = x.type.shape[axis]
    if size is None or array.op is not CONSTANT:
        return
    values = constant_value(array)
    wrong = values[(values < -size) | (values >= size)]
    if wrong.size:
        problem = f"index {wrong.reshape(-1)[0]} is out of bounds for axis {axis} with size {size}"
        raise InvalidIndex(message(problem, [(x.name or "x", x)]))


def basic(x: Variable, entries: Sequence[Any]) -> Variable:
    """The node that slices x: one entry for each axis."""
    index, given = [], []
    for entry, size in zip(entries, x.type.shape, strict=True):
        numbers = WHOLE if isinstance(entry, Whole) else entry.bounds if isinstance(entry, Part) else (entry.number,)
        given += [number for number in numbers if isinstance(number, Variable)]
        marks = tuple(GIVEN if isinstance(number, Variable) else number for number in numbers)
        index.append(normal_entry(marks[0] if isinstance(entry, Place) else marks, size))
    return ops.slice(x, *given, index=tuple(index))  # type: ignore[no-any-return]


def with_new(x: Variable, entries: Sequence[Entry]) -> Variable:
    """x with its new axes; the other entries are its axes in order."""
    following = iter(range(x.ndim))
    return shuffled(x, ["x" if isinstance(entry, NewAxis) else next(following) for entry in entries])


def inner(node: Variable, marked: bool) -> Variable:
    """Mark a node that is only a step of one `x[...]`, so that setters go on to what was indexed."""
    if marked:
        node.tag.step_of_index = True
    return node


# Setting


@known_as(x="part", y="value")
def set_subtensor(part: Any, value: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False) -> Variable:
    """x with `part`, an expression `x[...]`, replaced by a value, which may broadcast; x itself stays as it is.

    Where an index comes twice the last value stays. The options are there for programs written for Theano; what is
    done in place is decided when the expression is compiled.
    """
    return written(part, value, increment=False)


@known_as(x="part", y="value")
def inc_subtensor(
    part: Any,
    value: Any,
    inplace: bool = False,
    set_instead_of_inc: bool = False,
    tolerate_inplace_aliasing: bool = False,
    ignore_duplicates: bool = False,
) -> Variable:
    """x with `part`, an expression `x[...]`, incremented by a value, as often as an index comes.

    With `ignore_duplicates` once for each place, as `x[...] += value` is in NumPy: the last value stays.
    """
    if ignore_duplicates and not set_instead_of_inc:
        return written(part, add(part, fitting(value, part)), increment=False)
    return written(part, value, increment=not set_instead_of_inc)


def written(part: Any, value: Any, increment: bool) -> Variable:
    """What was indexed, with a value written where `part` is; through every step of the index, the outermost first."""
    if not isinstance(part, Variable) or part.op not in (ops.slice, gather.take, dimshuffle):
        raise TypeMismatch(message("what is set must be of the form x[...]", [("part", part)], ["x[...] itself"]))
    result = fitting(value, part)
    while True:
        x = part.args[0]
        if part.op is dimshuffle:
            result = unpadded(result, part)
        else:
            result = written_step(part, x, result, increment)
            increment = False
        if not getattr(x.tag, "step_of_index", False):
            break
        part = x
    if part.op is not dimshuffle:
        return result
    return add(x, result) if increment else spread(result, sizes_of(x))  # type: ignore[no-any-return]


def written_step(part: Variable, x: Variable, value: Variable, increment: bool) -> Variable:
    """x with a value where one slice or one gathering takes its part from."""
    mask = mask_behind(part)
    if mask is not None and not value.ndim:
        found = add(x, value) if increment else value
        return switch(with_new_axes(mask, range(mask.ndim, x.ndim), x.ndim), found, x)  # type: ignore[no-any-return]
    if part.op is ops.slice:
        return (ops.inc_slice if increment else ops.set_slice)(x, value, *part.args[1:], index=part.attr("index"))  # type: ignore[no-any-return]
    return (gather.inc_take if increment else gather.set_take)(x, value, *part.args[1:], axes=part.attr("axes"))  # type: ignore[no-any-return]


def mask_behind(part: Variable) -> Variable | None:
    """The mask of all axes of x, or of the first ones, by which `part` is picked; None if it is picked otherwise."""
    places = part.args[1:]
    if part.op is not gather.take or part.attr("axes") != tuple(range(len(places))) or places[0].op is not PROJECT:
        return None
    several = places[0].args[0]
    if several.op is not gather.nonzero or several.args[0].ndim != len(places):
        return None
    pairs = [(place.args[0], place.attr("index")) if place.op is PROJECT else None for place in places]
    return several.args[0] if pairs == [(several, axis) for axis in range(len(places))] else None  # type: ignore[no-any-return]


def unpadded(value: Variable, part: Variable) -> Variable:
    """A value for an array with new axes as one for the array without them."""
    pattern = part.attr("pattern")
    if [axis for axis in pattern if axis != "x"] != list(range(part.args[0].ndim)):
        problem = "what is set must be of the form x[...], without a change of order"
        raise TypeMismatch(message(problem, [("part", part)]))
    full = padded_left(value, part.ndim)
    new = [axis for axis, entry in enumerate(pattern) if entry == "x" and full.type.shape[axis] != 1]
    return unshuffled(addbroadcast(full, *new), pattern, part.args[0].ndim)


def fitting(value: Any, part: Variable) -> Variable:
    """A value in the dtype of what it goes into, where that loses no kind of number."""
    node = as_variable(value)
    if not np.can_cast(node.type.dtype, part.type.dtype, "same_kind") and not is_plain(value, part):
        problem = f"a value of dtype {node.dtype} does not go into {part.dtype}"
        operands = [(part.name or "part", part), (node.name or "value", node)]
        raise TypeMismatch(message(problem, operands, [f"T.cast(value, {part.dtype!r})"]))
    return cast_to(node, part.type.dtype)


def is_plain(value: Any, part: Variable) -> bool:
    """Whether a Python integer stands for a number of another kind."""
    return type(value) in (int, bool) and part.type.dtype.kind in "iufc"


# Gathering by name


def take(x: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Variable:
    """The elements of x at integers along an axis, of all in a row if it is None.

    `mode` says what becomes of integers out of bounds: "raise", "clip" to the nearest, or "wrap" around.
    """
    x = as_variable(x) if axis is not None else ravel(x)
    place = axis_of(0 if axis is None else axis, x.ndim, x)
    return x[(builtins.slice(None),) * place + (within(indices, x, place, mode),)]  # type: ignore[no-any-return]


def within(indices: Any, x: Variable, axis: int, mode: str) -> Any:
    """Integers that are within bounds, or left as they are."""
    if mode in ("raise", None):
        return indices
    size = sizes_of(x)[axis]
    if mode == "clip":
        return clip(as_variable(indices), 0, size - 1)
    if mode == "wrap":
        return as_variable(indices) % size
    raise InvalidValue(message(f"there is no mode {mode!r}", (), ["'raise', 'clip' or 'wrap'"]))


def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Variable:
    """The elements of x along an axis at integers, in an array of the same rank (of all in a row if it is None).

    Along the other axes the two arrays broadcast to each other.
    """
    x, order = ravel(x) if axis is None else as_variable(x), as_variable(indices)
    place = axis_of(0 if axis is None else axis, x.ndim, x)
    of_integers = order.type.dtype.kind in "iu"
    if order.ndim != x.ndim or not of_integers:
        problem = f"places along an axis are an array of integers of rank {x.ndim}"
        wrong = RankMismatch if of_integers else InvalidIndexType
        raise wrong(message(problem, [(x.name or "x", x), (order.name or "indices", order)]))
    own = sizes_of(x), sizes_of(order)
    common = [common_size(pair) for pair in zip(*own, strict=True)]
    found = []
    for node, sizes in zip((x, order), own, strict=True):
        wanted = [size if axis == place else common[axis] for axis, size in enumerate(sizes)]
        changes = any(one is not other for one, other in zip(wanted, sizes, strict=True))
        found.append(spread(node, wanted) if changes else node)
    return along(*found, place)


@known_as(a="x")
def nonzero(x: Any, return_matrix: bool = False) -> Any:
    """The places of the elements that are not 0: a tuple of one vector per axis, or the rows of a matrix."""
    x = as_variable(x)
    if not x.ndim:
        raise RankMismatch(message("a scalar has no places", [(x.name or "x", x)], ["T.atleast_1d(x)"]))
    several = gather.nonzero(x)
    vectors = tuple(PROJECT(several, index=place) for place in range(x.ndim))
    return stack(list(vectors)) if return_matrix else vectors


@known_as(a="x")
def flatnonzero(x: Any) -> Variable:
    """The places of the elements that are not 0, counted in one row."""
    return nonzero(ravel(x))[0]  # type: ignore[no-any-return]


@known_as(a="x")
def nonzero_values(x: Any) -> Variable:
    """The elements that are not 0, in one row."""
    x = as_variable(x)
    return x[nonzero(x)]  # type: ignore[no-any-return]


def compress(condition: Any, x: Any, axis: int | None = None) -> Variable:
    """The parts of x along an axis where a vector of conditions is true."""
    return take(x, flatnonzero(condition), axis)


def slice_at_axis(sl: slice, axis: int) -> tuple[Any, ...]:
    """The index that takes a slice along one axis: those in front as a whole, or those behind if it counts back."""
    if axis < 0:
        return (..., sl, *[slice(None)] * (-axis - 1))
    return (*[slice(None)] * axis, sl, ...)


@known_as(a="x")
def fill_diagonal(x: Any, val: Any) -> Variable:
    """x with a scalar on the main diagonal: at the places whose indices are all the same."""
    x = as_variable(x)
    if x.ndim < 2:
        raise InvalidIndex(message("an array of less than two axes has no diagonal", [(x.name or "x", x)]))
    if x.ndim == 2:
        return set_subtensor(diagonal(x), val)
    places = create.counted(sizes_of(x)[0])
    return set_subtensor(x[(places,) * x.ndim], val)


@known_as(a="x")
def fill_diagonal_offset(x: Any, val: Any, offset: Any) -> Variable:
    """A matrix with a scalar on the diagonal `offset` places above the main one (below it if negative)."""
    return set_subtensor(diagonal(x, offset), val)
