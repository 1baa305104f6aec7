"""What is written in place, what lies in whose memory, what is fused: decisions that results alone do not show."""

from __future__ import annotations

import numpy as np
import pytest

from symlab.core.ir.graph import Graph
from symlab.core.lower.buffers import Home
from symlab.core.lower.facts import NotCompilable
from symlab.core.lower.fuse import Fused, Refusal, fuse
from symlab.core.lower.memory import Program, place
from symlab.core.lower.program import KernelCall, ProductCall, ReferenceCall
from symlab.core.lower.schedule import schedule
from symlab.core.ops import bessel, gather, index, linalg, nn, reduce, repetition, shape
from symlab.core.ops import elementwise as e
from symlab.core.ops.operators import Variable
from tests.core.lower.harness import agree, call, compiled, lowered, shared_variable, variable

RNG = np.random.default_rng(3)


def kernels(program: Program) -> int:
    return sum(1 for step in program.steps if isinstance(step, KernelCall))


def turned(x: Variable) -> Variable:
    return shape.dimshuffle(x, pattern=(1, 0))


# In place


def test_a_training_step_is_written_in_place() -> None:
    x, y, rate = variable((None, None)), variable((None, None)), variable(())
    weights = shared_variable((None, None))
    new = weights - rate * linalg.dot(turned(x), linalg.dot(x, weights) - y)
    values = [RNG.normal(size=(40, 30)), RNG.normal(size=(40, 20)), 0.1, RNG.normal(size=(30, 20))]
    binary = agree(Graph.of([x, y, rate], [], {weights: new}), values)
    assert binary.in_place == (True,)
    late = [binary.program.fused.steps[number] for number in binary.program.schedule.commit]
    assert [type(step) for step in late] == [KernelCall, ProductCall]  # the copy, skipped at run time, and one product


def test_momentum_is_one_kernel_in_place() -> None:
    g = variable((None,))
    w, v = shared_variable((None,)), shared_variable((None,))
    speed = 0.9 * v - 0.1 * g
    graph = Graph.of([g], [], {w: w + speed, v: speed})
    binary = agree(graph, [RNG.normal(size=50) for _ in range(3)])
    assert binary.in_place == (True, True)
    assert kernels(binary.program) == 1


def test_an_exchange_in_one_kernel_is_in_place() -> None:
    a, b = shared_variable((None,)), shared_variable((None,))
    binary = agree(Graph.of([], [], {a: b + 1, b: a * 2}), [RNG.normal(size=50) for _ in range(2)])
    assert sum(binary.in_place) <= 2
    assert kernels(binary.program) <= 2


def test_what_reads_neighbours_is_not_in_place() -> None:
    a = shared_variable((None,))
    shifted = index.slice(a, index=((None, None, -1),))
    binary = agree(Graph.of([], [], {a: a + shifted}), [RNG.normal(size=50)])
    assert binary.in_place == (False,)


def test_rows_normalized_in_place() -> None:
    a = shared_variable((None, None))
    binary = agree(Graph.of([], [], {a: nn.softmax(a, axes=(1,))}), [RNG.normal(size=(6, 50))])
    assert binary.in_place == (False,)  # its memory holds the powers while the row is still read
    binary = agree(Graph.of([], [], {a: a / reduce.sum(a, axes=(1,), keepdims=True)}), [RNG.normal(size=(6, 50))])
    assert binary.in_place == (True,)


def test_readers_of_the_old_value_run_before() -> None:
    a = shared_variable((None, None))
    old = linalg.dot(a, a)
    new = a + reduce.sum(old, axes=(0, 1), keepdims=False)
    binary = agree(Graph.of([], [old, a], {a: new}), [RNG.normal(size=(9, 9))])
    assert binary.in_place == (True,)
    assert len(binary.program.schedule.run) == 3


def test_what_a_reference_computes_is_not_in_place() -> None:
    a = shared_variable((None,))
    binary = agree(Graph.of([], [], {a: bessel.j0(a)}), [RNG.normal(size=9)])
    assert binary.in_place == (False,)


def test_a_new_value_that_is_also_a_result() -> None:
    a = shared_variable((None,))
    new = e.exp(a)
    agree(Graph.of([], [new, new * 2], {a: new}), [RNG.normal(size=9)])


def test_a_new_value_of_another_size() -> None:
    a, x = shared_variable((None,)), variable((None,))
    agree(Graph.of([x], [], {a: x * 2}), [RNG.normal(size=9), RNG.normal(size=4)])


# Memory


