"""Programs in which rules once gave wrong numbers: factors that come twice, weights of 0, sums that are small."""

from __future__ import annotations

import time

import mpmath
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

x, y, z, a, b = T.dscalars("x", "y", "z", "a", "b")
INF = np.inf


def exact(formula, *points):
    """The value at 60 digits."""
    with mpmath.workdps(60):
        return float(formula(*map(mpmath.mpf, points)))


REPEATED = {
    "gradient over erfc": (T.grad(x**3 / T.erfc(x), x), [2.0], 10121.413),
    "gradient over erfc near 0": (T.grad(x**3 / T.erfc(x), x), [0.2], 0.16874),
    "erfc twice": (T.exp(-x * x) / T.erfc(x) * y / T.erfc(x), [2.0, 3.0], 2511.147),
    "gradient over x": (T.grad((T.arcsinh(x) - x) / x, x), [0.28], -0.08718),
    "x twice below": ((T.arcsinh(x) - x) / x * y / x, [2.0, 3.0], -0.4173),
    "a choice twice": ((T.arcsinh(x) - x) * y / x * (T.arcsinh(x) - x), [2.0, 3.0], 0.4643),
    "gamma twice above": (T.gamma(x + 2) * y * T.gamma(x + 2) / T.gamma(x), [2.0, 3.0], 108.0),
    "gamma twice below": (T.gamma(x + 2) / T.gamma(x) * y / T.gamma(x), [0.5, 0.5], 0.21157),
    "a triangle's factor twice": (
        (a + b + y) * (b + y - a) * (a + y - b) * (a + b - y) * z * (a + b + y), [5.0, 2.0, 3.0, 4.0], 13824.0,
    ),
    "gamma of a negative sum": (T.gammaln(x) + T.gammaln(y) - T.gammaln(x + y - 1), [0.2, 0.3], 1.35435),
}  # fmt: skip


@pytest.mark.parametrize("name", REPEATED)
def test_factors_that_come_twice(name):
    expression, points, wanted = REPEATED[name]
    inputs = [node for node in (y, z, a, b, x) if node in sl.graph.graph_inputs([expression])]
    order = {"a triangle's factor twice": [y, z, a, b]}.get(name, [x, y][: len(points)])
    assert set(order) == set(inputs)
    assert sl.function(order, expression)(*points) == pytest.approx(wanted, rel=1e-4)


