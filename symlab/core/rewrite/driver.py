"""One bottom-up driver for rewriting and for replaying, with every step kept. It does not recurse over the graph."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from time import perf_counter
from typing import Any

from symlab.core.ir.expr import Expr, Lambda, toposort
from symlab.core.ir.graph import Graph, with_body
from symlab.core.ir.op import Kind
from symlab.core.rewrite.analysis import Scope
from symlab.core.rewrite.normal import Builder, used_by_several
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.tally import Tally
from symlab.core.seams import seam


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One rewrite: `before` became `after` everywhere in `scope`, the path of calls that leads to it.

    `bindings` tells what each variable of the rule stood for: a node, a tuple of nodes, or attributes. `moment` is when
    it was made, in nanoseconds of `time.perf_counter_ns`.
    """

    rule: Rule
    scope: Scope
    before: Expr
    after: Expr
    bindings: Mapping[str, Any]
    moment: int = field(default=0, compare=False)

    def __repr__(self) -> str:
        short = seam("display.short")
        return f"<{self.rule.name}: {short(self.before)} -> {short(self.after)}>"

    @property
    def reason(self) -> str:
        """Why the rule exists."""
        return self.rule.reason


@dataclass(frozen=True, slots=True)
class Move:
    """A node made again because its operands changed, or because a pass brought it into another form."""

    scope: Scope
    before: Expr
    after: Expr


Event = Step | Move
Choose = Callable[[Scope, bool, Expr], Step | None]
Moved = Callable[[Expr, Expr], None]  # told of each node that is made again over other operands


@dataclass
class Report:
    """What the driver did not do, and why."""

    refused: Counter[str] = field(default_factory=Counter)
    cycles: list[tuple[str, ...]] = field(default_factory=list)
    over_limit: bool = False
    over_time: bool = False
    tally: Tally = field(default_factory=Tally)


def replaying(steps: Iterable[Step]) -> Choose:
    """A chooser that repeats recorded steps and makes no others."""
    recorded = {(step.scope, step.before): step for step in steps}
    return lambda scope, exact, node: recorded.get((scope, node))


class Job:
    """One node on its way to its final form, through a chain of replacements."""

    __slots__ = ("active", "chain", "entered", "events", "exact", "final", "scope")

    def __init__(self, scope: Scope, exact: bool, node: Expr) -> None:
        self.scope, self.exact = scope, exact
        self.chain: list[Expr] = [node]
        self.events: list[Event | None] = [None]
        self.final = self.entered = self.active = False

    def last_step(self) -> Step | None:
        """The last rule that acted on the node."""
        return next((event for event in reversed(self.events) if isinstance(event, Step)), None)


