"""Reductions by NumPy's rules."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidIndex, InvalidValue, TypeMismatch
from tests.tensor.against_numpy import agrees, opened, run

X = np.random.default_rng(0).standard_normal((3, 4, 5))
AXES = [None, 0, -1, (0, 2), (), [1]]
SAME = ["sum", "prod", "mean", "max", "min", "any", "all", "ptp", "var", "std", "amax", "amin"]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("name", SAME)
def test_axes(name: str, axis: Any, keepdims: bool) -> None:
    numpy_axis = tuple(axis) if isinstance(axis, list) else axis
    function = getattr(np, name)
    agrees(
        lambda x: getattr(T, name)(x, axis=axis, keepdims=keepdims),
        lambda x: function(x, axis=numpy_axis, keepdims=keepdims),
        X,
    )


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize(
    "name", ["sum", "prod", "mean", "max", "any", "all", "var", "std", "cumsum", "cumprod", "argmax"]
)
def test_dtypes(name: str, dtype: str) -> None:
    x = (X[0] * 2).astype(dtype)
    agrees(getattr(T, name), getattr(np, name), x, tolerance=1e-5 if dtype == "float32" else 1e-12)


def test_float16_is_accumulated_wider() -> None:
    x = np.full(5000, 30.0, np.float16)
    (v,) = opened((x,))
    assert run(T.mean(v), {v: x}) == 30
    assert T.mean(v).dtype == "float16"
    assert run(T.var(v), {v: x}) == 0
    assert np.isinf(run(T.sum(v), {v: x}))
    assert run(T.sum(v, dtype="float32"), {v: x}) == 150000


def test_dtype_and_acc_dtype() -> None:
    small = np.array([100, 100, 100], np.int8)
    agrees(lambda x: T.sum(x, dtype="int8"), lambda x: np.sum(x, dtype=np.int8), small)
    agrees(lambda x: T.prod(x, dtype="float32"), lambda x: np.prod(x, dtype=np.float32), small)
    x = np.float32([1e8, 1, -1e8])
    (v,) = opened((x,))
    assert run(T.sum(v, acc_dtype="float64"), {v: x}) == 1
    assert T.sum(v, acc_dtype="float64").dtype == "float32"
    assert T.mean(v, dtype="float64").dtype == "float64"


def test_options_of_the_variance() -> None:
    x = X + 1e8
    agrees(lambda x: T.var(x, 0, 1), lambda x: np.var(x, 0, ddof=1), x)
    agrees(lambda x: T.std(x, 1, correction=1), lambda x: np.std(x, 1, ddof=1), x)
    agrees(lambda x: T.var(x, corrected=True), np.var, x, tolerance=1e-8)
    agrees(T.var, np.var, X + 1j * X[::-1])


def test_places() -> None:
    x = np.array([[3.0, 1, 3], [np.nan, 7, np.nan]])
    for name in ("argmax", "argmin"):
        for axis in (None, 0, 1):
            agrees(lambda x: getattr(T, name)(x, axis), lambda x: getattr(np, name)(x, axis), x)  # noqa: B023
    agrees(lambda x: T.argmax(x, 0, keepdims=True), lambda x: np.argmax(x, 0, keepdims=True), x)
    agrees(lambda x: T.argmax(x, (1, 2)), lambda x: np.argmax(x.reshape(3, -1), 1), X)
    agrees(lambda x: T.max_and_argmax(x, 1), lambda x: [np.max(x, 1), np.argmax(x, 1)], x[:1])


def test_orders() -> None:
    x = np.array([[3.0, 1, 3], [np.nan, 7, 0]])
    for axis in (None, 0, -1):
        agrees(lambda x: T.sort(x, axis), lambda x: np.sort(x, axis), x)  # noqa: B023
        agrees(lambda x: T.argsort(x, axis), lambda x: np.argsort(x, axis, kind="stable"), x)  # noqa: B023


def test_running() -> None:
    for name in ("cumsum", "cumprod"):
        for axis in (None, 0, -2):
            agrees(lambda x: getattr(T, name)(x, axis), lambda x: getattr(np, name)(x, axis), X)  # noqa: B023


@pytest.mark.parametrize("L", [0, 1, 2, 3, 0.5, np.inf, -np.inf])
def test_the_elementwise_norm(L: float) -> None:
    agrees(lambda x: T.norm(x, L, axis=1), lambda x: np.linalg.norm(x, L, axis=1), X[0])


def test_rows() -> None:
    scipy_axis = [(None, None), (0, 0), ((1, 2), (1, 2))]
    for axis, same in scipy_axis:
        agrees(lambda x: T.logsumexp(x, axis), lambda x: scipy.special.logsumexp(x, same), X)  # noqa: B023
        agrees(lambda x: T.softmax(x, axis), lambda x: scipy.special.softmax(x, same), X)  # noqa: B023
        agrees(lambda x: T.log_softmax(x, axis), lambda x: scipy.special.log_softmax(x, same), X)  # noqa: B023
    agrees(T.logsumexp, lambda x: scipy.special.logsumexp(x.astype(float)), np.arange(4))


ROWS = np.array([[-np.inf, -np.inf], [np.inf, 0.0], [1000.0, 1000.0], [-1e4, 1e4], [0.0, -800.0], [np.nan, 1.0]])


def test_logsumexp_at_the_edges() -> None:
    (v,) = opened((ROWS,))
    found = run(T.logsumexp(v, 1), {v: ROWS})
    np.testing.assert_array_equal(found, [-np.inf, np.inf, 1000 + np.log(2), 1e4, 0.0, np.nan])
    slope = run(T.grad(T.sum(T.logsumexp(v, 1)), v), {v: ROWS})
    np.testing.assert_array_equal(slope[0], [0, 0])
    np.testing.assert_array_equal(slope[2:5], [[0.5, 0.5], [0, 1], [1, 0]])


def test_small_terms_are_not_lost() -> None:
    x = np.array([0.0, -40.0])
    (v,) = opened((x,))
    small = np.exp(-40.0)
    assert run(T.logsumexp(v), {v: x}) == pytest.approx(small, rel=1e-15)
    assert run(T.log_softmax(v), {v: x})[0] == pytest.approx(-small, rel=1e-15)
    for function in (T.log_softmax, T.softmax):
        slope = run(T.grad(function(v)[0], v), {v: x})
        np.testing.assert_allclose(slope, [small, -small], rtol=1e-14)


def test_what_is_refused() -> None:
    (x,) = opened((X,))
    with pytest.raises(InvalidIndex, match="there is no axis 3: the array has 3 axes"):
        T.sum(x, axis=3)
    with pytest.raises(InvalidIndex, match="twice"):
        T.sum(x, axis=(0, -3))
    with pytest.raises(TypeMismatch, match="an integer known now"):
        T.sum(x, axis=1.5)
    with pytest.raises(InvalidValue, match="no element"):
        T.max(T.zeros((0, 3)), axis=0)
    with pytest.raises(TypeMismatch, match="no order"):
        T.max(T.zmatrix("c"))
    with pytest.raises(InvalidValue, match="elementwise norm"):
        T.norm(x, "fro")


def test_formulas_of_row_functions_agree_with_their_references() -> None:
    from symlab.core.ops import nn

    finite = ROWS[2:5]
    (v,) = opened((ROWS,))
    for op, attributes in [
        (nn.logsumexp, {"axes": (1,), "keepdims": False}),
        (nn.logsumexp, {"axes": (0, 1), "keepdims": True}),
        (nn.softmax, {"axes": (1,)}),
        (nn.log_softmax, {"axes": (1,)}),
        (lambda x, **rows: nn.softmax_slope(nn.softmax(x, **rows), T.sin(x), **rows), {"axes": (1,)}),
    ]:
        for values in (ROWS, finite):
            node = op(v, **attributes)
            one, other = run([node, node.op.extra["formula"](*node.args, **attributes)], {v: values})
            np.testing.assert_allclose(one, other, rtol=1e-15)


def exact_row(x: np.ndarray[Any, Any], place: int) -> dict[str, list[Any]]:
    """logsumexp, softmax, its logarithm, and the gradients of one element of the two, with many digits."""
    numbers = [mpmath.mpf(float(value)) for value in x]
    top = max(numbers)
    powers = [mpmath.exp(value - top) for value in numbers]
    total = mpmath.fsum(powers)
    p = [power / total for power in powers]
    others = mpmath.fsum(share for k, share in enumerate(p) if k != place)
    return {
        "logsumexp": [top + mpmath.log(total)],
        "softmax": p,
        "log_softmax": [mpmath.log(share) for share in p],
        "slope of softmax": [p[place] * (others if k == place else -share) for k, share in enumerate(p)],
        "slope of log_softmax": [others if k == place else -share for k, share in enumerate(p)],
    }


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0, 30.0])
def test_rows_are_exact_to_a_few_units(scale: float, dtype: str) -> None:
    rng = np.random.default_rng(0)
    v = T.vector("v", dtype=dtype)
    nodes = {
        "logsumexp": T.logsumexp(v),
        "softmax": T.softmax(v),
        "log_softmax": T.log_softmax(v),
        "slope of softmax": T.grad(T.softmax(v)[1], v),
        "slope of log_softmax": T.grad(T.log_softmax(v)[1], v),
    }
    for _ in range(10):
        x = (scale * rng.standard_normal(6)).astype(dtype)
        with mpmath.workdps(60):
            for name, exact in exact_row(x, 1).items():
                for value, wanted in zip(np.atleast_1d(run(nodes[name], {v: x})), exact, strict=True):
                    unit = max(np.spacing(abs(value)), np.finfo(dtype).tiny)
                    assert abs(mpmath.mpf(float(value)) - wanted) < 6 * float(unit), name


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64", "bool"])
def test_integers_are_taken_in_float64_by_what_has_logarithms_or_halves(dtype: str) -> None:
    x = np.array([[1, 0, 1], [0, 1, 120 if dtype != "bool" else 1]]).astype(dtype)
    agrees(lambda x: T.median(x, 1), lambda x: np.median(x, 1), x)
    agrees(lambda x: T.logsumexp(x, 1), lambda x: scipy.special.logsumexp(x.astype(float), 1), x)
    agrees(T.softmax, lambda x: scipy.special.softmax(x.astype(float), -1), x)
    agrees(T.log_softmax, lambda x: scipy.special.log_softmax(x.astype(float), -1), x)


@pytest.mark.filterwarnings("ignore:Degrees of freedom")
@pytest.mark.parametrize("size", [0, 1, 3])
@pytest.mark.parametrize("ddof", [0, 0.5, 1, 2, 5])
def test_variance_of_no_more_elements_than_are_taken_off(size: int, ddof: float) -> None:
    x = np.arange(size, dtype=float)
    agrees(lambda x: T.var(x, ddof=ddof), lambda x: np.var(x, ddof=ddof), x)
    agrees(lambda x: T.std(x, ddof=ddof), lambda x: np.std(x, ddof=ddof), x)


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
@pytest.mark.parametrize("known", [False, True], ids=["sizes not known", "sizes known"])
def test_rows_of_nothing(known: bool) -> None:
    nothing = np.zeros((3, 0))
    agrees(lambda x: T.median(x, 1), lambda x: np.median(x, 1), nothing)
    agrees(T.median, np.median, nothing)
    (x,) = opened((nothing,), known)
    compiled = sl.function(
        [x], [T.logsumexp(x, 1), T.softmax(x, 1), T.log_softmax(x, 1), T.grad(T.softmax(x, 1).sum(), x)]
    )
    largest, *rows = compiled(nothing)
    np.testing.assert_array_equal(largest, np.full(3, -np.inf))
    assert [row.shape for row in rows] == [(3, 0)] * 3


@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize(("function", "ufunc"), [(T.cummax, np.maximum), (T.cummin, np.minimum)])
def test_running_extremes(function: Any, ufunc: Any, axis: int | None) -> None:
    expected = lambda x: ufunc.accumulate(x if axis is not None else x.ravel(), axis or 0)  # noqa: E731
    for values in (
        X[0],
        np.round(X[0]),
        np.where(X[0] > 1, np.nan, X[0]),
        X[0] > 0,
        np.zeros((0, 3)),
        np.uint8([[3, 1]]),
    ):
        agrees(lambda x: function(x, axis), expected, values)


def test_gradient_of_running_extremes_goes_to_where_they_were_found_first() -> None:
    x = T.dvector("x")
    slope = sl.function([x], T.grad(T.sqr(T.cummax(x)).sum(), x))
    np.testing.assert_array_equal(slope([1.0, 1.0, 2.0, 0.0, 2.0, 3.0]), [4.0, 0.0, 12.0, 0.0, 0.0, 6.0])


def test_sorting_by_the_names_of_algorithms():
    agrees(
        lambda x: T.sort(x, 0, "mergesort"), lambda x: np.sort(x, 0, "mergesort"), np.array([[3.0, 1.0], [2.0, 4.0]])
    )
    agrees(lambda x: T.argsort(x, -1, kind="stable"), lambda x: np.argsort(x, -1, "stable"), np.array([3.0, 1.0, 2.0]))
    with pytest.raises(InvalidValue, match="no algorithm of sorting"):
        T.sort(T.dvector(), 0, "fast")
    with pytest.raises(InvalidValue, match="no fields to sort by"):
        T.argsort(T.dvector(), order="name")
