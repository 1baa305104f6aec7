"""Where elements are: places of matrices, matrices from places, formats, parts, matrices side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.agreement import agreed
from symlab.core.ops.gather import inc_take
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.repetition import segments
from symlab.sparse.variable import PLACES, SparseVariable, as_sparse_variable, checked_format

__all__ = [
    "CSC", "CSM", "CSR", "as_format", "clean", "construct_sparse_from_list", "csc_from_dense", "csm_data",
    "csm_indices", "csm_indptr", "csm_properties", "csm_shape", "csr_from_dense", "dense_from_sparse",
    "ensure_sorted_indices", "hstack", "remove0", "sparse_from_dense", "transpose", "vstack",
]  # fmt: skip


# Taken apart and put together


def csm_properties(x: Any) -> list[Variable]:
    """Elements, places, where rows or columns begin, and the two sizes."""
    return list(as_sparse_variable(x).parts)


def csm_data(x: Any) -> Variable:
    """The elements."""
    return csm_properties(x)[0]


def csm_indices(x: Any) -> Variable:
    """The places of the elements within their rows or columns."""
    return csm_properties(x)[1]


def csm_indptr(x: Any) -> Variable:
    """Where rows or columns begin among the elements."""
    return csm_properties(x)[2]


def csm_shape(x: Any) -> Variable:
    """The two sizes."""
    return csm_properties(x)[3]


def CSM(format: str) -> Callable[..., SparseVariable]:
    """The function that makes a matrix of this format from its four arrays, as Theano's class of this name."""
    checked_format(format)

    def made(data: Any, indices: Any, indptr: Any, shape: Any) -> SparseVariable:
        return from_arrays(format, data, indices, indptr, shape)

    made.__doc__ = f"A matrix of format {format} from its four arrays: in each row the places ascend, none comes twice."
    return made


def from_arrays(format: str, data: Any, indices: Any, indptr: Any, shape: Any) -> SparseVariable:
    """A matrix from its four arrays, as SciPy's constructors: in each row the places ascend, and none comes twice."""
    vector = as_variable(data)
    places = [as_variable(part) for part in (indices, indptr)]
    for part in places:
        if part.ndim != 1 or part.type.dtype.kind not in "iu":
            raise TypeMismatch(message("places are vectors of integers", [(part.name or "places", part)]))
    if vector.ndim != 1:
        raise TypeMismatch(message("the elements are a vector", [(vector.name or "data", vector)]))
    sizes = (
        T.stack([T.cast(size, "int64") for size in shape]) if isinstance(shape, (list, tuple)) else as_variable(shape)
    )
    if sizes.ndim != 1 or sizes.type.dtype.kind not in "iu":
        raise TypeMismatch(message("the shape is a vector of two integers", [(sizes.name or "shape", sizes)]))
    sizes = T.specify_shape(T.cast(sizes, "int64"), (2,))
    return SparseVariable(format, [vector, *(T.cast(part, PLACES) for part in places), sizes])


CSR, CSC = CSM("csr"), CSM("csc")


# Places


def majors(x: SparseVariable) -> Variable:
    """The row (csr) or column (csc) of each element."""
    return segments(x.indptr, x.data)  # type: ignore[no-any-return]


def coordinates(x: SparseVariable) -> tuple[Variable, Variable]:
    """The row and the column of each element."""
    pair = majors(x), T.cast(x.indices, "int64")
    return pair if x.format != "csc" else pair[::-1]


def sizes(x: SparseVariable) -> tuple[Variable, Variable]:
    """The numbers of rows and of columns."""
    return x.shape[0], x.shape[1]


def fitted(dense: Variable, wanted: Sequence[Any]) -> Variable:
    """A dense operand whose sizes must be these (which is checked at the call, before anything is read)."""
    return T.reshape(dense, list(wanted))


def pointers(major: Variable, count: Any) -> Variable:
    """Where each row begins, from the rows of elements."""
    counts = inc_take(T.zeros([count + 1], "int64"), T.constant(1, dtype="int64"), major + 1, axes=(0,))
    return T.cast(T.cumsum(counts), PLACES)


def in_order(format: str, rows: Variable, columns: Variable, data: Variable, shape: Variable) -> SparseVariable:
    """The matrix with elements at these places, of which none comes twice."""
    major, minor = (rows, columns) if format != "csc" else (columns, rows)
    counts = (shape[0], shape[1]) if format != "csc" else (shape[1], shape[0])
    order = T.argsort(major * counts[1] + minor)
    parts = data[order], T.cast(minor[order], PLACES), pointers(major, counts[0]), shape
    return SparseVariable(format, parts)


