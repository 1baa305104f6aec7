"""Products and inverses of matrices in the form that costs least and keeps most digits."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ops import reduce
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import abs, mul
from symlab.core.ops.factorizations import cholesky
from symlab.core.ops.gather import set_take, take
from symlab.core.ops.inverses import inv, solve
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.shape import dimshuffle, filled_like, sizes_of, spread
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.building import times, turned
from symlab.core.rewrite.layouts import is_turned
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix

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


def example_of_transposed(x: Matrix) -> Any:
    """A transpose inverted."""
    return inv(dimshuffle(cholesky(regular(x)), pattern=TURN))


def example_of_system(x: Matrix) -> Any:
    """A system whose matrix is an inverse."""
    return solve(inv(regular(x)), x)


def positive_numbers(x: Any) -> Any:
    """A positive number for each row."""
    return reduce.max(abs(x), axes=(1,), keepdims=False) + 1


def example_of_product(x: Matrix) -> Any:
    """The diagonal of a product."""
    return taken_diagonal(dot(x, dimshuffle(x, pattern=TURN)))


# Inverses


def fits_stack(matrix: Expr, right: Expr) -> bool:
    """Whether neither of two stacks is repeated for the other."""
    fronts = matrix.type.shape[:-2], right.type.shape[:-2]
    return len(fronts[0]) == len(fronts[1]) and all((one == 1) is (other == 1) for one, other in zip(*fronts))


def solution(matrix: Expr, right: Expr, builder: Builder) -> Expr | None:
    """The solution of a system, whose right side is a vector or a matrix."""
    if right.type.ndim > 1:
        return builder.apply(solve, matrix, right) if fits_stack(matrix, right) else None
    return dropped(builder.apply(solve, matrix, builder.apply(dimshuffle, right, pattern=(0, "x"))), builder)


def dropped(column: Expr, builder: Builder) -> Expr:
    """A column as a vector."""
    return builder.apply(dimshuffle, column, pattern=(0,))


def inverted_by(node: Expr, builder: Builder) -> Expr | None:
    """The matrix of which a factor of a product is the inverse that nothing else needs."""
    if node in builder.shared:
        return None
    if node.op is inv:
        return node.args[0]
    inner = node.args[0] if is_turned(node) else None
    return (
        turned(inner.args[0], builder)
        if inner is not None and inner.op is inv and inner not in builder.shared
        else None
    )


@computed(dot, matmul, among=(inv, dimshuffle), kinds="fc", accept=MANY, formula="inv(a) @ b -> solve(a, b)",
          example=example_of_inverse)  # fmt: skip
def solution_for_inverse(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """To solve a system costs less than to invert its matrix, and loses fewer digits."""
    first, second = node.args
    matrix = inverted_by(first, builder)
    if matrix is not None:
        return solution(matrix, second, builder)
    matrix = inverted_by(second, builder)
    if matrix is None:
        return None
    matrix = turned(matrix, builder)
    if first.type.ndim == 1:
        return solution(matrix, first, builder)
    found = solution(matrix, turned(first, builder), builder)
    return None if found is None else turned(found, builder)


@computed(inv, among=(inv,), assuming="real_algebra", kinds="fc", accept=MANY, formula="inv(inv(a)) -> a",
          example=example_of_inverses)  # fmt: skip
def inverse_of_inverse(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """An inverse is undone by another."""
    return node.args[0].args[0]


@computed(inv, among=(dimshuffle,), kinds="fc", accept=MANY, formula="inv(a.T) -> inv(a).T",
          example=example_of_transposed)  # fmt: skip
def inverse_of_transposed(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A transpose is taken after the inverse, which another part of the program may need too."""
    inner = node.args[0]
    return turned(builder.apply(inv, inner.args[0]), builder) if is_turned(inner) else None


@computed(solve, among=(inv,), assuming="real_algebra", kinds="fc", accept=MANY, formula="solve(inv(a), b) -> a @ b",
          example=example_of_system)  # fmt: skip
def solution_by_inverse(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A system whose matrix is an inverse is solved by the product."""
    first, second = node.args
    return times(first.args[0], second, builder) if first.op is inv else None


# Diagonals


@computed(take, of=(dot, matmul), kinds="fciu", formula="diag(a @ b) -> sum(a * b.T, axis=1)", accept=MANY,
          example=example_of_product)  # fmt: skip
def diagonal_of_product(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Only the elements of a product that are wanted are computed."""
    product, (rows, *columns) = node.args[0], node.args[1:]
    first, second = product.args
    rank = product.type.ndim
    if (
        product in builder.shared
        or node.attr("axes") != (rank - 2, rank - 1)
        or columns != [rows]
        or rows.type.ndim != 1
    ):
        return None
    if first.type.ndim < 2 or second.type.ndim < 2:
        return None
    left = builder.apply(take, first, rows, axes=(first.type.ndim - 2,))
    right = builder.apply(take, turned(second, builder), rows, axes=(second.type.ndim - 2,))
    return builder.apply(reduce.sum, builder.flat(mul, (left, right)), axes=(rank - 1,), keepdims=False)


RULES = (
    diagonal_of_product,
    inverse_of_inverse,
    inverse_of_transposed,
    solution_for_inverse,
    solution_by_inverse,
)
