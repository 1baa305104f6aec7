"""`sl.debug.stability` as people use it: what it says, what it suggests, what it refuses."""

from __future__ import annotations

import re

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from benchmarks.hamming import PROBLEMS, solved
from symlab.core.ir.errors import InvalidValue, TypeMismatch
from tests.processes import printed_under_hash_seeds

X, Y, V, W = T.dscalar("x"), T.dscalar("y"), T.dvector("v"), T.dvector("w")


def quiet(text):
    """Says nothing."""


def test_a_report_says_what_is_lost_and_where():
    report = sl.debug.stability(T.sqrt(X + 1) - T.sqrt(X), samples=64, ranges={X: (1e4, 1e15)})
    lines = repr(report).splitlines()
    assert re.fullmatch(r"\d+\.\d\d of 64 bits lost on average at 64 points: sqrt\(x \+ 1\.0\) - sqrt\(x\)", lines[0])
    assert re.search(
        r"\d\d\.\d\d  sqrt\(x \+ 1\.0\) - sqrt\(x\)  test_stability_report.py, line \d+: report = ", lines[1]
    )
    assert re.fullmatch(r"worst: x = .*, computed = .*, exact = .*", lines[-1])
    assert report.worst["x"] > 1e4
    assert "<table>" in report._repr_html_()
    assert report.mean == pytest.approx(report.bits.mean())


def test_a_suggestion_is_measured_on_points_that_the_search_did_not_see():
    report = sl.debug.stability((1 - T.cos(X)) / T.sin(X), samples=64)
    first = report.suggest(progress=quiet)[0]
    before, after = first.bits
    assert after < 1 < 20 < before
    fresh = report.sampler.draw(64, (0, 1))
    assert not set(fresh.points[X]) & set(report.sample.points[X])
    f = sl.function([X], first.expression)
    np.testing.assert_allclose([f(x) for x in fresh.points[X]], fresh.wanted, rtol=1e-13)
    assert repr(first).startswith(f"{after:.2f} bits lost, {before:.2f} as written:\n  ")
    assert "tan" in repr(first)
    assert "\nby " in repr(first)
    assert "displaystyle" in first._repr_html_()


@pytest.mark.slow
def test_two_searches_are_alike():
    found = [
        repr(sl.debug.stability(T.log(X + 1) - T.log(X) + T.exp(-X), samples=32, seed=3).suggest(progress=quiet))
        for _ in range(2)
    ]
    assert found[0] == found[1]


PROGRAM = """
import symlab as sl, symlab.tensor as T

x = T.dscalar("x")
report = sl.debug.stability((x - T.sin(x)) / (x - T.tan(x)), samples=48, seed=5)
print(report, report.suggest(seconds=1000, progress=lambda text: None))
"""


@pytest.mark.slow
def test_two_processes_are_alike_under_any_hash_seed():
    assert "bits lost" in printed_under_hash_seeds(PROGRAM, ("1", "2"))


def test_the_compiler_keeps_a_suggested_form():
    first = sl.debug.stability(T.exp(X) - 1, samples=32).suggest(progress=quiet)[0]
    f = sl.function([X], first.expression + 0)
    assert any(node.op.name == "call" for node in f.trace.graph.nodes())


def test_vectors_and_single_precision():
    v, w = T.fvector("v"), T.fvector("w")
    report = sl.debug.stability(T.sqrt(v + w) - T.sqrt(v), samples=48, ranges={v: (1.0, 1e6), w: (1e-3, 1.0)})
    assert "of 32 bits" in repr(report)
    first = report.suggest(progress=quiet)[0]
    assert first.expression.type == v.type
    assert first.bits[1] < first.bits[0] - 3
    f = sl.function([v, w], first.expression)
    assert f(np.full(3, 2.0, "f"), np.full(3, 0.25, "f")).tolist() == pytest.approx([2.25**0.5 - 2**0.5] * 3, rel=1e-6)


def test_a_compiled_function_is_examined_as_it_was_typed():
    report = sl.debug.stability(sl.function([X], T.exp(X) - 1), samples=32)
    assert report.mean > 10
    with pytest.raises(TypeMismatch, match="2 outputs"):
        sl.debug.stability(sl.function([X], [X, X + 1]))


def test_nothing_is_suggested_where_nothing_is_lost():
    assert sl.debug.stability(T.exp(X), samples=32).suggest(progress=quiet) == []


@pytest.mark.slow
def test_a_long_search_says_what_it_does():
    said = []
    sl.debug.stability((X - T.sin(X)) / (X - T.tan(X)), samples=32).suggest(progress=said.append)
    assert any("forms" in text for text in said)


@pytest.mark.parametrize(
    ("expression", "error", "text"),
    [
        (T.sum(V) + X, TypeMismatch, "sum has several elements for one"),
        (T.cast(X, "int32"), TypeMismatch, "only real floating-point numbers"),
        (X > 0, TypeMismatch, "only real floating-point numbers"),
        (T.iscalar("i") * X, TypeMismatch, "only real floating-point numbers"),
        (T.zscalar("z") * 2, TypeMismatch, "only real floating-point numbers"),
        (T.constant(2.0) + 1, InvalidValue, "nothing to sample"),
        (3.0, TypeMismatch, "neither an expression"),
    ],
)
def test_what_cannot_be_examined(expression, error, text):
    with pytest.raises(error, match=text):
        sl.debug.stability(expression)


@pytest.mark.slow
def test_ranges_and_preconditions_are_checked():
    with pytest.raises(InvalidValue, match="no input of the expression"):
        sl.debug.stability(T.exp(X), ranges={Y: (0, 1)})
    with pytest.raises(InvalidValue, match="which no finite number is in"):
        sl.debug.stability(T.exp(X), ranges={X: (1, 0)})
    with pytest.raises(InvalidValue, match="inputs that the expression has not"):
        sl.debug.stability(T.exp(X), where=Y > 0)
    with pytest.raises(InvalidValue, match="no input was found"):
        sl.debug.stability(T.log(X), where=X < 0)
    with pytest.raises(InvalidValue, match="samples is 2"):
        sl.debug.stability(T.exp(X), samples=2)


# Hamming's problems


@pytest.mark.slow
def test_the_total_over_hammings_problems(capsys):
    found = [solved(problem, seed=7, samples=128) for problem in PROBLEMS]
    total = sum(row.suggested for row in found)
    with capsys.disabled():
        print(
            f"\n{len(found)} problems: {sum(row.written for row in found):.1f} bits as written, {total:.1f} suggested"
        )
        print(", ".join(f"{row.name}: {row.suggested:.2f}" for row in found))
    assert len(found) == 28
    assert total < 67.6


def test_one_of_hammings_problems():
    row = solved(next(problem for problem in PROBLEMS if problem.name == "3.3.3"), seed=1, samples=64)
    assert row.written > 5
    assert row.suggested < 2
