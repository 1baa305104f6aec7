"""Choices deep within each other, made one after another."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ifelse import ifelse
from symlab.core.lower.branches import MOST_CHOICES, MOST_NESTED
from symlab.core.lower.memory import Program
from symlab.core.lower.program import LoopCall

DEPTH = MOST_NESTED + 10


def compiled(inputs, outputs):
    f = sl.function(inputs, outputs)
    assert isinstance(f.trace.program, Program), f.notes
    return f


def loops_within_loops(f):
    steps = [step for step in f.trace.program.steps if isinstance(step, LoopCall)]
    return [inner for step in steps for inner in step.body.steps if isinstance(inner, LoopCall)]


def chain(count, place, x):
    found = x
    for number in range(count):
        found = ifelse(T.eq(place, number), x * (number + 2), found)
    return found


def test_a_long_chain_is_compiled_with_its_gradient() -> None:
    place, x = T.lscalar("place"), T.dvector("x")
    found = chain(DEPTH, place, x)
    f = compiled([place, x], [found, sl.grad(found.sum(), x)])
    assert not loops_within_loops(f)
    for at, factor in [(0, 2), (5, 7), (DEPTH - 1, DEPTH + 1), (DEPTH, 1), (-1, 1)]:
        value, slope = f(at, [1.0, -0.5])
        np.testing.assert_array_equal(value, [factor, -0.5 * factor])
        np.testing.assert_array_equal(slope, [factor, factor])


@pytest.mark.slow
def test_inner_choices_are_operands_of_what_branches_compute() -> None:
    place, x = T.lscalar("place"), T.dvector("x")
    found = x
    for number in range(DEPTH):
        found = ifelse(place < number, x - number, T.sin(found) * 2)
    f = compiled([place, x], [found, sl.grad(found.sum(), x)])
    reference = sl.function([place, x], [found, sl.grad(found.sum(), x)], mode="FAST_COMPILE")
    for at in (-1, 0, 17, DEPTH):
        for one, other in zip(f(at, [0.3, 0.9]), reference(at, [0.3, 0.9]), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.slow
def test_what_is_not_reached_is_not_computed() -> None:
    """Indices beyond the end are refused by the branches and conditions that are reached, and by no others."""
    place, x, picked = T.lscalar("place"), T.dvector("x"), T.lvector("picked")
    found = x.sum()
    for number in range(DEPTH):
        condition = x[picked[number]] > 0
        found = ifelse(condition, x[picked[number] + place], found + 1)
    f = compiled([place, x, picked], found)
    numbers = np.zeros(DEPTH, np.int64)
    np.testing.assert_array_equal(f(0, [-1.0, 2.0], numbers), 1.0 + DEPTH)
    numbers[: DEPTH // 2] = 9  # conditions that are not reached
    numbers[DEPTH // 2] = 1
    np.testing.assert_array_equal(f(0, [-1.0, 2.0], numbers), 2.0 + DEPTH - 1 - DEPTH // 2)
    with pytest.raises(IndexError):
        f(1, [-1.0, 2.0], numbers)  # the branch that is taken
    with pytest.raises(IndexError):
        f(0, [-1.0, -2.0], numbers)  # the condition that comes after it


@pytest.mark.slow
def test_what_several_inner_choices_need_is_computed_once() -> None:
    place, x = T.lscalar("place"), T.dvector("x")
    found = x
    for number in range(DEPTH):
        found = ifelse(place > number, T.sin(found), x + number)
    f = compiled([place, x], [found, sl.grad(found.sum(), x)])
    bodies = [len(step.body.steps) for step in f.trace.program.steps if isinstance(step, LoopCall)]
    assert max(bodies) < 6  # the product of all outer derivatives would be made again at each depth


def test_branches_that_differ_in_numbers_share_code() -> None:
    place, x = T.lscalar("place"), T.dvector("x")
    f = compiled([place, x], chain(DEPTH, place, x))
    assert f.source.count("static int run") < 5
    assert f.source.count("sl_once(") > DEPTH


def test_results_in_both_branches_are_known_where_the_choice_is() -> None:
    outer, inner, x = T.lscalar("outer"), T.lscalar("inner"), T.tensor("float64", shape=(3,), name="x")
    one, two = ifelse(inner, [T.sin(x), T.cos(x)], [x, 2 * x])
    f = compiled([outer, inner, x], ifelse(outer, one + 1, two - 1))
    given = np.array([0.1, 0.2, 0.3])
    np.testing.assert_allclose(f(1, 1, given), np.sin(given) + 1)
    np.testing.assert_allclose(f(0, 0, given), 2 * given - 1)


@pytest.mark.slow
def test_a_chain_of_a_thousand_choices() -> None:
    place, x = T.lscalar("place"), T.dvector("x")
    f = compiled([place, x], chain(1000, place, x))
    np.testing.assert_array_equal(f(234, [0.5]), [118.0])
    np.testing.assert_array_equal(f(1000, [0.5]), [0.5])


@pytest.mark.slow
def test_more_choices_than_are_worth_compiling_are_evaluated() -> None:
    place, x = T.lscalar("place"), T.dvector("x")
    f = sl.function([place, x], chain(MOST_CHOICES + 1, place, x))
    assert "choices within each other" in f.notes[0]
    np.testing.assert_array_equal(f(1234, [0.5]), [618.0])
