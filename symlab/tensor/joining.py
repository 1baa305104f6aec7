"""Several arrays in one, one in several, and repetition, under NumPy's, the Array API's and Theano's names."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from symlab.core.custom.watch import CheckAndRaise
from symlab.core.ir.errors import InvalidValue, NotAsDeclared, RankMismatch, ShapeMismatch, message
from symlab.core.ops import gather, repetition
from symlab.core.ops import join as ops
from symlab.core.ops.compare import le
from symlab.core.ops.elementwise import mul, sub
from symlab.core.ops.index import part_of_axis
from symlab.core.ops.operators import Variable, as_variable, cast_to, constant
from symlab.core.ops.rounding import mod
from symlab.core.ops.shape import Number, number_of, reshaped, sizes_of, spread, with_new_axes
from symlab.tensor.arguments import Axis, axis_of, elements_of, of_sizes, promoted, size_from, sizes_from
from symlab.tensor.chosen_axes import along_axis
from symlab.tensor.keywords import known_as
from symlab.tensor.shaping import atleast_1d, atleast_2d, atleast_3d, common_size, expand_dims, ravel, shape_padleft

# fmt: off
__all__ = [
    "column_stack", "concat", "concat_with_broadcast", "concatenate", "dstack", "horizontal_stack", "hstack", "join",
    "repeat", "roll", "split", "stack", "stacklists", "tile", "unstack", "vertical_stack", "vstack",
]
# fmt: on


@known_as(tensor_list="arrays")
def concatenate(arrays: Any, axis: Any = 0) -> Variable:
    """Arrays one after the other along an axis, which the call may choose; flattened first if it is None."""
    parts = promoted(arrays)
    if axis is None:
        parts, axis = [ravel(part) for part in parts], 0
    if not parts[0].ndim:
        raise RankMismatch(message("a scalar has no axis along which it is joined", named(parts), ["T.stack"]))

    def joined(place: int) -> Variable:
        return ops.join(*parts, axis=place) if len(parts) > 1 else parts[0]  # type: ignore[no-any-return]

    return along_axis(axis, parts[0].ndim, joined, parts[0])  # type: ignore[no-any-return]


concat = concatenate


def concat_with_broadcast(arrays: Any, axis: int = 0) -> Variable:
    """Arrays of one rank one after the other along an axis, once they broadcast along all others."""
    parts = [as_variable(array) for array in arrays]
    if not parts:
        raise InvalidValue(message("there are no arrays to join"))
    if len({part.ndim for part in parts}) > 1:
        raise RankMismatch(message("arrays of one rank are joined", named(parts)))
    place = axis_of(axis, parts[0].ndim, parts[0])
    shapes = [sizes_of(part) for part in parts]
    common = [common_size(sizes) for sizes in zip(*shapes, strict=True)]
    wide = [
        spread(part, [*common[:place], shape[place], *common[place + 1 :]])
        for part, shape in zip(parts, shapes, strict=True)
    ]
    return concatenate(wide, place)


def named(parts: Sequence[Variable]) -> list[tuple[str, Variable]]:
    """Each part with its name, for errors."""
    return [(part.name or f"part {place + 1}", part) for place, part in enumerate(parts)]


def join(axis: Any, *arrays: Any) -> Variable:
    """Theano's `concatenate`, with the axis in front."""
    return concatenate(arrays, axis)


def stack(arrays: Any = None, *more: Any, axis: Any = 0, tensors: Any = None) -> Variable:
    """Arrays of one shape along a new axis, which the call may choose; scalars as a vector.

    They are a list (`tensors` in Theano), after which the axis may stand; several arrays that are none are taken too,
    with a warning.
    """
    arrays = tensors if arrays is None else arrays
    if arrays is None:
        raise InvalidValue(message("there is nothing to stack", (), ["stack([a, b])"]))
    if more and isinstance(arrays, (list, tuple)) and is_axis(more[-1]):
        axis, more = more[-1], more[:-1]
    if more:
        warnings.warn("stack takes its arrays as a list: stack([a, b])", DeprecationWarning, stacklevel=2)
    parts = promoted([arrays, *more] if more else arrays)

    def stacked(place: int) -> Variable:
        if all(part.ndim == 0 for part in parts):
            return ops.make_vector(*parts)  # type: ignore[no-any-return]
        return ops.join(*(expand_dims(part, place) for part in parts), axis=place)  # type: ignore[no-any-return]

    return along_axis(axis, parts[0].ndim + 1, stacked, parts[0])  # type: ignore[no-any-return]


