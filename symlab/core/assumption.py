"""What the caller knows of an expression and the graph does not tell: its sign, its range, what matrix it is."""

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
    symmetric: bool = False,
    positive_definite: bool = False,
    lower_triangular: bool = False,
    upper_triangular: bool = False,
    diagonal: bool = False,
    orthogonal: bool = False,
) -> Variable:
    """`x`, of which rules may take for granted what is said here; use the result instead of `x`.

    `range=(low, high)` has both ends within it. The last six speak of the matrices in the last two axes; of complex
    ones "symmetric" means Hermitian, "orthogonal" unitary. What is said is believed: where it is not so, results may
    be wrong. DebugMode checks it. The value and the gradient are those of `x`.
    """
    x = as_variable(x)
    said = structure_of(
        x, symmetric=symmetric, positive_definite=positive_definite, lower_triangular=lower_triangular,
        upper_triangular=upper_triangular, diagonal=diagonal, orthogonal=orthogonal,
    )  # fmt: skip
    largest = sys.float_info.max if finite else math.inf
    low, high = (-largest, largest) if range is None else (float(range[0]), float(range[1]))
    low = max(low, TINY if positive else 0.0 if nonnegative else low)
    high = min(high, -TINY if negative else high)
    if not low <= high:
        problem = f"no number is within [{low:g}, {high:g}], which is what is assumed"
        raise InvalidValue(message(problem, (), ["assumptions that do not contradict each other"]))
    if said:
        return passing.assume(x, low=low, high=high, integer=integer, structure=said)  # type: ignore[no-any-return]
    return passing.assume(x, low=low, high=high, integer=integer)  # type: ignore[no-any-return]


def structure_of(x: Variable, **structure: bool) -> str:
    """The names of what matrices are said to be; raise where there are none."""
    said = " ".join(name for name, holds in structure.items() if holds)
    if said and (x.ndim < 2 or x.type.dtype.kind == "b"):
        tries = ["a matrix of numbers, or a stack of them"]
        raise InvalidValue(message(f"{x.type} cannot be {said.replace('_', ' ')}", [(x.name or "x", x)], tries))
    return said
