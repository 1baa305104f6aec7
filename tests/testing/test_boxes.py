"""Rules verified on boxes: enclosures hold every value, what is false is found, and the stored names are current."""

from __future__ import annotations

import json
import math

import mpmath
import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.rule_table import VERIFIED
from symlab.testing.boxes import FUNCTIONS, verified
from symlab.testing.intervals import number, variable

AT = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "sin": np.sin, "cos": np.cos, "tan": np.tan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "sqrt": np.sqrt, "reciprocal": lambda x: 1 / x,
    "arctan": np.arctan, "arcsin": np.arcsin, "arccos": np.arccos, "arcsinh": np.arcsinh, "arctanh": np.arctanh,
    "arccosh": np.arccosh, "erf": np.vectorize(math.erf), "erfc": np.vectorize(math.erfc), "sqr": np.square,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "softplus": lambda x: np.log1p(np.exp(x)),
    "erfcx": lambda x: np.exp(x * x) * np.vectorize(math.erfc)(x),
}  # fmt: skip


@pytest.mark.parametrize("half", [0.01, 0.1])
@pytest.mark.parametrize("name", AT)
def test_an_enclosure_holds_every_value(name, half):
    """Of the function of x^2 / 4 + x / 8, at points of boxes over (0.2, 1.4); of boxes of 0.01 it is narrow."""
    middles = np.linspace(0.3, 1.3, 41) + (1.6 if name == "arccosh" else 0)
    x = variable(0, 1, middles, half, 6)
    inner = x * x * number(0.25, 1, middles, 6) + x * number(0.125, 1, middles, 6)
    found = FUNCTIONS[name](inner).enclosure([half])
    for place in np.linspace(-1, 1, 9):
        point = middles + place * half
        with np.errstate(invalid="ignore"):
            value = AT[name](point * point / 4 + point / 8)
        inside = (found.low <= value + 1e-15) & (value - 1e-15 <= found.high)
        assert np.all(inside | np.isnan(value)), (name, middles[~inside])
    defined = np.isfinite(found.low) & np.isfinite(found.high)
    assert defined.any()
    if half == 0.01:
        width = found.high - found.low
        values = AT[name](middles * middles / 4 + middles / 8)
        slope = np.gradient(values, middles)
        assert np.all(width[defined] <= 2 * np.abs(slope)[defined] * 2.5 * half + 1e-3)


@pytest.mark.parametrize("power", [0.5, -1.0, 3.0, -2.0, 1.5])
def test_an_enclosure_of_a_power(power):
    from symlab.testing.intervals import power_terms

    middles = np.linspace(0.3, 2, 30)
    found = variable(0, 1, middles, 0.05, 7).of(power_terms(power)).enclosure([0.05])
    for place in (-1, -0.3, 0.7, 1):
        value = (middles + place * 0.05) ** power
        assert np.all((found.low <= value * (1 + 1e-15)) & (value * (1 - 1e-15) <= found.high))


def test_two_variables():
    """The enclosure of exp(x y) over boxes of both."""
    x, y = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9))
    jets = [variable(place, 2, middle.ravel(), 0.1, 5) for place, middle in enumerate((x, y))]
    found = FUNCTIONS["exp"](jets[0] * jets[1]).enclosure([0.1, 0.1])
    for a in (-0.1, 0, 0.1):
        for b in (-0.1, 0.05, 0.1):
            value = np.exp((x + a) * (y + b)).ravel()
            assert np.all((found.low <= value) & (value <= found.high))


def rule_of(left, right, name="made"):
    """A rule over one number."""

    def made(x):
        return left(x), right(x)

    made.__doc__, made.__name__ = "A rule of this test.", name
    return sl.rule(made)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda x: T.log(1 + x), T.log1p),
        (lambda x: T.exp(x) - 1, T.expm1),
        (lambda x: 1 - T.cos(x), lambda x: 2 * T.sin(x / 2) ** 2),
        (lambda x: 1 - T.tanh(x) ** 2, lambda x: 4 * T.sigmoid(2 * x) * T.sigmoid(-2 * x)),
        (lambda x: T.sqrt(x**2), abs),
    ],
)
def test_what_is_true_is_verified(left, right):
    found = verified(rule_of(left, right))
    assert found and found.agree > 20


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda x: T.log(1 + x), lambda x: T.log1p(x) * (1 + 1e-5)),
        (lambda x: T.exp(x) - 1, lambda x: x + x**2 / 2 + x**3 / 6),
        (lambda x: 1 - T.cos(x), lambda x: 2 * T.sin(x / 2)),
        (lambda x: T.sqrt(x**2), lambda x: 1.0 * x),
        (T.arctan, T.arcsin),
    ],
)
def test_what_is_false_is_found(left, right):
    found = verified(rule_of(left, right))
    assert not found and found.differ > 10


def test_what_has_no_enclosure_is_not_judged():
    """Rows, many variables, and functions that are not known here."""
    assert verified(sl.rules()["log_of_sum_of_exps"].rule) is None
    assert verified(rule_of(lambda x: T.gammaln(x + 1), lambda x: T.gammaln(1 + x))) is None


def test_every_level_occurs():
    table = sl.rules()
    assert {record.proof for record in table} == {"proved", "box-verified", "definition", "tested"}
    assert set(json.loads(VERIFIED.read_text(encoding="utf-8"))) <= {record.name for record in table}


@pytest.mark.slow
def test_the_verified_rules_are_current():
    from tools.verify_rules import names

    assert names() == json.loads(VERIFIED.read_text(encoding="utf-8"))


def test_exact_numbers_agree_with_an_enclosure():
    """At 40 digits, where the enclosure is narrower than double precision can tell."""
    middles = np.array([0.5])
    x = variable(0, 1, middles, 1e-9, 8)
    found = (FUNCTIONS["exp"](x) * FUNCTIONS["erfc"](x)).enclosure([1e-9])
    with mpmath.workdps(40):
        value = mpmath.exp(mpmath.mpf("0.5000000005")) * mpmath.erfc(mpmath.mpf("0.5000000005"))
    assert found.low[0] <= value <= found.high[0] and found.high[0] - found.low[0] < 4e-9
