"""What must hold of every rule: right to 60 digits in each dtype, fires in each form, does not go round.

`check_rule` applies it to a rule of one's own:

    @sl.rule
    def sine_squared(x):
        'Two squares that always sum to 1 need not be computed.'
        return T.sin(x) ** 2 + T.cos(x) ** 2, 1

    sl.testing.check_rule(sine_squared)
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.backends.reference import evaluate
from symlab.core.ir.expr import leaves
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import INPUT
from symlab.core.ops.operators import Variable, variable
from symlab.core.pipeline import DEFAULT, Pipeline, run
from symlab.core.rewrite.apply import RuleFailedWarning
from symlab.core.rewrite.rule import Rule
from symlab.testing.formulas import (
    Instance,
    attribute_choices,
    attribute_names,
    errors,
    exact_value,
    example_of,
    inputs_for,
    instances,
    intermediates,
    large_and_small,
    neighbours,
    permuted,
    typed,
)

Samples = np.ndarray[Any, Any]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
ACCEPTED = 4.0  # ULP that every right side may be off
NEARLY_EQUAL = 16.0  # by how much more it may be off where variables are nearly equal, and both sides lose digits
DTYPES = ("float32", "float64")

FORMS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "as typed": lambda left, other: left,
        "scaled": lambda left, other: 2.5 * left,
        "times another": lambda left, other: left * other,
        "plus another": lambda left, other: other + left,
        "negated": lambda left, other: -left,
        "subtracted": lambda left, other: other - left,
        "permuted": lambda left, other: permuted(left),
    }
)


@dataclass(frozen=True)
class RuleReport:
    """What was found wrong with a rule; true where nothing was."""

    rule: Rule
    findings: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.findings

    def __repr__(self) -> str:
        said = "\n".join(f"  {finding}" for finding in self.findings) or "  right in every form and dtype"
        return f"{self.rule.name}: {self.rule.formula}\n{said}"


def check_rule(rule: Rule, dtypes: Sequence[str] = DTYPES) -> RuleReport:
    """The report of a rule: its accuracy on samples of its sorts, and whether it fires however it is written.

    The rule acts in the default pipeline, before the rules of the stabilizing pass.
    """
    known = rule in DEFAULT.rules
    pipeline = DEFAULT if known else DEFAULT.with_rules(rule)
    found: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuleFailedWarning)  # which a function would do without
        for dtype in dtypes:
            found += example_findings(rule, dtype, pipeline) if rule.compute else accuracy_findings(rule, dtype)[0]
        if rule.left is not None:
            for form in FORMS:
                found += firing_findings(rule, form, pipeline)
    return RuleReport(rule, tuple(found))


def accuracy_findings(rule: Rule, dtype: str) -> tuple[list[str], str]:
    """Samples at which the right side is farther from the truth than the left, and how many were excluded."""
    accepted, found, excluded = rule.options.get("accept", ACCEPTED), [], []
    for example in instances(rule, dtype):
        if example.left.type.dtype.kind != "f":
            continue
        known, said = worse_samples(example, accepted)
        excluded.append(f"{int((~known).sum())} of {known.size} samples excluded")
        if not known.any():
            found.append(f"{dtype}: no sample is in the domain of the formula; give the variables sorts")
        nearly = rule.options.get("nearly", NEARLY_EQUAL * accepted)
        for other in (neighbours(example), None if rule.options.get("moderate") else large_and_small(example)):
            said += worse_samples(other, nearly)[1] if other is not None else []
        found += [f"{dtype}: {one}" for one in said]
    return found, ", ".join(excluded)


def worse_samples(example: Instance, accepted: float) -> tuple[Flags, list[str]]:
    """Which samples are judged, and what is said of those at which the right side is farther from the truth."""
    before, after = side_errors(example)
    known = ~np.isnan(before)
    if example.rule.assuming:
        known &= regular(example)
    worse = known & (after > np.maximum(before, accepted))
    if worse.any():
        worse &= after > np.maximum(np.maximum(before, error_nearby(example)), accepted) + 1
    return known, [told(example, before, after, np.flatnonzero(worse)[:3])] if worse.any() else []


def example_findings(rule: Rule, dtype: str, pipeline: Pipeline) -> list[str]:
    """What is wrong with what a computed rule makes of its example."""
    example = example_of(rule, dtype)
    trace = run(pipeline.upto("associate"), Graph.of(list(example.values), [example.left]))
    if rule.name not in {step.rule.name for step in trace.steps}:
        return [f"{dtype}: it does not fire on its example"]
    values = dict(zip(trace.graph.inputs, example.values.values(), strict=True))
    before, after = evaluate([example.left], example.values)[0], evaluate(trace.graph.roots, values)[0]
    if before.dtype != after.dtype or before.shape != after.shape:
        return [f"{dtype}: {before.dtype}{before.shape} became {after.dtype}{after.shape}"]
    if before.dtype.kind != "f":
        return []
    truth = exact_value(example.left, example.values)
    old, new = errors(before, truth), errors(after, truth)
    known = ~np.isnan(old) & (regular(example) if rule.assuming else True)
    worse = known & (new > np.maximum(old, rule.options.get("accept", ACCEPTED)))
    return [f"{dtype}: {told(example, old, new, np.flatnonzero(worse)[:3])}"] if worse.any() else []


def firing_findings(rule: Rule, form: str, pipeline: Pipeline) -> list[str]:
    """What is wrong with a rule in one of the forms in which it must fire."""
    names: set[str] = set()
    for left in expressions(rule, [(5,)]):
        other = variable(left.type, "other")
        if left.type.dtype.kind != "f" or (form == "scaled" and rule.options.get("unscaled")):
            return []
        names, cycles = fired(rule, FORMS[form](left, other), pipeline)
        if cycles:
            return [f"{form}: it goes round with {', '.join(sorted({name for cycle in cycles for name in cycle}))}"]
        if rule.name in names:
            return []
    return [f"{form}: it does not fire; {', '.join(sorted(names)) or 'no rule'} does"]


def regular(example: Instance) -> Flags:
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


def side_value(side: Any, like: Samples, values: Mapping[Variable, Samples]) -> Samples:
    """The value of one side in floating point."""
    if isinstance(side, (int, float)):
        return np.full_like(like, side)
    return np.broadcast_to(evaluate([side], values)[0], like.shape)


def side_errors(example: Instance) -> tuple[Samples, Samples]:
    """The errors of both sides of a rule on its samples."""
    left = evaluate([example.left], example.values)[0]
    truth = exact_value(example.left, example.values)
    return errors(left, truth), errors(side_value(example.right, left, example.values), truth)


def error_nearby(example: Instance) -> Samples:
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


def told(example: Instance, before: Samples, after: Samples, places: Any) -> str:
    """The samples at which a rule fails."""
    at = {node.name: np.ravel(value)[places] for node, value in example.values.items() if value.size == before.size}
    return f"{example.rule.formula}: {before[places]} ULP became {after[places]} ULP at {at}"


def fired(rule: Rule, left: Variable, pipeline: Pipeline) -> tuple[set[str], list[Any]]:
    """The rules that fire on an expression in the whole pipeline, and the cycles that it reports."""
    free = [node for node in leaves([left]) if node.op is INPUT]
    trace = run(pipeline.upto("associate"), Graph.of(free, [left]))
    return {step.rule.name for step in trace.steps}, [cycle for item in trace.passes for cycle in item.report.cycles]


def expressions(rule: Rule, shapes: Sequence[tuple[int, ...]], dtype: str = "float64") -> Iterator[Variable]:
    """The left side of a rule as users type it, over inputs of these shapes."""
    for choice in attribute_choices(rule) if attribute_names(rule) else [{}]:
        wanted = [(6, 8)] if choice else shapes
        made = inputs_for(rule, choice, dtype, wanted)
        yield typed(rule.left, made, choice)
