"""What is public has a docstring, and every method of a variable stands for a function."""

from __future__ import annotations

import importlib
import inspect
import re
import types
from typing import Any

import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch
from symlab.core.ir.op import Op
from symlab.core.ops import arithmetic, methods, operators
from symlab.core.walk import is_same_graph

NAMES = sorted(name for name in vars(T) if not name.startswith("_"))
FUNCTIONS = [name for name in NAMES if callable(getattr(T, name)) and not inspect.isclass(getattr(T, name))]


@pytest.mark.parametrize("module", [methods, arithmetic], ids=lambda module: module.__name__.rpartition(".")[2])
def test_methods_and_operators_resolve(module: types.ModuleType) -> None:
    names = set(re.findall(r'front_end\("(\w+)"\)', inspect.getsource(module)))
    assert len(names) > 20
    assert [name for name in names if not hasattr(T, name)] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_documented(name: str) -> None:
    text = inspect.getdoc(getattr(T, name)) or ""
    assert len(text) > 5
    assert text.split("\n\n")[0].rstrip().endswith((".", ":", ")"))


OTHERS: dict[str, Any] = {  # what methods are called of that are none of every matrix
    "set": lambda x: x[0], "inc": lambda x: x[0], "choose": lambda x: T.gt(x, 0), "searchsorted": lambda x: x[0],
}  # fmt: skip


NO_EXPRESSIONS = ("eval", "get_test_value", "label", "relabel", "signature")


def test_methods_give_what_functions_give() -> None:
    x = T.tensor("x", dtype="float64", shape=(2, 3))
    square = T.tensor("square", dtype="float64", shape=(3, 3))
    calls: dict[str, tuple[Any, ...]] = {
        "dot": (square,), "reshape": (6,), "dimshuffle": (1, 0), "swapaxes": (0, 1), "fill": (0.0,), "norm": (2,),
        "clip": (0, 1), "astype": ("int32",), "repeat": (2,), "take": ([0],), "set": (0.0,), "inc": (1.0,),
        "choose": ([x, x],), "searchsorted": (x,), "compress": ([True, False],),
    }  # fmt: skip
    for name, method in inspect.getmembers(operators.Variable, inspect.isfunction):
        if name.startswith("_") or name in NO_EXPRESSIONS or method.__module__ != methods.__name__:
            continue
        result = getattr(OTHERS.get(name, lambda x: x)(x), name)(*calls.get(name, ()))
        assert isinstance(result, (operators.Variable, tuple, list)), name
    for name in ("T", "mT", "real", "imag", "shape", "size"):
        assert isinstance(getattr(x, name), operators.Variable)


def test_numpy_has_the_same_names() -> None:
    shared = [name for name in FUNCTIONS if hasattr(np, name)]
    assert len(shared) > 150
    x = T.dmatrix("x")
    for name in ("sum", "mean", "transpose", "concatenate", "where", "dot", "clip", "cumsum", "argmax", "ravel"):
        assert name in shared
    assert np.concatenate([x, x], axis=1).op.name == "join"
    assert np.mean(x, axis=0, keepdims=True).ndim == 2
    assert np.reshape(x, (-1,)).ndim == 1


def test_ops_are_found_by_their_home() -> None:
    for name in FUNCTIONS:
        found = getattr(T, name)
        if isinstance(found, Op):
            assert found.home.startswith("symlab.core.ops.")


@pytest.mark.parametrize(
    "module", [T.extra_ops, T.nlinalg, T.slinalg, T.nnet.bn, T.nnet.conv3d2d, T.signal.pool], ids=str
)
def test_theanos_submodules_say_what_they_hold(module: types.ModuleType) -> None:
    assert [name for name in module.__all__ if not callable(getattr(module, name, None))] == []


def test_theanos_submodules_hold_the_same_objects() -> None:
    assert [name for name in T.extra_ops.__all__ if getattr(T, name) is not getattr(T.extra_ops, name)] == []
    order = importlib.import_module("symlab.tensor.sort")
    assert [name for name in order.__all__ if getattr(T, name) is not getattr(order, name)] == []


X, M = T.dvector("X"), T.dmatrix("M")
KEYWORDS: dict[str, list[dict[str, Any]]] = {  # of Theano, PyTensor or NumPy, each beside what it means
    **{name: [{"input": M}, {"x": M}] for name in ("sum", "prod", "mean", "var", "std")},
    **{name: [{"a": X}, {"x": X}] for name in ("sort", "argsort", "flatnonzero", "nonzero_values")},
    **{name: [{"a": M, "b": M}, {"first": M, "second": M}] for name in ("dot", "batched_dot", "tensordot", "kron")},
    "diag": [{"v": X}, {"x": X}], "diagonal": [{"a": M}, {"x": M}], "zeros_like": [{"model": X, "opt": True}, {"x": X}],
    "outer": [{"x": X, "y": X}, {"first": X, "second": X}],
    "concatenate": [{"tensor_list": [X, X]}, {"arrays": [X, X]}],
    "matmul": [{"x1": M, "x2": M}, {"first": M, "second": M}], "flip": [{"arr": M}, {"x": M}],
    "split": [{"x": X, "splits_size": [1, 2], "n_splits": 2}, {"x": X, "sections": [1, 2], "n_splits": 2}],
    "reshape": [{"x": X, "newshape": (1, -1)}, {"x": X, "shape": (1, -1)}], "shape_padleft": [{"t": X}, {"x": X}],
    "set_subtensor": [{"x": X[0], "y": 1.0}, {"part": X[0], "value": 1.0}], "tri": [{"N": 2, "M": 3}, {"N": 2, "M": 3}],
    "fill_diagonal": [{"a": M, "val": 1.0}, {"x": M, "val": 1.0}], "ones_like": [{"model": X}, {"x": X}],
    "swapaxes": [{"x": M, "axis1": 0, "axis2": 1}, {"x": M, "axis1": 0, "axis2": 1}],
}  # fmt: skip


@pytest.mark.parametrize("name", KEYWORDS)
def test_parameters_have_the_names_of_other_libraries(name: str) -> None:
    function = getattr(T, name)
    found, meant = (function(**named) for named in KEYWORDS[name])
    pairs = zip(found, meant, strict=True) if isinstance(found, list) else [(found, meant)]
    assert all(is_same_graph(one, other) for one, other in pairs)


def test_a_parameter_is_given_once() -> None:
    with pytest.raises(TypeMismatch, match="sum is given input and x, which are one parameter"):
        T.sum(input=X, x=X)
    with pytest.raises(TypeError, match="bogus"):
        T.sum(bogus=X)


def test_methods_take_the_keywords_of_theano() -> None:
    calls = {
        "argsort": {"axis": 0, "kind": "quicksort", "order": None}, "sort": {"kind": "mergesort"},
        "clip": {"a_min": 0, "a_max": 1}, "nonzero": {"return_matrix": True}, "swapaxes": {"axis1": 0, "axis2": 1},
        "round": {"mode": "half_away_from_zero"},
    }  # fmt: skip
    for name, named in calls.items():
        found, meant = getattr(M, name)(**named), getattr(T, name)(M, **named)
        assert is_same_graph(found, meant), name
