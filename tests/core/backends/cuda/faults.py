"""Faults planted into generated kernels, one at a time: barriers left out, loops that go one too far."""

from __future__ import annotations

import re
from collections.abc import Iterator

BARRIER = re.compile(r"^\s*__syncthreads\(\);[^\n]*\n", re.MULTILINE)
LIMIT = re.compile(r"for \(int64_t (i|j|block) = [^;]*; \1 < (\w+(?: \* \w+)*);")  # what goes over elements
KERNELS = 'extern "C" __global__'


def without_a_barrier(source: str) -> Iterator[tuple[str, str]]:
    """The text without one of its barriers, for each: (where, text)."""
    first = source.index(KERNELS)
    for number, found in enumerate(BARRIER.finditer(source, first)):
        yield f"barrier {number}", source[: found.start()] + source[found.end() :]


def one_too_far(source: str) -> Iterator[tuple[str, str]]:
    """The text with one loop over elements that goes one step too far, for each."""
    first = source.index(KERNELS)
    for number, found in enumerate(LIMIT.finditer(source, first)):
        at = found.start(2)
        yield f"loop {number}", f"{source[:at]}{found.group(2)} + 1{source[found.end(2) :]}"
