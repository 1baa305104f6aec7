"""Who may write where: results that somebody holds, shared values that somebody sees, and what is given back."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from symlab.core.ir.errors import NodeError


class Interface:
    """Holds an array and gives its address."""

    def __init__(self, array) -> None:
        self.array, self.__array_interface__ = array, array.__array_interface__


HOLDERS = {
    "result": lambda y: y,
    "slice": lambda y: y[1:],
    "memoryview": memoryview,
    "frombuffer": np.frombuffer,
    "transposed": lambda y: y.reshape(5, 1).T,
    "dlpack": np.from_dlpack,
    "capsule": lambda y: y.__dlpack__(),
    "strided": lambda y: np.lib.stride_tricks.as_strided(y, (3,), (8,)),
    "broadcast": lambda y: np.broadcast_to(y, (2, 5)),
    "flat": lambda y: y.flat,
    "flags": lambda y: y.flags,
    "ctypes": np.ctypeslib.as_ctypes,
    "interface": Interface,
    "structure": lambda y: y.__array_struct__,
    "data": lambda y: y.data,
    "view": lambda y: y.view(np.int64),
    "weak": weakref.ref,
    "proxy": weakref.proxy,
}
CHANGES = {
    "dtype": lambda y: setattr(y, "dtype", np.int64),
    "swapped": lambda y: setattr(y, "dtype", ">f8"),
    "metadata": lambda y: setattr(y, "dtype", np.dtype("f8", metadata={"a": 1})),
    "shape": lambda y: setattr(y, "shape", (2, 3)),
    "rank": lambda y: setattr(y, "shape", (6, 1)),
    "strides": lambda y: setattr(y, "strides", (0,)),
    "read-only": lambda y: y.setflags(write=False),
    "unaligned": lambda y: y.setflags(align=False),
    "resized": lambda y: y.resize(3, refcheck=False),
}


def changed(array, name) -> bool:
    """Whether NumPy still lets a user change this."""
    try:
        CHANGES[name](array)
    except (AttributeError, ValueError):
        return False
    return True


# Results


@pytest.mark.parametrize("name", HOLDERS)
def test_held_results_stay(calls, name) -> None:
    f, x = calls.add(), np.arange(5.0)
    y = f(x, x)
    pointer = y.ctypes.data
    kept, before = HOLDERS[name](y), ctypes.string_at(pointer, 40)
    del y
    for _ in range(5):
        assert f(x + 100, x).ctypes.data != pointer
    assert ctypes.string_at(pointer, 40) == before
    del kept


@pytest.mark.parametrize(("reuse", "most"), [(True, 2), (False, 50)])
def test_results_are_reused(calls, reuse, most) -> None:
    f, x, y, seen, held = calls.add(reuse_outputs=reuse), np.arange(5.0), None, set(), []
    for _ in range(50):
        y = f(x, x)
        seen.add(y.ctypes.data)
        held += [] if reuse else [y]
    assert len(seen) == most


def test_results_of_one_function_as_its_arguments(calls) -> None:
    f, x = calls.add(), np.arange(5.0)
    y, z = f(x, x), f(x, x)
    assert not np.shares_memory(y, z)
    assert np.array_equal(f(f(x, x), f(x, x)), 4 * x)
    del y, z
    w = f(x, x)
    for k in range(1, 6):
        w = f(w, w)
        assert np.array_equal(w, 2.0 ** (k + 1) * x)


@pytest.mark.parametrize("name", CHANGES)
def test_a_result_that_its_holder_changed(calls, name) -> None:
    f, x = calls.add(), np.arange(6.0)
    y = f(x, x)
    if not changed(y, name):
        pytest.skip("NumPy does not let a user do this any more")
    del y
    for _ in range(3):
        z = f(x, x)
        assert z.dtype == np.float64
        assert z.dtype.metadata is None
        assert z.flags.carray
        assert np.array_equal(z, x + x)


def test_results_of_other_sizes(calls) -> None:
    f = calls.add()
    for n in (3, 5, 3, 0, 3, 8):
        x = np.arange(float(n))
        assert np.array_equal(f(x, x), 2 * x)


# Shared values


@pytest.mark.parametrize("name", ["dtype", "shape", "strides", "unaligned"])
def test_a_borrowed_value_that_its_holder_changed(calls, name) -> None:
    cells, W, _ = calls.weights(6)
    predict = calls.predictor(cells)
    if not changed(W.get_value(borrow=True), name):
        pytest.skip("NumPy does not let a user do this any more")
    with pytest.raises((TypeError, ValueError), match="shared variable 0"):
        predict()


def test_a_read_only_value_is_replaced(calls) -> None:
    cells, W, _ = calls.weights(8)
    W.get_value(borrow=True).setflags(write=False)
    calls.trainer(cells, True)()
    assert (W.get_value() == 1).all()


def with_counter(calls, cell, others=()):
    """An in-place trainer of one cell, with a counter of its own."""
    return calls.trainer([(cell, *calls.V), (calls.SharedCell(np.array(0.0)), *calls.S), *others], True)


def test_the_users_own_array_is_never_written(calls) -> None:
    a = np.zeros(8)
    with_counter(calls, calls.SharedCell(a, borrow=True))()
    assert (a == 0).all()


def test_a_view_is_never_written(calls) -> None:
    b = np.zeros(16)
    f = with_counter(calls, calls.SharedCell(b[:8], borrow=True))
    f()
    f()
    assert (b == 0).all()


def test_two_cells_on_one_array_do_not_disturb_each_other(calls) -> None:
    c = np.zeros(8)
    first, second = calls.SharedCell(c, borrow=True), calls.SharedCell(c, borrow=True)
    del c
    with_counter(calls, first)()
    assert (first.get_value() == 1).all()
    assert (second.get_value() == 0).all()


def test_a_borrowed_value_stays(calls) -> None:
    cells, W, _ = calls.weights(8)
    f, held = calls.trainer(cells, True), W.get_value(borrow=True)
    for _ in range(3):
        f()
    assert (held == 0).all()
    assert (W.get_value() == 3).all()


def test_a_value_that_nobody_sees_is_written_in_place(calls) -> None:
    cell = calls.SharedCell(np.zeros(8), borrow=True)
    before, f = cell.get_value(borrow=True).ctypes.data, with_counter(calls, cell)
    for _ in range(3):
        f()
    assert cell.get_value(borrow=True).ctypes.data == before
    assert (cell.get_value() == 3).all()


def test_an_update_by_swap_uses_two_arrays(calls) -> None:
    cells, W, _ = calls.weights(8)
    f, pointers = calls.trainer(cells, False), set()
    for _ in range(9):
        f()
        pointers.add(W.get_value(borrow=True).ctypes.data)
    assert len(pointers) == 2


def test_set_value_copies_and_borrows(calls) -> None:
    a = np.arange(3.0)
    cell = calls.SharedCell(np.zeros(3))
    cell.set_value(a)
    assert not np.shares_memory(cell.get_value(borrow=True), a)
    cell.set_value(a, borrow=True)
    assert cell.get_value(borrow=True) is a
    assert not np.shares_memory(cell.get_value(), a)
    for odd in (a[::2], a.astype(">f8"), np.asfortranarray(np.eye(3)), a.view(np.ma.MaskedArray)):
        cell.set_value(odd, borrow=True)
        value = cell.get_value(borrow=True)
        assert type(value) is np.ndarray
        assert value.flags.carray
        assert value.dtype.isnative
        assert np.array_equal(value, odd)
    inner = [1, [2]]
    cell.set_value(inner)
    assert cell.get_value(borrow=True) == inner
    assert cell.get_value(borrow=True) is not inner
    with pytest.raises(TypeError):
        cell.set_value()


# Given back


@pytest.mark.slow
def test_no_leak(calls) -> None:
    x, other, f, g = np.arange(8.0), np.ones(9), calls.add(), calls.add0()
    d = calls.add(result="d", keys=("sum",))
    cells, W, k = calls.weights(8)
    train, predict, fail = calls.trainer(cells, True), calls.predictor(cells), calls.failing(cells)
    bad = (
        lambda: f(x, other),
        lambda: fail(99),
        lambda: f(x, x + 1j),
        lambda: f(x, x, x),
        lambda: f(x, z=x),
        lambda: f.none,
    )

    def some(n) -> None:
        for _ in range(n):
            f(x, x), f(y=x, x=x), d(x, x), g(1.0, 2.0), train(), predict(), k.set_value(np.array(0.0)), repr(f)
        for _ in range(n // 20):
            for one in bad:
                with pytest.raises((NodeError, TypeError, AttributeError)):
                    one()

    def counts():
        watched = (x, other, np.dtype("f8"), W, k, W.get_value(borrow=True), f.details, None, "sum", f, d, NodeError)
        return [sys.getrefcount(item) for item in watched]

    some(4000)
    gc.collect()
    before, peak = counts(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    some(40_000)
    gc.collect()
    assert all(abs(a - b) < 20 for a, b in zip(before, counts(), strict=True)), (before, counts())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 2048


@pytest.mark.slow
def test_a_function_that_dies_lets_go_of_everything(calls) -> None:
    x, details, key, cell = np.ones(4), object(), object(), calls.SharedCell(np.zeros(3))
    watched = (x, details, key, cell, calls.library, np.dtype("f8"))

    def make() -> None:
        f = calls.add(cells=[(cell, *calls.V)], details=details, result="d", keys=(key,), plan="arena_plan")
        with pytest.raises(TypeError, match="SharedCell"):
            calls.add(cells=[(details, *calls.V)])
        assert f.details is details
        g = calls.add(keys=(key,), result="d")
        g(x, x)

    make()
    gc.collect()
    before, peak = [sys.getrefcount(item) for item in watched], None
    for _ in range(2000):
        make()
        peak = peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gc.collect()
    assert [sys.getrefcount(item) for item in watched] == before
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 2048


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="tells the resident size on Linux alone")
def test_free_gives_memory_back(calls) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

    x, f = np.zeros(4 << 20), calls.add()
    y = f(x, x)
    y = f(x, x)
    del y
    cells, W, _ = calls.weights(4 << 20)
    train = calls.trainer(cells, False)
    train()
    train()
    kept = resident()
    f.free()
    assert kept - resident() > 50 << 20
    kept = resident()
    train.free()
    assert kept - resident() > 25 << 20
    train()
    assert W.get_value()[0] == 3
