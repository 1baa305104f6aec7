"""Ctrl-C during a long call, a compilation or a call of Python: it raises soon, and everything is usable after it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.c.compiler import find_compiler
from symlab.core.ops.declare import elementwise, floating

SOON = 5.0

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

BEGIN = """
import os, signal, sys, threading, time
import numpy as np
import symlab as sl, symlab.tensor as T

def interrupted(call, after=0.3):
    threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    try:
        call()
    except KeyboardInterrupt:
        return time.monotonic() - start
    raise AssertionError("nothing was interrupted")

x, n, m, s = T.dvector("x"), T.lscalar("n"), T.dmatrix("m"), sl.shared(0.0, "s")
"""


def run(program: str, *arguments: Path, **environment: str) -> list[str]:
    command = [sys.executable, "-c", BEGIN + textwrap.dedent(program), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@needs_compiler
def test_a_long_loop():
    program = """
    states, _ = sl.scan(lambda a: T.sin(a) + a, outputs_info=[x], n_steps=n)
    f = sl.function([x, n], states[-1], updates=[(s, s + 1)])
    f(np.ones(3), 10)
    print(interrupted(lambda: f(np.ones(3), 2_000_000_000)), s.get_value())
    print(abs(f(np.ones(3), 100) - np.pi).max() < 1e-12, s.get_value())
    """
    seconds, before, right, after = run(program)
    assert float(seconds) < SOON
    assert (before, right, after) == ("1.0", "True", "2.0")


@pytest.mark.slow
@needs_compiler
def test_a_long_chain_of_kernels():
    program = """
    y = m
    for _ in range(400):
        y = T.dot(y, m)
    f = sl.function([m], y, updates=[(s, s + 1)])
    f(np.eye(2))
    print(interrupted(lambda: f(np.eye(1200))), s.get_value(), f(2 * np.eye(2)).max() == 2.0**401, s.get_value())
    """
    seconds, *rest = run(program)
    assert float(seconds) < SOON
    assert rest == ["1.0", "True", "2.0"]


@pytest.mark.slow
@needs_compiler
def test_a_handler_that_raises_nothing_lets_the_call_end():
    program = """
    states, _ = sl.scan(lambda a: T.sin(a) + a, outputs_info=[x], n_steps=n)
    f = sl.function([x, n], states[-1], updates=[(s, s + 1)])
    start = time.monotonic()
    f(np.ones(3), 500_000)
    steps = int(1_000_000 / (time.monotonic() - start))  # two seconds
    seen = []
    signal.signal(signal.SIGINT, lambda *given: seen.append(1))
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    found = f(np.ones(3), steps)
    print(abs(found - np.pi).max() < 1e-12, seen, s.get_value(), signal.getsignal(signal.SIGINT).__name__)
    """
    assert run(program) == ["True", "[1]", "2.0", "<lambda>"]


@needs_compiler
def test_other_threads_go_on():
    program = """
    states, _ = sl.scan(lambda a: T.sin(a) + a, outputs_info=[x], n_steps=n)
    f = sl.function([x, n], states[-1])
    f(np.ones(3), 10)
    found = []
    thread = threading.Thread(target=lambda: found.append(f(np.ones(3), 10_000_000)))
    thread.start()
    print(interrupted(lambda: f(np.ones(3), 2_000_000_000), 0.1))
    thread.join()
    print(abs(found[0] - np.pi).max() < 1e-12)
    """
    seconds, right = run(program)
    assert float(seconds) < SOON
    assert right == "True"


@needs_compiler
def test_the_reference_evaluator():
    program = """
    states, _ = sl.scan(lambda a: T.sin(a) + a, outputs_info=[x], n_steps=n)
    f = sl.function([x, n], states[-1], updates=[(s, s + 1)], mode="FAST_COMPILE")
    print(interrupted(lambda: f(np.ones(3), 100_000_000)), s.get_value(), f(np.ones(3), 0 + 1).shape, s.get_value())
    """
    seconds, *rest = run(program)
    assert float(seconds) < SOON
    assert rest == ["0.0", "(3,)", "1.0"]


@pytest.mark.slow
@needs_compiler
def test_a_compilation(tmp_path):
    slow = tmp_path / "cc"
    slow.write_text(
        f"#!/bin/sh\nif [ -e {tmp_path}/slow ]; then echo $$ >{tmp_path}/slow; sleep 60; fi\n"
        f'exec {find_compiler().command[0]} "$@"\n'
    )
    slow.chmod(0o755)
    program = """
    sl.function([x], x + 1)(np.ones(2))
    open(sys.argv[1] + "/slow", "w").close()
    f = lambda: sl.function([x], T.exp(x) * 3, updates=[(s, s + 1)])
    print(interrupted(f, 1.0), s.get_value(), end=" ")
    try:
        os.kill(int(open(sys.argv[1] + "/slow").read()), 0)
    except ProcessLookupError:
        print("gone")
    print([name for name in os.listdir(sys.argv[1] + "/cache") if "building" in name])
    os.remove(sys.argv[1] + "/slow")
    print(f()(np.zeros(1))[0], s.get_value())
    """
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    seconds, *rest = run(program, tmp_path, SYMLAB_CC=str(slow), SYMLAB_CACHE_DIR=str(cache))
    assert float(seconds) < SOON
    assert rest == ["0.0", "gone", "[]", "3.0", "1.0"]


def test_an_interrupt_within_a_call_of_python():
    """A node that C leaves to Python, in the middle of a program that updates two variables."""
    raised = threading.Event()

    def interrupting(value):
        if not raised.is_set():
            raised.set()
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(1000):
                pass
        return np.asarray(value) + 1

    middle = elementwise("middle", doc="A node without C.", reference=interrupting, dtypes=floating, partials=(None,))
    x, a, b = T.dvector("x"), sl.shared(np.zeros(2), "a"), sl.shared(np.zeros(2), "b")
    f = sl.function([x], middle(T.exp(x)) * 2, updates=[(a, a + x), (b, b + middle(x))])
    with pytest.raises(KeyboardInterrupt):
        f([1.0, 2.0])
    assert (a.get_value() == 0).all()
    assert (b.get_value() == 0).all()
    np.testing.assert_allclose(f([1.0, 2.0]), 2 * (np.exp([1.0, 2.0]) + 1))
    np.testing.assert_array_equal(b.get_value(), [2, 3])


def test_an_interrupt_between_two_new_values(monkeypatch):
    """All new values or none, also where the reference evaluator stores them one after another."""
    x, a, b = T.dvector("x"), sl.shared(np.zeros(2), "a"), sl.shared(np.zeros(2), "b")
    f = sl.function([x], x, updates=[(a, a + x), (b, b + x)], mode="FAST_COMPILE")
    kind = type(b.cell)
    store, interrupts = kind.set_value, [KeyboardInterrupt()]

    def interrupted(cell, value, borrow=False):
        if cell is b.cell and interrupts:
            raise interrupts.pop()
        store(cell, value, borrow)

    monkeypatch.setattr(kind, "set_value", interrupted)
    with pytest.raises(KeyboardInterrupt):
        f([1.0, 2.0])
    assert not interrupts
    np.testing.assert_array_equal(a.get_value(), b.get_value())
