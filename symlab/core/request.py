"""What a caller of `function` asked for, checked and complete, before anything is compiled."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symlab.core.arguments import ROWS, In, Out, as_inputs, check_distinct, checked_default, in_short, is_free
from symlab.core.ir.behind import inputs_behind
from symlab.core.ir.errors import (
    GivenInput,
    InvalidValue,
    MissingInputError,
    OutputKeyError,
    TypeMismatch,
    UnknownName,
    UnusedInputError,
    WrongInput,
    message,
)
from symlab.core.ir.expr import Expr, leaves, pack, toposort, unpack
from symlab.core.ir.graph import Graph
from symlab.core.ir.op import INPUT
from symlab.core.ir.origin import here, place_of
from symlab.core.ir.types import ArrayType, Held
from symlab.core.local import as_registered
from symlab.core.ops.generator_states import NumPyGenerator
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.replacing import replaced
from symlab.core.shared import SharedVariable, fitting, shared
from symlab.core.substitute import as_value_of, checked_givens, fitting_replacement, with_sizes


class UnusedInputWarning(UserWarning):
    """An input of a function that no output needs."""


@dataclass(frozen=True, eq=False)
class Request:
    """Inputs, outputs with their layout ('s'ingle, 'l'ist, 'n'one, 'd'ict), and updates, all typed."""

    inputs: tuple[In, ...]
    outputs: tuple[Variable, ...]
    layout: str
    keys: tuple[Any, ...]
    updates: Mapping[SharedVariable, Variable]
    name: str
    states: tuple[tuple[int, In, SharedVariable], ...] = ()  # inputs with state: their place, and what keeps it
    place: str | None = None  # where a function without a name was made
    inplace: bool = False  # whether outputs made by `T.inplace` are written over arguments

    def all_inputs(self) -> tuple[In, ...]:
        """The inputs in the order in which the caller named them, those with state among them."""
        inputs = list(self.inputs)
        for place, item, _ in self.states:
            inputs.insert(place, item)
        return tuple(inputs)

    def graph(self) -> Graph:
        """The request as interned graph; inputs and updated shared variables come first."""
        return Graph.of([item.variable for item in self.inputs], self.outputs, self.updates)

    def __reduce__(self) -> tuple[Any, ...]:
        roots = [*self.outputs, *self.updates.values()]
        place = {node: number for number, node in enumerate(toposort(roots))}
        places = [place[root] for root in roots]
        rest = (self.layout, self.keys, tuple(self.updates), self.name, self.states, self.place, self.inplace)
        return restored, (self.inputs, pack(roots), places, *rest)

    def shared(self) -> tuple[SharedVariable, ...]:
        """Every shared variable that a call reads or updates, updated ones first."""
        roots: list[Expr] = [*self.outputs, *self.updates.values()]
        found = dict.fromkeys(self.updates)
        found.update(dict.fromkeys(node for node in leaves(roots) if isinstance(node, SharedVariable)))
        return tuple(found)


def restored(
    inputs: tuple[In, ...],
    packed: list[Any],
    places: Sequence[int],
    layout: str,
    keys: tuple[Any, ...],
    updated: Sequence[SharedVariable],
    *rest: Any,
) -> Request:
    """A request read from a pickle, in which its nodes are one flat list."""
    nodes = unpack(packed)
    values: list[Any] = [nodes[place] for place in places]
    count = len(values) - len(updated)
    updates = dict(zip(updated, values[count:], strict=True))
    return Request(inputs, tuple(values[:count]), layout, keys, updates, *rest)


def make_request(
    inputs: Any,
    outputs: Any,
    updates: Any,
    givens: Any,
    no_default_updates: Any,
    name: str | None,
    on_unused_input: str,
    allow_downcast: bool | None,
    strict: bool = True,
) -> Request:
    """The checked request, or one clear error."""
    records = as_inputs(inputs, allow_downcast)
    check_distinct(records)
    listed, layout, keys = as_outputs(outputs)
    check_updates(records, name or "f")
    states = states_of(records)
    records = tuple(item for item in records if not item.keeps_state)
    kept = [(state, item.update) for _, item, state in states if item.update is not None]
    new_values = as_updates([*kept, *pairs_of(updates)])
    substitutions = checked_givens(givens or {}, strict)
    check_not_given(records, substitutions)
    substitutions.update((item.variable, state) for _, item, state in states)
    records = with_leaves(records, substitutions)
    values = as_registered(replaced([*listed, *new_values.values()], substitutions))
    outs, news = values[: len(listed)], dict(zip(new_values, values[len(listed) :], strict=True))
    news = with_default_updates(outs, news, no_default_updates, substitutions)
    records = tuple(checked_default(item, place, name or "f") for place, item in enumerate(records))
    place = None if name else place_of(here())
    request = Request(records, tuple(outs), layout, keys, news, name or "f", states, place)
    check_inputs(request, on_unused_input)
    return request


def check_not_given(inputs: Sequence[In], givens: Mapping[Variable, Variable]) -> None:
    """Raise if an input is replaced: what a caller gives for it would not be what stands for it."""
    for item in inputs:
        if item.variable in givens:
            name = item.name or "x"
            tries = [f"a new input u, and givens={{{name}: expression of u}}"]
            raise GivenInput(message(f"{name} is an input, and givens replaces it", [(name, item.variable)], tries))


def check_updates(records: Sequence[In], name: str) -> None:
    """Raise if the new value of an input's state needs a variable that is no input."""
    given = {item.variable for item in records}
    for item in records:
        for node in () if item.update is None else leaves_of_inputs([item.update], given):
            if is_free(node) and node not in given:
                report_missing(name, node, [])


