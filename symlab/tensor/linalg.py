"""Products of arrays and norms, and all of linear algebra under NumPy's names, as `T.linalg`."""

# ruff: noqa: F403, PLE0604 - `matrices`, `systems` and `tridiagonal` say in `__all__` what they add

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.composite import Composite
from symlab.core.ir.errors import InvalidValue, RankMismatch, ShapeMismatch, message
from symlab.core.ops import linalg as ops
from symlab.core.ops.elementwise import abs, mul
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import Number, joined_size, reshaped, shuffled, sizes_of
from symlab.tensor import creation, matrices, reductions, systems, tridiagonal
from symlab.tensor.arguments import axis_of, of_sizes, promoted
from symlab.tensor.elementwise import cast
from symlab.tensor.joining import stack
from symlab.tensor.keywords import known_as
from symlab.tensor.matrices import *
from symlab.tensor.precise import precise_sum_of_products
from symlab.tensor.shaping import (
    expand_dims,
    matrix_transpose,
    moveaxis,
    ravel,
    shape_padleft,
    shape_padright,
    squeeze,
)
from symlab.tensor.systems import *
from symlab.tensor.tridiagonal import *

# fmt: off
__all__ = [
    "batched_dot", "batched_tensordot", "cross", "dense_dot", "diagonal", "dot", "inner", "kron", "matmul",
    "matrix_dot", "matrix_norm", "matrix_transpose", "matvec", "multi_dot", "norm", "outer", "tensordot", "trace",
    "vdot", "vecdot", "vecmat", "vector_norm", *matrices.__all__, *systems.__all__, *tridiagonal.__all__,
]
# fmt: on


def diagonal(x: Any, offset: int = 0) -> Variable:
    """The diagonal of each matrix of a stack, its last two axes, as in numpy.linalg."""
    return creation.diagonal(x, offset, -2, -1)


def trace(x: Any, offset: int = 0) -> Variable:
    """The sum of the diagonal of each matrix of a stack, its last two axes, as in numpy.linalg."""
    return creation.trace(x, offset, -2, -1)


def of_dtype(operands: Sequence[Any], dtype: Any) -> list[Variable]:
    """Operands in the dtype that a product is to have, or else in their common one."""
    together = promoted(operands)
    return together if dtype is None else [cast(operand, dtype) for operand in together]


@known_as(a="first", b="second")
def dot(first: Any, second: Any, precise: bool = False) -> Variable:
    """NumPy's product: scalars multiply, otherwise the last axis of one goes with the last but one of the other.

    With `precise`, sums of products of real vectors and matrices that cancel leave what they would in twice the
    precision.
    """
    if isinstance(first, Composite) or isinstance(second, Composite):  # they have operators of their own
        return (first if isinstance(first, Composite) else as_variable(first)) @ second
    a, b = promoted([first, second])
    if not a.ndim or not b.ndim:
        return mul(a, b)  # type: ignore[no-any-return]
    flat = a.ndim <= 2 and b.ndim <= 2
    plain = ops.dot(a, b) if flat else tensordot(a, b, ([a.ndim - 1], [max(b.ndim - 2, 0)]))
    return precise_dot(a, b) if precise and a.type.dtype.kind == "f" else plain  # type: ignore[no-any-return]


def precise_dot(a: Variable, b: Variable) -> Variable:
    """NumPy's product of real arrays, none of whose terms is rounded before they are added up."""
    behind = max(b.ndim - 1, 0)
    left = a.dimshuffle(*range(a.ndim), *"x" * behind)
    inner = max(b.ndim - 2, 0)
    others = [axis for axis in range(b.ndim) if axis != inner]
    right = b.dimshuffle(*"x" * (a.ndim - 1), inner, *others)
    return precise_sum_of_products(left, right, (a.ndim - 1,))


dense_dot = dot  # PyTensor's, whose sparse matrices have another one


@known_as(x1="first", x2="second")
def matmul(first: Any, second: Any, dtype: Any = None) -> Variable:
    """The product of matrices, or of stacks of them whose axes in front broadcast; vectors are rows or columns.

    `dtype` is that of the product, to which the operands are cast.
    """
    a, b = of_dtype([first, second], dtype)
    if not a.ndim or not b.ndim:
        operands = [(node.name or f"operand {place}", node) for place, node in enumerate((a, b), 1)]
        raise RankMismatch(message("matmul takes no scalars", operands, ["a * b"]))
    if a.ndim <= 2 and b.ndim <= 2:
        return ops.dot(a, b)  # type: ignore[no-any-return]
    left = shape_padleft(a) if a.ndim == 1 else a
    right = expand_dims(b, 1) if b.ndim == 1 else b
    result = ops.matmul(left, right)
    if a.ndim == 1:
        return squeeze(result, -2)
    return squeeze(result, -1) if b.ndim == 1 else result  # type: ignore[no-any-return]


