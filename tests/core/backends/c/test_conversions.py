"""Floating-point numbers as integers: compiled code, the reference and NumPy agree, also beyond the integers' range."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

VALUES = [0.0, -0.5, 0.5, 1.5, -2.7, 127.0, 128.0, -129.0, 255.5, 300.0, 70000.0, 2147483648.0, -2147483649.0]
BEYOND = [4294967296.5, 1e10, -1e10, 9.3e18, -9.3e18, 1.9e19, 1e30, -1e30, np.nan, np.inf, -np.inf]
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def as_integers(values: np.ndarray, kind: str) -> np.ndarray:
    """NumPy's conversion, of whose two ways to uint32 the one by int64."""
    with np.errstate(invalid="ignore"):
        return (values.astype("int64") if kind == "uint32" else values).astype(kind)


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("source", ["float16", "float32", "float64"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_integers_of_any_number(source, mode):
    """Both as stored and as read on within the kernel: GCC makes (double)(int)x to trunc(x) if it is let."""
    x = T.vector("x", dtype=source)
    made = [T.cast(x, kind) for kind in INTEGERS]
    f = sl.function([x], [*made, *(T.cast(item, source) for item in made)], mode=mode)
    with np.errstate(over="ignore"):
        values = np.array((VALUES + BEYOND) * 3).astype(source)
    wanted = [as_integers(values, kind) for kind in INTEGERS]
    for found, right in zip(f(values), [*wanted, *(item.astype(source) for item in wanted)], strict=True):
        np.testing.assert_array_equal(found, right)


def test_minus_a_half_becomes_plain_zero():
    """Its reciprocal is plus infinity, as of any integer 0."""
    x = T.dvector("x")
    f = sl.function([x], 1 / T.cast(T.cast(x, "int32"), "float64"))
    assert f([-0.5] * 9).tolist() == [np.inf] * 9


def test_debugmode_is_quiet_about_nan_as_an_integer():
    """The two evaluations give the same integer, so nothing is told of a rule or kernel."""
    x = T.fvector("x")
    f = sl.function([x], [T.cast(T.cast(x, kind), "float32") for kind in INTEGERS], mode="DebugMode")
    f(np.array([np.nan, np.inf, -1.0, 70000.0], "float32"))
    assert not f.report.findings
