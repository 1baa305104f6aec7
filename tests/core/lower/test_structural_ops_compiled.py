"""Every op that is not elementwise compiled, on the cases of the ops' own tests: all dtypes, sizes known and not."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from symlab.core.ir.graph import Graph
from symlab.core.ir.op import PROJECT
from symlab.core.ir.types import TupleType
from symlab.core.lower.fuse import Refusal, fuse
from symlab.core.ops import OPS
from symlab.core.ops.operators import Variable
from tests.core.lower.harness import call, compiled, equal_within, reference, variable
from tests.core.ops.case import Case
from tests.core.ops.structural_cases import CASES

# Their sizes follow from values, so the reference evaluator runs what holds them.
NOT_COMPILED = {"nonzero", "places_repeated", "unique", "bincount"}
BY_OP: dict[str, list[Case]] = defaultdict(list)
for case in CASES:
    BY_OP[case.op.name].append(case)


def values_of(case: Case, dtype: str) -> list[np.ndarray[Any, Any]]:
    """The operands with the first ones cast to this dtype, contiguous."""
    first = [np.asarray(value).astype(dtype) for value in case.operands[: case.values]]
    return [np.ascontiguousarray(value).reshape(np.shape(value)) for value in (*first, *case.operands[case.values :])]


@pytest.mark.parametrize("known", [True, False], ids=["sizes known", "sizes not known"])
@pytest.mark.parametrize("name", sorted(BY_OP))
def test_an_op_compiled(name: str, known: bool) -> None:
    inputs: list[Variable] = []
    values: list[np.ndarray[Any, Any]] = []
    results: list[Variable] = []
    for case in BY_OP[name]:
        for dtype in case.dtypes:
            arrays = values_of(case, dtype)
            variables = [variable(declared(array.shape, known), array.dtype) for array in arrays]
            if name == "arange" and variables and np.dtype(case.attributes["dtype"]).kind == "f":
                continue  # its size follows from what floating-point numbers are
            results += results_of(case.op(*variables, **case.attributes))
            inputs += variables
            values += arrays
    if name in NOT_COMPILED:
        return
    graph = Graph.of(inputs, results)
    binary = compiled(graph)
    for got, want in zip(call(binary, values), reference(graph, values, binary.program), strict=True):
        assert got.dtype == want.dtype
        assert got.shape == want.shape
        equal_within(got, want, 1e-13)


def results_of(node: Variable) -> list[Variable]:
    """The node, or its several results."""
    if not isinstance(node.type, TupleType):
        return [node]
    return [PROJECT(node, index=place) for place in range(len(node.type.items))]


def declared(shape: tuple[int, ...], known: bool) -> tuple[int | None, ...]:
    """The static shape: everything, or what must be known because it broadcasts."""
    return tuple(size if known or size == 1 else None for size in shape)


def test_what_is_not_compiled_is_known() -> None:
    refused = set()
    for name, cases in BY_OP.items():
        case = cases[0]
        variables = [variable((None,) * np.ndim(value), np.asarray(value).dtype) for value in case.operands]
        result = case.op(*variables, **case.attributes)
        if isinstance(fuse(Graph.of(variables, results_of(result))), Refusal):
            refused.add(name)
    assert refused == NOT_COMPILED
    assert refused <= set(OPS)
