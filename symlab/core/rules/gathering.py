"""Elements that index arrays pick: picked once, and not picked where a condition says enough."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Token, constant_value
from symlab.core.ir.op import CONSTANT, PROJECT, Kind
from symlab.core.ops import reduce
from symlab.core.ops.compare import gt, switch
from symlab.core.ops.create import arange, counted
from symlab.core.ops.elementwise import exp, minimum
from symlab.core.ops.gather import nonzero, set_take, take
from symlab.core.ops.index import WHOLE
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.operators import constant
from symlab.core.ops.shape import GIVEN, filled_like, sizes_of, spread
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.layouts import is_turned
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix
from symlab.core.rules.shapes import ALL, is_same_size, is_size

# Examples


def example_of_takes(x: Matrix) -> Any:
    """Rows picked of rows that were picked."""
    return take(take(x, constant([3, 1, 2, 0]), axes=(0,)), constant([2, 0, -1]), axes=(0,))


def example_of_row(x: Matrix) -> Any:
    """One of the rows that were picked."""
    return slice_op(take(x, constant([3, 1, 2, 0]), axes=(0,)), index=(2, WHOLE))


def example_of_mask(x: Any) -> Any:
    """The sum of the elements for which a condition holds."""
    return reduce.sum(take(x, PROJECT(nonzero(gt(x, 0)), index=0), axes=(0,)), axes=(0,), keepdims=False)


# Rules


def picks_rows(node: Expr) -> bool:
    """Whether a list of places picks along one axis."""
    return node.op is take and len(node.attr("axes")) == 1 and node.args[1].type.ndim == 1


@computed(take, of=(take,), exact=True, kinds=ALL, formula="x[i][j] -> x[i[j]]", example=example_of_takes)
def take_of_take(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Places are picked, not what stands there."""
    inner = node.args[0]
    if inner in builder.shared or not picks_rows(inner) or node.attr("axes") != inner.attr("axes"):
        return None
    places = builder.make(take, (inner.args[1], node.args[1]), (("axes", (0,)),))
    return builder.make(take, (inner.args[0], places), node.attrs)


