"""`check_op`: it finds what is wrong with an op, and nothing in what is right."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch

make = sl.custom.elementwise


@pytest.mark.slow
def test_a_right_formula_passes():
    square = make("square", reference=lambda x: x * x, c="({0} * {0})", derivative=lambda y, x: 2 * x, dtypes="same")
    report = sl.testing.check_op(square)
    assert report.problems == []
    assert {"float64, edges", "int8, many elements", "derivatives against differences"} <= set(report.checks)
    assert "0 problems" in str(report)


@pytest.mark.slow
def test_another_c_text_is_found():
    wrong = make("wrong", reference=lambda x: x * x, c="({0} * 2)", dtypes="floating")
    with pytest.raises(AssertionError, match=r"float64, many elements: \d+ elements differ"):
        sl.testing.check_op(wrong)


@pytest.mark.slow
def test_an_edge_is_found():
    wrong = make("wrong", reference=np.abs, c="({0} < 0 ? -{0} : {0} + 0 * {0})", dtypes="floating")
    with pytest.raises(AssertionError, match="float64, edges: ") as caught:
        sl.testing.check_op(wrong)
    assert "many elements" not in str(caught.value)


def test_another_derivative_is_found():
    wrong = make("wrong", reference=lambda x: x * x, c="({0} * {0})", derivative=lambda y, x: 3 * x)
    with pytest.raises(AssertionError, match="derivatives against differences"):
        sl.testing.check_op(wrong)


@pytest.mark.slow
def test_a_reference_of_another_dtype_is_found():
    wrong = make("wrong", reference=lambda x: x.astype("float64"), c="({0} + 0)")
    with pytest.raises(AssertionError, match="float32"):
        sl.testing.check_op(wrong)


def times(**options):
    @sl.as_op([T.dmatrix, T.dvector], [T.dvector], **options)
    def product(a, x):
        return a @ x

    return product


SHAPE = {"infer_shape": lambda shapes: [shapes[0][:1]]}
A, X = np.arange(6.0).reshape(2, 3), np.ones(3)


def test_an_op_at_operands():
    right = times(grad=lambda i, g: [T.outer(g[0], i[1]), T.dot(i[0].T, g[0])], **SHAPE)
    assert len(sl.testing.check_op(right, A, X).checks) == 3
    assert len(sl.testing.check_op(times(**SHAPE), A, X).checks) == 1
    with pytest.raises(TypeMismatch, match="needs operands"):
        sl.testing.check_op(right)


def test_a_wrong_gradient_and_a_wrong_shape_of_an_op_are_found():
    wrong = times(grad=lambda i, g: [T.outer(g[0], i[1]), T.dot(i[0].T, g[0]) * 2], **SHAPE)
    with pytest.raises(AssertionError, match="derivatives of result 1 against differences: argument 1"):
        sl.testing.check_op(wrong, A, X)
    with pytest.raises(AssertionError, match=r"has shape \(2,\), where \(3,\) was expected"):
        sl.testing.check_op(times(infer_shape=lambda shapes: [shapes[1]]), A, X)


def test_forward_that_is_not_reverse_is_found():
    class Wrong(sl.Op):
        itypes, otypes = (T.dvector,), (T.dvector,)

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0] * 2

        def infer_shape(self, node, shapes):
            return shapes

        def grad(self, inputs, output_grads):
            return [output_grads[0] * 2]

        def R_op(self, inputs, eval_points):
            return [eval_points[0] * 3]

    with pytest.raises(AssertionError, match="forward against reverse"):
        sl.testing.check_op(Wrong(), X)


def test_a_sub_graph_is_tested_too():
    x = T.dvector("x")
    stated = sl.OpFromGraph([x], T.tanh(x), lop_overrides=lambda i, o, g: [g[0] * (1 - o[0] ** 2)], name="stated")
    assert sl.testing.check_op(stated, X / 3).problems == []
    wrong = sl.OpFromGraph([x], T.tanh(x), lop_overrides=lambda i, o, g: [g[0] * (1 + o[0] ** 2)])
    with pytest.raises(AssertionError, match="2 problems"):
        sl.testing.check_op(wrong, X / 3)
