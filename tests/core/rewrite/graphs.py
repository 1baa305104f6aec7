"""Random typed graphs, and values of graphs, for the tests of the engine."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import symlab.tensor as T
from symlab.core.backends.reference import evaluate_graph
from symlab.core.ir.graph import Graph
from symlab.core.pipeline import DEFAULT, FAST_COMPILE, Pipeline, run
from symlab.core.rewrite.trace import Trace

REWRITING = DEFAULT.upto("associate")
UNARY = (T.neg, T.exp, T.tanh, T.sqr, T.abs, T.sin, T.sigmoid, T.softplus)
BINARY = (T.add, T.sub, T.mul, T.maximum)
NUMBERS = (0.0, 1.0, -1.0, 2.0, 0.5, 3.0)


def traced(inputs: list[Any], outputs: list[Any], pipeline: Pipeline = REWRITING) -> Trace:
    """The trace of rewriting alone."""
    return run(pipeline, Graph.of(inputs, outputs))


def as_typed(inputs: list[Any], outputs: list[Any]) -> Graph:
    """The graph with canonical rules alone and as it was grouped."""
    return run(FAST_COMPILE, Graph.of(inputs, outputs)).graph


def values_of(graph: Graph, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """The values of a graph's roots."""
    return evaluate_graph(graph, dict(zip(graph.inputs, arrays, strict=True)))


def steps_of(trace: Trace) -> list[str]:
    """The names of the rules, in order."""
    return [step.rule.name for step in trace.steps]


@st.composite
def expressions(draw: Any, most: int = 40) -> tuple[list[Any], list[Any]]:
    """Two inputs, a vector and a scalar, and a few outputs of a random graph over them."""
    nodes: list[Any] = [T.dvector("x"), T.dscalar("y")]
    inputs = list(nodes)
    for _ in range(draw(st.integers(1, most))):
        pick = st.integers(max(0, len(nodes) - 8), len(nodes) - 1)
        first = nodes[draw(pick)]
        kind = draw(st.integers(0, 9))
        if kind < 3:
            made = draw(st.sampled_from(UNARY))(first)
        elif kind < 5:
            made = draw(st.sampled_from(BINARY))(first, draw(st.sampled_from(NUMBERS)))
        else:
            made = draw(st.sampled_from(BINARY))(first, nodes[draw(pick)])
        nodes.append(made)
    outputs = [nodes[-1], *[nodes[draw(st.integers(0, len(nodes) - 1))] for _ in range(2)]]
    return inputs, outputs


def close(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two results agree where both are ordinary numbers."""
    usual = np.isfinite(first) & np.isfinite(second) & (np.abs(first) < 1e10)
    return first.shape == second.shape and bool(np.allclose(first[usual], second[usual], rtol=1e-6, atol=1e-6))
