"""Random graphs, compiled fused and unfused, against the reference and against each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symlab.core.ir.graph import Graph
from symlab.core.ops import compare, gather, index, join, linalg, nn, reduce, shape
from symlab.core.ops import elementwise as e
from symlab.core.ops import exponential as x
from symlab.core.ops.operators import Variable, constant
from tests.core.lower.harness import call, compiled, equal_within, reference, shared_variable, variable

ROWS, COLUMNS = 6, 9
TOLERANCE = 1e-11
WHOLE = (None, None, 1)

# Every step takes matrices of ROWS by COLUMNS and gives one; what lies between has other shapes. All values stay tame.
STEPS: tuple[Callable[[Variable, Variable], Variable], ...] = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b / (1 + e.abs(b)),
    lambda a, b: e.tanh(a),
    lambda a, b: e.exp(-e.sqr(a)),
    lambda a, b: x.log2(1 + e.sqr(a)),
    lambda a, b: compare.switch(a > b, a, 0.5 * b),
    lambda a, b: e.cast(a > b, dtype="float64"),
    lambda a, b: -e.sigmoid(a),
    lambda a, b: a - reduce.max(b, axes=(1,), keepdims=True),
    lambda a, b: a * reduce.sum(b, axes=(0,), keepdims=True) / 9,
    lambda a, b: a + reduce.sum(b, axes=(0, 1), keepdims=True) / 50,
    lambda a, b: e.tanh(reduce.sum(a, axes=(1,), keepdims=True)) + b,
    lambda a, b: nn.softmax(a, axes=(1,)) + b,
    lambda a, b: nn.softmax(a, axes=(0,)),
    lambda a, b: linalg.dot(a, linalg.dot(turned(a), b)) / 50,
    lambda a, b: b - 0.1 * linalg.dot(a, linalg.dot(turned(b), a)) / 50,
    lambda a, b: turned(turned(a) * 2 + turned(b)),
    lambda a, b: a + index.slice(b, index=((None, None, -1), WHOLE)),
    lambda a, b: index.set_slice(a, index.slice(b, index=((None, 2, 1), WHOLE)), index=((2, 4, 1), WHOLE)),
    lambda a, b: index.inc_slice(a, reduce.sum(b, axes=(1,), keepdims=False), index=(WHOLE, 3)),
    lambda a, b: join.join(rows(a, 3, None), rows(b, None, 3), axis=0),
    lambda a, b: shape.reshape(shape.reshape(a, shape=(-1,)) * 0.5, shape=(ROWS, COLUMNS)) + b,
    lambda a, b: gather.take(a, constant(np.array([5, 0, -1, 2, 2, 1])), axes=(0,)) + b,
    lambda a, b: gather.inc_take(a, b, constant(np.array([5, 0, -1, 2, 2, 1])), axes=(0,)),
    lambda a, b: shape.broadcast_to(index.slice(a, index=(0, WHOLE)), shape=(ROWS, COLUMNS)) - b,
    lambda a, b: a * e.cast(shape.size_of(b, axis=0), dtype="float64") / 7,
    lambda a, b: e.cast(e.cast(a * 3, dtype="int32") % 5, dtype="float64"),
    lambda a, b: a / (1 + nn.logsumexp(b, axes=(0, 1), keepdims=True)),
)

PLANES, HEIGHT, WIDTH = 4, 3, 5
CUBES: tuple[Callable[[Variable, Variable], Variable], ...] = (
    lambda a, b: a * b / (1 + e.sqr(a)),
    lambda a, b: e.tanh(a + b),
    lambda a, b: a - reduce.sum(b, axes=(0, 2), keepdims=True) / 20,
    lambda a, b: a * reduce.max(e.tanh(b), axes=(1,), keepdims=True),
    lambda a, b: e.tanh(reduce.sum(a, axes=(2,), keepdims=True)) * b,
    lambda a, b: e.exp(-e.sqr(reduce.sum(a, axes=(0, 1), keepdims=True))) - b,
    lambda a, b: nn.softmax(a, axes=(1,)) - b,
    lambda a, b: nn.softmax(a, axes=(1, 2)),
    lambda a, b: nn.log_softmax(a, axes=(0,)) / 5 + b,
    lambda a, b: moved(e.tanh(moved(a, 2, 0, 1)) * moved(b, 2, 0, 1), 1, 2, 0),
    lambda a, b: moved(nn.softmax(moved(a, 1, 2, 0), axes=(2,)), 2, 0, 1) + b,
    lambda a, b: linalg.matmul(a, linalg.matmul(moved(b, 0, 2, 1), a)) / 10,
    lambda a, b: linalg.matmul(a, linalg.dot(shape.reshape(b, shape=(WIDTH, -1)), constant(WEIGHTS))) / 10,
    lambda a, b: index.set_slice(a, index.slice(b, index=(1, WHOLE, WHOLE)) * 2, index=(-1, WHOLE, WHOLE)),
    lambda a, b: index.inc_slice(a, index.slice(b, index=(WHOLE, 0, (None, None, -2))), index=(WHOLE, 1, (1, 4, 1))),
    lambda a, b: join.join(part(b, 2, None), part(a, None, 2), axis=2),
    lambda a, b: gather.take(a, constant(np.array([2, 0, -1])), axes=(1,)) * b,
    lambda a, b: gather.inc_take(a, e.tanh(b), constant(np.array([1, 1, -1, 0])), axes=(0,)),
    lambda a, b: shape.reshape(shape.reshape(a, shape=(HEIGHT, -1)) * 2, shape=(PLANES, HEIGHT, WIDTH)) / 2 + b,
    lambda a, b: e.cast(e.cast(a, dtype="float32") * e.cast(b, dtype="float32"), dtype="float64") / 9,
    lambda a, b: compare.switch(reduce.any(a > b, axes=(2,), keepdims=True), a, b),
    lambda a, b: a + constant(np.arange(5.0)) * reduce.sum(b, axes=(0, 1, 2), keepdims=False) / 99,
)
WEIGHTS = np.random.default_rng(1).normal(size=(PLANES * HEIGHT, WIDTH))

Recipe = list[tuple[int, int, int]]


def recipes(steps: Sequence[Any]) -> st.SearchStrategy[Recipe]:
    """Which step is taken on which of the values so far, counted from the last."""
    one = st.tuples(st.integers(0, len(steps) - 1), st.integers(0, 30), st.integers(0, 30))
    return st.lists(one, min_size=1, max_size=14)


def rows(a: Variable, start: int | None, stop: int | None) -> Variable:
    return index.slice(a, index=((start, stop, 1), WHOLE))


def turned(a: Variable) -> Variable:
    return shape.dimshuffle(a, pattern=(1, 0))


def part(a: Variable, start: int | None, stop: int | None) -> Variable:
    return index.slice(a, index=(WHOLE, WHOLE, (start, stop, 1)))


def moved(a: Variable, *pattern: int) -> Variable:
    return shape.dimshuffle(a, pattern=pattern)


def graph_of(
    steps: Sequence[Any], sizes: tuple[int, ...], recipe: Recipe, results: int, updates: int
) -> tuple[Graph, list[np.ndarray[Any, Any]]]:
    """The graph of a recipe: its last values are results, those before them new values of shared variables."""
    rng = np.random.default_rng(len(recipe))
    static = (None,) * len(sizes)
    inputs = [variable(static) for _ in range(2)]
    cells = [shared_variable(static) for _ in range(2)]
    parts = [*inputs, *cells]
    for step, first, second in recipe:
        parts.append(steps[step](parts[-1 - first % len(parts)], parts[-1 - second % len(parts)]))
    count = len(parts) - results
    new = {cell: parts[max(0, count - 1 - place)] for place, cell in enumerate(cells[:updates])}
    graph = Graph.of(inputs, parts[-results:], new)
    return graph, [rng.normal(size=sizes) for _ in range(4)]


def check(graph: Graph, values: list[np.ndarray[Any, Any]]) -> None:
    """Fused and not, in place and not, all agree with the reference."""
    fused, apart = compiled(graph), compiled(graph, together=False)
    operands = [values[place % 4].copy() for place in range(len(fused.program.fused.operands))]
    want = reference(graph, operands, fused.program)
    for binary in (fused, apart):
        for in_place in (False, True):
            found = call(binary, [array.copy() for array in operands], in_place)
            for got, wanted in zip(found, want, strict=True):
                equal_within(got, wanted, TOLERANCE)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(recipes(STEPS), st.integers(1, 3), st.integers(0, 2))
def test_random_graphs_of_matrices(recipe: Recipe, results: int, updates: int) -> None:
    check(*graph_of(STEPS, (ROWS, COLUMNS), recipe, results, updates))


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(recipes(CUBES), st.integers(1, 3), st.integers(0, 2))
def test_random_graphs_of_cubes(recipe: Recipe, results: int, updates: int) -> None:
    check(*graph_of(CUBES, (PLANES, HEIGHT, WIDTH), recipe, results, updates))