class Driver:
    """Rewrites every scope of a graph bottom-up; what is done is kept by scope, then node."""

    def __init__(
        self, graph: Graph, builder: Builder, choose: Choose, report: Report, limit: int, exact: bool = False,
        moved: Moved | None = None, deadline: float = inf,
    ) -> None:  # fmt: skip
        self.moved, self.deadline = moved, deadline
        self.graph, self.choose, self.report, self.limit, self.exact = graph, choose, report, limit, exact
        self.builders = {False: builder, True: Builder(builder.table, exact=True)}
        self.done: dict[Scope, dict[Expr, Expr]] = defaultdict(dict)
        self.active: dict[Scope, dict[Expr, Job]] = defaultdict(dict)
        self.recorded: list[Event] = []
        self.withdrawn: set[int] = set()
        self.count = 0
        self.stack: list[Job] = []

    def run(self) -> Graph:
        """The rewritten graph."""
        for root in self.graph.roots:
            self.open((), self.exact, root)
            while self.stack:
                job = self.stack[-1]
                if not job.active and not self.started(job):
                    self.stack.pop()
                elif not self.wait(job) and not self.advance(job):
                    self.close(job)
        return self.graph.with_roots([self.done[()][root] for root in self.graph.roots])

    @property
    def events(self) -> tuple[Event, ...]:
        """All steps and moves that stand, in order."""
        if not self.withdrawn:
            return tuple(self.recorded)
        return tuple([event for event in self.recorded if id(event) not in self.withdrawn])

    def open(self, scope: Scope, exact: bool, node: Expr) -> None:
        """Start a job for a node that has none; leaves are final."""
        done = self.done[scope]
        if node in done:
            return
        if not node.args and not node.op.infer:
            done[node] = node
        else:
            self.stack.append(Job(scope, exact, node))

    def started(self, job: Job) -> bool:
        """Make a job active when its turn comes; False if another made its node final in the meantime."""
        if job.chain[0] in self.done[job.scope]:
            return False
        job.active = True
        self.active[job.scope][job.chain[0]] = job
        return True

    def close(self, job: Job) -> None:
        """Record the final form of every node of the chain; what several nodes use remains so in its new form."""
        done, active = self.done[job.scope], self.active[job.scope]
        shared = self.builders[job.exact].shared
        final = job.chain[-1]
        for node in job.chain:
            done[node] = final
            active.pop(node, None)
            if node in shared:
                shared.add(final)
        self.stack.pop()

    def wait(self, job: Job) -> bool:
        """Open jobs for operands that are not final; an operand that the job itself computes closes a cycle."""
        done = self.done[job.scope]
        missing = [arg for arg in job.chain[-1].args if arg not in done]
        if not missing:
            return False
        active = self.active[job.scope]
        for arg in missing:
            if arg in active:
                self.withdraw(active[arg])
                return True
        for arg in reversed(missing):
            self.open(job.scope, job.exact, arg)
        return True

    def advance(self, job: Job) -> bool:
        """Make one replacement; False if the node is final."""
        node, done = job.chain[-1], self.done[job.scope]
        args = tuple([done[arg] for arg in node.args])
        if args != node.args:
            after = self.builders[job.exact].remade(node, args)
            if self.moved is not None:
                self.moved(node, after)
            return self.replace(job, Move(job.scope, node, after))
        if node.op.kind is Kind.CONTROL and not job.entered and node.attr("body") is not None:
            return self.descend(job, node)
        return not job.final and self.count < self.limit and self.rewrite(job, node)

    def descend(self, job: Job, node: Expr) -> bool:
        """Rewrite the Lambda that `node` calls, in a scope of its own."""
        function, inner = node.attr("body"), (*job.scope, node)
        exact = job.exact or function.exact
        body = self.done[inner].get(function.body)
        if body is None:
            self.builders[exact].shared.update(used_by_several(toposort([function.body]), [function.body]))
            self.open(inner, exact, function.body)
            return True
        job.entered = True  # the new body is final: it is not entered again under its new path
        if body is function.body:
            return True
        attrs = with_body(node.attrs, Lambda(function.params, body, function.exact))
        after = self.builders[job.exact].make(node.op, node.args, attrs, node.type)
        return self.replace(job, Move(job.scope, node, after))

    def rewrite(self, job: Job, node: Expr) -> bool:
        """Apply the rule that fires, unless it leads back into the chain; none once the time is up."""
        if perf_counter() > self.deadline:
            self.report.over_time, self.limit = True, self.count
            return False
        step = self.choose(job.scope, job.exact, node)
        if step is None:
            return False
        if self.active[job.scope].get(step.after) is job:  # it is in the chain, which may be long
            start = job.chain.index(step.after)
            self.cycle([*job.events[start + 1 :], step])
            return False
        self.count += 1
        self.report.over_limit |= self.count >= self.limit
        job.entered = False
        return self.replace(job, step)

    def replace(self, job: Job, event: Event) -> bool:
        """Put a new node at the end of the chain, or finish with what another job made of it."""
        after = event.after
        if after is event.before:
            return True
        self.recorded.append(event)
        known = self.done[job.scope].get(after)
        active = self.active[job.scope]
        if known is None and active.get(after, job) is not job:
            job.chain.append(after)
            job.events.append(event)
            self.withdraw(active[after])
            return True
        job.chain.append(after)
        job.events.append(event)
        if known is None:
            active[after] = job
        elif known is not after:
            job.chain.append(known)
            job.events.append(None)
        if known is not None:
            job.final = job.entered = True
        return True

    def withdraw(self, owner: Job) -> None:
        """Undo the last rule on the way round a cycle that `owner` closes, and settle its node there."""
        place = len(self.stack) - 1
        while self.stack[place] is not owner:
            place -= 1
        turning = next(
            (job for job in self.stack[place:] if job.active and job.last_step() is not None), self.stack[-1]
        )
        self.cycle([event for job in self.stack[place:] for event in job.events])
        while self.stack[-1] is not turning:
            self.unwind(self.stack.pop())
        while isinstance(turning.events[-1], Move | None) and len(turning.chain) > 1:
            self.drop(turning)
        if len(turning.chain) > 1:
            self.drop(turning)
        turning.final = True

    def unwind(self, job: Job) -> None:
        """Forget a job that has not come to its end; it starts anew where its node is still needed."""
        active = self.active[job.scope]
        for node in job.chain if job.active else ():
            if active.get(node) is job:
                del active[node]
        self.withdrawn.update(id(event) for event in job.events if event is not None)

    def drop(self, job: Job) -> None:
        """Forget the last node of a chain."""
        node, event = job.chain.pop(), job.events.pop()
        active = self.active[job.scope]
        if active.get(node) is job:
            del active[node]
        if event is not None:
            self.withdrawn.add(id(event))

    def cycle(self, events: Sequence[Event | None]) -> None:
        """Report the rules of a cycle."""
        self.report.cycles.append(tuple(event.rule.name for event in events if isinstance(event, Step)))
