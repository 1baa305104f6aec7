"""Runs compiled programs without the call object: plan, memory from NumPy, run, commit."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.backends.c.backend import Binary, compile_program
from symlab.core.backends.reference import evaluate_graph
from symlab.core.ir import config
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import INPUT, SHARED
from symlab.core.ir.types import array_type
from symlab.core.lower.fuse import Refusal, fuse
from symlab.core.lower.memory import Program, place
from symlab.core.lower.schedule import schedule
from symlab.core.ops.operators import Variable

ERROR_WORDS = 8


class Refused(Exception):
    """What plan or run returned: the code, the node's number, the values."""

    def __init__(self, code: int, error: Sequence[int]) -> None:
        super().__init__(code, tuple(error))
        self.code, self.error = code, tuple(error)


def variable(shape: Sequence[int | None], dtype: Any = "float64", op: Any = INPUT) -> Variable:
    """A typed input (or with `op=SHARED` a shared variable) of this static shape."""
    return Variable(op, (), (), array_type(dtype, tuple(shape)))


def shared_variable(shape: Sequence[int | None], dtype: Any = "float64") -> Variable:
    """A typed shared variable."""
    return variable(shape, dtype, SHARED)


def lowered(graph: Graph, together: bool = True) -> Program:
    """The program of a graph, with no rewriting."""
    program = place(schedule(fuse(graph, together)))
    assert not isinstance(program, Refusal), program.reason
    return program


def compiled(graph: Graph, together: bool = True, **options: Any) -> Binary:
    """The binary of a graph, with no rewriting."""
    return compile_program(lowered(graph, together), config.current(), **options)


def call(binary: Binary, values: Sequence[Any], in_place: bool = False) -> list[np.ndarray[Any, Any]]:
    """The values of all roots for these operands: inputs, updated shared variables, other shared variables.

    With `in_place`, new values are written over the operands where the program allows it.
    """
    fused = binary.program.fused
    graph = fused.prepared.graph
    operands = [
        np.ascontiguousarray(value, node.type.dtype).reshape(np.shape(value))
        for value, node in zip(values, fused.operands, strict=True)
    ]
    given = [*operands, *binary.constants]
    roots = [len(root.type.shape) for root in graph.roots]
    sizes = [size for array in given for size in array.shape]
    first = len(sizes)
    shapes = np.array([*sizes, *([-1] * sum(roots)), 0], np.int64)
    data = (ctypes.c_void_p * (len(given) + len(roots) + 1))()
    for number, array in enumerate(given):
        data[number] = array.ctypes.data
    error = np.zeros(ERROR_WORDS, np.int64)
    nanoseconds = ctypes.c_int64()
    pointer = ctypes.c_void_p
    plan = ctypes.CFUNCTYPE(ctypes.c_int64, pointer, pointer, pointer, pointer)(binary.plan)
    total = plan(data, shapes.ctypes.data, ctypes.addressof(nanoseconds), error.ctypes.data)
    if total < 0:
        raise Refused(-total, error)
    results = []
    for rank, root in zip(roots, graph.roots):
        results.append(np.full(tuple(shapes[first : first + rank]), 7, root.type.dtype))
        first += rank
    outputs = len(graph.outputs)
    late = {outputs + update for update, flag in enumerate(binary.in_place) if flag}
    for number, array in enumerate(results):
        data[len(given) + number] = array.ctypes.data
    workspace = np.full(total + 64, 0xFF, np.uint8)
    memory = workspace.ctypes.data + -workspace.ctypes.data % 64
    run = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer, pointer, pointer)(binary.run)
    code = run(data, shapes.ctypes.data, memory, error.ctypes.data)
    if code:
        raise Refused(code, error)
    for number in late if in_place else ():
        old = operands[len(graph.inputs) + number - outputs]
        if old.shape == results[number].shape:
            results[number] = old
            data[len(given) + number] = old.ctypes.data
    if binary.commit:
        ctypes.CFUNCTYPE(None, pointer, pointer, pointer)(binary.commit)(data, shapes.ctypes.data, memory)
    return results


def reference(graph: Graph, values: Sequence[Any], program: Program) -> list[np.ndarray[Any, Any]]:
    """What the reference evaluator computes from the same operands."""
    leaves = program.fused.operands
    arrays = [np.asarray(value, leaf.type.dtype) for value, leaf in zip(values, leaves, strict=True)]
    return evaluate_graph(graph, dict(zip(leaves, arrays, strict=True)))


def agree(graph: Graph, values: Sequence[Any], tolerance: float = 1e-12, **options: Any) -> Binary:
    """Assert that the compiled graph gives what the reference gives, in place and not."""
    binary = compiled(graph, **options)
    for in_place in (False, True):
        found = call(binary, [np.array(value) for value in values], in_place)
        wanted = reference(graph, values, binary.program)
        for got, want in zip(found, wanted, strict=True):
            assert got.dtype == want.dtype and got.shape == want.shape
            equal_within(got, want, tolerance)
    return binary


def equal_within(got: np.ndarray[Any, Any], want: np.ndarray[Any, Any], tolerance: float) -> None:
    """Assert equality, within a relative tolerance for floating-point numbers."""
    if want.dtype.kind in "fc":
        scale = {2: 1e-2, 4: 2e-6}.get(want.dtype.itemsize // (2 if want.dtype.kind == "c" else 1), tolerance)
        np.testing.assert_allclose(
            got, want, rtol=max(tolerance, scale), atol=max(tolerance, scale) * 10, equal_nan=True
        )
    else:
        np.testing.assert_array_equal(got, want)
