"""The search: forms that saturation reaches, those of the default pipeline, and series."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from symlab.core.ir import config
from symlab.core.ir.errors import RewriteError
from symlab.core.ir.expr import toposort
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.operators import Variable
from symlab.core.rewrite.rule import Rule
from symlab.core.rewriting import rewrite_graph
from symlab.core.rules import GUARDED, STABLE, all_rules
from symlab.core.saturation.egraph import EGraph
from symlab.core.saturation.extract import cost_of
from symlab.core.saturation.identities import EQUALITIES
from symlab.core.saturation.matching import is_usable, sides, size
from symlab.core.saturation.saturate import Limits, saturate
from symlab.debug.accuracy.errors import lost_bits
from symlab.debug.accuracy.exactly import float_values
from symlab.debug.accuracy.measured import PRICE, Form, Measured
from symlab.debug.accuracy.points import Array
from symlab.debug.accuracy.sampling import Sample
from symlab.debug.accuracy.series import NoSeries, expansion, partial_sums
from symlab.debug.accuracy.signs import SampledSigns

ENOUGH = 0.6  # bits that are left to a form with which a search ends: half a unit in the last place and its like
SERIES = "the series"
FEW = 40  # points at which all forms of a graph are computed
LEAST = 8  # points of a sign that are worth a search
HARD = 3  # times that the hardest points are looked at
ROOTS = 6  # forms of the whole that are kept of each group of points
MOST_KEPT = 14  # candidates
GAIN = 0.02  # bits of the mean for which another candidate is kept
UNSURE = 0.05  # bits by which a series must be better than a form that is equal
LONGEST = 60  # ops of a form from which saturation starts
LARGEST_RULE = 14  # ops of the right side of a stability rule that is used as an identity
TERMS = (1, 2, 3, 5, 8)  # of series
LIMITS = Limits(nodes=2200, rounds=6, matches=120)


@dataclass(eq=False)
class Candidate:
    """A form of the expression, what it loses at each point of the search, and where it comes from."""

    expression: Variable
    reasons: tuple[str, ...]
    bits: Array
    cost: float = 0.0
    approximate: bool = False  # a series, which is equal nowhere

    @property
    def mean(self) -> float:
        """The mean of the bits."""
        return float(self.bits.mean())

    @cached_property
    def score(self) -> float:
        """By which candidates are compared: the bits, a little for the cost, and for what is no identity."""
        return self.mean + PRICE * self.cost + (UNSURE if self.approximate else 0.0)


@dataclass
class Search:
    """One search; `sample` are the points that it sees."""

    root: Variable
    sample: Sample
    ends: float
    progress: Callable[[str], None]
    pool: list[Candidate] = field(default_factory=list)

    def run(self, rounds: int = 2) -> list[Candidate]:
        """The candidates that are best somewhere, the best of all first."""
        self.consider([(self.root, ("as written",)), *self.pipeline_form(), *self.all_series()])
        used: set[Variable] = set()
        for number in range(rounds):
            equal = [item.expression for item in self.pool[:3] if not item.approximate]
            starts = [start for start in equal if start not in used and length(start) < LONGEST]
            before = self.covered()
            done = self.pool[0].mean < ENOUGH or (number > 0 and before < ENOUGH)  # branches are a last resort
            if not starts or done or time.monotonic() > self.ends:
                break
            used.update(starts)
            written = [self.root] if length(self.root) < LONGEST else []
            self.consider(self.saturated([*written, *starts], self.few(number)))
            if self.covered() > before - GAIN:
                break
        self.halves()
        return self.pool

    def halves(self) -> None:
        """Where much is left, forms that hold for one sign of an input, or of the operand of a magnitude."""
        inner = [node.args[0] for node in toposort([self.root]) if node.op is magnitude and node.args[0].args]
        groups = [*self.sample.points.values(), *float_values(list(dict.fromkeys(inner)), self.sample.points)]
        for numbers in groups if length(self.root) < LONGEST else ():
            for places in (np.flatnonzero(numbers < 0), np.flatnonzero(numbers > 0)):
                left = self.covered() > ENOUGH and time.monotonic() < self.ends
                if left and LEAST < len(places) < len(numbers) - LEAST:
                    few = places[np.argsort(self.sample.digits[places], kind="stable")][:FEW]
                    self.consider(self.saturated([self.root], self.sample.part(few)))

    def covered(self) -> float:
        """The mean of what is lost if each point has its best candidate."""
        return float(np.min([item.bits for item in self.pool], axis=0).mean())

    def consider(self, found: Iterable[tuple[Variable, tuple[str, ...]]]) -> None:
        """Measure candidates, and keep those that are best somewhere."""
        made = [self.candidate(expression, reasons) for expression, reasons in found]
        written = next(item for item in (*self.pool, *made) if item.expression is self.root)
        self.pool = covering([*self.pool, *made])
        if written not in self.pool:
            self.pool.append(written)  # the simplest of all, which may do where it loses nothing

    def candidate(self, expression: Variable, reasons: tuple[str, ...]) -> Candidate:
        """An expression, measured."""
        bits = lost_bits(expression, self.sample)
        return Candidate(expression, reasons, bits, cost(expression), reasons[0].startswith(SERIES))

    # Where candidates come from

    def pipeline_form(self) -> Iterator[tuple[Variable, tuple[str, ...]]]:
        """What the default pipeline makes of the expression."""
        try:
            with config.configure(algebra="real"):
                form = rewrite_graph(self.root)
        except RewriteError:
            return
        if form is not self.root:
            yield form, ("the form of the default pipeline",)

    def all_series(self) -> Iterator[tuple[Variable, tuple[str, ...]]]:
        """Partial sums of the series at 0 and at infinity."""
        for variable in self.sample.points:
            for at_infinity in (False, True):
                assert isinstance(variable, Variable)
                try:
                    found = expansion(self.root, variable, at_infinity)
                except NoSeries:
                    continue
                where = "infinity" if at_infinity else "0"
                for item in partial_sums(found, variable, at_infinity, TERMS):
                    yield item, (f"{SERIES} in {variable.name or 'the input'} at {where}",)

    def saturated(self, starts: Sequence[Variable], few: Sample) -> list[tuple[Variable, tuple[str, ...]]]:
        """Forms that identities reach from several that are equal, judged at a few points."""
        graph = EGraph(self.sample.wanted.dtype)
        parts = graph.parts([starts[0]])
        root = parts[starts[0]]
        for start in starts[1:]:
            graph.union(root, graph.expression(start))
        signs = SampledSigns(few)
        saturate(graph, search_rules(), list(parts.values()), config.current(), LIMITS, signs, self.progress)
        self.progress(f"exact values of {len(graph.classes)} classes at {len(few)} points")
        found = self.measured(Measured(graph, few), root)
        self.progress(f"{len(found)} candidates")
        return [(form.expression(), tuple(form.reasons(graph))) for form in found]

    def measured(self, measured: Measured, root: int) -> list[Form]:
        """The best forms of a root for groups of points, and then for the points at which these lose much."""
        found: dict[Form, None] = {}

        def take(weights: Array) -> None:
            best = measured.best(weights)
            found.update(dict.fromkeys(measured.roots(root, best, weights)[:ROOTS]))

        for weights in self.weights(measured.sample):
            take(weights)
        for _ in range(HARD):
            take(self.hard(list(found)))
        return list(found)

    def few(self, number: int) -> Sample:
        """The points at which a whole graph is computed: others in each round, those that took few digits."""
        order = np.argsort(self.sample.digits, kind="stable")
        rest = order[number * FEW :]
        return self.sample.part((rest if len(rest) >= FEW else order)[:FEW])

    def weights(self, few: Sample) -> Iterator[Array]:
        """Groups of points: all of them, and for each input those of one sign, and halves and quarters by size."""
        count = len(few)
        yield np.full(count, 1 / count)
        for values in few.points.values():
            order = np.argsort(values, kind="stable")
            below = int(np.sum(values < 0))
            quarters = [order[k * count // 4 : (k + 1) * count // 4] for k in range(4)]
            sizes = np.argsort(np.abs(values), kind="stable")
            for group in (order[:below], order[below:], *quarters, sizes[: count // 2], sizes[count // 2 :]):
                if 3 < len(group) < count:
                    weights = np.zeros(count)
                    weights[group] = 1 / len(group)
                    yield weights

    def hard(self, found: Sequence[Form]) -> Array:
        """The points at which all forms until now lose much."""
        least = np.min([form.bits for form in found], axis=0) + 1e-3
        return np.asarray(least / least.sum())


def covering(found: Sequence[Candidate]) -> list[Candidate]:
    """The best candidate, and those with which the best at each point is better still."""
    kept = [min(found, key=lambda item: item.score)]
    least = kept[0].bits
    while len(kept) < MOST_KEPT:
        gains = [float((least - np.minimum(least, item.bits)).mean()) - PRICE * 0.1 * item.cost for item in found]
        place = int(np.argmax(gains))
        if gains[place] < GAIN:
            break
        kept.append(found[place])
        least = np.minimum(least, found[place].bits)
    return kept


def search_rules() -> list[Rule]:
    """The identities, and the stability rules that are two short formulas."""
    short = [rule for rule in all_rules(STABLE + GUARDED) if is_usable(rule) and size(sides(rule)[1]) <= LARGEST_RULE]
    return list(dict.fromkeys([*EQUALITIES, *short]))


def length(expression: Variable) -> int:
    """How many ops an expression has."""
    return sum(1 for node in toposort([expression]) if node.args)


def cost(expression: Variable) -> float:
    """What an expression costs, shared parts once."""
    graph = EGraph(expression.type.dtype)
    graph.expression(expression)
    return sum(cost_of(next(iter(item.nodes))) for item in graph.classes.values())
