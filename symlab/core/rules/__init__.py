"""The rules, a file per subject, and which subjects each pass is made of (by name: files load when they are needed)."""

from __future__ import annotations

from functools import cache

from symlab.core.rewrite.rule import Rule
from symlab.core.seams import resolve


def named(*subjects: str) -> tuple[Rule | str, ...]:
    """The rules of subjects, by name."""
    return tuple(f"symlab.core.rules.{subject}:RULES" for subject in subjects)


CANONICAL = named(
    "constants", "canonical", "plain", "inverses", "collect", "powers", "shapes", "conditions", "indexing", "gathering",
    "joins", "folds", "linalg", "contractions", "structures", "determinants",
)  # fmt: skip
STABLE = named(
    "vanishing", "fractions", "factors", "polynomials", "stable_series", "stable_rows", "picked", "stable_powers",
    "stable", "entropies", "stable_logs", "shares", "bases", "widening", "moments", "norms", "stable_roots",
    "stable_differences", "neighbours", "gammas", "stable_tails", "stable_angles", "choices",
)  # fmt: skip
GUARDED = (
    *named("vanishing", "choices", "guarded", "conjugates", "guarded_rows", "polynomials"),
    "symlab.core.rules.stable_powers:LATE",
    "symlab.core.rules.vanishing:QUOTIENTS",
)
LIMITS = named("limits")
RANGES = named("ranges", "products")
TRANSFERS = named("transfers")
FACTORS = ("symlab.core.rules.folds:FACTORS",)
BASES = ("symlab.core.rules.bases:LATE",)
LATE = tuple(
    f"symlab.core.rules.{subject}:LATE"
    for subject in ("structures", "determinants", "conditions", "indexing", "gathering", "inverses")
)
SPECIAL = named("sizes") + GUARDED + BASES + LIMITS + named("loops", "specialize") + FACTORS + LATE
SPECIAL += named("constants", "canonical", "shapes", "conditions", "indexing")
REFINING = RANGES + BASES + named("sizes", "stable_roots", "constants", "canonical")


@cache
def all_rules(sources: tuple[Rule | str, ...]) -> tuple[Rule, ...]:
    """The rules behind rules and names of tuples of them."""
    found: list[Rule] = []
    for source in sources:
        found.extend(resolve(source) if isinstance(source, str) else (source,))
    return tuple(found)
