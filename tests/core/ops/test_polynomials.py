"""Polynomials as one op: derivatives, dtypes, shapes, the text of their formula, how they are printed and kept."""

from __future__ import annotations

import pickle
import re
from fractions import Fraction
from math import factorial
from typing import Any

import mpmath
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import TypeMismatch
from symlab.core.ir.expr import toposort
from symlab.core.ir.graph import Graph
from symlab.core.lower.roles import CHEAP, cost
from symlab.core.ops.polynomials import Scheme, polynomial, scheme
from symlab.core.rewrite.analysis import Facts
from symlab.core.rules.laurent import Expansion
from symlab.viz.latex import to_latex

CUBIC = (1.0, -2.0, 0.5, 0.25)
SINE = (0.0, 1.0, 0.0, -1 / 6, 0.0, 1 / 120)  # odd
COSINE = (1.0, 0.0, -0.5, 0.0, 1 / 24)  # even
POINTS = np.array([-1.5, -0.3, 0.0, 0.7, 2.0])
LITERAL = re.compile(r"0x[0-9a-f.]+p[+-]\d+f?")
x = T.dvector("x")


def of(coefficients: tuple[float, ...], operand: Any = x) -> Any:
    return polynomial(operand, coefficients=coefficients)


def slope(y: Any, operand: Any = x) -> Any:
    return T.grad(y.sum(), operand, disconnected_inputs="ignore")


def lines_of(f: Any) -> list[str]:
    """The lines that compute polynomials in a function's C text."""
    return [line for line in f.source.splitlines() if ": polynomial" in line and "0x" in line]


@pytest.mark.parametrize("coefficients", [CUBIC, SINE, COSINE, (2.0, 3.0), (5.0,), (0.0, 0.0, 1.0), (1.0, 2.0, 0.0)])
@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_derivatives_to_the_third_order(coefficients: tuple[float, ...], mode: str) -> None:
    wanted = np.polynomial.Polynomial(coefficients)
    results = [of(coefficients)]
    for _ in range(3):
        results.append(slope(results[-1]))
    found = sl.function([x], results, mode=mode)(POINTS)
    for order, value in enumerate(found):
        assert value.shape == POINTS.shape
        np.testing.assert_allclose(value, wanted.deriv(order)(POINTS) if order else wanted(POINTS), 1e-14, 1e-15)


def test_a_derivative_is_one_polynomial() -> None:
    graph = sl.rewrite_graph(slope(slope(of(tuple(1.0 / factorial(k) for k in range(19))))))
    (node,) = [item for item in toposort([graph]) if item.args]
    assert node.op is polynomial
    assert len(node.attr("coefficients")) == 17


def test_a_derivative_that_is_a_number_has_the_shape_of_x() -> None:
    m = T.dmatrix("m")
    f = sl.function([m], [slope(of((1.0, 4.0), m), m), slope(of((3.0,), m), m), of((3.0,), m)])
    four, zero, three = f(np.ones((2, 3)))
    assert four.tolist() == [[4.0] * 3] * 2
    assert zero.tolist() == [[0.0] * 3] * 2
    assert three.tolist() == [[3.0] * 3] * 2
    assert [value.shape for value in f(np.ones((0, 3)))] == [(0, 3)] * 3


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128", "int32"])
def test_dtypes(dtype: str) -> None:
    v = T.TensorType(dtype, (None,))("v")
    values = np.array([-2, -1, 0, 1, 3]).astype(dtype)
    for coefficients in (CUBIC, SINE, COSINE):
        y = of(coefficients, v)
        compiled = sl.function([v], y)(values)
        (reference,) = evaluate([y], {v: values})
        assert compiled.dtype == reference.dtype == (dtype if dtype != "int32" else "float64")
        np.testing.assert_array_equal(compiled, reference)
        exact = np.array([complex(mpmath.polyval(coefficients[::-1], complex(item))) for item in values])
        unit = np.finfo(compiled.dtype).eps
        np.testing.assert_allclose(compiled.astype(complex), exact, rtol=4 * unit, atol=4 * unit)


def test_float16_is_rounded_once() -> None:
    v = T.TensorType("float16", (None,))("v")
    values = np.linspace(-2, 2, 999).astype("float16")
    found = sl.function([v], of(CUBIC, v))(values)
    wanted = np.polynomial.Polynomial(CUBIC)(values.astype("float64"))
    np.testing.assert_array_less(np.abs(found - wanted), np.spacing(np.abs(wanted).astype("float16")) * 0.51 + 1e-6)


