"""Loops over time: `python benchmarks/loops.py [--json FILE] [--rounds N]`.

A scalar recurrence of 10^5 steps against hand-written C; a recurrent network, a GRU and an LSTM (100 steps, 16 rows,
128 units, float32) against loops in NumPy and, where they are installed, JAX and PyTensor; forward and gradient. Rounds
are interleaved; a ratio is the peer's time divided by symlab's, so that more is better.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.c.compiler import find_compiler

STEPS, ROWS, UNITS = 100, 16, 128
LONG = 100_000
SOURCE = """
void recurrence(const double *x, double a, double b, double h, long n, double *out) {
    for (long t = 0; t < n; t++) out[t] = h = a * h + b * x[t];
}
"""
Cases = dict[str, Callable[[], Any]]


def hand_written() -> Any:
    """The recurrence as a C function."""
    assert find_compiler() is not None, "there is no C compiler"
    folder = Path(tempfile.mkdtemp())
    (folder / "loop.c").write_text(SOURCE)
    subprocess.run(
        ["gcc", "-O2", "-march=native", "-shared", "-fPIC", "-o", folder / "loop.so", folder / "loop.c"], check=True
    )
    function = ctypes.CDLL(str(folder / "loop.so")).recurrence
    pointer, number = ctypes.c_void_p, ctypes.c_double
    function.argtypes = [pointer, number, number, number, ctypes.c_long, pointer]
    return function


def scalar_cases() -> Cases:
    """A recurrence of numbers."""
    x, a, b = T.dvector("x"), T.dscalar("a"), T.dscalar("b")
    states, _ = sl.scan(lambda row, h: a * h + b * row, sequences=x, outputs_info=T.constant(0.0))
    whole, last = sl.function([x, a, b], states), sl.function([x, a, b], states[-1])
    slope = sl.function([x, a, b], sl.grad(states[-1], [x, a, b]))
    values, out, c = np.random.default_rng(0).normal(size=LONG), np.empty(LONG), hand_written()
    c(values.ctypes.data, 0.9, 0.1, 0.0, LONG, out.ctypes.data)
    np.testing.assert_allclose(whole(values, 0.9, 0.1), out)
    return {
        "C": lambda: c(values.ctypes.data, 0.9, 0.1, 0.0, LONG, out.ctypes.data),
        "symlab": lambda: whole(values, 0.9, 0.1),
        "symlab, last state": lambda: last(values, 0.9, 0.1),
        "symlab, gradient": lambda: slope(values, 0.9, 0.1),
    }


def draws(*shapes: tuple[int, ...]) -> list[Any]:
    """Small numbers of these shapes."""
    random = np.random.default_rng(1)
    return [0.1 * random.normal(size=shape).astype("float32") for shape in shapes]


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: how many states it has, how many blocks of units its weights, and its step.

    `step(m, sigmoid, row, states, w, u)` gives the new states, the first of which is the output; `m` is NumPy or one of
    those that spell as it does.
    """

    name: str
    states: int
    blocks: int
    step: Callable[..., tuple[Any, ...]]


def plain(m: Any, sigmoid: Any, row: Any, states: Any, w: Any, u: Any) -> tuple[Any, ...]:
    """A recurrent network."""
    (h,) = states
    return (m.tanh(m.dot(h, u) + m.dot(row, w)),)


def gated(m: Any, sigmoid: Any, row: Any, states: Any, w: Any, u: Any) -> tuple[Any, ...]:
    """A gated recurrent unit."""
    (h,) = states
    a, b = m.dot(row, w), m.dot(h, u)
    reset, keep = (sigmoid(part(a, place) + part(b, place)) for place in range(2))
    return (keep * h + (1 - keep) * m.tanh(part(a, 2) + reset * part(b, 2)),)


def long_short(m: Any, sigmoid: Any, row: Any, states: Any, w: Any, u: Any) -> tuple[Any, ...]:
    """A long short-term memory."""
    h, c = states
    z = m.dot(row, w) + m.dot(h, u)
    new = sigmoid(part(z, 1)) * c + sigmoid(part(z, 0)) * m.tanh(part(z, 3))
    return sigmoid(part(z, 2)) * m.tanh(new), new


def part(z: Any, place: int) -> Any:
    """One block of units."""
    return z[:, place * UNITS : (place + 1) * UNITS]


CELLS = (Cell("recurrent network", 1, 1, plain), Cell("GRU", 1, 3, gated), Cell("LSTM", 2, 4, long_short))


