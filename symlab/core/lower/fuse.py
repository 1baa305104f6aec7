"""Fusion: from a graph to kernels and calls in an order that is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import SHARED
from symlab.core.lower.buffers import Buffer, Buffers
from symlab.core.lower.emit import Emitter
from symlab.core.lower.facts import Check, Facts, NotCompilable
from symlab.core.lower.group import Group
from symlab.core.lower.grouping import Bounds, Grouping, Routine
from symlab.core.lower.loops import loop_call
from symlab.core.lower.prepare import Prepared, prepare
from symlab.core.lower.products import Operand
from symlab.core.lower.program import (
    BoundsCall,
    KernelCall,
    LoopCall,
    Matrix,
    ProductCall,
    ReferenceCall,
    TransferCall,
)
from symlab.core.lower.promises import PromisedFacts, dropped
from symlab.core.lower.roles import Role, role
from symlab.core.lower.sizes import Atom, Size, Sizes, row_major

Step = KernelCall | ProductCall | BoundsCall | ReferenceCall | LoopCall | TransferCall


@dataclass(frozen=True, eq=False)
class Refusal:
    """Why a graph is not compiled as a whole, and the node around which it can be, if there is one."""

    reason: str
    node: Expr | None = None


@dataclass(frozen=True, eq=False)
class Fused:
    """Kernels and calls in an order that is right, and what they name.

    `copies` are the kernels that only fill the memory of one buffer with another: (step, target, source).
    """

    prepared: Prepared
    operands: tuple[Expr, ...]
    steps: tuple[Step, ...]
    buffers: tuple[Buffer, ...]
    constants: tuple[np.ndarray[Any, Any], ...]
    atoms: tuple[Atom, ...]
    checks: tuple[Check, ...]
    copies: tuple[tuple[int, int, int], ...]
    shapes: tuple[Sizes, ...]  # of the roots
    device: bool = False  # whether kernels run on a device, which has a memory of its own


def fuse_for_device(graph: Graph) -> Fused | Refusal:
    """The kernels and calls of a graph in which transfers stand."""
    return fuse(graph, device=True)


def fuse(graph: Graph, together: bool = True, device: bool = False) -> Fused | Refusal:
    """The kernels and calls of a graph; `together=False` gives every node a kernel of its own, to look between them."""
    if graph.holds_objects():
        return Refusal("lists and objects are values of the reference evaluator alone")
    operands = operands_of(graph)
    places = {node: place for place, node in enumerate(operands)}
    prepared: Prepared | None = None
    try:
        prepared = prepare(graph, dropped(graph, places), device)
        facts = facts_of(prepared, places)
        return fused(prepared, facts, operands, Grouping(prepared, facts, together, device))
    except NotCompilable as refusal:
        return Refusal(str(refusal), prepared.source(refusal.node) if prepared and refusal.node else None)


def facts_of(prepared: Prepared, places: Mapping[Expr, int]) -> Facts:
    """The shapes of all nodes, and which sizes of what was dropped must fit."""
    return PromisedFacts(prepared.dropped, prepared.graph.nodes(), places, prepared.source)


def operands_of(graph: Graph) -> tuple[Expr, ...]:
    """What a call reads: inputs, updated shared variables, other shared variables as they are met."""
    others = (node for node in graph.nodes() if node.op is SHARED)
    return tuple(dict.fromkeys((*graph.inputs, *graph.updated, *others)))


def fused(prepared: Prepared, facts: Facts, operands: tuple[Expr, ...], grouping: Grouping) -> Fused:
    """The record of a grouping whose kernels are made."""
    buffers = Buffers(facts, facts.operands, prepared.graph.roots, grouping.device)
    buffers.primary = grouping.primary
    steps: list[Step] = []
    copies: list[tuple[int, int, int]] = []
    checked: set[tuple[Expr, Size]] = set()
    for item in reversed(grouping.steps):
        if isinstance(item, Bounds):
            size = facts.shapes[item.node.args[0]][item.axis]
            if (item.index, size) not in checked:
                checked.add((item.index, size))
                steps.append(BoundsCall(item.node, buffers.of(item.index), item.axis, size))
            continue
        if isinstance(item, Routine):
            steps.append(called(facts, buffers, item))
            continue
        if item.copied and lies_in_memory(grouping, item):
            target, source = item.copied
            copies.append((len(steps), buffers.of(target), buffers.of(source)))
        steps.append(KernelCall(Emitter(grouping, item, buffers).kernel()))
    for place in range(len(prepared.graph.roots)):
        assert place in grouping.primary.values() or place in buffers.numbers, "a root is not written"
    return Fused(
        prepared, operands, tuple(steps), tuple(buffers.all), tuple(buffers.constants), tuple(facts.table.atoms),
        tuple(facts.checks), tuple(copies), tuple(facts.shapes[root] for root in prepared.graph.roots),
        grouping.device,
    )  # fmt: skip


def lies_in_memory(grouping: Grouping, group: Group) -> bool:
    """Whether what a kernel copies is a buffer of its own, rather than computed by that kernel."""
    assert group.copied is not None
    source = group.copied[1]
    return role(source) is Role.LEAF or grouping.home.get(source, group.number) != group.number


def called(facts: Facts, buffers: Buffers, routine: Routine) -> ProductCall | ReferenceCall | LoopCall | TransferCall:
    """The call of a routine."""
    node = routine.node
    if routine.target is not None:
        return TransferCall(node, buffers.of(routine.rest[0]), buffers.of(routine.target))
    if routine.body is not None:
        return loop_call(facts, buffers, node, routine.operands, routine.rest, routine.results, routine.body)
    if not routine.operands:
        results = tuple(None if result is None else buffers.of(result) for result in routine.results)
        read = [result for result in routine.results if result is not None]
        known = tuple(facts.shapes[item] for item in (*routine.rest, *read))
        return ReferenceCall(node, tuple(map(buffers.of, routine.rest)), results, known)
    args = node.args[-2 - len(routine.rest) :][:2]
    first, second = (padded(item, arg, place) for place, (item, arg) in enumerate(zip(routine.operands, args)))
    shapes = [facts.shapes[arg] for arg in args]
    stack = facts.shapes[node][:-2] if len(facts.shapes[node]) > 2 else ()
    m = shapes[0][-2] if len(shapes[0]) > 1 else 1
    n = shapes[1][-1] if len(shapes[1]) > 1 else 1
    rank = len(stack) + 2
    strides = row_major((*stack, m, n))
    return ProductCall(
        node, stack, m, n, shapes[0][-1],
        matrix(buffers, first, rank), matrix(buffers, second, rank), Matrix(buffers.of(node), 0, strides),
        tuple(map(buffers.of, routine.rest)), node.attr("sign", 1), int(node.op.name == "product_added"),
    )  # fmt: skip


def padded(item: Operand, arg: Expr, place: int) -> Operand:
    """A vector as a row on the left, as a column on the right; axes of stacks that broadcast are not stepped over."""
    if len(item.strides) > 1:
        stack = tuple(0 if size == 1 else step for size, step in zip(arg.type.shape[:-2], item.strides))
        return Operand(item.base, item.offset, stack + item.strides[-2:])
    strides = (0, *item.strides) if place == 0 else (*item.strides, 0)
    return Operand(item.base, item.offset, strides)


def matrix(buffers: Buffers, item: Operand, rank: int) -> Matrix:
    """Where the operand lies, repeated along the axes in front that it does not have."""
    return Matrix(buffers.of(item.base), item.offset, (0,) * (rank - len(item.strides)) + item.strides)
