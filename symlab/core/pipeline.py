"""THE list of passes: what runs on a graph between the user's program and the back end, in order."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from symlab.core.ir import config
from symlab.core.ir.config import Config
from symlab.core.ir.errors import UnknownName, message, near_names
from symlab.core.ir.graph import Graph
from symlab.core.ir.lineage import Lineage
from symlab.core.rewrite.driver import Move, Report
from symlab.core.rewrite.observer import Observer
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.trace import PassRecord, Trace, rewrite
from symlab.core.rules import CANONICAL, REFINING, SPECIAL, STABLE, TRANSFERS, all_rules
from symlab.core.seams import resolve

Names = tuple[str, ...]


@dataclass(frozen=True)
class Rewrite:
    """A pass that applies rules until none fires; `sources` are rules, or names "module:RULES" of tuples of them."""

    name: str
    sources: tuple[Rule | str, ...]
    excluded: frozenset[str] = frozenset()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order in which they are tried; their modules load when this is first asked."""
        return tuple(rule for rule in all_rules(self.sources) if rule.name not in self.excluded)

    def without(self, names: frozenset[str]) -> Rewrite:
        """The pass without rules of these names."""
        return replace(self, excluded=self.excluded | names)

    def record(
        self, graph: Graph, settings: Config, observers: Sequence[Observer], tried: frozenset[Rule]
    ) -> PassRecord:
        """Run on a graph, on whose nodes none of the rules that were tried fires any more."""
        return rewrite(self.name, graph, self.rules, settings, observers, tried)


@dataclass(frozen=True)
class Transform:
    """A pass that is a function ("module:name" or the function itself): of a graph, or of what the last one made.

    It gives a graph, a pair (graph, moves), or a record of a later stage: kernels, a schedule, a program.
    """

    name: str
    function: Callable[[Any], Any] | str

    def record(self, graph: Graph, value: Any) -> PassRecord:
        """Run on a graph or on what the last transform made of it."""
        started = time.perf_counter()
        function = resolve(self.function) if isinstance(self.function, str) else self.function
        made = function(graph if value is None else value)
        events: tuple[Move, ...] = ()
        if isinstance(made, tuple):
            made, moves = made
            events = tuple(Move(*move) for move in moves)
        after, result = (made, None) if isinstance(made, Graph) else (graph, made)
        seconds = time.perf_counter() - started
        return PassRecord(self.name, graph, graph, events, after, Report(), seconds, result=result)


Pass = Rewrite | Transform


@dataclass(frozen=True)
class Pipeline:
    """Passes in order; every method gives a new one."""

    passes: tuple[Pass, ...] = ()

    @property
    def names(self) -> Names:
        """The names of the passes, in order."""
        return tuple(item.name for item in self.passes)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every pass, in order."""
        return tuple(rule for item in self.passes if isinstance(item, Rewrite) for rule in item.rules)

    def __iter__(self) -> Iterator[Pass]:
        return iter(self.passes)

    def __add__(self, other: Pipeline) -> Pipeline:
        return Pipeline(self.passes + other.passes)

    def place(self, name: str) -> int:
        """The place of the pass called `name`."""
        if name not in self.names:
            tries = [near_names(name, self.names) or f"one of {', '.join(self.names)}"]
            raise UnknownName(message(f"there is no pass called {name!r}", (), tries))
        return self.names.index(name)

    def upto(self, name: str) -> Pipeline:
        """The passes up to this one, with it."""
        return Pipeline(self.passes[: self.place(name) + 1])

    def before(self, name: str) -> Pipeline:
        """The passes before this one."""
        return Pipeline(self.passes[: self.place(name)])

    def without(self, *names: str) -> Pipeline:
        """Without these passes or rules."""
        return self.excluding(*names)

    def excluding(self, *names: str) -> Pipeline:
        """Without these passes or rules; a name that nothing has is an error."""
        rules = {rule.name for rule in self.rules}
        unknown = [name for name in names if name not in self.names and name not in rules]
        if unknown:
            tries = [near_names(unknown[0], [*self.names, *rules])]
            raise UnknownName(message(f"no pass and no rule is called {unknown[0]!r}", (), tries))
        gone = frozenset(names)
        kept = [item for item in self.passes if item.name not in gone]
        return Pipeline(tuple(item.without(gone & rules) if isinstance(item, Rewrite) else item for item in kept))

    def with_rules(self, *rules: Rule, into: str = "stabilize") -> Pipeline:
        """With more rules in one of the passes, before its own: a rule of one's own is tried first."""
        place = self.place(into)
        item = self.passes[place]
        if not isinstance(item, Rewrite):
            tries = [f"one of {', '.join(other.name for other in self.passes if isinstance(other, Rewrite))}"]
            raise UnknownName(message(f"the pass {into!r} has no rules", (), tries))
        more = replace(item, sources=(*rules, *item.sources))
        return Pipeline((*self.passes[:place], more, *self.passes[place + 1 :]))

    def including(self, *names: str) -> Pipeline:
        """With these passes or rules of the default pipeline, in their places there."""
        found: list[Pass] = []
        mine = {item.name: item for item in self.passes}
        for name in names:
            if name not in DEFAULT.names and name not in {rule.name for rule in DEFAULT.rules}:
                raise UnknownName(
                    message(f"no pass and no rule is called {name!r}", (), [near_names(name, DEFAULT.names)])
                )
        for item in DEFAULT.passes:
            own = mine.pop(item.name, None)
            if own is None and item.name in names:
                found.append(item)
            elif isinstance(own, Rewrite):
                found.append(replace(own, excluded=own.excluded - set(names)))
            elif own is not None:
                found.append(own)
        return Pipeline((*found, *mine.values()))

    def for_device(self) -> Pipeline:
        """The passes with transfers between processor and device, where they make kernels."""
        if "fuse" not in self.names:
            return self
        at = self.place("associate" if "associate" in self.names else "fuse")
        rest = tuple(FUSE_FOR_DEVICE if item.name == "fuse" else item for item in self.passes[at:])
        return Pipeline((*self.passes[:at], PLACE_TRANSFERS, CANCEL_TRANSFERS, *rest))

    def __str__(self) -> str:
        return " -> ".join(self.names)


