"""Matrices that rules make of others: transposes, products, diagonals, identities."""

from __future__ import annotations

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ops.compare import eq
from symlab.core.ops.complexes import conj
from symlab.core.ops.create import arange
from symlab.core.ops.elementwise import cast, maximum
from symlab.core.ops.gather import take
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.shape import GIVEN, broadcast_to, dimshuffle, size_of
from symlab.core.rewrite.fit import size_along
from symlab.core.rewrite.layouts import adjoint_operand, diagonal_vector, is_turned, turning
from symlab.core.rewrite.normal import Builder

Size = int | Expr


def turned(node: Expr, builder: Builder) -> Expr:
    """The transpose of matrices."""
    return node.args[0] if is_turned(node) else builder.apply(dimshuffle, node, pattern=turning(node.type.ndim))


def adjoint_of(node: Expr, builder: Builder) -> Expr:
    """The transpose of matrices, conjugated where they are complex."""
    inner = adjoint_operand(node)
    if inner is not None:
        return inner
    return turned(builder.apply(conj, node) if node.type.dtype.kind == "c" else node, builder)


def times(first: Expr, second: Expr, builder: Builder) -> Expr:
    """The product of two matrices, or of stacks of them."""
    return builder.apply(dot if first.type.ndim == second.type.ndim == 2 else matmul, first, second)


def size_at(node: Expr, axis: int, builder: Builder) -> Size:
    """The size of an axis of a node, from its operands where they tell."""
    size = size_along(node, axis, builder)
    return builder.apply(size_of, node, axis=axis) if size is None else size


def counted(size: Size, builder: Builder) -> Expr:
    """0, 1, 2, ... before a size."""
    if isinstance(size, int):
        return builder.apply(arange, bounds=(0, size, 1), dtype="int64")
    return builder.apply(arange, size, bounds=(0, GIVEN, 1), dtype="int64")


def down(vector: Expr, builder: Builder) -> Expr:
    """Numbers of the last axis as factors of rows."""
    return builder.apply(dimshuffle, vector, pattern=(*range(vector.type.ndim), "x"))


def along(vector: Expr, builder: Builder) -> Expr:
    """Numbers of the last axis as factors of columns."""
    rank = vector.type.ndim
    return builder.apply(dimshuffle, vector, pattern=(*range(rank - 1), "x", rank - 1))


def diagonal_taken(matrix: Expr, builder: Builder, square: bool) -> Expr:
    """The diagonals of matrices; where nothing says that they are square, others are an error when this is computed."""
    if is_turned(matrix):
        matrix = matrix.args[0]
    vector = diagonal_vector(matrix)
    if vector is not None:
        return vector
    rank = matrix.type.ndim
    rows, columns = (size_at(matrix, axis, builder) for axis in (rank - 2, rank - 1))
    places = counted(columns if square or rows is columns else larger(rows, columns, builder), builder)
    return builder.apply(take, matrix, places, places, axes=(rank - 2, rank - 1))


def larger(first: Size, second: Size, builder: Builder) -> Size:
    """The larger of two sizes."""
    if isinstance(first, int) and isinstance(second, int):
        return max(first, second)
    sizes = [builder.constant(size, np.dtype(np.int64)) if isinstance(size, int) else size for size in (first, second)]
    return builder.apply(maximum, *sizes)


def identity_like(matrix: Expr, builder: Builder) -> Expr:
    """The identity with as many rows as matrices have columns, repeated as often as they are."""
    rank = matrix.type.ndim
    numbers = counted(size_at(matrix, rank - 1, builder), builder)
    mask = builder.apply(eq, builder.apply(dimshuffle, numbers, pattern=(0, "x")), numbers)
    found = builder.apply(cast, mask, dtype=matrix.type.dtype.name)
    if rank == 2:
        return found
    last = size_at(matrix, rank - 1, builder)
    sizes = [*(size_at(matrix, axis, builder) for axis in range(rank - 2)), last, last]
    given = [size for size in sizes if isinstance(size, Expr)]
    shape = tuple(GIVEN if isinstance(size, Expr) else size for size in sizes)
    return builder.apply(broadcast_to, found, *given, shape=shape)