@known_as(a="first", b="second")
def tensordot(first: Any, second: Any, axes: Any = 2) -> Variable:
    """The sum of products over axes: a number (so many last of one, first of the other), or a pair of lists."""
    a, b = promoted([first, second])
    if isinstance(axes, (int, np.integer)):
        pairs = list(range(a.ndim - int(axes), a.ndim)), list(range(int(axes)))
    else:
        one, other = (list(group) if isinstance(group, (list, tuple, np.ndarray)) else [group] for group in axes)
        pairs = [axis_of(axis, a.ndim, a) for axis in one], [axis_of(axis, b.ndim, b) for axis in other]
    check_pairs(a, b, *pairs)
    if len(pairs[0]) > 1:  # joined sizes may agree where the sizes themselves do not
        sizes = dict(zip(pairs[1], (sizes_of(a)[axis] for axis in pairs[0]), strict=True))
        b = of_sizes(b, [sizes.get(axis, size) for axis, size in enumerate(sizes_of(b))], "operand 2")
    left, kept_left = as_matrix(a, pairs[0], last=True)
    right, kept_right = as_matrix(b, pairs[1], last=False)
    return reshaped(ops.dot(left, right), [*kept_left, *kept_right])


def check_pairs(a: Variable, b: Variable, one: Sequence[int], other: Sequence[int]) -> None:
    """Raise unless the axes that are summed have equal sizes."""
    operands = [(node.name or f"operand {place}", node) for place, node in enumerate((a, b), 1)]
    if len(one) != len(other) or any(not 0 <= axis < a.ndim for axis in one) or any(axis >= b.ndim for axis in other):
        raise InvalidValue(message(f"axes {list(one)} and {list(other)} do not pair", operands))
    for left, right in zip(one, other, strict=True):
        sizes = a.type.shape[left], b.type.shape[right]
        if None not in sizes and sizes[0] != sizes[1]:
            problem = f"tensordot cannot contract axis {left} ({sizes[0]}) with axis {right} ({sizes[1]})"
            raise ShapeMismatch(message(problem, operands))


def as_matrix(x: Variable, axes: Sequence[int], last: bool) -> tuple[Variable, list[Number]]:
    """x with the axes that are summed joined into the last (or first) of two, and the sizes of the others."""
    others = [axis for axis in range(x.ndim) if axis not in axes]
    sizes = sizes_of(x)
    turned = shuffled(x, [*others, *axes] if last else [*axes, *others])
    kept, summed = [sizes[axis] for axis in others], [sizes[axis] for axis in axes]
    pair = joined_size(kept), joined_size(summed)
    return reshaped(turned, pair if last else pair[::-1]), kept


@known_as(x="first", y="second")
def outer(first: Any, second: Any) -> Variable:
    """Every element of one times every element of the other, both in one row first."""
    return ops.outer_product(*promoted([ravel(first), ravel(second)]))


def inner(first: Any, second: Any) -> Variable:
    """The sum of products over the last axes."""
    a, b = promoted([first, second])
    if not a.ndim or not b.ndim:
        return mul(a, b)  # type: ignore[no-any-return]
    if a.ndim == 1 and b.ndim == 1:
        return ops.dot(a, b)  # type: ignore[no-any-return]
    return tensordot(a, b, ([a.ndim - 1], [b.ndim - 1]))


def vdot(first: Any, second: Any) -> Variable:
    """The sum of products of all elements, those of the first conjugated."""
    return ops.dot(*promoted([ops.conjugate(ravel(first)), ravel(second)]))  # type: ignore[no-any-return]


def vecdot(first: Any, second: Any, axis: int = -1, dtype: Any = None) -> Variable:
    """The sum of products along one axis, the elements of the first conjugated; `dtype` is that of the result."""
    a, b = of_dtype([first, second], dtype)
    a, b = (moveaxis(x, axis_of(axis, x.ndim, x), x.ndim - 1) for x in (a, b))
    return squeeze(ops_matmul(expand_dims(ops.conjugate(a), -2), expand_dims(b, -1)), (-2, -1))


