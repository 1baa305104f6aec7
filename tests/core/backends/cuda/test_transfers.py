"""Where transfers stand in a program, and which of them the rules cancel."""

from __future__ import annotations

from typing import Any

import numpy as np

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.graph import Graph
from symlab.core.lower.program import KernelCall, ReferenceCall, TransferCall
from symlab.core.ops import create, cumulative, reduce, shape, sort
from symlab.core.ops import elementwise as e
from symlab.core.ops.bessel import j0
from symlab.core.ops.passing import as_written
from symlab.core.ops.special import gammaln
from symlab.core.pipeline import DEFAULT, run
from tests.core.backends.cuda.harness import lowered
from tests.core.lower.harness import shared_variable, variable


def steps(inputs: list[Any], results: list[Any], updates: Any = None) -> list[str]:
    """The steps of a program by name."""
    names = {KernelCall: "kernel", ReferenceCall: "reference", TransferCall: "copy"}
    program = lowered(Graph.of(inputs, results, updates))
    for step in program.steps:
        for number in step.reads:
            buffer = program.fused.buffers[number]
            assert (
                isinstance(step, TransferCall)
                or buffer.home.value == "constant"
                or (buffer.host == isinstance(step, ReferenceCall))
            )
    return [names[type(step)] for step in program.steps]


def test_a_kernel_between_two_copies() -> None:
    x = variable((None,))
    assert steps([x], [e.exp(x) + e.tanh(x)]) == ["copy", "kernel", "copy"]


def test_what_has_no_kernel_alone_copies_nothing() -> None:
    x = variable((None,))
    assert steps([x], [sort.sort(cumulative.cumsum(x, axis=0), axis=0)]) == ["reference", "reference"]


def test_what_has_no_kernel_between_kernels() -> None:
    x = variable((None,))
    found = steps([x], [e.exp(sort.sort(e.tanh(x), axis=0))])
    assert found == ["copy", "kernel", "copy", "reference", "copy", "kernel", "copy"]


def test_shared_variables_stay_on_the_device() -> None:
    w = shared_variable((None,))
    assert steps([], [], {w: w * 2}) == ["kernel"]


def test_an_input_that_is_a_result_and_a_result_twice() -> None:
    x = variable((None,))
    assert steps([x], [x, x]) == ["copy", "copy"]
    assert steps([x], [j0(x), j0(x)]) == ["reference", "copy"]


def test_sizes_need_no_copy() -> None:
    x, n = variable((None, None)), variable((), "int64")
    assert steps([x, n], [shape.broadcast_to(reduce.sum(x, axes=(0, 1), keepdims=False), n, shape=("?",))]) == [
        "copy", "kernel", "kernel", "copy",
    ]  # fmt: skip
    assert steps([x], [create.counted(shape.sizes_of(x)[0])]) == ["kernel", "copy"]


def test_a_closed_function_is_opened_only_where_a_part_has_no_kernel() -> None:
    x = variable((None,))
    with_kernel, without = as_written(e.exp(x) + x), as_written(j0(e.exp(x)) + gammaln(x))
    assert steps([x], [with_kernel]) == ["copy", "kernel", "copy"]
    assert steps([x], [without]).count("reference") == 1


def test_a_choice_is_made_by_the_processor() -> None:
    c, x, w = T.lscalar("c"), T.dvector("x"), shared_variable((None,))
    for condition in (T.gt(c, 0), T.neq(T.sort(x)[0], 0)):
        found = sl.ifelse.ifelse(condition, [T.exp(x) + 1, w + 1], [x[::-1], w])
        steps([c, x], [found[0] * 2], {w: found[1]})


def test_the_rules_that_cancel_are_steps_of_the_trace() -> None:
    x = variable((None,))
    trace = run(DEFAULT.for_device(), Graph.of([x], [sort.sort(e.exp(sort.sort(x, axis=0)), axis=0)]))
    assert [step.rule.name for step in trace.steps] == ["back_from_device", "back_from_device"]
    assert "cancel transfers" in [record.name for record in trace.passes]
    assert np.array_equal([record.name for record in trace.passes][-3:], ["fuse", "schedule", "place buffers"])
