"""grad, Lop, Rop and subgraph_grad on whole expressions."""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.autodiff import DISCONNECTED, DisconnectedWarning, Lop, Rop, grad
from symlab.core.backends.reference import evaluate
from symlab.core.gradcheck import gradcheck, verify_grad
from symlab.core.ir.errors import (
    DisconnectedInputError,
    GradientError,
    InvalidValue,
    NodeError,
    NullTypeGradError,
    TypeMismatch,
    UnusedInputError,
)
from symlab.core.ir.expr import toposort
from symlab.core.ir.op import AS_WRITTEN
from symlab.core.ops.operators import Variable
from symlab.core.subgraph import subgraph_grad

x, y, z = T.dvector("x"), T.dvector("y"), T.dscalar("z")
NUMBERS = np.array([-1.5, 0.0, 2.0])
VALUES: dict[Any, Any] = {x: NUMBERS, y: np.array([1.0, 2.0, 0.5]), z: np.array(0.3)}


def value(*nodes: Any, **more: Any) -> Any:
    found = evaluate(list(nodes), VALUES)
    return found[0] if len(found) == 1 else found


# What is asked for


def test_several_at_once_in_any_order() -> None:
    cost = T.sum(x * y) * z
    by_list = grad(cost, [z, x, y, x])
    by_tuple = grad(cost, (y,))
    assert isinstance(by_list, list)
    assert isinstance(by_tuple, tuple)
    first, second, third, fourth = value(*by_list)
    np.testing.assert_allclose(first, NUMBERS @ VALUES[y])
    np.testing.assert_allclose(second, VALUES[y] * 0.3)
    np.testing.assert_allclose(third, NUMBERS * 0.3)
    np.testing.assert_array_equal(fourth, second)
    np.testing.assert_array_equal(value(by_tuple[0]), third)


def test_of_an_intermediate_result_and_of_the_cost_itself() -> None:
    middle = T.exp(x)
    cost = T.sum(middle**2)
    np.testing.assert_allclose(value(grad(cost, middle)), 2 * np.exp(NUMBERS))
    assert value(grad(cost, cost)) == 1.0


def test_nodes_are_known_by_identity() -> None:
    one, other = T.exp(x), T.exp(x)
    cost = T.sum(one * other)
    np.testing.assert_allclose(value(grad(cost, x)), 2 * np.exp(2 * NUMBERS))
    np.testing.assert_allclose(value(grad(cost, x, consider_constant=[one])), np.exp(2 * NUMBERS))
    np.testing.assert_allclose(value(grad(cost, one)), np.exp(NUMBERS))


def test_shared_variables() -> None:
    weights = sl.shared(np.ones(3), name="w")
    np.testing.assert_allclose(value(grad(T.sum(weights * x), weights)), NUMBERS)


def test_integers_taken_as_real_numbers_have_a_gradient() -> None:
    count = T.ivector("count")
    VALUES[count] = np.array([1, 2, 3], np.int32)
    cost = T.sum(count * x)
    slopes = grad(cost, [count, x])
    assert slopes[0].dtype == "float64"
    np.testing.assert_array_equal(value(slopes[0]), NUMBERS)
    np.testing.assert_array_equal(value(slopes[1]), [1, 2, 3])
    np.testing.assert_array_equal(value(grad(T.sum((count * 2) * x), count)), np.zeros(3))
    number = T.iscalar("number")
    assert value(grad(number, number)) == 1
    with sl.configure(floatX="float32"):
        assert grad(cost, count).dtype == "float32"


def test_an_integer_cost_has_a_gradient_of_zeros() -> None:
    np.testing.assert_array_equal(value(grad(T.argmax(x), x)), np.zeros(3))


def test_gradients_have_the_dtype_of_their_variable() -> None:
    narrow = T.fvector("narrow")
    VALUES[narrow] = np.float32([1, 2, 3])
    slopes = grad(T.sum(narrow * x), [narrow, x])
    assert [slope.dtype for slope in slopes] == ["float32", "float64"]
    np.testing.assert_array_equal(value(slopes[0]), np.float32(NUMBERS))


