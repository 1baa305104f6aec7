"""Derivatives, and expressions that pass a value on and say what its gradient is."""

from __future__ import annotations

from typing import Any

from symlab.core.autodiff import Lop, Rop, grad
from symlab.core.autodiff.jacobian import hessian, hessian_vector_product, jacobian
from symlab.core.batching import vectorize, vectorize_graph
from symlab.core.gradcheck import verify_grad
from symlab.core.ops import passing
from symlab.core.ops.operators import Variable, as_variable

__all__ = [
    "Lop",
    "Rop",
    "consider_constant",
    "copy",
    "disconnected_grad",
    "grad",
    "grad_clip",
    "grad_scale",
    "hessian",
    "hessian_vector_product",
    "jacobian",
    "undefined_grad",
    "vectorize",
    "vectorize_graph",
    "verify_grad",
    "zero_grad",
]


def copy(x: Any, name: str | None = None) -> Variable:
    """A new variable with the value of x, so that gradients can be asked of it alone."""
    node = passing.copy(x)
    node.name = name
    return node  # type: ignore[no-any-return]


def disconnected_grad(x: Any) -> Variable:
    """x, through which no gradient passes: asking for one that must is an error, as if x were an input."""
    return passing.disconnected_grad(x)  # type: ignore[no-any-return]


def zero_grad(x: Any) -> Variable:
    """x, whose gradient is 0."""
    return passing.zero_grad(x)  # type: ignore[no-any-return]


consider_constant = zero_grad


def undefined_grad(x: Any) -> Variable:
    """x, whose gradient is not defined: asking for it is an error."""
    return passing.undefined_grad(x)  # type: ignore[no-any-return]


def grad_clip(x: Any, lower_bound: float, upper_bound: float) -> Variable:
    """x, whose gradient is limited, element by element, to [lower_bound, upper_bound]."""
    return passing.grad_clip(as_variable(x), lower=float(lower_bound), upper=float(upper_bound))  # type: ignore[no-any-return]


def grad_scale(x: Any, multiplier: float) -> Variable:
    """x, whose gradient is multiplied by a number."""
    return passing.grad_scale(as_variable(x), factor=float(multiplier))  # type: ignore[no-any-return]
