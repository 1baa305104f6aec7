"""Ops that were written for Theano, run as they are."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl

PROGRAM = """
import numpy
import theano
from theano import gof
import theano.tensor as T
from theano.compile.ops import as_op
from theano.gradient import DisconnectedType, grad_not_implemented


class DoubleOp(theano.Op):
    __props__ = ()

    def make_node(self, x):
        x = theano.tensor.as_tensor_variable(x)
        return theano.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        x = inputs[0]
        z = output_storage[0]
        z[0] = x * 2

    def infer_shape(self, node, i0_shapes):
        return i0_shapes

    def grad(self, inputs, output_grads):
        return [output_grads[0] * 2]

    def R_op(self, inputs, eval_points):
        if eval_points[0] is None:
            return eval_points
        return self.grad(inputs, eval_points)


class AXPBOp(gof.Op):
    __props__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b
        super(AXPBOp, self).__init__()

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return gof.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = self.a * inputs[0] + self.b

    def infer_shape(self, node, i0_shapes):
        return i0_shapes

    def grad(self, inputs, output_grads):
        return [self.a * output_grads[0]]


@as_op(
    itypes=[T.fmatrix, T.fmatrix], otypes=[T.fmatrix], infer_shape=lambda node, shapes: [(shapes[0][0], shapes[1][1])]
)
def numpy_dot(a, b):
    return numpy.dot(a, b)


x = T.dmatrix("x")
f = theano.function([x], [DoubleOp()(x), AXPBOp(4, 1)(x), T.grad(AXPBOp(4, 1)(DoubleOp()(x)).sum(), x)])
a, b = T.fmatrices("a", "b")
g = theano.function([a, b], numpy_dot(a, b) + 1)

u, v, w = T.scalars("u", "v", "w")
op = theano.OpFromGraph([u, v, w], [u + v * w], inline=True)
h = theano.function([u, v, w], op(u, v, w) - op(v, w, u))

printed = theano.function([x], theano.printing.Print("this is x")(x) * 5)
asserted = theano.function([x], T.opt.Assert("not positive")(x, T.gt(x, 0).all()))
"""


@pytest.fixture
def program(theano):
    names = {"__name__": "program"}
    exec(compile(PROGRAM, "program.py", "exec"), names)
    return names


def test_classes_of_ops(program, theano):
    value = np.arange(6.0).reshape(2, 3)
    double, line, slope = program["f"](value)
    np.testing.assert_array_equal(double, value * 2)
    np.testing.assert_array_equal(line, value * 4 + 1)
    np.testing.assert_array_equal(slope, np.full((2, 3), 8))
    assert issubclass(program["DoubleOp"], sl.Op)
    assert isinstance(program["DoubleOp"]()(program["x"]).owner, theano.gof.Apply)


def test_python_functions_and_sub_graphs(program):
    a, b = np.ones((2, 3), "float32"), np.ones((3, 4), "float32")
    np.testing.assert_array_equal(program["g"](a, b), a @ b + 1)
    assert program["h"](2.0, 3.0, 4.0) == (2 + 3 * 4) - (3 + 4 * 2)


def test_printed_and_checked(program, capsys):
    np.testing.assert_array_equal(program["printed"]([[1.0]]), [[5.0]])
    assert capsys.readouterr().out == "this is x __str__ = [[1.]]\n"
    np.testing.assert_array_equal(program["asserted"]([[1.0]]), [[1.0]])
    with pytest.raises(AssertionError, match="not positive"):
        program["asserted"]([[-1.0]])


def test_which_result_depends_on_which_operand(theano):
    class Apart(theano.gof.Op):
        __props__ = ()

        def make_node(self, x, y):
            return theano.gof.Apply(self, [x, y], [x.type(), y.type()])

        def perform(self, node, inputs, outputs):
            outputs[0][0], outputs[1][0] = inputs[0] * 2, inputs[1] * 3

        def connection_pattern(self, node):
            return [[True, False], [False, True]]

        def grad(self, inputs, gradients):
            return [gradients[0] * 2, gradients[1] * 3]

    x, y = theano.tensor.dscalars("x", "y")
    first, second = Apart()(x, y)
    f = theano.function([x, y], theano.tensor.grad(first * second, [x, y]))
    assert [float(item) for item in f(1.0, 10.0)] == [60.0, 6.0]
    for cost, other in ((first, y), (second, x)):
        with pytest.raises(theano.gradient.DisconnectedInputError):
            theano.tensor.grad(cost, other)
