"""What the caller knows of an expression and the graph does not tell: its sign, its range, that it is whole."""

from __future__ import annotations

import math
import sys
from typing import Any

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops import passing
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.rewrite.analysis import TINY


def assume(
    x: Any,
    *,
    positive: bool = False,
    negative: bool = False,
    nonnegative: bool = False,
    range: tuple[float, float] | None = None,
    finite: bool = False,
    integer: bool = False,
) -> Variable:
    """`x`, of which rules may take for granted what is said here; use the result instead of `x`.

    `range=(low, high)` has both ends within it. What is said is believed, not checked: where it is not so, results may
    be wrong. The value and the gradient are those of `x`.
    """
    largest = sys.float_info.max if finite else math.inf
    low, high = (-largest, largest) if range is None else (float(range[0]), float(range[1]))
    low = max(low, TINY if positive else 0.0 if nonnegative else low)
    high = min(high, -TINY if negative else high)
    if not low <= high:
        problem = f"no number is within [{low:g}, {high:g}], which is what is assumed"
        raise InvalidValue(message(problem, (), ["assumptions that do not contradict each other"]))
    return passing.assume(as_variable(x), low=low, high=high, integer=integer)  # type: ignore[no-any-return]
