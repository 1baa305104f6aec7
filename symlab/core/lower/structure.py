"""The structural ops as lowering sees them: symbolic shapes, and which element of the operand an element of a view is.

A map says, for each axis of an array, at which index an element is read: `(axis, step, offset)` is step times the
position on a loop's axis plus an offset, and axis -1 is no axis. A view composes its map with that of its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.lower.facts import Facts, NotCompilable, Problem
from symlab.core.lower.sizes import Size, Sizes, add, multiply, product, subtract
from symlab.core.ops.create import progression_size

Entry = tuple[int, Size, Size]
Map = tuple[Entry, ...]
ZERO: Entry = (-1, 0, 0)
GIVEN = "?"


def along(axis: int) -> Entry:
    """The map entry of an axis that a loop's axis runs over from end to end."""
    return (axis, 1, 0)


def sizes_in(facts: Facts, template: Sequence[Any], given: Sequence[Expr]) -> list[Any]:
    """An attribute with the values of operands in the places that are left to them."""
    following = iter(given)
    return [facts.integer(next(following)) if entry == GIVEN else entry for entry in template]


# Shapes


def size_shape(facts: Facts, node: Expr) -> Sizes:
    """A size is a scalar."""
    return ()


def same_shape(facts: Facts, node: Expr) -> Sizes:
    """The first operand's shape."""
    return facts.shapes[node.args[0]]


def reshaped(facts: Facts, node: Expr) -> Sizes:
    """The wanted sizes, with -1 found from the number of elements; elements may be neither lost nor made."""
    total = product(facts.shapes[node.args[0]])
    sizes = sizes_in(facts, node.attr("shape"), node.args[1:])
    for axis, size in enumerate(sizes):
        if size != -1:
            facts.check(Problem.NEGATIVE, node, size, 0, axis)
    if -1 in sizes:
        rest = product(size for size in sizes if size != -1)
        sizes[sizes.index(-1)] = facts.table.floor_divide(total, rest)
    facts.check(Problem.ELEMENTS, node, total, product(sizes))
    return tuple(static if static is not None else size for static, size in zip(node.type.shape, sizes))


def shuffled(facts: Facts, node: Expr) -> Sizes:
    """Axes in another order."""
    shape = facts.shapes[node.args[0]]
    return tuple(1 if axis == "x" else shape[axis] for axis in node.attr("pattern"))


def spread(facts: Facts, node: Expr) -> Sizes:
    """The wanted sizes; an axis that is not declared to be of size 1 has them already."""
    source = node.args[0]
    sizes = sizes_in(facts, node.attr("shape"), node.args[1:])
    lead = len(sizes) - len(source.type.shape)
    for axis, (size, static) in enumerate(zip(facts.shapes[source], source.type.shape), lead):
        if static != 1:
            sizes[axis] = facts.equal(node, axis, size, sizes[axis])
    for axis, size in enumerate(sizes):
        facts.check(Problem.NEGATIVE, node, size, 0, axis)
    return tuple(sizes)


def specified(facts: Facts, node: Expr) -> Sizes:
    """The operand's sizes, equal to what was declared."""
    shape = facts.shapes[node.args[0]]
    return tuple(
        size if wanted is None else facts.equal(node, axis, size, wanted)
        for axis, (size, wanted) in enumerate(zip(shape, node.attr("shape")))
    )


def joined(facts: Facts, node: Expr) -> Sizes:
    """The sizes of the parts, added along one axis and equal along the others."""
    along_axis = node.attr("axis") % len(node.type.shape)
    found = list(facts.shapes[node.args[0]])
    for part in node.args[1:]:
        for axis, size in enumerate(facts.shapes[part]):
            if axis == along_axis:
                found[axis] = add(found[axis], size)
            else:
                found[axis] = facts.equal(node, axis, found[axis], size)
    return tuple(found)


def vector_shape(facts: Facts, node: Expr) -> Sizes:
    """One element per operand."""
    return (len(node.args),)


def progression(facts: Facts, node: Expr) -> Sizes:
    """The number of steps from start to stop."""
    bounds = node.attr("bounds")
    if GIVEN not in bounds:
        return (progression_size(bounds) or 0,)
    if np.dtype(node.attr("dtype")).kind not in "iu":
        raise NotCompilable("the size of a progression depends on floating-point numbers of the call", node)
    start, stop, step = sizes_in(facts, bounds, node.args)
    facts.check(Problem.STEP, node, step)
    return (facts.table.maximum(facts.table.ceil_divide(subtract(stop, start), step), 0),)


