"""Determinants, inverses and factors of matrices, or of stacks of them in the last two axes; part of `T.linalg`."""

from __future__ import annotations

import builtins
import functools
import operator
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.op import PROJECT
from symlab.core.ops import factorizations, inverses, matrix_functions, spectra
from symlab.core.ops.compare import eq, gt
from symlab.core.ops.elementwise import maximum, minimum, mul, true_div
from symlab.core.ops.linalg import adjoint, turned
from symlab.core.ops.operators import Variable, as_variable, cast_to
from symlab.core.ops.shape import Number, joined_size, reshaped, sizes_of, with_new_axes
from symlab.core.ops.stacks import completed_lower, lower_part, times, upper_part
from symlab.tensor import creation, reductions
from symlab.tensor.arguments import only_known
from symlab.tensor.elementwise import cast
from symlab.tensor.joining import concatenate
from symlab.tensor.shaping import moveaxis

# fmt: off
__all__ = [
    "block_diag", "cholesky", "cond", "det", "eig", "eigh", "eigvals", "eigvalsh", "expm", "inv", "lu", "lu_factor",
    "matrix_power", "matrix_rank", "pinv", "pivot_to_permutation", "qr", "schur", "slogdet", "svd", "svdvals",
    "tensorinv", "tensorsolve",
]
# fmt: on


class Slogdet(NamedTuple):
    """The sign of a determinant and the logarithm of its magnitude."""

    sign: Variable
    logabsdet: Variable


class QR(NamedTuple):
    """The factors of `qr`."""

    Q: Variable
    R: Variable


class SVD(NamedTuple):
    """The factors of `svd`."""

    U: Variable
    S: Variable
    Vh: Variable


