"""`f.maker.fgraph`: the compiled graph as Theano's users read it, one application per kernel or library call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from symlab.core.ir.expr import Expr, Lambda
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import CONSTANT, PROJECT, Kind, Op
from symlab.core.ir.types import TupleType
from symlab.core.lower.buffers import Buffer, Home
from symlab.core.lower.fuse import Refusal
from symlab.core.rewrite.trace import Trace


@dataclass(frozen=True)
class Composite:
    """What a fused kernel computes: several ops in one pass over memory."""

    ops: tuple[Op, ...]

    @property
    def name(self) -> str:
        """The ops by name."""
        return "·".join(dict.fromkeys(op.name for op in self.ops))

    def __str__(self) -> str:
        return f"Composite{{{self.name}}}"


@dataclass(eq=False)
class Value:
    """An array between the applications of a compiled graph: `node` is the expression of `graph` that it holds."""

    node: Expr
    graph: Graph = field(repr=False)
    name: str | None = None
    owner: Application | None = field(default=None, repr=False)
    clients: list[tuple[Application | str, int]] = field(default_factory=list, repr=False)

    @property
    def type(self) -> Any:
        """Its dtype, rank and known sizes."""
        return self.node.type

    @property
    def op(self) -> Op:
        """The op of its expression."""
        return self.node.op

    def __str__(self) -> str:
        return self.name or self.node.op.name


@dataclass(eq=False)
class Application:
    """One kernel or library call."""

    op: Any  # an op, a Composite, or the object of a program that an op is the record of
    inputs: list[Value]
    outputs: list[Value]

    def __str__(self) -> str:
        return f"{self.op}({', '.join(map(str, self.inputs))})"

    __repr__ = __str__


class FunctionGraph:
    """A compiled graph, to be read: changing these lists changes no function."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.apply_nodes: list[Application] = []
        program = trace.program
        graph = trace.graph
        if program is None or isinstance(program, Refusal):
            self.inputs, self.outputs = self.of_nodes(graph)
        else:
            self.inputs, self.outputs = self.of_program(program, graph)
        for place, value in enumerate(self.outputs):
            value.clients.append(("output", place))

    def of_body(self, body: Lambda) -> FunctionGraph:
        """The body of a loop as a graph, whose inputs are the values of one step."""
        made = FunctionGraph.__new__(FunctionGraph)
        made.trace, made.apply_nodes = self.trace, []
        graph = replace(self.trace.graph, inputs=body.params, roots=body.body.args, updated=())
        made.inputs, made.outputs = made.of_nodes(graph)
        return made

    def toposort(self) -> list[Application]:
        """The applications in the order in which a call runs them."""
        return list(self.apply_nodes)

    @cached_property
    def variables(self) -> list[Value]:
        """Every array, inputs first."""
        found = dict.fromkeys(self.inputs)
        for item in self.apply_nodes:
            found.update(dict.fromkeys((*item.inputs, *item.outputs)))
        return list(found)

    @property
    def clients(self) -> dict[Value, list[tuple[Application | str, int]]]:
        """For each array who reads it: (application, place among its inputs), or ("output", place)."""
        return {value: list(value.clients) for value in self.variables}

    def of_program(self, program: Any, graph: Graph) -> tuple[list[Value], list[Value]]:
        """The inputs and outputs of what lowering made; its steps become applications."""
        fused, source = program.fused, program.fused.prepared.source
        values = [self.value(source(buffer.node)) for buffer in fused.buffers]
        for step in program.steps:
            nodes = dict.fromkeys(source(node) for node in step.nodes)
            reads = [values[number] for number in step.reads]
            self.add(list(nodes), reads, [values[number] for number in step.writes])
        inputs = [
            at_home(fused.buffers, values, Home.OPERAND, place) or self.value(node)
            for place, node in enumerate(fused.operands)
        ]
        outputs = [
            at_home(fused.buffers, values, Home.ROOT, place) or self.value(node)
            for place, node in enumerate(graph.roots)
        ]
        return inputs, outputs

    def of_nodes(self, graph: Graph) -> tuple[list[Value], list[Value]]:
        """The inputs and outputs of a graph that the reference evaluator runs; each node is an application."""
        order = graph.nodes()
        values = {node: self.value(node) for node in (*graph.inputs, *order)}
        picked = {(node.args[0], node.attr("index")): node for node in order if node.op is PROJECT}
        for node in order:
            if node.op.kind is not Kind.LEAF and node.op is not PROJECT:
                count = len(node.type.items) if isinstance(node.type, TupleType) else 0
                results = [values[picked.get((node, place), node)] for place in range(count)]
                self.add([node], [values[arg] for arg in node.args], results or [values[node]])
        inputs = [*graph.inputs, *(node for node in order if node.op.kind is Kind.LEAF and node.op is not CONSTANT)]
        return [values[node] for node in dict.fromkeys(inputs)], [values[node] for node in graph.roots]

    def add(self, nodes: Sequence[Expr], inputs: list[Value], outputs: list[Value]) -> None:
        """One more application."""
        first, *others = nodes
        op = Composite(tuple(node.op for node in nodes)) if others else first.op.seen_as(first.attributes)
        made = Application(op, inputs, outputs)
        self.apply_nodes.append(made)
        for place, value in enumerate(inputs):
            value.clients.append((made, place))
        for value in outputs:
            value.owner = made

    def value(self, node: Expr) -> Value:
        """The array of a node, called as the user called it."""
        names = (getattr(typed, "name", None) for typed in self.trace.origins_of(node))
        return Value(node, self.trace.graph, next((str(name) for name in names if name), None))

    def __repr__(self) -> str:
        return f"<graph of {len(self.apply_nodes)} applications>"


def at_home(buffers: Iterable[Buffer], values: Sequence[Value], home: Home, place: int) -> Value | None:
    """The array of the operand or root at this place, if anything names it."""
    return next((values[buffer.number] for buffer in buffers if (buffer.home, buffer.place) == (home, place)), None)


@dataclass(frozen=True)
class Maker:
    """What Theano calls the maker of a function: `fgraph` is its compiled graph, `mode` how it was compiled."""

    function: Any

    @cached_property
    def fgraph(self) -> FunctionGraph:
        """The compiled graph."""
        return FunctionGraph(self.function.trace)

    @property
    def mode(self) -> Any:
        """The mode under which the function was compiled."""
        return self.function.mode

    @property
    def inputs(self) -> list[Any]:
        """The inputs as `In` records."""
        return list(self.function.request.inputs)

    @property
    def outputs(self) -> list[Any]:
        """The outputs as typed."""
        return list(self.function.outputs)
