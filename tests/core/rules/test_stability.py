"""The stability development cases: formulas as people write them, against their exact values, after rewriting alone.

`PASSING` may only grow: whoever makes one more case right adds it, and nothing that is right may become wrong again.
"""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

import symlab as sl
from symlab.core.backends.reference import evaluate_graph
from symlab.core.ir.graph import Graph
from symlab.core.pipeline import DEFAULT, run
from symlab.testing.formulas import error_of
from tests.debug.stability import AS_WRITTEN, cases

PASSING = Path(__file__).resolve().parents[2] / "data" / "stability_passing.json"


def largest_error(found: np.ndarray, wanted: list[str]) -> float:
    """The largest distance from the truth in units in the last place."""
    info = np.finfo(found.dtype)
    largest = mpmath.mpf(float(info.max))
    with mpmath.workdps(60):
        pairs = [(float(value), mpmath.mpf(text)) for value, text in zip(found.ravel(), np.ravel(wanted), strict=True)]
        return max(error_or_nan(value, truth, largest, info) for value, truth in pairs)


def error_or_nan(value: float, truth: Any, largest: Any, info: Any) -> float:
    """The distance of one value from the truth; nan is right only where the truth is."""
    both = mpmath.isnan(truth) and np.isnan(value)
    return 0.0 if both else nan_is_wrong(error_of(value, truth, largest, info))


def nan_is_wrong(error: float) -> float:
    """An error, infinite where a number was wanted and there is none."""
    return float("inf") if np.isnan(error) else error


def judged(case) -> dict[str, bool]:
    """Whether the value and each gradient of a case are within what is accepted."""
    record = case.record
    with sl.configure(algebra="floating" if case.family in AS_WRITTEN else "real") as settings:
        names = [name for name in record["expected_grad"] if name in record["accept"].get("grad_ulp", {})]
        gradients = dict(zip(record["expected_grad"], case.gradients, strict=True))
        graph = Graph.of(list(case.inputs.values()), [case.expression, *[gradients[name] for name in names]])
        trace = run(DEFAULT.upto("associate"), graph, settings)
    values = dict(zip(trace.graph.inputs, case.values.values(), strict=True))
    dtype = np.dtype(record["dtype"])
    value, *slopes = [np.asarray(found).astype(dtype) for found in evaluate_graph(trace.graph, values)]
    result = {"value": largest_error(value, record["expected"]) <= record["accept"]["value_ulp"]}
    for name, slope in zip(names, slopes, strict=True):
        accepted = record["accept"]["grad_ulp"][name]
        result[f"gradient in {name}"] = largest_error(slope, record["expected_grad"][name]) <= accepted
    return result


@functools.cache
def results() -> dict[str, bool]:
    """All judgements, by case and what is judged."""
    return {f"{case.record['id']} {what}": fine for case in cases() for what, fine in judged(case).items()}


def test_what_was_right_stays_right(capsys):
    found, passing = results(), set(json.loads(PASSING.read_text()))
    families = defaultdict(list)
    for name, fine in found.items():
        families[name.partition("/")[0]].append(fine)
    with capsys.disabled():
        print()
        for family, fines in families.items():
            print(f"{sum(fines):3d} of {len(fines):3d}  {family}")
        values = [fine for name, fine in found.items() if name.endswith("value")]
        slopes = [fine for name, fine in found.items() if not name.endswith("value")]
        print(f"{sum(values)} of {len(values)} values, {sum(slopes)} of {len(slopes)} gradients")
    lost = sorted(name for name in passing if not found.get(name))
    assert lost == []


def test_the_list_is_complete():
    right = sorted(name for name, fine in results().items() if fine)
    assert right == json.loads(PASSING.read_text()), "add what is right now to tests/data/stability_passing.json"


@pytest.mark.parametrize(
    "family", ["log1pexp", "softmax_xent_confident", "sigmoid_exp_form", "log_softmax_vjp_component"]
)
def test_gradients_are_stable(family):
    mine = {name: fine for name, fine in results().items() if name.startswith(family + "/")}
    assert mine
    assert all(mine.values())
