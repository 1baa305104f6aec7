"""A configuration for a block belongs to the block: other threads never see it, not even for a moment."""

from __future__ import annotations

import contextvars
import sys
import threading

import pytest

import symlab as sl
from symlab.core.ir.config import current
from symlab.core.ir.errors import ConfigError


@pytest.fixture(autouse=True)
def numbers_of_64_bits():
    assert current().floatX == "float64"
    yield
    sl.configure(floatX="float64")


def test_another_thread_does_not_see_a_block():
    """A thread that asks all the time, while this one enters and leaves blocks, is told one answer."""
    stop, seen = threading.Event(), set()

    def look():
        while not stop.is_set():
            seen.add(current().floatX)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(3000):
            with sl.configure(floatX="float32") as inside:
                assert inside.floatX == current().floatX == "float32"
            assert current().floatX == "float64"
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert seen == {"float64"}


def test_between_the_call_and_the_block_nothing_has_changed():
    block = sl.configure(floatX="float32")
    assert contextvars.Context().run(lambda: current().floatX) == "float64"
    with block:
        assert contextvars.Context().run(lambda: current().floatX) == "float64"
        assert current().floatX == "float32"
    assert current().floatX == "float64"


def test_a_statement_holds_everywhere_at_once():
    sl.configure(floatX="float32")
    assert contextvars.Context().run(lambda: current().floatX) == "float32"
    assert current().floatX == "float32"


@pytest.mark.parametrize("read", [lambda kept: current().floatX, repr], ids=["asked", "shown"])
def test_a_statement_whose_result_is_kept(read):
    kept = sl.configure(floatX="float32")
    read(kept)
    assert contextvars.Context().run(lambda: current().floatX) == "float32"
    assert repr(kept) == "configure(floatX='float32')"


def test_a_kept_statement_becomes_a_block():
    kept = sl.configure(floatX="float32")
    assert current().floatX == "float32"
    with kept:
        assert contextvars.Context().run(lambda: current().floatX) == "float64"
    assert current().floatX == "float64"


def test_blocks_within_blocks_and_refusals():
    with sl.configure(floatX="float32"):
        with pytest.raises(ConfigError), sl.configure(floatx="float16"):
            pass
        with sl.configure(threads=2):
            assert (current().floatX, current().threads) == ("float32", 2)
        sl.configure(floatX="float16")
        assert current().floatX == "float16"
    assert (current().floatX, current().threads) == ("float64", 1)


def test_a_statement_that_is_dropped_within_a_block_leaves_the_block():
    kept = [sl.configure(floatX="float32")]

    def drop():
        with sl.configure(threads=3):
            kept.clear()
            return current().threads

    assert contextvars.Context().run(drop) == 3
    assert contextvars.Context().run(lambda: current().floatX) == "float32"


def test_a_block_is_entered_again_and_elsewhere():
    """What holds in a block is what holds where it is entered, with its own settings; afterwards what held before."""
    kept = sl.configure(floatX="float32")
    with kept:
        assert sl.config.floatX == "float32"
    assert sl.config.floatX == "float64"
    with sl.configure(seed=3):
        with kept:
            assert (sl.config.seed, sl.config.floatX) == (3, "float32")
        assert (sl.config.seed, sl.config.floatX) == (3, "float64")
    assert sl.config.seed == 0
    with sl.configure(seed=3):
        made_within = sl.configure(floatX="float32")
        assert sl.config.floatX == "float32"
    with made_within:
        assert (sl.config.seed, sl.config.floatX) == (0, "float32")
    assert (sl.config.seed, sl.config.floatX) == (0, "float64")
    with kept:
        with kept:
            assert sl.config.floatX == "float32"
        assert sl.config.floatX == "float32"
    assert sl.config.floatX == "float64"


def test_a_refused_setting_leaves_nothing_behind(recwarn):
    """No error is printed when the object that was not made is thrown away."""
    import gc

    for settings in ({"florX": "x"}, {"threads": "4"}):
        try:
            sl.configure(**settings)
        except (AttributeError, TypeError, ValueError):
            pass
        else:
            raise AssertionError("the setting was not refused")
    gc.collect()
    assert not [item for item in recwarn if "Unraisable" in str(item.category)]


def test_settings_that_are_too_small_are_refused() -> None:
    """No threads at all, nor fewer bytes than none."""
    for bad in (0, -1):
        with pytest.raises(ConfigError, match=f"threads must be 1 or more, and is {bad}"):
            sl.configure(threads=bad)
    with pytest.raises(ConfigError, match="cache_size must be 0 or more"):
        sl.configure(cache_size=-1)
    assert sl.config.threads == 1