DEFINED = {
    "roots at 0": (T.sqrt(x + y) - T.sqrt(x - y), [0.0, 0.0], 0.0),
    "a root at inf": (T.sqrt(x + y) - T.sqrt(x), [0.0, INF], INF),
    "an exponent without weight": (T.log(a * T.exp(x) + b * T.exp(y)), [0.0, 1.0, 700.0, -50.0], -50.0),
    "an exponential that overflows": (1 / (y + T.exp(y)) - 1 / (y - T.exp(y)), [800.0], 0.0),
    "an infinite exponent": ((1 + x) ** y - 1, [0.0, INF], 0.0),
    "the mean slope of exp far apart": ((T.exp(x) - T.exp(y)) / (x - y), [-2000.0, 0.0], 0.0005),
    "tanh far from its neighbour": (T.tanh(x + y) - T.tanh(x), [1.0, -1e17], -1 - np.tanh(1)),
    "tanh far from its neighbour above": (T.tanh(x + y) - T.tanh(x), [1.0, 1e300], 1 - np.tanh(1)),
    "tanh at infinity": (T.tanh(x + y) - T.tanh(x), [-1.0, INF], 1 + np.tanh(1)),
    "sigmoid far from its neighbour": (T.sigmoid(x + y) - T.sigmoid(x), [2.0, 1e17], 1 / (1 + np.exp(2))),
    "a small share of a large exponential": (T.log(1 + y * y * T.exp(x)), [51.0, 1e-15], np.log1p(1e-30 * np.exp(51))),
    "a share of an exponential that overflows": (T.log(1 + y * y * T.exp(x)), [800.0, 1e-150], 800 - 300 * np.log(10)),
    "a root less that of a number": (T.sqrt(x * x + 4) - 2, [1e-8], 2.5e-17),
    "a root less that of a number at infinity": (T.sqrt(x * x + 4) - 2, [INF], INF),
    "the neighbours' log2": (T.log2((x + y) / (x - y)), [1.0, 1e-20], 2e-20 / np.log(2)),
    "the neighbours' difference of log2": (T.log2(x + y) - T.log2(x - y), [1.0, 1e-20], 2e-20 / np.log(2)),
    "the slope of a root's slope": (T.grad(T.grad(T.sqrt(T.exp(x) - 1), x), x), [700.0], np.exp(350) / 4),
    "the slope of the slope of a logarithm of a small product": (
        T.grad(T.grad(T.log(T.sigmoid(x) / T.sqrt(T.exp(x * y) - 1)), x), x),
        [1e-3, 1e-300],
        499999.7500000625,
    ),
    "the slope of the slope of a share of a power": (
        T.grad(T.grad(T.exp(2 * x) - 1 / (1 + 2 ** (1 - x)), x), x),
        [-40.0],
        exact(lambda u: mpmath.diff(lambda v: mpmath.exp(2 * v) - 1 / (1 + 2 ** (1 - v)), u, 2), -40),
    ),
    "a share of a sum that may be 0": (T.exp(x) / (y + 2 * T.exp(x)), [-740.0, 0.0], 0.5),
    "a share of a sum that may be small": (T.exp(x) / (y + 2 * T.exp(x)), [-740.0, 1e-300], np.exp(-740) / 1e-300),
    "a share that overflows": (T.exp(x) / (y + 2 * T.exp(x)), [740.0, 3.0], 0.5),
    "a squared share": (T.exp(x) / (y + 2 * T.exp(x)) ** 2, [-740.0, 1e-150], np.exp(-740) / 1e-150 / 1e-150),
    "powers of neighbours that vanish": ((x + y) ** z - x**z, [17.8, -2e-7, -7.7e12], 0.0),
    "powers of neighbours far apart": (
        (x + y) ** z - x**z,
        [17.8, -2e-7, 200.0],
        exact(lambda u, v, w: (u + v) ** w - u**w, 17.8, -2e-7, 200.0),
    ),
    "a difference of small sums": (
        ((x - y) + (z - x)) ** 2 - ((x - y) - (z - x)) ** 2,
        [2.226071834564209, 2.226072072982788, 2.2260730652750836],
        exact(lambda u, v, w: 4 * (u - v) * (w - u), 2.226071834564209, 2.226072072982788, 2.2260730652750836),
    ),
}


@pytest.mark.parametrize("name", DEFINED)
def test_what_is_defined_stays_so(name):
    expression, points, wanted = DEFINED[name]
    found = [node for node in (a, b, x, y, z) if node in sl.graph.graph_inputs([expression])]
    assert sl.function(found, expression)(*points) == pytest.approx(wanted, rel=1e-10)


VANISHING = {
    "a logarithm of a choice": (T.log(T.switch(x < y, 2 ** (x * y), 1 + T.sqrt(x * y))), -800.0),
    "a logarithm of a quotient": (T.log(T.sigmoid(x) / T.sqrt(T.exp(x * y) - 1)), 800.0),
}


@pytest.mark.parametrize("name", VANISHING)
def test_slopes_of_slopes_that_vanish(name):
    """Powers of what terms are divided by overflow, or are 0, where the terms are small."""
    expression, point = VANISHING[name]
    second = T.grad(T.grad(expression, x), x)
    assert sl.function([x, y], second)(point, 0.7) == pytest.approx(0, abs=1e-15)