def network_cases(cell: Cell) -> Cases:
    """The cost of a cell over all steps, and its gradient, here and elsewhere."""
    values = draws((STEPS, ROWS, UNITS), (ROWS, UNITS), *[(UNITS, cell.blocks * UNITS)] * 2)
    forward, backward = symlab_network(cell)

    def numpy_loop(x: Any, h: Any, w: Any, u: Any) -> Any:
        states, total = (h, *[np.zeros_like(h)] * (cell.states - 1)), 0.0
        for row in x:
            states = cell.step(np, lambda z: 1 / (1 + np.exp(-z)), row, states, w, u)
            total += (states[0] ** 2).sum()
        return total

    np.testing.assert_allclose(forward(*values), numpy_loop(*values), rtol=1e-4)
    cases: Cases = {
        "NumPy": lambda: numpy_loop(*values),
        "symlab": lambda: forward(*values),
        "symlab, gradient": lambda: backward(*values),
    }
    return {**cases, **jax_network(cell, values), **pytensor_network(cell, values)}


def symlab_network(cell: Cell) -> tuple[Any, Any]:
    """The cost, and the cost with its gradient."""
    x, h0, w, u = T.ftensor3("x"), T.fmatrix("h0"), T.fmatrix("w"), T.fmatrix("u")

    def step(row: Any, *rest: Any) -> Any:
        return list(cell.step(T, T.nnet.sigmoid, row, rest[:-2], *rest[-2:]))

    first = [h0, *[T.zeros_like(h0)] * (cell.states - 1)]
    found, _ = sl.scan(step, sequences=x, outputs_info=first, non_sequences=[w, u])
    cost = T.sum((found[0] if cell.states > 1 else found) ** 2)
    inputs = [x, h0, w, u]
    return sl.function(inputs, cost), sl.function(inputs, [cost, *sl.grad(cost, [h0, w, u])])


def jax_network(cell: Cell, values: list[Any]) -> Cases:
    """The same in JAX, where it is installed."""
    if importlib.util.find_spec("jax") is None:
        return {}
    import jax
    import jax.numpy as jnp

    def cost(x: Any, h0: Any, w: Any, u: Any) -> Any:
        def step(states: Any, row: Any) -> Any:
            new = cell.step(jnp, jax.nn.sigmoid, row, states, w, u)
            return new, new[0]

        first = (h0, *[jnp.zeros_like(h0)] * (cell.states - 1))
        return (jax.lax.scan(step, first, x)[1] ** 2).sum()

    forward, backward = jax.jit(cost), jax.jit(jax.value_and_grad(cost, (1, 2, 3)))
    arrays = [jnp.asarray(value) for value in values]
    return {
        "JAX": lambda: forward(*arrays).block_until_ready(),
        "JAX, gradient": lambda: jax.block_until_ready(backward(*arrays)),
    }


def pytensor_network(cell: Cell, values: list[Any]) -> Cases:
    """The same in PyTensor, where it is installed."""
    if importlib.util.find_spec("pytensor") is None:
        return {}
    import pytensor
    import pytensor.tensor as pt

    x, h0, w, u = pt.ftensor3("x"), pt.fmatrix("h0"), pt.fmatrix("w"), pt.fmatrix("u")

    def step(row: Any, *rest: Any) -> Any:
        return list(cell.step(pt, pt.sigmoid, row, rest[:-2], *rest[-2:]))

    first = [h0, *[pt.zeros_like(h0)] * (cell.states - 1)]
    found = pytensor.scan(step, sequences=x, outputs_info=first, non_sequences=[w, u], return_updates=False)
    cost = ((found[0] if cell.states > 1 else found) ** 2).sum()
    forward = pytensor.function([x, h0, w, u], cost)
    backward = pytensor.function([x, h0, w, u], [cost, *pytensor.grad(cost, [h0, w, u])])
    return {"PyTensor": lambda: forward(*values), "PyTensor, gradient": lambda: backward(*values)}


def measured(cases: Cases, rounds: int) -> Mapping[str, float]:
    """The least time of each case, in milliseconds, rounds interleaved."""
    best = dict.fromkeys(cases, float("inf"))
    for _ in range(rounds):
        for name, call in cases.items():
            start = time.perf_counter()
            call()
            best[name] = min(best[name], 1e3 * (time.perf_counter() - start))
    return best


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    figures = {}
    for title, cases in (
        ("recurrence of numbers, 10^5 steps", scalar_cases()),
        *((cell.name, network_cases(cell)) for cell in CELLS),
    ):
        found = figures[title] = measured(cases, options.rounds)
        print(title)
        for name, milliseconds in found.items():
            own = found["symlab, gradient" if name.endswith("gradient") else "symlab"]
            print(f"  {name:<20} {milliseconds:9.3f} ms   {milliseconds / own:6.2f}x of symlab's time")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
