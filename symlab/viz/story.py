"""What became of a node of a trace, and what it was made from: the rewrites on its way, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One rewrite on a node's way: its number in the view, its rule, what it replaced and what it made."""

    step: int
    rule: str
    formula: str
    reason: str
    before: tuple[str, ...]
    after: str

    def __str__(self) -> str:
        head = f"{self.step:5d}  {self.rule}: {', '.join(self.before)} -> {self.after}"
        return f"{head}\n{'':7s}{self.formula or self.reason}"


def way_from(trace: Json, number: int) -> list[Event]:
    """The rewrites that replaced a node, and then what stood for it, up to the last graph."""
    found, names = [], names_of(trace)
    for place, step in enumerate(trace["steps"], 1):
        if number in step["del"] and step["by"] != number:
            found.append(event(trace, names, place, (number,), step["by"]))
            number = step["by"]
    return found


def way_to(trace: Json, number: int) -> list[Event]:
    """The rewrites that led to a node, the first one first."""
    found, names = [], names_of(trace)
    wanted = {number}
    for place, step in reversed(list(enumerate(trace["steps"], 1))):
        made = [(new, old) for new, old in step["provenance"] if new in wanted and new not in old]
        if made:
            sources = tuple(dict.fromkeys(number for _, old in made for number in old))
            found.append(event(trace, names, place, sources, made[-1][0]))
            wanted.update(sources)
    return found[::-1]


def event(trace: Json, names: Mapping[int, str], place: int, before: tuple[int, ...], after: int) -> Event:
    """One rewrite, for people."""
    strings, rule = trace["strings"], trace["rules"][trace["steps"][place - 1]["rule"]]
    shown = tuple(names[number] for number in before)
    return Event(place, strings[rule[0]], strings[rule[2]], strings[rule[1]], shown, names[after])


def names_of(trace: Json) -> dict[int, str]:
    """Each node by number and op, or by its name."""
    rows = [*trace["nodes"], *(row for step in trace["steps"] for row in step["add"])]
    strings = trace["strings"]
    return {row[0]: f"#{row[0]} {strings[row[6]] if row[6] >= 0 else strings[row[1]]}" for row in rows}
