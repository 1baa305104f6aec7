"""Memory that nothing uses is kept for who asks for as much, and given back before there is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from symlab.core.backends.cuda import driver
from symlab.core.ir.errors import DeviceError


class DriverMemoryError(MemoryError):
    """What PyCUDA raises when memory runs out."""


class FakeDevice:
    """A device of 100 bytes."""

    def __init__(self) -> None:
        self.used, self.name = 0, "a device of 100 bytes"
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
    with pytest.raises(DeviceError, match="no 20 bytes of memory left: 10 of 100 are free"):
        driver.Memory(pool, 20)
    del large
    assert (pool.kept, device.used) == (0, 0)  # 90 are more than it keeps
