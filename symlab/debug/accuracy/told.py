"""What people read of the reasons for a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from symlab.core.rewrite.rule import Rule
from symlab.core.saturation.egraph import AS_TYPED
from symlab.debug.accuracy.candidates import search_rules

LONGEST = 100  # letters of a formula


@cache
def rules_by_name() -> Mapping[str, Rule]:
    """The identities and rules that a search uses."""
    return {rule.name: rule for rule in search_rules()}


def said_of(reasons: Iterable[str]) -> tuple[str, ...]:
    """Reasons with the formulas of the identities that they name."""
    kept = dict.fromkeys(reason for reason in reasons if reason and reason not in (AS_TYPED, "as written"))
    known = rules_by_name()
    return tuple(f"{reason}: {cut(known[reason].formula)}" if reason in known else reason for reason in kept)


def cut(text: str) -> str:
    """A text of one line's length."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."
