"""What a call costs, in nanoseconds and as a share of `np.add`: `python benchmarks/call.py [--json FILE] [--rounds N]`.

The functions are hand-written C in the form of generated code, so that the call path is measured alone. Rounds are
interleaved; each case is compared with the NumPy statement of its group in the same round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import timeit
from pathlib import Path
from typing import Any

import numpy as np

from symlab.core.backends.c.callobject import call_object
from symlab.core.backends.c.compiler import find_compiler
from symlab.core.backends.c.library import load_library

SOURCE = """
#include <stdint.h>
typedef int64_t I;
typedef double D;

I add_plan(void **d, I *s, I *ns, I *error) {
    if (s[0] != s[1]) return error[0] = 1, error[1] = s[0], error[2] = s[1], -2;
    return s[2] = s[0], *ns = s[0] / 2, 0;
}
int add_run(void **d, const I *s, void *w, I *error) {
    const D *x = d[0], *y = d[1];
    D *z = d[2];
    for (I i = 0; i < s[0]; i++) z[i] = x[i] + y[i];
    return 0;
}
int add0_run(void **d, const I *s, void *w, I *error) { return *(D *)d[2] = *(D *)d[0] + *(D *)d[1], 0; }
int step_run(void **d, const I *s, void *w, I *error) {
    const D *x = d[0], *y = d[1], *t = d[2], rate = *(D *)d[3], decay = *(D *)d[4], *W = d[5], *V = d[6];
    D *W2 = d[8], *V2 = d[9], loss = 0;
    for (I i = 0; i < 8; i++) {
        D r = W[i] * x[i] + y[i] - t[i];
        loss += r * r;
        V2[i] = decay * V[i] - rate * r * x[i];
        W2[i] = W[i] + V2[i];
    }
    return *(D *)d[7] = loss, 0;
}
"""
VECTOR, EIGHT, NUMBER = ((np.dtype("f8").num, sizes) for sizes in ((-1,), (8,), ()))
CASES = {  # name: (statement, what it is compared with)
    "np.add(x, y)": ("np.add(x, y)", None),
    "add(x, y), result dropped": ("add(x, y)", "np.add(x, y)"),
    "add(x=x, y=y)": ("add(x=x, y=y)", "np.add(x, y)"),
    "add(x, y), no reuse": ("fresh(x, y)", "np.add(x, y)"),
    "z = np.add(x, y)": ("z = np.add(x, y)", None),
    "z = add(x, y), last result kept": ("z = add(x, y)", "z = np.add(x, y)"),
    "np.add, inputs changing": ("for a, b in pairs: np.add(a, b)", None),
    "add, inputs changing": ("for a, b in pairs: add(a, b)", "np.add, inputs changing"),
    "np.add, inputs changing, 100 kept": ("kept = [np.add(a, b) for a, b in pairs]", None),
    "add, inputs changing, 100 kept": ("kept = [add(a, b) for a, b in pairs]", "np.add, inputs changing, 100 kept"),
    "np.add of Python floats": ("np.add(1.5, 2.5)", None),
    "add of Python floats": ("add0(1.5, 2.5)", "np.add of Python floats"),
    "5 inputs, 2 updates, in NumPy": ("numpy_step()", None),
    "5 inputs, 2 updates": ("step(x, y, t, 1e-3, 0.9)", "5 inputs, 2 updates, in NumPy"),
    "an empty Python function": ("empty(x, y)", "np.add(x, y)"),
}
TARGET = 0.6
AIMED_AT = [
    name for name, (_, base) in CASES.items() if name.startswith(("add(x, y), result", "z = ", "add, inputs")) and base
]


class NumpyStep:
    """The step with five inputs and two updates as NumPy statements."""

    def __init__(self, x: Any, y: Any, t: Any) -> None:
        self.x, self.y, self.t, self.W, self.V = x, y, t, np.zeros(8), np.zeros(8)

    def __call__(self) -> Any:
        """One step; the loss."""
        r = self.W * self.x + self.y - self.t
        loss = (r * r).sum()
        self.V = 0.9 * self.V - 1e-3 * r * self.x
        self.W = self.W + self.V
        return loss


def functions() -> dict[str, Any]:
    """The compiled functions by the names that the statements use."""
    extension, reason = call_object()
    compiler = find_compiler()
    if extension is None or compiler is None:
        raise SystemExit(reason)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "kernels.c"), Path(folder, "kernels.so")
        source.write_text(SOURCE)
        compiler.compile([source], target, ["-O2"])
        library = load_library(target, ["add_plan", "add_run", "add0_run", "step_run"])

    def function(run: str, names: str, inputs: list[Any], outputs: list[Any], **others: Any) -> Any:
        given = {"cells": (), "updates": (), "commit": 0, "plan": 0, "result": "s", "reuse_outputs": True, **others}
        given |= {"convert": None, "explain": None, "details": None, "owner": library, "release_gil_at": 20_000}
        given |= {"run": library.address(run), "names": tuple(names.split())}
        return extension.CompiledCall(inputs=tuple(inputs), outputs=tuple(outputs), **given)

    plan = library.address("add_plan")
    cells = tuple((extension.SharedCell(np.zeros(8)), *EIGHT) for _ in range(2))
    updates = {"cells": cells, "updates": ((0, False), (1, False))}
    return {
        "add": function("add_run", "x y", [VECTOR] * 2, [VECTOR], plan=plan),
        "fresh": function("add_run", "x y", [VECTOR] * 2, [VECTOR], plan=plan, reuse_outputs=False),
        "add0": function("add0_run", "a b", [NUMBER] * 2, [NUMBER]),
        "step": function("step_run", "x y t r d", [EIGHT] * 3 + [NUMBER] * 2, [NUMBER], **updates),
    }


def names() -> dict[str, Any]:
    """All names that the statements use."""
    x, y, t = np.arange(8.0), np.ones(8), np.zeros(8)
    pairs = [(x + k, y - k) for k in range(100)]
    return {**functions(), "np": np, "x": x, "y": y, "t": t, "pairs": pairs, "z": None, "kept": None} | {
        "numpy_step": NumpyStep(x, y, t),
        "empty": lambda x, y: None,
    }


def measured(rounds: int) -> dict[str, list[float]]:
    """Nanoseconds a call, of each case in each round."""
    given = names()
    assert np.array_equal(given["add"](given["x"], given["y"]), given["x"] + given["y"])
    timers = {name: timeit.Timer(statement, globals=given) for name, (statement, _) in CASES.items()}
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(rounds):
        for name, timer in timers.items():
            calls = 100 if "pairs" in CASES[name][0] else 1
            number = 200 if calls > 1 else 1000 if "NumPy" in name else 20_000
            times[name].append(timer.timeit(number) / number / calls * 1e9)
    return times


def summary(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Minimum, median, and the share of the NumPy statement's time: the median over the rounds."""
    rows = {}
    for name, (_, base) in CASES.items():
        rows[name] = {"min": min(times[name]), "median": statistics.median(times[name])}
        if base:
            rows[name]["share"] = statistics.median(a / b for a, b in zip(times[name], times[base], strict=True))
    return rows


def main() -> None:
    """Print a line for each case and for each that has a target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    rows = summary(measured(options.rounds))
    print(f"{'':36s} {'min':>8s} {'median':>8s} ns   share of NumPy's time")
    for name, row in rows.items():
        share = f"{row['share']:8.2f}" if "share" in row else ""
        print(f"{name:36s} {row['min']:8.1f} {row['median']:8.1f}   {share}")
    for name in AIMED_AT:
        verdict = "reached" if rows[name]["share"] < TARGET else "MISSED"
        print(f"target: {name}: under {TARGET} of np.add's time: {rows[name]['share']:.2f}, {verdict}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
