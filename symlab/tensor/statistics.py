"""Covariance, under NumPy's name."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, RankMismatch, message
from symlab.core.ops.complexes import conj
from symlab.core.ops.elementwise import maximum, mul, sub, true_div
from symlab.core.ops.operators import Variable, as_variable, constant
from symlab.core.ops.shape import sizes_of
from symlab.tensor.elementwise import cast
from symlab.tensor.joining import concatenate
from symlab.tensor.linalg import dot
from symlab.tensor.reductions import sum
from symlab.tensor.shaping import atleast_2d, squeeze, transpose

__all__ = ["cov"]


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Variable:
    """The covariance matrix of quantities, one in each row of `m` and `y` (in each column unless `rowvar`).

    The sums are divided by the number of observations less `ddof`, which is 1, or 0 with `bias`. `fweights` are counts
    of observations, `aweights` their weights. A single quantity has its variance, a scalar.
    """
    rows = [as_rows(part, rowvar) for part in (m, y) if part is not None]
    x = concatenate(rows, 0) if len(rows) > 1 else rows[0]
    less = int(not bias) if ddof is None else ddof
    if less != int(less):
        raise InvalidValue(message(f"ddof is a whole number, not {ddof!r}"))
    weights = weights_of(fweights, aweights)
    total = sizes_of(x)[1] if weights is None else sum(weights)
    total = cast(as_variable(total), np.dtype(np.float64))
    weighted = x if weights is None else mul(x, weights)
    apart = sub(x, true_div(sum(weighted, 1, keepdims=True), total))
    other = apart if weights is None else mul(apart, weights)
    count = sub(total, less)
    if aweights is not None and weights is not None:
        count = sub(total, true_div(mul(less, sum(mul(weights, aweights))), total))
    found = true_div(dot(apart, transpose(conj(other))), maximum(count, constant(0.0)))
    return squeeze(found)


def as_rows(x: Any, rowvar: bool) -> Variable:
    """Quantities as the rows of a matrix of floating-point numbers."""
    found = as_variable(x)
    if found.ndim > 2:
        raise RankMismatch(message("the covariance of a vector or a matrix is wanted", [(found.name or "x", found)]))
    wide = found.type.dtype if found.type.dtype.kind == "c" else np.result_type(found.type.dtype, np.float64)
    found = atleast_2d(cast(found, wide))
    turned = not rowvar and as_variable(x).ndim == 2
    return transpose(found) if turned else found


def weights_of(counts: Any, weights: Any) -> Variable | None:
    """The weight of each observation."""
    told = [cast(as_variable(part), np.dtype(np.float64)) for part in (counts, weights) if part is not None]
    if not told:
        return None
    return mul(*told) if len(told) > 1 else told[0]  # type: ignore[no-any-return]
