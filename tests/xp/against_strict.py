"""Comparison of `symlab.xp` with `array_api_strict`, the standard's own strict implementation."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import array_api_strict as strict
import numpy as np

import symlab.xp as xp
from symlab.xp.promotion import DTYPES

SHAPES = ((), (0,), (3,), (2, 3), (1, 3), (2, 0, 3), (2, 1, 3))
MATRICES = ((3, 3), (2, 3, 3), (0, 3, 3))


def values(dtype: str, shape: tuple[int, ...], seed: int = 0) -> np.ndarray[Any, Any]:
    """Numbers of a dtype, small ones, so that integer powers and sums stay within it."""
    draw = np.random.default_rng(seed)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return draw.random(shape) < 0.5
    if kind in "iu":
        return draw.integers(0 if kind == "u" else -4, 5, shape).astype(dtype)
    found = draw.normal(size=shape)
    return np.asarray(found + 1j * draw.normal(size=shape) if kind == "c" else found, dtype)


def both(array: np.ndarray[Any, Any]) -> tuple[Any, Any]:
    """The same array in both namespaces."""
    return xp.asarray(array), strict.asarray(array)


def outcome(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What a call gives, or the exception that it raises."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return call(*args, **options)
        except Exception as error:  # noqa: BLE001 - whatever is raised is the outcome
            return error


def parts(found: Any) -> Iterator[Any]:
    """The arrays of a result."""
    if isinstance(found, (tuple, list)):
        yield from found
    else:
        yield found


def assert_same(ours: Any, theirs: Any, what: str, tolerance: float = 4.0) -> None:
    """Equal dtypes, shapes and values, up to a few units in the last place; or both refuse."""
    if isinstance(theirs, Exception):
        assert isinstance(ours, Exception), f"{what}: strict raises {theirs!r}, xp gives {ours!r}"
        return
    assert not isinstance(ours, Exception), f"{what}: xp raises {type(ours).__name__}: {ours}"
    mine, other = list(parts(ours)), list(parts(theirs))
    assert len(mine) == len(other), what
    assert getattr(ours, "_fields", None) == getattr(theirs, "_fields", None), what
    for one, two in zip(mine, other, strict=True):
        assert isinstance(one, xp.Array), what
        assert one.dtype == two.dtype._np_dtype, f"{what}: {one.dtype} is not {two.dtype}"
        assert one.shape == two.shape, f"{what}: {one.shape} is not {two.shape}"
        assert_close(np.asarray(one), two._array, what, tolerance)


def assert_close(mine: Any, other: Any, what: str, tolerance: float) -> None:
    """Equal values, up to a few units in the last place of the largest."""
    if mine.dtype.kind not in "fc":
        np.testing.assert_array_equal(mine, other, what)
        return
    eps = np.finfo(mine.dtype).eps
    finite = np.abs(other[np.isfinite(other)])
    scale = float(finite.max()) if finite.size else 1.0
    np.testing.assert_allclose(mine, other, rtol=tolerance * eps, atol=tolerance * eps * max(scale, 1.0), err_msg=what)


NAMES = tuple(DTYPES)
