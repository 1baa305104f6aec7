"""`ifelse` whose branches have different sizes, or sizes that only a call knows, is compiled in stages."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.c.compiler import find_compiler
from symlab.core.backends.c.staged import StagedExecutable

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C compiler")

ifelse = sl.ifelse
c, d = T.lscalar("c"), T.lscalar("d")
x, y, place = T.dvector("x"), T.dvector("y"), T.lvector("place")
X, Y = np.array([1.0, -2.0, 3.0]), np.array([4.0, 0.5])
NOWHERE = [99]


def staged(inputs: Any, outputs: Any, **options: Any) -> Any:
    """A function that must be compiled, in stages."""
    f = sl.function(inputs, outputs, **options)
    assert isinstance(f.executable, StagedExecutable), f.notes
    assert f.notes == [], f.notes
    return f


def agrees(inputs: Any, outputs: Any, *given: Any) -> Any:
    """A function in stages whose results are those of the evaluator."""
    f = staged(inputs, outputs)
    wanted = sl.function(inputs, outputs, mode="FAST_COMPILE")(*given)
    for one, other in zip(f(*given), wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
        assert one.dtype == other.dtype
    return f


@pytest.mark.parametrize("taken", [0, 1])
def test_values_and_gradients(taken: int) -> None:
    z = ifelse(c, T.exp(x) + x.sum(), T.sin(y) * x.sum())
    cost = (z**2).sum()
    agrees([c, x, y], [z, cost, *sl.grad(cost, [x, y]), z.shape[0]], taken, X, Y)


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_choices_within_branches(first: int, second: int) -> None:
    inner = ifelse(d > 0, T.concatenate([x, y]), x[1:])
    z = ifelse(c > 0, inner * y.sum(), y)
    agrees([c, d, x, y], [z, *sl.grad((z**3).sum(), [x, y])], first, second, X, Y)


def test_the_other_branch_is_not_computed() -> None:
    z = ifelse(c, x[place] * 2, y)
    f = staged([c, x, y, place], [z, *sl.grad((z**2).sum(), [x, y])])
    found = f(0, X, Y, NOWHERE)
    np.testing.assert_array_equal(found[0], Y)
    np.testing.assert_array_equal(found[2], 2 * Y)
    with pytest.raises(IndexError):
        f(1, X, Y, NOWHERE)


def test_an_inner_choice_is_not_made_where_its_branch_is_not_taken() -> None:
    """Its condition may hold all the same, or may fail to be computed."""
    inner = ifelse(x[place][0] > 0, x[place], y)
    f = staged([c, d, x, y, place], [ifelse(c, inner, y[1:]), d * 2])
    np.testing.assert_array_equal(f(0, 1, X, Y, NOWHERE)[0], Y[1:])
    with pytest.raises(IndexError):
        f(1, 1, X, Y, NOWHERE)
    known = ifelse(d, x[place], y)
    f = staged([c, d, x, y, place], [ifelse(c, known * 2, y[1:])])
    np.testing.assert_array_equal(f(0, 1, X, Y, NOWHERE)[0], Y[1:])


def test_what_two_choices_need_is_computed_once() -> None:
    calls = []

    @sl.as_op(T.dvector, T.dvector)
    def counted(value: Any) -> Any:
        calls.append(len(value))
        return value * 2

    work = counted(x)
    first, second = ifelse(c, work, y), ifelse(c, T.exp(work), x[:1])
    f = staged([c, x, y], [first, second.sum() + first.sum()])
    f(1, X, Y)
    assert calls == [3]
    f(0, X, Y)
    assert calls == [3]


def test_what_both_branches_need_is_computed_before() -> None:
    work = T.tanh(x)
    f = staged([c, x, y], ifelse(c, T.concatenate([work, y]), work))
    assert f.source.count("sl_tanh(") == 1
    np.testing.assert_allclose(f(0, X, Y), np.tanh(X))


def test_a_python_op_within_a_branch() -> None:
    calls = []

    @sl.as_op(T.dvector, T.dvector)
    def positive(value: Any) -> Any:
        calls.append(len(value))
        return value[value > 0]

    f = staged([c, x, y], [T.exp(ifelse(c, positive(T.sin(x)) + 1, y))])
    np.testing.assert_allclose(f(0, X, Y)[0], np.exp(Y))
    assert calls == []
    values = np.sin(X)
    np.testing.assert_allclose(f(1, X, Y)[0], np.exp(values[values > 0] + 1))
    assert calls == [3]


def test_results_are_arrays_of_their_own() -> None:
    kept = sl.shared(np.ones(4), "kept")
    f = staged([c, x], [ifelse(c, x, kept), ifelse(c, x, kept), ifelse(c, T.constant([7.0]), x * 1.5)])
    given = X.copy()
    first, second, third = f(1, given)
    first += 1
    third += 1
    np.testing.assert_array_equal(given, X)
    np.testing.assert_array_equal(second, X)
    assert f(1, given)[2] == [7.0]
    f(0, given)[0][:] = 0
    np.testing.assert_array_equal(kept.get_value(), np.ones(4))


def test_updates_happen_together_or_not_at_all() -> None:
    kept, count = sl.shared(np.ones(2), "kept"), sl.shared(0, "count")
    f = staged([c, x, place], (), updates=[(kept, ifelse(c, x[place], kept * 2)), (count, count + 1)])
    f(0, X, NOWHERE)
    np.testing.assert_array_equal(kept.get_value(), [2, 2])
    with pytest.raises(IndexError):
        f(1, X, NOWHERE)
    np.testing.assert_array_equal(kept.get_value(), [2, 2])
    assert count.get_value() == 1
    f(1, X, [2, 0, 0])
    np.testing.assert_array_equal(kept.get_value(), [3, 1, 1])


def test_a_choice_that_is_known_before_the_call() -> None:
    f = sl.function([x, y], ifelse(T.constant(1), x, y) * 2)
    np.testing.assert_array_equal(f(X, Y), X * 2)
    f = sl.function([x, y], ifelse(T.constant(0), x, y) * 2, mode=sl.Mode().excluding("canonicalize", "specialize"))
    np.testing.assert_array_equal(f(X, Y), Y * 2)


@pytest.mark.parametrize("mode", ["DebugMode", "NanGuardMode"])
def test_in_every_mode(mode: str) -> None:
    f = sl.function([c, x, y], T.exp(ifelse(c, x, y)), mode=mode)
    np.testing.assert_allclose(f(1, X, Y), np.exp(X))
    np.testing.assert_allclose(f(0, X, Y), np.exp(Y))


def test_copies_profiles_and_threads() -> None:
    f = staged([c, x, y], T.exp(ifelse(c, T.sin(x), y)))
    np.testing.assert_allclose(pickle.loads(pickle.dumps(f))(0, X, Y), np.exp(Y))
    assert "sin" in str(f.profile(1, X, Y))
    assert "sin" not in str(f.profile(0, X, Y))
    wrong = []

    def work(number: int) -> None:
        wrong.extend(number for _ in range(50) if len(f(number % 2, X, Y)) != (3 if number % 2 else 2))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_errors_name_the_line() -> None:
    f = staged([c, x, y], ifelse(c, x + y, y[1:]))
    np.testing.assert_array_equal(f(0, X, Y), Y[1:])
    with pytest.raises(sl.core.ir.errors.SymlabError, match=r"built in test_choices_in_stages\.py, line \d+"):
        f(1, X, Y)


# Drawn programs

LONGEST = 8

STEPS: tuple[Callable[[Any, Any, Any], Any], ...] = (
    ifelse,
    lambda condition, a, b: ifelse(condition, a[1:] * 2, b),
    lambda condition, a, b: T.concatenate([T.tanh(a), b * 0.5]),
    lambda condition, a, b: a * b.sum(),
    lambda condition, a, b: T.sin(a) + T.cast(b.shape[0], "float64"),
    lambda condition, a, b: ifelse(condition, [a, b], [b, T.exp(-a)])[1],
    lambda condition, a, b: a[T.nonzero(a > 0)[0]],
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_drawn_programs(seed: int) -> None:
    """Whatever the conditions are, the results are those of the evaluator, which computes what is chosen alone."""
    rng = np.random.default_rng(seed)
    conditions = [c > 0, d > 0, x.sum() > 0]
    values = [x, y]
    for _ in range(rng.integers(3, LONGEST)):
        step = STEPS[rng.integers(len(STEPS))]
        first, second = (values[rng.integers(max(0, len(values) - 4), len(values))] for _ in range(2))
        condition = conditions[rng.integers(len(conditions))]
        values.append(step(condition, first, second))
        conditions.append(values[-1].sum() > 0.5)
    outputs = [values[-1], values[-2].sum(), *sl.grad((values[-1] ** 2).sum(), [x, y], disconnected_inputs="ignore")]
    options = {"on_unused_input": "ignore"}
    f = sl.function([c, d, x, y], outputs, **options)
    wanted = sl.function([c, d, x, y], outputs, mode="FAST_COMPILE", **options)
    assert f.notes == [], f.notes
    for _ in range(6):
        given = (*rng.integers(0, 2, 2), rng.normal(size=rng.integers(2, 5)), rng.normal(size=rng.integers(2, 5)))
        for one, other in zip(f(*given), wanted(*given), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
