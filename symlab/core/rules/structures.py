"""Systems, inverses and factors of matrices of which something is known: triangles, diagonals, blocks, symmetry."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Token, constant_value
from symlab.core.ir.op import CONSTANT, PROJECT
from symlab.core.ops import passing, reduce
from symlab.core.ops.elementwise import cast, exp, mul, neg, reciprocal, sqrt
from symlab.core.ops.factorizations import cholesky, qr
from symlab.core.ops.gather import set_take
from symlab.core.ops.inverses import inv, solve, solve_triangular
from symlab.core.ops.join import join
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.shape import dimshuffle
from symlab.core.ops.solutions import inv_definite, regular_diagonal, solve_definite
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.building import adjoint_of, along, diagonal_taken, down, identity_like, times
from symlab.core.rewrite.grids import is_identity_mask
from symlab.core.rewrite.known import DIAGONAL, Known
from symlab.core.rewrite.layouts import adjoint_operand, blocks_of, diagonal_vector, is_turned
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.properties import known_of
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix
from symlab.core.rules.linalg import MANY, TURN, diagonal_of, positive_numbers, regular

FREE = {"low": -float("inf"), "high": float("inf"), "integer": False}


# Examples


def stated(x: Any, structure: str) -> Any:
    """A matrix of which the caller says what it is."""
    return passing.assume(x, structure=structure, **FREE)


def example_of_definite(x: Matrix) -> Any:
    """A system whose matrix is positive definite."""
    return solve(stated(regular(x), "positive_definite"), x)


def example_of_scaled(x: Matrix) -> Any:
    """A system whose right side is scaled."""
    return solve(regular(x) * positive_numbers(x), reduce.max(x, axes=(0, 1), keepdims=False) * x)


def example_of_symmetric(x: Matrix) -> Any:
    """A transpose that changes nothing."""
    return dimshuffle(exp(stated(regular(x), "symmetric")), pattern=TURN)


def example_of_orthogonal(x: Matrix) -> Any:
    """A product with the transpose of a rotation."""
    rotation = PROJECT(qr(regular(x), mode="complete"), index=0)
    return dot(dimshuffle(rotation, pattern=TURN), rotation) + 1.0


def example_of_rotated(x: Matrix) -> Any:
    """The inverse of a rotation."""
    return inv(PROJECT(qr(regular(x), mode="complete"), index=0))


def example_of_squared_factor(x: Matrix) -> Any:
    """The Cholesky factor of a product that was made of one."""
    factor = cholesky(regular(x))
    return cholesky(dot(factor, dimshuffle(factor, pattern=TURN)))


def example_of_triangular_inverse(x: Matrix) -> Any:
    """The inverse of a triangle."""
    return inv(cholesky(regular(x)))


def example_of_blocks(x: Matrix) -> Any:
    """The inverse of two blocks."""
    first, nothing = regular(x), regular(x) * 0.0
    return inv(join(join(first, nothing, axis=1), join(nothing, 2.0 * first, axis=1), axis=0))


def example_of_scales(x: Matrix) -> Any:
    """Rows of a matrix scaled."""
    return dot(diagonal_of(positive_numbers(x)), x)


def example_of_diagonal(x: Matrix) -> Any:
    """A diagonal matrix inverted."""
    return inv(diagonal_of(positive_numbers(x)))


def example_of_definite_inverse(x: Matrix) -> Any:
    """The inverse of a positive definite matrix."""
    return inv(stated(regular(x), "positive_definite"))


def example_of_diagonal_factor(x: Matrix) -> Any:
    """The Cholesky factor of a diagonal matrix."""
    return cholesky(diagonal_of(positive_numbers(x)))


# Transposes


@computed(dimshuffle, kinds="f", assuming="real_algebra", formula="a.T -> a", accept=MANY,
          example=example_of_symmetric)  # fmt: skip
def transposed_symmetric(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A symmetric matrix is its own transpose."""
    return node.args[0] if is_turned(node) and Known.SYMMETRIC in known_of(facts, node.args[0]) else None


@computed(dot, matmul, among=(dimshuffle,), kinds="f", assuming="real_algebra", formula="q.T @ q -> eye(n)",
          accept=MANY, example=example_of_orthogonal)  # fmt: skip
