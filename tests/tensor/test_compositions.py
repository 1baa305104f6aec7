"""NumPy's functions that are made up of others: by its own name of each, on expressions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue, RankMismatch
from tests.tensor.against_numpy import agrees

X = np.random.default_rng(0).standard_normal((4, 5))
WITH_NAN = np.where(X > 0.7, np.nan, X)
WEIGHTS = np.arange(1.0, 6.0)


@pytest.mark.parametrize("q", [0.0, 0.3, 1.0, [0.1, 0.5], [[0.2, 0.9], [0.0, 1.0]]], ids=str)
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_quantiles(q: Any, axis: Any, keepdims: bool) -> None:
    agrees(*[lambda x: np.quantile(x, q, axis=axis, keepdims=keepdims)] * 2, X)
    agrees(*[lambda x: np.percentile(x, np.multiply(q, 100), axis=axis, keepdims=keepdims)] * 2, X)
    agrees(*[lambda x: np.quantile(x, q, axis=axis, keepdims=keepdims)] * 2, WITH_NAN)


NAN_FOLDS = ["nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanstd"]


@pytest.mark.parametrize("name", NAN_FOLDS)
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.filterwarnings("ignore")
def test_folds_without_nan(name: str, axis: Any, keepdims: bool) -> None:
    alone = WITH_NAN.copy()
    alone[1], alone[:, 2] = np.nan, np.nan
    for values in (X, WITH_NAN, alone, (10 * X).astype(np.int32), X.astype(np.float32)):
        agrees(*[lambda x: getattr(np, name)(x, axis=axis, keepdims=keepdims)] * 2, values)


def test_places_without_nan() -> None:
    agrees(*[lambda x: np.nanargmax(x, axis=1)] * 2, WITH_NAN)
    agrees(*[np.nanargmin] * 2, WITH_NAN)
    agrees(*[lambda x: np.nanstd(x, axis=0, ddof=1)] * 2, WITH_NAN)


def test_nan_takes_no_part_in_gradients() -> None:
    x = T.dmatrix("x")
    slopes = [sl.grad(T.sum(getattr(T, name)(x, axis=0) ** 2), x) for name in NAN_FOLDS]
    for name, slope in zip(NAN_FOLDS, sl.function([x], slopes, mode="FAST_COMPILE")(WITH_NAN), strict=True):
        assert np.array_equal(slope[np.isnan(WITH_NAN)], np.zeros(np.isnan(WITH_NAN).sum())), name
        assert np.isfinite(slope).all(), name


CALLS: dict[str, Any] = {
    "average": lambda x: np.average(x, axis=1), "weighted": lambda x: np.average(x, axis=1, weights=WEIGHTS),
    "all weighted": lambda x: np.average(x, weights=np.abs(X)), "corrcoef": np.corrcoef,
    "of columns": lambda x: np.corrcoef(x, rowvar=False), "ediff1d": np.ediff1d,
    "trapezoid": lambda x: np.trapezoid(x, dx=0.5, axis=0), "at places": lambda x: np.trapezoid(x, WEIGHTS**2),
    "gradient": lambda x: np.gradient(x, axis=0), "apart": lambda x: np.gradient(x[0], 0.1),
    "of all": lambda x: np.gradient(x)[1], "sinc": np.sinc, "vander": lambda x: np.vander(x[:, 0], 3),
    "rising": lambda x: np.vander(x[0], 4, increasing=True), "polyval": lambda x: np.polyval([2.0, 0.0, -1.0], x),
    "append": lambda x: np.append(x, x[:, :2], axis=1), "in a row": lambda x: np.append(x, 1.0),
    "array_split": lambda x: np.array_split(x, 3, axis=1)[0], "last": lambda x: np.array_split(x, 3, axis=1)[2],
    "cut": lambda x: np.array_split(x, [1, 3])[1],
    **{f"rot90 {k}": lambda x, k=k: np.rot90(x, k) for k in range(-1, 4)},
    "select": lambda x: np.select([x > 1, x > 0], [x * 2, x * 3], 7.0),
    **{mode: lambda x, mode=mode: np.correlate(x[0], x[1, :3], mode) for mode in ("valid", "same", "full")},
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_on_expressions(name: str) -> None:
    function = CALLS[name]
    agrees(function, function, X)
    gradcheck(function, [X])


def test_places_and_ends() -> None:
    agrees(*[lambda x: np.argwhere(x > 0)] * 2, X, sized=False)
    zero = T.dscalar("zero")
    assert sl.function([zero], [np.sinc(zero), sl.grad(np.sinc(zero), zero)])(0.0) == [1.0, 0.0]
    complex_vectors = [np.array([1 + 2j, 3, -1j]), np.array([1j, 2.0])]
    agrees(*[lambda a, v: np.correlate(a, v, "full")] * 2, *complex_vectors)
    for call, problem, kind in (
        (lambda: T.average(T.matrix(), weights=T.vector()), "weights of another shape", InvalidValue),
        (lambda: T.select([], []), "0 conditions", InvalidValue),
        (lambda: T.quantile(T.vector(), [0.5, 1.5]), "between 0 and 1", InvalidValue),
        (lambda: T.percentile(T.vector(), np.nan), "between 0 and 1", InvalidValue),
        (lambda: T.polyval(T.vector(), T.vector()), "known length", RankMismatch),
        (lambda: T.vander(T.vector()), "known length", RankMismatch),
    ):
        with pytest.raises(kind, match=problem):
            call()
