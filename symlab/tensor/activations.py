"""The activation functions of neural networks, as formulas."""

from __future__ import annotations

import math
from typing import Any

from symlab.core.ir.types import inexact
from symlab.core.ops.compare import gt, lt, switch
from symlab.core.ops.elementwise import abs, expm1, maximum, sigmoid, sign, softplus, tanh
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.special import erfc
from symlab.tensor.elementwise import cast, clip

__all__ = [
    "elu",
    "gelu",
    "hard_sigmoid",
    "mish",
    "relu",
    "selu",
    "sigmoid",
    "silu",
    "softplus",
    "softsign",
    "swish",
    "ultra_fast_sigmoid",
]

# The fixed point of Klambauer et al., "Self-normalizing neural networks", 2017.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def relu(x: Any, alpha: Any = 0) -> Variable:
    """x where it is positive, alpha x elsewhere; its derivative at 0 is alpha."""
    x = as_variable(x)
    if isinstance(alpha, (int, float)) and alpha == 0:
        return maximum(0, x)  # type: ignore[no-any-return]
    return switch(gt(x, 0), x, alpha * x)  # type: ignore[no-any-return]


def elu(x: Any, alpha: Any = 1) -> Variable:
    """x where it is positive, alpha (exp(x) - 1) elsewhere."""
    x = as_variable(x)
    return switch(gt(x, 0), x, alpha * expm1(x))  # type: ignore[no-any-return]


def selu(x: Any) -> Variable:
    """`elu` with the scale and alpha that keep mean 0 and variance 1."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def gelu(x: Any) -> Variable:
    """x times the normal distribution function."""
    x = as_variable(x)
    return 0.5 * x * erfc(x * -math.sqrt(0.5))  # type: ignore[no-any-return]


def silu(x: Any) -> Variable:
    """x sigmoid(x)."""
    x = as_variable(x)
    return x * sigmoid(x)  # type: ignore[no-any-return]


swish = silu


def mish(x: Any) -> Variable:
    """x tanh(softplus(x))."""
    x = as_variable(x)
    return x * tanh(softplus(x))  # type: ignore[no-any-return]


def softsign(x: Any) -> Variable:
    """x / (1 + |x|)."""
    x = as_variable(x)
    return x / (1.0 + abs(x))  # type: ignore[no-any-return]


def real(x: Any) -> Variable:
    """x, integers in the dtype of real functions of them."""
    node = as_variable(x)
    return cast(node, inexact(node.type.dtype))


def hard_sigmoid(x: Any) -> Variable:
    """0.2 x + 0.5, limited to [0, 1]: a cheap stand-in for `sigmoid`."""
    return clip(0.2 * real(x) + 0.5, 0.0, 1.0)


def ultra_fast_sigmoid(x: Any) -> Variable:
    """`sigmoid` within 0.03, by three rational pieces in |x| / 2."""
    x = 0.5 * real(x)
    size = abs(x)
    near = 1.5 * size / (1.0 + size)
    middle = 0.935409070603099 + 0.0458812946797165 * (size - 1.7)
    half = switch(lt(size, 1.7), near, switch(lt(size, 3.0), middle, 0.99505475368673))
    return 0.5 * (sign(x) * half + 1.0)  # type: ignore[no-any-return]
