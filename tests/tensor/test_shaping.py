"""Shapes, axes, joining and splitting by NumPy's rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import (
    InvalidIndex,
    InvalidValue,
    NodeError,
    RankMismatch,
    ShapeMismatch,
    SymlabError,
    TypeMismatch,
)
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.shape import size_of
from tests.tensor.against_numpy import agrees, opened, run

X = np.arange(24.0).reshape(2, 3, 4)
M = np.arange(6.0).reshape(2, 3)

CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("reshape", ((4, 6),)), ("reshape", (-1,)), ("reshape", ((2, -1, 2),)), ("ravel", ()), ("transpose", ()),
    ("transpose", ((2, 0, 1),)), ("swapaxes", (0, -1)), ("moveaxis", (0, 2)), ("moveaxis", ([0, 1], [-1, 0])),
    ("expand_dims", (1,)), ("expand_dims", ((0, -1),)), ("flip", ()), ("flip", (1,)), ("flip", ((0, 2),)),
    ("roll", (3,)), ("roll", (-5, 2)), ("roll", (2, 0)), ("roll", ((1, 2), (0, -1))), ("roll", ((1, 2), 1)),
    ("roll", (3, (0, 1))), ("repeat", (3,)), ("repeat", (2, 1)),
    ("repeat", (np.array([1, 0, 2]), 1)), ("tile", (2,)), ("tile", ((2, 1, 3),)), ("tile", ((2, 1, 1, 2),)),
    ("atleast_1d", ()), ("atleast_3d", ()), ("fliplr", ()), ("flipud", ()), ("permute_dims", ((1, 2, 0),)),
    ("matrix_transpose", ()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=str)
def test_calls_with_the_same_arguments(name: str, arguments: tuple[Any, ...]) -> None:
    if name == "repeat" and np.ndim(arguments[0]):
        (x,) = opened((X,))
        np.testing.assert_array_equal(run(T.repeat(x, *arguments), {x: X}), np.repeat(X, *arguments))
        return
    agrees(lambda x: getattr(T, name)(x, *arguments), lambda x: getattr(np, name)(x, *arguments), X)
    agrees(
        lambda x: getattr(T, name)(x, *arguments), lambda x: getattr(np, name)(x, *arguments), X[::-1].astype("int8")
    )


@pytest.mark.parametrize("value", [np.array(2.0), np.arange(3.0), M], ids=str)
@pytest.mark.parametrize("name", ["atleast_1d", "atleast_2d", "atleast_3d", "ravel", "transpose"])
def test_low_ranks(name: str, value: Any) -> None:
    agrees(getattr(T, name), getattr(np, name), value)


def test_empty_arrays() -> None:
    empty = np.zeros((0, 3))
    agrees(T.ravel, np.ravel, empty)
    agrees(lambda x: T.flatten(x, 2), lambda x: x, empty)
    agrees(lambda x: T.flatten(x, 2), lambda x: x.reshape(0, 12), np.zeros((0, 3, 4)))
    agrees(lambda x: T.roll(x, 1), lambda x: np.roll(x, 1), np.zeros(0))
    agrees(lambda x: T.concatenate([x, x + 1]), lambda x: np.concatenate([x, x + 1]), empty)


def test_flatten_keeps_leading_axes() -> None:
    agrees(lambda x: T.flatten(x, 2), lambda x: x.reshape(2, 12), X)
    agrees(lambda x: x.flatten(), np.ravel, X)
    agrees(lambda x: T.flatten(x, outdim=3), lambda x: x, X)
    with pytest.raises(InvalidValue, match="cannot become 4"):
        T.flatten(opened((X,))[0], 4)


def test_dimshuffle() -> None:
    agrees(lambda x: x.dimshuffle(2, "x", 0, 1), lambda x: x.transpose(2, 0, 1)[:, None], X)
    agrees(lambda x: x.dimshuffle((1, 0)), np.transpose, M)
    agrees(lambda x: T.shape_padleft(x, 2), lambda x: x[None, None], M)
    agrees(T.shape_padright, lambda x: x[..., None], M)
    agrees(lambda x: T.shape_padaxis(x, 1), lambda x: x[:, None], M)
    row, matrix = T.drow("row"), T.dmatrix("matrix")
    assert run(row.dimshuffle(1), {row: M[:1]}).tolist() == M[0].tolist()
    with pytest.raises(ShapeMismatch, match="axis 0 is left out, and its size is not known"):
        matrix.dimshuffle(1)
    with pytest.raises(InvalidIndex, match="no axis 2"):
        matrix.dimshuffle(0, 1, 2)


def test_squeeze() -> None:
    x = np.ones((1, 3, 1))
    agrees(T.squeeze, np.squeeze, x)
    agrees(lambda x: T.squeeze(x, -1), lambda x: np.squeeze(x, -1), x)
    matrix = T.dmatrix("matrix")
    assert T.squeeze(matrix) is matrix
    dropped = T.squeeze(matrix, 0)
    assert run(dropped, {matrix: M[:1]}).tolist() == M[0].tolist()
    with pytest.raises(NodeError, match="axis 0 has size 2, and 1 was declared"):
        run(dropped, {matrix: M})


# Shapes as values


def test_the_shape_folds_what_is_known() -> None:
    x = T.tensor("x", dtype="float64", shape=(None, 3))
    rows, columns = x.shape
    assert rows.op is size_of
    assert columns.op is CONSTANT
    assert run(x.shape, {x: M}).tolist() == [2, 3]
    assert x.shape.dtype == "int64"
    assert run(x.shape[1:], {x: M}).tolist() == [3]
    assert run([x.size, T.size(T.dscalar())], {x: M}) == [6, 1]
    assert run(T.dscalar("s").shape, {}).shape == (0,)
    assert T.ndim(x) == 2


def test_shapes_are_taken_from_expressions() -> None:
    x, n = T.dtensor3("x"), T.lscalar("n")
    values = {x: X, n: np.array(6)}
    same = x.reshape((x.shape[0], -1))
    assert run(same, values).shape == (2, 12)
    assert run(x.reshape((n, 4)), values).shape == (6, 4)
    assert run(x.reshape(x.shape[::-1]), values).shape == (4, 3, 2)
    assert run(T.reshape(x, T.stack([n, n - 2])), values).shape == (6, 4)
    assert run(T.zeros(x.shape), values).shape == (2, 3, 4)
    assert run(T.alloc(1.5, n, 2), values).tolist() == [[1.5] * 2] * 6
    vector = T.lvector("vector")
    assert run(x.reshape(vector, ndim=2), {**values, vector: np.array([8, 3])}).shape == (8, 3)
    with pytest.raises(TypeMismatch, match="rank of the result is not") as caught:
        x.reshape(vector)
    assert "try ndim=" in str(caught.value)


def test_sizes_that_cancel_are_known() -> None:
    x = T.tensor("x", dtype="float64", shape=(None, 3, 4))
    assert x.reshape((x.shape[0], -1)).type.shape == (None, 12)
    assert x.reshape((-1, 2, x.shape[0])).type.shape == (6, 2, None)
    assert x.reshape((6, -1)).type.shape == (6, None)
    assert T.tensor(dtype="float64", shape=(2, 6)).reshape((3, -1)).type.shape == (3, 4)


@pytest.mark.parametrize(
    ("shape", "kind", "text"),
    [
        ((5, 5), ShapeMismatch, "24 elements do not fill"),
        ((7, -1), ShapeMismatch, "do not fill"),
        ((-1, -1), InvalidValue, "one may be -1"),
        ((2.5, 2), TypeMismatch, "a size is an integer"),
        ((-3, 8), InvalidValue, "not negative"),
    ],
)
def test_shapes_that_do_not_fit(shape: Any, kind: type[Exception], text: str) -> None:
    (x,) = opened((X,), known=True)
    with pytest.raises(kind, match=text):
        x.reshape(shape)


def test_sizes_that_do_not_fit_at_the_call() -> None:
    x, n = T.dvector("x"), T.lscalar("n")
    with pytest.raises(NodeError, match="cannot reshape array of size 5"):
        run(x.reshape((n, 2)), {x: np.ones(5), n: np.array(2)})
    with pytest.raises(NodeError, match="cannot be negative"):
        run(x.reshape((n, 2)), {x: np.ones(4), n: np.array(-1)})


def test_broadcasting() -> None:
    agrees(lambda x: T.broadcast_to(x, (4, 2, 3)), lambda x: np.broadcast_to(x, (4, 2, 3)), M)
    agrees(T.broadcast_arrays, np.broadcast_arrays, M[:1], np.ones((4, 1)))
    x = T.dvector("x")
    with pytest.raises(NodeError, match="is not declared as 1"):
        run(T.broadcast_to(x, (3,)), {x: np.ones(1)})
    with pytest.raises(ShapeMismatch, match="does not broadcast to 4"):
        T.broadcast_to(T.tensor(dtype="float64", shape=(3,)), (4,))


def test_declared_sizes() -> None:
    x = T.dmatrix("x")
    known = T.specify_shape(x, (2, None))
    assert known.type.shape == (2, None)
    with pytest.raises(NodeError, match="axis 0 has size 3, and 2 was declared"):
        run(known, {x: np.ones((3, 3))})
    ones = T.addbroadcast(x, 1)
    assert ones.broadcastable == (False, True)
    assert T.unbroadcast(ones, 1).broadcastable == (False, False)
    assert T.patternbroadcast(ones, (True, False)).broadcastable == (True, False)
    with pytest.raises(ShapeMismatch, match="axis 0 has size 2, and 5 is declared"):
        T.specify_shape(known, (5, None))
    col = T.dcol("col")
    with pytest.raises(NodeError, match="does not broadcast"):
        run(T.unbroadcast(col, 1) + x, {col: np.ones((2, 1)), x: M})


# Joining and splitting


def test_joining() -> None:
    a, b = M, M[:1].astype("float32")
    agrees(lambda a, b: T.concatenate([a, b]), lambda a, b: np.concatenate([a, b]), a, b)
    agrees(lambda a, b: T.concatenate([a, b], None), lambda a, b: np.concatenate([a, b], None), a, b)
    agrees(lambda a, b: T.join(1, a, b * 2), lambda a, b: np.concatenate([a, b * 2], 1), a, a)
    agrees(lambda a: T.stack([a, a + 1], axis=-1), lambda a: np.stack([a, a + 1], -1), a)
    agrees(lambda a: T.stack([a, a], axis=1), lambda a: np.stack([a, a], 1), a)
    for name in ("hstack", "vstack", "dstack", "column_stack"):
        agrees(lambda a: getattr(T, name)([a, a]), lambda a: getattr(np, name)([a, a]), a)  # noqa: B023
        agrees(lambda a: getattr(T, name)([a, a]), lambda a: getattr(np, name)([a, a]), a[0])  # noqa: B023
    agrees(lambda a: T.vertical_stack(a, a), lambda a: np.vstack([a, a]), a)
    agrees(lambda a: T.horizontal_stack(a, a), lambda a: np.hstack([a, a]), a)


def test_lists_of_scalars_are_vectors() -> None:
    n, x = T.iscalar("n"), T.dscalar("x")
    values = {n: np.array(3, np.int32), x: np.array(0.5)}
    assert run(T.stack([n, 1]), values).tolist() == [3, 1]
    assert T.stack([n, 1]).dtype == "int32"
    assert run(T.stacklists([[n, x], [x, 2]]), values).tolist() == [[3, 0.5], [0.5, 2]]
    assert run(T.as_tensor_variable([x, 2.0]) * 2, values).tolist() == [1, 4]


def test_what_cannot_be_joined() -> None:
    known = T.tensor(dtype="float64", shape=(2, 3)), T.tensor(dtype="float64", shape=(2, 4))
    with pytest.raises(ShapeMismatch, match="axis 1 has size 4 in one part and 3"):
        T.concatenate(known, 0)
    with pytest.raises(TypeMismatch, match="does not join"):
        T.concatenate([known[0], T.dvector()])
    with pytest.raises(InvalidValue):
        T.concatenate([])
    with pytest.raises(RankMismatch, match="a scalar has no axis along which it is joined"):
        T.concatenate([T.dscalar(), T.dscalar()])


def test_splitting() -> None:
    agrees(lambda x: T.split(x, 3, axis=1), lambda x: np.split(x, 3, axis=1), X)
    agrees(lambda x: T.split(x, [1, 3], axis=2), lambda x: np.split(x, [1, 3], axis=2), X)
    agrees(lambda x: T.split(x, [1, 3], 2, axis=2), lambda x: np.split(x, [1], axis=2), X)
    x, sizes = T.dvector("x"), T.lvector("sizes")
    parts = T.split(x, sizes, 3)
    found = run(parts, {x: np.arange(6.0), sizes: np.array([1, 2, 3])})
    assert [part.tolist() for part in found] == [[0], [1, 2], [3, 4, 5]]
    with pytest.raises(ShapeMismatch, match="does not divide"):
        T.split(opened((X,), known=True)[0], 5, axis=1)
    with pytest.raises(NodeError):
        run(T.split(x, 4), {x: np.arange(6.0)})
    agrees(lambda x: T.unstack(T.specify_shape(x, (2, 3)), 1), lambda x: [x[:, 0], x[:, 1], x[:, 2]], M)


def test_counts_that_are_expressions() -> None:
    x, n, counts = T.dmatrix("x"), T.lscalar("n"), T.lvector("counts")
    values = {x: M, n: np.array(2), counts: np.array([2, 0, 1])}
    np.testing.assert_array_equal(run(T.tile(x, (n, 1)), values), np.tile(M, (2, 1)))
    np.testing.assert_array_equal(run(T.repeat(x, n, 0), values), np.repeat(M, 2, 0))
    np.testing.assert_array_equal(run(T.repeat(x, counts, 1), values), np.repeat(M, [2, 0, 1], 1))
    np.testing.assert_array_equal(run(T.roll(x, n, 1), values), np.roll(M, 2, 1))
    slope = run(T.grad(T.sum(T.repeat(x, counts, 1) ** 2), x), values)
    np.testing.assert_array_equal(slope, 2 * M * [2, 0, 1])


@pytest.mark.parametrize(
    "call", [lambda x: T.reshape(x, "a"), lambda x: T.transpose(x, 0, 0), lambda x: T.swapaxes(x, 0, 5)]
)
def test_errors_are_of_the_family(call: Any) -> None:
    with pytest.raises(SymlabError):
        call(T.dmatrix())


@pytest.mark.parametrize("axis", [0, -1])
def test_counts_of_repeat_are_one_for_each_element_or_one_for_all(axis: int) -> None:
    (x,) = opened((M,))
    np.testing.assert_array_equal(run(T.repeat(x, np.array([3]), axis), {x: M}), np.repeat(M, [3], axis))
    counts = T.lvector("counts")
    with pytest.raises((NodeError, ValueError), match="size"):
        run(T.repeat(x, counts, axis), {x: M, counts: np.array([1, 0, 2, 1])})
    (known,) = opened((M,), known=True)
    with pytest.raises(ShapeMismatch, match=r"repeats of size 4 along axis 0 where \d is wanted"):
        T.repeat(known, np.array([1, 0, 2, 1]), axis)
    with pytest.raises(InvalidValue, match="2 shifts do not fit 3 axes"):
        T.roll(x, (1, 2), (0, 1, 0))


@pytest.mark.parametrize("name", ["tril", "triu"])
def test_triangles_of_a_vector_have_it_in_every_row(name: str) -> None:
    for k in (0, 1, -2):
        agrees(lambda x, k=k: getattr(T, name)(x, k), lambda x, k=k: getattr(np, name)(x, k), M[0])
    with pytest.raises(InvalidValue, match="a scalar has no triangles"):
        getattr(T, name)(T.dscalar())


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("sparse", [False, True])
def test_grids(indexing: Any, sparse: bool) -> None:
    for lines in ([np.arange(3.0), np.arange(2)], [np.arange(3.0), np.float64(2), np.arange(2.0)], [M, np.arange(2.0)]):
        agrees(
            lambda *v: T.meshgrid(*v, sparse=sparse, indexing=indexing),
            lambda *v: np.meshgrid(*v, sparse=sparse, indexing=indexing), *lines,
        )  # fmt: skip
    with pytest.raises(InvalidValue, match="indexing is 'xy' or 'ij', not 'yx'"):
        T.meshgrid(M[0], indexing="yx")


def test_an_axis_that_was_told_not_to_broadcast_does_not_when_compiled() -> None:
    one, many = T.tensor("one", dtype="float64", shape=(1, 2)), T.dmatrix("many")
    f = sl.function([one, many], T.unbroadcast(one, 0) * many)
    np.testing.assert_array_equal(f([[2.0, 3.0]], [[1.0, 2.0]]), [[2.0, 6.0]])
    with pytest.raises(NodeError, match="axis 0 has size"):
        f([[2.0, 3.0]], np.ones((3, 2)))


def test_several_arrays_with_axes_in_front() -> None:
    a, b = T.atleast_Nd(T.dscalar(), T.dvector(), n=2)
    assert (a.ndim, b.ndim) == (2, 2)
    assert T.atleast_Nd(T.dvector(), n=3, left=False).broadcastable == (False, True, True)


def test_matrices_side_by_side() -> None:
    for function in (T.horizontal_stack, T.vertical_stack):
        with pytest.raises(RankMismatch, match="matrices are wanted"):
            function(T.dmatrix(), T.dvector())
    x = T.dmatrix("x")
    assert T.concatenate([x], axis=1) is x


def test_axes_that_are_no_axes_are_indices_and_values() -> None:
    for call in (lambda x: x.sum(5), lambda x: T.squeeze(x, 3), lambda x: T.swapaxes(x, 0, 2)):
        for kind in (IndexError, ValueError):
            with pytest.raises(kind, match="there is no axis"):
                call(T.dmatrix())
    with pytest.raises(ShapeMismatch, match="only one of size 1 can be dropped"):
        T.squeeze(T.tensor("x", dtype="float64", shape=(1, 3)), axis=1)


def test_a_transposed_variable_has_a_name() -> None:
    x = T.dmatrix("x")
    assert x.T.name == "x.T"
    assert T.dmatrix().T.name is None
    assert x.name == "x"
    assert T.dvector("v").T.name == "v.T"
    assert T.dvector().T.name is None


def test_axes_as_arrays() -> None:
    x = T.dtensor3("x")
    for axis in (np.array(1), np.int64(1), [np.array(0), np.array(1)]):
        assert x.sum(axis).ndim == 3 - np.size(axis)
    for known in (T.constant(1), T.cast(T.constant(2.0), "int32"), T.constant(3) - 2):
        assert T.join(known, x, x).ndim == 3
    with pytest.raises(TypeMismatch, match="an axis is an integer known now"):
        T.roll(x, 1, T.iscalar())


def test_fill_broadcasts() -> None:
    agrees(T.fill, lambda x, v: np.broadcast_arrays(x, v)[1], np.zeros((3, 1)), np.arange(4.0)[None])
    agrees(T.fill, lambda x, v: np.broadcast_arrays(x, v)[1], np.zeros(4), np.arange(8.0).reshape(2, 4))


def test_diagonals_at_an_offset_that_is_an_expression() -> None:
    x, k = T.dmatrix("x"), T.iscalar("k")
    f = sl.function([x, k], [T.diagonal(x, k), T.fill_diagonal_offset(x, 7.0, k)])
    values = np.arange(12.0).reshape(3, 4)
    for offset in range(-4, 6):
        diagonal, filled = f(values, offset)
        np.testing.assert_array_equal(diagonal, np.diagonal(values, offset))
        wanted = np.where(np.eye(3, 4, offset) > 0, 7.0, values)
        np.testing.assert_array_equal(filled, wanted)


def test_parts_that_do_not_add_up_are_refused() -> None:
    x, n = T.dvector("x"), T.iscalar("n")
    with pytest.raises(InvalidValue, match="are not negative"):
        T.split(x, [5, -1], 2)
    with pytest.raises(ShapeMismatch, match="of size 4 along axis 0 where 3 is wanted"):
        T.split(T.tensor("y", dtype="float64", shape=(4,)), [1, 2], 2)
    f = sl.function([x, n], T.split(x, [n, 2], 2))
    assert [part.tolist() for part in f(np.arange(5.0), 3)] == [[0, 1, 2], [3, 4]]
    with pytest.raises(ValueError, match="axis 0 has size 5"):
        f(np.arange(5.0), 2)


def test_ranks_of_what_is_tiled() -> None:
    x = T.dmatrix("x")
    assert T.tile(x, [2, 3], 3).ndim == 3
    for reps, ndim in (([2], 1), ([2, 3, 4], 2)):
        with pytest.raises(InvalidValue, match="axes are wanted"):
            T.tile(x, reps, ndim)
    with pytest.raises(ValueError, match="the length of this shape"):
        T.tile(x, T.ivector())
    with pytest.raises(ValueError, match="a size is an integer"):
        T.tile(x, 2.5)


def test_a_size_of_minus_one_that_is_known_at_the_call() -> None:
    x, shape = T.dmatrix("x"), T.lvector("shape")
    f = sl.function([x, shape], T.reshape(x, shape, ndim=3))
    for wanted in ([2, 3, 1], [2, -1, 1], [-1, 2, 3], [1, 1, -1]):
        np.testing.assert_array_equal(f(M, wanted), M.reshape(wanted))
    for wrong in ([4, -1, 1], [-1, -1, 1], [2, 2, 1]):
        with pytest.raises(ValueError, match="reshape"):
            f(M, wrong)
    empty = np.zeros((0, 3))
    np.testing.assert_array_equal(f(empty, [0, 3, 1]), empty.reshape(0, 3, 1))


def test_arrays_that_are_no_list_are_stacked_with_a_warning() -> None:
    x, y = T.dvectors("x", "y")
    with pytest.warns(DeprecationWarning, match="stack takes its arrays as a list"):
        stacked = T.stack(x, y)
    assert stacked.eval({x: [1.0], y: [2.0]}).tolist() == [[1.0], [2.0]]


def test_no_flags_say_nothing() -> None:
    x = T.dmatrix("x")
    assert T.patternbroadcast(x, ()) is x
    with pytest.raises(ShapeMismatch, match="1 flags for 2 axes"):
        T.patternbroadcast(x, (True,))


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_sizes_that_are_not_those_declared(mode: str) -> None:
    """Theano's programs catch AssertionError."""
    x = T.dvector("x")
    f = sl.function([x], T.specify_shape(x, (2,)), mode=mode)
    assert f([1.0, 2.0]).tolist() == [1.0, 2.0]
    with pytest.raises(AssertionError, match=r"axis 0 has size 3, and 2 was declared"):
        f([1.0, 2.0, 3.0])
    with pytest.raises(AssertionError, match="2 sizes are declared for 1 axes"):
        T.specify_shape(x, (2, 2))


