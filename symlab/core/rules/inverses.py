"""Functions that undo one another, beside those of canonical form: what overflows in between comes back."""

from __future__ import annotations

from symlab.core.ops.elementwise import abs, exp, expm1, log, log1p, reciprocal, sign, softplus, tanh
from symlab.core.ops.trigonometric import arccosh, arcsinh, arctan, arctanh, cosh, sinh, tan
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import NotNegative


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


RULES = (
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
