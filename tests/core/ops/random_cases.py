"""Cases for the ops that draw random numbers; their meaning is tested in `tests/tensor/test_random`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import scipy.stats

from symlab.core.ops import choosing, generator_states, generators, random
from tests.core.ops.case import Array, Case, scalar


def random_cases() -> Iterator[Case]:
    """One case for each op."""
    u, rate = np.linspace(0.05, 0.95, 6).reshape(2, 3), np.linspace(0.5, 30, 6).reshape(2, 3)
    poisson = {"distribution": "poisson", "dtype": "int64"}
    yield Case(
        random.quantile, (u, rate), lambda u, r, distribution, dtype: scipy.stats.poisson.ppf(u, r).astype(np.int64),
        poisson, ("float64",), values=2, differentiable=False,
    )  # fmt: skip
    n, p = np.array([9, 4]), np.array([[0.2, 0.3, 0.5], [0.0, 0.0, 1.0]])
    yield Case(random.multinomial_quantile, (u, n, p), counts, {}, ("float64",), values=1, differentiable=False)
    state = generator_states.state_words(np.random.RandomState(3))
    options = {"distribution": "uniform", "shape": (2, "?"), "trailing": 0, "dtype": "float64"}
    yield Case(generators.numpy_draw, (state, scalar(3)), twister, options, ("uint32",), differentiable=False)
    seed, legacy = np.array(7), {"legacy": True}
    yield Case(generators.seeded, (seed,), seeded, legacy, ("int64",), differentiable=False)
    chances, places = np.array([[0.2, 0.3, 0.5], [0.5, 0.25, 0.25]]), np.array([[0, 2], [0, 2]])
    for shape, given in (((2,), ()), (("?",), (scalar(2),))):
        options = {"shape": shape, "replace": False}
        operands = (chances, np.array([0.1, 0.2, 0.45, 0.9]), *given)
        yield Case(choosing.chosen, operands, lambda *_, **options: places, options, ("float64",), differentiable=False)
    streams = np.arange(1, 13, dtype=np.int32).reshape(2, 6)
    yield Case(
        random.mrg_uniform, (streams,), mrg, {"shape": (5,), "dtype": "float64"}, ("int32",), differentiable=False
    )


def counts(u: Array, n: Array, p: Array) -> Array:
    first = scipy.stats.binom.ppf(u[:, 0], n, p[:, 0])
    second = scipy.stats.binom.ppf(u[:, 1], n - first, p[:, 1] / (p[:, 1] + p[:, 2]))
    return np.stack([first, second, n - first - second], 1).astype(np.int64)


def twister(state: Array, size: Array, **options: Any) -> tuple[Array, Array]:
    generator = np.random.RandomState(3)
    draw = generator.uniform(size=(2, int(size)))
    return generator_states.state_words(generator), draw


def seeded(seed: Array, legacy: bool) -> Array:
    return generator_states.state_words(np.random.RandomState(int(seed)))


def mrg(state: Array, shape: Any, dtype: str) -> tuple[Array, Array]:
    """The recurrences as they are published, one number after another."""
    rows = [[int(item) for item in row] for row in state]
    found = []
    for place in range(shape[0]):
        row = rows[place % len(rows)]
        rows[place % len(rows)], number = step(row)
        found.append(number)
    return np.array(rows, np.int32), np.array(found)


def step(row: Sequence[int]) -> tuple[list[int], float]:
    first = (2**22 * row[1] + (2**7 + 1) * row[2]) % (2**31 - 1)
    second = (2**15 * row[3] + (2**15 + 1) * row[5]) % (2**31 - 21069)
    number = first - second if first > second else first - second + 2**31 - 1
    return [first, row[0], row[1], second, row[3], row[4]], number * 2.0**-31
