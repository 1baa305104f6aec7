"""What holds of every rule, none of them tested by hand."""

from __future__ import annotations

import numpy as np
import pytest

from symlab.core.backends.reference import evaluate
from tests.core.rules.formulas import (
    STABILIZING,
    STATED,
    errors,
    exact_value,
    instances,
    intermediates,
)

ACCEPTED = 4.0  # ULP that every right side may be off
DTYPES = ("float32", "float64")


def regular(example) -> np.ndarray:
    """Where what a rule takes for granted holds: no part of either side is 0, infinite or nan."""
    sides = [side for side in (example.left, example.right) if not isinstance(side, (int, float))]
    parts = [part for side in sides for part in intermediates(side, example.values)]
    fine = np.ones(np.shape(parts[-1]) if parts else (), bool)
    for part in parts:
        if part.dtype.kind == "f":
            fine &= np.isfinite(part) & (np.abs(part) >= np.finfo(part.dtype).tiny)
    return fine.ravel()


def side_errors(example):
    """The errors of both sides of a rule on its samples."""
    left, right = evaluate([example.left], example.values)[0], example.right
    if isinstance(right, (int, float)):
        right_value = np.full_like(left, right)
    else:
        right_value = np.broadcast_to(evaluate([right], example.values)[0], left.shape)
    truth = exact_value(example.left, example.values)
    return errors(left, truth), errors(right_value, truth)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STATED)
def test_the_right_side_is_no_farther_from_the_truth(name, dtype, record_property):
    rule = STATED[name]
    for example in instances(rule, dtype):
        if example.left.type.dtype.kind != "f":
            continue
        before, after = side_errors(example)
        known = ~np.isnan(before)
        if rule.assuming:
            known &= regular(example)
        excluded = int((~known).sum())
        record_property("excluded", excluded)
        print(f"{name} {dtype}: {excluded} of {known.size} samples excluded")
        assert known.any()
        worse = known & (after > np.maximum(before, ACCEPTED))
        places = np.flatnonzero(worse)
        shown = {node.name: np.ravel(value)[places[:3]] for node, value in example.values.items() if value.size == known.size}
        assert not worse.any(), f"{rule.formula}: {before[places][:3]} became {after[places][:3]} at {shown}"


@pytest.mark.parametrize("name", sorted(STABILIZING & set(STATED)))
def test_a_stability_rule_is_nearer(name):
    rule = STATED[name]
    gains = []
    for dtype in DTYPES:
        for example in instances(rule, dtype):
            before, after = side_errors(example)
            known = ~np.isnan(before)
            gains.append(np.max(before[known] - after[known], initial=0))
    assert max(gains) > ACCEPTED, f"{rule.formula} gains {max(gains)} ULP at most"
