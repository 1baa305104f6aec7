"""Fourier transforms with NumPy's names; Theano's, of pairs of numbers, as `rfft_pairs`, `irfft_pairs`."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops import fourier
from symlab.core.ops.complexes import complex as complex_of
from symlab.core.ops.complexes import conj, imag, real
from symlab.core.ops.elementwise import cast, mul, sqrt, true_div
from symlab.core.ops.operators import Variable, as_variable, cast_to
from symlab.core.ops.shape import Number, joined_size, sizes_of
from symlab.tensor.arguments import axes_of, axis_of, size_from
from symlab.tensor.creation import arange, zeros
from symlab.tensor.joining import concatenate, roll, stack
from symlab.tensor.shaping import moveaxis

# fmt: off
__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifft2", "ifftn", "ifftshift", "ihfft", "irfft",
    "irfft_pairs", "irfftn", "rfft", "rfft_pairs", "rfftfreq", "rfftn",
]
# fmt: on

OPPOSITE = MappingProxyType({"backward": "forward", "ortho": "ortho", "forward": "backward"})


def checked_norm(norm: str | None) -> str:
    """The name of a norm, "backward" if there is none."""
    kind = "backward" if norm is None else norm
    if kind not in OPPOSITE:
        raise InvalidValue(message(f"there is no norm {norm!r}", (), ["'backward', 'ortho' or 'forward'"]))
    return kind


def factor(norm: str | None, n: Number, inverse: bool) -> Any:
    """What a transform is divided by, None if by nothing."""
    kind = checked_norm(norm)
    if kind == "ortho":
        return math.sqrt(n) if isinstance(n, int) else sqrt(cast(n, dtype="float64"))
    return n if (kind == "forward") is not inverse else None


def divided(x: Variable, by: Any) -> Variable:
    """A transform with its factor."""
    if by is None:
        return x
    narrow = np.dtype(f"f{x.type.dtype.itemsize // 2}") if x.type.dtype.kind == "c" else x.type.dtype
    inverse = cast_to(as_variable(true_div(1.0, by) if isinstance(by, Variable) else 1.0 / by), narrow)
    return mul(x, inverse)  # type: ignore[no-any-return]


def of_length(x: Variable, n: Number) -> Variable:
    """The last axis cut, or with zeros, to so many elements."""
    size = sizes_of(x)[-1]
    if size is n or (isinstance(size, int) and size == n):
        return x
    if isinstance(size, int) and isinstance(n, int) and n < size:
        return x[..., :n]
    return concatenate([x, zeros([*sizes_of(x)[:-1], n], dtype=x.dtype)], axis=-1)[..., :n]


def along(x: Any, axis: int, compute: Callable[[Variable], Variable]) -> Variable:
    """A function of the last axis, for another."""
    x = as_variable(x)
    place = axis_of(axis, x.ndim, x)
    return moveaxis(compute(moveaxis(x, place, x.ndim - 1)), x.ndim - 1, place)


def complexes(x: Variable) -> Variable:
    """Complex numbers; of float32 complex64."""
    return cast_to(x, np.result_type(x.type.dtype if x.type.dtype.kind in "fc" else np.float64, np.complex64))


def reals(x: Variable) -> Variable:
    """Real floating-point numbers of 32 or 64 bits."""
    return x if x.type.dtype.char in "fd" else cast_to(x, np.dtype(np.float64))


def transform(x: Any, n: Any, axis: int, norm: str | None, inverse: bool) -> Variable:
    """`fft` and `ifft`."""

    def compute(x: Variable) -> Variable:
        length = sizes_of(x)[-1] if n is None else size_from(n)
        found = fourier.fft(of_length(complexes(x), length), inverse=inverse)
        return divided(found, factor(norm, length, inverse))

    return along(x, axis, compute)


def fft(x: Any, n: Any = None, axis: int = -1, norm: str | None = None) -> Variable:
    """The frequencies of n numbers along an axis."""
    return transform(x, n, axis, norm, False)


def ifft(x: Any, n: Any = None, axis: int = -1, norm: str | None = None) -> Variable:
    """The numbers that have these frequencies along an axis."""
    return transform(x, n, axis, norm, True)


def rfft(x: Any, n: Any = None, axis: int = -1, norm: str | None = None) -> Variable:
    """The frequencies of real numbers along an axis, from 0 to n / 2."""

    def compute(x: Variable) -> Variable:
        length = sizes_of(x)[-1] if n is None else size_from(n)
        return divided(fourier.rfft(of_length(reals(x), length)), factor(norm, length, False))

    return along(x, axis, compute)


def irfft(x: Any, n: Any = None, axis: int = -1, norm: str | None = None) -> Variable:
    """The n real numbers (2 (m - 1) if nothing is said) that have these m frequencies along an axis."""

    def compute(x: Variable) -> Variable:
        length = (sizes_of(x)[-1] - 1) * 2 if n is None else size_from(n)
        found = fourier.halves(of_length(complexes(x), length // 2 + 1), length)
        return divided(found, factor(norm, length, True))

    return along(x, axis, compute)


def hfft(x: Any, n: Any = None, axis: int = -1, norm: str | None = None) -> Variable:
    """The n real frequencies (2 (m - 1) if nothing is said) of a signal of which these are the m numbers from 0 on.

    The others are their conjugates.
    """
    return irfft(conj(as_variable(x)), n, axis, OPPOSITE[checked_norm(norm)])


def ihfft(x: Any, n: Any = None, axis: int = -1, norm: str | None = None) -> Variable:
    """The numbers from 0 on of the signal that has these real frequencies along an axis."""
    return conj(rfft(x, n, axis, OPPOSITE[checked_norm(norm)]))  # type: ignore[no-any-return]


def several(x: Any, s: Any, axes: Any, norm: str | None, one: Callable[..., Variable]) -> Variable:
    """A transform along one axis after another."""
    x = as_variable(x)
    for axis, n in axes_and_sizes(x, s, axes):
        x = one(x, n, axis, norm)
    return x


def axes_and_sizes(x: Variable, s: Any, axes: Any) -> list[tuple[int, Any]]:
    """The axes of a transform and their lengths, None where all is taken; all axes if nothing is said."""
    if axes is None:
        axes = range(x.ndim) if s is None else range(x.ndim - len(s), x.ndim)
    sizes = [None] * len(axes) if s is None else s
    if len(sizes) != len(axes):
        raise InvalidValue(message(f"{len(sizes)} lengths do not fit {len(axes)} axes"))
    return [(axis, None if n == -1 else n) for axis, n in zip(axes, sizes, strict=True)]


def fftn(x: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Variable:
    """The frequencies along several axes."""
    return several(x, s, axes, norm, fft)


def ifftn(x: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Variable:
    """The numbers that have these frequencies along several axes."""
    return several(x, s, axes, norm, ifft)


def rfftn(x: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Variable:
    """The frequencies of real numbers along several axes, those of the last from 0 to n / 2."""
    x = as_variable(x)
    *others, (axis, n) = axes_and_sizes(x, s, axes)
    x = rfft(x, n, axis, norm)
    for axis, n in others:
        x = fft(x, n, axis, norm)
    return x


def irfftn(x: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Variable:
    """The real numbers that have these frequencies along several axes, those of the last from 0 to n / 2."""
    x = as_variable(x)
    *others, (axis, n) = axes_and_sizes(x, s, axes)
    for other, size in others:
        x = ifft(x, size, other, norm)
    return irfft(x, n, axis, norm)


def fft2(x: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Variable:
    """The frequencies along two axes."""
    return several(x, s, axes, norm, fft)


def ifft2(x: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Variable:
    """The numbers that have these frequencies along two axes."""
    return several(x, s, axes, norm, ifft)


def fftfreq(n: Any, d: Any = 1.0) -> Variable:
    """The frequencies of `fft` of n numbers d apart."""
    n = size_from(n)
    place = (arange(n) + n // 2) % n - n // 2
    return cast(place, dtype="float64") / (n * d)


def rfftfreq(n: Any, d: Any = 1.0) -> Variable:
    """The frequencies of `rfft` of n numbers d apart."""
    n = size_from(n)
    return cast(arange(n // 2 + 1), dtype="float64") / (n * d)


def shifted(x: Any, axes: Any, direction: int) -> Variable:
    """Rolled by half of each axis."""
    x = as_variable(x)
    for axis in axes_of(axes, x.ndim, x):
        size = sizes_of(x)[axis]
        x = roll(x, size // 2 if direction > 0 else -(size // 2), axis=axis)
    return x


def fftshift(x: Any, axes: Any = None) -> Variable:
    """Frequencies with 0 in the middle."""
    return shifted(x, axes, 1)


def ifftshift(x: Any, axes: Any = None) -> Variable:
    """What `fftshift` did, undone."""
    return shifted(x, axes, -1)


# Theano's, in which the last axis holds the real and the imaginary part


def pair_factor(norm: str | None, sizes: list[Number], inverse: bool) -> Any:
    """Theano's norms: None, "ortho", or "no_norm"."""
    kinds = {None: "backward", "ortho": "ortho", "no_norm": "forward" if inverse else "backward"}
    if norm not in kinds:
        raise InvalidValue(message(f"there is no norm {norm!r}", (), ["None, 'ortho' or 'no_norm'"]))
    return factor(kinds[norm], joined_size(sizes), inverse)


