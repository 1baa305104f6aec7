"""`as_op`: a Python function as one node, called for that node alone."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, NullTypeGradError, TypeMismatch

A, X = np.arange(6.0).reshape(2, 3), np.array([0.5, -1.0, 2.0])


@sl.as_op(
    itypes=[T.dmatrix, T.dvector],
    otypes=[T.dvector],
    infer_shape=lambda node, shapes: [(shapes[0][0],)],
    grad=lambda inputs, gradients: [T.outer(gradients[0], inputs[1]), T.dot(inputs[0].T, gradients[0])],
)
def times(a, x):
    """The product of a matrix and a vector."""
    return a @ x


@sl.as_op([T.dvector], [T.dvector, T.lscalar], infer_shape=lambda shapes: [shapes[0], ()])
def sorted_and_counted(x):
    return np.sort(x), len(x)


def plain(x):
    return x + 1


def same_shape(node, shapes):
    return shapes


plain_op = sl.as_op(T.dvector, T.dvector, infer_shape=same_shape)(plain)


@sl.as_op([T.dvector], [T.dvector], infer_shape=same_shape)
def sort(x):
    return np.sort(x)[::-1]


def inputs():
    return T.dmatrix("a"), T.dvector("x")


def test_the_function_is_compiled_around_the_call():
    a, x = inputs()
    f = sl.function([a, x], T.tanh(times(a, T.exp(x))) * 2)
    np.testing.assert_allclose(f(A, X), np.tanh(A @ np.exp(X)) * 2)
    assert not f.notes
    assert re.findall(r"sl_(exp|tanh|reference)\b", f.source) == ["exp", "tanh", "reference"]


def test_the_function_is_called_once_for_each_call():
    calls = []

    @sl.as_op(T.dvector, T.dvector, infer_shape=same_shape)
    def noted(x):
        calls.append(x)
        return x * 2

    x = T.dvector("x")
    f = sl.function([x], [noted(x) + 1, T.exp(noted(x))])
    assert calls == []
    f(X)
    f(X + 1)
    np.testing.assert_array_equal(calls, [X, X + 1])


def test_operands_are_copies_that_may_be_changed_and_kept():
    kept = []

    @sl.as_op(T.dvector, T.dvector, infer_shape=same_shape)
    def greedy(x):
        x += 1
        kept.append(x)
        return x

    x = T.dvector("x")
    given = X.copy()
    for mode in ("FAST_RUN", "FAST_COMPILE"):
        f = sl.function([x], [greedy(x), x * 3], mode=mode)
        first, second = f(given)
        np.testing.assert_array_equal(given, X)
        np.testing.assert_array_equal(first, X + 1)
        np.testing.assert_array_equal(second, X * 3)
    f(np.zeros(3))
    np.testing.assert_array_equal(kept[0], X + 1)


def test_several_results():
    x = T.dvector("x")
    ordered, count = sorted_and_counted(x)
    assert str(count.type) == "int64[]"
    for mode in ("FAST_RUN", "FAST_COMPILE", "DebugMode"):
        first, second = sl.function([x], [ordered * 2, count + 1], mode=mode)(X)
        np.testing.assert_array_equal(first, np.sort(X) * 2)
        assert second == 4
    assert sl.function([x], sorted_and_counted(x)[1])(X) == 3


def test_the_gradient_is_the_stated_one():
    a, x = inputs()
    sl.verify_grad(lambda a, x: T.tanh(times(a, x)), [A / 5, X])
    pushed = sl.function([a, x], sl.Rop(T.tanh(times(a, x)), x, T.ones(3)))(A, X)
    np.testing.assert_allclose(pushed, A.sum(1) / np.cosh(A @ X) ** 2)


def test_what_has_no_gradient_says_so():
    x = T.dvector("x")
    with pytest.raises(NullTypeGradError, match="needs the derivative of plain, which has none"):
        sl.grad(plain_op(x).sum(), x)


def test_a_gradient_of_another_form_is_refused():
    one = sl.as_op([T.dvector, T.dvector], T.dvector, grad=lambda inputs, gradients: gradients)(lambda x, y: x)
    flat = sl.as_op(T.dvector, T.dvector, grad=lambda inputs, gradients: [gradients[0].sum()])(lambda x: x)
    x = T.dvector("x")
    none = sl.as_op(T.dvector, T.dvector, grad=lambda inputs, gradients: None)(lambda x: x)
    with pytest.raises(InvalidValue, match="gave 1 expressions for 2 inputs"):
        sl.grad(one(x, x * 2).sum(), x)
    with pytest.raises(TypeMismatch, match="gave nothing"):
        sl.grad(none(x).sum(), x)
    with pytest.raises(TypeMismatch, match="for input 1 has 0 axes, and the input 1"):
        sl.grad(flat(x).sum(), x)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (lambda x: x.astype("float32"), r"returned float32\[3\] as result 1, declared as float64\[\?\].*astype"),
        (lambda x: x[:, None], r"returned float64\[3, 1\] as result 1"),
        (lambda x: None, "returned None as result 1"),
        (lambda x: "text", "returned <U4"),
    ],
)
@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_results_of_another_type_are_refused(value, text, mode):
    def wrong(x):
        return value(x)

    x = T.dvector("x")
    f = sl.function([x], sl.as_op(T.dvector, T.dvector, infer_shape=same_shape)(wrong)(x) + 1, mode=mode)
    with pytest.raises(TypeMismatch, match=rf"wrong \(built in test_python.py.*{text}"):
        f(X)


def test_too_few_results_are_refused():
    x = T.dvector("x")
    both = sl.as_op([T.dvector], [T.dvector, T.dvector], infer_shape=lambda s: [s[0], s[0]])(lambda x: [x])
    with pytest.raises(TypeMismatch, match="returned 1 values where 2 are declared"):
        sl.function([x], both(x))(X)


def test_python_numbers_have_the_declared_dtype():
    x = T.dvector("x")
    total = sl.as_op(T.dvector, T.fscalar)(lambda x: float(x.sum()))
    result = sl.function([x], total(x))(X)
    assert result.dtype == np.float32
    assert result == np.float32(1.5)


def test_a_shape_that_differs_from_the_inferred_one_is_refused():
    x = T.dvector("x")
    longer = sl.as_op(T.dvector, T.dvector, infer_shape=same_shape)(lambda x: np.append(x, 1))
    with pytest.raises(sl.core.ir.errors.NodeError, match=r"has shape \(4,\), where \(3,\) was expected"):
        sl.function([x], longer(x) * 2)(X)


def test_inferred_shapes_are_expressions_of_those_of_the_operands():
    @sl.as_op([T.dmatrix], [T.dvector], infer_shape=lambda node, s: [(s[0][0] * s[0][1] + node.inputs[0].ndim,)])
    def raveled(a):
        return np.append(a.ravel(), [1.0, 2.0])

    a = T.dmatrix("a")
    f = sl.function([a], raveled(a) * 2)
    np.testing.assert_array_equal(f(A), np.append(A.ravel(), [1, 2]) * 2)
    assert not f.notes


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_errors_of_the_function_keep_their_traceback(mode):
    @sl.as_op(T.dvector, T.dvector, infer_shape=same_shape)
    def failing(x):
        raise KeyError("nothing there")

    x = T.dvector("x")
    with pytest.raises(KeyError, match=r"failing \(built in test_python.py, line \d+\).*nothing there") as caught:
        sl.function([x], failing(x) * 2, mode=mode)(X)
    frames = caught.value.__cause__.__traceback__
    while frames.tb_next is not None:
        frames = frames.tb_next
    assert frames.tb_frame.f_code.co_name == "failing"


def test_operands_are_fitted_or_refused():
    x, z, m = T.dvector("x"), T.zvector("z"), T.dmatrix("m")
    assert plain_op([1, 2, 3]).eval({}).tolist() == [2, 3, 4]
    with pytest.raises(TypeMismatch, match=r"input 1 of plain is declared as float64\[\?\], and is complex128\[\?\]"):
        plain_op(z)
    with pytest.raises(TypeMismatch, match=r"is float64\[\?, \?\]"):
        plain_op(m)
    with pytest.raises(InvalidValue, match=r"plain takes 1 input \(float64\[\?\]\), and 2 were given"):
        plain_op(x, x)
    narrow = T.fvector("f")
    assert sl.function([narrow], plain_op(narrow))(np.ones(2, "float32")).dtype == np.float64


def test_types_must_be_types():
    with pytest.raises(TypeMismatch, match="itypes lists types, and 3 is none"):
        sl.as_op([3], [T.dvector])
    with pytest.raises(TypeMismatch, match="otypes lists types"):
        sl.as_op([T.dvector], ["float64"])


def test_a_name_of_symlabs_own_is_no_danger():
    x = T.dvector("x")
    f = sl.function([x], [sort(x), T.sort(x)])
    np.testing.assert_array_equal(f(X), [np.sort(X)[::-1], np.sort(X)])


def test_two_functions_of_one_name_are_two_ops():
    ops = [sl.as_op(T.dvector, T.dvector, infer_shape=same_shape)(lambda x, n=n: x + n) for n in (1, 2)]
    x = T.dvector("x")
    f = sl.function([x], [op(x) for op in ops])
    np.testing.assert_array_equal(f(X), [X + 1, X + 2])
    again = pickle.loads(pickle.dumps(sl.function([x], times(A, x)).trace.graph))
    assert [node.op.name for node in again.nodes()].count("times") == 1


@pytest.mark.parametrize("op", [times, plain_op, sort], ids=str)
def test_pickles_where_the_function_does(op):
    again = pickle.loads(pickle.dumps(op))
    assert again.function is op.function
    assert again is op or op is plain_op


def test_functions_with_python_ops_pickle():
    x = T.dvector("x")
    f = pickle.loads(pickle.dumps(sl.function([x], sort(plain_op(x)) * 2)))
    np.testing.assert_array_equal(f(X), np.sort(X + 1)[::-1] * 2)
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(sl.as_op(T.dvector, T.dvector)(lambda x: x))


def test_pickles_from_a_program(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import pickle, numpy as np, symlab as sl, symlab.tensor as T\n"
        "def same(shapes):\n    return shapes\n"
        "@sl.as_op(T.dvector, T.dvector, infer_shape=same)\n"
        "def doubled(x):\n    return x * 2\n"
        "again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(doubled))))\n"
        "x = T.dvector('x')\n"
        "print(sl.function([x], again(x))(np.arange(3.0)).tolist())\n"
    )
    run = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "[0.0, 2.0, 4.0]", run.stderr


def test_a_function_may_call_other_functions():
    total = sl.shared(0.0, "total")
    count = sl.function([], total, updates=[(total, total + 1)])

    @sl.as_op(T.dvector, T.dvector, infer_shape=same_shape)
    def counted(x):
        return x + count()

    x = T.dvector("x")
    f = sl.function([x], counted(x) * 1)
    np.testing.assert_array_equal(f(X), X)
    np.testing.assert_array_equal(f(X), X + 1)
    g = sl.function([x], counted(x), updates=[(total, total * 2)])
    with pytest.raises(RuntimeError, match="while a call that updates it runs"):
        g(X)
    assert total.get_value() == 2
    assert g.maker.fgraph.toposort()


def test_in_a_loop():
    @sl.as_op(T.dscalar, T.dscalar, grad=lambda inputs, gradients: [gradients[0] * 2])
    def twice(x):
        return x * 2

    x = T.dscalar("x")
    steps, _ = sl.scan(lambda s: twice(s) + 1, outputs_info=x, n_steps=3)
    f = sl.function([x], [steps, sl.grad(steps[-1], x)])
    rows, slope = f(1.0)
    assert rows.tolist() == [3, 7, 15]
    assert slope == 8


def test_wrap_py_is_the_same():
    assert sl.wrap_py is sl.as_op


def test_python_functions_take_stacks_one_array_after_another():
    """Also two operands of which one is alike for all, two results, and gradients."""

    @sl.as_op([T.dvector, T.dscalar], [T.dvector, T.dscalar], grad=lambda inputs, g: [g[0] * inputs[1] + g[1], None])
    def scaled(x, factor):
        return x * factor, x.sum()

    x, factor, rows = T.dvector("x"), T.dscalar("factor"), T.dmatrix("rows")
    first, second = sl.vectorize_graph(scaled(x, factor), {x: rows})
    f = sl.function([rows, factor], [first, second, sl.grad((first.sum() + second.sum()), rows)])
    values = np.arange(6.0).reshape(2, 3)
    for found, wanted in zip(f(values, 3.0), [values * 3, values.sum(1), np.full((2, 3), 4.0)], strict=True):
        assert np.array_equal(found, wanted)
    doubled = sl.vectorize(lambda row: scaled(row, 2.0)[0], "(n)->(n)")(T.constant(np.ones((2, 2, 3))))
    assert np.array_equal(doubled.eval(), np.full((2, 2, 3), 2.0))
