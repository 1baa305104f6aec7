"""Inputs that keep a state, defaults that change, and copies of functions with other shared variables."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, SymlabError, TypeMismatch, UnknownName

MODES = ("FAST_RUN", "FAST_COMPILE")


@pytest.fixture(params=MODES)
def accumulator(request):
    x, s = T.dscalar("x"), T.dscalar("s")
    f = sl.function([x, sl.In(s, value=10.0, update=s + x)], s * 2, mode=request.param, name="accumulate")
    return f, x, s


def test_the_default_is_what_the_last_call_made(accumulator):
    f, _, s = accumulator
    assert f[s] == 10
    assert f(3) == 20  # outputs see the state before the update
    assert f[s] == 13
    assert f(1) == 26
    assert f["s"] == 14


def test_an_argument_replaces_the_state(accumulator):
    f, _, s = accumulator
    assert f(1, 100) == 200
    assert f[s] == 101
    assert f(1, s=5) == 10
    assert f[s] == 6


def test_the_state_can_be_set(accumulator):
    f, _, s = accumulator
    f[s] = 1
    assert f(1) == 2
    f["s"] = 7
    assert f[1] == 7
    with pytest.raises(SymlabError):
        f[s] = [1.0, 2.0]
    assert f[s] == 7


def test_a_call_that_fails_changes_no_state():
    x, y, s = T.dvector("x"), T.dvector("y"), T.dscalar("s")
    f = sl.function([x, y, sl.In(s, value=0.0, update=s + 1)], x + y)
    for arguments in ((np.ones(2), np.ones(3)), (np.ones(2), np.ones(3), 5.0)):
        with pytest.raises(SymlabError):
            f(*arguments)
        assert f[s] == 0
    with pytest.raises(TypeMismatch):
        f("a", np.ones(2))
    assert f[s] == 0


def test_a_shared_variable_as_default():
    x, y = T.dscalar("x"), T.dscalar("y")
    kept = sl.shared(2.0, "kept")
    f = sl.function([x, sl.In(y, value=kept)], x * y)
    assert f(3) == 6
    kept.set_value(5.0)
    assert f(3) == 15
    assert f[y] == 5
    with pytest.raises(TypeMismatch):
        sl.function([sl.In(y, value=sl.shared(np.ones(2)))], y)


def test_copies_of_a_function_with_state(accumulator):
    f, _, s = accumulator
    f(5)
    other = copy.deepcopy(f)
    assert other[1] == 15
    other(1)
    assert (other[1], f[s]) == (16, 15)
    again = pickle.loads(pickle.dumps(f))
    again(2)
    assert (again["s"], f[s]) == (17, 15)
    assert "accumulate" in repr(f)


def test_inputs_in_any_order():
    a, b, c = T.dscalars("a", "b", "c")
    f = sl.function([sl.In(a, value=1.0, update=a * 2), b, sl.In(c, value=3.0)], a + b * c)
    assert f(b=10) == 31
    assert f(b=10) == 32
    assert f(5, 1, 1) == 6
    assert f[a] == 10
    with pytest.raises(SymlabError, match="misses its argument"):
        f()


def test_an_update_needs_a_value():
    s = T.dscalar("s")
    with pytest.raises(InvalidValue, match="needs a value to start with"):
        sl.function([sl.In(s, update=s + 1)], s)


def test_in_the_modes_that_check():
    x, s = T.dscalar("x"), T.dscalar("s")
    for mode in ("DebugMode", "NanGuardMode"):
        f = sl.function([x, sl.In(s, value=0.0, update=s + x)], s, mode=mode)
        f(2.0)
        assert f(3.0) == 2
        assert f[s] == 5


# Defaults of plain inputs


@pytest.mark.parametrize("mode", MODES)
def test_defaults_can_be_read_and_set(mode):
    x, y = T.dscalar("x"), T.dscalar("y")
    record = sl.In(y, value=2)
    f = sl.function([x, record], x * y, mode=mode)
    assert f[y] == 2
    assert f["x"] is None
    f["y"] = 5
    assert f(3) == 15
    assert record.value == 2
    with pytest.raises(UnknownName, match="no input of f"):
        _ = f[T.dscalar("z")]


# Copies with other shared variables


@pytest.mark.parametrize("mode", MODES)
def test_swapped_shared_variables(mode):
    x = T.dscalar("x")
    total, other = sl.shared(0.0, "total"), sl.shared(100.0, "other")
    f = sl.function([x], total, updates={total: total + x}, mode=mode)
    g = f.copy(swap={total: other}, name="g")
    g(5)
    assert (total.get_value(), other.get_value()) == (0, 105)
    assert g.name == "g"
    f(1)
    assert (total.get_value(), other.get_value()) == (1, 105)


def test_a_copy_without_updates():
    total = sl.shared(1.0)
    f = sl.function([], total * 2, updates={total: total + 1})
    g = f.copy(delete_updates=True)
    g()
    assert (g(), total.get_value()) == (2, 1)


def test_swaps_that_do_not_fit():
    x = T.dscalar("x")
    total = sl.shared(0.0, "total")
    f = sl.function([x], x + total)
    with pytest.raises(UnknownName, match="does not use"):
        f.copy(swap={sl.shared(1.0): total})
    with pytest.raises(TypeMismatch):
        f.copy(swap={total: sl.shared(np.ones(3))})
    with pytest.raises(TypeMismatch, match="shared variable only"):
        f.copy(swap={total: x})


def test_givens_of_another_dtype():
    x, y = T.dscalar("x"), T.fscalar("y")
    with pytest.raises(TypeMismatch):
        sl.function([y], x * 2, givens={x: y})
    assert sl.function([y], x * 2, givens={x: y}, rebuild_strict=False)(3) == 6


# What Theano's programs do with states


def counting(x, a, s, **options):
    inputs = [x, sl.In(a, value=1.0, name="a"), sl.In(s, value=0.0, update=s + a * x, mutable=True)]
    return sl.function(inputs, s + a * x, **options)


@pytest.fixture(params=["FAST_RUN", "FAST_COMPILE"])
def either(request):
    return request.param


def test_two_functions_share_a_state_through_its_container(either):
    x, a, s = T.dscalar("x"), T.dscalar(), T.dscalar("s")
    f = counting(x, a, s, mode=either)
    inputs = [x, sl.In(a, value=1.0, name="a"), sl.In(s, value=f.container[s], update=s - a * x)]
    g = sl.function(inputs, s + a * x, mode=either)
    reader = sl.function([x, sl.In(s, value=f.container[s])], s * x, mode=either)
    f(1, 2)
    assert (f[s], g[s], reader(1)) == (2, 2, 2)
    g(1, 2)
    assert (f[s], g[s], reader(1)) == (0, 0, 0)
    f[s] = 7
    assert g[s] == 7
    assert f[s] is g[s]
    copies = pickle.loads(pickle.dumps([f, g]))
    copies[0](1)
    assert (copies[1]["s"], f[s]) == (8, 7)
    default = sl.function([sl.In(a, value=f.container[a])], a * 1, mode=either)
    assert default() == 1


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda f: pickle.loads(pickle.dumps(f))])
def test_copies_have_states_of_their_own(copied, either):
    x, a, s = T.dscalar("x"), T.dscalar(), T.dscalar("s")
    f = counting(x, a, s, mode=either)
    f(1, 2)
    g = copied(f)
    for place in range(3):
        assert g.container[place].storage is not f.container[place].storage
    assert g["s"] == f["s"] == 2
    assert f(2, 1) == g(2)
    f(1)
    assert (f["s"], g["s"]) == (5, 4)


def test_a_copy_shares_what_was_shared():
    x, s, total = T.dscalar("x"), T.dscalar("s"), sl.shared(0.0)
    f = sl.function([x, sl.In(s, value=total, update=s + x)], s)
    g = copy.copy(f)
    f(1)
    g(1)
    assert total.get_value() == 2


def test_the_options_of_an_input():
    x = T.dscalar("x")
    assert sl.In(x, None, 1.0, None, True, False, None, True, None, True, False).name == "x"
    assert sl.In(x, autoname=False, implicit=True).name is None
    for wrong in ([], {"a"}, x):
        with pytest.raises(TypeMismatch, match="the name of an input is a string"):
            sl.In(x, name=wrong)
    with pytest.raises(TypeMismatch, match="the update of an input is of its type"):
        sl.In(x, value=1.0, update=T.dvector())


def test_trust_input_is_kept_by_copies():
    f = sl.function([T.dscalar("x")], [], on_unused_input="ignore", trust_input=True)
    assert f.trust_input
    assert copy.deepcopy(f).trust_input
    assert not sl.function([T.dscalar("x")], [], on_unused_input="ignore").trust_input


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_functions_are_run_from_their_containers(mode):
    x, y = T.dscalar("x"), T.dscalar("y")
    s = sl.shared(10.0, "s")
    f = sl.function([x, sl.In(y, value=2.0)], x * y + s, mode=mode)
    assert [place.value is None for place in f.input_storage] == [True, False, False]
    f.input_storage[0].storage[0] = 3.0
    f.finder["y"].data = 4.0
    assert f.fn() == 22.0
    assert f.fn(n_calls=2, output_subset=[0]) == [22.0]
    assert f(1.0) == 14.0
    assert f.fn.storage_map[s] == f.input_storage[2].storage
    assert list(f.fn.storage_map[x]) == [3.0]
    assert len(f.fn.nodes) == len(f.maker.fgraph.toposort())
    with pytest.raises(IndexError):
        f.input_storage[0].storage[1] = 0.0
    assert x in f.container
    assert s not in f.container
    assert [key for key in f.finder if not isinstance(key, int)] == [x, y, "x", "y"]
    assert len(f.container) == 2


def test_containers_of_one_state_have_one_storage():
    x, s = T.dscalars("x", "s")
    first = sl.function([x, sl.In(s, value=1.0, update=s + x)], s)
    second = sl.function([x, sl.In(s, value=first.container[s], update=s * x)], s)
    assert first.container[s].storage is second.container[s].storage
    assert first.container[s].storage is not first.container[x].storage
    first(4.0)
    assert list(second.container[s].storage) == [5.0]
    assert repr(second.container[s].storage) == "[array(5.)]"


def test_a_default_is_shared_through_its_container():
    a, x = T.dscalars("a", "x")
    h = sl.function([sl.In(a, value=0.0)], a)
    f = sl.function([x, sl.In(a, value=h.container[a])], x + a)
    h[a] = 1.0
    assert f[a] == 1.0
    assert f(2.0) == 3.0
    f[a] = 5.0
    assert h() == 5.0
    memo = {}
    own_a = copy.deepcopy(a, memo)
    own_h = copy.deepcopy(h, memo)
    memo[id(h)] = own_h
    own_f = copy.deepcopy(f, memo)
    own_h[own_a] = 7.0
    assert own_f[own_a] == 7.0
    assert f[a] == 5.0


def test_trust_input_of_functions_with_state_is_copied(accumulator):
    f, _, _ = accumulator
    f.trust_input = True
    assert copy.deepcopy(f).trust_input is True
