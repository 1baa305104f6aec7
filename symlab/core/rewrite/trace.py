"""What a compilation did: a record for each pass, and the questions that the whole trace answers."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symlab.core.ir.config import Config
from symlab.core.ir.errors import InvalidIndex, message
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph
from symlab.core.rewrite.choose import Chooser, Settled
from symlab.core.rewrite.driver import Driver, Event, Move, Report, Step, replaying
from symlab.core.rewrite.normal import make_builder, normal_form
from symlab.core.rewrite.observer import Observer
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.tally import PROCESS
from symlab.core.seams import seam

STEPS_PER_NODE = 20


@dataclass(frozen=True, eq=False, repr=False)
class PassRecord:
    """One pass: the graph that came in, its normal form (`start`), all steps and moves in order, the graph at the end.

    `result` is what a transform made where that is no graph: kernels, a schedule, a program. `started` is when a
    rewriting pass began, in nanoseconds of `time.perf_counter_ns`.
    """

    name: str
    before: Graph
    start: Graph
    events: tuple[Event, ...]
    after: Graph
    report: Report
    seconds: float
    exact: bool = False
    result: Any = None
    started: int = 0

    def __repr__(self) -> str:
        count = len(self.steps)
        return f"<pass {self.name}: {count} rewrite{'s' * (count != 1)}, {self.seconds * 1e3:.1f} ms>"

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The rewrites in order."""
        return tuple(event for event in self.events if isinstance(event, Step))

    def graph_at(self, count: int) -> Graph:
        """The graph after the first `count` steps of this pass."""
        if count >= len(self.steps):
            return self.after
        replay = replaying(self.steps[:count])
        return Driver(self.start, make_builder(self.start), replay, Report(), count + 1, self.exact).run()


def rewrite(
    name: str,
    graph: Graph,
    rules: tuple[Rule, ...],
    config: Config | None = None,
    observers: Sequence[Observer] = (),
    tried: frozenset[Rule] = frozenset(),
) -> PassRecord:
    """Run one rewriting pass and keep all that it did. Under `algebra="floating"` only exact rules act.

    `tried` are rules of which none fires any more on the nodes of `graph`.
    """
    started = time.perf_counter_ns()
    exact = config is not None and config.algebra == "floating"
    nodes = graph.nodes()
    start, formed = (graph, []) if exact else normal_form(graph, nodes)
    settled = Settled(frozenset(nodes), tried) if tried else None
    if start is not graph:
        nodes = start.nodes()
    builder, report = make_builder(start, nodes), Report()
    chooser = Chooser(rules, builder, report, observers, settled)
    limit, seconds = STEPS_PER_NODE * len(nodes) + 100, config.rewrite_seconds if config is not None else math.inf
    deadline = time.perf_counter() + seconds
    driver = Driver(start, builder, chooser, report, limit, exact, chooser.moved, deadline)
    after = driver.run()
    PROCESS.add(report.tally)
    if report.over_time:
        warnings.warn(over_time(name, seconds), RewriteBudgetWarning, stacklevel=2)
    events = (*(Move(*move) for move in formed), *driver.events)
    spent = (time.perf_counter_ns() - started) / 1e9
    return PassRecord(name, graph, start, events, after, report, spent, exact, started=started)


class RewriteBudgetWarning(UserWarning):
    """A rewriting pass was stopped by its budget; what it had done until then stands."""


