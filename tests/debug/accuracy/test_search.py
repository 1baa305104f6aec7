"""Which node loses bits, which forms lose fewer, and where one takes over from another."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir import config
from symlab.core.rewrite.sorts import NotNegative, Positive
from symlab.core.saturation.egraph import EGraph
from symlab.core.saturation.identities import IDENTITIES
from symlab.core.saturation.saturate import Limits, saturate
from symlab.debug.accuracy.branches import with_branches
from symlab.debug.accuracy.candidates import Candidate, Search, covering
from symlab.debug.accuracy.errors import local_losses, lost_bits
from symlab.debug.accuracy.measured import Measured
from symlab.debug.accuracy.sampling import Sampler
from symlab.debug.accuracy.signs import SampledSigns
from symlab.debug.accuracy.splits import best_split

X, Y = T.dscalar("x"), T.dscalar("y")


def sample_of(root, ranges=None, count=64, inputs=(X,)):
    return Sampler(root, list(inputs), ranges or {}, None, np.dtype("float64")).draw(count, (0, 0))


def test_the_node_that_cancels_is_found():
    root_ = T.sqrt(X + 1)
    difference = root_ - T.sqrt(X)
    whole = T.exp(-difference) * 3
    losses = local_losses(whole, sample_of(whole, {X: (1e10, 1e14)}), np.dtype("float64"))
    assert losses[0].node is difference
    assert losses[0].mean > 15
    assert all(loss.mean < 1.2 for loss in losses[1:])


def test_a_node_is_not_blamed_for_its_operands():
    inner = (X + 1) - X
    losses = local_losses(T.exp(inner), sample_of(T.exp(inner), {X: (1e15, 1e17)}), np.dtype("float64"))
    assert {loss.node.op.name for loss in losses if loss.mean > 2} == {"sub"}


def test_of_equal_forms_the_accurate_one_is_chosen():
    expression = (T.exp(X) - 1) / X
    sample = sample_of(expression, {X: (1e-9, 1e-5)})
    graph = EGraph("float64")
    parts = graph.parts([expression])
    saturate(graph, IDENTITIES, list(parts.values()), config.current(), Limits(rounds=3))
    weights = np.full(len(sample), 1 / len(sample))
    found = Measured(graph, sample).best(weights)[graph.find(parts[expression])]
    assert sl.pp(found.expression()) == "expm1(x) / x"
    assert found.bits.mean() < 1 < lost_bits(expression, sample).mean()
    assert found.reasons(graph) == ["as typed", "exponential_less_one"]


def test_signs_are_those_of_the_sample():
    graph = EGraph("float64")
    expression = (X - 3) * Y
    parts = graph.parts([expression])
    graph.rebuild()
    signs = SampledSigns(sample_of(expression, {X: (4.0, 5.0), Y: (0.0, 1.0)}, inputs=(X, Y)))
    assert signs(graph, Positive, parts[expression.args[0]])
    assert signs(graph, NotNegative, parts[Y])
    signs = SampledSigns(sample_of(expression, {X: (2.0, 5.0), Y: (0.0, 1.0)}, inputs=(X, Y)))
    assert not signs(graph, NotNegative, parts[expression.args[0]])


def searched(root, ranges=None, inputs=(X,), count=128):
    sample = sample_of(root, ranges, count, inputs)
    search = Search(root, sample, np.inf, lambda text: None)
    return search.run(), sample


@pytest.mark.parametrize(
    ("expression", "ranges"),
    [
        ((1 - T.cos(X)) / (X * X), {X: (1e-9, 1e-2)}),
        (T.log(X + 1) - T.log(X), {X: (1e5, 1e200)}),
        (1 / X - 1 / T.sin(X), {X: (1e-9, 1e-3)}),
        ((X + 1) ** 0.25 - X**0.25, {X: (1e3, 1e300)}),
    ],
)
def test_a_search_finds_digits(expression, ranges):
    pool, sample = searched(expression, ranges)
    assert lost_bits(expression, sample).mean() > 10
    assert pool[0].mean < 1
    assert pool[0].reasons


@pytest.mark.slow
def test_forms_of_one_sign_are_found():
    expression = abs(X + 1) - abs(X)
    pool, sample = searched(expression)
    found = with_branches(pool, sample, expression)
    assert lost_bits(expression, sample).mean() > 20
    assert found.mean < 2


def test_candidates_that_are_best_nowhere_are_dropped():
    a, b, c = (Candidate(X, (), np.array(bits, float)) for bits in ([9, 0, 0, 0], [0, 9, 1, 1], [9, 9, 5, 5]))
    assert covering([c, b, a]) == [a, b]


# Branches


def test_a_planted_branch_is_found_where_it_is():
    values = np.linspace(-1, 3, 101)
    losses = [np.where(values < 1.02, 0.0, 20.0), np.where(values < 1.02, 30.0, 0.5)]
    split = best_split(values, losses)
    assert split.chosen == (0, 1)
    assert values[split.starts[1] - 1] < 1.02 <= values[split.starts[1]]
    assert split.mean == pytest.approx(0.5 * np.mean(values >= 1.02))
    assert best_split(values, [losses[0], np.full(101, 0.05)]) is None


def test_three_parts():
    values = np.arange(60.0)
    losses = [np.where((values < 20) | (values >= 45), 0.0, 9.0), np.where((values < 20) | (values >= 45), 9.0, 0.0)]
    assert best_split(values, losses).starts == (0, 20, 45)
    assert best_split(values, losses).chosen == (0, 1, 0)


def test_a_border_moves_to_0_where_that_costs_nothing():
    values = np.array([-9.0, -8, -7, -6, -5, -4, 1, 2, 3, 4, 5, 6])
    losses = [np.array([0.0] * 5 + [0.1] + [9.0] * 6), np.array([9.0] * 5 + [0.0] * 7)]
    assert best_split(values, losses).starts == (0, 6)
    losses[0][5] = 5.0
    assert best_split(values, losses).starts == (0, 5)


def test_a_threshold_is_refined_and_gradients_stay_finite():
    expression = T.sqrt(X * X + X) - X
    sample = sample_of(expression, {X: (1e-6, 1e18)}, 128)
    series = 0.5 - 1 / (8 * X)
    pool = [Candidate(item, (name,), lost_bits(item, sample)) for item, name in ((expression, "a"), (series, "b"))]
    found = with_branches(pool, sample, expression)
    assert found is not None
    assert found.mean < min(item.mean for item in pool) - 5
    condition = found.expression.args[0]
    assert condition.op.name == "lt"
    assert condition.args[0] is X
    assert 1e2 < float(condition.args[1].attr("value")) < 1e9
    assert any(reason.startswith("a branch at x = ") for reason in found.reasons)
    slope = sl.function([X], T.grad(sl.as_written(found.expression), X))
    assert np.isfinite([slope(value) for value in (1e-300, 1e-5, 1e17, 1e300)]).all()


def test_equal_values_are_never_cut_apart():
    values = np.repeat([1.0, 2.0], 20)
    assert best_split(values, [np.tile([0.0, 9.0], 20), np.tile([9.0, 0.0], 20)]) is None
