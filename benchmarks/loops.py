"""Loops over time: `python benchmarks/loops.py [--json FILE] [--rounds N]`.

A scalar recurrence of 10^5 steps against hand-written C, a recurrent network and an LSTM (100 steps, 16 rows, 128
units, float32) against loops in NumPy and, where they are installed, JAX and PyTensor; forward and gradient. Rounds are
interleaved; a ratio is the peer's time divided by symlab's, so that more is better.
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


def network_step(np_or_t: Any) -> Callable[..., Any]:
    """One step of a recurrent network."""
    return lambda row, h, w, u: np_or_t.tanh(np_or_t.dot(h, w) + np_or_t.dot(row, u))


def network_cases() -> Cases:
    """A recurrent network."""
    x, h0, w, u = T.ftensor3("x"), T.fmatrix("h0"), T.fmatrix("w"), T.fmatrix("u")
    states, _ = sl.scan(network_step(T), sequences=x, outputs_info=h0, non_sequences=[w, u])
    cost = T.sum(states**2)
    forward = sl.function([x, h0, w, u], cost)
    backward = sl.function([x, h0, w, u], [cost, *sl.grad(cost, [h0, w, u])])
    values = draws((STEPS, ROWS, UNITS), (ROWS, UNITS), (UNITS, UNITS), (UNITS, UNITS))

    def numpy_loop(x: Any, h: Any, w: Any, u: Any) -> Any:
        step, total = network_step(np), 0.0
        for row in x:
            h = step(row, h, w, u)
            total += (h**2).sum()
        return total

    np.testing.assert_allclose(forward(*values), numpy_loop(*values), rtol=1e-4)
    cases: Cases = {
        "NumPy": lambda: numpy_loop(*values),
        "symlab": lambda: forward(*values),
        "symlab, gradient": lambda: backward(*values),
    }
    return {**cases, **jax_network(values), **pytensor_network(values)}


def jax_network(values: list[Any]) -> Cases:
    """The same in JAX, where it is installed."""
    if importlib.util.find_spec("jax") is None:
        return {}
    import jax
    import jax.numpy as jnp

    def cost(x: Any, h0: Any, w: Any, u: Any) -> Any:
        def step(h: Any, row: Any) -> Any:
            new = network_step(jnp)(row, h, w, u)
            return new, new

        return (jax.lax.scan(step, h0, x)[1] ** 2).sum()

    forward, backward = jax.jit(cost), jax.jit(jax.value_and_grad(cost, (1, 2, 3)))
    arrays = [jnp.asarray(value) for value in values]
    return {
        "JAX": lambda: forward(*arrays).block_until_ready(),
        "JAX, gradient": lambda: jax.block_until_ready(backward(*arrays)),
    }


def pytensor_network(values: list[Any]) -> Cases:
    """The same in PyTensor, where it is installed."""
    if importlib.util.find_spec("pytensor") is None:
        return {}
    import pytensor
    import pytensor.tensor as pt

    x, h0, w, u = pt.ftensor3("x"), pt.fmatrix("h0"), pt.fmatrix("w"), pt.fmatrix("u")
    states = pytensor.scan(
        network_step(pt), sequences=x, outputs_info=h0, non_sequences=[w, u], return_updates=False
    )  # fmt: skip
    cost = (states**2).sum()
    forward = pytensor.function([x, h0, w, u], cost)
    backward = pytensor.function([x, h0, w, u], [cost, *pytensor.grad(cost, [h0, w, u])])
    return {"PyTensor": lambda: forward(*values), "PyTensor, gradient": lambda: backward(*values)}


def lstm_step(m: Any, sigmoid: Callable[[Any], Any]) -> Callable[..., Any]:
    """One step of a long short-term memory."""

    def step(row: Any, h: Any, c: Any, w: Any, u: Any) -> Any:
        z = m.dot(row, w) + m.dot(h, u)
        i, f, o, g = (z[:, place * UNITS : (place + 1) * UNITS] for place in range(4))
        new = sigmoid(f) * c + sigmoid(i) * m.tanh(g)
        return sigmoid(o) * m.tanh(new), new

    return step


def lstm_cases() -> Cases:
    """A long short-term memory."""
    x, h0, w, u = T.ftensor3("x"), T.fmatrix("h0"), T.fmatrix("w"), T.fmatrix("u")
    (states, _), _ = sl.scan(
        lstm_step(T, T.nnet.sigmoid), sequences=x, outputs_info=[h0, T.zeros_like(h0)], non_sequences=[w, u]
    )
    cost = T.sum(states**2)
    forward = sl.function([x, h0, w, u], cost)
    backward = sl.function([x, h0, w, u], [cost, *sl.grad(cost, [h0, w, u])])
    values = draws((STEPS, ROWS, UNITS), (ROWS, UNITS), (UNITS, 4 * UNITS), (UNITS, 4 * UNITS))

    def numpy_loop(x: Any, h: Any, w: Any, u: Any) -> Any:
        step, total, c = lstm_step(np, lambda z: 1 / (1 + np.exp(-z))), 0.0, np.zeros_like(h)
        for row in x:
            h, c = step(row, h, c, w, u)
            total += (h**2).sum()
        return total

    np.testing.assert_allclose(forward(*values), numpy_loop(*values), rtol=1e-4)
    return {
        "NumPy": lambda: numpy_loop(*values),
        "symlab": lambda: forward(*values),
        "symlab, gradient": lambda: backward(*values),
    }


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
        ("recurrent network", network_cases()),
        ("LSTM", lstm_cases()),
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
