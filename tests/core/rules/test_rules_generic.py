"""What holds of every rule, none of them tested by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from symlab.core.pipeline import DEFAULT
from symlab.testing.formulas import instances
from symlab.testing.rules import (
    ACCEPTED,
    DTYPES,
    FORMS,
    accuracy_findings,
    example_findings,
    firing_findings,
    side_errors,
)
from tests.core.rules.formulas import COMPUTED, STABILIZING, STATED


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STATED)
def test_the_right_side_is_no_farther_from_the_truth(name, dtype):
    findings, excluded = accuracy_findings(STATED[name], dtype)
    print(f"{name} {dtype}: {excluded}")
    assert findings == []


SCALES = {"float32": (1.0, 1e-4, 1e3, 1e-22, 1e22, 3e36), "float64": (1.0, 1e-8, 1e3, 1e-170, 1e170, 1.5e306)}
OVERFLOWING = {"float32": 88.8, "float64": 709.9}  # just above the largest number whose exp is finite


def scaled(example, dtype: str):
    """The same rule on samples of other sizes, each variable on its own."""
    floats = [node for node, value in example.values.items() if value.dtype.kind == "f"]
    single = [(factor,) * len(floats) for factor in SCALES[dtype]]
    for factors in (*single, *itertools.product(SCALES[dtype], repeat=min(len(floats), 2))):
        values = dict(example.values)
        for node, factor in zip(floats, factors):
            values[node] = (values[node] * factor).astype(dtype)
        yield values
    for value in (OVERFLOWING[dtype], -OVERFLOWING[dtype], OVERFLOWING[dtype] / 2):
        yield {**example.values, **{node: np.full_like(example.values[node], value) for node in floats[:1]}}


@pytest.mark.parametrize("name", sorted(STABILIZING & set(STATED)))
def test_a_stability_rule_is_nearer(name):
    rule, gain = STATED[name], 0.0
    for dtype in DTYPES:
        for example in instances(rule, dtype):
            for values in scaled(example, dtype):
                before, after = side_errors(replace(example, values=values))
                known = ~np.isnan(before) & ~np.isnan(after)
                gain = max(gain, np.max(np.where(after < before, before, 0)[known], initial=0.0))
                if gain > ACCEPTED:
                    return
    pytest.fail(f"{rule.formula}: the left side is off by {gain} ULP at most where the right side is better")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", COMPUTED)
def test_a_computed_rule_fires_and_is_no_farther_from_the_truth(name, dtype):
    assert example_findings(COMPUTED[name], dtype, DEFAULT) == []


# Forms


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", STATED)
def test_a_rule_fires(name, form):
    assert firing_findings(STATED[name], form, DEFAULT) == []