OVER_FACTORS = {
    "a cube": (T.sinh(x * x * x) / x, 0.7, np.sinh(0.343) / 0.7),
    "a cube and more": (T.expm1(x * x * y * x) / (x * y), 0.3, np.expm1(0.3**3 * 0.7) / 0.21),
    "a choice over a square": (T.switch(x > y, T.expm1(x * y), y) / x / x, 0.9, np.expm1(0.63) / 0.81),
    "a power over a square": (T.expm1(y * T.log1p(x)) / x / x, 0.3, (1.3**0.7 - 1) / 0.09),
    "a power twice": (T.expm1(y * T.log1p(x)) ** 2 / x, 0.3, (1.3**0.7 - 1) ** 2 / 0.3),
    "the slope of a choice over a quotient": (
        T.grad(T.switch(abs(x) > 0.5, T.tan(x), T.log1p(x / y)) / (x / y), x), 0.2, -0.5091136060269676,
    ),
    "a logarithm of gamma twice": (
        T.gammaln(x) + T.gammaln(y) + T.gammaln(x) - T.gammaln(x + y), 0.3, 2.452463236167817,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OVER_FACTORS)
def test_functions_of_products_in_which_a_factor_comes_twice(name):
    expression, point, wanted = OVER_FACTORS[name]
    assert sl.function([x, y], expression, on_unused_input="ignore")(point, 0.7) == pytest.approx(wanted, rel=1e-9)


TWO_SIDED = {
    "|x| less x": (T.sqrt(2 - 2 * T.cos(x)) - T.sin(x), lambda x: mpmath.sqrt(2 - 2 * mpmath.cos(x)) - mpmath.sin(x)),
    "|x| over x": (T.sqrt(2 - 2 * T.cos(x)) / T.sin(x), lambda x: mpmath.sqrt(2 - 2 * mpmath.cos(x)) / mpmath.sin(x)),
    "a power": ((x * T.sin(x)) ** 0.5 - x, lambda x: mpmath.sqrt(x * mpmath.sin(x)) - x),
}


@pytest.mark.parametrize("name", TWO_SIDED)
@pytest.mark.parametrize("point", [0.01, -0.01])
def test_roots_of_squares_are_sizes(name, point):
    """sqrt(t^2) has a series in t on one side of 0 and another on the other."""
    expression, formula = TWO_SIDED[name]
    assert sl.function([x], expression)(point) == pytest.approx(exact(formula, point), rel=1e-9)


@pytest.mark.parametrize("expression", [T.log(T.sqrt(x * T.sin(x)) / x), (T.sin(x) ** 3) ** (1 / 3) - x])
def test_roots_of_negative_numbers_have_no_series(expression):
    assert np.isnan(sl.function([x], expression)(-0.01))


@pytest.mark.parametrize(("dtype", "far"), [("float32", 80), ("float64", 700)])
def test_rows_with_weights_of_0(dtype, far):
    """The largest exponent counts only where its weight is not 0."""
    row, weights = T.vector("row", dtype=dtype), T.vector("weights", dtype=dtype)
    f = sl.function([row, weights], T.log((weights * T.exp(row)).sum()))
    found = f(np.array([far, -30], dtype), np.array([0, 1], dtype))
    assert found == pytest.approx(-30, rel=1e-6)


def test_shares_of_rows_beside_columns():
    """Without `keepdims`, the sums of a square matrix's rows divide its columns."""
    matrix, weights = T.dmatrices("matrix", "weights")
    weighted = T.sqr(weights) * T.exp(matrix)
    f = sl.function([matrix, weights], weighted / weighted.sum(axis=1))
    values = np.arange(9.0).reshape(3, 3)
    np.testing.assert_allclose(f(values, values + 1), (w := (values + 1) ** 2 * np.exp(values)) / w.sum(axis=1))


def test_sizes_of_complex_numbers():
    number = T.zscalar("number")
    f = sl.function([number], [abs(1 + number) - 1, T.log(abs(1 + number))])
    np.testing.assert_allclose(f(2j), [np.sqrt(5) - 1, np.log(5) / 2], rtol=1e-15)


def test_products_of_products_are_rewritten_in_time():
    """A chain of differences of products: what one step costs does not grow with what came before."""
    seconds = []
    for steps in (40, 160):
        first, second = x, y
        for _ in range(steps):
            first, second = first * second - first * z, first
        started = time.process_time()
        sl.rewrite_graph(first)
        seconds.append(time.process_time() - started)
    assert seconds[1] < 12 * seconds[0] + 0.5, seconds


def test_nested_quotients_are_rewritten_in_time():
    """A formula that stands three times in the next one: nodes are made once, not once for each way to them."""
    nested = x
    for _ in range(9):
        nested = T.expm1(y * T.log1p(nested)) / nested / nested
    started = time.process_time()
    sl.rewrite_graph(nested)
    assert time.process_time() - started < 5
