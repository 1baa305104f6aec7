"""The main figures, each as a ratio to NumPy in the same run: `python benchmarks/figures.py [--json FILE]`.

Rounds are interleaved, so that a slow moment of the machine meets both sides; minimum and median are printed.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import symlab as sl
import symlab.tensor as T

Row = dict[str, Any]


def seconds(call: Callable[[], Any]) -> float:
    """The time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def paired(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int, inner: int = 1) -> Row:
    """Interleaved rounds of two calls: seconds per call and the ratio theirs / ours."""

    def many(call: Callable[[], Any]) -> float:
        return seconds(lambda: [call() for _ in range(inner)] and None) / inner

    many(ours), many(theirs)
    pairs = [(many(ours), many(theirs)) for _ in range(rounds)]
    first, second = zip(*pairs, strict=True)
    return {
        "ours_min": min(first),
        "ours_median": statistics.median(first),
        "numpy_median": statistics.median(second),
        "ratio": statistics.median(b / a for a, b in pairs),
    }


def logistic(size: int) -> Row:
    """1 / (1 + exp(-x)) on doubles."""
    x = T.dvector("x")
    f = sl.function([x], 1 / (1 + T.exp(-x)))
    values = np.linspace(-8, 8, size)
    assert np.allclose(f(values), 1 / (1 + np.exp(-values)), rtol=1e-14)
    return paired(lambda: f(values), lambda: 1 / (1 + np.exp(-values)), 60)


def chain(size: int) -> Row:
    """Fifteen operations as people write them: exponentials, logarithms, tanh, powers."""

    def formula(m: Any, v: Any) -> Any:
        return m.exp(-(v**2)) * m.tanh(v) + m.log(1 + v**2) ** 1.5 - m.sqrt(v**4 + 1) + m.exp(v / 3) - v**3

    x = T.dvector("x")
    f = sl.function([x], formula(T, x))
    values = np.linspace(-3, 3, size)
    assert np.allclose(f(values), formula(np, values), rtol=1e-10)
    return paired(lambda: f(values), lambda: formula(np, values), 40)


def expression(nodes: int, seed: int) -> tuple[Any, Any]:
    """An elementwise expression of `nodes` operations, different for each seed; inputs and constants not counted."""
    generator = random.Random(seed)
    x = T.dvector("x")
    parts = [x, x * generator.uniform(0.5, 1.5)]
    unary = [T.exp, T.tanh, T.sqrt, T.log1p, T.sin, T.cos]
    while operations(y := sum(parts[-3:], parts[0]) / 4) < nodes:
        a, b = generator.choice(parts[-8:]), generator.choice(parts[-8:])
        parts.append(generator.choice(unary)(abs(a) * generator.uniform(0.1, 0.4)) + b * generator.uniform(0.1, 0.5))
    return x, y


def operations(*outputs: Any) -> int:
    """How many nodes compute something."""
    from symlab.core.ir.expr import toposort

    return sum(1 for node in toposort(outputs) if node.args)


def first_result(nodes: int, target: float, tries: int = 5) -> Row:
    """Seconds from `function` to the first value: cold (empty code cache) and from the cache, front end included.

    What the cache adds to the front end is the time of `build_library`: key, look-up, loading.
    """
    from symlab.core.backends.c import backend

    values = np.linspace(0.1, 1, 1000)
    rows: list[tuple[float, float, float]] = []
    real, spent = backend.build_library, [0.0]

    def timed(*arguments: Any) -> Any:
        start = time.perf_counter()
        library = real(*arguments)
        spent[0] = time.perf_counter() - start
        return library

    for seed in range(tries):
        with tempfile.TemporaryDirectory() as folder, sl.configure(cache_dir=folder, backend="c"):
            x, y = expression(nodes, seed)
            cold = seconds(lambda x=x, y=y: sl.function([x], y)(values))
            x, y = expression(nodes, seed)
            backend.build_library = timed
            try:
                warm = seconds(lambda x=x, y=y: sl.function([x], y)(values))
            finally:
                backend.build_library = real
            rows.append((cold, warm, spent[0]))
    cold, warm, beside = (statistics.median(column) for column in zip(*rows, strict=True))
    return {
        "operations": operations(y), "cold": cold, "cold_target": target, "cold_min": min(row[0] for row in rows),
        "cached": warm, "cached_beside_front_end": beside, "beside_target": 0.01,
    }  # fmt: skip