def test_memory_is_lent_again() -> None:
    x = variable((None, None))
    y = x
    for _ in range(9):
        y = linalg.dot(y, x)
    program = lowered(Graph.of([x], [y]))
    assert len(program.slots) == 1  # the other memory in turn is that of the result
    agree(Graph.of([x], [y]), [RNG.normal(size=(9, 9)) / 3])


def test_a_part_is_written_where_the_array_was_computed() -> None:
    x = variable((None,))
    y = index.inc_slice(e.exp(x), index.slice(x, index=((0, 1, 1),)), index=((2, 3, 1),))
    program = lowered(Graph.of([x], [y]))
    assert kernels(program) == 2
    assert program.slots == ()


def test_a_sum_is_computed_where_it_is_written() -> None:
    x = variable((None,))
    graph = Graph.of([x], [reduce.sum(e.exp(x) * 2 + 1, axes=(0,), keepdims=False)])
    program = lowered(graph)
    assert kernels(program) == 1
    assert [home for home, _ in program.memory] == [Home.OPERAND, Home.ROOT]


# Fusion


def test_rows_are_one_kernel() -> None:
    x, gain = variable((None, None)), variable((None,))
    mean = reduce.sum(x, axes=(1,), keepdims=True) / e.cast(shape.size_of(x, axis=1), dtype="float64")
    centred = x - mean
    spread = reduce.sum(centred * centred, axes=(1,), keepdims=True)
    rows = (nn.softmax(x, axes=(1,)), nn.logsumexp(x, axes=(1,), keepdims=False), gain * centred / e.sqrt(spread))
    for result in rows:
        program = lowered(Graph.of([x, gain], [result]))
        assert kernels(program) == len(program.steps) == 1
        assert program.slots == ()


def differences(y: Variable) -> Variable:
    return index.slice(y, index=((1, None, 1),)) - index.slice(y, index=((None, -1, 1),))


def test_costly_nodes_are_computed_once() -> None:
    x = variable((None,))
    assert kernels(lowered(Graph.of([x], [differences(e.exp(x))]))) == 2  # exp is not computed twice
    assert kernels(lowered(Graph.of([x], [differences(x * 2)]))) == 1  # a product is


def test_labels_are_picked_within_the_sum() -> None:
    x, y = variable((None, None)), variable((None,), "int64")
    picked = gather.take(nn.log_softmax(x, axes=(1,)), y, axes=(1,))
    program = lowered(Graph.of([x, y], [reduce.sum(picked, axes=(0, 1), keepdims=False)]))
    assert not any(isinstance(step, ReferenceCall) for step in program.steps)
    assert kernels(program) == 2


def test_long_loops_are_cut() -> None:
    x = variable((None,))
    y = x
    for _ in range(100):
        y = e.tanh(y * 1.01)
    program = lowered(Graph.of([x], [y]))
    assert 8 <= kernels(program) <= 10
    assert len(program.slots) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("shape_of_chain", ["deep", "wide"])
def test_large_graphs_are_lowered_without_recursion(shape_of_chain: str) -> None:
    if shape_of_chain == "deep":
        x = variable(())
        y = x
        for _ in range(21_000):
            y = e.tanh(y)
        inputs = [x]
    else:
        inputs = [variable((None,)) for _ in range(2000)]
        y = inputs[0]
        for item in inputs[1:]:
            y = y + item
    program = lowered(Graph.of(inputs, [y]))
    assert len(program.slots) <= 2
    assert kernels(program) < 1000


# What is not compiled


def test_sizes_that_are_computed_are_refused() -> None:
    counts = variable((None,), "int64")
    found = fuse(Graph.of([counts], [repetition.places_repeated(counts)]))
    assert isinstance(found, Refusal)
    assert "places_repeated" in found.reason
    assert place(schedule(found)) is found
    with pytest.raises(NotCompilable, match="places_repeated"):
        compiled_of(found)


def compiled_of(refusal: Refusal) -> None:
    from symlab.core.backends.c.backend import compile_program
    from symlab.core.ir import config

    compile_program(refusal, config.current())


def test_every_step_knows_its_nodes() -> None:
    x, w = variable((None, None)), variable((None, None))
    y = nn.softmax(linalg.dot(x, w) + 1, axes=(1,))
    graph = Graph.of([x, w], [y])
    found = fuse(graph)
    assert isinstance(found, Fused)
    nodes = {found.prepared.source(node) for step in found.steps for node in step.nodes}
    assert {node.op.name for node in nodes} == {"dot", "add", "softmax"}
    assert nodes <= set(graph.nodes())


def test_empty_calls() -> None:
    binary = compiled(Graph.of([], []))
    assert call(binary, []) == []
