"""The functions for which the standard wants other values at infinities than `symlab.tensor`, which follows NumPy."""

from __future__ import annotations

from types import MappingProxyType

import symlab.tensor as T
from symlab.core.ops.operators import Variable


def floor_divide(x1: Variable, x2: Variable) -> Variable:
    """The floor of the quotient; with infinite operands the quotient itself, where NumPy has nan and -1."""
    floor = T.floor_divide(x1, x2)
    if floor.type.dtype.kind != "f":
        return floor  # type: ignore[no-any-return]
    return T.where(T.isinf(x1) | T.isinf(x2), x1 / x2, floor)  # type: ignore[no-any-return]


def expm1(x: Variable) -> Variable:
    """exp(x) - 1; real numbers stay real among complex ones, and without an angle the modulus still tells 0 and inf."""
    found = T.expm1(x)
    if found.type.dtype.kind != "c":
        return found  # type: ignore[no-any-return]
    a, b = T.real(x), T.imag(x)
    is_real, turns = T.eq(b, 0), ~T.isfinite(b)
    is_zero, is_infinite = turns & T.isinf(a) & T.lt(a, 0), turns & T.isinf(a) & T.gt(a, 0)
    real = T.where(is_real, T.expm1(a), T.where(is_zero, -T.ones_like(a), T.where(is_infinite, a, T.real(found))))
    imag = T.where(is_real, b, T.where(is_zero, T.zeros_like(b), T.imag(found)))
    return T.complex(real, imag)  # type: ignore[no-any-return]


OWN = MappingProxyType({"expm1": expm1, "floor_divide": floor_divide})
