"""Properties of matrices: triangles of zeros, symmetry, positive definiteness, orthogonality, and what follows.

Of complex numbers "symmetric" means Hermitian and "orthogonal" unitary.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Flag, auto
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Token, constant_value

LARGEST = 256  # rows of a constant that is looked at


class Known(Flag):
    """Properties of a matrix."""

    SQUARE = auto()
    LOWER = auto()  # zeros above the diagonal
    UPPER = auto()  # zeros below it
    SYMMETRIC = auto()
    SEMIDEFINITE = auto()
    DEFINITE = auto()
    ORTHOGONAL = auto()
    POSITIVE_DIAGONAL = auto()


NOTHING = Known(0)
TRIANGLES = Known.LOWER | Known.UPPER
DIAGONAL = TRIANGLES
WHOLE = Known.SQUARE | TRIANGLES | Known.SYMMETRIC | Known.SEMIDEFINITE | Known.DEFINITE
WHOLE |= Known.ORTHOGONAL | Known.POSITIVE_DIAGONAL
STATED: Mapping[str, Known] = MappingProxyType(
    {
        "symmetric": Known.SYMMETRIC,
        "positive_definite": Known.DEFINITE,
        "lower_triangular": Known.LOWER,
        "upper_triangular": Known.UPPER,
        "diagonal": DIAGONAL,
        "orthogonal": Known.ORTHOGONAL,
    }
)


def closed(node: Expr, found: Known) -> Known:
    """Properties with those that follow from them."""
    rows, columns = node.type.shape[-2:]
    if rows is not None and rows == columns:
        found |= Known.SQUARE
    if Known.DEFINITE in found:
        found |= Known.SEMIDEFINITE | Known.POSITIVE_DIAGONAL
    if Known.SEMIDEFINITE in found:
        found |= Known.SYMMETRIC
    if found & (Known.SYMMETRIC | Known.ORTHOGONAL):
        found |= Known.SQUARE
    if Known.SYMMETRIC in found and found & TRIANGLES:
        found |= DIAGONAL
    if found & DIAGONAL == DIAGONAL and Known.SQUARE in found:
        found |= Known.SYMMETRIC if node.type.dtype.kind != "c" else NOTHING
        if Known.POSITIVE_DIAGONAL in found:
            found |= Known.SYMMETRIC | Known.SEMIDEFINITE | Known.DEFINITE
    return found


def zeros_in(value: np.ndarray[Any, Any]) -> Known:
    """The triangles in which an array has nothing but zeros."""
    lower = NOTHING if np.triu(value, 1).any() else Known.LOWER
    return lower | (NOTHING if np.tril(value, -1).any() else Known.UPPER)


def constant_properties(node: Expr) -> Known:
    """What an array is whose values are known."""
    if isinstance(node.attr("value"), Token) or max(node.type.shape[-2:]) > LARGEST:
        return NOTHING
    value = constant_value(node)
    found = zeros_in(value)
    if value.shape[-1] != value.shape[-2] or value.dtype.kind == "b":
        return found
    diagonal = np.diagonal(value, axis1=-2, axis2=-1)
    if np.array_equal(value, np.conj(np.swapaxes(value, -1, -2))):
        found |= Known.SYMMETRIC
    if value.dtype.kind == "f" and bool((diagonal > 0).all()):
        found |= Known.POSITIVE_DIAGONAL
    if found & DIAGONAL == DIAGONAL and bool((abs(diagonal) == 1).all()):
        found |= Known.ORTHOGONAL
    return found
