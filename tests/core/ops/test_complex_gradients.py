"""Gradients along complex variables, first and second order, against differences.

The convention: the gradient of a real cost is slope(real part) + i slope(imaginary part).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import NullTypeGradError

VALUE = np.array([0.6 + 0.4j, -0.5 + 0.3j, 0.8 - 0.7j])
WEIGHT = np.array([0.3 - 1.1j, 1.7 + 0.4j, -0.9 + 0.8j])

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    **{
        name: getattr(T, name)
        for name in (
            *("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "sqr", "log1p", "expm1", "log2"),
            *("log10", "exp2", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "abs", "angle", "conj"),
            *("real", "imag", "cumprod"),
        )
    },
    "reciprocal": lambda z: 1 / z,
    "neg": lambda z: -z,
    "power": lambda z: z**3,
    "complex power": lambda z: z ** (1.5 + 0.5j),
    "quotient": lambda z: z / T.conj(z),
    "product": lambda z: z * T.conj(z) * z,
    "with its real part": lambda z: z * T.real(z),
    "switch": lambda z: T.switch(T.real(z) > 0, z * z, T.exp(z)),
    "complex": lambda z: T.complex(T.imag(z) ** 2, T.real(z) * T.imag(z)),
    "prod": lambda z: T.prod(z) * z,
    "mean": lambda z: T.mean(z) * z,
    "cumsum": lambda z: T.cumsum(z * z),
    "dot": lambda z: T.dot(z, z) * z,
    "dot with a matrix": lambda z: T.dot(T.stack([z, z * z, z]), z),
    "matrix with a vector before": lambda z: T.dot(z, T.stack([z, z * z, z])),
    "matmul": lambda z: T.matmul(T.stack([z, z * z, z]), T.stack([z * z, z, z])).sum(axis=0),
    "set_subtensor": lambda z: T.set_subtensor((z * z)[1:], z[:2] * z[2]),
}


def weighted(expression: Any) -> Any:
    """A real number from all parts of an expression."""
    if expression.dtype.startswith("complex"):
        return (T.real(expression) * WEIGHT.real + T.imag(expression) * WEIGHT.imag).sum()
    return (expression * WEIGHT.real).sum()


def differences(f: Callable[[Any], Any], step: float = 1e-5) -> np.ndarray:
    """The gradient of a real function by central differences."""
    found = np.zeros(len(VALUE), complex)
    for place in range(len(VALUE)):
        for unit in (1, 1j):
            moved = np.zeros(len(VALUE), complex)
            moved[place] = step * unit
            found[place] += unit * (f(VALUE + moved) - f(VALUE - moved)) / (2 * step)
    return found


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_against_differences(name: str, order: int) -> None:
    z = T.zvector("z")
    cost = weighted(FUNCTIONS[name](z))
    if order == 2:
        cost = weighted(T.grad(cost, z))
    made = {"on_unused_input": "ignore", "mode": "FAST_COMPILE"}
    gradient = sl.function([z], T.grad(cost, z, disconnected_inputs="ignore"), **made)(VALUE)
    np.testing.assert_allclose(gradient, differences(sl.function([z], cost, **made)), rtol=1e-5, atol=1e-7)


def test_abs_at_0() -> None:
    z = T.zvector("z")
    first = T.grad(abs(z).sum(), z)
    second = T.grad((T.real(first) + 2 * T.imag(first)).sum(), z)
    for gradient in sl.function([z], [first, second])(np.zeros(2, complex)):
        np.testing.assert_array_equal(gradient, np.zeros(2))


def test_the_sign_of_a_complex_number_has_no_derivative() -> None:
    z = T.zvector("z")
    with pytest.raises(NullTypeGradError, match="derivative of sign, which has none"):
        T.grad(T.real(T.sign(z)).sum(), z)
