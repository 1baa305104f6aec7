"""Faults planted one by one into each kind of generated code are found on the emulated device; the clean text is not.

A fault is found if the device refuses the launch, or if a result differs under one of three orders of threads. Every
buffer lies in memory of its own here, so that what is written or read behind its end is not another's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.cuda import calls, driver
from symlab.core.backends.cuda.plan import Memory
from symlab.core.ir.graph import Graph
from symlab.core.lower.buffers import Home
from symlab.core.ops import elementwise as e
from symlab.core.ops import nn, reduce
from symlab.core.ops.linalg import dot
from symlab.core.ops.operators import Variable
from tests.core.backends.cuda.faults import one_too_far, without_a_barrier
from tests.core.backends.cuda.harness import call, loaded
from tests.core.lower.harness import reference, variable
from tests.emulator import toolchain

ORDERS = (0, 1, 5)
RNG = np.random.default_rng(7)
Fault = Callable[[str], Iterator[tuple[str, str]]]


def vector(build: Callable[[Variable], Any], size: int) -> tuple[Graph, list[Any]]:
    x = variable((None,))
    return Graph.of([x], [build(x)]), [RNG.normal(size=size)]


def matrix(build: Callable[[Variable], Any], *shape: int) -> tuple[Graph, list[Any]]:
    x = variable((None, None))
    return Graph.of([x], [build(x)]), [RNG.normal(size=shape)]


CASES: dict[str, Callable[[], tuple[Graph, list[Any]]]] = {
    "elementwise": lambda: vector(lambda x: e.tanh(x) * 2, 1000),
    "total": lambda: vector(lambda x: reduce.sum(e.sqr(x), axes=(0,), keepdims=False), 5000),
    "rows": lambda: matrix(lambda x: nn.softmax(x, axes=(1,)), 40, 36),
    "columns": lambda: matrix(lambda x: reduce.sum(x, axes=(0,), keepdims=False), 50, 20),
    "product": lambda: matrix(lambda x: dot(x, x), 70, 70),
}
# Barriers of which one alone may be left out of these texts: where all lanes use a total ("rows") each of the first
# five is needed, where only the first lane does not all; of the last two or three of each text one is enough.
REDUNDANT = {
    "total": {f"barrier {number}" for number in (2, 3, 4)},
    "rows": {f"barrier {number}" for number in (5, 6)},
    "columns": {f"barrier {number}" for number in (2, 3, 4)},
}


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch, emulated: Any) -> Any:
    """Every part of the workspace in an allocation of its own."""

    def address(memory: Memory, buffer: int) -> int:
        key = memory.program.memory[buffer]
        if key not in memory.device:
            assert key[0] is Home.WORK
            memory.device[key] = driver.open_device().alloc(bytes_of(memory, key))
        return int(memory.device[key])

    monkeypatch.setattr(Memory, "address", address)
    return emulated


def bytes_of(memory: Memory, key: tuple[Home, int]) -> int:
    """The bytes of the largest buffer in a part of the workspace."""
    buffers = memory.program.fused.buffers
    return max(
        int(np.prod(memory.plan.shapes[buffer.number], dtype=np.int64)) * buffer.dtype.itemsize
        for buffer in buffers
        if memory.program.memory[buffer.number] == key
    )


def finding(graph: Graph, values: list[Any]) -> str | None:
    """What the emulated device shows of a fault in the text of a graph; None if nothing."""
    binary = loaded(graph)
    wanted = reference(graph, values, binary.program)
    for order in ORDERS:
        toolchain.set_order(order)
        try:
            found = call(binary, values)
        except driver.open_device().driver.Error as error:
            return str(error)
        if not all(np.allclose(a, b, rtol=1e-10, atol=1e-12) for a, b in zip(found, wanted, strict=True)):
            return f"another result in order {order}"
    return None


@pytest.mark.parametrize("name", CASES)
def test_the_clean_text_gives_no_finding(apart: Any, name: str) -> None:
    assert finding(*CASES[name]()) is None


def planted(apart: Any, name: str, fault: Fault) -> dict[str, str | None]:
    """The finding of each fault of a kind."""
    graph, values = CASES[name]()
    loaded(graph)
    (source,) = apart.found.values()
    found = {}
    for where, text in fault(source):
        apart.replaced = {source: text}
        found[where] = finding(graph, values)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["total", "rows", "columns", "product"])
def test_a_missing_barrier_is_found(apart: Any, name: str) -> None:
    found = planted(apart, name, without_a_barrier)
    assert {where for where, what in found.items() if what is None} == REDUNDANT.get(name, set())
    assert any(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_loop_that_goes_too_far_is_found(apart: Any, name: str) -> None:
    found = planted(apart, name, one_too_far)
    assert found
    assert all(found.values()), found


# Transfers and updates


def test_a_missing_transfer_is_found(apart: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    x = T.dvector("x")
    with sl.configure(device="cuda"):
        f = sl.function([x], T.sort(T.exp(x))[::-1] * 2)

    def is_right() -> bool:
        value = RNG.normal(size=4)  # new, so that nothing right is left in memory
        try:
            found = f(value)
        except driver.open_device().driver.Error as error:
            assert "which nothing has written" in str(error)
            return False
        return np.allclose(found, np.sort(np.exp(value))[::-1] * 2)

    assert is_right()
    copy = calls.Call.copy
    transfers = [step for step in f.program.steps if type(step).__name__ == "TransferCall"]
    assert len(transfers) >= 2
    for missing in transfers:

        def all_but_one(self: Any, step: Any, memory: Any, missing: Any = missing) -> None:
            if step != missing:
                copy(self, step, memory)

        monkeypatch.setattr(calls.Call, "copy", all_but_one)
        assert not is_right()


def test_an_update_that_does_not_wait_is_found(apart: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """New values that go to their cells before everything has run: a call that fails then changes them."""
    x, at = T.dvector("x"), T.lvector("at")
    w = sl.shared(np.zeros(2), "w")
    with sl.configure(device="cuda"):
        f = sl.function([x, at], x[at], updates={w: w + 1})
    run = calls.Call.run

    def hasty(self: Any, counts: Any = None) -> None:
        memory = calls.Call.memory(self)
        calls.commit([w.cell], [self.new_values[-1]])
        monkeypatch.setattr(self, "memory", lambda: memory, raising=False)
        run(self, counts)

    with pytest.raises(IndexError):
        f([1.0], [3])
    assert np.array_equal(w.get_value(), [0, 0])
    monkeypatch.setattr(calls.Call, "run", hasty)
    with pytest.raises(IndexError):
        f([1.0], [3])
    assert not np.array_equal(w.get_value(), [0, 0])