def random_graph(nodes: int, seed: int = 0) -> tuple[list[Any], Any]:
    """A random graph with many chances to simplify, and its cost."""
    generator = random.Random(seed)
    inputs = [T.dscalar(f"x{place}") for place in range(20)]
    parts: list[Any] = list(inputs)
    makers: list[Callable[[Any, Any], Any]] = [
        lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: -a, lambda a, b: T.tanh(a),
        lambda a, b: a + 0.0, lambda a, b: 1.0 * a, lambda a, b: -(-a), lambda a, b: T.log(1 + T.exp(a)),
        lambda a, b: T.log(T.exp(a)), lambda a, b: (a + b) - a,
    ]  # fmt: skip
    while len(parts) < nodes:
        a, b = generator.choice(parts[-200:]), generator.choice(parts[-200:])
        parts.append(generator.choice(makers)(a, b))
    return inputs, sum(parts[-40:], inputs[0])


def large_graph(nodes: int = 5000) -> Row:
    """Build and differentiate, then rewrite, a random graph."""
    from symlab.core.ir import config
    from symlab.core.ir.expr import toposort
    from symlab.core.ir.graph import Graph
    from symlab.core.pipeline import DEFAULT, run

    start = time.perf_counter()
    inputs, cost = random_graph(nodes * 2 // 3)
    slopes = sl.grad(cost, inputs, disconnected_inputs="ignore")
    built = time.perf_counter() - start
    graph = Graph.of(inputs, [cost, *slopes])
    start = time.perf_counter()
    trace = run(DEFAULT.upto("specialize"), graph, config.current())
    return {
        "typed_nodes": len(toposort([cost, *slopes])), "build_and_differentiate": built,
        "rewriting": time.perf_counter() - start, "steps": len(trace.steps),
    }  # fmt: skip


def long_chain(nodes: int) -> Row:
    """A chain and a wide sum: build, differentiate, rewrite, print, pickle."""
    from symlab.core.ir import config
    from symlab.core.ir.graph import Graph
    from symlab.core.pipeline import DEFAULT, run

    x = T.dscalar("x")

    def build() -> Any:
        y = x
        for place in range(nodes // 3):
            y = T.tanh(y * 1.01) + x if place % 2 else T.sin(y) - x
        return y

    result: Row = {}
    start = time.perf_counter()
    y = build()
    result["build"] = time.perf_counter() - start
    slope = sl.grad(y, x)
    result["differentiate"] = time.perf_counter() - start - result["build"]
    result["rewrite"] = seconds(lambda: run(DEFAULT.upto("specialize"), Graph.of([x], [y, slope]), config.current()))
    result["print"] = seconds(lambda: sl.viz.pp(y))
    result["pickle"] = seconds(lambda: pickle.loads(pickle.dumps(y)))
    return result


def import_time() -> Row:
    """Seconds of `import symlab` in a fresh process, beside those of NumPy alone."""
    code = "import time; s = time.perf_counter(); import {}; print(time.perf_counter() - s)"

    def fresh(module: str) -> float:
        done = subprocess.run([sys.executable, "-c", code.format(module)], capture_output=True, text=True, check=True)
        return float(done.stdout)

    return {"symlab": min(fresh("symlab") for _ in range(5)), "numpy": min(fresh("numpy") for _ in range(5))}


FIGURES: dict[str, Callable[[], Row]] = {
    "logistic 10^5": lambda: logistic(10**5),
    "logistic 10^3": lambda: logistic(10**3),
    "chain of 15 ops, 10^5": lambda: chain(10**5),
    "first result, 10 nodes": lambda: first_result(10, 0.12),
    "first result, 100 nodes": lambda: first_result(100, 0.3),
    "first result, 1000 nodes": lambda: first_result(1000, 2.5, 3),
    "5000-node graph": large_graph,
    "chain of 21,000": lambda: long_chain(21_000),
    "chain of 42,000": lambda: long_chain(42_000),
    "import": import_time,
}


def main() -> None:
    """Print every figure, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    sl.function([], T.constant(1.0))()  # the call object's one-time build is no part of any figure
    rows = {}
    for name, measure in FIGURES.items():
        if options.only in name:
            rows[name] = measure()
            print(f"{name:26s} " + "  ".join(f"{key} {value:.4g}" for key, value in rows[name].items()), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
