"""Pooling whose windows, steps and borders are expressions, against that with numbers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue
from symlab.tensor.signal.pool import pool_2d, pool_3d

IMAGES = np.random.default_rng(5).normal(size=(2, 1, 5, 6))
X = T.dtensor4("x")
WINDOWS, STEPS, BORDER = (T.ivector(name) for name in ("windows", "steps", "border"))
MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")


def compute(values: list[T.Variable], mode: str) -> sl.Function:
    """A function of the images and of `values`: what is pooled, and a gradient."""
    pooled = pool_2d(X, WINDOWS, bool(len(values) > 2), STEPS, BORDER if len(values) > 2 else None, mode)
    return sl.function([X, *values], [pooled, T.grad((pooled**2).sum(), X)])


@pytest.mark.parametrize("mode", MODES)
def test_windows_within_the_images(mode: str) -> None:
    """`ignore_border=True`, with a border and without one."""
    f = compute([WINDOWS, STEPS, BORDER], mode)
    for size, steps, border in (((4, 4), (2, 2), (0, 0)), ((2, 3), (3, 1), (1, 2)), ((5, 2), (1, 4), (2, 1))):
        pooled = pool_2d(X, size, True, steps, border, mode)
        g = sl.function([X], [pooled, T.grad((pooled**2).sum(), X)], mode="FAST_COMPILE")
        for found, wanted in zip(f(IMAGES, size, steps, border), g(IMAGES), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_windows_over_the_end(mode: str) -> None:
    """`ignore_border=False`: every element is in a window, if windows are not farther apart than they are long."""
    f = compute([WINDOWS, STEPS], mode)
    for size, steps in product(((4, 4), (2, 3), (5, 6)), ((2, 2), (3, 1), (7, 6))):
        pooled = pool_2d(X, size, False, steps, None, mode)
        wanted = sl.function([X], pooled, mode="FAST_COMPILE")(IMAGES)
        np.testing.assert_allclose(f(IMAGES, size, steps)[0], wanted, rtol=1e-12)


def test_one_number_of_several_and_volumes() -> None:
    volumes, size = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5), T.iscalar("size")
    f = sl.function([X, size], pool_3d(X, (size, 2, 2), True))
    g = sl.function([X], pool_3d(X, (3, 2, 2), True))
    np.testing.assert_array_equal(f(volumes, 3), g(volumes))


def test_numbers_that_do_not_fit() -> None:
    f = sl.function([X, WINDOWS, STEPS, BORDER], pool_2d(X, WINDOWS, True, STEPS, BORDER))
    with pytest.raises(InvalidValue, match="windows and steps are integers of 1 or more"):
        f(IMAGES, (0, 2), (1, 1), (0, 0))
    with pytest.raises(InvalidValue, match="a border is not negative, and narrower than the windows"):
        f(IMAGES, (2, 2), (1, 1), (2, 0))
    g = sl.function([X, BORDER], pool_2d(X, (2, 2), False, pad=BORDER))
    with pytest.raises(InvalidValue, match="a border is offered with ignore_border=True only"):
        g(IMAGES, (1, 1))
    with pytest.raises(InvalidValue, match="2 sizes are wanted"):
        pool_2d(X, (T.iscalar(), 2, 2))
