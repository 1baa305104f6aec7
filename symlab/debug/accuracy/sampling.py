"""Inputs drawn from all floats of a range, as many of each size, and the exact values of an expression there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.expr import Expr
from symlab.core.ops.operators import Variable
from symlab.debug.accuracy.exactly import LADDERS, exact_values, settled_values
from symlab.debug.accuracy.points import Array, from_ordinals, ordinals
from symlab.debug.exact import as_exact, exactly

BATCH = 128
MOST_BATCHES = 64
FEW_BATCHES = 8
Where = Variable | Callable[..., Any] | None
Numbers = Callable[[Variable, np.random.Generator], Array]


@dataclass(frozen=True)
class Sample:
    """Points, the exact values there (as the nearest floats), and the digits that these took."""

    points: Mapping[Expr, Array]
    wanted: Array
    digits: Array

    def __len__(self) -> int:
        return len(self.wanted)

    def part(self, places: Any) -> Sample:
        """Some of the points."""
        points = {node: values[places] for node, values in self.points.items()}
        return Sample(points, self.wanted[places], self.digits[places])


@dataclass(frozen=True)
class Sampler:
    """Where the inputs of an expression come from: ranges, and a precondition."""

    root: Variable
    inputs: Sequence[Variable]
    ranges: Mapping[Expr, tuple[float, float]]
    where: Where
    dtype: np.dtype[Any]

    def draw(self, count: int, seed: Sequence[int]) -> Sample:
        """So many points at which the expression has a finite value and the precondition holds."""
        found = self.drawn(count, seed, self.numbers, MOST_BATCHES)
        if not len(found):
            raise InvalidValue(self.nothing())
        return found

    def draw_moderate(self, count: int, seed: Sequence[int]) -> Sample:
        """As `draw`, with numbers that are neither huge nor tiny; perhaps fewer, or none."""
        return self.drawn(count, seed, self.moderate_numbers, FEW_BATCHES)

    def drawn(self, count: int, seed: Sequence[int], numbers: Numbers, batches: int) -> Sample:
        """Points of a distribution, as many of these as a number of batches holds."""
        generator = np.random.default_rng(list(seed))
        found: list[Sample] = []
        for tries in range(batches):
            points = {node: numbers(node, generator) for node in self.inputs}
            kept = np.flatnonzero(self.holds(points))[:count]
            points = {node: values[kept] for node, values in points.items()}
            if len(kept):
                wanted, digits = settled_values(self.root, points, self.dtype)
                found.append(Sample(points, wanted, digits).part(np.isfinite(wanted)))
            enough = sum(map(len, found))
            if enough >= count or (tries >= batches // 4 and not enough):
                break
        return joined(found, self).part(slice(count))

    def range_of(self, node: Variable) -> tuple[float, float]:
        """The ends between which an input lies."""
        info = np.finfo(node.type.dtype)
        return self.ranges.get(node, (float(info.min), float(info.max)))

    def moderate_numbers(self, node: Variable, generator: np.random.Generator) -> Array:
        """Numbers from 2^-30 to 2^10 of both signs; those out of range anywhere in it."""
        low, high = self.range_of(node)
        values = 2.0 ** generator.uniform(-30, 10, BATCH) * generator.choice([-1, 1], BATCH)
        share = generator.uniform(0, 1, BATCH)
        within = low * (1 - share) + high * share
        return np.where((values >= low) & (values <= high), values, within).astype(node.type.dtype)

    def numbers(self, node: Variable, generator: np.random.Generator) -> Array:
        """Floats of one input, each float of its range as likely as any other."""
        dtype = node.type.dtype
        low, high = self.range_of(node)
        first, last = (int(ordinals(np.array([value], dtype))[0]) for value in (low, high))
        return from_ordinals(generator.integers(first, last, BATCH, endpoint=True), dtype)

    def holds(self, points: Mapping[Expr, Array]) -> Array:
        """Where the precondition holds: exactly if it is an expression, by the floats if it is a function."""
        count = len(points[self.inputs[0]])
        if self.where is None:
            return np.ones(count, bool)
        if isinstance(self.where, Variable):
            with exactly(LADDERS[self.dtype.itemsize][1]):
                exact = {node: as_exact(values) for node, values in points.items()}
                return np.broadcast_to(exact_values([self.where], exact)[0].astype(bool), (count,))
        rows = zip(*(points[node].tolist() for node in self.inputs), strict=True)
        return np.array([bool(self.where(*row)) for row in rows])

    def nothing(self) -> str:
        """The error where no point has a value."""
        problem = "no input was found at which the precondition holds and the expression has a finite value"
        tries = ["ranges={x: (low, high)} within which it has one", "a precondition that more inputs fulfil"]
        return message(problem, [(node.name or "input", node) for node in self.inputs], tries)


def joined(samples: Sequence[Sample], sampler: Sampler) -> Sample:
    """Several samples as one."""
    points = {
        node: np.concatenate([np.empty(0, node.type.dtype), *(item.points[node] for item in samples)])
        for node in sampler.inputs
    }
    wanted = np.concatenate([np.empty(0, sampler.dtype), *(item.wanted for item in samples)])
    return Sample(points, wanted, np.concatenate([np.empty(0, int), *(item.digits for item in samples)]))
