"""How each op is computed for a stack: `rule(node, operands, batch)` gives the stack of its results.

Elementwise ops and reductions need no rule of their own, and no library routine does whose record says
`extra["leading"]`: it takes axes in front as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.batching import control, gathers, images
from symlab.core.batching.stack import Batch, Operand, Unbatchable
from symlab.core.ir.errors import message
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind, Op
from symlab.core.ops import (
    agreement,
    branch,
    conv,
    cumulative,
    fourier,
    gather,
    index,
    join,
    linalg,
    loop,
    passing,
    random,
    search,
    shape,
    solver,
    sort,
    windows,
)
from symlab.core.ops.elementwise import mul
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.reduce import sum as total
from symlab.core.ops.shape import filled_in, reshaped, shuffled, sizes_of, spread, with_new_axes

Operands = Sequence[Operand]
Rule = Callable[[Expr, Operands, Batch], Any]


def applied(node: Expr, *values: Variable, **changed: Any) -> Any:
    """The node's op over other operands, some attributes changed."""
    return node.op(*values, **{**node.attributes, **changed})


def batched(node: Expr, operands: Operands) -> Any:
    """A node over operands of which some are stacks."""
    if not any(operand.depth for operand in operands):
        return applied(node, *[operand.value for operand in operands])
    batch = Batch.of(operands)
    rule = RULES.get(node.op) or BY_KIND.get(node.op.kind) or stated(node)
    if rule is None:
        raise unbatchable(node, "its result has another shape for each, or nobody said how")
    return rule(node, operands, batch)


def stated(node: Expr) -> Rule | None:
    """The rule that a record's facts state: axes in front as they are, or one array after another."""
    facts = node.op.extra
    if facts.get("leading"):
        return leading
    return control.one_by_one if facts.get("python") or facts.get("inline") == "closed" else None


def unbatchable(node: Expr, why: str) -> Unbatchable:
    """The error for a node that cannot be computed for a stack."""
    problem = f"{node.op.name} cannot be computed for a stack of inputs at once: {why}"
    return Unbatchable(message(problem, [(node.op.name, node)], ["scan or map over the stack"]))


def numbers(node: Expr, operands: Operands) -> list[Variable]:
    """Operands that are sizes or bounds, which must be the same for the whole stack."""
    if any(item.depth for item in operands):
        raise unbatchable(node, "the shape of its result would differ within the stack")
    return [item.value for item in operands]


def elementwise(node: Expr, operands: Operands, batch: Batch) -> Any:
    """Axes that broadcast within the result come behind those of the batch."""
    rank = node.type.ndim
    return applied(node, *[item.value if not item.depth else batch.lifted(item, rank) for item in operands])


def reduction(node: Expr, operands: Operands, batch: Batch) -> Any:
    """The same axes, counted behind the batch."""
    values = [batch.lifted(operands[0])] if len(operands) == 1 else [batch.filled(item) for item in operands]
    return applied(node, *values, axes=tuple(axis + batch.depth for axis in node.attr("axes")))


def leading(node: Expr, operands: Operands, batch: Batch) -> Any:
    """An op that takes axes in front as they are."""
    return applied(node, *[batch.filled(item) for item in operands])


def as_it_is(node: Expr, operands: Operands, batch: Batch) -> Any:
    """An op that does not look at axes."""
    return applied(node, operands[0].value)


def along_axis(node: Expr, operands: Operands, batch: Batch) -> Any:
    """An op along one axis of operands of one shape."""
    axis = node.attr("axis") % node.type.ndim + batch.depth
    return applied(node, *[batch.filled(item) for item in operands], axis=axis)


# Sizes and views


def size_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """A size is the same for the whole stack."""
    return applied(node, operands[0].value, axis=node.attr("axis") + operands[0].depth)


def reshape_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """The batch's sizes before the new shape."""
    sizes = filled_in(node.attr("shape"), numbers(node, operands[1:]))
    return reshaped(batch.lifted(operands[0]), (*batch.sizes, *sizes))


