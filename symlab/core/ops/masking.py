"""Products of derivatives in which the exact 0 of an operand that was not chosen stays 0.

The derivative of `switch(c, a, b)` in a is `switch(c, 1, 0)`. Where c does not hold, the derivatives below a may be
infinite or nan (log(x) at 0), and 0 times those is nan. So a product with such a choice is made inside of it:
`switch(c, g, 0) * p` becomes `switch(c, g * p, 0)`.
"""

from __future__ import annotations

from typing import Any

from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.bits import and_, invert
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import cast, mul, neg


def product(cotangent: Any, partial: Any) -> Any:
    """cotangent * partial, exactly 0 wherever one of the two is the 0 of a choice."""
    first, value = live(cotangent)
    second, slope = live(partial)
    result = times(value, slope)
    if first is None and second is None:
        return result
    return switch(both(first, second), result, 0)


def live(value: Any) -> tuple[Any, Any]:
    """The condition under which a value is not the 0 of a choice (None: always), and what it is there."""
    op: Any = getattr(value, "op", None)
    args: Any = getattr(value, "args", ())
    if op is cast:
        condition, inner = live(args[0])
        return (None, value) if condition is None else (condition, cast(inner, **value.attributes))
    if op is switch and is_zero(args[2]):
        return args[0], args[1]
    if op is switch and is_zero(args[1]):
        return invert(args[0]), args[2]
    return None, value


def both(first: Any, second: Any) -> Any:
    """Both of two conditions, None standing for one that always holds."""
    if first is None or first is second:
        return second
    return first if second is None else and_(first, second)


def times(value: Any, slope: Any) -> Any:
    """The product, without a node for a slope of 1 or -1."""
    if is_number(slope, 1):
        return value
    return neg(value) if is_number(slope, -1) else mul(value, slope)


def is_zero(value: Any) -> bool:
    """Whether a node is the constant 0."""
    return is_number(value, 0)


def is_number(value: Any, number: int) -> bool:
    """Whether this is the Python number, or a constant scalar, of this value."""
    if isinstance(value, (int, float)):
        return value == number
    return getattr(value, "op", None) is CONSTANT and value.type.ndim == 0 and bool(constant_value(value) == number)
