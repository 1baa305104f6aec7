"""The guard of every step: a result keeps the dtype and the shape of the node that it replaces, or is made to."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import PROJECT, Kind
from symlab.core.ir.types import ArrayType, Size
from symlab.core.ops.create import arange
from symlab.core.ops.elementwise import minimum
from symlab.core.ops.extents import Static
from symlab.core.ops.factorizations import cholesky
from symlab.core.ops.gather import inc_take, set_take
from symlab.core.ops.index import WHOLE, inc_slice, set_slice
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.inverses import inv, solve, solve_triangular
from symlab.core.ops.join import join
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.nn import log_softmax, softmax
from symlab.core.ops.shape import GIVEN, INTEGER, broadcast_to, dimshuffle, size_of, specify_shape
from symlab.core.ops.solutions import solve_definite
from symlab.core.rewrite.normal import Builder

SHAPED = (softmax, log_softmax, inv, cholesky, set_slice, inc_slice, set_take, inc_take)  # of the first operand's shape
FARTHEST = 64  # steps that are taken towards the origin of a size
SYSTEMS = (solve, solve_triangular, solve_definite)


def fitted(before: Expr, after: Expr, builder: Builder) -> Expr | None:
    """`after` with the dtype and shape of `before`, broadcast or its sizes declared where needed; None if neither."""
    old, new = before.type, after.type
    if old is new or old == new:
        return after
    if not isinstance(old, ArrayType) or not isinstance(new, ArrayType) or old.dtype != new.dtype:
        return None
    if new.ndim > old.ndim:
        return None
    pairs = list(zip(old.shape[old.ndim - new.ndim :], new.shape))
    if any(1 != b != a and a is not None and b is not None for a, b in pairs):
        return None
    if new.ndim < old.ndim or any(b == 1 != a for a, b in pairs):
        return spread_like(before, after, builder)
    shape = tuple(a if b is None else b for a, b in pairs)
    if shape == new.shape:
        return after
    return builder.apply(specify_shape, after, shape=shape)


def spread_like(before: Expr, after: Expr, builder: Builder) -> Expr | None:
    """`after` broadcast to the shape that `before` will have."""
    sizes = [size_along(before, axis, builder) for axis in range(before.type.ndim)]
    template = tuple(GIVEN if isinstance(size, Expr) else size for size in sizes)
    if None in template:
        return None
    given = [size for size in sizes if isinstance(size, Expr)]
    return builder.apply(broadcast_to, after, *given, shape=template)


def size_along(node: Expr, axis: int, builder: Builder) -> int | Expr | None:
    """The size of one axis, from operands alone: a number, a scalar node, or None where operands do not tell."""
    known: Size = node.type.shape[axis]
    if known is not None:
        return known
    if node.op.kind is Kind.ELEMENTWISE:
        return size_of_elementwise(node, axis, builder)
    if node.op is dimshuffle:
        return size_of_axis(node.args[0], node.attr("pattern")[axis], builder)
    if node.op is broadcast_to:
        return size_of_broadcast(node, axis, builder)
    if node.op in SHAPED or node.op is specify_shape or node.op.extra.get("identity"):
        return size_of_axis(node.args[0], axis, builder)
    if node.op is arange:
        return size_of_progression(node)
    if node.op in (dot, matmul):
        return size_of_product(node, axis, builder)
    if node.op in SYSTEMS:
        return size_of_axis(node.args[axis == node.type.ndim - 1], axis, builder)
    source = node.args[0] if node.op is PROJECT else node
    if source.op.extra.get("leading"):
        return stated_size(node, source, axis, builder)
    if node.op is join and axis != node.attr("axis"):
        return size_of_axis(node.args[0], axis, builder)
    if node.op is slice_op:
        return size_of_part(node, axis, builder)
    if node.op.kind is Kind.REDUCTION and node.attr("axes") is not None:
        return size_of_axis(node.args[0], axis_before(node, axis), builder)
    return None


def traced_size(size: int | Expr | None, builder: Builder) -> int | Expr | None:
    """A size as that of the node from which it comes, as far as operands tell."""
    for _ in range(FARTHEST):
        if not isinstance(size, Expr) or size.op is not size_of:
            break
        found = size_along(size.args[0], size.attr("axis"), builder)
        if found is None or found is size:
            break
        size = found
    return size


def stated_size(node: Expr, source: Expr, axis: int, builder: Builder) -> int | Expr | None:
    """The size of an axis of what a function of matrices gives, by the rule that it states."""
    shapes = [tuple(size_of_axis(arg, place, builder) for place in range(arg.type.ndim)) for arg in source.args]
    found = source.op.extra["sizes"](Least(builder), *shapes, **source.attributes)
    size: int | Expr | None = (found[node.attr("index")] if node.op is PROJECT else found)[axis]
    return size


class Least(Static):
    """Sizes that are numbers or nodes, of which the smaller one can be taken; other arithmetic with nodes is None."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def plus(self, left: Any, right: Any) -> Any:
        """left + right."""
        return super().plus(number(left), number(right))

    def minus(self, left: Any, right: Any) -> Any:
        """left - right."""
        return super().minus(number(left), number(right))

    def times(self, left: Any, right: Any) -> Any:
        """left right."""
        return super().times(number(left), number(right))

    def floor_divide(self, left: Any, right: Any) -> Any:
        """left // right."""
        return super().floor_divide(number(left), number(right))

    def maximum(self, left: Any, right: Any) -> Any:
        """The larger of two."""
        return super().maximum(number(left), number(right))

    def minimum(self, left: int | Expr | None, right: int | Expr | None) -> int | Expr | None:
        """The smaller of two."""
        if left is right or left is None or right is None:
            return left if right is not None else None
        if isinstance(left, int) and isinstance(right, int):
            return min(left, right)
        sizes = [self.builder.constant(size, INTEGER) if isinstance(size, int) else size for size in (left, right)]
        return self.builder.apply(minimum, *sizes)


