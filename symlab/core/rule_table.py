"""The table of rules that users read: what each says, when it acts, how sure it is, and what it did in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, overload

from symlab.core.ir.errors import UnknownName, message, near_names
from symlab.core.ir.op import CONSTANT, WILD
from symlab.core.pipeline import DEFAULT, Rewrite
from symlab.core.rewrite.proof import same_rational_function
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.tally import PROCESS
from symlab.core.seams import seam

LEVELS: Mapping[str, str] = {
    "proved": "both sides are the same rational function of the same parts, which is computed",
    "definition": "the right side is an op that is defined as the left side, and tested against it at 60 digits",
    "box-verified": "both sides are enclosed by intervals on boxes, and nowhere in them differ by a millionth",
    "tested": "both sides are compared at 60 digits on samples of the sorts, in each dtype",
}


VERIFIED = Path(__file__).with_name("rules") / "verified.json"  # written by tools/verify_rules.py


@cache
def verified_names() -> frozenset[str]:
    """The rules whose two sides were enclosed on boxes (`symlab.testing.boxes`)."""
    return frozenset(json.loads(VERIFIED.read_text(encoding="utf-8")))


@dataclass(frozen=True, repr=False)
class RuleRecord:
    """One rule: its formula and reason, what its variables stand for, where it acts, and what it takes for granted."""

    rule: Rule
    passes: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rule, name)

    @property
    def name(self) -> str:
        """The name under which steps and reports tell of it."""
        return self.rule.name

    @property
    def formula(self) -> str:
        """What becomes what."""
        return self.rule.formula

    @property
    def reason(self) -> str:
        """Why it exists."""
        return self.rule.reason

    @property
    def sorts(self) -> Mapping[str, str]:
        """What each variable must be."""
        return {name: sort.name for name, sort in self.rule.sorts.items()}

    @property
    def condition(self) -> str:
        """What must hold besides, in words; empty where nothing must."""
        when = self.rule.when
        return "" if when is None else (when.__doc__ or when.__name__).strip().removeprefix("Whether ").rstrip(".")

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What it takes for granted, which only `algebra="real"` grants."""
        return self.rule.assuming

    @property
    def exact(self) -> bool:
        """Whether both sides are the same float, so that it acts in regions computed as written too."""
        return self.rule.exact

    @property
    def proof(self) -> str:
        """How sure the formula is: a key of `LEVELS`."""
        left, right = self.rule.left, self.rule.right
        if left is None or right is None:
            return "tested"
        if same_rational_function(left, right, self.rule.sequences):
            return "proved"
        is_op = right.op not in (WILD, CONSTANT) and all(arg.op is WILD for arg in right.args)
        if is_op and not right.op.flat and left.op is not right.op:
            return "definition"
        return "box-verified" if self.name in verified_names() else "tested"

    @property
    def fired(self) -> int:
        """How often it fired in this process."""
        return PROCESS.fired[self.name]

    @property
    def seconds(self) -> float:
        """How long trying and applying it took in this process."""
        return PROCESS.nanoseconds[self.name] / 1e9

    def __repr__(self) -> str:
        lines = [f"{self.name}: {self.formula}", f"  {self.reason}", f"  in {', '.join(self.passes)}; {self.proof}"]
        named = [f"{name} is {sort}" for name, sort in self.sorts.items() if sort not in ("real", "attributes")]
        for what, text in (
            ("where", ", ".join(named)),
            ("if", self.condition),
            ("assumes", ", ".join(self.assumptions)),
        ):
            if text:
                lines.append(f"  {what} {text}")
        lines.append(f"  fired {self.fired} times in this process, {self.seconds * 1e3:.2f} ms")
        return "\n".join(lines)

    def _repr_latex_(self) -> str | None:
        text = seam("display.rule_latex")(self.rule)
        return None if text is None else f"${text}$"

    def _repr_html_(self) -> str:
        return table_html([self])


class RuleTable(Sequence[RuleRecord]):
    """Records of rules in the order of the passes; `table["name"]` is one of them."""

    def __init__(self, records: Sequence[RuleRecord]) -> None:
        self.records = tuple(records)

    @overload
    def __getitem__(self, place: int | str) -> RuleRecord: ...
    @overload
    def __getitem__(self, place: slice) -> RuleTable: ...
    def __getitem__(self, place: int | str | slice) -> RuleRecord | RuleTable:
        if isinstance(place, slice):
            return RuleTable(self.records[place])
        if isinstance(place, int):
            return self.records[place]
        for record in self.records:
            if record.name == place:
                return record
        tries = [near_names(place, [record.name for record in self.records])]
        raise UnknownName(message(f"there is no rule called {place!r}", (), tries))

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[RuleRecord]:
        return iter(self.records)

    def __repr__(self) -> str:
        width = max((len(record.name) for record in self), default=0)
        return "\n".join(f"{record.name:{width}s}  {record.formula[:120]}" for record in self)

    def _repr_html_(self) -> str:
        return table_html(self.records)

    def _repr_latex_(self) -> str:
        texts = (seam("display.rule_latex")(record.rule) for record in self.records)
        rows = r" \\ ".join(f"& {text}" for text in texts if text is not None)
        return rf"$\begin{{aligned}} {rows} \end{{aligned}}$"


def table_html(records: Sequence[RuleRecord]) -> str:
    """Records as an HTML table."""
    head = "".join(f"<th>{title}</th>" for title in ("rule", "formula", "why", "if", "assumes", "proof", "fired"))
    rows = []
    for record in records:
        named = [f"{name} {sort}" for name, sort in record.sorts.items() if sort not in ("real", "attributes")]
        condition = "; ".join([*named, *filter(None, [record.condition])])
        cells = [
            record.name, record.formula, record.reason, condition, ", ".join(record.assumptions), record.proof,
            str(record.fired),
        ]  # fmt: skip
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def rule_records() -> RuleTable:
    """Every rule of the default pipeline, each once, in the order of the passes."""
    passes: dict[Rule, list[str]] = {}
    for item in DEFAULT:
        if isinstance(item, Rewrite):
            for rule in item.rules:
                passes.setdefault(rule, []).append(item.name)
    return RuleTable([RuleRecord(rule, tuple(names)) for rule, names in passes.items()])
