"""What is known of an expression before a call, under Theano's names: its value, its length."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.custom.watch import is_met
from symlab.core.ir.errors import EmptyConstantError, InvalidValue, NotScalarConstantError, TypeMismatch, message
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.operators import Variable, as_variable, constant
from symlab.core.ops.shape import broadcast_to, dimshuffle, reshape, sizes_of, specify_shape, unbroadcast
from symlab.core.seams import seam
from symlab.core.shared import SharedVariable

# fmt: off
__all__ = [
    "EmptyConstantError",
    "NoneConst",
    "NotScalarConstantError",
    "cpu_contiguous",
    "default",
    "extract_constant",
    "get_scalar_constant_value",
    "get_underlying_scalar_constant_value",
    "get_vector_length",
    "is_flat",
    "scalar_from_tensor",
    "shape_tuple",
    "tensor_copy",
    "tensor_from_scalar",
]
# fmt: on

NoneConst = None  # Theano's variable for None, which may stand itself wherever it has a meaning
ALIKE = (broadcast_to, dimshuffle, reshape, specify_shape, unbroadcast)  # every element is one of the first operand


def get_scalar_constant_value(
    v: Any,
    elemwise: bool = True,
    only_process_constants: bool = False,
    max_recur: int = 10,
    raise_not_constant: bool = True,
) -> Any:
    """The number that every element of an expression is known to be, as an array of rank 0.

    An expression of constants alone is computed, unless only constants themselves are to be processed. Any other one
    raises NotScalarConstantError, or is given back if `raise_not_constant` is False.
    """
    try:
        return known_number(v, only_process_constants)
    except NotScalarConstantError:
        if raise_not_constant:
            raise
        return v


get_underlying_scalar_constant_value = get_scalar_constant_value


def known_number(v: Any, only_process_constants: bool) -> Any:
    """The number that every element is known to be."""
    if isinstance(v, Variable):
        node = v if only_process_constants else known_part(v)
        values = constant_value(node) if node.op is CONSTANT else None
    else:
        values = None if v is None else np.asarray(v)
    if values is not None and not values.size:
        raise EmptyConstantError(message(f"{v!r} has no elements", (), ["x.size, which is known"]))
    if values is None or values.dtype.kind not in "biufc" or np.any(values != values.flat[0]):
        raise NotScalarConstantError(message(f"{v!r} is not one number that is known", (), ["x.eval({input: value})"]))
    return np.array(values.flat[0])


def known_part(x: Variable) -> Variable:
    """x as it is rewritten, without the ops that only place or check its elements."""
    node = seam("build.rewritten")(x)
    while node.op in ALIKE or is_met(node):
        node = node.args[0]
    return node  # type: ignore[no-any-return]


def extract_constant(x: Any, elemwise: bool = True, only_process_constants: bool = False) -> Any:
    """The number that x is known to be, or x itself."""
    return get_scalar_constant_value(x, elemwise, only_process_constants, raise_not_constant=False)


def default(x: Any, default: Any) -> Any:
    """x, or something else if x is None."""
    return default if x is None else x


def is_flat(x: Any, ndim: int = 1) -> bool:
    """Whether x has so many axes, as `flatten` gives them."""
    return as_variable(x).ndim == ndim  # type: ignore[no-any-return]


def get_vector_length(v: Any) -> int:
    """The number of elements of a vector or list, which must be known before the call."""
    vector = as_variable(v)
    if vector.ndim != 1:
        raise TypeMismatch(message("a vector is wanted", [(vector.name or "v", vector)]))
    length = vector.type.shape[0]
    if isinstance(vector, SharedVariable):
        return len(vector.get_value(borrow=True))
    if length is None:
        length = known_part(vector).type.shape[0] if known_part(vector).ndim == 1 else None
    if length is None:
        raise InvalidValue(message("the length of this vector is not known before the call", [("v", vector)]))
    return int(length)


def tensor_copy(x: Any) -> Variable:
    """x as another variable of the same value."""
    return as_variable(x).copy()  # type: ignore[no-any-return]


cpu_contiguous = tensor_copy  # compiled code sees to the order of memory


def shape_tuple(x: Any) -> tuple[Variable, ...]:
    """The sizes of x as scalars of int64, those that are known as constants."""
    sizes = sizes_of(as_variable(x))
    return tuple(size if isinstance(size, Variable) else constant(size, dtype=np.dtype(np.int64)) for size in sizes)


def scalar_from_tensor(x: Any) -> Variable:
    """An array of rank 0 itself: scalars are arrays of rank 0 here."""
    node = as_variable(x)
    if node.ndim:
        raise TypeMismatch(message("a scalar is wanted", [(node.name or "x", node)]))
    return node


tensor_from_scalar = scalar_from_tensor
