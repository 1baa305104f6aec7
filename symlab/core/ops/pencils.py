"""Pairs of matrices: their common triangular form, and the algebraic equation of Riccati."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, TupleType, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add, mul, neg, sub, true_div
from symlab.core.ops.inverses import inv
from symlab.core.ops.linalg import adjoint
from symlab.core.ops.matrix_functions import sylvester
from symlab.core.ops.operators import Variable
from symlab.core.ops.spectra import complex_part
from symlab.core.ops.stacks import (
    agree,
    check_fronts,
    check_matrices,
    check_square,
    each,
    last_sizes,
    on_diagonal,
    times,
    with_sizes,
)

Array = np.ndarray[Any, Any]

# The common triangular form


def qz_sizes(sizes: Any, a: Shape, b: Shape, **attributes: Any) -> tuple[Shape, ...]:
    """Two triangular matrices, the eigenvalues as quotients, two unitary matrices."""
    return a, b, a[:-1], a[:-1], a, a


def qz_type(attributes: Mapping[str, Any], a: ArrayType, b: ArrayType) -> TupleType:
    """The types of the results of `qz`."""
    check_matrices(a, b)
    check_square(a)
    check_square(b, 1)
    agree("rows", a.shape[-2:-1], b.shape[-2:-1])
    dtype = complex_part(a.dtype) if attributes["output"] == "complex" else a.dtype
    dtypes = (dtype, dtype, complex_part(a.dtype), dtype, dtype, dtype)
    shapes = qz_sizes(None, a.shape, b.shape)
    return TupleType(tuple(array_type(one, shape) for one, shape in zip(dtypes, shapes, strict=True)))


def qz_reference(a: Array, b: Array, output: str, order: str | None) -> tuple[Array, ...]:
    """SciPy's, one pair after another; eigenvalues in the order that is asked for first."""
    from scipy.linalg import ordqz

    check_fronts([a, b])
    triangle = complex_part(a.dtype) if output == "complex" else a.dtype
    front, size = a.shape[:-2], a.shape[-1]
    dtypes = (triangle, triangle, complex_part(a.dtype), triangle, triangle, triangle)
    found = [np.empty((*front, size) if place in (2, 3) else a.shape, dtype) for place, dtype in enumerate(dtypes)]
    for place in np.ndindex(front):
        results = ordqz(a[place], b[place], sort=order or all_of, output=output)
        for target, value in zip(found, results, strict=True):
            target[place] = value
    return tuple(found)


def all_of(alpha: Array, beta: Array) -> Array:
    """Every eigenvalue: none is moved."""
    return np.ones(alpha.shape, bool)


qz: Op = declared(
    "qz",
    Kind.CALL,
    doc="Triangular s, t and unitary q, z with a = q s z', b = q t z', and eigenvalues alpha / beta: s, t, alpha, "
    "beta, q, z. `order` says which eigenvalues come first (SciPy's words).",
    reference=qz_reference,
    infer=qz_type,
    latex=r"\operatorname{{qz}}\left({0},{1}\right)",
    extra=with_sizes(qz_sizes),
)

# Riccati's equation


def riccati_type(attributes: Mapping[str, Any], a: ArrayType, b: ArrayType, r: ArrayType, q: ArrayType) -> ArrayType:
    """The type of the solution: that of q."""
    check_matrices(a, b, r, q)
    for place, item in ((0, a), (2, r), (3, q)):
        check_square(item, place)
    agree("rows", a.shape[-2:-1], b.shape[-2:-1])
    agree("rows", a.shape[-2:-1], q.shape[-2:-1])
    agree("columns", b.shape[-1:], r.shape[-1:])
    if a.dtype.kind == "c":
        raise Misfit("Riccati's equation is solved for real matrices", "their real parts", kind=TypeMismatch)
    return array_type(q.dtype, q.shape)


def riccati_reference(a: Array, b: Array, r: Array, q: Array) -> Array:
    """SciPy's, one system after another."""
    from scipy.linalg import solve_discrete_are

    return each(lambda a, b, r, q: solve_discrete_are(a, b, q, r))(a, b, r, q)


def symmetric(x: Variable) -> Variable:
    """The symmetric part."""
    return true_div(add(x, adjoint(x)), 2.0)  # type: ignore[no-any-return]


def gain(y: Variable, a: Variable, b: Variable, r: Variable) -> tuple[Variable, Variable]:
    """The feedback k = (r + b' y b)^-1 b' y a, and the closed loop a - b k."""
    fed = times(inv(add(r, times(adjoint(b), y, b))), adjoint(b), y, a)
    return fed, sub(a, times(b, fed))


def stationary(a: Variable, q: Variable) -> Variable:
    """The x with a x a' - x + q = 0, by the continuous equation of a's Cayley transform."""
    turned = adjoint(a)
    one = on_diagonal(turned, 1, mul(turned, 0))
    inverse = inv(add(turned, one))
    b = times(sub(turned, one), inverse)
    c = mul(times(inv(add(a, one)), q, inverse), 2.0)
    return sylvester(adjoint(b), b, neg(c))  # type: ignore[no-any-return]


def riccati_vjp(cotangent: Variable, y: Variable, a: Variable, b: Variable, r: Variable, q: Variable) -> Any:
    """With s = c s c' + g for the closed loop c and the gain k: 2 y c s, -2 y c s k', k s k' and s."""
    fed, closed = gain(y, a, b, r)
    share = stationary(closed, symmetric(cotangent))
    through = mul(2.0, times(y, closed, share))
    return through, neg(times(through, adjoint(fed))), times(fed, share, adjoint(fed)), share


def riccati_jvp(tangents: Sequence[Any], y: Variable, a: Variable, b: Variable, r: Variable, q: Variable) -> Variable:
    """The s with s = c' s c + what the equation gains along the tangents at a fixed y."""
    fed, closed = gain(y, a, b, r)
    terms = [] if tangents[3] is None else [symmetric(tangents[3])]
    if tangents[2] is not None:
        terms.append(symmetric(times(adjoint(fed), tangents[2], fed)))
    if tangents[0] is not None:
        terms.append(mul(2.0, symmetric(times(adjoint(tangents[0]), y, closed))))
    if tangents[1] is not None:
        terms.append(mul(-2.0, symmetric(times(adjoint(times(tangents[1], fed)), y, closed))))
    return stationary(adjoint(closed), terms[0] if len(terms) == 1 else add(*terms))


riccati: Op = declared(
    "solve_discrete_are",
    Kind.CALL,
    doc="The stabilizing x with x = a' x a - a' x b (r + b' x b)^-1 b' x a + q, for symmetric r and q.",
    reference=riccati_reference,
    infer=riccati_type,
    vjp=riccati_vjp,
    jvp=riccati_jvp,
    extra=with_sizes(last_sizes),
)
