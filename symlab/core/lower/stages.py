"""Graphs in which a size is known after a part of the call alone, cut into stages that are compiled each by itself.

Between two stages stand the nodes whose sizes only their reference knows (a Python op, the distinct elements of an
array), which Python computes, the numbers that decide sizes of what follows, and choices (`ifelse`), whose values have
the sizes of the branch that is taken. What is computed in one stage and read in a later one is handed over in memory,
so nothing is computed twice. A stage holds nodes that are needed in the same branches: a call runs those that its
results need, so what only the other branch of a choice needs is not computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.lineage import Lineage
from symlab.core.ir.op import CONSTANT, INPUT, PROJECT, Kind
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.lower.branch_work import Need, Side, needs_of
from symlab.core.lower.facts import shape_rule, static_shape
from symlab.core.lower.fuse import Refusal, fuse
from symlab.core.lower.memory import Program, place
from symlab.core.lower.picked import same
from symlab.core.lower.prepare import spelling
from symlab.core.lower.schedule import schedule
from symlab.core.ops.branch import IFELSE

MOST = 64  # nodes between stages: a graph with more is left to the reference evaluator


@dataclass(frozen=True, eq=False)
class Stage:
    """A part of a graph: `program` computes `results` from `sources` (nodes of the whole graph), then come `calls`."""

    graph: Graph
    program: Program | None  # None where nothing is to be computed before the calls
    sources: tuple[Expr, ...]
    results: tuple[Expr, ...]
    calls: tuple[Expr, ...]


def stages_of(graph: Graph, refusal: Refusal) -> tuple[Stage, ...] | None:
    """The stages of a graph that was refused as a whole; None where they would not help."""
    if graph.holds_objects():
        return None
    cutting = Cutting(graph)
    cutting.between.update((node, None) for node in cutting.order if is_opaque(node))
    cutting.open_choices()
    node: Expr | None = refusal.node
    if node in cutting.known:
        cutting.between[node] = None
    while 0 < len(cutting.between) < MOST:
        found = cutting.stages()
        if isinstance(found, tuple):
            return found
        if found is None or found in cutting.between or found not in cutting.known:
            return None
        cutting.between[found] = None
    return None


@dataclass(eq=False)
class Cutting:
    """A graph and the nodes that stand between its stages."""

    graph: Graph
    between: dict[Expr, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order = self.graph.nodes()
        self.known = frozenset(node for node in self.order if node.op.kind is not Kind.LEAF)
        self.readers: dict[Expr, list[Expr]] = {}
        for node in self.order:
            for arg in node.args:
                self.readers.setdefault(arg, []).append(node)
        self.needs: Mapping[Expr, Need] = dict.fromkeys(self.order)

    def open_choices(self) -> None:
        """Put choices between stages, and find out for which branches each node is needed."""
        choices = [node for node in self.order if node.op is IFELSE]
        self.between.update(dict.fromkeys(choices))
        if 0 < len(choices) < MOST:
            needs = needs_of(self.graph.roots)
            self.needs = {node: without_nested(need, needs) for node, need in needs.items()}

    def handed(self, nodes: Mapping[Expr, None] | Sequence[Expr]) -> list[Expr]:
        """What nodes hand over: themselves, or their results where they have several."""
        found: list[Expr] = []
        for node in nodes:
            several = isinstance(node.type, TupleType)
            found += [item for item in self.readers.get(node, ()) if item.op is PROJECT] if several else [node]
        return found

    def cut(self, roots: Sequence[Expr], given: Sequence[Expr]) -> tuple[Graph, dict[Expr, Expr]]:
        """The graph of `roots` with inputs for the given nodes and for shared variables, and what each node was."""
        table = self.graph.table
        done = {node: node if is_leaf(node) else table.leaf(INPUT, ("stage", node), (), node.type) for node in given}
        for node in toposort(roots, frozenset(done)):
            if node not in done:
                done[node] = same(table, node, tuple([done[arg] for arg in node.args])) if node.args else node
        before = {new: old for old, new in done.items()}
        known = {new: self.graph.origins[old] for new, old in before.items() if old in self.graph.origins}
        origins = Lineage(known, lambda node: self.graph.origins.get(before.get(node, node), ()))
        made = tuple(done[root] for root in roots)
        leaves = dict.fromkeys(node for node in toposort(made) if is_leaf(node))
        return Graph(table, tuple(leaves), made, (), origins), before

    def stages(self) -> tuple[Stage, ...] | Expr | None:
        """The stages, in order; where one is refused, the node around which it can be compiled, if there is one."""
        depth: dict[Expr, int] = {}
        for node in self.order:
            depth[node] = max((depth[arg] + (arg in self.between) for arg in node.args), default=0)
        last = 1 + max(depth[node] for node in self.between)
        known = {node for node in self.order if not node.args}
        found: list[Stage] = []
        for number in range(last + 1):
            here = [node for node in self.between if depth[node] == number]
            calls = tuple(node for node in here if not has_known_sizes(node))
            before = len(found)
            for part in self.parts(self.computed(known, here, number == last)):
                stage = self.stage(known, part)
                if not isinstance(stage, Stage):
                    return stage
                found.append(stage)
                known |= part
            if calls:
                stage = found.pop() if len(found) > before else Stage(self.graph, None, (), (), ())
                found.append(replace(stage, calls=calls))
            known |= {*calls, *self.handed(calls)}
        return tuple(found)

    def computed(self, known: set[Expr], here: Sequence[Expr], final: bool) -> set[Expr]:
        """The nodes that stages compute at once: what calls read, the numbers that are handed on, at last the roots."""
        wanted = [item for node in here for item in ((node,) if has_known_sizes(node) else node.args)]
        found = {node for node in toposort([*wanted, *(self.graph.roots if final else ())], known) if node not in known}
        return found | {item for node in found if isinstance(node.type, TupleType) for item in self.handed([node])}

    def parts(self, computed: set[Expr]) -> Iterator[set[Expr]]:
        """What is needed for the same branches, each part after those that it reads."""
        left = [node for node in self.order if node in computed]
        while left:
            waiting = set(left)
            ready = [node for node in left if waiting.isdisjoint(node.args)]
            need = None if any(self.needs[node] is None for node in ready) else self.needs[ready[0]]
            part: set[Expr] = set()
            for node in left:
                if self.needs[node] == need and waiting.isdisjoint(node.args):
                    part.add(node)
                    waiting.discard(node)
            yield part
            left = [node for node in left if node in waiting]

    def stage(self, known: set[Expr], computed: set[Expr]) -> Stage | Expr | None:
        """One stage: its results are what calls, other stages or the caller read."""
        roots = frozenset(self.graph.roots)
        results = tuple(
            node
            for node in self.order
            if node in computed
            and isinstance(node.type, ArrayType)
            and (node in roots or any(reader not in computed for reader in self.readers.get(node, ())))
        )
        given = [node for node in self.order if node in known and isinstance(node.type, ArrayType)]
        graph, back = self.cut(results, [node for node in given if node.op is not CONSTANT])
        program = place(schedule(fuse(graph))) if results else None
        if isinstance(program, Refusal):
            return None if program.node is None else back.get(program.node)
        return Stage(graph, program, tuple(back[leaf] for leaf in graph.inputs), results, ())


def without_nested(need: Need, needs: Mapping[Expr, Need]) -> Need:
    """The branches of which one must be taken, but for those that lie within others of them."""
    if need is None:
        return None

    def lies_within(side: Side, others: frozenset[Side]) -> bool:
        """Whether a branch is among others, or its choice is made within those alone."""
        outer = needs[side[0]] if side[0].op is IFELSE else None
        return side in others or (outer is not None and all(lies_within(item, others) for item in outer))

    return frozenset(side for side in need if not lies_within(side, need - {side}))


def is_opaque(node: Expr) -> bool:
    """Whether the sizes of a node are known to its reference alone."""
    if node.op.kind in (Kind.CONTROL, Kind.ELEMENTWISE) or node.op.extra.get("identity") or spelling(node) is not None:
        return False
    items = node.type.items if isinstance(node.type, TupleType) else (node.type,)
    if all(None not in item.shape for item in items):
        return False
    return "sizes" not in node.op.extra if isinstance(node.type, TupleType) else shape_rule(node) is static_shape


def is_leaf(node: Expr) -> bool:
    """Whether a node is given to a call: an input or a shared variable."""
    return node.op.kind is Kind.LEAF and node.op is not CONSTANT


def has_known_sizes(node: Expr) -> bool:
    """Whether compiled code can compute a node that stands between stages: it is wanted for its value alone."""
    return isinstance(node.type, ArrayType) and None not in node.type.shape