def entries(facts: Facts, node: Expr) -> Iterator[tuple[Any, Size]]:
    """Each entry of the attribute `index` with its operands' values filled in, and the size of its axis."""
    given = iter(node.args[1 if node.op.name == "slice" else 2 :])

    def number(entry: Any) -> Any:
        return facts.integer(next(given)) if entry == GIVEN else entry

    for entry, size in zip(node.attr("index"), facts.shapes[node.args[0]]):
        yield (tuple(number(part) for part in entry) if isinstance(entry, tuple) else number(entry)), size


def sliced(facts: Facts, node: Expr) -> Sizes:
    """The sizes of what an index picks; an integer must lie within its axis."""
    for axis, (entry, size) in enumerate(entries(facts, node)):
        if not isinstance(entry, tuple):
            facts.check(Problem.INDEX, node, entry, size, axis)
    return part_sizes(facts, node)


def part_sizes(facts: Facts, node: Expr) -> Sizes:
    """The sizes of what the attribute `index` picks."""
    return tuple(
        slice_bounds(facts, entry, size)[1] for entry, size in entries(facts, node) if isinstance(entry, tuple)
    )


def slice_bounds(facts: Facts, entry: tuple[Any, ...], size: Size) -> tuple[Size, Size]:
    """The first index of a slice and the number of its elements, as Python clips them."""
    table, (start, stop, step) = facts.table, entry
    if step is None:
        step = 1
    if not isinstance(step, int):
        raise NotCompilable("the step of a slice is computed during the call")
    low, high = (0, size) if step > 0 else (-1, subtract(size, 1))

    def clipped(bound: Size) -> Size:
        return table.maximum(table.minimum(table.wrap(bound, size), high), low)

    first = (low if step > 0 else high) if start is None else clipped(start)
    last = (high if step > 0 else low) if stop is None else clipped(stop)
    gap = subtract(last, first) if step > 0 else subtract(first, last)
    return first, table.maximum(table.ceil_divide(gap, abs(step)), 0)


def written(facts: Facts, node: Expr) -> Sizes:
    """The shape of an array a part of which is replaced or incremented by a value that fits there."""
    fit_value(facts, node, sliced(facts, node))
    return facts.shapes[node.args[0]]


def fit_value(facts: Facts, node: Expr, target: Sizes) -> None:
    """The value that is written has the sizes of its place, or is declared to broadcast."""
    value = node.args[1]
    for axis in range(-len(value.type.shape), 0):
        if value.type.shape[axis] != 1:
            facts.equal(node, axis, facts.shapes[value][axis], target[axis])


def multiplied(facts: Facts, node: Expr) -> Sizes:
    """The shape of a product of matrices, vectors or stacks; `product_added` has what is added as its first operand."""
    before = node.op.name == "product_added"
    first, second = node.args[before : before + 2]
    left, right = facts.shapes[first], facts.shapes[second]
    inner = max(len(right) - 2, 0)
    facts.equal(node, inner, left[-1], right[inner])
    if len(right) > 2 or len(left) > 2:
        shape = (*stacked(facts, node, first, second), left[-2], right[-1])
    else:
        shape = left[:-1] + right[1:]
    if node.op.name == "product_added":
        for axis, (size, other) in enumerate(zip(facts.shapes[node.args[0]], shape)):
            facts.equal(node, axis, size, other)
    return shape


def stacked(facts: Facts, node: Expr, first: Expr, second: Expr) -> Sizes:
    """The axes in front of two stacks of matrices, which broadcast where they are declared to."""
    rank = max(len(first.type.shape), len(second.type.shape)) - 2
    found: dict[int, Size] = {}
    for stack in (first, second):
        lead = rank + 2 - len(stack.type.shape)
        for axis, (size, static) in enumerate(zip(facts.shapes[stack][:-2], stack.type.shape), lead):
            if static != 1:
                found[axis] = facts.equal(node, axis, found[axis], size) if axis in found else size
    return tuple(found.get(axis, 1) for axis in range(rank))


def taken(facts: Facts, node: Expr) -> Sizes:
    """The sizes of what index arrays pick."""
    return taken_sizes(facts, node, node.args[1:])


def scattered(facts: Facts, node: Expr) -> Sizes:
    """The shape of an array in which index arrays pick what is replaced or incremented by a value that fits there."""
    fit_value(facts, node, taken_sizes(facts, node, node.args[2:]))
    return facts.shapes[node.args[0]]


