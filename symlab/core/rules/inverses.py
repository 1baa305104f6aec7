"""Functions that undo one another, beside those of canonical form: what overflows in between comes back."""

from __future__ import annotations

import math

from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import (
    abs,
    exp,
    expm1,
    log,
    log1p,
    reciprocal,
    sign,
    softplus,
    sqr,
    sqrt,
    tanh,
)
from symlab.core.ops.exponential import exp2, log2
from symlab.core.ops.trigonometric import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctanh,
    cos,
    cosh,
    deg2rad,
    rad2deg,
    sin,
    sinh,
    tan,
)
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import NotNegative, Part


@rule
def tan_of_arctan(x):
    """The tangent undoes the arc tangent."""
    return tan(arctan(x)), x


@rule
def sinh_of_arcsinh(x):
    """sinh undoes arcsinh."""
    return sinh(arcsinh(x)), x


@rule(assuming="no_overflow")
def arcsinh_of_sinh(x):
    """arcsinh undoes sinh, which overflows."""
    return arcsinh(sinh(x)), x


@rule(assuming="no_overflow")
def arccosh_of_cosh(x):
    """arccosh undoes cosh, which is nearly 1 where x is small, and overflows."""
    return arccosh(cosh(x)), abs(x)


@rule(assuming="no_overflow")
def arctanh_of_tanh(x):
    """arctanh undoes tanh, which is nearly 1 where x is large."""
    return arctanh(tanh(x)), x


@rule
def exp_of_softplus(x):
    """A softplus is the logarithm of 1 + exp(x)."""
    return exp(softplus(x)), 1 + exp(x)


@rule
def expm1_of_softplus(x):
    """A softplus is the logarithm of 1 + exp(x)."""
    return expm1(softplus(x)), exp(x)


@rule
def softplus_of_positive_log(x: NotNegative):
    """A softplus of a logarithm is a logarithm of 1 + x."""
    return softplus(log(x)), log1p(x)


@rule(assuming=("nonzero", "finite"))
def sign_by_size(x):
    """A number over its size is its sign."""
    return x * reciprocal(abs(x)), sign(x)


@rule(assuming=("nonzero", "finite"))
def sign_of_reciprocal(x):
    """A reciprocal has the sign of its number."""
    return sign(reciprocal(x)), sign(x)


@rule(assuming="no_overflow")
def log2_of_exp2(x):
    """The logarithm undoes the power of two, which overflows."""
    return log2(exp2(x)), x


@rule
def degrees_of_radians(x):
    """Degrees are brought back."""
    return rad2deg(deg2rad(x)), x


@rule
def radians_of_degrees(x):
    """Radians are brought back."""
    return deg2rad(rad2deg(x)), x


# Where the first function has no value the result has none: these come last, since they hide what they choose.


@rule
def exp_of_any_log(x):
    """The exponential undoes the logarithm, which loses the low digits of large and small numbers."""
    return exp(log(x)), switch(x >= 0, x, math.nan)


@rule
def exp_of_any_log1p(x):
    """The exponential undoes the logarithm of 1 + x."""
    return exp(log1p(x)), switch(x >= -1, 1 + x, math.nan)


@rule
def expm1_of_any_log1p(x):
    """expm1 undoes log1p."""
    return expm1(log1p(x)), switch(x >= -1, x, math.nan)


@rule
def expm1_of_any_log(x):
    """The exponential undoes the logarithm."""
    return expm1(log(x)), switch(x >= 0, x - 1, math.nan)


@rule
def sqr_of_any_sqrt(x):
    """The square undoes the root."""
    return sqr(sqrt(x)), switch(x >= 0, x, math.nan)


@rule
def softplus_of_any_log(x):
    """A softplus of a logarithm is a logarithm of 1 + x."""
    return softplus(log(x)), switch(x >= 0, log1p(x), math.nan)


@rule
def tanh_of_arctanh(x: Part):
    """tanh undoes arctanh."""
    return tanh(arctanh(x)), switch(abs(x) <= 1, x, math.nan)


@rule
def sin_of_arcsin(x: Part):
    """The sine undoes the arc sine."""
    return sin(arcsin(x)), switch(abs(x) <= 1, x, math.nan)


@rule
def cos_of_arccos(x: Part):
    """The cosine undoes the arc cosine."""
    return cos(arccos(x)), switch(abs(x) <= 1, x, math.nan)


LATE = (
    exp_of_any_log,
    exp_of_any_log1p,
    expm1_of_any_log1p,
    expm1_of_any_log,
    sqr_of_any_sqrt,
    softplus_of_any_log,
    tanh_of_arctanh,
    sin_of_arcsin,
    cos_of_arccos,
)
RULES = (
    log2_of_exp2,
    degrees_of_radians,
    radians_of_degrees,
    tan_of_arctan,
    sinh_of_arcsinh,
    arcsinh_of_sinh,
    arccosh_of_cosh,
    arctanh_of_tanh,
    exp_of_softplus,
    expm1_of_softplus,
    softplus_of_positive_log,
    sign_by_size,
    sign_of_reciprocal,
)
