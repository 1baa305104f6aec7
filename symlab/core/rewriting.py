"""Rewriting an expression by hand: what the passes of a compilation make of it, as an expression again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.autodiff.stable import cut_graph, typed_forms
from symlab.core.ir import config
from symlab.core.ir.errors import InvalidValue, RewriteError, message, near_names
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.pipeline import DEFAULT, Pipeline, run
from symlab.core.rewrite.rule import Rule
from symlab.core.saturation.simplify import simplest_forms

LAST = "associate"  # the last pass whose result is an expression


def rewrite_graph(
    outputs: Any,
    *,
    include: Sequence[str | Rule] = (),
    exclude: Sequence[str] = (),
    upto: str = LAST,
) -> Any:
    """The expression (or list of expressions) as the passes up to `upto` leave it, the last one included.

    `include` has more rules: one's own, or names of those that `exclude` took away with their pass.
    `exclude` has names of passes and rules. Nodes that nothing changed are the same objects as before.
    """
    single = isinstance(outputs, Variable) or not isinstance(outputs, (list, tuple))
    roots = [as_variable(output) for output in ([outputs] if single else outputs)]
    found = rewritten(roots, chosen(include, exclude, upto))
    return found[0] if single else found


def simplify(outputs: Any, *, effort: str = "rules") -> Any:
    """The expression (or list of expressions) in the form that would be computed: `rewrite_graph` with every rule.

    With `effort="saturation"` it is the cheapest form, by the cost of its ops, that real-number identities are found to
    lead to: for formulas of a few dozen ops, larger ones stay. Under `algebra="floating"` no identity acts.
    """
    if effort == "rules":
        return rewrite_graph(outputs)
    if effort != "saturation":
        tries = ['effort="rules"', 'effort="saturation"', near_names(str(effort), ("rules", "saturation"))]
        raise InvalidValue(message(f"simplify has no effort {effort!r}", (), tries))
    single = isinstance(outputs, Variable) or not isinstance(outputs, (list, tuple))
    found = simplest_forms([as_variable(item) for item in ([outputs] if single else outputs)], config.current())
    return found[0] if single else found


def chosen(include: Sequence[str | Rule], exclude: Sequence[str], upto: str) -> Pipeline:
    """The passes that are wanted."""
    pipeline = DEFAULT.upto(upto)
    if exclude:
        pipeline = pipeline.excluding(*exclude)
    names = [item for item in include if isinstance(item, str)]
    rules = [item for item in include if isinstance(item, Rule)]
    if names:
        pipeline = pipeline.including(*names)
    if rules:
        into = "stabilize" if "stabilize" in pipeline.names else "canonicalize"
        pipeline = pipeline.with_rules(*rules, into=into)
    return pipeline if LAST in pipeline.names else pipeline + Pipeline((DEFAULT.passes[DEFAULT.place(LAST)],))


def rewritten(roots: Sequence[Variable], pipeline: Pipeline) -> list[Variable]:
    """Expressions as a pipeline leaves them."""
    trace = run(pipeline, cut_graph(roots, frozenset()), config.current())
    found = typed_forms(trace)
    if found is None:
        problem = "the rules changed what is inside a closed function, which cannot be shown as an expression"
        raise RewriteError(message(problem, (), ["sl.function(...).trace, which shows every step"]))
    return found
