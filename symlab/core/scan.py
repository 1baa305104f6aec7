"""`scan` and what is built on it: loops over time, written as a function of one step."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symlab.core.ir.behind import remember
from symlab.core.ir.errors import InvalidValue, MissingInputError, TypeMismatch, message
from symlab.core.ir.expr import leaves, toposort
from symlab.core.ir.op import CONSTANT
from symlab.core.ir.types import array_type
from symlab.core.ir.untested import tested_after
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import minimum
from symlab.core.ops.index import part_of_axis, reversed_along
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.loop import Loop, State, make_loop, outside
from symlab.core.ops.operators import WEAK, Variable, as_variable, constant, variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import INTEGER, number_of, sizes_of
from symlab.core.returned import Returned, returned, until
from symlab.core.shared import SharedVariable
from symlab.core.steps import monitor, step_of_loop
from symlab.core.test_values import lend
from symlab.core.updates import OrderedUpdates

__all__ = ["foldl", "foldr", "map", "reduce", "scan", "until"]


@dataclass(frozen=True)
class Taken:
    """A sequence and the places, counted from the present step, at which a step reads it."""

    array: Variable
    taps: tuple[int, ...]

    @classmethod
    def of(cls, given: Any) -> Taken:
        """From what the caller gave: an array, or a dict with `input` and `taps`."""
        taps: Any = given.get("taps") if isinstance(given, Mapping) else None
        array = as_variable(given["input"] if isinstance(given, Mapping) else given)
        if not array.ndim:
            problem = "a sequence of scan needs an axis to go along, and a scalar has none"
            raise TypeMismatch(message(problem, [("sequence", array)], ["non_sequences=[...]"]))
        found = (0,) if taps is None else tuple(taps) if isinstance(taps, (list, tuple)) else (taps,)
        return cls(array, tuple(int(tap) for tap in found))

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last place, the present one among them."""
        return min(0, *self.taps), max(0, *self.taps)

    @property
    def steps(self) -> Any:
        """For how many steps there are elements."""
        first, last = self.span
        size = sizes_of(self.array)[0]
        return max(size - (last - first), 0) if isinstance(size, int) else number_of(size - (last - first))

    def rows(self, tap: int, length: Any, backwards: bool) -> Variable:
        """What the steps read at a tap, in the order of the steps."""
        start = tap - self.span[0]
        if not backwards:
            return part_of_axis(self.array, 0, start, number_of(length + start))
        part = reversed_along(part_of_axis(self.array, 0, start, number_of(self.steps + start)), 0)
        return part if length is self.steps else part_of_axis(part, 0, 0, length)

    def named(self, tap: int) -> str | None:
        """What a row is called."""
        return f"{self.array.name}[t{tap:+d}]" if self.array.name else None


@dataclass(frozen=True)
class Recurrent:
    """What an output starts from, and how many steps back its taps go."""

    initial: Any
    taps: tuple[int, ...] = (-1,)
    rows: bool = False  # whether the first values lie along a leading axis

    @classmethod
    def of(cls, given: Any) -> Recurrent | None:
        """From what the caller gave; None for an output that no later step reads."""
        if not isinstance(given, Mapping):
            return None if given is None else cls(given)
        if given.get("initial") is None:
            return None
        taps: Any = given.get("taps", [-1])
        found = tuple(int(tap) for tap in (taps if isinstance(taps, (list, tuple)) else [taps]))
        if not found or max(found) >= 0 or len(set(found)) < len(found):
            raise InvalidValue(message(f"taps of an output are negative and all different, not {list(found)}"))
        return cls(given["initial"], found, found != (-1,))

    def first(self, dtype: Any) -> list[Variable]:
        """The first states, the oldest first."""
        weak = type(self.initial) in WEAK and dtype is not None
        value = constant(self.initial, dtype=dtype) if weak else as_variable(self.initial)
        if not self.rows:
            return [value]
        if not value.ndim:
            problem = f"an output with taps {list(self.taps)} needs {-min(self.taps)} first values, one after another"
            raise TypeMismatch(message(problem, [("initial", value)]))
        whole = [(None, None, None)] * (value.ndim - 1)
        return [slice_op(value, index=(place, *whole)) for place in range(-min(self.taps))]


