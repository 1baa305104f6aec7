"""Sizes that must fit within a step of a loop or a branch of a choice: what does not is refused, and never read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import ShapeMismatch

ifelse = sl.ifelse
c = T.lscalar("c")
v, w = T.dvector("v"), T.dvector("w")
A, B = T.dmatrix("A"), T.dmatrix("B")
rows = T.dtensor3("rows")


def loop(step: Any, *arguments: Any, **options: Any) -> Any:
    """What a loop gives, without its updates."""
    return sl.scan(step, *arguments, **options)[0]


PROGRAMS = {
    "state and row": ([A, v], loop(lambda row, h: h + row, sequences=A, outputs_info=v)),
    "state and constant": ([A, v, w], loop(lambda row, h, u: h * u + row.sum(), [A], v, [w])),
    "row and constant": ([A, v], loop(lambda row: row * v, sequences=A, outputs_info=None)),
    "rows": ([A, B], loop(lambda one, other: one - other, sequences=[A, B], outputs_info=None)),
    "products": ([rows, A, B], loop(lambda row, h: T.tanh(T.dot(h, B) + row), sequences=rows, outputs_info=A)),
    "gradient": (
        [rows, A, B],
        sl.grad(T.sum(loop(lambda row, h: T.tanh(T.dot(h, B) + row), sequences=rows, outputs_info=A)), B),
    ),
    "loops in loops": (
        [A, v, w],
        loop(lambda row, h: h + loop(lambda e, s: s * e + w, sequences=row, outputs_info=h)[-1], [A], v),
    ),
    "a state that is joined": ([A, v], loop(lambda row, h: T.concatenate([h, row])[1:], A, v)),
    "branch": ([c, v, w], ifelse(c, (v * w).sum(), 0.0)),
    "branches": ([c, v, w], ifelse(c, T.dot(v, w), T.dot(v[1:], w))),
    "branch in a loop": ([A, v], loop(lambda row, h: ifelse(row[0] > 0, h + row, h), sequences=A, outputs_info=v)),
}  # fmt: skip


def outcome(f: Any, given: list[Any]) -> Any:
    """The value of a call, or None where it is refused."""
    try:
        return f(*given)
    except ValueError:
        return None


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_the_evaluator_refuses_is_refused(name: str) -> None:
    inputs, output = PROGRAMS[name]
    f, reference = (sl.function(inputs, output, mode=mode) for mode in ("FAST_RUN", "FAST_COMPILE"))
    rng = np.random.default_rng(0)
    outcomes = set()
    for number in range(60):
        kinds = [item.ndim for item in inputs]
        sizes = rng.integers(1, 4, (len(kinds), 3)) if number % 3 else np.full((len(kinds), 3), rng.integers(1, 4))
        given = [
            rng.normal(size=shape[:ndim]) if ndim else int(rng.integers(2))
            for shape, ndim in zip(sizes, kinds, strict=True)
        ]
        found, wanted = outcome(f, given), outcome(reference, given)
        assert (found is None) == (wanted is None), [np.shape(item) for item in given]
        if wanted is not None:
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)
        outcomes.add(wanted is None)
    assert outcomes == {True, False}


def test_a_step_that_is_not_made_refuses_nothing() -> None:
    f = sl.function([A, v], loop(lambda row, h: h + row, sequences=A, outputs_info=v))
    assert f(np.ones((0, 3)), np.ones(2)).shape == (0, 2)
    f = sl.function([c, v, w], ifelse(c, (v * w).sum(), 0.0))
    assert f(0, np.ones(3), np.ones(2)) == 0
    with pytest.raises(ShapeMismatch, match=r"size 3 in one operand and 2 in another"):
        f(1, np.ones(3), np.ones(2))
