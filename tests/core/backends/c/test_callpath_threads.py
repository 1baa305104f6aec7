"""Many callers at once: threads, finalizers, forks, interrupts, the end of the interpreter."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent


def test_two_threads_share_one_function(calls) -> None:
    f, wrong = calls.function("arena_run", "x", [calls.V], outputs=[calls.V, calls.V], plan="arena_plan"), []

    def work(value) -> None:
        x = np.full(calls.BIG, value)
        for _ in range(300):
            y, y2 = f(x)
            if not ((y == value).all() and (y2[::512] == 2 * value).all()):
                wrong.append(value)

    calls.together(lambda: work(1.0), lambda: work(1000.0))
    assert wrong == []


@pytest.mark.parametrize(("in_place", "borrow"), [(False, False), (True, False), (True, True)])
def test_readers_see_whole_values(calls, in_place, borrow) -> None:
    cells, W, k = calls.weights(calls.BIG)
    train, predict, done = calls.trainer(cells, in_place), calls.predictor(cells), threading.Event()
    torn, reads, steps = [], [0], [0]

    def read() -> None:
        while not done.is_set():
            w, step = predict()
            reads[0] += 1
            if not (w == step).all():
                torn.append(step)
            if borrow:
                held = W.get_value(borrow=True)
                first = held[0]
                time.sleep(0)
                if not (held == first).all():
                    torn.append(first)

    def write() -> None:
        while steps[0] < 500 or (reads[0] <= 20 and steps[0] < 100_000):  # a busy machine may let readers wait
            train()
            steps[0] += 1
        done.set()

    calls.together(read, write)
    assert torn == []
    assert reads[0] > 20
    assert k.get_value() == steps[0]
    assert (W.get_value() == steps[0]).all()


@pytest.mark.parametrize("in_place", [False, True])
def test_two_trainers_lose_no_update(calls, in_place) -> None:
    cells, _, k = calls.weights(1 << 15)
    trainers = [calls.trainer(cells, in_place), calls.trainer(cells[:], in_place)]

    def work(train) -> None:
        for _ in range(1500):
            train()

    calls.together(*(lambda f=f: work(f) for f in trainers), lambda: [k.get_value() for _ in range(1500)])
    assert k.get_value() == 3000


@pytest.mark.parametrize("in_place", [False, True])
def test_an_update_waits_for_the_one_before_it(calls, in_place) -> None:
    cells, W, k = calls.weights(1000)
    other = threading.Thread(target=calls.trainer(cells, in_place))
    with calls.Paused(calls.tarrier(cells), -1.0, 0.0):
        other.start()
        other.join(0.5)  # by then it would have ended if it did not wait
        assert other.is_alive()
    other.join()
    assert k.get_value() == 2
    assert (W.get_value() == 2).all()


def test_a_value_borrowed_during_the_run_stays(calls) -> None:
    cells, W, _ = calls.weights(1000)
    with calls.Paused(calls.tarrier(cells), -1.0, 0.0):
        held = W.get_value(borrow=True)
    assert (held == 0).all()
    assert (W.get_value() == 1).all()


def test_a_value_half_written_is_not_read(calls) -> None:
    cells, W, k = calls.weights(1000)
    train, predict = calls.tarrier(cells), calls.predictor(cells)
    for step, read in enumerate((lambda: W.get_value(borrow=True), W.get_value, lambda: predict()[0]), 1):
        with calls.Paused(train, 0.0, -1.0, by_itself=True):
            assert k.get_value() == step  # current already: who reads both waits for the other
            assert (read() == step).all()


def test_a_value_being_read_is_not_written(calls) -> None:
    cells, W, k = calls.weights(1000)
    gaze, seen = calls.gazer(cells), []
    for trains in ([True], [False], [True, False, True], [False, False, True]):
        before = float(k.get_value())
        with calls.Paused(lambda: seen.append(gaze(-1.0))):
            for in_place in trains:
                calls.trainer(cells, in_place)()
        w, step = seen.pop()
        assert (w == before).all()
        assert step == before
        assert (W.get_value() == before + len(trains)).all()


def test_nothing_is_written_in_place_while_somebody_waits(calls) -> None:
    """A loop of steps in place would keep readers out for good."""
    cells, W, k = calls.weights(1000)
    train, places = calls.tarrier(cells), []
    for others in ([], [np.array(5.0)]):
        with calls.Paused(train, -1.0, 0.0, by_itself=True):
            for value in others:
                k.set_value(value)
        places.append(W.get_value(borrow=True).ctypes.data)
    train(0.0, 0.0)
    assert places[0] != places[1] == W.get_value(borrow=True).ctypes.data


def test_a_reader_waits_for_one_update_at_most(calls) -> None:
    cells, W, k = calls.weights(1000)
    train, done, waits = calls.tarrier(cells), threading.Event(), []

    def loop() -> None:
        while not done.is_set():
            train(0.0, 0.01)

    def read() -> None:
        for _ in range(15):
            before = k.get_value()
            waits.append(W.get_value(borrow=True)[0] - before)
            time.sleep(0.004)
        done.set()

    calls.together(loop, read)
    assert max(waits) <= 3, waits


@pytest.mark.parametrize("in_place", [False, True])
def test_updaters_take_turns(calls, in_place) -> None:
    """A second trainer and set_value make progress beside a training loop that never pauses."""
    cells, W, k = calls.weights(1000)
    train, done = calls.trainer(cells, in_place), threading.Event()
    loop, value = calls.tarrier(cells), np.zeros(1000)

    def work() -> None:
        while not done.is_set():
            loop(0.002, 0.0)

    def measure() -> None:
        try:
            for other in (train, lambda: W.set_value(value)):
                before = k.get_value()
                for _ in range(20):
                    other()
                assert k.get_value() - before < 100
        finally:
            done.set()

    calls.together(work, measure)


def swappers(calls, size) -> tuple:
    """Two cells, and two functions that update both, each naming them in the other's opposite order."""
    A, B = ((calls.SharedCell(np.zeros(size)), *calls.V) for _ in range(2))
    both = {"updates": [(0, False), (1, False)], "plan": "swap_plan"}
    return A, B, *(calls.function("swap_run", cells=cells, **both) for cells in ([A, B], [B, A]))


