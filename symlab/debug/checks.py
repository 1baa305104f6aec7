"""DebugMode: every rewrite is judged, every node compared as compiled, and memory and results looked at."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from symlab.core.backends.c.executable import Twin
from symlab.core.backends.reference import evaluate_graph
from symlab.core.delegating import Delegating
from symlab.core.function import Function
from symlab.core.ir.errors import DebugModeError, SymlabError, TypeMismatch, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ops.passing import assume
from symlab.core.pipeline import run
from symlab.core.rewrite.driver import Step
from symlab.core.rewrite.rule import Rule
from symlab.debug.assumptions import broken_assumptions
from symlab.debug.judge import Verdict, judge
from symlab.debug.kernels import Probe, compare
from symlab.debug.memory import memory_problems
from symlab.debug.moves import moved_steps
from symlab.debug.report import Finding, Report
from symlab.debug.results import computed_graph, differing_results, twin_function
from symlab.debug.values import Values

Array = np.ndarray[Any, Any]
Given = Mapping[Expr, Any]
ENOUGH = 5  # findings about one rule
KNOWN = Verdict("undetermined", "the rule is wrong elsewhere")
_turns = threading.RLock()  # a call that updates shared variables would change what the checks of another compare


def debug_function(made: Function) -> DebugFunction:
    """The function of a request in DebugMode."""
    return DebugFunction(made, **dict(made.mode.options))


def check(function: Any, *args: Any, **keywords: Any) -> Report:
    """What DebugMode finds in a call of any compiled function; the call is not made, and nothing is updated."""
    if isinstance(function, DebugFunction):
        return function.check(function.made.signature.convert(args, keywords))
    made = getattr(function, "made", getattr(function, "details", function))
    if not isinstance(made, Function):
        raise TypeMismatch(message(f"{function!r} is no compiled function", (), ["sl.function([x], ...)"]))
    return check(DebugFunction(made), *args, **keywords)


class DebugFunction(Delegating, to="made"):
    """A compiled function whose calls are checked; `report` tells what the last call found.

    `raises=False` keeps calling after findings; everything that the plain function has is there too.
    """

    def __init__(self, made: Function, raises: bool = True) -> None:
        self.made, self.raises = made, raises
        self.report = Report(made.name)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The results for these arguments, checked."""
        return self.made.answer(self.checked, args, keywords)

    def checked(self, *arrays: Array) -> Any:
        """The results for these inputs, if nothing is found."""
        with _turns:
            self.report = self.check(arrays)
            if self.report.findings and self.raises:
                raise DebugModeError(str(self.report))
            return self.made.front(*arrays)

    def check(self, arrays: Sequence[Array]) -> Report:
        """The findings for these inputs; nothing is updated."""
        return Checking(self, arrays).report

    @cached_property
    def probe(self) -> Probe | None:
        """Every node of the optimized graph as an output of its own, compiled without fusion."""
        return Probe.of(self.made)

    @cached_property
    def twin(self) -> Twin | None:
        """The compiled function on copies of its shared variables."""
        return twin_function(self.made)

    @cached_property
    def repeats(self) -> bool:
        """Whether compiling again gives the same graph."""
        made = self.made
        pipeline = made.mode.pipeline
        graphs = pipeline.before("fuse") if "fuse" in pipeline.names else pipeline
        again = run(graphs, made.request.graph(), made.config)
        return again.graph.digest == made.trace.graph.digest


