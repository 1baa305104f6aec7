"""Functions that undo one another or change nothing, bits, orders of folds, parts that add up, diagonals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate

X, Y = T.dvectors("x", "y")
A, B = T.dmatrices("A", "B")
S = T.dscalar("s")
N = T.lvector("n")
C = T.zvector("c")
INPUTS = (X, Y, A, B, S, N, C)
RANDOM = np.random.default_rng(5)
VALUES: Mapping[Any, Any] = {
    X: RANDOM.uniform(-0.9, 0.9, 6), Y: RANDOM.normal(size=6), A: RANDOM.normal(size=(6, 6)),
    B: RANDOM.normal(size=(6, 6)), S: np.float64(0.5), N: RANDOM.integers(-9, 9, 6), C: RANDOM.normal(size=6) * 1j,
}  # fmt: skip
ZEROS = T.zeros_like(X)

PROGRAMS: Mapping[str, tuple[Callable[[], Any], str]] = {
    "exp of log": (lambda: T.exp(T.log(X)), "switch(x >= 0.0, x, nan)"),
    "exp of log1p": (lambda: T.exp(T.log1p(X)), "switch(x >= -1.0, 1.0 + x, nan)"),
    "expm1 of log1p": (lambda: T.expm1(T.log1p(X)), "switch(x >= -1.0, x, nan)"),
    "square of root": (lambda: T.sqr(T.sqrt(X)), "switch(x >= 0.0, x, nan)"),
    "tanh of arctanh": (lambda: T.tanh(T.arctanh(X)), "switch(abs(x) <= 1.0, x, nan)"),
    "sine of arc sine": (lambda: T.sin(T.arcsin(X)), "switch(abs(x) <= 1.0, x, nan)"),
    "log2 of exp2": (lambda: T.log2(T.exp2(X)), "x"),
    "degrees": (lambda: T.rad2deg(T.deg2rad(X)), "x"),
    "size by number": (lambda: abs(X) / X, "sign(x)"),
    "sign of sign": (lambda: T.sign(T.sign(X)), "sign(x)"),
    "floor of ceiling": (lambda: T.floor(T.ceil(Y)), "ceil(y)"),
    "conjugate": (lambda: T.conj(T.conj(C)), "c"),
    "real conjugate": (lambda: T.conj(X) + 1.0, "x + 1.0"),
    "power of one": (lambda: 1.0**X + Y, "y + 1.0"),
    "integer by one": (lambda: N // 1, "n"),
    "rest by one": (lambda: N % 1 + N, "n"),
    "all bits": (lambda: (N & -1) | 0, "n"),
    "no bits": (lambda: (N & 0) + N, "n"),
    "other bits": (lambda: N ^ -1, "~n"),
    "nan of integers": (lambda: T.switch(T.isnan(N), X, Y), "y"),
    "least of sizes": (lambda: T.minimum(X.shape[0], 0) + N, "n"),
    "whole range": (lambda: X[: X.shape[0]] * 2.0, "2.0 * x"),
    "counted places": (lambda: X[T.arange(X.shape[0])] * 2.0, "2.0 * x"),
    "sum of reshaped": (lambda: A.reshape((-1,)).sum(), "sum(A, axes=(0, 1))"),
    "largest of flat": (lambda: A.flatten().max(), "max(A, axes=(0, 1))"),
    "sum of reversed": (lambda: T.sum(X[::-1]), "sum(x, axes=(0,))"),
    "sum of sorted": (lambda: T.sort(X).sum(), "sum(x, axes=(0,))"),
    "vectors": (lambda: T.concatenate([T.stack([S]), T.stack([S * 2.0])]), "make_vector(s, s * 2.0)"),
    "nothing joined": (lambda: T.concatenate([X, T.zeros((0,))]) + Y, "y + x"),
    "sum with part": (lambda: X + T.inc_subtensor(ZEROS[2:4], Y[:2]), "inc_slice(x, y[:2], index=((2, 4, 1),))"),
    "sum with elements": (lambda: X + T.inc_subtensor(ZEROS[N % 3], Y), "inc_take(x, y, n % 3, axes=(0,))"),
    "written as it is": (lambda: T.set_subtensor(X[2:4], X[2:4]) + Y, "x + y"),
    "diagonal of diagonal": (lambda: T.diag(T.diag(X)) + Y, "x + y"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_left(name: str) -> None:
    build, wanted = PROGRAMS[name]
    before = build()
    after = sl.rewrite_graph(before)
    assert sl.pp(after) in (wanted, " + ".join(reversed(wanted.split(" + "))))
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(*evaluate([after, before], VALUES), rtol=1e-12, atol=1e-14)


@pytest.mark.slow
def test_compiled_it_gives_the_same() -> None:
    programs = [build() for build, _ in PROGRAMS.values()]
    found = sl.function(list(INPUTS), programs, on_unused_input="ignore")(*(VALUES[node] for node in INPUTS))
    with np.errstate(invalid="ignore"):
        wanted = evaluate(programs, VALUES)
    for name, one, other in zip(PROGRAMS, found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14, err_msg=name)


def test_gradients_of_many_parts_are_one_array() -> None:
    """No array of zeros is made for each element that is read."""
    loss = sum(T.exp(X[place]) * (place + 1.0) for place in range(5))
    f = sl.function([X], T.grad(loss, X))
    ops = [node.op.name for node in f.trace.graph.nodes()]
    assert ops.count("broadcast_to") <= 1
    value = np.arange(6.0)
    np.testing.assert_allclose(f(value), [*(np.exp(value[:5]) * np.arange(1, 6)), 0.0])


def test_what_has_no_value_has_none_still() -> None:
    functions = [
        T.exp(T.log(X)), T.exp(T.log1p(X)), T.sqr(T.sqrt(X)), T.tanh(T.arctanh(X)), T.sin(T.arcsin(X)),
        T.cos(T.arccos(X)), T.expm1(T.log(X)), T.softplus(T.log(X)),
    ]  # fmt: skip
    f = sl.function([X], functions)
    for found in f([-1.5, np.nan]):
        assert np.isnan(found).all()


def test_the_diagonal_of_a_formula_is_computed_alone() -> None:
    for build in (lambda: T.trace(A + B), lambda: T.diag(T.exp(A) * 2.0), lambda: T.diag((A * B).T)):
        before = build()
        after = sl.rewrite_graph(before)
        np.testing.assert_allclose(*evaluate([after, before], VALUES), rtol=1e-12)
        for node in sl.function([A, B], before, on_unused_input="ignore").trace.graph.nodes():
            assert node.op.name not in ("add", "exp", "mul") or node.type.ndim < 2
