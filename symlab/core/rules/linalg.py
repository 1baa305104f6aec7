"""Products of matrices, inverses and determinants in the form that costs least and keeps most digits."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Token, constant_value
from symlab.core.ir.op import CONSTANT, PROJECT
from symlab.core.ops import reduce
from symlab.core.ops.compare import lt, switch
from symlab.core.ops.create import arange, counted
from symlab.core.ops.elementwise import abs, log, mul, reciprocal, sign
from symlab.core.ops.factorizations import cholesky
from symlab.core.ops.gather import set_take, take
from symlab.core.ops.inverses import det, inv, slogdet, solve, solve_triangular
from symlab.core.ops.linalg import dot
from symlab.core.ops.shape import GIVEN, broadcast_to, dimshuffle, filled_like, sizes_of, spread
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix
from symlab.core.rules.constants import is_number

TURN = (1, 0)
MANY = 256  # units in the last place by which a matrix computation may be off


# Examples


def regular(x: Any) -> Any:
    """A symmetric positive definite matrix that is far from singular."""
    product = dot(x, dimshuffle(x, pattern=TURN))
    scale = 1 + reduce.max(abs(product), axes=(0, 1), keepdims=True)
    return product / scale + diagonal_of(filled_like(reduce.sum(x, axes=(1,), keepdims=False), 8.0))


def diagonal_of(x: Any) -> Any:
    """The matrix that has a vector as its diagonal."""
    (size,) = sizes_of(x)
    zeros, places = spread(filled_like(reduce.sum(x, axes=(0,), keepdims=False), 0), (size, size)), counted(size)
    return set_take(zeros, x, places, places, axes=(0, 1))


def taken_diagonal(x: Any) -> Any:
    """The diagonal of a matrix."""
    places = counted(sizes_of(x)[0])
    return take(x, places, places, axes=(0, 1))


def example_of_inverse(x: Matrix) -> Any:
    """A system solved by an inverse."""
    return dot(inv(regular(x)), x)


def example_of_inverses(x: Matrix) -> Any:
    """An inverse inverted."""
    return inv(inv(regular(x)))


def example_of_triangle(x: Matrix) -> Any:
    """A system whose matrix is a Cholesky factor."""
    return solve(cholesky(regular(x)), x)


def example_of_transposed(x: Matrix) -> Any:
    """The determinant of a transpose."""
    return det(dimshuffle(inv(regular(x)), pattern=TURN))


def example_of_log(x: Matrix) -> Any:
    """The logarithm of a determinant that overflows."""
    return log(det(1e60 * regular(x)))


def example_of_sign(x: Matrix) -> Any:
    """The sign of a determinant."""
    return sign(det(regular(x)))


def example_of_scales(x: Matrix) -> Any:
    """Rows of a matrix scaled."""
    return dot(diagonal_of(reduce.max(x, axes=(1,), keepdims=False)), x)


def example_of_diagonal(x: Matrix) -> Any:
    """A diagonal matrix inverted."""
    return inv(diagonal_of(reduce.max(abs(x) + 1, axes=(1,), keepdims=False)))


def example_of_product(x: Matrix) -> Any:
    """The diagonal of a product."""
    return taken_diagonal(dot(x, dimshuffle(x, pattern=TURN)))


# Inverses


def turned(node: Expr, builder: Builder) -> Expr:
    """The transpose of a matrix."""
    if node.op is dimshuffle and node.attr("pattern") == TURN:
        return node.args[0]
    return builder.apply(dimshuffle, node, pattern=TURN)


def solution(matrix: Expr, right: Expr, builder: Builder) -> Expr:
    """The solution of a system, whose right side is a vector or a matrix."""
    if right.type.ndim == 2:
        return builder.apply(solve, matrix, right)
    column = builder.apply(dimshuffle, right, pattern=(0, "x"))
    return builder.apply(dimshuffle, builder.apply(solve, matrix, column), pattern=(0,))


@computed(dot, among=(inv,), kinds="fc", accept=MANY, formula="inv(a) @ b -> solve(a, b)",
          example=example_of_inverse)  # fmt: skip
def solution_for_inverse(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """To solve a system costs less than to invert its matrix, and loses fewer digits."""
    first, second = node.args
    if first.op is inv and first not in builder.shared:
        return solution(first.args[0], second, builder)
    if second.op is not inv or second in builder.shared:
        return None
    matrix = turned(second.args[0], builder)
    if first.type.ndim == 1:
        return solution(matrix, first, builder)
    return turned(solution(matrix, turned(first, builder), builder), builder)


@computed(inv, among=(inv,), assuming="real_algebra", kinds="fc", accept=MANY, formula="inv(inv(a)) -> a",
          example=example_of_inverses)  # fmt: skip
def inverse_of_inverse(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """An inverse is undone by another."""
    return node.args[0].args[0]


def is_lower(node: Expr) -> bool | None:
    """Whether a matrix is known to be lower triangular (True) or upper triangular (False)."""
    if node.op is cholesky:
        return True
    return False if node.op is dimshuffle and node.attr("pattern") == TURN and node.args[0].op is cholesky else None


@computed(solve, kinds="fc", accept=MANY, formula="solve(cholesky(a), b) -> solve_triangular(cholesky(a), b)",
          example=example_of_triangle)  # fmt: skip
def triangular_solution(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A triangular system needs no factorization."""
    lower = is_lower(node.args[0])
    if lower is None:
        return None
    return builder.apply(solve_triangular, *node.args, lower=lower, unit_diagonal=False)


