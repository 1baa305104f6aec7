"""Linear algebra: the extension `xp.linalg`, and what of it is in the namespace itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, message
from symlab.core.ops.operators import Variable
from symlab.xp.array import Array, check_kind, operands, product, raw, wrapped
from symlab.xp.creation import diagonal_number, matrices
from symlab.xp.manipulation import Axis, frozen, matrix_transpose
from symlab.xp.programs import run, run_exactly
from symlab.xp.promotion import checked

__all__ = [
    "cholesky", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "matmul", "matrix_norm",
    "matrix_power", "matrix_rank", "matrix_transpose", "outer", "pinv", "qr", "slogdet", "solve", "svd", "svdvals",
    "tensordot", "trace", "vecdot", "vector_norm",
]  # fmt: skip


def of_matrices(name: str, x: Array, square: bool = False, **options: Any) -> Any:
    """A function of one stack of matrices."""
    array = matrices(x)
    check_kind(name, [array])
    if square and array.shape[-1] != array.shape[-2]:
        raise ShapeMismatch(message(f"{name} takes square matrices, not {array.shape[-2]} by {array.shape[-1]}"))
    return wrapped(run(getattr(T.linalg, name), [array], **options))


def of_pair(name: str, x1: Array, x2: Array, **options: Any) -> Array:
    """A function of two arrays."""
    arrays = operands(x1, x2)
    check_kind(name, arrays)
    return Array._of(run_exactly(getattr(T.linalg, name), arrays, **options))


def matmul(x1: Array, x2: Array, /) -> Array:
    """The matrix product."""
    return product(x1, x2)


def vecdot(x1: Array, x2: Array, /, *, axis: int = -1) -> Array:
    """The inner product along an axis, with the first operand conjugated."""
    ranks = raw(x1).ndim, raw(x2).ndim
    if not -min(ranks) <= axis < 0:
        raise InvalidValue(message(f"axis {axis} is not counted from the last of {min(ranks)} axes"))
    if x1.shape[axis] != x2.shape[axis]:
        raise ShapeMismatch(message(f"vectors of {x1.shape[axis]} and {x2.shape[axis]} elements have no product"))
    return of_pair("vecdot", x1, x2, axis=axis)


def tensordot(x1: Array, x2: Array, /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2) -> Array:
    """The sum of products over axes: a number (so many last of one, first of the other), or a pair of lists."""
    groups = axes if isinstance(axes, int) else tuple(frozen(group) for group in axes)
    return of_pair("tensordot", x1, x2, axes=groups)


def cross(x1: Array, x2: Array, /, *, axis: int = -1) -> Array:
    """The product of vectors of three elements that is at right angles to both."""
    for x in (x1, x2):
        array = raw(x)
        if not -array.ndim <= axis < 0 or array.shape[axis] != 3:
            raise ShapeMismatch(message(f"cross takes vectors of 3 elements along axis {axis}, not {array.shape}"))
    return of_pair("cross", x1, x2, axis=axis)


def outer(x1: Array, x2: Array, /) -> Array:
    """The matrix of the products of two vectors' elements."""
    if raw(x1).ndim != 1 or raw(x2).ndim != 1:
        raise InvalidValue(message(f"outer takes vectors, not {x1.ndim} and {x2.ndim} axes"))
    return of_pair("outer", x1, x2)


def cholesky(x: Array, /, *, upper: bool = False) -> Array:
    """The lower triangle (the upper one if `upper`) whose product with its adjoint is x."""
    return of_matrices("cholesky", x, square=True, upper=bool(upper))  # type: ignore[no-any-return]


def det(x: Array, /) -> Array:
    """Determinants."""
    return of_matrices("det", x, square=True)  # type: ignore[no-any-return]


def slogdet(x: Array, /) -> Any:
    """The signs of determinants and the logarithms of their magnitudes."""
    return of_matrices("slogdet", x, square=True)


def inv(x: Array, /) -> Array:
    """Inverses."""
    return of_matrices("inv", x, square=True)  # type: ignore[no-any-return]


def pinv(x: Array, /, *, rtol: float | Array | None = None) -> Array:
    """Pseudoinverses; singular values up to `rtol` times the largest (the longer side times eps) count as 0."""
    if isinstance(rtol, Array):
        arrays = [matrices(x), raw(rtol)]
        check_kind("pinv", arrays)
        return Array._of(run(pinv_above, arrays))
    if rtol is None:
        rtol = max(matrices(x).shape[-2:]) * float(np.finfo(x.dtype).eps) if x.dtype.kind in "fc" else 0.0
    return of_matrices("pinv", x, rtol=float(rtol))  # type: ignore[no-any-return]


def pinv_above(x: Any, rtol: Any) -> Any:
    """Pseudoinverses by singular values above a tolerance for each matrix."""
    rows, lengths, columns = T.linalg.svd(x, full_matrices=False)
    kept = lengths > T.max(lengths, axis=-1, keepdims=True) * T.expand_dims(rtol, -1)
    inverses = T.where(kept, 1 / lengths, 0)
    return T.matmul(adjoint(columns) * T.expand_dims(inverses, -2), adjoint(rows))


