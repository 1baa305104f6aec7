"""Eigenvalues and singular values of stacks of matrices, and their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.op import PROJECT, Kind, Op
from symlab.core.ir.types import Shape, real_part
from symlab.core.ops.complexes import complex as complex_of
from symlab.core.ops.complexes import conjugate, imag, real
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add, cast, mul, neg, sqr, sub, true_div
from symlab.core.ops.inverses import inv
from symlab.core.ops.linalg import adjoint
from symlab.core.ops.operators import Variable
from symlab.core.ops.reduce import sum as total
from symlab.core.ops.stacks import (
    across,
    columns_scaled,
    completed_lower,
    diagonal_of,
    down,
    each,
    folded_lower,
    no_derivative,
    of_matrices,
    on_diagonal,
    row_sizes,
    rows_scaled,
    symmetrized,
    times,
    with_sizes,
)

Array = np.ndarray[Any, Any]


def gaps(values: Variable) -> Variable:
    """1 / (w_j - w_i) in row i and column j, 0 on the diagonal; infinite where two are equal (vectors are free)."""
    difference = sub(across(values), down(values))
    return on_diagonal(difference, 0, true_div(1, on_diagonal(difference, 1, difference)))


def summed(terms: Sequence[Variable]) -> Variable:
    """The sum of one term or more."""
    return terms[0] if len(terms) == 1 else add(*terms)


def on_diagonals(numbers: Variable, like: Variable) -> Variable:
    """Diagonal matrices of these numbers, in the dtype of `like`."""
    values = numbers if numbers.type.dtype == like.type.dtype else cast(numbers, dtype=like.type.dtype.name)
    return on_diagonal(like, across(values), mul(like, 0))


# Hermitian matrices


def vector_sizes(sizes: Any, x: Shape, **attributes: Any) -> tuple[Shape, Shape]:
    """One number for each row, and the vectors as columns."""
    return x[:-1], x


def eigh_vjp(cotangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Variable]:
    """v (diag(gw) + f v' gv) v', f holding the inverse gaps, as a cotangent of the lower triangle."""
    vectors = PROJECT(y, index=1)
    terms = []
    if cotangents[1] is not None:
        terms.append(mul(gaps(PROJECT(y, index=0)), times(adjoint(vectors), cotangents[1])))
    if cotangents[0] is not None:
        terms.append(on_diagonals(cotangents[0], vectors))
    return (folded_lower(symmetrized(times(vectors, summed(terms), adjoint(vectors)))),)


def eigh_jvp(tangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Variable, Variable]:
    """The diagonal of v' dx v, and v (f v' dx v)."""
    vectors = PROJECT(y, index=1)
    inner = times(adjoint(vectors), completed_lower(tangents[0]), vectors)
    values = diagonal_of(inner)
    values = real(values) if values.type.dtype.kind == "c" else values
    return values, times(vectors, mul(gaps(PROJECT(y, index=0)), inner))


eigh: Op = declared(
    "eigh",
    Kind.CALL,
    doc="Eigenvalues in ascending order and eigenvectors (columns) of Hermitian matrices, whose lower half is read.",
    reference=lambda x: tuple(np.linalg.eigh(x, "L")),
    infer=of_matrices(vector_sizes, dtype=lambda dtype: (real_part(dtype), dtype)),
    vjp=eigh_vjp,
    jvp=eigh_jvp,
    latex=r"\operatorname{{eigh}}\left({0}\right)",
    extra=with_sizes(vector_sizes),
)

eigvalsh: Op = declared(
    "eigvalsh",
    Kind.CALL,
    doc="The eigenvalues, in ascending order, of Hermitian matrices, whose lower half is read.",
    reference=lambda x: np.linalg.eigvalsh(x, "L"),
    infer=of_matrices(row_sizes, dtype=real_part),
    vjp=lambda cotangent, y, x: eigh_vjp((cotangent, None), eigh(x), x),
    jvp=lambda tangents, y, x: eigh_jvp(tangents, eigh(x), x)[0],
    latex=r"\lambda\left({0}\right)",
    extra=with_sizes(row_sizes),
)

# General matrices


def complex_part(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The complex dtype of these numbers."""
    return np.result_type(dtype, np.complex64)


def eig_reference(x: Array) -> tuple[Array, Array]:
    """NumPy's; complex even where all eigenvalues turn out to be real."""
    values, vectors = np.linalg.eig(x)
    dtype = complex_part(x.dtype)
    return values.astype(dtype), vectors.astype(dtype)


def column_products(first: Variable, second: Variable) -> Variable:
    """The real part of the product of each column of one, conjugated, with that of another."""
    found = total(mul(conjugate(first), second), axes=(first.ndim - 2,), keepdims=False)
    return cast(real(found), dtype=first.type.dtype.name)  # type: ignore[no-any-return]


