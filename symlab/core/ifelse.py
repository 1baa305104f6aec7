"""`ifelse`: a choice between two expressions of which only one is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symlab.core.ir import config
from symlab.core.ir.composite import Composite
from symlab.core.ir.composites import parts_of, put_together
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
    have the same rank, or are sparse matrices of one format; their dtypes are promoted, but under Theano's manners they
    are equal. `T.switch` chooses element by element instead, and computes both.
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
    likes = [alike(one, other) for one, other in zip(first, second, strict=True)]
    pairs = [fitting(one, other) for one, other in zip(parts_of(first), parts_of(second), strict=True)]
    node = IFELSE(chosen, *(one for one, _ in pairs), *(other for _, other in pairs))
    found = put_together(likes, [PROJECT(node, index=place) for place in range(len(pairs))], value=False)
    for item in found:
        item.name = name
    return found if several else found[0]


ifelse.__dict__["ifelse"] = ifelse  # Theano has a module of this name: `theano.ifelse.ifelse` is the function too


def cond(condition: Any, then_function: Callable[..., Any], else_function: Callable[..., Any], *operands: Any) -> Any:
    """What one of two functions of `operands` gives, as `jax.lax.cond`: `ifelse` of both, of which one is computed.

    Both return one expression, or as many in a list or tuple; the result has that form.
    """
    given = [as_variable(operand) for operand in operands]
    first, second = then_function(*given), else_function(*given)
    found = ifelse(condition, first, second)
    return tuple(found) if isinstance(first, tuple) else found


def listed(branch: Any) -> list[Any]:
    """The values of a branch; one that is made of several variables, as a sparse matrix, stays as it is."""
    values = branch if isinstance(branch, (list, tuple)) else [branch]
    return [item if isinstance(item, Composite) else as_variable(item) for item in values]


def alike(first: Any, second: Any) -> Any:
    """What a value of two branches is to the user: both are one variable each, or both made of several in one way."""
    kinds = [(isinstance(item, Composite), getattr(item, "format", None)) for item in (first, second)]
    if kinds[0] != kinds[1]:
        problem = f"the kinds of the branches of ifelse do not match: {first.type} and {second.type}"
        raise TypeMismatch(message(problem, (), ["both sparse of one format, or both dense"]))
    return first


def fitting(first: Variable, second: Variable) -> tuple[Variable, Variable]:
    """Two values of the same dtype."""
    if isinstance(first.type, Held) or isinstance(second.type, Held):
        return first, fitting_replacement(first, second)
    if first.ndim != second.ndim:
        operands = [("then", first), ("else", second)]
        raise TypeMismatch(message("the branches of ifelse have values of different ranks", operands))
    dtype = np.result_type(first.type.dtype, second.type.dtype)
    if first.type.dtype != second.type.dtype and config.current().manners == "theano":
        problem = f"the dtypes of the branches of ifelse do not match: {first.dtype} and {second.dtype}"
        raise TypeMismatch(message(problem, [("then", first), ("else", second)], [f"T.cast(x, '{dtype}')"]))
    return cast_to(first, dtype), cast_to(second, dtype)
