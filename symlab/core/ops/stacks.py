"""What the ops on matrices share: stacks of matrices in the last two axes, their types, triangles and adjoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, NullTypeGradError, TypeMismatch, message
from symlab.core.ir.types import ArrayType, Shape, TupleType, Type, array_type
from symlab.core.ops.compare import eq, ge, switch
from symlab.core.ops.complexes import real
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import add, cast, mul
from symlab.core.ops.extents import STATIC
from symlab.core.ops.linalg import adjoint, dot, matmul
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.reduce import sum as total
from symlab.core.ops.shape import shuffled, sizes_of, with_new_axes

Array = np.ndarray[Any, Any]
Infer = Callable[..., Type]
LAPACK = frozenset("fdFD")

# Types


def check_matrices(*operands: ArrayType) -> None:
    """Raise unless all are stacks of matrices of one dtype that LAPACK knows, with the same axes in front."""
    first = operands[0]
    for place, item in enumerate(operands):
        if item.dtype.char not in LAPACK:
            wanted = "float32, float64, complex64 or complex128"
            raise Misfit(f"{{{place}}} has dtype {item.dtype.name}, not {wanted}", "a cast", kind=TypeMismatch)
        if item.ndim < 2:
            raise Misfit(
                f"{{{place}}} is {item}, not a matrix or a stack of them", "two axes or more", kind=TypeMismatch
            )
        if item.dtype != first.dtype or item.ndim != first.ndim:
            raise Misfit(f"{first} and {item} differ in dtype or rank", "a cast, or new axes", kind=TypeMismatch)
        agree("axes in front", first.shape[:-2], item.shape[:-2])


def agree(what: str, left: Sequence[Any], right: Sequence[Any]) -> None:
    """Raise if known sizes differ."""
    if any(None not in pair and pair[0] != pair[1] for pair in zip(left, right, strict=True)):
        raise Misfit(f"{what} have sizes {tuple(left)} and {tuple(right)}, which must be equal")


def check_square(x: ArrayType, place: int = 0) -> None:
    """Raise unless the last two sizes may be equal."""
    rows, columns = x.shape[-2:]
    if None not in (rows, columns) and rows != columns:
        raise Misfit(f"{{{place}}} has matrices of {rows} rows and {columns} columns, which are not square")


def squared(shape: Shape) -> Shape:
    """The shape of square matrices of which one size is known at least, if any is."""
    size = shape[-1] if shape[-2] is None else shape[-2]
    return (*shape[:-2], size, size)


def merged(first: ArrayType, second: ArrayType) -> Shape:
    """The axes in front, as far as either knows them."""
    pairs = zip(first.shape[:-2], second.shape[:-2], strict=True)
    return tuple(right if left is None else left for left, right in pairs)


def of_matrices(sizes: Callable[..., Any], *, square: bool = True, dtype: Callable[[Any], Any] | None = None) -> Infer:
    """The type rule of an op on one stack of matrices whose result (or results) have these sizes."""

    def infer(attributes: Mapping[str, Any], x: ArrayType) -> Type:
        check_matrices(x)
        if square:
            check_square(x)
            x = x.with_shape(squared(x.shape))
        found = sizes(STATIC, x.shape, **attributes)
        changed = x.dtype if dtype is None else dtype(x.dtype)
        if not isinstance(changed, tuple):
            return array_type(changed, found)
        return TupleType(tuple(array_type(one, shape) for one, shape in zip(changed, found, strict=True)))

    return infer


def system_type(attributes: Mapping[str, Any], a: ArrayType, b: ArrayType) -> ArrayType:
    """The type of the solution of a x = b."""
    check_matrices(a, b)
    check_square(a)
    agree("rows", a.shape[-2:-1], b.shape[-2:-1])
    rows = next((size for size in (*a.shape[-2:], b.shape[-2]) if size is not None), None)
    return array_type(a.dtype, (*merged(a, b), rows, b.shape[-1]))


# Sizes, for types and for calls alike


def same_sizes(sizes: Any, x: Shape, *others: Shape, **attributes: Any) -> Shape:
    """Those of the first operand."""
    return x


def last_sizes(sizes: Any, *operands: Shape, **attributes: Any) -> Shape:
    """Those of the last operand."""
    return operands[-1]


def stack_sizes(sizes: Any, x: Shape, **attributes: Any) -> Shape:
    """One number for each matrix."""
    return x[:-2]


def row_sizes(sizes: Any, x: Shape, **attributes: Any) -> Shape:
    """One number for each row of each matrix."""
    return x[:-1]


def with_sizes(sizes: Callable[..., Any], **facts: Any) -> Mapping[str, Any]:
    """The facts of an op that states its sizes, and takes stacks: axes in front of those of its matrices."""
    return MappingProxyType({"sizes": sizes, "leading": True, **facts})


# References


def each(function: Callable[..., Any]) -> Callable[..., Array]:
    """A function of single matrices, with one array as its result, for stacks of them."""

    def reference(*stacks: Array, **attributes: Any) -> Array:
        front, dtype = stacks[0].shape[:-2], stacks[0].dtype
        check_fronts(stacks)
        if not front:
            return np.asarray(function(*stacks, **attributes), dtype)
        count = int(np.prod(front))
        flat = [stack.reshape(count, *stack.shape[-2:]) for stack in stacks]
        if not count:  # what one matrix of ones gives tells the shape
            flat = [np.ones((1, *stack.shape[-2:]), dtype) for stack in stacks]
        found = np.stack([function(*matrices, **attributes) for matrices in zip(*flat, strict=True)])
        return np.asarray(found[:count], dtype).reshape(*front, *found.shape[1:])

    return reference


def check_fronts(stacks: Sequence[Array]) -> None:
    """Raise unless the axes in front are the same."""
    for stack in stacks[1:]:
        if stack.shape[:-2] != stacks[0].shape[:-2]:
            raise ValueError(f"axes in front have sizes {stacks[0].shape[:-2]} and {stack.shape[:-2]}")


# Expressions


def no_derivative(what: str, x: Variable, instead: str) -> NullTypeGradError:
    """The error for a derivative that is not defined."""
    return NullTypeGradError(message(f"{what} has no derivative", [(x.name or "x", x)], [instead]))


def times(first: Variable, *others: Variable) -> Variable:
    """The product of stacks of matrices from the left."""
    for other in others:
        first = dot(first, other) if first.ndim == other.ndim == 2 else matmul(first, other)
    return first


def rows_scaled(x: Variable, factors: Variable) -> Variable:
    """Each row times a number: diag(factors) x."""
    return mul(shuffled(factors, (*range(factors.ndim), "x")), x)  # type: ignore[no-any-return]


def columns_scaled(x: Variable, factors: Variable) -> Variable:
    """Each column times a number: x diag(factors)."""
    return mul(x, shuffled(factors, (*range(factors.ndim - 1), "x", factors.ndim - 1)))  # type: ignore[no-any-return]


def across(x: Variable) -> Variable:
    """Numbers of the last axis as columns, for what compares them with their rows."""
    return shuffled(x, (*range(x.ndim - 1), "x", x.ndim - 1))


def down(x: Variable) -> Variable:
    """Numbers of the last axis as rows."""
    return shuffled(x, (*range(x.ndim), "x"))


def rows_and_columns(x: Variable) -> tuple[Variable, Variable]:
    """The number of each element's row and of its column."""
    rank = x.ndim
    rows, columns = (counted(size) for size in sizes_of(x)[-2:])
    rows = with_new_axes(rows, [place for place in range(rank) if place != rank - 2], rank)
    return rows, with_new_axes(columns, range(rank - 1), rank)


