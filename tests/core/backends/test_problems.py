"""What a call refuses: the node, the user's line, the operands' shapes, the same kind of error on both back ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import NodeError

A, B = T.dmatrices("A", "B")
u, v = T.dvectors("u", "v")
i = T.lscalar("i")
j = T.lvector("j")

CASES: dict[str, tuple[Callable[[], Any], dict[Any, Any], type[Exception], str]] = {
    "elementwise": (lambda: u + v, {u: np.ones(3), v: np.ones(4)}, ValueError, "operands have shapes (3,), (4,)"),
    "one size is 1": (lambda: u * v, {u: np.ones(3), v: np.ones(1)}, ValueError, "operands have shapes (3,), (1,)"),
    "of parts": (
        lambda: T.exp(A)[:, 1:] + B.T,
        {A: np.ones((2, 3)), B: np.ones((3, 2))},
        ValueError,
        "operands have shapes (2, 2), (2, 3)",
    ),
    "dot": (lambda: T.dot(A, B), {A: np.ones((2, 3)), B: np.ones((2, 3))}, ValueError, "shapes (2, 3), (2, 3)"),
    "dot with a vector": (lambda: T.dot(A, u), {A: np.ones((2, 3)), u: np.ones(2)}, ValueError, "shapes (2, 3), (2,)"),
    "beside a softmax": (
        lambda: T.nnet.softmax(A, axis=1)[:, :1] + T.nnet.log_softmax(A, axis=0) * B,
        {A: np.ones((2, 3)), B: np.ones((2, 2))},
        ValueError,
        "operands have shapes (2, 3), (2, 2)",
    ),
    "reshape": (lambda: T.reshape(u, (2, 2)), {u: np.ones(3)}, ValueError, "operand has shape (3,)"),
    "reshape with -1": (lambda: T.reshape(u, (2, -1)), {u: np.ones(3)}, ValueError, "operand has shape (3,)"),
    "join": (
        lambda: T.concatenate([A, B]),
        {A: np.ones((2, 3)), B: np.ones((2, 2))},
        ValueError,
        "operands have shapes (2, 3), (2, 2)",
    ),
    "set_subtensor": (
        lambda: T.set_subtensor(u[1:3], v),
        {u: np.ones(3), v: np.ones(4)},
        ValueError,
        "operands have shapes (3,), (4,)",
    ),
    "inc_subtensor": (
        lambda: T.inc_subtensor(u[1:3], v),
        {u: np.ones(3), v: np.ones(4)},
        ValueError,
        "operands have shapes (3,), (4,)",
    ),
    "index": (lambda: u[5], {u: np.ones(3)}, IndexError, "operand has shape (3,)"),
    "index of the call": (lambda: u[i], {u: np.ones(3), i: -4}, IndexError, "operands have shapes (3,), ()"),
    "index array": (lambda: u[j], {u: np.ones(3), j: [0, 5]}, IndexError, "operands have shapes (3,), (2,)"),
    "no elements": (lambda: T.max(u), {u: np.ones(0)}, ValueError, "operand has shape (0,)"),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("case", CASES)
def test_a_refused_call_names_shapes_and_line(case: str, mode: str) -> None:
    make, values, kind, shapes = CASES[case]
    expression = make()
    f = sl.function(list(values), expression, mode=mode)
    with pytest.raises(kind) as found:
        f(*values.values())
    assert isinstance(found.value, NodeError)
    text = str(found.value)
    assert "(built in test_problems.py, line " in text.splitlines()[0]
    assert shapes in text.splitlines()[0]
    assert "built in test_problems.py, line " in text.splitlines()[1]


def test_a_refused_call_says_what_to_try() -> None:
    with pytest.raises(IndexError, match=r"\n  try an index from -3 to 2$"):
        sl.function([u], u[5])(np.ones(3))
    with pytest.raises(ValueError, match=r"\n  try a shape of 3 elements, or -1 for one of its sizes$"):
        sl.function([u], T.reshape(u, (2, 2)))(np.ones(3))


def test_shapes_are_those_of_the_failing_node() -> None:
    f = sl.function([u, v], T.exp(u)[1:] + v[: T.shape(v)[0]])
    with pytest.raises(ValueError, match=r"operands have shapes \(2,\), \(5,\)"):
        f(np.ones(3), np.ones(5))
