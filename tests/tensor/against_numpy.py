"""Expressions against NumPy: the same call on variables and on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symlab.core.backends.reference import evaluate
from symlab.core.ir.types import array_type
from symlab.core.ops.operators import Variable, variable


def run(node: Any, values: dict[Any, Any]) -> Any:
    """The value of an expression, or of each of several."""
    several = list(node) if isinstance(node, (list, tuple)) else [node]
    found = evaluate(several, values)
    return found if isinstance(node, (list, tuple)) else found[0]


def opened(values: tuple[Any, ...], known: bool = False) -> list[Variable]:
    """An input for each array; sizes are known if asked for, or where they are 1."""
    arrays = [np.asarray(value) for value in values]
    return [
        variable(array_type(a.dtype, tuple(s if known or s == 1 else None for s in a.shape)), f"x{place}")
        for place, a in enumerate(arrays)
    ]


def agrees(
    function: Callable[..., Any],
    expected: Callable[..., Any],
    *values: Any,
    tolerance: float = 1e-12,
    sized: bool = True,
) -> None:
    """Check that `function` of variables computes what `expected` computes of arrays, with sizes known and not.

    Where sizes are known those of the result are too, unless they follow from values (`sized=False`).
    """
    arrays = [np.asarray(value) for value in values]
    with np.errstate(all="ignore"):
        wanted = expected(*arrays)
    for known in (True, False):
        made = opened(tuple(arrays), known)
        node = function(*made)
        found = run(node, dict(zip(made, arrays, strict=True)))
        pairs = [(node, found, wanted)]
        if isinstance(node, (list, tuple)):
            assert len(node) == len(wanted)
            pairs = list(zip(node, found, wanted, strict=True))
        for part, value, right in pairs:
            right = np.asarray(right)
            assert (value.dtype, value.shape) == (right.dtype, right.shape)
            np.testing.assert_allclose(value, right, rtol=tolerance, atol=tolerance)
            static = part.type.shape
            assert all(size in (None, real) for size, real in zip(static, value.shape, strict=True))
            assert not known or not sized or None not in static or "nonzero" in str(function)
