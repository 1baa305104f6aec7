"""The runtime as one text: CUDA's beginning, then what a text needs of the headers that it shares with C."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from symlab.core.backends.c.build import INCLUDED, NAMED, homes_of_functions, runtime_texts

DEVICE = Path(__file__).parent / "runtime" / "device.h"
ALWAYS = "bits.h"
OF_PROGRAMS = frozenset({"program.h", "product.h", "sum.h"})  # what only generated C uses


def runtime_for(code: str) -> str:
    """The definitions of the functions that `code` calls, each header once and after those that it builds on."""
    homes = homes_of_functions()
    wanted = {homes[name] for name in NAMED.findall(code) if name in homes} - OF_PROGRAMS
    return device_text() + "".join(header_text(name) for name in in_order([ALWAYS, *sorted(wanted)]))


@cache
def device_text() -> str:
    """What every text starts from."""
    return DEVICE.read_text()


@cache
def header_text(name: str) -> str:
    """A header without the lines that include others."""
    return INCLUDED.sub("", runtime_texts()[name])


def in_order(names: list[str]) -> list[str]:
    """Headers and all that they include, the latter first."""
    texts = runtime_texts()
    found: dict[str, None] = {}
    stack = list(reversed(names))
    while stack:
        name = stack[-1]
        missing = [other for other in INCLUDED.findall(texts[name]) if other not in found]
        if missing and name not in found:
            stack += reversed(missing)
        else:
            found[stack.pop()] = None
    return list(found)