def eig_vjp(cotangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Variable]:
    """v'^-1 (diag(gw) + conj(f) v' gv) v', gv without what would change the length of a vector."""
    vectors = PROJECT(y, index=1)
    terms = []
    if cotangents[1] is not None:
        free = sub(cotangents[1], columns_scaled(vectors, column_products(vectors, cotangents[1])))
        terms.append(mul(conjugate(gaps(PROJECT(y, index=0))), times(adjoint(vectors), free)))
    if cotangents[0] is not None:
        terms.append(on_diagonals(cotangents[0], vectors))
    return (times(adjoint(inv(vectors)), summed(terms), adjoint(vectors)),)


def eig_jvp(tangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Variable, Variable]:
    """The diagonal of v^-1 dx v, and v (f v^-1 dx v) without what would change the length of a vector."""
    vectors = PROJECT(y, index=1)
    change = tangents[0]
    change = change if change.type.dtype == vectors.type.dtype else cast(change, dtype=vectors.type.dtype.name)
    inner = times(inv(vectors), change, vectors)
    moved = times(vectors, mul(gaps(PROJECT(y, index=0)), inner))
    return diagonal_of(inner), sub(moved, columns_scaled(vectors, column_products(vectors, moved)))


eig: Op = declared(
    "eig",
    Kind.CALL,
    doc="Complex eigenvalues and eigenvectors of length 1 (columns), whose phase is LAPACK's and has no derivative.",
    reference=eig_reference,
    infer=of_matrices(vector_sizes, dtype=lambda dtype: (complex_part(dtype),) * 2),
    vjp=eig_vjp,
    jvp=eig_jvp,
    latex=r"\operatorname{{eig}}\left({0}\right)",
    extra=with_sizes(vector_sizes),
)


def schur_sizes(sizes: Any, x: Shape, **attributes: Any) -> tuple[Shape, Shape]:
    """Both factors are as large as x."""
    return x, x


def schur_reference(x: Array, output: str, sort: str | None = None) -> tuple[Array, Array]:
    """SciPy's, one matrix after another."""
    from scipy.linalg import schur

    wanted = x.astype(complex_part(x.dtype)) if output == "complex" else x
    both = each(lambda matrix: np.stack(schur(matrix, output=output, sort=sort)[:2], -1))(wanted)
    return both[..., 0], both[..., 1]


def schur_type(attributes: Any, x: Any) -> Any:
    """The type of `schur`."""

    def dtypes(dtype: Any) -> Any:
        return (complex_part(dtype) if attributes["output"] == "complex" else dtype,) * 2

    return of_matrices(schur_sizes, dtype=dtypes)(attributes, x)


def schur_vjp(cotangents: Sequence[Any], y: Variable, x: Variable, output: str, sort: str | None = None) -> Any:
    """Refused."""
    why = "schur: z is determined up to a factor of modulus 1 for each column, and t with it, so it"
    raise no_derivative(why, x, "T.linalg.eigvals(x), or a function of the matrix such as T.linalg.expm(x)")


schur: Op = declared(
    "schur",
    Kind.CALL,
    doc="The triangular t and unitary z with z t z' = x; blocks of two rows where `output` is 'real'; `sort`ed.",
    reference=schur_reference,
    infer=schur_type,
    vjp=schur_vjp,
    jvp=schur_vjp,
    latex=r"\operatorname{{schur}}\left({0}\right)",
    extra=with_sizes(schur_sizes),
)

# Singular values


def svd_sizes(sizes: Any, x: Shape, full_matrices: bool) -> tuple[Shape, Shape, Shape]:
    """u, the singular values, and v'."""
    rows, columns, least = x[-2], x[-1], sizes.minimum(x[-2], x[-1])
    across, down = (rows, columns) if full_matrices else (least, least)
    return (*x[:-1], across), (*x[:-2], least), (*x[:-2], down, columns)


def value_sizes(sizes: Any, x: Shape) -> Shape:
    """The singular values alone."""
    return (*x[:-2], sizes.minimum(x[-2], x[-1]))


def check_thin(x: Variable, full_matrices: bool) -> None:
    """Raise where u or v has columns that nothing determines."""
    rows, columns = x.type.shape[-2:]
    if full_matrices and (rows is None or rows != columns):
        raise no_derivative("svd with full_matrices=True, of a matrix that is not square,", x, "full_matrices=False")


def skew(x: Variable) -> Variable:
    """x less its adjoint."""
    return sub(x, adjoint(x))  # type: ignore[no-any-return]


def turned_diagonal(x: Variable) -> Variable:
    """The imaginary part of the diagonal, as complex numbers."""
    part = imag(diagonal_of(x))
    return complex_of(mul(part, 0), part)  # type: ignore[no-any-return]


