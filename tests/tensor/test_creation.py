"""Arrays made from numbers, by NumPy's rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from tests.tensor.against_numpy import agrees, opened, run

M = np.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("arange", (5,), {}), ("arange", (2, 9, 3), {}), ("arange", (9, 2, -2), {}), ("arange", (5, 2), {}),
        ("arange", (0.0, 1.0, 0.3), {}), ("arange", (3.0,), {}), ("arange", (4,), {"dtype": "float32"}),
        ("arange", (np.int8(3),), {}), ("linspace", (0, 1), {}), ("linspace", (0, 1, 5), {"endpoint": False}),
        ("linspace", (2, -1, 1), {}), ("logspace", (0, 2, 5), {}), ("eye", (3,), {}), ("eye", (2, 4, 1), {}),
        ("eye", (4, 2, -1), {"dtype": "int32"}), ("identity", (2,), {}), ("tri", (3, 4, 1), {}), ("tri", (3,), {}),
        ("zeros", ((2, 3),), {}), ("zeros", (4,), {"dtype": "int8"}), ("ones", ((),), {}), ("ones", ((0, 2),), {}),
        ("full", ((2, 2), 1.5), {}), ("full", ((2, 2), 7), {}), ("full", (3, 2.5), {"dtype": "int64"}),
    ],
    ids=str,
)  # fmt: skip
def test_calls_with_the_same_arguments(name: str, arguments: Any, options: Any) -> None:
    found, wanted = getattr(T, name)(*arguments, **options), getattr(np, name)(*arguments, **options)
    value = run(found, {})
    assert (value.dtype, value.shape) == (wanted.dtype, wanted.shape)
    assert found.type.shape == wanted.shape
    np.testing.assert_allclose(value, wanted, rtol=1e-15)


def test_floatx_decides_where_nothing_is_said() -> None:
    with sl.configure(floatX="float32"):
        assert [getattr(T, name)(2).dtype for name in ("zeros", "ones", "eye", "tri", "identity")] == ["float32"] * 5
        assert T.arange(3).dtype == "int64"
        assert T.full(3, 1.0).dtype == "float64"


@pytest.mark.parametrize("name", ["zeros_like", "ones_like"])
@pytest.mark.parametrize("dtype", [None, "int8", "float32"])
def test_like(name: str, dtype: Any) -> None:
    agrees(lambda x: getattr(T, name)(x, dtype), lambda x: getattr(np, name)(x, dtype), M)
    agrees(getattr(T, name), getattr(np, name), M.astype("int16"))


def test_filled_with_an_expression() -> None:
    agrees(T.full_like, np.full_like, M, np.array(2.0))
    agrees(T.fill, lambda x, v: np.full(x.shape, v), M, np.array(2, np.int8))
    agrees(lambda x: x.fill(3.0), lambda x: np.full(x.shape, 3.0), M)
    x, n = T.dvector("x"), T.lscalar("n")
    values = {x: M[0], n: np.array(2)}
    np.testing.assert_array_equal(run(T.alloc(x, n, 4), values), [M[0]] * 2)
    np.testing.assert_array_equal(run(T.grad(T.sum(T.alloc(x, n, x.shape[0])), x), values), [2] * 4)


def test_bounds_that_are_expressions() -> None:
    n, step = T.iscalar("n"), T.dscalar("step")
    values = {n: np.array(5, np.int32), step: np.array(0.25)}
    np.testing.assert_array_equal(run(T.arange(n), values), np.arange(5))
    np.testing.assert_array_equal(run(T.arange(n, 0, -1), values), np.arange(5, 0, -1))
    np.testing.assert_allclose(run(T.arange(0, 1, step), values), np.arange(0, 1, 0.25))
    assert T.arange(n).dtype == "int64"
    assert T.arange(0, 1, step).dtype == "float64"
    np.testing.assert_allclose(run(T.linspace(step, n, 4), values), np.linspace(0.25, 5, 4))
    np.testing.assert_array_equal(run(T.eye(n, 3, 1), values), np.eye(5, 3, 1))
    np.testing.assert_array_equal(run(T.eye(3, 3, n - 4), values), np.eye(3, 3, 1))
    slope = run(T.grad(T.sum(T.arange(step, 1.0, step) * T.arange(3)), step), values)
    assert slope == sum(place * (1 + place) for place in range(3))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
def test_unsigned_bounds_that_fall(dtype: str) -> None:
    """Their difference is negative, although unsigned numbers would wrap."""
    first, last = T.scalar("first", dtype=dtype), T.scalar("last", dtype=dtype)
    progression = T.arange(first, last, dtype=dtype)
    for bounds in ((5, 2), (2, 5), (3, 3)):
        values = dict(zip((first, last), np.asarray(bounds, dtype), strict=True))
        np.testing.assert_array_equal(run(progression, values), np.arange(*bounds, dtype=dtype))


@pytest.mark.parametrize("k", [-2, 0, 1, 5])
def test_diagonals_and_triangles(k: int) -> None:
    for name in ("tril", "triu", "diagonal", "diag", "trace"):
        agrees(lambda x: getattr(T, name)(x, k), lambda x: getattr(np, name)(x, k), M)  # noqa: B023
    agrees(lambda x: T.diag(x, k), lambda x: np.diag(x, k), M[0])
    agrees(lambda x: T.diagonal(x, 1, 2, 0), lambda x: np.diagonal(x, 1, 2, 0), np.arange(24.0).reshape(2, 3, 4))
    agrees(T.tril, np.tril, np.arange(24.0).reshape(2, 3, 4))


def test_diagonals_through_their_gradient() -> None:
    (x,) = opened((M,))
    np.testing.assert_array_equal(run(T.grad(x.trace(), x), {x: M}), np.eye(3, 4))
    np.testing.assert_array_equal(run(T.grad(T.sum(T.diag(T.diag(x)) ** 2), x), {x: M}), 2 * M * np.eye(3, 4))
    np.testing.assert_array_equal(run(T.identity_like(x), {x: M}), np.eye(3, 4))


@pytest.mark.parametrize("indexing", ["xy", "ij"])
def test_meshgrid(indexing: str) -> None:
    agrees(
        lambda a, b: T.meshgrid(a, b, indexing=indexing), lambda a, b: np.meshgrid(a, b, indexing=indexing),
        np.arange(3.0), np.arange(2.0),
    )  # fmt: skip


def test_what_is_refused() -> None:
    with pytest.raises(InvalidValue, match="cannot be 0"):
        T.arange(0, 5, 0)
    with pytest.raises(TypeMismatch, match="are scalars"):
        T.arange(T.dvector())
    with pytest.raises(TypeMismatch, match="a size is an integer"):
        T.zeros((2, 1.5))


@pytest.mark.parametrize("offset", [0, 1, -2])
def test_matrices_from_their_diagonals(offset: int) -> None:
    rows = np.arange(6.0).reshape(2, 3) + 1
    agrees(lambda x: T.alloc_diag(x, offset), lambda x: np.diag(x, offset), rows[0])
    wanted = np.stack([np.diag(row, offset) for row in rows])
    agrees(lambda x: T.alloc_diag(x, offset, -2, -1), lambda x: wanted, rows)
    agrees(lambda x: T.alloc_diag(x, offset, 0, 2), lambda x: wanted.transpose(1, 0, 2), rows)
    agrees(lambda x: T.diagonal(T.alloc_diag(x, offset, 0, 2), offset, 0, 2), lambda x: x, rows)
    with pytest.raises(InvalidValue, match="a scalar is no diagonal"):
        T.alloc_diag(T.dscalar())


def test_new_axes_up_to_a_rank() -> None:
    x = np.arange(3.0)
    agrees(lambda x: T.atleast_Nd(x, n=3), lambda x: x[None, None], x)
    agrees(lambda x: T.atleast_Nd(x, n=3, left=False), lambda x: x[:, None, None], x)
    agrees(lambda x: T.atleast_Nd(x, n=1), lambda x: x, x)


def test_constants_of_the_configured_dtype():
    assert T.constant(0, dtype="floatX").dtype == "float64"
    with sl.configure(floatX="float32"):
        assert T.constant([1, 2], dtype="floatX").dtype == "float32"


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize(
    ("function", "reference"),
    [(T.linspace, np.linspace), (T.logspace, np.logspace), (T.geomspace, np.geomspace)],
)
def test_numbers_between_the_elements_of_arrays(function: Any, reference: Any, mode: str) -> None:
    """They lie along a new axis, wherever it is, as NumPy's do."""
    first, last, rows = T.dvector("first"), T.dvector("last"), T.dmatrix("rows")
    values = np.array([1.0, 2.0]), np.array([4.0, 9.0]), np.array([[1.0, 2.0], [3.0, 5.0]])
    cases = [(4, True, 0), (4, False, -1), (1, True, 1)]
    made = [function(first, last, num, endpoint, axis=axis) for num, endpoint, axis in cases]
    made += [function(rows, 2.0, num, endpoint, axis=axis) for num, endpoint, axis in cases]
    found = sl.function([first, last, rows], made, mode=mode)(*values)
    wanted = [reference(*values[:2], num, endpoint, axis=axis) for num, endpoint, axis in cases]
    wanted += [reference(values[2], 2.0, num, endpoint, axis=axis) for num, endpoint, axis in cases]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)
    with pytest.raises(ValueError, match="there is no axis 2"):
        function(first, last, 4, axis=2)


@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize("num", [0, 1, 2, 5])
def test_distances_of_even_spacing(num: int, endpoint: bool) -> None:
    """`retstep`, where NumPy has it, for numbers that are known and for those of a call."""
    with np.errstate(invalid="ignore"):
        wanted = np.linspace(1.0, 4.0, num, endpoint, True)
    stop, count = T.dscalar("stop"), T.lscalar("count")
    for numbers, step in (
        T.linspace(1.0, 4.0, num, endpoint, True),
        T.linspace(1.0, stop, count, endpoint, retstep=True),
    ):
        found = sl.function([stop, count], [numbers, step], on_unused_input="ignore")(4.0, num)
        assert np.allclose(found[0], wanted[0])
        assert np.allclose(found[1], wanted[1], equal_nan=True)


def test_matrices_have_no_sizes_below_0() -> None:
    for call in (lambda: T.eye(-1), lambda: T.eye(2, -3), lambda: T.tri(-2), lambda: T.identity(-1)):
        with pytest.raises(ValueError, match="has a size below 0"):
            call()
