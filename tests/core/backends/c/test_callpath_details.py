"""What a compiled function is besides its call: attributes, copies, pictures, weak references."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import weakref

import numpy as np
import pytest


class Details:
    """Answers for a function as the tests want it."""

    name = "logistic"

    def __init__(self) -> None:
        self.items = {"a": 1}

    def __repr__(self) -> str:
        return "<function logistic>"

    def __reduce__(self):
        return (rebuilt, (self.name,))

    def __copy__(self):
        return "a copy"

    def __deepcopy__(self, memo):
        return ("a deep copy", type(memo))

    def __getitem__(self, key):
        return self.items[key]

    def __setitem__(self, key, value):
        self.items[key] = value

    def __delitem__(self, key):
        del self.items[key]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": "logistic"}

    @property
    def broken(self):
        raise AttributeError("the trace was not recorded: call it with record='full'")

    @property
    def worse(self):
        return 1 / 0

    @property
    def inner(self):
        return self.items.nothing


def rebuilt(name):
    return f"rebuilt {name}"


class Slots:
    __slots__ = ("name",)


@pytest.fixture
def function(calls):
    return calls.add(details=Details())


def test_its_type_is_symlabs(function) -> None:
    assert f"{type(function).__module__}.{type(function).__name__}" == "symlab.Function"
    assert repr(function) == str(function) == "<function logistic>"
    assert callable(function)


def test_attributes_come_from_details(function) -> None:
    assert function.name == "logistic"
    assert function._repr_mimebundle_() == {"text/plain": "logistic"}
    assert function.release_gil_at == 20_000
    assert function.details.name == "logistic"


def test_attributes_go_to_details(function) -> None:
    function.profile = 3
    assert function.details.profile == function.profile == 3
    del function.profile
    assert not hasattr(function.details, "profile")
    function.reuse_outputs = False
    function.release_gil_at = 5
    assert not hasattr(function.details, "__dict__") or "reuse_outputs" not in vars(function.details)
    assert (function.reuse_outputs, function.release_gil_at) == (False, 5)
    with pytest.raises(AttributeError, match="read-only"):
        function.free = 3


@pytest.mark.parametrize("details", [Details(), Slots(), None])
def test_a_missing_attribute_is_the_functions(calls, details) -> None:
    function = calls.add(details=details)
    for access in (lambda: function.nothing, lambda: delattr(function, "nothing")):
        with pytest.raises(AttributeError) as caught:
            access()
        assert caught.value.__context__ is None
        assert "details" not in str(caught.value).lower()
        if str(caught.value) != "nothing":
            assert str(caught.value) == "'symlab.Function' object has no attribute 'nothing'"
    assert not hasattr(function, "nothing")
    assert getattr(function, "nothing", 7) == 7


def test_a_missing_attribute_names_its_object(function) -> None:
    with pytest.raises(AttributeError) as caught:
        function.nam
    assert caught.value.obj is function
    assert caught.value.name == "nam"


def test_errors_inside_an_attribute_are_left_alone(function) -> None:
    with pytest.raises(AttributeError, match="the trace was not recorded"):
        function.broken
    with pytest.raises(ZeroDivisionError):
        function.worse
    with pytest.raises(AttributeError, match="'dict' object has no attribute 'nothing'"):
        function.inner


def test_items_come_from_details(function) -> None:
    assert function["a"] == 1
    function["b"] = 2
    assert function.items == {"a": 1, "b": 2}
    del function["b"]
    with pytest.raises(KeyError):
        function["b"]
    with pytest.raises(TypeError, match="not iterable"):
        iter(function)


def test_copies_and_pickles_are_made_by_details(function) -> None:
    assert copy.copy(function) == "a copy"
    assert copy.deepcopy(function) == ("a deep copy", dict)
    assert pickle.loads(pickle.dumps(function)) == "rebuilt logistic"
    assert function.__reduce__() == (rebuilt, ("logistic",))


def test_details_without_copies(calls) -> None:
    with pytest.raises(AttributeError, match=r"'symlab\.Function' object has no attribute '__copy__'"):
        copy.copy(calls.add(details=Slots()))


def test_dir_lists_both(function) -> None:
    names = dir(function)
    assert len(names) == len(set(names))
    assert {"free", "release_gil_at", "name", "items", "broken"} <= set(names)


def test_signature_comes_from_details(function) -> None:
    function.__signature__ = inspect.signature(lambda x, y: 0)
    assert list(inspect.signature(function).parameters) == ["x", "y"]


def test_weak_references(calls) -> None:
    function, cell = calls.add(details=None), calls.SharedCell(np.zeros(3))
    gone = []
    references = [weakref.ref(function, gone.append), weakref.ref(cell, gone.append)]
    assert [reference() for reference in references] == [function, cell]
    del function, cell
    assert [reference() for reference in references] == [None, None]
    assert len(gone) == 2


@pytest.mark.parametrize("place", ["details", "convert", "explain", "keys", "cell"])
def test_cycles_are_collected(calls, place) -> None:
    class Holder:
        def __call__(self, *args):
            return args

    holder = Holder()
    cell = calls.SharedCell(holder if place == "cell" else 0, borrow=True)
    others = {"keys": (holder,), "result": "d"} if place == "keys" else {} if place == "cell" else {place: holder}
    holder.function = calls.add(cells=[(cell, *calls.V)], **others)
    alive = weakref.ref(holder)
    del holder, cell, others
    assert alive() is not None
    gc.collect()
    assert alive() is None


def test_a_function_may_be_called_while_its_cycle_is_taken_apart(calls) -> None:
    results = []

    class Holder:
        def __del__(self) -> None:
            results.append(self.function(np.ones(2), np.ones(2)).tolist())

    holder = Holder()
    holder.function = calls.add(details=holder)
    del holder
    gc.collect()
    assert results == [[2.0, 2.0]]