def states_of(records: Sequence[In]) -> tuple[tuple[int, In, SharedVariable], ...]:
    """For each input with state its place, and the shared variable that keeps it."""
    return tuple((place, item, state_of(item)) for place, item in enumerate(records) if item.keeps_state)


def state_of(item: In) -> SharedVariable:
    """The shared variable that keeps an input's state: the one that was given, or a new one with the default."""
    if isinstance(item.value, SharedVariable):
        fitting_replacement(item.variable, item.value)
        return item.value
    if item.value is None:
        tries = ["In(variable, value=..., update=...)"]
        raise InvalidValue(
            message("an input with an update needs a value to start with", [("input", item.variable)], tries)
        )
    if isinstance(item.value, NumPyGenerator):
        return shared(item.value, item.name)
    type = item.variable.type
    return shared(fitting(item.value, type, item.name or "an input").astype(type.dtype), item.name, shape=type.shape)


def with_leaves(records: tuple[In, ...], substitutions: dict[Variable, Variable]) -> tuple[In, ...]:
    """The inputs as leaves: one that is an expression is cut off from what it was computed from."""
    made = []
    for item in records:
        if item.variable.args:
            leaf = Variable(INPUT, (), (), item.variable.type, item.name)
            substitutions[item.variable] = leaf
            item = item.with_variable(leaf)
        made.append(item)
    return tuple(made)


def as_outputs(outputs: Any) -> tuple[list[Variable], str, tuple[Any, ...]]:
    """The outputs as a list, the layout in which results are given, and the keys of a dict."""
    match outputs:
        case None:
            return [], "n", ()
        case dict():
            check_keys(outputs)
            return [as_output(item) for item in outputs.values()], "d", tuple(outputs)
        case list() | tuple():
            return [as_output(item) for item in outputs], "l", ()
    return [as_output(outputs)], "s", ()


def check_keys(outputs: Mapping[Any, Any]) -> None:
    """Raise unless all keys of a dict of outputs are strings."""
    for key in outputs:
        if not isinstance(key, str):
            problem = f"the outputs of a dict have names, and the key {key!r} is {type(key).__name__}"
            raise OutputKeyError(message(problem, (), ["strings as keys", "a list of outputs"]))


def as_output(item: Any) -> Variable:
    """One output as a variable."""
    if isinstance(item, Out):
        item = item.variable
    variable = as_variable(item)
    if not isinstance(variable.type, ArrayType | Held):
        raise TypeMismatch(message(f"{variable!r} has several results: choose one", [("output", variable)]))
    return variable


def as_updates(updates: Any) -> dict[SharedVariable, Variable]:
    """The updates as a mapping whose values have the types of their shared variables."""
    found: dict[SharedVariable, Variable] = {}
    for pair in pairs_of(updates):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeMismatch(message(f"an update is a pair (shared variable, new value), and {pair!r} is not"))
        target, value = pair
        if not isinstance(target, SharedVariable):
            raise TypeMismatch(message(f"only shared variables can be updated, and {target!r} is none"))
        if target in found:
            raise InvalidValue(message(f"{target!r} is updated twice", [("shared", target)]))
        found[target] = fitting_update(target, as_value_of(target, value))
    return found


def pairs_of(updates: Any) -> list[Any]:
    """Updates as a list of pairs."""
    return list(updates.items() if isinstance(updates, Mapping) else updates or ())


def fitting_update(target: SharedVariable, value: Variable) -> Variable:
    """`value` if it has the type of `target`; a dtype that loses nothing is cast."""
    old, new = target.type, value.type
    rows = [("shared", target), ("new value", value)]
    if isinstance(old, Held) or isinstance(new, Held):
        return fitting_replacement(target, value)
    if new.dtype != old.dtype:
        if not np.can_cast(new.dtype, old.dtype, "safe"):
            problem = f"{target!r} holds {old.dtype.name}, and its new value is {new.dtype.name}"
            raise TypeMismatch(message(problem, rows, [f"T.cast(value, '{old.dtype.name}')"]))
        value = value.astype(old.dtype.name)
    if new.ndim != old.ndim:
        raise TypeMismatch(message(f"{target!r} has {old.ndim} axes, and its new value has {new.ndim}", rows))
    if any(None not in (m, n) and m != n for m, n in zip(old.shape, new.shape, strict=True)):
        raise TypeMismatch(message(f"the new value of {target!r} has another shape", rows))
    return with_sizes(value, old.shape)


