"""What people read of the reasons for a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from symlab.core.rewrite.rule import Rule
from symlab.core.saturation.egraph import AS_TYPED
from symlab.core.saturation.identities import arithmetic
from symlab.debug.accuracy.candidates import search_rules

LONGEST = 100  # letters of a formula


@cache
def rules_by_name() -> Mapping[str, Rule]:
    """The identities and rules that a search uses."""
    return {rule.name: rule for rule in search_rules()}


def said_of(reasons: Iterable[str]) -> tuple[str, ...]:
    """Reasons with the formulas of the identities that they name."""
    kept = dict.fromkeys(reason for reason in reasons if reason and reason not in (AS_TYPED, "as written"))
    return tuple(dict.fromkeys(map(told, kept)))


def told(reason: str) -> str:
    """One reason: an identity by its formula, or by what it says where that is long."""
    rule = rules_by_name().get(reason)
    if rule is None:
        return reason
    if rule in arithmetic.IDENTITIES:
        return "sums, products and signs are regrouped"
    text = rule.formula if len(rule.formula) <= LONGEST else rule.reason
    return f"{reason}: {text}"
