"""Determinants from what is known of a matrix: products of diagonals, logarithms that neither overflow nor vanish."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import PROJECT
from symlab.core.ops import reduce
from symlab.core.ops.compare import lt, switch
from symlab.core.ops.elementwise import abs, add, cast, log, mul, neg, pow, reciprocal, sign
from symlab.core.ops.factorizations import cholesky
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.inverses import det, inv, slogdet
from symlab.core.ops.join import join
from symlab.core.ops.linalg import dot, matmul
from symlab.core.ops.products import difference_of_products
from symlab.core.ops.shape import dimshuffle, reshape
from symlab.core.ops.solutions import log_det_definite
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.building import diagonal_taken, size_at
from symlab.core.rewrite.known import DIAGONAL, Known
from symlab.core.rewrite.layouts import blocks_of, is_turned, kronecker_factors
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.properties import known_of
from symlab.core.rewrite.rule import computed
from symlab.core.rewrite.sorts import Matrix
from symlab.core.rules.linalg import MANY, TURN, positive_numbers, regular
from symlab.core.rules.structures import stated

# Examples


def example_of_two(x: Any) -> Any:
    """The determinant of two rows of two elements."""
    return det(reshape(slice_op(x, index=((0, 4, 1),)), shape=(2, 2)))


def example_of_transposed(x: Matrix) -> Any:
    """The determinant of a transpose."""
    return det(dimshuffle(inv(regular(x) * positive_numbers(x)), pattern=TURN))


def example_of_log(x: Matrix) -> Any:
    """The logarithm of a determinant that overflows."""
    return log(det(1e60 * regular(x) * positive_numbers(x)))


def example_of_sign(x: Matrix) -> Any:
    """The sign of a determinant."""
    return sign(det(regular(x) * positive_numbers(x)))


def example_of_triangle(x: Matrix) -> Any:
    """The determinant of a triangle."""
    return det(cholesky(regular(x)))


def example_of_definite(x: Matrix) -> Any:
    """The logarithm of the determinant of a positive definite matrix."""
    return PROJECT(slogdet(stated(regular(x), "positive_definite")), index=1)


def example_of_inverse(x: Matrix) -> Any:
    """The determinant of an inverse."""
    return det(inv(regular(x) * positive_numbers(x)))


# Determinants


@computed(det, among=(dimshuffle,), kinds="fc", accept=MANY, formula="det(a.T) -> det(a)",
          example=example_of_transposed)  # fmt: skip
def det_of_transposed(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A transpose has the determinant of its matrix."""
    inner = node.args[0]
    return builder.apply(det, inner.args[0]) if is_turned(inner) else None


class Power(NamedTuple):
    """A matrix whose determinant is a factor of another, so many times; None stands for -1."""

    matrix: Expr
    exponent: int | Expr | None = 1


def factors_of(matrix: Expr, builder: Builder, facts: Facts) -> list[Power] | None:
    """Matrices whose determinants multiply to that of a matrix, where they are easier to find."""
    if matrix.op is inv:
        return [Power(matrix.args[0], None)]
    if matrix.op in (dot, matmul) and matrix.args[0].type.ndim == matrix.args[1].type.ndim:
        known = [known_of(facts, arg) for arg in matrix.args]
        whole = all(Known.SQUARE in one for one in known)
        return [Power(arg) for arg in matrix.args] if whole and any(one & DIAGONAL for one in known) else None
    blocks = blocks_of(matrix)
    if blocks is not None:
        whole = all(Known.SQUARE in known_of(facts, block) for block in blocks)
        return [Power(block) for block in blocks] if whole else None
    return kronecker_powers(matrix, builder, facts)


def kronecker_powers(matrix: Expr, builder: Builder, facts: Facts) -> list[Power] | None:
    """Each of two square matrices as often as the other has rows."""
    pair = kronecker_factors(matrix)
    if pair is None or not all(Known.SQUARE in known_of(facts, one) for one in pair):
        return None
    sizes = [size_at(one, 0, builder) for one in pair]
    return [Power(pair[0], sizes[1]), Power(pair[1], sizes[0])]


def as_exponent(size: int | Expr, like: Expr, builder: Builder) -> Expr:
    """A size as a number of the dtype of a node."""
    if isinstance(size, int):
        return builder.constant(size, like)
    return builder.apply(cast, size, dtype=like.type.dtype.name)


