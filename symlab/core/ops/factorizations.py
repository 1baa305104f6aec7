"""Cholesky, LU and QR factors of stacks of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import PROJECT, Kind, Op
from symlab.core.ir.types import ArrayType, Shape, Type, array_type
from symlab.core.ops import sort
from symlab.core.ops.compare import isnan, switch
from symlab.core.ops.complexes import complex as complex_of
from symlab.core.ops.complexes import imag
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add, mul, sub
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.inverses import solve_triangular
from symlab.core.ops.join import join
from symlab.core.ops.linalg import adjoint
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.shape import separated, shuffled, sizes_of, spread
from symlab.core.ops.stacks import (
    completed_lower,
    folded_lower,
    lower_part,
    no_derivative,
    of_matrices,
    on_diagonal,
    real_diagonal,
    same_sizes,
    symmetrized,
    times,
    upper_part,
    with_sizes,
)

Array = np.ndarray[Any, Any]
Pair = tuple[Shape, Shape]


def divided_left(a: Variable, b: Variable, *, lower: bool, unit_diagonal: bool = False) -> Variable:
    """a^-1 b for a triangular a."""
    return solve_triangular(a, b, lower=lower, unit_diagonal=unit_diagonal)  # type: ignore[no-any-return]


def divided_right(b: Variable, a: Variable, *, lower: bool, unit_diagonal: bool = False) -> Variable:
    """b a^-1 for a triangular a."""
    return adjoint(divided_left(adjoint(a), adjoint(b), lower=not lower, unit_diagonal=unit_diagonal))


# Cholesky


def halved_diagonal(x: Variable) -> Variable:
    """The elements below the diagonal, and half of the real part of those on it."""
    return real_diagonal(mul(add(lower_part(x), lower_part(x, -1)), 0.5))


def cholesky_vjp(cotangent: Variable, y: Variable, x: Variable) -> tuple[Variable]:
    """l'^-1 h(l' g) l^-1, made Hermitian, where h halves the diagonal of a lower triangle (Murray 2016)."""
    inner = halved_diagonal(times(adjoint(y), lower_part(cotangent)))
    outer = divided_left(adjoint(y), inner, lower=False)
    return (folded_lower(symmetrized(divided_right(outer, y, lower=True))),)


def cholesky_jvp(tangents: Sequence[Any], y: Variable, x: Variable) -> Variable:
    """l h(l^-1 dx l'^-1), where h halves the diagonal of a lower triangle."""
    inner = divided_left(y, completed_lower(tangents[0]), lower=True)
    return times(y, halved_diagonal(divided_right(inner, adjoint(y), lower=False)))


cholesky: Op = declared(
    "cholesky",
    Kind.CALL,
    doc="The lower triangular l with l l' = x, for Hermitian positive definite x, of which the lower half is read.",
    reference=np.linalg.cholesky,
    infer=of_matrices(same_sizes),
    vjp=cholesky_vjp,
    jvp=cholesky_jvp,
    latex=r"\operatorname{{chol}}\left({0}\right)",
    extra=with_sizes(same_sizes),
)


def cholesky_or_nan_reference(x: Array) -> Array:
    """NumPy's, matrix by matrix, with nan for those that are not positive definite."""
    found = np.empty(x.shape, x.dtype)
    for place in np.ndindex(x.shape[:-2]):
        try:
            found[place] = np.linalg.cholesky(x[place])
        except np.linalg.LinAlgError:
            found[place] = np.nan
    return found


def failing_vjp(cotangent: Variable, y: Variable, x: Variable) -> tuple[Variable]:
    """That of `cholesky`; nan for every element of a matrix that has no factor."""
    corner = slice_op(y, index=(*((None, None, 1),) * (y.ndim - 2), 0, 0))
    (found,) = cholesky_vjp(cotangent, y, x)
    return (switch(isnan(shuffled(corner, (*range(corner.ndim), "x", "x"))), np.nan, found),)


cholesky_or_nan: Op = declared(
    "cholesky_or_nan",
    Kind.CALL,
    doc="As `cholesky`, with nan for matrices that are not positive definite.",
    reference=cholesky_or_nan_reference,
    infer=of_matrices(same_sizes),
    vjp=failing_vjp,
    jvp=cholesky_jvp,
    latex=r"\operatorname{{chol}}\left({0}\right)",
    extra=with_sizes(same_sizes),
)

# LU


def factor_sizes(sizes: Any, x: Shape) -> Pair:
    """Both factors in one matrix, and a row number for each column that was eliminated."""
    return x, (*x[:-2], sizes.minimum(x[-2], x[-1]))


def lu_reference(x: Array) -> tuple[Array, Array]:
    """LAPACK's getrf, one matrix after another; a singular matrix has a 0 on the diagonal of u."""
    from scipy.linalg import get_lapack_funcs

    factors, pivots = x.copy(), np.empty((*x.shape[:-2], min(x.shape[-2:])), np.int32)
    (getrf,) = get_lapack_funcs(("getrf",), (x,))
    if pivots.size:
        for place in np.ndindex(x.shape[:-2]):
            factors[place], pivots[place], _ = getrf(x[place])
    return factors, pivots


def unit_lower(factors: Variable) -> Variable:
    """l of both factors in one square matrix."""
    return on_diagonal(factors, constant(1, dtype=factors.type.dtype), lower_part(factors, -1))


def rows_in_order(x: Variable, order: Variable) -> Variable:
    """The rows of each matrix in an order of its own."""
    sizes = sizes_of(x)
    return sort.along(x, spread(shuffled(order, (*range(order.ndim), "x")), sizes), x.ndim - 2)


def lu_factor_vjp(cotangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Variable]:
    """p l'^-1 (strict lower of l' gl + upper of gu u') u'^-1, the pivots being held."""
    factors = PROJECT(y, index=0)
    order = row_order(factors, PROJECT(y, index=1))
    lower, upper, cotangent = unit_lower(factors), upper_part(factors), cotangents[0]
    inner = add(
        lower_part(times(adjoint(lower), lower_part(cotangent, -1)), -1),
        upper_part(times(upper_part(cotangent), adjoint(upper))),
    )
    outer = divided_left(adjoint(lower), inner, lower=False, unit_diagonal=True)
    return (rows_in_order(divided_right(outer, adjoint(upper), lower=True), sort.argsort(order, axis=-1)),)


def lu_factor_jvp(tangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Any, Any]:
    """l (strict lower of m) + (upper of m) u, where m is l^-1 p' dx u^-1."""
    factors = PROJECT(y, index=0)
    lower, upper = unit_lower(factors), upper_part(factors)
    moved = rows_in_order(tangents[0], row_order(factors, PROJECT(y, index=1)))
    inner = divided_right(divided_left(lower, moved, lower=True, unit_diagonal=True), upper, lower=False)
    return add(times(lower, lower_part(inner, -1)), times(upper_part(inner), upper)), None


lu_factor: Op = declared(
    "lu_factor",
    Kind.CALL,
    doc="The factors of x = p l u in one matrix, the ones on l's diagonal left out, and LAPACK's pivots from 0.",
    reference=lu_reference,
    infer=of_matrices(factor_sizes, square=False, dtype=lambda dtype: (dtype, np.dtype(np.int32))),
    vjp=lu_factor_vjp,
    jvp=lu_factor_jvp,
    latex=r"\operatorname{{lu}}\left({0}\right)",
    extra=with_sizes(factor_sizes),
)


def order_reference(factors: Array, pivots: Array) -> Array:
    """The exchanges done one after another."""
    order = np.broadcast_to(np.arange(factors.shape[-2]), factors.shape[:-1]).copy()
    for place in np.ndindex(factors.shape[:-2]):
        for row, other in enumerate(pivots[place]):
            order[place][[row, other]] = order[place][[other, row]]
    return order


def order_type(attributes: Any, factors: ArrayType, pivots: ArrayType) -> Type:
    """The type of `row_order`."""
    if pivots.dtype.kind not in "iu" or pivots.ndim != factors.ndim - 1:
        raise Misfit(f"{{1}} is {pivots}, not the pivots of {factors}", kind=TypeMismatch)
    return array_type(np.int64, factors.shape[:-1])


def order_sizes(sizes: Any, factors: Shape, pivots: Shape) -> Shape:
    """A number for each row."""
    return factors[:-1]


row_order: Op = declared(
    "row_order",
    Kind.CALL,
    doc="The order in which the pivots of `lu_factor` bring the rows: x in this order is l u.",
    reference=order_reference,
    infer=order_type,
    extra=with_sizes(order_sizes, values=0),
)

# QR


def qr_sizes(sizes: Any, x: Shape, mode: str) -> Any:
    """q and r; they are square, or as small as they can be."""
    least = x[-2] if mode == "complete" else sizes.minimum(x[-2], x[-1])
    return (*x[:-1], least), (*x[:-2], least, x[-1])


def hermitian_of_upper(x: Variable) -> Variable:
    """The Hermitian matrix whose elements on and above the diagonal are those of x."""
    return add(real_diagonal(upper_part(x)), adjoint(upper_part(x, 1)))  # type: ignore[no-any-return]


def tall_vjp(q: Variable, r: Variable, to_q: Variable | None, to_r: Variable | None) -> Variable:
    """(gq + q c(r gr' - ...)) r'^-1, where c completes an upper triangle (Walter and Lehmann 2018)."""
    terms = []
    if to_r is not None:
        terms.append(times(upper_part(to_r), adjoint(r)))
    if to_q is not None:
        terms.append(mul(times(adjoint(q), to_q), -1))
    inner = times(q, hermitian_of_upper(terms[0] if len(terms) == 1 else add(*terms)))
    return divided_right(inner if to_q is None else add(inner, to_q), adjoint(r), lower=True)


def tall_jvp(q: Variable, r: Variable, change: Variable) -> tuple[Variable, Variable]:
    """dq and dr, from the skew-Hermitian part of q' dx r^-1."""
    moved = divided_right(change, r, lower=False)
    inner = times(adjoint(q), moved)
    below = lower_part(inner, -1)
    skew = sub(below, adjoint(below))
    if q.type.dtype.kind == "c":
        turn = imag(inner)
        skew = on_diagonal(skew, complex_of(mul(turn, 0), turn), skew)
    return add(times(q, sub(skew, inner)), moved), times(sub(inner, skew), r)


def columns_of(x: Variable, start: Any, stop: Any) -> Variable:
    """Some columns of each matrix."""
    (first, last), given = separated([start, stop])
    return slice_op(x, *given, index=(*((None, None, 1),) * (x.ndim - 1), (first, last, 1)))  # type: ignore[no-any-return]


def check_reduced(x: Variable, mode: str) -> bool:
    """Whether matrices may be wider than high; raise where q has columns that nothing determines."""
    rows, columns = x.type.shape[-2:]
    if None in (rows, columns) and mode != "reduced":
        raise no_derivative("qr of matrices whose sizes are not known, in mode 'complete',", x, "mode='reduced'")
    if mode == "complete" and rows > columns:
        raise no_derivative("q in mode 'complete'", x, "mode='reduced'")
    return None in (rows, columns) or rows < columns


def qr_vjp(cotangents: Sequence[Any], y: Variable, x: Variable, mode: str) -> tuple[Variable]:
    """That of the square or tall case; of a wide x the first columns decide, r's others being q' times x's.

    Where sizes are not known, the others may be none.
    """
    q, r = (PROJECT(y, index=place) for place in (0, 1))
    to_q, to_r = cotangents
    if not check_reduced(x, mode):
        return (tall_vjp(q, r, to_q, to_r),)
    rows = sizes_of(q)[-1]
    if to_r is None:
        head, tail = None, None
    else:
        head, tail = columns_of(to_r, None, rows), columns_of(to_r, rows, None)
        share = times(columns_of(x, rows, None), adjoint(tail))
        to_q = share if to_q is None else add(to_q, share)
    first = tall_vjp(q, columns_of(r, None, rows), to_q, head)
    rest = mul(columns_of(x, rows, None), 0) if tail is None else times(q, tail)
    return (join(first, rest, axis=x.ndim - 1),)


def qr_jvp(tangents: Sequence[Any], y: Variable, x: Variable, mode: str) -> tuple[Variable, Variable]:
    """As `qr_vjp`, forward."""
    q, r = (PROJECT(y, index=place) for place in (0, 1))
    if not check_reduced(x, mode):
        return tall_jvp(q, r, tangents[0])
    rows = sizes_of(q)[-1]
    of_q, of_r = tall_jvp(q, columns_of(r, None, rows), columns_of(tangents[0], None, rows))
    rest = add(times(adjoint(of_q), columns_of(x, rows, None)), times(adjoint(q), columns_of(tangents[0], rows, None)))
    return of_q, join(of_r, rest, axis=x.ndim - 1)


qr: Op = declared(
    "qr",
    Kind.CALL,
    doc="The unitary q and upper triangular r with q r = x; `mode` is 'reduced' or 'complete'.",
    reference=lambda x, mode: tuple(np.linalg.qr(x, mode)),
    infer=of_matrices(qr_sizes, square=False, dtype=lambda dtype: (dtype, dtype)),
    vjp=qr_vjp,
    jvp=qr_jvp,
    latex=r"\operatorname{{qr}}\left({0}\right)",
    extra=with_sizes(qr_sizes),
)


def raw_sizes(sizes: Any, x: Shape) -> Pair:
    """The matrix transposed, and a factor for each reflector."""
    return (*x[:-2], x[-1], x[-2]), (*x[:-2], sizes.minimum(x[-2], x[-1]))


qr_raw: Op = declared(
    "qr_raw",
    Kind.CALL,
    doc="What LAPACK's geqrf gives: the reflectors of q below r in one matrix, transposed, and their factors.",
    reference=lambda x: tuple(np.linalg.qr(x, "raw")),
    infer=of_matrices(raw_sizes, square=False, dtype=lambda dtype: (dtype, dtype)),
    latex=r"\operatorname{{geqrf}}\left({0}\right)",
    extra=with_sizes(raw_sizes),
)


def column_sizes(sizes: Any, x: Shape) -> Shape:
    """A number for each column."""
    return (*x[:-2], x[-1])


def column_reference(x: Array) -> Array:
    """The pivots of LAPACK's geqp3, one matrix after another."""
    from scipy.linalg import qr

    order = np.broadcast_to(np.arange(x.shape[-1]), (*x.shape[:-2], x.shape[-1])).copy()
    for place in np.ndindex(x.shape[:-2]) if x.size else ():
        order[place] = qr(x[place], mode="r", pivoting=True)[1]
    return order


column_order: Op = declared(
    "column_order",
    Kind.CALL,
    doc="The order of columns in which the diagonal of r in x = q r falls in magnitude, as LAPACK's geqp3 finds it.",
    reference=column_reference,
    infer=of_matrices(column_sizes, square=False, dtype=lambda dtype: np.dtype(np.int64)),
    extra=with_sizes(column_sizes),
)
