"""Elements that index arrays pick: where the arrays are read, and what of them is known to be within bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symlab.core.ir.expr import Expr
from symlab.core.lower.facts import Facts, NotCompilable
from symlab.core.lower.sizes import Size, subtract
from symlab.core.lower.structure import ZERO, Map, operand_map, sizes_in


def place_of_indices(node: Expr, indices: Sequence[Expr]) -> tuple[int, int]:
    """Where the axes of the index arrays stand in the result, and how many they are."""
    axes = node.attr("axes")
    rank = max(len(index.type.shape) for index in indices)
    return (axes[0] if axes[-1] - axes[0] == len(axes) - 1 else 0), rank


def index_places(facts: Facts, node: Expr, indices: Sequence[Expr], at: Map) -> Iterator[tuple[Expr, Map, int]]:
    """Each index array, where it is read for the result at `at`, and the axis that it picks from."""
    place, rank = place_of_indices(node, indices)
    for index, axis in zip(indices, node.attr("axes")):
        yield index, operand_map(index, at[place : place + rank]), axis


def before_take(node: Expr, indices: Sequence[Expr], at: Map) -> Map:
    """Where the array is read or written for the result at `at`, but for what the index arrays add."""
    place, rank = place_of_indices(node, indices)
    rest = iter((*at[:place], *at[place + rank :]))
    axes = node.attr("axes")
    return tuple(ZERO if axis in axes else next(rest) for axis in range(len(node.args[0].type.shape)))


def is_within(facts: Facts, index: Expr, size: Size) -> bool:
    """Whether an index array is within bounds for certain: 0, 1, 2, ... up to the size at most."""
    if not counts_up(facts, index):
        return False
    _, stop, _ = sizes_in(facts, index.attr("bounds"), index.args)
    return facts.table.not_negative(subtract(size, stop))


def never_meet(facts: Facts, indices: Sequence[Expr]) -> bool:
    """Whether no two positions pick one element for certain: one index array counts up from 0 along all of them."""
    if max(len(index.type.shape) for index in indices) != 1:
        return False
    return any(facts.shapes[index] != (1,) and counts_up(facts, index) for index in indices)


def counts_up(facts: Facts, index: Expr) -> bool:
    """Whether an index array is 0, 1, 2, ..."""
    if index.op.name != "arange" or index.type.dtype.kind not in "iu":
        return False
    try:
        start, _, step = sizes_in(facts, index.attr("bounds"), index.args)
    except NotCompilable:
        return False
    return bool(step == 1 and start == 0)
