"""Determinants, inverses and linear systems, of stacks of matrices."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import PROJECT, Kind, Op
from symlab.core.ir.types import ArrayType, Shape, TupleType, array_type, real_part
from symlab.core.ops.complexes import complex as complex_of
from symlab.core.ops.complexes import conj, imag
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add, cast, mul, neg, sub
from symlab.core.ops.extents import STATIC
from symlab.core.ops.linalg import adjoint
from symlab.core.ops.operators import Variable
from symlab.core.ops.reduce import sum as total
from symlab.core.ops.shape import shuffled
from symlab.core.ops.stacks import (
    agree,
    check_fronts,
    check_matrices,
    diagonal_of,
    each,
    last_sizes,
    lower_part,
    merged,
    no_derivative,
    of_matrices,
    same_sizes,
    stack_sizes,
    system_type,
    times,
    upper_part,
    with_sizes,
)

Array = np.ndarray[Any, Any]


def spread_over(numbers: Variable) -> Variable:
    """One number for each matrix, as matrices of one element."""
    return shuffled(numbers, (*range(numbers.ndim), "x", "x"))


def trace_of(x: Variable) -> Variable:
    """The sum of the diagonal of each matrix."""
    return total(diagonal_of(x), axes=(x.ndim - 2,), keepdims=False)  # type: ignore[no-any-return]


# Determinants


def cofactors_reference(x: Array) -> Array:
    """From the singular values: the product of all others stands where the inverse has the inverse of one."""
    left, values, right = np.linalg.svd(x)
    others = (
        np.stack([np.prod(np.delete(values, place, -1), -1) for place in range(values.shape[-1])], -1)
        if (values.shape[-1])
        else values
    )
    turn = np.conj(np.linalg.det(left) * np.linalg.det(right))
    return np.asarray(np.matmul(left * others[..., None, :], right) * turn[..., None, None], x.dtype)


def cofactors_of(y: Variable, x: Variable) -> tuple[Variable, Variable]:
    """The cofactors, and the adjoint of the inverse."""
    return y, adjoint(inv(x))


def cofactors_vjp(cotangent: Variable, y: Variable, x: Variable) -> tuple[Variable]:
    """C is conj(det) inv', so dC = C conj(tr(inv dx)) - inv' dx' C, for matrices that have an inverse."""
    turned_inverse = adjoint(inv(x))
    along = spread_over(trace_of(times(adjoint(cotangent), y)))
    return (sub(mul(along, turned_inverse), times(y, adjoint(cotangent), turned_inverse)),)


def cofactors_jvp(tangents: Sequence[Any], y: Variable, x: Variable) -> Variable:
    """As `cofactors_vjp`, forward."""
    inverse = inv(x)
    change = trace_of(times(inverse, tangents[0]))
    turned_change = conj(change) if change.type.dtype.kind == "c" else change
    return sub(mul(y, spread_over(turned_change)), times(adjoint(inverse), adjoint(tangents[0]), y))  # type: ignore[no-any-return]


cofactors: Op = declared(
    "cofactors",
    Kind.CALL,
    doc="The derivative of the determinant: cofactors, conjugated if they are complex; defined for singular matrices.",
    reference=cofactors_reference,
    infer=of_matrices(same_sizes),
    vjp=cofactors_vjp,
    jvp=cofactors_jvp,
    latex=r"\operatorname{{cof}}\left({0}\right)",
    extra=with_sizes(same_sizes),
)

det: Op = declared(
    "det",
    Kind.CALL,
    doc="The determinant of each matrix.",
    reference=lambda x: np.asarray(np.linalg.det(x)),
    infer=of_matrices(stack_sizes),
    vjp=lambda cotangent, y, x: (mul(spread_over(cotangent), cofactors(x)),),
    jvp=lambda tangents, y, x: trace_of(times(adjoint(cofactors(x)), tangents[0])),
    latex=r"\det\left({0}\right)",
    extra=with_sizes(stack_sizes),
)


def two_stacks(sizes: Any, x: Shape) -> tuple[Shape, Shape]:
    """Two numbers for each matrix."""
    return x[:-2], x[:-2]


def slogdet_vjp(cotangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Variable]:
    """The logarithm changes with the real part of tr(inv dx), the sign of a complex determinant with the other."""
    sign, size = cotangents
    terms = [] if size is None else [cast(size, dtype=x.type.dtype.name)]
    if sign is not None and x.type.dtype.kind == "c":
        turn = neg(imag(mul(conj(sign), PROJECT(y, index=0))))
        terms.append(complex_of(mul(turn, 0), turn))
    factor = add(*terms) if len(terms) == 2 else terms[0] if terms else mul(sign, 0)
    return (mul(spread_over(factor), adjoint(inv(x))),)


def slogdet_jvp(tangents: Sequence[Any], y: Variable, x: Variable) -> tuple[Any, Any]:
    """As `slogdet_vjp`, forward."""
    change = trace_of(times(inv(x), tangents[0]))
    if x.type.dtype.kind != "c":
        return mul(PROJECT(y, index=0), 0), change
    turn = imag(change)
    return mul(PROJECT(y, index=0), complex_of(mul(turn, 0), turn)), change.real


