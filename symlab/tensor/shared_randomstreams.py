"""Theano's `RandomStreams`: draws as NumPy's older generator makes them, so that seeded programs give their numbers.

A stream made with a seed draws from it a seed for each of its draws; a draw with a seed of its own gives the numbers
that `np.random.RandomState` gives, call after call. New programs take `T.random.RandomStream`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symlab.core.ops.operators import Variable
from symlab.core.shared import SharedVariable, shared
from symlab.tensor import raw_random

__all__ = ["RandomStreams"]

SEEDS = 2**30  # below which Theano's seeds lie


class Draw(Variable):
    """What a stream draws; `rng` is the shared state from which it does, to be read, seeded and set by hand."""

    __slots__ = ("rng",)

    rng: SharedVariable | None

    @classmethod
    def of(cls, drawn: Variable, state: SharedVariable) -> Draw:
        """The same draw with its state."""
        made = cls(drawn.op, drawn.args, drawn.attrs, drawn.type, drawn.name)
        made.rng = state
        return made

    @property
    def update(self) -> tuple[SharedVariable | None, Variable | None]:
        """The state with its next value."""
        return self.rng, None if self.rng is None else self.rng.default_update

    def label(self) -> tuple[Any, ...]:
        """Name, tag, origin and the state."""
        return (*super().label(), self.rng)

    def relabel(self, label: tuple[Any, ...]) -> None:
        """Put name, tag, origin and the state back."""
        *plain, self.rng = label
        super().relabel(tuple(plain))


class RandomStreams:
    """Draws as NumPy's RandomState makes them; each has a state of its own, which functions that use it move on."""

    def __init__(self, seed: int | None = None) -> None:
        self.default_instance_seed = seed
        self.state_updates: list[tuple[SharedVariable, Variable]] = []
        self.gen_seedgen = np.random.RandomState(seed)

    def updates(self) -> list[tuple[SharedVariable, Variable]]:
        """The state of each draw so far with its next value, for functions with `no_default_updates`."""
        return list(self.state_updates)

    def seed(self, seed: int | None = None) -> None:
        """Start all draws made so far anew."""
        seeds = np.random.RandomState(self.default_instance_seed if seed is None else seed)
        for state, _ in self.state_updates:
            state.set_value(raw_random.state_of(int(seeds.randint(SEEDS))))

    def __getitem__(self, state: SharedVariable) -> Any:
        """The generator of a draw in its present state, given the draw's `rng`."""
        return self.own(state).get_value()

    def __setitem__(self, state: SharedVariable, generator: Any) -> None:
        """Let a draw go on as this `np.random.RandomState` would, given the draw's `rng`."""
        self.own(state).set_value(generator)

    def own(self, state: SharedVariable) -> SharedVariable:
        """The state of a draw of this stream."""
        if not any(state is known for known, _ in self.state_updates):
            raise KeyError(f"{state!r} is the state of no draw of this stream")
        return state

    def gen(self, function: Callable[..., raw_random.Drawn], *operands: Any, **options: Any) -> Variable:
        """A draw by a function of `raw_random`, with a state of its own."""
        generator = np.random.RandomState(int(self.gen_seedgen.randint(SEEDS)))
        state = shared(generator, name=f"state of {function.__name__}")
        state.default_update, found = function(state, *operands, **options)
        self.state_updates.append((state, state.default_update))
        return Draw.of(found, state)

    def uniform(
        self, size: Any = None, low: Any = 0.0, high: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX"
    ) -> Variable:
        """Numbers in [low, high), all alike."""
        return self.gen(raw_random.uniform, size, low, high, ndim, dtype)

    def normal(
        self, size: Any = None, avg: Any = 0.0, std: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX"
    ) -> Variable:
        """Normal numbers with this mean and standard deviation."""
        return self.gen(raw_random.normal, size, avg, std, ndim, dtype)

    def binomial(
        self,
        size: Any = None,
        n: Any = 1,
        p: Any = 0.5,
        ndim: int | None = None,
        dtype: Any = "int64",
        prob: Any = None,
    ) -> Variable:
        """How many of n trials succeed that each do with probability p."""
        return self.gen(raw_random.binomial, size, n, p, ndim, dtype, prob)

    def poisson(self, size: Any = None, lam: Any = 1.0, ndim: int | None = None, dtype: Any = "int64") -> Variable:
        """How many events happen that are expected lam times."""
        return self.gen(raw_random.poisson, size, lam, ndim, dtype)

    def random_integers(
        self, size: Any = None, low: Any = 0, high: Any = 1, ndim: int | None = None, dtype: Any = "int64"
    ) -> Variable:
        """Whole numbers in [low, high], both included."""
        return self.gen(raw_random.random_integers, size, low, high, ndim, dtype)

    def choice(
        self,
        size: Any = 1,
        a: Any = 2,
        replace: bool = True,
        p: Any = None,
        ndim: int | None = None,
        dtype: Any = "int64",
    ) -> Variable:
        """Elements of a vector a, or of the numbers before it, by probabilities p; each once unless `replace`."""
        return self.gen(raw_random.choice, size, a, replace, p, ndim, dtype)

    def permutation(self, size: Any = None, n: Any = 1, ndim: int | None = None, dtype: Any = "int64") -> Variable:
        """The numbers before n in random order, for each place."""
        return self.gen(raw_random.permutation, size, n, ndim, dtype)

    def multinomial(
        self, size: Any = None, n: Any = 1, pvals: Any = (0.5, 0.5), ndim: int | None = None, dtype: Any = "int64"
    ) -> Variable:
        """How many of n trials fall into each class, by the probabilities in the last axis of `pvals`."""
        return self.gen(raw_random.multinomial, size, n, pvals, ndim, dtype)

    def shuffle_row_elements(self, input: Any) -> Variable:
        """The elements of each row in a random order of its own."""
        return self.gen(raw_random.shuffle_row_elements, input)