def ops_matmul(a: Variable, b: Variable) -> Variable:
    """`matmul` of two operands of rank 2 at least."""
    return ops.dot(a, b) if a.ndim == b.ndim == 2 else ops.matmul(a, b)  # type: ignore[no-any-return]


def matvec(matrix: Any, vector: Any, dtype: Any = None) -> Variable:
    """A matrix times a vector, or stacks of both; `dtype` is that of the result."""
    a, b = of_dtype([matrix, vector], dtype)
    return ops.dot(a, b) if a.ndim == 2 and b.ndim == 1 else squeeze(ops_matmul(a, expand_dims(b, -1)), -1)


def vecmat(vector: Any, matrix: Any, dtype: Any = None) -> Variable:
    """A vector, conjugated, times a matrix, or stacks of both; `dtype` is that of the result."""
    a, b = of_dtype([vector, matrix], dtype)
    a = ops.conjugate(a)
    return ops.dot(a, b) if a.ndim == 1 and b.ndim == 2 else squeeze(ops_matmul(expand_dims(a, -2), b), -2)


@known_as(a="first", b="second")
def batched_dot(first: Any, second: Any) -> Variable:
    """For each place along the first axis of both, the product of what is there: numbers, vectors or matrices.

    Of more axes the last one of `first` and the last but one of `second` are summed over.
    """
    a, b = promoted([first, second])
    if not a.ndim or not b.ndim:
        operands = [(node.name or f"operand {place}", node) for place, node in enumerate((a, b), 1)]
        raise RankMismatch(message("batched_dot takes operands with a first axis", operands, ["a * b"]))
    if a.ndim == 1 or b.ndim == 1:
        b = of_sizes(b, [sizes_of(a)[0], *sizes_of(b)[1:]], "operand 2")
        rank = max(a.ndim, b.ndim)
        return mul(shape_padright(a, rank - a.ndim), shape_padright(b, rank - b.ndim))  # type: ignore[no-any-return]
    if a.ndim > 3 or b.ndim > 3:
        return batched_tensordot(a, b, (a.ndim - 1, max(1, b.ndim - 2)))
    left = expand_dims(a, 1) if a.ndim == 2 else a
    right = expand_dims(b, 2) if b.ndim == 2 else b
    dropped = [axis for axis, rank in ((1, a.ndim), (2, b.ndim)) if rank == 2]
    return squeeze(ops.matmul(left, right), tuple(dropped)) if dropped else ops.matmul(left, right)  # type: ignore[no-any-return]


@known_as(x="first", y="second")
def batched_tensordot(first: Any, second: Any, axes: Any = 2) -> Variable:
    """For each place along the first axis of both, the `tensordot` of what is there; axes count the first one too."""
    a, b = promoted([first, second])
    if isinstance(axes, (int, np.integer)):
        pairs = list(range(a.ndim - int(axes), a.ndim)), list(range(1, int(axes) + 1))
    else:
        one, other = (list(group) if isinstance(group, (list, tuple, np.ndarray)) else [group] for group in axes)
        pairs = [axis_of(axis, a.ndim, a) for axis in one], [axis_of(axis, b.ndim, b) for axis in other]
    check_pairs(a, b, *pairs)
    kept = (
        [axis for axis in range(1, a.ndim) if axis not in pairs[0]],
        [axis for axis in range(1, b.ndim) if axis not in pairs[1]],
    )
    sizes = sizes_of(a), sizes_of(b)
    summed = joined_size([sizes[0][axis] for axis in pairs[0]])
    rows, columns = (joined_size([size[axis] for axis in axes_]) for size, axes_ in zip(sizes, kept, strict=True))
    left = reshaped(shuffled(a, [0, *kept[0], *pairs[0]]), [sizes[0][0], rows, summed])
    right = reshaped(shuffled(b, [0, *pairs[1], *kept[1]]), [sizes[1][0], summed, columns])
    shape = [sizes[0][0], *(sizes[0][axis] for axis in kept[0]), *(sizes[1][axis] for axis in kept[1])]
    return reshaped(ops.matmul(left, right), shape)


