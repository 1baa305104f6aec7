"""Functions in which a size depends on what the call computes: several programs, the values of the evaluator."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.c.compiler import find_compiler
from symlab.core.backends.c.staged import StagedExecutable
from symlab.core.ir.errors import NodeError

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C compiler")

until = sl.scan_module.until
x, n = T.dvector("x"), T.lscalar("n")
X = np.array([1.0, -2.0, 3.0, -4.0, 0.5])


def doubled(limit: Any, steps: Any, first: Any = 1.0) -> Any:
    return sl.scan(lambda a: (a * 2, until(a * 2 > limit)), outputs_info=[first], n_steps=steps)[0]


def staged(inputs: Any, outputs: Any, *given: Any, **options: Any) -> tuple[Any, list[Any]]:
    """A function that must have stages, and its results, which must be those of the evaluator."""
    f = sl.function(inputs, outputs, **options)
    assert is_staged(f), f.source[:300]
    found, wanted = f(*given), sl.function(inputs, outputs, mode="FAST_COMPILE")(*given)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
        assert one.dtype == other.dtype
    return f, found


def is_staged(f: Any) -> bool:
    return isinstance(f.executable, StagedExecutable)


def kinds(f: Any) -> list[tuple[bool, int]]:
    """For each stage whether it is compiled, and how many nodes Python computes after it."""
    return [(stage.program is not None, len(stage.calls)) for stage in f.executable.stages]


def test_the_history_of_a_loop_that_stops_early() -> None:
    rows = doubled(100.0, 50)
    f, (found, *_) = staged([], [rows, T.exp(-rows), rows.sum(), rows.shape[0], rows.max()])
    assert found.tolist() == [2, 4, 8, 16, 32, 64, 128]
    assert [compiled for compiled, _ in kinds(f)] == [True, True]


def test_the_gradient_of_a_loop_that_stops_early() -> None:
    first = T.dscalar("first")
    rows = doubled(100.0, n, first)
    f, (_, slope) = staged([first, n], [rows, sl.grad(rows.sum(), first)], 1.0, 50)
    assert slope == 254
    assert f(1.0, 3)[0].tolist() == [2, 4, 8]


def test_two_loops_after_one_another() -> None:
    rows = doubled(100.0, 50)
    again = doubled(rows.sum(), 50)
    f, (found,) = staged([], [again])
    assert found.tolist() == [2, 4, 8, 16, 32, 64, 128, 256]
    assert [compiled for compiled, _ in kinds(f)] == [True, True, True]


MADE = {
    "nonzero": lambda v: [v[T.nonzero(v > 0)[0]].sum(), T.exp(v[T.nonzero(v > 0)[0]])],
    "mask": lambda v: [T.log(v[(v > 0).nonzero()]), sl.grad(T.log(v[(v > 0).nonzero()]).sum(), v)],
    "unique": lambda v: [T.unique(T.concatenate([v, v])) * 2],
    "arange": lambda v: [T.arange(T.cast(T.sum(v > 0), "int64")) * 2.0],
    "repeat": lambda v: [T.repeat(v, T.cast(v > 0, "int64") + 1) + 1],
    "reshape": lambda v: [T.reshape(v[:4], (T.cast(T.sum(v > 2), "int64"), 4)) + 1],
}


@pytest.mark.parametrize("name", MADE)
def test_sizes_that_are_computed(name: str) -> None:
    staged([x], MADE[name](x), X)


def test_a_node_that_numpy_computes() -> None:
    f, _ = staged([x], MADE["nonzero"](T.exp(x) - 1), X)
    assert kinds(f) == [(True, 1), (True, 0)]


def test_inputs_and_constants_are_results() -> None:
    staged([x], [x, T.constant(2.0), T.unique(x), x], X)


def test_updates_happen_together_or_not_at_all() -> None:
    s, t = sl.shared(np.arange(3.0), "s"), sl.shared(0.0, "t")
    kept = x[T.nonzero(x > 0)[0]]
    f = sl.function([x], [kept * s, t], updates=[(s, s + kept), (t, t + kept.sum())])
    assert is_staged(f)
    given = np.array([1.0, -1.0, 2.0, 3.0])
    np.testing.assert_array_equal(f(given)[0], [0, 2, 6])
    with pytest.raises(NodeError, match="axis 0"):
        f(np.array([1.0, 2.0]))
    assert s.get_value().tolist() == [1, 3, 5]
    assert t.get_value() == 6


def test_errors_name_the_line() -> None:
    kept = x[T.nonzero(x > 0)[0]]
    f = sl.function([x], kept + T.constant(np.ones(3)))
    with pytest.raises(NodeError, match=r"built in test_stages\.py, line \d+"):
        f(np.ones(2))


def test_copies_and_checks() -> None:
    s = sl.shared(2.0, "s")
    f = sl.function([x], T.unique(x) * s, updates={s: s + 1})
    other = pickle.loads(pickle.dumps(f))
    np.testing.assert_array_equal(f(X), np.unique(X) * 2)
    np.testing.assert_array_equal(other(X), np.unique(X) * 2)
    np.testing.assert_array_equal(other(X), np.unique(X) * 3)
    assert "unique" in str(sl.function([x], T.unique(x) * 2).profile(X))
    for mode in ("DebugMode", "NanGuardMode"):
        np.testing.assert_array_equal(sl.function([x], T.unique(x) * 2, mode=mode)(X), np.unique(X) * 2)


def test_threads() -> None:
    count = sl.shared(0)
    f = sl.function([x], T.unique(x) * 2, updates={count: count + 1})
    wrong = []

    def work(seed: int) -> None:
        given = np.random.default_rng(seed).integers(0, 50, 100 + seed).astype(float)
        wrong.extend(seed for _ in range(30) if not np.array_equal(f(given), np.unique(given) * 2))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert count.get_value() == 240


def test_the_other_branch_is_still_not_computed() -> None:
    kept = x[T.nonzero(x > n)[0]]
    f = sl.function([x, n], sl.cond(n > 0, lambda: T.sum(x[kept.shape[0] + 4 :][n]), lambda: T.constant(0.0)))
    assert is_staged(f)
    assert f(X, 0) == 0.0
    with pytest.raises(IndexError):
        f(X, 1)