def dimshuffle_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """The batch's axes stay in front."""
    moved = [axis if axis == "x" else axis + batch.depth for axis in node.attr("pattern")]
    return shuffled(batch.lifted(operands[0]), (*range(batch.depth), *moved))


def broadcast_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """New axes come behind the batch."""
    template = node.attr("shape")
    sizes = filled_in(template, numbers(node, operands[1:]))
    return spread(batch.lifted(operands[0], len(template)), (*batch.sizes, *sizes))


def specify_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """Nothing is said of the batch's sizes."""
    return applied(node, batch.lifted(operands[0]), shape=(*[None] * batch.depth, *node.attr("shape")))


def unbroadcast_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """The same axes, counted behind the batch."""
    axes = tuple(axis % node.type.ndim + batch.depth for axis in node.attr("axes"))
    return applied(node, batch.lifted(operands[0]), axes=axes)


def vector_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """Scalars side by side on a new last axis."""
    columns = [with_new_axes(batch.filled(item), [batch.depth], batch.depth + 1) for item in operands]
    return join.join(*columns, axis=batch.depth)


# Slices


def slice_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """Everything of the batch; places that differ within it are taken from what the rest of the index leaves."""
    x, *given = operands
    following = iter(given)
    rest: list[Any] = []
    left: list[Operand] = []
    places: dict[int, Operand] = {}  # by axes of what the rest of the index leaves
    for entry in node.attr("index"):
        own = [next(following) for number in index.numbers_in((entry,)) if number == shape.GIVEN]
        differs = entry == shape.GIVEN and own[0].depth > 0
        if differs:
            places[len([other for other in rest if isinstance(other, tuple)])] = own[0]
        left += [] if differs else own
        rest.append(index.WHOLE if differs else entry)
    values = [batch.lifted(x), *numbers(node, left)]
    found = applied(node, *values, index=(*[index.WHOLE] * batch.depth, *rest))
    if not places:
        return found
    arrays = [*gathers.batch_places(batch, 0), *map(batch.lifted, places.values())]
    axes = (*range(batch.depth), *(axis + batch.depth for axis in places))
    return gather.take(spread(found, (*batch.sizes, *sizes_of(found)[batch.depth :])), *arrays, axes=axes)


def written_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """The value's axes fit those of what is written, behind the batch."""
    if any(item.depth for item in operands[2:]):
        return written_at_places(node, operands, batch)
    entries = node.attr("index")
    rank = sum(1 for entry in entries if isinstance(entry, tuple))
    values = [batch.filled(operands[0]), batch.lifted(operands[1], rank), *numbers(node, operands[2:])]
    return applied(node, *values, index=(*[index.WHOLE] * batch.depth, *entries))


def written_at_places(node: Expr, operands: Operands, batch: Batch) -> Any:
    """Written where the places differ within the stack, beside axes that are taken as a whole."""
    x, value, *given = operands
    following = iter(given)
    places: dict[int, Operand] = {}
    for axis, entry in enumerate(node.attr("index")):
        if entry == shape.GIVEN:
            places[axis] = next(following)
        elif isinstance(entry, int):
            places[axis] = Operand(constant(entry, dtype=np.int64), 0)
        elif entry != index.WHOLE:
            numbers(node, given)
    arrays = [*gathers.batch_places(batch, 0), *map(batch.lifted, places.values())]
    axes = (*range(batch.depth), *(axis + batch.depth for axis in places))
    write = gather.set_take if node.op is index.set_slice else gather.inc_take
    rest = x.rank - len(places)
    new = spread(batch.filled(value, rest), [*batch.sizes, *kept_sizes(x, places)])
    return write(batch.filled(x), new, *arrays, axes=axes)


def kept_sizes(x: Operand, places: Collection[int]) -> list[Any]:
    """The sizes of the axes at which no place is told."""
    own = sizes_of(x.value)[x.depth :]
    return [size for axis, size in enumerate(own) if axis not in places]


