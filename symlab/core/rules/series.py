"""What rules that replace a formula by a few terms of its series have in common."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symlab.core.ops import polynomials


def polynomial(x: Any, terms: Sequence[Fraction], first: int = 0) -> Any:
    """The sum of terms[k] x^(first + k)."""
    return polynomials.polynomial(x, coefficients=coefficients(terms, first))


def coefficients(terms: Sequence[Fraction], first: int) -> tuple[float, ...]:
    """The coefficients of a polynomial, of which `terms` are those from x^first on."""
    return (*[0.0] * first, *map(float, terms))
