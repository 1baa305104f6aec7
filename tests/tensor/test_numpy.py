"""NumPy's functions on variables, and arrays on the left of operators, give expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import TypeMismatch
from symlab.core.ops.operators import Variable

x, m = T.dvector("x"), T.dmatrix("m")
X, M = np.array([0.5, -1.5, 2.0]), np.arange(9.0).reshape(3, 3) - 2
LEFT = np.array([3.0, -1.0, 0.25])


def agrees(function: Callable[..., Any], *more: Any) -> None:
    """A function gives an expression of variables, whose value is what it gives of their values."""
    node = function(x, m)
    assert isinstance(node, Variable), type(node)
    with np.errstate(all="ignore"):
        wanted = function(X, M)
    (found,) = evaluate([node], {x: X, m: M})
    assert found.dtype == np.asarray(wanted).dtype
    np.testing.assert_allclose(found, wanted, rtol=1e-14)


UFUNCS = sorted({value.__name__ for value in vars(np).values() if isinstance(value, np.ufunc)})
WITHOUT = {"bitwise_count", "frexp", "gcd", "isnat", "lcm", "ldexp", "modf", "spacing"}
NOT_OF_FLOATS = {"bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"}
OTHER_ROUTES = {"divmod", "matmul", "matvec", "vecdot", "vecmat"}


def test_ufuncs_without_a_counterpart_are_known() -> None:
    assert {name for name in UFUNCS if not callable(getattr(T, name, None))} == WITHOUT


@pytest.mark.parametrize("name", [n for n in UFUNCS if n not in WITHOUT | NOT_OF_FLOATS | OTHER_ROUTES])
def test_ufuncs(name: str) -> None:
    function = getattr(np, name)
    if function.nin == 1:
        agrees(lambda a, _: function(a))
    else:
        agrees(lambda a, _: function(LEFT, a))
        agrees(lambda a, _: function(a, LEFT))
        agrees(lambda a, b: function(b, a))


@pytest.mark.parametrize("name", sorted(NOT_OF_FLOATS))
def test_ufuncs_of_integers(name: str) -> None:
    i, function = T.lvector("i"), getattr(np, name)
    operands = [np.array([1, 2, 3])] if function.nin == 2 else []
    (found,) = evaluate([function(*operands, i)], {i: np.array([3, 0, 2])})
    assert found.tolist() == function(*operands, np.array([3, 0, 2])).tolist()


@pytest.mark.parametrize("name", ["erf", "erfc", "gamma", "gammaln", "psi", "expit", "j0", "i1", "log_ndtr", "xlogy"])
def test_ufuncs_of_scipy(name: str) -> None:
    function = getattr(scipy.special, name)
    agrees(lambda a, _: function(*[abs(a)] * function.nin))


OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.matmul,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
]


@pytest.mark.parametrize("function", OPERATORS, ids=lambda function: function.__name__)
def test_operators_with_an_array_on_either_side(function: Callable[..., Any]) -> None:
    agrees(lambda a, _: function(LEFT, a))
    agrees(lambda a, _: function(a, LEFT))
    agrees(lambda a, b: function(b, a))


@pytest.mark.parametrize("number", [2, 2.5, np.float64(2.5), np.float32(0.5), np.int8(2)], ids=repr)
def test_operators_with_a_number_on_either_side(number: Any) -> None:
    for function in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod):
        agrees(lambda a, _, function=function: function(number, a))
        agrees(lambda a, _, function=function: function(a, number))


def test_unary_operators() -> None:
    agrees(lambda a, _: -a)
    agrees(lambda a, _: +a)
    agrees(lambda a, _: abs(a))
    agrees(lambda a, _: ~(a > 0))


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b: np.sum(b),
        lambda a, b: np.sum(b, axis=0),
        lambda a, b: np.mean(b, axis=1, keepdims=True),
        lambda a, b: np.max(b, axis=0),
        lambda a, b: np.prod(a),
        lambda a, b: np.var(a, ddof=1),
        lambda a, b: np.any(a > 0),
        lambda a, b: np.add.reduce(b),
        lambda a, b: np.add.reduce(b, axis=1),
        lambda a, b: np.maximum.reduce(b, axis=None),
        lambda a, b: np.add.accumulate(b),
        lambda a, b: np.maximum.accumulate(b, axis=1),
        lambda a, b: np.clip(b, a_min=-0.5, a_max=0.5),
        lambda a, b: np.transpose(b, axes=(1, 0)),
        lambda a, b: np.where(b > 0)[1],
        lambda a, b: np.where(b > 0, b, a),
        lambda a, b: np.where(a > 0, a, 0.0),
        lambda a, b: np.where(a > 0, LEFT, a),
        lambda a, b: np.concatenate([LEFT, a]),
        lambda a, b: np.concatenate([b, M], axis=1),
        lambda a, b: np.stack([LEFT, a]),
        lambda a, b: np.dot(LEFT, a),
        lambda a, b: np.dot(b, LEFT),
        lambda a, b: np.transpose(b),
        lambda a, b: np.reshape(b, (-1,)),
        lambda a, b: np.clip(a, 0, 1),
        lambda a, b: np.round(a),
        lambda a, b: np.isclose(a, LEFT),
        lambda a, b: np.real(a),
        lambda a, b: np.zeros_like(b),
        lambda a, b: np.expand_dims(a, 0),
        lambda a, b: np.broadcast_to(a, (2, 3)),
        lambda a, b: np.outer(a, LEFT),
        lambda a, b: np.cumsum(a),
        lambda a, b: np.argmax(a),
        lambda a, b: np.trace(b),
        lambda a, b: np.linalg.norm(a),
    ],
)
def test_functions(function: Callable[..., Any]) -> None:
    agrees(function)


def test_python_functions() -> None:
    agrees(lambda a, _: divmod(a, 2.0)[1])
    agrees(lambda a, b: sum([a, a, LEFT]))


def test_equality_compares_identity() -> None:
    """As in Theano: `==` says whether two names are one variable; `T.eq` compares values."""
    other = T.dvector("x")
    assert x == x
    assert x != other
    assert len({x, other}) == 2


def test_other_libraries_arrays_are_constants() -> None:
    assert (x + memoryview(LEFT)).type.shape == (3,)
    assert T.add(x, [1.0, 2.0, 3.0]).type.shape == (3,)


def test_unknown_functions_say_so() -> None:
    with pytest.raises(TypeMismatch, match=r"np\.unwrap has no symbolic counterpart"):
        np.unwrap(x)
    with pytest.raises(TypeMismatch, match=r"np\.lib\.stride_tricks\.sliding_window_view has no symbolic counterpart"):
        np.lib.stride_tricks.sliding_window_view(m, 3)
