"""Profiles: the parts add up to the whole, nothing is changed, and what is shown is text."""

from __future__ import annotations

import html
import json

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

X = np.random.default_rng(0).normal(size=(400, 500))


@pytest.fixture
def x():
    return T.dmatrix("x")


def training_step():
    """A function with kernels, a matrix product and an update, and its shared variable."""
    x, w = T.dmatrix("x"), sl.shared(np.full((500, 30), 0.01), "w")
    y = T.tanh(T.dot(x, w))
    return sl.function([x], y.sum(), updates=[(w, w - 0.01 * T.grad(y.sum(), w))], name="training"), w


def largest_part_of_the_time(profiles):
    """Which part of a call's time its rows explain, the largest of some profiles: others may use the machine."""
    return max(sum(row.microseconds for row in profile.rows) / profile.microseconds for profile in profiles)


def test_the_rows_add_up_to_the_wall_clock(x):
    f = sl.function([x], [T.exp(T.sin(x)) * 2, T.sum(T.log(x * x + 1), axis=0), x.T + 1])
    profile = f.profile(X)
    assert 0.8 < largest_part_of_the_time([profile, f.profile(X), f.profile(X)]) <= 1.01
    assert sum(row.share for row in profile.rows) == pytest.approx(1)
    assert profile.calls >= 1


def test_rows_tell_what_and_where():
    f, _ = training_step()
    profile = f.profile(X)
    assert {row.kind for row in profile.rows} == {"kernel", "routine"}
    assert all(row.calls == profile.calls for row in profile.rows)
    assert [row.microseconds for row in profile.rows] == sorted(
        (row.microseconds for row in profile.rows), reverse=True
    )
    assert any("tanh" in row.name and "test_profile.py" in row.origin for row in profile.rows)
    assert any("dot" in row.name for row in profile.rows)


def test_nothing_is_updated():
    f, w = training_step()
    before = w.get_value()
    f.profile(X)
    np.testing.assert_array_equal(w.get_value(), before)


def test_a_profile_uses_present_values():
    f, w = training_step()
    f.profile(X)
    w.set_value(np.zeros((500, 7)))
    assert f.profile(X).rows
    np.testing.assert_array_equal(w.get_value(), np.zeros((500, 7)))


def test_phases_of_the_compilation(x):
    f = sl.function([x], T.log(1 + T.exp(x)))
    phases = {phase.name: phase for phase in f.profile.compile}
    assert list(phases) == [*(record.name for record in f.trace.passes), "compile and load"]
    assert all(phase.milliseconds >= 0 for phase in phases.values())
    assert sum(phase.rewrites for phase in phases.values()) == len(f.trace.steps) > 0


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE", "DebugMode"])
def test_every_mode_has_a_profile(x, mode):
    f = sl.function([x], T.sum(T.exp(x) * T.sin(x)), mode=mode)
    profile = f.profile(X)
    assert profile.rows
    assert profile.microseconds > 0


def test_the_reference_evaluator(x):
    f = sl.function([x], T.sum(T.exp(x), axis=1), mode="FAST_COMPILE")
    profile = f.profile(X)
    assert {row.kind for row in profile.rows} == {"reference"}
    assert {row.name for row in profile.rows} == {"exp", "sum"}
    assert 0.8 < largest_part_of_the_time([profile, f.profile(X), f.profile(X)]) <= 1.01
    assert profile.rows[0].name == "exp"


def test_json(x, tmp_path):
    f = sl.function([x], T.exp(x), name="power")
    found = f.profile(X).to_json(tmp_path / "profile.json")
    assert json.loads((tmp_path / "profile.json").read_text()) == found
    assert found["function"] == "power"
    assert found["rows"][0]["nodes"] == ["exp"]
    assert {"name", "kind", "calls", "microseconds", "share", "origin", "nodes"} == set(found["rows"][0])
    assert found["compile"][-1]["name"] == "compile and load"


def test_text_and_html():
    nasty = "<script>alert(1)</script>"
    x = T.dmatrix(nasty)
    f = sl.function([x], T.exp(x), name=nasty)
    profile = f.profile(X)
    text, page = str(profile), profile._repr_html_()
    assert nasty in text
    assert "exp" in text
    assert "test_profile.py" in text
    assert nasty not in page
    assert html.escape(nasty) in page
    assert "exp" in page


def test_arguments_are_those_of_a_call(x):
    f = sl.function([x], T.exp(x))
    assert f.profile(x=X).rows
    with pytest.raises(TypeError, match="misses its argument"):
        f.profile()


def test_a_profile_that_was_not_measured(x):
    profile = sl.function([x], T.exp(x)).profile
    assert profile.rows == ()
    assert "compile and load" in str(profile)
