"""Functions of one element at a time, under NumPy's, the Array API's and Theano's names."""

from __future__ import annotations

import builtins
import functools
import math
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.types import inexact
from symlab.core.ops import elementwise, reduce
from symlab.core.ops.bits import and_, invert, left_shift, or_, right_shift, xor
from symlab.core.ops.compare import eq, ge, gt, isfinite, isinf, isnan, le, lt, neq, switch
from symlab.core.ops.complexes import angle, complex, conj, imag, real
from symlab.core.ops.elementwise import (
    abs,
    add,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    reciprocal,
    sigmoid,
    sign,
    softplus,
    sqr,
    sqrt,
    sub,
    tanh,
    true_div,
)
from symlab.core.ops.exponential import cbrt, exp2, log1mexp, log2, log10
from symlab.core.ops.exponential import logaddexp as sum_of_exponentials
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.rounding import (
    ceil,
    copysign,
    floor,
    floor_div,
    fmod,
    mod,
    nextafter,
    round_half_away_from_zero,
    round_half_to_even,
    signbit,
    trunc,
)
from symlab.core.ops.trigonometric import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    cos,
    cosh,
    deg2rad,
    hypot,
    rad2deg,
    sin,
    sinh,
    tan,
)
from symlab.tensor.arguments import promoted
from symlab.tensor.types import dtype_of

# fmt: off
__all__ = [  # noqa: RUF022 - packed
    "abs", "abs_", "absolute", "acos", "acosh", "add", "allclose", "and_", "angle", "arccos", "arccosh", "arcsin",
    "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "astype", "atan", "atan2", "atanh", "bitwise_and",
    "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "cast",
    "cbrt", "ceil", "clip", "complex", "complex_from_polar", "conj", "conjugate", "copysign", "cos", "cosh",
    "deg2rad", "degrees", "divide", "divmod", "eq", "equal", "exp", "exp2", "expm1", "fabs", "fix", "float_power",
    "floor", "floor_div", "floor_divide", "fmax", "fmin", "fmod", "ge", "greater", "greater_equal", "gt", "heaviside",
    "hypot", "imag", "int_div", "inv", "invert", "iround", "isclose", "isfinite", "isinf", "isnan", "isneginf",
    "isposinf", "largest", "le", "left_shift", "less", "less_equal", "log", "log10", "log1mexp", "log1p", "log1pexp",
    "log2", "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or", "logical_xor", "lt", "maximum",
    "minimum", "mod", "mul", "multiply", "nan_to_num", "neg", "negative", "neq", "nextafter", "not_equal", "or_",
    "positive", "pow", "power", "rad2deg", "radians", "real", "reciprocal", "remainder", "right_shift", "rint",
    "round", "round_half_away_from_zero", "round_half_to_even", "sgn", "sigmoid", "sign", "signbit", "sin", "sinh",
    "smallest", "softplus", "sqr", "sqrt", "square", "sub", "subtract", "switch", "tan", "tanh", "true_div",
    "true_divide", "trunc", "where", "xor",
]
# fmt: on

# NumPy and the Array API: the same objects under their names
absolute = abs
acos = arccos
acosh = arccosh
asin = arcsin
asinh = arcsinh
atan = arctan
atan2 = arctan2
atanh = arctanh
bitwise_and = and_
bitwise_invert = invert
bitwise_left_shift = left_shift
bitwise_not = invert
bitwise_or = or_
bitwise_right_shift = right_shift
bitwise_xor = xor
conjugate = conj
degrees = rad2deg
divide = true_div
equal = eq
fix = trunc
floor_divide = floor_div
greater = gt
greater_equal = ge
less = lt
less_equal = le
multiply = mul
negative = neg
not_equal = neq
power = pow
radians = deg2rad
remainder = mod
square = sqr
subtract = sub
true_divide = true_div

# Theano: the same objects under their names
abs_ = abs
int_div = floor_div
inv = reciprocal
log1pexp = softplus
sgn = sign