def with_default_updates(
    outputs: list[Variable],
    updates: dict[SharedVariable, Variable],
    excluded: Any,
    substitutions: Mapping[Variable, Variable],
) -> dict[SharedVariable, Variable]:
    """The updates, and those that shared variables bring with them (`default_update`)."""
    if excluded is True:
        return updates
    if excluded is not None and not isinstance(excluded, bool | list | tuple | set | frozenset):
        problem = f"no_default_updates is a list of shared variables, True or False, and not {excluded!r}"
        raise TypeMismatch(message(problem, (), ["no_default_updates=[x]"]))
    skipped: set[Any] = set() if excluded is None or isinstance(excluded, bool) else set(excluded)
    updates = dict(updates)
    pending = leaves([*outputs, *updates.values()])
    while pending:
        node = pending.pop(0)
        if not isinstance(node, SharedVariable) or node in updates or node in skipped:
            continue
        if node.default_update is not None:
            (value,) = replaced([fitting_update(node, node.default_update)], substitutions)
            updates[node] = value
            pending.extend(leaves([value]))
    return updates


def check_inputs(request: Request, on_unused_input: str) -> None:
    """Every free variable is an input, and every input is needed."""
    given = {item.variable for item in request.inputs}
    roots = [*request.outputs, *request.updates.values()]
    used = dict.fromkeys(leaves_of_inputs(roots, given))
    unused = [item for item in request.inputs if item.variable not in used]
    for node in used:
        if is_free(node) and node not in given:
            report_missing(request.name, node, unused if on_unused_input == "raise" else [])
    if on_unused_input not in ("raise", "warn", "ignore"):
        raise InvalidValue(message(f"on_unused_input is {on_unused_input!r}", (), ["'raise', 'warn' or 'ignore'"]))
    if unused and on_unused_input != "ignore":
        behind = inputs_behind(roots)
        unused = [item for item in unused if item.variable not in behind]
        if unused:
            report_unused(request.name, unused, on_unused_input)


def report_missing(name: str, node: Expr, unused: list[In]) -> None:
    """Raise about a variable that an output needs and that is no input; an input that nothing needs may be meant."""
    rows = [(str(getattr(node, "name", None)), node)]
    tries = ["to add it to the inputs", "givens={variable: value}"]
    if unused:
        problem = f"{name} needs {node!r}, which is no input, and does not need its input {unused[0].variable!r}"
        rows.append((unused[0].name or "input", unused[0].variable))
        raise WrongInput(message(problem, rows, tries))
    raise MissingInputError(message(f"{name} needs {node!r}, which is no input", rows, tries))


def leaves_of_inputs(roots: list[Variable], given: set[Variable]) -> list[Expr]:
    """The inputs and free leaves below `roots`, in the order in which they are read."""
    order = toposort(roots, frozenset(given))
    return [node for node in order if node in given or not node.args]


def report_unused(name: str, unused: list[In], policy: str) -> None:
    """Raise or warn about inputs that no output needs."""
    names = in_short([repr(item.variable) for item in unused])
    rows = [(item.name or "input", item.variable) for item in unused[:ROWS]]
    tries = ["to leave it out", "on_unused_input='ignore'"]
    text = message(f"{name} does not need its input {names}", rows, tries)
    if policy == "warn":
        warnings.warn(text, UnusedInputWarning, stacklevel=6)
    else:
        raise UnusedInputError(text)


def with_outputs(request: Request, wanted: Sequence[Any]) -> Request:
    """The request for some of its outputs, by position or key, with the same inputs and all updates."""
    known = list(request.keys) if request.layout == "d" else list(range(len(request.outputs)))
    for item in wanted:
        if item not in known:
            problem = f"{request.name} has no output {item!r}"
            tries = [f"output_subset with some of {in_short([repr(key) for key in known])}"]
            raise UnknownName(message(problem, (), tries))
    outputs = tuple(request.outputs[known.index(item)] for item in wanted)
    layout, keys = ("d", tuple(wanted)) if request.layout == "d" else ("l", ())
    return replace(request, outputs=outputs, layout=layout, keys=keys, states=())


def swapped(
    request: Request, swap: Mapping[SharedVariable, SharedVariable], delete_updates: bool, name: str | None
) -> Request:
    """The request with shared variables swapped for others of their types, perhaps without updates."""
    for old, new in swap.items():
        if old not in request.shared():
            raise UnknownName(message(f"{request.name} does not use {old!r}", [("to be swapped", old)]))
        if not isinstance(new, SharedVariable):
            raise TypeMismatch(message(f"{old!r} can be swapped for a shared variable only, not for {new!r}"))
        fitting_replacement(old, new)
    substitutions: dict[Variable, Variable] = {}
    substitutions.update(swap.items())
    updates = {} if delete_updates else request.updates
    values = replaced([*request.outputs, *updates.values()], substitutions)
    count = len(request.outputs)
    news = {swap.get(target, target): value for target, value in zip(updates, values[count:], strict=True)}
    states = tuple((place, copy.copy(item), swap.get(state, state)) for place, item, state in request.states)
    inputs = tuple(copy.copy(item) for item in request.inputs)
    made = replace(request, inputs=inputs, outputs=tuple(values[:count]), updates=news, states=states)
    return replace(made, name=name, place=None) if name else made
