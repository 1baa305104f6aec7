"""Drawn programs of joins, parts and products: compiled, they refuse the sizes that they refuse as typed, no others."""

from __future__ import annotations

import random

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate_graph
from symlab.core.ir.graph import Graph

UNARY = [
    lambda s: T.concatenate([s, s]),
    lambda s: s[1:],
    lambda s: s[::-1],
    lambda s: s.flatten(),
    lambda s: s.T,
    lambda s: T.exp(s * 0.1) * 0,
    lambda s: s[[0, 1]],
    lambda s: s[T.arange(s.shape[0])],
    lambda s: T.set_subtensor(s[1:], s[1:] * 2),
    lambda s: T.zeros_like(s) + s,
    lambda s: T.cumsum(s, axis=0),
    lambda s: s.sum(axis=-1, keepdims=True) * 0 + s,
]
OF_EQUAL_SHAPES = [lambda s, t: s + t - s, lambda s, t: s * t * 0 + t, lambda s, t: s - t + t]


def value(graph, values):
    """The result as typed, or None where it is refused."""
    try:
        return evaluate_graph(graph, dict(zip(graph.inputs, values, strict=True)))[0]
    except ValueError:
        return None


def drawn(choices, inputs, values):
    """An expression that these values fit, and from which rules take operands away."""
    pool = list(inputs)

    def fitting(shape):
        return [one for one in pool if value(Graph.of(inputs, [one]), values).shape == shape]

    for _ in range(choices.randint(3, 8)):
        one = choices.choice(pool)
        shape = value(Graph.of(inputs, [one]), values).shape
        if choices.random() < 0.4:
            pool.append(choices.choice(OF_EQUAL_SHAPES)(one, choices.choice(fitting(shape))))
        elif choices.random() < 0.2 and fitting(shape[-1:]) and len(shape) == 2:
            pool.append(T.dot(one, choices.choice(fitting(shape[-1:]))))
        else:
            pool.append(choices.choice(UNARY)(one))
    last = pool[-1]
    return choices.choice(OF_EQUAL_SHAPES)(last, choices.choice(fitting(value(Graph.of(inputs, [last]), values).shape)))


@pytest.mark.parametrize("seed", range(40))
def test_sizes_are_refused_as_typed(seed):
    choices, numbers = random.Random(seed), np.random.default_rng(seed)
    inputs = [*T.dvectors("x", "y"), *T.dmatrices("A", "B")]
    rows, columns = choices.choice([2, 4]), choices.choice([3, 5])
    shapes = [(columns,), (columns,), (rows, columns), (rows, columns)]
    expression = drawn(choices, inputs, [numbers.normal(size=shape) for shape in shapes])
    f = sl.function(inputs, expression, mode=choices.choice(["FAST_RUN", "FAST_COMPILE"]), on_unused_input="ignore")
    for place in (None, 0, 1, 2, 3):
        values = [numbers.normal(size=(*shape[:-1], 7) if at == place else shape) for at, shape in enumerate(shapes)]
        wanted = value(Graph.of(inputs, [expression]), values)
        if wanted is None:
            with pytest.raises(ValueError, match="built in"):
                f(*values)
        else:
            np.testing.assert_allclose(f(*values), wanted, atol=1e-9)
