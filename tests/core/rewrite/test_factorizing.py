"""Systems with one matrix are solved with one factorization."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.pipeline import DEFAULT

LA = T.linalg
A, B = T.dmatrices("A", "B")
W, V = T.dtensor3("W"), T.dtensor3("V")
Y = T.dvector("y")
Z = T.zmatrix("Z")
P = sl.assume(A, positive_definite=True)
RANDOM = np.random.default_rng(2)
INPUTS = (A, B, W, V, Y, Z)
SIZE = 5


def definite(*shape: int) -> Any:
    """Positive definite matrices."""
    x = RANDOM.normal(size=shape)
    return x @ np.swapaxes(x, -1, -2) + shape[-1] * np.eye(shape[-1])


SQUARE = RANDOM.normal(size=(SIZE, SIZE))
VALUES: Mapping[Any, Any] = {
    A: definite(SIZE, SIZE), B: SQUARE, W: RANDOM.normal(size=(2, SIZE, SIZE)), V: RANDOM.normal(size=(2, SIZE, 3)),
    Y: RANDOM.normal(size=SIZE), Z: SQUARE + 1j * definite(SIZE, SIZE),
}  # fmt: skip


def likelihood() -> list[Any]:
    """The logarithm of a normal density and its gradients."""
    density = -0.5 * T.dot(Y, LA.solve(B, Y)) - 0.5 * LA.slogdet(B).logabsdet
    return [density, *T.grad(density, [B, Y])]


PROGRAMS: Mapping[str, tuple[Callable[[], list[Any]], str]] = {
    "two sides": (lambda: [LA.solve(B, Y), LA.solve(B, A)], "lu_factor"),
    "the transpose too": (lambda: [LA.solve(B, Y), LA.solve(B.T, Y)], "lu_factor"),
    "a gradient": (lambda: T.grad(T.sum(LA.solve(B, A) ** 2), [A, B]), "lu_factor"),
    "a determinant": (lambda: [LA.det(B), LA.solve(B, Y)], "lu_factor"),
    "sign and logarithm": (lambda: [*LA.slogdet(B), LA.solve(B, Y)], "lu_factor"),
    "a likelihood": (likelihood, "lu_factor"),
    "stacks": (lambda: [LA.solve(W, V), LA.det(W), *LA.slogdet(W)], "lu_factor"),
    "complex": (lambda: [LA.solve(Z, Z + 1), LA.solve(T.conj(Z).T, Z), *LA.slogdet(Z), LA.det(Z)], "lu_factor"),
    "definite": (lambda: [LA.solve(P, Y), LA.solve(P, B), LA.slogdet(P).logabsdet], "definite_factor"),
}  # fmt: skip


def counts(f: Any) -> Counter[str]:
    """How often each op is in a compiled function."""
    return Counter(node.op.name for node in f.trace.graph.nodes())


@pytest.mark.parametrize("name", PROGRAMS)
def test_one_factorization_serves_all(name: str) -> None:
    build, factor = PROGRAMS[name]
    outputs = build()
    shared, alone = (
        sl.function(list(INPUTS), outputs, on_unused_input="ignore", mode=sl.Mode(pipeline=pipeline))
        for pipeline in (DEFAULT, DEFAULT.without("share factors"))
    )
    found = counts(shared)
    assert found[factor] == 1
    assert not set(found) & {"solve", "solve_definite", "slogdet", "log_det_definite", "det"}
    for one, other in zip(shared(*VALUES.values()), alone(*VALUES.values()), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11)
    assert not sl.debug.check(shared, *VALUES.values()).findings


def test_what_is_factored_once_or_is_small_stays() -> None:
    small = T.specify_shape(B, (5, 5))
    for outputs in ([LA.solve(B, Y)], [LA.solve(B, Y), LA.inv(B)], [LA.solve(small, Y), LA.solve(small, A)]):
        f = sl.function(list(INPUTS), outputs, on_unused_input="ignore")
        assert "lu_factor" not in counts(f)


def test_a_singular_matrix_is_still_refused() -> None:
    f = sl.function([B, Y], [LA.solve(B, Y), LA.solve(B.T, Y)])
    with pytest.raises(np.linalg.LinAlgError, match="ingular"):
        f(np.ones((2, 2)), np.ones(2))


def test_the_logarithm_of_a_singular_matrix_is_that_of_0() -> None:
    f = sl.function([B], [*LA.slogdet(B), LA.det(B)])
    assert [float(one) for one in f(np.zeros((3, 3)))] == [0.0, -np.inf, 0.0]
    assert [float(one) for one in f(np.zeros((0, 0)))] == [1.0, 0.0, 1.0]
