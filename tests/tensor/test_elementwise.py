"""The functions of one element at a time that are made of others, and the names that several libraries use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ir.op import Op
from symlab.core.ops import OPS
from symlab.tensor import activations, letters
from symlab.tensor import elementwise as names
from tests.tensor.against_numpy import agrees, opened

VALUES = np.array([-np.inf, -7.5, -2.5, -1.0, -0.3, -0.0, 0.0, 0.4, 0.5, 1.0, 1.5, 2.5, 30.0, np.inf, np.nan])
OTHERS = np.roll(VALUES, 4)
PROBABILITIES = np.array([1e-9, 0.2, 0.5, 0.9])
x, y = T.dvectors("x", "y")


def computed(node: Any, first: Any = VALUES, second: Any = OTHERS) -> np.ndarray[Any, Any]:
    return evaluate([node], {x: first, y: second})[0]


UNARY: dict[str, Callable[..., Any]] = {
    name: getattr(np, name) for name in ("isposinf", "isneginf", "nan_to_num", "positive", "logical_not", "fix", "rint")
}
BINARY: dict[str, Callable[..., Any]] = {
    name: getattr(np, name)
    for name in ("fmax", "fmin", "heaviside", "logical_and", "logical_or", "logical_xor", "isclose", "float_power")
}


@pytest.mark.parametrize("name", UNARY)
def test_one_operand_as_in_numpy(name: str) -> None:
    np.testing.assert_array_equal(computed(getattr(T, name)(x)), UNARY[name](VALUES))


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int32", "float16", "float32"])
@pytest.mark.parametrize("name", ["rint", "fabs"])
def test_floating_point_of_integers_as_in_numpy(name: str, dtype: str) -> None:
    values = np.array([1, 0, 3]).astype(dtype)
    found, wanted = getattr(T, name)(T.constant(values)).eval(), getattr(np, name)(values)
    assert (found.dtype, found.tolist()) == (wanted.dtype, wanted.tolist())


@pytest.mark.parametrize("name", BINARY)
def test_two_operands_as_in_numpy(name: str) -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(computed(getattr(T, name)(x, y)), BINARY[name](VALUES, OTHERS))


def test_logaddexp2() -> None:
    with np.errstate(invalid="ignore"):
        wanted = np.logaddexp2(VALUES, OTHERS)
    np.testing.assert_allclose(computed(T.logaddexp2(x, y)), wanted, rtol=1e-14)


def test_closeness() -> None:
    near = VALUES * (1 + 1e-9)
    assert computed(T.isclose(x, y), VALUES, near).tolist() == np.isclose(VALUES, near).tolist()
    assert computed(T.isclose(x, y, equal_nan=True), VALUES, near).all()
    assert not computed(T.allclose(x, y), VALUES, near)
    assert computed(T.allclose(x, y, equal_nan=True), VALUES, near)
    assert not computed(T.allclose(x, y), np.ones(3), np.full(3, 1.1))


@pytest.mark.parametrize("bounds", [(-1.0, 1.5), (None, 1.0), (0.5, None), (2.0, -2.0)])
def test_clip(bounds: tuple[Any, Any]) -> None:
    np.testing.assert_array_equal(computed(T.clip(x, *bounds)), np.clip(VALUES, *bounds))
    np.testing.assert_array_equal(computed(x.clip(*bounds)), np.clip(VALUES, *bounds))


@pytest.mark.parametrize("decimals", [0, 1, 2, -1])
def test_round(decimals: int) -> None:
    values = np.array([-12.345, -2.5, -0.05, 0.25, 0.5, 1.5, 14.999, 15.0, 1e6])
    np.testing.assert_array_equal(computed(T.round(x, decimals), values, values), np.round(values, decimals))
    assert computed(round(x), values, values).tolist() == np.round(values).tolist()


def test_round_half_away_from_zero() -> None:
    values = np.array([-2.5, -0.5, 0.49999999999999994, 0.5, 1.5, 2.5, 4503599627370497.0])
    found = computed(T.round(x, mode="half_away_from_zero"), values, values)
    assert found.tolist() == [-3.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4503599627370497.0]
    assert computed(T.round(x, "half_to_even"), values, values).tolist() == np.round(values).tolist()


def test_round_of_integers() -> None:
    i = T.ivector("i")
    assert evaluate([T.round(i, -1)], {i: np.int32([14, 15, 25])})[0].tolist() == [10, 20, 20]
    assert T.round(i, 2).dtype == "int32"


def test_divmod() -> None:
    quotient, remainder = divmod(x, y)
    with np.errstate(all="ignore"):
        wanted = np.divmod(VALUES, OTHERS)
    np.testing.assert_array_equal(computed(quotient), wanted[0])
    np.testing.assert_array_equal(computed(remainder), wanted[1])


def test_integer_division_by_zero_gives_zero() -> None:
    i, j = T.lvectors("i", "j")
    values = {i: np.array([7, -7, np.iinfo(np.int64).min]), j: np.array([0, 0, -1])}
    with np.errstate(all="ignore"):
        assert evaluate([i // j], values)[0].tolist() == (values[i] // values[j]).tolist()
        assert evaluate([i % j], values)[0].tolist() == [0, 0, 0]


def test_integer_powers() -> None:
    i, j = T.lvectors("i", "j")
    values = {i: np.array([2, -3, 7, 1, -1, 2, 0]), j: np.array([10, 3, 0, -5, -3, -1, -1])}
    assert evaluate([i**j], values)[0].tolist() == [1024, -27, 1, 1, -1, 0, 0]


def test_largest_and_smallest() -> None:
    found = computed(T.largest(x, y, 0.4))
    np.testing.assert_array_equal(found, np.maximum(np.maximum(VALUES, OTHERS), 0.4))
    np.testing.assert_array_equal(computed(T.smallest(x, y, 0.4)), np.minimum(np.minimum(VALUES, OTHERS), 0.4))


def test_nan_to_num_with_numbers() -> None:
    found = computed(T.nan_to_num(x, nan=1.0, posinf=2.0, neginf=3.0))
    np.testing.assert_array_equal(found, np.nan_to_num(VALUES, nan=1.0, posinf=2.0, neginf=3.0))


def test_complex_numbers() -> None:
    z = T.zvector("z")
    values = np.array([1 + 2j, -3 + 0.5j, -1j, 0j, 2.0])
    for name in ("real", "imag", "conj", "angle", "abs", "exp", "sqrt", "sign"):
        found = evaluate([getattr(T, name)(z)], {z: values})[0]
        np.testing.assert_allclose(found, getattr(np, name)(values), rtol=1e-15)
    again = evaluate([T.complex(z.real, z.imag)], {z: values})[0]
    np.testing.assert_array_equal(again, values)
    polar = evaluate([T.complex_from_polar(abs(z), T.angle(z))], {z: values})[0]
    np.testing.assert_allclose(polar, values, atol=1e-15)


def test_an_infinite_part_leaves_the_other_alone() -> None:
    found = computed(T.complex(x, y), np.array([np.inf]), np.array([2.0]))
    assert found[0].imag == 2.0


SPECIAL: dict[str, tuple[Callable[..., Any], np.ndarray[Any, Any]]] = {
    "factorial": (scipy.special.factorial, np.array([0.0, 1.0, 5.0, 10.0])),
    "tri_gamma": (lambda value: scipy.special.polygamma(1, value), np.array([0.1, 2.0, 30.0])),
    "logit": (scipy.special.logit, PROBABILITIES),
    "log_expit": (scipy.special.log_expit, np.array([-800.0, -1.0, 0.0, 40.0])),
    "ndtr": (scipy.special.ndtr, np.array([-30.0, -1.0, 0.0, 3.0])),
    "ndtri": (scipy.special.ndtri, PROBABILITIES),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions_of_one_operand(name: str) -> None:
    function, values = SPECIAL[name]
    np.testing.assert_allclose(computed(getattr(T, name)(x), values, values), function(values), rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("name", ["beta", "poch", "xlog1py", "xlogy"])
def test_special_functions_of_two_operands(name: str) -> None:
    first, second = np.array([0.5, 2.0, 7.0]), np.array([3.0, 0.25, 1.5])
    wanted = getattr(scipy.special, name)(first, second)
    np.testing.assert_allclose(computed(getattr(T, name)(x, y), first, second), wanted, rtol=1e-12)


def test_incomplete_gamma_functions() -> None:
    first, second = np.array([0.5, 2.0, 7.0]), np.array([3.0, 0.25, 1.5])
    whole = computed(T.gammal(x, y) + T.gammau(x, y), first, second)
    np.testing.assert_allclose(whole, scipy.special.gamma(first), rtol=1e-13)
    np.testing.assert_allclose(computed(T.chi2sf(y, x), first, second), scipy.special.chdtrc(first, second), rtol=1e-13)


@pytest.mark.parametrize("name", ["xlogy", "xlog1py", "betaln"])
def test_limits_of_special_functions_of_two_operands(name: str) -> None:
    infinite = [] if name == "betaln" else [np.inf]  # SciPy has nan for two infinite operands of betaln
    first, second = (grid.reshape(-1) for grid in np.meshgrid([0.0, 0.5, 3.0, *infinite], [0.25, 2.0, np.inf, np.nan]))
    agrees(getattr(T, name), getattr(scipy.special, name), first, second)
    compiled = sl.function([x, y], getattr(T, name)(x, y))(first, second)
    np.testing.assert_allclose(compiled, getattr(scipy.special, name)(first, second), rtol=1e-12)


def test_zero_times_a_logarithm() -> None:
    zeros, bad = np.zeros(2), np.array([0.0, -1.0])
    for name in ("xlogy", "xlog1py"):
        assert computed(getattr(T, name)(x, y), zeros, bad - (name == "xlog1py")).tolist() == [0.0, 0.0]
    assert computed(T.xlogx.xlogx(x), zeros, zeros).tolist() == [0.0, 0.0]


def test_activations() -> None:
    value = VALUES[1:-2]
    with np.errstate(all="ignore"):
        wanted = {
            "relu": np.maximum(value, 0),
            "elu": np.where(value > 0, value, np.expm1(value)),
            "gelu": value * scipy.special.ndtr(value),
            "silu": value * scipy.special.expit(value),
            "mish": value * np.tanh(np.logaddexp(0, value)),
            "softsign": value / (1 + np.abs(value)),
            "hard_sigmoid": np.clip(0.2 * value + 0.5, 0, 1),
        }
    for name, expected in wanted.items():
        found = computed(getattr(activations, name)(x), value, value)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-300)
    fast = computed(activations.ultra_fast_sigmoid(x), value, value)
    np.testing.assert_allclose(fast, scipy.special.expit(value), atol=0.03)
    leaky = computed(activations.relu(x, 0.1), value, value)
    np.testing.assert_array_equal(leaky, np.where(value > 0, value, 0.1 * value))
    scaled = computed(activations.selu(x), value, value)
    np.testing.assert_allclose(
        scaled, 1.0507009873554805 * np.where(value > 0, value, 1.6732632423543772 * np.expm1(value))
    )


def test_activations_let_nan_through() -> None:
    for name in activations.__all__:
        assert np.isnan(computed(getattr(activations, name)(x), np.array([np.nan]), np.zeros(1))[0]), name


# Names


def test_numpy_and_theano_names_are_the_same_objects() -> None:
    same = {
        "multiply": "mul", "subtract": "sub", "divide": "true_div", "negative": "neg", "absolute": "abs",
        "power": "pow", "square": "sqr", "asin": "arcsin", "atan2": "arctan2", "bitwise_and": "and_", "less": "lt",
        "not_equal": "neq", "abs_": "abs", "inv": "reciprocal", "int_div": "floor_div",
        "floor_divide": "floor_div", "remainder": "mod", "conjugate": "conj",
        "sgn": "sign", "expit": "sigmoid", "digamma": "psi",
    }  # fmt: skip
    assert {alias for alias, name in same.items() if getattr(T, alias) is not getattr(T, name)} == set()


def test_every_listed_name_exists() -> None:
    for module in (names, letters, T.special, activations):
        assert [name for name in module.__all__ if not callable(getattr(module, name, None))] == []
        assert len(set(module.__all__)) == len(module.__all__)


def test_every_elementwise_op_has_a_name_in_the_front_end() -> None:
    reachable = {value for name in dir(T) if isinstance(value := getattr(T, name), Op)}
    reachable |= {T.xlogx.xlogx}
    made_by_rules_and_streams = {
        "cast", "sigmoid_slope", "philox", "polynomial", "product_over", "triangle_product", "difference_of_products",
        "poisson_log_probability", "psi_difference", "gammaln_difference", "logaddexp",
        "gammainc_slope", "betainc_slope_a", "betainc_slope_b", "hyp2f1_slope", "gammainc_curve", "betainc_curve_aa",
        "betainc_curve_ab", "betainc_curve_bb", "jv_slope", "ive_slope", "kve_slope",
    }  # fmt: skip
    wanted = {op for op in OPS.values() if op.dtypes is not None}
    assert {op.name for op in wanted - reachable} == made_by_rules_and_streams


def test_cast() -> None:
    assert T.cast(x, "float64") is x
    assert x.astype("int8").dtype == "int8"
    assert T.cast(3, "float32").dtype == "float32"
    assert computed(T.cast(x, "int32"), np.array([-1.9, 1.9]), OTHERS).tolist() == [-1, 1]


def test_logarithms_of_two_in_mixed_dtypes_keep_the_digits_of_both() -> None:
    first = np.array([-1.3, 0.1, 700.0])
    for dtype in ("float16", "float32", "int8"):
        agrees(T.logaddexp2, np.logaddexp2, first, np.array([1, 2, 3]).astype(dtype), tolerance=1e-14)


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8", "uint64", "bool"])
def test_remainders_of_integers_are_integers(dtype: str) -> None:
    limits = np.iinfo(dtype) if dtype != "bool" else np.iinfo("uint8")
    values = np.array(
        [limits.min, 0, 1, 7, limits.max] + [-1, -7] * (limits.min < 0), dtype if dtype != "bool" else None
    )
    values = values.astype(dtype)
    agrees(T.fmod, np.fmod, values[:, None], values)
    first, second = opened((values[:, None], values))
    with np.errstate(all="ignore"):
        wanted = np.fmod(values[:, None], values)
    np.testing.assert_array_equal(sl.function([first, second], T.fmod(first, second))(values[:, None], values), wanted)


def test_sums_of_several_exponentials():
    values = [np.array([-1e3, 0.0, 700.0]), np.array([-1e3, 1.0, 710.0]), np.array([-1e3, 2.0, 1.0])]
    wanted = np.logaddexp(np.logaddexp(values[0], values[1]), values[2])
    agrees(T.logaddexp, lambda *given: wanted, *values)


def test_the_slope_of_log1mexp_at_its_end():
    x = T.dscalar("x")
    assert T.grad(T.log1mexp(x), x).eval({x: 0.0}) == -np.inf


def test_poch_at_poles_and_far_out() -> None:
    """As SciPy's: a limit at whole numbers from 0 down, and no loss where z is large beside m."""
    import scipy.special

    z, m = T.dvectors("z", "m")
    first = np.array([-5, -4, -3.5, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 5, 10, 1e10, 50.5, -20.3])
    points = [item.ravel() for item in np.meshgrid(first, [-3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 5])]
    found, wanted = sl.function([z, m], T.poch(z, m))(*points), scipy.special.poch(*points)
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
def test_beta_and_factorial_at_poles(mode: str) -> None:
    """SciPy's values: inf at a pole of beta, a finite value where two poles meet, 0! below 0 and no slope there."""
    import scipy.special

    a, b, x = T.dvector("a"), T.dvector("b"), T.dvector("x")
    poles = np.array([-1.0, 0.0, -2.0, 2.0, -0.5, -3.0, 1.5, -0.5, 3.0])
    others = np.array([1.0, 1.0, 3.0, -1.0, 0.5, 2.0, -2.0, np.inf, 4.0])
    found = sl.function([a, b], T.special.beta(a, b), mode=mode)(poles, others)
    np.testing.assert_allclose(found, scipy.special.beta(poles, others), rtol=1e-14)
    numbers = np.array([-3.0, -1.0, -0.5, 0.0, 2.5, 171.0, np.nan])
    factorials = T.special.factorial(x)
    found, slopes = sl.function([x], [factorials, T.grad(factorials.sum(), x)], mode=mode)(numbers)
    np.testing.assert_allclose(found, scipy.special.factorial(numbers), rtol=1e-14)
    np.testing.assert_array_equal(slopes[:3], 0.0)


