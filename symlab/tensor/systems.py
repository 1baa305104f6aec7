"""Solutions of matrix equations, and pairs of matrices, for one of them or stacks; part of `T.linalg`."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.core.ops import factorizations, inverses, matrix_functions, pencils
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import mul, sub, true_div
from symlab.core.ops.linalg import adjoint, conjugate, turned
from symlab.core.ops.operators import Variable, cast_to
from symlab.core.ops.shape import joined_size, reshaped, sizes_of, spread
from symlab.core.ops.stacks import completed_lower, times
from symlab.tensor import creation, reductions
from symlab.tensor.arguments import only_known
from symlab.tensor.matrices import matrices_of, parts
from symlab.tensor.shaping import common_size, expand_dims, shape_padleft, squeeze

# fmt: off
__all__ = [
    "cho_factor", "cho_solve", "lstsq", "lu_solve", "ordqz", "qz", "solve", "solve_continuous_lyapunov",
    "solve_discrete_are", "solve_discrete_lyapunov", "solve_sylvester", "solve_triangular",
]
# fmt: on

KINDS = {"general": "gen", "symmetric": "sym", "hermitian": "her", "positive definite": "pos"}


def brought_together(*operands: Any) -> list[Variable]:
    """Matrices of one dtype whose axes in front are broadcast."""
    found = [matrices_of(x) for x in operands]
    dtype = np.result_type(*(x.type.dtype for x in found))
    rank = max(x.ndim for x in found)
    found = [shape_padleft(cast_to(x, dtype), rank - x.ndim) for x in found]
    sizes = [sizes_of(x) for x in found]
    front = [common_size([size[axis] for size in sizes]) for axis in range(rank - 2)]
    return [spread(x, [*front, *size[-2:]]) for x, size in zip(found, sizes, strict=True)]


def with_right(solver: Any, a: Any, b: Any, b_ndim: int | None) -> Variable:
    """`solver(a, b)` for matrices b; where b is a vector, or a stack of vectors if `b_ndim` is 1, for its columns."""
    right = matrices_of(b)
    vector = right.ndim == 1 if b_ndim is None else b_ndim == 1
    if right.ndim == 0:
        raise ShapeMismatch(message("the right side of equations is a vector or a matrix", [("b", right)]))
    found = solver(*brought_together(a, expand_dims(right, right.ndim) if vector else right))
    return squeeze(found, -1) if vector else found


def solve(
    a: Any,
    b: Any,
    assume_a: str = "gen",
    lower: bool = False,
    *,
    transposed: bool = False,
    b_ndim: int | None = None,
    **options: Any,
) -> Variable:
    """The x with a x = b (a' x = b if `transposed`); b is a vector or has one in each column.

    Say `b_ndim=1` for a stack of vectors.

    `assume_a` says what a is, and so what of it is read: "gen", "sym", "her" or "pos" (the half that `lower` says),
    "lower triangular", "upper triangular", "diagonal" or "tridiagonal".
    """
    only_known(options, "solve", "check_finite", "overwrite_a", "overwrite_b")
    kind = KINDS.get(assume_a, assume_a)
    if transposed:
        return of_transpose(a, b, kind, lower, b_ndim)
    if kind == "diagonal":
        return with_right(lambda a, b: true_div(b, expand_dims(creation.diagonal(a, 0, -2, -1), -1)), a, b, b_ndim)
    if kind == "tridiagonal":
        return with_right(inverses.solve, creation.tril(creation.triu(matrices_of(a), -1), 1), b, b_ndim)
    if kind in ("lower triangular", "upper triangular"):
        return solve_triangular(a, b, lower=kind.startswith("lower"), b_ndim=b_ndim)
    if kind == "pos":
        return cho_solve((factorizations.cholesky(half(a, lower)), True), b, b_ndim=b_ndim)
    if kind in ("sym", "her"):
        a = completed_lower(half(a, lower)) if kind == "her" else mirrored(a, lower)
    elif kind != "gen":
        tries = ["'gen', 'sym', 'her', 'pos', 'lower triangular', 'upper triangular', 'diagonal' or 'tridiagonal'"]
        raise InvalidValue(message(f"there is no assumption {assume_a!r}", (), tries))
    return with_right(inverses.solve, a, b, b_ndim)


def of_transpose(a: Any, b: Any, kind: str, lower: bool, b_ndim: int | None) -> Variable:
    """`solve` with the transposed matrix, which has its triangle on the other side."""
    sides = {"lower triangular": "upper triangular", "upper triangular": "lower triangular"}
    return solve(turned(matrices_of(a)), b, sides.get(kind, kind), not lower, b_ndim=b_ndim)


def half(a: Any, lower: bool) -> Variable:
    """A Hermitian matrix whose lower half is what is read of a."""
    return matrices_of(a) if lower else adjoint(matrices_of(a))


def mirrored(a: Any, lower: bool) -> Variable:
    """The symmetric matrix of which one half is read."""
    a = matrices_of(a) if lower else turned(matrices_of(a))
    return creation.tril(a) + turned(creation.tril(a, -1))


def solve_triangular(
    a: Any,
    b: Any,
    trans: int | str = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    *,
    b_ndim: int | None = None,
    **options: Any,
) -> Variable:
    """The x with a x = b for a triangular a, of which one half is read; of its transpose (1) or adjoint (2)."""
    only_known(options, "solve_triangular", "check_finite", "overwrite_b")
    choice = {"N": 0, "T": 1, "C": 2}.get(str(trans), trans)
    if choice not in (0, 1, 2):
        raise InvalidValue(message(f"trans is 0, 1 or 2, not {trans!r}"))
    matrix = matrices_of(a)
    matrix = (matrix, turned(matrix), adjoint(matrix))[choice]  # type: ignore[index]

    def solver(a: Variable, b: Variable) -> Variable:
        return inverses.solve_triangular(a, b, lower=lower is (choice == 0), unit_diagonal=unit_diagonal)  # type: ignore[no-any-return]

    return with_right(solver, matrix, b, b_ndim)


def cho_factor(a: Any, lower: bool = False) -> tuple[Variable, bool]:
    """What `cho_solve` takes: a triangular factor, and whether it is the lower one."""
    factor = factorizations.cholesky(half(a, lower))
    return factor if lower else adjoint(factor), lower


def cho_solve(factor: tuple[Any, bool], b: Any, *, b_ndim: int | None = None, **options: Any) -> Variable:
    """The x with a x = b, given the triangular factor of a and whether it is the lower one."""
    only_known(options, "cho_solve", "check_finite", "overwrite_b")
    matrix, lower = matrices_of(factor[0]), factor[1]
    first, second = (matrix, adjoint(matrix)) if lower else (adjoint(matrix), matrix)
    inner = solve_triangular(first, b, lower=True, b_ndim=b_ndim)
    return solve_triangular(second, inner, lower=False, b_ndim=b_ndim)


def lu_solve(
    factors: tuple[Any, Any], b: Any, trans: int = 0, *, b_ndim: int | None = None, **options: Any
) -> Variable:
    """The x with a x = b (a' x = b if `trans` is 1 or 2), given what `lu_factor` makes of a."""
    only_known(options, "lu_solve", "check_finite", "overwrite_b")
    matrix, pivots = matrices_of(factors[0]), factors[1]
    order = factorizations.row_order(matrix, pivots)

    def solver(a: Variable, b: Variable) -> Variable:
        rows = spread(order, [*sizes_of(a)[:-2], sizes_of(order)[-1]])
        if not trans:
            moved = factorizations.rows_in_order(b, rows)
            return solve_triangular(a, solve_triangular(a, moved, lower=True, unit_diagonal=True))
        inner = solve_triangular(a, solve_triangular(a, b, trans), trans, lower=True, unit_diagonal=True)
        return factorizations.rows_in_order(inner, reductions.argsort(rows, axis=-1))

    return with_right(solver, matrix, b, b_ndim)


def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Variable, Variable, Variable, Variable]:
    """The x with the least |a x - b|; the sums of squares that are left; the rank and singular values of a.

    The sums are given for every matrix, where NumPy leaves them out if the rank is not full.
    """
    a, right = matrices_of(a), matrices_of(b)
    if a.ndim < 2:
        raise TypeMismatch(message("lstsq takes a matrix on the left", [(a.name or "a", a)], ["a[:, None]"]))
    vector = right.ndim == 1
    matrix, columns = brought_together(a, expand_dims(right, 1) if vector else right)
    share = [rcond] if isinstance(rcond, Variable) else []
    x, rank, values = parts(inverses.lstsq(matrix, columns, *share, rcond=None if share else rcond))
    rest = magnitude(sub(columns, times(matrix, x)))
    left = reductions.sum(rest * rest, axis=-2)
    return squeeze(x, -1) if vector else x, left, rank, values


def solve_sylvester(a: Any, b: Any, q: Any) -> Variable:
    """The x with a x + x b = q."""
    return matrix_functions.sylvester(*brought_together(a, b, q))  # type: ignore[no-any-return]


def solve_continuous_lyapunov(a: Any, q: Any) -> Variable:
    """The x with a x + x a' = q."""
    a, q = brought_together(a, q)
    return matrix_functions.sylvester(a, adjoint(a), q)  # type: ignore[no-any-return]


def solve_discrete_lyapunov(a: Any, q: Any, method: str = "bilinear") -> Variable:
    """The x with a x a' - x + q = 0: by a continuous equation ("bilinear"), or as n^2 equations ("direct")."""
    a, q = brought_together(a, q)
    if method == "direct":
        return by_equations(a, q)
    if method != "bilinear":
        raise InvalidValue(message(f"there is no method {method!r}", (), ["'bilinear' or 'direct'"]))
    return pencils.stationary(a, q)


def solve_discrete_are(a: Any, b: Any, q: Any, r: Any) -> Variable:
    """The stabilizing x with x = a' x a - a' x b (r + b' x b)^-1 b' x a + q: Riccati's equation of real systems."""
    a, b, q, r = brought_together(a, b, q, r)
    return pencils.riccati(a, b, r, q)  # type: ignore[no-any-return]


def by_equations(a: Variable, q: Variable) -> Variable:
    """The x with x - a x a' = q from the Kronecker product of a with its conjugate."""
    size, front = sizes_of(a)[-1], sizes_of(a)[:-2]
    both = joined_size([size, size])
    letters = (
        [*range(a.ndim - 2), a.ndim - 2, "x", a.ndim - 1, "x"],
        [*range(a.ndim - 2), "x", a.ndim - 2, "x", a.ndim - 1],
    )
    product = mul(a.dimshuffle(*letters[0]), conjugate(a).dimshuffle(*letters[1]))
    matrix = sub(creation.eye(both, dtype=a.dtype), reshaped(product, [*front, both, both]))
    found = inverses.solve(spread(matrix, [*front, both, both]), reshaped(q, [*front, both, 1]))
    return reshaped(found, sizes_of(q))


# Pairs of matrices


def qz(
    a: Any, b: Any, output: str = "real", sort: str | None = None, return_eigenvalues: bool = False
) -> tuple[Variable, ...]:
    """Triangular s, t and unitary q, z with a = q s z' and b = q t z'; eigenvalues alpha / beta on request.

    `sort` ("lhp", "rhp", "iuc", "ouc") says which eigenvalues come first; then the result is s, t, alpha, beta, q, z.
    """
    if output not in ("real", "complex"):
        raise InvalidValue(message(f"output is 'real' or 'complex', not {output!r}"))
    if sort not in (None, "lhp", "rhp", "iuc", "ouc"):
        raise InvalidValue(message(f"sort is None, 'lhp', 'rhp', 'iuc' or 'ouc', not {sort!r}"))
    s, t, alpha, beta, q, z = parts(pencils.qz(*brought_together(a, b), output=output, order=sort))
    return (s, t, alpha, beta, q, z) if return_eigenvalues or sort else (s, t, q, z)


def ordqz(a: Any, b: Any, sort: str = "lhp", output: str = "real") -> tuple[Variable, ...]:
    """`qz` with the eigenvalues that `sort` says first: s, t, alpha, beta, q, z."""
    return qz(a, b, output, sort, True)
