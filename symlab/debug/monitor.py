"""MonitorMode: functions of the user's that are called before and after every node of the optimized graph.

So are the nodes within the steps of loops, at every step; `scan(..., mode=MonitorMode(...))` has functions for its
loop alone, whatever the mode of the function.

They get what Theano's do: the number of the node, the node itself (its `op`, `inputs` and `outputs`), and an object
whose `inputs` and `outputs` hold the values, each in a list of one. The reference evaluator computes, node by node.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import numpy as np

from symlab.core.fgraph import Application, FunctionGraph
from symlab.core.function import Function
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import PROJECT
from symlab.core.modes import Mode
from symlab.core.pipeline import DEFAULT
from symlab.core.seams import seam
from symlab.core.steps import MONITORED

Told = Callable[..., None]  # (i, node, fn), or (fgraph, i, node, fn) as PyTensor has it


def monitor_mode(pre_func: Told | None = None, post_func: Told | None = None) -> Mode:
    """The mode in which `pre_func(i, node, fn)` is called before each node is computed, and `post_func` after it."""
    options = {"pre_func": pre_func, "post_func": post_func}
    return Mode("MonitorMode", DEFAULT.before("fuse"), "reference", "debug.MonitorMode", options)


def monitored_function(made: Function) -> Function:
    """The function of a request in MonitorMode."""
    monitor = Monitor(made.maker.fgraph, **dict(made.mode.options))
    made.watchers = monitor.watchers
    return made


@dataclass
class Computation:
    """The values that one node reads and gives, each in a list of one."""

    inputs: list[list[Any]]
    outputs: list[list[Any]]


@dataclass
class Monitor:
    """Who is told of the nodes of one function, or of the body of one loop."""

    graph: FunctionGraph
    pre_func: Told | None = None
    post_func: Told | None = None
    places: dict[Expr, tuple[int, Application]] = field(init=False)
    loops: dict[Expr, Monitor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        order = self.graph.toposort()
        computed = (
            (found.args[0] if found.op is PROJECT else found) for found in (node.outputs[0].node for node in order)
        )
        self.places = {node: (place, order[place]) for place, node in enumerate(computed)}

    def watchers(self, values: Mapping[Expr, Any]) -> tuple[Any, ...]:
        """What the evaluator calls after and before each node of one call with these values of the leaves.

        The third is asked for those of the steps of loops, which are told as a function of their own.
        """
        known = dict(values)

        def before(node: Expr) -> None:
            if node in self.places and self.pre_func is not None:
                self.tell(self.pre_func, node, known, [])

        def after(node: Expr, value: Any) -> None:
            known[node] = value
            if node in self.places and self.post_func is not None:
                self.tell(self.post_func, node, known, list(value) if isinstance(value, tuple) else [value])

        return after, before, self.within

    def within(self, loop: Expr, values: Mapping[Expr, Any]) -> tuple[Any, ...]:
        """Who watches one step of a loop: the functions of its own mode, where it has one."""
        if loop not in self.loops:
            modes = [getattr(typed, MONITORED, None) for typed in self.graph.trace.origins_of(loop)]
            own = next((dict(mode.options) for mode in modes if mode is not None), None)
            told = {"pre_func": self.pre_func, "post_func": self.post_func} if own is None else own
            self.loops[loop] = Monitor(self.graph.of_body(loop.attr("body")), **told)
        return self.loops[loop].watchers(values)

    def tell(self, told: Told, node: Expr, known: Mapping[Expr, Any], results: Sequence[Any]) -> None:
        """Call one of the functions."""
        place, application = self.places[node]
        computation = Computation([[known.get(arg)] for arg in node.args], [[result] for result in results])
        first = (self.graph,) if len(signature(told).parameters) > 3 else ()
        told(*first, place, application, computation)


def detect_nan(i: int, node: Application, fn: Computation) -> None:
    """A `post_func` that prints the graph and the values of every node that gives nan."""
    values = [value for (value,) in fn.outputs if np.asarray(value).dtype.kind in "fc"]
    if any(np.isnan(value).any() for value in values):
        graph = seam("display.debugprint")(node, file="str")
        given, found = ([value for (value,) in several] for several in (fn.inputs, fn.outputs))
        sys.stdout.write(f"*** nan found ***\n{graph}\ninputs:  {given}\noutputs: {found}\n")
