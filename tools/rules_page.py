"""The page docs/rules.md, from the records of the rules: `python tools/rules_page.py` writes it."""

from __future__ import annotations

from pathlib import Path

import symlab as sl
from symlab.core.rule_table import LEVELS, RuleRecord

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
HEAD = """# The rules

Every rule of the default pipeline, as `sl.rules()` lists it in a session: what becomes of what, why, and when. It is
tried in the passes that are named; `x, ...` stands for one or more operands, `axis` and the like for attributes.
What a rule assumes is granted under `algebra="real"`, the default, and not under `algebra="floating"`, where only the
rules marked *exact* act, since they change no bit.

How sure a formula is:

"""


def page() -> str:
    """The whole page."""
    table = sl.rules()
    levels = "".join(f"- *{level}*: {meaning}.\n" for level, meaning in LEVELS.items())
    counts = ", ".join(f"{sum(record.proof == level for record in table)} {level}" for level in LEVELS)
    parts = [HEAD, levels, f"\n{len(table)} rules: {counts}.\n"]
    for home in dict.fromkeys(record.rule.home for record in table):
        records = [record for record in table if record.rule.home == home]
        parts.append(f"\n## {home.rpartition('.')[2].replace('_', ' ')}\n\n")
        parts += [entry(record) for record in records]
    return "".join(parts)


def entry(record: RuleRecord) -> str:
    """One rule."""
    named = [f"{name} is {sort}" for name, sort in record.sorts.items() if sort not in ("real", "attributes")]
    conditions = [*named, *filter(None, [record.condition]), *(f"assumes {what}" for what in record.assumptions)]
    marks = [record.proof, *(["exact"] if record.exact else []), ", ".join(record.passes)]
    when = f"; if {', '.join(conditions)}" if conditions else ""
    return f"- **{record.name}** `{shown(record.formula)}`  \n  {record.reason} ({'; '.join(marks)}{when})\n"


def shown(formula: str) -> str:
    """A formula, of a series only the beginning of either side."""
    return " -> ".join(side if len(side) <= 160 else f"{side[:157]}..." for side in formula.split(" -> "))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
