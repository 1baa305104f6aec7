"""Each identity is true, to 60 digits where it says nothing else, and its sides are found in a graph."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.ir import config
from symlab.core.ops.operators import as_variable
from symlab.core.pipeline import DEFAULT
from symlab.core.saturation.egraph import EGraph
from symlab.core.saturation.identities import IDENTITIES
from symlab.core.saturation.matching import Matching, build, is_usable, proven, sides
from symlab.core.saturation.saturate import LARGEST_RIGHT_SIDE, Limits, directions, saturate
from symlab.debug.accuracy.exactly import exact_values
from symlab.debug.exact import as_exact, exactly
from symlab.testing.formulas import instances

RULES = {rule.name: rule for rule in IDENTITIES}


def test_names_are_their_own():
    assert len(RULES) == len(IDENTITIES)
    assert set(RULES) & {rule.name for rule in DEFAULT.rules} == set()


@pytest.mark.parametrize("name", RULES)
def test_an_identity_is_true(name):
    rule = RULES[name]
    (example,) = instances(rule, "float64")
    with exactly(1000):
        given = {node: as_exact(values) for node, values in example.values.items()}
        both = exact_values([example.left, as_variable(example.right)], given)
        left, right = (np.broadcast_to(side, (48,)) for side in both)
        known = [place for place in range(48) if mpmath.isfinite(left[place])]
        apart = [abs(left[place] - right[place]) for place in known]
        allowed = [rule.options.get("tolerance", mpmath.mpf(10) ** -60) * abs(left[place]) for place in known]
    assert len(known) >= 12
    assert [place for place, far, near in zip(known, apart, allowed, strict=True) if not far <= near] == []


@pytest.mark.parametrize("name", RULES)
def test_every_direction_is_used(name):
    rule = RULES[name]
    ways = directions([rule], config.current())
    assert len(ways) == (2 if rule.options.get("both_ways") else 1), f"more than {LARGEST_RIGHT_SIDE} ops"


@pytest.mark.parametrize("name", RULES)
def test_saturation_finds_the_other_side(name):
    rule = RULES[name]
    for start, end in ((0, 1), (1, 0)) if rule.options.get("both_ways") else ((0, 1),):
        graph = EGraph("float64")
        bound = {item: graph.leaf(node) for item, node in zip(rule.sorts, wild_nodes(rule), strict=True)}
        first, second = (build(graph, sides(rule)[side], bound, "") for side in (start, end))
        saturate(graph, [rule], [], config.current(), Limits(rounds=1), lambda graph, sort, name: True)
        assert graph.find(first) == graph.find(second)


def wild_nodes(rule):
    """Something for each variable of a rule."""
    return [T.dscalar(name) if sort.ndim else T.constant(3.0) for name, sort in rule.sorts.items()]


def test_rules_of_the_pipeline_are_identities_too():
    usable = [rule for rule in DEFAULT.rules if is_usable(rule)]
    assert len(usable) > 60
    assert all(rule.sequences == frozenset() for rule in usable)
    named = {rule.name: rule for rule in usable}
    graph = EGraph("float64")
    name = graph.expression(T.dscalar("x"))
    rule = named["difference_of_roots"]
    left = build(graph, sides(rule)[0], {"x": name, "step": graph.number(1.0)}, "")
    graph.rebuild()
    matching = Matching(graph, rule.sorts, proven)
    found = [match for node in graph[left].nodes for match in matching.of_node(sides(rule)[0], node, {})]
    assert [match["x"] for match in found] == [name]