def test_operands_that_are_constants_scalars_strided_or_empty() -> None:
    m = T.dmatrix("m")
    f = sl.function(
        [m], [of(CUBIC, m.T), of(CUBIC, m) + m[:, 0].dimshuffle(0, "x"), of(CUBIC, m[0, 0]), of(CUBIC, 2.0)]
    )
    values = np.arange(6.0).reshape(2, 3)
    wanted = np.polynomial.Polynomial(CUBIC)
    turned, broadcast, scalar, number = f(values)
    np.testing.assert_allclose(turned, wanted(values.T), rtol=1e-14)
    np.testing.assert_allclose(broadcast, wanted(values) + values[:, :1], rtol=1e-14)
    assert scalar == 1.0
    assert number == wanted(2.0) == 1.0
    assert sl.function([x], of(CUBIC))(np.zeros(0)).shape == (0,)


def test_the_scheme_takes_the_square_where_every_other_coefficient_is_zero() -> None:
    assert scheme(CUBIC) == Scheme(CUBIC, False, False)
    assert scheme(COSINE) == Scheme((1.0, -0.5, 1 / 24), True, False)
    assert scheme(SINE) == Scheme((1.0, -1 / 6, 1 / 120), True, True)
    assert scheme((0.0, 0.0, 0.0)) == Scheme((0.0,), False, False)
    assert scheme((2.0, 0.0)) == Scheme((2.0,), False, False)


@pytest.mark.parametrize("count", [13, 14, 40])
def test_a_long_polynomial_is_two_sums(count: int) -> None:
    coefficients = tuple((-1.0) ** k / (k + 1) for k in range(count))
    for kept in (coefficients, tuple(value * (k % 4 != 1) for k, value in enumerate(coefficients))):
        y = of(kept)
        with mpmath.workdps(40):
            exact = [float(mpmath.polyval(kept[::-1], mpmath.mpf(float(point)))) for point in POINTS / 4]
        np.testing.assert_allclose(sl.function([x], y)(POINTS / 4), exact, rtol=1e-15)
        (reference,) = evaluate([y], {x: POINTS})
        np.testing.assert_array_equal(sl.function([x], y)(POINTS), reference)
        assert len(LITERAL.findall(lines_of(sl.function([x], y))[0])) == sum(map(bool, kept))


def test_a_number_does_not_become_nan_where_the_operand_is() -> None:
    values = np.array([np.inf, -np.inf, np.nan])
    assert sl.function([x], of((2.0, 0.0)))(values).tolist() == [2.0] * 3
    assert sl.function([x], of((0.0, 0.0, 3.0)))(values[:2]).tolist() == [np.inf] * 2  # 0 + 0 x is not added


@pytest.mark.parametrize(("coefficients", "terms"), [(CUBIC, 4), (SINE, 3), (COSINE, 3)])
def test_the_text_holds_each_coefficient_once(coefficients: tuple[float, ...], terms: int) -> None:
    (line,) = lines_of(sl.function([x], of(coefficients)))
    assert len(LITERAL.findall(line)) == terms


def test_the_text_grows_with_the_number_of_coefficients() -> None:
    def length(count: int) -> int:
        return len(sl.function([x], of(tuple(1.0 / (k + 1) for k in range(count)))).source)

    assert length(120) - length(80) < 1.2 * (length(80) - length(40))


def test_literals_of_float32_are_no_doubles() -> None:
    v = T.fvector("v")
    (line,) = lines_of(sl.function([v], of((1.0, -1 / 6, 1e-300, 0.1), v)))
    assert LITERAL.findall(line)
    assert all(text.endswith("f") for text in LITERAL.findall(line))
    assert float(np.float32(0.1)).hex()[:8] in line


@pytest.mark.parametrize("given", [(), (1, 2), [1.0, 2.0], None, (1.0, "2")])
def test_coefficients_that_are_none(given: Any) -> None:
    with pytest.raises(TypeMismatch, match="no tuple of floats"):
        polynomial(x, coefficients=given)


def test_all_coefficients_tell_polynomials_apart() -> None:
    long = tuple(1.0 / (k + 1) for k in range(30))
    graph = Graph.of([x], [of(long), of(long), of((*long[:-1], 0.25)), of((-0.0, *long)), of((0.0, *long))])
    first, second, *others = graph.outputs
    assert first is second
    assert len({first, *others}) == 4