def number(size: Any) -> Any:
    """A size that is a number; None for a node."""
    return size if isinstance(size, int) else None


def size_of_progression(node: Expr) -> Expr | None:
    """The size that was given to 0, 1, 2, ..."""
    start, stop, step = node.attr("bounds")
    counts = (start, stop, step) == (0, GIVEN, 1) and node.args[0].op is size_of  # which is not negative
    return node.args[0] if counts else None


def size_of_elementwise(node: Expr, axis: int, builder: Builder) -> int | Expr | None:
    """The size of an axis of an elementwise node: that of an operand which is not broadcast along it."""
    for operand in node.args:
        place = axis - node.type.ndim + operand.type.ndim
        if place >= 0 and operand.type.shape[place] != 1 and operand.op is not broadcast_to:
            return size_of_axis(operand, place, builder)
    for operand in node.args:
        place = axis - node.type.ndim + operand.type.ndim
        if place >= 0 and operand.type.shape[place] != 1:
            return size_of_axis(operand, place, builder)
    return None


def size_of_product(node: Expr, axis: int, builder: Builder) -> int | Expr | None:
    """The size of an axis of a product of matrices or vectors."""
    first, second = node.args
    rank = node.type.ndim
    if node.op is matmul and axis < rank - 2:
        return None
    if node.op is matmul:
        operand = second if axis == rank - 1 else first
        return size_of_axis(operand, axis - rank + operand.type.ndim, builder)
    return size_of_axis(first, 0, builder) if axis < first.type.ndim - 1 else size_of_axis(second, 1, builder)


def size_of_part(node: Expr, axis: int, builder: Builder) -> int | Expr | None:
    """The size of an axis that was taken as a whole."""
    kept = [place for place, entry in enumerate(node.attr("index")) if isinstance(entry, tuple)]
    place = kept[axis]
    return size_of_axis(node.args[0], place, builder) if node.attr("index")[place] == WHOLE else None


def size_of_broadcast(node: Expr, axis: int, builder: Builder) -> int | Expr | None:
    """The size that `broadcast_to` was given for an axis."""
    template: tuple[int | str, ...] = node.attr("shape")
    given = iter(node.args[1:])
    for place, size in enumerate(template):
        found = size if isinstance(size, int) else next(given)
        if place == axis:
            return found
    return None


def axis_before(node: Expr, axis: int) -> int:
    """The axis of the operand of a reduction that became this axis of its result; softmax and its slope keep all."""
    if node.type.ndim == node.args[0].type.ndim:
        return axis
    kept = [place for place in range(node.args[0].type.ndim) if place not in node.attr("axes")]
    return kept[axis]


def size_of_axis(node: Expr, axis: int, builder: Builder) -> int | Expr:
    """The size of an axis of a node as a number or as `size_of`."""
    known: Size = node.type.shape[axis]
    return builder.apply(size_of, node, axis=axis) if known is None else known
