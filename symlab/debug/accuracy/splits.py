"""Where an axis is best cut into parts, each with one of several candidates: numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from symlab.debug.accuracy.points import Array

MOST_PARTS = 4
WORTH = 0.1  # bits of the mean that one more part must gain
LEAST = 3  # points of a part


@dataclass(frozen=True)
class Split:
    """The parts of an axis: where each begins in the order of the points, the candidate there, and the mean loss."""

    starts: tuple[int, ...]
    chosen: tuple[int, ...]
    mean: float


def best_split(values: Array, losses: Sequence[Array]) -> Split | None:
    """The best parts, by dynamic programming over the points in the order of their values; None if one is enough.

    `losses` has for each candidate what it loses at each point.
    """
    if np.isnan(values).any():
        return None
    order = np.argsort(values, kind="stable")
    sums = np.concatenate([np.zeros((len(losses), 1)), np.cumsum(np.array(losses)[:, order], axis=1)], axis=1)
    spans = sums[:, None, :] - sums[:, :, None]  # candidate, first point, point after the last
    best, choice = spans.min(axis=0), spans.argmin(axis=0)
    allowed = borders(values[order])
    places = np.arange(len(order) + 1)
    best[(places[None, :] - places[:, None] < LEAST) | ~allowed[:, None] | ~allowed[None, :]] = np.inf
    ends, total = cheapest_path(best)
    if len(ends) == 1:
        return None
    starts = (0, *ends[:-1])
    chosen = tuple(int(choice[start, end]) for start, end in zip(starts, ends, strict=True))
    return snapped(Split(starts, chosen, total / len(order)), values[order], sums)


def borders(values: Array) -> Array:
    """Between which points a part may end: not between equal values."""
    return np.concatenate([[True], values[1:] > values[:-1], [True]])


def cheapest_path(costs: Array) -> tuple[list[int], float]:
    """The ends of the parts whose costs (from a first point to the one after the last) add up to the least."""
    count = len(costs) - 1
    rows, back = [costs[0]], [np.zeros(count + 1, int)]
    parts = 1
    for more in range(2, MOST_PARTS + 1):
        totals = rows[-1][:, None] + costs
        rows.append(totals.min(axis=0))
        back.append(totals.argmin(axis=0))
        if rows[more - 1][count] < rows[parts - 1][count] - WORTH * count * (more - parts):
            parts = more
    ends = [count]
    for part in range(parts - 1, 0, -1):
        ends.append(int(back[part][ends[-1]]))
    return ends[::-1], float(rows[parts - 1][count])


def snapped(split: Split, values: Array, sums: Array) -> Split:
    """The split with a border at 0 rather than next to it, where that costs nearly nothing."""
    zero = int(np.searchsorted(values, 0.0))
    starts = [*split.starts, len(values)]
    for part in range(1, len(split.starts)):
        near = not starts[part - 1] < zero < starts[part + 1] or zero == starts[part]
        before, after = (sums[split.chosen[place]] for place in (part - 1, part))
        change = (before - after)[zero] - (before - after)[starts[part]]
        if not near and change < WORTH / 2 * len(values):
            starts[part] = zero
    return replace(split, starts=tuple(starts[:-1]))
