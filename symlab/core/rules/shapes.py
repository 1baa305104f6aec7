"""Views of views are one view; sizes come from operands; nothing is repeated that broadcasts by itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind
from symlab.core.ir.types import Shape
from symlab.core.ops import reduce
from symlab.core.ops.elementwise import cast, exp, log
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.shape import (
    GIVEN,
    broadcast_to,
    dimshuffle,
    filled_like,
    reshape,
    size_of,
    sizes_of,
    specify_shape,
    spread,
    with_new_axes,
)
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.fit import size_along, traced_size
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix

ALL = "fciub"
WHOLE = (None, None, 1)
FOLDS = (reduce.sum, reduce.prod, reduce.max, reduce.max_or_zero, reduce.min, reduce.any, reduce.all)


@computed(
    size_of,
    exact=True,
    kinds="i",
    formula="size_of(f(x)) -> size_of(x)",
    example=lambda x: x * cast(size_of(exp(x), axis=0), dtype=x.dtype),
)
def size_from_operands(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A size is found from the operands, so that nothing is computed for its shape alone."""
    size = size_along(node.args[0], node.attr("axis"), builder)
    return builder.constant(size, node) if isinstance(size, int) else size


# Views


def example_of_views(x: Matrix) -> Any:
    """A view of a view."""
    return dimshuffle(dimshuffle(x, pattern=(1, "x", 0)), pattern=(2, 0))


