"""What is known of a graph's nodes before any call: symbolic shapes, integers that decide them, what to check."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, INPUT, PROJECT, SHARED, Kind, Op
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.lower.sizes import Poly, Size, Sizes, SizeTable, add, degree, multiply, product, subtract
from symlab.core.ops.loop import SCAN

LONGEST_KNOWN = 64  # vectors of integers whose elements are followed one by one
MOST_TERMS = 16


class NotCompilable(Exception):
    """A graph that the compiled back ends do not take; the text says why.

    `node` is what can be compiled around, once its value is known.
    """

    def __init__(self, reason: str, node: Expr | None = None) -> None:
        super().__init__(reason)
        self.node = node


class Problem(IntEnum):
    """What a call may find wrong; the code that generated functions return."""

    SIZES = 1  # axis, size, other size: they must be equal
    ELEMENTS = 2  # elements, elements of the new shape
    NEGATIVE = 3  # a size
    INDEX = 4  # index, axis, size
    EMPTY = 5  # nothing to take the largest of
    TOO_LARGE = 6  # more bytes than can be
    REFERENCE = 7  # the reference of the node raised
    STEP = 8  # a step of 0
    INTERRUPTED = 9  # nothing: the caller is to stop, by an interrupt


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on sizes, which depends on the problem; `axis` is for the message.

    `left == right` (SIZES, ELEMENTS), `left >= 0` (NEGATIVE), `-right <= left < right` (INDEX),
    `left > 0 or right == 0` (EMPTY), `left != 0` (STEP).
    """

    problem: Problem
    node: Expr
    left: Size
    right: Size
    axis: int = 0


class Facts:
    """Symbolic shapes and integer values of all nodes of a graph, in one walk from the operands to the roots.

    `steady` are parameters that are the same in every step of a loop. `source(node)` is the user's node that a node is
    part of, which may hold for empty rows where its parts do not. `bodies` are the facts of bodies of loops that are
    known, by loop and roots: those of loops within loops are asked for at every level around them.
    """

    steady: Collection[Expr] = frozenset()

    def __init__(
        self,
        order: Sequence[Expr],
        operands: Mapping[Expr, int],
        source: Callable[[Expr], Expr],
        bodies: dict[tuple[Expr, ...], Any] | None = None,
    ) -> None:
        self.order, self.operands, self.source = order, operands, source
        self.bodies = {} if bodies is None else bodies
        self.table = SizeTable()
        self.shapes: dict[Expr, Sizes] = {}
        self.parts: dict[Expr, tuple[Sizes, ...]] = {}  # the shapes of several results
        self.values: dict[Expr, Sizes] = {}
        self.checks: list[Check] = []
        for node in order:
            self.visit(node)
        self.settle()

    def visit(self, node: Expr) -> None:
        """Find out about one node whose operands are known."""
        if node.op is SCAN:
            from symlab.core.lower.loops import loop_shapes

            self.parts[node] = loop_shapes(self, node)
            return
        if isinstance(node.type, TupleType):
            self.parts[node] = stated_shapes(self, node, node.type.items)
            return
        if node.op.kind is Kind.ELEMENTWISE:
            self.shapes[node] = self.broadcast(node, node.args)
        else:
            self.shapes[node] = shape_rule(node)(self, node)
        if node.type.dtype.kind in "iu" and len(node.type.shape) < 2:
            value = self.value_of(node)
            if value is not None:
                self.values[node] = value

    def settle(self) -> None:
        """Put what was found to be equal into every shape and value."""
        self.table.settle()
        memo: dict[Sizes, Sizes] = {}
        for found in (self.shapes, self.values):
            for node, sizes in found.items():
                known = memo.get(sizes)
                if known is None:
                    known = memo[sizes] = tuple([self.table.settled(size) for size in sizes])
                found[node] = known

    def check(self, problem: Problem, node: Expr, left: Size, right: Size = 0, axis: int = 0) -> None:
        """Note a condition, unless it holds for certain."""
        left, right = self.table.known(left), self.table.known(right)
        if problem in (Problem.SIZES, Problem.ELEMENTS):
            if left == right:
                return
        elif problem is Problem.NEGATIVE and self.table.not_negative(left):
            return
        elif isinstance(left, int) and isinstance(right, int):
            certain = {
                Problem.INDEX: -right <= left < right,
                Problem.EMPTY: left > 0 or right == 0,
                Problem.STEP: left != 0,
            }
            if certain.get(problem, False):
                return
        self.checks.append(Check(problem, node, left, right, axis))

    def equal(self, node: Expr, axis: int, left: Size, right: Size) -> Size:
        """Two sizes that must be equal; the one to go on with."""
        if left != right:
            self.check(Problem.SIZES, node, left, right, axis)
            self.table.unify(left, right)
        return right if isinstance(right, int) else left

    def broadcast(self, node: Expr, args: Sequence[Expr]) -> Sizes:
        """The shape of operands together: sizes that are not known to be 1 must be equal."""
        shapes = self.shapes
        first = shapes[args[0]]
        if all(shapes[arg] == first for arg in args) and len({arg.type.shape for arg in args}) == 1:
            return first
        rank = max(len(shapes[arg]) for arg in args)
        found: dict[int, Size] = {}
        for arg in args:
            lead = rank - len(shapes[arg])
            for axis, (size, static) in enumerate(zip(shapes[arg], arg.type.shape), lead):
                if static != 1:
                    found[axis] = self.equal(node, axis, found[axis], size) if axis in found else size
        return tuple(found.get(axis, 1) for axis in range(rank))

    def integer(self, node: Expr) -> Size:
        """The value of an integer scalar that decides a size."""
        value = self.values.get(node)
        if value is None:
            raise NotCompilable(f"a size depends on {node.op.name}, which is computed during the call", node)
        return value[0]

    def value_of(self, node: Expr) -> Sizes | None:
        """The elements of an integer scalar or short vector, where they follow from sizes and integer operands."""
        rule = VALUES.get(node.op.name) if node.op.kind is not Kind.LEAF else leaf_value
        value = rule(self, node) if rule is not None else None
        return None if value is None or any(map(unwieldy, value)) else value


