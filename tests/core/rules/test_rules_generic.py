"""What holds of every rule, none of them tested by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from symlab.core.backends.reference import evaluate
from symlab.core.ir.expr import leaves
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import INPUT
from symlab.core.ops.operators import Variable, variable
from symlab.core.pipeline import DEFAULT, run
from tests.core.rules.formulas import (
    COMPUTED,
    STABILIZING,
    STATED,
    attribute_choices,
    attribute_names,
    errors,
    exact_value,
    example_of,
    inputs_for,
    instances,
    intermediates,
    permuted,
    typed,
)

ACCEPTED = 4.0  # ULP that every right side may be off
DTYPES = ("float32", "float64")


def regular(example) -> np.ndarray:
    """Where what a rule takes for granted holds: every part is finite, and neither 0 nor subnormal if it says so."""
    sides = [side for side in (example.left, example.right) if isinstance(side, Variable)]
    parts = [part for side in sides for part in intermediates(side, example.values)]
    fine = np.ones(parts[-1].shape, bool)
    for part in parts:
        if part.dtype.kind == "f":
            fine &= np.isfinite(part)
            if {"nonzero", "no_overflow"} & set(example.rule.assuming):
                fine &= np.abs(part) >= np.finfo(part.dtype).tiny
    return fine.ravel()


def side_value(side, like: np.ndarray, values) -> np.ndarray:
    """The value of one side in floating point."""
    if isinstance(side, (int, float)):
        return np.full_like(like, side)
    return np.broadcast_to(evaluate([side], values)[0], like.shape)


def side_errors(example):
    """The errors of both sides of a rule on its samples."""
    left = evaluate([example.left], example.values)[0]
    truth = exact_value(example.left, example.values)
    return errors(left, truth), errors(side_value(example.right, left, example.values), truth)


def error_nearby(example) -> np.ndarray:
    """The largest error of the left side at samples a few units in the last place away: a lucky 0 is no measure."""
    found = []
    for step in (-3, -1, 1, 2, 5):
        near = {
            node: value + step * np.spacing(value) if value.dtype.kind == "f" else value
            for node, value in example.values.items()
        }
        left = evaluate([example.left], near)[0]
        found.append(errors(left, exact_value(example.left, near)))
    return np.nan_to_num(np.max(found, axis=0), nan=0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STATED)
def test_the_right_side_is_no_farther_from_the_truth(name, dtype):
    rule = STATED[name]
    accepted = rule.options.get("accept", ACCEPTED)
    for example in instances(rule, dtype):
        if example.left.type.dtype.kind != "f":
            continue
        before, after = side_errors(example)
        known = ~np.isnan(before)
        if rule.assuming:
            known &= regular(example)
        print(f"{name} {dtype}: {int((~known).sum())} of {known.size} samples excluded")
        assert known.any()
        worse = known & (after > np.maximum(before, accepted))
        if worse.any():
            worse &= after > np.maximum(np.maximum(before, error_nearby(example)), accepted) + 1
        assert not worse.any(), told(example, before, after, np.flatnonzero(worse)[:3])


def told(example, before, after, places) -> str:
    """The samples at which a rule fails."""
    at = {node.name: np.ravel(value)[places] for node, value in example.values.items() if value.size == before.size}
    return f"{example.rule.formula}: {before[places]} ULP became {after[places]} ULP at {at}"


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
    example = example_of(COMPUTED[name], dtype)
    trace = run(DEFAULT.upto("associate"), Graph.of(list(example.values), [example.left]))
    assert name in {step.rule.name for step in trace.steps}
    values = dict(zip(trace.graph.inputs, example.values.values(), strict=True))
    before, after = evaluate([example.left], example.values)[0], evaluate(trace.graph.roots, values)[0]
    assert before.dtype == after.dtype
    assert before.shape == after.shape
    if before.dtype.kind == "f":
        truth = exact_value(example.left, example.values)
        old, new = errors(before, truth), errors(after, truth)
        known = ~np.isnan(old) & (regular(example) if example.rule.assuming else True)
        worse = known & (new > np.maximum(old, example.rule.options.get("accept", ACCEPTED)))
        assert not worse.any(), told(example, old, new, np.flatnonzero(worse)[:3])


# Forms


FORMS = {
    "as typed": lambda left, other: left,
    "scaled": lambda left, other: 2.5 * left,
    "times another": lambda left, other: left * other,
    "plus another": lambda left, other: other + left,
    "negated": lambda left, other: -left,
    "subtracted": lambda left, other: other - left,
    "permuted": lambda left, other: permuted(left),
}
SHAPES = {"vectors": [(5,)], "broadcast": [(4, 1), (1, 5), (4, 5)]}


def fired(rule, left) -> tuple[set[str], list]:
    """The rules that fire on an expression in the whole pipeline, and the cycles that it reports."""
    free = [node for node in leaves([left]) if node.op is INPUT]
    trace = run(DEFAULT.upto("specialize"), Graph.of(free, [left]))
    assert not any(item.report.over_limit for item in trace.passes)
    return {step.rule.name for step in trace.steps}, [cycle for item in trace.passes for cycle in item.report.cycles]


def expressions(rule, shapes, dtype="float64"):
    """The left side of a rule as users type it, over inputs of these shapes."""
    for choice in attribute_choices(rule) if attribute_names(rule) else [{}]:
        wanted = [(6, 8)] if choice else shapes
        made = inputs_for(rule, choice, dtype, wanted)
        yield typed(rule.left, made, choice)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", STATED)
def test_a_rule_fires(name, form):
    rule = STATED[name]
    for left in expressions(rule, SHAPES["vectors"]):
        other = variable(left.type, "other")
        if left.type.dtype.kind != "f" or (form == "scaled" and rule.options.get("unscaled")):
            return
        names, cycles = fired(rule, FORMS[form](left, other))
        assert not cycles
        if name in names:
            return
    pytest.fail(f"{rule.formula} does not fire: {names} do")
