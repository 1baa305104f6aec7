"""Functions of one element at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch, message
from symlab.xp.array import Array, check_kind, elementwise, operands, raw
from symlab.xp.programs import run
from symlab.xp.promotion import SCALARS, of_scalar, promoted, scalar

# fmt: off
__all__ = [
    "abs",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "ceil",
    "clip",
    "conj",
    "copysign",
    "cos",
    "cosh",
    "divide",
    "equal",
    "exp",
    "expm1",
    "floor",
    "floor_divide",
    "greater",
    "greater_equal",
    "hypot",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "nextafter",
    "not_equal",
    "positive",
    "pow",
    "real",
    "reciprocal",
    "remainder",
    "round",
    "sign",
    "signbit",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "tanh",
    "trunc",
    "where",
]
# fmt: on


def described(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function under its name, with the documentation of symlab's own."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = getattr(T, name).__doc__
    return function


def unary(name: str) -> Callable[..., Any]:
    """The function of one array called `name`."""

    def function(x: Array, /) -> Array:
        raw(x)
        return elementwise(name, x)

    return described(function, name)


def binary(name: str) -> Callable[..., Any]:
    """The function of two arrays called `name`."""

    def function(x1: Any, x2: Any, /) -> Array:
        return elementwise(name, x1, x2)

    return described(function, name)


abs = unary("abs")
acos = unary("acos")
acosh = unary("acosh")
asin = unary("asin")
asinh = unary("asinh")
atan = unary("atan")
atanh = unary("atanh")
bitwise_invert = unary("bitwise_invert")
ceil = unary("ceil")
conj = unary("conj")
cos = unary("cos")
cosh = unary("cosh")
exp = unary("exp")
expm1 = unary("expm1")
floor = unary("floor")
imag = unary("imag")
isfinite = unary("isfinite")
isinf = unary("isinf")
isnan = unary("isnan")
log = unary("log")
log10 = unary("log10")
log1p = unary("log1p")
log2 = unary("log2")
logical_not = unary("logical_not")
negative = unary("negative")
positive = unary("positive")
real = unary("real")
reciprocal = unary("reciprocal")
round = unary("round")
sign = unary("sign")
signbit = unary("signbit")
sin = unary("sin")
sinh = unary("sinh")
sqrt = unary("sqrt")
square = unary("square")
tan = unary("tan")
tanh = unary("tanh")
trunc = unary("trunc")

add = binary("add")
atan2 = binary("atan2")
bitwise_and = binary("bitwise_and")
bitwise_left_shift = binary("bitwise_left_shift")
bitwise_or = binary("bitwise_or")
bitwise_right_shift = binary("bitwise_right_shift")
bitwise_xor = binary("bitwise_xor")
copysign = binary("copysign")
divide = binary("divide")
equal = binary("equal")
floor_divide = binary("floor_divide")
greater = binary("greater")
greater_equal = binary("greater_equal")
hypot = binary("hypot")
less = binary("less")
less_equal = binary("less_equal")
logaddexp = binary("logaddexp")
logical_and = binary("logical_and")
logical_or = binary("logical_or")
logical_xor = binary("logical_xor")
maximum = binary("maximum")
minimum = binary("minimum")
multiply = binary("multiply")
nextafter = binary("nextafter")
not_equal = binary("not_equal")
pow = binary("pow")
remainder = binary("remainder")
subtract = binary("subtract")


def clip(x: Array, /, min: Any = None, max: Any = None) -> Array:
    """x limited to [min, max], either of which may be None; the result has the dtype of x."""
    array = raw(x)
    check_kind("clip", [array])
    limits = []
    for name, limit in (("minimum", max), ("maximum", min)):
        if limit is None:
            continue
        dtype = of_scalar(limit, array.dtype) if type(limit) in SCALARS else promoted(raw(limit).dtype, array.dtype)
        if dtype != array.dtype:
            raise TypeMismatch(message(f"a limit of {dtype.name} does not fit an array of {array.dtype.name}"))
        limits.append((name, scalar(limit, dtype) if type(limit) in SCALARS else raw(limit)))
    for name, limit in reversed(limits):
        array = run(getattr(T, name), [array, limit])
    return Array._of(array)


def where(condition: Array, x1: Any, x2: Any, /) -> Array:
    """x1 where a condition holds, x2 elsewhere."""
    flags = raw(condition)
    if flags.dtype.kind != "b":
        raise TypeMismatch(message(f"a condition is an array of booleans, not of {flags.dtype.name}"))
    return Array._of(run(T.where, [flags, *operands(x1, x2)]))
