"""Derivatives as matrices: all rows at once, by computing the backward walk for a stack of unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.autodiff import Lop, Rop, formed, grad, listed
from symlab.core.autodiff.cotangent import is_discrete
from symlab.core.batching import vectorize_graph
from symlab.core.batching.stack import Unbatchable
from symlab.core.ir.behind import remember
from symlab.core.ir.untested import tested_after
from symlab.core.ops.compare import eq
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import cast
from symlab.core.ops.operators import Variable, variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import reshaped, shuffled, size_product, sizes_of, specified, spread
from symlab.core.seams import seam

__all__ = ["hessian", "hessian_vector_product", "jacobian"]


@tested_after
def jacobian(
    expression: Variable,
    wrt: Any,
    consider_constant: Sequence[Variable] | None = None,
    disconnected_inputs: str = "raise",
    vectorize: bool = True,
) -> Any:
    """The derivatives of every element of an expression: its axes, then those of `wrt`; of a scalar its gradient.

    All rows are computed at once; where an op cannot be computed for a stack (one that runs Python), or `vectorize` is
    False, one after another in a loop, which takes less memory. Errors: those of `Lop`.
    """
    if expression.ndim == 0:
        return grad(expression, wrt, consider_constant, disconnected_inputs)
    variables = listed(wrt, "wrt")
    weights = variable(expression.type)
    rows = Lop(expression, variables, weights, consider_constant, disconnected_inputs)
    stacks = (stacked if vectorize else looped)(rows, weights, unit_vectors(expression))
    found = [shaped(stack, expression, of) for stack, of in zip(stacks, variables, strict=True)]
    remember(found, [expression, *variables])
    return formed(found, wrt)


def stacked(rows: Sequence[Variable], weights: Variable, units: Variable) -> Sequence[Variable]:
    """The rows for each of these weights: at once, or in a loop."""
    try:
        return vectorize_graph(rows, {weights: units})  # type: ignore[no-any-return]
    except Unbatchable:
        return looped(rows, weights, units)


def looped(rows: Sequence[Variable], weights: Variable, units: Variable) -> Sequence[Variable]:
    """The rows for each of these weights, one after another."""
    found, _ = seam("scan")(lambda unit: replaced(rows, {weights: unit}), sequences=[units], return_list=True)
    return found  # type: ignore[no-any-return]


def unit_vectors(expression: Variable) -> Variable:
    """A stack with one array per element of an expression, 1 there and 0 elsewhere."""
    dtype = expression.type.dtype if not is_discrete(expression) else np.dtype(np.float64)
    places = counted(size_product(expression))
    units = cast(eq(shuffled(places, (0, "x")), shuffled(places, ("x", 0))), dtype=dtype.name)
    if expression.ndim == 1:
        return specified(units, (None, *expression.type.shape))
    stack = reshaped(units, (size_product(expression), *sizes_of(expression)))
    return specified(stack, (None, *expression.type.shape))


def shaped(stack: Variable, expression: Variable, of: Variable) -> Variable:
    """The stack of gradients with the axes of the expression in front; what is the same in all rows is repeated."""
    if stack.ndim == of.ndim:
        return spread(stack, (*sizes_of(expression), *sizes_of(stack)))
    if expression.ndim == 1:
        return stack
    return reshaped(stack, (*sizes_of(expression), *sizes_of(stack)[1:]))


def hessian(
    cost: Variable,
    wrt: Any,
    consider_constant: Sequence[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """The second derivatives of a scalar cost: the axes of `wrt` twice; a list for several.

    Only blocks of one variable with itself are given.
    """
    variables = listed(wrt, "wrt")
    first = grad(cost, variables, consider_constant, disconnected_inputs)
    blocks = [
        jacobian(slope, variable, consider_constant, "ignore") for slope, variable in zip(first, variables, strict=True)
    ]
    return formed(blocks, wrt)


def hessian_vector_product(
    cost: Variable, wrt: Any, vectors: Any, consider_constant: Sequence[Variable] | None = None
) -> Any:
    """The Hessian of a scalar cost times vectors, one for each of `wrt` and of its shape, without the Hessian."""
    variables = listed(wrt, "wrt")
    first = grad(cost, variables, consider_constant)
    directions = list(vectors) if isinstance(vectors, (list, tuple)) else [vectors]
    return formed(Rop(first, variables, directions, disconnected_outputs="ignore"), wrt)
