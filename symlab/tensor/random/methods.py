"""Distributions as methods of a shared generator: `following, x = rng.normal(0, 1)`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from symlab.core.ir.errors import near_names
from symlab.tensor.random import basic


def method_of(state: Any, name: str) -> Callable[..., Any]:
    """The method of a state that is called so: it gives the next state, and what is drawn."""
    if name not in basic.__all__ or name in ("RandomState", "default_rng"):
        hint = near_names(name, basic.__all__)
        raise AttributeError(f"a generator has no {name}{': ' + hint if hint else ''}")
    return functools.partial(getattr(basic, name), rng=state, return_next_rng=True)
