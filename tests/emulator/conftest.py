"""The emulated device, for its own tests."""

from __future__ import annotations

from tests.emulator.device import emulated

__all__ = ["emulated"]
