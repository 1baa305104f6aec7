"""Fourier transforms and borders against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.gradcheck import gradcheck
from symlab.core.ir.errors import InvalidValue
from tests.tensor.against_numpy import agrees

X = np.random.default_rng(0).standard_normal((3, 5))
Z = X + 1j * X[::-1]


@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
@pytest.mark.parametrize(("n", "axis"), [(None, -1), (3, -1), (8, 0), (4, 1)])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft"])
def test_numpys_transforms(name: str, n: Any, axis: int, norm: Any) -> None:
    x = X if name == "rfft" else Z
    agrees(lambda x: getattr(T.fft, name)(x, n, axis, norm), lambda x: getattr(np.fft, name)(x, n, axis, norm), x)


def test_transforms_of_several_axes() -> None:
    for name in ("fft2", "ifft2", "fftn", "ifftn"):
        agrees(getattr(T.fft, name), getattr(np.fft, name), Z)
    for n in (4, 5):
        agrees(lambda: T.fft.fftfreq(n, 0.5), lambda: np.fft.fftfreq(n, 0.5))  # noqa: B023
        agrees(lambda: T.fft.rfftfreq(n, 0.5), lambda: np.fft.rfftfreq(n, 0.5))  # noqa: B023
    agrees(T.fft.fftshift, np.fft.fftshift, X)
    agrees(T.fft.ifftshift, np.fft.ifftshift, X)
    x = T.zmatrix("x")
    np.testing.assert_allclose(sl.function([x], np.fft.fft(x))(Z), np.fft.fft(Z), atol=1e-12)


@pytest.mark.parametrize("n", [4, 5])
def test_derivatives(n: int) -> None:
    weights = np.arange(1.0, n + 1)

    def there_and_back(x: Any) -> Any:
        frequencies = T.fft.rfft(x)
        return T.fft.irfft(frequencies * frequencies, n) * weights

    gradcheck(there_and_back, [X[:, :n]])
    gradcheck(lambda x: T.real(T.fft.fft(x) * T.conj(T.fft.ifft(x * x))), [X[:, :n]])


def test_theanos_pairs() -> None:
    x = np.random.default_rng(0).standard_normal((2, 4, 5))
    pairs = T.fft.rfft_pairs(x)
    found, back = sl.function([], [pairs, T.fft.irfft_pairs(pairs, is_odd=True)])()
    wanted = np.fft.rfftn(x, axes=(1, 2))
    np.testing.assert_allclose(found, np.stack([wanted.real, wanted.imag], -1), atol=1e-12)
    np.testing.assert_allclose(back, x, atol=1e-12)


MODES = ["constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "maximum", "minimum", "mean", "median"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", [2, (1, 3), ((0, 2), (4, 1))], ids=str)
def test_pad(mode: str, width: Any) -> None:
    agrees(lambda x: T.pad(x, width, mode), lambda x: np.pad(x, width, mode), X)
    if mode not in ("maximum", "minimum", "median"):
        gradcheck(lambda x: T.pad(x, width, mode), [X])


def test_options_of_pad() -> None:
    agrees(
        lambda x: T.pad(x, 2, constant_values=((1, 2), (3, 4))),
        lambda x: np.pad(x, 2, constant_values=((1, 2), (3, 4))),
        X,
    )
    agrees(lambda x: T.pad(x, 2, "mean", stat_length=2), lambda x: np.pad(x, 2, "mean", stat_length=2), X)
    agrees(
        lambda x: T.pad(x, 2, "reflect", reflect_type="odd"), lambda x: np.pad(x, 2, "reflect", reflect_type="odd"), X
    )
    for mode in ("reflect", "symmetric"):
        for row in (np.arange(3.0) ** 2, np.array([4.0]), np.array([1, 7], np.int8)):
            agrees(
                lambda x, m=mode: T.pad(x, (7, 9), m, reflect_type="odd"),
                lambda x, m=mode: np.pad(x, (7, 9), m, reflect_type="odd"), row,
            )  # fmt: skip
    agrees(
        lambda x: T.pad(x, 1, "symmetric", reflect_type="odd"),
        lambda x: np.pad(x, 1, "symmetric", reflect_type="odd"),
        X,
    )
    agrees(lambda x: T.pad(x, 2, "linear_ramp", end_values=7), lambda x: np.pad(x, 2, "linear_ramp", end_values=7), X)
    turn = X + 1j * X[::-1]  # NumPy makes a ramp of complex numbers too
    agrees(lambda x: T.pad(x, 2, "linear_ramp"), lambda x: np.pad(x, 2, "linear_ramp"), turn)
    agrees(lambda x: T.pad(x, 1, "mean"), lambda x: np.pad(x, 1, "mean"), np.arange(6).reshape(2, 3))
    for call in (lambda: T.pad(X, 1, "other"), lambda: T.pad(X, -1), lambda: T.pad(X, 1, "reflect", reflect_type="x")):
        with pytest.raises(InvalidValue):
            call()


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_median(axis: Any) -> None:
    for keepdims in (False, True):
        expected = lambda x, k=keepdims: np.median(x, axis, keepdims=k)  # noqa: E731
        agrees(lambda x, k=keepdims: T.median(x, axis, k), expected, X)
        agrees(lambda x, k=keepdims: T.median(x, axis, k), expected, np.where(X > 1, np.nan, X))
    gradcheck(lambda x: T.median(x, axis), [X])


def test_pairs_are_of_an_odd_length_or_of_an_even_one() -> None:
    pairs = T.fft.rfft_pairs(T.dmatrix("x"))
    with pytest.raises(ValueError, match="True or False"):
        T.fft.irfft_pairs(pairs, is_odd=123)
