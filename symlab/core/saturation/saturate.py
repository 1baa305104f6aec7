"""Rounds of identities over a graph of classes, until nothing new is found or a limit is reached."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from symlab.core.ir.config import Config
from symlab.core.rewrite.pattern import Form, Pattern
from symlab.core.rewrite.rule import Rule
from symlab.core.saturation.algebra import Algebra
from symlab.core.saturation.egraph import EGraph
from symlab.core.saturation.matching import Bound, Holds, Matching, build, proven, sides, size

Match = tuple[int, Bound]  # a class, and what the variables stand for
FULL = 0.9  # of the nodes that are allowed: another round would be cut short
LARGEST_RIGHT_SIDE = 28  # ops of a rule's right side, which each match adds


@dataclass(frozen=True)
class Limits:
    """Where saturation stops: what it finds until then is right, but not all there is."""

    nodes: int = 2500
    rounds: int = 6
    matches: int = 160  # of one identity in a round, before it waits; twice as many each time
    seconds: float = 30.0  # a last resort, for the other limits make two runs alike


@dataclass
class Told:
    """What saturation did: rounds, and why it ended."""

    rounds: int = 0
    ended: str = "nothing new was found"
    waited: list[str] = field(default_factory=list)  # identities that found too much


@dataclass
class Direction:
    """One formula of a rule to be replaced by the other; how often it had to wait, and until when."""

    rule: Rule
    left: Form
    right: Pattern
    times: int = 0
    until: int = 0


def directions(rules: Sequence[Rule], settings: Config) -> list[Direction]:
    """The ways in which rules may be used: none that assumes something where nothing is granted."""
    found = []
    for rule in rules:
        if settings.algebra == "floating" and not rule.exact:
            continue
        left, right = sides(rule)
        ways = [(left, right), (right, left)] if rule.options.get("both_ways") else [(left, right)]
        found += [Direction(rule, a, b) for a, b in ways if isinstance(a, Form) and size(b) <= LARGEST_RIGHT_SIDE]
    return found


def saturate(
    graph: EGraph,
    rules: Sequence[Rule],
    targets: Sequence[int],
    settings: Config,
    limits: Limits = Limits(),
    holds: Holds = proven,
    progress: Callable[[str], None] | None = None,
) -> Told:
    """Apply identities in rounds; the classes of `targets` are also collected as polynomials and fractions."""
    told, ends = Told(), time.monotonic() + limits.seconds
    ways = directions(rules, settings)
    graph.rebuild()
    for number in range(limits.rounds):
        before = (len(graph), len(graph.classes))
        if settings.algebra != "floating":
            Algebra(graph).show(dict.fromkeys(graph.find(name) for name in targets))
            graph.rebuild()
        active = [way for way in ways if way.until <= number]
        found = [(way, tried(graph, way, number, limits, holds, told)) for way in active]
        for way, (name, bound) in ((way, match) for way, matches in found for match in matches):
            if len(graph) >= limits.nodes:
                break
            graph.union(name, build(graph, way.right, bound, way.rule.name))
        graph.rebuild()
        told.rounds = number + 1
        if graph.is_contradictory:
            told.ended = "two numbers became equal"
            break
        if progress is not None:
            progress(f"round {number + 1}: {len(graph)} forms of {len(graph.classes)} values")
        if len(graph) >= FULL * limits.nodes or time.monotonic() > ends:
            told.ended = "the time was up" if time.monotonic() > ends else "there are as many forms as allowed"
            break
        if (len(graph), len(graph.classes)) == before and not any(way.until > number for way in ways):
            break
    else:
        told.ended = "there were as many rounds as allowed"
    return told


def tried(graph: EGraph, way: Direction, number: int, limits: Limits, holds: Holds, told: Told) -> list[Match]:
    """What a formula matches in the graph as it is; one that matches too much waits for some rounds."""
    most = limits.matches << way.times
    matching = Matching(graph, way.rule.sorts, holds)
    found: list[Match] = []
    for name, node in graph.by_op.get(way.left.op, ()):
        found += [(name, bound) for bound in matching.of_node(way.left, node, {}) if not fails(graph, way.rule, bound)]
        if len(found) > most:
            way.times, way.until = way.times + 1, number + 2 + way.times
            told.waited.append(way.rule.name)
            return []
    return found


def fails(graph: EGraph, rule: Rule, bound: Bound) -> bool:
    """Whether a rule that divides by what a variable stands for would divide by 0."""
    return "nonzero" in rule.assuming and any(graph[name].constant == 0 for name in bound.values())