def is_axis(value: Any) -> bool:
    """Whether a value can be an axis: an integer, or a scalar expression of integers."""
    if isinstance(value, Variable):
        return value.ndim == 0 and value.type.dtype.kind in "iu"
    return isinstance(value, (int, np.integer))


def stacklists(nested: Any) -> Variable:
    """Nested lists of arrays as one array."""
    if not isinstance(nested, (list, tuple)):
        return as_variable(nested)
    return stack([stacklists(item) if isinstance(item, (list, tuple)) else item for item in nested])


def hstack(arrays: Sequence[Any]) -> Variable:
    """Arrays side by side: along the second axis, vectors along their only one."""
    parts = [atleast_1d(array) for array in arrays]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1)


def vstack(arrays: Sequence[Any]) -> Variable:
    """Arrays one above the other: along the first axis, vectors as rows."""
    return concatenate([atleast_2d(array) for array in arrays], 0)


def dstack(arrays: Sequence[Any]) -> Variable:
    """Arrays one behind the other: along the third axis."""
    return concatenate([atleast_3d(array) for array in arrays], 2)


def column_stack(arrays: Sequence[Any]) -> Variable:
    """Vectors as the columns of a matrix; matrices side by side."""
    parts = [as_variable(array) for array in arrays]
    return concatenate([expand_dims(part, 1) if part.ndim == 1 else part for part in parts], 1)


def horizontal_stack(*arrays: Any) -> Variable:
    """Matrices side by side."""
    return concatenate(matrices_of(arrays), 1)


def vertical_stack(*arrays: Any) -> Variable:
    """Matrices one above the other."""
    return concatenate(matrices_of(arrays), 0)


def matrices_of(arrays: Sequence[Any]) -> list[Variable]:
    """Arrays that must be matrices."""
    found = [as_variable(array) for array in arrays]
    wrong = [(array.name or "array", array) for array in found if array.ndim != 2]
    if wrong:
        raise RankMismatch(message("matrices are wanted", wrong, ["T.hstack or T.vstack"]))
    return found


def unstack(x: Any, axis: int = 0) -> list[Variable]:
    """The parts of x along an axis whose size is known, without that axis."""
    x = as_variable(x)
    place = axis_of(axis, x.ndim, x)
    size = x.type.shape[place]
    if size is None:
        problem = f"the size of axis {place} is not known, and so the number of parts is not"
        raise InvalidValue(message(problem, [(x.name or "x", x)], ["T.specify_shape"]))
    before = (slice(None),) * place
    return [x[(*before, number)] for number in range(size)]


@known_as(splits_size="sections")
def split(x: Any, sections: Any, n_splits: int | None = None, axis: Any = 0) -> list[Variable]:
    """x in several parts along an axis, which the call may choose.

    As in NumPy `sections` is a number of equal parts or a list of places to cut; as in Theano, with `n_splits` given,
    it holds the sizes of so many parts.
    """
    x = as_variable(x)
    return along_axis(axis, x.ndim, lambda place: split_along(x, sections, n_splits, place), x)  # type: ignore[no-any-return]


def split_along(x: Variable, sections: Any, n_splits: int | None, place: int) -> list[Variable]:
    """x in several parts along an axis that is known."""
    if n_splits is not None:
        sizes = sizes_from(sections, n_splits)
        if any(isinstance(size, int) and size < 0 for size in sizes):
            raise InvalidValue(message(f"sizes of parts are not negative: {sections!r}", [(x.name or "x", x)]))
        places = list(running_totals(sizes))
        own = sizes_of(x)
        return cut(of_sizes(x, [*own[:place], places[-1], *own[place + 1 :]], "what is split"), place, places)
    if np.ndim(sections) == 0 and not isinstance(sections, Variable):
        return equal_parts(x, place, int(sections))
    return cut(x, place, [0, *sizes_from(sections), None])


def running_totals(sizes: Sequence[Number]) -> Iterator[Number]:
    """0, and the sums of the first sizes."""
    total: Number = 0
    yield total
    for size in sizes:
        total = ops.plus(total, size)
        yield total


def cut(x: Variable, axis: int, places: Sequence[Any]) -> list[Variable]:
    """The parts between places."""
    return [part_of_axis(x, axis, start, stop) for start, stop in pairwise(places)]


def equal_parts(x: Variable, axis: int, count: int) -> list[Variable]:
    """x in parts of equal size."""
    size = x.type.shape[axis]
    if size is not None:
        if count < 1 or size % count:
            raise ShapeMismatch(message(f"{size} does not divide into {count} equal parts", [(x.name or "x", x)]))
        step = size // count
        return cut(x, axis, range(0, size + 1, step) if step else [0] * (count + 1))
    sizes = list(sizes_of(x))
    parted = reshaped(x, [*sizes[:axis], count, -1, *sizes[axis + 1 :]])
    before = (slice(None),) * axis
    return [parted[(*before, number)] for number in range(count)]


