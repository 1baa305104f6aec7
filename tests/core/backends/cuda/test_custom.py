"""Ops that programs add, on the device: formulas as kernels, Python functions on the processor between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

X = np.linspace(-2, 2, 37)


@pytest.fixture(autouse=True)
def on_device(device: Any) -> Any:
    with sl.configure(device="cuda"):
        yield


@pytest.mark.slow
def test_a_formula_is_a_kernel() -> None:
    bent = sl.custom.elementwise(
        "bent",
        reference=lambda x, y: np.where(x < 0, x * y, np.exp(x)),
        c="bent_at({0}, {1})",
        cuda="(0.0 + bent_at({0}, {1}))",
        helpers="SL_INLINE double bent_at(double x, double y) {\n    return x < 0 ? x * y : sl_exp(x);\n}",
        derivative=(lambda r, x, y: T.switch(x < 0, y, T.exp(x)), None),
    )
    x = T.dvector("x")
    f = sl.function([x], [T.tanh(bent(x, 3.0)), sl.grad(bent(x, 3.0).sum(), x)])
    value, slope = f(X)
    np.testing.assert_allclose(value, np.tanh(np.where(X < 0, 3 * X, np.exp(X))), rtol=1e-13)
    np.testing.assert_allclose(slope, np.where(X < 0, 3, np.exp(X)), rtol=1e-13)
    assert "(0.0 + bent_at(" in f.source


def test_python_functions_and_watched_values(capsys: pytest.CaptureFixture[str]) -> None:
    @sl.as_op(T.dvector, T.dvector, infer_shape=lambda shapes: shapes)
    def reversed_order(x: Any) -> Any:
        return x[::-1]

    x = T.dvector("x")
    checked = sl.assert_op(T.exp(x), x.sum() < 1, msg="too large")
    f = sl.function([x], T.tanh(reversed_order(sl.Print("e", ("shape",))(checked))))
    np.testing.assert_allclose(f(X), np.tanh(np.exp(X))[::-1], rtol=1e-13)
    assert capsys.readouterr().out == "e shape = (37,)\n"
    with pytest.raises(AssertionError, match="too large"):
        f(X + 1)


def test_a_sub_graph_is_opened() -> None:
    a = T.dvector("a")
    op = sl.OpFromGraph([a], [T.exp(a) * 2, a.sum()], name="blend")
    x = T.dvector("x")
    first, second = op(x)
    np.testing.assert_allclose(sl.function([x], first * second)(X + 1), np.exp(X + 1) * 2 * (X + 1).sum(), rtol=1e-12)