# Leaves


def leaf_shape(facts: Facts, node: Expr) -> Sizes:
    """Known sizes as numbers, others as what the operand tells."""
    if node.op is CONSTANT:
        return tuple(constant_value(node).shape)
    place = facts.operands[node]
    return tuple(
        facts.table.atom("dim", place, axis) if size is None else size for axis, size in enumerate(node.type.shape)
    )


def leaf_value(facts: Facts, node: Expr) -> Sizes | None:
    """The elements of a constant, or what reads them from an operand."""
    if any(size is None or size > LONGEST_KNOWN for size in node.type.shape):
        return None
    count = node.type.shape[0] if node.type.shape else 1
    if node.op is CONSTANT:
        return tuple(int(element) for element in constant_value(node).flat)
    if (node.op in (INPUT, SHARED) or node in facts.steady) and node.type.dtype != np.uint64:
        return tuple(element(facts, node, place, count) for place in range(count))
    return None


def element(facts: Facts, leaf: Expr, place: int, length: Size) -> Size:
    """What reads one element of an integer operand, 0 where the operand turns out to be shorter."""
    return facts.table.atom("value", facts.operands[leaf], place, length)


def unwieldy(size: Size) -> bool:
    """Whether a polynomial has grown beyond what decides sizes in earnest."""
    return isinstance(size, Poly) and (len(size.terms) > MOST_TERMS or degree(size) > MOST_TERMS)


# Shapes by kind


def shape_rule(node: Expr) -> Callable[[Facts, Expr], Sizes]:
    """How the shape of a node that is not elementwise is found."""
    if node.op.kind is Kind.LEAF:
        return leaf_shape
    if node.op.kind is Kind.REDUCTION:
        return folded_shape
    if node.op is PROJECT:
        return lambda facts, node: facts.parts[node.args[0]][node.attr("index")]
    if "sizes" in node.op.extra:
        return lambda facts, node: stated_shapes(facts, node, (array_of(node),))[0]
    from symlab.core.lower.structure import SHAPES

    return SHAPES.get(node.op.name, static_shape)


def folded_shape(facts: Facts, node: Expr) -> Sizes:
    """The operand's shape without the reduced axes, or with 1 in their places; as it is for a softmax of rows."""
    shape = facts.shapes[node.args[0]]
    if node.type.ndim == len(shape) and not node.attr("keepdims"):
        return shape
    axes = node.attr("axes")
    kept = [size for axis, size in enumerate(shape) if axis not in axes]
    if needs_element(node.op) and needs_element(facts.source(node).op):
        facts.check(Problem.EMPTY, node, product(shape[axis] for axis in axes), product(kept))
    if node.attr("keepdims"):
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return tuple(kept)


def needs_element(op: Op) -> bool:
    """Whether a reduction has no value over nothing."""
    return op.name in {"max", "min", "argmax", "argmin"}


def static_shape(facts: Facts, node: Expr) -> Sizes:
    """The shape of a node that only its reference knows how to compute: it must be in its type."""
    return static_sizes(node, array_of(node))


def array_of(node: Expr) -> ArrayType:
    """The type of a node that has one result."""
    assert isinstance(node.type, ArrayType)
    return node.type


def static_sizes(node: Expr, type: ArrayType) -> Sizes:
    """The sizes of a type, all of them known."""
    known = tuple(size for size in type.shape if size is not None)
    if len(known) < len(type.shape):
        raise NotCompilable(f"the sizes of {node.op.name} are known to its reference alone", node)
    return known


