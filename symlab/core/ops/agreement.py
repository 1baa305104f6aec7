"""Values that pass once something about them or about sizes is certain."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, Misfit, ShapeMismatch, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops.declare import declared
from symlab.core.ops.shape import value_operands

Array = np.ndarray[Any, Any]


def agreed_type(attributes: Mapping[str, Any], value: ArrayType, first: ArrayType, second: ArrayType) -> ArrayType:
    """The type of `agreed`."""
    for place, type in enumerate((first, second), 1):
        if type.dtype.kind not in "iu" or (type.dtype, type.ndim) != (first.dtype, first.ndim):
            raise Misfit(f"{{{place}}} is {type}, where integers of one dtype are wanted", kind=TypeMismatch)
    return value


def agreed_reference(value: Array, first: Array, second: Array) -> Array:
    """The value, unless the sizes differ."""
    if not np.array_equal(first, second):
        problem = f"the sizes {first.tolist()} and {second.tolist()} do not agree"
        raise Misfit(problem, kind=ShapeMismatch)
    return value


agreed: Op = declared(
    "agreed",
    Kind.CALL,
    doc="The first operand, once it is certain that the sizes in the second equal those in the third.",
    reference=agreed_reference,
    infer=agreed_type,
    vjp=lambda cotangent, y, value, first, second: (cotangent, None, None),
    jvp=lambda tangents, y, value, first, second: tangents[0],
    extra=value_operands(1, sizes=lambda arithmetic, value, first, second: value),
)


def not_negative_reference(value: Array) -> Array:
    """The value, unless an element is below 0."""
    if np.any(value < 0):
        raise Misfit(f"no element may be negative, and {np.min(value)} is among them", kind=InvalidValue)
    return value


not_negative: Op = declared(
    "not_negative",
    Kind.CALL,
    doc="The operand, once it is certain that no element is below 0, as of scales and of classes.",
    reference=not_negative_reference,
    infer=lambda attributes, value: value,
    vjp=lambda cotangent, y, value: (cotangent,),
    jvp=lambda tangents, y, value: tangents[0],
    extra=MappingProxyType({"sizes": lambda arithmetic, value: value}),
)