slogdet: Op = declared(
    "slogdet",
    Kind.CALL,
    doc="The sign of each determinant and the logarithm of its magnitude, which neither over- nor underflow.",
    reference=lambda x: tuple(np.linalg.slogdet(x)),
    infer=of_matrices(two_stacks, dtype=lambda dtype: (dtype, real_part(dtype))),
    vjp=slogdet_vjp,
    jvp=slogdet_jvp,
    latex=r"\log\left|\det\left({0}\right)\right|",
    extra=with_sizes(two_stacks),
)

# Inverses

inv: Op = declared(
    "inv",
    Kind.CALL,
    doc="The inverse of each matrix.",
    reference=np.linalg.inv,
    infer=of_matrices(same_sizes),
    vjp=lambda cotangent, y, x: (neg(times(adjoint(y), cotangent, adjoint(y))),),
    jvp=lambda tangents, y, x: neg(times(y, tangents[0], y)),
    latex=r"{0}^{{-1}}",
    extra=with_sizes(same_sizes),
)


def turned_sizes(sizes: Any, x: Shape, **attributes: Any) -> Shape:
    """Rows and columns exchanged."""
    return (*x[:-2], x[-1], x[-2])


def pinv_vjp(cotangent: Variable, y: Variable, x: Variable, **attributes: Any) -> tuple[Variable]:
    """The adjoint of `pinv_jvp`: -y' g y' + (1 - x y) g' y y' + y' y g' (1 - y x)."""
    left, turned_cotangent = adjoint(y), adjoint(cotangent)
    columns = times(turned_cotangent, y, left)
    rows = times(left, y, turned_cotangent)
    terms = [neg(times(left, cotangent, left)), sub(columns, times(x, y, columns)), sub(rows, times(rows, y, x))]
    return (add(*terms),)


def pinv_jvp(tangents: Sequence[Any], y: Variable, x: Variable, **attributes: Any) -> Variable:
    """-y dx y + y y' dx' (1 - x y) + (1 - y x) dx' y' y (Golub and Pereyra 1973), where the rank does not change."""
    change, left = adjoint(tangents[0]), adjoint(y)
    columns = times(y, left, change)
    rows = times(change, left, y)
    terms = [neg(times(y, tangents[0], y)), sub(columns, times(columns, x, y)), sub(rows, times(y, x, rows))]
    return add(*terms)  # type: ignore[no-any-return]


pinv: Op = declared(
    "pinv",
    Kind.CALL,
    doc="The pseudoinverse of each matrix; singular values below `rcond` times the largest count as 0.",
    reference=lambda x, rcond, hermitian: np.linalg.pinv(x, rcond=rcond, hermitian=hermitian),
    infer=of_matrices(turned_sizes, square=False),
    vjp=pinv_vjp,
    jvp=pinv_jvp,
    latex=r"{0}^{{+}}",
    extra=with_sizes(turned_sizes),
)

# Systems


def solve_reference(a: Array, b: Array) -> Array:
    """NumPy's, for matrices on the right."""
    check_fronts([a, b])
    return np.linalg.solve(a, b)


def solve_vjp(cotangent: Variable, y: Variable, a: Variable, b: Variable) -> tuple[Variable, Variable]:
    """g' = a'^-1 g for b, and -g' y' for a."""
    right = solve(adjoint(a), cotangent)
    return neg(times(right, adjoint(y))), right


def solve_jvp(tangents: Sequence[Any], y: Variable, a: Variable, b: Variable) -> Variable:
    """a^-1 (db - da y)."""
    return solve(a, changed_right(tangents, y))  # type: ignore[no-any-return]


def changed_right(tangents: Sequence[Any], y: Variable, part: Any = None) -> Variable:
    """db - da y."""
    change = None if tangents[0] is None else times(tangents[0] if part is None else part(tangents[0]), y)
    if change is None:
        return tangents[1]  # type: ignore[no-any-return]
    return neg(change) if tangents[1] is None else sub(tangents[1], change)  # type: ignore[no-any-return]


solve: Op = declared(
    "solve",
    Kind.CALL,
    doc="The x with a x = b, for square matrices a.",
    reference=solve_reference,
    infer=system_type,
    vjp=solve_vjp,
    jvp=solve_jvp,
    latex=r"{0}^{{-1}}\,{1}",
    extra=with_sizes(last_sizes),
)


def triangular_reference(a: Array, b: Array, lower: bool, unit_diagonal: bool) -> Array:
    """SciPy's, one matrix after another; a nan goes into the result, as with `solve`."""
    from scipy.linalg import solve_triangular

    solver = functools.partial(solve_triangular, check_finite=False)
    return each(solver)(a, b, lower=lower, unit_diagonal=unit_diagonal)