def tile(x: Any, reps: Any, ndim: int | None = None) -> Variable:
    """x repeated as a whole, as often along each axis as `reps` says (one number: along the last)."""
    x = as_variable(x)
    times = counts_in(reps, ndim) if isinstance(reps, Variable) and reps.ndim else reps
    counts = sizes_from(times) if isinstance(times, (list, tuple)) else [size_from(times)]
    rank = max(x.ndim, len(counts)) if ndim is None else ndim
    if rank < max(x.ndim, len(counts)):
        problem = f"{ndim} axes are wanted, and there are {max(x.ndim, len(counts))}"
        raise InvalidValue(message(problem, [(x.name or "x", x)]))
    counts = [1] * (rank - len(counts)) + counts
    sizes = [1] * (rank - x.ndim) + list(sizes_of(x))
    doubled = with_new_axes(shape_padleft(x, rank - x.ndim), range(0, 2 * rank, 2), 2 * rank)
    pairs = [number for pair in zip(counts, sizes, strict=True) for number in pair]
    return reshaped(spread(doubled, pairs), [times_of(c, s) for c, s in zip(counts, sizes, strict=True)])


def counts_in(reps: Variable, ndim: int | None) -> list[Any]:
    """The elements of a vector, after as many 1 as are missing where its length is not known."""
    if ndim is None or reps.type.shape[0] is not None or reps.ndim != 1 or reps.type.dtype.kind not in "iu":
        return elements_of(reps, ndim)
    fitting = CheckAndRaise(NotAsDeclared, f"there are more repetitions than the {ndim} axes that are wanted")
    length = sizes_of(reps)[0]
    given = fitting(cast_to(reps, np.dtype(np.int64)), le(length, ndim))
    padded = ops.join(constant(np.ones(ndim, np.int64)), given, axis=0)
    return [padded[place - ndim] for place in range(ndim)]


def times_of(first: Number, second: Number) -> Number:
    """The product of two counts."""
    if isinstance(first, int) and isinstance(second, int):
        return first * second
    if isinstance(first, int) and first == 1:
        return second
    return first if isinstance(second, int) and second == 1 else number_of(mul(first, second))


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Variable:
    """Each element of x repeated along an axis (flattened first if it is None): so often, or as each count says."""
    x = as_variable(x) if axis is not None else ravel(x)
    place = axis_of(0 if axis is None else axis, x.ndim, x)
    counts = as_variable(repeats)
    if counts.ndim == 1 and counts.type.shape[0] == 1:
        counts = counts[0]
    if counts.ndim:
        order = repetition.places_repeated(of_sizes(counts, sizes_of(x)[place : place + 1], "repeats"))
        return gather.take(x, order, axes=(place,))  # type: ignore[no-any-return]
    sizes, times = list(sizes_of(x)), number_of(counts)
    wide = spread(with_new_axes(x, [place + 1], x.ndim + 1), [*sizes[: place + 1], times, *sizes[place + 1 :]])
    sizes[place] = times_of(times, sizes[place])
    return reshaped(wide, sizes)


def roll(x: Any, shift: Any, axis: Axis = None) -> Variable:
    """x moved along axes, what leaves one end coming in at the other (all elements in a row if it is None)."""
    x = as_variable(x)
    if axis is None:
        return reshaped(roll(ravel(x), shift, 0), sizes_of(x))
    if isinstance(axis, (list, tuple)) or isinstance(shift, (list, tuple)):
        axes = list(axis) if isinstance(axis, (list, tuple)) else [axis] * len(shift)
        shifts = list(shift) if isinstance(shift, (list, tuple)) else [shift] * len(axes)
        if len(axes) != len(shifts):
            raise InvalidValue(message(f"{len(shifts)} shifts do not fit {len(axes)} axes", [(x.name or "x", x)]))
        return functools.reduce(lambda moved, step: roll(moved, *step), zip(shifts, axes, strict=True), x)
    place = axis_of(axis, x.ndim, x)
    size, shift = sizes_of(x)[place], size_from(shift)
    if isinstance(size, int) and isinstance(shift, int):
        start: Any = size - shift % size if size else 0
    else:
        wide = size if isinstance(size, Variable) else constant(size, dtype=np.int64)
        start = sub(wide, mod(shift, wide))
    parts = part_of_axis(x, place, start, None), part_of_axis(x, place, None, start)
    return ops.join(*parts, axis=place)  # type: ignore[no-any-return]