@computed(dimshuffle, exact=True, kinds=ALL, formula="x.T.T -> x", example=example_of_views)
def dimshuffle_of_dimshuffle(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Axes that are moved twice are moved once, or stay."""
    inner, pattern = node.args[0], node.attr("pattern")
    if inner.op is dimshuffle:
        first = inner.attr("pattern")
        inner, pattern = inner.args[0], tuple("x" if axis == "x" else first[axis] for axis in pattern)
    if pattern == tuple(range(inner.type.ndim)):
        return inner
    return builder.apply(dimshuffle, inner, pattern=pattern) if inner is not node.args[0] else None


def has_shape(inner: Expr, node: Expr, builder: Builder) -> bool:
    """Whether an array has the shape that a node gives it: the same numbers, or its own sizes."""
    if inner.type.shape != node.type.shape:
        return False
    given = iter(node.args[1:])
    wanted = [next(given) if size == GIVEN else size for size in node.attr("shape")]
    return all(
        size is not None or is_size(wanted[axis], inner, axis) or is_same_size(wanted[axis], inner, axis, builder)
        for axis, size in enumerate(inner.type.shape)
    )


def is_same_size(number: Any, x: Expr, axis: int, builder: Builder) -> bool:
    """Whether a number and the size of an axis of an array are found from the same operand."""
    size = size_along(x, axis, builder)
    return size is not None and (number is size or traced_size(number, builder) is traced_size(size, builder))


def is_size(number: Any, x: Expr, axis: int) -> bool:
    """Whether a number is the size of an axis of an array."""
    return isinstance(number, Expr) and number.op is size_of and number.args[0] is x and number.attr("axis") == axis


def example_of_reshapes(x: Matrix) -> Any:
    """A reshaped array reshaped."""
    return reshape(reshape(x, shape=(-1,)), shape=(-1, 1))


@computed(reshape, exact=True, kinds=ALL, formula="reshape(reshape(x)) -> reshape(x)", example=example_of_reshapes)
def reshape_of_reshape(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Only the last shape counts; the shape that is there already needs nothing."""
    inner = node.args[0]
    if has_shape(inner, node, builder):
        return inner
    if inner.op is not reshape:
        return None
    return builder.make(reshape, (inner.args[0], *node.args[1:]), node.attrs)


@computed(
    specify_shape,
    exact=True,
    kinds=ALL,
    formula="specify_shape(x) -> x",
    example=lambda x: specify_shape(specify_shape(x, shape=(48,)), shape=(48,)),
)
def known_shape(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A shape that is known need not be declared."""
    return node.args[0] if node.args[0].type == node.type else None


@computed(slice_op, exact=True, kinds=ALL, formula="x[:] -> x", example=lambda x: slice_op(x, index=((None, None, 1),)))
def whole_slice(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """All of an array is the array."""
    x, following = node.args[0], iter(node.args[1:])
    wanted = [
        tuple(next(following) if number == GIVEN else number for number in entry) if isinstance(entry, tuple) else None
        for entry in node.attr("index")
    ]
    return x if all(takes_all(entry, x, axis) for axis, entry in enumerate(wanted)) else None


def takes_all(entry: Any, x: Expr, axis: int) -> bool:
    """Whether a range takes all of an axis: from nothing or 0, by 1, to nothing or the size."""
    if entry is None:
        return False
    start, stop, step = entry
    return start in (None, 0) and step in (None, 1) and (stop is None or is_size(stop, x, axis))


def example_of_kept_axes(x: Matrix) -> Any:
    """A sum whose axis is brought back."""
    return with_new_axes(reduce.sum(x, axes=(1,), keepdims=False), [1], 2)


@computed(dimshuffle, exact=True, kinds=ALL, formula='sum(x).dimshuffle(0, "x") -> sum(x, keepdims=True)',
          example=example_of_kept_axes)  # fmt: skip
def kept_axes(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A folded axis that is brought back was kept."""
    inner = node.args[0]
    if inner.op.kind is not Kind.REDUCTION or inner.attr("keepdims") is not False:
        return None
    axes, rank = inner.attr("axes"), inner.args[0].type.ndim
    following = iter(range(rank))
    if node.attr("pattern") != tuple("x" if place in axes else next(following) for place in range(rank)):
        return None
    attrs = tuple((name, True if name == "keepdims" else value) for name, value in inner.attrs)
    return builder.make(inner.op, inner.args, attrs)


def example_of_lift(x: Matrix) -> Any:
    """A function between a sum and the axis that is brought back."""
    return with_new_axes(log(reduce.sum(exp(x), axes=(1,), keepdims=False)), [1], 2)


@computed(dimshuffle, exact=True, kinds=ALL, formula="f(x).T -> f(x.T)", example=example_of_lift)
def dimshuffle_of_elementwise(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Axes are moved before a function of single elements, where the view may meet another one."""
    inner, pattern = node.args[0], node.attr("pattern")
    if inner.op.kind is not Kind.ELEMENTWISE or (inner in builder.shared and not only_adds_axes(pattern)):
        return None
    args = tuple([shuffled_operand(arg, pattern, inner.type.ndim, builder) for arg in inner.args])
    return builder.remade(inner, args)


def only_adds_axes(pattern: tuple[Any, ...]) -> bool:
    """Whether a pattern leaves the order of axes as it is."""
    kept = [axis for axis in pattern if axis != "x"]
    return kept == sorted(kept)


def shuffled_operand(arg: Expr, pattern: tuple[Any, ...], rank: int, builder: Builder) -> Expr:
    """An operand of an elementwise op with its axes moved as those of the result."""
    lead = rank - arg.type.ndim
    moved = ["x" if axis == "x" or axis < lead else axis - lead for axis in pattern]
    while moved and moved[0] == "x":
        del moved[0]
    if moved == list(range(arg.type.ndim)):
        return arg
    return builder.apply(dimshuffle, arg, pattern=tuple(moved))


# What is repeated


def fills(arg: Expr, axis: int) -> bool:
    """Whether an operand has its own size along an axis (counted from the last, -1)."""
    return bool(-axis <= arg.type.ndim and arg.type.shape[axis] != 1)


@computed(
    among=(broadcast_to,),
    exact=True,
    kinds=ALL,
    formula="x + broadcast_to(y, x.shape) -> x + y",
    example=lambda x: exp(x) + filled_like(x, 2.0),
)
def broadcast_by_itself(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """An operand that another one makes as large need not be repeated first."""
    if node.op.kind is not Kind.ELEMENTWISE:
        return None
    places = [place for place, arg in enumerate(node.args) if arg.op is broadcast_to]
    if not places or len(node.args) < 2:
        return None
    args = list(node.args)
    for place in places:
        inner, others = args[place].args[0], args[:place] + args[place + 1 :]
        axes = [axis for axis in range(-args[place].type.ndim, 0) if not fills(inner, axis)]
        if axes and all(not fills(args[place], axis) or any(fills(other, axis) for other in others) for axis in axes):
            args[place] = inner
    if tuple(args) == node.args:
        return None
    after = builder.remade(node, tuple(args))
    return after if after.type == node.type else None


@computed(
    among=(broadcast_to,),
    exact=True,
    kinds=ALL,
    formula="f(broadcast_to(x, shape)) -> broadcast_to(f(x), shape)",
    example=lambda x: exp(filled_like(x, 2.0) * cast(size_of(x, axis=0), dtype=x.dtype)),
)
def broadcast_afterwards(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is repeated is computed once, and repeated afterwards."""
    if node.op.kind is not Kind.ELEMENTWISE:
        return None
    repeated = [arg for arg in node.args if arg.op is broadcast_to]
    if not repeated or any(arg.op is not broadcast_to and arg.type.ndim for arg in node.args):
        return None
    first = repeated[0]
    if any(arg.attrs != first.attrs or arg.args[1:] != first.args[1:] for arg in repeated[1:]):
        return None
    inner = builder.remade(node, tuple([arg.args[0] if arg.op is broadcast_to else arg for arg in node.args]))
    return builder.make(broadcast_to, (inner, *first.args[1:]), first.attrs)


@computed(
    broadcast_to,
    exact=True,
    kinds=ALL,
    formula="broadcast_to(broadcast_to(x, a), b) -> broadcast_to(x, b)",
    example=lambda x: spread(with_new_axes(filled_like(x, 2.0), [0], 2), (3, *sizes_of(x))) * x,
)
def broadcast_of_broadcast(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is repeated twice is repeated once; what has the shape already is not repeated."""
    inner = node.args[0]
    if has_shape(inner, node, builder):
        return inner
    if inner.op is dimshuffle and only_adds_axes_in_front(inner.attr("pattern")):
        return builder.make(broadcast_to, (inner.args[0], *node.args[1:]), node.attrs)
    if inner.op is not broadcast_to:
        return None
    return builder.make(broadcast_to, (inner.args[0], *node.args[1:]), node.attrs)


def only_adds_axes_in_front(pattern: tuple[Any, ...]) -> bool:
    """Whether a pattern puts axes in front, which broadcasting does by itself."""
    new = pattern.count("x")
    return pattern[new:] == tuple(range(len(pattern) - new))


# Casts


@computed(
    cast,
    exact=True,
    kinds=ALL,
    formula="cast(cast(x, wider), narrower) -> cast(x, narrower)",
    example=lambda x: cast(cast(cast(x, dtype="float64"), dtype="complex128").real, dtype="float64"),
)
def cast_of_cast(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A dtype that holds every value in between is passed over; a cast to the same dtype is none."""
    inner, wanted = node.args[0], node.type.dtype
    if inner.type.dtype == wanted:
        return inner
    if inner.op is not cast:
        return None
    source = inner.args[0]
    if not holds_all(inner.type.dtype, source.type.dtype):
        return None
    return source if source.type.dtype == wanted else builder.make(cast, (source,), node.attrs)


def holds_all(wide: Any, narrow: Any) -> bool:
    """Whether a dtype holds every number of another one."""
    rounded = narrow.kind in "iu" and wide.kind == "f" and narrow.itemsize > 4
    return bool(np.can_cast(narrow, wide, "safe")) and not rounded


# Folds of little


def example_of_short_fold(x: Matrix) -> Any:
    """A sum along an axis of size 1."""
    return reduce.sum(with_new_axes(reduce.max(x, axes=(1,), keepdims=False), [1], 2), axes=(1,), keepdims=False)


@computed(*FOLDS, exact=True, kinds="fc", formula="sum(x) -> x, along an axis of size 1", example=example_of_short_fold)
def fold_of_one(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """One element is its own sum, product and extreme."""
    inner = node.args[0]
    shape: Shape = inner.type.shape
    axes = [axis for axis in node.attr("axes") if shape[axis] == 1]
    if len(axes) != len(node.attr("axes")) or inner.type.dtype != node.type.dtype:
        return None
    if node.attr("keepdims") or not axes:
        return inner
    return builder.apply(dimshuffle, inner, pattern=tuple(a for a in range(len(shape)) if a not in axes))


RULES = (
    size_from_operands,
    dimshuffle_of_dimshuffle,
    reshape_of_reshape,
    known_shape,
    whole_slice,
    kept_axes,
    dimshuffle_of_elementwise,
    broadcast_by_itself,
    broadcast_afterwards,
    broadcast_of_broadcast,
    cast_of_cast,
    fold_of_one,
)
