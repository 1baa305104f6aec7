"""Products of rows with a matrix that no step changes are made for all steps at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import NodeError, SymlabError
from symlab.core.ir.expr import toposort
from symlab.core.modes import as_mode

RANDOM = np.random.default_rng(0)
X, W, U, B = (0.3 * RANDOM.normal(size=shape) for shape in ((5, 4), (4, 3), (3, 3), (3,)))
H = np.zeros(3)


def products(f: Any) -> tuple[int, int]:
    """How many products a compiled function makes outside of loops, and in a step of them."""
    nodes = f.trace.graph.nodes()
    inside = [
        part for node in nodes if node.op.name == "scan" for part in toposort([node.attr("body").body])
        if part.op.name == "dot"
    ]  # fmt: skip
    return sum(node.op.name == "dot" for node in nodes), len(inside)


def network(step: Callable[..., Any], **options: Any) -> tuple[list[Any], Any]:
    """The inputs of a recurrent network and its states."""
    x, w, u, b, h = T.dmatrix("x"), T.dmatrix("w"), T.dmatrix("u"), T.dvector("b"), T.dvector("h")
    found, _ = sl.scan(lambda row, state: step(row, state, w, u, b), sequences=x, outputs_info=h, **options)
    return [x, w, u, b, h], found


def plain(row: Any, state: Any, w: Any, u: Any, b: Any) -> Any:
    """A step of a recurrent network."""
    return T.tanh(T.dot(row, w) + T.dot(state, u) + b)


def agree(inputs: list[Any], outputs: Any, values: list[Any]) -> Any:
    """The compiled function, whose results are those of the evaluator on what was written."""
    f = sl.function(inputs, outputs, on_unused_input="ignore")
    g = sl.function(inputs, outputs, mode="FAST_COMPILE", on_unused_input="ignore")
    for found, wanted in zip(f(*values), g(*values), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)
    return f


def test_the_product_of_all_rows_is_one() -> None:
    inputs, states = network(plain)
    f = agree(inputs, [states], [X, W, U, B, H])
    assert products(f) == (1, 1)
    by_hand, h = [], H
    for row in X:
        h = np.tanh(row @ W + h @ U + B)
        by_hand.append(h)
    np.testing.assert_allclose(f(X, W, U, B, H)[0], by_hand, rtol=1e-12)


def test_without_the_pass_it_stays() -> None:
    inputs, states = network(plain)
    f = sl.function(inputs, states, mode=as_mode("FAST_RUN").excluding("move products"))
    assert products(f) == (0, 2)


def test_gradients() -> None:
    """The cotangents of rows leave the backward loop: they are one product after it."""
    inputs, states = network(plain)
    cost = T.sum(states**2)
    f = agree(inputs, [cost, *sl.grad(cost, inputs)], [X, W, U, B, H])
    assert products(f) == (4, 2)


@pytest.mark.parametrize("options", [
    {"go_backwards": True}, {"n_steps": 3}, {"n_steps": 0}, {"truncate_gradient": 2},
    {"n_steps": 3, "go_backwards": True},
])  # fmt: skip
def test_options_of_scan(options: dict[str, Any]) -> None:
    inputs, states = network(plain, **options)
    cost = T.sum(states**2)
    agree(inputs, [states, *sl.grad(cost, inputs)], [X, W, U, B, H])


def test_more_steps_than_rows_are_refused() -> None:
    n = T.lscalar("n")
    inputs, states = network(plain, n_steps=n)
    f = sl.function([n, *inputs], states)
    assert f(5, X, W, U, B, H).shape == (5, 3)
    with pytest.raises(SymlabError):
        f(6, X, W, U, B, H)
    x, w = inputs[:2]
    alone, _ = sl.scan(lambda row: T.dot(row, w), sequences=x, n_steps=n)
    g = sl.function([n, x, w], alone)
    np.testing.assert_allclose(g(3, X, W), X[:3] @ W)
    with pytest.raises(SymlabError):
        g(6, X, W)


def test_sequences_of_different_lengths() -> None:
    x, y, w = T.dmatrix("x"), T.dmatrix("y"), T.dmatrix("w")
    found, _ = sl.scan(lambda a, b: [T.dot(a, w), T.dot(b, w)], sequences=[x, y])
    f = agree([x, y, w], found, [X, X[:3], W])
    assert [item.shape for item in f(X[:2], X, W)] == [(2, 3), (2, 3)]


def test_a_map_is_one_product() -> None:
    x, w = T.dmatrix("x"), T.dmatrix("w")
    found, _ = sl.map(lambda row: T.dot(row, w), sequences=x)
    f = agree([x, w], [found], [X, W])
    assert products(f)[1] == 0
    assert f(X[:0], W)[0].shape == (0, 3)
    with pytest.raises((NodeError, ValueError)):
        f(X, W.T)


STEPS: dict[str, Callable[..., Any]] = {
    "a matrix and a row": lambda row, state, w, u, b: T.tanh(T.dot(w.T, row) + T.dot(state, u)),
    "a function of a row": lambda row, state, w, u, b: T.tanh(T.dot(T.exp(row) * 2 + row[0], w) + state * b),
    "two layers": lambda row, state, w, u, b: state + T.dot(T.tanh(T.dot(row, w) + b), u),
    "a vector": lambda row, state, w, u, b: state * T.dot(row, w[:, 0]) + b,
    "a mask": lambda row, state, w, u, b: T.switch(row[0] > 0, T.dot(row, w) + T.dot(state, u), state),
    "the same twice": lambda row, state, w, u, b: T.dot(row, w) * state + T.dot(row, w) + T.dot(T.dot(row, w), u),
    "rows of the matrix": lambda row, state, w, u, b: T.tanh(T.dot(row[:2], w[:2]) + state),
    "no row": lambda row, state, w, u, b: T.tanh(T.dot(state, u) + b),
}


@pytest.mark.parametrize("name", STEPS)
def test_forms_of_steps(name: str) -> None:
    inputs, states = network(STEPS[name])
    cost = T.sum(states * T.arange(5.0)[:, None])
    agree(inputs, [states, *sl.grad(cost, inputs, disconnected_inputs="ignore")], [X, W, U, B, H])


def test_what_only_leaves_a_loop_is_computed_after_it() -> None:
    x, u, w, h, c = T.dmatrix("x"), T.dmatrix("u"), T.dmatrix("w"), T.dvector("h"), T.dscalar("c")

    def step(row: Any, state: Any) -> list[Any]:
        new = T.tanh(row + T.dot(state, u))
        return [new, T.nnet.sigmoid(T.dot(new, w) + c), T.dot(new, new), T.dot(w.T, new)]

    found, _ = sl.scan(step, sequences=x, outputs_info=[h, None, None, None])
    f = agree([x, u, w, h, c], found, [X, RANDOM.normal(size=(4, 4)), W, np.zeros(4), 0.5])
    assert products(f) == (2, 2)


def test_what_a_step_reads_stays() -> None:
    u, h = T.dmatrix("u"), T.dvector("h")

    def step(state: Any) -> list[Any]:
        found = T.dot(T.tanh(state), u)
        return [found / 2, found]

    found, _ = sl.scan(step, outputs_info=[h, None], n_steps=4)
    f = agree([u, h], found, [U, B])
    assert products(f) == (0, 1)


def test_a_loop_that_may_stop_computes_no_rows_in_advance() -> None:
    x, w = T.dmatrix("x"), T.dmatrix("w")
    found, _ = sl.scan(lambda row, h: (h + T.dot(row, w), sl.scan_module.until(T.sum(h) > 1)),
                       sequences=x, outputs_info=T.zeros(3))  # fmt: skip
    f = agree([x, w], [found], [np.abs(X), np.abs(W)])
    assert products(f) == (0, 1)


@pytest.mark.parametrize(("rows", "inside"), [(1, 1), (2, 1), (3, 2), (None, 2)])
def test_steps_of_many_rows_keep_their_products(rows: int | None, inside: int) -> None:
    x = T.tensor("x", dtype="float64", shape=(None, rows, 4))
    w, u = T.dmatrix("w"), T.dmatrix("u")
    first = T.zeros((x.shape[1], 3)) if rows is None else T.zeros((rows, 3))
    found, _ = sl.scan(lambda row, h: T.tanh(T.dot(row, w) + T.dot(h, u)), sequences=x, outputs_info=first)
    count = rows or 3
    f = agree([x, w, u], [found, *sl.grad(T.sum(found**2), [x, w, u])], [RANDOM.normal(size=(5, count, 4)), W, U])
    g = sl.function([x, w, u], found)
    assert products(g)[1] == inside
    assert f(np.zeros((0, count, 4)), W, U)[0].shape == (0, count, 3)


def test_loops_in_loops() -> None:
    x, w, u = T.dtensor3("x"), T.dmatrix("w"), T.dmatrix("u")

    def outer(rows: Any, total: Any) -> Any:
        found, _ = sl.scan(lambda row, h: T.tanh(T.dot(row, w) + T.dot(h, u)), sequences=rows, outputs_info=total)
        return found[-1] + T.dot(rows[0], w)

    found, _ = sl.scan(outer, sequences=x, outputs_info=T.zeros(3))
    values = [RANDOM.normal(size=(3, 5, 4)), W, U]
    agree([x, w, u], [found, *sl.grad(T.sum(found**2), [x, w, u])], values)


def test_checkpoints_and_directions() -> None:
    inputs, states = network(plain)
    x, w, u, b, h = inputs
    kept, _ = sl.scan_checkpoints(
        lambda row, state: plain(row, state, w, u, b), sequences=x, outputs_info=h, save_every_N=2
    )
    cost = T.sum(kept[-1] ** 2)
    agree(inputs, [kept, *sl.grad(cost, inputs)], [X, W, U, B, H])
    v = T.dmatrix("v")
    agree([*inputs, v], [sl.Rop(states, w, v), sl.hessian(T.sum(states), b)], [X, W, U, B, H, np.ones_like(W)])


def test_a_loop_of_which_the_last_state_alone_is_wanted_keeps_its_memory() -> None:
    """All rows of a product would need far more room than the states, of which there is one."""
    inputs, states = network(plain)
    f = agree(inputs, [states[-1]], [X, W, U, B, H])
    assert products(f) == (0, 2)
    g = agree(inputs, [states[-1], sl.grad(T.sum(states[-1]), inputs[2])], [X, W, U, B, H])
    assert products(g)[1] == 2  # the gradient reads all states
