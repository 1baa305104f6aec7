"""Different forms on different ranges of an input, of its magnitude, or of a part of the expression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.replacing import replaced
from symlab.debug.accuracy.candidates import Candidate
from symlab.debug.accuracy.errors import lost_bits
from symlab.debug.accuracy.exactly import float_values, settled_values
from symlab.debug.accuracy.points import Array, between, error_bits
from symlab.debug.accuracy.sampling import Sample
from symlab.debug.accuracy.splits import WORTH, Split, best_split

STEPS = 10  # of the bisection of a threshold
WITNESSES = 4  # points on each side of a threshold that decide where it is
PLAIN = 0.05  # bits by which an axis that is not an input must be better than one that is


@dataclass(frozen=True, eq=False)
class Axis:
    """What a branch looks at: an expression, its floats at the points, and the input that it is the magnitude of."""

    expression: Variable
    values: Array
    name: str
    input: Variable | None = None

    def moved(self, points: Mapping[Expr, Array], value: float) -> dict[Expr, Array]:
        """Points at which the axis has a certain value; its input must be known."""
        assert self.input is not None
        numbers = points[self.input]
        signs = np.sign(numbers) if self.expression is not self.input else np.ones(len(numbers))
        return {**points, self.input: (signs * value).astype(numbers.dtype)}


def with_branches(pool: Sequence[Candidate], sample: Sample, root: Variable) -> Candidate | None:
    """The best candidate that chooses among others by the value of one axis, and that again by another one."""
    found: Candidate | None = None
    pool = list(pool)
    for _ in range(2):
        best = min(pool, key=lambda item: item.score)
        losses = [item.bits + item.score - item.mean for item in pool]
        splits = [
            (split.mean + PLAIN * (len(split.starts) + (axis.expression is not axis.input)), place, axis, split)
            for place, axis in enumerate(axes(root, sample))
            if (split := best_split(axis.values, losses)) is not None
        ]
        if not splits:
            break
        made = Branching(*min(splits)[2:], pool, sample, root).candidate()
        if made.score > best.score - WORTH:
            break
        found = made
        pool.append(made)
    return found


def axes(root: Variable, sample: Sample) -> Iterator[Axis]:
    """The inputs, their magnitudes, and the parts of the expression."""
    for node, numbers in sample.points.items():
        assert isinstance(node, Variable)
        name = node.name or "the input"
        yield Axis(node, numbers, name, node)
        yield Axis(magnitude(node), np.abs(numbers), f"|{name}|", node)
    parts = [node for node in toposort([root]) if node.args and node is not root]
    parts = [node for node in parts if node.type.dtype == sample.wanted.dtype]
    for node, values in zip(parts, float_values(parts, sample.points), strict=True):
        assert isinstance(node, Variable)
        yield Axis(node, values, "a part")


@dataclass(frozen=True)
class Branching:
    """A split on its way to an expression."""

    axis: Axis
    split: Split
    pool: Sequence[Candidate]
    sample: Sample
    root: Variable

    def candidate(self) -> Candidate:
        """The choice as an expression, made from the last part to the first."""
        order = np.argsort(self.axis.values, kind="stable")
        ends = [*self.split.starts[1:], len(order)]
        groups = [order[start:end] for start, end in zip(self.split.starts, ends, strict=True)]
        parts = [self.pool[place] for place in self.split.chosen]
        result, after = parts[-1].expression, groups[-1]
        said = list(parts[-1].reasons)
        for place in range(len(parts) - 2, -1, -1):
            threshold = self.threshold(parts[place], parts[place + 1], groups[place], groups[place + 1])
            condition = self.axis.expression < constant(threshold, dtype=self.sample.wanted.dtype)
            low = self.guarded(parts[place], parts[place].expression, groups[place], condition, True)
            high = self.guarded(parts[place + 1], result, after, condition, False)
            result = switch(condition, low, high)
            said = [*parts[place].reasons, f"a branch at {self.axis.name} = {threshold:.6g}", *said]
            after = np.concatenate([groups[place], after])
        kinds = dict.fromkeys(parts)
        cost = sum(part.cost for part in kinds) + len(parts)
        approximate = any(part.approximate for part in kinds)
        return Candidate(result, tuple(dict.fromkeys(said)), lost_bits(result, self.sample), cost, approximate)

    def guarded(self, part: Candidate, expression: Variable, group: Array, condition: Variable, side: bool) -> Variable:
        """A form that sees its inputs where it is chosen, and those of a good point elsewhere: for gradients."""
        place = self.harmless(part, group)
        given: dict[Variable, Variable] = {}
        for node, numbers in self.sample.points.items():
            assert isinstance(node, Variable)
            other = constant(numbers[place])
            given[node] = switch(condition, node, other) if side else switch(condition, other, node)
        return replaced([expression], given)[0]

    def harmless(self, part: Candidate, group: Array) -> int:
        """The point of a group at which a form is good and its inputs are nearest to 1 in size."""
        bits = part.bits[group]
        good = group[bits <= bits.min() + 1]
        with np.errstate(divide="ignore"):
            sizes = [np.abs(np.log2(np.abs(numbers[good].astype(float)))) for numbers in self.sample.points.values()]
        return int(good[int(np.argmin(np.sum(sizes, axis=0)))])

    def threshold(self, low_part: Candidate, high_part: Candidate, below: Array, above: Array) -> float:
        """Where one form should take over from the other, between two neighbouring points: 0 if signs differ."""
        dtype = self.sample.wanted.dtype
        low, high = float(self.axis.values[below[-1]]), float(self.axis.values[above[0]])
        if self.axis.input is None or low_part is high_part or low < 0 <= high:
            return between(low, high, dtype)
        witnesses = np.concatenate([below[-WITNESSES:], above[:WITNESSES]])
        nearest = {node: numbers[witnesses] for node, numbers in self.sample.points.items()}
        for _ in range(STEPS):
            middle = between(low, high, dtype)
            if not low < middle < high:
                break
            points = self.axis.moved(nearest, middle)
            wanted, _ = settled_values(self.root, points, dtype)
            forms = [low_part.expression, high_part.expression]
            first, second = (error_bits(np.array(floats), wanted).sum() for floats in float_values(forms, points))
            low, high = (middle, high) if first <= second else (low, middle)
        return between(low, high, dtype)
