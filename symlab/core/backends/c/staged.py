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
from symlab.core.lower.branch_work import values_of
from symlab.core.lower.stages import Stage
from symlab.core.ops.branch import IFELSE

Array = np.ndarray[Any, Any]
Observe = Callable[[tuple[Expr, ...], str], None]
TURNS = threading.RLock()  # functions in stages update shared variables one after another


class StagedExecutable:
    """A compiled function in stages; it takes one array for each input, as the signature has converted them."""

    converts: ClassVar[bool] = False

    def __init__(self, interface: Interface, graph: Graph, stages: Sequence[Stage], config: Config) -> None:
        self.interface, self.graph, self.stages = interface, graph, tuple(stages)
        self.makers = {node: number for number, stage in enumerate(stages) for node in stage.results}
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
        run = Run(self, values, observe)
        found = []
        for root in self.graph.roots:
            value = run.value(root)
            found.append(value if id(value) in run.own else np.array(value, order="C"))
            run.own.discard(id(value))
        return found

    def free(self) -> None:
        """Give back memory kept between calls."""
        for front in self.fronts:
            if front is not None:
                front.free()


def contiguous(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Array, ...]:
    """Arrays as compiled code wants them: what Python computed may have strides."""
    return tuple(np.require(value, requirements=["C", "A"]) for value in args)


class Run:
    """One call: it computes what is asked for and is not yet known, so of a choice the branch that is taken.

    `own` has the arrays that compiled code has made, by identity; `observe` is told of each part computed.
    """

    def __init__(self, made: StagedExecutable, values: dict[Expr, Any], observe: Observe) -> None:
        self.made, self.values, self.observe = made, values, observe
        self.own: set[int] = set()

    def value(self, node: Expr) -> Any:
        """The value of a constant, a leaf, a result of a stage or of a node between stages."""
        if node not in self.values:
            if node.op is CONSTANT:
                return constant_value(node)
            if node in self.made.makers:
                self.run(self.made.makers[node])
            elif node.op is PROJECT and node.args[0].op is IFELSE:
                choice = node.args[0]
                branch = values_of(choice, bool(self.value(choice.args[0])))
                self.values[node] = self.value(branch[node.attr("index")])
            else:
                self.compute(node.args[0] if node.op is PROJECT else node)
        return self.values[node]

    def run(self, number: int) -> None:
        """Run a stage."""
        stage = self.made.stages[number]
        made = self.made.fronts[number](*[self.value(node) for node in stage.sources])
        self.values.update(zip(stage.results, made, strict=True))
        self.own.update(map(id, made))
        self.observe(stage.results, "kernel")

    def compute(self, node: Expr) -> None:
        """Let the reference compute a node between stages, with all its results where it has several."""
        known = {arg: self.value(arg) for arg in node.args if arg.op is not CONSTANT}
        (value,) = evaluate([node], known, origins=self.made.graph.origins)
        self.values[node] = value
        for result in self.made.results.get(node, ()):
            self.values[result] = value[result.attr("index")]
        self.observe((node,), "reference")
