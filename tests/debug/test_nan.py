"""NanGuardMode: the first bad node, its operands, its line; nothing that `switch` leaves out; nothing updated."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidNumber

A = np.array([1.0, 2.0, 3.0])


def guarded(inputs, outputs, updates=None, **options):
    mode = sl.Mode("NanGuardMode", check="debug.NanGuardMode", options=options)
    return sl.function(inputs, outputs, updates=updates, mode=mode)


@pytest.fixture
def x():
    return T.dvector("x")


def test_good_numbers_pass(x):
    f = sl.function([x], [T.exp(x), x.sum()], mode="NanGuardMode")
    np.testing.assert_allclose(f(A)[0], np.exp(A))
    assert "NanGuardMode" in repr(f)


def test_the_first_bad_node_is_told_of(x):
    f = sl.function([x], T.exp(T.sqrt(x) * 2), mode="NanGuardMode")
    with pytest.raises(InvalidNumber, match=r"sqrt gives nan at \(1,\), of x = -4.0, built in test_nan.py, line \d+"):
        f([1.0, -4.0, 2.0])
    with pytest.raises(ArithmeticError):
        f([-1.0])


@pytest.mark.parametrize(("value", "kind"), [(np.nan, "nan"), (np.inf, "infinity"), (-2e10, r"number above 1e\+10")])
def test_arguments_and_shared_variables(x, value, kind):
    s = sl.shared(np.array([0.0, value]), "s")
    with pytest.raises(InvalidNumber, match=rf"x is {kind} at \(2,\)"):
        guarded([x], x + 1)([0.0, 0.0, value])
    with pytest.raises(InvalidNumber, match=rf"s is {kind} at \(1,\)"):
        guarded([x], x + s)([0.0, 0.0])


def test_in_between(x):
    f = guarded([x], 1 / T.sinh(x))
    f(A)
    with pytest.raises(InvalidNumber, match="sinh gives infinity"):
        f([800.0])
    with pytest.raises(InvalidNumber, match="sinh gives number above"):
        f([100.0])


def test_reductions_tell_of_the_range(x):
    with pytest.raises(InvalidNumber, match=r"sum gives number above 1e\+10, of x of shape \(2,\), from"):
        guarded([x], x.sum())([9e9, 9e9])


def test_each_kind_is_optional(x):
    values = np.array([-1.0, 0.0, 1e12])
    f = guarded([x], T.log(x), nan_is_error=False, inf_is_error=False, big_is_error=False)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(f(values), np.log(values))
    with pytest.raises(InvalidNumber, match="nan"):
        guarded([x], T.log(x), inf_is_error=False, big_is_error=False)(values)
    with pytest.raises(InvalidNumber, match="infinity"):
        guarded([x], T.log(x), nan_is_error=False, big_is_error=False)(values)
    with pytest.raises(InvalidNumber, match="number above"):
        guarded([x], x * 1, nan_is_error=False, inf_is_error=False)(values)
    with pytest.raises(InvalidNumber, match="number above 10"):
        guarded([x], x + 1, big=10)([11.0])


def test_what_switch_leaves_out_may_be_anything(x):
    f = guarded([x], T.switch(x > 0, T.log(x), 0.0))
    np.testing.assert_allclose(f([1.0, -1.0, 0.0]), [0, 0, 0])
    with pytest.raises(InvalidNumber, match=r"log gives nan at \(0,\)"):
        guarded([x], T.switch(x < 0, T.log(x), 0.0))([-1.0])


def test_integers_truth_and_empty_arrays(x):
    i = T.lvector("i")
    f = sl.function([i], [i * 10**12, i > 0], mode="NanGuardMode")
    assert f([1])[0] == 10**12
    assert sl.function([x], T.log(x), mode="NanGuardMode")(np.zeros(0)).size == 0


def test_complex_numbers():
    z = T.zvector("z")
    with pytest.raises(InvalidNumber, match="infinity"):
        sl.function([z], z + 1, mode="NanGuardMode")([complex(0, np.inf)])


def test_nothing_is_updated(x):
    n, s = sl.shared(0), sl.shared(A)
    f = guarded([x], x.sum(), updates=[(n, n + 1), (s, T.log(x))])
    with pytest.raises(InvalidNumber, match="log"):
        f([-1.0])
    assert n.get_value() == 0
    np.testing.assert_array_equal(s.get_value(), A)
    f(A)
    assert n.get_value() == 1
    np.testing.assert_allclose(s.get_value(), np.log(A))


def test_stable_forms_raise_no_alarm(x):
    f = sl.function([x], T.log(1 + T.exp(x)), mode="NanGuardMode")
    np.testing.assert_array_equal(f([1000.0]), [1000.0])


def test_it_is_a_function_otherwise(x):
    f = sl.function([x], x + 1, mode="NanGuardMode", name="step")
    assert f.name == "step"
    assert f.trace.graph.roots
    for other in (pickle.loads(pickle.dumps(f)), copy.copy(f), copy.deepcopy(f)):
        with pytest.raises(InvalidNumber):
            other([np.nan])
    with pytest.raises(AttributeError):
        f.no_such_thing