class Checking:
    """The checks of one call, one after another."""

    def __init__(self, debugged: DebugFunction, arrays: Sequence[Array]) -> None:
        started = time.perf_counter()
        self.debugged, self.made, self.arrays = debugged, debugged.made, arrays
        self.trace = self.made.trace
        self.endless: set[Rule] = set()  # rules that would not stop acting
        self.report = Report(self.made.name)
        self.given: Given = self.made.values(arrays)
        before = {node: value.copy() for node, value in self.given.items() if isinstance(value, np.ndarray)}
        self.compute_as_written()
        self.check_assumptions()
        self.check_rewrites()
        self.check_compiled()
        for node, value in before.items():
            if value.tobytes() != self.given[node].tobytes():
                self.found("memory", node, f"{self.name_of(node)} was written to")
        self.report.seconds = time.perf_counter() - started

    # What is said of a finding

    def found(self, check: str, node: Expr, problem: str, rule: str | None = None, step: int | None = None,
              values: str = "") -> None:  # fmt: skip
        """Add a finding."""
        self.report.findings.append(Finding(check, node, problem, rule, step, values, self.origin_of(node)))

    def origin_of(self, node: Expr) -> str:
        """The line of the first typed node behind an interned one."""
        return next((str(typed.origin) for typed in self.trace.origins_of(node) if getattr(typed, "origin", None)), "")

    def name_of(self, node: Expr) -> str:
        """What the user calls a node, or else its op."""
        return next(
            (str(typed.name) for typed in self.trace.origins_of(node) if getattr(typed, "name", None)), node.op.name
        )

    # What was typed

    def compute_as_written(self) -> None:
        """Raise where what was typed has no value for these arguments, as for sizes that only a dropped operand had."""
        with np.errstate(all="ignore"):
            evaluate_graph(self.trace.first_graph, self.given)

    def check_assumptions(self) -> None:
        """Say what was assumed and is not so; it may be why rewrites are found wrong."""
        graph = self.trace.first_graph
        values = Values(self.given, graph.table)
        for node in graph.nodes():
            if node.op is assume:
                for problem in broken_assumptions(node, values.of((), [node])[node]):
                    self.found("assumption", node, problem)

    # Rewrites

    def check_rewrites(self) -> None:
        """Judge every rewrite, and what the passes did beside their rules."""
        self.check_ends()
        values = Values(self.given, self.trace.first_graph.table, self.made.config.algebra == "floating")
        for number, step in enumerate(self.trace.steps):
            verdict = self.judged(values, step) if self.is_news(step) else KNOWN
            self.report.verdicts.append(verdict.kind)
            if verdict.kind in ("wrong", "worse"):
                check = "rewrite" if verdict.kind == "wrong" else "accuracy"
                self.found(check, step.before, verdict.problem, step.rule.name, number, verdict.values)
            elif verdict.kind == "undetermined":
                self.report.notes.append(f"rewrite {number}, {step.rule.name}, is undetermined: {verdict.problem}")
        for step in moved_steps(self.trace):
            self.report.moves += 1
            verdict = self.judged(values, step)
            if verdict.kind == "wrong":
                self.found(
                    "rewrite", step.after, f"the pass {step.rule.name}: {verdict.problem}", values=verdict.values
                )
        if not self.debugged.repeats:
            self.found("order", self.trace.graph.roots[0], "compiling again gives another graph")

    def check_ends(self) -> None:
        """Name the rule that acted most in a pass that had to be stopped."""
        for record in self.trace.passes:
            if record.report.over_limit:
                steps = [event for event in record.events if isinstance(event, Step)]
                (rule, count), *_ = Counter(step.rule for step in steps).most_common(1)
                self.endless.add(rule)
                first = next(step for step in steps if step.rule is rule)
                problem = f"the pass {record.name} would not end: of its {len(steps)} rewrites, this rule made {count}"
                self.found("order", first.before, problem, rule.name, self.trace.steps.index(first))

    def is_news(self, step: Step) -> bool:
        """Whether the rule of a step has not been found wrong several times already."""
        if step.rule in self.endless:
            return False
        return sum(1 for finding in self.report.findings if finding.rule == step.rule.name) < ENOUGH

    def judged(self, values: Values, step: Step) -> Verdict:
        """The verdict on one step; undetermined where the reference cannot compute the node as it was."""
        try:
            values.of(step.scope, [step.before])
        except SymlabError as error:
            return Verdict("undetermined", first_line(error))
        try:
            known = values.of(step.scope, [step.before, step.after])
        except SymlabError as error:
            return Verdict("wrong", f"it cannot be computed any more: {first_line(error)}")
        return judge(step, known, self.is_exact(step), self.name_of)

    def is_exact(self, step: Step) -> bool:
        """Whether a step is within a region computed as written."""
        return self.made.config.algebra == "floating" or any(call.attr("body").exact for call in step.scope)

    # Compiled code

    def check_compiled(self) -> None:
        """Compare nodes and results as compiled, and watch memory; the errors of a call are left to the call."""
        if self.made.executable is None:
            self.report.notes.append("nothing is compiled: the function runs on the reference evaluator")
            return
        for test in (self.check_nodes, self.check_memory, self.check_results):
            try:
                test()
            except SymlabError as error:
                self.report.notes.append(f"the call fails: {first_line(error)}")
                return

    def check_nodes(self) -> None:
        """Compare each node as compiled with the reference on the compiled values of its operands."""
        probe = self.debugged.probe
        if probe is None:
            return
        known = probe.values(self.given)
        for node in probe.nodes:
            if node.op is CONSTANT or node.op.kind is Kind.LEAF or any(arg not in known for arg in node.args):
                continue
            self.report.kernels += 1
            problem = compare(node, [known[arg] for arg in node.args], known[node])
            if problem is not None:
                self.found("kernel", node, problem[0], values=problem[1])

    def check_memory(self) -> None:
        """Run in guarded memory."""
        root = self.trace.graph.roots[0]
        for node, problem in dict.fromkeys(memory_problems(self.made, self.given)):
            self.found("memory", node or root, problem)

    def check_results(self) -> None:
        """Compare the results with the graph as written and as optimized, and see what memory they share."""
        twin = self.debugged.twin
        if twin is None:
            return
        twin.reset(self.given)
        results = twin.front(*self.arrays)
        shared = [cell.get_value(borrow=True) for cell in twin.cells.values()]
        self.check_sharing(results, shared)
        graph = self.trace.graph
        new = dict(zip(twin.cells, shared, strict=True))
        values = [*results, *(new[leaf] for leaf in graph.updated)]
        for root, value in zip(graph.roots, values, strict=True):
            if value.dtype == bool and (value.view(np.uint8) > 1).any():
                self.found("type", root, "it holds bytes that are no truth values")
        optimized = computed_graph(graph, self.given)
        written = computed_graph(self.trace.first_graph, self.given)
        self.check_against(values, differing_results(values, optimized), "as compiled, the result differs: ")
        if written.finite:
            problems = differing_results(values, written, [optimized])
            self.check_against(values, problems, "the result is not that of the formula as written: ")

    def check_against(self, values: Sequence[Array], problems: Sequence[str | None], text: str) -> None:
        """Findings about results."""
        self.report.results += len(values)
        for root, problem in zip(self.trace.graph.roots, problems, strict=True):
            if problem is not None:
                self.found("result", root, text + problem)

    def check_sharing(self, results: Sequence[Array], shared: Sequence[Array]) -> None:
        """No result may lie in the memory of an argument, of a shared variable or of another result."""
        names: list[tuple[str, Array]] = [
            *((f"input {name or place + 1}", array) for place, (name, array) in
              enumerate(zip(self.made.signature.names, self.arrays, strict=True))),
            *((f"the shared variable {item.name or '?'}", array) for item, array in
              zip(self.made.shared_leaves.values(), shared, strict=True)),
        ]  # fmt: skip
        for place, (root, result) in enumerate(zip(self.trace.graph.outputs, results, strict=True)):
            others = [*names, *((f"result {number + 1}", other) for number, other in enumerate(results[:place]))]
            for name, other in others:
                if np.may_share_memory(result, other):
                    self.found("memory", root, f"result {place + 1} shares memory with {name}")


def first_line(error: Exception) -> str:
    """What is wrong, without the rows that follow."""
    return str(error).partition("\n")[0]
