"""Shared generators of NumPy: `shared_rng(seed=5)`, or `sl.shared(np.random.default_rng(5))`."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.generators import RandomGeneratorSharedVariable, RandomStateSharedVariable
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.shared import shared

__all__ = ["RandomGeneratorSharedVariable", "RandomStateSharedVariable", "shared_rng"]


def shared_rng(
    value: np.random.Generator | None = None, *, seed: Any = None, name: str | None = None, borrow: bool = False
) -> RandomGeneratorSharedVariable:
    """A shared generator: the one that is given, or a new one with a seed."""
    if (value is None) == (seed is None):
        raise InvalidValue(message("a shared generator starts from a generator or from a seed, one of them"))
    if value is not None and not isinstance(value, np.random.Generator):
        raise TypeMismatch(message(f"{value!r} is no generator of NumPy", (), ["seed=5", "np.random.default_rng(5)"]))
    return shared(np.random.default_rng(seed) if value is None else value, name, borrow=borrow)  # type: ignore[return-value]