@computed(det, kinds="f", accept=MANY, formula="det([[a, b], [c, d]]) -> a d - b c", example=example_of_two)
def det_of_two(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The two products are nearly equal where the matrix is nearly singular: their rounding errors are the rest."""
    matrix = node.args[0]
    if matrix.type.shape[-2:] != (2, 2):
        return None
    rows = [(None, None, 1)] * (matrix.type.ndim - 2)
    a, b, c, d = (builder.apply(slice_op, matrix, index=(*rows, i, k)) for i in (0, 1) for k in (0, 1))
    return builder.apply(difference_of_products, a, d, b, c)


@computed(det, kinds="fc", accept=MANY, formula="det(l) -> prod(diag(l))", example=example_of_triangle)
def det_of_triangle(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The determinant of a triangle is the product of its diagonal."""
    matrix = node.args[0]
    known = known_of(facts, matrix)
    if not known & DIAGONAL:
        return None
    vector = diagonal_taken(matrix, builder, Known.SQUARE in known)
    return builder.apply(reduce.prod, vector, axes=(vector.type.ndim - 1,), keepdims=False)


@computed(det, among=(inv, dot, matmul, join, reshape), kinds="f", assuming="no_overflow", accept=MANY,
          formula="det(inv(a)) -> 1 / det(a)", example=example_of_inverse)  # fmt: skip
def det_of_parts(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Inverses, blocks, Kronecker products and products with triangles have the determinants of their parts."""
    powers = factors_of(node.args[0], builder, facts)
    if powers is None:
        return None
    parts = []
    for matrix, exponent in powers:
        part = builder.apply(det, matrix)
        if exponent is None:
            part = builder.apply(reciprocal, part)
        elif exponent != 1:
            part = builder.apply(pow, part, as_exponent(exponent, part, builder))
        parts.append(part)
    return builder.flat(mul, parts)


# Logarithms and signs


@computed(log, among=(det, abs), accept=MANY, formula="log(abs(det(a))) -> slogdet(a)[1]",
          example=example_of_log)  # fmt: skip
def log_of_det(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A determinant overflows or vanishes where its logarithm does not."""
    inner = node.args[0]
    size = inner.args[0] if inner.op is abs else inner
    if size.op is not det:
        return None
    signs, logarithm = (logdet_part(size.args[0], place, builder) for place in (0, 1))
    if inner.op is abs or Known.DEFINITE in known_of(facts, size.args[0]):
        return logarithm
    negative = builder.apply(lt, signs, builder.constant(0, signs))
    return builder.apply(switch, negative, builder.constant(np.nan, node), logarithm)


@computed(sign, among=(det,), accept=MANY, formula="sign(det(a)) -> slogdet(a)[0]",
          example=example_of_sign)  # fmt: skip
def sign_of_det(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A determinant overflows or vanishes where its sign does not."""
    return logdet_part(node.args[0].args[0], 0, builder)


def logdet_part(matrix: Expr, place: int, builder: Builder) -> Expr:
    """The sign of a determinant (0), or the logarithm of its size (1)."""
    return builder.apply(PROJECT, builder.apply(slogdet, matrix), index=place)


@computed(PROJECT, of=(slogdet,), accept=MANY, formula="slogdet(a)[1] -> log_det_definite(a)",
          example=example_of_definite)  # fmt: skip
def slogdet_of_structure(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A triangle has its diagonal, a definite matrix its Cholesky factor; of either no other factors are needed."""
    matrix, place = node.args[0].args[0], node.attr("index")
    known = known_of(facts, matrix)
    if matrix.type.dtype.kind != "f":
        return None
    if known & DIAGONAL:
        vector = diagonal_taken(matrix, builder, Known.SQUARE in known)
        sizes = builder.apply(log, builder.apply(abs, vector)) if place else builder.apply(sign, vector)
        fold = reduce.sum if place else reduce.prod
        return builder.apply(fold, sizes, axes=(vector.type.ndim - 1,), keepdims=False)
    found = slogdet_of_parts(matrix, place, builder, facts)
    if found is not None or Known.DEFINITE not in known:
        return found
    return builder.apply(log_det_definite, matrix) if place else builder.constant(1, node)


def slogdet_of_parts(matrix: Expr, place: int, builder: Builder, facts: Facts) -> Expr | None:
    """The sign or the logarithm from those of other matrices."""
    powers = factors_of(matrix, builder, facts)
    if powers is None:
        return None
    parts = []
    for part, exponent in powers:
        found = logdet_part(part, place, builder)
        if exponent is None:
            found = builder.apply(neg, found) if place else found
        elif exponent != 1:
            number = as_exponent(exponent, found, builder)
            found = builder.flat(mul, (number, found)) if place else builder.apply(pow, found, number)
        parts.append(found)
    return builder.flat(add if place else mul, parts)


RULES = (
    det_of_transposed,
    log_of_det,
    sign_of_det,
    slogdet_of_structure,
)
LATE = (det_of_parts, det_of_transposed, det_of_triangle, det_of_two)  # when a logarithm was found that is better
