"""What is known of expressions before a call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, NotScalarConstantError, RankMismatch

B = T.iscalar("b")
V = T.ivector("v")


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        (T.constant(3), 3),
        (np.array(2.5), 2.5),
        (T.constant(2.0) * 3 + 1, 7.0),
        (T.stack([B, 2, 3])[1], 2),
        (T.row("r").shape[0], 1),
        (T.constant([10, 20]).shape[0] + 9, 11),
        (T.fill(V, T.constant(0.5)), 0.5),
        (T.constant(np.full((2, 2), 7)), 7),
        (T.constant(1.5)[None][0], 1.5),
        (sl.assert_op(T.constant(2), T.constant(3) > 2), 2),
    ],
    ids=str,
)
def test_numbers_that_are_known(expression: Any, number: float) -> None:
    found = T.get_scalar_constant_value(expression)
    assert isinstance(found, np.ndarray)
    assert found.ndim == 0
    assert found == number
    assert T.extract_constant(expression) == number


@pytest.mark.parametrize(
    "expression",
    [None, B, B + 1, T.stack([B, 2, 3])[0], np.array([0, 1]), T.constant([1, 2])],
    ids=str,
)
def test_numbers_that_are_not(expression: Any) -> None:
    with pytest.raises(NotScalarConstantError, match="is not one number that is known"):
        T.get_scalar_constant_value(expression)
    assert T.extract_constant(expression) is expression


def test_expressions_are_computed_unless_only_constants_are_wanted() -> None:
    with pytest.raises(NotScalarConstantError):
        T.get_scalar_constant_value(T.constant(1) + 1, only_process_constants=True)
    assert T.get_scalar_constant_value(T.constant(1), only_process_constants=True) == 1


def test_the_value_is_a_copy() -> None:
    c = T.constant(3)
    found = T.get_scalar_constant_value(c)
    found += 1
    assert T.get_scalar_constant_value(c) == 3


def test_lengths_that_are_known() -> None:
    x = T.constant(np.arange(4))
    known = [x[2:], x[1:10:2], x[-1:4], V[1:1], V[-1:-3], T.stack([B, B]), sl.shared(np.arange(5)), [1, 2, 3]]
    assert [T.get_vector_length(item) for item in known] == [2, 2, 1, 0, 0, 2, 5, 3]
    with pytest.raises(InvalidValue, match="is not known before the call"):
        T.get_vector_length(V)
    with pytest.raises(TypeError, match="a vector is wanted"):
        T.get_vector_length(T.dmatrix())


def test_data_of_constants() -> None:
    c = T.constant([1, 2])
    assert c.data is c.value
    assert c.data.tolist() == [1, 2]
    assert not c.data.flags.writeable
    assert not hasattr(B, "data")
    with pytest.raises(AttributeError, match="is no constant"):
        _ = (c + 1).data


def test_shapes_in_parts() -> None:
    x = T.tensor("x", dtype="float64", shape=(3, None))
    rows, columns = T.shape_tuple(x)
    assert rows.data == 3
    assert columns.eval({x: np.zeros((3, 5))}) == 5
    assert T.broadcast_shape(x, T.dvector()[None])[0].data == 3
    assert [size.data for size in T.broadcast_shape((3, 1), (4,), arrays_are_shapes=True)] == [3, 4]
    with pytest.raises(ValueError, match="do not broadcast"):
        T.broadcast_shape((3,), (4,), arrays_are_shapes=True)


def test_scalars_and_copies() -> None:
    x = T.dscalar("x")
    assert T.scalar_from_tensor(x) is x
    assert T.tensor_copy(x) is not x
    with pytest.raises(TypeError, match="a scalar is wanted"):
        T.tensor_from_scalar(T.dvector())


def test_constants_with_axes() -> None:
    c = T.constant(2, ndim=2)
    assert c.data.tolist() == [[2]]
    assert T.constant(c) is c
    assert T.constant(c, ndim=0).data.shape == ()
    with pytest.raises(InvalidValue, match="1 axes are wanted"):
        T.constant(np.zeros((2, 3)), ndim=1)
    assert T.as_tensor_variable(T.row("r"), ndim=1).ndim == 1


def test_applications_stand_for_their_results() -> None:
    x = T.dvector("x")
    y = T.exp(x)
    assert T.as_tensor_variable(y.owner) is y
    with pytest.raises(InvalidValue, match="none of them is its default"):
        T.as_tensor_variable(T.unique(x, return_index=True)[0].owner)


def test_sizes_that_are_expressions_are_checked_at_the_call() -> None:
    x, n = T.dmatrix("x"), T.iscalar("n")
    f = sl.function([x, n], T.specify_shape(x, (n, None)) * 2)
    assert f(np.ones((3, 2)), 3).shape == (3, 2)
    for rows in (1, 2):
        with pytest.raises(ValueError, match="axis 0"):
            f(np.ones((rows, 2)), 3)
    with pytest.raises(RankMismatch, match="3 sizes are declared for 2 axes"):
        T.specify_shape(x, (n, n, n))


def test_a_constant_of_no_elements() -> None:
    with pytest.raises(T.EmptyConstantError, match=r"has no elements"):
        T.get_scalar_constant_value(np.array([]))
    assert issubclass(T.EmptyConstantError, NotScalarConstantError)


def test_what_tells_constants_apart() -> None:
    values = [np.nan, np.inf, -np.inf, 0, 1, 0.0, -0.0, [0, 1], [0, np.nan], [[0, 1]], True]
    for place, first in enumerate(values):
        for other, second in enumerate(values):
            alike = T.constant(first).signature() == T.constant(second).signature()
            assert alike == (place == other), (first, second)
    with pytest.raises(AttributeError, match="is no constant"):
        T.dscalar("x").signature()


def test_a_list_of_constants_is_a_constant() -> None:
    found = T.as_tensor_variable([T.constant(1), T.constant(2)])
    assert found.data.tolist() == [1, 2]
    assert T.as_tensor_variable([T.constant(1), 2.5]).data.tolist() == [1.0, 2.5]
    x = T.dscalar("x")
    assert T.as_tensor_variable([T.constant(1), x]).eval({x: 3.0}).tolist() == [1.0, 3.0]


def test_what_is_not_known_is_given_back_if_asked_for() -> None:
    x = T.dscalar("x")
    assert T.get_scalar_constant_value(x, raise_not_constant=False) is x
    assert T.get_underlying_scalar_constant_value(T.constant(2) + 1) == 3
    assert T.default(None, x) is x
    assert T.default(0.0, x) == 0.0
    assert T.is_flat(T.tensor3().flatten(2), 2)
    assert not T.is_flat(T.matrix())
