"""Reading an index: what stands between the brackets of `x[...]` as one entry for each axis."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidIndex, InvalidIndexType, message
from symlab.core.ir.op import PROJECT
from symlab.core.ops import gather
from symlab.core.ops.index import WHOLE
from symlab.core.ops.operators import Variable, as_variable, constant
from symlab.core.ops.shape import number_of, sizes_of, with_new_axes
from symlab.tensor.arguments import of_sizes


@dataclass(frozen=True)
class Whole:
    """An axis of which all is taken."""


@dataclass(frozen=True)
class Part:
    """A slice, its bounds numbers, scalars of int64 or None."""

    bounds: tuple[Any, Any, Any]


@dataclass(frozen=True)
class Place:
    """One place along an axis: a number or a scalar of int64."""

    number: Any


@dataclass(frozen=True)
class Places:
    """An array of integers."""

    array: Variable


@dataclass(frozen=True)
class Mask:
    """An array of booleans, before it becomes the places where it is true."""

    array: Variable


@dataclass(frozen=True)
class NewAxis:
    """A new axis of size 1."""


@dataclass(frozen=True)
class Truth(NewAxis):
    """A new axis of which the one place is taken, or none: what a boolean of no axes is as an index."""

    array: Variable


Entry = Whole | Part | Place | Places | NewAxis


def entries_of(index: Any, x: Variable) -> list[Entry]:
    """One entry for each axis of x, and one for each new axis."""
    if isinstance(index, list) and any(item is None or item is ... or isinstance(item, slice) for item in index):
        index = tuple(index)  # as Theano and NumPy before 1.23 take it
    items = index if isinstance(index, tuple) else (index,)
    ellipses = sum(1 for item in items if item is Ellipsis)
    if ellipses > 1:
        raise InvalidIndex(message("an index can have one ellipsis only", [(x.name or "x", x)]))
    read = [item if item is Ellipsis else read_item(item, x) for item in items]
    used = sum(axes_taken(item) for item in read)
    if used > x.ndim:
        problem = f"too many indices: {used} for {x.ndim} axes"
        raise InvalidIndex(message(problem, [(x.name or "x", x)]))
    entries: list[Entry] = []
    axis = 0
    for item in read if ellipses else [*read, Ellipsis]:
        if item is Ellipsis:
            entries += [Whole()] * (x.ndim - used)
            axis += x.ndim - used
        else:
            entries += mask_places(item.array, x, axis) if isinstance(item, Mask) else [item]
            axis += axes_taken(item)
    return entries


def axes_taken(entry: Any) -> int:
    """How many axes an entry stands for, an ellipsis taking what is left."""
    if isinstance(entry, Mask):
        return entry.array.ndim
    return 0 if entry is Ellipsis or isinstance(entry, NewAxis) else 1


def read_item(item: Any, x: Variable) -> Entry | Mask:
    """What one item of an index stands for."""
    if item is None:
        return NewAxis()
    if isinstance(item, builtins.slice):
        bounds = tuple(None if bound is None else bound_of(bound, x) for bound in (item.start, item.stop, item.step))
        return Whole() if bounds in ((None, None, None), WHOLE) else Part(bounds)
    if isinstance(item, (bool, np.bool_)):
        return Truth(constant(np.arange(int(item))))
    if isinstance(item, (int, np.integer)):
        return Place(int(item))
    array = as_variable(np.asarray(item, np.int64) if isinstance(item, (list, tuple)) and not item else item)
    if array.type.dtype.kind == "b":
        return mask_of(array)
    if array.type.dtype.kind not in "iu":
        operands = [(x.name or "x", x), ("index", array)]
        raise InvalidIndexType(message(f"an index is made of integers, not {array.dtype}", operands))
    return Places(array) if array.ndim else Place(number_of(array))


def bound_of(bound: Any, x: Variable) -> Any:
    """A bound of a slice."""
    node = as_variable(bound)
    if node.ndim or node.type.dtype.kind not in "iu":
        raise InvalidIndexType(message(f"the bound of a slice is an integer, not {bound!r}", [(x.name or "x", x)]))
    return number_of(node)


def mask_of(array: Variable) -> Mask | Truth:
    """An array of booleans as a mask, a single one as what it is of a new axis."""
    if array.ndim:
        return Mask(array)
    return Truth(PROJECT(gather.nonzero(with_new_axes(array, [0], 1)), index=0))


def mask_places(mask: Variable, x: Variable, first: int) -> list[Entry]:
    """The places where a mask of the axes of x from `first` on is true."""
    several = gather.nonzero(fitted(mask, x, first))
    return [Places(PROJECT(several, index=place)) for place in range(mask.ndim)]


def fitted(mask: Variable, x: Variable, first: int) -> Variable:
    """A mask of the sizes of the axes of x that it stands for: checked now where they are known, else at the call."""
    sizes = sizes_of(x)[first : first + mask.ndim]
    for place, (found, wanted) in enumerate(zip(mask.type.shape, sizes, strict=True)):
        if isinstance(wanted, int) and found not in (None, wanted):
            problem = f"a mask of size {found} along axis {place} does not fit axis {first + place} of size {wanted}"
            raise InvalidIndex(message(problem, [(x.name or "x", x), (mask.name or "mask", mask)]))
    return of_sizes(mask, sizes, "mask")
