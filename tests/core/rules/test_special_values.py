"""Stable forms at 0, at infinity and far from the neighbourhood for which they are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

INF = float("inf")
X, Y, Z = T.dvectors("x", "y", "z")
Case = tuple[Callable[..., Any], Sequence[float], float]

CASES: Mapping[str, Case] = {
    "exponentials far apart": (lambda x, y: T.exp(x + y) - T.exp(x), (-800.0, 800.0), 1.0),
    "exponentials of neighbours": (lambda x, y: T.exp(x + y) - T.exp(x), (2.0, 1e-12), 7.389056098934344e-12),
    "roots of 0": (lambda x, y: T.sqrt(x + y) - T.sqrt(x), (0.0, 0.0), 0.0),
    "cube roots of 0": (lambda x, y: T.cbrt(x + y) - T.cbrt(x), (0.0, 0.0), 0.0),
    "reciprocals far apart": (lambda x, y: 1 / (x + y) - 1 / x, (1e-160, 1e300), -1e160),
    "logarithms of the smallest": (lambda x: T.log(x + 1) - T.log(x), (5e-324,), 744.4400719213812),
    "logarithms of -0": (lambda x, y: T.log(x + y) - T.log(x), (-0.0, 1.0), INF),
    "logarithms far apart": (lambda x, y: T.log(x + y) - T.log(x), (1e-310, 1e-3), 706.893623549172),
    "logarithms in an order": (lambda x: T.log1p(x) - T.log(x), (1e-310,), 713.8013788281542),
    "reciprocal root of infinity": (lambda x: 1 / T.sqrt(1 + x) - 1, (INF,), -1.0),
    "reciprocal hypotenuse of infinity": (lambda x: 1 / T.sqrt(1 + x * x) - 1, (-INF,), -1.0),
    "hypotenuse less a side": (lambda x, y: T.sqrt(x * x + y * y) - x, (3.0, INF), INF),
    "hypotenuse and a side": (lambda x, y: T.sqrt(x * x + y * y) + x, (-3.0, -INF), INF),
    "root less a base": (lambda x, y: T.sqrt(x * x + y) - x, (3.0, INF), INF),
    "arc tangents, one infinite": (lambda x, y: T.arctan(x) - T.arctan(y), (2.0, INF), -0.46364760900080615),
    "arc tangents of 0 and infinity": (lambda x, y: T.arctan(x) - T.arctan(y), (0.0, -INF), np.pi / 2),
    "arc tangents, both infinite": (lambda x, y: T.arctan(x) - T.arctan(y), (INF, -INF), np.pi),
    "three terms, two opposite": (lambda x, y: (x + y - 1.5) / 2, (1e16, -1e16), -0.75),
    "Bessel function of a large order": (lambda x, y: T.log(T.kv(x, y)), (750.0, 300.0), 424.52735600273286),
    "Bessel function that is small": (lambda x, y: T.log(T.iv(x, y)), (750.0, 300.0), -431.91478647985373),
    "norm by powers": (lambda x, y: (abs(x) ** 3 + abs(y) ** 3) ** (1 / 3), (1.0, -INF), INF),
}


@pytest.mark.parametrize("name", CASES)
def test_a_pair_of_functions(name: str) -> None:
    formula, points, wanted = CASES[name]
    inputs = [X, Y][: len(points)]
    found = sl.function(inputs, formula(*inputs))(*[[point] for point in points])
    np.testing.assert_allclose(found, [wanted], rtol=1e-14)


NORMS: Mapping[str, Callable[[Any], Any]] = {
    "euclidean": lambda x: T.sqrt((x**2).sum()),
    "of third powers": lambda x: (abs(x) ** 3).sum() ** (1 / 3),
    "of fourth powers": lambda x: (x**4).sum() ** 0.25,
}


@pytest.mark.parametrize("name", NORMS)
def test_a_norm_of_what_is_infinite(name: str) -> None:
    f = sl.function([X], NORMS[name](X))
    assert f([1.0, -INF]) == INF
    assert f([0.0, 0.0]) == 0
    assert np.isnan(f([1.0, np.nan]))
    np.testing.assert_allclose(f([0.0, 3e200]), 3e200)


@pytest.mark.parametrize("half", [lambda x, y, z: (x + y - z) / 2, lambda x, y, z: 0.5 * x + 0.5 * y - 0.5 * z])
def test_three_terms_of_which_two_cancel(half: Callable[..., Any]) -> None:
    f = sl.function([X, Y, Z], half(X, Y, Z))
    found = f([1e16, -1.5, 1e16, 1.0], [-1e16, 1e16, 3.0, 1e-20], [1.5, 1e16, 1e16, 1.0])
    np.testing.assert_array_equal(found, [-0.75, -0.75, 1.5, 5e-21])


def test_the_angle_between_a_point_and_itself() -> None:
    """The two halves are rounded to less than 0."""
    a = np.linspace(0.5, 6, 4001)
    angle = T.arccos(T.sin(X) * T.sin(Y) + T.cos(X) * T.cos(Y) * T.cos(Z))
    found = sl.function([X, Y, Z], angle)(a, np.pi - a, np.full_like(a, np.pi))
    assert np.max(found) < 1e-7


def test_a_polynomial_with_an_infinite_coefficient() -> None:
    f = sl.function([X], X * X + X + T.log(X - X))
    assert f([2.0]).tolist() == [-INF]


@pytest.mark.parametrize("exponent", [5, 6, 7, 8, 2.5, -1.5, -4])
def test_powers_by_multiplication(exponent: float) -> None:
    values = np.array([0.0, 0.3, 1.7, 40.0, 1e30, 1e-30, INF])
    f = sl.function([X], X**exponent)
    assert "pow" not in [node.op.name for node in f.trace.graph.nodes()]
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(f(values), values**exponent, rtol=2e-15)
