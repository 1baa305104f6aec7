"""The figures of a GPU, by its own clock: `python benchmarks/gpu.py [--json FILE] [--small]`.

Everything lies on the device, in shared variables, so no transfer is timed. Bandwidths stand beside that of a copy in
the same process. Without a GPU it says what is missing, and that is all.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.cuda import driver

Row = dict[str, Any]
ROUNDS, CALLS = 7, 10


def device_seconds(call: Callable[[], Any]) -> float:
    """Seconds of one call on the device: the median over rounds."""
    device = driver.open_device()
    call()
    found = []
    for _ in range(ROUNDS):
        before = device.record()
        for _ in range(CALLS):
            call()
        after = device.record()
        device.synchronize()
        found.append(device.elapsed(before, after) / 1e3 / CALLS)
    return statistics.median(found)


def on_device(shape: tuple[int, ...], dtype: str = "float32") -> Any:
    """A shared variable with numbers that neither overflow nor vanish."""
    rng = np.random.default_rng(len(shape))
    return sl.shared((rng.random(shape, "float32") - 0.5).astype(dtype))


def stored(expression: Any, like: Any) -> Callable[[], Any]:
    """A function that leaves the value of an expression on the device."""
    return sl.function([], updates={like: expression})


def copy(side: int) -> Row:
    """The device's own copy from memory to memory."""
    device, nbytes = driver.open_device(), 4 * side * side
    source, target = device.alloc(nbytes), device.alloc(nbytes)
    device.upload(source, np.zeros(side * side, "float32"))

    def call() -> None:
        with device:
            device.driver.memcpy_dtod(int(target), int(source), nbytes)

    return {"bytes": 2 * nbytes, "seconds": device_seconds(call)}


def fused(side: int) -> Row:
    """tanh(x) y + exp(x) in one kernel."""
    x, y, result = (on_device((side, side)) for _ in range(3))
    return {"bytes": 12 * side * side, "seconds": device_seconds(stored(T.tanh(x) * y + T.exp(x), result))}


def total(side: int) -> Row:
    """The sum of all elements."""
    x, result = on_device((side, side)), on_device(())
    return {"bytes": 4 * side * side, "seconds": device_seconds(stored(x.sum(), result))}


def sums_of_rows(side: int) -> Row:
    """The sum of each row."""
    x, result = on_device((side, side)), on_device((side,))
    return {"bytes": 4 * side * side, "seconds": device_seconds(stored(x.sum(axis=1), result))}


def sums_of_columns(side: int) -> Row:
    """The sum of each column."""
    x, result = on_device((side, side)), on_device((side,))
    return {"bytes": 4 * side * side, "seconds": device_seconds(stored(x.sum(axis=0), result))}


def softmax(side: int) -> Row:
    """Softmax of each row, which is read and written once."""
    x, result = on_device((side, side)), on_device((side, side))
    return {"bytes": 8 * side * side, "seconds": device_seconds(stored(T.nnet.softmax(x), result))}


def product(side: int, dtype: str = "float32") -> Row:
    """A product of square matrices."""
    a, b, result = (on_device((side, side), dtype) for _ in range(3))
    return {"operations": 2 * side**3, "seconds": device_seconds(stored(T.dot(a, b), result))}


def product_of_doubles(side: int) -> Row:
    """A product of square matrices of doubles."""
    return product(side, "float64")


def regression_step(side: int) -> Row:
    """One step of logistic regression: 500 examples of 784 numbers, fewer where `side` is."""
    examples, numbers = min(500, side), min(784, side)
    x, y, w = on_device((examples, numbers)), on_device((examples,)), on_device((numbers,))
    loss = T.nnet.binary_crossentropy(T.nnet.sigmoid(T.dot(x, w)), y + 0.5).mean()
    step = sl.function([], updates={w: w - np.float32(0.1) * T.grad(loss, w)})
    return {"seconds": device_seconds(step)}


WORK = (copy, fused, total, sums_of_rows, sums_of_columns, softmax, product, product_of_doubles, regression_step)


def rows(small: bool) -> Iterator[Row]:
    """Each figure, with rates, and for what moves memory its share of the copy's bandwidth."""
    bandwidth = None
    for work in WORK:
        side = 20 if small else 4096 if "product" in work.__name__ else 8192
        start = time.perf_counter()
        row = {"name": work.__name__, **work(side)}
        if "bytes" in row:
            row["bytes_per_second"] = row["bytes"] / row["seconds"]
            bandwidth = bandwidth or row["bytes_per_second"]
            row["of_copy"] = row["bytes_per_second"] / bandwidth
        if "operations" in row:
            row["operations_per_second"] = row["operations"] / row["seconds"]
        yield {**row, "took": time.perf_counter() - start}


def main(arguments: list[str] | None = None) -> int:
    """Print the figures, and write them as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--small", action="store_true", help="sizes that say nothing of speed, to try the script")
    options = parser.parse_args(arguments)
    missing = driver.missing()
    if missing:
        print(f"no figures of a GPU: {missing}")
        return 0
    device, found = driver.open_device(), []
    print(device.name, device.arch)
    with sl.configure(device="cuda"):
        for row in rows(options.small):
            found.append(row)
            told = [f"{key} {value:.4g}" for key, value in row.items() if key not in ("name", "bytes", "operations")]
            print(f"{row['name']:<20} {'  '.join(told)}", flush=True)
            if options.json:  # after each row: a run that is cut short has told what it found
                text = json.dumps({"device": device.name, "arch": device.arch, "rows": found}, indent=2)
                options.json.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
