"""Loops: the shapes of their results, and their bodies as programs of their own.

A body is lowered like any graph. Its operands are the loop's parameters, its roots what the loop needs of a step: a
result that nobody reads, and what only it needs, is not computed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph, Table
from symlab.core.lower.buffers import Buffers
from symlab.core.lower.facts import Facts, NotCompilable, Problem
from symlab.core.lower.prepare import Prepared
from symlab.core.lower.products import Operand, looked_through
from symlab.core.lower.program import LoopCall, Matrix
from symlab.core.lower.sizes import Poly, Size, Sizes, add, multiply, product, row_major
from symlab.core.ops.loop import Loop, reached_params


class BodyFacts(Facts):
    """What is known of a loop's body, in sizes of its parameters; a state keeps its shape."""

    def __init__(self, loop: Loop, roots: Sequence[Expr], bodies: dict[tuple[Expr, ...], Any]) -> None:
        self.loop = loop
        self.steady = frozenset(loop.params[loop.states + loop.sequences :])
        places = {param: place for place, param in enumerate(loop.params)}
        super().__init__(toposort([*loop.params, *roots]), places, lambda node: node, bodies)

    @classmethod
    def of(cls, facts: Facts, loop: Loop, roots: Sequence[Expr]) -> BodyFacts:
        """What is known of the body of a loop, found out once."""
        key = (loop.node, *roots)
        if key not in facts.bodies:
            facts.bodies[key] = cls(loop, roots, facts.bodies)
        return facts.bodies[key]  # type: ignore[no-any-return]

    def settle(self) -> None:
        """Hold the sizes of states before and after a step to be equal; those of two branches must be so already.

        What is equal within a branch need not be so where the branch is not taken: its results keep the sizes that
        they have by themselves.
        """
        choice = self.loop.node.attr("choice")
        self.alone = {new: self.shapes[new] for new in self.loop.results if choice and new in self.shapes}
        states = 0 if choice else self.loop.states
        for param, new in zip(self.loop.params[:states], self.loop.results, strict=False):
            for axis, size in enumerate(self.shapes.get(new, ())):
                self.equal(new, axis, self.shapes[param][axis], size)
        super().settle()

    def shape_outside(self, result: Expr) -> Sizes:
        """The shape of a result by which it is known outside."""
        return self.alone.get(result, self.shapes[result])


class Outward:
    """Sizes within a body as sizes outside."""

    def __init__(self, facts: Facts, inner: BodyFacts) -> None:
        self.facts, self.inner = facts, inner
        self.known: list[Size | NotCompilable] = []
        for number in range(len(inner.table.atoms)):
            try:
                self.known.append(self.atom(number))
            except NotCompilable as refusal:  # raised where a size needs it: most integers in a body decide none
                self.known.append(refusal)

    def atom(self, number: int) -> Size:
        """What an atom of the body stands for; those with smaller numbers are known."""
        atom = self.inner.table.atoms[number]
        loop = self.inner.loop
        if atom.kind not in ("dim", "value"):
            return self.facts.table.function(atom.kind, tuple(map(self.size, atom.args)))
        place, at = int(atom.args[0]), int(atom.args[1])  # type: ignore[arg-type]
        operand = loop.node.args[place]
        if atom.kind == "dim":
            return self.facts.shapes[operand][at + (loop.states <= place < loop.states + loop.sequences)]
        value = self.facts.values.get(operand)
        if value is None:
            raise NotCompilable(f"a size within a loop depends on {operand.op.name}, which is computed by the call")
        return value[at] if at < len(value) else 0

    def size(self, size: Size) -> Size:
        """A size outside."""
        if not isinstance(size, Poly):
            return size
        total: Size = 0
        for monomial, factor in size.terms:
            total = add(total, multiply(product(map(self.outside, monomial)), factor))
        return total

    def outside(self, number: int) -> Size:
        """What an atom stands for, or the reason why that is not known."""
        found = self.known[number]
        if isinstance(found, NotCompilable):
            raise found
        return found

    def sizes(self, sizes: Sizes) -> Sizes:
        """A shape outside."""
        return tuple(map(self.size, sizes))


