"""Ops spelled out in simpler ones that kernels can compute, where the op itself does not say how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ops import reduce, shape
from symlab.core.ops.bits import and_
from symlab.core.ops.compare import eq, neq, switch
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import add, mul
from symlab.core.ops.operators import Variable, constant

LAST = np.iinfo(np.int64).max


def inner_product(first: Variable, second: Variable) -> Variable:
    """The product of two vectors, which a kernel can compute with what their elements are made from.

    A single element is no factor of all elements of the other: the sizes must be the same.
    """
    if {first.type.shape, second.type.shape} == {(1,), (None,)}:
        first, second = (shape.unbroadcast(x, axes=(0,)) if x.type.shape == (1,) else x for x in (first, second))
    if first.type.dtype.kind == "b":
        return reduce.any(and_(first, second), axes=(0,), keepdims=False)  # type: ignore[no-any-return]
    return reduce.sum(mul(first, second), axes=(0,), keepdims=False)  # type: ignore[no-any-return]


def place_of(extreme: Any) -> Callable[..., Variable]:
    """The first place of the largest or smallest element, or of the first nan."""

    def formula(x: Variable, axes: tuple[int, ...], keepdims: bool) -> Variable:
        best = extreme(x, axes=axes, keepdims=True)
        chosen = eq(x, best)
        if x.type.dtype.kind == "f":
            chosen = switch(neq(best, best), neq(x, x), chosen)
        places = switch(chosen, numbered(x, axes), constant(LAST, dtype=np.int64))
        return reduce.min(places, axes=axes, keepdims=keepdims)  # type: ignore[no-any-return]

    return formula


def numbered(x: Variable, axes: tuple[int, ...]) -> Variable:
    """0, 1, 2, ... along these axes, the last of them counting fastest."""
    sizes = shape.sizes_of(x)
    total: Variable = constant(0, dtype=np.int64)
    for axis in axes:
        along = [0 if place == axis else "x" for place in range(x.ndim)]
        total = add(mul(total, sizes[axis]), shape.shuffled(counted(sizes[axis]), along))
    return total


FORMULAS: Mapping[str, Callable[..., Variable]] = MappingProxyType(
    {"argmax": place_of(reduce.max), "argmin": place_of(reduce.min)}
)
