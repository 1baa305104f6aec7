"""Distributions as methods of a generator: `following, x = rng.normal(0, 1)`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from symlab.core.ir.errors import near_names
from symlab.core.ops.generator_states import GENERATOR
from symlab.core.ops.operators import Variable
from symlab.tensor.random import basic
from symlab.tensor.random.op import RandomVariable
from symlab.tensor.random.type import as_generator


def method_of(state: Any, name: str) -> Callable[..., Any]:
    """The method of a state that is called so: it gives the next state, and what is drawn."""
    distribution = getattr(basic, name, None) if name in basic.__all__ else None
    if not isinstance(distribution, RandomVariable):
        hint = near_names(name, basic.__all__)
        raise AttributeError(f"a generator has no {name}{': ' + hint if hint else ''}")

    @functools.wraps(distribution)
    def draw(*parameters: Any, **options: Any) -> tuple[Variable, Variable]:
        following, found = distribution(*parameters, rng=state, return_next_rng=True, **options)
        return as_generator(following) if following.type is GENERATOR else following, found

    return draw
