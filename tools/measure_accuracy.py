"""Measures the C runtime's functions, their errors and their time, beside NumPy (SciPy) and glibc's vector library.

Run it as `python -m tools.measure_accuracy` from the project's folder: it prints the table and writes docs/accuracy.md.
With names as arguments it prints those functions alone.
"""

from __future__ import annotations

import ctypes
import json
import math
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tools.accuracy import (
    DTYPES,
    LIBMVEC,
    ROOT,
    RUNTIME,
    Array,
    Function,
    applied,
    compiled,
    exact_values,
    libmvec_text,
    loop_name,
    peer_values,
    points,
    runtime_text,
    ulps,
)
from tools.accuracy_table import FUNCTIONS

COUNT = 4000
LENGTH = 4096
ROUNDS = 60
REPEATS = 4
PAGE = ROOT / "docs" / "accuracy.md"
TIMED = {
    "acosh": (1.0, 20.0),
    "asin": (-1.0, 1.0),
    "acos": (-1.0, 1.0),
    "atanh": (-1.0, 1.0),
    "erfinv": (-1.0, 1.0),
    "erfcinv": (0.0, 2.0),
    "log1mexp": (-10.0, 0.0),
    "log": (0.0, 100.0),
    "log2": (0.0, 100.0),
    "log10": (0.0, 100.0),
    "log1p": (-0.9, 10.0),
    "sqrt": (0.0, 100.0),
    "pow": (0.0, 20.0),
    "xlogx": (0.0, 10.0),
    "xlogy0": (0.0, 10.0),
    "lgamma": (0.0, 20.0),
    "tgamma": (0.0, 20.0),
    "psi": (0.0, 20.0),
}


@dataclass(frozen=True)
class Row:
    """Worst errors of ours, the peer's and libmvec's, and the latter two's times by ours; nan where there is none."""

    name: str
    ours: float
    peer: float
    libmvec: float
    peer_time: float
    libmvec_time: float


def worst(results: Array, exact: Any) -> float:
    """The largest error in units of the last place."""
    return float(ulps(results, exact).max())


def aligned(values: Array) -> Array:
    """A copy that begins at a cache line."""
    raw = np.empty(values.nbytes + 64, np.uint8)
    start = -raw.ctypes.data % 64
    copy = raw[start : start + values.nbytes].view(values.dtype)
    copy[:] = values
    return copy


def loop_timer(library: ctypes.CDLL, name: str, operands: Sequence[Array], result: Array) -> Callable[[], None]:
    """A call of a compiled loop, some times over."""
    function = getattr(library, f"loop_{name}")
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*operands, result)]
    arguments = (*pointers, ctypes.c_int64(LENGTH), ctypes.c_int64(REPEATS))
    return lambda: function(*arguments)


def peer_timer(function: Function, operands: Sequence[Array], result: Array) -> Callable[[], None]:
    """A call of the peer, some times over; into `result` where it is a ufunc."""
    out = {"out": result} if isinstance(function.peer, np.ufunc) else {}

    def run() -> None:
        for _ in range(REPEATS):
            function.peer(*operands, **out)

    return run


def interleaved(runs: Sequence[Callable[[], None]]) -> list[float]:
    """The least time of each, measured in turns."""
    least = [math.inf] * len(runs)
    for _ in range(ROUNDS):
        for at, run in enumerate(runs):
            start = time.perf_counter()
            run()
            least[at] = min(least[at], time.perf_counter() - start)
    return least


def time_ratios(function: Function, dtype: Any, ours: ctypes.CDLL, libmvec: ctypes.CDLL | None) -> tuple[float, float]:
    """The peer's and libmvec's time divided by ours, in the processor's caches."""
    random, name = np.random.default_rng(0), loop_name(function, dtype)
    low, high = TIMED.get(function.name, (-5.0, 5.0))
    operands = [aligned(random.uniform(low, high, LENGTH).astype(dtype)) for _ in range(2 if function.pairs else 1)]
    result = aligned(np.zeros(LENGTH, dtype))
    runs = [loop_timer(ours, name, operands, result), peer_timer(function, operands, result)]
    if libmvec is not None and function.name in LIBMVEC:
        runs.append(loop_timer(libmvec, name, operands, result))
    with np.errstate(all="ignore"):
        mine, peer, *others = interleaved(runs)
    return peer / mine, others[0] / mine if others else math.nan


def measured(function: Function, dtype: Any, ours: ctypes.CDLL, libmvec: ctypes.CDLL | None) -> Row:
    """One row of the table."""
    operands, name = points(function, dtype, COUNT), loop_name(function, dtype)
    exact = exact_values(function, operands)
    other = math.nan
    if libmvec is not None and function.name in LIBMVEC:
        other = worst(applied(libmvec, name, operands), exact)
    errors = (worst(applied(ours, name, operands), exact), worst(peer_values(function, operands), exact), other)
    return Row(name, *errors, *time_ratios(function, dtype, ours, libmvec))


def libmvec_library(functions: Sequence[Function]) -> ctypes.CDLL | None:
    """The loops over glibc's vector library, where there is one."""
    if platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc":
        return None
    return compiled(libmvec_text(functions))[0]


def figure(value: float, form: str = ".2f") -> str:
    """A number of the table."""
    if math.isnan(value):
        return ""
    return "large" if value > 1000 else f"{value:{form}}"


HEAD = """# Accuracy of the C runtime

Generated by `python -m tools.measure_accuracy`. Errors are the worst found, in units in the last place (ULP) of the
exact value, over thresholds, their neighbours and some {count} random points a function, spread over all binades; the
exact values are mpmath's. The contract is what the tests assert. "Peer" is NumPy, or SciPy where NumPy has no such
function (for `softplus` and `log1mexp` their customary formula); "libmvec" is glibc's vector library. Times are the
others' divided by ours for {length} elements in the caches, on one thread of {machine}: above 1 ours is faster.
[accuracy_references.md](accuracy_references.md) has the functions that NumPy and SciPy compute.

| function | contract | ours | peer | libmvec | peer's time / ours | libmvec's time / ours |
|---|---|---|---|---|---|---|
"""


def line(row: Row, contract: float) -> str:
    """A row of the table as Markdown."""
    figures = map(figure, (row.ours, row.peer, row.libmvec, row.peer_time, row.libmvec_time))
    return f"| {' | '.join([f'`{row.name}`', f'{contract:g}', *figures])} |"


def processor() -> str:
    """What the machine says that it is."""
    for text in Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else ():
        if text.startswith("model name"):
            return f"{text.partition(':')[2].strip()} ({platform.machine()}, Linux)"
    return f"{platform.machine()} ({platform.system()})"


def contracts() -> dict[str, list[float]]:
    """The largest error that the tests allow, by function: in float64 and in float32."""
    return json.loads((RUNTIME / "contract.json").read_text())


def main(names: Sequence[str]) -> None:
    """Measure, print, and write the page if no names narrow it down."""
    functions = [function for function in FUNCTIONS if not names or function.name in names]
    ours, libmvec = compiled(runtime_text(functions))[0], libmvec_library(functions)
    allowed, lines = contracts(), []
    for function in functions:
        for dtype, contract in zip(DTYPES, allowed.get(function.name, (math.nan, math.nan))):
            lines.append(line(measured(function, dtype, ours, libmvec), contract))
            print(lines[-1], flush=True)
    if not names:
        head = HEAD.format(count=4 * COUNT, length=LENGTH, machine=processor())
        PAGE.write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
