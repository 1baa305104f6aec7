"""Nodes and steps of a JSON trace as they travel: whole numbers of few bytes, in base64.

A trace is written out as `protocol` describes it, or packed: then "nodes" and "steps" are texts. Each is a list of numbers,
zigzag (0, -1, 1, -2, ... as 0, 1, 2, 3, ...) and then seven bits a byte, the lowest first. Numbers of nodes are told by
their distance to one nearby, so that most of them take one byte. `labextension/src/core/unpack.ts` reads the same.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from symlab.core.ir.errors import InvalidValue, message

Json = dict[str, Any]
VERDICTS = (None, "ok", "worse", "wrong")
HUNDREDTHS = 100  # microseconds are kept to two decimals


def pack(trace: Mapping[str, Any]) -> Json:
    """The trace with its nodes and steps as texts: about a quarter of the letters."""
    nodes, steps = Writer(), Writer()
    nodes.rows(trace["nodes"])
    steps.steps(trace["steps"])
    return {**trace, "nodes": nodes.text(), "steps": steps.text()}


def unpack(trace: Mapping[str, Any]) -> Json:
    """The trace written out; one that is so already is the same."""
    made = dict(trace)
    if isinstance(trace["nodes"], str):
        made["nodes"] = Reader(trace["nodes"], "nodes").rows()
    if isinstance(trace["steps"], str):
        made["steps"] = Reader(trace["steps"], "steps").steps()
    return made


class Writer:
    """Whole numbers, one after the other."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def text(self) -> str:
        """What was written, in base64."""
        return base64.b64encode(self.bytes).decode("ascii")

    def add(self, *values: int) -> None:
        """Numbers of either sign."""
        for value in values:
            rest = value * 2 if value >= 0 else -value * 2 - 1
            while rest > 127:
                self.bytes.append(rest & 127 | 128)
                rest >>= 7
            self.bytes.append(rest)

    def near(self, base: int, values: Sequence[int]) -> None:
        """How many nodes, and their distances from one."""
        self.add(len(values), *(value - base for value in values))

    def rows(self, rows: Sequence[Sequence[Any]], last: int = -1) -> None:
        """Nodes, each told from the one before it."""
        self.add(len(rows))
        for number, op, operands, *others in rows:
            self.add(number - last, op)
            self.near(number, operands)
            self.add(*others)
            last = number

    def tuples(self, rows: Iterable[Sequence[int]], bases: Sequence[int]) -> None:
        """Rows of one length, each column told from its base."""
        rows = list(rows)
        self.add(len(rows))
        for row in rows:
            self.add(*(value - base for value, base in zip(row, bases, strict=True)))

    def steps(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Rewrites, each told from the one before it."""
        last = 0
        self.add(len(steps))
        for step in steps:
            at, by = step["at"], step["by"]
            self.add(step["rule"], at - last, by - at)
            self.rows(step["add"], by)
            self.near(at, step["del"])
            self.tuples(step["rewired"], (at, 0, by))
            self.tuples(step["outputs"], (0, by))
            self.tuples(step["bindings"], (0, at))
            self.add(len(step["provenance"]))
            for made, parts in step["provenance"]:
                self.add(made - by)
                self.near(at, parts)
            self.add(round(step["us"] * HUNDREDTHS), VERDICTS.index(step["verdict"]))
            last = at


class Reader:
    """The numbers of a packed text, in order."""

    def __init__(self, text: str, where: str) -> None:
        self.where = where
        try:
            self.numbers = iter(base64.b64decode(text, validate=True))
        except binascii.Error as error:
            raise InvalidValue(message(f"the {where} of this trace are no base64: {error}")) from None

    def next(self) -> int:
        """One number."""
        found = place = 0
        for byte in self.numbers:
            found |= (byte & 127) << place
            place += 7
            if byte < 128:
                return found // 2 if found % 2 == 0 else -(found + 1) // 2
        raise InvalidValue(message(f"the {self.where} of this trace end too early"))

    def near(self, base: int) -> list[int]:
        """Nodes by their distances from one."""
        return [base + self.next() for _ in range(self.next())]

    def rows(self, last: int = -1) -> list[list[Any]]:
        """Nodes, each told from the one before it."""
        made: list[list[Any]] = []
        for _ in range(self.next()):
            last += self.next()
            made.append([last, self.next(), self.near(last), *(self.next() for _ in range(5))])
        return made

    def tuples(self, bases: Sequence[int]) -> list[list[int]]:
        """Rows of one length, each column told from its base."""
        return [[base + self.next() for base in bases] for _ in range(self.next())]

    def steps(self) -> list[Json]:
        """Rewrites, each told from the one before it."""
        last, made = 0, []
        for _ in range(self.next()):
            made.append(self.step(last))
            last = made[-1]["at"]
        return made

    def step(self, last: int) -> Json:
        """One rewrite; the fields stand in the order in which they were packed."""
        rule = self.next()
        at = last + self.next()
        by = at + self.next()
        return {
            "rule": rule, "at": at, "by": by, "add": self.rows(by), "del": self.near(at),
            "rewired": self.tuples((at, 0, by)), "outputs": self.tuples((0, by)), "bindings": self.tuples((0, at)),
            "provenance": [[by + self.next(), self.near(at)] for _ in range(self.next())],
            "us": self.next() / HUNDREDTHS, "verdict": VERDICTS[self.next()],
        }  # fmt: skip
