"""The results of a compiled function beside the graph as it was written, and as it was optimized.

How far two right ways of computing may be apart is found by computing each again with every inexact operation off by a
few units in the last place at random: what is ill-conditioned moves much, and no more than that is forgiven.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symlab.core.backends.base import Twin
from symlab.core.backends.c.executable import twin_of
from symlab.core.backends.reference import computed, release, users_within
from symlab.core.function import Function
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import CONSTANT, Kind

Array = np.ndarray[Any, Any]
PATTERNS = 8  # two errors that cancel in a pattern hide how ill-conditioned a difference is
NOISE_ULP = 2.0
FORGIVEN = 16.0  # times the largest change that noise made
SAME_ULP = 64.0
EXACT_OPS = frozenset(
    [
        "neg",
        "abs",
        "maximum",
        "minimum",
        "switch",
        "sign",
        "floor",
        "ceil",
        "trunc",
        "round_half_to_even",
        "round_half_away_from_zero",
        "max",
        "max_or_zero",
        "min",
        "any",
        "all",
        "argmax",
        "argmin",
        "eq",
        "neq",
        "lt",
        "le",
        "gt",
        "ge",
        "isnan",
        "isinf",
        "isfinite",
    ]
)  # what rounds nothing


@dataclass(frozen=True, eq=False)
class Computed:
    """The values of a graph's roots, how far rounding may move them, and whether a node below was not finite."""

    values: tuple[Array, ...]
    spread: tuple[Array, ...]
    finite: bool


def computed_graph(graph: Graph, given: Mapping[Expr, Array]) -> Computed:
    """A graph on the reference evaluator, with the effect of rounding."""
    values, finite = evaluated(graph, given, None)
    moved = [evaluated(graph, given, np.random.default_rng(seed))[0] for seed in range(PATTERNS)]
    spread = tuple(spread_of(value, [pattern[place] for pattern in moved]) for place, value in enumerate(values))
    return Computed(tuple(values), spread, finite)


def evaluated(graph: Graph, given: Mapping[Expr, Array], noise: np.random.Generator | None) -> tuple[list[Array], bool]:
    """The values of the roots, perhaps with noise, and whether all floating-point numbers were finite."""
    order = graph.nodes()
    left = users_within(order, graph.roots)
    known: dict[Expr, Any] = {}
    finite = True
    with np.errstate(all="ignore"):
        for node in order:
            if node in given:
                known[node] = given[node]
                continue
            value = computed(node, known, graph.origins)
            if noise is not None and is_inexact(node, value):
                value = noisy(value, noise)
            known[node] = value
            finite = finite and (
                getattr(value, "dtype", np.dtype(bool)).kind not in "fc" or bool(np.isfinite(value).all())
            )
            release(node, known, left)
    return [known[root] for root in graph.roots], finite


def is_inexact(node: Expr, value: Any) -> bool:
    """Whether a node rounds."""
    plain = node.op is CONSTANT or node.op.kind in (Kind.STRUCTURAL, Kind.LEAF) or node.op.name in EXACT_OPS
    return not plain and isinstance(value, np.ndarray) and value.dtype.kind in "fc"


def noisy(value: Array, noise: np.random.Generator) -> Array:
    """Numbers moved by a few units in the last place, and those near 0 by the smallest normal number."""
    info = np.finfo(value.dtype)
    signs = noise.choice([-1.0, 1.0], value.shape)
    moved = value * (1 + NOISE_ULP * float(info.eps) * signs) + signs * float(info.tiny)
    return np.asarray(np.where(np.isfinite(value), moved, value)).astype(value.dtype)


def spread_of(value: Array, moved: Sequence[Array]) -> Array:
    """The largest change of each element; infinite where it lost its value or became another array."""
    found = np.zeros(value.shape)
    with np.errstate(all="ignore"):
        for other in moved:
            if other.shape != value.shape:
                return np.full(value.shape, np.inf)
            change = np.abs(other.astype(complex) - value.astype(complex))
            found = np.maximum(found, np.where(np.isfinite(other) | ~np.isfinite(value), np.nan_to_num(change), np.inf))
    return found


def differing_results(results: Sequence[Array], wanted: Computed, others: Sequence[Computed] = ()) -> list[str | None]:
    """For each result what is wrong with it, beside what a graph gives; None where nothing is."""
    found = []
    for place, result in enumerate(results):
        value = wanted.values[place]
        if result.shape != value.shape or result.dtype != value.dtype:
            found.append(f"it is {result.dtype}{result.shape}, and should be {value.dtype}{value.shape}")
            continue
        spread = wanted.spread[place] + sum(other.spread[place] for other in others)
        found.append(difference(result, value, spread))
    return found


def difference(result: Array, value: Array, spread: Array) -> str | None:
    """What is wrong with an array that should be near another."""
    with np.errstate(all="ignore"):
        if value.dtype.kind not in "fc":
            wrong = (result != value) & (spread == 0)
        else:
            info = np.finfo(value.dtype)
            allowed = SAME_ULP * (float(info.eps) * np.abs(value) + float(info.tiny)) + FORGIVEN * spread
            same = (result == value) | (np.isnan(result) & np.isnan(value)) | np.isinf(spread)
            wrong = ~(same | (np.abs(result - value) <= allowed))
    if not np.any(wrong):
        return None
    place = tuple(map(int, np.unravel_index(int(np.argmax(wrong.ravel())), wrong.shape)))
    where = f"element {place}" if place else "the value"
    return f"{where} is {result[place].item()!r}, and should be {value[place].item()!r}"


# The compiled function on copies


def twin_function(made: Function) -> Twin | None:
    """The compiled function on copies of its shared variables, giving a list; None where nothing is compiled."""
    binary = getattr(made.executable, "binary", None)
    if binary is None:
        return None
    return twin_of(replace(made.interface(), layout="l", keys=()), made.trace, binary, made.config)
