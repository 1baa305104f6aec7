"""The fixture with which tests run on a GPU where there is one, and else on the emulated device."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from symlab.core.backends.cuda import binary, build, driver
from tests.emulator import toolchain

ARCHITECTURES = ("sm_80", "sm_90")


class Texts:
    """The CUDA texts that were compiled for the emulated device, by hash."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.replaced: dict[str, str] = {}  # texts with a fault, by those that they stand for

    def compile(self, source: str, arch: str) -> bytes:
        """The seam: what stands in for `symlab.core.backends.cuda.build.compile`."""
        self.found[hashlib.sha256(source.encode()).hexdigest()] = source
        return toolchain.compile(self.replaced.get(source, source), arch)

    def check(self, architectures: tuple[str, ...] = ARCHITECTURES) -> None:
        """Compile each of the same texts by the real compiler."""
        assert self.found
        for digest, source in self.found.items():
            assert hashlib.sha256(source.encode()).hexdigest() == digest
            for arch in architectures:
                assert build.compile(source, arch)[:4] == b"\x7fELF"


def install(monkeypatch: pytest.MonkeyPatch) -> Texts:
    """Put the emulated device in place of a GPU until the test ends."""
    reason = toolchain.missing()
    if reason is not None:
        pytest.skip(reason)
    toolchain.load_driver()
    toolchain.set_devices(1)
    toolchain.set_order(0)
    texts = Texts()
    monkeypatch.setattr(binary, "compile", texts.compile)
    monkeypatch.setattr(driver, "missing_compiler", lambda: None)
    driver.missing.cache_clear()
    assert driver.missing() is None
    driver.open_device().pool.limit = 0  # memory used again would not start with rubbish
    return texts


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Texts]:
    """The emulated device in place of a GPU."""
    yield install(monkeypatch)
    toolchain.set_devices(0)
    driver.missing.cache_clear()


@pytest.fixture
def device(request: pytest.FixtureRequest) -> driver.Device:
    """A GPU where there is one, else the emulated device."""
    if driver.missing() is not None:
        request.getfixturevalue("emulated")
    return driver.open_device()
