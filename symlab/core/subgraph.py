"""Gradients through a part of a graph, from which another call goes on."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from symlab.core.autodiff import grad
from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.op import INPUT
from symlab.core.ops.elementwise import add
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import filled_like


def subgraph_grad(
    wrt: Sequence[Variable],
    end: Sequence[Variable],
    start: Mapping[Variable, Any] | None = None,
    cost: Variable | None = None,
    details: bool = False,
) -> tuple[Any, ...]:
    """Gradients through a part of a graph: from `start` and `cost` down to `end`, which is held constant.

    `start` maps variables to gradients that are known; `cost` adds its own. The result is the gradients of `wrt` and
    those of `end`, to go on from; with `details` also both parts of which they are sums. Errors: InvalidValue with
    neither `start` nor `cost`.
    """
    if start is None and cost is None:
        raise InvalidValue(message("there is neither a cost nor a start with known gradients"))
    cut = {node: Variable(INPUT, (), (), node.type, node.name) for node in end}
    variables = [*wrt, *(node for node in end if node not in wrt)]
    known = dict(start or {})
    *above, total_cost = replaced([*variables, *known, cost if cost is not None else variables[0]], cut)
    inputs, keys = above[: len(variables)], above[len(variables) :]
    parts = []
    if start is not None:
        given = replaced([as_variable(value) for value in known.values()], cut)
        parts.append(grad(None, inputs, None, "ignore", known_grads=dict(zip(keys, given, strict=True))))
    if cost is not None:
        parts.append(grad(total_cost, inputs, None, "ignore"))
    back = {leaf: node for node, leaf in cut.items()}
    found = [replaced(part, back) for part in parts]
    sums = [functools.reduce(add, column) for column in zip(*found, strict=True)]
    by_variable = dict(zip(variables, sums, strict=True))
    results = ([by_variable[node] for node in wrt], [by_variable[node] for node in end])
    if not details:
        return results
    zeros = [filled_like(variable, 0) for variable in variables]
    both = (found[0] if start is not None else zeros, found[-1] if cost is not None else zeros)
    return (*results, *(part[: len(wrt)] for part in both))
