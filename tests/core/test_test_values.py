"""Test values: every expression tried where it is built."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import SymlabError
from symlab.core.test_values import TestValueWarning


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