def product_of_orthogonal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The transpose of an orthogonal matrix is its inverse."""
    first, second = node.args
    if first.type.ndim < 2 or second.type.ndim < 2:
        return None
    for one, other in ((first, second), (second, first)):
        if adjoint_operand(one) is other and Known.ORTHOGONAL in known_of(facts, other):
            return identity_like(other, builder)
    return None


# Systems


@computed(solve, kinds="fc", accept=MANY, formula="solve(a, b) -> solve_definite(a, b)", example=example_of_definite)
def solution_by_structure(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A diagonal matrix divides, a rotation turns back, a triangle is solved by rows, a definite one by Cholesky."""
    matrix, right = node.args
    known = known_of(facts, matrix)
    if known & DIAGONAL == DIAGONAL:
        return divided_rows(matrix, right, builder, facts)
    if Known.ORTHOGONAL in known:
        return times(adjoint_of(matrix, builder), right, builder)
    if known & DIAGONAL:
        return builder.apply(solve_triangular, matrix, right, lower=Known.LOWER in known, unit_diagonal=False)
    return builder.apply(solve_definite, matrix, right) if Known.DEFINITE in known else None


@computed(solve, solve_triangular, solve_definite, among=(neg, mul), kinds="fc", assuming="real_algebra",
          accept=MANY, formula="solve(a, c * b) -> c * solve(a, b)",
          example=example_of_scaled)  # fmt: skip
