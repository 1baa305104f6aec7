"""Graphs that hold many ops at once: a text takes long to compile, so the tests of ops share a few."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.errors import SymlabError
from symlab.core.ir.graph import Graph
from symlab.core.ops import OPS
from symlab.core.ops.operators import Variable
from tests.core.lower.harness import variable
from tests.core.lower.test_ops_compiled import DTYPES, ELEMENTWISE, arity, attribute_sets, samples, within
from tests.core.lower.test_structural_ops_compiled import BY_OP, NOT_COMPILED, declared, results_of, values_of

Array = np.ndarray[Any, Any]
Case = tuple[str, list[Variable], Variable, list[Array]]  # op, inputs, result, values
GROUPS = 6


def elementwise_cases(name: str) -> list[Case]:
    """An op over each dtype that it takes: elements one by one, and broadcast with strides and empty."""
    op, found = OPS[name], []
    for number, dtype in enumerate(DTYPES):
        kinds = ["bool", *[dtype] * (arity(op) - 1)] if name == "switch" else [dtype] * arity(op)
        for attributes in attribute_sets(op):
            for shapes in places(arity(op), number):
                inputs = [variable(tuple(1 if size == 1 else None for size in shape), kind)
                          for shape, kind in zip(shapes, kinds, strict=True)]  # fmt: skip
                try:
                    result = op(*inputs, **attributes)
                except (SymlabError, TypeError):
                    continue
                values = [samples(op, kind, shape, number * 7 + place)
                          for place, (kind, shape) in enumerate(zip(kinds, shapes, strict=True))]  # fmt: skip
                found.append((name, inputs, result, [within(v, result) if name == "cast" else v for v in values]))
    return found


def places(count: int, number: int) -> list[list[tuple[int, ...]]]:
    """The shapes of operands: vectors with special numbers in front, and for one dtype more what broadcasts."""
    found: list[list[tuple[int, ...]]] = [[(19,)] * count]
    if number in (4, 8):
        found.append([(3, 1), *[(3, 5)] * (count - 1)] if count > 1 else [(3, 5)])
        found.append([(0, 5)] * count)
    return found


def elementwise_group(group: int) -> list[Case]:
    """Every sixth op: those of one kind lie side by side in the table."""
    return [case for name in ELEMENTWISE[group::GROUPS] for case in elementwise_cases(name)]


def structural_group(group: int) -> list[Case]:
    """The cases of ops that are not elementwise, every second op."""
    found: list[Case] = []
    for name in sorted(BY_OP.keys() - NOT_COMPILED)[group::2]:
        for case in BY_OP[name]:
            for dtype in case.dtypes:
                values = values_of(case, dtype)
                inputs = [variable(declared(value.shape, False), value.dtype) for value in values]
                if name == "arange" and inputs and np.dtype(case.attributes["dtype"]).kind == "f":
                    continue  # its size follows from what floating-point numbers are
                results = results_of(case.op(*inputs, **case.attributes))
                found.extend((name, inputs, result, values) for result in results)
    return found


def graph_of(cases: list[Case]) -> tuple[Graph, list[Array]]:
    """One graph of all cases, and its values."""
    given = {item: value for _, inputs, _, values in cases for item, value in zip(inputs, values, strict=True)}
    return Graph.of(list(given), [result for _, _, result, _ in cases]), list(given.values())
