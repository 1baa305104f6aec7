"""`x[...]` by NumPy's rules, and its setters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidIndex, InvalidValue, NodeError, ShapeMismatch, SymlabError, TypeMismatch
from tests.tensor.against_numpy import agrees, opened, run

X = np.arange(60.0).reshape(3, 4, 5)
ROWS, COLUMNS = np.array([2, 0, 2]), np.array([[1], [3]])
MASK = np.arange(12).reshape(3, 4) % 3 == 0

BASIC: list[Any] = [
    0, -1, np.int8(2), (1, 2), (1, 2, 3), (..., 0), (0, ...), ..., (), np.s_[:], np.s_[1:], np.s_[:-1], np.s_[::-1],
    np.s_[::2, 1], np.s_[-2:, ::-2], np.s_[5:, 0:100], np.s_[2:0:-1], np.s_[:, :0], None, (None, 0, None),
    np.s_[1, None, :2, ..., None], np.s_[:, None], np.s_[..., None, -1], np.s_[-100:2], np.s_[3:1],
]  # fmt: skip
ADVANCED: list[Any] = [
    ROWS, [0, 1], (ROWS, 1), (slice(1), ROWS), (ROWS, ROWS), (ROWS, slice(None), ROWS), (slice(None), ROWS, COLUMNS),
    (0, slice(None), ROWS), (COLUMNS, slice(1, 3), ROWS), (None, ROWS), (ROWS, None, ROWS), (..., ROWS),
    (slice(None, None, -1), [3, 0], 1), MASK, (MASK, 2), MASK[:, 0], (slice(None), MASK[0]),
    True, False, (True, 0), (0, False), (slice(1), True), (True, [0, 1]), ([0, 2], True, 1), (True, True), (None, True),
    (..., np.True_), (True, MASK), (slice(1, None), None, [0, -1]), [], (np.array(1), slice(None)),
    (ROWS.astype("uint8"), COLUMNS),
]  # fmt: skip


def fits(index: Any) -> bool:
    try:
        X[index]
    except IndexError:
        return False
    return True


@pytest.mark.parametrize("index", [*BASIC, *filter(fits, ADVANCED)], ids=repr)
def test_every_index_as_in_numpy(index: Any) -> None:
    (x,) = opened((X,))
    found = run(x[index], {x: X})
    wanted = X[index]
    assert found.shape == wanted.shape
    np.testing.assert_array_equal(found, wanted)
    (known,) = opened((X,), known=True)
    static = known[index].type.shape
    assert all(size in (None, real) for size, real in zip(static, wanted.shape, strict=True))
    if "True" not in repr(index):
        assert static == wanted.shape


@pytest.mark.parametrize("index", [*BASIC, *filter(fits, ADVANCED)], ids=repr)
def test_setters_as_in_numpy(index: Any) -> None:
    (x,) = opened((X,))
    shape = X[index].shape
    value = np.arange(1.0, 1 + np.prod(shape, dtype=int)).reshape(shape)
    for given in (value, np.array(-1.0)):
        replaced, added = X.copy(), X.copy()
        replaced[index] = given
        np.add.at(added, np.zeros(0, int) if isinstance(index, list) and not index else index, given)
        found = run([T.set_subtensor(x[index], given), T.inc_subtensor(x[index], given)], {x: X})
        np.testing.assert_array_equal(found[0], replaced)
        np.testing.assert_array_equal(found[1], added)


@pytest.mark.parametrize("index", [*BASIC, *filter(fits, ADVANCED)], ids=repr)
def test_gradients(index: Any) -> None:
    value = np.cos(np.arange(X[index].size)).reshape(X[index].shape)
    for setter in (T.set_subtensor, T.inc_subtensor):
        gradcheck(lambda x, v: T.sin(setter(x[index], v)), [X / 60, value])  # noqa: B023


def test_indices_that_are_expressions() -> None:
    x, i, j, rows = T.dtensor3("x"), T.lscalar("i"), T.bscalar("j"), T.ivector("rows")
    values = {x: X, i: np.array(1), j: np.array(-2, np.int8), rows: ROWS.astype(np.int32)}
    cases = [
        (x[i], X[1]), (x[j, i], X[-2, 1]), (x[i:, :j], X[1:, :-2]), (x[:, i::i], X[:, 1::1]), (x[rows], X[ROWS]),
        (x[rows, i], X[ROWS, 1]), (x[i, :, rows], X[1, :, ROWS]), (x[..., rows - i], X[..., ROWS - 1]),
        (x[T.arange(3), rows], X[np.arange(3), ROWS]),
    ]  # fmt: skip
    for node, wanted in cases:
        np.testing.assert_array_equal(run(node, values), wanted)
    mask = T.bmatrix("mask")
    found = run(x[T.neq(mask, 0)], {**values, mask: MASK.astype(np.int8)})
    np.testing.assert_array_equal(found, X[MASK])


@pytest.mark.parametrize(
    ("index", "kind", "text"),
    [
        (3, InvalidIndex, "index 3 is out of bounds for axis 0 with size 3"),
        ((0, -5), InvalidIndex, "index -5 is out of bounds for axis 1 with size 4"),
        (np.array([0, 3]), InvalidIndex, "index 3 is out of bounds for axis 0 with size 3"),
        ((0, 0, 0, 0), InvalidIndex, "too many indices: 4 for 3 axes"),
        ((..., ...), InvalidIndex, "one ellipsis"),
        (1.0, TypeMismatch, "made of integers, not float64"),
        ("a", TypeMismatch, "not made of numbers"),
        (([0, 1], False), InvalidIndex, "do not broadcast together"),
        (np.s_[0.5:], TypeMismatch, "the bound of a slice is an integer"),
        (np.s_[::0], InvalidValue, "cannot be 0"),
        ((np.array([0, 1]), np.array([0, 1, 2])), InvalidIndex, "do not broadcast together"),
    ],
)
def test_what_is_no_index(index: Any, kind: type[Exception], text: str) -> None:
    (x,) = opened((X,), known=True)
    with pytest.raises(kind, match=text):
        x[index]


def test_out_of_bounds_at_the_call() -> None:
    x, i, rows = T.dvector("x"), T.lscalar("i"), T.lvector("rows")
    values = {x: np.arange(3.0), i: np.array(3), rows: np.array([0, -4])}
    for node, text in [(x[i], "index 3 is out of bounds"), (x[rows], "index -4 is out of bounds"), (x[5], "index 5")]:
        with pytest.raises(IndexError, match=text) as caught:
            run(node, values)
        assert isinstance(caught.value, NodeError)


def test_index_arrays_of_unknown_size_do_not_broadcast() -> None:
    x, one, other = T.dmatrix("x"), T.lvector("one"), T.lvector("other")
    with pytest.raises(NodeError, match="where 3 is wanted"):
        run(x[one, other], {x: X[0], one: np.array([1]), other: np.array([0, 1, 2])})


def test_the_typed_index_shape_of_labels() -> None:
    p, labels = T.dmatrix("p"), T.lvector("labels")
    given = {p: X[0], labels: np.array([4, 0, 2, 2])}
    picked = p[T.arange(labels.shape[0]), labels]
    np.testing.assert_array_equal(run(picked, given), X[0][np.arange(4), given[labels]])


# Setting


def test_a_list_with_slices_is_an_index_of_several_axes() -> None:
    x = T.dmatrix("x")
    values = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(x[[slice(None), slice(None, None, -1)]].eval({x: values}), values[:, ::-1])
    np.testing.assert_array_equal(x[[None, 1]].eval({x: values}), values[None, 1])
    np.testing.assert_array_equal(x[[1, 0]].eval({x: values}), values[[1, 0]])


def test_what_was_indexed_is_found_again() -> None:
    x = T.dmatrix("x")
    inner = x[1:]
    outer = inner[:, 0]
    found = run(T.set_subtensor(outer, 0.0), {x: X[0]})
    assert found.shape == (3, 5)
    whole = T.set_subtensor(x[1:, 0], 0.0)
    assert run(whole, {x: X[0]}).shape == (4, 5)
    assert whole.args[0] is x


def test_repeated_places() -> None:
    x, v = T.dvector("x"), T.dvector("v")
    values = {x: np.zeros(4), v: np.array([1.0, 2.0, 3.0])}
    places = [1, 1, 3]
    np.testing.assert_array_equal(run(T.inc_subtensor(x[places], v), values), [0, 3, 0, 3])
    np.testing.assert_array_equal(run(T.set_subtensor(x[places], v), values), [0, 2, 0, 3])
    slopes = T.grad(T.sum(T.set_subtensor(x[places], v) * T.arange(4.0)), [x, v])
    found = run(slopes, values)
    np.testing.assert_array_equal(found[0], [0, 0, 2, 0])
    np.testing.assert_array_equal(found[1], [0, 1, 3])


def test_dtypes_of_values() -> None:
    narrow = T.fvector("narrow")
    assert T.set_subtensor(narrow[0], 1.5).dtype == "float32"
    assert T.set_subtensor(narrow[:], T.dscalar()).dtype == "float32"
    assert T.inc_subtensor(T.ivector()[0], 1).dtype == "int32"
    for value in (1.5, T.dscalar()):
        with pytest.raises(TypeMismatch, match="does not go into int32"):
            T.set_subtensor(T.ivector()[0], value)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda x: T.set_subtensor(x, 1.0), TypeMismatch),
        (lambda x: T.set_subtensor(T.exp(x), 1.0), TypeMismatch),
        (lambda x: T.set_subtensor(x.T, 1.0), TypeMismatch),
        (lambda x: T.set_subtensor(x[0], np.ones((2, 5))), ShapeMismatch),
        (lambda x: T.set_subtensor(x[0], np.ones(4)), ShapeMismatch),
    ],
)
def test_what_cannot_be_set(call: Any, kind: type[SymlabError]) -> None:
    (x,) = opened((X[0],), known=True)
    with pytest.raises(kind):
        call(x)


def test_a_value_of_unknown_size_does_not_broadcast() -> None:
    x, v = T.dvector("x"), T.dvector("v")
    with pytest.raises(NodeError, match="where 3 is wanted"):
        run(T.set_subtensor(x[:3], v), {x: np.zeros(5), v: np.ones(1)})


def test_item_assignment_names_the_setter() -> None:
    with pytest.raises(TypeMismatch, match="cannot be changed") as caught:
        T.dvector()[0] = 1.0
    assert "T.set_subtensor(x[index], value)" in str(caught.value)


# By name


def test_take() -> None:
    agrees(lambda x: T.take(x, ROWS, axis=1), lambda x: np.take(x, ROWS, axis=1), X)
    agrees(lambda x: T.take(x, COLUMNS), lambda x: np.take(x, COLUMNS), X)
    agrees(lambda x: T.take(x, 2, axis=-1), lambda x: np.take(x, 2, axis=-1), X)
    agrees(lambda x: T.take(x, [7, -7, 1], 0, mode="wrap"), lambda x: np.take(x, [7, -7, 1], 0, mode="wrap"), X)
    agrees(lambda x: T.take(x, [7, -7, 1], 0, mode="clip"), lambda x: np.take(x, [7, -7, 1], 0, mode="clip"), X)
    with pytest.raises(InvalidValue, match="no mode"):
        T.take(T.dvector(), [0], 0, mode="bounce")


def test_take_along_axis() -> None:
    order = np.argsort(-X, axis=1)
    for axis in (0, 1):
        order = np.argsort(np.sin(X), axis=axis)
        agrees(
            lambda x, o: T.take_along_axis(x, o, axis), lambda x, o: np.take_along_axis(x, o, axis), X, order  # noqa: B023
        )  # fmt: skip


@pytest.mark.parametrize(
    ("shapes", "axis"),
    [(((3, 4), (1, 2)), 1), (((3, 4), (2, 1)), 0), (((1, 4), (3, 2)), -1), (((3, 4), (5,)), None), (((4,), (0,)), 0)],
    ids=str,
)
def test_take_along_axis_broadcasts_the_other_axes(shapes: Any, axis: int | None) -> None:
    x, places = np.sin(np.arange(np.prod(shapes[0]))).reshape(shapes[0]), np.arange(np.prod(shapes[1])) % 3 - 1
    places = places.reshape(shapes[1]).astype(np.int64)
    agrees(lambda x, o: T.take_along_axis(x, o, axis), lambda x, o: np.take_along_axis(x, o, axis), x, places)
    if axis is not None:
        gradcheck(lambda x: T.take_along_axis(x, places, axis), [x])


def test_take_along_axis_refuses_other_sizes() -> None:
    x, order = T.dmatrix("x"), T.lmatrix("order")
    with pytest.raises((NodeError, ValueError), match="size"):
        run(T.take_along_axis(x, order, 1), {x: X[0], order: np.zeros((2, 3), np.int64)})
    with pytest.raises(TypeMismatch, match="an array of integers of rank 2"):
        T.take_along_axis(x, order[0], 1)


def test_nonzero() -> None:
    sparse = np.where(X % 4 == 0, X, 0)
    agrees(T.nonzero, lambda x: [a.astype(np.int64) for a in np.nonzero(x)], sparse)
    (x,) = opened((sparse,))
    np.testing.assert_array_equal(run(x.nonzero()[0], {x: sparse}), np.nonzero(sparse)[0])
    np.testing.assert_array_equal(run(T.nonzero(x, return_matrix=True), {x: sparse}), np.array(np.nonzero(sparse)))
    np.testing.assert_array_equal(run(T.flatnonzero(x), {x: sparse}), np.flatnonzero(sparse))
    np.testing.assert_array_equal(run(T.nonzero_values(x), {x: sparse}), sparse[sparse != 0])
    with pytest.raises(TypeMismatch, match="a scalar has no places"):
        T.nonzero(T.dscalar())


def test_compress_and_fill_diagonal() -> None:
    condition = np.array([True, False, True])
    (x,) = opened((X,))
    np.testing.assert_array_equal(run(T.compress(condition, x, axis=0), {x: X}), np.compress(condition, X, axis=0))
    square = np.arange(12.0).reshape(4, 3)
    wanted = square.copy()
    np.fill_diagonal(wanted, -1)
    agrees(lambda x: T.fill_diagonal(x, -1), lambda x: wanted, square)


@pytest.mark.parametrize(
    ("index", "problem"),
    [
        ([True, False], "a mask of size 2 along axis 0 does not fit axis 0 of size 3"),
        ((slice(None), [True]), "a mask of size 1 along axis 0 does not fit axis 1 of size 4"),
        ((..., np.ones((4, 4), bool)), "a mask of size 4 along axis 1 does not fit axis 2 of size 5"),
    ],
    ids=str,
)
def test_masks_of_other_sizes_are_refused(index: Any, problem: str) -> None:
    (x,) = opened((X,), known=True)
    with pytest.raises(InvalidIndex, match=problem):
        x[index]


@pytest.mark.parametrize("length", [None, 1, 2, 4], ids=str)
def test_masks_of_other_sizes_are_refused_at_the_call(length: int | None) -> None:
    x, mask = T.dtensor3("x"), T.TensorType("bool", (length,))("mask")
    values = np.zeros(length or 5, bool)
    values[0] = True
    for expression in (x[mask], T.set_subtensor(x[mask], 0.0), x[0, mask]):
        with pytest.raises(NodeError, match="in one operand"):
            sl.function([x, mask], expression)(X[:, :3], values)
    found = sl.function([x, mask], x[:, mask])(np.resize(X, (3, len(values), 2)), values)
    np.testing.assert_array_equal(found, np.resize(X, (3, len(values), 2))[:, values])


def test_setters_as_methods() -> None:
    x = T.dtensor3("x")
    wanted = X.copy()
    wanted[1, :, [0, 2]] = 7
    np.testing.assert_array_equal(run(x[1, :, [0, 2]].set(7.0), {x: X}), wanted)
    wanted = X.copy()
    np.add.at(wanted, ([0, 0], 1), 2)
    np.testing.assert_array_equal(run(x[[0, 0], 1].inc(2.0), {x: X}), wanted)
    copy = T.exp(x).clone()
    assert (copy.owner, copy.type, copy is x) == (None, x.type, False)


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_that_is_an_expression_is_an_index(value: bool) -> None:
    (x,) = opened((X,))
    flag = T.tensor("flag", dtype="bool", shape=())
    for index in ((flag,), (flag, 0), (0, flag)):
        numpy_index = tuple(value if item is flag else item for item in index)
        found = run(x[index], {x: X, flag: np.array(value)})
        np.testing.assert_array_equal(found, X[numpy_index])
        wanted = X.copy()
        wanted[numpy_index] = -1
        np.testing.assert_array_equal(run(T.set_subtensor(x[index], -1.0), {x: X, flag: np.array(value)}), wanted)


def test_one_value_where_a_mask_is_true_is_a_choice() -> None:
    (x,) = opened((X,))
    for mask, places in ((x > 7, X > 7), (x[:, :, 0] > 7, X[:, :, 0] > 7)):
        found = T.set_subtensor(x[mask], 0.0)
        assert found.op.name == "switch"
        wanted = X.copy()
        wanted[places] = 0
        np.testing.assert_array_equal(run(found, {x: X}), wanted)
        wanted = X.copy()
        wanted[places] += 2
        np.testing.assert_array_equal(run(T.inc_subtensor(x[mask], 2.0), {x: X}), wanted)
    gradcheck(lambda x, v: T.inc_subtensor(x[x > 7], v) ** 2, [X / 3 + 0.1, np.array(2.0)])


def test_increments_without_repetition() -> None:
    x, places = T.dvector("x"), T.lvector("places")
    found = T.inc_subtensor(x[places], np.array([1.0, 2.0, 3.0]), ignore_duplicates=True)
    wanted = np.zeros(4)
    wanted[[1, 1, 2]] += [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(found.eval({x: np.zeros(4), places: [1, 1, 2]}), wanted)


def test_slices_of_which_nothing_is_left() -> None:
    x = T.lvector("x")
    assert [x[index].type.shape for index in (slice(2, 2), slice(-1, -3), slice(3, 5, -1))] == [(0,)] * 3
    assert [x[index].type.shape for index in (slice(2, -1), slice(1, 3), slice(-1, 1))] == [(None,)] * 3


def test_options_of_increments_stand_as_in_theano() -> None:
    """The fourth says that the value is set."""
    x = T.dvector("x")
    assert np.array_equal(T.inc_subtensor(x[1:], 5.0, False, True).eval({x: [1.0, 2.0]}), [1.0, 5.0])
