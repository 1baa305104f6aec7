"""Random graphs of 5000 nodes: building, differentiating, interning, rewriting, replaying, and what history costs.

python benchmarks/engine.py [--nodes 5000] [--seeds 3] [--profile]
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import random
import time
from collections.abc import Callable
from typing import Any

import symlab.tensor as T
from symlab.core.autodiff import grad
from symlab.core.ir.expr import toposort
from symlab.core.ir.graph import Graph
from symlab.core.pipeline import DEFAULT, run
from symlab.core.rewrite.normal import normal_form

REWRITING = DEFAULT.upto("associate")
INPUTS = 20


def random_expression(count: int, seed: int) -> tuple[list[Any], Any]:
    """Inputs and one scalar expression of about `count` nodes, full of what rules act on."""
    draw = random.Random(seed)
    inputs = [T.dscalar(f"x{place}") for place in range(INPUTS)]
    nodes: list[Any] = list(inputs)

    def pick() -> Any:
        return nodes[draw.randrange(max(0, len(nodes) - 200), len(nodes))]

    forms: list[tuple[float, Callable[[Any, Any], Any]]] = [
        (0.05, lambda a, b: a + 0.0),
        (0.10, lambda a, b: 1.0 * a),
        (0.13, lambda a, b: -(-a)),
        (0.16, lambda a, b: T.log(T.exp(a))),
        (0.19, lambda a, b: T.log(1.0 + T.exp(a))),
        (0.21, lambda a, b: T.log(b + 1.0)),
        (0.23, lambda a, b: a - a),
        (0.25, lambda a, b: a + T.exp(T.constant(2.0))),
        (0.27, lambda a, b: a * 0.0),
        (0.55, lambda a, b: a + b),
        (0.75, lambda a, b: a * b),
        (0.85, lambda a, b: a - b),
        (0.95, lambda a, b: -a),
        (1.00, lambda a, b: T.tanh(a)),
    ]
    while len(toposort([total := sum_of_unused(nodes)])) < count:
        for _ in range(count // 50):
            chance = draw.random()
            form = next(form for limit, form in forms if chance < limit)
            nodes.append(form(pick(), pick()))
    return inputs, total


def sum_of_unused(nodes: list[Any]) -> Any:
    """The sum of the nodes that no other uses."""
    used = {arg for node in toposort(nodes) for arg in node.args}
    loose = [node for node in nodes if node not in used]
    return T.add(*loose) if len(loose) > 1 else loose[0]


def least(function: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    """The least processor time of a few runs, in milliseconds, and the last result."""
    times, result = [], None
    for _ in range(repeat):
        gc.collect()
        started = time.process_time()
        result = function()
        times.append((time.process_time() - started) * 1e3)
    return min(times), result


def cost_and_gradient(count: int, seed: int) -> tuple[list[Any], list[Any]]:
    """A random expression and its gradient in all inputs."""
    inputs, cost = random_expression(count, seed)
    return inputs, [cost, *grad(cost, inputs, disconnected_inputs="ignore")]


def measure(count: int, seed: int) -> None:
    """One line of figures for one graph."""
    building, (inputs, outputs) = least(lambda: cost_and_gradient(count, seed), 2)
    forward = len(toposort(outputs[:1]))
    interning, graph = least(lambda: Graph.of(inputs, outputs))
    normal, _ = least(lambda: normal_form(graph))
    rewriting, trace = least(lambda: run(REWRITING, Graph.of(inputs, outputs)), 2)
    typed, steps = len(toposort(outputs)), len(trace.steps)
    middle, _ = least(lambda: trace.graph_at(steps // 2), 2)
    passes = ", ".join(f"{item.name} {item.seconds * 1e3:.0f} ms ({len(item.steps)})" for item in trace.passes)
    print(
        f"seed {seed}: {forward} nodes forward, {typed} with gradient | build and differentiate {building:.0f} ms | "
        f"intern {interning / typed * 1e3:.1f} us/node, normal form {normal:.0f} ms | rewriting {rewriting:.0f} ms, "
        f"{steps} rewrites, {rewriting / steps * 1e3:.0f} ms per 1000, {len(trace.graph.nodes())} nodes after "
        f"[{passes}] | graph_at(half) {middle:.0f} ms"
    )


def profile(count: int) -> None:
    """Where the time of rewriting goes."""
    inputs, outputs = cost_and_gradient(count, 0)
    watch = cProfile.Profile()
    watch.runcall(lambda: run(REWRITING, Graph.of(inputs, outputs)))
    pstats.Stats(watch).sort_stats("tottime").print_stats(40)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    if options.profile:
        profile(options.nodes)
        return
    for seed in range(options.seeds):
        measure(options.nodes, seed)


if __name__ == "__main__":
    main()