def lower_part(x: Variable, diagonal: int = 0) -> Variable:
    """The elements on and below a diagonal, 0 above."""
    rows, columns = rows_and_columns(x)
    return switch(ge(add(rows, diagonal) if diagonal else rows, columns), x, 0)  # type: ignore[no-any-return]


def upper_part(x: Variable, diagonal: int = 0) -> Variable:
    """The elements on and above a diagonal, 0 below."""
    rows, columns = rows_and_columns(x)
    return switch(ge(columns, add(rows, diagonal) if diagonal else rows), x, 0)  # type: ignore[no-any-return]


def on_diagonal(x: Variable, value: Any, elsewhere: Variable) -> Variable:
    """`value` on the diagonal of matrices like x, other elements elsewhere."""
    rows, columns = rows_and_columns(x)
    return switch(eq(rows, columns), value, elsewhere)  # type: ignore[no-any-return]


def diagonal_of(x: Variable) -> Variable:
    """The diagonals of square matrices: one row each."""
    return total(on_diagonal(x, x, constant(0, dtype=x.type.dtype)), axes=(x.ndim - 1,), keepdims=False)  # type: ignore[no-any-return]


def folded_lower(x: Variable) -> Variable:
    """What a Hermitian cotangent is of the elements on and below the diagonal, from which a matrix was read."""
    return add(lower_part(x), lower_part(x, -1))  # type: ignore[no-any-return]


def completed_lower(x: Variable) -> Variable:
    """The Hermitian matrix whose elements on and below the diagonal are those of x."""
    return add(real_diagonal(lower_part(x)), adjoint(lower_part(x, -1)))  # type: ignore[no-any-return]


def real_diagonal(x: Variable) -> Variable:
    """x with the imaginary parts on the diagonal dropped."""
    if x.type.dtype.kind != "c":
        return x
    return on_diagonal(x, real_part_of(x), x)


def real_part_of(x: Variable) -> Variable:
    """The real part in the dtype of x."""
    return cast(real(x), dtype=x.type.dtype.name)  # type: ignore[no-any-return]


def symmetrized(x: Variable) -> Variable:
    """Half of x and its adjoint."""
    return mul(add(x, adjoint(x)), 0.5)  # type: ignore[no-any-return]
