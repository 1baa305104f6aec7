"""`eval`: the value of an expression for given inputs, by variable or by name; the compiled function is kept."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import MissingInputError, TypeMismatch, UnknownName

A = np.array([1.0, 2.0, 3.0])


def test_by_variable_and_by_name(x, y):
    z = x - 2 * y
    np.testing.assert_array_equal(z.eval({x: A, y: A}), -A)
    np.testing.assert_array_equal(z.eval({"y": A, "x": A}), -A)
    np.testing.assert_array_equal(z.eval({x: A, "y": [1, 1, 1]}), A - 2)


def test_without_inputs():
    assert (T.constant(2.0) * 3).eval() == 6
    assert (sl.shared(2.0) * 3).eval() == 6


def test_an_input_itself(x):
    np.testing.assert_array_equal(x.eval({x: A}), A)


def test_any_expression_is_given(x, y):
    inner = x * 2
    np.testing.assert_array_equal((inner + y).eval({inner: A, y: A}), 2 * A)


def test_what_is_not_needed_is_ignored(x, y):
    np.testing.assert_array_equal((x + 1).eval({x: A, y: A}), A + 1)


def test_shared_variables_are_read_anew():
    s = sl.shared(1.0)
    z = s * 2
    assert z.eval() == 2
    s.set_value(5.0)
    assert z.eval() == 10


def test_the_function_is_kept(x):
    z = T.exp(x)
    z.eval({x: A})
    kept = z.tag._functions[0][1]
    z.eval({x: A})
    assert len(z.tag._functions) == 1
    assert z.tag._functions[0][1] is kept
    z.eval({x: A}, mode="FAST_COMPILE")
    assert len(z.tag._functions) == 2


def test_options_are_those_of_function(x):
    z = T.exp(x)
    for mode in ("FAST_COMPILE", sl.Mode(), sl.Mode(options={"raises": False})):
        np.testing.assert_allclose(z.eval({x: A}, mode=mode), np.exp(A))
    with sl.configure(mode="FAST_COMPILE"):
        np.testing.assert_allclose(z.eval({x: A}), np.exp(A))


def test_bad_input(x, y):
    z = x + y
    with pytest.raises(MissingInputError, match="needs y"):
        z.eval({x: A})
    with pytest.raises(UnknownName, match=r"(?s)'xx'.*did you mean 'x'"):
        (x + 1).eval({"xx": A})
    with pytest.raises(TypeMismatch, match="no variable"):
        z.eval({x: A, 3: A})
    with pytest.raises(TypeMismatch):
        z.eval({x: A, y: "abc"})
    other = T.dvector("x")
    with pytest.raises(UnknownName, match="2 inputs"):
        (x + other).eval({"x": A})


def test_kept_functions_are_not_pickled(x):
    z = T.exp(x)
    plain = len(pickle.dumps(z))
    z.tag.note = "mine"
    z.eval({x: A})
    other = pickle.loads(pickle.dumps(z))
    assert len(pickle.dumps(z)) < plain + 100
    assert other.tag.note == "mine"
    np.testing.assert_allclose(other.eval({"x": A}), np.exp(A))


# Python's own ways to ask for a value


def test_no_expression_is_true_or_false(x):
    with pytest.raises(TypeError, match="neither true nor false"):
        if x.sum() > 0:
            pass
    with pytest.raises(TypeError, match=r"`&` and `\|`"):
        (x > 0) and (x < 1)
    with pytest.raises(TypeError, match=r"T\.any"):
        assert 1.0 in x


def test_no_expression_is_changed_in_place():
    x = T.dvector("x")
    with pytest.raises(TypeError, match="set_subtensor") as caught:
        x[0] = 1.0
    assert "test_eval.py" in str(caught.value)
    with pytest.raises((TypeError, AttributeError)):
        del x[0]


@pytest.mark.parametrize("convert", [float, int, complex, bool, len, list, np.asarray, range])
def test_no_expression_is_a_value(x, convert):
    with pytest.raises(TypeError):
        convert(x)


def test_in_place_operators_make_new_expressions(x):
    before = z = x + 1
    z += 1
    np.testing.assert_array_equal(before.eval({x: A}), A + 1)
    np.testing.assert_array_equal(z.eval({x: A}), A + 2)


def test_a_copy_of_what_was_evaluated_has_its_own_value():
    """The function that `eval` keeps is that of one expression: what is rebuilt over other operands is another one."""
    x = T.dscalar("x")
    double = x * 2
    assert double.eval({x: 3.0}) == 6.0
    assert sl.clone(double, {x: x + 10}).eval({x: 3.0}) == 26.0
    first, second = sl.shared(1.0), sl.shared(5.0)
    more = first + 1
    assert more.eval() == 2.0
    assert sl.clone(more, {first: second}).eval() == 6.0
    assert sl.clone(more, share_inputs=False).eval() == 2.0


def test_a_copy_has_a_tag_of_its_own():
    x, y = T.dscalars("x", "y")
    double = x * 2
    double.tag.note = "mine"
    copied = sl.clone(double, {x: y})
    assert copied.tag.note == "mine"
    copied.tag.note = "another"
    assert double.tag.note == "mine"