def svd_vjp(cotangents: Sequence[Any], y: Variable, x: Variable, full_matrices: bool) -> tuple[Variable]:
    """u (...) v' and what lies outside of the spaces of u and v (Wan and Zhang 2019 for complex numbers)."""
    u, values, v = (PROJECT(y, index=place) for place in range(3))
    to_u, to_values, to_v = cotangents
    if to_u is not None or to_v is not None:
        check_thin(x, full_matrices)
    elif full_matrices:
        u, values, v = (PROJECT(svd(x, full_matrices=False), index=place) for place in range(3))
    gap, terms = gaps(sqr(values)), []
    if to_u is not None:
        inner = times(adjoint(u), to_u)
        terms.append(columns_scaled(mul(gap, skew(inner)), values))
        if u.type.dtype.kind == "c":
            terms.append(on_diagonals(true_div(turned_diagonal(inner), values), inner))
    if to_v is not None:
        terms.append(rows_scaled(mul(gap, skew(times(v, adjoint(to_v)))), values))
    if to_values is not None:
        terms.append(on_diagonals(to_values, times(adjoint(u), u)))
    result = times(u, summed(terms), v)
    return (summed([result, *outside_vjp(u, values, v, to_u, to_v)]),)


def known_square(x: Variable) -> bool:
    """Whether matrices are known to be square."""
    rows, columns = x.type.shape[-2:]
    return rows is not None and rows == columns


def outside_vjp(u: Variable, values: Variable, v: Variable, to_u: Any, to_v: Any) -> list[Variable]:
    """What reaches x through the parts of u's and v's changes outside of the spaces that they span."""
    terms = []
    if to_u is not None and not known_square(u):
        scaled = columns_scaled(to_u, true_div(1, values))
        terms.append(times(sub(scaled, times(u, adjoint(u), scaled)), v))
    if to_v is not None and not known_square(v):
        scaled = rows_scaled(to_v, true_div(1, values))
        terms.append(times(u, sub(scaled, times(scaled, adjoint(v), v))))
    return terms


def svd_jvp(tangents: Sequence[Any], y: Variable, x: Variable, full_matrices: bool) -> tuple[Variable, ...]:
    """As `svd_vjp`, forward."""
    check_thin(x, full_matrices)
    u, values, v = (PROJECT(y, index=place) for place in range(3))
    inner = times(adjoint(u), tangents[0], adjoint(v))
    change = diagonal_of(inner)
    gap, right, left = gaps(sqr(values)), columns_scaled(inner, values), rows_scaled(inner, values)
    turn = mul(gap, add(right, adjoint(right)))
    if u.type.dtype.kind == "c":
        turn = add(turn, on_diagonals(true_div(turned_diagonal(inner), values), inner))
        change = real(change)
    of_u = times(u, turn)
    of_v = neg(times(mul(gap, add(left, adjoint(left))), v))
    moved = columns_scaled(times(tangents[0], adjoint(v)), true_div(1, values))
    shifted = rows_scaled(times(adjoint(u), tangents[0]), true_div(1, values))
    of_u = add(of_u, sub(moved, times(u, adjoint(u), moved)))
    return of_u, change, add(of_v, sub(shifted, times(shifted, adjoint(v), v)))


svd: Op = declared(
    "svd",
    Kind.CALL,
    doc="Unitary u, the singular values s in descending order, and unitary v' with u diag(s) v' = x.",
    reference=lambda x, full_matrices: tuple(np.linalg.svd(x, full_matrices)),
    infer=of_matrices(svd_sizes, square=False, dtype=lambda dtype: (dtype, real_part(dtype), dtype)),
    vjp=svd_vjp,
    jvp=svd_jvp,
    latex=r"\operatorname{{svd}}\left({0}\right)",
    extra=with_sizes(svd_sizes),
)


def svdvals_vjp(cotangent: Variable, y: Variable, x: Variable) -> tuple[Variable]:
    """u diag(g) v'."""
    several = svd(x, full_matrices=False)
    return (times(columns_scaled(PROJECT(several, index=0), cotangent), PROJECT(several, index=2)),)


def svdvals_jvp(tangents: Sequence[Any], y: Variable, x: Variable) -> Variable:
    """The real part of the diagonal of u' dx v."""
    several = svd(x, full_matrices=False)
    u, v = PROJECT(several, index=0), PROJECT(several, index=2)
    change = diagonal_of(times(adjoint(u), tangents[0], adjoint(v)))
    return real(change) if change.type.dtype.kind == "c" else change


svdvals: Op = declared(
    "svdvals",
    Kind.CALL,
    doc="The singular values in descending order.",
    reference=lambda x: np.linalg.svd(x, compute_uv=False),
    infer=of_matrices(value_sizes, square=False, dtype=real_part),
    vjp=svdvals_vjp,
    jvp=svdvals_jvp,
    latex=r"\sigma\left({0}\right)",
    extra=with_sizes(value_sizes),
)
