"""Expressions rebuilt with a function's replacements, also within the steps of loops and within sub-graphs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from symlab.core.ir.errors import message
from symlab.core.ir.expr import Expr, leaves, toposort
from symlab.core.ir.types import TupleType
from symlab.core.ops.inlined import opens, results_of_body
from symlab.core.ops.loop import SCAN, Loop, State, make_loop
from symlab.core.ops.operators import Variable
from symlab.core.ops.replacing import rebuilt, replaced
from symlab.core.shared import SharedVariable
from symlab.core.substitute import as_value_of, fitting_replacement

Replacer = Callable[[Variable], Any]


def map_variables(
    replacer: Replacer, graphs: Iterable[Variable], additional_inputs: Iterable[Variable] = ()
) -> list[Variable]:
    """`graphs` with each variable replaced by what `replacer` gives for it: itself, or another of its type.

    Steps of loops and sub-graphs (`OpFromGraph`) are entered, and may be given what they did not read before. What a
    replacement is made of is not replaced. A sub-graph that states derivatives of its own is left as it is.
    `additional_inputs` is there for Theano's sake: any input may be used. Errors: TypeMismatch; NotImplementedError
    where a step would read a shared variable that changes with each use.
    """
    return mapped(list(graphs), replacer, ())


def mapped(roots: list[Variable], replacer: Replacer, within: Collection[Expr]) -> list[Variable]:
    """The roots over replaced variables; `within` holds the parameters of the step around them, none outside of one."""
    done: dict[Expr, Any] = {param: param for param in within}
    for node in toposort(roots, frozenset(within)):
        if node not in done:
            done[node] = mapped_node(node, tuple(done[arg] for arg in node.args), replacer, bool(within))
    return [done[root] for root in roots]


def mapped_node(node: Any, args: tuple[Any, ...], replacer: Replacer, inside: bool) -> Any:
    """What stands for one node whose operands are replaced; of several results there is a list."""
    if args and isinstance(args[0], list):
        made = args[0][node.attr("index")]
        made.relabel(node.label())
    elif opens(node):
        return mapped_subgraph(node, args, replacer)
    elif node.op is SCAN:
        return mapped_loop(node, args, replacer)
    else:
        made = node if all(new is old for new, old in zip(args, node.args, strict=True)) else rebuilt(node, args)
    several = isinstance(node.type, TupleType)
    return made if several else replacement(node, made, replacer, inside)


def replacement(node: Variable, made: Variable, replacer: Replacer, inside: bool) -> Variable:
    """What `replacer` gives for a variable, if it fits; within a step nothing may come in that each use changes."""
    found = replacer(made)
    is_kept = found is made
    if is_kept:
        return made
    new = fitting_replacement(node, as_value_of(node, found))
    old = set(leaves([made]))
    for leaf in leaves([new]) if inside else ():
        if leaf not in old and isinstance(leaf, SharedVariable) and leaf.default_update is not None:
            problem = f"{leaf!r} changes with each use, and a step that is made already cannot take it up"
            raise NotImplementedError(message(problem, [("shared", leaf)], ["the replacement within the function"]))
    return new


def mapped_subgraph(node: Any, args: tuple[Any, ...], replacer: Replacer) -> Any:
    """The results of a sub-graph, replaced inside, in place of the node."""
    params = node.attr("body").params
    inner: list[Any] = list(results_of_body(node))
    results = replaced(mapped(inner, replacer, params), dict(zip(params, args, strict=True)))
    return results if isinstance(node.type, TupleType) else results[0]


def mapped_loop(node: Any, args: tuple[Any, ...], replacer: Replacer) -> list[Any]:
    """The results of a loop like this one, whose step is replaced."""
    old = Loop(node)
    params, states = old.params, old.states
    inner: list[Any] = list(old.body.body.args)
    results = mapped(inner, replacer, params)
    news, rest = results[:states], results[states : states + old.outputs]
    rows = slice(states, states + old.sequences)
    made = make_loop(
        [State(param, first, new) for param, first, new in zip(params[:states], args, news, strict=False)],
        list(zip(params[rows], args[rows], strict=True)),
        rest, args[-2], args[-1],
        constants=list(zip(params[rows.stop :], args[rows.stop : -2], strict=True)),
        known=node.attr("known"), reverse=node.attr("reverse"), until=results[-1] if old.until else None,
        truncate=node.attr("truncate"), recompute=bool(node.attr("recompute")),
    )  # fmt: skip
    lasts = [made.last(place) for place in range(states)]
    kept = [made.history(place) for place in range(states + old.outputs)]
    return [*lasts, *kept, *([made.made] if old.until else [])]
