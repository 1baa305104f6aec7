"""How matrices are put together: transposes, diagonals, blocks, Kronecker products, as the front end builds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Token, constant_value
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ops.complexes import conj
from symlab.core.ops.create import arange
from symlab.core.ops.elementwise import mul
from symlab.core.ops.factorizations import cholesky
from symlab.core.ops.gather import set_take
from symlab.core.ops.inverses import inv
from symlab.core.ops.join import join
from symlab.core.ops.shape import GIVEN, broadcast_to, dimshuffle, reshape, size_of, specify_shape


def turning(rank: int) -> tuple[int, ...]:
    """The order of axes of a transpose of the last two."""
    return (*range(rank - 2), rank - 1, rank - 2)


def is_turned(node: Expr) -> bool:
    """Whether a node is the transpose of the last two axes of its operand."""
    rank = node.type.ndim
    if node.op is not dimshuffle or rank < 2 or node.args[0].type.ndim != rank:
        return False
    return bool(node.attr("pattern") == turning(rank))


def keeps_matrices(node: Expr) -> bool:
    """Whether moved axes leave the last two where they are."""
    rank = node.args[0].type.ndim
    return rank >= 2 and bool(node.attr("pattern")[-2:] == (rank - 2, rank - 1))


def adjoint_operand(node: Expr) -> Expr | None:
    """The matrix of which a node is the transpose, conjugated where it is complex."""
    if node.type.dtype.kind != "c":
        return node.args[0] if is_turned(node) else None
    if len(node.args) != 1:
        return None
    inner = node.args[0]
    both = (is_turned(node) and inner.op is conj) or (node.op is conj and is_turned(inner))
    return inner.args[0] if both else None


def is_scalar(arg: Expr, node: Expr) -> bool:
    """Whether an operand of an elementwise op is the same in all of each matrix."""
    sizes = arg.type.shape[-2:]
    return all(size == 1 for size in sizes) and (len(sizes) < 2 or node.type.shape[-2:] != (1, 1))


def as_matrices(arg: Expr, node: Expr) -> bool:
    """Whether an operand of an elementwise op has all the elements of each matrix."""
    if arg.type.ndim < 2:
        return False
    return all(own != 1 or size == 1 for own, size in zip(arg.type.shape[-2:], node.type.shape[-2:], strict=True))


def is_zero(node: Expr) -> bool:
    """Whether every element of a node is known to be 0."""
    while node.op in (broadcast_to, dimshuffle):
        node = node.args[0]
    if node.op is not CONSTANT or isinstance(node.attr("value"), Token):
        return False
    return not constant_value(node).any()


# Diagonals


def diagonal_vector(node: Expr) -> Expr | None:
    """The vector, or the stack of vectors, of which a node is the diagonal matrix."""
    rank = node.type.ndim
    if node.op is not set_take or rank < 2 or node.attr("axes") != (rank - 2, rank - 1) or len(node.args) != 4:
        return None
    zeros, vector, rows, columns = node.args
    if rows is not columns or rows.type.ndim != 1 or vector.type.ndim != rank - 1:
        return None
    repeats = any(own == 1 != size for own, size in zip(vector.type.shape, node.type.shape[:-1], strict=True))
    return vector if not repeats and is_zero(zeros) and counts_all(rows, zeros) else None


def counts_all(places: Expr, square: Expr) -> bool:
    """Whether places are 0, 1, 2, ... before both sizes of matrices."""
    known = square.type.shape[-2:]
    first, second = square.attr("shape", square.type.shape)[-2:]
    if places.op is arange:
        sizes = set(square.args[-2:]) if first == second == GIVEN else {first, second}
        start, stop, step = places.attr("bounds")
        return (start, step) == (0, 1) and sizes == {places.args[0] if stop == GIVEN else stop}
    if places.op is not CONSTANT or known[0] is None or known[0] != known[1] or isinstance(places.attr("value"), Token):
        return False
    return np.array_equal(constant_value(places), np.arange(known[0]))


# Blocks


def blocks_of(node: Expr) -> Sequence[Expr] | None:
    """The blocks on the diagonal of matrices that are 0 elsewhere."""
    rank = node.type.ndim
    if node.op is not join or rank < 2 or node.attr("axis") != rank - 2 or len(node.args) < 2:
        return None
    blocks = []
    for place, row in enumerate(node.args):
        if row.op is not join or row.attr("axis") != rank - 1 or len(row.args) != len(node.args):
            return None
        if not all(is_zero(part) for other, part in enumerate(row.args) if other != place):
            return None
        blocks.append(row.args[place])
    return blocks


# Kronecker products

FARTHEST = 64
KEEPING = (cholesky, inv, specify_shape)


def kronecker_factors(node: Expr) -> tuple[Expr, Expr] | None:
    """The two matrices of which a node is the Kronecker product."""
    if node.op is not reshape or node.type.ndim != 2:
        return None
    product = node.args[0]
    if product.op is not mul or len(product.args) != 2 or any(arg.op is not dimshuffle for arg in product.args):
        return None
    by_pattern = {arg.attr("pattern"): arg.args[0] for arg in product.args}
    first, second = by_pattern.get((0, "x", 1, "x")), by_pattern.get(("x", 0, "x", 1))
    if first is None or second is None or first.type.ndim != 2 or second.type.ndim != 2:
        return None
    given = iter(node.args[1:])
    for axis, size in enumerate(node.attr("shape")):
        if not is_product_of_sizes(next(given) if size == GIVEN else size, first, second, axis):
            return None
    return first, second


def is_product_of_sizes(size: int | Expr, first: Expr, second: Expr, axis: int) -> bool:
    """Whether a size is the product of those of two matrices along an axis."""
    known = first.type.shape[axis], second.type.shape[axis]
    if isinstance(size, int):
        return None not in known and size == known[0] * known[1]
    if size.op is not mul or len(size.args) != 2 or any(arg.op is not size_of for arg in size.args):
        return False
    wanted = Counter([source_of_axis(first, axis), source_of_axis(second, axis)])
    return Counter(source_of_axis(arg.args[0], arg.attr("axis")) for arg in size.args) == wanted


def source_of_axis(node: Expr, axis: int) -> tuple[Expr, int]:
    """The node and the axis from which the size of an axis comes, through what keeps or moves axes."""
    for _ in range(FARTHEST):
        op = node.op
        if op is dimshuffle:
            axis = node.attr("pattern")[axis]
        elif not (op in KEEPING or op.extra.get("identity") or (op.kind is Kind.ELEMENTWISE and len(node.args) == 1)):
            break
        node = node.args[0]
    return node, axis
