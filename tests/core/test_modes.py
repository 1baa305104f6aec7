"""Modes: by name, as values, with and without passes and rules; all of them compute the same."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import ConfigError, UnknownName
from symlab.core.modes import MODES, Mode, as_mode
from symlab.core.pipeline import DEFAULT

A = np.array([0.5, -1.0, 2.0])


def program():
    """A function with rewrites, a reduction and an update, in any mode."""
    x, w = T.dvector("x"), sl.shared(np.ones(3), "w")
    cost = T.sum(T.log(1 + T.exp(-x * w)))
    return lambda mode: (sl.function([x], [cost, T.exp(x)], updates=[(w, w - 0.1 * T.grad(cost, w))], mode=mode), w)


@pytest.mark.parametrize("name", MODES)
def test_every_mode_computes_the_same(name):
    f, w = program()(name)
    cost, powers = f(A)
    np.testing.assert_allclose(cost, np.log1p(np.exp(-A)).sum(), rtol=1e-14)
    np.testing.assert_allclose(powers, np.exp(A), rtol=1e-14)
    np.testing.assert_allclose(w.get_value(), 1 + 0.1 * A / (1 + np.exp(A)), rtol=1e-14)
    assert f.name.startswith("test_modes.py:")
    assert name in repr(f)


def test_names_in_any_case():
    assert as_mode("fast_run") is MODES["FAST_RUN"]
    assert as_mode("debugmode") is MODES["DebugMode"]
    with pytest.raises(ConfigError, match="did you mean 'DebugMode'"):
        sl.function([], 1, mode="DebugMod")


def test_the_mode_of_the_configuration():
    x = T.dvector("x")
    with sl.configure(mode="FAST_COMPILE"):
        f = sl.function([x], T.exp(x))
    assert f.mode.name == "FAST_COMPILE"
    assert sl.function([x], T.exp(x)).mode.name == "FAST_RUN"


def test_fast_compile_compiles_nothing():
    x = T.dvector("x")
    f = sl.function([x], T.log(1 + T.exp(x)), mode="FAST_COMPILE")
    assert f.executable is None
    assert "reference evaluator" in f.source
    assert f.program is None
    assert not f.trace.steps


def test_rules_are_left_out():
    x = T.dvector("x")
    softplus = T.log(1 + T.exp(x))
    names = [step.rule.name for step in sl.function([x], softplus).trace.steps]
    assert names
    f = sl.function([x], softplus, mode=as_mode("FAST_RUN").excluding(*names))
    assert not set(names) & {step.rule.name for step in f.trace.steps}
    with pytest.raises(UnknownName):
        as_mode("FAST_RUN").excluding("no_such_rule")


def test_passes_are_left_out_and_put_back():
    without = as_mode("FAST_RUN").excluding("stabilize")
    assert "stabilize" not in without.pipeline.names
    assert without.including("stabilize").pipeline.names == DEFAULT.names
    x = T.dvector("x")
    f = sl.function([x], T.log(1 + T.exp(x)), mode=without.excluding("specialize"))
    assert np.isinf(f(np.array([1000.0]))).all()
    assert sl.function([x], T.log(1 + T.exp(x)))(np.array([1000.0])) == 1000


def test_a_mode_of_ones_own():
    x = T.dvector("x")
    mode = sl.Mode("mine", pipeline=DEFAULT.upto("associate"), backend="reference")
    f = sl.function([x], T.log(1 + T.exp(x)), mode=mode)
    assert f(np.array([1000.0])) == 1000
    assert f.executable is None
    assert "mine" in repr(f)


def test_the_reference_back_end_by_configuration():
    x = T.dvector("x")
    with sl.configure(backend="reference"):
        f = sl.function([x], T.exp(x))
    assert f.executable is None
    np.testing.assert_allclose(f(A), np.exp(A))


def test_a_function_keeps_the_configuration_under_which_it_was_made():
    x = T.dvector("x")
    with sl.configure(algebra="floating"):
        f = sl.function([x], x + 1e16 - 1e16)
    g = sl.function([x], x + 1e16 - 1e16)
    np.testing.assert_array_equal(f([1.0]), (np.array([1.0]) + 1e16) - 1e16)
    np.testing.assert_array_equal(g([1.0]), [1.0])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(f))([1.0]), f([1.0]))


def test_floating_algebra_computes_as_written():
    x, y = T.dvectors("x", "y")
    a, b = np.random.default_rng(0).normal(size=(2, 1000))
    with sl.configure(algebra="floating"):
        f = sl.function([x, y], [x * (1 / y), (x + y) - x, x * y / x, 3 * x + x])
    expected = [a * (1 / b), (a + b) - a, a * b / a, 3 * a + a]
    for result, wanted in zip(f(a, b), expected, strict=True):
        np.testing.assert_array_equal(result, wanted)


@pytest.mark.parametrize("mode", [*MODES.values(), Mode("mine", DEFAULT.upto("associate"), options={"raises": False})])
def test_modes_are_pickled(mode):
    assert pickle.loads(pickle.dumps(mode)) == mode
