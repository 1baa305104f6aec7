"""`check_rule`: a right rule passes, a wrong one is told at samples, one that never acts too."""

from __future__ import annotations

import symlab as sl
import symlab.tensor as T
from symlab.core.rewrite.sorts import Positive


@sl.rule
def right(x):
    """Two squares that always sum to 1 need not be computed."""
    return T.sin(x) ** 2 + T.cos(x) ** 2, 1


@sl.rule
def wrong(x):
    """This forgets a factor."""
    return T.sin(x) * T.cos(x), T.sin(2 * x)


@sl.rule
def overtaken(x: Positive):
    """The pipeline makes something else of it before."""
    return T.log(T.exp(x)), x * 1


def test_a_right_rule() -> None:
    report = sl.testing.check_rule(right)
    assert report, str(report)
    assert "right in every form" in repr(report)


def test_a_wrong_rule() -> None:
    report = sl.testing.check_rule(wrong)
    assert not report
    assert sum("ULP became" in finding for finding in report.findings) == 4  # two dtypes; ordinary and large numbers


def test_a_rule_that_never_acts() -> None:
    report = sl.testing.check_rule(overtaken)
    assert any("does not fire; log_of_exp" in finding for finding in report.findings)


def test_a_rule_of_the_house() -> None:
    rule = next(record.rule for record in sl.rules() if record.name == "one_less_tanh")
    assert sl.testing.check_rule(rule)
