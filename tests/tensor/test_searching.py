"""Places, counts, choices, orders and contractions against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue, NodeError, TypeMismatch
from tests.tensor.against_numpy import agrees

X = np.random.default_rng(0).standard_normal((3, 4))
WHOLE = np.array([3, 1, 3, 0, 1, 3])


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(side: str) -> None:
    row = np.array([1.0, 2.0, 2.0, 5.0])
    agrees(lambda r, v: T.searchsorted(r, v, side), lambda r, v: np.searchsorted(r, v, side), row, X * 3)
    mixed, order = np.array([2.0, 3.0, 1.0, 5.0]), np.array([2, 0, 1, 3])
    agrees(lambda r, s: T.searchsorted(r, 2, side, s), lambda r, s: np.searchsorted(r, 2, side, s), mixed, order)


def test_distinct_elements_and_counts() -> None:
    flags = {"return_index": True, "return_inverse": True, "return_counts": True}
    agrees(T.unique, np.unique, X, sized=False)
    agrees(lambda x: T.unique(x, **flags), lambda x: np.unique(x, **flags), WHOLE, sized=False)
    agrees(T.bincount, np.bincount, WHOLE, sized=False)
    agrees(lambda x: T.bincount(x, minlength=9), lambda x: np.bincount(x, minlength=9), WHOLE, sized=False)
    weights = np.arange(6.0)
    agrees(T.bincount, np.bincount, WHOLE, weights, sized=False)
    x = T.lvector("x")
    np.testing.assert_array_equal(sl.function([x], T.bincount(x))(WHOLE), np.bincount(WHOLE))
    gradcheck(lambda w: T.bincount(WHOLE, w), [weights])


def test_choose() -> None:
    a, b = np.array([[0, 1], [2, 0]]), np.arange(12.0).reshape(3, 2, 2)
    agrees(lambda a: T.choose(a, list(b)), lambda a: np.choose(a, list(b)), a)
    for mode in ("clip", "wrap"):
        agrees(lambda a, m=mode: T.choose(a, list(b), m), lambda a, m=mode: np.choose(a, list(b), mode=m), a * 3 - 1)
    with pytest.raises(TypeMismatch):
        T.choose(X, [1, 2])


def test_differences() -> None:
    for n, axis in [(0, 0), (1, -1), (2, 0), (3, 1)]:
        agrees(lambda x, n=n, a=axis: T.diff(x, n, a), lambda x, n=n, a=axis: np.diff(x, n, a), X)
        agrees(lambda x, n=n, a=axis: T.diff(x, n, a), lambda x, n=n, a=axis: np.diff(x, n, a), X > 0)
    gradcheck(lambda x: T.diff(x, 2), [X])


def test_orders() -> None:
    order = np.array([2, 0, 3, 1])
    agrees(T.inverse_permutation, np.argsort, order)
    agrees(T.permute_row_elements, lambda x, y: x[:, y], X, order)
    agrees(lambda x, y: T.permute_row_elements(x, y, True), lambda x, y: x[:, np.argsort(y)], X, order)
    agrees(T.ceil_intdiv, lambda a, b: -(-a // b), np.array([7, 8, -7]), np.array([2, 2, 2]))
    for k in (1, 3, -2):
        wanted = np.sort(X, 1)[:, ::-1][:, :k] if k > 0 else np.sort(X, 1)[:, :-k]
        agrees(lambda x, k=k: T.topk(x, k), lambda x, w=wanted: w, X)
        agrees(lambda x, k=k: T.take_along_axis(x, T.argtopk(x, k), 1), lambda x, w=wanted: w, X)
    with pytest.raises(InvalidValue):
        T.topk(X, 0)


def test_numbers_of_elements() -> None:
    numbers = np.array([0, 5, 23])
    for order in ("C", "F"):
        agrees(
            lambda n, o=order: T.unravel_index(n, (2, 3, 4), o),
            lambda n, o=order: np.unravel_index(n, (2, 3, 4), o),
            numbers,
        )
        places = np.unravel_index(numbers, (2, 3, 4), order)
        agrees(
            lambda *p, o=order: T.ravel_multi_index(p, (2, 3, 4), order=o),
            lambda *p, o=order: np.ravel_multi_index(p, (2, 3, 4), order=o), *places,
        )  # fmt: skip


EINSUMS: list[tuple[str, tuple[Any, ...]]] = [
    ("ij,jk->ik", ((2, 3), (3, 4))), ("ij,jk", ((2, 3), (3, 4))), ("ii", ((3, 3),)), ("ii->i", ((3, 3),)),
    ("ij->ji", ((2, 3),)), ("ij->", ((2, 3),)), ("bij,bjk->bik", ((5, 2, 3), (5, 3, 4))), ("i,j->ij", ((2,), (3,))),
    ("ij,jk,kl->il", ((2, 3), (3, 4), (4, 5))), ("...ij,...jk->...ik", ((5, 2, 3), (5, 3, 4))),
    ("ij,ij->", ((2, 3), (2, 3))), ("iij,jk->k", ((3, 3, 2), (2, 4))),
    ("ab,bc,cd,ad->bd", ((2, 3), (3, 4), (4, 5), (2, 5))),
    ("ij,kl->", ((2, 3), (4, 5))), ("i,i,i->i", ((3,), (3,), (3,))),
    ("bi,bijk->bjk", ((2, 3), (2, 3, 4, 5))), ("bijk,bi->bkj", ((2, 3, 4, 5), (2, 3))),
    ("i,ijk->kj", ((3,), (3, 4, 5))), ("abi,abijk->abjk", ((2, 3, 4), (2, 3, 4, 5, 2))),
    ("bi,bij->bj", ((2, 3), (2, 3, 4))), ("bi,bi->b", ((2, 3), (2, 3))),
    ("ij,ijk->k", ((2, 3), (2, 3, 4))), ("bij,bjk->kib", ((5, 2, 3), (5, 3, 4))), ("i,j->ji", ((2,), (3,))),
]  # fmt: skip


@pytest.mark.parametrize(("letters", "shapes"), EINSUMS, ids=str)
def test_einsum(letters: str, shapes: Any) -> None:
    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal(shape) for shape in shapes]
    agrees(lambda *x: T.einsum(letters, *x), lambda *x: np.einsum(letters, *x), *arrays)
    gradcheck(lambda *x: T.einsum(letters, *x), arrays)


def test_einsum_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidValue, match="einsum"):
        T.einsum("ij,jk->iz", X, X.T)


@pytest.mark.parametrize(
    ("letters", "shapes"),
    [
        ("ij,jk->ik", [(2, 1), (3, 4)]),
        ("ij,ij->ij", [(2, 1), (2, 4)]),
        ("ij,ij->", [(2, 1), (2, 4)]),
        ("ij,ij->i", [(1, 3), (2, 3)]),
        ("i,ij,j->", [(3,), (1, 4), (1,)]),
    ],
)
def test_sizes_of_one_broadcast_in_einsum(letters: str, shapes: list[tuple[int, ...]]) -> None:
    rng = np.random.default_rng(3)
    arrays = [rng.standard_normal(shape) for shape in shapes]
    agrees(lambda *x: T.einsum(letters, *x), lambda *x: np.einsum(letters, *x), *arrays)


def test_inverse_of_unique_has_the_shape_of_the_elements() -> None:
    x = np.array([[3.0, 1.0, 3.0], [1.0, 2.0, 2.0]])
    agrees(
        lambda x: T.unique(x, return_inverse=True), lambda x: np.unique(x, return_inverse=True), x, sized=False
    )  # fmt: skip


def test_einsum_of_sizes_of_which_some_are_known() -> None:
    x, w = T.dmatrix("x"), np.random.default_rng(4).standard_normal((4, 5))
    product = T.einsum("ij,jk,kj->ik", x, w, w.T)
    assert product.type.shape == (None, 5)
    np.testing.assert_allclose(sl.function([x], product)(X), np.einsum("ij,jk,kj->ik", X, w, w.T))


@pytest.mark.parametrize("bad", [-1, 6], ids=str)
def test_places_out_of_bounds_are_refused(bad: int) -> None:
    places, numbers = T.lvector("places"), np.array([0, bad])
    for expression in (
        T.unravel_index(places, (2, 3))[0],
        T.ravel_multi_index((places, places), (3, 4)),
        T.choose(places, [np.zeros(2), np.ones(2)]),
    ):
        with pytest.raises((NodeError, IndexError), match="out of bounds"):
            sl.function([places], expression)(numbers)
    with pytest.raises(InvalidValue, match="there is no mode 'round'"):
        T.ravel_multi_index((places, places), (3, 4), mode="round")


def test_choices_by_truth() -> None:
    agrees(lambda a, x: T.choose(a, [x, -x]), lambda a, x: np.choose(a, [x, -x]), X > 0, X)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_distinct_parts_along_an_axis(axis: int) -> None:
    flags: dict[str, Any] = {"return_index": True, "return_inverse": True, "return_counts": True, "axis": axis}
    rows = np.array([[2, 1, 2], [3, 2, 3], [2, 1, 2]])
    for value in (rows, rows[:, 0]) if axis != 1 else (rows, np.stack([rows, rows + 1])):
        agrees(lambda x: T.unique(x, axis=axis), lambda x: np.unique(x, axis=axis), value, sized=False)
        agrees(lambda x: T.unique(x, **flags), lambda x: np.unique(x, **flags), value, sized=False)
    x = T.lmatrix("x")
    f = sl.function([x], T.unique(x, axis=axis))
    np.testing.assert_array_equal(f(rows), np.unique(rows, axis=axis))


def test_choices_of_one_array() -> None:
    order = np.array([2, 0, 1, 0])
    agrees(T.choose, np.choose, order, X)
    agrees(T.choose, np.choose, order[:, None], X)
    agrees(T.choose, np.choose, np.array(1), X)
    agrees(lambda a, c: a.choose(c, mode="wrap"), lambda a, c: np.choose(a, c, mode="wrap"), order + 3, X)


def test_counts_of_what_is_negative() -> None:
    x = T.lvector("x")
    with pytest.raises(AssertionError, match="no negative numbers"):
        T.bincount(x, assert_nonneg=True).eval({x: [0, -1]})
    np.testing.assert_array_equal(T.bincount(x, assert_nonneg=True).eval({x: [0, 2]}), [1, 0, 1])


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64"])
def test_quotients_rounded_up(dtype: str) -> None:
    a, b = np.array([7, 6, 0, 100], dtype), np.array([2, 3, 5, 7], dtype)
    agrees(T.ceil_intdiv, lambda a, b: np.ceil(a / b).astype(a.dtype), a, b)


def test_orders_keep_their_dtype() -> None:
    assert T.inverse_permutation(T.ivector()).dtype == "int32"
    agrees(T.permute_row_elements, lambda x, p: x[p], X[0], np.array([[3, 1, 0, 2], [0, 1, 2, 3]]))


def test_the_largest_of_all() -> None:
    agrees(lambda x: T.topk(x, 3, axis=None), lambda x: np.sort(x.ravel())[::-1][:3], X, sized=False)


def test_numbers_of_elements_of_a_shape_that_is_a_variable() -> None:
    shape = sl.shared(np.array([3, 4]))
    found = sl.function([], T.unravel_index(np.array([5, 11]), shape))()
    np.testing.assert_array_equal(found, np.unravel_index([5, 11], (3, 4)))
    dims = T.lvector("dims")
    found = sl.function([dims], T.unravel_index(np.array([5, 11]), dims, ndim=2))([3, 4])
    np.testing.assert_array_equal(found, np.unravel_index([5, 11], (3, 4)))
    places = T.ravel_multi_index((np.array([1, 2]), np.array([3, 0])), shape)
    np.testing.assert_array_equal(places.eval(), [7, 8])
    shape.set_value(np.array([3, 4, 5]))
    with pytest.raises(ValueError, match="axis 0 has size 3"):
        places.eval()


def test_einsum_by_lists_of_axes() -> None:
    a, b = X, X.T
    agrees(lambda x, y: T.einsum(x, [0, 1], y, [1, 2]), lambda x, y: np.einsum(x, [0, 1], y, [1, 2]), a, b)
    agrees(lambda x, y: T.einsum(x, [0, 1], y, [1, 2], [2, 0]), lambda x, y: (x @ y).T, a, b)
    agrees(lambda x: T.einsum(x, [..., 30], [30, ...]), lambda x: np.einsum(x, [..., 30], [30, ...]), a)
    with pytest.raises(InvalidValue, match="numbers from 0 to 51"):
        T.einsum(T.dmatrix(), [0, 52])
    with pytest.raises(InvalidValue, match="subscripts and operands"):
        T.einsum(T.dmatrix())


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_the_gradient_of_distinct_elements(axis: int | None) -> None:
    """It goes to the first place of each element, and along an axis to the first of equal parts."""
    x = T.dmatrix("x")
    value = np.array([[3.0, 1.0, 3.0], [2.0, 1.0, 2.0], [3.0, 1.0, 3.0]])
    found, slopes = sl.function([x], [y := T.unique(x, axis=axis), T.grad((y**2).sum(), x)])(value)
    wanted, first = np.unique(value, return_index=True, axis=axis)
    np.testing.assert_array_equal(found, wanted)
    kept = np.zeros(value.shape)
    kept.reshape(-1)[first] = 1 if axis is None else 0
    if axis is not None:
        kept[(slice(None),) * axis + (first,)] = 1
    np.testing.assert_array_equal(slopes, 2 * value * kept)
    direction = np.arange(9.0).reshape(3, 3)
    changes = sl.function([x], T.Rop(y, x, T.constant(direction)))(value)
    np.testing.assert_array_equal(
        changes, direction.reshape(-1)[first] if axis is None else direction.take(first, axis)
    )


def test_the_order_of_a_sorted_vector_is_a_vector() -> None:
    with pytest.raises(ValueError, match="the sorter has 2 axes"):
        T.searchsorted(T.dvector("x"), T.dmatrix("v"), sorter=T.dmatrix("order"))


def test_an_axis_that_is_missing_is_an_axis_error_of_numpy() -> None:
    """So programs that expect NumPy's error see it."""
    with pytest.raises(np.exceptions.AxisError, match="there is no axis 2"):
        T.cumsum(T.dmatrix("x"), axis=2)
