"""Streams of random numbers for people who do not want to carry keys: each draw has a shared variable of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from symlab.core.ops.elementwise import add
from symlab.core.ops.operators import Variable, constant
from symlab.core.shared import SharedVariable, shared
from symlab.tensor.random import arrays, continuous, discrete
from symlab.tensor.random.sources import Source, mixed


def method(function: Callable[..., Variable]) -> Callable[..., Variable]:
    """A distribution as a method of a stream; `name` is that of the result."""

    @functools.wraps(function)
    def draw(self: RandomStream, *parameters: Any, name: str | None = None, **options: Any) -> Variable:
        found = function(*parameters, rng=self, **options)
        found.name = name if name is not None else found.name
        return found

    return draw


class RandomStream:
    """Draws that differ from each other and from call to call, and are the same for the same seed on every machine.

    Each draw keeps a key and the number of the call in a shared variable, which functions that use the draw count up.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seeds = np.random.SeedSequence(mixed(seed))
        self.states: list[SharedVariable] = []

    def source(self) -> Source:
        """Bits for the next draw."""
        state = shared(self.fresh(), name=f"stream {len(self.states)}", shape=(2,))
        state.default_update = add(state, constant(np.array([0, 1], np.uint64)))
        self.states.append(state)
        return Source(state[0], state[1])

    def fresh(self) -> np.ndarray[Any, Any]:
        """The first state of a draw: a key, and call 0."""
        (child,) = self.seeds.spawn(1)
        return np.array([child.generate_state(1, np.uint64)[0], 0], np.uint64)

    def updates(self) -> list[tuple[SharedVariable, Variable]]:
        """The state of each draw so far with its next value, for functions with `no_default_updates`."""
        return [(state, state.default_update) for state in self.states]  # type: ignore[misc]

    @property
    def state_updates(self) -> list[tuple[SharedVariable, Variable]]:
        """What `updates` gives, under the name that programs for Aesara know."""
        return self.updates()

    def gen(self, distribution: Callable[..., Variable], *parameters: Any, **options: Any) -> Variable:
        """A draw by a function of `symlab.tensor.random`, as by the stream's method of that name."""
        return distribution(*parameters, rng=self, **options)

    def seed(self, seed: int | None = None) -> None:
        """Start all draws made so far anew."""
        self.seeds = np.random.SeedSequence(mixed(seed))
        for state in self.states:
            state.set_value(self.fresh())

    beta = method(continuous.beta)
    cauchy = method(continuous.cauchy)
    chisquare = method(continuous.chisquare)
    exgaussian = method(continuous.exgaussian)
    exponential = method(continuous.exponential)
    f = method(continuous.f)
    gamma = method(continuous.gamma)
    gengamma = method(continuous.gengamma)
    gumbel = method(continuous.gumbel)
    halfcauchy = method(continuous.halfcauchy)
    halfnormal = method(continuous.halfnormal)
    invgamma = method(continuous.invgamma)
    laplace = method(continuous.laplace)
    logistic = method(continuous.logistic)
    lognormal = method(continuous.lognormal)
    normal = method(continuous.normal)
    pareto = method(continuous.pareto)
    power = method(continuous.power)
    random = method(continuous.random)
    rayleigh = method(continuous.rayleigh)
    standard_exponential = method(continuous.standard_exponential)
    standard_cauchy = method(continuous.standard_cauchy)
    standard_gamma = method(continuous.standard_gamma)
    standard_t = method(continuous.standard_t)
    standard_normal = method(continuous.standard_normal)
    t = method(continuous.t)
    triangular = method(continuous.triangular)
    truncated_normal = method(continuous.truncated_normal)
    truncexpon = method(continuous.truncexpon)
    uniform = method(continuous.uniform)
    vonmises = method(continuous.vonmises)
    wald = method(continuous.wald)
    weibull = method(continuous.weibull)
    bernoulli = method(discrete.bernoulli)
    betabinom = method(discrete.betabinom)
    binomial = method(discrete.binomial)
    categorical = method(discrete.categorical)
    geometric = method(discrete.geometric)
    hypergeometric = method(discrete.hypergeometric)
    integers = method(discrete.integers)
    logseries = method(discrete.logseries)
    multinomial = method(discrete.multinomial)
    negative_binomial = method(discrete.negative_binomial)
    nbinom = method(discrete.nbinom)
    poisson = method(discrete.poisson)
    randint = method(discrete.randint)
    zipf = method(discrete.zipf)
    choice = method(arrays.choice)
    dirichlet = method(arrays.dirichlet)
    multivariate_normal = method(arrays.multivariate_normal)
    permutation = method(arrays.permutation)
    shuffle = method(arrays.shuffle)
    shuffle_row_elements = method(arrays.shuffle_row_elements)
