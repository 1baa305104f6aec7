"""Solutions and determinants by what is known of a matrix, and by factors that serve several systems."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, real_part
from symlab.core.ops import sort
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add, cast, mul, neg, sub
from symlab.core.ops.factorizations import (
    factor_sizes,
    lu_factor_jvp,
    lu_factor_vjp,
    lu_reference,
    row_order,
    rows_in_order,
    unit_lower,
)
from symlab.core.ops.inverses import changed_right, inv, spread_over, trace_of
from symlab.core.ops.linalg import adjoint
from symlab.core.ops.operators import Variable
from symlab.core.ops.stacks import (
    check_fronts,
    completed_lower,
    each,
    folded_lower,
    last_sizes,
    lower_part,
    of_matrices,
    same_sizes,
    stack_sizes,
    symmetrized,
    system_type,
    times,
    upper_part,
    with_sizes,
)

Array = np.ndarray[Any, Any]


@functools.cache
def routine(name: str, dtype: np.dtype[Any]) -> Any:
    """The routine of BLAS or LAPACK for a dtype."""
    from scipy.linalg import get_blas_funcs, get_lapack_funcs

    return (get_blas_funcs if name == "trsm" else get_lapack_funcs)(name, dtype=dtype)


# Positive definite matrices


def solved_by_cholesky(a: Array, b: Array) -> Array:
    """LAPACK's potrf and potrs; NumPy's solution where the matrix is not positive definite after all."""
    if not b.size:
        return b.copy()
    factor, failed = routine("potrf", a.dtype)(a, lower=True, clean=False)
    if failed:
        return np.asarray(np.linalg.solve(a, b))
    return np.asarray(routine("potrs", a.dtype)(factor, b, lower=True)[0])


def definite_vjp(cotangent: Variable, y: Variable, a: Variable, b: Variable) -> tuple[Variable, Variable]:
    """As that of `solve`; what is above the diagonal is not read."""
    right = solve_definite(a, cotangent)
    return folded_lower(symmetrized(neg(times(right, adjoint(y))))), right


def definite_jvp(tangents: Sequence[Any], y: Variable, a: Variable, b: Variable) -> Variable:
    """As that of `solve`; what is above the diagonal is not read."""
    return solve_definite(a, changed_right(tangents, y, completed_lower))  # type: ignore[no-any-return]


solve_definite: Op = declared(
    "solve_definite",
    Kind.CALL,
    doc="The x with a x = b, for Hermitian positive definite a, of which the lower half is read.",
    reference=each(solved_by_cholesky),
    infer=system_type,
    vjp=definite_vjp,
    jvp=definite_jvp,
    latex=r"{0}^{{-1}}\,{1}",
    extra=with_sizes(last_sizes),
)


def log_by_cholesky(x: Array) -> Array:
    """Twice the sum of the logarithms of the factor's diagonal; nan or -inf where there is no such factor."""
    if not x.size:
        return np.zeros((), x.real.dtype)
    factor, failed = routine("potrf", x.dtype)(x, lower=True, clean=False)
    if failed:
        sign, logarithm = np.linalg.slogdet(x)
        return np.asarray(np.nan if np.real(sign) < 0 else logarithm, x.real.dtype)
    return np.asarray(2 * np.sum(np.log(np.diagonal(factor).real)), x.real.dtype)


def log_reference(x: Array) -> Array:
    """`log_by_cholesky`, one matrix after another."""
    found = np.empty(x.shape[:-2], x.real.dtype)
    for place in np.ndindex(x.shape[:-2]):
        found[place] = log_by_cholesky(x[place])
    return found


def log_det_vjp(cotangent: Variable, y: Variable, x: Variable) -> tuple[Variable]:
    """The inverse; what is above the diagonal is not read."""
    whole = mul(spread_over(cast(cotangent, dtype=x.type.dtype.name)), inv(completed_lower(x)))
    return (folded_lower(symmetrized(whole)),)


def log_det_jvp(tangents: Sequence[Any], y: Variable, x: Variable) -> Variable:
    """tr(x^-1 dx)."""
    change = trace_of(times(inv(completed_lower(x)), completed_lower(tangents[0])))
    return change.real if x.type.dtype.kind == "c" else change