def test_cells_in_opposite_order_are_taken_in_one_order(calls) -> None:
    """Who waits for the second cell holds the first: taken as named, each would hold what the other waits for."""
    _, B, one, two = swappers(calls, 1)
    nap = calls.napper(B[0], calls.ONE)
    for _ in range(3):
        threads = [threading.Thread(target=call, daemon=True) for call in (two, one)]
        with calls.Paused(nap, -1.0):
            for thread in threads:
                thread.start()
                time.sleep(0.1)  # for it to come to where it waits
        for thread in threads:
            thread.join(calls.PATIENCE)
            assert not thread.is_alive(), "deadlock"


def test_cells_in_opposite_order_do_not_deadlock(calls) -> None:
    A, B, one, two = swappers(calls, 1 << 14)
    calls.together(
        lambda: [one() for _ in range(1000)],
        lambda: [two() for _ in range(1000)],
        lambda: [A[0].set_value(B[0].get_value()) for _ in range(300)],
    )


def test_finalizers_may_call_the_function(calls) -> None:
    """A finalizer that calls the function again, at every moment when the collector may run."""
    cells, _, _ = calls.weights(4)
    train, predict, many = calls.trainer(cells, True), calls.predictor(cells), calls.momentum(result="t")
    keyed = calls.momentum(result="d", keys=(frozenset({1}),))
    vast = calls.function("vast_run", "n", [calls.N], [cells[1]], [calls.V], [(0, False)], "vast_plan")
    x, finalized, completed, exhausted = np.ones(8), [], [], []

    class Cycle:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            finalized.append(1)
            train(), predict(), many(x, x, x, 0.1, 0.1), keyed(x, x, x, 0.1, d=0.1)
            completed.append(1)

    def exhaust(size=2**50) -> None:
        try:
            raise LookupError
        except LookupError:  # with an error at hand, Python makes an object of the next one at once
            gc.collect(0)  # so that the next but one object starts the collector
            try:
                Cycle()
                vast(size)
            except MemoryError:
                exhausted.append(size)

    def work() -> None:
        for _ in range(1000):
            Cycle()
            many(x, x, x, 0.1, 0.1)
            Cycle()
            keyed(x, x, x, 0.1, d=0.1)
            Cycle()
            train()
            Cycle()
            predict()
            exhaust()

    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        calls.together(work)
    finally:
        gc.set_threshold(*before)
    assert len(exhausted) == 1000
    assert len(finalized) > 1000
    assert len(completed) == len(finalized), "a call from a finalizer was refused"


