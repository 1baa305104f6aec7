"""Linear algebra on exact numbers: each function takes single matrices, object arrays of mpmath's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import mpmath
import numpy as np

Array = np.ndarray[Any, Any]


def as_array(matrix: Any) -> Array:
    """A matrix of mpmath as an object array."""
    return np.array(matrix.tolist(), object)


def inverse(x: Array) -> Array:
    """The inverse of a matrix."""
    return as_array(mpmath.matrix(x.tolist()) ** -1)


def determinant(x: Array) -> Array:
    """The determinant of a matrix."""
    return np.array(mpmath.det(mpmath.matrix(x.tolist())), object)


def logarithm(x: Array) -> tuple[Array, Array]:
    """The sign of a determinant and the logarithm of its size."""
    found = mpmath.det(mpmath.matrix(x.tolist()))
    return np.array(mpmath.sign(found), object), np.array(mpmath.log(abs(found)), object)


def solution(a: Array, b: Array, **attributes: Any) -> Array:
    """The x with a x = b."""
    if attributes:
        a = np.tril(a) if attributes["lower"] else np.triu(a)
    return as_array(mpmath.matrix(a.tolist()) ** -1 * mpmath.matrix(b.tolist()))


def factor(x: Array) -> Array:
    """The Cholesky factor of a matrix."""
    return as_array(mpmath.cholesky(mpmath.matrix(x.tolist())))


def completed(x: Array) -> Array:
    """The Hermitian matrix of which the lower half is given."""
    below = np.tril(x, -1)
    return np.asarray(below + np.conj(below.T) + np.diag(np.diag(x)))


def definite_solution(a: Array, b: Array) -> Array:
    """The x with a x = b, of whose a the lower half is given."""
    return solution(completed(a), b)


MATRICES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "inv": inverse,
        "det": determinant,
        "slogdet": logarithm,
        "solve": solution,
        "solve_triangular": solution,
        "solve_definite": definite_solution,
        "inv_definite": lambda x: inverse(completed(x)),
        "log_det_definite": lambda x: logarithm(completed(x))[1],
        "cholesky": factor,
    }
)
