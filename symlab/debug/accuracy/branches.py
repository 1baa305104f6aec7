"""Different forms on different ranges of an input, or of a part of the expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ops.compare import switch
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.replacing import replaced
from symlab.debug.accuracy.candidates import PRICE, Candidate
from symlab.debug.accuracy.errors import lost_bits
from symlab.debug.accuracy.exactly import float_values, settled_values
from symlab.debug.accuracy.points import Array, between, error_bits
from symlab.debug.accuracy.sampling import Sample

MOST_PARTS = 4
WORTH = 0.1  # bits of the mean that one more part must gain
PLAIN = 0.05  # bits by which a part of the expression must be a better axis than an input
LEAST = 3  # points of a part
STEPS = 10  # of the bisection of a threshold
WITNESSES = 4  # points on each side of a threshold that decide where it is


@dataclass(frozen=True)
class Split:
    """The parts of an axis: where each begins in the order of the points, and which candidate is best there."""

    axis: Variable
    starts: tuple[int, ...]
    chosen: tuple[int, ...]
    mean: float


def with_branches(pool: Sequence[Candidate], sample: Sample, root: Variable) -> Candidate | None:
    """The best candidate that chooses among others by the value of one axis, and that again by another one."""
    found: Candidate | None = None
    pool = list(pool)
    for _ in range(2):
        axes = axis_values(root, sample)
        best = min(pool, key=lambda item: item.score)
        splits = [split for axis, values in axes.items() if (split := best_split(axis, values, pool)) is not None]
        split = min(splits, key=lambda item: item.mean, default=None)
        if split is None or split.mean > best.mean - WORTH:
            break
        made = written(split, axes[split.axis], pool, sample, root)
        if made.mean > best.mean - WORTH:
            break
        found = made
        pool.append(made)
    return found


def axis_values(root: Variable, sample: Sample) -> Mapping[Variable, Array]:
    """The inputs and the parts of the expression, with their floats at the points."""
    nodes = [node for node in toposort([root]) if isinstance(node, Variable)]
    nodes = [node for node in nodes if node.type.dtype == sample.wanted.dtype and (node.args or node in sample.points)]
    inputs = [node for node in nodes if not node.args]
    parts = [node for node in nodes if node.args and node is not root]
    values = float_values([*inputs, *parts], sample.points)
    return dict(zip([*inputs, *parts], values, strict=True))


def best_split(axis: Variable, values: Array, pool: Sequence[Candidate]) -> Split | None:
    """The best way to cut an axis into parts, each with the candidate that is best there."""
    if np.isnan(values).any():
        return None
    order = np.argsort(values, kind="stable")
    count, inner = len(order), values[order]
    errors = np.array([item.bits[order] for item in pool])
    sums = np.concatenate([np.zeros((len(pool), 1)), np.cumsum(errors, axis=1)], axis=1)
    spans = sums[:, None, :] - sums[:, :, None]  # candidate, first point, point after the last
    best, choice = spans.min(axis=0), spans.argmin(axis=0)
    allowed = np.concatenate([[True], inner[1:] > inner[:-1], [True]])
    places = np.arange(count + 1)
    best[(places[None, :] - places[:, None] < LEAST) | ~allowed[:, None] | ~allowed[None, :]] = np.inf
    totals, back = best[0].copy(), [np.zeros(count + 1, int)]
    kept = (totals[count], 1)
    rows = [totals]
    for parts in range(2, MOST_PARTS + 1):
        sums_over = rows[-1][:, None] + best
        rows.append(sums_over.min(axis=0))
        back.append(sums_over.argmin(axis=0))
        if rows[-1][count] < kept[0] - WORTH * count * (parts - kept[1]):
            kept = (rows[-1][count], parts)
    if kept[1] == 1:
        return None
    ends = [count]
    for part in range(kept[1] - 1, 0, -1):
        ends.append(int(back[part][ends[-1]]))
    starts = (0, *reversed(ends[1:]))
    chosen = tuple(int(choice[start, end]) for start, end in zip(starts, (*starts[1:], count), strict=True))
    extra = PRICE * sum(pool[place].cost for place in set(chosen)) / 10 + (PLAIN if axis.args else 0)
    return Split(axis, starts, chosen, float(kept[0] / count) + extra)


def written(split: Split, values: Array, pool: Sequence[Candidate], sample: Sample, root: Variable) -> Candidate:
    """The choice as an expression, from the last part to the first."""
    order = np.argsort(values, kind="stable")
    parts = [pool[place] for place in split.chosen]
    ends = [*split.starts[1:], len(order)]
    groups = [order[start:end] for start, end in zip(split.starts, ends, strict=True)]
    result = parts[-1].expression
    reasons = list(parts[-1].reasons)
    after = groups[-1]
    for place in range(len(parts) - 2, -1, -1):
        threshold = refined(split, parts[place : place + 2], groups[place : place + 2], values, sample, root)
        condition = split.axis < constant(threshold, dtype=sample.wanted.dtype)
        low = kept_to(parts[place].expression, condition, True, groups[place], parts[place], sample)
        high = kept_to(result, condition, False, after, parts[place + 1], sample)
        result = switch(condition, low, high)
        name = split.axis.name or "a part"
        reasons = [*parts[place].reasons, f"a branch at {name} = {threshold:.6g}", *reasons]
        after = np.concatenate([groups[place], after])
    cost = sum(part.cost for part in dict.fromkeys(parts)) + len(parts)
    return Candidate(result, tuple(dict.fromkeys(reasons)), lost_bits(result, sample), cost)


def kept_to(
    expression: Variable, condition: Variable, side: bool, group: Array, part: Candidate, sample: Sample
) -> Variable:
    """A form that sees its inputs where it is chosen, and elsewhere those of a good point, for gradients."""
    place = group[int(np.argmin(part.bits[group]))]
    given: dict[Expr, Variable] = {}
    for node, numbers in sample.points.items():
        assert isinstance(node, Variable)
        other = constant(numbers[place])
        given[node] = switch(condition, node, other) if side else switch(condition, other, node)
    found: Variable = replaced([expression], given)[0]
    return found


def refined(
    split: Split,
    parts: Sequence[Candidate],
    groups: Sequence[Array],
    values: Array,
    sample: Sample,
    root: Variable,
) -> float:
    """Where one form should take over from the other, between two neighbouring points: 0 if their signs differ."""
    dtype = sample.wanted.dtype
    low, high = float(values[groups[0][-1]]), float(values[groups[1][0]])
    if split.axis.args or parts[0] is parts[1] or low < 0 < high:
        return between(low, high, dtype)
    witnesses = np.concatenate([groups[0][-WITNESSES:], groups[1][:WITNESSES]])
    for _ in range(STEPS):
        middle = between(low, high, dtype)
        if not low < middle < high:
            break
        points = {node: numbers[witnesses].copy() for node, numbers in sample.points.items()}
        points[split.axis][:] = middle
        wanted, _ = settled_values(root, points, dtype)
        computed = (np.asarray(float_values([part.expression], points)[0]) for part in parts)
        first, second = (error_bits(floats, wanted).sum() for floats in computed)
        low, high = (middle, high) if first <= second else (low, middle)
    return between(low, high, dtype)
