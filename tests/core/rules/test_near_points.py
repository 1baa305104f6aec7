"""Formulas that are 0 / 0, or cancel, at a point: value and slope near it, at the seam of series and formula."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

NEAR_0 = [1e-7, -1e-3, 0.02, 0.3, 0.36, 0.99, 1.01, 1.7]
NEAR_1 = [1 + 1e-7, 1 - 1e-3, 1.02, 1.3, 0.7, 1.5, 0.2]
AFAR = [1e8, 1e4, 30.0, 3.0, 1.0, 0.4]
ACCEPTED = 64  # of the dtype's eps
FORMULAS = {
    "sinc": (lambda v: T.sin(v) / v, lambda v: mp.sin(v) / v, NEAR_0),
    "one less sinc": (lambda v: 1 - T.sin(v) / v, lambda v: 1 - mp.sin(v) / v, NEAR_0),
    "Langevin": (lambda v: 1 / T.tanh(v) - 1 / v, lambda v: 1 / mp.tanh(v) - 1 / v, NEAR_0),
    "Bernoulli": (lambda v: v / (T.exp(v) - 1), lambda v: v / mp.expm1(v), NEAR_0),
    "Bose less pole": (lambda v: 1 / (T.exp(v) - 1) - 1 / v, lambda v: 1 / mp.expm1(v) - 1 / v, NEAR_0),
    "mean of exp": (lambda v: (1 - T.exp(-v)) / v, lambda v: -mp.expm1(-v) / v, NEAR_0),
    "loading": (lambda v: (1 - T.exp(-v)) / v - T.exp(-v), lambda v: -mp.expm1(-v) / v - mp.exp(-v), NEAR_0),
    "log cosh": (lambda v: v * v / 2 - T.log(T.cosh(v)), lambda v: v * v / 2 - mp.log(mp.cosh(v)), NEAR_0),
    "log sinc": (lambda v: T.log(T.sin(v) / v), lambda v: mp.log(mp.sin(v) / v), NEAR_0),
    "cosine less exp": (lambda v: T.cos(v) - T.exp(v), lambda v: mp.cos(v) - mp.exp(v), [1e-7, -1e-3, 0.02, 0.3, 0.36]),
    "sum of powers": (lambda v: (1 - v**5) / (1 - v), lambda v: (1 - v**5) / (1 - v), NEAR_1),
    "log over difference": (lambda v: T.log(v) / (v - 1), lambda v: mp.log(v) / (v - 1), NEAR_1),
    "divergence": (lambda v: v * T.log(v) - v + 1, lambda v: v * mp.log(v) - v + 1, NEAR_1),
    "Euler": (lambda v: v * T.log1p(1 / v), lambda v: v * mp.log1p(1 / v), AFAR),
    "compound": (lambda v: (1 + 1 / v) ** v, lambda v: (1 + 1 / v) ** v, AFAR),
    "share of root": (lambda v: v / T.sqrt(1 + v * v), lambda v: v / mp.sqrt(1 + v * v), AFAR),
}


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", FORMULAS)
def test_value_and_slope(name, dtype) -> None:
    formula, exact, points = FORMULAS[name]
    v = T.vector("v", dtype=dtype)
    value = formula(v)
    points = np.array(points, dtype)
    found = sl.function([v], [value, T.grad(value.sum(), v)])(points)
    with mp.workdps(80):
        for point, *got in zip(points, *found):
            at, step = mp.mpf(float(point)), mp.mpf(10) ** -30
            wanted = exact(at), (exact(at + step) - exact(at - step)) / (2 * step)
            for one, true in zip(got, wanted):
                scale = abs(true) + abs(at * wanted[1])  # a point near a zero rounds by so much
                assert abs(float(one) - true) <= ACCEPTED * np.finfo(dtype).eps * scale, (point, one, true)


def text(expression) -> str:
    """The optimized expression as it is printed."""
    return sl.pp(sl.rewrite_graph(expression))


x, y, z, n = T.dvectors("x", "y", "z", "n")


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        (T.exp(x[1]) / T.sum(T.exp(x)), "softmax(x, axes=(0,))[1]"),
        (x[0] * 3 - T.log(T.sum(T.exp(x * 3))), "log_softmax("),
        (1 - T.nnet.softmax(x)[0], "-expm1(log_softmax(x, axes=(0,))[0])"),
        (T.log(T.sum(T.exp(x + 2))) - 2, "logsumexp(x, axes=(0,))"),
        (10**x / 10**y, "10.0 ** (x - y)"),
        (1 / (1 + 10 ** (-x)), "sigmoid("),
        (T.log2(2**x + 2**y), "logaddexp("),
        ((T.exp(x) - T.exp(y)) / (T.exp(x) + T.exp(y)), "tanh("),
        (T.log(T.sqrt(x * x + 1) - x), "-arcsinh(x)"),
        (T.sqrt(4 * x * x + y * y), "hypot("),
        (T.arccos(x / T.sqrt(x * x + y * y)), "arctan2(abs(y), x)"),
        (T.exp(x * x * y) * T.erfc(x * T.sqrt(y)), "erfcx(x * sqrt(y))"),
        (1 - T.erf(x) ** 2, "erfc(x) * erfc(-x)"),
        (1 - 0.5 * (1 + T.erf(x)), "erfc(x)"),
        (9 * x * x - 6 * x + 1, "sqr(3.0 * x + -1.0)"),
        (T.iv(1, x) / T.iv(0, x), "ive(1.0, x) / ive(0.0, x)"),
        (T.gamma(x) / T.gamma(x + 1), "reciprocal(x)"),
        (2 * T.cosh(x) - 2, "4.0 * sqr(sinh("),
        (T.sum(x * T.log2(x)), "xlogx(x)"),
    ],
)
def test_what_a_formula_becomes(written, becomes) -> None:
    assert becomes in text(written)


def test_terms_of_choices_meet() -> None:
    """Terms that one condition chooses cancel, also where a derivative masks each by itself."""
    positive = x > 0
    f = sl.function([x, y], T.switch(positive, x * y, 0) + y * T.switch(positive, -x, 1))
    assert "sum_of_choices" in {step.rule.name for step in f.trace.steps}
    assert f([2.0, -2.0], [3.0, 3.0]).tolist() == [0.0, 3.0]
    assert text(T.switch(positive, x - y, x) + y) in {
        "switch(x > 0.0, x, x + y)",
        "switch(x > 0.0, x, y + x)",
    }


def test_a_choice_between_numbers_stays_one() -> None:
    """What is chosen elsewhere is neither computed with nor lost."""
    f = sl.function([x], T.log(T.switch(x > 1, x, 1 + x * x)))
    np.testing.assert_allclose(f([1e-10, 4.0, 0.5]), [1e-20, np.log(4), np.log(1.25)], rtol=1e-15)


@pytest.mark.slow
def test_two_variables_at_a_removable_pole() -> None:
    """Annuities and Box and Cox's transform: the rate, or the exponent, may be 0."""
    annuity = sl.function([x, n], [(1 - (1 + x) ** (-n)) / x, T.grad(((1 - (1 + x) ** (-n)) / x).sum(), x)])
    rates, terms = np.array([1e-9, 0.05, 0.5]), np.array([12.0, 30.0, 3.0])
    box_cox = sl.function([x, n], [(x**n - 1) / n, T.grad(((x**n - 1) / n).sum(), n)])
    with mp.workdps(60):
        for values, exact, points in (
            (annuity(rates, terms), lambda r, k: (1 - (1 + r) ** (-k)) / r, zip(rates, terms)),
            (box_cox(terms, rates), lambda v, r: (v**r - 1) / r, zip(terms, rates)),
        ):
            for (a, b), value in zip(points, values[0]):
                true = exact(mp.mpf(a), mp.mpf(b))
                assert abs(value - true) <= 1e-14 * abs(true), (a, b)
        slopes = annuity(rates, terms)[1]
        for rate, term, slope in zip(rates, terms, slopes):
            true = mp.diff(lambda r, term=term: (1 - (1 + r) ** (-mp.mpf(term))) / r, mp.mpf(rate))
            assert abs(slope - true) <= 1e-13 * abs(true), rate


def test_angles_and_determinants_that_nearly_vanish() -> None:
    angle = sl.function([x, y], T.arccos((x * 1.0 + y * 0.0) / (T.sqrt(x * x + y * y) * T.sqrt(1.0 * 1.0 + 0.0))))
    assert angle([1.0], [1e-9])[0] == pytest.approx(1e-9, rel=1e-14)
    m = T.dmatrix("m")
    det = sl.function([m], T.nlinalg.det(m.reshape((2, 2))))
    a = 1 + 2.0**-30
    assert det([[a, 1.0], [a * a, a]]) == 2.0**-60  # the rounding of a * a
