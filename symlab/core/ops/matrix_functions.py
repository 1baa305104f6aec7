"""Functions of whole matrices: the exponential, and the solution of Sylvester's equation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import mul, neg, sub
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.join import join
from symlab.core.ops.linalg import adjoint
from symlab.core.ops.operators import Variable
from symlab.core.ops.shape import separated, sizes_of
from symlab.core.ops.stacks import (
    agree,
    check_matrices,
    check_square,
    each,
    last_sizes,
    of_matrices,
    same_sizes,
    times,
    with_sizes,
)

Array = np.ndarray[Any, Any]


def expm_reference(x: Array) -> Array:
    """SciPy's, by scaling and squaring."""
    from scipy.linalg import expm

    return np.asarray(expm(x), x.dtype) if x.size else x.copy()


def expm_along(x: Variable, direction: Variable) -> Variable:
    """The derivative of expm at x along a direction: the corner of expm([[x, direction], [0, x]]) (Najfeld 1995)."""
    last, size = x.ndim - 1, sizes_of(x)[-1]
    upper = join(x, direction, axis=last)
    lower = join(mul(x, 0), x, axis=last)
    (bound,), given = separated([size])
    front = ((None, None, 1),) * (x.ndim - 2)
    index = (*front, (None, bound, 1), (bound, None, 1))
    return slice_op(expm(join(upper, lower, axis=last - 1)), *given, *given, index=index)  # type: ignore[no-any-return]


expm: Op = declared(
    "expm",
    Kind.CALL,
    doc="The exponential of each matrix: the sum of x^k / k!.",
    reference=expm_reference,
    infer=of_matrices(same_sizes),
    vjp=lambda cotangent, y, x: (expm_along(adjoint(x), cotangent),),
    jvp=lambda tangents, y, x: expm_along(x, tangents[0]),
    latex=r"e^{{{0}}}",
    extra=with_sizes(same_sizes),
)


def sylvester_type(attributes: Mapping[str, Any], a: ArrayType, b: ArrayType, q: ArrayType) -> ArrayType:
    """The type of `solve_sylvester`."""
    check_matrices(a, b, q)
    check_square(a)
    check_square(b, 1)
    agree("rows", a.shape[-2:-1], q.shape[-2:-1])
    agree("columns", b.shape[-1:], q.shape[-1:])
    return array_type(q.dtype, q.shape)


def sylvester_reference(a: Array, b: Array, q: Array) -> Array:
    """SciPy's, one matrix after another."""
    from scipy.linalg import solve_sylvester

    return each(solve_sylvester)(a, b, q) if q.size else q.copy()


def sylvester_vjp(
    cotangent: Variable, y: Variable, a: Variable, b: Variable, q: Variable
) -> tuple[Variable, Variable, Variable]:
    """s with a' s + s b' = g for q, -s y' for a, -y' s for b."""
    share = sylvester(adjoint(a), adjoint(b), cotangent)
    return neg(times(share, adjoint(y))), neg(times(adjoint(y), share)), share


def sylvester_jvp(tangents: Sequence[Any], y: Variable, a: Variable, b: Variable, q: Variable) -> Variable:
    """The solution for dq - da y - y db."""
    right = mul(y, 0) if tangents[2] is None else tangents[2]
    if tangents[0] is not None:
        right = sub(right, times(tangents[0], y))
    if tangents[1] is not None:
        right = sub(right, times(y, tangents[1]))
    return sylvester(a, b, right)  # type: ignore[no-any-return]


sylvester: Op = declared(
    "solve_sylvester",
    Kind.CALL,
    doc="The x with a x + x b = q.",
    reference=sylvester_reference,
    infer=sylvester_type,
    vjp=sylvester_vjp,
    jvp=sylvester_jvp,
    extra=with_sizes(last_sizes),
)