def triangle(x: Variable, lower: bool, unit_diagonal: bool) -> Variable:
    """The elements that a triangular system reads."""
    return lower_part(x, -unit_diagonal) if lower else upper_part(x, int(unit_diagonal))


def triangular_vjp(
    cotangent: Variable, y: Variable, a: Variable, b: Variable, lower: bool, unit_diagonal: bool
) -> tuple[Variable, Variable]:
    """As `solve_vjp`; the other triangle has no influence."""
    right = solve_triangular(adjoint(a), cotangent, lower=not lower, unit_diagonal=unit_diagonal)
    return neg(triangle(times(right, adjoint(y)), lower, unit_diagonal)), right


def triangular_jvp(
    tangents: Sequence[Any], y: Variable, a: Variable, b: Variable, lower: bool, unit_diagonal: bool
) -> Variable:
    """As `solve_jvp`; the other triangle has no influence."""
    right = changed_right(tangents, y, lambda part: triangle(part, lower, unit_diagonal))
    return solve_triangular(a, right, lower=lower, unit_diagonal=unit_diagonal)  # type: ignore[no-any-return]


solve_triangular: Op = declared(
    "solve_triangular",
    Kind.CALL,
    doc="The x with a x = b, of whose triangular a one half is read, with ones on its diagonal if `unit_diagonal`.",
    reference=triangular_reference,
    infer=system_type,
    vjp=triangular_vjp,
    jvp=triangular_jvp,
    latex=r"{0}^{{-1}}\,{1}",
    extra=with_sizes(last_sizes),
)


def least_sizes(sizes: Any, a: Shape, b: Shape, *given: Shape, **attributes: Any) -> tuple[Shape, Shape, Shape]:
    """The solution, the rank, the singular values."""
    return (*a[:-2], a[-1], b[-1]), a[:-2], (*a[:-2], sizes.minimum(a[-2], a[-1]))


def least_type(attributes: Mapping[str, Any], a: ArrayType, b: ArrayType, *given: ArrayType) -> TupleType:
    """The type of `lstsq`, whose third operand, if there is one, is the share that `rcond` else says."""
    check_matrices(a, b)
    if any(share.ndim for share in given):
        raise Misfit(f"rcond is one number, not {given[0]}", kind=TypeMismatch)
    agree("rows", a.shape[-2:-1], b.shape[-2:-1])
    front = merged(a, b)
    dtypes = a.dtype, np.dtype(np.int64), real_part(a.dtype)
    shapes = least_sizes(STATIC, (*front, *a.shape[-2:]), (*front, *b.shape[-2:]))
    return TupleType(tuple(array_type(dtype, shape) for dtype, shape in zip(dtypes, shapes, strict=True)))


def least_reference(a: Array, b: Array, *given: Array, rcond: float | None) -> tuple[Array, Array, Array]:
    """NumPy's, one matrix after another."""
    check_fronts([a, b])
    rcond = float(given[0]) if given else rcond
    front = a.shape[:-2]
    x = np.empty((*front, a.shape[-1], b.shape[-1]), a.dtype)
    rank = np.empty(front, np.int64)
    values = np.empty((*front, min(a.shape[-2:])), a.real.dtype)
    for place in np.ndindex(front):
        x[place], _, rank[place], values[place] = np.linalg.lstsq(a[place], b[place], rcond)
    return x, rank, values


def least_vjp(
    cotangents: Sequence[Any], y: Variable, a: Variable, b: Variable, *given: Variable, rcond: float | None
) -> tuple[Variable | None, ...]:
    """That of pinv(a) b, with a number as `rcond`."""
    if given:
        raise no_derivative("lstsq with an expression as rcond", a, "a number as rcond")
    inverse, cotangent = pinv(a, rcond=rcond, hermitian=False), cotangents[0]
    if cotangent is None:
        raise no_derivative("the singular values that lstsq gives", a, "T.linalg.svdvals(a)")
    (first,) = pinv_vjp(times(cotangent, adjoint(b)), inverse, a)
    return first, times(adjoint(inverse), cotangent)


def least_jvp(
    tangents: Sequence[Any], y: Variable, a: Variable, b: Variable, *given: Variable, rcond: float | None
) -> tuple[Any, ...]:
    """That of pinv(a) b, with a number as `rcond`."""
    if given:
        raise no_derivative("lstsq with an expression as rcond", a, "a number as rcond")
    inverse = pinv(a, rcond=rcond, hermitian=False)
    terms = [] if tangents[1] is None else [times(inverse, tangents[1])]
    if tangents[0] is not None:
        terms.append(times(pinv_jvp(tangents[:1], inverse, a), b))
    return (terms[0] if len(terms) == 1 else add(*terms), None, None)


lstsq: Op = declared(
    "lstsq",
    Kind.CALL,
    doc="The x of least norm with the least |a x - b|, the rank of a, and its singular values.",
    reference=least_reference,
    infer=least_type,
    vjp=least_vjp,
    jvp=least_jvp,
    latex=r"{0}^{{+}}\,{1}",
    extra=with_sizes(least_sizes),
)
