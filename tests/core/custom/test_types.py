"""Types that a program describes, and what types are asked about values."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.custom.typed_list import TypedListType
from symlab.core.custom.types import Type, generic
from symlab.core.ir.errors import TypeMismatch


class Words(Type):
    """Texts."""

    def filter(self, data, strict=False, allow_downcast=None):
        """Texts alone."""
        if not isinstance(data, str):
            raise TypeError(f"{data!r} is no text")
        return data


class Limited(Type):
    """Texts of at most so many letters."""

    __props__ = ("most",)

    def __init__(self, most):
        self.most, self.seen = most, []

    def filter(self, data, strict=False, allow_downcast=None):
        """A cut text."""
        return str(data)[: self.most]


class Count(sl.Op):
    """The number of words."""

    __props__ = ()

    def make_node(self, x):
        """One text."""
        return sl.Apply(self, [x], [T.lscalar()])

    def perform(self, node, inputs, output_storage):
        """Count."""
        output_storage[0][0] = np.int64(len(inputs[0].split()))


class Upper(sl.Op):
    """A text in capitals."""

    __props__ = ()

    def make_node(self, x):
        """One text."""
        return sl.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        """Raise."""
        output_storage[0][0] = inputs[0].upper()


@pytest.fixture
def text():
    return Words()("text")


def test_values_of_any_kind_go_through_functions(text):
    f = sl.function([text], [Count()(text) * 2, Upper()(text)])
    count, upper = f("two words")
    assert count == 4
    assert upper == "TWO WORDS"
    assert pickle.loads(pickle.dumps(f))("a b c")[0] == 6
    with pytest.raises(TypeError, match="3 is no text"):
        f(3)


def test_types_are_told_apart_by_what_they_hold(text):
    assert text.type == Words()
    assert text.type != generic
    assert Limited(3) == Limited(3)
    assert Limited(3) != Limited(4)
    assert hash(Limited(3)) == hash(Limited(3))
    cut = Limited(3)("cut")
    assert sl.function([cut], Upper()(cut))("abcdef") == "ABC"
    with pytest.raises(TypeMismatch, match="cannot be replaced"):
        sl.clone(Upper()(text), {text: cut})


def test_a_choice_between_texts(text):
    other, c = Words()("other"), T.iscalar("c")
    f = sl.function([c, text, other], sl.ifelse.ifelse(c, text, other))
    assert f(1, "a", "b") == "a"
    assert f(0, "a", "b") == "b"


def test_nothing_else_is_done_with_them(text):
    with pytest.raises(TypeMismatch, match="no arithmetic"):
        text + 1
    with pytest.raises(TypeMismatch, match="does not say which values"):
        sl.function([Type()("x")], [], on_unused_input="ignore")("a")
    with pytest.raises(TypeMismatch, match="is no array"):
        list(text)
    assert Limited(3).clone(4) == Limited(4)


def test_a_shared_variable_with_any_value():
    s = sl.shared("one two", "s")
    assert s.type == generic
    count = sl.function([], Count()(s))
    assert count() == 2
    s.set_value("one")
    assert count() == 1
    held = sl.shared({"a": 1})
    value = held.get_value()
    value["a"] = 2
    assert held.get_value() == {"a": 1}
    replaced = sl.function([], s, updates={s: Upper()(s)})
    assert replaced() == "one"
    assert s.get_value() == "ONE"


@pytest.mark.parametrize(
    ("value", "fits"), [([1, 2], True), (np.array([1.5]), True), (1.0, False), (["a"], False), (np.array([1j]), False)]
)
def test_arrays_are_filtered(value, fits):
    type = T.dvector().type
    if fits:
        assert type.filter(value).dtype == "float64"
    else:
        with pytest.raises((TypeError, ValueError)):
            type.filter(value)
    assert type.is_valid_value(value) is (fits and isinstance(value, np.ndarray))


def test_lists_are_filtered():
    type = TypedListType(T.dvector, 1)
    assert type.get_depth() == 1
    assert type == TypedListType(TypedListType(T.dvector))
    assert [[part.tolist() for part in item] for item in type.filter([[[1], [2]], []])] == [[[1.0], [2.0]], []]
    with pytest.raises(TypeError):
        type.filter(np.zeros(3))


def test_types_compare_values():
    type = T.dvector().type
    a = np.array([1.0, np.nan])
    assert type.values_eq(a, a.copy())
    assert not type.values_eq(a, a + 1e-9)
    assert type.values_eq_approx(a, a + 1e-9)
    assert not type.values_eq_approx(a, a + 1)
    infinite = np.array([np.inf, 1.0])
    assert type.values_eq_approx(infinite, np.array([0.0, 1.0]), allow_remove_inf=True)
    assert not type.values_eq_approx(a, a[:1])
    assert TypedListType(T.dvector).values_eq_approx([a], [a + 1e-9])
    assert generic.values_eq_approx("a", "a")


def test_types_of_variables_and_among_each_other():
    wide, narrow = T.tensor(dtype="float64", shape=(None, 3)).type, T.tensor(dtype="float64", shape=(2, 3)).type
    assert wide.is_super(narrow)
    assert not narrow.is_super(wide)
    assert not wide.is_super(T.dvector().type)
    assert wide.in_same_class(narrow)
    assert not wide.in_same_class(wide.clone(dtype="float32"))
    assert wide.clone(broadcastable=(True, False)).shape == (1, None)
    x = narrow("x")
    assert wide.convert_variable(x) is x
    assert narrow.convert_variable(wide("y")) is None
    assert narrow.filter_variable(wide("y")).type == narrow
    assert T.dscalar().type.filter_variable(2).type == T.dscalar().type
    with pytest.raises(TypeMismatch):
        narrow.filter_variable(T.dvector())
    assert narrow.make_variable("z").name == "z"
