"""Every op compiled, against its reference: dtypes, ranks, broadcasting, empty arrays, special numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from symlab.core.ir.errors import SymlabError
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import Kind, Op
from symlab.core.ops import OPS
from symlab.core.ops.operators import Variable
from tests.core.lower.harness import call, compiled, reference, variable
from tests.core.ops.samples import attributes as attributes_of

DTYPES = (
    "bool",
    "int8",
    "uint8",
    "int32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan)
PEER_DIFFERS = {"gammaln": (-np.inf,)}  # of no limit there, C says inf and SciPy -inf, as the runtime's own tests note
ELEMENTWISE = sorted(name for name, op in OPS.items() if op.kind is Kind.ELEMENTWISE)


def arity(op: Op) -> int:
    return len(op.partials)


def samples(op: Op, dtype: str, shape: tuple[int, ...], seed: int) -> np.ndarray[Any, Any]:
    """Numbers of the op's domain, and for one axis special ones in front."""
    rng = np.random.default_rng(seed)
    low, high = op.domain
    kind = np.dtype(dtype).kind
    if kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    if kind in "iu":
        return rng.integers(max(0 if kind == "u" else -4, int(np.ceil(low))), max(5, int(high)), shape).astype(dtype)
    found = rng.uniform(low, high, shape).astype("float64")
    if kind == "c":
        return (found + 1j * rng.uniform(low, high, shape)).astype(dtype)
    if len(shape) == 1 and shape[0] > len(SPECIAL):
        special = [number for number in SPECIAL if number not in PEER_DIFFERS.get(op.name, ())]
        found[: len(special)] = rng.permutation(special)
    return found.astype(dtype)


def within(value: np.ndarray[Any, Any], result: Variable) -> np.ndarray[Any, Any]:
    """Numbers that a cast to integers represents: of others neither C nor NumPy says what becomes of them."""
    kind = result.type.dtype.kind
    if kind not in "iu" or value.dtype.kind == "b":
        return value
    found = np.nan_to_num(value, nan=0, posinf=3, neginf=-3) if value.dtype.kind in "fc" else value
    return (np.abs(found) if kind == "u" else found).astype(value.dtype)


def attribute_sets(op: Op) -> Iterator[dict[str, Any]]:
    if op.name == "cast":
        yield from ({"dtype": name} for name in DTYPES)
    else:
        yield attributes_of(op, "float64")


def nodes(op: Op) -> Iterator[tuple[list[Variable], Variable, list[np.ndarray[Any, Any]]]]:
    """Inputs, result and values: every dtype that the op takes; all sizes alike, broadcast, empty."""
    for number, dtype in enumerate(DTYPES):
        kinds = ["bool", *[dtype] * (arity(op) - 1)] if op.name == "switch" else [dtype] * arity(op)
        for attributes in attribute_sets(op):
            for static, shape in (((None,), (19,)), ((), ()), ((None, None), (3, 5)), ((None, None), (0, 5))):
                inputs = [variable(static, kind) for kind in kinds]
                try:
                    result = op(*inputs, **attributes)
                except SymlabError:
                    continue
                except TypeError:
                    continue
                values = [samples(op, kind, shape, number * 7 + place) for place, kind in enumerate(kinds)]
                yield inputs, result, [within(value, result) if op.name == "cast" else value for value in values]
            if arity(op) == 2:
                inputs = [variable((None, 1), kinds[0]), variable((None,), kinds[1])]
                try:
                    result = op(*inputs, **attributes)
                except (SymlabError, TypeError):
                    continue
                yield inputs, result, [samples(op, kinds[0], (3, 1), 1), samples(op, kinds[1], (4,), 2)]


def close(got: np.ndarray[Any, Any], want: np.ndarray[Any, Any], ulp: float) -> None:
    """Assert that two arrays are within so many units in the last place; nan equals nan."""
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    if want.dtype.kind not in "fc":
        np.testing.assert_array_equal(got, want)
        return
    step = np.finfo(want.dtype).eps
    np.testing.assert_allclose(got, want, rtol=ulp * step, atol=float(np.finfo(want.dtype).tiny) * 4, equal_nan=True)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_elementwise_op_compiled(name: str) -> None:
    op = OPS[name]
    found = list(nodes(op))
    assert found
    inputs = [item for group, _, _ in found for item in group]
    values = [value for _, _, group in found for value in group]
    graph = Graph.of(inputs, [result for _, result, _ in found])
    binary = compiled(graph)
    got = call(binary, values)
    want = reference(graph, values, binary.program)
    for array, wanted in zip(got, want, strict=True):
        close(array, wanted, max(op.ulp, 4.0))
