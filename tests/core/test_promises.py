"""Sizes that did not fit as the user typed them are refused, also where rules took the operand away that had them."""

from __future__ import annotations

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import ShapeMismatch

MODES = ("FAST_RUN", "FAST_COMPILE", "DebugMode")
LOST = {
    "x + y - x": lambda x, y: x + y - x,
    "x * y / y": lambda x, y: x * y / y,
    "x * 0 + y": lambda x, y: x * 0 + y,
    "log(exp(x) / exp(x)) + y": lambda x, y: T.log(T.exp(x) / T.exp(x)) + y,
    "shape": lambda x, y: (x + y).shape[0],
    "zeros": lambda x, y: T.zeros_like(x + y),
    "a join": lambda x, y: T.concatenate([y, y])[: y.shape[0]] + x - x,
    "parts": lambda x, y: x[1:] + y[:-1] - x[1:],
    "a known size": lambda x, y: x[[0, 0, 0]] + y - y,
    "indices": lambda x, y: x[T.arange(x.shape[0])] + y - y,
    "a replaced part": lambda x, y: T.set_subtensor(x[:], y) * 0 + x,
    "a product": lambda x, y: T.dot(x, y) * 0 + x.sum(),
    "a cumulative sum": lambda x, y: T.cumsum(x) + y - y,
    "a transposed operand": lambda x, y: (x.dimshuffle("x", 0) + y - y).sum(),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", LOST)
def test_sizes_that_do_not_fit(name, mode):
    x, y = T.dvectors("x", "y")
    f = sl.function([x, y], LOST[name](x, y), mode=mode, on_unused_input="ignore")
    f([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    with pytest.raises(ValueError, match=r"test_promises\.py, line") as refused:
        f([1.0, 2.0, 3.0], [4.0, 5.0])
    assert isinstance(refused.value, ShapeMismatch) or mode == "DebugMode"  # whose references say it in NumPy's words


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "lost", [lambda x: x[3] * 0 + 1, lambda x: x[-4] - x[-4], lambda x: T.set_subtensor(x[3], 1.0)[3]]
)
def test_indices_that_do_not_fit(lost, mode):
    x = T.dvector("x")
    f = sl.function([x], lost(x), mode=mode)
    f([1.0, 2.0, 3.0, 4.0])
    with pytest.raises(IndexError, match=r"test_promises\.py, line"):
        f([1.0, 2.0, 3.0])


@pytest.mark.parametrize("mode", MODES[:2])
def test_updates_do_not_happen(mode):
    x, total = T.dvector("x"), sl.shared(np.zeros(3), "total")
    f = sl.function([x], total.sum(), updates=[(total, total + x - x + 1)], mode=mode)
    with pytest.raises(ShapeMismatch):
        f([1.0, 2.0])
    assert total.get_value().tolist() == [0, 0, 0]
    f([1.0, 2.0, 3.0])
    assert total.get_value().tolist() == [1, 1, 1]


@pytest.mark.parametrize("mode", MODES[:2])
def test_what_is_not_computed_need_not_fit(mode):
    x, y, chosen, count = T.dvector("x"), T.dvector("y"), T.bscalar("chosen"), T.lscalar("count")
    lazily = sl.ifelse.ifelse(chosen, (x + y - x).sum(), x.sum()) + 0 * count
    f = sl.function([chosen, x, y, count], lazily, mode=mode)
    assert f(0, [1.0, 2.0], [1.0], 2) == 3


def test_what_fits_is_not_checked_twice():
    x, y = T.dvectors("x", "y")
    f = sl.function([x, y], T.exp(x + y) * (y + x))
    assert f.source.count("sl_refuse") == 1
