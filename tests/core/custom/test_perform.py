"""`Op`: ops in Theano's words, as programs written for Theano have them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import DisconnectedInputError, NullTypeGradError, TypeMismatch
from symlab.gradient import DisconnectedType, NullType, grad_undefined

X = np.array([0.5, -1.0, 2.0])
MODES = pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])


class Scale(sl.Op):
    """x times a number."""

    __props__ = ("factor",)

    def __init__(self, factor):
        self.factor = factor

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return sl.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        (x,) = inputs
        assert node.inputs[0].ndim == x.ndim
        assert node.outputs[0].type.dtype == x.dtype
        output_storage[0][0] = x * self.factor

    def infer_shape(self, node, i0_shapes):
        return i0_shapes

    def grad(self, inputs, output_grads):
        return [output_grads[0] * self.factor]

    def R_op(self, inputs, eval_points):
        return [None if eval_points[0] is None else self(eval_points[0])]


class Moments(sl.Op):
    """The sum and the mean, and nothing of the second operand."""

    __props__ = ()
    itypes = (T.dvector, T.dscalar)
    otypes = (T.dscalar, T.dscalar)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = np.asarray(inputs[0].sum())
        output_storage[1][0] = np.asarray(inputs[0].mean())

    def L_op(self, inputs, outputs, output_grads):
        x = inputs[0]
        assert len(outputs) == 2
        return [T.ones_like(x) * (output_grads[0] + output_grads[1] / x.shape[0]), DisconnectedType()()]

    def connection_pattern(self, node):
        return [[True, True], [False, False]]


class Undefined(Scale):
    def grad(self, inputs, output_grads):
        return [grad_undefined(self, 0, inputs[0], "it jumps")]


@MODES
def test_perform_computes_the_node(mode):
    x = T.dvector("x")
    f = sl.function([x], [T.exp(Scale(3)(x)), Scale(2)(x) + 1], mode=mode)
    first, second = f(X)
    np.testing.assert_allclose(first, np.exp(3 * X))
    np.testing.assert_array_equal(second, 2 * X + 1)


def test_compiled_code_is_around_it():
    x = T.dvector("x")
    f = sl.function([x], T.exp(Scale(3)(T.tanh(x))))
    assert not f.notes
    assert "sl_tanh" in f.source
    assert "sl_exp" in f.source


def test_owner_and_compiled_graph_show_the_op():
    x = T.dvector("x")
    y = Scale(3)(x)
    assert isinstance(y.owner, sl.Apply)
    assert isinstance(y.owner.op, Scale)
    assert y.owner.inputs == [x]
    f = sl.function([x], T.exp(y))
    assert any(isinstance(node.op, Scale) for node in f.maker.fgraph.toposort())
    assert str(y.owner.op) == "Scale{factor=3}"


def test_props_tell_ops_apart():
    assert Scale(3) == Scale(3)
    assert hash(Scale(3)) == hash(Scale(3))
    assert Scale(3) != Scale(2)
    assert Moments() == Moments()
    assert Scale(3) != Undefined(3)
    x = T.dvector("x")
    f = sl.function([x], [Scale(3)(x), Scale(3)(x) + 1, Scale(2)(x)])
    assert [node.op.name for node in f.trace.graph.nodes()].count("Scale") == 2


def test_without_props_objects_are_their_own():
    class Plain(sl.Op):
        itypes, otypes = (T.dvector,), (T.dvector,)

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0]

    one, other = Plain(), Plain()
    assert one != other
    assert one in (other, one)


def test_gradients():
    sl.verify_grad(lambda x: T.tanh(Scale(3.0)(x)), [X])
    x, s = T.dvector("x"), T.dscalar("s")
    total, mean = Moments()(x, s)
    sl.verify_grad(lambda x: Moments()(x, 1.0)[0] * Moments()(x, 1.0)[1], [X])
    sl.verify_grad(lambda x: Moments()(x, 1.0)[1], [X])
    with pytest.raises(DisconnectedInputError):
        sl.grad(total * mean, s)
    assert sl.function([x, s], sl.grad(total * mean, x), on_unused_input="ignore")(X, 0.0).shape == (3,)


def test_forward_derivatives():
    x = T.dvector("x")
    f = sl.function([x], sl.Rop(T.exp(Scale(3)(x)), x, T.ones(3)))
    np.testing.assert_allclose(f(X), 3 * np.exp(3 * X))
    total, mean = Moments()(x, 1.0)
    g = sl.function([x], sl.Rop([total, mean], x, T.ones(3)), on_unused_input="ignore")
    np.testing.assert_allclose(g(X), [3, 1])


def test_no_gradient():
    x = T.dvector("x")
    with pytest.raises(NullTypeGradError, match="needs the derivative of Undefined"):
        sl.grad(Undefined(2)(x).sum(), x)


def test_results_are_checked():
    class Wrong(Scale):
        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0].astype("float32")

    x = T.dvector("x")
    with pytest.raises(TypeMismatch, match=r"perform of Wrong\{factor=1\} returned float32\[3\]"):
        sl.function([x], Wrong(1)(x))(X)


def test_what_is_not_written_says_so():
    class Nothing(sl.Op):
        pass

    class InC(sl.Op):
        itypes, otypes = (T.dvector,), (T.dvector,)

        def infer_shape(self, node, shapes):
            return shapes

        def c_code(self, *args):
            return "..."

    x = T.dvector("x")
    with pytest.raises(TypeMismatch, match="says neither how its node is made"):
        Nothing()(x)
    with pytest.raises(TypeMismatch, match="InC has no perform"):
        sl.function([x], InC()(x))(X)


def test_pickles():
    x = T.dvector("x")
    f = pickle.loads(pickle.dumps(sl.function([x], T.exp(Scale(3)(x)))))
    np.testing.assert_allclose(f(X), np.exp(3 * X))


class Halves(sl.Op):
    """Two results, each of one operand, of which the second result has no derivative behind it."""

    __props__ = ()
    itypes = (T.dvector, T.dvector)
    otypes = (T.dvector, T.dvector)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0], output_storage[1][0] = 2 * inputs[0], 3 * inputs[1]

    def L_op(self, inputs, outputs, output_grads):
        return [2 * output_grads[0], 3 * output_grads[1]]

    def connection_pattern(self, node):
        return [[True, False], [False, True]]


class FirstAlone(sl.Op):
    """The product of sums, with a derivative with respect to the first operand alone."""

    __props__ = ()
    itypes = (T.dvector, T.dvector)
    otypes = (T.dscalar,)

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = np.asarray(inputs[0].sum() * inputs[1].sum())

    def grad(self, inputs, output_grads):
        return [output_grads[0] * inputs[1].sum() * T.ones_like(inputs[0]), NullType()()]


def test_what_is_not_connected_is_not_touched_by_a_missing_derivative():
    x, y = T.dvectors("x", "y")
    cost = FirstAlone()(*Halves()(x, y))
    f = sl.function([x, y], sl.grad(cost, x))
    np.testing.assert_array_equal(f(X, X + 1), np.full(X.shape, 2 * 3 * (X + 1).sum()))
    with pytest.raises(NullTypeGradError, match="y -> Halves -> project -> FirstAlone"):
        sl.grad(cost, y)


def test_what_only_a_result_without_flow_needs_is_disconnected():
    x, y = T.dvectors("x", "y")
    first, _ = Halves()(x, y)
    with pytest.raises(DisconnectedInputError):
        sl.grad(T.floor(first).sum(), y)


def test_a_sub_graph_states_for_each_result_what_it_is_connected_to():
    x, y = T.dvectors("x", "y")
    rows = [[True, False], [False, True]]
    op = sl.OpFromGraph([x, y], [2 * x, 3 * y], connection_pattern=rows)
    cost = FirstAlone()(*op(x, y))
    f = sl.function([x, y], sl.grad(cost, x))
    np.testing.assert_array_equal(f(X, X + 1), np.full(X.shape, 2 * 3 * (X + 1).sum()))
