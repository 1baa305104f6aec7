"""The rules that are verified on boxes, found anew: `python -m tools.verify_rules` writes their names (minutes)."""

from __future__ import annotations

import json

import symlab as sl
from symlab.core.rule_table import VERIFIED
from symlab.testing.boxes import verified


def names() -> list[str]:
    """The names of the rules whose sides agree on boxes that cover a part of their domain, and differ on none."""
    rules = {record.name: record.rule for record in sl.rules()}
    return sorted(name for name, rule in rules.items() if verified(rule))


if __name__ == "__main__":
    VERIFIED.write_text(json.dumps(names(), indent=1) + "\n", encoding="utf-8")