@dataclass(frozen=True)
class Request:
    """What a caller of `scan` asks for."""

    fn: Callable[..., Any]
    sequences: Sequence[Taken]
    outputs: Sequence[Recurrent | None] | None
    non_sequences: Sequence[Variable]
    length: Any
    backwards: bool = False


@dataclass
class Traced:
    """One call of the user's function: the parameters for states and rows, and what it returned."""

    states: list[list[tuple[Variable, Variable]]] = field(default_factory=list)  # (parameter, first), oldest first
    rows: list[tuple[Variable, Variable]] = field(default_factory=list)
    result: Returned = field(default_factory=Returned)


def scan(
    fn: Callable[..., Any],
    sequences: Any = None,
    outputs_info: Any = None,
    non_sequences: Any = None,
    n_steps: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
    profile: Any = False,
    allow_gc: Any = None,
    strict: bool = False,
    return_list: bool = False,
) -> tuple[Any, OrderedUpdates]:
    """The outputs of `fn`, called for one step after another, each stacked along a new first axis; and its updates.

    `fn` takes a row of each sequence (one for each tap), then the former values of each output (one for each tap), then
    the non-sequences; it returns outputs, a dict of updates of shared variables, `until(condition)`, or several.

    sequences: arrays to go along, or dicts with `input` and `taps` (0 is the present step).
    outputs_info: for each output None (no later step reads it), its value before the first step, or a dict with
    `initial` and negative `taps`; with taps other than [-1] the first values lie along a leading axis, oldest first.
    n_steps: how many steps; without it as many as the shortest sequence has.
    truncate_gradient: through how many of the last steps a gradient flows; -1 is all.
    go_backwards: begin with the last row of each sequence.
    strict: an error if `fn` uses variables that are not among the non_sequences.
    mode: a MonitorMode watches the steps of this loop; any other changes nothing: a loop is compiled with its function.
    `name`, `profile` and `allow_gc` are Theano's, and change nothing.
    """
    request = make_request(fn, sequences, outputs_info, non_sequences, n_steps, go_backwards)
    found = Scanned.of(request, truncate_gradient, strict)
    monitor(found.loop.node, mode)
    outputs = found.histories()
    remember(outputs, [*request.non_sequences, *(item.array for item in request.sequences)])
    return found.formed(outputs, return_list), found.updates


def make_request(
    fn: Callable[..., Any], sequences: Any, outputs_info: Any, non_sequences: Any, n_steps: Any, backwards: bool
) -> Request:
    """The request with everything in its place."""
    taken = [Taken.of(item) for item in listed(sequences)]
    outputs = [Recurrent.of(item) for item in listed(outputs_info)] or None
    others = [as_variable(item) for item in listed(non_sequences)]
    return Request(fn, taken, outputs, others, length_of(taken, n_steps), bool(backwards))


def listed(given: Any) -> list[Any]:
    """One thing or several as a list."""
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def length_of(sequences: Sequence[Taken], n_steps: Any) -> Any:
    """The number of steps: a number, or an expression of int64."""
    if n_steps is None:
        if not sequences:
            raise InvalidValue(message("scan needs sequences or n_steps to know how many steps to make"))
        steps = [item.steps for item in sequences]
        known = [item for item in steps if isinstance(item, int)]
        others = [item for item in steps if not isinstance(item, int)]
        if not others:
            return min(known)
        return functools.reduce(minimum, [*others, *([constant(min(known), dtype=INTEGER)] if known else [])])
    if not isinstance(n_steps, Variable):
        if np.ndim(n_steps) or int(n_steps) != n_steps or n_steps < 0:
            raise InvalidValue(message(f"n_steps is a number of steps, and {n_steps!r} is none"))
        return int(n_steps)
    if n_steps.ndim or n_steps.type.dtype.kind not in "iu":
        raise TypeMismatch(message("n_steps is an integer", [("n_steps", n_steps)], ["T.cast(n_steps, 'int64')"]))
    return number_of(n_steps)


