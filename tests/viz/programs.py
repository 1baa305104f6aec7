"""Programs whose traces the tests of the workbench tell."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

import symlab as sl
import symlab.tensor as T
from symlab.core.ir import config
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import AS_WRITTEN, CALL, CONSTANT, PARAM, Kind
from symlab.core.ops.operators import Variable
from symlab.core.pipeline import DEFAULT, Pipeline, run
from symlab.core.rewrite.trace import Trace
from symlab.viz.formulas import constant_text, lambda_head
from symlab.viz.protocol import detail

MAKERS = (
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: a - b,
    lambda a, b: -a,
    lambda a, b: T.log(1 + T.exp(a)),
    lambda a, b: a * 1.0 + b * 0.0,
    lambda a, b: (a + b) - a,
    lambda a, b: T.tanh(-a),
    lambda a, b: a * b / a,
    lambda a, b: a.sum() * b,
    lambda a, b: T.exp(a) / T.exp(a).sum(),
    lambda a, b: T.concatenate([a, b])[: a.shape[0]],
    lambda a, b: T.switch(a > b, a, b),
    lambda a, b: T.log(T.nnet.softmax(T.stack([a, b]))).sum(axis=0),
)


def as_written(value: Any) -> Variable:
    """An expression whose formula is computed as it is written."""
    return Variable(AS_WRITTEN, (value,), (), value.type)


def random_graph(seed: int, size: int, recent: int = 12, closed: bool = False) -> Graph:
    """A graph of vectors in which many rules fire; `closed` marks parts as computed as written."""
    generator = random.Random(seed)
    inputs = [T.dvector(name) for name in "abcd"]
    parts: list[Any] = list(inputs)
    while len(parts) < size:
        made = generator.choice(MAKERS)(generator.choice(parts[-recent:]), generator.choice(parts[-recent:]))
        parts.append(as_written(made) if closed and generator.random() < 0.2 else made)
    outputs = [parts[-1], *(part.sum() for part in parts[-1 - max(1, recent // 4) : -1])]
    return Graph.of(inputs, outputs)


def random_trace(seed: int, size: int = 40, pipeline: Pipeline = DEFAULT, **options: Any) -> Trace:
    """The trace of a random graph."""
    return run(pipeline, random_graph(seed, size, **options), config.current())


def softplus(**options: Any) -> Any:
    """log(1 + exp(x)), which overflows unless it is rewritten."""
    x = T.dvector("x")
    return sl.function([x], T.log(1 + T.exp(x)), name="softplus", **options)


def softmax_regression(**options: Any) -> Any:
    """One step of softmax regression on images of 784 pixels: the loss, and updates of weights and biases."""
    X, y = T.dmatrix("X"), T.lvector("y")
    W = sl.shared(np.random.default_rng(0).normal(size=(784, 10)) * 0.01, "W")
    b = sl.shared(np.zeros(10), "b")
    probabilities = T.nnet.softmax(T.dot(X, W) + b)
    loss = -T.log(probabilities)[T.arange(y.shape[0]), y].mean() + 0.01 * (W**2).sum()
    updates = [(variable, variable - 0.5 * sl.grad(loss, variable)) for variable in (W, b)]
    return sl.function([X, y], loss, updates=updates, name="train", **options)


# What a graph is, without numbers of nodes


def structures(trace: dict[str, Any], rows: list[list[Any]], outputs: list[int]) -> list[int]:
    """The outputs of a replayed graph as nested structures in which numbers and the order of sums play no part."""
    strings, keys = trace["strings"], dict[int, int]()
    waiting = {row[0]: len(row[2]) for row in rows}
    readers: dict[int, list[int]] = {row[0]: [] for row in rows}
    for row in rows:
        for operand in row[2]:
            readers[operand].append(row[0])
    by_number = {row[0]: row for row in rows}
    ready = [number for number, count in waiting.items() if not count]
    for number in ready:
        _, op, operands, _, _, _, name, detail = by_number[number]
        if strings[op] in ("input", "shared"):
            keys[number] = hash(strings[name])
        else:
            keys[number] = structure(strings[op], strings[detail] if detail >= 0 else "", [keys[at] for at in operands])
        for reader in readers[number]:
            waiting[reader] -= 1
            ready += [reader] * (not waiting[reader])
    assert len(ready) == len(rows), "the view has a cycle"
    return [keys[number] for number in outputs]


def structures_of(graph: Graph) -> list[int]:
    """The same of an interned graph, its closed functions opened."""
    names = {
        node: typed[0].name for node, typed in graph.origins.items() if node.op.kind is Kind.LEAF and typed[0].name
    }
    keys = keys_below(graph.roots, {node: hash(name) for node, name in names.items()})
    return [keys[root] for root in graph.roots]


def keys_below(roots: Any, known: dict[Expr, int]) -> dict[Expr, int]:
    """The structure of every node below some."""
    keys = dict(known)
    for node in toposort(roots):
        if node in keys:
            continue
        operands = [keys[arg] for arg in node.args]
        if node.op is CALL:
            function = node.attr("body")
            inner = keys_below([function.body], dict(zip(function.params, operands, strict=True)))
            keys[node] = structure(lambda_head(function), "", [inner[function.body]])
        else:
            assert node.op is not PARAM
            text = constant_text(node) if node.op is CONSTANT else detail(node) or ""
            keys[node] = structure(node.op.name, text, operands)
    return keys


def structure(op: str, text: str, operands: list[int]) -> int:
    """One node: the operands of sums and products have no order."""
    return hash(
        (op, text, tuple(sorted(operands) if op in ("add", "mul", "maximum", "minimum", "and", "or") else operands))
    )
