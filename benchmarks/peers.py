"""One call on 8 numbers in symlab and its relatives, in times of `np.add`: `python benchmarks/peers.py NAME`.

Run it where the one that is named is installed: symlab, pytensor or jax. Rounds are interleaved with `np.add` in the
same process, and the median of the ratios is told, so that a slow or busy machine changes little.
"""

from __future__ import annotations

import statistics
import sys
import timeit
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

ROUNDS, CALLS = 15, 20_000
X, Y = np.arange(8.0), np.ones(8)
Cases = dict[str, Callable[[], Any]]


def symlab_calls() -> Cases:
    """A function of two vectors as `function` makes it."""
    import symlab as sl
    import symlab.tensor as T

    a, b = T.dvector("a"), T.dvector("b")
    f = sl.function([a, b], a + b)
    return {f"symlab {sl.__version__}": lambda: f(X, Y)}


def pytensor_calls() -> Cases:
    """Its two back ends, with and without its checks of arguments."""
    import pytensor

    a, b = pytensor.tensor.dvectors("a", "b")
    cases: Cases = {}
    for mode in ("CVM", "NUMBA"):
        for trust in (False, True):
            f = pytensor.function([a, b], a + b, mode=mode, trust_input=trust)
            cases[f"pytensor {pytensor.__version__}, {mode}{', trust_input' * trust}"] = lambda f=f: f(X, Y)
    return cases


def jax_calls() -> Cases:
    """A jitted function on NumPy's arrays, and on its own."""
    import jax

    jax.config.update("jax_enable_x64", True)
    f, x, y = jax.jit(lambda a, b: a + b), jax.numpy.asarray(X), jax.numpy.asarray(Y)
    return {
        f"jax {jax.__version__}, NumPy in and out": lambda: np.asarray(f(X, Y)),
        f"jax {jax.__version__}, its own arrays": lambda: f(x, y).block_until_ready(),
    }


PEERS: Mapping[str, Callable[[], Cases]] = {"symlab": symlab_calls, "pytensor": pytensor_calls, "jax": jax_calls}


def main(name: str) -> None:
    """Measure one of them and print its ratios."""
    cases = PEERS[name]()
    shares: dict[str, list[float]] = {case: [] for case in cases}
    for call in cases.values():
        assert np.array_equal(np.asarray(call()), X + Y)
    for _ in range(ROUNDS):
        base = timeit.timeit(lambda: np.add(X, Y), number=CALLS)
        for case, call in cases.items():
            shares[case].append(timeit.timeit(call, number=CALLS) / base)
    for case, found in shares.items():
        print(f"{case:42s} {statistics.median(found):6.2f} times np.add")


if __name__ == "__main__":
    main(sys.argv[1])
