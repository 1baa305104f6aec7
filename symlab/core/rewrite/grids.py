"""Masks of triangles: comparisons of the numbers of rows and of columns."""

from __future__ import annotations

import math
from typing import NamedTuple

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Token, constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops import compare
from symlab.core.ops.bits import and_, invert, or_
from symlab.core.ops.create import arange
from symlab.core.ops.elementwise import add, cast
from symlab.core.ops.shape import broadcast_to, dimshuffle

BOTH = frozenset({"above", "below"})
NONE: frozenset[str] = frozenset()
Places = frozenset[str]  # of "above" and "below" the diagonal


class Grid(NamedTuple):
    """The numbers of rows (axis -2) or of columns (axis -1), plus an offset."""

    axis: int
    offset: int
    numbers: Expr


def whole_number(node: Expr) -> int | None:
    """The value of a constant that is one integer."""
    if node.op is not CONSTANT or node.type.dtype.kind not in "iu" or isinstance(node.attr("value"), Token):
        return None
    value = constant_value(node)
    return int(value.item()) if value.size == 1 else None


def grid_of(node: Expr) -> Grid | None:
    """The numbers of rows or of columns that a node is."""
    offset = 0
    while node.op is add and len(node.args) == 2:
        numbers = [whole_number(arg) for arg in node.args]
        if numbers.count(None) != 1:
            return None
        offset += sum(number for number in numbers if number is not None)
        node = node.args[numbers.index(None)]
    axis = -1
    while node.op in (dimshuffle, broadcast_to, cast):
        inner = node.args[0]
        if node.op is cast and not (node.type.dtype.kind in "iu" and inner.type.dtype.kind in "iu"):
            return None
        if node.op is dimshuffle:
            if inner.type.ndim != 1 or 0 not in node.attr("pattern"):
                return None
            axis = node.attr("pattern").index(0) - len(node.attr("pattern"))
        node = inner
    if node.op is not arange or node.type.dtype.kind not in "iu" or axis not in (-1, -2):
        return None
    start, _, step = node.attr("bounds")
    return Grid(axis, offset + start, node) if step == 1 and isinstance(start, int) else None


def compared_grids(node: Expr) -> tuple[Grid, Grid] | None:
    """The numbers that a comparison compares, if one are those of rows and the others those of columns."""
    first, second = map(grid_of, node.args)
    return None if first is None or second is None or first.axis == second.axis else (first, second)


def true_range(node: Expr) -> tuple[float, float] | None:
    """From which number to which one column less row is where a comparison holds."""
    found = compared_grids(node)
    if found is None:
        return None
    first, second = found
    by_row = first.axis == -2  # row + i op column + j, or column + i op row + j
    k = first.offset - second.offset if by_row else second.offset - first.offset
    less_equal, less = ((k, math.inf), (k + 1, math.inf)) if by_row else ((-math.inf, k), (-math.inf, k - 1))
    more_equal, more = ((-math.inf, k), (-math.inf, k - 1)) if by_row else ((k, math.inf), (k + 1, math.inf))
    ranges: dict[object, tuple[float, float]] = {
        compare.eq: (k, k), compare.le: less_equal, compare.lt: less, compare.ge: more_equal, compare.gt: more,
    }  # fmt: skip
    return ranges.get(node.op)


def triangles_of_mask(node: Expr) -> tuple[Places, Places]:
    """Where a mask is surely false, and where it is surely true."""
    if node.op is invert:
        return triangles_of_mask(node.args[0])[::-1]
    if node.op in (and_, or_) and len(node.args) == 2:
        (false, true), (other_false, other_true) = map(triangles_of_mask, node.args)
        if node.op is and_:
            return false | other_false, true & other_true
        return false & other_false, true | other_true
    if node.op in (compare.le, compare.lt, compare.ge, compare.gt, compare.eq):
        found = true_range(node)
        if found is not None:
            return false_places(*found), true_places(*found)
    return NONE, NONE


def false_places(low: float, high: float) -> Places:
    """Where a mask is surely false that holds in a range of diagonals."""
    return frozenset([*(["above"] if high <= 0 else []), *(["below"] if low >= 0 else [])])


def true_places(low: float, high: float) -> Places:
    """Where a mask is surely true that holds in a range of diagonals."""
    above, below = low <= 1 and high == math.inf, high >= -1 and low == -math.inf
    return frozenset([*(["above"] if above else []), *(["below"] if below else [])])


def is_identity_mask(node: Expr) -> bool:
    """Whether a mask holds on all of the diagonal of square matrices, and nowhere else."""
    if node.op is not compare.eq:
        return False
    found = compared_grids(node)
    return found is not None and found[0].numbers is found[1].numbers and found[0].offset == found[1].offset