def factor_of_system(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A number that scales the right side scales the solution, which is then the same for several."""
    matrix, right = node.args
    if right.op is neg:
        return builder.apply(neg, builder.make(node.op, (matrix, right.args[0]), node.attrs))
    scales = [arg for arg in right.args if not arg.type.ndim]
    rest = [arg for arg in right.args if arg not in scales]
    if right.op is not mul or not scales or not rest or rest[0].type.ndim != right.type.ndim:
        return None
    found = builder.make(node.op, (matrix, builder.kept(right, rest)), node.attrs)
    return builder.flat(mul, (*scales, found))


def divided_rows(matrix: Expr, right: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Each row by an element of a diagonal."""
    vector = inverted_diagonal(matrix, builder, facts)
    repeats = right.type.shape[-2] == 1 != vector.type.shape[-1]
    return None if repeats else builder.flat(mul, (down(vector, builder), right))


def inverted_diagonal(matrix: Expr, builder: Builder, facts: Facts) -> Expr:
    """The reciprocals of a diagonal; a 0 on it is an error, as in any other singular matrix."""
    known = known_of(facts, matrix)
    vector = diagonal_taken(matrix, builder, Known.SQUARE in known)
    sure = facts.positive(vector) or facts.negative(vector) or Known.POSITIVE_DIAGONAL in known
    return builder.apply(reciprocal, vector if sure else builder.apply(regular_diagonal, vector))


# Inverses


@computed(inv, kinds="fc", accept=MANY, formula="inv(q) -> q.T", example=example_of_rotated)
def inverse_of_orthogonal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The inverse of an orthogonal matrix is its transpose."""
    return adjoint_of(node.args[0], builder) if Known.ORTHOGONAL in known_of(facts, node.args[0]) else None


@computed(inv, of=(join,), kinds="fc", accept=MANY, formula="inv(block_diag(a, b)) -> block_diag(inv(a), inv(b))",
          example=example_of_blocks)  # fmt: skip
def inverse_of_blocks(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Blocks on the diagonal are inverted one by one."""
    matrix = node.args[0]
    blocks = blocks_of(matrix)
    if blocks is None or not all(Known.SQUARE in known_of(facts, block) for block in blocks):
        return None
    rows = []
    for place, row in enumerate(matrix.args):
        parts = [builder.apply(inv, part) if other == place else part for other, part in enumerate(row.args)]
        rows.append(builder.make(join, tuple(parts), row.attrs))
    return builder.make(join, tuple(rows), matrix.attrs)


@computed(inv, kinds="fc", accept=MANY, formula="inv(l) -> solve_triangular(l, eye(n))",
          example=example_of_triangular_inverse)  # fmt: skip
def inverse_of_triangle(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A triangle is inverted by rows."""
    matrix = node.args[0]
    known = known_of(facts, matrix)
    if not known & DIAGONAL or known & DIAGONAL == DIAGONAL:
        return None
    lower = Known.LOWER in known
    return builder.apply(solve_triangular, matrix, identity_like(matrix, builder), lower=lower, unit_diagonal=False)


@computed(inv, kinds="fc", accept=MANY, formula="inv(a) -> inv_definite(a)", example=example_of_definite_inverse)
def inverse_of_definite(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A positive definite matrix is inverted from its Cholesky factor, at half the cost."""
    known = known_of(facts, node.args[0])
    definite = Known.DEFINITE in known and not known & DIAGONAL
    return builder.apply(inv_definite, node.args[0]) if definite else None


# Products


@computed(dot, matmul, kinds="fciu", formula="diag(v) @ b -> v[:, None] * b",
          example=example_of_scales)  # fmt: skip
def product_with_diagonal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A diagonal matrix scales rows, or columns where it stands behind."""
    first, second = node.args
    last = second.type.shape[-2 if second.type.ndim > 1 else 0]
    if first.type.shape[-1] != last and 1 in (first.type.shape[-1], last):
        return None  # it would be repeated
    if is_diagonal(facts, first):
        vector = diagonal_taken(first, builder, square=True)
        factor = down(vector, builder) if second.type.ndim > 1 else vector
        return second if is_identity(first) else builder.flat(mul, (factor, second))
    if is_diagonal(facts, second):
        vector = diagonal_taken(second, builder, square=True)
        factor = along(vector, builder) if first.type.ndim > 1 else vector
        return first if is_identity(second) else builder.flat(mul, (first, factor))
    return None


def is_diagonal(facts: Facts, node: Expr) -> bool:
    """Whether matrices are square and have zeros beside the diagonal."""
    return node.type.ndim > 1 and (DIAGONAL | Known.SQUARE) in known_of(facts, node)


def is_identity(node: Expr) -> bool:
    """Whether a diagonal matrix has ones on the diagonal."""
    if node.op is cast:
        return is_identity_mask(node.args[0])
    if node.op is not CONSTANT or isinstance(node.attr("value"), Token):
        return False
    return bool((np.diagonal(constant_value(node), axis1=-2, axis2=-1) == 1).all())


@computed(inv, kinds="fc", formula="inv(diag(v)) -> diag(1 / v)", accept=MANY,
          example=example_of_diagonal)  # fmt: skip
def inverse_of_diagonal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The inverse of a diagonal matrix is that of its elements."""
    matrix = node.args[0]
    if not is_diagonal(facts, matrix):
        return None
    inverse = inverted_diagonal(matrix, builder, facts)
    if diagonal_vector(matrix) is not None:
        return builder.make(set_take, (matrix.args[0], inverse, *matrix.args[2:]), matrix.attrs)
    return builder.flat(mul, (down(inverse, builder), identity_like(matrix, builder)))


# Factors


@computed(cholesky, among=(dot, matmul), kinds="fc", assuming="real_algebra", accept=MANY,
          formula="cholesky(l @ l.T) -> l", example=example_of_squared_factor)  # fmt: skip
def factor_of_square(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The factor of what was made of it, if its diagonal is positive, is the only one."""
    first, second = node.args[0].args
    if first is not adjoint_operand(second) and second is not adjoint_operand(first):
        return None
    return first if Known.LOWER | Known.POSITIVE_DIAGONAL in known_of(facts, first) else None


@computed(cholesky, kinds="f", formula="cholesky(diag(v)) -> sqrt(diag(v))", accept=MANY,
          example=example_of_diagonal_factor)  # fmt: skip
def factor_of_diagonal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The Cholesky factor of a positive diagonal matrix has the roots of its elements."""
    known = known_of(facts, node.args[0])
    return builder.apply(sqrt, node.args[0]) if DIAGONAL | Known.DEFINITE in known else None


RULES = (
    transposed_symmetric,
    product_of_orthogonal,
    product_with_diagonal,
    inverse_of_orthogonal,
    inverse_of_diagonal,
    inverse_of_blocks,
    factor_of_square,
    factor_of_diagonal,
    solution_by_structure,
    factor_of_system,
)
LATE = (inverse_of_triangle, inverse_of_definite)