def test_callbacks_may_call_the_function(calls) -> None:
    """What a call drops may have a weak reference, whose callback calls the function again."""
    cells, W, _ = calls.weights(4)
    begun, called = [], []

    def work() -> None:
        for in_place in (False, True):
            train, f, x = calls.trainer(cells, in_place), calls.momentum(), np.ones(8)

            def again(reference, train=train, f=f, x=x) -> None:
                begun.append(reference)
                called.append((train(), f(x, x, x, 0.1, 0.1)))

            kept = []
            for _ in range(10):
                kept.append(weakref.ref(W.get_value(borrow=True), again))
                kept.append(weakref.ref(f(x, x, x, 0.1, 0.1), again))
                train()
                W.set_value(np.zeros(4))
            f.free()
            train.free()

    calls.together(work)
    assert len(called) > 20
    assert len(called) == len(begun), "a call from a callback was refused"


@pytest.mark.parametrize("call", [lambda f, args: f(*args), lambda f, args: f(args[0], args[1])])
def test_an_argument_at_work_cannot_be_resized(calls, call) -> None:
    f, args = calls.dozer(), (np.arange(1000.0), -1.0)
    with calls.Paused(call, f, args), pytest.raises(ValueError, match="cannot resize"):
        args[0].resize(10_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["t", "l"])
def test_an_empty_container_is_not_found(calls, kind) -> None:
    with calls.Paused(calls.dozer(result=kind), np.arange(3.0), -1.0):
        found = [repr(item) for item in gc.get_objects() if type(item) in (tuple, list) and len(item) == 3]
    assert [text for text in found if "<NULL>" in text] == []


def forked(check) -> bool:
    """Whether a forked child finds that `check` holds, within some seconds."""
    child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(5)
        os._exit(0 if check() else 1)
    return os.waitpid(child, 0)[1] == 0


def is_whole(train, predict) -> bool:
    """Whether both values are of one step, and one more is possible."""
    w, k = predict()
    train()
    after, step = predict()
    return (w == k).all() and (after == step).all() and step == k + 1


@pytest.mark.slow
@pytest.mark.parametrize("in_place", [False, True])
def test_fork_beside_a_training_loop(calls, in_place) -> None:
    cells, _, _ = calls.weights(calls.BIG)
    train, predict, done = calls.trainer(cells, in_place), calls.predictor(cells), threading.Event()
    thread = threading.Thread(target=lambda: [train() for _ in iter(done.is_set, True)])
    thread.start()
    whole = all(forked(lambda: is_whole(train, predict)) for _ in range(10))
    done.set()
    thread.join()
    assert whole


def test_fork_during_the_run(calls) -> None:
    cells, _, k = calls.weights(1000)
    train, predict = calls.trainer(cells, True), calls.predictor(cells)
    with calls.Paused(calls.tarrier(cells), -1.0, 0.0):
        assert forked(lambda: k.get_value() == 0 and is_whole(train, predict))


