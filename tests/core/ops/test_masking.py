"""Taking apart the choice in a derivative."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab.tensor as T
from symlab.core.backends.reference import evaluate
from symlab.core.ops.bits import and_, invert
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import cast
from symlab.core.ops.masking import both, is_number, live

x = T.dvector("x")
positive = T.gt(x, 0)


def value(node: Any) -> list[Any]:
    return evaluate([node], {x: np.array([-1.0, 0.0, 2.0])})[0].tolist()


@pytest.mark.parametrize("zero", [0, 0.0, -0.0, np.float32(0)])
def test_what_was_chosen(zero: Any) -> None:
    assert live(switch(positive, x, zero)) == (positive, x)


def test_what_was_not_chosen() -> None:
    condition, inner = live(switch(positive, 0, x))
    assert condition.op is invert
    assert condition.args == (positive,)
    assert inner is x


def test_a_cast_is_seen_through() -> None:
    condition, inner = live(cast(switch(positive, 1 / x, 0), dtype="float32"))
    assert condition is positive
    assert inner.dtype == "float32"
    assert value(inner)[2] == 0.5


@pytest.mark.parametrize(
    "node", [x, 2.5, switch(positive, x, 1.0), switch(positive, x, np.zeros(3)), cast(x, dtype="int8")]
)
def test_other_factors_always_count(node: Any) -> None:
    assert live(node) == (None, node)


def test_two_conditions() -> None:
    small = T.lt(x, 1)
    assert both(None, None) is None
    assert both(positive, None) is positive
    assert both(None, positive) is positive
    assert both(positive, positive) is positive
    assert both(positive, small).op is and_
    assert value(both(positive, T.lt(x, 5))) == [False, False, True]


def test_numbers() -> None:
    assert is_number(1, 1)
    assert is_number(T.constant(-1.0), -1)
    assert is_number(T.constant(np.int8(0)), 0)
    assert not is_number(T.constant([1.0]), 1)
    assert not is_number(x, 0)
    assert not is_number(np.nan, 0)
