"""Fusion told as steps of the view: the nodes of a kernel become one node, those of a library call too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import CALL, CONSTANT, Kind, Op
from symlab.core.lower.buffers import Home
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
VIEWS = frozenset({"dimshuffle", "reshape", "broadcast_to", "specify_shape", "unbroadcast"})


@dataclass(frozen=True)
class Made:
    """One kernel or call: its nodes in the view, the change (empty where it was one node before), and its code."""

    numbers: tuple[int, ...]
    name: str
    rule: tuple[str, str, str]
    source: str | None
    change: Change = field(default_factory=Change)


class Kernels:
    """The kernels and calls of a fused graph, contracted in the view one after another as they run.

    A kernel reads what its code loads: where it computes a value again, there is no edge from where that was computed
    first.
    """

    def __init__(self, fused: Any, view: ViewGraph, sources: Mapping[int, str]) -> None:
        self.steps: Sequence[Lowered] = fused.steps if isinstance(fused, Fused) else ()
        self.fused, self.view, self.sources = fused, view, sources
        self.holder: dict[int, int] = {}  # the node of the view that stands for what a buffer holds
        for buffer in fused.buffers if self.steps else ():
            number = view.find((), buffer.node)
            if number is not None and buffer.home in (Home.OPERAND, Home.CONSTANT):
                self.holder[buffer.number] = number

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
        computed = [at for other in group for at in self.numbers(other, self.steps[other].nodes).values()]
        inside, loaded = self.with_virtual(computed), self.loaded(group)
        (*_, last) = exits.values()
        source, rule = self.source(group), FUSE if isinstance(step, KernelCall) else ABSORB
        if len(inside) == 1 and all(self.is_leaf(at) or at in loaded for at in self.view.operands[last]):
            self.hold(group, exits, last)
            return Made((last,), self.view.node[last].op.name, rule, source)
        kind = "kernel" if isinstance(step, KernelCall) else "call"
        name = f"{kind} {self.names(computed if kind == 'kernel' else inside[::-1])}"
        change, results = contract(self.view, inside, list(exits.values()), self.inputs(inside, loaded), name)
        self.view.delete_unused([*inside, *self.holder.values()], change, self.wanted_after(place))
        self.hold(group, {node: results[number] for node, number in exits.items() if number in results}, change.by)
        return Made(tuple(change.added), name, rule, source, change)

    # What belongs to a step

    def numbers(self, place: int, nodes: Iterable[Expr]) -> dict[Expr, int]:
        """The numbers of lowered nodes in the view; a node computed in parts belongs to the step that ends it."""
        found = dict.fromkeys(map(self.fused.prepared.source, nodes))
        whole = (node for node in found if node.op.kind is not Kind.LEAF and self.ends.get(node, place) == place)
        return {node: number for node in whole if (number := self.view.find((), node)) is not None}

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

    def is_leaf(self, number: int) -> bool:
        """Whether a node is an input, a shared variable or a constant."""
        return self.view.node[number].op.kind is Kind.LEAF

    @cached_property
    def computed(self) -> set[Expr]:
        """The nodes of the graph that some step computes."""
        return {self.fused.prepared.source(node) for step in self.steps for node in step.nodes}

    @cached_property
    def ends(self) -> dict[Expr, int]:
        """The last step for each node of the graph that is computed in parts."""
        writers: dict[Expr, list[int]] = {}
        spelled: set[Expr] = set()
        for place, step in enumerate(self.steps):
            for node in written(step):
                source = self.fused.prepared.source(node)
                writers.setdefault(source, []).append(place)
                spelled.update([source] if source is not node else [])
        return {node: places[-1] for node, places in writers.items() if places[0] < places[-1] or node in spelled}

    @cached_property
    def parts(self) -> dict[int, list[int]]:
        """For each step the ones before it that compute only parts of nodes, of which it is the first to end one."""
        found: dict[int, list[int]] = {}
        for place, step in enumerate(self.steps):
            ends = [self.ends.get(source, place) for source in map(self.fused.prepared.source, written(step))]
            end = min(ends, default=place)
            if end > place:
                found.setdefault(end, []).append(place)
        return found

    def names(self, numbers: Sequence[int]) -> str:
        """A kernel by the ops that it computes, in order."""
        found = [self.view.node[number].op for number in numbers]
        telling = [op.name for op in found if op is not CALL and op.kind is not Kind.LEAF and op.name not in VIEWS]
        names = list(dict.fromkeys(telling or (op.name for op in found)))
        return "·".join(names[:MOST_NAMES] + (["..."] if len(names) > MOST_NAMES else []))

    def source(self, group: Sequence[int]) -> str | None:
        """The code of steps that make one thing."""
        return "\n".join(text for place in group if (text := self.sources.get(place))) or None

    # What lies in memory

    def loaded(self, group: Sequence[int]) -> list[int]:
        """The nodes of the view that steps load from memory."""
        own = {buffer for place in group for buffer in self.steps[place].writes}
        reads = (buffer for place in group for buffer in self.steps[place].reads if buffer not in own)
        found = (self.holder.get(buffer) for buffer in reads)
        return list(dict.fromkeys(number for number in found if number is not None and number in self.view.node))

    def inputs(self, inside: Sequence[int], loaded: Sequence[int]) -> list[int]:
        """What a kernel reads, in the order in which its nodes do; numbers that stand in its code are left out."""
        members = set(inside)
        read = dict.fromkeys(at for number in inside for at in self.view.operands[number] if at not in members)
        named = [at for at in read if at in loaded or (self.is_leaf(at) and self.view.node[at].op is not CONSTANT)]
        return [*named, *(at for at in loaded if at not in read and at not in members)]

    @cached_property
    def last_reads(self) -> dict[int, int]:
        """The last step that reads each buffer."""
        return {buffer: place for place, step in enumerate(self.steps) for buffer in step.reads}

    def wanted_after(self, place: int) -> set[int]:
        """The nodes of the view whose values later steps load."""
        return {number for buffer, number in self.holder.items() if self.last_reads.get(buffer, -1) > place}

    def hold(self, group: Sequence[int], results: Mapping[Expr, int], whole: int) -> None:
        """Note which node of the view now stands for what steps have written; for parts of a node it is the kernel."""
        for place in group:
            step = self.steps[place]
            if isinstance(step, KernelCall):
                stores = [item for item in step.kernel.instructions() if isinstance(item, Store)]
                sources = [self.fused.prepared.source(item.node) for item in stores]
                pairs = zip(stores, sources, strict=True)
                self.holder.update({item.access.buffer: results.get(source, whole) for item, source in pairs})
            else:
                self.holder.update(dict.fromkeys(step.writes, whole))


def written(step: Lowered) -> list[Expr]:
    """The nodes whose values a step leaves in memory."""
    if isinstance(step, KernelCall):
        return [item.node for item in step.kernel.instructions() if isinstance(item, Store)]
    return [step.node] if step.writes else []


def contract(
    view: ViewGraph, inside: Sequence[int], exits: Sequence[int], inputs: Sequence[int], name: str
) -> tuple[Change, dict[int, int]]:
    """Let others read one node instead of the nodes `inside`, of which they read `exits`; also what stands for each."""
    members = set(inside)
    read = [number for number in exits if any(user not in members for user, _ in view.users[number])] or exits[-1:]
    change = Change(at=read[-1])
    last = view.node[read[-1]]
    change.by = view.add((), Expr(Op(name, Kind.CONTROL, home=__name__), (), (), last.type), change)
    for slot, operand in enumerate(inputs):
        view.operands[change.by].append(operand)
        view.users[operand].add((change.by, slot))
    results = {}
    for number in read:
        node, results[number] = view.node[number], change.by
        if len(read) > 1:
            op = Op(f"result {node.op.name}", Kind.CONTROL, home=__name__)
            results[number] = view.add((), Expr(op, (view.node[change.by],), (), node.type), change)
        view.redirect(number, results[number], change, keep=inside)
    return change, results
