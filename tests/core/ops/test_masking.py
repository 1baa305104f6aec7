"""Products of derivatives keep the exact 0 of an operand that was not chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import cast, mul, neg
from symlab.core.ops.masking import live, product

x, g = T.dvector("x"), T.dvector("g")
VALUES = {x: np.array([-1.0, 0.0, 2.0]), g: np.array([3.0, 5.0, 7.0])}


def value(node: Any) -> np.ndarray[Any, Any]:
    return evaluate([node], VALUES)[0]


def test_infinity_in_a_dead_operand_gives_zero() -> None:
    masked = product(g, switch(x > 0, 1, 0))
    np.testing.assert_array_equal(value(product(masked, 1 / x)), [0.0, 0.0, 3.5])


def test_nan_in_a_dead_operand_gives_zero() -> None:
    masked = product(g, switch(x > 0, 1, 0))
    np.testing.assert_array_equal(value(product(masked, T.log(x) / x)), [0.0, 0.0, 7 * np.log(2) / 2])


def test_a_long_chain_keeps_one_choice_at_its_root() -> None:
    found = product(g, switch(x > 0, 1, 0))
    for _ in range(50):
        found = product(found, 1 / x)
    assert found.op is switch
    assert found.args[1].op is not switch
    np.testing.assert_allclose(value(found), [0.0, 0.0, 7 * 0.5**50])


def test_two_choices_hold_where_both_do() -> None:
    found = product(product(g, switch(x > 0, 1, 0)), switch(x < 5, 1 / x, 0))
    assert found.op is switch
    np.testing.assert_array_equal(value(found), [0.0, 0.0, 3.5])


def test_the_other_operand_of_a_choice() -> None:
    found = product(g, switch(T.le(x, 0), 0, 1 / x))
    np.testing.assert_array_equal(value(product(found, T.log(x))), [0.0, 0.0, 3.5 * np.log(2)])


def test_a_cast_keeps_the_choice() -> None:
    masked = cast(product(g, switch(x > 0, 1, 0)), dtype="float32")
    found = product(masked, cast(1 / x, dtype="float32"))
    assert found.op is switch
    np.testing.assert_array_equal(value(found), np.float32([0.0, 0.0, 3.5]))


@pytest.mark.parametrize("slope", [1, 1.0])
def test_a_slope_of_one_makes_no_node(slope: Any) -> None:
    assert product(g, slope) is g


def test_other_products_are_plain() -> None:
    assert product(g, x).op is mul
    assert product(g, -1).op is neg
    assert live(switch(x > 0, x, 1.0))[0] is None
