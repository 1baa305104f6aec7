"""Loops, choices and what programs add for a stack: a loop of stacks; a choice by one condition, or by each own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.batching.stack import Batch, Operand, Unbatchable
from symlab.core.ir.errors import message
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import PROJECT
from symlab.core.ir.types import TupleType, array_type
from symlab.core.ops.branch import IFELSE
from symlab.core.ops.compare import switch
from symlab.core.ops.loop import Loop, State, make_loop, reached_params
from symlab.core.ops.operators import Variable, variable
from symlab.core.ops.replacing import rebuilt
from symlab.core.ops.shape import joined_size, reshaped, shuffled, sizes_of
from symlab.core.seams import seam

Operands = Sequence[Operand]


def refused(node: Expr, why: str) -> Unbatchable:
    """The error for a loop or choice that cannot be made for a stack at once."""
    problem = f"{node.op.name} cannot be computed for a stack of inputs at once: {why}"
    return Unbatchable(message(problem, [(node.op.name, node)], ["scan or map over the stack"]))


def one_by_one(node: Expr, operands: Operands, batch: Batch) -> Any:
    """What a program adds and nobody knows for stacks, for one array after another; results must have one shape."""
    count = joined_size(batch.sizes)
    stacks, alike = [item for item in operands if item.depth], [item.value for item in operands if not item.depth]
    rows = [reshaped(batch.filled(item), (count, *sizes_of(item.value)[item.depth :])) for item in stacks]

    def step(*given: Variable) -> list[Variable]:
        row, same = iter(given[: len(rows)]), iter(given[len(rows) :])
        made: Any = rebuilt(node, tuple(next(row if item.depth else same) for item in operands))  # type: ignore[arg-type]
        if not isinstance(made.type, TupleType):
            return [made]
        return [PROJECT(made, index=place) for place in range(len(made.type.items))]

    found, _ = seam("scan")(step, sequences=rows, non_sequences=alike, strict=True, return_list=True)
    several = tuple(reshaped(result, (*batch.sizes, *sizes_of(result)[1:])) for result in found)
    return several if isinstance(node.type, TupleType) else several[0]


def choice_rule(node: Expr, operands: Operands, batch: Batch) -> tuple[Any, ...]:
    """One branch for the whole stack where there is one condition; else both, of which each element takes its own."""
    condition, half = operands[0], len(operands) // 2
    pairs = list(zip(operands[1 : half + 1], operands[half + 1 :], strict=True))
    if not condition.depth:
        firsts, seconds = zip(*(alike(pair, batch) for pair in pairs), strict=True)
        made = IFELSE(condition.value, *firsts, *seconds)
        return tuple(PROJECT(made, index=place) for place in range(half))
    if any(differ(first, second) for first, second in pairs):
        raise refused(node, "its branches have values of different shapes")
    return tuple(
        switch(batch.lifted(condition, first.rank), batch.lifted(first), batch.lifted(second))
        for first, second in pairs
    )


def alike(pair: tuple[Operand, Operand], batch: Batch) -> tuple[Variable, Variable]:
    """Two values that stand for each other, both for the stack if one is."""
    first, second = pair
    if not first.depth and not second.depth:
        return first.value, second.value
    return batch.filled(first), batch.filled(second)


def differ(first: Operand, second: Operand) -> bool:
    """Whether two values surely differ in shape, or may where one would be repeated to the size of the other."""
    shapes = zip(first.value.type.shape[first.depth :], second.value.type.shape[second.depth :], strict=True)
    return any(one != other and (1 in (one, other) or None not in (one, other)) for one, other in shapes)


def loop_rule(node: Expr, operands: Operands, batch: Batch) -> tuple[Any, ...]:
    """A loop whose states and rows are stacks, as far as they depend on what is one; all make the same steps."""
    loop = Loop(node)
    if any(item.depth for item in operands[-2:]):
        raise refused(node, "the number of its steps differs within the stack")
    stacked = stacked_params(loop, operands)
    if loop.until and reached_params([loop.condition], loop.params)[0] & stacked:
        raise refused(node, "where it stops differs within the stack")
    given = [placed(loop, place, item, batch, place in stacked) for place, item in enumerate(operands[:-2])]
    params = dict(zip(loop.params, map(param_of, [loop] * len(given), range(len(given)), given), strict=True))
    results = body_results(loop, params, batch, stacked)
    pairs = list(zip(params.values(), given, strict=True))
    count = loop.states
    made = make_loop(
        [State(param, first, new) for (param, first), new in zip(pairs, results[:count], strict=False)],
        pairs[count : count + loop.sequences], results[count : len(loop.results)], operands[-2].value,
        operands[-1].value, constants=pairs[count + loop.sequences :], known=node.attr("known"),
        reverse=node.attr("reverse"), until=results[-1] if loop.until else None, truncate=node.attr("truncate"),
        recompute=bool(node.attr("recompute")),
    )  # fmt: skip
    lasts = [made.last(place) for place in range(count)]
    rows = [made.history(place) for place in range(len(loop.results))]
    histories = [behind(row, row.ndim - item.type.ndim - 1) for row, item in zip(rows, loop.results, strict=True)]
    return (*lasts, *histories, *([made.made] if loop.until else []))


def stacked_params(loop: Loop, operands: Operands) -> set[int]:
    """The numbers of the parameters that are stacks: those given as such, and the states that depend on them."""
    found = {place for place, item in enumerate(operands[:-2]) if item.depth}
    reach = reached_params(list(loop.results[: loop.states]), loop.params)
    while True:
        more = {state for state in range(loop.states) if state not in found and reach[state] & found}
        if not more:
            return found
        found |= more


def placed(loop: Loop, place: int, operand: Operand, batch: Batch, stacked: bool) -> Variable:
    """An operand as the loop of stacks takes it: a sequence has its steps in front of the stack."""
    if not stacked:
        return operand.value
    value = batch.filled(operand)
    if not loop.states <= place < loop.states + loop.sequences:
        return value
    axes = range(value.ndim)
    return shuffled(value, (batch.depth, *axes[: batch.depth], *axes[batch.depth + 1 :]))


def param_of(loop: Loop, place: int, given: Variable) -> Variable:
    """A parameter for what is given."""
    row = loop.states <= place < loop.states + loop.sequences
    shape = given.type.shape[1:] if row else given.type.shape
    return variable(array_type(given.type.dtype, shape), loop.params[place].name)


def body_results(loop: Loop, params: dict[Any, Variable], batch: Batch, stacked: set[int]) -> list[Variable]:
    """What a step gives, of stacks: a state for the whole stack if it is one."""
    from symlab.core.batching.vectorize import vectorize_graph

    items = loop.body.body.args
    found = vectorize_graph(list(items), params)
    return [
        batch.filled(Operand(new, old.type.ndim)) if place in stacked and place < loop.states else new
        for place, (new, old) in enumerate(zip(found, items, strict=True))
    ]


def behind(rows: Variable, depth: int) -> Variable:
    """A history with the axis of the steps behind the axes of the stack."""
    axes = range(rows.ndim)
    return rows if not depth else shuffled(rows, (*axes[1 : depth + 1], 0, *axes[depth + 1 :]))
