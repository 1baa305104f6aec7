"""Lists of arrays as values."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import NullTypeGradError, TypeMismatch

L = sl.typed_list
A, B, C = np.arange(3.0), np.array([5.0, 6.0]), np.zeros(0)


@pytest.fixture
def xs():
    return L.TypedListType(T.dvector)("xs")


def same(found, wanted):
    assert isinstance(found, list)
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (L.append, [A, B, C, A]),
        (lambda xs, x: xs.append(x * 2), [A, B, C, A * 2]),
        (lambda xs, x: xs.extend(xs), [A, B, C, A, B, C]),
        (lambda xs, x: xs.insert(1, x), [A, A, B, C]),
        (lambda xs, x: xs.insert(-1, x), [A, B, A, C]),
        (lambda xs, x: xs.remove(x), [B, C]),
        (lambda xs, x: xs.reverse(), [C, B, A]),
        (lambda xs, x: xs[1:], [B, C]),
        (lambda xs, x: L.make_list([x, x + 1]), [A, A + 1]),
        (lambda xs, x: xs.append(x).reverse()[:2], [A, C]),
    ],
)
@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode"])
def test_lists_of_arrays(xs, made, wanted, mode):
    x = T.dvector("x")
    f = sl.function([xs, x], made(xs, x), mode=mode, on_unused_input="ignore")
    same(f([A, B, C], A), wanted)


def test_elements_counts_and_places(xs):
    x, i = T.dvector("x"), T.lscalar("i")
    outputs = [T.exp(xs[i]), xs[-1] + 1, L.length(xs), xs.count(x), xs.ind(x)]
    f = sl.function([xs, x, i], outputs)
    first, last, length, count, place = f([A, B, A, B], B, 1)
    np.testing.assert_allclose(first, np.exp(B))
    np.testing.assert_array_equal(last, B + 1)
    assert (length, count, place) == (4, 2, 1)
    assert length.dtype == np.int64
    with pytest.raises(IndexError, match=r"list_item \(built in test_typed_list.py"):
        f([A, B], B, 7)
    with pytest.raises(ValueError, match="no such element"):
        f([A, A], B, 0)


def test_nothing_is_shared_with_the_caller(xs):
    given = [A.copy(), B.copy()]
    found = sl.function([xs], xs)(given)
    found[0] += 1
    same(given, [A, B])


def test_lists_of_lists(xs):
    nested = L.TypedListType(xs.type)("nested")
    f = sl.function([nested, xs], [nested.append(xs), nested[0][1]])
    found, inner = f([[A, B]], [C])
    same(found[0], [A, B])
    same(found[1], [C])
    np.testing.assert_array_equal(inner, B)


def test_types_are_checked(xs):
    assert xs.type == L.TypedListType(T.dvector)
    assert xs.ttype == T.dvector
    assert str(xs.append(A).type) == "list of float64[?]"
    with pytest.raises(TypeMismatch, match="an element of list of"):
        xs.append(T.dmatrix("m"))
    with pytest.raises(TypeMismatch, match="is no list of arrays"):
        L.append(T.dvector("x"), A)
    with pytest.raises(TypeMismatch, match="one type"):
        L.make_list([T.dvector("x"), T.dmatrix("m")])
    with pytest.raises(TypeMismatch, match="a list of arrays is no array"):
        T.exp(xs)
    with pytest.raises(TypeMismatch, match="is no type that a list can hold"):
        L.TypedListType(3)
    f = sl.function([xs], L.length(xs))
    with pytest.raises(TypeMismatch, match="must be a list, and is ndarray"):
        f(A)
    with pytest.raises(TypeMismatch, match=r"element 1 of argument 1 \(xs\) of f has 1 axes"):
        f([A, 2.0])
    with pytest.raises(TypeMismatch, match="length of a list is not known"):
        len(xs)


def test_no_gradient_goes_through(xs):
    x = T.dvector("x")
    with pytest.raises(NullTypeGradError, match="list_item"):
        sl.grad(xs.append(x)[0].sum(), x)


def test_replaced_printed_and_pickled(xs):
    x = T.dvector("x")
    y = xs.append(x)[0] * 2
    assert "list_append" in sl.pp(y)
    other = sl.clone(y, {x: x + 1})
    np.testing.assert_array_equal(sl.function([xs, x], other)([A], B), A * 2)
    f = pickle.loads(pickle.dumps(sl.function([xs, x], y)))
    np.testing.assert_array_equal(f([A], B), A * 2)
    assert f.trace.to_json()


def test_parts_between_places_of_the_call():
    """The bounds are operands: they were once taken as if they were numbers."""
    xs, i, j = sl.typed_list.TypedListType(T.dscalar)("xs"), T.lscalar("i"), T.lscalar("j")
    f = sl.function([xs, i, j], [xs[i:], xs[i:j], xs[:-i:j], xs[::-1]])
    values = [0.0, 1.0, 2.0, 3.0, 4.0]
    assert f(values, 1, 3) == [values[1:], values[1:3], values[:-1:3], values[::-1]]
    with pytest.raises(ValueError, match="slice step cannot be zero"):
        f(values, 1, 0)
    with pytest.raises(TypeMismatch, match="elements of a list are not known before the call"):
        list(xs)
