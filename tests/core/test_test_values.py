"""Test values: every expression tried where it is built."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import SymlabError
from symlab.core.test_values import NoTestValue, TestValueWarning, get_debug_values, get_test_value


@pytest.fixture
def x():
    made = T.dmatrix("x")
    made.tag.test_value = np.arange(6.0).reshape(2, 3)
    return made


def test_every_result_has_its_value(x):
    w = sl.shared(np.ones((3, 2)), "w")
    with sl.configure(compute_test_value="raise"):
        y = T.dot(x, w) + 1
    assert np.array_equal(y.tag.test_value, x.tag.test_value @ np.ones((3, 2)) + 1)
    assert np.array_equal(y.owner.inputs[0].tag.test_value, x.tag.test_value @ np.ones((3, 2)))


def test_a_wrong_shape_is_an_error_where_the_expression_is_built(x):
    b = T.dmatrix("b")
    b.tag.test_value = np.ones((4, 4))
    with sl.configure(compute_test_value="raise"), pytest.raises(SymlabError, match=r"test_test_values\.py, line"):
        T.dot(x, b)


def test_what_happens_without_a_value(x):
    y = T.dmatrix("y")
    with sl.configure(compute_test_value="raise"), pytest.raises(SymlabError, match="y has no test value"):
        x + y
    with sl.configure(compute_test_value="warn"), pytest.warns(TestValueWarning, match="y has no test value"):
        x + y
    with sl.configure(compute_test_value="ignore"):
        z = x + y
    assert not hasattr(z.tag, "test_value")
    assert not hasattr((x + 1).tag, "test_value")


def test_a_value_must_fit_its_input(x):
    x.tag.test_value = np.ones(3)
    with sl.configure(compute_test_value="raise"), pytest.raises(SymlabError, match="test value of x"):
        x + 1


def test_derivatives_and_compiled_functions_are_not_disturbed(x):
    with sl.configure(compute_test_value="raise"):
        g = T.grad((x**2).sum(), x)
        assert np.array_equal(g.tag.test_value, 2 * x.tag.test_value)
        f = sl.function([x], g)
    assert np.array_equal(f(np.ones((1, 1))), [[2.0]])


def test_the_steps_of_loops_are_tried(x):
    A, k = T.dvector("A"), T.iscalar("k")
    A.tag.test_value, k.tag.test_value = np.array([2.0, 3.0]), 3
    with sl.configure(compute_test_value="raise"):
        powers, _ = sl.scan(lambda before, A: before * A, outputs_info=T.ones_like(A), non_sequences=A, n_steps=k)
        slope = sl.grad(powers[-1].sum(), A)
        rows, _ = sl.scan(lambda row: row.sum(), x)
    np.testing.assert_allclose(powers.tag.test_value, [[2, 3], [4, 9], [8, 27]])
    np.testing.assert_allclose(slope.tag.test_value, [12, 27])
    np.testing.assert_allclose(rows.tag.test_value, [3, 12])


def test_a_wrong_step_is_an_error_in_the_function_of_the_loop(x):
    with sl.configure(compute_test_value="raise"), pytest.raises(SymlabError, match=r"test_test_values\.py, line"):
        sl.scan(lambda before, A: T.dot(before, A) + 1, outputs_info=T.ones_like(x), non_sequences=x, n_steps=3)


def test_derivatives_have_test_values(x):
    with sl.configure(compute_test_value="raise"):
        y = T.sum(x**2)
        slope, rows = sl.grad(y, x), sl.jacobian(x[0] ** 2, x)
        moved = sl.Rop(x**2, x, x)
        assert (slope + 1).tag.test_value.shape == (2, 3)
    np.testing.assert_allclose(slope.tag.test_value, 2 * x.tag.test_value)
    np.testing.assert_allclose(moved.tag.test_value, 2 * x.tag.test_value**2)
    assert rows.tag.test_value.shape == (3, 2, 3)


def test_ops_of_programs_are_tried(x):
    class Turned(sl.Op):
        __props__ = ()

        def make_node(self, x):
            return sl.Apply(self, [x], [x.type()])

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0][::-1]

    with sl.configure(compute_test_value="raise"):
        found = Turned()(x)
    np.testing.assert_array_equal(found.tag.test_value, x.tag.test_value[::-1])


def test_several_test_values_where_there_are_any(x):
    y = T.dmatrix("y")
    assert get_debug_values(x) == []
    with sl.configure(compute_test_value="raise"):
        ((value, number),) = get_debug_values(x, 2)
        assert value.shape == (2, 3)
        assert number == 2
        with pytest.raises(NoTestValue):
            get_debug_values(y)
    with sl.configure(compute_test_value="ignore"):
        assert get_debug_values(x, y) == []


def test_test_values_are_asked_for(x):
    assert np.array_equal(get_test_value(x), x.tag.test_value)
    assert np.array_equal(get_test_value(x + 1), x.tag.test_value + 1)
    assert get_test_value(2.5) == 2.5
    assert get_test_value(sl.shared(4)) == 4
    for failure in (NoTestValue, AttributeError, ValueError):
        with pytest.raises(failure, match="y has no test value"):
            get_test_value(T.dmatrix("y"))
