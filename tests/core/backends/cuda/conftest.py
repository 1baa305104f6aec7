"""The device of these tests: a GPU where there is one, else the emulated device."""

from __future__ import annotations

from tests.emulator.device import device, emulated

__all__ = ["device", "emulated"]
