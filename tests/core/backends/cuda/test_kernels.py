"""Reductions, rows and products on the device: long loops in chunks, narrow rows side by side, strides of any kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symlab.core.backends.cuda.binary import Binary
from symlab.core.ir.graph import Graph
from symlab.core.ops import create, gather, index, linalg, nn, reduce, shape
from symlab.core.ops import elementwise as e
from symlab.core.ops.operators import Variable, constant
from tests.core.backends.cuda.harness import agree, call, loaded
from tests.core.lower.harness import shared_variable, variable

RNG = np.random.default_rng(7)


def turned(x: Variable) -> Variable:
    return shape.dimshuffle(x, pattern=(1, 0))


def launches(binary: Binary) -> list[int]:
    """How often each step is launched, for the sizes that came last."""
    (plan,) = binary.plans.values()
    return [len(step.grids) for step in plan.steps.values()]


REDUCTIONS: dict[str, Callable[[Variable], list[Variable]]] = {
    "sum of all": lambda x: [reduce.sum(x, axes=(0, 1), keepdims=False)],
    "largest of all": lambda x: [reduce.max(e.exp(x), axes=(0, 1), keepdims=False)],
    "rows": lambda x: [reduce.sum(x, axes=(1,), keepdims=False), reduce.min(x, axes=(1,), keepdims=False)],
    "columns": lambda x: [reduce.sum(e.sqr(x), axes=(0,), keepdims=False)],
    "softmax of rows": lambda x: [nn.softmax(x, axes=(1,)), nn.logsumexp(x, axes=(1,), keepdims=False)],
    "softmax of columns": lambda x: [nn.log_softmax(x, axes=(0,))],
    "softmax of all": lambda x: [nn.softmax(x, axes=(0, 1))],
    "between loops": lambda x: [
        reduce.max(e.exp(x) / reduce.sum(e.exp(x), axes=(1,), keepdims=True), axes=(1,), keepdims=False)
    ],
}


@pytest.mark.slow
@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name: str) -> None:
    x = variable((None, None))
    binary = loaded(Graph.of([x], REDUCTIONS[name](x)))
    for sizes in ((1, 1), (3, 7000), (7000, 3), (40, 33), (5, 0), (300, 300)):
        if name in ("largest of all", "rows", "between loops", "softmax of all") and 0 in sizes:
            continue  # nothing has no largest element
        value = RNG.normal(size=sizes)
        again = [call(binary, [value]) for _ in range(2)]
        x_again = variable((None, None))
        want = REDUCTIONS[name](x_again)
        reference = agree_with(Graph.of([x_again], want), value)
        for first, second, wanted in zip(*again, reference, strict=True):
            np.testing.assert_array_equal(first, second)
            np.testing.assert_allclose(first, wanted, rtol=1e-12, atol=1e-12)


def agree_with(graph: Graph, value: Any) -> list[Any]:
    """What the reference evaluator says."""
    from symlab.core.backends.reference import evaluate_graph

    return evaluate_graph(graph, {graph.inputs[0]: value})


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "bool"])
def test_totals_of_other_dtypes(dtype: str) -> None:
    x = variable((None,), dtype)
    value = RNG.integers(0, 2, 30_000).astype(dtype) if dtype == "bool" else RNG.normal(size=30_000).astype(dtype)
    graph = Graph.of([x], [reduce.sum(x, axes=(0,), keepdims=False), reduce.max(x, axes=(0,), keepdims=False)])
    assert max(launches(agree(graph, [value]))) == 2  # the chunks, then their totals


@pytest.mark.usefixtures("device")
def test_a_long_loop_is_cut_into_chunks_and_a_short_one_is_not() -> None:
    x = variable((None,))
    graph = Graph.of([x], [reduce.sum(x, axes=(0,), keepdims=False)])
    assert launches(agree(graph, [RNG.normal(size=100_000)])) == [2]
    assert launches(agree(graph, [RNG.normal(size=100)])) == [1]


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "bool"])
def test_products(dtype: str) -> None:
    a, b = variable((None, None), dtype), variable((None, None), dtype)
    v, w = variable((None,), dtype), variable((None,), dtype)
    results = [linalg.dot(a, b), linalg.dot(turned(b), turned(a)), linalg.dot(a, v), linalg.dot(w, a)]
    graph = Graph.of([a, b, v, w], results)
    for m, k, n in ((70, 33, 65), (1, 5, 1), (64, 16, 128), (3, 0, 4), (0, 3, 2)):
        shapes = ((m, k), (k, n), (k,), (m,))
        agree(graph, [RNG.integers(-3, 4, size).astype(dtype) for size in shapes])


@pytest.mark.usefixtures("device")
def test_products_with_what_is_added_and_stacks() -> None:
    a, b, c = (variable((None, None)) for _ in range(3))
    scale = variable(())
    graph = Graph.of([a, b, c, scale], [c - linalg.dot(a, b) * scale, c + linalg.dot(a, b)])
    agree(graph, [RNG.normal(size=(20, 30)), RNG.normal(size=(30, 70)), RNG.normal(size=(20, 70)), 2.5])
    first, second = variable((None, 1, None, None)), variable((None, None, None))
    stacked = Graph.of([first, second], [linalg.matmul(first, second)])
    agree(stacked, [RNG.normal(size=(2, 1, 5, 6)), RNG.normal(size=(3, 6, 7))])


@pytest.mark.usefixtures("device")
def test_strides_broadcasting_and_several_results() -> None:
    x, y, z = variable((None, None)), variable((None, 1)), variable((None,))
    part = index.slice(x, index=((None, None, -2), (1, None, 1)))
    results = [e.tanh(x) * y + z, turned(x) * 2 + turned(y), part + 1]
    agree(Graph.of([x, y, z], results), [RNG.normal(size=(5, 7)), RNG.normal(size=(5, 1)), RNG.normal(size=7)])


@pytest.mark.usefixtures("device")
def test_elements_picked_and_scattered() -> None:
    x, at, value = variable((None, None)), variable((None,), "int64"), variable((None, None))
    results = [gather.take(x, at, axes=(0,)) * 2, gather.inc_take(x, value, at, axes=(0,))]
    agree(Graph.of([x, at, value], results), [RNG.normal(size=(5, 3)), [4, 0, -1, 0], RNG.normal(size=(4, 3))])
    one_of_each = gather.inc_take(x, constant(2.0), create.counted(shape.size_of(at, axis=0)), at, axes=(0, 1))
    agree(Graph.of([x, at], [one_of_each]), [RNG.normal(size=(70, 3)), RNG.integers(-3, 3, 65)])


@pytest.mark.usefixtures("device")
def test_one_element_is_read_and_written_by_one_thread() -> None:
    x = variable((1,), "int8")
    more = index.inc_slice(x, constant(np.int8(1)), index=((None, None, 2),))
    binary = agree(Graph.of([x], [more * x]), [np.array([3], np.int8)])
    assert "if (blockIdx.x + blockIdx.y + threadIdx.x + threadIdx.y == 0) {" in binary.source


@pytest.mark.usefixtures("device")
def test_new_values_are_computed_apart_from_the_old_ones() -> None:
    x, w = variable((None, None)), shared_variable((None, None))
    graph = Graph.of(
        [x], [reduce.sum(w, axes=(0, 1), keepdims=False)], {w: w - linalg.dot(turned(x), linalg.dot(x, w))}
    )
    agree(graph, [RNG.normal(size=(6, 4)), RNG.normal(size=(4, 3))])
