"""A program in stages: where a size depends on what the call computes, the rest is compiled as a program of its own.

So `until` in a loop, `nonzero`, masks and counts do not keep the rest from being compiled. The first program computes
up to the numbers that decide the size, or up to the operands of the node whose size its reference alone knows; their
values are operands of the next program. Shared variables are operands of all: they are read once, and replaced when
everything has succeeded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symlab.core.backends.base import Backend, Interface
from symlab.core.backends.reference import computed
from symlab.core.ir.config import Config
from symlab.core.ir.expr import Expr, leaves, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import CONSTANT, INPUT, PROJECT, SHARED
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.lower.fuse import Refusal
from symlab.core.ops.branch import IFELSE
from symlab.core.pipeline import Pipeline, run

MOST = 16

Values = dict[Expr, Any]


@dataclass(frozen=True, eq=False)
class Compiled:
    """A program: from the values of `reads` it computes those of `gives`, by which they are known from then on."""

    reads: tuple[Expr, ...]
    gives: tuple[Expr, ...]
    front: Any
    source: str

    def run(self, known: Values) -> None:
        """Add what it computes to what is known."""
        known.update(zip(self.gives, self.front(*[known[leaf] for leaf in self.reads]), strict=True))


@dataclass(frozen=True, eq=False)
class ByReference:
    """One node whose size nobody knows beforehand: NumPy computes it."""

    node: Expr
    gives: tuple[tuple[Expr, int | None], ...]  # the leaf of each result that is read, and its number
    origins: Mapping[Expr, Sequence[Expr]]
    source = ""

    def run(self, known: Values) -> None:
        """Add what it computes to what is known."""
        with np.errstate(all="ignore"):
            value = computed(self.node, known, self.origins)
        known.update((leaf, value if index is None else value[index]) for leaf, index in self.gives)


@dataclass(frozen=True, eq=False)
class Staged:
    """Programs and nodes in order, and where the results are then."""

    stages: tuple[Compiled | ByReference, ...]
    roots: tuple[Expr, ...]
    shared: Mapping[Expr, Expr]

    def values(self, given: Mapping[Expr, Any]) -> list[Any]:
        """The values of the roots, given those of inputs and shared variables."""
        known = {self.shared.get(leaf, leaf): value for leaf, value in given.items()}
        for stage in self.stages:
            stage.run(known)
        return [known[root] for root in self.roots]

    @property
    def source(self) -> str:
        """The code of all programs."""
        texts = [stage.source for stage in self.stages if stage.source]
        return "\n".join(f"// stage {number} of {len(texts)}\n{text}" for number, text in enumerate(texts, 1))


class Staging:
    """The making of stages for a graph that is not one program."""

    def __init__(self, graph: Graph, pipeline: Pipeline, backend: Backend, config: Config) -> None:
        self.table, self.config, self.backend = graph.table, config, backend
        self.lowering = Pipeline(pipeline.passes[pipeline.place("fuse") :])
        self.stages: list[Compiled | ByReference] = []
        self.shared = {node: self.leaf(node) for node in graph.nodes() if node.op is SHARED}
        self.graph = graph.with_roots(graph.roots)
        self.go_on_with(dict(self.shared))

    def leaf(self, node: Expr) -> Expr:
        """An operand that stands for a value."""
        return self.table.leaf(INPUT, node, (), node.type)

    def go_on_with(self, known: Mapping[Expr, Expr]) -> None:
        """Leave to later stages what is above these nodes, for which leaves stand."""
        done, origins = dict(known), dict(self.graph.origins)
        for node in toposort(self.graph.roots, frozenset(known)):
            if node not in done:
                args = tuple([done[arg] for arg in node.args])
                done[node] = node if args == node.args else self.table.intern(node.op, args, node.attrs, node.type)
            origins.setdefault(done[node], self.graph.origins.get(node, ()))
        roots = tuple(done[root] for root in self.graph.roots)
        self.graph = Graph(self.table, (), roots, (), origins)

    def staged(self) -> Staged | None:
        """All stages; None where a part is not compiled for another reason."""
        while len(self.stages) < MOST:
            final = [root for root in dict.fromkeys(self.graph.roots) if root.args or root.op is CONSTANT]
            refusal = self.compile(final, {root: root for root in final})
            if refusal is None:
                return Staged(tuple(self.stages), self.graph.roots, self.shared)
            if not isinstance(refusal, Refusal) or refusal.cut is None or not self.cut(refusal.cut, refusal.by_value):
                return None
        return None

    def compile(self, gives: Sequence[Expr], leaf_of: Mapping[Expr, Expr]) -> Any:
        """Add a program for these nodes; or what there is instead of one, or the reason."""
        if not gives:
            return None
        reads = tuple(node for node in leaves(gives) if node.op is INPUT)
        graph = replace(self.graph, inputs=reads, roots=tuple(gives))
        trace = run(self.lowering, graph, self.config)
        if isinstance(trace.program, Refusal):
            return trace.program
        interface = Interface((None,) * len(reads), {}, "l", (), converter(reads), self)
        executable, reason = self.backend.build(interface, trace, self.config)
        if executable is None:
            return reason
        named = tuple(leaf_of[node] for node in gives)
        self.stages.append(Compiled(reads, named, executable.front, executable.source))
        return None

    def cut(self, node: Expr, by_value: bool) -> bool:
        """Compute up to a node, and let leaves stand for all that the rest reads of it; False where that fails."""
        order = set(toposort(self.graph.roots))
        first = [node] if by_value else list(node.args)
        if node not in order or not node.args or any(item.op is IFELSE for item in order):
            return False
        below = {item for item in toposort(first) if item.args}
        below |= {item for item in order if item.op is PROJECT and item.args[0] in below}
        wanted = [item for item in dict.fromkeys(first) if item.args]
        rest = toposort(self.graph.roots, frozenset(below))
        wanted += [item for item in rest if item in below and item not in wanted]
        if any(not isinstance(item.type, ArrayType) for item in wanted):
            return False
        known = {item: self.leaf(item) for item in wanted}
        if self.compile(wanted, known) is not None:
            return False
        if not by_value:
            known.update(self.by_reference(node, known))
        self.go_on_with(known)
        return True

    def by_reference(self, node: Expr, known: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
        """Add the stage that asks NumPy for a node; leaves for what is read of it."""
        args = tuple(known.get(arg, arg) for arg in node.args)
        made = self.table.intern(node.op, args, node.attrs, node.type)
        origins = {**self.graph.origins, made: self.graph.origins.get(node, ())}
        read = [node]
        if isinstance(node.type, TupleType):
            read = [item for item in toposort(self.graph.roots) if item.op is PROJECT and item.args[0] is node]
        found = {item: self.leaf(item) for item in read}
        gives = tuple((leaf, None if item is node else int(item.attr("index"))) for item, leaf in found.items())
        self.stages.append(ByReference(made, gives, origins))
        return found


def converter(reads: Sequence[Expr]) -> Any:
    """What makes the operands of a program fit it."""
    dtypes = [leaf.type.dtype for leaf in reads]

    def convert(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            np.require(value, dtype, ["C_CONTIGUOUS", "ALIGNED"]) for value, dtype in zip(args, dtypes, strict=True)
        )

    return convert


def in_stages(graph: Graph, pipeline: Pipeline, backend: Backend, config: Config) -> Staged | None:
    """A graph as several programs, where that is what it takes."""
    return Staging(graph, pipeline, backend, config).staged()
