"""The device of these tests: a GPU, or the emulated driver; where this process has neither, they are skipped."""

from __future__ import annotations

import pytest

from symlab.core.backends.cuda.driver import Device, missing, open_device


@pytest.fixture
def device() -> Device:
    """The device."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    return open_device()
