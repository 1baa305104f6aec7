"""Hamming's problems: bits lost as written, by FAST_RUN, and as suggested: `python -m benchmarks.hamming [--seed N]`.

The 28 expressions are examples and exercises of R. W. Hamming, Numerical Methods for Scientists and Engineers, chapter
3, on float64 inputs drawn from all bit patterns where the precondition holds. Errors are log2(1 + units in the last
place), 64 for a nan, on average over points that the search has not seen; all three forms are compiled to C.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import symlab as sl
import symlab.tensor as T
from symlab.debug.accuracy.points import error_bits
from symlab.debug.accuracy.sampling import Sample

Condition = Callable[..., Any] | None


@dataclass(frozen=True)
class Problem:
    """An expression of inputs, and where it is asked for."""

    name: str
    inputs: str
    formula: Callable[..., Any]
    where: Condition = None

    def built(self) -> tuple[list[Any], Any, Any]:
        """Inputs, expression and precondition."""
        inputs = [T.dscalar(name) for name in self.inputs.split()]
        return inputs, self.formula(*inputs), None if self.where is None else self.where(*inputs)


def not_zero(x: Any) -> Any:
    """Where a division is defined."""
    return T.neq(x, 0)


def not_negative(x: Any, *others: Any) -> Any:
    """Where a root is defined."""
    return x >= 0


PROBLEMS = (
    Problem("3.1", "x", lambda x: T.sqrt(x + 1) - T.sqrt(x), not_negative),
    Problem("3.3", "x e", lambda x, e: T.sin(x + e) - T.sin(x)),
    Problem("3.4", "x", lambda x: (1 - T.cos(x)) / T.sin(x), not_zero),
    Problem("3.5", "n", lambda n: T.arctan(n + 1) - T.arctan(n)),
    Problem("3.6", "x", lambda x: 1 / T.sqrt(x) - 1 / T.sqrt(x + 1), not_negative),
    Problem("3.3.1", "x", lambda x: 1 / (x + 1) - 1 / x, not_zero),
    Problem("3.3.2", "x e", lambda x, e: T.tan(x + e) - T.tan(x)),
    Problem("3.3.3", "x", lambda x: (1 / (x + 1) - 2 / x) + 1 / (x - 1), not_zero),
    Problem("3.3.4", "x", lambda x: (x + 1) ** (1 / 3) - x ** (1 / 3), not_negative),
    Problem("3.3.5", "x e", lambda x, e: T.cos(x + e) - T.cos(x)),
    Problem("3.3.6", "n", lambda n: T.log(n + 1) - T.log(n), not_negative),
    Problem("3.3.7", "x", lambda x: (T.exp(x) - 2) + T.exp(-x)),
    Problem(
        "p42, positive", "a b c", lambda a, b, c: (-b + T.sqrt(b * b - 4 * (a * c))) / (2 * a),
        lambda a, b, c: (b * b >= 4 * (a * c)) & T.neq(a, 0),
    ),
    Problem(
        "p42, negative", "a b c", lambda a, b, c: (-b - T.sqrt(b * b - 4 * (a * c))) / (2 * a),
        lambda a, b, c: (b * b >= 4 * (a * c)) & T.neq(a, 0),
    ),
    Problem(
        "3.2.1, positive", "a b c", lambda a, b, c: (-b + T.sqrt(b * b - a * c)) / a,
        lambda a, b, c: (b * b >= a * c) & T.neq(a, 0),
    ),
    Problem(
        "3.2.1, negative", "a b c", lambda a, b, c: (-b - T.sqrt(b * b - a * c)) / a,
        lambda a, b, c: (b * b >= a * c) & T.neq(a, 0),
    ),
    Problem("3.7", "x", lambda x: T.exp(x) - 1, lambda x: x > -0.00017),
    Problem("3.8", "n", lambda n: ((n + 1) * T.log(n + 1) - n * T.log(n)) - 1, lambda n: n > 6.8e15),
    Problem("3.9", "x", lambda x: 1 / x - 1 / T.tan(x), lambda x: (x > -0.026) & (x < 0.026)),
    Problem("3.10", "x", lambda x: T.log(1 - x) / T.log(1 + x), lambda x: (x > -1) & (x < 1)),
    Problem("3.4.1", "x", lambda x: (1 - T.cos(x)) / (x * x)),
    Problem(
        "3.4.2", "a b e",
        lambda a, b, e: (e * (T.exp((a + b) * e) - 1)) / ((T.exp(a * e) - 1) * (T.exp(b * e) - 1)),
        lambda a, b, e: (e > -1) & (e < 1),
    ),
    Problem("3.4.3", "e", lambda e: T.log((1 - e) / (1 + e)), lambda e: (e > -1) & (e < 1)),
    Problem("3.4.4", "x", lambda x: T.sqrt((T.exp(2 * x) - 1) / (T.exp(x) - 1)), not_zero),
    Problem("3.4.5", "x", lambda x: (x - T.sin(x)) / (x - T.tan(x)), not_zero),
    Problem("3.4.6", "x n", lambda x, n: (x + 1) ** (1 / n) - x ** (1 / n), not_negative),
    Problem("3.5, exponential", "a x", lambda a, x: T.exp(a * x) - 1),
    Problem("3.11", "x", lambda x: T.exp(x) / (T.exp(x) - 1), not_zero),
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What one problem loses in three forms, and the seconds of the search."""

    name: str
    written: float
    fast_run: float
    suggested: float
    seconds: float


def compiled_bits(inputs: Sequence[Any], expression: Any, sample: Sample) -> float:
    """The mean loss of an expression as FAST_RUN compiles it."""
    compiled = sl.function(inputs, expression, on_unused_input="ignore")
    rows = zip(*(sample.points[item] for item in inputs), strict=True)
    return float(error_bits(np.array([float(compiled(*row)) for row in rows]), sample.wanted).mean())


def solved(problem: Problem, seed: int, samples: int = 256) -> Result:
    """One problem, measured on as many points as the search had, and none of these."""
    inputs, expression, where = problem.built()
    started = time.perf_counter()
    report = sl.debug.stability(expression, where=where, samples=samples, seed=seed)
    found = report.suggest()
    seconds = time.perf_counter() - started
    fresh = report.sampler.draw(samples, (seed, 3))
    forms = (sl.as_written(expression), expression, found[0].expression if found else expression)
    written, fast_run, suggested = (compiled_bits(inputs, form, fresh) for form in forms)
    return Result(problem.name, written, fast_run, suggested, seconds)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("names", nargs="*", help="problems; all of them if none is named")
    chosen = parser.parse_args()
    print("| problem | as written | FAST_RUN | suggested | seconds |\n|---|---|---|---|---|", flush=True)
    rows = []
    for problem in PROBLEMS:
        if not chosen.names or problem.name in chosen.names:
            row = solved(problem, chosen.seed, chosen.samples)
            rows.append(row)
            numbers = (row.written, row.fast_run, row.suggested, row.seconds)
            print(f"| {row.name} | " + " | ".join(f"{value:.2f}" for value in numbers) + " |", flush=True)
    totals = (sum(getattr(row, name) for row in rows) for name in ("written", "fast_run", "suggested", "seconds"))
    print("| total | " + " | ".join(f"{value:.2f}" for value in totals) + " |")


if __name__ == "__main__":
    main()
