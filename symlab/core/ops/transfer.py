"""Where a value lies: ops that bring an array to the device and back. A pass puts them in, and rules cancel them."""

from __future__ import annotations

from symlab.core.ir.op import Kind, Op
from symlab.core.ops.declare import declaring_module
from symlab.core.ops.passing import same_type, same_value

to_device: Op = Op(
    "to_device",
    Kind.STRUCTURAL,
    "x in the memory of the device.",
    same_value,
    same_type,
    vjp=lambda cotangent, y, x: (cotangent,),
    jvp=lambda tangents, y, x: to_device(tangents[0]),
    latex="{0}",
    home=declaring_module(),
)

to_host: Op = Op(
    "to_host",
    Kind.STRUCTURAL,
    "x in the memory of the processor.",
    same_value,
    same_type,
    vjp=lambda cotangent, y, x: (cotangent,),
    jvp=lambda tangents, y, x: to_host(tangents[0]),
    latex="{0}",
    home=declaring_module(),
)