def test_a_function_and_an_expression_that_hold_one_are_pickled() -> None:
    long = tuple(1.0 / (k + 1) for k in range(30))
    f = sl.function([x], of(long))
    again = pickle.loads(pickle.dumps(f))
    np.testing.assert_array_equal(again(POINTS), f(POINTS))
    y = pickle.loads(pickle.dumps(of(long)))
    assert y.op is polynomial
    assert y.attr("coefficients") == long


def test_costs() -> None:
    y = of(tuple(1.0 / (k + 1) for k in range(20)))
    assert cost(y) == 39  # a product and a sum for each coefficient but one
    assert cost(of(COSINE)) == 5
    assert cost(of((0.0, 2.0))) <= CHEAP
    assert len(lines_of(sl.function([x], [y * 2, y[::-1] + x]))) == 1  # what costs much is computed once


def test_bounds() -> None:
    facts, size = Facts(), T.exp(x)
    assert facts.positive(of((1.0, 0.0, 1 / 6, 0.0, 1 / 120)))
    assert facts.positive(of((0.0, 1.0, 2.0), size))
    assert facts.above(of((1.0, 1.0, 2.0), size), 0.99)
    assert facts.not_negative(of((0.0, 0.0, 3.0)))
    assert facts.bounds(of(SINE)) == (-np.inf, np.inf)
    assert facts.bounds(of((4.0, 0.0))) == (4.0, 4.0)


def test_series_see_through_it() -> None:
    graph = Graph.of([x], [of((0.0, 1 / 3, 0.0, -1 / 6), T.expm1(x))])
    (inner,) = graph.inputs
    found = Expansion(inner, Fraction(0), 6).of(graph.outputs[0], 10)
    assert (found.first, found.terms[:3]) == (1, (Fraction(1, 3), Fraction(1, 6), Fraction(1, 18) - Fraction(1, 6)))


def test_the_gradient_of_a_series_is_short() -> None:
    graph = sl.rewrite_graph(slope(1 - T.sin(x) / x))
    nodes = toposort([graph])
    assert "polynomial" in {node.op.name for node in nodes}
    assert "pow" not in {node.op.name for node in nodes}
    assert len(sl.pp(graph)) < 800
    exact = [-mpmath.diff(mpmath.sinc, mpmath.mpf(float(point))) for point in (1e-9, 0.3, 0.9, 1.3, 2.0)]
    found = sl.function([x], slope(1 - T.sin(x) / x))([1e-9, 0.3, 0.9, 1.3, 2.0])
    np.testing.assert_allclose(found, np.array(exact, float), rtol=1e-14)


# Printing


def test_it_is_printed_in_short() -> None:
    rule = sl.rules()["relative_entropy"]
    assert sl.pp(of(CUBIC)) == "polynomial(x, 1.0, -2.0, 0.5, 0.25)"
    assert sl.pp(of(SINE)) == "polynomial(x, 0.0, 1.0, 0.0, -0.16666666666666666, ...)"
    assert "polynomial{0.0, 1.0, 0.0, -0.16666666666666666, ...}" in sl.debugprint(of(SINE), file="str")
    assert "(b - a) / a, 0), 0, 0, 0.5, -0.3333333333, ...)" in rule.formula


@pytest.mark.parametrize(
    ("coefficients", "text"),
    [
        (CUBIC, r"1 - 2\,x + \frac{1}{2}\,x^{2} + \frac{1}{4}\,x^{3}"),
        ((0.0, 1.0, -1.0), "x - x^{2}"),
        ((0.0, 0.0), "0"),
        ((0.123456789, 1e-30), r"0.123456789 + 1 \cdot 10^{-30}\,x"),
        ((1.0, 1.0, 1.0, 1.0, 1.0), r"1 + x + x^{2} + x^{3} + \cdots"),
    ],
)
def test_latex(coefficients: tuple[float, ...], text: str) -> None:
    assert to_latex(of(coefficients)) == text


def test_latex_of_a_long_operand_names_it_once() -> None:
    text = to_latex(of(CUBIC, T.exp(-x) / (1 + T.exp(x))))
    assert text.startswith(r"\left.1 - 2\,t + ")
    assert text.count("e^{-x}") == 1
    assert to_latex(2 * of((1.0, 1.0))) == r"2\,\left(1 + x\right)"
