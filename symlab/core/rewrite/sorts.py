"""Sorts: what the variables of a rule may stand for, and samples of it for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.rewrite.analysis import Facts

Samples = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Sort:
    """What a variable may stand for: a test of nodes by what is known of them, and samples of its values."""

    name: str
    holds: Callable[[Facts, Expr], bool] | None
    samples: Callable[[np.random.Generator, int], Samples]
    ndim: int = 1  # the rank in which tests draw it; scalars that must be known are 0


def spread(generator: np.random.Generator, count: int) -> Samples:
    """Real numbers of many sizes and both signs: a half near 0, a quarter up to 100, a quarter of any magnitude."""
    near = generator.normal(0, 2, count - count // 2)
    wide = generator.uniform(-100, 100, count // 4)
    small = 10.0 ** generator.uniform(-12, 4, count // 2 - count // 4)
    return np.concatenate([near, wide, small * generator.choice([-1, 1], small.size)])


def positive(generator: np.random.Generator, count: int) -> Samples:
    """Positive numbers of many sizes."""
    return np.maximum(np.abs(spread(generator, count)), 1e-12)


def small(generator: np.random.Generator, count: int) -> Samples:
    """Numbers near 0, of both signs."""
    sizes: Samples = 10.0 ** generator.uniform(-9, -1, count)
    return np.asarray(sizes * generator.choice([-1, 1], count))


def near(generator: np.random.Generator, count: int) -> Samples:
    """Numbers near 0, 1/2 and 1, and of many sizes."""
    centers = np.concatenate([np.repeat([0.0, 0.5, 1.0, -1.0], count // 8), np.zeros(count - 4 * (count // 8))])
    found = spread(generator, count)
    found[: 4 * (count // 8)] = small(generator, 4 * (count // 8))
    return centers + found


def whole(generator: np.random.Generator, count: int) -> Samples:
    """Whole numbers."""
    return generator.integers(-4, 5, count).astype(float)


def share(generator: np.random.Generator, count: int) -> Samples:
    """Numbers between 0 and 1, some of them near either end."""
    near = 10.0 ** generator.uniform(-6, -1, count - count // 2)
    return np.concatenate([generator.uniform(0.01, 0.99, count // 2), np.where(near < 3e-3, near, 1 - near)])


def rows(generator: np.random.Generator, count: int) -> Samples:
    """Numbers whose differences are exact, the last third far from 0, so that exponentials overflow."""
    near = generator.integers(-80, 80, count) / 8
    near[-(count // 3) :] += generator.choice([-800.0, 800.0])
    return near


def is_number(facts: Facts, node: Expr) -> bool:
    """Whether a node is a scalar whose value is known."""
    return node.op is CONSTANT and not node.type.shape


def known_number(test: Callable[[Any], bool]) -> Callable[[Facts, Expr], bool]:
    """A test of scalars whose value is known."""
    return lambda facts, node: is_number(facts, node) and test(constant_value(node).item())


Real = Sort("real", None, spread)
Positive = Sort("positive", Facts.positive, positive)
NotNegative = Sort("not negative", Facts.not_negative, positive)
Negative = Sort("negative", Facts.negative, lambda generator, count: -positive(generator, count))
Share = Sort("between 0 and 1", lambda facts, node: facts.not_negative(node) and not facts.above(node, 1), share)
Small = Sort("real", None, small)
PositiveReal = Sort("real", None, positive)
Order = Sort("real", None, lambda generator, count: generator.uniform(0, 5, count))
Moderate = Sort("real", None, lambda generator, count: generator.uniform(0.1, 40, count))
Part = Sort("real", None, share)
Scalar = Sort("real", None, spread, 0)
Near = Sort("real", None, near)
Scale = Sort("positive scalar", lambda facts, node: facts.positive(node) and not node.type.shape, positive, 0)
Row = Sort("row", None, rows)
Matrix = Sort("matrix", None, spread, 2)
Number = Sort("number", is_number, whole, 0)
Whole = Sort("whole number", known_number(lambda value: float(value).is_integer()), whole, 0)
EvenNumber = Sort(
    "even number",
    known_number(lambda value: value % 2 == 0),
    lambda generator, count: 2.0 * generator.integers(2, 4, count),
    0,
)
OddNumber = Sort(
    "number that is not even",
    known_number(lambda value: value % 2 != 0),
    lambda generator, count: 2.0 * generator.integers(1, 3, count) + 1,
    0,
)
EvenPower = Sort(
    "even number",
    known_number(lambda value: value > 0 and value % 2 == 0),
    lambda generator, count: np.full(count, 4.0),
    0,
)
RootOfPi = Sort(
    "square root of pi",
    known_number(lambda value: abs(value / np.sqrt(np.pi) - 1) < 1e-6),
    lambda generator, count: np.full(count, np.sqrt(np.pi)),
    0,
)
EvenRoot = Sort("number", is_number, lambda generator, count: np.full(count, 0.25), 0)
PowerNumber = Sort("number", is_number, lambda generator, count: np.full(count, 3.0), 0)
RootNumber = Sort("number", is_number, lambda generator, count: np.full(count, 1 / 3), 0)
PositiveNumber = Sort("positive number", known_number(lambda value: value > 0), positive, 0)
NonzeroNumber = Sort("number that is not 0", known_number(lambda value: value != 0), positive, 0)
Truth = Sort(
    "truth value",
    lambda facts, node: node.type.dtype.kind == "b",
    lambda generator, count: generator.integers(0, 2, count).astype(bool),
)
Attributes = Sort("attributes", None, lambda generator, count: np.empty(0))