def cast(x: Any, dtype: Any) -> Variable:
    """x with another dtype, "floatX" among them; x itself where it has it already."""
    node, wanted = as_variable(x), dtype_of(dtype)
    if node.type.dtype == wanted:
        return node
    return elementwise.cast(node, dtype=wanted.name)  # type: ignore[no-any-return]


astype = cast


def positive(x: Any) -> Variable:
    """x itself."""
    return as_variable(x)


def in_floating_point(x: Any) -> Variable:
    """x in the floating-point dtype in which NumPy computes functions of its dtype."""
    node = as_variable(x)
    return cast(node, inexact(node.type.dtype))


def rint(x: Any) -> Variable:
    """x rounded to the nearest whole number, halves to the even one, in floating point also where x is of integers."""
    return round(in_floating_point(x))


def fabs(x: Any) -> Variable:
    """The absolute value of real numbers, in floating point also where x is of integers."""
    return abs(in_floating_point(x))  # type: ignore[no-any-return]


def clip(x: Any, min: Any = None, max: Any = None, *, a_min: Any = None, a_max: Any = None) -> Variable:
    """x limited to [min, max], either of which may be None; outside of it the derivative is 0.

    `a_min` and `a_max` are NumPy's older names of the limits.
    """
    found = as_variable(x)
    if found.type.dtype.kind == "c":
        raise TypeMismatch(message("clip: complex numbers have no order", [(found.name or "x", found)], ["abs(x)"]))
    min, max = (new if old is None else old for new, old in ((min, a_min), (max, a_max)))
    if min is not None:
        found = maximum(found, min)
    return found if max is None else minimum(found, max)


def round(x: Any, decimals: int | str = 0, mode: str = "half_to_even") -> Variable:
    """x to so many decimals; `mode` says where halves go, "half_to_even" or "half_away_from_zero"."""
    if isinstance(decimals, str):
        decimals, mode = 0, decimals
    modes = {"half_to_even": round_half_to_even, "half_away_from_zero": round_half_away_from_zero}
    if mode not in modes:
        raise InvalidValue(message(f"there is no mode {mode!r} of rounding", (), [" or ".join(map(repr, modes))]))
    node = as_variable(x)
    if node.type.dtype.kind == "c":
        return complex(*(round(part, decimals, mode) for part in (real(node), imag(node))))  # type: ignore[no-any-return]
    if decimals == 0 or (decimals > 0 and node.type.dtype.kind in "bui"):
        return modes[mode](node)  # type: ignore[no-any-return]
    scale = 10.0 ** builtins.abs(decimals)
    if decimals > 0:
        return true_div(modes[mode](mul(node, scale)), scale)  # type: ignore[no-any-return]
    return cast(mul(modes[mode](true_div(node, scale)), scale), node.type.dtype)


def iround(x: Any, mode: str = "half_to_even") -> Variable:
    """x to the nearest integers, as int64; `mode` says where halves go, as in `round`."""
    return cast(round(x, 0, mode), "int64")


def divmod(a: Any, b: Any) -> tuple[Variable, Variable]:
    """`floor_div(a, b)` and `mod(a, b)`."""
    return floor_div(a, b), mod(a, b)


def float_power(a: Any, b: Any) -> Variable:
    """a ** b in float64 at least."""
    return pow(*(cast(x, np.result_type(as_variable(x).type.dtype, np.float64)) for x in (a, b)))  # type: ignore[no-any-return]


def isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Variable:
    """Whether |a - b| <= atol + rtol |b|; infinities are close to themselves, and nans if `equal_nan`."""
    a, b = as_variable(a), as_variable(b)
    near = le(abs(sub(mul(a, 1.0), mul(b, 1.0))), add(atol, mul(rtol, abs(b))))
    found = or_(and_(near, isfinite(b)), eq(a, b))
    return or_(found, and_(isnan(a), isnan(b))) if equal_nan else found  # type: ignore[no-any-return]


def allclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Variable:
    """Whether `isclose` holds everywhere."""
    near = isclose(a, b, rtol, atol, equal_nan)
    return reduce.all(near, axes=tuple(range(near.ndim)), keepdims=False)  # type: ignore[no-any-return]


