"""Formulas as people first write them, at points where they overflow, vanish or cancel: value and gradient.

The formulas are those that Theano and PyTensor are known to rewrite, and those that neither does. They are computed in
float64 with their gradients in one function, and compared with 60 digits, and derivatives with differences at 400.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

TOLERANCE = 1e-6
ONE: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[float, ...]]] = {
    "log(1 + x)": (lambda x: T.log(1 + x), lambda x: mp.log(1 + x), (1e-20, -1e-17)),
    "log(0.25 + 0.75 + x)": (lambda x: T.log(0.25 + 0.75 + x), lambda x: mp.log(1 + x), (1e-20,)),
    "log(1 - x)": (lambda x: T.log(1 - x), lambda x: mp.log(1 - x), (1e-20,)),
    "exp(x) - 1": (lambda x: T.exp(x) - 1, mp.expm1, (1e-20, -1e-15, 800.0, -800.0)),
    "-1 + exp(x)": (lambda x: -1 + T.exp(x), mp.expm1, (1e-20,)),
    "log(1 + exp(x))": (lambda x: T.log(1 + T.exp(x)), lambda x: mp.log1p(mp.exp(x)), (1000.0, -40.0, -745.0, -800.0)),
    "log(1 - exp(x))": (lambda x: T.log(1 - T.exp(x)), lambda x: mp.log(-mp.expm1(x)), (-1e-20, -50.0)),
    "log(-expm1(x))": (lambda x: T.log(-T.expm1(x)), lambda x: mp.log(-mp.expm1(x)), (-1e-20, -50.0)),
    "1 / (1 + exp(x))": (lambda x: 1 / (1 + T.exp(x)), lambda x: 1 / (1 + mp.exp(x)), (1000.0, -1000.0, 40.0)),
    "exp(x) / (1 + exp(x))": (lambda x: T.exp(x) / (1 + T.exp(x)), lambda x: 1 / (1 + mp.exp(-x)), (1000.0, -700.0)),
    "3 / (1 + exp(x))": (lambda x: 3 / (1 + T.exp(x)), lambda x: 3 / (1 + mp.exp(x)), (700.0, -1000.0)),
    "exp(x) sigmoid(-x)": (lambda x: T.exp(x) * T.sigmoid(-x), lambda x: 1 / (1 + mp.exp(-x)), (1000.0, -700.0)),
    "2 exp(-x) sigmoid(x)": (lambda x: T.exp(-x) * 2 * T.sigmoid(x), lambda x: 2 / (1 + mp.exp(x)), (-1000.0, 700.0)),
    "1 - sigmoid(x)": (lambda x: 1 - T.sigmoid(x), lambda x: 1 / (1 + mp.exp(x)), (50.0, 700.0)),
    "log(sigmoid(x))": (lambda x: T.log(T.sigmoid(x)), lambda x: -mp.log1p(mp.exp(-x)), (-1000.0, 50.0)),
    "log(1 - sigmoid(x))": (lambda x: T.log(1 - T.sigmoid(x)), lambda x: -mp.log1p(mp.exp(x)), (1000.0, -50.0)),
    "log1p(-sigmoid(x))": (lambda x: T.log1p(-T.sigmoid(x)), lambda x: -mp.log1p(mp.exp(x)), (1000.0,)),
    "odds of sigmoid(x)": (lambda x: T.sigmoid(x) / (1 - T.sigmoid(x)), mp.exp, (50.0, -50.0)),
    "sigmoid of log odds": (lambda x: T.sigmoid(T.log(x / (1 - x))), lambda x: x, (1e-300, 0.3)),
    "log(exp(x))": (lambda x: T.log(T.exp(x)), lambda x: x, (1000.0, -1000.0)),
    "exp(softplus(x))": (lambda x: T.exp(T.softplus(x)), lambda x: 1 + mp.exp(x), (-40.0, 3.0)),
    "sqrt(x^2)": (lambda x: T.sqrt(x**2), abs, (1e200, -1e-200)),
    "exp(x) exp(1 - x)": (lambda x: T.exp(x) * T.exp(1 - x), lambda x: mp.e + 0 * x, (800.0,)),
    "exp(x) / exp(x - 2)": (lambda x: T.exp(x) / T.exp(x - 2), lambda x: mp.e**2 + 0 * x, (800.0, -800.0)),
    "1 + erf(x)": (lambda x: 1 + T.erf(x), lambda x: mp.erfc(-x), (-10.0, -6.0)),
    "1 - erf(x)": (lambda x: 1 - T.erf(x), mp.erfc, (10.0, 6.0)),
    "erf(x) - 1": (lambda x: T.erf(x) - 1, lambda x: -mp.erfc(x), (10.0,)),
    "1 - erfc(x)": (lambda x: 1 - T.erfc(x), mp.erf, (1e-20,)),
    "-1 + erfc(-x)": (lambda x: -1 + T.erfc(-x), mp.erf, (1e-20,)),
    "log(erfc(x))": (lambda x: T.log(T.erfc(x)), lambda x: mp.log(mp.erfc(x)), (30.0, 1e5, -5.0)),
    "exp(-x^2) / erfc(x)": (lambda x: T.exp(-(x**2)) / T.erfc(x), lambda x: mp.exp(-x * x) / mp.erfc(x), (30.0, 1e5)),
    "log(1 / x)": (lambda x: T.log(1 / x), lambda x: -mp.log(x), (1e-310, 1e308)),
    "log(3 / x)": (lambda x: T.log(3 / x), lambda x: mp.log(3 / x), (1e-310,)),
    "log(sqrt(x))": (lambda x: T.log(T.sqrt(x)), lambda x: mp.log(x) / 2, (1e-300,)),
    "x / |x|": (lambda x: x / abs(x), mp.sign, (1e-300, -1e300)),
    "sign(1 / x)": (lambda x: T.sgn(1 / x), mp.sign, (1e-320,)),
    "(x + c) - c": (lambda x: (x + 1e20) - 1e20, lambda x: x, (1.5,)),
    "log2(1 + x)": (lambda x: T.log2(1 + x), lambda x: mp.log1p(x) / mp.log(2), (1e-20,)),
    "log10(1 + x)": (lambda x: T.log10(1 + x), lambda x: mp.log1p(x) / mp.log(10), (1e-20,)),
    "log(x^30)": (lambda x: T.log(x**30), lambda x: 30 * mp.log(x), (1e20, 1e-20)),
    "sqrt(1 + x) - 1": (lambda x: T.sqrt(1 + x) - 1, lambda x: mp.sqrt(1 + x) - 1, (1e-20,)),
    "1 - cos(x)": (lambda x: 1 - T.cos(x), lambda x: 1 - mp.cos(x), (1e-10,)),
    "log(cosh(x))": (lambda x: T.log(T.cosh(x)), lambda x: mp.log(mp.cosh(x)), (1000.0, 1e-9)),
    "tanh by exponentials": (
        lambda x: (T.exp(x) - T.exp(-x)) / (T.exp(x) + T.exp(-x)), mp.tanh, (1000.0, 1e-18, -1000.0),
    ),
    "sinh by exponentials": (lambda x: (T.exp(x) - T.exp(-x)) / 2, mp.sinh, (1e-15, 710.2)),
    "x log(x)": (lambda x: x * T.log(x), lambda x: x * mp.log(x), (1e-320,)),
    "log(kve(2, x) exp(-x))": (
        lambda x: T.log(T.kve(2.0, x) * T.exp(-x)), lambda x: mp.log(mp.besselk(2, x)), (1000.0,),
    ),
    "log(ive(2, x) exp(|x|))": (
        lambda x: T.log(T.ive(2.0, x) * T.exp(abs(x))), lambda x: mp.log(mp.besseli(2, x)), (1000.0,),
    ),
    "softplus(x)": (T.softplus, lambda x: mp.log1p(mp.exp(x)), (-40.0, -300.0, 800.0)),
    "(exp(x) - 1) / x": (lambda x: (T.exp(x) - 1) / x, lambda x: mp.expm1(x) / x, (1e-20,)),
    "log(1 + x) / x": (lambda x: T.log(1 + x) / x, lambda x: mp.log1p(x) / x, (1e-20,)),
    "exp(log1p(x))": (lambda x: T.exp(T.log1p(x)), lambda x: 1 + x, (1e-3,)),
    "log where positive": (lambda x: T.switch(x > 0, T.log(x), 0.0) + x, lambda x: x, (-1.0, -1e-300)),
    "1 / x where positive": (lambda x: T.switch(x > 0, 1 / x, 0.0) + x, lambda x: x, (-1e-320,)),
    "sqrt where positive": (lambda x: T.switch(x > 0, T.sqrt(x), 0.0) + x, lambda x: x, (-4.0,)),
}  # fmt: skip
ROWS: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[list[float], ...]]] = {
    "log(exp(a) - exp(b))": (
        lambda v: T.log(T.exp(v[0]) - T.exp(v[1])), lambda v: mp.log(mp.exp(v[0]) - mp.exp(v[1])),
        ([1000.0, 999.0], [-1000.0, -1001.0]),
    ),
    "log(sum(exp(v)))": (
        lambda v: T.log(T.sum(T.exp(v))), lambda v: mp.log(sum(map(mp.exp, v))),
        ([1000.0, 0.0, 5.0], [-1000.0, -1001.0, -2000.0]),
    ),
    "log(exp(a) + exp(b))": (
        lambda v: T.log(T.exp(v[0]) + T.exp(v[1])), lambda v: mp.log(sum(map(mp.exp, v))),
        ([1000.0, 999.0], [-1000.0, -1001.0]),
    ),
    "log of three": (
        lambda v: T.log(T.exp(v[0]) + T.exp(v[1]) + T.exp(v[2])), lambda v: mp.log(sum(map(mp.exp, v))),
        ([1000.0, 0.0, 5.0],),
    ),
    "softmax": (
        lambda v: (T.exp(v) / T.sum(T.exp(v)))[1], lambda v: mp.exp(v[1]) / sum(map(mp.exp, v)),
        ([1000.0, 999.0, 5.0],),
    ),
    "cross entropy": (
        lambda v: -T.log(T.softmax(v, axis=0))[0], lambda v: mp.log(sum(map(mp.exp, v))) - v[0],
        ([0.0, 1000.0], [0.0, 1000.0, 5.0]),
    ),
    "categorical_crossentropy": (
        lambda v: T.nnet.categorical_crossentropy(T.nnet.softmax(v.dimshuffle("x", 0)), T.constant([0]))[0],
        lambda v: mp.log(sum(map(mp.exp, v))) - v[0], ([0.0, 1000.0],),
    ),
    "log(a b)": (
        lambda v: T.log(v[0] * v[1]), lambda v: mp.log(v[0] * v[1]), ([1e200, 1e200], [1e-200, 1e-200]),
    ),
    "log(exp(a) b)": (
        lambda v: T.log(T.exp(v[0]) * v[1]), lambda v: v[0] + mp.log(v[1]), ([1000.0, 2.0], [-1000.0, 3.0]),
    ),
    "sqrt(a^2 + b^2)": (
        lambda v: T.sqrt(v[0] ** 2 + v[1] ** 2), lambda v: mp.hypot(*v), ([1e200, 1e200], [1e-200, 1e-200]),
    ),
    "log(prod(exp(v)))": (lambda v: T.log(T.prod(T.exp(v))), sum, ([500.0, 500.0, 3.0],)),
    "variance in one pass": (
        lambda v: T.mean(v**2) - T.mean(v) ** 2, lambda v: sum(a * a for a in v) / len(v) - (sum(v) / len(v)) ** 2,
        ([1e9 + 1, 1e9 + 2, 1e9 + 4],),
    ),
    "sqrt(sum(v^2))": (
        lambda v: T.sqrt(T.sum(v**2)), lambda v: mp.sqrt(sum(a * a for a in v)), ([1e200, 1e200, 2e199],),
    ),
    "(a / x + b / y) x y": (
        lambda v: (v[0] / v[2] + v[1] / v[3]) * v[2] * v[3], lambda v: v[0] * v[3] + v[1] * v[2],
        ([1.0, 2.0, 3.0, 5.0],),
    ),
    "a^2 - b^2": (lambda v: v[0] ** 2 - v[1] ** 2, lambda v: v[0] ** 2 - v[1] ** 2, ([1e8 + 1, 1e8],)),
    "prod with zeros": (T.prod, mp.fprod, ([0.0, 2.0, 3.0], [0.0, 0.0, 3.0])),
}  # fmt: skip


def right(found: Any, wanted: Any) -> bool:
    """Whether a float is the exact number, up to the tolerance; what is no float at all is 0 or infinite."""
    exact = float(wanted)
    if np.isinf(exact) or abs(exact) < 1e-300:
        return found == exact or abs(found - exact) < 1e-306
    return bool(np.isfinite(found)) and abs(mp.mpf(float(found)) - wanted) <= TOLERANCE * abs(wanted)


def slope(function: Callable[..., Any], point: list[Any], place: int) -> Any:
    """A derivative as a difference of exact numbers."""
    with mp.workdps(400):
        step = mp.mpf(10) ** -150 * (abs(point[place]) or 1)
        ends = [[value + sign * step * (k == place) for k, value in enumerate(point)] for sign in (1, -1)]
        return (function(ends[0]) - function(ends[1])) / (2 * step)


@pytest.mark.parametrize("name", ONE)
def test_one_number(name: str) -> None:
    formula, exact, points = ONE[name]
    x = T.dscalar("x")
    value = formula(x)
    f = sl.function([x], [value, T.grad(value, x)])
    with mp.workdps(60):
        for point in points:
            found = f(point)
            at = mp.mpf(point)
            wanted = exact(at), slope(lambda ends: exact(ends[0]), [at], 0)
            assert right(found[0], wanted[0]), (point, found, wanted)
            assert right(found[1], wanted[1]), (point, found, wanted)


@pytest.mark.parametrize("name", ROWS)
def test_a_row(name: str) -> None:
    formula, exact, points = ROWS[name]
    v = T.dvector("v")
    value = formula(v)
    f = sl.function([v], [value, T.grad(value, v)])
    with mp.workdps(60):
        for point in points:
            found, slopes = f(np.array(point))
            at = [mp.mpf(number) for number in point]
            assert right(found, exact(at)), (point, found)
            for place, one in enumerate(slopes):
                assert right(one, slope(exact, at, place)), (point, place, slopes)
