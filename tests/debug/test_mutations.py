"""Every rule broken in turn: DebugMode names it, or the broken rule is shown to compute the same, or cannot act at all.

The judgement of what is the same is not DebugMode's: values at 60 digits of the expression as it was typed. Each test
prints its rows of the table "rule, mutation, what became of it"; the last counts them.
"""

from __future__ import annotations

import functools
from collections import Counter
from itertools import islice

import pytest

from tests.debug.mutator import RULES, Mutant, mutants
from tests.debug.programs import DRAWS, SPECIAL_DRAW, Program, is_same_formula, programs, shown_equivalent

MOST_PROGRAMS = 4
SAME = ("as accurate as before", "the same formula")
UNCAUGHT = (*SAME, "never acts", "missed")
ORDINARY = (0, 2)  # the draws without numbers at the ends of the range, where an unbroken rule may lose digits too


@functools.cache
def outcomes(name: str) -> tuple[tuple[Mutant, str], ...]:
    """What becomes of each broken form of a rule."""
    return tuple((mutant, outcome(mutant)) for mutant in mutants(RULES[name]))


def outcome(mutant: Mutant) -> str:
    """Which checks name the rule, or that it is the same, never acts, or was missed."""
    tried = []
    for program in islice(programs(mutant), MOST_PROGRAMS):
        caught = next(filter(None, (naming(program, draw) for draw in range(DRAWS))), "")
        if caught:
            return caught
        tried.append(program)
    if not tried:
        return "never acts"
    if all(shown_equivalent(program, draw) for program in tried for draw in range(SPECIAL_DRAW)):
        return SAME[0]
    same = all(is_same_formula(program, draw) for program in tried for draw in range(SPECIAL_DRAW))
    return SAME[1] if same else "missed"


def naming(program: Program, draw: int) -> str:
    """The checks that name the broken rule on samples."""
    report = program.broken.check(list(program.samples(draw).values()))
    checks = dict.fromkeys(finding.check for finding in report.findings if finding.rule == program.mutant.rule.name)
    return ", ".join(checks)


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_a_broken_rule_is_named(name):
    found = outcomes(name)
    print()
    for mutant, what in found:
        print(f"{mutant!s:70s} {what}")
    assert found
    assert [str(mutant) for mutant, what in found if what == "missed"] == []
    # A dropped guard may be implied by another; a broken result must act.
    assert [str(mutant) for mutant, what in found if what == "never acts" and mutant.kind != "guard"] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_an_unbroken_rule_is_not_named(name):
    mutant = Mutant("", "", RULES[name], RULES[name])
    for program in islice(programs(mutant), MOST_PROGRAMS):
        for draw in ORDINARY:
            report = program.broken.check(list(program.samples(draw).values()))
            assert report.rules == [], str(report)


@pytest.mark.slow
def test_nearly_all_are_caught(capsys):
    count = Counter(what for name in RULES for _, what in outcomes(name))
    kinds = Counter((mutant.kind, what) for name in RULES for mutant, what in outcomes(name))
    caught = sum(number for what, number in count.items() if what not in UNCAUGHT)
    named = sum(any(what not in UNCAUGHT for _, what in outcomes(name)) for name in RULES)
    with capsys.disabled():
        print(f"\n{len(RULES)} rules, {count.total()} broken forms: {caught} caught by DebugMode")
        print("\n".join(f"  {number:4d}  {what}" for what, number in count.most_common()))
        print("\n".join(f"  {number:4d}  {kind}: {what}" for (kind, what), number in sorted(kinds.items())))
    assert count["missed"] == 0
    assert named == len(RULES)  # of every rule at least one broken form is named
    # A wrong sign or result is no matter of degree; a constant where a rule switches between good forms is one.
    for kind in ("sign", "result"):
        outright = {what: number for (one, what), number in kinds.items() if one == kind}
        assert sum(outright.get(what, 0) for what in UNCAUGHT) <= 0.02 * sum(outright.values())
    assert caught >= 0.75 * count.total()
