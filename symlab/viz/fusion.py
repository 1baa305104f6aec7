"""Fusion told as steps of the view: the nodes of a kernel become one node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind, Op
from symlab.core.lower.fuse import Fused
from symlab.core.lower.kernel import Store
from symlab.core.lower.program import KernelCall
from symlab.viz.replay import Change, ViewGraph

RULE = ("fuse", "One loop computes what several would: nothing between them goes through memory.", "f(g(x)) -> one kernel")
MOST_NAMES = 4

Told = tuple[Change, tuple[str, str, str], str, str]


def fusion_steps(fused: Any, view: ViewGraph) -> Iterator[Told]:
    """For each kernel of several nodes: the change of the view, its rule, the kernel's name and its text."""
    if not isinstance(fused, Fused):
        return
    for step in fused.steps:
        if not isinstance(step, KernelCall):
            continue
        members = numbers_of(fused, view, step.nodes)
        stored = [item.node for item in step.kernel.instructions() if isinstance(item, Store)]
        exits = [number for number in numbers_of(fused, view, stored) if number in members]
        if len(members) > 1 and exits:
            name = kernel_name([view.node[number] for number in members])
            yield contract(view, members, exits, name), RULE, name, str(step.kernel)


def numbers_of(fused: Fused, view: ViewGraph, nodes: Sequence[Expr]) -> list[int]:
    """The numbers of the nodes that stand in the view, leaves left out, in order."""
    found = dict.fromkeys(fused.prepared.source(node) for node in nodes)
    return sorted(view.number[node] for node in found if node in view.number and node.op.kind is not Kind.LEAF)


def kernel_name(nodes: Sequence[Expr]) -> str:
    """A kernel by the ops that it computes."""
    names = list(dict.fromkeys(node.op.name for node in nodes if node.op.kind is not Kind.STRUCTURAL))
    names = names or list(dict.fromkeys(node.op.name for node in nodes))
    shown = names[:MOST_NAMES] + (["..."] if len(names) > MOST_NAMES else [])
    return "kernel " + "·".join(shown)


def contract(view: ViewGraph, members: Sequence[int], exits: Sequence[int], name: str) -> Change:
    """Let one node stand for `members`, of which only `exits` are read by others."""
    change = Change(at=exits[-1])
    inside = set(members)
    inputs = dict.fromkeys(operand for number in members for operand in view.operands[number] if operand not in inside)
    op = Op(name, Kind.CONTROL, home=__name__)
    kernel = Expr(op, tuple(view.node[number] for number in inputs), (), view.node[exits[-1]].type)
    change.by = view.add(kernel)
    change.added.append(change.by)
    for number in exits:
        target = change.by
        if len(exits) > 1:
            result = Op("result", Kind.CONTROL, home=__name__)
            target = view.add(Expr(result, (kernel,), (), view.node[number].type))
            change.added.append(target)
        hand_over(view, number, target, inside, change)
    view.delete_unused(list(members), change)
    return change


def hand_over(view: ViewGraph, old: int, new: int, inside: set[int], change: Change) -> None:
    """Let the readers of `old` outside of the kernel read `new`."""
    for user, slot in sorted(view.users[old]):
        if user not in inside and user != new and user not in change.added:
            view.rewire(user, slot, new, change)
    for position, number in enumerate(view.outputs):
        if number == old:
            view.outputs[position] = new
            change.outputs.append((position, new))
