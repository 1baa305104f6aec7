"""The rules of the default pipeline, by how they are tested."""

from __future__ import annotations

from symlab.core.pipeline import DEFAULT
from symlab.core.rules import GUARDED, RANGES, STABLE, all_rules

RULES = {rule.name: rule for rule in DEFAULT.rules}
STATED = {name: rule for name, rule in RULES.items() if rule.left is not None}
COMPUTED = {name: rule for name, rule in RULES.items() if rule.compute is not None}
STABILIZING = {rule.name for rule in all_rules(STABLE + GUARDED + RANGES) if "serves" not in rule.options}
