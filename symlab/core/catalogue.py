"""What there is: the tables of rules and of ops, for documentation, tests and the workbench."""

from __future__ import annotations

from collections.abc import Mapping
from typing import overload

from symlab.core.ir.op import Op
from symlab.core.ops import OPS
from symlab.core.rule_table import RuleRecord, RuleTable, rule_records


@overload
def rules() -> RuleTable: ...
@overload
def rules(name: str) -> RuleRecord: ...
def rules(name: str | None = None) -> RuleTable | RuleRecord:
    """Every rule of the default pipeline in the order of the passes, or the one of a name.

    A record has name, formula, reason, sorts, passes, assumptions, the level of its proof, and how often it fired.
    """
    table = rule_records()
    return table if name is None else table[name]


def ops() -> Mapping[str, Op]:
    """Every op by name; each has its documentation, reference, derivatives and C text."""
    return OPS
