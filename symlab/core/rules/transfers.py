"""Copies between processor and device that need not be made."""

from __future__ import annotations

from symlab.core.ops.transfer import to_device, to_host
from symlab.core.rewrite.rule import rule


@rule(exact=True, kinds="fiubc")
def back_from_device(x):
    """What was just brought to the device is still in the memory of the processor."""
    return to_host(to_device(x)), x


@rule(exact=True, kinds="fiubc")
def back_from_host(x):
    """What was just brought from the device is still in its memory."""
    return to_device(to_host(x)), x


RULES = (back_from_device, back_from_host)