def adjoint(x: Any) -> Any:
    """Conjugated and transposed."""
    return T.conj(T.matrix_transpose(x))


def matrix_rank(x: Array, /, *, rtol: float | Array | None = None) -> Array:
    """How many singular values are above `rtol` times the largest (the longer side times eps)."""
    array = matrices(x)
    check_kind("matrix_rank", [array])
    if rtol is None:
        return Array._of(run(T.linalg.matrix_rank, [array]))
    limit = raw(rtol) if isinstance(rtol, Array) else np.asarray(rtol, np.finfo(array.dtype).dtype)
    return Array._of(run(rank_above, [array, limit]))


def rank_above(x: Any, rtol: Any) -> Any:
    """`T.linalg.matrix_rank` with a tolerance for each matrix."""
    return T.linalg.matrix_rank(x, rtol=T.expand_dims(rtol, -1))


def eig(x: Array, /) -> Any:
    """Eigenvalues and eigenvectors as columns of square matrices, which are complex (of version 2025.12)."""
    return of_matrices("eig", x, square=True)


def eigvals(x: Array, /) -> Array:
    """Eigenvalues of square matrices, which are complex (of version 2025.12)."""
    return of_matrices("eigvals", x, square=True)  # type: ignore[no-any-return]


def eigh(x: Array, /) -> Any:
    """Eigenvalues in ascending order, and eigenvectors as columns, of symmetric or Hermitian matrices."""
    return of_matrices("eigh", x, square=True)


def eigvalsh(x: Array, /) -> Array:
    """Eigenvalues in ascending order of symmetric or Hermitian matrices."""
    return of_matrices("eigvalsh", x, square=True)  # type: ignore[no-any-return]


def qr(x: Array, /, *, mode: str = "reduced") -> Any:
    """The factors of x = Q R; `mode` is "reduced" or "complete"."""
    if mode not in ("reduced", "complete"):
        raise InvalidValue(message(f"there is no mode {mode!r}", (), ["'reduced' or 'complete'"]))
    return of_matrices("qr", x, mode=mode)


def svd(x: Array, /, *, full_matrices: bool = True) -> Any:
    """The factors of x = U diag(S) Vh, singular values in descending order."""
    return of_matrices("svd", x, full_matrices=bool(full_matrices))


def svdvals(x: Array, /) -> Array:
    """Singular values in descending order."""
    return of_matrices("svdvals", x)  # type: ignore[no-any-return]


def solve(x1: Array, x2: Array, /) -> Array:
    """The solution of x1 y = x2: x2 is one vector, or a stack of matrices."""
    arrays = operands(x1, x2)
    check_kind("solve", arrays)
    matrices(x1)
    if x1.shape[-1] != x1.shape[-2]:
        raise ShapeMismatch(message(f"solve takes square matrices, not {x1.shape[-2]} by {x1.shape[-1]}"))
    return Array._of(run(T.linalg.solve, arrays, b_ndim=min(x2.ndim, 2)))


def matrix_power(x: Array, n: int, /) -> Array:
    """Matrices to an integer power."""
    return of_matrices("matrix_power", x, square=True, n=n)  # type: ignore[no-any-return]


def diagonal(x: Array, /, *, offset: int = 0) -> Array:
    """The diagonals of matrices."""
    return Array._of(run(diagonal_at, [matrices(x), diagonal_number(offset)]))


def diagonal_at(x: Variable, offset: Variable) -> Variable:
    """`T.diagonal` of the last two axes, whose number is known at the call."""
    return T.diagonal(x, offset, -2, -1)


def trace(x: Array, /, *, offset: int = 0, dtype: Any = None) -> Array:
    """The sums of the diagonals of matrices."""
    array = matrices(x)
    check_kind("trace", [array])
    wanted = None if dtype is None else checked(dtype)
    return Array._of(run(diagonal_sum, [array, diagonal_number(offset)], dtype=wanted))


def diagonal_sum(x: Variable, offset: Variable, dtype: Any) -> Variable:
    """`T.trace` of the last two axes, summed in a dtype."""
    return T.sum(diagonal_at(x, offset), axis=-1, dtype=dtype)


def matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Array:
    """The norms of matrices."""
    return of_matrices("matrix_norm", x, keepdims=bool(keepdims), ord=ord)  # type: ignore[no-any-return]


def vector_norm(x: Array, /, *, axis: Axis = None, keepdims: bool = False, ord: float = 2) -> Array:
    """The norms of vectors along axes, of all elements if none is given."""
    array = raw(x)
    check_kind("vector_norm", [array])
    options = {"axis": frozen(axis), "keepdims": bool(keepdims), "ord": ord}
    return Array._of(run(T.linalg.vector_norm, [array], **options))