def test_fork_during_the_commit(calls) -> None:
    """The fork waits, so that the child finds the update whole: nobody there could finish it."""
    cells, _, k = calls.weights(1000)
    train, predict = calls.trainer(cells, True), calls.predictor(cells)
    thread, before = threading.Thread(target=calls.tarrier(cells), args=(0.0, 0.3)), int(calls.gate[2])
    thread.start()
    while calls.gate[2] < before + 2:  # one halt in the run, one in the commit
        time.sleep(0.001)
    assert forked(lambda: k.get_value() == 1 and is_whole(train, predict))
    thread.join()


@pytest.fixture
def interruptible():
    """Python's own handler, also where the shell that began the tests in the background had interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupts_leave_everything_usable(calls) -> None:
    cell = calls.SharedCell(np.array(0.0))
    nap = calls.napper(cell)
    for _ in range(3):
        timer = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            timer.start()
            for _ in range(1000):
                nap(0.01)
        timer.join()
        done = cell.get_value()
        nap(0.0)
        assert cell.get_value() == done + 1


def rounds(calls) -> tuple:
    """A long call that looks at the flag, and the cell that counts its ends."""
    cell = calls.SharedCell(np.array(0.0))
    given = {"cells": [(cell, *calls.S)], "outputs": [calls.N], "updates": [(0, False)], "plan": "rounds_plan"}
    return calls.function("rounds_run", "n", [calls.N], **given), cell


def interrupt_after(seconds) -> threading.Timer:
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    return timer


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_a_call_that_looks_at_the_flag(calls) -> None:
    f, cell = rounds(calls)
    for _ in range(2):
        timer, start = interrupt_after(0.05), time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            f(20_000)
        timer.join()
        assert time.monotonic() - start < 10
        assert cell.get_value() == 0
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)  # Python's own handler is back
        time.sleep(1)
    assert f(1) == 1
    assert cell.get_value() == 1


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_leaves_calls_of_other_threads(calls) -> None:
    f, cell = rounds(calls)
    results = []
    thread = threading.Thread(target=lambda: results.append(int(f(400))))
    thread.start()
    timer = interrupt_after(0.05)
    with pytest.raises(KeyboardInterrupt):
        rounds(calls)[0](20_000)
    timer.join()
    thread.join()
    assert results == [400]
    assert cell.get_value() == 1


def test_a_call_is_repeated_where_the_handler_raises_nothing(calls) -> None:
    f, cell = rounds(calls)
    seen = []
    before = signal.signal(signal.SIGINT, lambda *given: seen.append(1))
    try:
        timer = interrupt_after(0.05)
        assert f(200) == 200
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [1]
    assert cell.get_value() == 1


def test_an_ignored_interrupt_is_ignored(calls) -> None:
    f, _ = rounds(calls)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        timer = interrupt_after(0.05)
        assert f(200) == 200
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)


EXIT = """
import sys, threading, time
sys.path.insert(0, sys.argv[1])
import numpy as np
import slowpath as calls

cell = calls.SharedCell(np.array(0.0))
nap = calls.napper(cell)

class Last:
    def __init__(self):
        self.nap, self.cell, self.write = nap, cell, sys.stdout.write
        self.flush = sys.stdout.flush
    def __del__(self):
        self.nap(0.0)
        self.write(f"{self.cell.get_value()}\\n")
        self.flush()

last = Last()
threading.Thread(target=nap, args=(60.0,), daemon=True).start()
time.sleep(0.3)
"""


def test_a_daemon_thread_at_work_does_not_hold_up_the_exit(calls) -> None:
    command = [sys.executable, "-c", EXIT, str(HERE)]
    finished = subprocess.run(
        command, capture_output=True, text=True, timeout=calls.PATIENCE, check=False, cwd=HERE.parents[3]
    )
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "1.0\n", "")
