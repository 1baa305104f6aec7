"""What a new user meets first: what is wrong is said where the function is made, briefly and with a way out."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidIndex, TypeMismatch

X, K = T.dvector("x"), T.dscalar("k")
MODES = ("FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode")


@pytest.mark.parametrize("value", [[2.0, 3.0], 1j, "two"])
def test_a_default_that_does_not_fit_is_refused_where_the_function_is_made(value):
    with pytest.raises((TypeError, ValueError), match=r"the default of argument 2 \(k\) of f"):
        sl.function([X, sl.In(K, value=value)], X * K)


def test_a_default_is_a_copy():
    """What the program does to its array later changes no call."""
    given = np.ones(2)
    f = sl.function([sl.In(X, value=given)], X * 2)
    given[:] = 7
    assert f().tolist() == [2.0, 2.0]


def test_errors_of_functions_with_many_inputs_are_short():
    """The input that is missing and its neighbours, not two thousand of them."""
    inputs = [T.dscalar(f"i{place}") for place in range(100)]
    f = sl.function(inputs, sum(inputs))
    with pytest.raises(TypeMismatch, match=r"misses its argument 51 \(i50\)") as caught:
        f(*range(50))
    assert "  i50 " in str(caught.value)
    assert len(str(caught.value).splitlines()) < 20
    with pytest.raises(ValueError, match="88 more") as caught:
        sl.function([X, *inputs], X)
    assert len(str(caught.value)) < 2000


def test_a_missing_argument_shows_how_to_call():
    f = sl.function([X, K], X * K, name="scaled")
    with pytest.raises(TypeMismatch, match=r"try scaled\(x, k\)"):
        f([1.0])


def test_eval_takes_a_dict():
    with pytest.raises(TypeMismatch, match="takes a dict"):
        (X + 1).eval([1.0])


def test_rows_of_errors_have_the_names_of_variables():
    """Not "x" where the variable is called k."""
    with pytest.raises(TypeMismatch, match=r"\n  k   float64\[\]   built in test_first_errors.py, line \d+"):
        float(K)


@pytest.mark.parametrize("refused", [lambda: X.sum(axis=1), lambda: T.softmax(X, axis=-2), lambda: X.dimshuffle(0, 1)])
def test_an_axis_that_is_not_there(refused):
    with pytest.raises(InvalidIndex, match=r"the array has 1 axis\n(.*\n)?  try an axis from -1 to 0"):
        refused()


@pytest.mark.parametrize("mode", MODES)
def test_what_function_gives_is_a_function(mode):
    """`isinstance` and completion in a notebook know it, whatever stands in front of the compiled code."""
    f = sl.function([X], X * 2, mode=mode)
    assert isinstance(f, sl.Function)
    assert {"trace", "source", "profile", "maker"} <= set(dir(f))
    assert not isinstance(X, sl.Function)


def test_a_mistyped_name_is_guessed():
    with pytest.raises(AttributeError, match="did you mean 'function'"):
        _ = sl.fucntion


def test_printing_as_in_theano():
    """`pp(f.maker.fgraph.outputs[0])`, and `printing` under symlab itself for `import symlab as theano`."""
    x = T.dscalar("x")
    f = sl.function([x], T.grad(x**2, x))
    assert sl.printing.pp(f.maker.fgraph.outputs[0]) == "2.0 * x"
    assert sl.printing.debugprint(f.maker.fgraph.outputs[0], file="str").startswith("mul [A]\n├─ 2.0 [B]")
    assert sl.printing.pydotprint(f.maker.fgraph.outputs[0], outfile=None) is not None


def test_graphs_and_nodes_of_a_trace_print_as_what_they_are():
    """What people type: `f.trace.steps[0].before`, `f.trace.graph_at(1)`."""
    f = sl.function([X], T.log(1 + T.exp(X)))
    assert "log(1.0 + exp(" in repr(f.trace.steps[0].before)
    assert repr(f.trace.graph_at(0)) == "<graph of 5 nodes>"
    shown = f.trace.graph_at(0)._repr_mimebundle_()["text/plain"]
    assert shown.splitlines()[:2] == ["<graph of 5 nodes>", "log [A]"]


def test_a_graph_after_rewrites_that_there_are_not():
    x = T.dvector("x")
    trace = sl.function([x], T.log(1 + T.exp(x))).trace
    for count in (-1, len(trace.steps) + 1):
        with pytest.raises(
            IndexError, match=f"no graph after {count} rewrites.*\n  try +a number from 0 to {len(trace.steps)}"
        ):
            trace.graph_at(count)


def test_a_misspelled_name_of_the_front_end_is_guessed():
    with pytest.raises(AttributeError, match=r"sofmax.*softmax"):
        T.sofmax