def over_time(name: str, seconds: float) -> str:
    """What is said when the time of a pass is up."""
    problem = (
        f"the pass {name!r} was stopped after {seconds:g} s: the function is right, and less optimized than it could be"
    )
    return message(problem, (), [f"sl.configure(rewrite_seconds=...) with more than {seconds:g}"])


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """All passes of one compilation."""

    passes: tuple[PassRecord, ...]
    first_graph: Graph
    name: str | None = None  # of the function that was compiled

    def __repr__(self) -> str:
        count = len(self.steps)
        return f"<trace of {len(self.passes)} passes, {count} rewrite{'s' * (count != 1)}>"

    @property
    def graph(self) -> Graph:
        """The graph after the last pass."""
        return self.passes[-1].after if self.passes else self.first_graph

    @property
    def program(self) -> Any:
        """What the last transform made: kernels, order and buffers; None if the pipeline ends before."""
        return next((record.result for record in reversed(self.passes) if record.result is not None), None)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every rewrite of every pass, in order."""
        return tuple(step for record in self.passes for step in record.steps)

    def graph_at(self, count: int) -> Graph:
        """The graph after the first `count` rewrites: 0 is the graph as typed, `len(steps)` the final one."""
        if not 0 <= count <= len(self.steps):
            problem = f"there is no graph after {count} rewrites: the trace has {len(self.steps)}"
            raise InvalidIndex(message(problem, (), [f"a number from 0 to {len(self.steps)}"]))
        if count in (0, len(self.steps)):
            return self.graph if count else self.first_graph
        for record in self.passes:
            if count <= len(record.steps):
                return record.graph_at(count)
            count -= len(record.steps)
        return self.graph

    def origins_of(self, node: Expr) -> list[Expr]:
        """All typed nodes behind a node of any graph of this trace, the nearest first."""
        origins = self.first_graph.origins
        return list(dict.fromkeys(typed for old in reached(node, self.sources) for typed in origins.get(old, ())))

    def descendants(self, node: Expr) -> list[Expr]:
        """The nodes of the final graph that stand for a node: a typed one, or one of an earlier graph."""
        starts = self.interned.get(node, (node,))
        final = set(self.graph.nodes())
        found = dict.fromkeys(new for start in starts for new in reached(start, self.results))
        return [new for new in found if new in final]

    def to_json(self) -> dict[str, Any]:
        """The trace as JSON, version 1."""
        return seam("display.json")(self)  # type: ignore[no-any-return]

    def to_html(self, path: Any = None, **options: Any) -> str:
        """The interactive view as one HTML page, written to `path` where given."""
        return seam("display.html")(self, path, **options)  # type: ignore[no-any-return]

    def to_svg(self, path: Any = None, **options: Any) -> str:
        """The graph after `step` rewrites (all by default) as a still picture, written to `path` where given."""
        return seam("display.svg")(self, path, **options)  # type: ignore[no-any-return]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return seam("display.bundle")(self)

    @cached_property
    def sources(self) -> Mapping[Expr, Sequence[Expr]]:
        """For each node, those that it was made from."""
        found: dict[Expr, list[Expr]] = {}
        known = set(self.first_graph.nodes())
        for before, after in replacements(self.passes):
            for new in unknown_nodes(after, known):
                found.setdefault(new, []).append(before)
            if after not in found or before not in found[after]:
                found.setdefault(after, []).append(before)
        return found

    @cached_property
    def results(self) -> Mapping[Expr, Sequence[Expr]]:
        """For each node, those that it became; where one step made several, all of them."""
        found: dict[Expr, list[Expr]] = {}
        for new, sources in self.sources.items():
            for old in sources:
                found.setdefault(old, []).append(new)
        return found

    @cached_property
    def interned(self) -> Mapping[Expr, Sequence[Expr]]:
        """For each typed node, the interned ones that stand for it."""
        found: dict[Expr, list[Expr]] = {}
        for node, typed in self.first_graph.origins.items():
            for item in typed:
                found.setdefault(item, []).append(node)
        return found


def replacements(passes: Iterable[PassRecord]) -> Iterator[tuple[Expr, Expr]]:
    """What became of what, in order."""
    for record in passes:
        for event in record.events:
            yield event.before, event.after


def unknown_nodes(root: Expr, known: set[Expr]) -> list[Expr]:
    """The nodes below a new one that were not met before; they are known from now on."""
    if root in known:
        return []
    fresh = [node for node in toposort([root], known) if node not in known]
    known.update(fresh)
    return fresh


def reached(node: Expr, edges: Mapping[Expr, Sequence[Expr]]) -> list[Expr]:
    """The node and all that its edges lead to, the nearest first."""
    found = {node: None}
    waiting = [node]
    for current in waiting:
        for other in edges.get(current, ()):
            if other not in found:
                found[other] = None
                waiting.append(other)
    return list(found)