def isposinf(x: Any) -> Variable:
    """Whether x is positive infinity."""
    return and_(isinf(x), gt(x, 0))  # type: ignore[no-any-return]


def isneginf(x: Any) -> Variable:
    """Whether x is negative infinity."""
    return and_(isinf(x), lt(x, 0))  # type: ignore[no-any-return]


def nan_to_num(x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Variable:
    """x with numbers for nan and the infinities (the largest that its dtype holds, unless given)."""
    node = as_variable(x)
    if node.type.dtype.kind not in "fc":
        return node
    if node.type.dtype.kind == "c":
        return complex(*(nan_to_num(part, nan, posinf, neginf) for part in (real(node), imag(node))))  # type: ignore[no-any-return]
    limits = np.finfo(node.type.dtype)
    found = switch(isnan(node), nan, node)
    found = switch(isposinf(node), limits.max.item() if posinf is None else posinf, found)
    return switch(isneginf(node), limits.min.item() if neginf is None else neginf, found)  # type: ignore[no-any-return]


def logaddexp(*values: Any) -> Variable:
    """log(exp(a) + exp(b) + ...), without overflow or loss."""
    return functools.reduce(sum_of_exponentials, promoted(values))


def logaddexp2(a: Any, b: Any) -> Variable:
    """log2(2^a + 2^b), without overflow or loss."""
    base = math.log(2)
    a, b = promoted([a, b])
    if a.dtype == "float16":  # in whose digits the logarithms would be rounded
        return cast(logaddexp2(cast(a, dtype="float32"), cast(b, dtype="float32")), dtype="float16")  # type: ignore[no-any-return]
    return true_div(logaddexp(mul(a, base), mul(b, base)), base)  # type: ignore[no-any-return]


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """x where the condition holds, else y; of a condition alone the places where it does, as NumPy's `where` has it."""
    if x is None and y is None:
        from symlab.tensor.indexing import nonzero

        return nonzero(condition)
    return switch(condition, x, y)


def fmax(a: Any, b: Any) -> Variable:
    """The larger of a and b, where one is nan the other."""
    return switch(isnan(a), b, switch(isnan(b), a, maximum(a, b)))  # type: ignore[no-any-return]


def fmin(a: Any, b: Any) -> Variable:
    """The smaller of a and b, where one is nan the other."""
    return switch(isnan(a), b, switch(isnan(b), a, minimum(a, b)))  # type: ignore[no-any-return]


def heaviside(x: Any, half: Any) -> Variable:
    """0 where x is negative, 1 where it is positive, `half` where it is 0, nan where it is nan."""
    x = mul(as_variable(x), 1.0)
    return switch(eq(x, 0), half, switch(isnan(x), x, gt(x, 0)))  # type: ignore[no-any-return]


def largest(*values: Any) -> Variable:
    """The largest of several arrays, element by element."""
    return functools.reduce(maximum, values)


def smallest(*values: Any) -> Variable:
    """The smallest of several arrays, element by element."""
    return functools.reduce(minimum, values)


def logical_and(a: Any, b: Any) -> Variable:
    """Whether a and b are both true, that is not 0."""
    return and_(truth(a), truth(b))  # type: ignore[no-any-return]


def logical_or(a: Any, b: Any) -> Variable:
    """Whether a or b is true, that is not 0."""
    return or_(truth(a), truth(b))  # type: ignore[no-any-return]


def logical_xor(a: Any, b: Any) -> Variable:
    """Whether one of a and b is true, that is not 0, and the other is not."""
    return xor(truth(a), truth(b))  # type: ignore[no-any-return]


def logical_not(x: Any) -> Variable:
    """Whether x is false, that is 0."""
    return invert(truth(x))  # type: ignore[no-any-return]


def truth(x: Any) -> Variable:
    """x as a boolean."""
    return cast(x, "bool")


def complex_from_polar(length: Any, angle: Any) -> Variable:
    """The complex number of this length and angle."""
    return complex(mul(length, cos(angle)), mul(length, sin(angle)))  # type: ignore[no-any-return]
