"""Terms that cancel when they are multiplied out, whose first terms cancel at 0, or that are near one another."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.graph import Graph
from symlab.core.rewrite.normal import normal_form
from symlab.core.rules.sketches import Sketches

x, y, z = T.dvectors("x", "y", "z")


def text(expression) -> str:
    """The optimized expression as it is printed."""
    return sl.pp(sl.rewrite_graph(expression))


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        (1 / (1 + x) - 1, "-(x / (1.0 + x))"),
        (x / (x + 1) - 1, "-reciprocal(x + 1.0)"),
        ((x + y) ** 2 - (x - y) ** 2, "4.0 * "),
        ((x + 1) ** 2 - x**2, "2.0 * x + 1.0"),
        (x * (y + z) - x * y, "z * x"),
        ((x + y) * (x - y) + y * y, "sqr(x)"),
        (1 / (x + 1) - 2 / x + 1 / (x - 1), "2.0 / "),
        (T.exp(x) * y - y, "y * expm1(x)"),
        (x * y - x * z, "x * (y - z)"),
        (x - x * y, "x * (1.0 - y)"),
        (2 - 2 * T.cos(x), "4.0 * sqr(sin("),
        ((x / y + z) * y, "z * y + x"),
        (T.sqrt(9 + x) - 3, "x / ("),
        (T.gamma(x + 2) / T.gamma(x), "x * (x + 1.0)"),
        (T.log(T.exp(x) + T.exp(y)) - x, "softplus(y - x)"),
    ],
)
def test_what_a_sum_becomes(written, becomes) -> None:
    found = text(written)
    assert found.startswith(becomes) or becomes in found or set(found.split(" + ")) == set(becomes.split(" + ")), found


@pytest.mark.parametrize(
    "written",
    [
        x * (y + z) + x,
        (x + y) * (x + z),
        x * y + x * z,
        x**2 + y**2,
        1 / x + 1 / y,
        T.tanh(x) - T.sin(y),
        T.exp(x) + T.sin(x),
    ],
)
def test_what_does_not_cancel_stays(written) -> None:
    steps = {step.rule.name for step in sl.function([x, y, z], written, on_unused_input="ignore").trace.steps}
    assert not steps & {"cancelled_fractions", "shared_factor", "vanishing_sum", "difference_of_neighbours"}


def test_the_product_with_a_logarithm_keeps_its_value_at_0() -> None:
    assert sl.function([x], x * T.log(x) - x)([0.0, 1.0]).tolist() == [0.0, -1.0]


def test_large_sums_are_left_as_they_are() -> None:
    """What has too many terms when it is multiplied out is not."""
    many = T.dvectors(*"abcdefgh")
    product = (many[0] + many[1] + many[2] + 1) * (many[3] + many[4] + many[5] + 1) * (many[6] + many[7] + 1)
    f = sl.function(list(many), product - many[0] * many[3] * many[6])
    assert "cancelled_fractions" not in {step.rule.name for step in f.trace.steps}
    values = [np.array([float(k + 1)]) for k in range(8)]
    assert f(*values) == [(1 + 2 + 3 + 1) * (4 + 5 + 6 + 1) * (7 + 8 + 1) - 1 * 4 * 7]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("formula", "exact"),
    [
        (lambda v: T.tan(v) - T.sin(v), lambda v: mpmath.tan(v) - mpmath.sin(v)),
        (lambda v: T.sinh(2 * v) - 2 * T.sin(v), lambda v: mpmath.sinh(2 * v) - 2 * mpmath.sin(v)),
        (lambda v: T.exp(v) - 1 - v - v * v / 2, lambda v: mpmath.exp(v) - 1 - v - v * v / 2),
        (lambda v: v * T.cos(v) - T.sin(v), lambda v: v * mpmath.cos(v) - mpmath.sin(v)),
        (lambda v: (v - T.arctan(v)) / v**3, lambda v: (v - mpmath.atan(v)) / v**3),
        (lambda v: T.exp(v) - T.exp(-v) - 2 * v, lambda v: 2 * mpmath.sinh(v) - 2 * v),
    ],
)
def test_sums_that_vanish_at_0(formula, exact, dtype) -> None:
    """Value and slope near 0, at the seam of series and formula, and far out, where a formula cancels a little."""
    v = T.vector("v", dtype=dtype)
    value = formula(v)
    f = sl.function([v], [value, T.grad(value.sum(), v)])
    points = np.array([1e-6, -1e-3, 0.01, 0.2999, 0.3001, 0.74, 1.599, 1.601], dtype)
    found = f(points)
    with mpmath.workdps(60):
        for point, one, slope in zip(points, *found):
            at, step = mpmath.mpf(float(point)), mpmath.mpf(10) ** -25
            wanted = exact(at), (exact(at + step) - exact(at - step)) / (2 * step)
            for got, true in zip((one, slope), wanted):
                assert abs(float(got) - true) <= 1000 * np.finfo(dtype).eps * abs(true), (point, got, true)


@pytest.mark.slow
def test_neighbours() -> None:
    """x + y and x - y, whose difference is 2 y; log1p is log at 1 + x."""
    for function, exact in ((T.sin, mpmath.sin), (T.cos, mpmath.cos), (T.sqrt, mpmath.sqrt), (T.log, mpmath.log)):
        f = sl.function([x, y], function(x + y) - function(x - y))
        assert "difference_of_neighbours" in {step.rule.name for step in f.trace.steps}
        found = f([0.5, 2.0, 3.0], [1e-12, 1e-5, 0.5])
        with mpmath.workdps(40):
            for got, a, b in zip(found, (0.5, 2.0, 3.0), (1e-12, 1e-5, 0.5)):
                true = exact(mpmath.mpf(a) + mpmath.mpf(b)) - exact(mpmath.mpf(a) - mpmath.mpf(b))
                assert abs(got - true) <= 1e-14 * abs(true), (function, a, b)
    assert sl.function([x], T.log(x + 1) - T.log(x - 1))([1e9])[0] == pytest.approx(2e-9, rel=1e-14)
    with np.errstate(invalid="ignore"):
        assert np.isnan(sl.function([x, y], T.log(x + y) - T.log(x - y))([-3.0], [0.1])).all()


@pytest.mark.parametrize(("logarithm", "base"), [(T.log2, 2.0), (T.log10, 10.0)])
def test_other_bases(logarithm, base) -> None:
    """What is known of log holds of them, and powers of the base keep their exact logarithms."""
    powers = base ** np.arange(-3.0, 4)
    for formula in (lambda v: v**2, lambda v: v * v[::-1], lambda v: 1 / v, T.sqrt):
        values = sl.function([x], logarithm(formula(x)))(powers)
        assert np.array_equal(values * 2, np.round(values * 2))
    assert sl.function([x], logarithm(1 + x))([1e-20])[0] == pytest.approx(1e-20 / np.log(base), rel=1e-15)
    assert sl.function([x], logarithm(1 + T.exp(x)))([1000.0])[0] == pytest.approx(1000 / np.log(base), rel=1e-15)
    found = sl.function([x, y], logarithm(x * y))([1e200, 1e-200], [1e200, 1e-200])
    np.testing.assert_allclose(found, np.array([400, -400]) * np.log(10) / np.log(base), rtol=1e-14)
    found = sl.function([x], logarithm(T.sum(T.exp(x))))([1000.0, 1000.0])
    assert found == pytest.approx((1000 + np.log(2)) / np.log(base), rel=1e-15)


@pytest.mark.slow
def test_arcs_near_their_ends() -> None:
    for function, exact in ((T.arcsin, mpmath.asin), (T.arccos, mpmath.acos), (T.arctanh, mpmath.atanh)):
        for sign in (1, -1):
            value = function(sign * (1 - x))
            f = sl.function([x], [value, T.grad(value.sum(), x)])
            found = f([1e-12, 0.3])
            with mpmath.workdps(50):
                for point, got in zip((1e-12, 0.3), found[0]):
                    true = exact(sign * (1 - mpmath.mpf(point)))
                    assert abs(got - true) <= 2e-15 * abs(true), (function, sign, point)
    found = sl.function([x], T.arccosh(1 + x))([1e-12])[0]
    with mpmath.workdps(50):
        assert abs(found / mpmath.acosh(1 + mpmath.mpf(1e-12)) - 1) < 1e-15


def test_a_glance_at_a_polynomial_is_the_same_in_every_compilation():
    """What seems to cancel must not depend on addresses: the same steps are made in every process."""

    def sketch() -> dict[int, float]:
        x, y = T.dscalars("x", "y")
        graph = Graph.of([x, y], [(x + 2 * y) * (x - y)])
        return Sketches().of(normal_form(graph)[0].roots[0])

    first = sketch()
    assert sorted(first.values()) == [-2.0, 1.0, 1.0]
    assert sketch() == first
