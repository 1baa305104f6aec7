"""Fourier transforms: the extension `xp.fft`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch, message
from symlab.xp.array import Array, astype, check_device, check_kind, raw
from symlab.xp.creation import sizes
from symlab.xp.manipulation import frozen
from symlab.xp.programs import run
from symlab.xp.promotion import DEFAULTS, checked

# fmt: off
__all__ = [
    "fft", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifftn", "ifftshift", "ihfft", "irfft", "irfftn",
    "rfft", "rfftfreq", "rfftn",
]
# fmt: on


def one_axis(name: str) -> Callable[..., Array]:
    """A transform along one axis."""

    def function(x: Array, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
        array = raw(x)
        check_kind(name, [array])
        return Array._of(run(getattr(T.fft, name), [array], n=n, axis=axis, norm=norm))

    return named(function, name)


def several_axes(name: str) -> Callable[..., Array]:
    """A transform along several axes."""

    def function(
        x: Array, /, *, s: Sequence[int] | None = None, axes: Sequence[int] | None = None, norm: str = "backward"
    ) -> Array:
        array = raw(x)
        check_kind(name, [array])
        return Array._of(run(getattr(T.fft, name), [array], s=frozen(s), axes=frozen(axes), norm=norm))

    return named(function, name)


def named(function: Callable[..., Array], name: str) -> Callable[..., Array]:
    """A transform under its name, with the documentation of symlab's own."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = getattr(T.fft, name).__doc__
    return function


fft = one_axis("fft")
ifft = one_axis("ifft")
rfft = one_axis("rfft")
irfft = one_axis("irfft")
hfft = one_axis("hfft")
ihfft = one_axis("ihfft")
fftn = several_axes("fftn")
ifftn = several_axes("ifftn")
rfftn = several_axes("rfftn")
irfftn = several_axes("irfftn")


def frequencies(name: str, n: int, d: float, dtype: Any, device: Any) -> Array:
    """The frequencies of a transform of n numbers d apart."""
    check_device(device)
    wanted = DEFAULTS["real floating"] if dtype is None else checked(dtype)
    if wanted.kind != "f":
        raise TypeMismatch(message(f"frequencies are real floating-point numbers, not {wanted.name}"))
    found = run(getattr(T.fft, name), [*sizes(n), np.asarray(d, np.float64)])
    return astype(Array._of(found), wanted, copy=False)


def fftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Array:
    """The frequencies of `fft` of n numbers d apart."""
    return frequencies("fftfreq", n, d, dtype, device)


def rfftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Array:
    """The frequencies of `rfft` of n numbers d apart."""
    return frequencies("rfftfreq", n, d, dtype, device)


def fftshift(x: Array, /, *, axes: int | Sequence[int] | None = None) -> Array:
    """Frequencies with 0 in the middle."""
    return shifted("fftshift", x, axes)


def ifftshift(x: Array, /, *, axes: int | Sequence[int] | None = None) -> Array:
    """What `fftshift` did, undone."""
    return shifted("ifftshift", x, axes)


def shifted(name: str, x: Array, axes: Any) -> Array:
    """A roll by half of each axis."""
    array = raw(x)
    check_kind(name, [array])
    return Array._of(run(getattr(T.fft, name), [array], axes=frozen(axes)))
