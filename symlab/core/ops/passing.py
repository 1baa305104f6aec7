"""Ops that pass their operand on as it is; what differs is the derivative, or the identity of the node.

`extra["identity"]` tells the compiler that the value is the operand's, so that nothing of them is left in a program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from symlab.core.ir.op import AS_WRITTEN, Kind, Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops.declare import declaring_module
from symlab.core.ops.elementwise import maximum, minimum, mul
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import filled_like, value_operands

IDENTITY: Mapping[str, Any] = MappingProxyType({"identity": True})


def same_value(x: Any, **attributes: Any) -> Any:
    """x, whatever the attributes say of its derivative."""
    return x


def same_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of x."""
    return x


def passing(
    name: str, doc: str, vjp: Callable[..., Any] | None, jvp: Callable[..., Any] | None, *, connected: bool = True
) -> Op:
    """An op whose value is its operand."""
    return Op(
        name, Kind.STRUCTURAL, doc, same_value, same_type, vjp=vjp, jvp=jvp, latex="{0}",
        home=declaring_module(), extra=IDENTITY if connected else value_operands(0, identity=True),
    )  # fmt: skip


copy: Op = passing(
    "copy",
    "x, as a node of its own.",
    lambda cotangent, y, x: (cotangent,),
    lambda tangents, y, x: copy(tangents[0]),
)

disconnected_grad: Op = passing(
    "disconnected_grad",
    "x, of which nothing is differentiated: an error if all depends on it.",
    lambda cotangent, y, x: (None,),
    lambda tangents, y, x: None,
    connected=False,
)

zero_grad: Op = passing(
    "zero_grad",
    "x, whose gradient is 0.",
    lambda cotangent, y, x: (filled_like(x, 0),),
    lambda tangents, y, x: filled_like(x, 0),
)

undefined_grad: Op = passing(
    "undefined_grad",
    "x, whose gradient is not defined: an error if it is needed.",
    None,
    None,
)

grad_clip: Op = passing(
    "grad_clip",
    "x, whose gradient is limited to [lower, upper] (attributes).",
    lambda cotangent, y, x, lower, upper: (minimum(maximum(cotangent, lower), upper),),
    lambda tangents, y, x, lower, upper: grad_clip(tangents[0], lower=lower, upper=upper),
)

grad_scale: Op = passing(
    "grad_scale",
    "x, whose gradient is multiplied (attribute `factor`).",
    lambda cotangent, y, x, factor: (mul(cotangent, factor),),
    lambda tangents, y, x, factor: mul(tangents[0], factor),
)


def as_written(value: Any, *boundary: Any) -> Variable:
    """`value`, computed exactly as it is written: only rules that are exact in floating point act on it.

    Everything that it is computed from belongs to the region, down to the inputs or to the nodes listed as `boundary`.
    """
    node = as_variable(value)
    return Variable(AS_WRITTEN, (node, *map(as_variable, boundary)), (), node.type)


assume: Op = passing(
    "assume",
    "x, of which the caller says that it is in [low, high], whether `integer`, and of what `structure` (attributes).",
    lambda cotangent, y, x, **said: (cotangent,),
    lambda tangents, y, x, **said: tangents[0],
)
