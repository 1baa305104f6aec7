"""Derivatives of elementwise ops through `grad`: twice, at the ends of the number line, and where formulas break."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.autodiff import grad
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import NullTypeGradError
from symlab.core.ir.expr import toposort
from symlab.core.ir.op import Op
from symlab.core.ops import find
from tests.core.ops import samples
from tests.core.ops.samples import exact_function, operands, rows, ulps

DIFFERENTIABLE = [
    pytest.param(op, marks=pytest.mark.slow if op.name in samples.SLOWLY_EXACT else ())
    for op in samples.ELEMENTWISE.values()
    if any(op.partials) and op.exact and "float64" in samples.accepted(op)
]
# Pairs of operands in which a function has no second derivative here: its first one is an integral of its own.
SHAPES = {(0, 0), (0, 1), (1, 0), (1, 1)}
ONCE: dict[str, set[tuple[int, int]]] = {
    "gammainc_slope": {(0, 0)},
    "betainc_slope_a": SHAPES,
    "betainc_slope_b": SHAPES,
    "jv": {(0, 0)},
    "iv": {(0, 0)},
    "ive": {(0, 0)},
}
x, y = T.dvectors("x", "y")


def slope(result: Any, wrt: Any) -> Any:
    return grad(T.sum(result), wrt, disconnected_inputs="ignore")


def mixed_difference(function: Any, row: tuple[Any, ...], first: int, second: int) -> float:
    """The second derivative in two operands, by differences with 80 digits."""
    step = mpmath.mpf(10) ** -20

    def moved(by_first: Any, by_second: Any) -> Any:
        values = list(row)
        values[first] += by_first
        values[second] += by_second
        return function(*values)

    corners = moved(step, step) - moved(step, -step) - moved(-step, step) + moved(-step, -step)
    return float(corners / (4 * step * step))


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=str)
def test_second_derivatives(op: Op) -> None:
    """The partials are made of ops whose partials are right, and of nothing that only looks right at one point."""
    values = operands(op, "float64", (6,))
    made = samples.inputs(values)
    result = op(*made, **samples.attributes(op, "float64"))
    places = [place for place, partial in enumerate(op.partials) if partial is not None]
    for first in places:
        once = slope(result, made[first])
        for second in places:
            if (first, second) in ONCE.get(op.name, ()):
                with pytest.raises(NullTypeGradError, match=r"_slope|_curve"):
                    slope(once, made[second])
                continue
            (found,) = evaluate([slope(once, made[second])], dict(zip(made, values, strict=True)))
            with mpmath.workdps(80):
                wanted = [mixed_difference(exact_function(op), row, first, second) for row in rows(values)]
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12, err_msg=f"{first}, {second}")


# From one end of the number line to the other: no digit is lost where the value itself is flat or steep.
ENDS: dict[str, tuple[float, list[float]]] = {
    "tanh": (4, [1e-300, 0.1, 1.0, 5.0, 18.0, 200.0, -300.0]),
    "sigmoid": (4, [-700.0, -40.0, 1e-10, 40.0, 600.0]),
    "softplus": (4, [-700.0, -40.0, 1e-10, 40.0, 1e300]),
    "log1mexp": (4, [-1e-300, -1e-10, -0.5, -1.0, -30.0, -700.0, -740.0]),
    "log_ndtr": (8, [-100.0, -30.0, -1.0, 1e-10, 3.0]),
    "expm1": (4, [-700.0, -40.0, -1e-9, 1e-9, 5.0]),
    "log1p": (4, [-1 + 2**-50, 1e-300, 1e10]),
    "arcsin": (4, [1 - 2**-50, -1 + 2**-50, 0.5]),
    "arccosh": (4, [1 + 2**-50, 2.0, 1e200]),
    "arcsinh": (4, [1e-200, 1.0, 1e200]),
    "arctanh": (4, [1 - 2**-50, 0.5]),
    "erfcx": (64, [-5.0, 1e-10, 1.0, 9.99, 10.01, 20.0, 1e3, 1e6]),
    "erf": (16, [-5.0, 1e-10, 3.0]),
    "cbrt": (4, [1e-300, -8.0, 1e300]),
}


@pytest.mark.parametrize("name", ENDS)
def test_slopes_at_the_ends(name: str) -> None:
    bound, points = ENDS[name]
    found = evaluate([slope(find(name)(x), x)], {x: np.array(points)})[0]
    function = exact_function(find(name))
    with mpmath.workdps(700):
        for point, value in zip(points, found, strict=True):
            place, step = mpmath.mpf(point), mpmath.mpf(10) ** -320
            wanted = (function(place + step) - function(place - step)) / (2 * step)
            assert ulps(value, wanted, found.dtype) <= bound, point


def at(result: Any, *wrt: Any, **values: list[float]) -> list[list[float]]:
    """Slopes at given values of x and y."""
    known = {variable: np.array(values[name]) for name, variable in (("x", x), ("y", y)) if name in values}
    return [found.tolist() for found in evaluate([slope(result, each) for each in wrt], known)]


POLICIES: dict[str, tuple[Callable[[], Any], list[float], list[float]]] = {
    "a square at 0": (lambda: x**2, [0.0, 3.0], [0.0, 6.0]),
    "a power of 0 and 1 at 0": (lambda: x**0 + x**1, [0.0, 2.0], [1.0, 1.0]),
    "abs at 0": (lambda: abs(x), [-2.0, -0.0, 0.0, 3.0], [-1.0, 0.0, 0.0, 1.0]),
    "relu at 0": (lambda: T.nnet.relu(x), [-1.0, 0.0, 2.0], [0.0, 0.0, 1.0]),
    "clip at its ends": (lambda: T.clip(x, -1, 1), [-2.0, -1.0, 0.0, 1.0, 2.0], [0.0, 1.0, 1.0, 1.0, 0.0]),
    "a length of 0": (lambda: T.hypot(x, 0.0 * x), [0.0, -2.0], [0.0, -1.0]),
    "a maximum of equals": (lambda: T.maximum(x, x), [1.0], [1.0]),
    "minus infinity": (lambda: T.logaddexp(x - np.inf, x - np.inf), [1.0], [1.0]),
    "floor": (lambda: T.floor(x) + T.round(x) + T.sign(x), [0.3, -1.7], [0.0, 0.0]),
    "a choice that is not taken": (lambda: T.switch(x > 0, T.log(x), 0.0), [0.0, -1.0, 2.0], [0.0, 0.0, 0.5]),
    "a root that is not taken": (lambda: T.switch(x > 0, T.sqrt(x), x), [0.0, -1.0, 4.0], [1.0, 1.0, 0.25]),
    "a quotient that is not taken": (lambda: T.switch(T.eq(x, 0), 1.0, T.sin(x) / x), [0.0], [0.0]),
    "x log x": (lambda: T.xlogy(x, x), [1.0, 0.5], [1.0, 1 + np.log(0.5)]),
}


@pytest.mark.parametrize("name", POLICIES)
def test_where_formulas_break(name: str) -> None:
    build, values, wanted = POLICIES[name]
    np.testing.assert_allclose(at(build(), x, x=values)[0], wanted, rtol=1e-15)


def test_a_power_in_both_operands() -> None:
    by_base, by_exponent = at(x**y, x, y, x=[0.0, 0.0, 0.0, 2.0], y=[0.0, 1.0, 2.5, 3.0])
    assert by_base == [0.0, 1.0, 0.0, 12.0]
    np.testing.assert_allclose(by_exponent, [0.0, 0.0, 0.0, 8 * np.log(2)])


def test_a_known_power_makes_no_choice() -> None:
    """The slope of x ** 2 is 2 x, not a case for each x."""
    for result in (x**2, x**3.5, x**1, 2**x):
        assert find("switch") not in {node.op for node in toposort([slope(result, x)])}
    assert at(x**-1.5, x, x=[4.0]) == [[-1.5 * 4**-2.5]]
    np.testing.assert_allclose(at(3.0**x, x, x=[2.0])[0], [9 * np.log(3)])


def test_equals_share_nothing_twice() -> None:
    """At a tie the first operand has the whole derivative, so that the parts always add up to 1."""
    for op in (T.maximum, T.minimum):
        first, second = at(op(x, y), x, y, x=[1.0, 1.0, 2.0], y=[1.0, 2.0, 1.0])
        assert (np.add(first, second) == 1).all()
        assert first[0] == 1.0


def test_the_second_derivative_at_a_tie() -> None:
    assert at(slope(T.logaddexp(x, y), x), x, y, x=[3.0], y=[3.0]) == [[0.25], [-0.25]]


def test_zero_times_a_logarithm_has_slopes() -> None:
    by_factor, by_argument = at(T.xlogy(x, y), x, y, x=[0.0, 0.0, 2.0], y=[0.0, 4.0, 4.0])
    assert by_factor == [-np.inf, np.log(4.0), np.log(4.0)]
    assert by_argument == [0.0, 0.0, 0.5]
    by_factor, by_argument = at(T.xlog1py(x, y), x, y, x=[0.0, 0.0, 2.0], y=[-1.0, 3.0, 3.0])
    assert by_factor == [-np.inf, np.log(4.0), np.log(4.0)]
    assert by_argument == [0.0, 0.0, 0.5]


def test_casts_pass_slopes_on() -> None:
    assert at(T.cast(x, "float32") * T.cast(3, "float32"), x, x=[1.0]) == [[3.0]]
    assert at(T.cast(x, "int32") * 2.0, x, x=[1.5]) == [[0.0]]


def test_parts_of_complex_numbers() -> None:
    """The slope of a real cost in z is that in its real part, plus i times that in its imaginary part."""
    z, values = T.zvector("z"), np.array([1 + 2j, -0.5 + 1j])
    found = evaluate([slope(T.real(z) * 3 + T.imag(z) * 5, z)], {z: values})[0]
    assert found.tolist() == [3 + 5j, 3 + 5j]
    (length,) = evaluate([slope(abs(z), z)], {z: values})
    np.testing.assert_allclose(length, values / abs(values))
    (angle,) = evaluate([slope(T.angle(z), z)], {z: values})
    np.testing.assert_allclose(angle, 1j * values / abs(values) ** 2)
    (square,) = evaluate([slope(T.real(T.conj(z) * z), z)], {z: values})
    np.testing.assert_allclose(square, 2 * values)
    (product,) = evaluate([slope(T.imag(z * (2 + 1j)) + T.real(T.exp(z)), z)], {z: values})
    np.testing.assert_allclose(product, np.conj((2 + 1j) * -1j + np.exp(values)))
    parts = at(abs(T.complex(x, y)), x, y, x=[3.0], y=[4.0])
    np.testing.assert_allclose(parts, [[0.6], [0.8]])
