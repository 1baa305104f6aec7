"""Runs graphs on the device without rewriting, beside the reference evaluator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.backends.cuda.binary import Binary
from symlab.core.backends.cuda.calls import Call
from symlab.core.backends.cuda.cells import DeviceArray
from symlab.core.backends.cuda.driver import open_device
from symlab.core.ir.graph import Graph
from symlab.core.lower.memory import Program
from symlab.core.pipeline import CANCEL_TRANSFERS, FUSE_FOR_DEVICE, LOWER, PLACE_TRANSFERS, Pipeline, run
from tests.core.lower.harness import equal_within, reference

LOWERED = Pipeline((PLACE_TRANSFERS, CANCEL_TRANSFERS, FUSE_FOR_DEVICE, *LOWER[1:]))
Array = np.ndarray[Any, Any]


def lowered(graph: Graph) -> Program:
    """The program of a graph for a device."""
    program = run(LOWERED, graph).program
    assert isinstance(program, Program), program.reason
    return program


def loaded(graph: Graph) -> Binary:
    """The program of a graph on the device."""
    return Binary(lowered(graph), open_device())


def call(binary: Binary, values: Sequence[Any]) -> list[Array]:
    """All roots for these operands: inputs, updated shared variables, other shared variables."""
    fused = binary.program.fused
    arrays = [
        np.ascontiguousarray(value, node.type.dtype).reshape(np.shape(value))
        for value, node in zip(values, fused.operands, strict=True)
    ]
    inputs = len(fused.prepared.graph.inputs)
    shared = [DeviceArray.of(binary.device, array) for array in arrays[inputs:]]
    plan = binary.plan([array.shape for array in arrays], {place: arrays[place] for place in binary.read})
    made = Call(binary, plan, arrays[:inputs], shared)
    made.run()
    return [*made.outputs, *(array.to_host() for array in made.new_values)]


def agree(graph: Graph, values: Sequence[Any], tolerance: float = 1e-12) -> Binary:
    """Assert that the device gives what the reference gives."""
    binary = loaded(graph)
    wanted = reference(graph, values, binary.program)
    for got, want in zip(call(binary, values), wanted, strict=True):
        assert got.dtype == want.dtype
        assert got.shape == want.shape
        equal_within(got, want, tolerance)
    return binary
