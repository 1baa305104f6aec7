"""Loops over time: what is kept of their histories."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import PROJECT
from symlab.core.ops.index import WHOLE
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.loop import SCAN, Loop, State, make_loop
from symlab.core.ops.operators import constant, variable
from symlab.core.ops.shape import GIVEN, INTEGER, broadcast_to, dimshuffle, size_of
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed
from symlab.core.rules.constants import ALL


def example_of_last(x: Any) -> Any:
    """The last value of a loop."""
    param, length = variable(x.type), constant(3, dtype=INTEGER)
    loop = make_loop([State(param, x, param)], [], [], length, length, known=3)
    return slice_op(loop.history(0), index=(-1, *[WHOLE] * x.ndim))


@computed(slice_op, exact=True, kinds=ALL, formula="scan(...)[-1] -> its last state", example=example_of_last)
def last_of_history(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Nobody reads the history of a loop whose last state alone is wanted; that there is one is still checked."""
    history, (entry, *rest) = uncut(node.args[0]), node.attr("index")
    if history.op is not PROJECT or history.args[0].op is not SCAN or len(node.args) > 1:
        return None
    loop, place = Loop(history.args[0]), history.attr("index")
    known = loop.node.attr("known")
    at_end = entry == -1 or (known is not None and entry == known - 1 and not loop.until)
    whole = loop.steps is loop.length and not loop.node.attr("reverse")
    if not at_end or not whole or not loop.states <= place < 2 * loop.states:
        return None
    last = builder.apply(PROJECT, loop.node, index=place - loop.states)
    if known:
        return last if all(item == WHOLE for item in rest) else builder.apply(slice_op, last, index=tuple(rest))
    rank = len(last.type.shape)
    row = builder.apply(dimshuffle, last, pattern=("x", *range(rank)))
    sizes = [builder.apply(size_of, last, axis=axis) for axis in range(rank)]
    rows = builder.apply(broadcast_to, row, loop.length, *sizes, shape=(GIVEN,) * (rank + 1))
    return builder.apply(slice_op, rows, index=(-1, *rest))


def uncut(node: Expr) -> Expr:
    """The history of which a loop with a condition shows the steps that it made."""
    if node.op is not slice_op or len(node.args) != 2 or node.args[0].op is not PROJECT:
        return node
    first, *rest = node.attr("index")
    source, made = node.args[0].args[0], node.args[1]
    whole = isinstance(first, tuple) and first[0] in (None, 0) and first[1] == GIVEN and first[2] in (None, 1)
    counts = made.op is PROJECT and made.args[0] is source and made.type.shape == () and source.op is SCAN
    is_count = counts and Loop(source).until and made.attr("index") == len(source.type.items) - 1
    return node.args[0] if whole and is_count and all(item == WHOLE for item in rest) else node


RULES = (last_of_history,)