class Eigenpairs(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: Variable
    eigenvectors: Variable


def matrices_of(x: Any) -> Variable:
    """Matrices in a dtype that LAPACK knows: integers and float16 become wider floating-point numbers."""
    x = as_variable(x)
    if x.type.dtype.char in "fdFD":
        return x
    return cast_to(x, np.dtype(np.float32 if x.type.dtype == np.float16 else np.float64))


def parts(several: Variable) -> list[Variable]:
    """The results of a node that has several."""
    return [PROJECT(several, index=place) for place in range(len(several.type.items))]


def least_of(sizes: Sequence[Number]) -> Number:
    """The smaller of two sizes."""
    first, second = sizes
    if isinstance(first, int) and isinstance(second, int):
        return min(first, second)
    return minimum(first, second)


# Determinants and inverses


def det(a: Any) -> Variable:
    """The determinant."""
    return inverses.det(matrices_of(a))  # type: ignore[no-any-return]


def slogdet(a: Any) -> Slogdet:
    """The sign of the determinant and the logarithm of its magnitude, without over- or underflow."""
    return Slogdet(*parts(inverses.slogdet(matrices_of(a))))


def inv(a: Any) -> Variable:
    """The inverse."""
    return inverses.inv(matrices_of(a))  # type: ignore[no-any-return]


def pinv(a: Any, rcond: float | None = None, hermitian: bool = False, *, rtol: float | None = None) -> Variable:
    """The pseudoinverse (Moore and Penrose); singular values below `rcond` times the largest count as 0.

    `rcond` (NumPy's default, 1e-15) and `rtol` (the Array API's) are the same number.
    """
    limit = 1e-15 if rcond is None and rtol is None else rcond if rtol is None else rtol
    return inverses.pinv(matrices_of(a), rcond=limit, hermitian=hermitian)  # type: ignore[no-any-return]


def matrix_power(a: Any, n: int) -> Variable:
    """The n-th power, by squaring; of the inverse where n is negative."""
    exponent, base = operator.index(n), matrices_of(a) if n < 0 else as_variable(a)
    if exponent < 0:
        base, exponent = inv(base), -exponent
    if exponent == 0:
        rows = creation.eye(sizes_of(base)[-1], dtype=base.dtype)
        return mul(rows, creation.ones_like(base))  # type: ignore[no-any-return]
    found: Variable | None = None
    while exponent:
        if exponent % 2:
            found = base if found is None else times(found, base)
        exponent //= 2
        base = times(base, base) if exponent else base
    assert found is not None
    return found


def tensorinv(a: Any, ind: int = 2) -> Variable:
    """The inverse of a as a map between arrays: of its last axes by its first `ind` ones."""
    a = matrices_of(a)
    if not 0 < ind < a.ndim:
        raise InvalidValue(message(f"ind is between 0 and the rank {a.ndim}, not {ind}", [(a.name or "a", a)]))
    first, last = sizes_of(a)[:ind], sizes_of(a)[ind:]
    matrix = reshaped(a, [joined_size(first), joined_size(last)])
    return reshaped(inv(matrix), [*last, *first])


def tensorsolve(a: Any, b: Any, axes: Sequence[int] | None = None) -> Variable:
    """The x with tensordot(a, x, x.ndim) = b; `axes` of a are moved to its end first."""
    a, b = matrices_of(a), matrices_of(b)
    common = np.result_type(a.type.dtype, b.type.dtype)
    a, b = cast_to(a, common), cast_to(b, common)
    for axis in axes or ():
        a = moveaxis(a, axis, a.ndim - 1)
    sizes = sizes_of(a)[b.ndim :]
    count = joined_size(sizes)
    found = inverses.solve(reshaped(a, [joined_size(sizes_of(b)), count]), reshaped(b, [joined_size(sizes_of(b)), 1]))
    return reshaped(found, sizes)


# Factors


def cholesky(x: Any, lower: bool = True, *, upper: bool = False, on_error: str = "raise", **options: Any) -> Variable:
    """The triangular factor of a Hermitian positive definite matrix: l with l l' = x, or u with u' u = x.

    The half of x that is returned is the half that is read. A matrix that is not positive definite raises, or gives
    nan if `on_error` is "nan".
    """
    if on_error not in ("raise", "nan"):
        raise InvalidValue(message(f"on_error is 'raise' or 'nan', not {on_error!r}"))
    factor = factorizations.cholesky if on_error == "raise" else factorizations.cholesky_or_nan
    only_known(options, "cholesky", "check_finite", "overwrite_a")
    x = matrices_of(x)
    return factor(x) if lower and not upper else adjoint(factor(adjoint(x)))  # type: ignore[no-any-return]


def qr(a: Any, mode: str = "reduced", *, pivoting: bool = False, **options: Any) -> Any:
    """The factors of a = q r: unitary columns and an upper triangle; `mode` is 'reduced', 'complete', 'r' or 'raw'.

    "raw" gives what LAPACK computes, as NumPy does: reflectors and r in one matrix, transposed, and their factors.
    SciPy's 'economic' and 'full' are understood. With `pivoting` the factors of a[:, p], whose r has a diagonal that
    falls in magnitude, and p behind them.
    """
    only_known(options, "qr", "overwrite_a", "lwork", "check_finite")
    mode, a = {"economic": "reduced", "full": "complete"}.get(mode, mode), matrices_of(a)
    if mode not in ("reduced", "complete", "r", "raw"):
        raise InvalidValue(message(f"there is no mode {mode!r}", (), ["'reduced', 'complete', 'r' or 'raw'"]))
    if pivoting:
        order = factorizations.column_order(a)
        found = qr(turned(factorizations.rows_in_order(turned(a), order)), mode)
        return (*found, order) if isinstance(found, (tuple, list)) else (found, order)
    if mode == "raw":
        return parts(factorizations.qr_raw(a))
    both = QR(*parts(factorizations.qr(a, mode="reduced" if mode == "r" else mode)))
    return both.R if mode == "r" else both


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The factors of a = U diag(S) Vh, singular values in descending order; or those alone."""
    if not compute_uv:
        return svdvals(a)
    return SVD(*parts(spectra.svd(matrices_of(a), full_matrices=builtins.bool(full_matrices))))


def svdvals(a: Any) -> Variable:
    """The singular values in descending order."""
    return spectra.svdvals(matrices_of(a))  # type: ignore[no-any-return]


def eig(a: Any) -> Eigenpairs:
    """Eigenvalues and eigenvectors (columns) of square matrices; always complex."""
    return Eigenpairs(*parts(spectra.eig(matrices_of(a))))


def eigvals(a: Any) -> Variable:
    """The eigenvalues of square matrices; always complex."""
    return eig(a).eigenvalues


def half_read(a: Any, lower: bool) -> Variable:
    """A Hermitian matrix whose lower half is what is read of a."""
    return matrices_of(a) if lower else adjoint(matrices_of(a))


def is_lower(UPLO: str) -> bool:
    """Whether the lower half is meant."""
    if UPLO.upper() not in ("L", "U"):
        raise InvalidValue(message(f"UPLO is 'L' or 'U', not {UPLO!r}"))
    return UPLO.upper() == "L"


def eigh(a: Any, b: Any = None, UPLO: str = "L", *, lower: bool | None = None) -> Eigenpairs:
    """Eigenvalues (ascending) and eigenvectors (columns) of Hermitian matrices, of which one half is read.

    With a positive definite b those of a v = w b v, where v' b v = 1. NumPy's `eigh(a, "U")` and SciPy's `lower` are
    understood.
    """
    if isinstance(b, str):
        b, UPLO = None, b
    if lower is not None:
        UPLO = "L" if lower else "U"
    a = half_read(a, is_lower(UPLO))
    if b is None:
        return Eigenpairs(*parts(spectra.eigh(a)))
    factor = factorizations.cholesky(half_read(b, is_lower(UPLO)))
    values, vectors = parts(spectra.eigh(reduced(a, factor)))
    back = inverses.solve_triangular(adjoint(factor), vectors, lower=False, unit_diagonal=False)
    return Eigenpairs(values, back)


def reduced(a: Variable, factor: Variable) -> Variable:
    """l^-1 a l'^-1 for a triangular l: the matrix whose eigenvalues are those of a v = w l l' v."""
    left = inverses.solve_triangular(factor, completed_lower(a), lower=True, unit_diagonal=False)
    return inverses.solve_triangular(factor, adjoint(left), lower=True, unit_diagonal=False)  # type: ignore[no-any-return]


def eigvalsh(a: Any, b: Any = None, lower: bool = True, *, UPLO: str | None = None) -> Variable:
    """The eigenvalues (ascending) of Hermitian matrices, or of a v = w b v, of which one half is read."""
    if isinstance(b, str):
        b, lower = None, is_lower(b)
    a = half_read(a, lower if UPLO is None else is_lower(UPLO))
    if b is None:
        return spectra.eigvalsh(a)  # type: ignore[no-any-return]
    return spectra.eigvalsh(reduced(a, factorizations.cholesky(half_read(b, lower))))  # type: ignore[no-any-return]


def schur(a: Any, output: str = "real", sort: str | None = None) -> tuple[Variable, Variable]:
    """t and z with z t z' = a: z unitary, t triangular, or with blocks of two rows if `output` is 'real'.

    `sort` says which eigenvalues come first: those in the left ('lhp') or right ('rhp') half-plane, inside ('iuc') or
    outside ('ouc') of the unit circle.
    """
    if sort not in (None, "lhp", "rhp", "iuc", "ouc"):
        raise InvalidValue(message(f"sort is 'lhp', 'rhp', 'iuc' or 'ouc', not {sort!r}"))
    if output not in ("real", "complex"):
        raise InvalidValue(message(f"output is 'real' or 'complex', not {output!r}"))
    chosen = {} if sort is None else {"sort": sort}
    t, z = parts(spectra.schur(matrices_of(a), output=output, **chosen))
    return t, z


def lu_factor(a: Any, **options: Any) -> tuple[Variable, Variable]:
    """Both triangular factors in one matrix, and LAPACK's pivots: what `lu_solve` takes."""
    only_known(options, "lu_factor", "check_finite", "overwrite_a")
    factors, pivots = parts(factorizations.lu_factor(matrices_of(a)))
    return factors, pivots


def pivot_to_permutation(p: Any, inverse: bool = False) -> Variable:
    """The row of l u that each row of a becomes, by the pivots of `lu_factor`: a = (l u)[it].

    With `inverse` the row of a that each row of l u was: a[it] = l u.
    """
    pivots = as_variable(p)
    if not pivots.ndim or pivots.type.dtype.kind not in "iu":
        raise TypeMismatch(message("pivots are a vector of integers", [(pivots.name or "p", pivots)]))
    order = factorizations.row_order(with_new_axes(pivots, [pivots.ndim], pivots.ndim + 1), pivots)
    return order if inverse else reductions.argsort(order, axis=-1)  # type: ignore[no-any-return]


def lu(a: Any, permute_l: bool = False, p_indices: bool = False, **options: Any) -> Any:
    """p, l and u with a = p l u; p l and u if `permute_l`; p as indices with a = l[p] u if `p_indices`."""
    only_known(options, "lu", "check_finite", "overwrite_a")
    a = matrices_of(a)
    factors, pivots = lu_factor(a)
    least = least_of(sizes_of(a)[-2:])
    rows = factors[..., :least]
    back = reductions.argsort(factorizations.row_order(factors, pivots), axis=-1)
    unit = creation.eye(sizes_of(a)[-2], least, dtype=a.dtype)
    lower, upper = lower_part(rows, -1) + unit, upper_part(factors[..., :least, :])
    if p_indices:
        return back, lower, upper
    if permute_l:
        return factorizations.rows_in_order(lower, back), upper
    places = creation.arange(sizes_of(a)[-2])
    permutation = cast(eq(back.dimshuffle(*range(back.ndim), "x"), places), a.dtype)
    return permutation, lower, upper


# Numbers that tell of a matrix


def cond(x: Any, p: Any = None) -> Variable:
    """The condition number: the norm of x times that of its inverse; of the singular values if p is None or 2."""
    from symlab.tensor.linalg import matrix_norm

    x = matrices_of(x)
    if p in (None, 2, -2):
        values = svdvals(x)
        first, last = values[..., 0], values[..., -1]
        return true_div(last, first) if p == -2 else true_div(first, last)  # type: ignore[no-any-return]
    return mul(matrix_norm(x, ord=p), matrix_norm(inv(x), ord=p))  # type: ignore[no-any-return]


def matrix_rank(x: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Variable:
    """The number of singular values above a tolerance (NumPy's, if none is given)."""
    x = matrices_of(x)
    values = svdvals(x)
    if tol is None:
        if rtol is None:
            longest = cast(maximum(*sizes_of(x)[-2:]), values.dtype)
            rtol = mul(longest, float(np.finfo(values.type.dtype).eps))
        tol = mul(reductions.max(values, axis=-1, keepdims=True), rtol)
    return reductions.sum(gt(values, tol), axis=-1)


# Functions of matrices, and matrices of matrices


def expm(a: Any) -> Variable:
    """The exponential of a square matrix."""
    return matrix_functions.expm(matrices_of(a))  # type: ignore[no-any-return]


def block_diag(*blocks: Any) -> Variable:
    """The matrix with these matrices on its diagonal and zeros elsewhere; stacks have the same axes in front."""
    if not blocks:
        raise InvalidValue(message("block_diag takes one matrix at least"))
    found = [as_variable(block) for block in blocks]
    dtype = functools.reduce(np.promote_types, (block.type.dtype for block in found))
    found = [cast_to(block, dtype) for block in found]
    if builtins.any(block.ndim < 2 or block.ndim != found[0].ndim for block in found):
        operands = [(block.name or f"block {place}", block) for place, block in enumerate(found, 1)]
        raise TypeMismatch(message("blocks are matrices, or stacks of them of one rank", operands))
    widths = [sizes_of(block)[-1] for block in found]
    rows = []
    for place, block in enumerate(found):
        row = [block if other == place else beside(block, width) for other, width in enumerate(widths)]
        rows.append(concatenate(row, axis=-1))
    return concatenate(rows, axis=-2)


def beside(block: Variable, width: Number) -> Variable:
    """Zeros with the rows of a block, and so many columns."""
    return creation.zeros([*sizes_of(block)[:-1], width], dtype=block.dtype)
