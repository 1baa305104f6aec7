"""Distinct elements and membership, with the Array API's names."""

from __future__ import annotations

from typing import Any, NamedTuple

from symlab.core.ir.op import PROJECT
from symlab.core.ops import search
from symlab.core.ops.bits import and_
from symlab.core.ops.bits import invert as invert_
from symlab.core.ops.compare import eq, gt
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of
from symlab.tensor.arguments import promoted
from symlab.tensor.reductions import any, sort
from symlab.tensor.searching import searchsorted
from symlab.tensor.shaping import expand_dims, ravel, reshape

__all__ = ["isin", "unique_all", "unique_counts", "unique_inverse", "unique_values"]


class UniqueAll(NamedTuple):
    """Distinct elements, the first place of each, which one each element is, and counts."""

    values: Variable
    indices: Variable
    inverse_indices: Variable
    counts: Variable


class UniqueCounts(NamedTuple):
    """Distinct elements and counts."""

    values: Variable
    counts: Variable


class UniqueInverse(NamedTuple):
    """Distinct elements, and which one each element is."""

    values: Variable
    inverse_indices: Variable


def unique_all(x: Any) -> UniqueAll:
    """The distinct elements in order, the first place of each, which one each element is, and counts.

    Unlike NumPy's `unique` each nan is distinct, and `inverse_indices` have the shape of x.
    """
    x = as_variable(x)
    several = search.unique(ravel(x), equal_nan=False)
    values, indices, inverse, counts = (PROJECT(several, index=place) for place in range(4))
    return UniqueAll(values, indices, reshape(inverse, list(sizes_of(x))), counts)


def unique_counts(x: Any) -> UniqueCounts:
    """The distinct elements in order and their counts."""
    found = unique_all(x)
    return UniqueCounts(found.values, found.counts)


def unique_inverse(x: Any) -> UniqueInverse:
    """The distinct elements in order, and which one each element is."""
    found = unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


def unique_values(x: Any) -> Variable:
    """The distinct elements in order."""
    return unique_all(x).values


def isin(element: Any, test_elements: Any, *, invert: bool = False) -> Variable:
    """Whether each element is one of `test_elements`; with `invert` whether it is not."""
    values, others = promoted([element, test_elements])
    if values.type.dtype.kind == "c":
        found = any(eq(expand_dims(values, -1), ravel(others)), axis=-1)
    else:
        row = sort(ravel(others))
        before, after = (searchsorted(row, values, side) for side in ("left", "right"))
        found = and_(gt(after, before), eq(values, values))  # nan is none of them
    return invert_(found) if invert else found  # type: ignore[no-any-return]
