"""Identities of real numbers, as formulas, a file per subject.

Each is written as a rule is, but no pass runs it: saturation keeps both sides. `both_ways` says that the right side is
replaced by the left one too. What an identity assumes, and the sorts of its variables, say where it holds. A sum that
is multiplied out or collected needs none, for `algebra` knows those.
"""

from __future__ import annotations

from symlab.core.saturation.identities import angles, arithmetic, choices, exponentials, powers

SUBJECTS = (arithmetic, powers, exponentials, angles, choices)
IDENTITIES = tuple(rule for subject in SUBJECTS for rule in subject.IDENTITIES)
