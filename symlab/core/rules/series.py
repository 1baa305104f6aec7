"""What rules that replace a formula by a few terms of its series have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.ops.compare import switch


def polynomial(x: Any, coefficients: Sequence[Any]) -> Any:
    """The value of a polynomial, from the coefficient of the highest power down."""
    *lower, total = [float(value) for value in coefficients]
    for coefficient in reversed(lower):
        total = coefficient + x * total
    return total


def unguarded(x):
    """Whether a variable is not itself chosen so that it is far from 0."""
    return x.op is not switch
