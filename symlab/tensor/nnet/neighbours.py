"""The neighbourhoods of images as rows of a matrix, and back."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import joined_size, reshaped, sizes_of
from symlab.core.ops.windows import added_to, filled_by, windows
from symlab.tensor.arguments import sizes_from
from symlab.tensor.creation import zeros
from symlab.tensor.padding import pad

__all__ = ["images2neibs", "neibs2images"]


def numbers(value: Any, what: str) -> tuple[int, int]:
    """Two positive integers that are known now."""
    found = list(sizes_from(value, 2))
    if not all(isinstance(size, int) and size > 0 for size in found):
        raise InvalidValue(message(f"{what} is two positive integers known now, not {value!r}"))
    return found[0], found[1]


def images2neibs(
    ten4: Any, neib_shape: Any, neib_step: Any = None, mode: str = "valid", border_mode: str | None = None
) -> Variable:
    """The neighbourhoods of images (batch, channels, rows, columns): a row for each, image after image.

    `mode` says what becomes of those that reach over the border: "ignore_borders" leaves them out, "valid" refuses
    images of which something would be left, "half" and "full" put zeros around the image first, and "wrap_centered",
    for odd sizes, goes on at the other side.
    """
    x = as_variable(ten4)
    if x.ndim != 4:
        raise TypeMismatch(message("images2neibs takes images of four axes", [(x.name or "ten4", x)]))
    size = numbers(neib_shape, "neib_shape")
    steps = size if neib_step is None else numbers(neib_step, "neib_step")
    kind = mode if border_mode is None else border_mode
    around = {"half": [n // 2 for n in size], "full": [n - 1 for n in size], "wrap_centered": [n // 2 for n in size]}
    if kind in around:
        widths = [(0, 0), (0, 0), *((n, n) for n in around[kind])]
        x = pad(x, widths, mode="wrap" if kind == "wrap_centered" else "constant")
    elif kind not in ("valid", "ignore_borders"):
        raise InvalidValue(message(f"there is no mode {kind!r}", (), ["'valid', 'ignore_borders', 'half' or 'full'"]))
    if kind == "wrap_centered" and not all(n % 2 for n in size):
        raise TypeMismatch(message(f"neighbourhoods with a centre have odd sizes, not {size}"))
    if kind in ("valid", "half", "full"):
        x = filled_by(x, size=size, steps=steps)
    found = windows(x, size=size, steps=steps)
    places = found.dimshuffle(0, 1, 4, 5, 2, 3)
    return reshaped(places, [joined_size(sizes_of(places)[:4]), size[0] * size[1]])


def neibs2images(neibs: Any, neib_shape: Any, original_shape: Any, mode: str = "valid") -> Variable:
    """The images (of `original_shape`) whose neighbourhoods, one beside another, are the rows of a matrix."""
    neibs = as_variable(neibs)
    size, shape = numbers(neib_shape, "neib_shape"), sizes_from(original_shape, 4)
    if mode not in ("valid", "ignore_borders"):
        raise InvalidValue(message(f"there is no mode {mode!r}", (), ["'valid' or 'ignore_borders'"]))
    counts = [length // part for length, part in zip(shape[2:], size, strict=True)]
    places = reshaped(neibs, [*shape[:2], *counts, *size]).dimshuffle(0, 1, 4, 5, 2, 3)
    return added_to(places, zeros(shape, dtype=neibs.dtype), size, size)
