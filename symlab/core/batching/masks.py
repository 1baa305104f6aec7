"""What a condition picks, kept in its place: a fold of `x[x > 0]` is one of x with what is not picked left out.

How many elements are picked differs within a stack, so the array that is picked has no stack; its sum has. From the
reading on, elementwise ops are done on all elements, and a sum, product or count leaves out those not picked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import Kind, Op
from symlab.core.ops import gather, reduce, shape
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import cast
from symlab.core.ops.operators import Variable
from symlab.core.ops.replacing import rebuilt
from symlab.core.rules.gathering import mask_of

NEUTRAL: Mapping[Op, Any] = MappingProxyType({reduce.sum: 0, reduce.prod: 1, reduce.any: False, reduce.all: True})


def without_picking(roots: Sequence[Variable]) -> list[Variable]:
    """`roots`, where folds of what a condition picks are computed in place; roots themselves where there are none."""
    done: dict[Expr, Variable] = {}
    picked: dict[Expr, tuple[Variable, Variable]] = {}  # all elements, and the condition under which each counts
    for node in toposort(roots):
        args = tuple(done[arg] for arg in node.args)
        done[node] = node if args == node.args else rebuilt(node, args)  # type: ignore[assignment,arg-type]
        if node.op is gather.take and (condition := mask_of(list(args[1:]), args[0])) is not None:
            picked[node] = args[0], condition  # type: ignore[assignment]
        elif any(arg in picked for arg in node.args):
            handled(node, args, done, picked)
    return [done[root] for root in roots]


def handled(
    node: Expr, args: Sequence[Variable], done: dict[Expr, Variable], picked: dict[Expr, tuple[Variable, Variable]]
) -> None:
    """Note what became of a node with an operand that was picked, if it can be computed in place."""
    conditions = {picked[arg][1] for arg in node.args if arg in picked}
    first = next(arg for arg in node.args if arg in picked)
    if node.op.kind is Kind.ELEMENTWISE and len(conditions) == 1:
        rank = picked[first][0].ndim
        values = [
            picked[old][0] if old in picked else for_each(new, rank) for old, new in zip(node.args, args, strict=True)
        ]
        if all(value is not None for value in values):
            picked[node] = node.op(*values, **node.attributes), conditions.pop()
        return
    whole, condition = picked[first]
    every = tuple(range(whole.ndim))
    if node.op is shape.size_of:
        done[node] = reduce.sum(cast(condition, dtype="int64"), axes=every, keepdims=False)
    elif node.op in NEUTRAL and node.attr("axes") == (0,):
        kept = switch(condition, whole, cast_like(NEUTRAL[node.op], whole))
        folded = node.op(kept, **{**node.attributes, "axes": every, "keepdims": False})
        done[node] = shape.shuffled(folded, ("x",)) if node.attr("keepdims") else folded


def cast_like(number: Any, x: Variable) -> Any:
    """A number that does not change the dtype of x."""
    return number if x.type.dtype.kind != "b" else bool(number)


def for_each(value: Variable, rank: int) -> Variable | None:
    """A single number, which stands beside every element of `rank` axes; None for an array."""
    if any(size != 1 for size in value.type.shape):
        return None
    return shape.shuffled(value, ("x",) * rank) if value.ndim else value