INLINE = Transform("inline", "symlab.core.rewrite.inlining:inline")
MERGE = Transform("merge loops", "symlab.core.rewrite.merging:merge_loops")
CANONICALIZE = Rewrite("canonicalize", CANONICAL)
STABILIZE = Rewrite("stabilize", STABLE + CANONICAL)
SPECIALIZE = Rewrite("specialize", SPECIAL)
REFINE = Rewrite("refine", REFINING)
SHARE = Transform("share factors", "symlab.core.rewrite.factorizing:share_factors")
MOVE = Transform("move products", "symlab.core.rewrite.moving:move_products")
ASSOCIATE = Transform("associate", "symlab.core.rewrite.association:associate")
LOWER = (
    Transform("fuse", "symlab.core.lower.fuse:fuse"),
    Transform("schedule", "symlab.core.lower.schedule:schedule"),
    Transform("place buffers", "symlab.core.lower.memory:place"),
)
PLACE_TRANSFERS = Transform("place transfers", "symlab.core.lower.transfers:place_transfers")
CANCEL_TRANSFERS = Rewrite("cancel transfers", TRANSFERS)
FUSE_FOR_DEVICE = Transform("fuse", "symlab.core.lower.fuse:fuse_for_device")

DEFAULT = Pipeline((INLINE, MERGE, CANONICALIZE, STABILIZE, SPECIALIZE, REFINE, SHARE, MOVE, ASSOCIATE, *LOWER))
FAST_COMPILE = Pipeline((INLINE, CANONICALIZE, ASSOCIATE))


def run(pipeline: Pipeline, graph: Graph, settings: Config | None = None, observers: Sequence[Observer] = ()) -> Trace:
    """Run the passes of a pipeline on a graph; all that they did is in the trace."""
    settings = settings or config.current()
    records: list[PassRecord] = []
    tried: frozenset[Rule] = frozenset()
    current, value = graph, None
    with no_cyclic_collection():
        for item in pipeline.passes:
            for observer in observers:
                observer.pass_started(item.name, current)
            if isinstance(item, Rewrite):
                record = item.record(current, settings, observers, tried)
                tried = frozenset() if record.report.over_limit or record.report.over_time else frozenset(item.rules)
            else:
                record = item.record(with_lineage(current, records, graph) if value is None else current, value)
                tried = frozenset()
            records.append(record)
            current, value = record.after, record.result
            for observer in observers:
                observer.pass_finished(record)
    if records and value is None:
        records[-1] = replace(records[-1], after=with_lineage(current, records, graph))
    return Trace(tuple(records), graph)


def with_lineage(current: Graph, records: Sequence[PassRecord], first: Graph) -> Graph:
    """The graph after some passes, whose nodes lead back to what was typed through all that these passes did."""
    known = current.origins.known if isinstance(current.origins, Lineage) else current.origins
    return replace(current, origins=Lineage(known, Trace(tuple(records), first).origins_of))


@contextmanager
def no_cyclic_collection() -> Iterator[None]:
    """Pause the cyclic garbage collector: a compilation makes many objects and no garbage in cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