@dataclass
class Scanned:
    """A loop made for a request: which of its results are the outputs, and the new values of shared variables."""

    loop: Loop
    places: Sequence[tuple[bool, int]]  # for each output whether it is a state, and the number of its result
    updates: OrderedUpdates

    @classmethod
    def of(cls, request: Request, truncate: int = -1, strict: bool = False) -> Scanned:
        """Call the user's function and close the loop around what it returns."""
        return cls.closed(request, traced_with_dtypes(request), truncate, strict)

    @classmethod
    @tested_after
    def closed(cls, request: Request, traced: Traced, truncate: int, strict: bool) -> Scanned:
        """The loop around what the user's function returned."""
        result = traced.result
        recurrent = request.outputs if request.outputs is not None else [None] * len(result.outputs)
        states: list[State] = []
        newest: list[int] = []
        for item, params, new in zip(recurrent, state_columns(recurrent, traced), result.outputs, strict=True):
            if item is not None:
                news = [*(param for param, _ in params[1:]), new]
                states += [State(param, first, value) for (param, first), value in zip(params, news, strict=True)]
            newest.append(len(states) - 1)
        shared = {leaf: variable(leaf.type, leaf.name) for leaf in result.updates}
        states += [State(shared[leaf], leaf, value) for leaf, value in result.updates.items()]
        plain = [new for item, new in zip(recurrent, result.outputs, strict=True) if item is None]
        values = replaced([*(state.new for state in states), *plain, *result.conditions], shared)  # type: ignore[arg-type]
        states = [State(state.param, state.first, new) for state, new in zip(states, values, strict=False)]
        if strict:
            check_strict(values, [*(state.param for state in states), *(row for row, _ in traced.rows)], request)
        room = constant(request.length, dtype=INTEGER) if isinstance(request.length, int) else request.length
        loop = make_loop(
            states, traced.rows, values[len(states) : len(states) + len(plain)], room, room,
            known=request.length if isinstance(request.length, int) else None,
            until=values[-1] if result.conditions else None, truncate=truncate,
        )  # fmt: skip
        places, count = [], len(states)
        for item, place in zip(recurrent, newest, strict=True):
            places.append((True, place) if item is not None else (False, count))
            count += item is None
        first = len(states) - len(shared)
        updates = {leaf: loop.last(first + place) for place, leaf in enumerate(shared)}
        return cls(loop, places, OrderedUpdates(updates))

    def histories(self) -> list[Variable]:
        """Each output of all steps that were made."""
        found = [self.loop.history(number) for _, number in self.places]
        return [part_of_axis(item, 0, 0, self.loop.made) for item in found] if self.loop.until else found

    def lasts(self) -> list[Variable]:
        """Each output after the last step: of one that no step reads, the last row."""
        rows = zip(self.places, self.histories(), strict=True)
        return [self.loop.last(number) if is_state else row[-1] for (is_state, number), row in rows]

    def formed(self, outputs: list[Variable], as_list: bool) -> Any:
        """One output as itself, none as None, several as a list."""
        return outputs if as_list or len(outputs) > 1 else outputs[0] if outputs else None


def traced_with_dtypes(request: Request) -> Traced:
    """The call of the user's function; a Python number as first value takes the dtype of the values after it."""
    dtypes: list[Any] = [None] * len(request.outputs or ())
    for _ in range(3):
        traced = trace(request, dtypes)
        outputs = traced.result.outputs
        if request.outputs is not None and len(outputs) != len(request.outputs):
            problem = f"fn returns {len(outputs)} outputs, and outputs_info tells of {len(request.outputs)}"
            raise InvalidValue(message(problem))
        found = [item.dtype for item in outputs] if request.outputs is not None else []  # names: np.float64 == None
        weak = [item is not None and type(item.initial) in WEAK for item in request.outputs or ()]
        wanted = [new if free else None for new, free in zip(found, weak, strict=True)]
        if wanted == dtypes:
            break
        dtypes = wanted
    return traced


