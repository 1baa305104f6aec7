"""Arithmetic, powers, exponentials and logarithms."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops import references
from symlab.core.ops.compare import eq, ge, gt, le, lt, switch
from symlab.core.ops.declare import (
    arithmetic,
    as_they_are,
    by_kind,
    elementwise,
    floating,
    integers,
    magnitude,
    number,
    ordered,
    power_of,
    quotient,
    real_floating,
    same,
)

EXACT = "symlab.core.ops.exact:"

add = elementwise(
    "add",
    doc="The sum a + b; of booleans, a or b.",
    reference=np.add,
    dtypes=same,
    partials=(lambda y, a, b: 1, lambda y, a, b: 1),
    c=by_kind(integers("({0} + {1})"), f="({0} + {1})", b="({0} | {1})"),
    exact=operator.add,
    infix="+",
    flat=True,
)

mul = elementwise(
    "mul",
    doc="The product a b; of booleans, a and b.",
    reference=np.multiply,
    dtypes=same,
    partials=(lambda y, a, b: b, lambda y, a, b: a),
    c=by_kind(integers("({0} * {1})"), f="({0} * {1})", b="({0} & {1})"),
    exact=operator.mul,
    infix="*",
    flat=True,
)

sub = elementwise(
    "sub",
    doc="The difference a - b.",
    reference=np.subtract,
    dtypes=number,
    partials=(lambda y, a, b: 1, lambda y, a, b: -1),
    c=by_kind(integers("({0} - {1})"), f="({0} - {1})"),
    exact=operator.sub,
    infix="-",
)

neg = elementwise(
    "neg",
    doc="The negative -x.",
    reference=np.negative,
    dtypes=number,
    partials=(lambda y, x: -1,),
    c=by_kind(integers("(-({0}))"), f="(-({0}))"),
    exact=operator.neg,
    latex="-{0}",
)

true_div = elementwise(
    "true_div",
    doc="The quotient a / b; of integers it has dtype floatX.",
    reference=np.true_divide,
    dtypes=quotient,
    partials=(lambda y, a, b: 1 / b, lambda y, a, b: -y / b),
    c=by_kind(f="({0} / {1})"),
    exact=operator.truediv,
    latex=r"\frac{{{0}}}{{{1}}}",
    infix="/",
)

reciprocal = elementwise(
    "reciprocal",
    doc="The reciprocal 1 / x, a floating-point number for integers too.",
    reference=np.reciprocal,
    dtypes=floating,
    partials=(lambda y, x: -y * y,),
    c=by_kind(f="sl_reciprocal{f}({0})"),
    exact=lambda x: 1 / x,
    latex=r"\frac{{1}}{{{0}}}",
)

sign = elementwise(
    "sign",
    doc="-1, 0 or 1 by the sign of x, nan for nan; x / |x| for complex numbers, then without a derivative.",
    reference=np.sign,
    dtypes=number,
    partials=(lambda y, x: None if x.type.dtype.kind == "c" else 0,),
    c=by_kind(f="sl_sign{f}({0})", i="(({0} > 0) - ({0} < 0))", u="({0} > 0)"),
    exact="mpmath:sign",
    latex=r"\operatorname{{sign}}\left({0}\right)",
)


def slope_of_abs(y: Any, x: Any) -> Any:
    """x / |x|, spelled for complex numbers by operations that have a derivative of their own."""
    return switch(eq(y, 0), 0, x / y) if x.type.dtype.kind == "c" else sign(x)


abs = elementwise(
    "abs",
    doc="The absolute value |x|; its derivative at 0 is 0.",
    reference=np.absolute,
    dtypes=magnitude,
    partials=(slope_of_abs,),
    c=by_kind(integers("({0} < 0 ? -({0}) : {0})"), f="fabs{f}({0})", u="({0})", b="({0})"),
    exact=operator.abs,
    latex=r"\left|{0}\right|",
)

sqr = elementwise(
    "sqr",
    doc="The square x x.",
    reference=np.square,
    dtypes=arithmetic,
    partials=(lambda y, x: 2 * x,),
    c=by_kind(integers("({0} * {0})"), f="({0} * {0})"),
    exact=lambda x: x * x,
    latex="{0}^2",
)

sqrt = elementwise(
    "sqrt",
    doc="The square root, nan for negative numbers.",
    reference=np.sqrt,
    dtypes=floating,
    partials=(lambda y, x: 0.5 / y,),
    c=by_kind(f="sl_sqrt{f}({0})"),
    exact="mpmath:sqrt",
    latex=r"\sqrt{{{0}}}",
    domain=(0.0, 9.0),
)


def known_number(node: Any) -> Any:
    """The value of a constant scalar, None for any other node."""
    return constant_value(node).item() if node.op is CONSTANT and not node.type.shape else None


def slope_of_base(y: Any, a: Any, b: Any) -> Any:
    """b a^(b-1), which is 0 where both are 0."""
    number = known_number(b)
    if number is None:
        return switch(eq(a, 0) & eq(b, 0), 0, b * pow(a, b - 1))
    if number in (0, 1):
        return number
    return 2 * a if number == 2 else number * pow(a, number - 1)


def slope_of_exponent(y: Any, a: Any, b: Any) -> Any:
    """a^b log(a), which is 0 where a is 0 and the exponent is not negative."""
    if known_number(a):
        return y * log(a)
    return switch(eq(a, 0) & ge(b, 0), 0, y * log(a))


pow = elementwise(
    "pow",
    doc="The power a ** b; of integers with a negative exponent, rounded toward 0 (0 to a negative power gives 0).",
    reference=references.power,
    dtypes=power_of,
    partials=(slope_of_base, slope_of_exponent),
    c=by_kind(f="sl_pow{f}({0}, {1})", i="(({t})sl_int_pow({0}, {1}))", u="(({t})sl_uint_pow({0}, {1}))"),
    exact=EXACT + "power",
    latex="{0}^{{{1}}}",
    infix="**",
    domain=(0.1, 3.0),
)

exp = elementwise(
    "exp",
    doc="The exponential.",
    reference=np.exp,
    dtypes=floating,
    partials=(lambda y, x: y,),
    c=by_kind(f="sl_exp{f}({0})"),
    exact="mpmath:exp",
    latex="e^{{{0}}}",
)

expm1 = elementwise(
    "expm1",
    doc="exp(x) - 1 without loss for a small x.",
    reference=np.expm1,
    dtypes=floating,
    partials=(lambda y, x: exp(x),),
    c=by_kind(f="sl_expm1{f}({0})"),
    exact="mpmath:expm1",
    latex="e^{{{0}}}-1",
)

log = elementwise(
    "log",
    doc="The natural logarithm, nan for negative numbers.",
    reference=np.log,
    dtypes=floating,
    partials=(lambda y, x: 1 / x,),
    c=by_kind(f="sl_log{f}({0})"),
    exact="mpmath:log",
    latex=r"\log\left({0}\right)",
    domain=(0.05, 9.0),
)

log1p = elementwise(
    "log1p",
    doc="log(1 + x) without loss for a small x.",
    reference=np.log1p,
    dtypes=floating,
    partials=(lambda y, x: 1 / (1 + x),),
    c=by_kind(f="sl_log1p{f}({0})"),
    exact="mpmath:log1p",
    latex=r"\log\left(1+{0}\right)",
    domain=(-0.9, 5.0),
)


def slope_of_tanh(y: Any, x: Any) -> Any:
    """1 - y^2 without its cancellation, which leaves no digit of the slope from |x| = 19 on."""
    return 1 - y * y if x.type.dtype.kind == "c" else 4 * sigmoid(2 * x) * sigmoid(-2 * x)


tanh = elementwise(
    "tanh",
    doc="The hyperbolic tangent.",
    reference=np.tanh,
    dtypes=floating,
    partials=(slope_of_tanh,),
    c=by_kind(f="sl_tanh{f}({0})"),
    exact="mpmath:tanh",
    latex=r"\tanh\left({0}\right)",
)

sigmoid: Op = elementwise(
    "sigmoid",
    doc="The logistic function 1 / (1 + exp(-x)).",
    reference=references.sigmoid,
    dtypes=real_floating,
    partials=(lambda y, x: y * sigmoid(-x),),
    c=by_kind(f="sl_sigmoid{f}({0})"),
    exact=EXACT + "sigmoid",
    latex=r"\sigma\left({0}\right)",
)

sigmoid_slope: Op = elementwise(
    "sigmoid_slope",
    doc="The derivative of the logistic function, sigmoid(x) sigmoid(-x), from one exponential.",
    reference=references.sigmoid_slope,
    dtypes=real_floating,
    partials=(lambda y, x: -y * tanh(0.5 * x),),
    c=by_kind(f="sl_sigmoid_slope{f}({0})"),
    exact=EXACT + "sigmoid_slope",
    latex=r"\sigma'\left({0}\right)",
)

softplus = elementwise(
    "softplus",
    doc="log(1 + exp(x)), without overflow or loss.",
    reference=references.softplus,
    dtypes=real_floating,
    partials=(lambda y, x: sigmoid(x),),
    c=by_kind(f="sl_softplus{f}({0})"),
    exact=EXACT + "softplus",
    latex=r"\operatorname{{softplus}}\left({0}\right)",
)

maximum = elementwise(
    "maximum",
    doc="The larger of a and b, nan if either is; where they are equal the derivative is that of a.",
    reference=np.maximum,
    dtypes=ordered,
    partials=(lambda y, a, b: switch(ge(a, b), 1, 0), lambda y, a, b: switch(lt(a, b), 1, 0)),
    c=by_kind(f="sl_maximum{f}({0}, {1})", i="({0} > {1} ? {0} : {1})", u="({0} > {1} ? {0} : {1})", b="({0} | {1})"),
    exact=max,
)

minimum = elementwise(
    "minimum",
    doc="The smaller of a and b, nan if either is; where they are equal the derivative is that of a.",
    reference=np.minimum,
    dtypes=ordered,
    partials=(lambda y, a, b: switch(le(a, b), 1, 0), lambda y, a, b: switch(gt(a, b), 1, 0)),
    c=by_kind(f="sl_minimum{f}({0}, {1})", i="({0} < {1} ? {0} : {1})", u="({0} < {1} ? {0} : {1})", b="({0} & {1})"),
    exact=min,
)


def cast_type(attributes: Mapping[str, Any], operand: ArrayType) -> ArrayType:
    """The type of `cast`, which never drops an imaginary part."""
    result = operand.with_dtype(attributes["dtype"])
    if operand.dtype.kind == "c" and result.dtype.kind not in "cb":
        problem = f"{operand.dtype.name} to {result.dtype.name} drops the imaginary part"
        raise Misfit(problem, "x.real, abs(x) or angle(x)", kind=TypeMismatch)
    return result


def converted(x: Any, dtype: str) -> Any:
    """An array of another dtype; to uint32 by way of int64, for which NumPy has two ways with two results."""
    array = np.asarray(x)
    return (array.astype("int64") if dtype == "uint32" and array.dtype.kind == "f" else array).astype(dtype)


cast = elementwise(
    "cast",
    doc="x as a number of another dtype (attribute `dtype`, by name); toward 0 from floating point to integers.",
    reference=converted,
    dtypes=as_they_are,
    infer=cast_type,
    attributes=("dtype",),
    partials=(lambda y, x: 1,),
    c=by_kind(dict.fromkeys("fiu", "(({t})({0}))"), b="({0} ? ({t})1 : ({t})0)"),  # loops with the latter vectorize
    exact=EXACT + "cast",
    latex="{0}",
)
