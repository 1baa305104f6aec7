"""`scan`: a closed function applied step after step, to states that it carries on and to rows of sequences.

The operands are the first states, the sequences, the constants, then two integers: how many steps are made, and for
how many there is room (`length`). The body takes states, rows and constants, and gives a `bundle`: new states, then
further outputs, then, with `until`, whether to stop. The results are the last states, the history of each state, the
history of each further output and, with `until`, the number of steps made. Rows of a history past the last step are 0.
Step t works on row t of all sequences and histories; with `reverse` the first step works on the last row. `known` is
the length where it is a number, `truncate` says through how many of the last steps a gradient flows (-1: all);
`recompute`, where it is there, that a gradient keeps the states alone and computes the steps again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.expr import Expr, Lambda, toposort
from symlab.core.ir.graph import Token
from symlab.core.ir.op import CONSTANT, PROJECT, Kind, Op
from symlab.core.ir.types import ArrayType, TupleType, array_type
from symlab.core.ops.elementwise import cast
from symlab.core.ops.operators import Variable, variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import specified
from symlab.core.seams import resolve

HOME = __name__


def bundled_type(attributes: Mapping[str, Any], *items: ArrayType) -> TupleType:
    """The types of all operands."""
    return TupleType(items)


def scan_type(attributes: Mapping[str, Any], *operands: ArrayType) -> TupleType:
    """The types of all results: those of the states and of what the body gives, with a leading axis."""
    body, states, known = attributes["body"], attributes["states"], attributes["known"]
    kept = [param.type for param in body.params[:states]]
    outputs = [item.type for item in body.body.args[states:]]
    if attributes["until"]:
        outputs.pop()
    histories = [array_type(item.dtype, (known, *item.shape)) for item in (*kept, *outputs)]
    done = [array_type(np.int64, ())] * attributes["until"]
    return TupleType((*kept, *histories, *done))


def scan_vjp(cotangents: Any, node: Variable, *operands: Variable, **attributes: Any) -> Any:
    """A loop that runs the other way."""
    return resolve("symlab.core.autodiff.loops:pullback")(cotangents, node)


def scan_jvp(tangents: Any, node: Variable, *operands: Variable, **attributes: Any) -> Any:
    """A loop beside the first."""
    return resolve("symlab.core.autodiff.loops:pushforward")(tangents, node)


BUNDLE = Op(
    "bundle", Kind.CONTROL, "Several values as the results of one function.",
    reference=lambda *values: values, infer=bundled_type, home=HOME,
)  # fmt: skip
SCAN = Op(
    "scan", Kind.CONTROL, "A closed function (attribute `body`) applied step after step.",
    reference="symlab.core.backends.loops:run_scan", infer=scan_type, vjp=scan_vjp, jvp=scan_jvp, home=HOME,
)  # fmt: skip


@dataclass(frozen=True)
class Loop:
    """The parts of a `scan` node."""

    node: Any

    @property
    def body(self) -> Lambda:
        """The closed function."""
        return self.node.attr("body")  # type: ignore[no-any-return]

    @property
    def params(self) -> tuple[Any, ...]:
        """The parameters of the body: states, rows, constants."""
        return self.body.params

    @property
    def states(self) -> int:
        """How many states there are."""
        return int(self.node.attr("states"))

    @property
    def sequences(self) -> int:
        """How many sequences there are."""
        return int(self.node.attr("sequences"))

    @property
    def until(self) -> bool:
        """Whether the body may stop the loop."""
        return bool(self.node.attr("until"))

    @property
    def pairs(self) -> tuple[tuple[Any, Any], ...]:
        """Each parameter of the body with its operand."""
        return tuple(zip(self.body.params, self.node.args[:-2], strict=True))

    @property
    def results(self) -> tuple[Any, ...]:
        """What the body gives, without the condition."""
        items = self.body.body.args
        return items[:-1] if self.until else items

    @property
    def condition(self) -> Any:
        """The last result of the body, where it may stop the loop."""
        return self.body.body.args[-1]

    @property
    def outputs(self) -> int:
        """How many outputs there are beside the states."""
        return len(self.results) - self.states

    @property
    def steps(self) -> Any:
        """How many steps are asked for."""
        return self.node.args[-2]

    @property
    def length(self) -> Any:
        """For how many steps there is room."""
        return self.node.args[-1]

    def last(self, state: int) -> Any:
        """The last value of a state."""
        return PROJECT(self.node, index=state)

    def history(self, result: int) -> Any:
        """The values of a state or further output, step by step."""
        return PROJECT(self.node, index=self.states + result)

    @property
    def made(self) -> Any:
        """How many steps were made."""
        if not self.until:
            return self.steps
        return PROJECT(self.node, index=len(self.node.type.items) - 1)


Pairs = Sequence[tuple[Variable, Variable]]


@dataclass(frozen=True)
class State:
    """A state of a loop: its parameter, its first value, its new value."""

    param: Variable
    first: Variable
    new: Variable


def make_loop(
    states: Sequence[State],
    sequences: Pairs,
    outputs: Sequence[Variable],
    steps: Variable,
    length: Variable,
    *,
    constants: Pairs = (),
    known: int | None = None,
    reverse: bool = False,
    until: Variable | None = None,
    truncate: int = -1,
    recompute: bool = False,
) -> Loop:
    """A loop: whatever its body needs from outside, and computes without states and rows, becomes an operand."""
    news = [fitting_state(state) for state in states]
    results = [*news, *outputs, *([] if until is None else [until])]
    results = replaced(results, dict(constants))
    params = [*(state.param for state in states), *(param for param, _ in sequences)]
    free = outside(results, params)
    inner = [variable(node.type, getattr(node, "name", None)) for node in free]
    results = replaced(results, dict(zip(free, inner, strict=True)))
    needed = set(toposort(results, frozenset(params)))
    used = [pair for pair in sequences if pair[0] in needed]
    body = Lambda((*(state.param for state in states), *(param for param, _ in used), *inner), BUNDLE(*results))
    operands = (*(state.first for state in states), *(array for _, array in used), *free, steps, length)
    attributes = {
        "body": body, "states": len(states), "sequences": len(used),
        "known": known, "reverse": reverse, "until": until is not None, "truncate": truncate,
    }  # fmt: skip
    if recompute:
        attributes["recompute"] = True
    type = scan_type(attributes, *(operand.type for operand in operands))
    return Loop(Variable(SCAN, operands, tuple(sorted(attributes.items())), type))


def fitting_state(state: State) -> Variable:
    """The new value of a state, which must have the type of the old one."""
    old, new = state.param.type, state.new.type
    if new == old:
        return state.new
    rows = [("state", state.first), ("new value", state.new)]
    if new.ndim != old.ndim or not np.can_cast(new.dtype, old.dtype, "safe"):
        problem = f"a state of scan is {old} to begin with, and {new} after a step"
        raise TypeMismatch(message(problem, rows, ["a first value of the type of the new ones"]))
    if any(None not in (m, n) and m != n for m, n in zip(old.shape, new.shape, strict=True)):
        problem = f"a state of scan is {old} to begin with, and {new} after a step"
        raise TypeMismatch(message(problem, rows, ["a first value of the shape of the new ones"]))
    value = state.new if new.dtype == old.dtype else cast(state.new, dtype=old.dtype.name)
    return specified(value, old.shape)


def outside(results: Iterable[Variable], params: Sequence[Variable]) -> list[Variable]:
    """The largest expressions below `results` that need none of `params`; numbers stay inside."""
    results = list(results)
    inside: set[Expr] = set(params)
    found: dict[Expr, None] = {}
    order = toposort(results, frozenset(params))
    for node in order:
        if node not in inside and any(arg in inside for arg in node.args):
            inside.add(node)
    read = [arg for node in order if node in inside and node not in params for arg in node.args]
    for node in (*read, *results):
        if node not in inside and not is_number(node):
            found[node] = None
    return list(found)  # type: ignore[arg-type]


def is_number(node: Expr) -> bool:
    """Whether a node is a constant of one element."""
    value = node.attr("value")
    return node.op is CONSTANT and not isinstance(value, Token) and value.size == 1


def reached_params(results: Sequence[Expr], params: Sequence[Expr]) -> list[set[int]]:
    """The numbers of the parameters that each result is computed from."""
    bits = {param: 1 << number for number, param in enumerate(params)}
    for node in toposort(results, frozenset(params)):
        if node not in bits:
            found = 0
            for arg in node.args:
                found |= bits[arg]
            bits[node] = found
    return [{number for number in range(len(params)) if bits[result] >> number & 1} for result in results]
