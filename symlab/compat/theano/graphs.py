"""Graphs that programs make by hand, `FunctionGraph([x], [y])`, and what rewrites them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from symlab.compat.theano.kinds import clone_graph
from symlab.core import walk
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import InvalidValue, MissingInputError, message
from symlab.core.ir.graph import Graph
from symlab.core.local import LocalRule, register, rewritten
from symlab.core.ops.operators import Variable
from symlab.core.ops.replacing import replaced
from symlab.core.substitute import checked_givens
from symlab.core.walk import explicit_graph_inputs, io_toposort, variables_between


def ancestors(variable_list: Any, blockers: Any = None) -> list[Variable]:
    """The variables and all that they are computed from, in a list as Theano's."""
    return list(walk.ancestors(variable_list, blockers))


class FunctionGraph:
    """The graph between inputs and outputs, with parts that can be replaced; its variables go into `function` as any.

    `clone` takes copies of inputs and of all between, so that the expressions themselves stay as they are. Features,
    which Theano's rewrites keep with a graph, are not there.
    """

    def __init__(
        self,
        inputs: Sequence[Variable] | None = None,
        outputs: Sequence[Variable] = (),
        features: Sequence[Any] = (),
        clone: bool = True,
    ) -> None:
        if not outputs:
            raise InvalidValue(message("a graph has outputs", (), ["FunctionGraph([x], [y])"]))
        given = list(explicit_graph_inputs(list(outputs)) if inputs is None else inputs)
        self.inputs, self.outputs = clone_graph(given, outputs) if clone else (given, list(outputs))
        free = [leaf for leaf in explicit_graph_inputs(self.outputs) if leaf not in self.inputs and self.needs(leaf)]
        if free:
            raise MissingInputError(message(f"the graph needs {free[0]!r}", [("needed", free[0])], ["to add it"]))

    def needs(self, leaf: Variable) -> bool:
        """Whether a leaf is reached without passing one of the inputs."""
        return leaf in self.variables

    @property
    def graph(self) -> Graph:
        """The graph as it is printed and drawn."""
        return Graph.of(self.inputs, self.outputs)

    @property
    def variables(self) -> set[Variable]:
        """Every variable of the graph."""
        return {*self.inputs, *variables_between(self.inputs, self.outputs)}

    @property
    def apply_nodes(self) -> set[Apply]:
        """Every application of the graph."""
        return set(self.toposort())

    def toposort(self) -> list[Apply]:
        """The applications, operands first."""
        return io_toposort(self.inputs, self.outputs)

    @property
    def clients(self) -> dict[Variable, list[tuple[Any, int]]]:
        """For each variable who reads it: (application, place among its inputs), or ("output", place)."""
        found: dict[Variable, list[tuple[Any, int]]] = {variable: [] for variable in self.variables}
        for node in self.toposort():
            for place, variable in enumerate(node.inputs):
                found.setdefault(variable, []).append((node, place))  # type: ignore[arg-type]
        for place, variable in enumerate(self.outputs):
            found[variable].append(("output", place))
        return found

    def replace(self, old: Variable, new: Variable, *reason: Any, **options: Any) -> None:
        """Put one variable for another of its type, wherever the graph has it."""
        self.replace_all([(old, new)])

    def replace_all(self, pairs: Iterable[tuple[Variable, Variable]], *reason: Any, **options: Any) -> None:
        """Put several variables for others, all at once."""
        self.outputs[:] = replaced(self.outputs, checked_givens(list(pairs)))

    replace_validate, replace_all_validate = replace, replace_all

    def clone(self) -> FunctionGraph:
        """A graph of copies."""
        return FunctionGraph(self.inputs, self.outputs)

    def __contains__(self, item: Any) -> bool:
        return item in (self.apply_nodes if isinstance(item, Apply) else self.variables)

    def __repr__(self) -> str:
        return f"FunctionGraph({', '.join(map(str, self.outputs))})"


@dataclass(frozen=True, eq=False)
class Rewriter:
    """Rewrites that are tried everywhere in a graph."""

    rules: tuple[LocalRule, ...]

    def optimize(self, graph: FunctionGraph, *options: Any) -> None:
        """Rewrite a graph that was made by hand."""
        graph.outputs[:] = rewritten(graph.outputs, self.rules)

    apply = rewrite = optimize


def rewriter(*rules: Any, **options: Any) -> Rewriter:
    """What tries these rewrites everywhere; in which direction makes no difference."""
    several = [item for rule in rules for item in (rule if isinstance(rule, (list, tuple)) else [rule])]
    return Rewriter(tuple(several))


class Database:
    """`optdb`: where programs put rewrites for every function that is made afterwards."""

    def register(self, name: str, rule: Any, *tags: Any, **options: Any) -> None:
        """Have every function try a rewrite, or all of those in a rewriter."""
        several = rule.rules if isinstance(rule, Rewriter) else (rule,)
        for place, item in enumerate(several):
            register(item, f"{name}_{place}" if place else name)


optdb = Database()
