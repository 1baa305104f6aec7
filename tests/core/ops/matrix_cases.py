"""Cases for the ops on stacks of matrices; `test_matrices` has more of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.linalg

from symlab.core.ops import factorizations, inverses, matrix_functions, pencils, solutions, spectra
from tests.core.ops.case import Array, Case, numbers, turned

LAPACK = ("float32", "float64", "complex64", "complex128")


def regular(*shape: int, seed: int = 0) -> Array:
    """Matrices that have an inverse."""
    return numbers(*shape, seed=seed) * 0.1 + 2 * np.eye(shape[-2], shape[-1])


def matrix_cases() -> Iterator[Case]:
    """One case or more for every op."""
    for x in (turned(regular(3, 3)), regular(2, 2, 2)):
        yield from square_cases(x)
    for x in (regular(2, 3), regular(2, 3, 2)):
        yield from any_cases(x)
    a, b = regular(2, 3, 3), numbers(2, 3, 2)
    yield Case(inverses.solve, (a, b), np.linalg.solve, {}, LAPACK, values=2)
    for lower in (True, False):
        attributes = {"lower": lower, "unit_diagonal": not lower}
        yield Case(inverses.solve_triangular, (a, b), triangular, attributes, LAPACK, values=2)
    hermitian = a @ np.swapaxes(a, -1, -2)
    yield Case(solutions.solve_definite, (hermitian, b), np.linalg.solve, {}, LAPACK, values=2)
    for adjoint in (False, True):
        factors, pivots = lu(a[0])
        yield Case(
            solutions.lu_solve, (factors, b[0], pivots), solved_by_factors, {"adjoint": adjoint}, LAPACK, values=2
        )
    yield Case(solutions.regular_diagonal, (b[0],), lambda v: v, {}, LAPACK)
    q, c = numbers(3, 2) * 0.1, regular(2, 2, seed=1)
    yield Case(
        matrix_functions.sylvester, (a[0], c, q), scipy.linalg.solve_sylvester, {}, ("float64", "complex128"), values=3
    )
    yield Case(
        inverses.lstsq, (a[0], q), least, {"rcond": None}, ("float64", "complex128"), values=2, differentiable=False
    )
    riccati = (a[0] * 0.3, numbers(3, 2), np.eye(2), np.eye(3))
    yield Case(
        pencils.riccati, riccati, lambda a, b, r, q: scipy.linalg.solve_discrete_are(a, b, q, r), {},
        ("float64",), values=4, differentiable=False,
    )  # fmt: skip
    yield Case(
        pencils.qz, (a[0], a[1]), lambda a, b, output, order: scipy.linalg.ordqz(a, b, sort=order, output=output),
        {"output": "complex", "order": "lhp"}, ("float64", "complex128"), values=2, differentiable=False,
    )  # fmt: skip
    pivots = np.array([2, 2, 2], np.int32)
    yield Case(
        factorizations.row_order, (a[0], pivots), lambda x, p: np.array([2, 0, 1]), {}, LAPACK, differentiable=False
    )


def square_cases(x: Array) -> Iterator[Case]:
    hermitian = x @ np.swapaxes(x, -1, -2) + np.eye(x.shape[-1])
    for op, function, matrix in [
        (inverses.det, np.linalg.det, x),
        (inverses.inv, np.linalg.inv, x),
        (inverses.cofactors, lambda x: np.linalg.det(x)[..., None, None].conj() * adjoint_inverse(x), x),
        (matrix_functions.expm, scipy.linalg.expm, x / 4),
        (factorizations.cholesky, np.linalg.cholesky, hermitian),
        (solutions.inv_definite, np.linalg.inv, hermitian),
        (solutions.log_det_definite, lambda x: np.linalg.slogdet(x)[1], hermitian),
        (factorizations.cholesky_or_nan, np.linalg.cholesky, hermitian),
        (spectra.eigvalsh, np.linalg.eigvalsh, hermitian),
    ]:
        dtypes = ("float64", "complex128") if op is inverses.cofactors else LAPACK
        yield Case(op, (matrix,), function, {}, dtypes)
    yield Case(inverses.slogdet, (x,), lambda x: tuple(np.linalg.slogdet(x)), {}, LAPACK, differentiable=False)
    yield Case(spectra.eigh, (hermitian,), lambda x: tuple(np.linalg.eigh(x)), {}, LAPACK, differentiable=False)
    yield Case(spectra.eig, (x,), eig, {}, LAPACK, differentiable=False)
    if x.ndim == 2:
        yield Case(spectra.schur, (x,), scipy.linalg.schur, {"output": "complex"}, LAPACK, differentiable=False)
        yield Case(factorizations.lu_factor, (x,), lu, {}, LAPACK, differentiable=False)
    yield Case(solutions.definite_factor, (hermitian,), unpivoted, {}, LAPACK, differentiable=False)


def any_cases(x: Array) -> Iterator[Case]:
    attributes = {"rcond": 1e-4, "hermitian": False}
    yield Case(inverses.pinv, (x,), np.linalg.pinv, attributes, ("float64", "complex128"))
    values = lambda x: np.linalg.svd(x, compute_uv=False)  # noqa: E731
    yield Case(spectra.svdvals, (x,), values, {}, LAPACK)
    full = {"full_matrices": True}
    yield Case(spectra.svd, (x,), lambda x, full_matrices: tuple(np.linalg.svd(x)), full, LAPACK, differentiable=False)
    raw = lambda x: tuple(np.linalg.qr(x, "raw"))  # noqa: E731
    yield Case(factorizations.qr_raw, (x,), raw, {}, LAPACK, differentiable=False)
    yield Case(factorizations.column_order, (x,), column_order, {}, LAPACK, differentiable=False)
    mode = {"mode": "reduced"}
    yield Case(factorizations.qr, (x,), lambda x, mode: tuple(np.linalg.qr(x)), mode, LAPACK, differentiable=False)


def column_order(x: Array) -> Array:
    """The columns of each matrix as SciPy orders them."""
    stack = x.reshape(-1, *x.shape[-2:])
    order = [scipy.linalg.qr(matrix, mode="r", pivoting=True)[1] for matrix in stack]
    return np.array(order, np.int64).reshape(*x.shape[:-2], x.shape[-1])


def adjoint_inverse(x: Array) -> Array:
    return np.conj(np.swapaxes(np.linalg.inv(x), -1, -2))


def triangular(a: Array, b: Array, lower: bool, unit_diagonal: bool) -> Array:
    half = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        half = half - np.eye(a.shape[-1]) * half + np.eye(a.shape[-1])
    return np.linalg.solve(half.astype(a.dtype), b)


def least(a: Array, b: Array, rcond: Any) -> tuple[Array, ...]:
    x, _, rank, values = np.linalg.lstsq(a, b, rcond)
    return x, np.int64(rank), values


def eig(x: Array) -> tuple[Array, Array]:
    values, vectors = np.linalg.eig(x)
    dtype = np.result_type(x.dtype, np.complex64)
    return values.astype(dtype), vectors.astype(dtype)


def lu(x: Array) -> tuple[Array, Array]:
    factors, pivots = scipy.linalg.lu_factor(x)
    return factors, pivots.astype(np.int32)


def solved_by_factors(factors: Array, b: Array, pivots: Array, adjoint: bool) -> Array:
    return scipy.linalg.lu_solve((factors, pivots), b, trans=2 * adjoint)


def unpivoted(x: Array) -> tuple[Array, Array]:
    factor = np.linalg.cholesky(x)
    diagonal = np.diagonal(factor, axis1=-2, axis2=-1)
    upper = diagonal[..., :, None] * np.conj(np.swapaxes(factor, -1, -2))
    pivots = np.broadcast_to(np.arange(x.shape[-1], dtype=np.int32), x.shape[:-1])
    return np.tril(factor / diagonal[..., None, :], -1) + upper, pivots
