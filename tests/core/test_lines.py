"""Refused calls and generated code lead back to the user's line, also where rules have made the node anew."""

from __future__ import annotations

import re

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T

X, Y, M, N = T.dvector("x"), T.dvector("y"), T.dmatrix("m"), T.dmatrix("n")
THREE, TWO = [1.0, 2.0, 3.0], [1.0, 2.0]
REFUSED = {
    "a constant of another dtype": (lambda: T.dot(X, np.array([1, 2])), [X], [THREE]),
    "what is set is a list": (lambda: T.set_subtensor(X[:2], [1, 2, 3]), [X], [THREE]),
    "a stable form": (lambda: T.log(T.exp(X) + T.exp(Y)), [X, Y], [THREE, TWO]),
    "a sum in another order": (lambda: X - Y * 2 + X, [X, Y], [THREE, TWO]),
    "a product with a factor": (lambda: -2 * T.dot(M, N) + M, [M, N], [np.ones((2, 3)), np.ones((2, 3))]),
}


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_call_names_the_line(case, mode):
    """The node with its line, and every operand with the line that built it."""
    build, inputs, values = REFUSED[case]
    f = sl.function(inputs, build(), mode=mode)
    with pytest.raises((ValueError, IndexError)) as caught:
        f(*values)
    head, *rows = str(caught.value).splitlines()
    assert re.match(r"\w+ \(built in test_lines.py, line \d+\): ", head)
    assert rows
    assert all(re.search(r"built in test_lines.py, line \d+$", row) for row in rows if not row.startswith("  try"))


def test_what_was_typed_is_named_rather_than_what_a_rule_made():
    """A rule makes `logaddexp` of the sum, which the user does not know; x and y have their own lines."""
    f = sl.function([X, Y], T.log(T.exp(X) + T.exp(Y)))
    assert "logaddexp" in f.source
    with pytest.raises(ValueError, match=r"^add \(built in test_lines.py.*have shapes \(3,\), \(2,\)"):
        f(THREE, TWO)


def test_generated_code_carries_the_line_of_nodes_that_rules_made():
    """The slope of softplus is a sigmoid that nobody typed; it comes from the line with the logarithm."""
    f = sl.function([X], T.grad(T.log(1 + T.exp(X)).sum(), X))
    lines = [line for line in f.source.splitlines() if "sl_sigmoid(" in line]
    assert lines
    assert all(re.search(r"node \d+: sigmoid  test_lines.py, line \d+ \*/$", line) for line in lines)


def test_only_elementwise_nodes_speak_of_broadcasting():
    """A size of 1 would broadcast in a sum if it were declared; in a product or beside another array never."""
    for made, inputs, values, is_advised in (
        (X + Y, [X, Y], ([1.0], TWO), True),
        (T.inc_subtensor(X[:2], Y), [X, Y], (THREE, [1.0]), True),
        (T.dot(M, X), [M, X], ([[1.0, 2.0]], [1.0]), False),
        (T.stack([X, Y]), [X, Y], ([1.0], TWO), False),
    ):
        with pytest.raises(ValueError, match="has size") as caught:
            sl.function(inputs, made)(*values)
        assert ("declare it" in str(caught.value)) == is_advised


@pytest.mark.parametrize("build", [lambda x, y: x + y - x, lambda x, y: x * y / y, lambda x, y: (x + y).shape])
def test_debugmode_refuses_sizes_that_only_dropped_operands_had(build):
    """x + y - x is y for the compiler; DebugMode computes what was typed, and names the line where that fails."""
    f = sl.function([X, Y], build(X, Y), mode="DebugMode")
    with pytest.raises(ValueError, match=r"^(add|mul) \(built in test_lines.py, line \d+\): .*sizes 2 and 3"):
        f(THREE, TWO)
    f(TWO, TWO)


def shifted(row, total):
    cut = row[:3]
    return total + (cut + Y).sum()


def picked(row, total):
    place = T.cast(row[0], "int64")
    return total + Y[place]


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize(
    ("step", "value", "name"), [(shifted, TWO, "add"), (picked, TWO, "slice")], ids=["sizes", "index"]
)
def test_a_step_of_a_loop_names_its_own_line(step, value, name, mode):
    """What does not fit within a step is told with the line in the function of the step, not with that of `scan`."""
    total, _ = sl.scan(step, sequences=M, outputs_info=0.0)
    f = sl.function([M, Y], total, mode=mode)
    with pytest.raises((ValueError, IndexError)) as caught:
        f(np.full((2, 4), 7.0), value)
    line = step.__code__.co_firstlineno + 2
    assert str(caught.value).startswith(f"{name} (built in test_lines.py, line {line}): ")