def loop_shapes(facts: Facts, node: Expr) -> tuple[Sizes, ...]:
    """The shapes of a loop's results; its sequences have as many rows as it makes steps."""
    loop = Loop(node)
    length = facts.integer(loop.length)
    facts.check(Problem.NEGATIVE, node, length)
    for place in range(loop.states, loop.states + loop.sequences):
        facts.equal(node, 0, length, facts.shapes[node.args[place]][0])
    inner = BodyFacts.of(facts, loop, loop.body.body.args)
    outward = Outward(facts, inner)
    kept = [facts.shapes[arg] for arg in node.args[: loop.states]]
    if node.attr("choice"):
        for size, new in zip(kept, loop.results, strict=False):
            if tuple(map(facts.table.known, size)) != tuple(
                map(facts.table.known, outward.sizes(inner.shape_outside(new)))
            ):
                raise NotCompilable("the branches of an ifelse may have values of different shapes", node)
    rows = [*kept, *(outward.sizes(inner.shape_outside(item)) for item in loop.results[loop.states :])]
    return (*kept, *((length, *shape) for shape in rows), *([()] * loop.until))


# The body


def wanted_results(loop: Loop, read: Collection[int]) -> list[bool]:
    """Which results of the body the loop needs, if these results of the loop are read."""
    count = len(loop.results)
    items = loop.body.body.args
    wanted = {number for number in range(loop.states) if number in read}
    wanted |= {number for number in range(count) if loop.states + number in read}
    wanted |= set(range(count, len(items)))
    reach = reached_params(items, loop.params)
    waiting = list(wanted)
    while waiting:
        fresh = {number for number in reach[waiting.pop()] if number < loop.states} - wanted
        wanted |= fresh
        waiting += fresh
    return [number in wanted for number in range(len(items))]


def lowered_body(table: Table, outer: Facts, node: Expr, read: Collection[int], together: bool) -> Any:
    """The program of a loop's body; None where only the reference can run it."""
    from symlab.core.lower.fuse import fused
    from symlab.core.lower.grouping import Grouping
    from symlab.core.lower.memory import place
    from symlab.core.lower.schedule import schedule

    loop = Loop(node)
    items = loop.body.body.args
    roots = [item for item, wanted in zip(items, wanted_results(loop, read), strict=True) if wanted]
    graph = Graph(table, loop.params, tuple(dict.fromkeys(roots)), (), {})
    prepared = Prepared(graph, graph, {})
    try:
        facts = BodyFacts.of(outer, loop, graph.roots)
        return place(schedule(fused(prepared, facts, loop.params, Grouping(prepared, facts, together))))
    except NotCompilable:
        return None


def given_shape(facts: Facts, loop: Loop, place: int) -> Sizes:
    """The shape in which a step is given an operand, whatever the body takes to be equal: it is checked there."""
    shape = facts.shapes[loop.node.args[place]]
    return shape[1:] if loop.states <= place < loop.states + loop.sequences else shape


def loop_operands(facts: Facts, loop: Loop) -> tuple[Operand, ...]:
    """Where the operands lie: rows of sequences are looked for behind views, if each is in one piece."""
    found = []
    for place, (_, arg) in enumerate(loop.pairs):
        strides = row_major(facts.shapes[arg])
        lies = Operand(arg, 0, strides)
        if loop.states <= place < loop.states + loop.sequences:
            seen = looked_through(facts, arg)
            lies = seen if seen.strides[1:] == strides[1:] else lies
        found.append(lies)
    return tuple(found)


def loop_call(
    facts: Facts,
    buffers: Buffers,
    node: Expr,
    operands: Sequence[Operand],
    steps: Sequence[Expr],
    results: Sequence[Expr | None],
    body: Any,
) -> LoopCall:
    """The step that runs a loop whose body is lowered."""
    loop = Loop(node)
    inner = BodyFacts.of(facts, loop, body.fused.prepared.graph.roots)
    outward = Outward(facts, inner)
    places = {root: place for place, root in enumerate(body.fused.prepared.graph.roots)}
    return LoopCall(
        node,
        body,
        tuple(Matrix(buffers.of(item.base), item.offset, item.strides) for item in operands),
        tuple(given_shape(facts, loop, place) for place in range(len(loop.params))),
        tuple(product(outward.sizes(inner.shape_outside(root))) for root in places),
        tuple(places.get(item) for item in loop.body.body.args),
        tuple(None if result is None else buffers.of(result) for result in results),
        facts.integer(loop.length),
        buffers.of(steps[0]) if steps else None,
    )
