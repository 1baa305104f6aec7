"""Numbers that rules collect: none leaves the range of its dtype, and integers wrap as arithmetic does."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T


def slopes(x: float, links: int) -> float:
    """The derivative of tanh(tanh(...(x)))."""
    slope = 1.0
    for _ in range(links):
        x = np.tanh(x)
        slope *= 1 - x * x
    return slope


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_the_slope_of_a_long_chain(mode: str) -> None:
    x = T.fscalar("x")
    y = x
    for _ in range(120):
        y = T.tanh(y)
    np.testing.assert_allclose(sl.function([x], T.grad(y, x), mode=mode)(0.3), slopes(0.3, 120), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_product_of_large_and_small_factors(dtype: str) -> None:
    """Each factor c x is near 1; neither the product of all c nor that of all x is a number."""
    vectors = [T.tensor(f"x{place}", dtype=dtype, shape=(None,)) for place in range(24)]
    large = float(np.sqrt(np.finfo(dtype).max))
    cost = vectors[0] * large
    for vector in vectors[1:]:
        cost = cost * (vector * large)
    value = np.full(2, 1 / large, dtype)
    result = sl.function(vectors, cost)(*[value] * 24)
    np.testing.assert_allclose(result, np.ones(2), rtol=24 * np.finfo(dtype).eps * 4)


def test_neighbouring_numbers_are_still_one() -> None:
    x = T.dvector("x")
    f = sl.function([x], 2 * x * 3 * 5)
    assert [step.rule.name for step in f.trace.steps].count("constants_of_product") == 1
    np.testing.assert_array_equal(f([1.0, 2.0]), [30.0, 60.0])


@pytest.mark.parametrize(("dtype", "large"), [("float32", 3e38), ("float64", 1e308)])
def test_a_coefficient_that_overflows_is_not_made(dtype: str, large: float) -> None:
    x = T.tensor("x", dtype=dtype, shape=())
    number = np.dtype(dtype).type(large)
    value = np.dtype(dtype).type(0.25)
    np.testing.assert_allclose(sl.function([x], number * x + number * x)(value), 2 * (number * value), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint8", "uint64", "int64"])
def test_integer_coefficients_wrap(dtype: str) -> None:
    b = T.tensor("b", dtype=dtype, shape=(None,))
    kind = np.dtype(dtype).type
    top = kind(np.iinfo(dtype).max)
    near = kind(int(top) // 2 + 1)
    value = np.array([0, 1, 2, 3, 100], dtype)
    for expression, expected in [
        (top * b + top * b, top * value + top * value),
        (near * b + near * b, near * value + near * value),
        (b - top * b - top * b, value - top * value - top * value),
    ]:
        np.testing.assert_array_equal(sl.function([b], expression)(value), expected)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        (lambda x: T.sqrt((x**2).sum()), 0.0),
        (lambda x: T.sqrt((x**2).mean()), np.nan),
        (lambda x: (x / T.sqrt((x**2).sum())).sum(), 0.0),
        (lambda x: x.std(), np.nan),
    ],
)
def test_the_norm_of_nothing(formula, wanted: float, mode: str) -> None:
    x = T.dvector("x")
    y = formula(x)
    value, slope = sl.function([x], [y, sl.grad(y, x)], mode=mode)(np.zeros(0))
    np.testing.assert_array_equal(value, wanted)
    assert slope.shape == (0,)


def test_complex_numbers_in_exact_algebra() -> None:
    """1 * x is not x there: inf in one part makes a nan of the other."""
    x = T.zvector("x")
    value = np.array([1 - 2j, complex(np.inf, 1.0)])
    with sl.configure(algebra="floating"), np.errstate(invalid="ignore"):
        results = sl.function([x], [x * 1, x + 0, x * 2])(value)
        for result, wanted in zip(results, [value * 1, value + 0, value * 2], strict=True):
            np.testing.assert_array_equal(result, wanted)