# Determinants


@computed(det, among=(dimshuffle,), kinds="fc", accept=MANY, formula="det(a.T) -> det(a)",
          example=example_of_transposed)  # fmt: skip
def det_of_transposed(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A transpose has the determinant of its matrix."""
    inner = node.args[0]
    return builder.apply(det, inner.args[0]) if inner.attr("pattern") == TURN else None


@computed(log, among=(det, abs), accept=MANY, formula="log(abs(det(a))) -> slogdet(a)[1]",
          example=example_of_log)  # fmt: skip
def log_of_det(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A determinant overflows or vanishes where its logarithm does not."""
    inner = node.args[0]
    size = inner.args[0] if inner.op is abs else inner
    if size.op is not det:
        return None
    signs, logarithm = [builder.apply(PROJECT, builder.apply(slogdet, size.args[0]), index=place) for place in (0, 1)]
    if inner.op is abs:
        return logarithm
    negative = builder.apply(lt, signs, builder.constant(0, signs))
    return builder.apply(switch, negative, builder.constant(np.nan, node), logarithm)


@computed(sign, among=(det,), accept=MANY, formula="sign(det(a)) -> slogdet(a)[0]",
          example=example_of_sign)  # fmt: skip
def sign_of_det(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A determinant overflows or vanishes where its sign does not."""
    return builder.apply(PROJECT, builder.apply(slogdet, node.args[0].args[0]), index=0)


# Diagonals


def diagonal_in(node: Expr) -> Expr | None:
    """The vector of which a node is the diagonal matrix."""
    if node.op is not set_take or node.type.ndim != 2 or node.attr("axes") != (0, 1) or node.args[1].type.ndim != 1:
        return None
    zeros, vector, rows, columns = node.args
    empty = zeros.op is broadcast_to and is_number(zeros.args[0]) and constant_value(zeros.args[0]) == 0
    return vector if empty and rows is columns and counts_all(rows, zeros) else None


def counts_all(places: Expr, square: Expr) -> bool:
    """Whether places are 0, 1, 2, ... before both sizes of a matrix."""
    first, second = square.attr("shape")
    if places.op is arange:
        sizes = set(square.args[1:]) if first == second == GIVEN else {first, second}
        start, stop, step = places.attr("bounds")
        return (start, step) == (0, 1) and sizes == {places.args[0] if stop == GIVEN else stop}
    if places.op is not CONSTANT or first != second or isinstance(places.attr("value"), Token):
        return False
    return np.array_equal(constant_value(places), np.arange(first if isinstance(first, int) else -1))


def across(vector: Expr, rank: int, builder: Builder) -> Expr:
    """A vector along the first axis of an array of that rank."""
    return builder.apply(dimshuffle, vector, pattern=(0, "x")) if rank == 2 else vector


@computed(dot, among=(set_take,), kinds="fciu", formula="diag(v) @ b -> v[:, None] * b",
          example=example_of_scales)  # fmt: skip
def product_with_diagonal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A diagonal matrix scales rows, or columns where it stands behind."""
    first, second = node.args
    if first.type.shape[-1:] != second.type.shape[:1] and 1 in (first.type.shape[-1], second.type.shape[0]):
        return None  # it would be repeated
    vector = diagonal_in(first)
    if vector is not None:
        return builder.flat(mul, (across(vector, second.type.ndim, builder), second))
    vector = diagonal_in(second)
    return None if vector is None else builder.flat(mul, (first, vector))


@computed(inv, solve, det, among=(set_take,), kinds="fc", formula="inv(diag(v)) -> diag(1 / v)", accept=MANY,
          example=example_of_diagonal)  # fmt: skip
def inverse_of_diagonal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Inverse, solution and determinant of a diagonal matrix are those of its elements."""
    matrix = node.args[0]
    vector = diagonal_in(matrix)
    if vector is None:
        return None
    if node.op is det:
        return builder.apply(reduce.prod, vector, axes=(0,), keepdims=False)
    inverse = builder.apply(reciprocal, vector)
    if node.op is inv:
        return builder.make(set_take, (matrix.args[0], inverse, *matrix.args[2:]), matrix.attrs)
    right = node.args[1]
    repeats = right.type.shape[0] == 1 != vector.type.shape[0]
    return None if repeats or right.type.ndim != 2 else builder.flat(mul, (across(inverse, 2, builder), right))


@computed(take, of=(dot,), kinds="fciu", formula="diag(a @ b) -> sum(a * b.T, axis=1)", accept=MANY,
          example=example_of_product)  # fmt: skip
def diagonal_of_product(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Only the elements of a product that are wanted are computed."""
    product, (rows, *columns) = node.args[0], node.args[1:]
    first, second = product.args
    if product in builder.shared or node.attr("axes") != (0, 1) or columns != [rows] or rows.type.ndim != 1:
        return None
    left = builder.apply(take, first, rows, axes=(0,))
    right = builder.apply(take, turned(second, builder), rows, axes=(0,))
    return builder.apply(reduce.sum, builder.flat(mul, (left, right)), axes=(1,), keepdims=False)


RULES = (
    product_with_diagonal,
    inverse_of_diagonal,
    diagonal_of_product,
    inverse_of_inverse,
    solution_for_inverse,
    triangular_solution,
    det_of_transposed,
    log_of_det,
    sign_of_det,
)
