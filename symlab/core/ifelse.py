"""`ifelse`: a choice between two expressions of which only one is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.op import PROJECT
from symlab.core.ir.types import Held
from symlab.core.ops.branch import IFELSE
from symlab.core.ops.compare import neq
from symlab.core.ops.operators import Variable, as_variable, cast_to
from symlab.core.substitute import fitting_replacement

__all__ = ["cond", "ifelse"]


def ifelse(condition: Any, then_branch: Any, else_branch: Any, name: str | None = None) -> Any:
    """`then_branch` if the scalar `condition` holds, else `else_branch`; the other one is not computed.

    Branches are expressions, or lists of equal length; then the result is a list. Two values that stand for each other
    have the same rank; their dtypes are promoted. `T.switch` chooses element by element instead, and computes both.
    """
    chosen = as_variable(condition)
    if chosen.ndim:
        tries = ["T.switch, which chooses element by element", "a condition made by T.all or T.any"]
        raise TypeMismatch(message("the condition of ifelse is a scalar", [("condition", chosen)], tries))
    if chosen.type.dtype.kind != "b":
        chosen = neq(chosen, 0)
    several = isinstance(then_branch, (list, tuple)) or isinstance(else_branch, (list, tuple))
    first, second = listed(then_branch), listed(else_branch)
    if len(first) != len(second):
        problem = f"the branches of ifelse have {len(first)} and {len(second)} values"
        raise InvalidValue(message(problem, [("condition", chosen)]))
    pairs = [fitting(one, other) for one, other in zip(first, second, strict=True)]
    node = IFELSE(chosen, *(one for one, _ in pairs), *(other for _, other in pairs))
    found = [PROJECT(node, index=place) for place in range(len(pairs))]
    for item in found:
        item.name = name
    return found if several else found[0]


def cond(condition: Any, then_function: Callable[..., Any], else_function: Callable[..., Any], *operands: Any) -> Any:
    """What one of two functions of `operands` gives, as `jax.lax.cond`: `ifelse` of both, of which one is computed.

    Both return one expression, or as many in a list or tuple; the result has that form.
    """
    given = [as_variable(operand) for operand in operands]
    first, second = then_function(*given), else_function(*given)
    found = ifelse(condition, first, second)
    return tuple(found) if isinstance(first, tuple) else found


def listed(branch: Any) -> list[Variable]:
    """The values of a branch."""
    return [as_variable(item) for item in (branch if isinstance(branch, (list, tuple)) else [branch])]


def fitting(first: Variable, second: Variable) -> tuple[Variable, Variable]:
    """Two values of the same dtype."""
    if isinstance(first.type, Held) or isinstance(second.type, Held):
        return first, fitting_replacement(first, second)
    if first.ndim != second.ndim:
        operands = [("then", first), ("else", second)]
        raise TypeMismatch(message("the branches of ifelse have values of different ranks", operands))
    dtype = np.result_type(first.type.dtype, second.type.dtype)
    return cast_to(first, dtype), cast_to(second, dtype)
