"""The layered layout of still pictures: the same numbers as the browser's (`labextension/src/core/layout.ts`).

A pure function from boxes and edges to coordinates. Every node stands one row below its lowest operand; an edge over
several rows gets a bend in each; rows are ordered by sweeps that sort each one by its neighbours' mean place; then
items take the places nearest to their neighbours that keep order and distances. `tests/data/layout_v1.json` holds both
to it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

GAP_X = 26
GAP_Y = 40
BEND_WIDTH = 10
MAX_SPAN = 8
SWEEPS = 8
PLACING_ROUNDS = 6
PULLS = (
    8,
    2,
    1,
)  # by how many ends of an edge are boxes: bends pull hard on each other, so that long edges run straight

Edge = tuple[int, int]
Point = tuple[float, float]


@dataclass(frozen=True)
class Drawing:
    """Centres of the boxes, and for each edge its bends from top to bottom (None for a jump)."""

    x: list[float]
    y: list[float]
    row: list[int]
    routes: list[list[Point] | None]
    width: float
    height: float


@dataclass
class Items:
    """What stands in rows: first the boxes, then the bends; neighbours one row above and below; each box's bends."""

    boxes: int
    width: list[float]
    row: list[int]
    above: list[list[int]]
    below: list[list[int]]
    chains: list[list[int]]


def layout(boxes: Sequence[tuple[float, float]], edges: Sequence[Edge]) -> Drawing:
    """The drawing of an acyclic graph of boxes (width, height)."""
    items = add_bends(boxes, edges, assign_rows(len(boxes), edges))
    return draw(boxes, edges, items, place_rows(items, order_rows(items)))


def assign_rows(count: int, edges: Sequence[Edge]) -> list[int]:
    """The row of each node: below its operands, nearer to the side where it has more edges."""
    inputs: list[list[int]] = [[] for _ in range(count)]
    users: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        users[source].append(target)
        inputs[target].append(source)
    order = topological_order(inputs, users)
    row = [0] * count
    for node in order:
        row[node] = highest(inputs[node], row)
    for _ in range(2):
        for node in reversed(order):
            if len(inputs[node]) < len(users[node]):
                row[node] = min(row[user] - 1 for user in users[node])
        for node in order:
            if len(inputs[node]) > len(users[node]):
                row[node] = highest(inputs[node], row)
    renumbered = {old: index for index, old in enumerate(sorted(set(row)))}
    return [renumbered[old] for old in row]


def highest(inputs: Sequence[int], row: Sequence[int]) -> int:
    """The first row below all operands."""
    return max((row[node] + 1 for node in inputs), default=0)


def topological_order(inputs: Sequence[Sequence[int]], users: Sequence[Sequence[int]]) -> list[int]:
    """Operands first, level by level."""
    waiting = [len(found) for found in inputs]
    order = [node for node, left in enumerate(waiting) if not left]
    for node in order:
        for user in users[node]:
            waiting[user] -= 1
            if not waiting[user]:
                order.append(user)
    return order


def add_bends(boxes: Sequence[tuple[float, float]], edges: Sequence[Edge], row: Sequence[int]) -> Items:
    """The boxes, and a bend in each row that an edge passes; edges from one node share their bends."""
    count = len(boxes)
    items = Items(
        count,
        [width for width, _ in boxes],
        list(row),
        [[] for _ in boxes],
        [[] for _ in boxes],
        [[n] for n in range(count)],
    )
    routed = [(source, target) for source, target in edges if row[target] - row[source] <= MAX_SPAN]
    for source, target in routed:
        chain = items.chains[source]
        while len(chain) < row[target] - row[source]:
            chain.append(add_bend(items, chain[-1]))
    for source, target in routed:
        link(items, items.chains[source][row[target] - row[source] - 1], target)
    return items


def add_bend(items: Items, upper: int) -> int:
    """A bend one row below `upper`."""
    bend = len(items.width)
    items.width.append(BEND_WIDTH)
    items.row.append(items.row[upper] + 1)
    items.above.append([])
    items.below.append([])
    link(items, upper, bend)
    return bend


def link(items: Items, upper: int, lower: int) -> None:
    """Make two items neighbours."""
    items.below[upper].append(lower)
    items.above[lower].append(upper)


def order_rows(items: Items) -> list[list[int]]:
    """The items of each row from left to right, with the fewest crossings that the sweeps met."""
    key: list[float] = [float(number) for number in order_of_visit(items)]
    rows: list[list[int]] = [[] for _ in range(max(items.row, default=-1) + 1)]
    for item, row in enumerate(items.row):
        rows[row].append(item)
    place = [0] * len(key)
    for members in rows:
        sort_row(members, key, place)
    best, fewest = [list(members) for members in rows], count_crossings(items, rows, place)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        neighbours = items.below if sweep % 2 else items.above
        for members in reversed(rows) if sweep % 2 else rows:
            for item in members:
                near = neighbours[item]
                key[item] = sum(place[other] for other in near) / len(near) if near else place[item]
            sort_row(members, key, place)
        crossings = count_crossings(items, rows, place)
        if crossings < fewest:
            best, fewest = [list(members) for members in rows], crossings
    return best