def summed(format: str, rows: Variable, columns: Variable, data: Variable, shape: Variable) -> SparseVariable:
    """The matrix with elements at these places; those at one place are summed."""
    major, minor = (rows, columns) if format != "csc" else (columns, rows)
    counts = (shape[0], shape[1]) if format != "csc" else (shape[1], shape[0])
    keys, numbers = T.unique(major * counts[1] + minor, return_inverse=True)
    total = inc_take(T.zeros([keys.shape[0]], data.dtype), data, numbers, axes=(0,))
    width = T.maximum(counts[1], 1)
    parts = total, T.cast(keys % width, PLACES), pointers(keys // width, counts[0]), shape
    return SparseVariable(format, parts)


def kept(x: SparseVariable, mask: Variable) -> SparseVariable:
    """The elements of a matrix for which a mask holds."""
    (places,) = T.nonzero(mask)
    major = majors(x)[places]
    count = x.shape[0 if x.format != "csc" else 1]
    return SparseVariable(x.format, (x.data[places], x.indices[places], pointers(major, count), x.shape))


def as_format(x: Any, format: str) -> SparseVariable:
    """The same matrix in a format."""
    x = as_sparse_variable(x)
    if x.format == format:
        return x
    if "csc" not in (x.format, checked_format(format)):
        return SparseVariable(format, x.parts)
    return in_order(format, *coordinates(x), x.data, x.shape)


def ensure_sorted_indices(x: Any) -> SparseVariable:
    """The same matrix with the places of each row or column in ascending order."""
    x = as_sparse_variable(x)
    return in_order(x.format, *coordinates(x), x.data, x.shape)


def remove0(x: Any) -> SparseVariable:
    """The same matrix without elements that are 0."""
    x = as_sparse_variable(x)
    return kept(x, T.neq(x.data, 0))


def clean(x: Any) -> SparseVariable:
    """The same matrix with places in order, and without elements that are 0."""
    return ensure_sorted_indices(remove0(x))


def transpose(x: Any) -> SparseVariable:
    """Rows and columns exchanged: csr becomes csc, with the same arrays."""
    x = as_sparse_variable(x)
    other = "csc" if x.format != "csc" else "csr"
    turned = SparseVariable(other, (x.data, x.indices, x.indptr, x.shape[::-1]))
    return as_format(turned, "bsr") if x.format == "bsr" else turned


# Dense and sparse


def dense_from_sparse(x: Any) -> Variable:
    """The matrix with its zeros."""
    x = as_sparse_variable(x)
    return inc_take(T.zeros(list(sizes(x)), x.dtype), x.data, *coordinates(x), axes=(0, 1))  # type: ignore[no-any-return]


def sparse_from_dense(x: Any, format: str = "csr") -> SparseVariable:
    """The elements of a dense matrix that are not 0; a vector is a matrix of one row, a number of one element."""
    dense = as_variable(x)
    while dense.ndim < 2:
        dense = T.expand_dims(dense, 0)
    if dense.ndim != 2:
        raise TypeMismatch(message(f"a matrix has 2 axes, not {dense.ndim}", [(dense.name or "x", dense)]))
    turned = dense if checked_format(format) != "csc" else dense.T
    major, minor = T.nonzero(turned)
    shape = agreed(dense.shape, dense.shape, dense.shape)  # a node of its own, so that the matrix can be made an input
    return SparseVariable(
        format, (turned[major, minor], T.cast(minor, PLACES), pointers(major, turned.shape[0]), shape)
    )


def csr_from_dense(x: Any) -> SparseVariable:
    """The elements of a dense matrix that are not 0, in format csr."""
    return sparse_from_dense(x, "csr")


def csc_from_dense(x: Any) -> SparseVariable:
    """The elements of a dense matrix that are not 0, in format csc."""
    return sparse_from_dense(x, "csc")


def construct_sparse_from_list(x: Any, values: Any, ilist: Any) -> SparseVariable:
    """A csr matrix of the shape of the dense x with the rows `ilist` those of `values`, the others empty."""
    like, rows, values = as_variable(x), T.cast(ilist, "int64"), as_variable(values)
    width = values.shape[1]
    places = T.ravel(T.zeros([rows.shape[0], 1], "int64") + T.arange(width))
    return summed("csr", T.repeat(rows, width), places, T.ravel(values), like.shape)


# Wholes


def hstack(blocks: Sequence[Any], format: str | None = None, dtype: Any = None) -> SparseVariable:
    """Matrices side by side; csc if no format is told."""
    return joined(blocks, 1, format or "csc", dtype)


def vstack(blocks: Sequence[Any], format: str | None = None, dtype: Any = None) -> SparseVariable:
    """Matrices one above the other; csr if no format is told."""
    return joined(blocks, 0, format or "csr", dtype)


def joined(blocks: Sequence[Any], axis: int, format: str, dtype: Any) -> SparseVariable:
    """Matrices one after the other along an axis."""
    found = [as_sparse_variable(item) for item in blocks]
    if not found:
        raise InvalidValue(message("there are no matrices to join"))
    lengths = [item.shape[axis] for item in found]
    starts = [T.constant(0, dtype="int64"), *accumulate(lengths)]
    places = [list(coordinates(item)) for item in found]
    for pair, start in zip(places, starts, strict=False):
        pair[axis] = pair[axis] + start
    rows, columns = (T.concatenate([pair[side] for pair in places]) for side in (0, 1))
    across = found[0].shape[1 - axis]
    shape = T.stack([starts[-1], across] if axis == 0 else [across, starts[-1]])
    data = T.concatenate([item.data for item in found])
    return in_order(format, rows, columns, data if dtype is None else T.cast(data, dtype), shape)
