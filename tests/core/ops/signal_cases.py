"""Cases for convolutions, windows and Fourier transforms."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from symlab.core.ops import conv, fourier, windows
from tests.core.ops.case import Array, Case, numbers, scalar

FLOATS = ("float32", "float64")


def signal_cases() -> Iterator[Case]:
    """One case or more for each op."""
    x, w = numbers(2, 4, 5, 6) * 0.1, numbers(4, 2, 3, 2, seed=1) * 0.1
    given: dict[str, Any] = {"border": ("half", (1, 0)), "steps": (2, 1), "spacing": (1, 2), "groups": 2}
    yield Case(conv.conv, (x, w), correlated, given, FLOATS, values=2)
    g = correlated(x, w, **given)
    for sizes, extra in [((5, 6), ()), ((5, "?"), (scalar(6),))]:
        attributes = {**given, "sizes": sizes}
        yield Case(conv.conv_images, (w, g, *extra), images, attributes, FLOATS, values=2)
    for sizes, extra in [((3, 2), ()), ((3, "?"), (scalar(2),))]:
        yield Case(conv.conv_filters, (x, g, *extra), filters, {**given, "sizes": sizes}, FLOATS, values=2)
    attributes = {"size": (2, 3), "steps": (2, 1)}
    yield Case(windows.windows, (numbers(2, 5, 4),), windowed, attributes, FLOATS)
    fitting = {"size": (2, 3), "steps": (3, 1)}
    yield Case(windows.filled_by, (numbers(2, 5, 4),), lambda x, size, steps: x, fitting, FLOATS)
    parts = windowed(numbers(2, 5, 4), **attributes)
    yield Case(windows.windows_added, (parts,), added, {"sizes": (5, 4), **attributes}, FLOATS)
    z = numbers(2, 5) + 1j * numbers(2, 5, seed=1)
    for inverse in (False, True):
        function = lambda x, inverse: (np.fft.ifft(x) * 5 if inverse else np.fft.fft(x)).astype(x.dtype)  # noqa: E731
        yield Case(fourier.fft, (z,), function, {"inverse": inverse}, ("complex128",), differentiable=False)
    for n in (5, 6):
        yield Case(fourier.rfft, (numbers(2, n),), np.fft.rfft, {}, ("float64",), differentiable=False)
        half = z[:, : n // 2 + 1]
        back = lambda x, *n, size: np.fft.irfft(x, *(n or size), norm="forward")  # noqa: E731
        yield Case(fourier.irfft, (half,), back, {"size": (n,)}, ("complex128",), differentiable=False)


def correlated(x: Array, w: Array, border: Any, steps: Any, spacing: Any, groups: int) -> Array:
    """The definition, place by place."""
    x = np.pad(x, [(0, 0), (0, 0), *conv.pads(border, w.shape[2:], spacing)])
    counts = [
        (n - (k - 1) * d - 1) // s + 1 for n, k, d, s in zip(x.shape[2:], w.shape[2:], spacing, steps, strict=True)
    ]
    found = np.zeros((len(x), len(w), *counts), x.dtype)
    per, depth = len(w) // groups, w.shape[1]
    for filter_, (row, column) in product(range(len(w)), np.ndindex(*counts)):
        channels = slice(filter_ // per * depth, (filter_ // per + 1) * depth)
        rows = row * steps[0] + np.arange(w.shape[2]) * spacing[0]
        columns = column * steps[1] + np.arange(w.shape[3]) * spacing[1]
        part = x[:, channels][:, :, rows[:, None], columns]
        found[:, filter_, row, column] = np.sum(part * w[filter_], (1, 2, 3))
    return found


def adjoint(function: Any, shape: Any, cotangent: Array) -> Array:
    """The transpose of a linear function of arrays of a shape, one element after another."""
    found = np.zeros(shape, cotangent.dtype)
    for place in np.ndindex(*shape):
        unit = np.zeros(shape, cotangent.dtype)
        unit[place] = 1
        found[place] = np.sum(function(unit) * cotangent)
    return found


def images(w: Array, g: Array, *given: Any, sizes: Any, **options: Any) -> Array:
    return adjoint(lambda x: correlated(x, w, **options), (2, 4, 5, 6), g)


def filters(x: Array, g: Array, *given: Any, sizes: Any, **options: Any) -> Array:
    return adjoint(lambda w: correlated(x, w, **options), (4, 2, 3, 2), g)


def windowed(x: Array, size: Any, steps: Any) -> Array:
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(-2, -1))
    return np.moveaxis(view[..., :: steps[0], :: steps[1], :, :], (-4, -3), (-2, -1)).copy()


def added(w: Array, sizes: Any, size: Any, steps: Any) -> Array:
    return adjoint(lambda x: windowed(x, size, steps), (w.shape[0], *sizes), w)
