"""Sums, products and functions of sparse matrices, element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.agreement import agreed
from symlab.core.ops.gather import inc_take
from symlab.core.ops.operators import WEAK, Variable, as_variable
from symlab.sparse.operators import dense
from symlab.sparse.structure import (
    as_format,
    coordinates,
    dense_from_sparse,
    fitted,
    kept,
    majors,
    sizes,
    sparse_from_dense,
    summed,
)
from symlab.sparse.variable import PLACES, SparseVariable, as_sparse_or_tensor_variable, as_sparse_variable

# fmt: off
__all__ = [
    "abs_", "add", "add_s_d", "add_s_s", "add_s_s_data", "arcsin", "arcsinh", "arctan", "arctanh", "cast", "ceil",
    "col_scale", "conj", "conjugate", "copied", "deg2rad", "diag", "eq", "equal_s_d", "equal_s_s", "expm1", "floor",
    "ge", "greater_equal_s_d", "greater_equal_s_s", "greater_than_s_d", "greater_than_s_s", "gt", "le",
    "less_equal_s_d", "less_equal_s_s", "less_than_s_d", "less_than_s_s", "log1p", "lt", "minus", "mul", "mul_s_d",
    "mul_s_s", "mul_s_v", "multiply", "neg", "neq", "not_equal_s_d", "not_equal_s_s", "rad2deg", "rint", "row_scale",
    "sgn", "sign", "sin", "sinh", "sp_ones_like", "sp_sum", "sp_zeros_like", "sqr", "sqrt", "square",
    "square_diagonal", "structured_add", "structured_add_s_v", "structured_exp", "structured_log",
    "structured_maximum", "structured_minimum", "structured_monoid", "structured_pow", "structured_sigmoid", "sub",
    "subtract", "tan", "tanh", "true_div", "trunc",
]
# fmt: on


# Elements that are kept


def storable(data: Variable) -> Variable:
    """Elements in a dtype that matrices of SciPy can have: float16, as small integers give it, becomes float32."""
    return T.cast(data, "float32") if data.dtype == "float16" else data


def elementwise(name: str) -> Callable[[Any], SparseVariable]:
    """A function under which 0 stays 0, of a sparse matrix."""

    def function(x: Any) -> SparseVariable:
        x = as_sparse_variable(x)
        return x.with_data(storable(getattr(T, name)(x.data)))

    function.__name__, function.__doc__ = name, getattr(T, name).__doc__
    return function


arcsin, arcsinh, arctan, arctanh = map(elementwise, ("arcsin", "arcsinh", "arctan", "arctanh"))
ceil, floor, rint, trunc, sgn = map(elementwise, ("ceil", "floor", "rint", "trunc", "sgn"))
neg, sqr, sqrt = map(elementwise, ("neg", "sqr", "sqrt"))
abs_, sign, square = elementwise("abs"), elementwise("sign"), sqr
deg2rad, rad2deg, expm1, log1p = map(elementwise, ("deg2rad", "rad2deg", "expm1", "log1p"))
sin, sinh, tan, tanh = map(elementwise, ("sin", "sinh", "tan", "tanh"))


def conj(x: Any) -> SparseVariable:
    """The complex conjugate of each element; a real matrix as it is."""
    x = as_sparse_variable(x)
    return x.with_data(T.conj(x.data)) if T.as_tensor(x.data).type.dtype.kind == "c" else x


conjugate = conj


def copied(x: Any, name: str | None = None) -> SparseVariable:
    """The same matrix as a variable of its own."""
    x = as_sparse_variable(x)
    return SparseVariable(x.format, x.parts, name)


def structured_monoid(function: Callable[..., Any]) -> Callable[..., SparseVariable]:
    """A function applied to the elements that are kept alone: zeros that are not kept stay zeros."""

    def structured(x: Any, *rest: Any) -> SparseVariable:
        x = as_sparse_variable(x)
        return x.with_data(storable(function(x.data, *rest)))

    structured.__doc__ = f"{getattr(function, '__name__', 'A function')} of the elements that are kept."
    return structured


structured_add, structured_exp, structured_log = map(structured_monoid, (T.add, T.exp, T.log))
structured_maximum, structured_minimum = map(structured_monoid, (T.maximum, T.minimum))
structured_pow, structured_sigmoid = map(structured_monoid, (T.pow, T.sigmoid))


def cast(x: Any, dtype: Any) -> SparseVariable:
    """The same matrix with elements of another dtype."""
    x = as_sparse_variable(x)
    return x.with_data(T.cast(x.data, dtype))


def sp_ones_like(x: Any) -> SparseVariable:
    """Ones where x keeps elements."""
    x = as_sparse_variable(x)
    return x.with_data(T.ones_like(x.data))


def sp_zeros_like(x: Any) -> SparseVariable:
    """A matrix of the shape of x that keeps no elements."""
    x = as_sparse_variable(x)
    return SparseVariable(x.format, (x.data[:0], x.indices[:0], T.zeros_like(x.indptr), x.shape))


# Sums


def add(x: Any, y: Any) -> Any:
    """x + y: sparse if both are, else dense."""
    x, y = as_sparse_or_tensor_variable(x), as_sparse_or_tensor_variable(y)
    if isinstance(x, SparseVariable) and isinstance(y, SparseVariable):
        return add_s_s(x, y)
    return add_s_d(x, y) if isinstance(x, SparseVariable) else add_s_d(y, x)


def add_s_s(x: Any, y: Any) -> SparseVariable:
    """The sum of two sparse matrices, in the format of the first."""
    x, y = as_sparse_variable(x), as_sparse_variable(y)
    rows, columns = (T.concatenate(pair) for pair in zip(coordinates(x), coordinates(y), strict=True))
    return summed(x.format, rows, columns, T.concatenate([x.data, y.data]), same_shape(x, y))


def add_s_s_data(x: Any, y: Any) -> SparseVariable:
    """The sum of two sparse matrices that keep elements at the same places."""
    x, y = as_sparse_variable(x), as_sparse_variable(y)
    return x.with_data(x.data + y.data)


def add_s_d(x: Any, y: Any) -> Variable:
    """The sum of a sparse and a dense matrix."""
    x, y = as_sparse_variable(x), as_variable(y)
    common = T.result_type(x.data, y)
    is_whole = y.ndim == 2 and 1 not in y.type.shape
    wide = T.cast(y if is_whole else T.broadcast_to(y, list(sizes(x))), common)
    return inc_take(wide, T.cast(beside(x, wide).data, common), *coordinates(x), axes=(0, 1))  # type: ignore[no-any-return]


def beside(x: SparseVariable, y: Variable) -> SparseVariable:
    """x, once it is certain at the call that a dense matrix has its sizes."""
    return x.with_data(agreed(x.data, T.shape(y), x.shape))


def sub(x: Any, y: Any) -> Any:
    """x - y: sparse if both are, else dense."""
    return add(x, negative(as_sparse_or_tensor_variable(y)))


def negative(x: Any) -> Any:
    """-x."""
    return neg(x) if isinstance(x, SparseVariable) else -x


minus = subtract = sub


def structured_add_s_v(x: Any, y: Any) -> SparseVariable:
    """A vector added to each row of x, where it keeps elements."""
    x = as_sparse_variable(x)
    return x.with_data(x.data + vector(y, x.shape[1])[coordinates(x)[1]])


def same_shape(x: SparseVariable, y: SparseVariable) -> Variable:
    """The shape that two matrices have in common, which is checked at the call."""
    return agreed(x.shape, x.shape, y.shape)  # type: ignore[no-any-return]


# Products


def mul(x: Any, y: Any) -> Any:
    """The product element by element, which is sparse; vectors stand for rows, numbers for all elements.

    Python's numbers leave the dtype as it is, as in NumPy.
    """
    if type(x) in WEAK or type(y) in WEAK:
        number, matrix = (x, y) if type(x) in WEAK else (y, x)
        matrix = as_sparse_variable(matrix)
        return matrix.with_data(matrix.data * number)
    x, y = as_sparse_or_tensor_variable(x), as_sparse_or_tensor_variable(y)
    if isinstance(x, SparseVariable) and isinstance(y, SparseVariable):
        return mul_s_s(x, y)
    return mul_s_d(x, y) if isinstance(x, SparseVariable) else mul_s_d(y, x)


multiply = mul


def true_div(x: Any, y: Any) -> Any:
    """x / y element by element: sparse where y is a number, else dense."""
    x = as_sparse_variable(x)
    if type(y) in WEAK:
        return x.with_data(x.data / y)
    y = as_sparse_or_tensor_variable(y)
    if not isinstance(y, SparseVariable) and y.ndim == 0:
        return x.with_data(x.data / y)
    return dense(x, "/") / (dense_from_sparse(y) if isinstance(y, SparseVariable) else y)


def mul_s_s(x: Any, y: Any) -> SparseVariable:
    """The product of two sparse matrices element by element, which keeps what both keep."""
    x = as_sparse_variable(x)
    y = as_format(y, x.format)
    x = SparseVariable(x.format, (x.data, x.indices, x.indptr, same_shape(x, y)))
    width = x.shape[1 if x.format != "csc" else 0]
    first, second = (majors(item) * width + T.cast(item.indices, "int64") for item in (x, y))
    place = T.searchsorted(second, first)
    keys = T.concatenate([second, T.constant([-1])])
    factors = T.concatenate([y.data, T.zeros([1], y.dtype)])
    return kept(x.with_data(x.data * factors[place]), T.eq(keys[place], first))


def mul_s_d(x: Any, y: Any) -> SparseVariable:
    """The product of a sparse matrix with a dense one, with a vector for each row, or with a number."""
    x, y = as_sparse_variable(x), as_variable(y)
    if y.ndim == 0:
        return x.with_data(x.data * y)
    if y.ndim == 1:
        return mul_s_v(x, y)
    rows, columns = coordinates(x)
    if 1 in y.type.shape:
        y = fitted(y, [1 if size == 1 else whole for size, whole in zip(y.type.shape, sizes(x), strict=True)])
    else:
        rows = agreed(rows, T.shape(y), x.shape)
    places = [T.zeros_like(place) if size == 1 else place for place, size in zip((rows, columns), y.type.shape)]
    return x.with_data(x.data * y[tuple(places)])


def mul_s_v(x: Any, y: Any) -> SparseVariable:
    """Each row of x times a vector."""
    return col_scale(x, y)


def col_scale(x: Any, s: Any) -> SparseVariable:
    """Each column of x times its element of the vector s."""
    x = as_sparse_variable(x)
    return x.with_data(x.data * vector(s, x.shape[1])[coordinates(x)[1]])


def row_scale(x: Any, s: Any) -> SparseVariable:
    """Each row of x times its element of the vector s."""
    x = as_sparse_variable(x)
    return x.with_data(x.data * vector(s, x.shape[0])[coordinates(x)[0]])


def vector(s: Any, size: Any = None) -> Variable:
    """A vector of factors, of this size."""
    found = as_variable(s)
    if found.ndim != 1:
        raise TypeMismatch(message(f"factors are a vector, not of {found.ndim} axes", [(found.name or "s", found)]))
    return found if size is None else fitted(found, [size])


# Reductions and diagonals


def sp_sum(x: Any, axis: int | None = None, sparse_grad: bool = False) -> Variable:
    """The sum over all elements, over the rows (0) or over the columns (1).

    Gradients have the structure of x, whatever `sparse_grad` says.
    """
    x = as_sparse_variable(x)
    if axis is None:
        return T.sum(x.data)
    place = {0: 1, 1: 0, -1: 0, -2: 1}.get(axis)
    if place is None:
        raise TypeMismatch(message(f"a matrix has no axis {axis}", (), ["axis=0, axis=1 or axis=None"]))
    total = T.zeros([x.shape[place]], T.sum(x.data).dtype)
    return inc_take(total, T.cast(x.data, total.dtype), coordinates(x)[place], axes=(0,))  # type: ignore[no-any-return]


def diag(x: Any) -> Variable:
    """The main diagonal as a dense vector."""
    x = as_sparse_variable(x)
    rows, columns = coordinates(x)
    values = T.where(T.eq(rows, columns), x.data, T.zeros_like(x.data))
    length = T.minimum(*sizes(x))
    return inc_take(T.zeros([length], x.dtype), values, T.minimum(rows, length - 1), axes=(0,))  # type: ignore[no-any-return]


def square_diagonal(diagonal: Any) -> SparseVariable:
    """A square csc matrix with a vector on its diagonal."""
    values = vector(diagonal)
    count = values.shape[0]
    shape = T.stack([count, count])
    return SparseVariable("csc", (values, T.arange(count, dtype=PLACES), T.arange(count + 1, dtype=PLACES), shape))


# Comparisons


def comparison(name: str) -> Callable[[Any, Any], Any]:
    """A comparison, sparse if both operands are, else dense."""

    def compare(x: Any, y: Any) -> Any:
        both = [as_sparse_or_tensor_variable(item) for item in (x, y)]
        found = getattr(T, name)(
            *(dense_from_sparse(item) if isinstance(item, SparseVariable) else item for item in both)
        )
        return sparse_from_dense(found, both[0].format) if all(isinstance(b, SparseVariable) for b in both) else found

    compare.__name__, compare.__doc__ = name, getattr(T, name).__doc__
    return compare


eq, neq, lt, le, gt, ge = map(comparison, ("eq", "neq", "lt", "le", "gt", "ge"))

# Theano's names by the kinds of operands
equal_s_s, not_equal_s_s, less_than_s_s, less_equal_s_s, greater_than_s_s, greater_equal_s_s = eq, neq, lt, le, gt, ge
equal_s_d, not_equal_s_d, less_than_s_d, less_equal_s_d, greater_than_s_d, greater_equal_s_d = eq, neq, lt, le, gt, ge
