"""`map_variables`: expressions rebuilt with replacements, also within loops and sub-graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch
from symlab.core.mapping import map_variables


def told(variable: Any) -> Any:
    """What the variable's tag says stands for it."""
    return getattr(variable.tag, "instead", variable)


def test_an_inner_node_is_replaced_and_what_replaces_it_is_not() -> None:
    a, b, c = T.dscalars("a", "b", "c")
    total = a + b
    total.tag.instead = a * b
    a.tag.instead = c
    (found,) = map_variables(told, [total + c])
    assert sl.function([a, b, c], found, on_unused_input="ignore")(3, 5, 7) == 3 * 5 + 7
    (same,) = map_variables(lambda variable: variable, [total])
    assert same is total


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_the_step_of_a_loop_reads_what_it_did_not_before(mode: str) -> None:
    x, factor = T.dvector("x"), T.dscalar("factor")
    offset = sl.shared(1.0)

    def step(row: Any, state: Any) -> Any:
        new = row + state
        new.tag.instead = factor * (row - state) + offset
        return new

    sums, _ = sl.scan(step, sequences=x, outputs_info=0.0)
    (other,) = map_variables(told, [sums])
    f = sl.function([x, factor], [sums, other, T.grad(other[-1], factor)], mode=mode)
    found = f([1.0, 2.0, 4.0], 0.5)
    wanted, state = [], 0.0
    for row in (1.0, 2.0, 4.0):
        state = 0.5 * (row - state) + 1.0
        wanted.append(state)
    assert found[0].tolist() == [1.0, 3.0, 7.0]
    assert found[1].tolist() == wanted
    less, more = f([1.0, 2.0, 4.0], 0.5 - 1e-6)[1][-1], f([1.0, 2.0, 4.0], 0.5 + 1e-6)[1][-1]
    np.testing.assert_allclose(found[2], (more - less) / 2e-6, rtol=1e-6)


def test_loops_that_stop_and_histories_keep_their_form() -> None:
    x = T.dvector("x")

    def step(row: Any, before: Any) -> Any:
        new = before + row
        new.tag.instead = before + 2 * row
        return [new, row * 3], sl.scan_module.until(new > 5)

    (sums, rows), _ = sl.scan(step, sequences=x, outputs_info=[0.0, None])
    f = sl.function([x], map_variables(told, [sums, rows]))
    first, second = f([1.0, 1.0, 1.0, 1.0])
    assert first.tolist() == [2.0, 4.0, 6.0]
    assert second.tolist() == [3.0, 3.0, 3.0]


def test_sub_graphs_are_entered() -> None:
    a, b, outer = T.dscalars("a", "b", "outer")
    inner = a + b
    inner.tag.instead = outer * a - b
    op = sl.OpFromGraph([a, b], [inner])
    c, d = T.dscalars("c", "d")
    (found,) = map_variables(told, [op(c, d) * 2])
    assert sl.function([c, d, outer], found)(5, 2, 10) == 96


def test_what_a_step_cannot_take_up_is_refused() -> None:
    x, count = T.dvector("x"), sl.shared(0.0)
    count.default_update = count + 1

    def step(row: Any, state: Any) -> Any:
        new = row + state
        new.tag.instead = count * new
        return new

    sums, _ = sl.scan(step, sequences=x, outputs_info=0.0)
    with pytest.raises(NotImplementedError, match="changes with each use"):
        map_variables(told, [sums])
    y = x + 1
    y.tag.instead = T.dscalar()
    with pytest.raises(TypeMismatch, match="cannot be replaced"):
        map_variables(told, [y])


def test_theano_knows_the_name() -> None:
    import symlab.compat.theano as compat

    compat.install()
    try:
        from theano.scan_module.scan_utils import map_variables as named
    finally:
        compat.uninstall()
    assert named is map_variables
