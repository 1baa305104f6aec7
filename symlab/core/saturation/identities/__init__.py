"""Identities of real numbers, as formulas, a file per subject.

Each is written as a rule is, but no pass runs it: saturation keeps both sides. `both_ways` says that the right side is
replaced by the left one too. What an identity assumes, and the sorts of its variables, say where it holds. A sum that
is multiplied out or collected needs none, for `algebra` knows those.
"""

from __future__ import annotations

from symlab.core.rules.canonical import abs_of_not_negative, cos_of_opposite, sin_of_opposite
from symlab.core.rules.stable import cosh_less_one, cosh_of_exps, sinh_of_exps
from symlab.core.rules.stable_angles import one_less_cos
from symlab.core.rules.stable_differences import difference_of_two_arctans, one_less_squared_cos, one_less_squared_sin
from symlab.core.saturation.identities import angles, arithmetic, choices, exponentials, powers

SUBJECTS = (arithmetic, powers, exponentials, angles, choices)
OF_PASSES = (
    abs_of_not_negative, sin_of_opposite, cos_of_opposite, one_less_squared_cos, one_less_squared_sin,
    one_less_cos, difference_of_two_arctans, cosh_of_exps, sinh_of_exps, cosh_less_one,
)  # fmt: skip  # rules of the passes that are identities as they stand
IDENTITIES = tuple(rule for subject in SUBJECTS for rule in subject.IDENTITIES)
EQUALITIES = (*IDENTITIES, *OF_PASSES)  # what saturation works with
