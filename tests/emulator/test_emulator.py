"""The emulated device: it computes what CUDA C says, and shows faults that a real device might hide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symlab.core.backends.cuda import build, driver
from symlab.core.ir.errors import DeviceError
from tests.emulator import toolchain

SOURCE = Path(__file__).with_name("kernels.cu").read_text()
ORDERS = (0, 1, 5)
NUMBERS = np.arange(1.0, 129.0)


@pytest.fixture
def run(emulated):
    """Launches one of the kernels on 128 numbers: its results, with those of each order of threads."""
    device = driver.open_device()
    module = device.load(emulated.compile(SOURCE, "sm_90"))

    def launch(name: str, results: int, numbers: Any = NUMBERS, threads: int = 128, blocks: int = 1, orders=ORDERS):
        found = []
        for order in orders:
            toolchain.set_order(order)
            out, given, got = device.alloc(8 * results), device.alloc(numbers.nbytes), np.empty(results)
            device.upload(given, numbers)
            operands = [int(out), int(given), len(numbers)]
            device.launch(module.function(name), (blocks, 1, 1), (threads, 1, 1), operands)
            device.download(out, got)
            found.append(got)
        return found

    return launch


def test_kernels_compute_in_every_order(run):
    assert all(np.array_equal(got, 2 * NUMBERS) for got in run("doubled", 128, threads=32, blocks=2))
    assert all(got[0] == NUMBERS.sum() for got in run("total", 1))
    assert all(got[0] == NUMBERS[:32].sum() for got in run("total_of_warp", 1, NUMBERS[:32], 32))


def test_memory_starts_with_rubbish(run):
    assert all(np.isnan(got[64:]).all() for got in run("doubled", 128, NUMBERS[:64]))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("counted", "adds to byte .* of an allocation, which nothing has written"),
        ("never_uploaded", "reads byte .* of an allocation, which nothing has written"),
        ("never_shared", "reads byte .* of shared memory, which nothing has written"),
        (
            "total_without_barrier",
            "thread .* reads byte .* of shared memory, which (thread .* wrote, without|nothing has written yet)",
        ),
        ("overtaken", "race: thread .* shared memory, which .*, without a barrier between them"),
        ("unsynchronized", "race: thread .* an allocation"),
        ("between_blocks", "race: thread .* an allocation"),
        ("not_aligned", "reads 8 bytes that are not aligned"),
        ("half_a_mask", "a lane takes part in an operation whose mask leaves it out"),
    ],
)
def test_faults_are_found_in_every_order(run, name, problem):
    numbers = NUMBERS[:32] if name == "half_a_mask" else NUMBERS
    for order in ORDERS:
        with pytest.raises(driver.open_device().driver.Error, match=problem):
            run(name, 128, numbers, len(numbers), blocks=2, orders=(order,))


@pytest.mark.parametrize(
    ("grid", "block"),
    [((1, 65536, 1), (1, 1, 1)), ((0, 1, 1), (1, 1, 1)), ((1, 1, 1), (32, 0, 1)), ((1, 1, 1), (32, 33, 1))],
)
def test_launches_have_limits(emulated, grid, block):
    device = driver.open_device()
    doubled = device.load(emulated.compile(SOURCE, "sm_90")).function("doubled")
    with pytest.raises(device.driver.Error, match=r"a (grid|block) of no (blocks|threads), or of too many"):
        device.launch(doubled, grid, block, [0, 0, 0])


def test_threads_that_wait_apart_are_told(run, emulated):
    error = driver.open_device().driver.Error
    with pytest.raises(error, match="stuck: 64 of 128 threads wait at a barrier"):
        run("divergent_barrier", 128)
    with pytest.raises(error, match="wait at different barriers"):
        run("two_barriers", 128)


def test_lanes_of_a_warp_wait_for_each_other(run):
    assert all(got[0] == NUMBERS[:32].sum() for got in run("shared_by_warp", 1, NUMBERS[:32], 32))
    assert all(got[0] == NUMBERS.sum() for got in run("counted_from_zero", 1))


@pytest.mark.parametrize("results", [127, 125])
def test_an_element_behind_the_end_is_found(run, results):
    error = driver.open_device().driver.Error
    with pytest.raises(error, match=rf"writes 8 bytes at byte {8 * results} of an allocation"):
        run("overrun", results, NUMBERS[:results])


def test_copies_must_lie_within_an_allocation(emulated):
    device = driver.open_device()
    memory, numbers = device.alloc(16), np.zeros(3)
    with pytest.raises(device.driver.Error, match="not within an allocation"):
        device.upload(memory, numbers)
    with pytest.raises(device.driver.Error, match="not within an allocation"):
        device.download(memory, numbers)


@pytest.mark.slow
def test_out_of_memory(emulated):
    device = driver.open_device()
    with pytest.raises(DeviceError, match=r"has no 1,099,511,627,776 bytes of memory left(?s:.*)device='cpu'"):
        device.alloc(1 << 40)
    assert device.alloc(16)


def test_a_text_that_does_not_compile():
    with pytest.raises(toolchain.DoesNotCompile, match="nonsense"):
        toolchain.compile('extern "C" __global__ void f() { nonsense; }', "sm_90")


@pytest.mark.skipif(build.missing_compiler() is not None, reason="no compiler for CUDA")
def test_the_same_text_is_compiled_by_the_real_compiler(emulated):
    assert emulated.compile(SOURCE, "sm_90")[:4] == b"\x7fELF"
    emulated.check()
