"""Matrix products."""

from __future__ import annotations

from typing import Any

import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.agreement import agreed
from symlab.core.ops.gather import inc_take
from symlab.core.ops.operators import Variable, as_variable
from symlab.sparse.parts import ranges
from symlab.sparse.structure import (
    as_format,
    coordinates,
    dense_from_sparse,
    fitted,
    sparse_from_dense,
    summed,
    transpose,
)
from symlab.sparse.variable import SparseVariable, as_sparse_or_tensor_variable, as_sparse_variable

__all__ = ["dot", "sampling_dot", "structured_dot", "true_dot", "usmm"]


def dot(x: Any, y: Any) -> Variable:
    """The matrix product, dense whatever the operands are."""
    found = structured_dot(x, y)
    return dense_from_sparse(found) if isinstance(found, SparseVariable) else found


def structured_dot(x: Any, y: Any) -> Any:
    """The matrix product: sparse if both are, else dense."""
    x, y = as_sparse_or_tensor_variable(x), as_sparse_or_tensor_variable(y)
    if isinstance(x, SparseVariable):
        return sparse_product(x, y) if isinstance(y, SparseVariable) else product_with_dense(x, y)
    if not isinstance(y, SparseVariable):
        raise TypeMismatch(message("neither operand is a sparse matrix", [("x", x), ("y", y)], ["T.dot(x, y)"]))
    found = product_with_dense(transpose(y), x.T if x.ndim > 1 else x)
    return found.T if x.ndim > 1 else found


def true_dot(x: Any, y: Any, grad_preserves_dense: bool = True) -> SparseVariable:
    """The matrix product, sparse if only one operand is; gradients of sparse matrices have their structure."""
    found = structured_dot(x, y)
    if isinstance(found, SparseVariable):
        return found
    first = as_sparse_or_tensor_variable(x)
    return sparse_from_dense(found, (first if isinstance(first, SparseVariable) else as_sparse_variable(y)).format)


def product_with_dense(x: SparseVariable, y: Variable) -> Variable:
    """A sparse matrix times a dense matrix or vector: each element adds its multiple of a row of y."""
    if y.ndim not in (1, 2):
        raise TypeMismatch(message(f"a product needs a vector or a matrix, not {y.ndim} axes", [(y.name or "y", y)]))
    rows, columns = coordinates(x)
    common = T.result_type(x.data, y)
    y = fitted(y, [x.shape[1], *([y.shape[1]] if y.ndim == 2 else [])])
    factors = T.cast(x.data, common)
    parts = T.mul(factors if y.ndim == 1 else T.expand_dims(factors, 1), T.cast(y, common)[columns])
    total = T.zeros([x.shape[0], *([y.shape[1]] if y.ndim == 2 else [])], common)
    return inc_take(total, parts, rows, axes=(0,))  # type: ignore[no-any-return]


def sparse_product(x: SparseVariable, y: SparseVariable) -> SparseVariable:
    """The product of two sparse matrices, in the format of the first: element by row, and those at one place summed."""
    rows, inner = coordinates(x)
    wide = as_format(y, "csr")
    inner = agreed(inner, x.shape[1], y.shape[0])
    first, second = ranges(wide.indptr[:-1][inner], wide.indptr[1:][inner])
    values = x.data[first] * wide.data[second]
    columns = T.cast(wide.indices, "int64")[second]
    return summed(x.format, rows[first], columns, values, T.stack([x.shape[0], y.shape[1]]))


def sampling_dot(x: Any, y: Any, p: Any) -> SparseVariable:
    """p * dot(x, y.T) of dense x and y, computed only where the sparse matrix p keeps elements."""
    p, x, y = as_sparse_variable(p), as_variable(x), as_variable(y)
    rows, columns = coordinates(p)
    return p.with_data(
        p.data * T.sum(fitted(x, [p.shape[0], x.shape[1]])[rows] * fitted(y, [p.shape[1], y.shape[1]])[columns], axis=1)
    )


def usmm(alpha: Any, x: Any, y: Any, z: Any) -> Any:
    """alpha * dot(x, y) + z, where x or y is sparse and z dense."""
    return as_variable(z) + as_variable(alpha) * dot(x, y)
