"""One element of a result, and the elements of the operands from which it follows.

A box says which part of an array is wanted: for each axis one place, or all of them. From the box of a result follow
those of its operands, so that a single element of a large graph is computed without the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import PROJECT, Kind
from symlab.debug.exact import NoExactValue, as_exact, exact_node

Array = np.ndarray[Any, Any]
Box = tuple[int | None, ...]
Part = tuple[Expr, Box]
Place = tuple[int, ...]
MOVING = ("specify_shape", "unbroadcast", "copy")  # structural ops whose result has the elements of the operand


@dataclass(frozen=True, eq=False)
class Numbers:
    """A kind of numbers: how a node's array becomes such numbers, a node on them, and one of them as mpmath's."""

    convert: Callable[[Expr, Array], Array]
    node: Callable[[Expr, Sequence[Array]], Array]
    read: Callable[[Any], Any]


EXACT = Numbers(lambda node, array: as_exact(array), exact_node, lambda value: value)


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a rewrite over free nodes: its nodes, operands first, and the shape of each."""

    root: Expr
    nodes: tuple[Expr, ...]
    free: frozenset[Expr]
    shapes: Mapping[Expr, tuple[int, ...]]

    def parts(self, place: Place) -> list[Part]:
        """The parts that one element of the root follows from, operands first."""
        wanted: dict[Expr, dict[Box, None]] = {self.root: {place: None}}
        found: list[Part] = []
        for node in reversed(self.nodes):
            for box in wanted.get(node, ()):
                found.append((node, box))
                if not self.is_given(node):
                    for arg, part in zip(node.args, self.operand_boxes(node, box), strict=True):
                        wanted.setdefault(arg, {})[part] = None
        return found[::-1]

    def is_given(self, node: Expr) -> bool:
        """Whether a node is not computed here."""
        return node in self.free or node.op.kind is Kind.LEAF

    def size(self, parts: Sequence[Part]) -> int:
        """How many elements parts have."""
        return sum(int(np.prod(self.extent(node, box))) for node, box in parts)

    def extent(self, node: Expr, box: Box) -> tuple[int, ...]:
        """The shape of a part."""
        return tuple(1 if place is not None else size for place, size in zip(box, self.shapes[node], strict=True))

    def value(self, place: Place, given: Mapping[Expr, Array], numbers: Numbers = EXACT) -> Any:
        """One element of the root, from the values of the free nodes."""
        known: dict[Part, Array] = {}
        for node, box in self.parts(place):
            if self.is_given(node):
                value = given[node] if node in given else constant_value(node)
                known[node, box] = numbers.convert(node, picked(box, np.asarray(value)))
                continue
            boxes = self.operand_boxes(node, box)
            args = [known[pair] for pair in zip(node.args, boxes, strict=True)]
            known[node, box] = self.computed(node, box, args, numbers)
        return numbers.read(known[self.root, place].reshape(-1)[0])

    def computed(self, node: Expr, box: Box, args: Sequence[Array], numbers: Numbers) -> Array:
        """A part of a node, from the parts of its operands."""
        if node.op.name == "broadcast_to":
            return np.broadcast_to(args[0], self.extent(node, box))
        if node.op.name in MOVING:
            return args[0]
        if node.op.name == "size_of":
            return np.asarray(np.int64(self.shapes[node.args[0]][node.attr("axis")]))
        value = numbers.node(node, args)
        return picked(box, value)

    def operand_boxes(self, node: Expr, box: Box) -> Iterator[Box]:
        """The part of each operand that a part of a node follows from."""
        for place, arg in enumerate(node.args):
            shape = self.shapes[arg]
            if node.op.kind is Kind.ELEMENTWISE or (node.op.name == "broadcast_to" and place == 0):
                lead = len(box) - len(shape)
                yield tuple(only(box[lead + axis], size) for axis, size in enumerate(shape))
            elif node.op.kind is Kind.REDUCTION:
                yield folded_box(node, box, len(shape))
            elif node.op.name == "dimshuffle":
                yield shuffled_box(node.attr("pattern"), box, len(shape))
            elif node.op.name in MOVING and place == 0:
                yield box
            elif node.op.name == "size_of":
                yield (0,) * len(shape) if 0 not in shape else (None,) * len(shape)
            else:
                yield (None,) * len(shape)


def only(place: int | None, size: int) -> int | None:
    """The place along an axis of an operand that is repeated where it has size 1."""
    return 0 if size == 1 and place is not None else place


def folded_box(node: Expr, box: Box, rank: int) -> Box:
    """The part of the operand of a reduction: all along its axes."""
    axes = node.attr("axes")
    kept = iter(box)
    if len(box) == rank:
        return tuple(None if axis in axes else place for axis, place in enumerate(box))
    return tuple(None if axis in axes else next(kept) for axis in range(rank))


def shuffled_box(pattern: Sequence[Any], box: Box, rank: int) -> Box:
    """The part of the operand of `dimshuffle`; axes that are dropped have one place."""
    places: list[int | None] = [0] * rank
    for target, source in enumerate(pattern):
        if source != "x":
            places[source] = box[target]
    return tuple(places)


def picked(box: Box, array: Array) -> Array:
    """A part of an array; along an axis of size 1 it has been picked already."""
    if not array.ndim:
        return array
    return array[
        tuple(slice(None) if at is None or size == 1 else slice(at, at + 1) for at, size in zip(box, array.shape))
    ]


def side_of(root: Expr, free: frozenset[Expr], values: Mapping[Expr, Array]) -> Side:
    """One side of a rewrite, given the values of its nodes; a result of a node with several is not computed again."""
    free = free | {node for node in toposort([root], free) if node.op is PROJECT}
    nodes = tuple(toposort([root], free))
    return Side(root, nodes, free, {node: np.shape(values[node]) for node in nodes})


# Wider floating-point numbers


def as_wide(node: Expr, array: Array) -> Array:
    """The widest floating-point type that NumPy has."""
    wide = {"f": np.longdouble, "c": np.clongdouble}.get(array.dtype.kind)
    return array if wide is None else array.astype(wide)


def wide_node(node: Expr, args: Sequence[Array]) -> Array:
    """One node on wide numbers; some functions compute in double all the same, and are refused."""
    with np.errstate(all="ignore"):
        try:
            value = args[0]
            if node.op.flat and len(args) > 2:
                for arg in args[1:]:
                    value = node.op.compute(value, arg)
            else:
                value = np.asarray(node.op.compute(*args, **node.attributes))
        except (TypeError, ValueError) as error:
            raise NoExactValue(f"{node.op.name}: {error}") from None
    if node.type.dtype.kind in "fc" and value.dtype.itemsize < np.dtype(np.longdouble).itemsize:
        raise NoExactValue(f"{node.op.name} is not computed in {np.dtype(np.longdouble)}")
    return value


def read_wide(value: Any) -> Any:
    """A wide number as mpmath's, exactly; integers and truth values as they are."""
    if value.dtype.kind not in "fc":
        return value
    if value.dtype.kind == "c":
        return mpmath.mpc(read_wide(value.real), read_wide(value.imag))
    high = float(value)
    return mpmath.mpf(high) + (mpmath.mpf(float(value - type(value)(high))) if np.isfinite(high) else 0)


WIDE = Numbers(as_wide, wide_node, read_wide)