log_det_definite: Op = declared(
    "log_det_definite",
    Kind.CALL,
    doc="The logarithm of the determinant of Hermitian positive definite matrices, of which the lower half is read.",
    reference=log_reference,
    infer=of_matrices(stack_sizes, dtype=real_part),
    vjp=log_det_vjp,
    jvp=log_det_jvp,
    latex=r"\log\det\left({0}\right)",
    extra=with_sizes(stack_sizes),
)


def inverted_by_cholesky(x: Array) -> Array:
    """LAPACK's potrf and potri; NumPy's inverse where the matrix is not positive definite after all."""
    if not x.size:
        return x.copy()
    factor, failed = routine("potrf", x.dtype)(x, lower=True, clean=True)
    if failed:
        return np.asarray(np.linalg.inv(x))
    below = np.tril(routine("potri", x.dtype)(factor, lower=True)[0])
    below += np.conj(np.tril(below, -1).T)
    return np.asarray(below)


def inv_definite_vjp(cotangent: Variable, y: Variable, x: Variable) -> tuple[Variable]:
    """As that of `inv`; what is above the diagonal is not read."""
    return (folded_lower(symmetrized(neg(times(y, cotangent, y)))),)


inv_definite: Op = declared(
    "inv_definite",
    Kind.CALL,
    doc="The inverse of each Hermitian positive definite matrix, of which the lower half is read.",
    reference=each(inverted_by_cholesky),
    infer=of_matrices(same_sizes),
    vjp=inv_definite_vjp,
    jvp=lambda tangents, y, x: neg(times(y, completed_lower(tangents[0]), y)),
    latex=r"{0}^{{-1}}",
    extra=with_sizes(same_sizes),
)

# Diagonal matrices


def diagonal_type(attributes: Mapping[str, Any], v: ArrayType) -> ArrayType:
    """The type of `regular_diagonal`."""
    if not v.ndim:
        raise Misfit("{0} is a scalar, not a diagonal", kind=TypeMismatch)
    return v


def diagonal_reference(v: Array) -> Array:
    """The elements, unless one is 0."""
    if not v.all():
        raise np.linalg.LinAlgError("Singular matrix")
    return v.copy()


regular_diagonal: Op = declared(
    "regular_diagonal",
    Kind.CALL,
    doc="v, the diagonal of a matrix that is to be inverted: an error if an element is 0.",
    reference=diagonal_reference,
    infer=diagonal_type,
    vjp=lambda cotangent, y, v: (cotangent,),
    jvp=lambda tangents, y, v: tangents[0],
    latex="{0}",
    extra=with_sizes(same_sizes),
)

# Systems with factors that are known


def definite_factors(x: Array) -> tuple[Array, Array]:
    """Cholesky's l l' as (l d^-1) (d l'), d being the diagonal of l; LAPACK's getrf where there is no such factor."""
    factor, failed = routine("potrf", x.dtype)(x, lower=True, clean=True) if x.size else (x, False)
    if failed:
        return lu_reference(x)
    diagonal = np.diagonal(factor)
    upper = diagonal[:, None] * np.conj(factor.T)
    return np.asarray(np.tril(factor / diagonal, -1) + upper, x.dtype), np.arange(len(x), dtype=np.int32)


def definite_reference(x: Array) -> tuple[Array, Array]:
    """`definite_factors`, one matrix after another."""
    if x.ndim == 2:
        return definite_factors(x)
    factors, pivots = np.empty_like(x), np.empty(x.shape[:-1], np.int32)
    for place in np.ndindex(x.shape[:-2]):
        factors[place], pivots[place] = definite_factors(x[place])
    return factors, pivots


def definite_factor_vjp(cotangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Variable]:
    """As that of `lu_factor`; what is above the diagonal is not read."""
    (whole,) = lu_factor_vjp(cotangents, y, x)
    return (folded_lower(symmetrized(whole)),)


definite_factor: Op = declared(
    "definite_factor",
    Kind.CALL,
    doc="As `lu_factor`, for Hermitian positive definite matrices, of which the lower half is read.",
    reference=definite_reference,
    infer=of_matrices(factor_sizes, dtype=lambda dtype: (dtype, np.dtype(np.int32))),
    vjp=definite_factor_vjp,
    jvp=lambda tangents, y, x: lu_factor_jvp([completed_lower(tangents[0])], y, x),
    latex=r"\operatorname{{lu}}\left({0}\right)",
    extra=with_sizes(factor_sizes),
)


