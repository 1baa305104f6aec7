"""What an index takes of each axis: composed, compared, found in one of several arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ops.index import WHOLE, normal_entry, numbers_in
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.shape import GIVEN
from symlab.core.rewrite.normal import Builder

Entry = Any  # a number or (start, stop, step), in which a number that is not known is a node
BACKWARDS = (None, None, -1)


def entries(node: Expr, operands: Sequence[Expr]) -> list[Entry]:
    """What a node takes of each axis, with the operands in the places that they fill."""
    given = iter(operands)

    def number(value: Any) -> Any:
        return next(given) if value == GIVEN else value

    return [tuple(map(number, item)) if isinstance(item, tuple) else number(item) for item in node.attr("index")]


def plainest(entry: Entry, size: int | None) -> Entry:
    """An entry in its plainest form."""
    known = all(isinstance(number, int | None) for number in numbers_in((entry,)))
    return normal_entry(entry, size) if known else entry


def part(builder: Builder, x: Expr, wanted: Sequence[Entry]) -> Expr:
    """The part of an array; the array itself where that is all of it."""
    wanted = [plainest(entry, size) for entry, size in zip(wanted, x.type.shape, strict=True)]
    if all(entry == WHOLE for entry in wanted):
        return x
    given = [number for number in numbers_in(tuple(wanted)) if isinstance(number, Expr)]
    index = tuple(
        tuple(GIVEN if isinstance(number, Expr) else number for number in entry)
        if isinstance(entry, tuple)
        else GIVEN
        if isinstance(entry, Expr)
        else entry
        for entry in wanted
    )
    return builder.apply(slice_op, x, *given, index=index)


def is_counted(entry: Entry) -> bool:
    """Whether an entry says a number or a range that counts upward from the front, in known numbers."""
    if isinstance(entry, tuple):
        start, stop, step = entry
        return (
            all(isinstance(number, int | None) for number in entry)
            and (step or 1) > 0 <= (start or 0)
            and (stop is None or stop >= 0)
        )
    return isinstance(entry, int) and entry >= 0


@dataclass(frozen=True, slots=True)
class Span:
    """The places start, start + step, ... before stop, which may be open."""

    start: int
    stop: int | None
    step: int

    def entry(self) -> Entry:
        """As an entry of an index."""
        return (self.start or None, self.stop, self.step)


def span(entry: Entry) -> Span:
    """A range that counts upward from the front."""
    start, stop, step = entry
    return Span(start or 0, stop, step or 1)


def composed(first: Entry, second: Entry) -> Entry | None:
    """The entry that takes of an axis what the second takes of what the first takes; None where nobody can say."""
    if first == WHOLE or second == WHOLE:
        return second if first == WHOLE else first
    if first == second == BACKWARDS:
        return WHOLE
    if not is_counted(first) or not is_counted(second):
        return None
    outer = span(first)
    if not isinstance(second, tuple):
        place = outer.start + second * outer.step
        return place if outer.stop is None or place < outer.stop else None
    inner = span(second)
    stops = [outer.stop] if outer.stop is not None else []
    if inner.stop is not None:
        stops.append(outer.start + inner.stop * outer.step)
    start = outer.start + inner.start * outer.step
    stop = max(min(stops), start) if stops else None
    return Span(start, stop, outer.step * inner.step).entry()


def apart(first: Entry, second: Entry) -> bool:
    """Whether two entries of an axis surely have no place in common."""
    if isinstance(first, int) and isinstance(second, int):
        return first != second and (first < 0) == (second < 0)
    if not is_counted(first) or not is_counted(second):
        return False
    spans = [span(entry) if isinstance(entry, tuple) else Span(entry, entry + 1, 1) for entry in (first, second)]
    low, high = sorted(spans, key=lambda item: item.start)
    return low.stop is not None and low.stop <= high.start


def lying_in(entry: Entry, sizes: Sequence[int | None]) -> tuple[int, Entry] | None:
    """Which of several arrays one after the other holds a part, and which part of it that is."""
    if isinstance(entry, int) and entry < 0:
        found = lying_in(-1 - entry, sizes[::-1])
        return None if found is None else (len(sizes) - 1 - found[0], -1 - found[1])
    if not is_counted(entry):
        return None
    low, high = (entry, entry + 1) if isinstance(entry, int) else (entry[0] or 0, entry[1])
    start = 0
    for place, size in enumerate(sizes):
        if size is None or high is None:
            return None
        if start <= low < high <= start + size:
            return place, low - start if isinstance(entry, int) else (low - start or None, high - start, entry[2])
        start += size
    return None
