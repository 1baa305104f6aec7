"""Streams of draws from generators of NumPy, and what helps to write distributions of one's own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message, near_names
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of
from symlab.core.shared import SharedVariable, shared
from symlab.tensor.joining import stack
from symlab.tensor.random import basic
from symlab.tensor.random.op import RandomVariable
from symlab.tensor.random.sources import filled_to
from symlab.tensor.random.states import asked, front_sizes

__all__ = ["RandomStream", "broadcast_params", "normalize_size_param"]


def normalize_size_param(size: Any) -> Variable:
    """The size of a draw as a vector of int64, an empty one for None."""
    sizes = asked(size)
    return stack([as_variable(np.int64(item) if isinstance(item, int) else item) for item in sizes]) if sizes else (
        as_variable(np.zeros(0, np.int64))
    )  # fmt: skip


def broadcast_params(params: Sequence[Any], ndims_params: Sequence[int]) -> list[Any]:
    """Parameters with equal leading axes: all but the last `ndims_params` of each are broadcast."""
    if not any(isinstance(item, Variable) for item in params):
        arrays = [np.asarray(item) for item in params]
        pairs = [(item.shape[: item.ndim - core], item.shape[item.ndim - core :])
                 for item, core in zip(arrays, ndims_params, strict=True)]  # fmt: skip
        front = np.broadcast_shapes(*(first for first, _ in pairs))
        return [np.broadcast_to(item, front + end) for item, (_, end) in zip(arrays, pairs, strict=True)]
    nodes = [as_variable(item) for item in params]
    together = front_sizes(nodes, ndims_params)
    ends = [sizes_of(item)[item.ndim - core :] for item, core in zip(nodes, ndims_params, strict=True)]
    return [filled_to(item, (*together, *end)) for item, end in zip(nodes, ends, strict=True)]


def legacy_constructor(seed: Any) -> np.random.RandomState:
    """A RandomState whose bits are seeded by a `SeedSequence`."""
    return np.random.RandomState(np.random.MT19937(seed))


class RandomStream:
    """Draws from generators of NumPy, one for each draw, which functions that use the draw move on.

    `namespace` is a module with distributions, `rng_ctor` makes a generator from a `np.random.SeedSequence`, or is
    `np.random.RandomState`. The stream of `symlab.tensor.random` draws the same numbers on every back end.
    """

    def __init__(
        self, seed: int | None = None, namespace: Any = None, rng_ctor: Callable[..., Any] = np.random.default_rng
    ) -> None:
        self.namespace = basic if namespace is None else namespace
        self.default_instance_seed = seed
        self.state_updates: list[tuple[SharedVariable, Variable]] = []
        self.gen_seedgen = np.random.SeedSequence(seed)
        self.rng_ctor = legacy_constructor if rng_ctor is np.random.RandomState else rng_ctor

    def __getattr__(self, name: str) -> Callable[..., Any]:
        found = None if name.startswith("_") else getattr(self.namespace, name, None)
        if not isinstance(getattr(found, "func", found), RandomVariable):
            hint = near_names(name, getattr(self.namespace, "__all__", ()))
            raise AttributeError(f"there is no distribution {name}{': ' + hint if hint else ''}")
        return functools.wraps(found)(functools.partial(self.gen, found))  # type: ignore[arg-type]

    def updates(self) -> list[tuple[SharedVariable, Variable]]:
        """The state of each draw so far with its next value, for functions with `no_default_updates`."""
        return list(self.state_updates)

    def seed(self, seed: int | None = None) -> None:
        """Start all draws made so far anew, from the stream's own seed unless another is given."""
        self.gen_seedgen = np.random.SeedSequence(self.default_instance_seed if seed is None else seed)
        seeds = self.gen_seedgen.spawn(len(self.state_updates))
        for (state, _), own in zip(self.state_updates, seeds, strict=True):
            state.set_value(self.rng_ctor(own), borrow=True)

    def gen(self, distribution: Callable[..., Any], *parameters: Any, **options: Any) -> Variable:
        """A draw by a distribution, with a generator of its own."""
        if "rng" in options:
            raise InvalidValue(message("a draw of a stream has a generator of its own, and takes no `rng`"))
        (seed,) = self.gen_seedgen.spawn(1)
        state = shared(self.rng_ctor(seed), borrow=True)
        found: Variable = distribution(*parameters, **options, rng=state)
        state.default_update = found.owner.outputs[0]
        self.state_updates.append((state, state.default_update))
        return found