class Arithmetic:
    """What an op's rule of sizes computes with, for one node of a call."""

    def __init__(self, facts: Facts, node: Expr) -> None:
        self.facts, self.node = facts, node
        self.plus, self.minus, self.times = add, subtract, multiply
        self.floor_divide = facts.table.floor_divide
        self.maximum, self.minimum = facts.table.maximum, facts.table.minimum

    def value(self, place: int) -> Size:
        """The value of an operand that is an integer scalar."""
        return self.facts.integer(self.node.args[place])

    def solved(self, roots: Sequence[Expr], given: Mapping[Expr, Size]) -> Sizes:
        """The values of integer expressions, given those of their leaves."""
        from symlab.core.lower.told import solved

        try:
            return solved(self.facts, roots, given)
        except NotCompilable as refusal:
            raise NotCompilable(str(refusal), self.node) from None


def stated_shapes(facts: Facts, node: Expr, types: Sequence[ArrayType]) -> tuple[Sizes, ...]:
    """The shapes of results as the op's record derives them from those of the operands, known sizes as they are."""
    rule = node.op.extra.get("sizes")
    if rule is None:
        return tuple(static_sizes(node, item) for item in types)
    found = rule(Arithmetic(facts, node), *(facts.shapes[arg] for arg in node.args), **node.attributes)
    shapes = found if isinstance(node.type, TupleType) else (found,)
    return tuple(
        tuple(size if known is None else known for size, known in zip(shape, item.shape, strict=True))
        for shape, item in zip(shapes, types, strict=True)
    )


# Integers


def elementwise_value(combine: Callable[[SizeTable, Size, Size], Size]) -> Callable[[Facts, Expr], Sizes | None]:
    """A function of two integers, over scalars and short vectors; flat ops take more operands."""

    def rule(facts: Facts, node: Expr) -> Sizes | None:
        operands = [facts.values.get(arg) for arg in node.args]
        if any(operand is None for operand in operands):
            return None
        count = max(len(operand) for operand in operands if operand is not None)
        columns = [operand * count if len(operand) == 1 else operand for operand in operands if operand is not None]
        if any(len(column) != count for column in columns):
            return None
        total = columns[0]
        for column in columns[1:]:
            total = tuple(combine(facts.table, left, right) for left, right in zip(total, column))
        return total

    return rule


def unary_value(change: Callable[[Size], Size]) -> Callable[[Facts, Expr], Sizes | None]:
    """A function of one integer."""

    def rule(facts: Facts, node: Expr) -> Sizes | None:
        operand = facts.values.get(node.args[0])
        return None if operand is None else tuple(change(size) for size in operand)

    return rule


def size_value(facts: Facts, node: Expr) -> Sizes:
    """A size of an array."""
    return (facts.shapes[node.args[0]][node.attr("axis")],)


def gathered_value(facts: Facts, node: Expr) -> Sizes | None:
    """The elements of scalars and vectors one after another."""
    found: list[Size] = []
    for arg in node.args:
        value = facts.values.get(arg)
        if value is None or len(found) > LONGEST_KNOWN:
            return None
        found += value
    return tuple(found)


def product_value(facts: Facts, node: Expr) -> Sizes | None:
    """The product of a short vector."""
    operand = facts.values.get(node.args[0])
    return None if operand is None else (product(operand),)


def sliced_value(facts: Facts, node: Expr) -> Sizes | None:
    """One element of an integer vector, also of one whose length is not known; or a known part of a short one."""
    if len(node.attr("index")) != 1:
        return None
    (entry,) = node.attr("index")
    operand = facts.values.get(node.args[0])
    known = entry if isinstance(entry, int) else None
    if operand is not None and isinstance(entry, tuple) and "?" not in entry:
        return operand[slice(*entry)]
    if operand is not None and known is not None and -len(operand) <= known < len(operand):
        return (operand[known],)
    source = node.args[0]
    while source.op.name in ("to_device", "to_host"):
        source = source.args[0]
    if known is not None and known >= 0 and source.op in (INPUT, SHARED) and source.type.dtype != np.uint64:
        return (element(facts, source, known, facts.shapes[source][0]),)
    return None


VALUES: Mapping[str, Callable[[Facts, Expr], Sizes | None]] = MappingProxyType(
    {
        "add": elementwise_value(lambda table, left, right: add(left, right)),
        "sub": elementwise_value(lambda table, left, right: subtract(left, right)),
        "mul": elementwise_value(lambda table, left, right: multiply(left, right)),
        "floor_div": elementwise_value(SizeTable.floor_divide),
        "mod": elementwise_value(SizeTable.modulo),
        "maximum": elementwise_value(SizeTable.maximum),
        "minimum": elementwise_value(SizeTable.minimum),
        "neg": unary_value(lambda size: multiply(size, -1)),
        **dict.fromkeys(("cast", "to_device", "to_host"), unary_value(lambda size: size)),
        "prod": product_value,
        "size_of": size_value,
        "make_vector": gathered_value,
        "join": gathered_value,
        "slice": sliced_value,
    }
)