def test_a_shape_that_is_known_is_a_constant() -> None:
    assert T.tensor(dtype="float64", shape=(2, 3)).shape.data.tolist() == [2, 3]
    with pytest.raises(AttributeError, match="is no constant"):
        T.dmatrix("x").shape.data


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_repetitions_whose_number_the_call_knows(mode: str) -> None:
    """Fewer than the axes that are wanted count for the last ones; more are refused."""
    x, reps = T.dmatrix("x"), T.ivector("reps")
    f = sl.function([x, reps], T.tile(x, reps, 3), mode=mode)
    value = np.arange(6.0).reshape(2, 3)
    for times in ([2], [1, 2], [2, 1, 3], []):
        wanted = np.tile(value, [1] * (3 - len(times)) + times)
        np.testing.assert_array_equal(f(value, np.array(times, np.int32)), wanted)
    with pytest.raises(AssertionError, match="more repetitions than the 3 axes"):
        f(value, [1, 1, 1, 1])


def test_arrays_under_theanos_keyword() -> None:
    x, y = T.dvectors("x", "y")
    assert T.stack(tensors=[x, y], axis=1).eval({x: [1.0], y: [2.0]}).tolist() == [[1.0, 2.0]]
    with pytest.raises(InvalidValue, match="nothing to stack"):
        T.stack()