@computed(slice_op, of=(take,), exact=True, kinds=ALL, formula="x[i][2] -> x[i[2]]", example=example_of_row)
def slice_of_take(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Places are sliced, so that no more is picked than is wanted."""
    inner = node.args[0]
    if inner in builder.shared or not picks_rows(inner):
        return None
    (axis,) = inner.attr("axes")
    index = node.attr("index")
    others = [entry for place, entry in enumerate(index) if place != axis]
    if index[axis] == WHOLE or any(entry != WHOLE for entry in others):
        return None
    places = builder.make(slice_op, (inner.args[1], *node.args[1:]), (("index", (index[axis],)),))
    return builder.make(take, (inner.args[0], places), inner.attrs)


NOTHING = {reduce.sum: 0, reduce.prod: 1, reduce.any: False, reduce.all: True}  # what changes no fold


@computed(*NOTHING, of=(take,), kinds=ALL, formula="sum(x[condition]) -> sum(switch(condition, x, 0))",
          example=example_of_mask)  # fmt: skip
def fold_of_chosen(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What a condition chooses is folded as it stands, not picked first."""
    inner = node.args[0]
    x, *places = inner.args
    condition = mask_of(places, x)
    axes = node.attr("axes")
    if inner in builder.shared or condition is None or axes != (0,) or node.attr("acc_dtype") is not None:
        return None
    if node.attr("keepdims") and x.type.ndim > 1:
        return None
    kept = builder.apply(switch, condition, x, builder.constant(NOTHING[node.op], x))
    attrs = tuple((name, tuple(range(x.type.ndim)) if name == "axes" else value) for name, value in node.attrs)
    return builder.make(node.op, (kept,), attrs)


def mask_of(places: list[Expr], x: Expr) -> Expr | None:
    """The condition of x's shape whose places these are."""
    if len(places) != x.type.ndim or any(place.op is not PROJECT for place in places):
        return None
    source = places[0].args[0]
    if source.op is not nonzero or any(place.args[0] is not source for place in places):
        return None
    condition = source.args[0]
    in_order = [place.attr("index") for place in places] == list(range(len(places)))
    alike = condition.type.ndim == x.type.ndim and condition.type.dtype.kind == "b"
    repeats = any((own == 1) is not (other == 1) for own, other in zip(condition.type.shape, x.type.shape))
    return condition if in_order and alike and not repeats else None


def example_of_counted(x: Any) -> Any:
    """All elements, picked in order."""
    return take(x, counted(sizes_of(x)[0]), axes=(0,)) * 2.0


@computed(take, kinds=ALL, exact=True, formula="x[arange(x.shape[0])] -> x", example=example_of_counted)
def take_of_all(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """All elements in their order are the array."""
    x, places = node.args[0], node.args[1]
    if len(node.args) != 2 or x.type.ndim == 0:
        return None
    (axis,), size = node.attr("axes"), x.type.shape[node.attr("axes")[0]]
    if places.op is arange:
        start, stop, step = places.attr("bounds")
        same = stop == size if isinstance(stop, int) else is_size(places.args[0], x, axis)
        return x if (start, step) == (0, 1) and same else None
    if places.op is not CONSTANT or size is None or isinstance(places.attr("value"), Token):
        return None
    return x if np.array_equal(constant_value(places), np.arange(size)) else None


def example_of_diagonal(x: Matrix) -> Any:
    """The diagonal of a formula."""
    places = constant([0, 1, 2])
    return take(exp(x) * 2.0, places, places, axes=(0, 1))


@computed(take, kinds=ALL, formula="diag(f(a)) -> f(diag(a))", example=example_of_diagonal)
def diagonal_of_formula(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Of a diagonal the elements that are on it are computed, and a transpose has the same."""
    inner, rank = node.args[0], node.args[0].type.ndim
    rows, *columns = node.args[1:]
    on_diagonal = columns == [rows] and rows.type.ndim == 1 and node.attr("axes") == (rank - 2, rank - 1)
    if not on_diagonal or inner in builder.shared:
        return None
    if is_turned(inner):
        return builder.make(take, (inner.args[0], rows, rows), node.attrs)
    if inner.op.kind is not Kind.ELEMENTWISE:
        return None
    if not all(arg.type.ndim in (0, rank) and (not arg.type.ndim or not repeats(arg, inner)) for arg in inner.args):
        return None
    parts = [builder.make(take, (arg, rows, rows), node.attrs) if arg.type.ndim else arg for arg in inner.args]
    return builder.remade(inner, tuple(parts))


def repeats(arg: Expr, node: Expr) -> bool:
    """Whether an operand is repeated along an axis."""
    return any(own == 1 != size for own, size in zip(arg.type.shape, node.type.shape, strict=True))


def example_of_diagonals(x: Any) -> Any:
    """A diagonal that was made a matrix, taken back."""
    places = counted(sizes_of(x)[0])
    size = sizes_of(x)[0]
    zeros = spread(filled_like(reduce.max(x, axes=(0,), keepdims=False), 0), (size, size))
    return take(set_take(zeros, x, places, places, axes=(0, 1)), places, places, axes=(0, 1)) * 2.0


@computed(take, of=(set_take,), exact=True, kinds=ALL, formula="diag(diag(v)) -> v", example=example_of_diagonals)
def read_of_scattered(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What was written at places that differ, read, is what was written."""
    inner = node.args[0]
    same = node.args[1:] == inner.args[2:] and node.attr("axes") == inner.attr("axes")
    different = all(places.op is arange or is_unique(places) for places in inner.args[2:])
    return inner.args[1] if same and different and inner.args[1].type == node.type else None


def is_unique(places: Expr) -> bool:
    """Whether places are known that differ, counted from the front."""
    if places.op is not CONSTANT or isinstance(places.attr("value"), Token):
        return False
    value = constant_value(places)
    return bool((value >= 0).all()) and len(np.unique(value)) == value.size


def example_of_first(x: Any) -> Any:
    """The first elements."""
    return take(x, counted(5), axes=(0,)) * 2.0


@computed(take, kinds=ALL, exact=True, formula="x[arange(3)] -> x[:3]", example=example_of_first)
def take_of_first(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The first elements in their order are a part of the array that need not be copied."""
    x, places = node.args[0], node.args[1]
    if len(node.args) != 2 or places.type.ndim != 1:
        return None
    (axis,) = node.attr("axes")
    count = count_of_first(places, x, axis, builder)
    if count is None:
        return None
    stop, given = (GIVEN, (count,)) if isinstance(count, Expr) else (count, ())
    index = tuple((None, stop, 1) if place == axis else WHOLE for place in range(x.type.ndim))
    return builder.apply(slice_op, x, *given, index=index)


def count_of_first(places: Expr, x: Expr, axis: int, builder: Builder) -> int | Expr | None:
    """How many elements are picked along an axis, if they are the first ones, in order."""
    if places.op is arange and places.attr("bounds") == (0, GIVEN, 1):
        (given,) = places.args
        known = given.args if given.op is minimum else ()
        fits = any(is_size(one, x, axis) or is_same_size(one, x, axis, builder) for one in known)
        return given if fits else None
    size = x.type.shape[axis]
    if size is not None and is_unique(places):
        count = constant_value(places).size
        return count if count < size and list(constant_value(places)) == list(range(count)) else None
    return None


LATE = (diagonal_of_formula,)
RULES = (take_of_all, take_of_first, read_of_scattered, take_of_take, slice_of_take, fold_of_chosen)
