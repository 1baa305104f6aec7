"""The table of rules that users read."""

from __future__ import annotations

import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import UnknownName
from symlab.core.pipeline import DEFAULT
from symlab.core.rewrite.proof import same_rational_function
from symlab.core.rewrite.rule import rule
from symlab.core.rule_table import LEVELS
from tools.rules_page import PAGE, page


def test_every_rule_is_there_once() -> None:
    table = sl.rules()
    names = [record.name for record in table]
    assert len(set(names)) == len(names)
    assert names == list(dict.fromkeys(item.name for item in DEFAULT.rules))
    assert all(record.formula and record.reason and record.passes and record.proof in LEVELS for record in table)


def test_one_rule_tells_what_it_did() -> None:
    before = sl.rules("softplus_of_log").fired
    x = T.dvector("x")
    f = sl.function([x], T.log(1 + T.exp(3 * x)))
    record = sl.rules("softplus_of_log")
    fired = [step.rule.name for step in f.trace.steps].count("softplus_of_log")
    assert fired == 1
    assert record.fired == before + fired
    assert record.seconds > 0
    assert "log(1 + exp(x)) -> softplus(x)" in repr(record)
    assert record.proof == "definition"
    assert "\\log" in record._repr_latex_()
    assert "<td>softplus_of_log</td>" in sl.rules()._repr_html_()
    assert len(sl.rules()[3:6]) == 3
    assert sl.rules()._repr_latex_().count(r"\to") > 100


def test_what_a_rule_needs_is_told() -> None:
    assert "x is positive" in repr(sl.rules("log_of_pow"))
    assert "assumes no_overflow" in repr(sl.rules("log_of_exp"))
    assert sl.rules("norm_of_row").condition == "a row has not been divided by its largest element already"
    with pytest.raises(UnknownName, match="did you mean 'softplus_of_log'"):
        sl.rules("softplus_of_logs")


@pytest.mark.parametrize(
    ("left", "right", "proved"),
    [
        (lambda x, y: x * x - y * y, lambda x, y: (x - y) * (x + y), True),
        (lambda x, y: 1 / (x + 1) - 1 / x, lambda x, y: -1 / (x * (x + 1)), True),
        (lambda x, y: T.exp(x) * y / T.exp(x), lambda x, y: y, True),
        (lambda x, y: x * x - y * y, lambda x, y: (x - y) * (x - y), False),
        (lambda x, y: T.exp(x) * y, lambda x, y: T.exp(y) * x, False),
        (lambda x, y: T.sin(x) * y + 1, lambda x, y: T.sin(x) * y + 2, False),
    ],
)
def test_proofs(left, right, proved) -> None:
    @rule
    def stated(x, y):
        """A formula."""
        return left(x, y), right(x, y)

    assert same_rational_function(stated.left, stated.right) is proved


def test_the_page_of_rules_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python tools/rules_page.py"
