"""What `sl.assume` was told, compared with values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr

Array = np.ndarray[Any, Any]
TOLERANCE = 100  # units in the last place of the largest element


def broken_assumptions(node: Expr, value: Array) -> Iterator[str]:
    """What is not so of what was assumed of a node with this value; a nan breaks nothing."""
    known = value[~np.isnan(value)] if value.dtype.kind in "fc" else value.ravel()
    if value.dtype.kind != "c" and known.size:
        low, high = node.attr("low"), node.attr("high")
        if known.min() < low:
            yield f"an element is {known.min()}, below the {low:g} that was assumed"
        if known.max() > high:
            yield f"an element is {known.max()}, above the {high:g} that was assumed"
    if node.attr("integer") and not np.array_equal(known, np.round(known)):
        yield "an element is no integer, which was assumed"
    for name in node.attr("structure", "").split():
        if np.isfinite(value).all() and not STRUCTURES[name](value, accuracy(value)):
            yield f"it is not {name.replace('_', ' ')}, which was assumed"


def accuracy(value: Array) -> float:
    """The difference that rounding may make."""
    if value.dtype.kind not in "fc":
        return 0.0
    return float(TOLERANCE * np.finfo(value.dtype).eps * np.max(abs(value), initial=0))


def is_symmetric(x: Array, tolerance: float) -> bool:
    """Whether matrices equal their transposes, conjugated."""
    square = x.shape[-1] == x.shape[-2]
    return square and bool((abs(x - np.conj(np.swapaxes(x, -1, -2))) <= tolerance).all())


def is_definite(x: Array, tolerance: float) -> bool:
    """Whether matrices are symmetric, and no eigenvalue is below 0 by more than rounding."""
    if not is_symmetric(x, tolerance):
        return False
    return not x.size or bool((np.linalg.eigvalsh(x * 1.0) >= -tolerance).all())


def is_lower(x: Array, tolerance: float) -> bool:
    """Whether matrices are 0 above the diagonal."""
    return bool((abs(np.triu(x, 1)) <= tolerance).all())


def is_orthogonal(x: Array, tolerance: float) -> bool:
    """Whether the transposes, conjugated, are the inverses."""
    if x.shape[-1] != x.shape[-2]:
        return False
    product = np.matmul(np.conj(np.swapaxes(x, -1, -2)), x)
    return bool((abs(product - np.eye(x.shape[-1])) <= max(tolerance, 0) * x.shape[-1]).all())


STRUCTURES: Mapping[str, Callable[[Array, float], bool]] = MappingProxyType(
    {
        "symmetric": is_symmetric,
        "positive_definite": is_definite,
        "lower_triangular": is_lower,
        "upper_triangular": lambda x, tolerance: is_lower(np.swapaxes(x, -1, -2), tolerance),
        "diagonal": lambda x, tolerance: is_lower(x, tolerance) and is_lower(np.swapaxes(x, -1, -2), tolerance),
        "orthogonal": is_orthogonal,
    }
)
