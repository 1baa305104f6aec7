"""Operators and methods of sparse matrices: functions of `symlab.sparse`, or of dense matrices after a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from symlab.core.ops.operators import Variable
from symlab.core.seams import resolve

KEPT = (  # functions under which 0 stays 0, so that the result is as sparse as the operand
    "arcsin", "arcsinh", "arctan", "arctanh", "ceil", "conj", "deg2rad", "expm1", "floor", "log1p", "rad2deg", "sin",
    "sinh", "sqrt", "tan", "tanh", "trunc",
)  # fmt: skip


class DenseWarning(UserWarning):
    """A sparse matrix became a dense one, for a method that sparse matrices do not have."""


def method(name: str) -> Any:
    """A function of `symlab.sparse`, which is built on this module."""
    return resolve(f"symlab.sparse:{name}")


def dense(x: Any, name: str) -> Variable:
    """The dense matrix, with a warning that names the method which asked for it."""
    warnings.warn(f"a sparse matrix is converted to dense for its method {name}", DenseWarning, stacklevel=3)
    return method("dense_from_sparse")(x)  # type: ignore[no-any-return]


class SparseOperators:
    """Mixed into `SparseVariable`: operators, and the methods of dense variables."""

    def __add__(self, other: Any) -> Any:
        return method("add")(self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return method("sub")(self, other)

    def __rsub__(self, other: Any) -> Any:
        return method("sub")(other, self)

    def __mul__(self, other: Any) -> Any:
        return method("mul")(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return method("true_div")(self, other)

    def __neg__(self) -> Any:
        return method("neg")(self)

    def __abs__(self) -> Any:
        return method("abs_")(self)

    def __ceil__(self) -> Any:
        return method("ceil")(self)

    def __floor__(self) -> Any:
        return method("floor")(self)

    def __trunc__(self) -> Any:
        return method("trunc")(self)

    def __lt__(self, other: Any) -> Any:
        return method("lt")(self, other)

    def __le__(self, other: Any) -> Any:
        return method("le")(self, other)

    def __gt__(self, other: Any) -> Any:
        return method("gt")(self, other)

    def __ge__(self, other: Any) -> Any:
        return method("ge")(self, other)

    def __matmul__(self, other: Any) -> Any:
        return method("structured_dot")(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return method("structured_dot")(other, self)

    def __getitem__(self, index: Any) -> Any:
        return method("get_item")(self, index)

    def dot(self, other: Any) -> Any:
        """The matrix product, a dense matrix where one of them is dense."""
        return method("structured_dot")(self, other)

    __dot__ = dot

    def multiply(self, other: Any) -> Any:
        """The product element by element."""
        return method("mul")(self, other)

    def transpose(self) -> Any:
        """Rows and columns exchanged."""
        return method("transpose")(self)

    def sum(self, axis: int | None = None, sparse_grad: bool = False) -> Any:
        """The sum over all elements, over the rows (0) or over the columns (1)."""
        return method("sp_sum")(self, axis)

    def toarray(self) -> Any:
        """As a dense matrix."""
        return method("dense_from_sparse")(self)

    def astype(self, dtype: Any) -> Any:
        """With elements of another dtype."""
        return method("cast")(self, dtype)

    def zeros_like(self) -> Any:
        """A matrix of this shape that keeps no elements."""
        return method("sp_zeros_like")(self)

    def ones_like(self) -> Any:
        """A dense matrix of ones of this shape."""
        return resolve("symlab.tensor:ones_like")(self.toarray())

    def copy(self, name: str | None = None) -> Any:
        """The same matrix."""
        return method("copied")(self, name)

    def nonzero(self) -> Any:
        """The rows and the columns of the elements that are not 0."""
        return self.toarray().nonzero()

    def argsort(self, axis: int | None = -1, **options: Any) -> Any:
        """The order of the elements of each row, zeros among them."""
        return self.toarray().argsort(axis, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not callable(getattr(Variable, name, None)):
            raise AttributeError(f"a sparse matrix has no attribute {name!r}")
        if name in KEPT:
            return lambda: method(name)(self)

        def of_dense(*rest: Any, **options: Any) -> Any:
            return getattr(dense(self, name), name)(*rest, **options)

        return of_dense


def dense_operator(name: str) -> Callable[..., Any]:
    """An operator of dense matrices, on a sparse one."""

    def operate(self: Any, *others: Any) -> Any:
        known = [method("dense_from_sparse")(item) if isinstance(item, SparseOperators) else item for item in others]
        return getattr(dense(self, name), name)(*known)

    operate.__name__ = name
    return operate


for operator in (
    "__and__", "__divmod__", "__floordiv__", "__mod__", "__or__", "__pow__", "__rand__", "__rdivmod__",
    "__rfloordiv__", "__rmod__", "__ror__", "__rpow__", "__rtruediv__", "__rxor__", "__xor__",
):  # fmt: skip
    setattr(SparseOperators, operator, dense_operator(operator))
