"""Values that pass once something about them or about sizes is certain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


# Intervals that values must lie in, by name: a test that holds between two numbers for which it holds, and words.
# What NumPy asks of the parameters of its distributions: nan is no probability, and passes as a scale.
DOMAINS: Mapping[str, tuple[Callable[[Any], Any], str]] = MappingProxyType(
    {
        "not negative": (lambda value: np.logical_not(value < 0), "may be negative"),
        "positive": (lambda value: value > 0, "may be 0 or below"),
        "probability": (lambda value: (value >= 0) & (value <= 1), "may lie outside of 0 to 1"),
        "chance": (lambda value: (value > 0) & (value <= 1), "may be 0 or below, or above 1"),
        "share": (lambda value: (value >= 0) & (value < 1), "may be negative, nor 1 or above"),
        "above 1": (lambda value: value > 1, "may be 1 or below"),
    }
)


def within_reference(value: Array, domain: str) -> Array:
    """The value, unless an element is outside of the domain."""
    test, words = DOMAINS[domain]
    passed = np.asarray(test(value))
    if not passed.all():
        raise Misfit(f"no element {words}, and {value[np.logical_not(passed)][0]} is among them", kind=InvalidValue)
    return value


def within_type(attributes: Mapping[str, Any], value: ArrayType) -> ArrayType:
    """The type of `within`."""
    if attributes["domain"] not in DOMAINS:
        raise Misfit(f"there is no domain {attributes['domain']!r}, only {', '.join(DOMAINS)}", kind=InvalidValue)
    return value


within: Op = declared(
    "within",
    Kind.CALL,
    doc="The operand, once it is certain that all elements lie in a `domain`, as those of scales and of classes.",
    reference=within_reference,
    infer=within_type,
    vjp=lambda cotangent, y, value, domain: (cotangent,),
    jvp=lambda tangents, y, value, domain: tangents[0],
    extra=MappingProxyType({"sizes": lambda arithmetic, value, domain: value}),
)
