"""Linear algebra under the names of Theano's `tensor.nlinalg`; the functions are those of `T.linalg`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlab.tensor.creation import alloc_diag, diag, diagonal, extract_diag, trace
from symlab.tensor.linalg import (
    det,
    eig,
    eigh,
    inv,
    lstsq,
    matrix_dot,
    matrix_power,
    norm,
    pinv,
    qr,
    slogdet,
    svd,
    tensorinv,
    tensorsolve,
)

# fmt: off
__all__ = [
    "SVD",
    "AllocDiag",
    "Det",
    "Eig",
    "Eigh",
    "ExtractDiag",
    "MatrixInverse",
    "MatrixPinv",
    "QRFull",
    "QRIncomplete",
    "TensorInv",
    "alloc_diag",
    "det",
    "diag",
    "diagonal",
    "eig",
    "eigh",
    "extract_diag",
    "inv",
    "lstsq",
    "matrix_dot",
    "matrix_inverse",
    "matrix_power",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "svd",
    "tensorinv",
    "tensorsolve",
    "trace",
]
# fmt: on

Function = Callable[..., Any]

matrix_inverse = inv


# Theano's classes, each of which makes a function


def MatrixInverse() -> Function:
    """The function that inverts matrices."""
    return inv


def MatrixPinv() -> Function:
    """The function that gives pseudoinverses."""
    return pinv


def Det() -> Function:
    """The function that gives determinants."""
    return det


def AllocDiag() -> Function:
    """The function that puts vectors on diagonals."""
    return alloc_diag


def ExtractDiag(view: bool = False) -> Function:
    """The function that takes diagonals."""
    return extract_diag


def Eig() -> Function:
    """The function that gives eigenvalues and eigenvectors."""
    return eig


def Eigh(UPLO: str = "L") -> Function:
    """The function that gives eigenvalues and eigenvectors of Hermitian matrices."""
    return lambda a: eigh(a, UPLO=UPLO)


def QRFull(mode: str = "reduced") -> Function:
    """The function that gives both factors q and r."""
    return lambda a: qr(a, mode)


def QRIncomplete(mode: str = "r") -> Function:
    """The function that gives the factor r alone."""
    return lambda a: qr(a, mode)


def SVD(full_matrices: bool = True, compute_uv: bool = True) -> Function:
    """The function that gives singular values, with their vectors if `compute_uv`."""
    return lambda a: svd(a, full_matrices, compute_uv)


def TensorInv(ind: int = 2) -> Function:
    """The function that inverts maps between arrays."""
    return lambda a: tensorinv(a, ind)
