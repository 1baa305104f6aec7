"""Theano's `RandomStreams`: draws as NumPy's older generator makes them, so that seeded programs give their numbers.

A stream made with a seed draws from it a seed for each of its draws; a draw with a seed of its own gives the numbers
that `np.random.RandomState` gives, call after call. New programs take `T.random.RandomStream`.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.op import PROJECT
from symlab.core.ops.elementwise import cast
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.random import random_state, state_words
from symlab.core.ops.shape import Number, separated, sizes_of
from symlab.core.shared import SharedVariable, shared
from symlab.tensor.arguments import size_from
from symlab.tensor.indexing import take_along_axis
from symlab.tensor.random.draws import sizes_for
from symlab.tensor.types import dtype_of

__all__ = ["RandomStreams"]

SEEDS = 2**30  # below which Theano's seeds lie


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
            state.set_value(state_words(np.random.RandomState(int(seeds.randint(SEEDS)))))

    def drawn(
        self, distribution: str, sizes: Sequence[Number], operands: Sequence[Any], dtype: Any, trailing: int = 0
    ) -> Variable:
        """A draw with a state of its own."""
        first = state_words(np.random.RandomState(int(self.gen_seedgen.randint(SEEDS))))
        state = shared(first, name=f"state of {distribution}", shape=first.shape)
        template, given = separated(sizes)
        several = random_state(
            state, *given, *map(as_variable, operands), distribution=distribution, shape=template, trailing=trailing,
            dtype=dtype_of(dtype).name,
        )  # fmt: skip
        state.default_update = PROJECT(several, index=0)
        self.state_updates.append((state, state.default_update))
        return PROJECT(several, index=1)  # type: ignore[no-any-return]

    def simple(self, distribution: str, size: Any, operands: Sequence[Any], ndim: int | None, dtype: Any) -> Variable:
        """A draw whose size is given, or that of the parameters together."""
        return self.drawn(distribution, sizes_for(size, [*map(as_variable, operands)], ndim), operands, dtype)

    def uniform(
        self, size: Any = None, low: Any = 0.0, high: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX"
    ) -> Variable:
        """Numbers in [low, high), all alike."""
        return self.simple("uniform", size, [low, high], ndim, dtype)

    def normal(
        self, size: Any = None, avg: Any = 0.0, std: Any = 1.0, ndim: int | None = None, dtype: Any = "floatX"
    ) -> Variable:
        """Normal numbers with this mean and standard deviation."""
        return self.simple("normal", size, [avg, std], ndim, dtype)

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
        return self.simple("binomial", size, [n, p if prob is None else prob], ndim, dtype)

    def poisson(self, size: Any = None, lam: Any = 1.0, ndim: int | None = None, dtype: Any = "int64") -> Variable:
        """How many events happen that are expected lam times."""
        return self.simple("poisson", size, [lam], ndim, dtype)

    def random_integers(
        self, size: Any = None, low: Any = 0, high: Any = 1, ndim: int | None = None, dtype: Any = "int64"
    ) -> Variable:
        """Whole numbers in [low, high], both included."""
        return self.simple("random_integers", size, [low, high], ndim, dtype)

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
        a = as_variable(a)
        kind = "choice" if replace else "choice without replacement"
        operands = [a] if p is None else [a, cast(as_variable(p), dtype="float64")]
        return self.drawn(kind, sizes_for(size, [], ndim), operands, a.dtype if a.ndim else dtype)

    def permutation(self, size: Any = None, n: Any = 1, ndim: int | None = None, dtype: Any = "int64") -> Variable:
        """The numbers before n in random order, for each place."""
        sizes = () if size is None else sizes_for(size, [], ndim)
        return self.drawn("permutation", [*sizes, size_from(n)], [as_variable(n)], dtype, trailing=1)

    def multinomial(
        self, size: Any = None, n: Any = 1, pvals: Any = (0.5, 0.5), ndim: int | None = None, dtype: Any = "int64"
    ) -> Variable:
        """How many of n trials fall into each class, by the probabilities in the last axis of `pvals`."""
        trials, rows = as_variable(n), as_variable(pvals)
        front = sizes_for(size, [trials, rows[..., 0]], ndim)
        return self.drawn("multinomial", [*front, sizes_of(rows)[-1]], [trials, rows], dtype, trailing=1)

    def shuffle_row_elements(self, input: Any) -> Variable:
        """The elements of each row in a random order of its own."""
        x = as_variable(input)
        sizes = sizes_of(x)
        order = self.permutation(size=sizes[:-1], n=sizes[-1], ndim=builtins.max(x.ndim - 1, 0))
        return take_along_axis(x, order, axis=-1)
