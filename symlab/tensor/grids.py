"""Places of grids and triangles, and the window of Bartlett, under NumPy's and Theano's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, RankMismatch, TypeMismatch, message
from symlab.core.ops.compare import eq, lt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import exp, log, maximum, mul, sign, sub, true_div
from symlab.core.ops.operators import Variable, as_variable, cast_to, constant
from symlab.core.ops.shape import Number, shuffled, sizes_of
from symlab.tensor.arguments import size_from
from symlab.tensor.creation import arange, linspace, tri
from symlab.tensor.elementwise import cast
from symlab.tensor.indexing import nonzero
from symlab.tensor.joining import stack
from symlab.tensor.shaping import broadcast_arrays, moveaxis
from symlab.tensor.types import dtype_of

# fmt: off
__all__ = [
    "bartlett", "geomspace", "mgrid", "ogrid", "tril_indices", "tril_indices_from", "triu_indices",
    "triu_indices_from",
]
# fmt: on


def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, *, axis: int = 0
) -> Variable:
    """`num` numbers from start to stop, each the same multiple of the one before; both ends have one sign.

    Between the elements of arrays they lie along a new axis, the first unless `axis` is another.
    """
    if not isinstance(start, Variable) and not isinstance(stop, Variable):
        kind = None if dtype is None else dtype_of(dtype)
        return constant(np.geomspace(start, stop, num, endpoint, dtype=kind, axis=axis))
    first, last = (mul(as_variable(bound), 1.0) for bound in (start, stop))
    sizes = linspace(log(magnitude(first)), log(magnitude(last)), num, endpoint)
    numbers = mul(sign(first), exp(sizes))
    place = np.arange(num).reshape(-1, *[1] * (numbers.ndim - 1))
    numbers = switch(constant(place == 0), first, numbers)
    if endpoint and num > 1:
        numbers = switch(constant(place == num - 1), last, numbers)
    numbers = moveaxis(numbers, 0, axis)
    return numbers if dtype is None else cast(numbers, dtype)  # type: ignore[no-any-return]


class Grid:
    """`mgrid[a:b, c:d:step]` and `ogrid[...]`, with bounds that may be expressions; an imaginary step is a number."""

    def __init__(self, name: str, full: bool) -> None:
        self.name = name
        self.full = full

    def __getitem__(self, index: Any) -> Any:
        items = index if isinstance(index, tuple) else (index,)
        lines = [self.line(item) for item in items]
        dtype = np.result_type(*(line.type.dtype for line in lines))
        lines = [cast_to(line, dtype) for line in lines]
        if not isinstance(index, tuple):
            return lines[0]
        turned = [
            shuffled(line, [0 if axis == place else "x" for axis in range(len(lines))])
            for place, line in enumerate(lines)
        ]
        return stack(broadcast_arrays(*turned)) if self.full else turned

    def line(self, item: Any) -> Variable:
        """The places along one axis."""
        if not isinstance(item, slice):
            raise TypeMismatch(message(f"{self.name} takes slices, not {item!r}", (), [f"{self.name}[0:3, 0:2]"]))
        start = 0 if item.start is None else item.start
        if item.stop is None:
            raise InvalidValue(message(f"a slice of {self.name} has an end", (), [f"{self.name}[0:3, 0:2]"]))
        if isinstance(item.step, complex):
            return linspace(start, item.stop, int(abs(item.step)))
        return arange(start, item.stop, 1 if item.step is None else item.step)

    def __repr__(self) -> str:
        return self.name


mgrid = Grid("mgrid", True)
ogrid = Grid("ogrid", False)


def bartlett(M: Any) -> Variable:
    """The triangular window of M points: 0 at both ends, 1 in the middle."""
    count = size_from(M)
    dtype = dtype_of("floatX")
    places = cast(arange(count), dtype)
    half = true_div(sub(count, 1), 2.0)
    half = cast(half, dtype) if isinstance(half, Variable) else half
    gap = sub(1.0, true_div(magnitude(sub(places, half)), maximum(half, 0.5)))
    alone = lt(count, 2) if isinstance(count, Variable) else constant(count < 2)
    return cast(switch(alone, 1.0, gap), dtype)  # type: ignore[no-any-return]


def tril_indices(n: Any, k: Any = 0, m: Any = None) -> tuple[Variable, Variable]:
    """The rows and columns of the elements at and below diagonal k of a matrix of n rows and m columns (n)."""
    return places_where(eq(tri(n, m, k), 1))


def triu_indices(n: Any, k: Any = 0, m: Any = None) -> tuple[Variable, Variable]:
    """The rows and columns of the elements at and above diagonal k of a matrix of n rows and m columns (n)."""
    return places_where(eq(tri(n, m, size_from(k) - 1), 0))


def places_where(mask: Variable) -> tuple[Variable, Variable]:
    """The rows and columns where a matrix is true."""
    rows, columns = nonzero(mask)
    return rows, columns


def tril_indices_from(x: Any, k: Any = 0) -> tuple[Variable, Variable]:
    """`tril_indices` of the sizes of a matrix."""
    rows, columns = sizes_of_matrix(x)
    return tril_indices(rows, k, columns)


def triu_indices_from(x: Any, k: Any = 0) -> tuple[Variable, Variable]:
    """`triu_indices` of the sizes of a matrix."""
    rows, columns = sizes_of_matrix(x)
    return triu_indices(rows, k, columns)


def sizes_of_matrix(x: Any) -> tuple[Number, Number]:
    """The sizes of a matrix."""
    x = as_variable(x)
    if x.ndim != 2:
        raise RankMismatch(message("a matrix is wanted", [(x.name or "x", x)]))
    rows, columns = sizes_of(x)
    return rows, columns
