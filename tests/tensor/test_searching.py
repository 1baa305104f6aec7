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
