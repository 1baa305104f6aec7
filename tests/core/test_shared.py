"""Shared variables: values in and out, types that are kept, copies or not, default updates, pickles."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch

A = np.array([1.0, 2.0, 3.0])
BOTH = ("FAST_RUN", "FAST_COMPILE")


def compiled(variable, mode):
    """A function that reads the variable."""
    return sl.function([], variable * 1, mode=mode)


def test_the_value_is_a_copy():
    given = A.copy()
    s = sl.shared(given)
    given[:] = -1
    np.testing.assert_array_equal(s.get_value(), A)
    s.get_value()[:] = -1
    np.testing.assert_array_equal(s.get_value(), A)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("mode", BOTH)
def test_the_other_64_bit_integers_of_numpy(mode, order):
    given = np.arange(3).astype(np.dtype(np.longlong).newbyteorder(order))
    s, other = sl.shared(given), sl.shared(np.arange(3))
    np.testing.assert_array_equal(compiled(s, mode)(), given)
    other.set_value(given, borrow=True)
    np.testing.assert_array_equal(compiled(other, mode)(), given)
    assert s.type.dtype.num == s.get_value().dtype.num == np.dtype(np.int64).num


def test_borrowed_values_are_the_same_memory():
    given = A.copy()
    s = sl.shared(given, borrow=True)
    assert np.shares_memory(s.get_value(borrow=True), given)
    other = np.zeros(2)
    s.set_value(other, borrow=True)
    assert np.shares_memory(s.get_value(borrow=True), other)
    s.set_value(other)
    assert not np.shares_memory(s.get_value(borrow=True), other)


@pytest.mark.parametrize("mode", BOTH)
def test_a_borrowed_value_outlives_updates(mode):
    s = sl.shared(A)
    step = sl.function([], updates=[(s, s + 1)], mode=mode)
    step()
    before = s.get_value(borrow=True)
    kept = before.copy()
    step()
    step()
    np.testing.assert_array_equal(before, kept)
    np.testing.assert_array_equal(s.get_value(), A + 3)


@pytest.mark.parametrize("mode", BOTH)
def test_functions_see_new_values(mode):
    s = sl.shared(A)
    f = compiled(s, mode)
    s.set_value(A * 2)
    np.testing.assert_array_equal(f(), A * 2)
    s.set_value([1, 2])
    np.testing.assert_array_equal(f(), [1, 2])
    s.zero()
    np.testing.assert_array_equal(f(), [0, 0])


@pytest.mark.parametrize(
    ("value", "dtype", "rank"),
    [(1, "int64", 0), (1.0, "float64", 0), (True, "bool", 0), (1j, "complex128", 0), ([1, 2], "int64", 1),
     (np.float32(1), "float32", 0), (np.zeros((2, 3), "i1"), "int8", 2)],
)  # fmt: skip
def test_the_type_is_that_of_the_value(value, dtype, rank):
    s = sl.shared(value)
    assert s.dtype == dtype
    assert s.ndim == rank
    assert s.broadcastable == (False,) * rank


def test_declared_sizes():
    s = sl.shared(np.zeros((1, 3)), shape=(1, None))
    assert s.type.shape == (1, None)
    assert sl.shared(np.zeros((1, 3)), broadcastable=(True, False)).broadcastable == (True, False)
    s.set_value(np.zeros((1, 5)))
    with pytest.raises(TypeMismatch, match="axis 0"):
        s.set_value(np.zeros((2, 5)))
    assert s.get_value().shape == (1, 5)
    with pytest.raises(TypeMismatch, match="declared shape"):
        sl.shared(np.zeros(3), shape=(4,))
    with pytest.raises(TypeMismatch, match="declared shape"):
        sl.shared(np.zeros(3), shape=(3, 1))


@pytest.mark.parametrize("value", [None, [[1], [2, 3]], np.array(["a"]), T.ones((2, 3))])
def test_what_cannot_be_shared(value):
    with pytest.raises((TypeMismatch, ValueError)):
        sl.shared(value)


@pytest.mark.parametrize("value", [np.zeros((2, 2)), 1.0, np.array([1j]), "abc", np.ma.masked_array([1.0], [True])])
def test_values_that_do_not_fit(value):
    s = sl.shared(A, "s")
    with pytest.raises(TypeMismatch, match="s"):
        s.set_value(value)
    np.testing.assert_array_equal(s.get_value(), A)


def test_values_that_lose_nothing():
    s = sl.shared(np.float32([1, 2]), "s")
    s.set_value([0.5, 4])
    assert s.get_value().dtype == np.float32
    with pytest.raises(TypeMismatch, match="without loss"):
        s.set_value(np.array([0.5]))
    with pytest.raises(TypeMismatch, match="without loss"):
        s.set_value([0.1])
    n = sl.shared(3)
    n.set_value(4.0)
    assert n.get_value() == 4
    assert n.get_value().dtype == np.int64
    with pytest.raises(TypeMismatch, match="without loss"):
        n.set_value(4.5)


def test_a_shared_variable_is_an_expression():
    s = sl.shared(A, "s")
    assert s.name == "s"
    assert repr(s) == "s"
    np.testing.assert_array_equal((s + 1).eval(), A + 1)


def test_pickles_keep_the_value_and_share_nothing():
    s = sl.shared(A, "s")
    other = pickle.loads(pickle.dumps(s))
    other.set_value(A * 2)
    np.testing.assert_array_equal(s.get_value(), A)
    np.testing.assert_array_equal(other.get_value(), A * 2)
    assert other.name == "s"
    assert other.type == s.type


def test_pickles_keep_the_default_update():
    s = sl.shared(1, "s")
    s.default_update = s * 2
    other = pickle.loads(pickle.dumps(s))
    assert other.default_update.args[0] is other
    f = sl.function([], other)
    assert [int(f()), int(f()), int(s.get_value())] == [1, 2, 1]


def test_one_pickle_keeps_what_is_shared():
    s = sl.shared(1, "s")
    first, second = pickle.loads(pickle.dumps([s + 1, s * 2]))
    assert first.args[0] is second.args[0]


def test_deep_copies():
    s = sl.shared(A)
    other = copy.deepcopy(s)
    other.set_value(A * 2)
    np.testing.assert_array_equal(s.get_value(), A)


def test_layouts_of_values():
    m = np.arange(12.0).reshape(3, 4)
    for given in (m.T, np.asfortranarray(m), m[::2, ::-1], m.astype(">f8"), m[:0]):
        s = sl.shared(given)
        np.testing.assert_array_equal(compiled(s, "FAST_RUN")(), given)
        np.testing.assert_array_equal(compiled(s, "FAST_COMPILE")(), given)


def test_what_set_value_takes():
    whole = sl.shared(np.int8(7), allow_downcast=True)
    whole.set_value(8.23)
    assert whole.get_value() == 8
    assert whole.get_value().dtype == np.int8
    strict = sl.shared(np.float64(1.5), "strict", strict=True)
    strict.set_value(np.float64(2.5))
    for value in (2, 2.5, np.float32(2)):
        with pytest.raises(TypeMismatch, match="strict is strict"):
            strict.set_value(value)
    assert strict.get_value() == 2.5
    again = pickle.loads(pickle.dumps([whole, strict]))
    assert again[0].allow_downcast
    assert again[1].strict


def test_a_default_update_is_deleted():
    n = sl.shared(0)
    assert n.default_update is None
    n.default_update = n + 1
    sl.function([], n)()
    del n.default_update
    sl.function([], n)()
    assert n.get_value() == 1
    assert n.default_update is None
    with pytest.raises(TypeMismatch, match="no_default_updates is a list"):
        sl.function([], n, no_default_updates=n)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_a_copy_with_inputs_of_its_own_has_its_values_with_the_original(mode):
    s = sl.shared(np.arange(3.0), "s")
    made = sl.clone(s * 2, share_inputs=False)
    (own,) = (node for node in sl.graph.graph_inputs([made]) if isinstance(node, sl.SharedVariable))
    assert own is not s
    assert own.name == "s"
    sl.function([], [], updates=[(own, own + 1)], mode=mode)()
    np.testing.assert_array_equal(s.get_value(), [1.0, 2.0, 3.0])
    s.set_value(np.zeros(2))
    np.testing.assert_array_equal(sl.function([], made, mode=mode)(), np.zeros(2))