def sort_row(members: list[int], key: Sequence[float], place: list[int]) -> None:
    """Sort one row by the keys of its items."""
    members.sort(key=lambda item: key[item])
    for at, item in enumerate(members):
        place[item] = at


def order_of_visit(items: Items) -> list[int]:
    """The items numbered as a walk from the outputs to the inputs, operand by operand, meets them."""
    number = [-1] * len(items.row)
    count = 0
    for root in range(items.boxes):
        stack = [] if items.below[root] else [root]
        while stack:
            item = stack.pop()
            if number[item] < 0:
                number[item] = count
                count += 1
                stack.extend(reversed(items.above[item]))
    return number


def count_crossings(items: Items, rows: Sequence[Sequence[int]], place: Sequence[int]) -> int:
    """Crossings of edges between neighbouring rows, counted by a Fenwick tree."""
    crossings = 0
    for row in range(len(rows) - 1):
        tree = [0] * (len(rows[row + 1]) + 1)
        for item in reversed(rows[row]):
            for end in items.below[item]:
                k = place[end]
                while k > 0:
                    crossings += tree[k]
                    k -= k & -k
            for end in items.below[item]:
                k = place[end] + 1
                while k < len(tree):
                    tree[k] += 1
                    k += k & -k
    return crossings


def place_rows(items: Items, rows: Sequence[Sequence[int]]) -> list[float]:
    """Rows take their places in turn, down and up again, each as near to its neighbours as its order allows."""
    x = [0.0] * len(items.width)
    offsets = [offsets_of([items.width[item] for item in members]) for members in rows]
    for members, offset in zip(rows, offsets, strict=True):
        for item, distance in zip(members, offset, strict=True):
            x[item] = distance - offset[-1] / 2
    for turn in range(PLACING_ROUNDS):
        for row in range(1, len(rows)):
            place_row(items, rows[row], offsets[row], x, True, turn > 1)
        for row in range(len(rows) - 2, -1, -1):
            place_row(items, rows[row], offsets[row], x, turn > 1, True)
    return x


def place_row(
    items: Items, members: Sequence[int], offset: Sequence[float], x: list[float], up: bool, down: bool
) -> None:
    """Put one row where its neighbours pull it."""
    goals = [goal_of(items, item, x, up, down) for item in members]
    for item, value in zip(members, spread(goals, offset), strict=True):
        x[item] = value


def goal_of(items: Items, item: int, x: Sequence[float], up: bool, down: bool) -> tuple[float, float]:
    """Where an item wants to be, and how much: the weighted mean of its neighbours."""
    total, weight = 0.0, 0.0
    for other in [*(items.above[item] if up else ()), *(items.below[item] if down else ())]:
        pull = PULLS[(item < items.boxes) + (other < items.boxes)]
        total += x[other] * pull
        weight += pull
    return (total / weight, weight) if weight else (x[item], 0.1)


def offsets_of(widths: Sequence[float]) -> list[float]:
    """Distances of a row's centres from the first one, when they stand as close as they may."""
    offsets: list[float] = []
    for at, width in enumerate(widths):
        if not at:
            offsets.append(0.0)
            continue
        bends = width == BEND_WIDTH and widths[at - 1] == BEND_WIDTH
        offsets.append(offsets[-1] + (width + widths[at - 1]) / 2 + (GAP_X / 2 if bends else GAP_X))
    return offsets


def spread(goals: Sequence[tuple[float, float]], offsets: Sequence[float]) -> list[float]:
    """The places nearest to the goals that keep order and distances: isotonic regression by pooling neighbours."""
    blocks: list[tuple[float, float, int]] = []
    for (x, weight), offset in zip(goals, offsets, strict=True):
        block = ((x - offset) * weight, weight, 1)
        while blocks and blocks[-1][0] / blocks[-1][1] > block[0] / block[1]:
            last = blocks.pop()
            block = (block[0] + last[0], block[1] + last[1], block[2] + last[2])
        blocks.append(block)
    starts = [total / weight for total, weight, size in blocks for _ in range(size)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]


def draw(boxes: Sequence[tuple[float, float]], edges: Sequence[Edge], items: Items, x: Sequence[float]) -> Drawing:
    """The drawing moved to the origin; all rows are equally high."""
    left = min((at - width / 2 for at, width in zip(x, items.width, strict=True)), default=math.inf)
    right = max((at + width / 2 for at, width in zip(x, items.width, strict=True)), default=-math.inf)
    height = max((tall for _, tall in boxes), default=0.0)
    y = [height / 2 + row * (height + GAP_Y) for row in items.row]
    routes: list[list[Point] | None] = []
    for source, target in edges:
        span = items.row[target] - items.row[source]
        chain = items.chains[source][1:span]
        routes.append(None if span > MAX_SPAN else [(x[bend] - left, y[bend]) for bend in chain])
    count = items.boxes
    total = max((at + height / 2 for at in y[:count]), default=0.0)
    return Drawing(
        [at - left for at in x[:count]], y[:count], items.row[:count], routes, right - left if count else 0.0, total
    )
