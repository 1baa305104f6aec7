"""`scan_checkpoints`: the numbers of `scan`, every Nth of them, and gradients that keep less."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue
from symlab.core.lower.memory import Program

draw = np.random.default_rng(8).normal
MODES = ["FAST_RUN", "FAST_COMPILE"]


def run(inputs: Any, outputs: Any, given: Any, mode: str) -> Any:
    f = sl.function(inputs, outputs, mode=mode)
    assert mode == "FAST_COMPILE" or isinstance(f.trace.program, Program), f.source
    return f(*given)


def network(row: Any, h: Any, w: Any) -> Any:
    new = T.tanh(T.dot(h, w) + row)
    return new, T.sum(new**2)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("steps", "size"), [(12, 4), (13, 4), (3, 10), (5, 1)])
@pytest.mark.parametrize("known", [True, False])
def test_values_and_gradients_are_those_of_scan(mode: str, steps: int, size: int, known: bool) -> None:
    x = T.tensor("x", dtype="float64", shape=(steps if known else None, 3))
    h, w = T.dvector("h"), T.dmatrix("w")
    plain, _ = sl.scan(network, sequences=x, outputs_info=[h, None], non_sequences=w)
    saved, _ = sl.scan_checkpoints(network, sequences=x, outputs_info=[h, None], non_sequences=w, save_every_N=size)
    places = np.unique([*range(size - 1, steps, size), steps - 1])
    results = [*saved, *sl.grad(T.sum(T.sin(saved[0][-1])) + saved[1][-1] ** 2, [x, h, w])]
    wanted = [item[places] for item in plain]
    wanted += sl.grad(T.sum(T.sin(plain[0][-1])) + plain[1][-1] ** 2, [x, h, w])
    given = [draw(size=(steps, 3)), draw(size=3), draw(size=(3, 3))]
    expected = sl.function([x, h, w], wanted)(*given)
    for found, right in zip(run([x, h, w], results, given, mode), expected, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_powers_as_theano_tests_them(mode: str) -> None:
    k, A = T.iscalar("k"), T.dvector("A")
    powers, updates = sl.scan_checkpoints(
        fn=lambda prior, A: prior * A, outputs_info=T.ones_like(A), non_sequences=A, n_steps=k, save_every_N=4
    )
    given = [np.arange(3.0), 10]
    assert not updates
    value, slope = run([A, k], [powers[-1], sl.grad(T.sum(powers[-1]), A)], given, mode)
    np.testing.assert_allclose(value, given[0] ** 10)
    np.testing.assert_allclose(slope, 10 * given[0] ** 9)


def test_second_derivatives() -> None:
    a, x = T.dscalar("a"), T.dvector("x")
    results = []
    for loop in (sl.scan, sl.scan_checkpoints):
        options = {"save_every_N": 2} if loop is sl.scan_checkpoints else {}
        states, _ = loop(lambda row, s, a: T.sin(s * a) + row, sequences=x, outputs_info=a, non_sequences=a, **options)
        first = sl.grad(states[-1], a)
        results += [first, sl.grad(first, a), sl.Rop(states[-1], a, T.constant(1.0))]
    found = sl.function([a, x], results)(0.7, draw(size=5))
    np.testing.assert_allclose(found[:3], found[3:], rtol=1e-10)
    np.testing.assert_allclose(found[0], found[2], rtol=1e-10)


def test_updates_of_shared_variables() -> None:
    count = sl.shared(0)
    states, updates = sl.scan_checkpoints(
        lambda s: (s + count, {count: count + 1}), outputs_info=[T.constant(0)], n_steps=7, save_every_N=3
    )
    assert sl.function([], states, updates=updates)().tolist() == [0 + 1 + 2, 15, 21]
    assert count.get_value() == 7


def test_what_it_refuses() -> None:
    x = T.dvector("x")
    with pytest.raises(InvalidValue, match="the present row, not the taps"):
        sl.scan_checkpoints(lambda a, b: a + b, sequences={"input": x, "taps": [-1, 0]})
    with pytest.raises(InvalidValue, match="not the taps"):
        sl.scan_checkpoints(lambda a, b: a + b, outputs_info={"initial": x, "taps": [-2, -1]}, n_steps=4)
    with pytest.raises(RuntimeError, match="not the taps"):
        sl.scan_checkpoints(lambda a: a, outputs_info={"initial": x, "taps": [-2]})
    with pytest.raises(InvalidValue, match="cannot stop early"):
        sl.scan_checkpoints(lambda a: (a, sl.scan_module.until(a > 1)), sequences=x)
    with pytest.raises(InvalidValue, match="save_every_N is a number of steps"):
        sl.scan_checkpoints(lambda a: a, sequences=x, save_every_N=0)


MEASURE = """
import resource, sys
import numpy as np
import symlab as sl, symlab.tensor as T
h, w = T.dvector("h"), T.dvector("w")
step = lambda s, w: T.tanh(s * w) + 0.1
if sys.argv[1] == "scan":
    states, _ = sl.scan(step, outputs_info=h, non_sequences=w, n_steps=10_000)
else:
    states, _ = sl.scan_checkpoints(step, outputs_info=h, non_sequences=w, n_steps=10_000, save_every_N=100)
f = sl.function([h, w], sl.grad(T.sum(states[-1]), w))
f(np.ones(1), np.ones(1))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = f(np.linspace(0, 1, 4000), np.linspace(0.5, 1.2, 4000))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, repr(float(found.sum())))
"""


@pytest.mark.slow
def test_memory() -> None:
    """10,000 steps of 4000 numbers, 320 MB if all are kept."""
    found = {}
    between = ["sh", "-c", '"$@"; exit $?', "sh"]  # a process starts with the peak of the one that started it
    for kind in ("scan", "checkpoints"):
        done = subprocess.run(
            [*between, sys.executable, "-c", MEASURE, kind], capture_output=True, text=True, check=True
        )
        kilobytes, total = done.stdout.split()
        found[kind] = int(kilobytes), float(total)
    assert found["scan"][0] > 250_000
    assert found["checkpoints"][0] < 30_000
    np.testing.assert_allclose(found["scan"][1], found["checkpoints"][1], rtol=1e-12)
