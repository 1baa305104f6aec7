"""Fusion told as steps of the view: the nodes of a kernel become one node, those of a library call too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import CALL, Kind, Op
from symlab.core.lower.fuse import Fused
from symlab.core.lower.fuse import Step as Lowered
from symlab.core.lower.kernel import Store
from symlab.core.lower.program import KernelCall
from symlab.viz.replay import Change, ViewGraph

FUSE = (
    "fuse",
    "One loop computes what several would: nothing between them goes through memory.",
    "f(g(x)) -> one kernel",
)
ABSORB = ("absorb", "One library call multiplies, scales and adds.", "c + s * dot(a, b) -> one call")
MOST_NAMES = 4


@dataclass(frozen=True)
class Made:
    """One kernel or call: its nodes in the view, the change (empty where it was one node before), and its code."""

    numbers: tuple[int, ...]
    name: str
    rule: tuple[str, str, str]
    source: str | None
    change: Change = field(default_factory=Change)


class Kernels:
    """The kernels and calls of a fused graph, contracted in the view one after another as they run."""

    def __init__(self, fused: Any, view: ViewGraph, sources: Mapping[int, str]) -> None:
        self.steps: Sequence[Lowered] = fused.steps if isinstance(fused, Fused) else ()
        self.fused, self.view, self.sources = fused, view, sources

    def __iter__(self) -> Iterator[Made]:
        for place, step in enumerate(self.steps):
            made = self.made(place, step)
            if made is not None:
                yield made

    def made(self, place: int, step: Lowered) -> Made | None:
        """The node that stands for one step, if the view has the nodes whose values it leaves in memory."""
        exits = self.numbers(place, written(step))
        if not exits:
            return None
        group = [*self.parts.get(place, ()), place]
        computed = list(
            dict.fromkeys(number for other in group for number in self.numbers(place, self.steps[other].nodes))
        )
        inside = self.with_virtual(computed)
        source, rule = self.source(group), FUSE if isinstance(step, KernelCall) else ABSORB
        if len(inside) == 1:
            return Made((exits[0],), self.view.node[exits[0]].op.name, rule, source)
        kind = "kernel" if isinstance(step, KernelCall) else "call"
        name = f"{kind} {self.names(computed if kind == 'kernel' else inside[::-1])}"
        change = contract(self.view, inside, exits, name)
        return Made(tuple(change.added), name, rule, source, change)

    # What belongs to a step

    def numbers(self, place: int, nodes: Iterable[Expr]) -> list[int]:
        """The numbers of lowered nodes in the view; a node computed in parts belongs to the step that ends it."""
        found = dict.fromkeys(self.fused.prepared.source(node) for node in nodes)
        whole = (node for node in found if node.op.kind is not Kind.LEAF and self.ends.get(node, place) == place)
        numbers = (self.view.find((), node) for node in whole)
        return [number for number in numbers if number is not None]

    def with_virtual(self, numbers: Sequence[int]) -> list[int]:
        """These nodes, and what no step computes between and before them."""
        found = dict.fromkeys(numbers)
        waiting = list(found)
        while waiting:
            for operand in self.view.operands[waiting.pop()]:
                if operand not in found and self.is_virtual(operand):
                    found[operand] = None
                    waiting.append(operand)
        return list(found)

    def is_virtual(self, number: int) -> bool:
        """Whether no step computes a node: views of others, parts of calls, what is inside of closed functions."""
        node = self.view.node[number]
        if self.view.scope[number]:
            return True
        return node.op.kind is not Kind.LEAF and node not in self.computed and node.op.home != __name__

    @cached_property
    def computed(self) -> set[Expr]:
        """The nodes of the graph that some step computes."""
        return {self.fused.prepared.source(node) for step in self.steps for node in step.nodes}

    @cached_property
    def writers(self) -> dict[Expr, list[int]]:
        """The steps that write each node of the graph, or parts of it."""
        found: dict[Expr, list[int]] = {}
        for place, step in enumerate(self.steps):
            for source in dict.fromkeys(map(self.fused.prepared.source, written(step))):
                found.setdefault(source, []).append(place)
        return found

    @cached_property
    def ends(self) -> dict[Expr, int]:
        """The last step for each node of the graph that is computed in parts."""
        spelled = {
            source
            for step in self.steps
            for node in written(step)
            if (source := self.fused.prepared.source(node)) is not node
        }
        return {node: places[-1] for node, places in self.writers.items() if len(places) > 1 or node in spelled}

    @cached_property
    def parts(self) -> dict[int, list[int]]:
        """For each step the ones before it that compute parts of what it ends, and nothing else."""
        found: dict[int, list[int]] = {}
        for place, step in enumerate(self.steps):
            ends = {self.ends.get(source) for source in map(self.fused.prepared.source, written(step))}
            end = ends.pop() if len(ends) == 1 else None
            if end is not None and end > place:
                found.setdefault(end, []).append(place)
        return found

    def names(self, numbers: Sequence[int]) -> str:
        """A kernel by the ops that it computes, in order."""
        nodes = [self.view.node[number] for number in numbers]
        telling = [
            node.op.name for node in nodes if node.op.kind not in (Kind.STRUCTURAL, Kind.LEAF) and node.op is not CALL
        ]
        names = list(dict.fromkeys(telling or (node.op.name for node in nodes)))
        return "·".join(names[:MOST_NAMES] + (["..."] if len(names) > MOST_NAMES else []))

    def source(self, group: Sequence[int]) -> str | None:
        """The code of steps that make one thing."""
        return "\n".join(text for place in group if (text := self.sources.get(place))) or None


def written(step: Lowered) -> list[Expr]:
    """The nodes whose values a step leaves in memory."""
    if isinstance(step, KernelCall):
        return [item.node for item in step.kernel.instructions() if isinstance(item, Store)]
    return [step.node]


def contract(view: ViewGraph, inside: Sequence[int], exits: Sequence[int], name: str) -> Change:
    """Let one node stand for the nodes `inside`, of which only `exits` are read by others."""
    members = set(inside)
    exits = [number for number in exits if any(user not in members for user, _ in view.users[number])] or exits[-1:]
    change = Change(at=exits[-1])
    inputs = dict.fromkeys(operand for number in inside for operand in view.operands[number] if operand not in members)
    kernel = Expr(Op(name, Kind.CONTROL, home=__name__), (), (), view.node[exits[-1]].type)
    change.by = view.add((), kernel, change)
    for slot, operand in enumerate(inputs):
        view.operands[change.by].append(operand)
        view.users[operand].add((change.by, slot))
    for number in exits:
        target = change.by
        if len(exits) > 1:
            result = Expr(Op("result", Kind.CONTROL, home=__name__), (kernel,), (), view.node[number].type)
            target = view.add((), result, change)
        view.redirect(number, target, change, keep=inside)
    view.delete_unused(inside, change)
    return change
