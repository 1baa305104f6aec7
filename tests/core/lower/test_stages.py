"""Functions with sizes that only a call knows: compiled in stages, with Python between them."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import NodeError, ShapeMismatch
from symlab.core.lower.fuse import fuse

X = np.array([0.5, -1.0, 2.0, 2.0, -3.0])


@sl.as_op(T.dvector, T.dvector)
def positive(x):
    return x[x > 0]


@sl.as_op([T.dvector], [T.dvector, T.dmatrix])
def parts(x):
    return x[1:], np.outer(x, x)[::-1]


def compiled(inputs, outputs, **options):
    """A function of which nothing is left to the reference evaluator, though its sizes are not known."""
    f = sl.function(inputs, outputs, **options)
    assert f.notes == []
    assert type(f.executable).__name__ == "StagedExecutable"
    return f


@pytest.fixture
def x():
    return T.dvector("x")


def test_what_is_before_and_after_is_compiled(x):
    f = compiled([x], T.exp(positive(T.sin(x))) * 2)
    values = np.sin(X)
    np.testing.assert_allclose(f(X), np.exp(values[values > 0]) * 2)
    assert re.search(r"sl_sin\(.*Python computes positive.*sl_exp\(", f.source, re.DOTALL)


def test_nothing_is_computed_twice(x, capsys):
    shown = sl.Print("shown")(T.exp(x))
    f = compiled([x], [positive(shown), shown * 2, shown.sum()])
    first, second, third = f(X)
    np.testing.assert_allclose(first, np.exp(X))
    np.testing.assert_allclose(second, np.exp(X) * 2)
    np.testing.assert_allclose(third, np.exp(X).sum())
    assert capsys.readouterr().out.count("shown") == 1
    assert f.source.count("sl_exp(") == 1


def test_one_after_another_and_side_by_side(x):
    twice = positive(positive(x) - 1)
    f = compiled([x], [twice * 2, positive(-x).sum(), twice.sum() + x])
    kept = X[X > 0] - 1
    kept = kept[kept > 0]
    first, second, third = f(X)
    np.testing.assert_array_equal(first, kept * 2)
    assert second == 4
    np.testing.assert_array_equal(third, kept.sum() + X)


def test_several_results_of_unknown_sizes(x):
    first, second = parts(x + 1)
    f = compiled([x], [T.exp(first), second.sum(0), second])
    outer = np.outer(X + 1, X + 1)[::-1]
    for found, wanted in zip(f(X), [np.exp(X[1:] + 1), outer.sum(0), outer], strict=True):
        np.testing.assert_allclose(found, wanted)
    np.testing.assert_allclose(compiled([x], second.sum())(X), outer.sum())
    np.testing.assert_array_equal(compiled([x], positive(first) * 2)(X), (X[1:] + 1)[X[1:] + 1 > 0] * 2)


def test_symlabs_own_ops_of_unknown_sizes(x):
    np.testing.assert_allclose(compiled([x], T.exp(T.unique(x)))(X), np.exp(np.unique(X)))
    np.testing.assert_allclose(compiled([x], (x[T.nonzero(x > 0)] * 2).sum())(X), X[X > 0].sum() * 2)


def test_many_such_nodes_are_found_at_once(x, monkeypatch):
    from symlab.core.lower import stages

    tried = []
    monkeypatch.setattr(stages, "fuse", lambda graph: tried.append(graph) or fuse(graph))
    parts = [positive(x * place).sum() for place in range(1, 21)]
    np.testing.assert_allclose(compiled([x], sum(parts))(X), 210 * X[X > 0].sum())
    assert len(tried) == 2  # once for each stage


def test_a_size_that_is_computed(x):
    count = T.cast((x > 0).sum(), "int64")
    f = compiled([x], [T.zeros((count,)) + 1, T.exp(x[:count])])
    first, second = f(X)
    np.testing.assert_array_equal(first, np.ones(3))
    np.testing.assert_allclose(second, np.exp(X[:3]))


def test_a_size_that_only_the_operand_of_a_call_needs(x):
    count = T.cast((x > 0).sum(), "int64")
    f = compiled([x], positive(T.exp(x[:count]) - 1) * 2)
    values = np.exp(X[:3]) - 1
    np.testing.assert_allclose(f(X), values[values > 0] * 2)


def test_shared_variables_are_read_once_and_change_together(x):
    weight, total = sl.shared(np.ones(2), "weight"), sl.shared(0.0, "total")
    kept = positive(x) * weight.sum()
    f = compiled([x], kept, updates=[(weight, weight + kept.sum()), (total, total + weight.sum())])
    np.testing.assert_array_equal(f(X), X[X > 0] * 2)
    np.testing.assert_array_equal(weight.get_value(), [10, 10])
    assert total.get_value() == 2
    f(X)
    assert total.get_value() == 22


def test_a_failing_call_updates_nothing(x):
    total = sl.shared(np.zeros(5), "total")
    f = compiled([x], (), updates=[(total, total + positive(x))])
    with pytest.raises(ShapeMismatch, match=r"add \(built in test_stages.py"):
        f(X)
    np.testing.assert_array_equal(total.get_value(), 0)


def test_results_are_arrays_of_their_own(x):
    kept = np.arange(3.0)
    held = sl.as_op(T.dvector, T.dvector)(lambda x: kept)
    f = compiled([x], [held(x), held(x), x])
    first, second, third = f(X)
    first += 1
    third += 1
    np.testing.assert_array_equal(kept, np.arange(3.0))
    np.testing.assert_array_equal(second, np.arange(3.0))
    assert X[0] == 0.5


def test_errors_between_stages_name_the_line(x):
    @sl.as_op(T.dvector, T.dvector)
    def failing(x):
        raise ZeroDivisionError("nothing to divide by")

    f = compiled([x], failing(T.exp(x)) + 1)
    with pytest.raises(ZeroDivisionError, match=r"failing \(built in test_stages.py.*nothing to divide") as caught:
        f(X)
    assert isinstance(caught.value, NodeError)


@pytest.mark.parametrize("mode", ["FAST_COMPILE", "DebugMode", "NanGuardMode"])
def test_in_every_mode(x, mode):
    f = sl.function([x], [T.exp(positive(x)), x.sum()], mode=mode)
    np.testing.assert_allclose(f(X)[0], np.exp(X[X > 0]))


def test_layouts_names_and_gradients(x):
    kept = sl.as_op(T.dvector, T.dvector, grad=lambda inputs, g: [T.set_subtensor(T.zeros_like(inputs[0])[:2], g[0])])(
        lambda x: x[:2]
    )
    f = compiled([x], {"value": kept(x), "slope": sl.grad((kept(x) ** 2).sum(), x)}, name="named")
    found = f(x=X)
    np.testing.assert_array_equal(found["slope"], [1, -2, 0, 0, 0])
    again = pickle.loads(pickle.dumps(sl.function([x], T.exp(T.unique(x)))))
    np.testing.assert_allclose(again(X), np.exp(np.unique(X)))


def test_what_is_chosen_is_computed_between_stages(x):
    f = compiled([x], sl.ifelse.ifelse(x.sum() > 0, positive(x), -x))
    np.testing.assert_array_equal(f(X), X[X > 0] if X.sum() > 0 else -X)
    assert len(f.maker.fgraph.toposort()) > 1


def test_the_profile_is_that_of_the_stages(x):
    f = compiled([x], T.exp(positive(T.sin(x))))
    profile = f.profile(X)
    assert sorted(row.kind for row in profile.rows) == ["kernel", "kernel", "reference"]
    assert abs(sum(row.share for row in profile.rows) - 1) < 1e-9
    f.free()
