"""Theano's `tensor.inplace`: elementwise functions whose result takes the place of their first operand.

`exp_inplace(x)` is exp(x) in the dtype and the shape of x. A function made with `accept_inplace=True` that returns it
also writes it over the array that is given for x; any other function leaves its arguments as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlab.core.ir.errors import RankMismatch, message
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import specified
from symlab.tensor import activations, elementwise, shaping, special

UNARY = (
    "abs", "abs_", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "ceil", "conj", "cos", "cosh",
    "deg2rad", "erf", "erfc", "erfcx", "exp", "exp2", "expm1", "floor", "gamma", "gammaln", "i0", "i1", "inv",
    "invert", "j0", "j1", "log", "log10", "log1mexp", "log1p", "log2", "neg", "psi", "rad2deg", "reciprocal",
    "round_half_away_from_zero", "round_half_to_even", "sgn", "sigmoid", "sign", "sin", "sinh", "softplus", "sqr",
    "sqrt", "square", "tan", "tanh", "tri_gamma", "trunc",
)  # fmt: skip
BINARY = (
    "add", "and_", "arctan2", "chi2sf", "eq", "floor_div", "floor_divide", "gammainc", "gammaincc", "gammal",
    "gammau", "ge", "gt", "int_div", "iv", "jv", "le", "lt", "maximum", "minimum", "mod", "mul", "neq", "or_",
    "owens_t", "pow", "second", "sub", "true_div", "true_divide", "xor",
)  # fmt: skip
MORE = ("betainc", "hyp2f1", "switch")


def function_named(name: str) -> Callable[..., Any]:
    """The elementwise function of this name."""
    if name == "second":
        return second
    found: Any = next(getattr(home, name) for home in (elementwise, special, activations) if hasattr(home, name))
    return found  # type: ignore[no-any-return]


def second(x: Any, value: Any) -> Variable:
    """`value` where x was."""
    return shaping.broadcast_arrays(x, value)[1]


def written_over(name: str) -> Callable[..., Variable]:
    """The function of this name whose result takes the place of its first operand."""
    function = function_named(name)

    def inplace(x: Any, *others: Any) -> Variable:
        target = as_variable(x)
        found = as_variable(elementwise.cast(function(target, *others), target.dtype))
        if found.ndim != target.ndim:
            problem = f"a result of {found.ndim} axes does not go where there are {target.ndim}"
            raise RankMismatch(message(problem, [(target.name or "x", target)]))
        found = specified(found, target.type.shape)
        found = found.copy() if found is target else found
        found.tag.written_over = target
        return found

    inplace.__name__ = inplace.__qualname__ = f"{name}_inplace"
    inplace.__doc__ = f"`{name}`, whose result takes the place of its first operand, in the dtype of that."
    return inplace


__all__ = [f"{name}_inplace" for name in (*UNARY, *BINARY, *MORE)]
globals().update({f"{name}_inplace": written_over(name) for name in (*UNARY, *BINARY, *MORE)})
