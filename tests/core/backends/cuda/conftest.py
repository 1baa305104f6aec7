"""The device of these tests: a GPU where there is one, else the emulated device."""

from __future__ import annotations

import pytest

from symlab.core.backends.cuda.driver import has_library
from tests.emulator.device import device, emulated

__all__ = ["device", "emulated"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a machine with a driver, what runs on a device is marked: `pytest -m gpu` runs it there."""
    if has_library():
        for item in items:
            if "device" in getattr(item, "fixturenames", ()):
                item.add_marker("gpu")