def test_broadcasting_is_summed_out() -> None:
    m, row, col = T.dmatrix("m"), T.drow("row"), T.dcol("col")
    given = {m: np.arange(6.0).reshape(2, 3), row: np.ones((1, 3)), col: np.ones((2, 1)), **VALUES}
    found = evaluate(grad(T.sum(m * row * col * x * z), [row, col, x, z]), given)
    np.testing.assert_allclose(found[0], [(given[m] * NUMBERS * 0.3).sum(0)])
    np.testing.assert_allclose(found[1], (given[m] * NUMBERS * 0.3).sum(1, keepdims=True))
    np.testing.assert_allclose(found[2], given[m].sum(0) * 0.3)
    np.testing.assert_allclose(found[3], (given[m] * NUMBERS).sum())


def test_a_size_that_turns_out_to_be_1_does_not_broadcast() -> None:
    m = T.dmatrix("m")
    with pytest.raises(NodeError, match="does not broadcast"):
        evaluate([m + x], {m: np.ones((2, 3)), x: np.ones(1)})


def test_names() -> None:
    cost = T.sum(x**2)
    cost.name = "cost"
    assert grad(cost, x).name == "(dcost/dx)"
    assert grad(cost, x, add_names=False).name is None
    assert grad(T.sum(x**2), x).name is None
    total = T.sum(x * y)
    total.name = "total"
    other = T.dvector()
    assert grad(T.sum(x * other), x) is not None
    assert other.name is None
    assert y.name == "y"


# What is wrong


