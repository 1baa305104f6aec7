"""A function that is compiled in stages, with what Python computes between them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from symlab.core.backends.base import Interface
from symlab.core.backends.c.backend import Binary, compile_program
from symlab.core.backends.c.executable import make_front
from symlab.core.backends.reference import evaluate
from symlab.core.ir.config import Config
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Graph, constant_value
from symlab.core.ir.op import CONSTANT, PROJECT
from symlab.core.ir.types import TupleType
from symlab.core.lower.stages import Stage

Array = np.ndarray[Any, Any]
Observe = Callable[[tuple[Expr, ...], str], None]
TURNS = threading.RLock()  # functions in stages update shared variables one after another


class StagedExecutable:
    """A compiled function in stages; it takes one array for each input, as the signature has converted them."""

    converts: ClassVar[bool] = False

    def __init__(self, interface: Interface, graph: Graph, stages: Sequence[Stage], config: Config) -> None:
        self.interface, self.graph, self.stages = interface, graph, tuple(stages)
        self.results: dict[Expr, list[Expr]] = defaultdict(list)  # of nodes that have several
        for node in graph.nodes():
            if node.op is PROJECT:
                self.results[node.args[0]].append(node)
        self.binaries: list[Binary | None] = []
        self.fronts: list[Any] = []
        for stage in stages:
            binary = None if stage.program is None else compile_program(stage.program, config)
            self.binaries.append(binary)
            self.fronts.append(None if binary is None else self.front_of(stage, binary, config))

    def front_of(self, stage: Stage, binary: Binary, config: Config) -> Any:
        """The call object of one stage."""
        interface = Interface(
            names=(None,) * len(stage.sources), shared={}, layout="l", keys=(), convert=contiguous,
            details=self.interface.details,
        )  # fmt: skip
        return make_front(interface, SimpleNamespace(graph=stage.graph), binary, config)

    @property
    def source(self) -> str:
        """The generated C, stage after stage."""
        texts = []
        for stage, binary in zip(self.stages, self.binaries, strict=True):
            texts.append("" if binary is None else binary.source)
            if stage.calls:
                texts.append(f"/* Python computes {', '.join(node.op.name for node in stage.calls)} */\n")
        return "\n".join(filter(None, texts))

    @property
    def front(self) -> Any:
        """What is called with arrays."""
        return self.call

    def call(self, *arrays: Array) -> Any:
        """The results in their layout; shared variables change together, after everything else succeeded."""
        if not self.graph.updated:
            return self.interface.packed(self.roots(arrays))
        with TURNS:
            roots = self.roots(arrays)
            first = len(self.graph.outputs)
            for leaf, value in zip(self.graph.updated, roots[first:], strict=True):
                self.interface.shared[leaf].cell.set_value(value, borrow=True)
        return self.interface.packed(roots[:first])

    def roots(self, arrays: Sequence[Array], observe: Observe = lambda nodes, kind: None) -> list[Array]:
        """The values of all outputs and updates, each an array of its own; `observe` is told of each part computed."""
        values: dict[Expr, Any] = dict(zip(self.graph.inputs, arrays, strict=True))
        values.update((leaf, item.cell.get_value(borrow=True)) for leaf, item in self.interface.shared.items())
        own: set[Expr] = set()
        for stage, front in zip(self.stages, self.fronts, strict=True):
            if front is not None:
                values.update(zip(stage.results, front(*(values[node] for node in stage.sources)), strict=True))
                own.update(stage.results)
                observe(stage.results, "kernel")
            for node in stage.calls:
                self.compute(node, values)
                observe((node,), "reference")
        found = []
        for root in self.graph.roots:
            value = constant_value(root) if root.op is CONSTANT else values[root]
            found.append(value if root in own else np.array(value, order="C"))
            own.discard(root)
        return found

    def compute(self, node: Expr, values: dict[Expr, Any]) -> None:
        """The value of a node between stages, or its values where it has several results."""
        known: Mapping[Expr, Any] = {arg: values[arg] for arg in node.args if arg.op is not CONSTANT}
        (value,) = evaluate([node], known, origins=self.graph.origins)
        if not isinstance(node.type, TupleType):
            values[node] = value
            return
        for result in self.results[node]:
            values[result] = value[result.attr("index")]

    def free(self) -> None:
        """Give back memory kept between calls."""
        for front in self.fronts:
            if front is not None:
                front.free()


def contiguous(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Array, ...]:
    """Arrays as compiled code wants them: what Python computed may have strides."""
    return tuple(np.require(value, requirements=["C", "A"]) for value in args)
