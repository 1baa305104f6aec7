"""Every op that is not elementwise, against NumPy, its own static type, differences, and its own transpose."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from symlab.core.autodiff import Lop, Rop
from symlab.core.backends.reference import evaluate
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import SymlabError
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import PROJECT, Kind
from symlab.core.ir.types import TupleType, array_type
from symlab.core.ops import OPS
from symlab.core.ops.operators import Variable, variable
from tests.core.ops.case import Array, Case
from tests.core.ops.structural_cases import CASES

EVERY = pytest.mark.parametrize("case", CASES, ids=str)
SMOOTH = pytest.mark.parametrize("case", [case for case in CASES if case.differentiable], ids=str)
TOLERANCE = {"float16": 3e-3, "float32": 2e-6, "complex64": 2e-6, "float64": 1e-13, "complex128": 1e-13}


def operands_of(case: Case, dtype: str | None = None) -> list[Array]:
    """The operands, the values among them in a dtype."""
    found = list(case.operands)
    if dtype is not None:
        with np.errstate(all="ignore"):
            found[: case.values] = [value.astype(dtype) for value in found[: case.values]]
    return found


def inputs(values: list[Array], known: bool) -> list[Variable]:
    """A variable for each array, its sizes known or not (a 1 that must broadcast is always known)."""
    return [
        variable(array_type(x.dtype, tuple(size if known or size == 1 else None for size in x.shape)), f"x{place}")
        for place, x in enumerate(values)
    ]


def results(node: Variable, values: dict[Any, Array]) -> list[tuple[Variable, Array]]:
    """Each result of a node with its value."""
    nodes = [node]
    if isinstance(node.type, TupleType):
        nodes = [PROJECT(node, index=place) for place in range(len(node.type.items))]
    return list(zip(nodes, evaluate(nodes, values), strict=True))


def test_every_op_has_a_case() -> None:
    wanted = {op.name for op in OPS.values() if op.kind not in (Kind.ELEMENTWISE, Kind.LEAF)}
    assert wanted - {case.op.name for case in CASES} == set()


@pytest.mark.parametrize("op", dict.fromkeys(case.op for case in CASES), ids=str)
def test_the_record_is_whole(op: Any) -> None:
    assert op.doc.endswith((".", ")"))
    assert op.infer is not None
    assert pickle.loads(pickle.dumps(op)) is op
    assert OPS[op.name] is op


@pytest.mark.parametrize("known", [True, False], ids=["known", "open"])
@EVERY
def test_values_dtypes_and_shapes_are_those_of_numpy(case: Case, known: bool) -> None:
    for dtype in case.dtypes:
        values = operands_of(case, dtype)
        made = inputs(values, known)
        with np.errstate(all="ignore"):
            wanted = case.expected(*values, **case.attributes)
        found = results(case.op(*made, **case.attributes), dict(zip(made, values, strict=True)))
        for (node, value), expected in zip(found, wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
            expected = np.asarray(expected)
            assert value.dtype == expected.dtype, dtype
            assert value.shape == expected.shape
            tolerance = TOLERANCE.get(value.dtype.name, 0)
            np.testing.assert_allclose(value, expected, rtol=tolerance, atol=tolerance, err_msg=dtype)
            assert node.type.dtype == value.dtype
            static = node.type.shape
            assert len(static) == value.ndim
            assert all(size in (None, real) for size, real in zip(static, value.shape, strict=True))


@EVERY
def test_sizes_are_inferred_where_they_are_known(case: Case) -> None:
    values = operands_of(case)
    node = case.op(*inputs(values, True), **case.attributes)
    if case.op.name in ("nonzero", "places_repeated", "unbroadcast", "unique", "bincount") or "?" in repr(
        case.attributes
    ):
        pytest.skip("the sizes depend on values, or are hidden on purpose")
    items = node.type.items if isinstance(node.type, TupleType) else (node.type,)
    assert all(None not in item.shape for item in items)


@EVERY
def test_operands_are_left_as_they_are(case: Case) -> None:
    values = operands_of(case)
    before = [value.copy() for value in values]
    for value in values:
        value.setflags(write=False)
    made = inputs(values, False)
    results(case.op(*made, **case.attributes), dict(zip(made, values, strict=True)))
    for value, old in zip(values, before, strict=True):
        np.testing.assert_array_equal(value, old)


@EVERY
def test_nodes_have_a_digest(case: Case) -> None:
    made = inputs(operands_of(case), False)
    first, second = (case.op(*made, **case.attributes) for _ in range(2))
    graph = Graph.of(made, [first, second])
    assert graph.roots[0] is graph.roots[1]
    assert pickle.loads(pickle.dumps(graph)).digest == graph.digest


# Derivatives


def in_float64(case: Case) -> tuple[list[Array], int]:
    """The operands in float64, and how many of them vary."""
    return operands_of(case, "float64"), case.values if case.operands else 0


def directions(values: list[Array], count: int, seed: int) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(value.shape) for value in values[:count]]


@pytest.mark.parametrize("known", [True, False], ids=["known", "open"])
@SMOOTH
def test_the_two_modes_are_transposes(case: Case, known: bool) -> None:
    values, count = in_float64(case)
    made = inputs(values, known)
    node = case.op(*made, **case.attributes)
    given = dict(zip(made, values, strict=True))
    tangents = directions(values, count, 1)
    (shape,) = {value.shape for _, value in results(node, given)}
    cotangent = np.random.default_rng(2).standard_normal(shape)
    forward = Rop(node, made[:count], tangents)
    backward = Lop(node, made[:count], cotangent, disconnected_inputs="ignore")
    pushed, *pulled = evaluate([forward, *backward], given)
    assert pushed.shape == shape
    assert [found.shape for found in pulled] == [value.shape for value in values[:count]]
    one, other = np.vdot(cotangent, pushed), sum(np.vdot(a, b) for a, b in zip(pulled, tangents, strict=True))
    np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("case", [case for case in CASES if case.differentiable and case.free], ids=str)
def test_the_gradient_is_that_of_the_values(case: Case) -> None:
    values, count = in_float64(case)
    fixed = values[count:]

    def build(*variables: Variable) -> Any:
        return case.op(*variables[:count], *fixed, **case.attributes)

    gradcheck(build, values[:count])


@pytest.mark.parametrize("case", [case for case in CASES if case.differentiable and case.free], ids=str)
def test_second_derivatives_are_those_of_the_first(case: Case) -> None:
    values, count = in_float64(case)
    made = inputs(values, True)
    ((_, value),) = results(case.op(*made, **case.attributes), dict(zip(made, values, strict=True)))
    weights = np.cos(np.arange(value.size)).reshape(value.shape)

    def slopes(*variables: Variable) -> Any:
        node = case.op(*variables[:count], *values[count:], **case.attributes)
        return Lop(node, variables[0], weights) * variables[0]

    gradcheck(slopes, values[:count])


@SMOOTH
def test_places_and_sizes_have_no_derivative(case: Case) -> None:
    values, _ = in_float64(case)
    made = inputs(values, False)
    node = case.op(*made, **case.attributes)
    count = node.op.extra.get("values", len(made))
    cotangents = node.op.vjp(node, node, *made, **case.attributes)
    assert len(cotangents) == len(made)
    assert all(found is None for found in cotangents[count:])
    assert all(found is not None for found in cotangents[:count])


# What does not fit


@pytest.mark.parametrize("op", dict.fromkeys(case.op for case in CASES if "axes" in case.attributes), ids=str)
def test_axes_that_do_not_exist_are_refused(op: Any) -> None:
    case = next(case for case in CASES if case.op is op)
    made = inputs(operands_of(case), True)
    with pytest.raises(SymlabError, match=op.name):
        op(*made, **{**case.attributes, "axes": (7,)})
