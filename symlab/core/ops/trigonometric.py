"""Circular and hyperbolic functions, their inverses, and angles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symlab.core.ir.op import Op
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.declare import by_kind, elementwise, floating, real_floating
from symlab.core.ops.elementwise import sqrt

EXACT = "symlab.core.ops.exact:"

sin = elementwise(
    "sin",
    doc="The sine of an angle in radians.",
    reference=np.sin,
    dtypes=floating,
    partials=(lambda y, x: cos(x),),
    c=by_kind(f="sl_sin{f}({0})"),
    exact="mpmath:sin",
    latex=r"\sin\left({0}\right)",
)

cos: Op = elementwise(
    "cos",
    doc="The cosine of an angle in radians.",
    reference=np.cos,
    dtypes=floating,
    partials=(lambda y, x: -sin(x),),
    c=by_kind(f="sl_cos{f}({0})"),
    exact="mpmath:cos",
    latex=r"\cos\left({0}\right)",
)

tan = elementwise(
    "tan",
    doc="The tangent of an angle in radians.",
    reference=np.tan,
    dtypes=floating,
    partials=(lambda y, x: 1 + y * y,),
    c=by_kind(f="sl_tan{f}({0})"),
    exact="mpmath:tan",
    latex=r"\tan\left({0}\right)",
    domain=(-1.4, 1.4),
)

arcsin = elementwise(
    "arcsin",
    doc="The angle in [-pi/2, pi/2] whose sine is x.",
    reference=np.arcsin,
    dtypes=floating,
    partials=(lambda y, x: 1 / sqrt((1 - x) * (1 + x)),),
    c=by_kind(f="sl_asin{f}({0})"),
    exact="mpmath:asin",
    latex=r"\arcsin\left({0}\right)",
    domain=(-0.99, 0.99),
)

arccos = elementwise(
    "arccos",
    doc="The angle in [0, pi] whose cosine is x.",
    reference=np.arccos,
    dtypes=floating,
    partials=(lambda y, x: -1 / sqrt((1 - x) * (1 + x)),),
    c=by_kind(f="sl_acos{f}({0})"),
    exact="mpmath:acos",
    latex=r"\arccos\left({0}\right)",
    domain=(-0.99, 0.99),
)

arctan = elementwise(
    "arctan",
    doc="The angle in [-pi/2, pi/2] whose tangent is x.",
    reference=np.arctan,
    dtypes=floating,
    partials=(lambda y, x: 1 / (1 + x * x),),
    c=by_kind(f="sl_atan{f}({0})"),
    exact="mpmath:atan",
    latex=r"\arctan\left({0}\right)",
)

hypot = elementwise(
    "hypot",
    doc="sqrt(a^2 + b^2) without overflow; its derivative where both are 0 is 0.",
    reference=np.hypot,
    dtypes=real_floating,
    partials=(lambda y, a, b: direction(a, y), lambda y, a, b: direction(b, y)),
    c=by_kind(f="sl_hypot{f}({0}, {1})"),
    exact="mpmath:hypot",
    latex=r"\sqrt{{{0}^2+{1}^2}}",
)

arctan2 = elementwise(
    "arctan2",
    doc="The angle in [-pi, pi] of the point (b, a).",
    reference=np.arctan2,
    dtypes=real_floating,
    partials=(lambda y, a, b: b / hypot(a, b) / hypot(a, b), lambda y, a, b: -a / hypot(a, b) / hypot(a, b)),
    c=by_kind(f="sl_atan2{f}({0}, {1})"),
    exact="mpmath:atan2",
    latex=r"\operatorname{{atan2}}\left({0},{1}\right)",
)

sinh = elementwise(
    "sinh",
    doc="The hyperbolic sine.",
    reference=np.sinh,
    dtypes=floating,
    partials=(lambda y, x: cosh(x),),
    c=by_kind(f="sl_sinh{f}({0})"),
    exact="mpmath:sinh",
    latex=r"\sinh\left({0}\right)",
)

cosh: Op = elementwise(
    "cosh",
    doc="The hyperbolic cosine.",
    reference=np.cosh,
    dtypes=floating,
    partials=(lambda y, x: sinh(x),),
    c=by_kind(f="sl_cosh{f}({0})"),
    exact="mpmath:cosh",
    latex=r"\cosh\left({0}\right)",
)

arcsinh = elementwise(
    "arcsinh",
    doc="The number whose hyperbolic sine is x.",
    reference=np.arcsinh,
    dtypes=floating,
    partials=(lambda y, x: 1 / root_of_one_plus_square(x),),
    c=by_kind(f="sl_asinh{f}({0})"),
    exact="mpmath:asinh",
    latex=r"\operatorname{{arsinh}}\left({0}\right)",
)

arccosh = elementwise(
    "arccosh",
    doc="The positive number whose hyperbolic cosine is x.",
    reference=np.arccosh,
    dtypes=floating,
    partials=(lambda y, x: 1 / (sqrt(x - 1) * sqrt(x + 1)),),
    c=by_kind(f="sl_acosh{f}({0})"),
    exact="mpmath:acosh",
    latex=r"\operatorname{{arcosh}}\left({0}\right)",
    domain=(1.05, 9.0),
)

arctanh = elementwise(
    "arctanh",
    doc="The number whose hyperbolic tangent is x.",
    reference=np.arctanh,
    dtypes=floating,
    partials=(lambda y, x: 1 / ((1 - x) * (1 + x)),),
    c=by_kind(f="sl_atanh{f}({0})"),
    exact="mpmath:atanh",
    latex=r"\operatorname{{artanh}}\left({0}\right)",
    domain=(-0.99, 0.99),
)

deg2rad = elementwise(
    "deg2rad",
    doc="An angle in degrees as radians.",
    reference=np.deg2rad,
    dtypes=real_floating,
    partials=(lambda y, x: math.pi / 180,),
    c=by_kind(f="sl_deg2rad{f}({0})"),
    exact="mpmath:radians",
)

rad2deg = elementwise(
    "rad2deg",
    doc="An angle in radians as degrees.",
    reference=np.rad2deg,
    dtypes=real_floating,
    partials=(lambda y, x: 180 / math.pi,),
    c=by_kind(f="sl_rad2deg{f}({0})"),
    exact="mpmath:degrees",
)


def direction(part: Any, length: Any) -> Any:
    """part / length, 0 where the length is 0."""
    return switch(eq(length, 0), 0, part / length)


def root_of_one_plus_square(x: Any) -> Any:
    """sqrt(1 + x^2), for real numbers without overflow."""
    return sqrt(1 + x * x) if x.type.dtype.kind == "c" else hypot(x, 1)
