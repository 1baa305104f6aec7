"""DebugMode: every rewrite is judged, and every node is compared as compiled with the NumPy reference."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from symlab.core.function import Function
from symlab.core.ir.errors import DebugModeError, SymlabError
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import CONSTANT, PARAM, Kind
from symlab.core.rewrite.trace import Step
from symlab.core.backends.reference import computed
from symlab.debug.judge import judge
from symlab.debug.kernels import Probe, compare
from symlab.debug.report import Finding, Report

Array = np.ndarray[Any, Any]


def debug_function(made: Function) -> DebugFunction:
    """The function of a request in DebugMode."""
    return DebugFunction(made, **dict(made.mode.options))


class DebugFunction:
    """A compiled function whose calls are checked; `report` tells what the last call found.

    `raises=False` keeps calling after findings; everything that the plain function has is there too.
    """

    def __init__(self, made: Function, raises: bool = True) -> None:
        self.made, self.raises = made, raises
        self.report = Report(made.name)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        arrays = self.made.signature.convert(args, keywords)
        self.report = self.check(arrays)
        if self.report.findings and self.raises:
            raise DebugModeError(str(self.report))
        return self.made.front(*arrays)

    def check(self, arrays: Sequence[Array]) -> Report:
        """The findings for these inputs; nothing is updated."""
        started = time.perf_counter()
        report = Report(self.made.name)
        before = [array.copy() for array in arrays]
        values = Values(self.made.values(arrays))
        for number, step in enumerate(self.made.trace.steps):
            check_step(report, values, number, step, self.origin_of)
        if self.probe is not None:
            check_kernels(report, self.probe, values.given, self.origin_of)
        for name, old, new in zip(self.made.signature.names, before, arrays, strict=True):
            if not np.array_equal(old, new, equal_nan=old.dtype.kind in "fc"):
                report.findings.append(Finding("memory", self.made.outputs[0], f"input {name} was written to"))
        report.seconds = time.perf_counter() - started
        return report

    @cached_property
    def probe(self) -> Probe | None:
        """Every node of the optimized graph as an output of its own, compiled without fusion."""
        return Probe.of(self.made)

    def origin_of(self, node: Expr) -> str:
        """The line of the first typed node behind an interned one."""
        for typed in self.made.trace.origins_of(node):
            if getattr(typed, "origin", None):
                return str(typed.origin)
        return ""

    def __getattr__(self, name: str) -> Any:
        if name == "made":  # not there yet while a copy is made
            raise AttributeError(name)
        return getattr(self.made, name)

    def __repr__(self) -> str:
        return repr(self.made)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.made._repr_mimebundle_(include, exclude)


class Values:
    """The reference value of any node of any version of the graph, each computed once."""

    def __init__(self, given: Mapping[Expr, Any]) -> None:
        self.given = dict(given)
        self.scopes: dict[tuple[Expr, ...], dict[Expr, Any]] = {(): dict(given)}

    def of(self, scope: tuple[Expr, ...], nodes: Sequence[Expr]) -> dict[Expr, Any]:
        """The values known in a scope, these nodes' among them."""
        known = self.scope(scope)
        with np.errstate(all="ignore"):
            for node in toposort(nodes, frozenset(known)):
                if node not in known:
                    known[node] = computed(node, known, None)
        return known

    def scope(self, scope: tuple[Expr, ...]) -> dict[Expr, Any]:
        """The values of one scope; parameters have those of the call's operands."""
        if scope not in self.scopes:
            outer, call = scope[:-1], scope[-1]
            known = self.of(outer, call.args)
            params = call.attr("body").params
            self.scopes[scope] = {param: known[arg] for param, arg in zip(params, call.args, strict=True)}
        return self.scopes[scope]


def check_step(
    report: Report, values: Values, number: int, step: Step, origin_of: Callable[[Expr], str]
) -> None:
    """Judge one rewrite on the values that its nodes have."""
    report.rewrites += 1
    try:
        bound = tuple(bound_nodes(step))
        known = values.of(step.scope, [*step.before.args, *step.after.args, *bound])
        verdict = judge(step.before, step.after, bound, known)
    except SymlabError as error:
        report.undetermined += 1
        report.verdicts.append("undetermined")
        report.notes.append(f"{step.rule.name}: {error}")
        return
    report.verdicts.append(verdict.kind)
    match verdict.kind:
        case "identical":
            report.identical += 1
        case "undetermined":
            report.undetermined += 1
        case "wrong" | "worse":
            check = "rewrite" if verdict.kind == "wrong" else "accuracy"
            origin = origin_of(step.before)
            found = Finding(check, step.before, verdict.problem, step.rule.name, number, verdict.values, origin)
            report.findings.append(found)


def bound_nodes(step: Step) -> Iterator[Expr]:
    """The nodes that a step's pattern variables stood for."""
    for value in dict(step.bindings).values():
        if isinstance(value, Expr):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Expr))


def check_kernels(
    report: Report, probe: Probe, given: Mapping[Expr, Any], origin_of: Callable[[Expr], str]
) -> None:
    """Compare each node as compiled with the reference on the compiled values of its operands."""
    known = probe.values(given)
    for node in probe.nodes:
        if node.op in (CONSTANT, PARAM) or node.op.kind is Kind.LEAF or any(arg not in known for arg in node.args):
            continue
        report.kernels += 1
        problem = compare(node, [known[arg] for arg in node.args], known[node])
        if problem:
            report.findings.append(Finding("kernel", node, problem, origin=origin_of(node)))