def test_a_shape_by_its_name() -> None:
    x = T.dvector("x")
    assert x.reshape(shape=(2, -1), ndim=2).eval({x: np.arange(6.0)}).shape == (2, 3)
    assert x.reshape((3, 2)).ndim == x.reshape(3, 2).ndim == 2


def test_joined_once_they_broadcast() -> None:
    """Along the axis that is joined sizes stay as they are."""
    one, other, last = np.arange(3.0).reshape(1, 3), np.arange(2.0).reshape(2, 1), np.ones((2, 2))
    a, b, c = T.row("a"), T.col("b"), T.matrix("c")
    joined = T.concat_with_broadcast([a, b, c], axis=-1)
    wanted = np.concatenate([np.broadcast_to(one, (2, 3)), other, last], 1)
    f = sl.function([a, b, c], [joined, *sl.grad(T.sum(joined * T.constant(wanted)), [a, b])])
    value, to_a, to_b = f(one, other, last)
    assert np.array_equal(value, wanted)
    assert np.array_equal(to_a, 2 * one)
    assert np.array_equal(to_b, other)
    for arrays, problem in (([], "no arrays"), ([a, T.vector()], "arrays of one rank")):
        with pytest.raises(ValueError, match=problem):
            T.concat_with_broadcast(arrays)


def test_slices_of_one_axis() -> None:
    x = np.arange(24).reshape(2, 3, 4)
    for axis in range(-3, 3):
        index = T.slice_at_axis(slice(1, 2), axis)
        assert np.array_equal(T.constant(x)[index].eval(), np.take(x, [1], axis))
