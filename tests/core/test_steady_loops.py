"""Gradients of loops in whose steps sizes change: what has other sizes in each step is computed again, not stacked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.expr import toposort

V, M, W = (
    np.array([0.1, 0.7, 0.3]),
    np.array([[2.0, 0.3, 0.1], [0.2, 1.5, 0.4], [0.1, 0.6, 3.0]]),
    np.array([0.5, -0.2]),
)
v, m, w = T.dvector("v"), T.dmatrix("m"), T.dvector("w")

STEPS: dict[str, Any] = {
    "sort": lambda i: (T.sort(v[:i]) ** 2).sum(),
    "cumsum": lambda i: T.tanh(T.cumsum(v[:i])).sum(),
    "softmax": lambda i: (T.nnet.softmax(T.tanh(v[:i]), axis=-1) * v[:i]).sum(),
    "dot": lambda i: T.tanh(T.dot(m[:i], v)).sum(),
    "product of parts": lambda i: T.tanh(T.dot(m[:i, :i], v[:i])).sum(),
    "mask": lambda i: T.tanh(v[v > i * 0.2 - 0.1]).sum(),
    "places": lambda i: T.exp(T.cumsum(v[(v > i * 0.2 - 0.1).nonzero()])).sum(),
    "det": lambda i: T.nlinalg.det(m[:i, :i]),
    "reshaped": lambda i: T.dot(T.reshape(T.tile(v, (i,)), (i, 3)), v).sum(),
    "element": lambda i: T.tanh(T.dot(m[i - 1], v)),
    "written": lambda i: T.tanh(T.dot(T.set_subtensor(m[i - 1], v), v)).sum(),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("name", STEPS)
def test_steps_of_changing_sizes(name: str, mode: str) -> None:
    """The gradient is that of the sum of the same steps, written out."""
    loop, _ = sl.scan(STEPS[name], sequences=[T.arange(3) + 1])
    written = sum(STEPS[name](T.constant(i)) for i in (1, 2, 3))
    inputs = [v, m]
    found, wanted = (
        sl.function(inputs, T.grad(cost, inputs, disconnected_inputs="ignore"), mode=mode, on_unused_input="ignore")(
            V, M
        )
        for cost in (loop.sum(), written)
    )
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_a_loop_over_sentences_of_other_lengths(mode: str) -> None:
    """A recurrent network over each part of a sequence, within a loop over the parts."""
    x, weight = T.dvector("x"), T.dscalar("weight")
    starts, ends = T.lvector("starts"), T.lvector("ends")

    def part(a: Any, b: Any) -> Any:
        states, _ = sl.scan(lambda u, h: T.tanh(weight * h + u), sequences=[x[a:b]], outputs_info=[T.constant(0.0)])
        return states[-1]

    results, _ = sl.scan(part, sequences=[starts, ends])
    f = sl.function([x, weight, starts, ends], [results.sum(), T.grad(results.sum(), weight)], mode=mode)
    values = np.array([0.3, -0.5, 0.2, 0.9, 0.1, -0.7])

    def cost(value: float) -> float:
        total = 0.0
        for a, b in ((0, 2), (2, 3), (1, 6)):
            h = 0.0
            for u in values[a:b]:
                h = np.tanh(value * h + u)
            total += h
        return total

    found, slope = f(values, 0.8, [0, 2, 1], [2, 3, 6])
    np.testing.assert_allclose(found, cost(0.8), rtol=1e-12)
    np.testing.assert_allclose(slope, (cost(0.8 + 1e-6) - cost(0.8 - 1e-6)) / 2e-6, rtol=1e-7)


def test_what_keeps_its_sizes_is_saved() -> None:
    """A product of matrices in each step is not computed again by the gradient."""
    h0, u = T.dmatrix("h0"), T.dmatrix("u")
    states, _ = sl.scan(lambda h, u: T.tanh(T.dot(h, u)), outputs_info=[h0], non_sequences=[u], n_steps=4)
    f = sl.function([h0, u], T.grad((states**2).sum(), u))
    forward, _, backward = str(f.program).partition("loop")[2].partition("\nloop")
    assert forward.count("product") == 1 and backward.split("\nproduct")[0].count("product") == 1


def test_gates_that_are_parts_of_one_product_have_the_same_sizes_in_all_steps() -> None:
    """What flows into the parts is put together in each step; the gradient of the weights is one product still."""
    x, h0, weights = T.dtensor3("x"), T.dmatrix("h0"), T.dmatrix("weights")

    def step(row: Any, h: Any) -> Any:
        z = T.dot(row, weights) + T.dot(h, T.exp(weights))
        keep = T.nnet.sigmoid(z[:, :2])
        return keep * h + (1 - keep) * T.tanh(z[:, 2:])

    states, _ = sl.scan(step, sequences=x, outputs_info=h0)
    cost = (states**2).sum()
    f = sl.function([x, h0, weights], sl.grad(cost, weights))
    loops = [node for node in f.trace.graph.nodes() if node.op.name == "scan"]
    counts = [sum(part.op.name == "dot" for part in toposort([node.attr("body").body])) for node in loops]
    assert counts == [2, 2]  # backward these are the cotangents of the state and of the row
    random = np.random.default_rng(0)
    values = [random.normal(size=shape) for shape in ((4, 3, 2), (3, 2), (2, 4))]
    plain = sl.function([x, h0, weights], sl.grad(cost, weights), mode="FAST_COMPILE")
    np.testing.assert_allclose(f(*values), plain(*values), rtol=1e-12)
    value, small = sl.function([x, h0, weights], cost), 1e-6 * np.eye(2, 4)
    slope = (value(values[0], values[1], values[2] + small) - value(values[0], values[1], values[2] - small)) / 2e-6
    np.testing.assert_allclose((f(*values) * np.eye(2, 4)).sum(), slope, rtol=1e-7)
