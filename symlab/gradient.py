"""Everything about derivatives in one module, as Theano and PyTensor have it: `sl.gradient`."""

from __future__ import annotations

from typing import Any

from symlab.core.autodiff.jacobian import hessian_vector_product as product
from symlab.core.autodiff.marks import DisconnectedType, NullType
from symlab.core.custom.derivatives import grad_not_implemented, grad_undefined
from symlab.core.gradcheck import NumericGradient as numeric_grad
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import DisconnectedInputError, GradientError, NullTypeGradError
from symlab.core.subgraph import subgraph_grad
from symlab.tensor.gradients import (
    Lop,
    Rop,
    consider_constant,
    disconnected_grad,
    grad,
    grad_clip,
    grad_scale,
    hessian,
    jacobian,
    undefined_grad,
    verify_grad,
    zero_grad,
)

__all__ = [
    "DisconnectedInputError",
    "DisconnectedType",
    "GradientError",
    "Lop",
    "NullType",
    "NullTypeGradError",
    "Rop",
    "consider_constant",
    "disconnected_grad",
    "grad",
    "grad_clip",
    "grad_not_implemented",
    "grad_scale",
    "grad_undefined",
    "gradcheck",
    "hessian",
    "hessian_vector_product",
    "jacobian",
    "numeric_grad",
    "pullback",
    "pushforward",
    "subgraph_grad",
    "undefined_grad",
    "verify_grad",
    "zero_grad",
]


def pullback(f: Any, wrt: Any, cotangents: Any, **options: Any) -> Any:
    """`Lop` under PyTensor's names: the Jacobian of f times cotangents from the left."""
    return Lop(f, wrt, cotangents, **options)


def pushforward(f: Any, wrt: Any, tangents: Any, use_op_pushforward: bool = False, **options: Any) -> Any:
    """`Rop` under PyTensor's names; how an op says its derivative makes no difference to what is asked for."""
    return Rop(f, wrt, tangents, **options)


def hessian_vector_product(cost: Any, wrt: Any, p: Any, **options: Any) -> Any:
    """The Hessian of a scalar cost times vectors, one for each of `wrt`, under PyTensor's names."""
    return product(cost, wrt, p, **options)