@known_as(a="first", b="second")
def kron(first: Any, second: Any) -> Variable:
    """The Kronecker product."""
    a, b = promoted([first, second])
    rank = max(a.ndim, b.ndim)
    a, b = shape_padleft(a, rank - a.ndim), shape_padleft(b, rank - b.ndim)
    left = expand_dims(a, tuple(range(1, 2 * rank, 2)))
    right = expand_dims(b, tuple(range(0, 2 * rank, 2)))
    sizes = [joined_size(pair) for pair in zip(sizes_of(a), sizes_of(b), strict=True)]
    return reshaped(mul(left, right), sizes)


def matrix_dot(*matrices: Any) -> Variable:
    """The product of several matrices, from the left."""
    return functools.reduce(dot, matrices)  # type: ignore[return-value]


def multi_dot(arrays: Sequence[Any]) -> Variable:
    """The product of several matrices, from the left."""
    return matrix_dot(*arrays)


def cross(first: Any, second: Any, axis: int = -1) -> Variable:
    """The product of vectors of three elements that is at right angles to both."""
    a, b = promoted([first, second])
    a, b = (moveaxis(x, axis_of(axis, x.ndim, x), x.ndim - 1) for x in (a, b))
    for place, x in enumerate((a, b), 1):
        if x.type.shape[-1] not in (3, None):
            operands = [(x.name or f"operand {place}", x)]
            raise ShapeMismatch(message(f"cross takes vectors of 3 elements, not {x.type.shape[-1]}", operands))
    (a0, a1, a2), (b0, b1, b2) = ([x[..., place] for place in range(3)] for x in (a, b))
    found = stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axis=-1)
    return moveaxis(found, found.ndim - 1, axis_of(axis, found.ndim, found))


# Norms, as in numpy.linalg


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Variable:
    """NumPy's norm: of vectors along one axis, of matrices along two, of all elements if nothing is said.

    Theano's "inf" and "-inf" are understood as np.inf and -np.inf.
    """
    x, ord = as_variable(x), {"inf": np.inf, "-inf": -np.inf}.get(ord, ord) if isinstance(ord, str) else ord
    if axis is None and ord is None:
        return vector_norm(x, None, 2, keepdims)
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, (list, tuple)) else [axis]
    if len(axes) == 1:
        return vector_norm(x, tuple(axes), 2 if ord is None else ord, keepdims)
    return matrix_norm(x, axes, "fro" if ord is None else ord, keepdims)


def vector_norm(x: Any, axis: Any = None, ord: Any = 2, keepdims: bool = False) -> Variable:
    """The L-norm of vectors along axes, over all elements if none is given."""
    return reductions.norm(x, ord, axis, keepdims)


def matrix_norm(x: Any, axis: Sequence[int] = (-2, -1), ord: Any = "fro", keepdims: bool = False) -> Variable:
    """The norm of matrices.

    "fro" is the root of the sum of squares, "nuc" the sum of the singular values, 2 and -2 the largest and the least
    of them, 1 and -1 (inf and -inf) the largest and the least sum of magnitudes in a column (row).
    """
    x = as_variable(x)
    if len(axis) != 2:
        raise InvalidValue(message(f"a matrix has two axes, not {len(axis)}", [(x.name or "x", x)]))
    rows, columns = (axis_of(one, x.ndim, x) for one in axis)
    if ord == "fro":
        return reductions.norm(x, 2, (rows, columns), keepdims)
    if ord in ("nuc", 2, -2):
        return norm_of_values(x, rows, columns, ord, keepdims)
    if ord not in (1, -1, np.inf, -np.inf):
        tries = ["'fro', 'nuc', 1, -1, 2, -2, np.inf or -np.inf"]
        raise InvalidValue(message(f"there is no norm {ord!r} of matrices here", (), tries))
    summed, compared = (rows, columns) if ord in (1, -1) else (columns, rows)
    sums = reductions.sum(abs(reductions.floating(x)), summed, keepdims=True)
    found = (reductions.max if ord > 0 else reductions.min)(sums, compared, keepdims=True)
    return found if keepdims else squeeze(found, (rows, columns))


def norm_of_values(x: Variable, rows: int, columns: int, ord: Any, keepdims: bool) -> Variable:
    """The sum, the largest or the least of the singular values."""
    others = [axis for axis in range(x.ndim) if axis not in (rows, columns)]
    values = matrices.svdvals(shuffled(x, [*others, rows, columns]))
    fold = {"nuc": reductions.sum, 2: reductions.max, -2: reductions.min}[ord]
    found = fold(values, axis=-1)
    return expand_dims(found, sorted((rows, columns))) if keepdims else found
