"""Large graphs: every phase is linear in their size, and what the C compiler is given stays in small functions."""

from __future__ import annotations

import cProfile
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.c import render
from symlab.core.ir import config
from symlab.core.ir.graph import Graph
from symlab.core.pipeline import DEFAULT, run

GROWTH = 4
MOST_LINES = 120  # of one kernel: 25 formulas, what they read and what they write

Built = tuple[list[Any], Any]


def chain(nodes: int) -> Built:
    x = T.dscalar("x")
    y = x
    for place in range(nodes // 3):
        y = T.tanh(y * 1.01) + x if place % 2 else T.sin(y) - x
    return [x], y


def wide_sum(nodes: int) -> Built:
    inputs = [T.dscalar(f"x{place}") for place in range(nodes)]
    return inputs, sum(inputs[1:], inputs[0])


def wide_product(nodes: int) -> Built:
    inputs = [T.dscalar(f"x{place}") for place in range(nodes)]
    product = inputs[0]
    for item in inputs[1:]:
        product = product * item
    return inputs, product


def calls(work: Callable[[], Any]) -> tuple[int, Any]:
    """How many functions a piece of work calls: a measure of time that no other process disturbs."""
    watch = cProfile.Profile()
    result = watch.runcall(work)
    return sum(item.callcount for item in watch.getstats()), result


def phases(build: Callable[[int], Built], nodes: int) -> dict[str, int]:
    """The calls of each phase for a graph of this size."""
    found = {}
    found["build"], (inputs, y) = calls(lambda: build(nodes))
    found["differentiate"], slopes = calls(lambda: sl.grad(y, inputs))
    found["intern"], graph = calls(lambda: Graph.of(inputs, [y, *slopes]))
    found["pipeline"], trace = calls(lambda: run(DEFAULT, graph, config.current()))
    found["render"], _ = calls(lambda: render.render(trace.program))
    found["print"], _ = calls(lambda: sl.viz.pp(y))
    found["pickle"], _ = calls(lambda: pickle.loads(pickle.dumps(y)))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("build", [chain, wide_sum, wide_product])
def test_every_phase_is_linear(build: Callable[[int], Built]) -> None:
    phases(build, 30)  # what is done once per process
    small, large = phases(build, 150), phases(build, GROWTH * 150)
    growth = {name: large[name] / small[name] for name in small}
    assert max(growth.values()) < 1.35 * GROWTH, growth


def long_expression(operations: int) -> tuple[Any, Any, Callable[[np.ndarray], np.ndarray]]:
    """A chain over vectors with constants that differ, so that no two kernels are equal; also as NumPy."""
    x = T.dvector("x")

    def formula(m: Any, value: Any) -> Any:
        y = value
        for place in range(operations // 3):
            y = (m.tanh if place % 2 else m.sin)(y * (1.0 + place / 1000)) + value
        return y

    return x, formula(T, x), lambda values: formula(np, values)


def test_long_programs_are_two_units_of_small_functions() -> None:
    x, y, _ = long_expression(600)
    rendered = render.render(run(DEFAULT, Graph.of([x], [y]), config.current()).program)
    first, second = rendered.units
    assert 0.5 < len(first) / len(second) < 2
    assert re.findall(r"^int(?:64_t)? (\w+)\(.*\{?$", second, re.MULTILINE) == ["plan", "run"]
    bodies = re.findall(r"\bkernel\d+\([^;{]*\) \{\n(.*?)^\}$", first + second, re.MULTILINE | re.DOTALL)
    assert len(bodies) >= 600 // 25
    assert max(body.count("\n") for body in bodies) <= MOST_LINES


def test_short_programs_are_one_unit() -> None:
    x, y, _ = long_expression(30)
    assert len(render.render(run(DEFAULT, Graph.of([x], [y]), config.current()).program).units) == 1


def test_two_units_compute_what_numpy_does(tmp_path) -> None:
    x, y, reference = long_expression(150)
    values = np.linspace(-2, 2, 37)
    with sl.configure(cache_dir=str(tmp_path), backend="c"):
        f = sl.function([x], y)
        np.testing.assert_allclose(f(values), reference(values), rtol=1e-9)
    assert "visibility" in f.source
    assert {path.suffix for path in tmp_path.iterdir() if path.is_file()} <= {".so", ".dylib", ".dll", ""}