def taken_sizes(facts: Facts, node: Expr, indices: Sequence[Expr]) -> Sizes:
    """The sizes of index arrays, broadcast, in place of the axes that they pick from; in front unless these adjoin."""
    axes = node.attr("axes")
    rest = [size for axis, size in enumerate(facts.shapes[node.args[0]]) if axis not in axes]
    place = axes[0] if axes[-1] - axes[0] == len(axes) - 1 else 0
    return (*rest[:place], *facts.broadcast(node, indices), *rest[place:])


def recurrent(facts: Facts, node: Expr) -> Sizes:
    """The shape of factors and terms, which must be equal."""
    shape = facts.shapes[node.args[0]]
    return tuple(facts.equal(node, axis, *sizes) for axis, sizes in enumerate(zip(shape, facts.shapes[node.args[1]])))


SHAPES: Mapping[str, Callable[[Facts, Expr], Sizes]] = MappingProxyType(
    {
        "size_of": size_shape,
        "reshape": reshaped,
        "dimshuffle": shuffled,
        "broadcast_to": spread,
        "specify_shape": specified,
        "unbroadcast": same_shape,
        "join": joined,
        "make_vector": vector_shape,
        "arange": progression,
        "slice": sliced,
        "set_slice": written,
        "inc_slice": written,
        "dot": multiplied,
        "matmul": multiplied,
        "product_added": multiplied,
        "product_scaled": multiplied,
        "take": taken,
        "recurrence": recurrent,
        "set_take": scattered,
        "inc_take": scattered,
        **dict.fromkeys(("cumsum", "cumprod", "sort", "argsort", "to_device", "to_host"), same_shape),
    }
)

# Views


def same_elements(facts: Facts, node: Expr, at: Map) -> Map:
    """The operand at the same place."""
    return at


def before_shuffle(facts: Facts, node: Expr, at: Map) -> Map:
    """Each axis of the operand where the pattern put it; one that was left out has one element."""
    places = {axis: place for place, axis in enumerate(node.attr("pattern")) if axis != "x"}
    return tuple(at[places[axis]] if axis in places else ZERO for axis in range(len(node.args[0].type.shape)))


def before_spread(facts: Facts, node: Expr, at: Map) -> Map:
    """The operand of `broadcast_to`, or of an elementwise op whose operands broadcast."""
    return operand_map(node.args[0], at)


def operand_map(operand: Expr, at: Map) -> Map:
    """Where an operand is read that broadcasts to the place `at`."""
    shape = operand.type.shape
    if len(shape) == len(at) and 1 not in shape:
        return at
    return tuple(ZERO if size == 1 else entry for size, entry in zip(shape, at[len(at) - len(shape) :]))


def before_slice(facts: Facts, node: Expr, at: Map) -> Map:
    """The operand of a slice."""
    following = iter(at)
    found: list[Entry] = []
    for entry, size in entries(facts, node):
        if not isinstance(entry, tuple):
            found.append((-1, 0, facts.table.wrap(entry, size)))
            continue
        first, _ = slice_bounds(facts, entry, size)
        axis, step, offset = next(following)
        by = 1 if entry[2] is None else entry[2]
        found.append((axis, multiply(step, by), add(first, multiply(offset, by))))
    return tuple(found)


def before_reshape(facts: Facts, node: Expr, at: Map) -> Map | None:
    """The operand of a reshape that only adds or drops axes of size 1; None for any other."""
    shape, source = facts.shapes[node], facts.shapes[node.args[0]]
    kept = [(size, entry) for size, entry in zip(shape, at) if size != 1]
    if [size for size, _ in kept] != [size for size in source if size != 1]:
        return None
    following = (entry for _, entry in kept)
    return tuple(ZERO if size == 1 else next(following) for size in source)


def keeps_order(node: Expr) -> bool:
    """Whether an op leaves the elements in memory as they are: it changes the shape alone."""
    if node.op.name == "dimshuffle":
        kept = [axis for axis in node.attr("pattern") if axis != "x"]
        return kept == sorted(kept)
    return node.op.name in {"reshape", "specify_shape", "unbroadcast"}


VIEWS: Mapping[str, Callable[[Facts, Expr, Map], Map | None]] = MappingProxyType(
    {
        "dimshuffle": before_shuffle,
        "broadcast_to": before_spread,
        "specify_shape": same_elements,
        "unbroadcast": same_elements,
        "slice": before_slice,
        "reshape": before_reshape,
    }
)