def solved_by_factors(factors: Array, b: Array, pivots: Array, adjoint: bool) -> Array:
    """Two triangular systems by BLAS; a 0 on the diagonal of u is an error, as for `solve`.

    LAPACK's getrs is the same in one call, for which OpenBLAS wakes all threads however small the matrices are.
    """
    if not factors.diagonal().all():
        raise np.linalg.LinAlgError("Singular matrix")
    if not b.size:
        return b.copy()
    divided, exchanged = routine("trsm", b.dtype), routine("laswp", b.dtype)
    if adjoint:
        found = divided(1.0, factors, divided(1.0, factors, b, lower=0, trans_a=2), lower=1, trans_a=2, diag=1)
        return np.asarray(exchanged(found, pivots, inc=-1))
    return np.asarray(divided(1.0, factors, divided(1.0, factors, exchanged(b, pivots), lower=1, diag=1), lower=0))


def lu_solve_reference(factors: Array, b: Array, pivots: Array, adjoint: bool) -> Array:
    """`solved_by_factors`, one matrix after another."""
    if b.ndim == 2:
        return solved_by_factors(factors, b, pivots, adjoint)
    check_fronts([factors, b])
    found = np.empty(b.shape, b.dtype)
    for place in np.ndindex(b.shape[:-2]):
        found[place] = solved_by_factors(factors[place], b[place], pivots[place], adjoint)
    return found


def lu_solve_type(attributes: Mapping[str, Any], factors: ArrayType, b: ArrayType, pivots: ArrayType) -> ArrayType:
    """The type of `lu_solve`."""
    if pivots.dtype.kind not in "iu" or pivots.ndim != factors.ndim - 1:
        raise Misfit(f"{{2}} is {pivots}, not the pivots of {factors}", kind=TypeMismatch)
    return system_type(attributes, factors, b)


def lu_solve_vjp(
    cotangent: Variable, y: Variable, factors: Variable, b: Variable, pivots: Variable, adjoint: bool
) -> tuple[Any, ...]:
    """As that of `solve`, then from p l u to l and u, the pivots being held."""
    right = lu_solve(factors, cotangent, pivots, adjoint=not adjoint)
    matrix = neg(times(y, conjugated(right)) if adjoint else times(right, conjugated(y)))
    moved = rows_in_order(matrix, row_order(factors, pivots))
    below = lower_part(times(moved, conjugated(upper_part(factors))), -1)
    return add(below, upper_part(times(conjugated(unit_lower(factors)), moved))), right, None


def lu_solve_jvp(
    tangents: Sequence[Any], y: Variable, factors: Variable, b: Variable, pivots: Variable, adjoint: bool
) -> Variable:
    """As `lu_solve_vjp`, forward."""
    change = tangents[1]
    if tangents[0] is not None:
        below, above = lower_part(tangents[0], -1), upper_part(tangents[0])
        moved = add(times(below, upper_part(factors)), times(unit_lower(factors), above))
        matrix = rows_in_order(moved, sort.argsort(row_order(factors, pivots), axis=-1))
        term = times(conjugated(matrix) if adjoint else matrix, y)
        change = neg(term) if change is None else sub(change, term)
    return lu_solve(factors, change, pivots, adjoint=adjoint)  # type: ignore[no-any-return]


def conjugated(x: Variable) -> Variable:
    """The adjoint, where `adjoint` is an attribute."""
    return adjoint(x)


def lu_solve_sizes(sizes: Any, factors: Shape, b: Shape, pivots: Shape, **attributes: Any) -> Shape:
    """Those of the right side."""
    return b


lu_solve: Op = declared(
    "lu_solve",
    Kind.CALL,
    doc="The x with a x = b (a' x = b if `adjoint`), a being given by what `lu_factor` makes of it.",
    reference=lu_solve_reference,
    infer=lu_solve_type,
    vjp=lu_solve_vjp,
    jvp=lu_solve_jvp,
    latex=r"\left({0}\right)^{{-1}}\,{1}",
    extra=with_sizes(lu_solve_sizes, values=2),
)
