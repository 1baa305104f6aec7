"""Solutions and determinants by what is known of a matrix, and by factors that serve several systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, real_part
from symlab.core.ops import sort
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add, cast, mul, neg, sub
from symlab.core.ops.factorizations import row_order, rows_in_order, unit_lower
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

# Positive definite matrices


def solved_by_cholesky(a: Array, b: Array) -> Array:
    """LAPACK's potrf and potrs; NumPy's solution where the matrix is not positive definite after all."""
    from scipy.linalg import get_lapack_funcs

    if not b.size:
        return b.copy()
    potrf, potrs = get_lapack_funcs(("potrf", "potrs"), (a, b))
    factor, failed = potrf(a, lower=True, clean=False)
    if failed:
        return np.asarray(np.linalg.solve(a, b))
    return np.asarray(potrs(factor, b, lower=True)[0])


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
    from scipy.linalg import get_lapack_funcs

    if not x.size:
        return np.zeros((), x.real.dtype)
    (potrf,) = get_lapack_funcs(("potrf",), (x,))
    factor, failed = potrf(x, lower=True, clean=False)
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


def lu_solve_reference(factors: Array, b: Array, pivots: Array, adjoint: bool) -> Array:
    """LAPACK's getrs, one matrix after another; a 0 on the diagonal of u is an error, as for `solve`."""
    from scipy.linalg import get_lapack_funcs

    check_fronts([factors, b])
    if not np.diagonal(factors, axis1=-2, axis2=-1).all():
        raise np.linalg.LinAlgError("Singular matrix")
    found = np.empty(b.shape, b.dtype)
    (getrs,) = get_lapack_funcs(("getrs",), (factors, b))
    if found.size:
        for place in np.ndindex(b.shape[:-2]):
            found[place] = getrs(factors[place], pivots[place], b[place], trans=2 * adjoint)[0]
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
