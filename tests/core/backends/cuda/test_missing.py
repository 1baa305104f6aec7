"""What is missing for a device to be used: one clear error each, and what the doctor says."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab import doctor
from symlab.core.backends.cuda import binary, build, driver
from symlab.core.ir.errors import CompileError, ConfigError, DeviceError


class Failure(Exception):
    """The error of a driver."""


def fake(**functions: Any) -> Any:
    """PyCUDA's driver module, whose functions do as they are told."""
    return SimpleNamespace(Error=Failure, **functions)


def fails(*_: Any) -> None:
    raise Failure("cuInit failed: unknown error")


def cannot_be_loaded(name: str) -> None:
    raise ImportError("libcuda.so.1: cannot open shared object file")


@pytest.fixture
def fresh() -> Iterator[None]:
    driver.missing.cache_clear()
    yield
    driver.missing.cache_clear()


def installed(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    """PyCUDA is there, and this is its driver module."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(driver, "import_module", module if callable(module) else lambda name: module)


CASES = {
    "no PyCUDA": (None, "the package pycuda is not installed: pip install"),
    "no library of the driver": (cannot_be_loaded, "pycuda cannot be loaded: libcuda.so.1"),
    "a driver that does not start": (fake(init=fails), "the CUDA driver does not start: cuInit failed"),
    "no device": (fake(init=lambda: None, Device=SimpleNamespace(count=lambda: 0)), "the driver finds no GPU"),
}


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("name", CASES)
def test_each_has_one_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module, told = CASES[name]
    if module is None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    else:
        installed(monkeypatch, module)
    x = T.dvector("x")
    with pytest.raises(ConfigError, match=told) as error:
        sl.function([x], x * 2, device="cuda")
    assert "try device='auto' or device='cpu'" in str(error.value)
    assert sl.function([x], x * 2, device="auto")([1.0]) == [2.0]


@pytest.mark.usefixtures("fresh")
def test_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, fake(init=lambda: None, Device=SimpleNamespace(count=lambda: 1)))
    monkeypatch.setattr(build, "nvrtc", lambda: None)
    monkeypatch.setattr(build, "nvcc", lambda: None)
    x = T.dvector("x")
    with pytest.raises(ConfigError, match=r"neither NVRTC .* nor nvcc is installed"):
        sl.function([x], x * 2, device="cuda")
    with pytest.raises(CompileError, match="neither NVRTC"):
        build.compile("", "sm_90")


def test_a_device_that_others_use(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = SimpleNamespace(compute_capability=lambda: (9, 0), name=lambda: "busy", retain_primary_context=fails)
    installed(monkeypatch, fake(init=lambda: None, Device=lambda number: busy))
    with pytest.raises(DeviceError, match=r"the GPU cannot be used: cuInit failed(?s:.*)device='cpu'"):
        driver.open_device.__wrapped__()


def test_what_the_driver_does_not_load(emulated: Any) -> None:
    with pytest.raises(DeviceError, match=r"the driver does not load what was compiled: .*(?s:.*)not older"):
        driver.open_device().load(b"what is no cubin" * 4)


def test_a_text_that_the_compiler_refuses() -> None:
    if build.missing_compiler() is not None:
        pytest.skip("no compiler for CUDA")
    with pytest.raises(CompileError, match=r"the generated CUDA does not compile(?s:.*)nonsense"):
        build.compile("nonsense", "sm_90")


@pytest.mark.slow
def test_no_memory_left(emulated: Any) -> None:
    x = T.dvector("x")
    w = sl.shared(np.zeros(3), "w")
    f = sl.function([x], T.outer(x, T.arange(x.shape[0] * 20)).sum(axis=0).max(), updates={w: w + 1}, device="cuda")
    huge = sl.function([x], T.tile(T.exp(x), 200_000_000)[::7] * 2, updates={w: w + 1}, device="cuda")
    with pytest.raises(DeviceError, match="bytes of memory left"):
        huge(np.zeros(20))
    assert np.array_equal(w.get_value(), np.zeros(3))
    assert f(np.zeros(2)) == 0  # the device is usable as before
    assert np.array_equal(w.get_value(), np.ones(3))


# The doctor


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("name", CASES)
def test_the_doctor_says_what_was_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module, told = CASES[name]
    if module is None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    else:
        installed(monkeypatch, module)
    monkeypatch.setattr(driver, "has_library", lambda: True)
    finding = doctor.cuda()
    assert not finding.found
    assert told in finding.detail
    assert finding.remedy


def test_the_doctor_names_the_device(emulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "compile", emulated.compile)
    finding = doctor.cuda()
    assert finding.found
    assert "emulated device, sm_90, pycuda" in finding.detail
