"""Indexing by arrays, for stacks: where the index arrays differ within the stack, the batch's places are indexed too.

NumPy puts the axes of index arrays in the place of the axes that they index if those are neighbours, and in front
otherwise; behind a batch both must come to stand where they stood without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symlab.core.batching.stack import Batch, Operand
from symlab.core.ir.expr import Expr
from symlab.core.ops import gather
from symlab.core.ops.bits import and_, invert, or_
from symlab.core.ops.compare import isnan, le, lt
from symlab.core.ops.create import counted
from symlab.core.ops.operators import Variable
from symlab.core.ops.reduce import sum as total
from symlab.core.ops.shape import shuffled, with_new_axes


@dataclass(frozen=True)
class Places:
    """Index arrays of one op for a stack: the arrays, the axes that they index, and where results stand."""

    arrays: tuple[Variable, ...]
    axes: tuple[int, ...]
    order: tuple[int, ...]  # the axes of what NumPy gives, in the order that is wanted

    @classmethod
    def of(cls, node: Expr, rank: int, indices: Sequence[Operand], batch: Batch) -> Places:
        """The places of a node that indexes an array of `rank` axes."""
        axes = node.attr("axes")
        wide = max(item.rank for item in indices)
        place = axes[0] if axes[-1] - axes[0] == len(axes) - 1 else 0
        rest = rank - len(axes)
        moved = tuple(axis + batch.depth for axis in axes)
        if any(item.depth for item in indices):
            arrays = (*batch_places(batch, wide), *(batch.lifted(item, wide) for item in indices))
            moved = (*range(batch.depth), *moved)
            front, inner = range(batch.depth), range(batch.depth, batch.depth + wide)
            behind = range(batch.depth + wide, batch.depth + wide + rest)
        else:
            arrays = tuple(item.value for item in indices)
            if is_row(axes):
                return cls(arrays, moved, tuple(range(batch.depth + wide + rest)))
            inner, front = range(wide), range(wide, wide + batch.depth)
            behind = range(wide + batch.depth, wide + batch.depth + rest)
        return cls(arrays, moved, (*front, *behind[:place], *inner, *behind[place:]))

    def ordered(self, taken: Variable) -> Variable:
        """What NumPy gives, its axes where they are wanted."""
        return shuffled(taken, self.order)

    def as_written(self, value: Variable) -> Variable:
        """A value whose axes stand where they are wanted, as NumPy wants them."""
        return shuffled(value, [self.order.index(axis) for axis in range(len(self.order))])


def is_row(axes: Sequence[int]) -> bool:
    """Whether axes are neighbours."""
    return axes[-1] - axes[0] == len(axes) - 1


def batch_places(batch: Batch, rank: int) -> list[Variable]:
    """For each axis of the batch its places, along that axis of index arrays."""
    total = batch.depth + rank
    return [
        shuffled(counted(size), [0 if other == axis else "x" for other in range(total)])
        for axis, size in enumerate(batch.sizes)
    ]


def searched_rule(node: Expr, operands: Sequence[Operand], batch: Batch) -> Any:
    """Places in one sorted row for all, or, where the rows differ, the numbers of elements that come before."""
    row, values = operands
    if not row.depth:
        return node.op(row.value, values.value, **node.attributes)
    behind = batch.depth + values.rank
    rows = with_new_axes(batch.lifted(row), range(batch.depth, behind), behind + 1)
    wanted = with_new_axes(batch.lifted(values), [behind], behind + 1)
    before = (le if node.attr("side") == "right" else lt)(rows, wanted)
    if row.value.type.dtype.kind == "f":  # nan is the last in order
        passed = isnan(wanted) if node.attr("side") == "right" else and_(isnan(wanted), invert(isnan(rows)))
        before = or_(before, passed)
    return total(before, axes=(behind,), keepdims=False)


def take_rule(node: Expr, operands: Sequence[Operand], batch: Batch) -> Any:
    """Elements picked from each array of the stack."""
    x, *indices = operands
    places = Places.of(node, x.rank, indices, batch)
    value = batch.filled(x) if any(item.depth for item in indices) else batch.lifted(x)
    return places.ordered(gather.take(value, *places.arrays, axes=places.axes))


def written_rule(node: Expr, operands: Sequence[Operand], batch: Batch) -> Any:
    """Elements of each array of the stack written or incremented."""
    x, value, *indices = operands
    places = Places.of(node, x.rank, indices, batch)
    target = x.rank - len(node.attr("axes")) + max(item.rank for item in indices)
    new = places.as_written(batch.lifted(value, target))
    return node.op(batch.filled(x), new, *places.arrays, axes=places.axes)
