"""One clear error for each thing that a device may lack: what is missing, and what to do."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.cuda import build, driver
from symlab.core.ir.errors import CompileError, ConfigError, OutOfMemory


class DriverError(Exception):
    """What PyCUDA raises."""


class DriverMemoryError(DriverError, MemoryError):
    """What PyCUDA raises when memory runs out."""


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """What was found is remembered for the process, but not from test to test."""
    driver.missing.cache_clear()
    yield
    driver.missing.cache_clear()


def binding(monkeypatch: pytest.MonkeyPatch, loads: Any) -> None:
    """Let PyCUDA be installed, and `loads` be what happens when it is imported."""
    found = importlib.import_module

    def load(name: str) -> Any:
        return loads() if name == "pycuda.driver" else found(name)

    monkeypatch.setattr(driver.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(driver, "import_module", load)


def with_gpus(count: int, starts: bool = True) -> Any:
    """A driver that starts or not, with so many GPUs."""

    def init() -> None:
        if not starts:
            raise DriverError("cuInit failed: system not yet initialized")

    return SimpleNamespace(init=init, Device=SimpleNamespace(count=lambda: count), Error=DriverError)


def no_library() -> None:
    raise ImportError("libcuda.so.1: cannot open shared object file")


def refused() -> str:
    """What a user reads who asks for the device."""
    x = T.dvector("x")
    with pytest.raises(ConfigError) as told:
        sl.function([x], T.exp(x), device="cuda")
    assert sl.function([x], T.exp(x), device="auto")(np.zeros(1)) == 1
    return str(told.value)


def test_no_pycuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver.importlib.util, "find_spec", lambda name: None)
    text = refused()
    assert text.startswith("there is no device to run on: the package pycuda is not installed; pip install")
    assert "tools/build_pycuda.sh" in text
    assert "try device='auto' or device='cpu'" in text


def test_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    binding(monkeypatch, no_library)
    assert "there is no CUDA driver (libcuda.so.1: cannot open shared object file); install NVIDIA's" in refused()


def test_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    binding(monkeypatch, lambda: with_gpus(0))
    assert "the CUDA driver finds no GPU; look at nvidia-smi" in refused()


def test_a_driver_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    binding(monkeypatch, lambda: with_gpus(1, starts=False))
    assert "the CUDA driver does not start (cuInit failed: system not yet initialized); look" in refused()


def test_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    binding(monkeypatch, lambda: with_gpus(1))
    monkeypatch.setattr(build, "nvrtc", lambda: None)
    monkeypatch.setattr(build, "nvcc", lambda: None)
    assert "no CUDA compiler is found; pip install 'symlab[cuda]' for NVRTC" in refused()
    with pytest.raises(CompileError, match="neither NVRTC"):
        build.compile("", "sm_90")


@pytest.mark.skipif(build.missing_compiler() is not None, reason="no compiler for CUDA")
def test_a_text_that_is_wrong() -> None:
    with pytest.raises(CompileError) as told:
        build.compile('extern "C" __global__ void f() {\n    nonsense;\n}\n', "sm_90")
    first, *said = str(told.value).splitlines()
    assert first == "the generated CUDA does not compile: nonsense;"
    assert 'identifier "nonsense" is undefined' in "\n".join(said)


class FakeDevice:
    """A device of 100 bytes."""

    def __init__(self) -> None:
        self.used = 0
        self.driver = SimpleNamespace(
            mem_alloc=self.mem_alloc, mem_get_info=lambda: (100 - self.used, 100), MemoryError=DriverMemoryError
        )

    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...

    def mem_alloc(self, nbytes: int) -> Any:
        if self.used + nbytes > 100:
            raise DriverMemoryError
        self.used += nbytes

        def free() -> None:
            self.used -= nbytes

        return SimpleNamespace(free=free)


def test_memory_given_back_is_used_again_and_freed_before_there_is_none() -> None:
    device = FakeDevice()
    pool = driver.Pool(device, limit=64)  # type: ignore[arg-type]
    first = driver.Memory(pool, 60)
    allocation = first.allocation
    del first
    again = driver.Memory(pool, 60)
    assert again.allocation is allocation
    del again
    assert (pool.kept, device.used) == (60, 60)
    large = driver.Memory(pool, 90)  # only fits when what is kept has been freed
    assert (pool.kept, device.used) == (0, 90)
    with pytest.raises(OutOfMemory, match="no memory for 20 bytes more: 10 of its 100 bytes are free\n  try smaller"):
        driver.Memory(pool, 20)
    del large
    assert (pool.kept, device.used) == (0, 0)  # 90 are more than it keeps
