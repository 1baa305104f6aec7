"""Programs in which a broken rule fires, compiled with it, checked by DebugMode, and judged without DebugMode."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import signature
from typing import Any

import mpmath
import numpy as np

import symlab as sl
from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import SymlabError
from symlab.core.ir.expr import leaves, toposort
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import INPUT, Kind
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import exp, tanh
from symlab.core.ops.operators import Variable
from symlab.core.pipeline import DEFAULT, Pipeline, Rewrite
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.sorts import Near, Real
from symlab.testing.formulas import (
    COLUMNS,
    COUNT,
    ROWS,
    SHOWN,
    attribute_choices,
    attribute_names,
    errors,
    exact_value,
    example_of,
    inputs_for,
    typed,
)
from tests.debug.mutator import Mutant

Array = np.ndarray[Any, Any]
Values = dict[Variable, Array]
DRAWS = 5
EVEN_DRAW = 2  # the draw of which the numbers lie evenly around the places where rules switch between forms
SPECIAL_DRAW = 4  # the draw with infinities, zeros, equal and nearly equal numbers, for guards of those
EDGES = np.array([0.0, 0.0, -1.0, 1.0, -0.5, 0.5, -2.0, 3.0, -3.0, 1e-3, -1e-3, 1e-12, -40.0, 40.0, 100.0, -100.0])
EXTREMES = np.array([1e30, 1e-30, -1e30, -1e-30, 1e20, 1e-20, 1e100, 1e-100, -1e100, -1e-100])
ACCEPTED = 16.0  # ULP that a right side may be off
SAME = 4.0  # ULP that the rounding of constants may change
WRAPPERS: Mapping[str, Callable[[Any], Any]] = {
    "as it is": lambda x: x,
    "bounded": tanh,
    "positive": exp,
    "chosen": lambda x: switch(x > 0.5, x, 1),
    "a number": lambda x: -1.5,
}


@dataclass(frozen=True)
class Program:
    """An expression in which a mutant may fire; `alone` compiles it without any other rule."""

    mutant: Mutant
    expression: Variable
    alone: bool = False

    @property
    def inputs(self) -> list[Variable]:
        """The inputs of the expression."""
        return [node for node in leaves([self.expression]) if node.op is INPUT and isinstance(node, Variable)]

    def function(self, rule: Rule) -> Any:
        """The expression compiled with a rule in the place of the mutant's, in DebugMode."""
        pipeline = with_rule(rule, self.alone)
        mode = sl.Mode("mutant", pipeline, "reference", "debug.DebugMode", {"raises": False})
        return sl.function(self.inputs, self.expression, mode=mode)

    @cached_property
    def broken(self) -> Any:
        """The expression compiled with the broken rule."""
        return self.function(self.mutant.rule)

    @cached_property
    def fires(self) -> bool:
        """Whether the broken rule acts."""
        return any(step.rule is self.mutant.rule for step in self.broken.trace.steps)

    def named(self, draw: int) -> bool:
        """Whether DebugMode names the rule on samples."""
        report = self.broken.check(list(self.samples(draw).values()))
        return self.mutant.rule.name in report.rules

    def samples(self, draw: int) -> Values:
        """Numbers for the inputs: of the sorts of the rule, some of them where formulas break."""
        return {node: samples_of(self.mutant.rule, node, draw) for node in self.inputs}


def samples_of(rule: Rule, node: Variable, draw: int) -> Array:
    """Samples for one input."""
    sort = rule.sorts.get(str(node.name).rstrip("0123456789"), Real)
    random = np.random.default_rng(zlib.crc32(f"{rule.name} {node.name} {draw}".encode()))
    shape = [size or 1 for size in node.type.shape]
    count = int(np.prod(shape))
    values = (Real if sort.name in SHOWN else sort).samples(random, count)
    if draw == EVEN_DRAW and sort in (Real, Near):
        values = random.permutation(np.linspace(-2, 2, count))
    elif sort is Real or sort.name in SHOWN:
        values[: EDGES.size] = EDGES[: values.size]
        values[EDGES.size : 2 * EDGES.size] = random.permutation(EDGES)[: max(values.size - EDGES.size, 0)]
        values[-EXTREMES.size :] = random.permutation(EXTREMES) if draw % 2 else values[-EXTREMES.size :]
    if draw == SPECIAL_DRAW:
        values[1::3] = np.linspace(0.1, 1.5, values[1::3].size)
        values[2::3] = np.linspace(0.1, 1.5, values[2::3].size) * random.uniform(0.75, 1.25, values[2::3].size)
        values[::3] = random.permutation(np.resize([np.inf, 0.0, -np.inf, 0.0, 1.0], values[::3].size))
    with np.errstate(over="ignore"):
        return values.astype(node.type.dtype).reshape(shape)


def with_rule(wanted: Rule, alone: bool = False) -> Pipeline:
    """The default pipeline up to lowering with a rule in the place of its namesake, perhaps with no other."""
    passes = []
    for item in DEFAULT.upto("associate"):
        if isinstance(item, Rewrite):
            rules = [wanted if rule.name == wanted.name else rule for rule in item.rules]
            item = replace(item, sources=tuple(rule for rule in rules if not alone or rule is wanted))
        passes.append(item)
    return Pipeline(tuple(passes))


# Which programs