# Products


def dot_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """A stack of vectors times one matrix is a product of matrices; all else is a stack of products."""
    first, second = operands
    match first.rank, second.rank:
        case 1, 1:
            return total(mul(batch.lifted(first), batch.lifted(second)), axes=(batch.depth,), keepdims=False)
        case 1, 2 if not second.depth:
            return matrices(first.value, second.value)
        case 2, 1 if not first.depth:
            return matrices(second.value, linalg.turned(first.value))
        case 1, 2:
            row = with_new_axes(batch.lifted(first), [batch.depth], batch.depth + 2)
            return without(linalg.matmul(row, batch.lifted(second)), batch.depth)
        case 2, 1:
            column = with_new_axes(batch.lifted(second), [batch.depth + 1], batch.depth + 2)
            return without(linalg.matmul(batch.lifted(first), column), batch.depth + 1)
    if not second.depth:
        return matrices(first.value, second.value)
    return linalg.matmul(batch.lifted(first), batch.lifted(second))


def matrices(rows: Variable, matrix: Variable) -> Any:
    """A stack of rows times one matrix."""
    if rows.ndim == 2:
        return linalg.dot(rows, matrix)
    return linalg.matmul(rows, with_new_axes(matrix, range(rows.ndim - 2), rows.ndim))


def without(x: Variable, axis: int) -> Variable:
    """`x` without an axis of size 1."""
    return shuffled(x, [place for place in range(x.ndim) if place != axis])


def halves_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """Axes in front as they are; the size is the same for the whole stack."""
    return applied(node, batch.filled(operands[0]), *numbers(node, operands[1:]))


def matmul_rule(node: Expr, operands: Operands, batch: Batch) -> Any:
    """Axes of stacks broadcast: the batch's come before them."""
    rank = node.type.ndim
    return applied(node, *[item.value if not item.depth else batch.lifted(item, rank) for item in operands])


BY_KIND: Mapping[Kind, Rule] = MappingProxyType({Kind.ELEMENTWISE: elementwise, Kind.REDUCTION: reduction})
RULES: Mapping[Op, Rule] = MappingProxyType(
    {
        **dict.fromkeys(
            (passing.copy, passing.disconnected_grad, passing.zero_grad, passing.undefined_grad, passing.grad_clip,
             passing.grad_scale, agreement.within, windows.windows, windows.filled_by, passing.assume), as_it_is,
        ),
        **dict.fromkeys((cumulative.cumsum, cumulative.cumprod, cumulative.recurrence), along_axis),
        **dict.fromkeys((cumulative.cummax, cumulative.cummin, cumulative.logcumsumexp), along_axis),
        **dict.fromkeys((sort.sort, sort.argsort, join.join), along_axis),
        **dict.fromkeys((index.set_slice, index.inc_slice), written_rule),
        **dict.fromkeys((gather.set_take, gather.inc_take), gathers.written_rule),
        shape.size_of: size_rule,
        shape.reshape: reshape_rule,
        shape.dimshuffle: dimshuffle_rule,
        shape.broadcast_to: broadcast_rule,
        shape.specify_shape: specify_rule,
        shape.unbroadcast: unbroadcast_rule,
        join.make_vector: vector_rule,
        index.slice: slice_rule,
        gather.take: gathers.take_rule,
        search.searchsorted: gathers.searched_rule,
        conv.conv: images.conv_rule,
        conv.conv_images: images.conv_rule,
        conv.conv_filters: images.conv_rule,
        windows.windows_added: halves_rule,
        fourier.irfft: halves_rule,
        linalg.dot: dot_rule,
        linalg.matmul: matmul_rule,
        **dict.fromkeys((random.quantile, random.multinomial_quantile), leading),
        **dict.fromkeys((search.bincount, solver.SOLVER), control.one_by_one),
        branch.IFELSE: control.choice_rule,
        loop.SCAN: control.loop_rule,
    }
)  # fmt: skip
