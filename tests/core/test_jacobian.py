"""Derivatives as matrices, against what is known of them, without a walk per row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.batching import Unbatchable
from symlab.core.ir.errors import DisconnectedInputError
from symlab.core.ir.expr import toposort

NUMBERS = np.array([-1.5, 0.1, 2.0])


@pytest.fixture
def x():
    return T.dvector("x")


def test_rows_of_a_vector_of_unknown_size(x):
    z = T.dscalar("z")
    rows, column = sl.jacobian(x**2 * z, [x, z])
    np.testing.assert_allclose(rows.eval({x: NUMBERS, z: 0.3}), np.diag(2 * NUMBERS * 0.3))
    np.testing.assert_allclose(column.eval({x: NUMBERS, z: 0.3}), NUMBERS**2)


def test_of_a_scalar_it_is_the_gradient(x):
    assert sl.jacobian(x.sum(), x).eval({x: NUMBERS}).tolist() == [1, 1, 1]


def test_through_a_layer(x):
    values = np.random.default_rng(0).normal(size=(4, 3))
    w = sl.shared(values, "w")
    y = T.tanh(T.dot(w, x))
    slopes = 1 - np.tanh(values @ NUMBERS) ** 2
    np.testing.assert_allclose(sl.jacobian(y, x).eval({x: NUMBERS}), slopes[:, None] * values)
    by_weights = np.einsum("i,ij,k->ijk", slopes, np.eye(4), NUMBERS)
    np.testing.assert_allclose(sl.jacobian(y, w).eval({x: NUMBERS}), by_weights)


def test_axes_of_the_expression_come_first():
    m = T.dmatrix("m")
    value = np.arange(6.0).reshape(2, 3)
    found = sl.jacobian(T.dot(m, m.T), m).eval({m: value})
    wanted = np.einsum("ik,jl->ijkl", np.eye(2), value) + np.einsum("jk,il->ijkl", np.eye(2), value)
    np.testing.assert_allclose(found, wanted)


def test_the_graph_does_not_grow_with_the_number_of_rows():
    def nodes(size):
        v = T.tensor("v", dtype="float64", shape=(size,))
        return len(toposort([sl.jacobian(T.exp(v) * v[::-1], v)]))

    assert nodes(3) == nodes(300)


def test_of_what_does_not_depend_on_it(x):
    y = T.dvector("y")
    with pytest.raises(DisconnectedInputError):
        sl.jacobian(x * 2, y)
    rows = sl.jacobian(x * 2, y, disconnected_inputs="ignore")
    assert np.array_equal(rows.eval({x: NUMBERS, y: [1.0, 2.0]}), np.zeros((3, 2)))


def test_integers_taken_as_real_numbers(x):
    n = T.lvector("n")
    assert np.array_equal(sl.jacobian(x * n, n).eval({x: NUMBERS, n: [1, 2, 3]}), np.diag(NUMBERS))


def test_float32_stays_float32():
    v = T.fvector("v")
    assert sl.jacobian(v**2, v).dtype == "float32"


def test_an_empty_vector(x):
    assert sl.jacobian(T.exp(x), x).eval({x: np.zeros(0)}).shape == (0, 0)


def test_what_cannot_be_stacked_says_so(x):
    m = T.dmatrix("m")
    y = x[: T.cast(m.sum(), "int64")]
    assert sl.jacobian(y, x).eval({x: NUMBERS, m: np.ones((1, 2))}).shape == (2, 3)
    with pytest.raises(Unbatchable, match="would differ within the stack"):
        sl.vectorize_graph(y, {m: T.dtensor3("stack")})


def test_hessian(x):
    cost = (T.exp(x) * x[::-1] ** 2).sum()
    a, b, c = NUMBERS
    exp = np.exp(NUMBERS)
    wanted = np.diag([exp[0] * c**2 + 2 * exp[2], exp[1] * (b**2 + 4 * b + 2), exp[2] * a**2 + 2 * exp[0]])
    wanted[0, 2] = wanted[2, 0] = 2 * (exp[0] * c + exp[2] * a)
    found = sl.hessian(cost, x)
    np.testing.assert_allclose(found.eval({x: NUMBERS}), wanted, rtol=1e-12)
    p = T.dvector("p")
    product = sl.hessian_vector_product(cost, x, p)
    np.testing.assert_allclose(product.eval({x: NUMBERS, p: [1.0, -2.0, 0.5]}), wanted @ [1.0, -2.0, 0.5])


def test_hessian_of_a_linear_cost_and_of_several(x):
    s = T.dscalar("s")
    blocks = sl.hessian(x.sum() * s**3, [x, s])
    assert np.array_equal(blocks[0].eval({x: NUMBERS, s: 2.0}), np.zeros((3, 3)))
    assert blocks[1].eval({x: NUMBERS, s: 2.0}) == pytest.approx(6 * NUMBERS.sum() * 2.0)


def differences(f: Any, place: int, weights: Any, at: Any) -> np.ndarray[Any, Any]:
    """Central difference quotients of one result of f along each axis of `at`, as columns."""
    steps = 1e-6 * np.eye(len(at))
    return np.stack([(f(weights, at + d)[place] - f(weights, at - d)[place]) / 2e-6 for d in steps], axis=-1)


@pytest.mark.slow
def test_through_loops_and_choices() -> None:
    w, x = T.dmatrix("w"), T.dvector("x")
    states, _ = sl.scan(lambda h: T.tanh(T.dot(w, h)), outputs_info=[x], n_steps=3)
    chosen = sl.ifelse.ifelse(T.gt(x[0], 0), T.exp(x), x**3)
    weights, at = np.array([[0.3, -0.2], [0.5, 0.9]]), np.array([0.4, -0.7])
    for y in (states[-1], chosen, states[-1] * chosen):
        cost = T.sum(y**2)
        f = sl.function([w, x], [y, sl.grad(cost, x), sl.jacobian(y, x), sl.hessian(cost, x)], on_unused_input="ignore")
        found = f(weights, at)
        np.testing.assert_allclose(found[2], differences(f, 0, weights, at), atol=1e-8)
        np.testing.assert_allclose(found[3], differences(f, 1, weights, at), atol=1e-8)
    every = sl.jacobian(states, [w, x])
    shapes = [item.shape for item in sl.function([w, x], every)(weights, at)]
    assert shapes == [(3, 2, 2, 2), (3, 2, 2)]


def test_rows_one_after_another(x):
    loop = sl.jacobian(T.sin(x) * x[0], x, vectorize=False)
    assert any(node.op.name == "scan" for node in toposort([loop]))
    np.testing.assert_allclose(loop.eval({x: NUMBERS}), sl.jacobian(T.sin(x) * x[0], x).eval({x: NUMBERS}))


def test_products_under_other_names(x):
    v = T.dvector("v")
    cost = T.sum(x**3)
    asked = [
        sl.gradient.pullback(x**2, x, cotangents=v),
        sl.gradient.pushforward(x**2, x, tangents=v, use_op_pushforward=True),
        sl.gradient.hessian_vector_product(cost, x, p=v),
    ]
    found = sl.function([x, v], asked)(NUMBERS, NUMBERS)
    np.testing.assert_allclose(found, [2 * NUMBERS**2, 2 * NUMBERS**2, 6 * NUMBERS**2])
