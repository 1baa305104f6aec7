"""The tables of a JSON trace: what repeats is written once, and rows point at it by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.ir.origin import Origin
from symlab.core.ir.types import ArrayType

NONE = -1


class Strings:
    """Texts, each kept once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """The place of a text."""
        return self.places.setdefault(text, len(self.places))

    def optional(self, text: str | None) -> int:
        """The place of a text, or -1 for none."""
        return NONE if text is None else self(text)


class Types:
    """Dtypes with shapes, each kept once."""

    def __init__(self, strings: Strings) -> None:
        self.strings = strings
        self.places: dict[ArrayType, int] = {}
        self.rows: list[list[Any]] = []

    def __call__(self, type: Any) -> int:
        """The place of a type, or -1 for one of several results."""
        if not isinstance(type, ArrayType):
            return NONE
        place = self.places.get(type)
        if place is None:
            place = self.places[type] = len(self.rows)
            self.rows.append([self.strings(type.dtype.name), list(type.shape)])
        return place


class Sources:
    """Lines of the user's program, each kept once; their text is left out where only names are recorded."""

    def __init__(self, strings: Strings, names_only: bool) -> None:
        self.strings, self.names_only = strings, names_only
        self.places: dict[Origin, int] = {}
        self.origins: list[Origin] = []
        self.rows: list[list[int]] = []

    def __call__(self, origin: Origin | None) -> int:
        """The place of a line, or -1 for none."""
        if origin is None:
            return NONE
        place = self.places.get(origin)
        if place is None:
            place = self.places[origin] = len(self.rows)
            label = origin.place.rpartition(", line ")[0]
            text = NONE if self.names_only or not origin.text else self.strings(origin.text)
            self.rows.append([self.strings(label), origin.line, text])
            self.origins.append(origin)
        return place

    def place_of(self, row: int) -> str:
        """A line of the table as people say it: "cell 7, line 2"."""
        return self.origins[row].place if row >= 0 else ""


class Rules:
    """What steps are called, each kept once."""

    def __init__(self, strings: Strings) -> None:
        self.strings = strings
        self.places: dict[str, int] = {}
        self.rows: list[list[Any]] = []

    def __call__(
        self, name: str, reason: str, formula: str, latex: str | None = None, assuming: Sequence[str] = ()
    ) -> int:
        """The place of a name, with what belongs to it."""
        place = self.places.get(name)
        if place is None:
            place = self.places[name] = len(self.rows)
            texts = [self.strings(name), self.strings(reason), self.strings(formula), self.strings.optional(latex)]
            self.rows.append([*texts, [self.strings(item) for item in assuming]])
        return place

    def of(self, rule: Any) -> int:
        """The place of a rule of the compiler."""
        place = self.places.get(rule.name)
        if place is not None:
            return place
        from symlab.viz.latex import rule_latex

        return self(rule.name, rule.reason, rule.formula, rule_latex(rule), rule.assuming)