def rfft_pairs(inp: Any, norm: str | None = None) -> Variable:
    """Theano's `rfft`: of each part of the first axis, over all others; real and imaginary parts in a new last axis."""
    x = reals(as_variable(inp))
    sizes = list(sizes_of(x)[1:])
    found = fourier.rfft(x)
    for axis in range(1, x.ndim - 1):
        found = transform(found, None, axis, "backward", False)
    found = divided(found, pair_factor(norm, sizes, False))
    return stack([real(found), imag(found)], axis=-1)


def irfft_pairs(inp: Any, norm: str | None = None, is_odd: bool = False) -> Variable:
    """Theano's `irfft`, the inverse of `rfft_pairs`; `is_odd` says that the last axis had an odd size."""
    if is_odd not in (False, True):
        raise InvalidValue(message(f"is_odd is True or False, not {is_odd!r}"))
    pairs = as_variable(inp)
    x = complex_of(pairs[..., 0], pairs[..., 1])
    last = (sizes_of(x)[-1] - 1) * 2 + (1 if is_odd else 0)
    for axis in range(1, x.ndim - 1):
        x = transform(x, None, axis, "forward", True)
    sizes = [*sizes_of(x)[1:-1], last]
    return divided(fourier.halves(x, last), pair_factor(norm, sizes, True))
