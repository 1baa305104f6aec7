"""`OpFromGraph`: a sub-graph as one op, opened when it is compiled."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, MissingInputError, ShapeMismatch, TypeMismatch
from symlab.core.pipeline import DEFAULT

X, Y = np.array([0.5, -1.0, 2.0]), np.array([1.0, 2.0, -3.0])
MODES = pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])


@pytest.fixture
def xy():
    return T.dvectors("x", "y")


def blend(**options):
    a, b = T.dvectors("a", "b")
    return sl.OpFromGraph([a, b], [T.exp(a) * b, (a * b).sum()], name="blend", **options)


@MODES
def test_its_results_are_those_of_its_expressions(xy, mode):
    x, y = xy
    first, second = blend()(x, T.tanh(y))
    f = sl.function([x, y], [first * 2, second], mode=mode)
    found, total = f(X, Y)
    np.testing.assert_allclose(found, np.exp(X) * np.tanh(Y) * 2)
    np.testing.assert_allclose(total, X @ np.tanh(Y))


def test_it_is_compiled_as_if_it_were_not_there(xy):
    x, y = xy
    op = sl.OpFromGraph([x, y], T.exp(x) * y)
    f = sl.function([x, y], T.tanh(op(x + 1, y)))
    plain = sl.function([x, y], T.tanh(T.exp(x + 1) * y))
    assert f.trace.graph.digest == plain.trace.graph.digest
    assert len(f.program.steps) == 1


def test_it_is_a_named_node_before_a_pass_opens_it(xy):
    x, y = xy
    result = blend()(x, y)[0]
    assert "blend(x, y" in sl.pp(result)
    trace = sl.function([x, y], result).trace
    assert trace.passes[0].name == "inline"
    assert [node.op.name for node in trace.first_graph.nodes()].count("blend") == 1
    assert "blend" not in {node.op.name for node in trace.passes[0].after.nodes()}
    assert isinstance(result.owner.op, sl.OpFromGraph)
    assert DEFAULT.names[0] == "inline"


def test_shared_variables_are_found(xy):
    x, _ = xy
    weight = sl.shared(np.arange(3.0), "weight")
    op = sl.OpFromGraph([x], x * weight + weight)
    z = T.dvector("z")
    f = sl.function([z], [op(z), sl.grad(op(z).sum(), weight)], updates=[(weight, weight + 1)])
    assert weight in f.get_shared()
    np.testing.assert_array_equal(f(X)[0], X * np.arange(3) + np.arange(3))
    found, slope = f(X)
    np.testing.assert_array_equal(found, X * np.arange(1, 4) + np.arange(1, 4))
    np.testing.assert_array_equal(slope, X + 1)
    with pytest.raises(MissingInputError, match="strict"):
        sl.OpFromGraph([x], x * weight, strict=True)


def test_random_streams_inside_go_on(xy):
    x, _ = xy
    streams = T.shared_randomstreams.RandomStreams(3)
    op = sl.OpFromGraph([x], x + streams.uniform((3,)))
    f = sl.function([x], op(x))
    assert (f(X) != f(X)).all()


def test_gradients_are_those_of_the_expressions(xy):
    x, y = xy
    first, second = blend()(x, T.tanh(y))
    plain = (T.exp(x) * T.tanh(y)).sum() * (x * T.tanh(y)).sum()
    for one, other in zip(sl.grad(first.sum() * second, [x, y]), sl.grad(plain, [x, y]), strict=True):
        f = sl.function([x, y], [one, other])
        np.testing.assert_allclose(*f(X, Y))
    pushed = sl.Rop([first.sum() * second, plain], [x, y], [y, x])
    np.testing.assert_allclose(*sl.function([x, y], pushed)(X, Y))
    curved = sl.hessian(first.sum() * second, x), sl.hessian(plain, x)
    np.testing.assert_allclose(*sl.function([x, y], curved)(X, Y), rtol=1e-12)


def test_only_what_flows_is_differentiated(xy):
    x, y = xy
    _, second = blend()(x, y)
    np.testing.assert_allclose(sl.function([x, y], sl.grad(second, x), on_unused_input="ignore")(X, Y), Y)
    op = sl.OpFromGraph([x, y], [x * 2, y * 3])
    one, _ = op(x, y)
    with pytest.raises(ValueError, match="does not depend"):
        sl.grad(one.sum(), y)


def test_stability_rules_see_across_it(xy):
    x, _ = xy
    cost = T.log(1 + sl.OpFromGraph([x], T.exp(x))(x)).sum()
    f = sl.function([x], [cost, sl.grad(cost, x)])
    value, slope = f(np.array([1000.0, -1000.0, 0.0]))
    np.testing.assert_allclose(value, 1000 + np.log(2))
    np.testing.assert_array_equal(slope, [1, 0, 0.5])


# Overrides


def test_lop_overrides(xy):
    x, _ = xy
    op = sl.OpFromGraph([x], [1 / (1 + T.exp(-x))], lop_overrides=lambda i, o, g: [g[0] * o[0] * (1 - o[0]) * 10])
    z = T.dvector("z")
    value = 1 / (1 + np.exp(-X))
    f = sl.function([z], [op(z), sl.grad((op(z) * 2).sum(), z)])
    np.testing.assert_allclose(f(X), [value, 20 * value * (1 - value)])


def test_grad_overrides_by_input(xy):
    x, y = xy
    op = sl.OpFromGraph([x, y], x * y, grad_overrides=[lambda inputs, gradients: gradients[0] * 100, "default"])
    f = sl.function([x, y], sl.grad(op(x, y).sum(), [x, y]), on_unused_input="ignore")
    np.testing.assert_array_equal(f(X, Y), [[100, 100, 100], X])
    cut = sl.OpFromGraph([x, y], x * y, lop_overrides=[None, "default"])
    with pytest.raises(ValueError, match="its gradient has nothing for operand 1"):
        sl.grad(cut(x, y).sum(), x)


def test_what_is_overridden_need_not_be_differentiable(xy):
    x, _ = xy
    steps = sl.as_op(T.dvector, T.dvector, infer_shape=lambda shapes: shapes)(np.floor)
    op = sl.OpFromGraph([x], steps(x), lop_overrides=lambda inputs, outputs, gradients: gradients)
    np.testing.assert_array_equal(sl.function([x], sl.grad((op(x) * 3).sum(), x), on_unused_input="ignore")(X), [3] * 3)
    with pytest.raises(ValueError, match="1 inputs, and 2 overrides"):
        z = T.dvector("z")
        sl.grad(sl.OpFromGraph([x], x * 2, lop_overrides=["default", None])(z).sum(), z)


def test_overrides_by_another_sub_graph(xy):
    x, y = xy
    out, gradient = T.dvectors("out", "gradient")
    lop = sl.OpFromGraph([x, y, out, gradient], [gradient * 5, out])
    op = sl.OpFromGraph([x, y], [x * y], lop_overrides=lop)
    f = sl.function([x, y], sl.grad(op(x, y).sum(), [x, y]))
    np.testing.assert_array_equal(f(X, Y), [[5, 5, 5], X * Y])


def test_rop_overrides(xy):
    x, y = xy
    op = sl.OpFromGraph([x, y], x * y, rop_overrides=lambda inputs, points: [points[0] * 7 + points[1]])
    f = sl.function([x, y], sl.Rop(op(x, y), [x, y], [y, x]))
    np.testing.assert_array_equal(f(X, Y), Y * 7 + X)
    default = sl.OpFromGraph([x, y], x * y, lop_overrides=lambda i, o, g: [g[0], g[0]])
    np.testing.assert_array_equal(sl.function([x, y], sl.Rop(default(x, y), x, y) + 0 * x)(X, Y), Y * Y)


def test_two_overrides_of_the_gradient_are_refused(xy):
    x, _ = xy
    with pytest.raises(InvalidValue, match="both state the gradient"):
        sl.OpFromGraph([x], x, lop_overrides=lambda *a: a, grad_overrides=lambda *a: a)


# In loops, in each other, wrong


def test_in_a_loop_and_in_each_other():
    x = T.dvector("x")
    inner = sl.OpFromGraph([x], x * 2 + 1, name="inner")
    outer = sl.OpFromGraph([x], inner(T.tanh(x)), name="outer")
    z = T.dvector("z")
    steps, _ = sl.scan(outer, outputs_info=z, n_steps=3)
    f = sl.function([z], [steps[-1], sl.grad(steps[-1].sum(), z)])
    assert not f.notes
    state, slope = X, np.ones(3)
    for _ in range(3):
        slope = slope * 2 / np.cosh(state) ** 2
        state = np.tanh(state) * 2 + 1
    np.testing.assert_allclose(f(X), [state, slope])


def test_stacks_of_operands(xy):
    _, y = xy
    stacked = sl.vectorize(blend(), "(n),(n)->(n),()")
    rows = T.dmatrix("rows")
    first, second = sl.function([rows, y], stacked(rows, y))(np.stack([X, Y]), Y)
    np.testing.assert_allclose(first, np.exp(np.stack([X, Y])) * Y)
    np.testing.assert_allclose(second, [X @ Y, Y @ Y])


def test_errors_name_the_line_inside(xy):
    x, y = xy
    inside = x * y
    f = sl.function([x, y], sl.OpFromGraph([x, y], inside)(x, T.tanh(y)))
    with pytest.raises(ShapeMismatch, match=rf"mul \(built in test_subgraphs.py, line {inside.origin.line}\)"):
        f(X, Y[:2])


def test_inputs_are_checked(xy):
    x, y = xy
    with pytest.raises(MissingInputError, match="needs y, which is not among its inputs"):
        sl.OpFromGraph([x], x * y)
    with pytest.raises(InvalidValue, match="twice"):
        sl.OpFromGraph([x, x], x)
    with pytest.raises(TypeMismatch, match="input 1 of a sub-graph is no variable"):
        sl.OpFromGraph([x * 2], x)
    with pytest.raises(InvalidValue, match="blend takes 2 inputs"):
        blend()(x)
    with pytest.raises(TypeMismatch, match="input 2 of blend is declared as"):
        blend()(x, T.dmatrix("m"))


def test_pickles(xy):
    x, y = xy
    f = sl.function([x, y], blend()(x, y))
    for one, other in zip(pickle.loads(pickle.dumps(f))(X, Y), f(X, Y), strict=True):
        np.testing.assert_array_equal(one, other)


def test_which_outputs_depend_on_which_inputs():
    x, y, z = T.dvectors("x", "y", "z")
    s = sl.shared(1.0, "s")
    op = sl.OpFromGraph([x, y, z], [x * y, y * T.sgn(z) + s], on_unused_input="ignore", mode="FAST_RUN")
    assert op.connection_pattern() == [[True, False], [True, True], [False, True], [False, True]]
    assert op.shared_inputs == [s]
    first, _ = op(x, y, z)
    assert first.owner.op.connection_pattern(first.owner)[0] == [True, False]
    stated = sl.OpFromGraph([x, y], [x * y], connection_pattern=[[True], [False]])
    assert stated.connection_pattern() == [[True], [False]]
    held = T.disconnected_grad(x)
    assert held.owner.op.connection_pattern(held.owner) == [[False]]
    counted = T.argmax(x)
    assert counted.owner.op.connection_pattern(counted.owner) == [[True]]


def test_what_is_drawn_is_connected_to_the_state_of_the_draw():
    x, y = T.dmatrices("x", "y")
    drawn = sl.tensor.random.RandomStream(7).uniform(size=(2, 2))
    op = sl.OpFromGraph([x, y], [x + drawn, y + 3, 3 + drawn])
    assert op.connection_pattern() == [[True, False, False], [False, True, False], [True, False, True]]


def test_tangents_stated_for_each_output(xy):
    x, y = xy

    def tenfold(inputs, tangents):
        return [10 * tangents[0] + tangents[1]]

    found = blend(rop_overrides=[tenfold, "default"])(x, y)
    f = sl.function([x, y], sl.Rop(found, [x, y], [T.ones_like(x), 2 * T.ones_like(y)]))
    first, second = f(X, Y)
    np.testing.assert_allclose(first, 12.0 * np.ones(3))
    np.testing.assert_allclose(second, Y.sum() + 2 * X.sum())
    for stated in ([tenfold], lambda inputs, tangents: [tangents[0]] * 3):
        with pytest.raises(InvalidValue, match=r"2 outputs, and rop_overrides [13] tangents"):
            sl.Rop(blend(rop_overrides=stated)(x, y)[0], x, x)


def test_stacks_of_operands_where_derivatives_are_stated(xy):
    """One array after another, and with the gradient that is stated."""
    x, y = xy
    rows, stack = T.dmatrix("rows"), T.dtensor3("stack")
    both = blend(lop_overrides=lambda inputs, outputs, gradients: [5 * gradients[0], None])(x, y)
    first, second = sl.vectorize_graph(both, {x: rows})
    f = sl.function([rows, y], [first, second, sl.grad(first.sum(), rows)])
    values = np.array([X, Y])
    for found, wanted in zip(f(values, Y), [np.exp(values) * Y, values @ Y, np.full((2, 3), 5.0)], strict=True):
        np.testing.assert_allclose(found, wanted)
    deep = sl.function([stack, y], sl.vectorize_graph(both[1], {x: stack}))
    np.testing.assert_allclose(deep(np.array([values] * 4), Y), np.array([values @ Y] * 4))
    assert deep(np.empty((0, 2, 3)), Y).shape == (0, 2)