@pytest.mark.parametrize(
    ("cost", "kind", "text"),
    [
        (x, TypeMismatch, "must be a scalar, and has 1 axes"),
        (1.0, TypeMismatch, "must be an expression"),
        (None, InvalidValue, "neither a cost nor a known gradient"),
        (T.sum(T.zvector("c")), TypeMismatch, "must be real"),
    ],
)
def test_costs_that_have_no_gradient(cost: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        grad(cost, x)


def test_options_are_checked() -> None:
    with pytest.raises(TypeMismatch, match="wrt must be a variable"):
        grad(T.sum(x), [x, "x"])
    with pytest.raises(InvalidValue, match="disconnected_inputs cannot be 'rise'"):
        grad(T.sum(x), x, disconnected_inputs="rise")


def test_a_variable_that_is_not_in_the_cost() -> None:
    with pytest.raises(DisconnectedInputError, match="does not depend on y: it is computed from x, z"):
        grad(T.sum(x) * z, y)


def test_the_path_of_a_disconnected_variable_is_named() -> None:
    cost = T.sum(T.zeros_like(T.exp(x)))
    with pytest.raises(DisconnectedInputError, match="x -> exp -> size_of -> broadcast_to, and") as caught:
        grad(cost, x)
    assert "test_autodiff.py, line" in str(caught.value)
    middle = T.exp(x)
    middle.name = "middle"
    with pytest.raises(DisconnectedInputError, match=r"x -> middle -> .*middle is held constant"):
        grad(T.sum(middle * y), x, consider_constant=[middle])
    with pytest.raises(DisconnectedInputError, match="disconnected_grad depends on its operand, and passes no"):
        grad(T.sum(T.disconnected_grad(x) * y), x)


def test_a_long_path_is_cut() -> None:
    node: Any = x
    for _ in range(1000):
        node = T.tanh(node)
    with pytest.raises(DisconnectedInputError) as caught:
        grad(T.sum(T.disconnected_grad(node)) * z, x)
    assert len(str(caught.value).splitlines()) < 20


def test_what_to_do_about_disconnected_variables() -> None:
    cost = T.sum(x)
    with pytest.warns(DisconnectedWarning, match="does not depend on y"):
        zeros = grad(cost, y, disconnected_inputs="warn")
    np.testing.assert_array_equal(value(zeros), np.zeros(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert grad(cost, y, disconnected_inputs="ignore", return_disconnected="none") is None
        assert grad(cost, [x, y], disconnected_inputs="ignore", return_disconnected="disconnected")[1] is DISCONNECTED
        assert grad(cost, y, disconnected_inputs="ignore", return_disconnected="None") is None
        assert grad(cost, y, disconnected_inputs="ignore", return_disconnected="Disconnected") is DISCONNECTED


def test_a_gradient_that_is_not_defined() -> None:
    cost = T.sum(T.undefined_grad(T.exp(x)) * y)
    with pytest.raises(
        NullTypeGradError,
        match="x needs the derivative of undefined_grad, which has none: x -> exp -> undefined_grad\n",
    ):
        grad(cost, x)
    with pytest.raises(NullTypeGradError, match="which has none: x -> undefined_grad\n"):
        Lop(T.undefined_grad(x) * y, x, y)
    undefined = grad(cost, x, null_gradients="return")
    assert isinstance(undefined.type, sl.gradient.NullType)
    assert "undefined_grad, which has none: x -> exp" in undefined.type.why_null
    assert "undefined" in repr(undefined)
    np.testing.assert_allclose(value(grad(cost, y)), np.exp(NUMBERS))
    with pytest.raises(NullTypeGradError, match="undefined_grad has no derivative"):
        Rop(T.undefined_grad(x), x, y)


def test_what_nothing_depends_on_is_marked_as_grad_marks_it() -> None:
    options = {"disconnected_inputs": "ignore"}
    for choice, wanted in (("none", None), ("None", None), ("Disconnected", DISCONNECTED)):
        assert grad(T.sum(x), y, return_disconnected=choice, **options) is wanted
        assert Lop(x, y, x, return_disconnected=choice, **options) is wanted
        assert Rop(x, y, y, disconnected_outputs="ignore", return_disconnected=choice) is wanted
    assert isinstance(DISCONNECTED.type, sl.gradient.DisconnectedType)
    np.testing.assert_array_equal(value(Rop(x, y, y, disconnected_outputs="ignore")), 0 * NUMBERS)
    with pytest.raises(InvalidValue, match="return_disconnected cannot be 'some'"):
        Rop(x, x, y, return_disconnected="some")


def test_why_a_program_gives_no_gradient_is_told() -> None:
    class Step(sl.Op):
        def make_node(self, operand: Any) -> Any:
            return sl.Apply(self, [operand], [operand.type()])

        def perform(self, node: Any, inputs: Any, outputs: Any) -> None:
            outputs[0][0] = np.sign(inputs[0])

        def grad(self, inputs: Any, gradients: Any) -> Any:
            mark = sl.gradient.grad_undefined(self, 0, inputs[0], "it jumps")
            assert mark.type.why_null == "it jumps"
            return [mark]

    with pytest.raises(NullTypeGradError, match=r"which has none: x -> \w+ \(it jumps\)"):
        grad(T.sum(Step()(x)), x)


# What is given


def test_known_gradients_replace_what_the_walk_would_find() -> None:
    middle = x**2
    cost = T.sum(T.exp(middle))
    slope = grad(cost, x, known_grads={middle: T.as_tensor_variable(np.array([1.0, 2.0, 3.0]))})
    np.testing.assert_allclose(value(slope), np.array([1, 2, 3]) * 2 * NUMBERS)
    alone = grad(None, [x, middle], known_grads={middle: y})
    np.testing.assert_allclose(value(alone[0]), VALUES[y] * 2 * NUMBERS)
    assert alone[1] is y
    np.testing.assert_allclose(value(grad(None, x, known_grads={middle: 3.0})), 6 * NUMBERS)
    with pytest.raises(InvalidValue, match="rank of its variable"):
        grad(None, x, known_grads={middle: T.dmatrix()})
    with pytest.raises(TypeMismatch, match="floating point"):
        grad(None, x, known_grads={middle: T.lvector()})


def test_a_known_gradient_may_be_undefined_or_not_connected() -> None:
    count = T.iscalar("count")
    total = count + 1
    with pytest.raises(NullTypeGradError, match="by decree"):
        grad(total, count, known_grads={total: sl.gradient.NullType("by decree")()})
    with pytest.raises(DisconnectedInputError):
        grad(total, count, known_grads={total: sl.gradient.DisconnectedType()()})
    weight = T.dscalar("weight")
    VALUES[weight] = np.float64(0.6)
    assert value(grad(None, count, known_grads={count: weight})) == 0.6


def test_what_is_held_constant_has_a_gradient_of_its_own() -> None:
    middle = x**2
    slopes = grad(T.sum(middle * x), [middle, x], consider_constant=[middle])
    np.testing.assert_allclose(value(slopes[0]), NUMBERS)
    np.testing.assert_allclose(value(slopes[1]), NUMBERS**2)


def test_the_derivative_of_what_is_linear_does_not_change() -> None:
    weights = sl.shared(NUMBERS)
    slope = grad(T.sum(weights * x), weights)
    np.testing.assert_array_equal(value(Rop(slope, weights, weights)), np.zeros(3))
    with pytest.raises(DisconnectedInputError):
        Rop(x.shape[0], x, x)


def test_inputs_behind_a_gradient_may_be_inputs_of_its_function() -> None:
    first, second = T.dscalar("first"), T.dscalar("second")
    slope = grad(first + 1, second, disconnected_inputs="ignore")
    assert sl.function([first, second], slope)(1, 2) == 0
    rows, _ = sl.scan(lambda place, rows, x: grad(rows[place], x), T.arange(3), non_sequences=[2 * x, x])
    assert sl.function([x], rows)(NUMBERS).shape == (3, 3)


def test_expressions_that_say_what_their_gradient_is() -> None:
    assert value(grad(T.sum(T.zero_grad(x) * y), x)).tolist() == [0, 0, 0]
    assert value(grad(T.sum(T.consider_constant(x) * x), x)).tolist() == NUMBERS.tolist()
    assert value(grad(T.sum(T.grad_clip(x, -1, 1) * 5 * T.sgn(x)), x)).tolist() == [-1, 0, 1]
    assert value(grad(T.sum(T.grad_scale(x, -2)), x)).tolist() == [-2, -2, -2]
    copied = T.copy(x, name="copied")
    assert copied.name == "copied"
    assert value(copied).tolist() == NUMBERS.tolist()
    assert value(grad(T.sum(copied * x), copied)).tolist() == NUMBERS.tolist()


def test_regions_computed_as_written() -> None:
    inner = x * x
    region = Variable(AS_WRITTEN, (T.exp(inner) + inner, inner), (), inner.type)
    slope = np.exp(NUMBERS**2) * 2 * NUMBERS + 2 * NUMBERS
    np.testing.assert_allclose(evaluate(grad(T.sum(region), [x]), VALUES)[0], slope)


# Exact zeros


DEAD = [
    lambda x: T.switch(x > 0, T.log(x), 0.0),
    lambda x: T.switch(x > 0, T.sqrt(x) * T.log(x) / x, x),
    lambda x: T.switch(T.le(x, 0), x, 1 / x),
    lambda x: T.switch(x > 0, T.log(x) + T.log(x) * T.log(x), T.exp(x)),
    lambda x: T.switch(x > 0, T.switch(x > 1, T.log(x), T.sqrt(x)), 0.0),
    lambda x: T.maximum(T.log(abs(x)), -1.0) * 1.0,
    lambda x: T.switch(x > 0, T.dot(T.outer(x, x), T.ones(3)) + T.log(x), 0.0),
    lambda x: T.switch(x > 0, T.sqrt(T.reshape(T.sqrt(x), (3, 1)).T[0]), 0.0),
    lambda x: T.switch(x > 0, T.log(x) * T.sum(T.ones_like(x)), 0.0),
    lambda x: T.switch(x[1] > 0, T.sum(T.log(x)), 0.0) + T.sum(x),
    lambda x: T.switch(x > 0, T.cast(T.log(T.cast(x, "float32")), "float64"), 0.0),
    lambda x: T.max(T.log(abs(x))),
    lambda x: T.set_subtensor(x[1:], 1.0) * T.switch(x > 0, 1 / x, 0.0),
]


@pytest.mark.parametrize("function", DEAD)
def test_what_was_not_chosen_has_a_gradient_of_exactly_0(function: Any) -> None:
    slope = value(grad(T.sum(function(x)), x))
    assert np.isfinite(slope).all(), slope
    moved = NUMBERS + np.array([0, -1e-9, 0])  # a little to the side where the choice is the same
    VALUES[x], before = moved, VALUES[x]
    try:
        beside = value(grad(T.sum(function(x)), x))
    finally:
        VALUES[x] = before
    np.testing.assert_allclose(slope, beside, rtol=1e-5, atol=1e-5)


MASKED = [
    T.log,
    T.sqrt,
    lambda x: 1 / x,
    lambda x: x**0.5,
    lambda x: x**x,
    lambda x: T.log(x) ** 2,
    lambda x: T.sqrt(T.log(x)),
    lambda x: T.log(T.sqrt(x - 1)),
    lambda x: T.sqrt(x * x) / x,
    lambda x: T.arccos(x - 1.5),
]


@pytest.mark.parametrize("function", MASKED)
@pytest.mark.parametrize("looped", [False, True])
def test_masked_derivatives_of_first_and_second_order(function: Any, looped: bool) -> None:
    """Exact zeros where the mask is 0, and elsewhere what the function has without a mask."""
    at, u = np.array([0.0, -1.0, 2.0, 1e-320, 1.25]), T.dvector("u")

    def masked(v: Any) -> Any:
        return T.switch(v > 1, function(v), 0)

    def mapped(v: Any) -> Any:
        return sl.map(lambda row: masked(T.stack([row]))[0], v)[0] if looped else masked(v)

    first = grad(T.sum(mapped(u)), u)
    second, pushed = grad(T.sum(first), u), Rop(mapped(u), u, T.ones_like(u))
    found = sl.function([u], [first, second, pushed])(at)
    dead = at <= 1
    for part in (found[0], found[1]):
        assert (part[dead] == 0).all()
        assert np.isfinite(part).all()
    v = T.dvector("v")
    plain = grad(T.sum(function(v)), v)
    expected = sl.function([v], [plain, grad(T.sum(plain), v, disconnected_inputs="ignore")])(at[~dead])
    np.testing.assert_allclose(found[0][~dead], expected[0], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found[1][~dead], expected[1], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found[2], found[0], rtol=1e-12, atol=1e-15)


def test_second_derivatives_of_a_choice_are_exact_zeros_too() -> None:
    first = grad(T.sum(T.switch(x > 0, T.log(x), 0.0)), x)
    np.testing.assert_array_equal(value(grad(T.sum(first), x)), [0, 0, -0.25])


def test_forward_mode_leaves_out_what_was_not_chosen() -> None:
    found = value(Rop(T.switch(x > 0, T.log(x), 0.0), x, np.ones(3)))
    np.testing.assert_array_equal(found, [0, 0, 0.5])


def test_one_choice_is_made_per_path() -> None:
    node = grad(T.sum(T.switch(x > 0, T.log(T.sqrt(T.exp(T.tanh(x)))), 0.0)), x)
    sizes = frozenset(part for part in toposort([node]) if part.op.name == "size_of")
    assert sum(1 for part in toposort([node], sizes) if part.op.name == "switch") == 1


# Many variables, long chains


def chain(length: int) -> Any:
    node: Any = z
    for _ in range(length // 2):
        node = T.sqrt(node * node)
    return node


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_nodes() -> None:
    assert sys.getrecursionlimit() < 10_000
    node = chain(100_000)
    slope, tangent = grad(node, z), Rop(node, z, T.constant(1.0))
    found, pushed = value(slope, tangent)
    np.testing.assert_allclose(found, pushed, rtol=1e-9)


def seconds(action: Any) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@pytest.mark.slow
def test_time_is_linear_in_the_length() -> None:
    short, long = chain(4_000), chain(32_000)
    ratio = min(seconds(lambda: grad(long, z)) for _ in range(2)) / min(
        seconds(lambda: grad(short, z)) for _ in range(3)
    )
    assert ratio < 8 * 4


def test_a_sum_of_two_thousand_inputs() -> None:
    many = [T.dscalar(f"v{place}") for place in range(2000)]
    slopes = grad(T.add(*many) ** 2, many)
    given = {variable: np.array(1.0 + place) for place, variable in enumerate(many)}
    found = evaluate([slopes[0], slopes[-1]], given)
    assert found == [2 * sum(range(1, 2001))] * 2


def test_one_input_used_two_thousand_times() -> None:
    total: Any = 0
    for factor in range(2000):
        total = total + z * factor
    assert value(grad(total, z)) == sum(range(2000))


# Products with the Jacobian


def test_lop_and_rop() -> None:
    f = T.exp(x) * y
    np.testing.assert_allclose(value(Lop(f, x, y)), np.exp(NUMBERS) * VALUES[y] ** 2)
    np.testing.assert_allclose(value(Rop(f, x, y)), np.exp(NUMBERS) * VALUES[y] ** 2)
    left = Lop([f, x * z], [x, y, z], [y, x])
    np.testing.assert_allclose(value(left[0]), np.exp(NUMBERS) * VALUES[y] ** 2 + NUMBERS * 0.3)
    np.testing.assert_allclose(value(left[2]), NUMBERS @ NUMBERS)
    right = Rop([f, x * z], [x, z], [y, T.constant(2.0)])
    np.testing.assert_allclose(value(right[1]), VALUES[y] * 0.3 + 2 * NUMBERS)
    with pytest.raises(InvalidValue, match="so many eval_points"):
        Rop(f, [x, y], [x])
    with pytest.raises(DisconnectedInputError, match="does not depend on z"):
        Rop(f, z, T.constant(1.0))
    np.testing.assert_array_equal(value(Rop(f, z, T.constant(1.0), disconnected_outputs="ignore")), np.zeros(3))


def test_contributions_of_several_outputs_are_added() -> None:
    first = x**2
    second = T.exp(first)
    both = value(Lop([first, second], x, [T.ones_like(x), T.ones_like(x)]))
    np.testing.assert_allclose(both, 2 * NUMBERS * (1 + np.exp(NUMBERS**2)))


def test_second_order_by_grad_of_grad() -> None:
    first = grad(T.sum(T.exp(x) * y), x)
    mixed = grad(T.sum(first * x), [x, y])
    np.testing.assert_allclose(value(mixed[0]), np.exp(NUMBERS) * VALUES[y] * (1 + NUMBERS))
    np.testing.assert_allclose(value(mixed[1]), np.exp(NUMBERS) * NUMBERS)


def test_softmax_regression() -> None:
    rng = np.random.default_rng(0)
    images, labels = T.dmatrix("images"), T.ivector("labels")
    w, b = T.dmatrix("w"), T.dvector("b")
    p = T.nnet.softmax(T.dot(images, w) + b)
    cost = -T.mean(T.log(p)[T.arange(labels.shape[0]), labels])
    given = {
        images: rng.standard_normal((5, 4)), labels: np.array([0, 2, 1, 1, 0], np.int32),
        w: rng.standard_normal((4, 3)), b: rng.standard_normal(3),
    }  # fmt: skip
    found = evaluate(grad(cost, [w, b]), given)
    scores = given[images] @ given[w] + given[b]
    powers = np.exp(scores - scores.max(1, keepdims=True))
    error = powers / powers.sum(1, keepdims=True) - np.eye(3)[given[labels]]
    np.testing.assert_allclose(found[0], given[images].T @ error / 5, rtol=1e-12)
    np.testing.assert_allclose(found[1], error.mean(0), rtol=1e-12)


# The checks themselves


def test_zeros_of_a_scalar_on_which_nothing_depends_count_as_its_use() -> None:
    a, b = T.dscalar("a"), T.dscalar("b")
    f = sl.function([a, b], T.grad(a * 2, [a, b], disconnected_inputs="ignore"))
    assert [float(part) for part in f(1.0, 2.0)] == [2.0, 0.0]


def test_gradients_are_checked_near_where_elements_change_places() -> None:
    near = np.array([1.0, 1.0 + 2.0**-12, 3.0])
    assert gradcheck(T.sort, [near]) < 1e-6
    verify_grad(lambda x: T.topk(x, 2), [np.arange(300.0) * 3], eps=1e-2)
    with pytest.raises(GradientError):
        gradcheck(lambda x: T.grad_scale(T.sort(x), 1.001), [near])


def test_gradcheck_finds_a_wrong_gradient() -> None:
    assert gradcheck(lambda a, b: T.sin(a) * b, [NUMBERS, np.array(2.0)]) < 1e-9
    with pytest.raises(GradientError, match=r"argument 0, element \(\d,\): the gradient is"):
        gradcheck(lambda a: T.grad_scale(T.sin(a), 1.001), [NUMBERS])
    with pytest.raises(GradientError):
        gradcheck(T.zero_grad, [np.array(2.0)])
    with pytest.raises(TypeMismatch):
        gradcheck(lambda n: n * 1.0, [np.arange(3)])


def test_gradcheck_in_other_dtypes_and_beside_integers() -> None:
    for dtype in ("float16", "float32"):
        gradcheck(lambda a: T.exp(a) * a, [NUMBERS.astype(dtype)])
    gradcheck(lambda a, n: a[n] ** 2, [NUMBERS, np.array([0, 2, 2])])


def test_verify_grad_with_the_arguments_of_theano() -> None:
    verify_grad(T.tanh, [NUMBERS], rng=np.random.RandomState(0), abs_tol=1e-5, rel_tol=1e-5)
    with pytest.raises(TypeMismatch, match="verify_grad has no option called 'abs_tolerance'"):
        verify_grad(T.tanh, [NUMBERS], abs_tolerance=1e-5)
    with pytest.raises(GradientError):
        verify_grad(lambda a: T.grad_scale(a, 1.01), [NUMBERS])


# Through a part of a graph


def test_gradients_go_on_where_another_part_ended() -> None:
    w1, w2 = T.dmatrix("w1"), T.dvector("w2")
    given = {x: NUMBERS, w1: np.arange(9.0).reshape(3, 3) / 10, w2: np.array([0.5, -1.0, 2.0])}
    hidden = T.tanh(T.dot(w1, x))
    penalty = T.sum(w1**2)
    cost = T.sum(hidden * w2) ** 2
    above, at_hidden = subgraph_grad([w2], [hidden], cost=cost)
    below, at_x = subgraph_grad([w1], [x], start=dict(zip([hidden], at_hidden, strict=True)), cost=penalty)
    wanted = grad(cost + penalty, [w2, w1, x])
    for found, whole in zip([*above, *below, *at_x], wanted, strict=True):
        np.testing.assert_allclose(*evaluate([found, whole], given))


def test_the_parts_of_a_gradient_one_by_one() -> None:
    middle = x**2
    both, ends, started, costed = subgraph_grad([x], [y], {middle: T.ones_like(x)}, T.sum(x * y), details=True)
    np.testing.assert_allclose(value(started[0]), 2 * NUMBERS)
    np.testing.assert_allclose(value(costed[0]), VALUES[y])
    np.testing.assert_allclose(value(both[0]), 2 * NUMBERS + VALUES[y])
    np.testing.assert_allclose(value(ends[0]), NUMBERS)
    with pytest.raises(InvalidValue, match="neither a cost nor a start"):
        subgraph_grad([x], [])


def test_an_input_that_a_derivative_does_not_need_is_no_mistake() -> None:
    x, y, w, v = T.dscalar("x"), T.dscalar("y"), T.dmatrix("w"), T.dmatrix("v")
    assert sl.function([x, y], grad(x * y, x))(5.0, 2.0) == 2.0
    assert sl.function([x], grad(grad(x**2, x), x))(5.0) == 2.0
    assert sl.function([x], sl.Lop(3 * x, x, T.constant(1.0)) * 2)(5.0) == 6.0
    row = T.dvector("row")
    ones = np.ones((2, 2))
    assert np.array_equal(sl.function([w, v, row], sl.Rop(T.dot(row, w), w, v))(ones, 2 * ones, [0.0, 1.0]), [2.0, 2.0])
    with pytest.raises(UnusedInputError):
        sl.function([x, y], grad(2 * x, x))


def test_the_second_derivative_of_softmax_on_matrices() -> None:
    x = T.dvector("x")
    y = T.sum(T.nnet.softmax(T.outer(x, x))[0] * x)
    first, direction = grad(y, x), np.array([0.5, -1.0, 2.0])
    f = sl.function([x], [first, grad(T.sum(first * direction), x)])
    at, step = np.array([0.3, 0.7, -0.4]), 1e-6
    slopes = (f(at + step * direction)[0] - f(at - step * direction)[0]) / (2 * step)
    np.testing.assert_allclose(f(at)[1], slopes, atol=1e-7)


def test_what_is_checked_is_made_once() -> None:
    """A function that draws numbers is compared with itself."""
    rng, made = np.random.default_rng(1), []

    def drawn(x: Any) -> Any:
        made.append(x)
        return x * rng.normal(size=NUMBERS.shape)

    gradcheck(drawn, [NUMBERS])
    assert len(made) == 1


def test_many_differences_are_computed_by_compiled_code() -> None:
    many = np.random.default_rng(2).normal(size=1100)
    assert gradcheck(lambda x: T.tanh(x) * x, [many]) < 1e-6
    with pytest.raises(GradientError, match="argument 0, element"):
        gradcheck(lambda x: T.grad_scale(x, 1.01), [many])


class Halves(sl.Op):
    """Two results, each with a derivative."""

    __props__ = ()

    def make_node(self, x: Any) -> Any:
        return sl.Apply(self, [x], [x.type(), x.type()])

    def perform(self, node: Any, inputs: Any, output_storage: Any) -> None:
        for storage in output_storage:
            storage[0] = inputs[0] / 2

    def grad(self, inputs: Any, gradients: Any) -> list[Any]:
        return [(gradients[0] + gradients[1]) / 2]


@pytest.mark.parametrize("both", [False, True])
def test_a_missing_derivative_is_not_lost_among_several_results(both: bool) -> None:
    """Behind an op with several results it was a gradient of 0, whether or not another result has a derivative."""
    x = T.dvector("x")
    first, second = Halves()(x)
    cost = T.undefined_grad(first).sum() + (second.sum() if both else 0)
    with pytest.raises(NullTypeGradError, match="which has none: x -> Halves -> project -> undefined_grad"):
        grad(cost, x)
    lengths, _ = T.linalg.eigh(T.diag(x))
    with pytest.raises(NullTypeGradError, match="eigh -> project -> undefined_grad"):
        grad(T.undefined_grad(lengths).sum() + x.sum(), x)
    assert sl.function([x], grad(first.sum() + 2 * second.sum(), x))(np.ones(2)).tolist() == [1.5, 1.5]