def programs(mutant: Mutant) -> Iterator[Program]:
    """Programs in which a mutant fires; for a dropped guard, those in which the unbroken rule does not."""
    for expression in guarded_out(mutant) if mutant.kind == "guard" else applicable(mutant):
        for alone in (False, True):
            program = Program(mutant, expression, alone)
            if fires(program) and (mutant.kind != "guard" or not acts(mutant.original, expression)):
                yield program
                break


def fires(program: Program) -> bool:
    """Whether a program compiles, and the mutant acts."""
    try:
        return program.fires
    except SymlabError:
        return False


def acts(rule: Rule, expression: Variable) -> bool:
    """Whether a rule by itself acts on an expression."""
    program = Program(Mutant("", "", rule, rule), expression, True)
    return program.fires


def applicable(mutant: Mutant) -> Iterator[Variable]:
    """The left side of a rule over inputs of the right sorts, or its own example."""
    rule = mutant.original
    if rule.compute is not None:
        yield example_of(rule, "float64").left
        return
    for choice in attribute_choices(rule) if attribute_names(rule) else [{}]:
        yield typed(rule.left, inputs_for(rule, choice, "float64", [(ROWS, COLUMNS)] if choice else [(COUNT,)]), choice)


def guarded_out(mutant: Mutant) -> Iterator[Variable]:
    """The left side of a rule over all kinds of operands, those among them that the guard keeps out."""
    rule = mutant.rule
    for options, wrapper in itertools.product([rule.options, {}], WRAPPERS.values()):
        for dtype, shape, choice in forms(replace(rule, options=options)):
            variables = inputs_for(replace(rule, options=options), choice, dtype, [shape])
            wrapped = {name: wrapped_value(mutant, name, value, wrapper) for name, value in variables.items()}
            try:
                yield typed(rule.left, wrapped, choice)
            except SymlabError:
                continue  # such operands do not fit together


def wrapped_value(mutant: Mutant, name: str, value: Any, wrapper: Callable[[Any], Any]) -> Any:
    """An operand in another form: that of which a guard was dropped, or any if it is that of several."""
    if isinstance(value, tuple):
        return tuple(wrapped_value(mutant, name, item, wrapper) for item in value)
    free = isinstance(value, Variable) and value.op is INPUT and value.type.dtype.kind == "f"
    return wrapper(value) if free and mutant.dropped in ("", name) else value


def forms(rule: Rule) -> Iterator[tuple[str, tuple[int, ...], dict[str, Any]]]:
    """Dtypes, shapes and attributes: square matrices, and sums in another dtype, beside those of the other tests."""
    if not attribute_names(rule):
        yield "float64", (COUNT,), {}
        return
    for choice in attribute_choices(rule):
        yield "float64", (ROWS, COLUMNS), choice
        yield "float64", (ROWS, ROWS), choice
        wider = {
            name: (("acc_dtype", "float64"), *value) if name in accumulating(rule) else value
            for name, value in choice.items()
        }
        if wider != choice:
            yield "float32", (ROWS, COLUMNS), wider


def accumulating(rule: Rule) -> set[str]:
    """The variables for attributes of sums, which may be told in which dtype to add."""
    assert rule.left is not None
    wholes = {node: node.attr("*") for node in toposort([rule.left])}
    sums = [
        node
        for node in wholes
        if node.op.kind is not Kind.LEAF and "acc_dtype" in signature(node.op.compute).parameters
    ]
    return {wholes[node].name for node in sums if wholes[node] is not None}


# Judged without DebugMode


def is_same_formula(program: Program, draw: int) -> bool:
    """Whether what the broken rule made is what was written, at every sample, with 60 digits."""
    values, graph = program.samples(draw), program.broken.trace.graph
    truth = exact_value(program.expression, values)
    other = exact_value(graph.roots[0], dict(zip(graph.inputs, values.values(), strict=True)))
    apart = errors(np.array([float(mpmath.re(value)) for value in np.ravel(other)]), truth)
    return bool(np.all(apart[~np.isnan(apart)] <= SAME))


def rewritten_value(graph: Graph, values: Values) -> Array:
    """The value of a rewritten graph on the reference evaluator."""
    return np.asarray(evaluate(graph.roots, dict(zip(graph.inputs, values.values(), strict=True)))[0])


def shown_equivalent(program: Program, draw: int) -> bool:
    """Whether the program computes with the broken rule what was written.

    That is: never farther from the truth than as written, or than with the rule unbroken.
    """
    values = program.samples(draw)
    before = evaluate([program.expression], values)[0]
    after = rewritten_value(program.broken.trace.graph, values)
    if before.dtype.kind != "f":
        return bool(np.array_equal(before, after))
    truth = exact_value(program.expression, values)
    old, new = errors(before, truth), errors(after, truth)
    known = ~np.isnan(old)
    near = new[known] <= np.maximum(ACCEPTED, 2 * old[known])
    if not near.all():
        unbroken = program.function(program.mutant.original).trace.graph
        near |= new[known] <= 2 * errors(rewritten_value(unbroken, values), truth)[known]
    unreal = np.array([isinstance(value, mpmath.mpc) for value in np.ravel(truth)])[~known]
    nothing = unreal | (
        np.isnan(after.ravel()[~known]) <= np.isnan(before.ravel()[~known])
    )  # no nan from what was none
    return bool(near.all() and nothing.all())
