"""The elements of `arange` from their places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.lower.facts import Facts
from symlab.core.lower.kernel import Apply, Instruction, Literal, Position
from symlab.core.lower.sizes import add as add_sizes
from symlab.core.lower.sizes import multiply
from symlab.core.lower.structure import sizes_in
from symlab.core.ops.elementwise import add, cast, mul


def progression(facts: Facts, node: Expr, place: Position, new: Callable[[], int]) -> list[Instruction]:
    """start + step k for the element at place k; floating-point numbers as NumPy computes them, from the first two."""
    dtype: np.dtype[Any] = node.type.dtype
    if dtype.kind in "iu":
        start, _, step = sizes_in(facts, node.attr("bounds"), node.args)
        offset = add_sizes(start, multiply(step, place.offset))
        strides = tuple(multiply(step, stride) for stride in place.strides)
        return [replace(place, offset=offset, strides=strides, dtype=dtype)]
    start, _, step = node.attr("bounds")
    first, second = dtype.type(start), dtype.type(start + step)
    at, delta, moved, origin, result = (new() for _ in range(5))
    return [
        place,
        Apply(at, cast, (place.result,), place.dtype, dtype, node),
        Literal(delta, dtype.type(second - first), dtype, node),
        Apply(moved, mul, (at, delta), dtype, dtype, node),
        Literal(origin, first, dtype, node),
        Apply(result, add, (moved, origin), dtype, dtype, node),
    ]
