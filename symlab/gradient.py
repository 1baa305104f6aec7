"""Everything about derivatives in one module, as Theano and PyTensor have it: `sl.gradient`."""

from __future__ import annotations

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
    hessian_vector_product,
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

pullback, pushforward = Lop, Rop  # as PyTensor calls them