def trace(request: Request, dtypes: Sequence[Any]) -> Traced:
    """One call of the user's function."""
    traced = Traced()
    arguments: list[Variable] = []
    for taken in request.sequences:
        for tap in taken.taps:
            rows = taken.rows(tap, request.length, request.backwards)
            param = variable(rows.type.with_shape(rows.type.shape[1:]), taken.named(tap))
            lend(param, rows, row=True)
            traced.rows.append((param, rows))
            arguments.append(param)
    for item, dtype in zip(request.outputs or (), dtypes, strict=True):
        if item is not None:
            firsts = item.first(dtype)
            params = [(variable(first.type), first) for first in firsts]
            for param, first in params:
                lend(param, first)
            traced.states.append(params)
            arguments += [params[tap][0] for tap in item.taps]
    number, places = variable(array_type(INTEGER, ()), "step"), counted(request.length)
    lend(number, places, row=True)
    with step_of_loop(number, arguments):
        result = returned(request.fn(*arguments, *request.non_sequences))
    traced.rows.append((number, places))
    traced.result = with_default_updates(result, request.non_sequences)
    return traced


def state_columns(recurrent: Sequence[Recurrent | None], traced: Traced) -> list[list[tuple[Variable, Variable]]]:
    """For each output its states, none where no step reads it."""
    states = iter(traced.states)
    return [[] if item is None else next(states) for item in recurrent]


def with_default_updates(result: Returned, given: Sequence[Variable]) -> Returned:
    """What a step returns, with the updates that the shared variables in it bring along.

    What the step is handed from outside is the same in all steps, draws too: it brings nothing along.
    """
    updates = dict(result.updates)
    order = toposort([*result.outputs, *updates.values(), *result.conditions], frozenset(given))
    waiting = [node for node in order if not node.args and node not in given]
    while waiting:
        leaf = waiting.pop(0)
        if isinstance(leaf, SharedVariable) and leaf not in updates and leaf.default_update is not None:
            updates[leaf] = as_variable(leaf.default_update)
            waiting += leaves([updates[leaf]])
    return Returned(result.outputs, updates, result.conditions)


def check_strict(values: Sequence[Variable], params: Sequence[Variable], request: Request) -> None:
    """Raise if a step uses what was not handed to it: neither it, nor what it is made of, nor the state of a draw."""
    told = {*request.non_sequences, *leaves(request.non_sequences)}

    def is_told(leaf: Any) -> bool:
        return leaf in told or (isinstance(leaf, SharedVariable) and leaf.default_update is not None)

    free = (node for node in outside(values, params) if node not in told)
    unknown = [node for node in free if any(not is_told(leaf) for leaf in leaves([node]) if leaf.op is not CONSTANT)]
    if unknown:
        names = [(getattr(node, "name", None) or node.op.name, node) for node in unknown]
        raise MissingInputError(message("fn uses variables that are not among non_sequences", names, ["strict=False"]))


def map(
    fn: Callable[..., Any],
    sequences: Any,
    non_sequences: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, OrderedUpdates]:
    """`fn` of each row of the sequences, stacked; and its updates. See `scan`."""
    return scan(fn, sequences, None, non_sequences, None, truncate_gradient, go_backwards, mode, name)


def reduce(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, OrderedUpdates]:
    """The outputs of `scan` after the last step; and its updates. Without any step they are the first values."""
    found = Scanned.of(make_request(fn, sequences, outputs_info, non_sequences, None, go_backwards))
    return found.formed(found.lasts(), False), found.updates


def foldl(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, OrderedUpdates]:
    """`reduce` from the first row on."""
    return reduce(fn, sequences, outputs_info, non_sequences, False, mode, name)


def foldr(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> tuple[Any, OrderedUpdates]:
    """`reduce` from the last row on."""
    return reduce(fn, sequences, outputs_info, non_sequences, True, mode, name)
