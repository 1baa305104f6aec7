"""`jvp` and `vjp` in the form of JAX."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch

a, b = T.dvector("a"), T.dvector("b")
A, B = np.array([0.5, -1.0]), np.array([2.0, 3.0])


def values(*results: Any) -> list[Any]:
    return sl.function([a, b], list(results), on_unused_input="ignore")(A, B)


def test_forward() -> None:
    result, change = sl.jvp(lambda x: T.sin(x) * 2, (a,), (b,))
    np.testing.assert_allclose(values(result, change), [2 * np.sin(A), 2 * np.cos(A) * B])


def test_backward() -> None:
    (product, total), pullback = sl.vjp(lambda x, y: (x * y, T.sum(x)), a, b)
    first, second = pullback((b, 2.0))
    found = values(product, total, first, second)
    for part, expected in zip(found, [A * B, A.sum(), B * B + 2, B * A], strict=True):
        np.testing.assert_allclose(part, expected)


def test_the_form_of_results() -> None:
    assert isinstance(sl.jvp(lambda x: [x, x], (a,), (b,))[0], list)
    assert isinstance(sl.vjp(lambda x: (x,), a)[0], tuple)
    assert len(sl.vjp(lambda x, y: x, a, b)[1](b)) == 2


def test_only_what_is_given_varies() -> None:
    """A primal that is computed from another is a point of its own, as an array is."""
    doubled = a * 2
    _, pullback = sl.vjp(lambda x, y: x * y * a, a, doubled)
    by_x, by_y = pullback(T.ones_like(a))
    np.testing.assert_allclose(values(by_x, by_y), [2 * A * A, A * A])


def test_what_does_not_matter_has_zeros() -> None:
    _, pullback = sl.vjp(lambda x, y: x, a, b)
    np.testing.assert_array_equal(values(pullback(a)[1])[0], np.zeros(2))
    np.testing.assert_array_equal(values(sl.jvp(lambda x: b, (a,), (b,))[1])[0], np.zeros(2))


def test_one_in_the_other() -> None:
    """Forward over backward is a product with the Hessian."""

    def slope(x: Any) -> Any:
        return sl.vjp(lambda v: T.sum(v**4), x)[1](1.0)[0]

    np.testing.assert_allclose(values(sl.jvp(slope, (a,), (b,))[1])[0], 12 * A**2 * B)


def test_numbers_are_points_too() -> None:
    result, pullback = sl.vjp(T.exp, 1.0)
    np.testing.assert_allclose([result.eval({}), pullback(2.0)[0].eval({})], [np.e, 2 * np.e])


def test_errors() -> None:
    with pytest.raises(InvalidValue, match="1 primals need so many tangents, not 2"):
        sl.jvp(T.exp, (a,), (a, b))
    with pytest.raises(InvalidValue, match="2 results need so many weights, not 1"):
        sl.vjp(lambda x: (x, x), a)[1](b)
    with pytest.raises(TypeMismatch, match="must return expressions"):
        sl.vjp(lambda x: "text", a)
