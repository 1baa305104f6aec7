"""What kernels reach on a GPU, beside the device's own copy: `python -m benchmarks.gpu [--elements N] [--json FILE]`.

Times are those of the profile, from events around each kernel; operands and results stay on the device.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.cuda.driver import Device, missing, open_device

Row = dict[str, float]


def copy(device: Device, elements: int) -> Row:
    """The device's copy of one array to another."""
    nbytes = 4 * elements
    source, target = device.alloc(nbytes), device.alloc(nbytes)
    best = np.inf
    for _ in range(20):
        before = device.record()
        with device:
            device.driver.memcpy_dtod_async(int(target), int(source), nbytes)
        after = device.record()
        device.synchronize()
        best = min(best, device.elapsed(before, after))
    return {"ms": best, "GB/s": 2 * nbytes / best / 1e6}


def kernels(build: Callable[..., Any], *arrays: Any, moved: float = 0.0, operations: float = 0.0) -> Row:
    """The kernels that compute a new value for the first of some shared variables; bytes moved, operations done."""
    shared = [sl.shared(np.asarray(array, np.float32)) for array in arrays]
    f = sl.function([], updates={shared[0]: build(*shared)}, device="cuda")
    profile = f.profile()
    milliseconds = sum(row.microseconds for row in profile.rows if row.kind in ("kernel", "routine")) / 1e3
    found: Row = {"ms": milliseconds}
    if moved:
        found["GB/s"] = moved / milliseconds / 1e6
    if operations:
        found["TFLOP/s"] = operations / milliseconds / 1e9
    return found


def total(build: Callable[[Any], Any], array: Any) -> Row:
    """A reduction of one array to a result that is small."""
    x = sl.shared(np.asarray(array, np.float32))
    result = build(x)
    kept = sl.shared(np.zeros((0,) * result.ndim, np.float32))
    profile = sl.function([], updates={kept: result}, device="cuda").profile()
    milliseconds = sum(row.microseconds for row in profile.rows if row.kind == "kernel") / 1e3
    return {"ms": milliseconds, "GB/s": 4 * array.size / milliseconds / 1e6}


def regression(rows: int) -> Row:
    """One step of the tour's softmax regression."""
    rng = np.random.default_rng(0)
    images, labels = T.fmatrix("images"), T.lvector("labels")
    w, b = sl.shared(np.zeros((784, 10), np.float32)), sl.shared(np.zeros(10, np.float32))
    chances = T.nnet.softmax(T.dot(images, w) + b)
    loss = -T.log(chances[T.arange(labels.shape[0]), labels]).mean()
    slopes = T.grad(loss, [w, b])
    updates = [(item, item - np.float32(0.1) * slope) for item, slope in zip([w, b], slopes, strict=True)]
    given = {
        images: sl.shared(rng.random((rows, 784)).astype(np.float32)),
        labels: sl.shared(rng.integers(0, 10, rows)),
    }
    f = sl.function([], updates=updates, givens=given, device="cuda")
    return {"ms": sum(row.microseconds for row in f.profile().rows) / 1e3}


def measure(elements: int) -> dict[str, Row]:
    """Every figure for arrays of so many numbers."""
    rng = np.random.default_rng(0)
    side = max(int(np.sqrt(elements / 8)), 4)
    vector = rng.random(elements).astype(np.float32)
    matrix = vector[: elements // 1024 * 1024].reshape(-1, 1024) if elements >= 4096 else vector.reshape(-1, 4)
    square = rng.random((side, side))
    return {
        "copy": copy(open_device(), elements),
        "fused elementwise": kernels(lambda x, y: T.tanh(x) * y + x, vector, vector, moved=12.0 * elements),
        "sum of everything": total(lambda x: x.sum(), vector),
        "sums of rows": total(lambda x: x.sum(axis=1), matrix),
        "sums of columns": total(lambda x: x.sum(axis=0), matrix),
        "softmax of rows": kernels(T.nnet.softmax, matrix, moved=8.0 * matrix.size),
        "matrix product": kernels(T.dot, square, square, operations=2.0 * side**3),
        "regression step": regression(min(4000, max(elements // 784, 2))),
    }


def main(arguments: list[str] | None = None) -> None:
    """Print the figures, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elements", type=int, default=1 << 26)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    reason = missing()
    if reason is not None:
        raise SystemExit(f"there is no device: {reason}")
    rows = measure(options.elements)
    share = rows["copy"]["GB/s"]
    for name, row in rows.items():
        figures = "  ".join(f"{value:10.4g} {unit}" for unit, value in row.items())
        print(f"{name:20s} {figures}" + (f"  {row['GB/s'] / share:6.1%} of copy" if "GB/s" in row else ""))
    if options.json:
        told = {"device": open_device().name, "elements": options.elements, "rows": rows}
        options.json.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
