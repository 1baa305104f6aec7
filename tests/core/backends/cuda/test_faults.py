"""Faults planted one by one into each kind of generated code are found on the emulated device; the clean text is not.

A fault is found if the device refuses the launch, or if a result differs under one of three orders of threads. Every
buffer lies in memory of its own here, so that what is written or read behind its end is not another's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.cuda import calls, driver, geometry
from symlab.core.backends.cuda.binary import Binary
from symlab.core.backends.cuda.plan import Memory
from symlab.core.backends.cuda.render import render
from symlab.core.ir.errors import InvalidIndex
from symlab.core.ir.graph import Graph
from symlab.core.lower.buffers import Home
from symlab.core.ops import elementwise as e
from symlab.core.ops import gather, index, linalg, nn, reduce, shape
from symlab.core.ops.operators import Variable, constant
from tests.core.backends.cuda.faults import FAULTS, OF_BOUNDS, planted
from tests.core.backends.cuda.harness import call, loaded, lowered
from tests.core.lower.harness import reference, variable
from tests.emulator import toolchain

ORDERS = (0, 1, 5)
RNG = np.random.default_rng(7)


def vector(build: Callable[[Variable], Any], size: int) -> tuple[Graph, list[Any]]:
    x = variable((None,))
    return Graph.of([x], [build(x)]), [RNG.normal(size=size)]


def matrix(build: Callable[[Variable], Any], *shape: int) -> tuple[Graph, list[Any]]:
    x = variable((None, None))
    return Graph.of([x], [build(x)]), [RNG.normal(size=shape)]


def several() -> tuple[Graph, list[Any]]:
    """Broadcasting, strides and two results."""
    x, y, z = variable((None, None)), variable((None, 1)), variable((None,))
    results = [e.tanh(x) * y + z, shape.dimshuffle(x, pattern=(1, 0)) * 2]
    return Graph.of([x, y, z], results), [RNG.normal(size=(50, 70)), RNG.normal(size=(50, 1)), RNG.normal(size=70)]


def added() -> tuple[Graph, list[Any]]:
    """A product scaled and added to a matrix."""
    a, b, c, scale = (*(variable((None, None)) for _ in range(3)), variable(()))
    values = [RNG.normal(size=size) for size in ((70, 33), (33, 65), (70, 65))]
    return Graph.of([a, b, c, scale], [c - linalg.dot(a, b) * scale]), [*values, 2.5]


def stacked() -> tuple[Graph, list[Any]]:
    """Products of stacks, of which one is broadcast."""
    a, b = variable((None, 1, None, None)), variable((None, None, None))
    return Graph.of([a, b], [linalg.matmul(a, b)]), [RNG.normal(size=(2, 1, 5, 6)), RNG.normal(size=(3, 6, 7))]


def picked() -> tuple[Graph, list[Any]]:
    """Elements that an index array picks."""
    x, at = variable((None, None)), variable((None,), "int64")
    return Graph.of([x, at], [gather.take(x, at, axes=(0,)) * 2]), [RNG.normal(size=(5, 3)), [4, 0, -5, 0] * 60]


def scattered() -> tuple[Graph, list[Any]]:
    """Elements added where an index array says, one of them twice."""
    x, at, value = variable((None, None)), variable((None,), "int64"), variable((None, None))
    values = [RNG.normal(size=(5, 3)), [4, 0, -1, 0], RNG.normal(size=(4, 3))]
    return Graph.of([x, at, value], [gather.inc_take(x, value, at, axes=(0,))]), values


def one_element() -> tuple[Graph, list[Any]]:
    """What depends on no position, and reads what it writes."""
    x = variable((1,))
    return Graph.of([x], [index.inc_slice(x, constant(1.0), index=((None, None, 2),)) * x]), [np.array([3.0])]


# Rows hold numbers so large that a softmax needs the largest of them.
CASES: dict[str, Callable[[], tuple[Graph, list[Any]]]] = {
    "elementwise": lambda: vector(lambda x: e.tanh(x) * 2, 1000),
    "several": several,
    "total": lambda: vector(lambda x: reduce.sum(e.sqr(x), axes=(0,), keepdims=False), 5000),
    "rows": lambda: matrix(lambda x: nn.softmax(x * 1e3, axes=(1,)), 41, 36),
    "columns": lambda: matrix(lambda x: reduce.sum(x, axes=(0,), keepdims=False), 50, 200),
    "rows by columns": lambda: matrix(lambda x: nn.log_softmax(x * 1e3, axes=(0,)), 50, 70),
    "all": lambda: matrix(lambda x: nn.softmax(x * 1e5, axes=(0, 1)), 80, 80),
    "between loops": lambda: matrix(
        lambda x: reduce.max(
            e.exp(x) / reduce.sum(e.exp(x), axes=(1,), keepdims=True), axes=(1,), keepdims=False
        ), 41, 36),
    "kept": lambda: matrix(lambda x: nn.softmax(e.tanh(x) * e.exp(x) * 1e3, axes=(1,)), 41, 36),
    "product": lambda: matrix(lambda x: linalg.dot(x, x), 70, 70),
    "added": added,
    "stacked": stacked,
    "picked": picked,
    "scattered": scattered,
    "one element": one_element,
}  # fmt: skip
# Where a fault changes nothing: a loop that is not cut into parts or has no body, a block of one position, a launch of
# one block, a look at indices that looks twice.
WHOLE = frozenset(CASES) - {"total", "all"}
HARMLESS: dict[str, frozenset[str]] = {
    "one element too many": frozenset({"one element"}),
    "one part of a loop too many": WHOLE,
    "one position too many": frozenset({"total", "all"}),
    "blocks that overlap": frozenset({"total", "all", "picked", "scattered", "one element"}),
}


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch, emulated: Any) -> Any:
    """Every part of the workspace in an allocation of its own, and few blocks, which go over positions in turn."""
    monkeypatch.setattr(geometry, "MOST_BLOCKS", 2)

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


def text_of(apart: Any, name: str) -> str:
    """The text of a case."""
    apart.replaced.clear()
    apart.found.clear()
    loaded(CASES[name]()[0])
    (source,) = apart.found.values()
    return source


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_found(apart: Any, name: str) -> None:
    source, (graph, values) = text_of(apart, name), CASES[name]()
    count = 0
    for fault, change in FAULTS.items():
        for text in planted(source, change):
            apart.replaced = {source: text}
            assert finding(graph, values) or name in HARMLESS.get(fault, ()), fault
            count += 1
    assert count


def test_every_fault_is_planted_somewhere_where_it_harms(emulated: Any) -> None:
    for fault, change in FAULTS.items():
        harmed = [name for name in CASES if name not in HARMLESS.get(fault, ())]
        assert any(next(planted(render(lowered(CASES[name]()[0])).code, change), None) for name in harmed), fault


REFUSED = ([0, 5], [-6, 0], [5, 0, 7, -9])  # indices of an axis of 5


def refused(binary: Binary, indices: list[int]) -> str:
    """What a call with these indices says."""
    with pytest.raises((InvalidIndex, driver.open_device().driver.Error)) as error:
        call(binary, [np.ones((5, 3)), np.array(indices)])
    return str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("fault", OF_BOUNDS)
def test_each_fault_in_the_look_at_indices_is_found(apart: Any, fault: str) -> None:
    source, graph = text_of(apart, "picked"), CASES["picked"]()[0]
    told = [refused(loaded(graph), indices) for indices in REFUSED]
    assert [text.partition("index ")[2].partition(" ")[0] for text in told] == ["5", "-6", "5"]
    (text,) = planted(source, OF_BOUNDS[fault])
    apart.replaced = {source: text}
    assert [refused(loaded(graph), indices) for indices in REFUSED] != told


def test_an_order_that_matters_needs_its_one_thread(apart: Any) -> None:
    graph, values = scattered()
    binary = loaded(graph)
    for number, launch in binary.launches.items():
        if launch.kernel is not None and launch.kernel.ordered:
            binary.launches = {**binary.launches, number: replace(launch, kernel=replace(launch.kernel, ordered=False))}
    with pytest.raises(driver.open_device().driver.Error, match="race"):
        call(binary, values)


# Transfers and updates


def test_a_missing_transfer_is_found(apart: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    x = T.dvector("x")
    with sl.configure(device="cuda"):
        f = sl.function([x], T.sort(T.exp(x))[::-1] * 2)

    def is_right() -> bool:
        value = RNG.normal(size=4)  # new, so that nothing right is left in the device's memory
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
            elif self.binary.program.fused.buffers[step.target].host:
                memory.array(step.target)[...] = np.nan  # the emulator may have freed the right values just there

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
