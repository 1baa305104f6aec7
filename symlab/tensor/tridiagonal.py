"""Factors of tridiagonal matrices, of which one serves several systems: O(n) where a dense matrix takes O(n^3)."""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.custom.derivatives import grad_undefined
from symlab.core.custom.perform import Op
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, message
from symlab.core.ops.operators import Variable, as_variable, cast_to
from symlab.core.ops.shape import Number, sizes_of, spread
from symlab.core.ops.solutions import routine
from symlab.tensor.creation import diagonal
from symlab.tensor.matrices import matrices_of
from symlab.tensor.shaping import common_size, expand_dims, shape_padleft, squeeze
from symlab.tensor.types import TensorType

__all__ = ["tridiagonal_lu_factor", "tridiagonal_lu_solve"]

Array = np.ndarray[Any, Any]
LEAST = 3
CORES = (1, 1, 1, 1, 1, 2)  # axes of the five parts of factors, and of right sides


def widened(parts: list[Array], size: int) -> list[Array]:
    """Diagonals, pivots and right sides of a system with rows of the identity behind it, up to 3 rows.

    SciPy's wrappers of LAPACK's routines refuse fewer.
    """
    if size >= LEAST:
        return parts
    rows = np.arange(size, LEAST)
    ends = np.zeros_like(rows), np.ones_like(rows), np.zeros_like(rows), np.zeros_like(rows), rows + 1
    lengths = LEAST - 1, LEAST, LEAST - 1, LEAST - 2, LEAST
    threefold = zip(parts[:5], ends, lengths, strict=False)
    padded = [np.append(part, end)[:length].astype(part.dtype) for part, end, length in threefold]
    return [*padded, *(np.pad(part, ((0, LEAST - size), (0, 0))) for part in parts[5:])]


class TridiagonalFactor(Op):
    """LAPACK's gttrf: factors of tridiagonal matrices whose three diagonals are given."""

    __props__ = ()

    def make_node(self, lower: Variable, middle: Variable, upper: Variable) -> Apply:
        """Three diagonals of the factors, a second upper one, and pivots."""
        front, size = middle.type.shape[:-1], middle.type.shape[-1]
        less = [None if size is None else max(size - count, 0) for count in (1, 0, 1, 2)]
        kinds = [TensorType(middle.dtype, (*front, length)) for length in less]
        kinds.append(TensorType("int32", (*front, size)))
        return Apply(self, [lower, middle, upper], [kind() for kind in kinds])

    def perform(self, node: Any, inputs: Any, output_storage: Any) -> None:
        """One matrix after another."""
        lower, middle, upper = inputs
        factor, size = routine("gttrf", middle.dtype), middle.shape[-1]
        lengths, front = [max(size - count, 0) for count in (1, 0, 1, 2)], middle.shape[:-1]
        found = [np.empty((*front, length), middle.dtype) for length in lengths]
        found.append(np.empty((*front, size), np.int32))
        for place in np.ndindex(front):
            *several, failed = factor(*widened([lower[place], middle[place], upper[place]], size))
            if failed:
                raise ValueError("a tridiagonal matrix is singular")
            for whole, part in zip(found, several, strict=True):
                whole[place] = part[: whole.shape[-1]]
        for storage, value in zip(output_storage, found, strict=True):
            storage[0] = value


class TridiagonalSolve(Op):
    """LAPACK's gttrs: solutions by the factors of `TridiagonalFactor`."""

    __props__ = ("transposed",)

    def __init__(self, transposed: bool) -> None:
        self.transposed = transposed

    def make_node(self, *operands: Variable) -> Apply:
        """The solutions for right sides, which are the last operand."""
        return Apply(self, list(operands), [operands[-1].type()])

    def perform(self, node: Any, inputs: Any, output_storage: Any) -> None:
        """One system after another."""
        right = inputs[-1]
        found = np.empty_like(right)
        solve = routine("gttrs", right.dtype)
        for place in np.ndindex(right.shape[:-2] if right.size else (0,)):
            parts, size = [part[place] for part in inputs], right.shape[-2]
            found[place] = solve(*widened(parts, size), trans="T" if self.transposed else "N")[0][:size]
        output_storage[0][0] = found

    def grad(self, inputs: Any, gradients: Any) -> list[Any]:
        """That of the right sides: the solution of the transposed system."""
        why = "factors are not differentiated; T.linalg.solve(a, b, assume_a='tridiagonal') is"
        others = [grad_undefined(self, place, part, why) for place, part in enumerate(inputs[:-1])]
        return [*others, TridiagonalSolve(not self.transposed)(*inputs[:-1], gradients[0])]


def tridiagonal_lu_factor(a: Any) -> tuple[Variable, Variable, Variable, Variable, Variable]:
    """What `tridiagonal_lu_solve` takes: the factors of a tridiagonal matrix or a stack of them (LAPACK's gttrf).

    They are the diagonals below, on and above the main one, a second one above, and pivots; of `a` only the three
    diagonals are read.
    """
    matrix = matrices_of(a)
    return tuple(TridiagonalFactor()(*(diagonal(matrix, place, -2, -1) for place in (-1, 0, 1))))  # type: ignore[return-value]


def tridiagonal_lu_solve(
    factors: tuple[Any, Any, Any, Any, Any], b: Any, *, b_ndim: int | None = None, transposed: bool = False
) -> Variable:
    """The x with a x = b (a' x = b if `transposed`), given the factors of a, which are held constant by gradients.

    b is a vector, or holds one in each column; say `b_ndim=1` for a stack of vectors.
    """
    parts, right = [as_variable(part) for part in factors], matrices_of(b)
    if b_ndim not in (None, 1, 2):
        raise InvalidValue(message(f"right sides are vectors or matrices, and b_ndim is {b_ndim}", (), ["1 or 2"]))
    vector = right.ndim == 1 if b_ndim is None else b_ndim == 1
    if right.ndim < (1 if vector else 2):
        raise ShapeMismatch(message("the right side of equations is a vector or a matrix", [("b", right)]))
    columns = expand_dims(right, right.ndim) if vector else right
    found = TridiagonalSolve(transposed)(*brought_together([*parts, columns]))
    return squeeze(found, -1) if vector else found


def brought_together(operands: list[Variable]) -> list[Variable]:
    """Factors and right sides in one dtype, with the same axes in front."""
    dtype = np.result_type(*(part.type.dtype for part in (*operands[:4], operands[-1])))
    fronts = [part.ndim - core for part, core in zip(operands, CORES, strict=True)]
    rank = max(fronts)
    padded = [shape_padleft(part, rank - front) for part, front in zip(operands, fronts, strict=True)]
    cast = [part if place == 4 else cast_to(part, dtype) for place, part in enumerate(padded)]
    sizes: list[tuple[Number, ...]] = [sizes_of(part) for part in cast]
    front = [common_size([size[axis] for size in sizes]) for axis in range(rank)]
    return [spread(part, [*front, *size[rank:]]) for part, size in zip(cast, sizes, strict=True)]