def test_where_of_a_condition_alone() -> None:
    """The places where it holds, as NumPy has it; with two values a choice."""
    x = T.dmatrix("x")
    value = np.array([[1.0, -2.0, 3.0], [-4.0, 5.0, np.nan]])
    found = sl.function([x], list(T.where(x > 0)))(value)
    for places, wanted in zip(found, np.where(value > 0), strict=True):
        np.testing.assert_array_equal(places, wanted)
    np.testing.assert_array_equal(sl.function([x], T.where(x > 0, x, 0))(value), np.where(value > 0, value, 0))
    assert [item.dtype for item in np.where(x > 0)] == ["int64", "int64"]


@pytest.mark.parametrize(
    ("function", "reference"),
    [
        (T.special.logit, scipy.special.logit),
        (T.special.log_expit, scipy.special.log_expit),
        (lambda x: T.special.beta(x, 3), lambda x: scipy.special.beta(x, 3)),
        (lambda x: T.special.poch(x, x), lambda x: scipy.special.poch(x, x)),
        (T.special.factorial, lambda x: scipy.special.factorial(x.astype(float))),
    ],
)
@pytest.mark.parametrize("dtype", ["int8", "uint8", "uint64"])
def test_integers_at_their_ends(function: Callable[..., Any], reference: Callable[..., Any], dtype: str) -> None:
    """What is computed from x beside x, as 1 - x, does not overflow in a narrow dtype."""
    x = T.TensorType(dtype, (None,))("x")
    value = np.array([0, 1, 3, 100, 127], dtype)
    with np.errstate(all="ignore"):
        wanted = reference(value.astype(float))
    np.testing.assert_allclose(sl.function([x], function(x))(value), wanted, rtol=1e-13)


def test_logaddexp2_of_float16() -> None:
    """Exact where the sum is a power of two: the logarithms are not rounded to three digits."""
    x = T.TensorType("float16", (None,))("x")
    value = np.array([-1.0, 3.0, 9.0], np.float16)
    np.testing.assert_array_equal(sl.function([x], T.logaddexp2(x, x))(value), np.logaddexp2(value, value))


def test_rounding_to_integers() -> None:
    x = np.array([-2.5, -0.4, 0.5, 1.5, 2.5])
    found = T.iround(T.constant(x)).eval()
    assert found.dtype == np.int64
    assert np.array_equal(found, np.round(x))
    assert np.array_equal(T.iround(T.constant(x), "half_away_from_zero").eval(), [-3, 0, 1, 2, 3])
