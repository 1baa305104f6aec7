"""Where a factor of a derivative counts: the derivative of `switch(c, a, b)` in a is `switch(c, 1, 0)`.

Where c does not hold, the derivatives below a may be infinite or nan (those of log(x) at 0), and 0 times those is nan.
So whoever multiplies derivatives takes such a choice apart first, multiplies what it is where it counts, and chooses
last.
"""

from __future__ import annotations

from typing import Any

from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.bits import and_, invert
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import cast


def live(value: Any) -> tuple[Any, Any]:
    """The condition under which a value is not the 0 of a choice (None: always), and what it is there."""
    op: Any = getattr(value, "op", None)
    args: Any = getattr(value, "args", ())
    if op is cast:
        condition, inner = live(args[0])
        return (None, value) if condition is None else (condition, cast(inner, **value.attributes))
    if op is switch and is_number(args[2], 0):
        return args[0], args[1]
    if op is switch and is_number(args[1], 0):
        return invert(args[0]), args[2]
    return None, value


def both(first: Any, second: Any) -> Any:
    """Both of two conditions, None standing for one that always holds."""
    if first is None or first is second:
        return second
    return first if second is None else and_(first, second)


def is_number(value: Any, number: int) -> bool:
    """Whether this is the Python number, or a constant scalar, of this value."""
    if isinstance(value, (int, float)):
        return value == number
    return getattr(value, "op", None) is CONSTANT and value.type.ndim == 0 and bool(constant_value(value) == number)
