"""Products of vectors and matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, RankMismatch, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, BroadcastError, array_type, broadcast_shapes
from symlab.core.ops.complexes import conjugate
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add, mul
from symlab.core.ops.operators import Variable
from symlab.core.ops.reduce import sum_to
from symlab.core.ops.shape import shuffled

Array = np.ndarray[Any, Any]


def contraction(first: ArrayType, second: ArrayType) -> None:
    """Raise unless the last axis of the first fits the first axis of the second (the last but one of a stack)."""
    if first.dtype != second.dtype:
        raise Misfit(f"dtypes {first.dtype.name} and {second.dtype.name} differ", "a cast", kind=TypeMismatch)
    axis = max(second.ndim - 2, 0)
    left, right = first.shape[-1], second.shape[axis]
    if None not in (left, right) and left != right:
        problem = f"cannot contract axis {first.ndim - 1} of {{0}} ({left}) with axis {axis} of {{1}} ({right})"
        raise Misfit(problem, *transposed_try(first, second))


def transposed_try(first: ArrayType, second: ArrayType) -> list[str]:
    """Which transpose would make two operands fit."""
    left, right = first.shape[-1], second.shape[max(second.ndim - 2, 0)]
    axis = max(second.ndim - 2, 0)
    tries = [f"{{1}} with {left} elements" + f" along axis {axis}" * (second.ndim > 1)]
    if first.ndim > 1 and first.shape[-2] == right:
        tries.append("{0}.T" if first.ndim == 2 else "{0}.mT")
    if second.ndim > 1 and second.shape[-1] == left:
        tries.append("{1}.T" if second.ndim == 2 else "{1}.mT")
    return [", or ".join(tries)]


def dot_type(attributes: Mapping[str, Any], first: ArrayType, second: ArrayType) -> ArrayType:
    """The type of a product of a vector or matrix and another."""
    if not (1 <= first.ndim <= 2 and 1 <= second.ndim <= 2):
        raise Misfit(f"{first} and {second} are not vectors or matrices", "matmul or tensordot", kind=RankMismatch)
    contraction(first, second)
    return array_type(first.dtype, first.shape[:-1] + second.shape[1:])


def outer_product(first: Variable, second: Variable) -> Variable:
    """Every element of a vector times every element of another."""
    return mul(shuffled(first, (0, "x")), shuffled(second, ("x", 0)))  # type: ignore[no-any-return]


def turned(matrix: Variable) -> Variable:
    """The transpose of the last two axes."""
    rank = matrix.ndim
    return shuffled(matrix, (*range(rank - 2), rank - 1, rank - 2))


def adjoint(x: Variable) -> Variable:
    """The transpose of the last two axes, conjugated."""
    return turned(conjugate(x))


def dot_vjp(cotangent: Variable, y: Variable, first: Variable, second: Variable) -> tuple[Variable, Variable]:
    """g b' and a' g, for vectors as for matrices; of complex numbers the adjoints."""
    left, right = conjugate(first), conjugate(second)
    match first.ndim, second.ndim:
        case 1, 1:
            return mul(cotangent, right), mul(cotangent, left)
        case 2, 1:
            return outer_product(cotangent, right), dot(turned(left), cotangent)
        case 1, 2:
            return dot(right, cotangent), outer_product(left, cotangent)
    return dot(cotangent, turned(right)), dot(turned(left), cotangent)


def product_jvp(tangents: Sequence[Any], y: Variable, first: Variable, second: Variable) -> Variable:
    """da b + a db."""
    product = dot if y.op is dot else matmul
    terms = []
    if tangents[0] is not None:
        terms.append(product(tangents[0], second))
    if tangents[1] is not None:
        terms.append(product(first, tangents[1]))
    return terms[0] if len(terms) == 1 else add(*terms)  # type: ignore[no-any-return]


dot: Op = declared(
    "dot",
    Kind.CALL,
    doc="The product of a vector or matrix with another.",
    reference=lambda first, second: np.asarray(np.dot(first, second)),
    infer=dot_type,
    vjp=dot_vjp,
    jvp=product_jvp,
    latex=r"{0}\,{1}",
)


def matmul_type(attributes: Mapping[str, Any], first: ArrayType, second: ArrayType) -> ArrayType:
    """The type of a stack of matrix products; the axes in front broadcast."""
    if first.ndim < 2 or second.ndim < 2:
        raise Misfit(f"{first} and {second} are not stacks of matrices", "dot", kind=RankMismatch)
    contraction(first, second)
    try:
        front = broadcast_shapes(first.shape[:-2], second.shape[:-2])
    except BroadcastError as error:
        raise Misfit(f"the axes in front do not broadcast: {error}") from None
    return array_type(first.dtype, (*front, first.shape[-2], second.shape[-1]))


def check_stacks(types: Sequence[ArrayType], values: Sequence[Array], attributes: Mapping[str, Any]) -> None:
    """Raise if an axis in front would repeat that is not declared to be of size 1."""
    front = np.broadcast_shapes(*(value.shape[:-2] for value in values))
    for item, value in zip(types, values, strict=True):
        for axis in range(2 - value.ndim, 0):
            size = value.shape[axis - 2]
            if item.shape[axis - 2] != 1 and size != front[axis]:
                raise ValueError(f"axis {axis - 2} has size {size}, which is not declared as 1, beside {front[axis]}")


def matmul_vjp(cotangent: Variable, y: Variable, first: Variable, second: Variable) -> tuple[Variable, Variable]:
    """g b' and a' g, summed over what was repeated."""
    return (
        sum_to(matmul(cotangent, adjoint(second)), first.type.shape),
        sum_to(matmul(adjoint(first), cotangent), second.type.shape),
    )


matmul: Op = declared(
    "matmul",
    Kind.CALL,
    doc="The products of two stacks of matrices, whose axes in front broadcast.",
    reference=lambda first, second: np.asarray(np.matmul(first, second)),
    infer=matmul_type,
    vjp=matmul_vjp,
    jvp=product_jvp,
    latex=r"{0}\,{1}",
    extra=MappingProxyType({"check": check_stacks}),
)
