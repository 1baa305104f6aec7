"""Derivatives of loops: each is a loop again, whose sequences are the histories of the first.

Backward the new loop runs the other way and carries the cotangents of the states, and the sums of those of the
constants; forward it carries the tangents of the states.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symlab.core.autodiff.cotangent import Cotangent, Flow, Undefined, total
from symlab.core.autodiff.forward import push
from symlab.core.autodiff.reverse import sweep
from symlab.core.autodiff.stable import stable_forms
from symlab.core.autodiff.steady import is_steady
from symlab.core.autodiff.sums import Product, products
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import Kind
from symlab.core.ir.types import ArrayType
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.create import arange
from symlab.core.ops.elementwise import add, maximum, sub
from symlab.core.ops.index import part_of_axis, slice_vjp
from symlab.core.ops.join import join
from symlab.core.ops.loop import Loop, Pairs, State, make_loop, reached_params
from symlab.core.ops.operators import Variable, variable
from symlab.core.ops.replacing import replaced
from symlab.core.ops.shape import dimshuffle, filled_like, padded_left

Maybe = Variable | None


def pullback(cotangents: Sequence[Maybe], node: Variable) -> list[Maybe | Undefined]:
    """The cotangents of a loop's operands, given those of its results; None where no step passes any on."""
    loop = Loop(node)
    back = Backward(loop, cotangents)
    found: list[Maybe | Undefined] = [None] * len(node.args)
    for number, inner in back.undefined.items():
        found[number] = Undefined(node, inner.why or f"{inner.node.op.name} in a step of it has none")
    if not back.undefined.keys().isdisjoint(back.carried):
        return found
    made = back.made()
    ends = {state: made.last(place) for place, state in enumerate(back.carried)}
    for state in back.carried:
        found[state] = back.window.of_first(state, ends)
    for place, number in enumerate(back.summed, len(back.carried)):
        found[number] = made.last(place)
    for place, number in enumerate(back.rows, len(back.carried) + len(back.summed)):
        found[number] = back.window.widened(node.args[number], made.history(place))
    for number, terms in back.products.items():
        totals = [term.over_steps(back.stacked(made, left), back.stacked(made, right)) for term, left, right in terms]
        found[number] = functools.reduce(add, totals)
    return found


@dataclass(frozen=True)
class Window:
    """The last steps of a loop, through which alone a truncated gradient flows; all steps where `start` is None."""

    loop: Loop
    start: Maybe

    @classmethod
    def of(cls, loop: Loop) -> Window:
        """The window that a loop asks for."""
        count = loop.node.attr("truncate")
        if count < 0:
            return cls(loop, None)
        return cls(loop, maximum(sub(end_of(loop), count), 0))

    @property
    def length(self) -> Variable:
        """How many steps are in it."""
        return self.loop.made if self.start is None else sub(end_of(self.loop), self.start)  # type: ignore[no-any-return]

    def rows(self, array: Variable) -> Variable:
        """The rows of these steps."""
        if self.start is None:
            return array
        return part_of_axis(array, 0, self.start, self.loop.made if self.loop.until else None)

    def widened(self, like: Any, rows: Variable) -> Variable:
        """Rows for these steps, and zeros for those before."""
        if self.start is None:
            return rows
        part: Any = self.rows(like)
        return slice_vjp(rows, part, *part.args, **part.attributes)[0]  # type: ignore[no-any-return]

    def of_first(self, state: int, ends: Mapping[int, Variable]) -> Variable:
        """The cotangent of a first state: that of the state which has its value where the window begins, 0 if none has.

        Of an output with several taps each step hands the newer values on to the states of the older ones.
        """
        if self.start is None:
            return ends[state]
        found, steps = switch(eq(self.start, 0), ends[state], 0), 0
        while state and self.loop.results[state - 1] is self.loop.params[state]:
            state, steps = state - 1, steps + 1
            if state in ends:
                found = switch(eq(self.start, steps), ends[state], found)
        return found  # type: ignore[no-any-return]


def end_of(loop: Loop) -> Any:
    """The number of the row after the last step."""
    return loop.made if loop.until else loop.length


class Backward:
    """What a loop's gradient carries, sums and gives row by row: numbers of parameters."""

    def __init__(self, loop: Loop, cotangents: Sequence[Maybe]) -> None:
        self.loop, self.window = loop, Window.of(loop)
        self.last = cotangents[: loop.states]
        self.histories = cotangents[loop.states : loop.states + len(loop.results)]
        self.params = loop.params
        results = stable_forms(list(loop.results), list(self.params))
        self.results = results
        reach = reached_params(results, self.params)
        live = [state for state in range(loop.states) if varies(results[state]) and self.last[state] is not None]
        told = [number for number, item in enumerate(self.histories) if item is not None and varies(results[number])]
        self.carried = closed_backward(live, told, reach, [varies(param) for param in self.params[: loop.states]])
        self.told = told
        wanted = set().union(*(reach[number] for number in (*self.carried, *told)))
        open_params = [number for number in sorted(wanted) if varies(self.params[number])]
        first = loop.states + loop.sequences
        self.found, self.cotangents = self.flows()
        self.undefined = self.without_derivative(open_params)
        told_of = [item for item in open_params if item not in self.undefined and self.params[item] in self.found]
        self.rows = [number for number in told_of if loop.states <= number < first]
        self.summed = [number for number in told_of if number >= first]

    def without_derivative(self, numbers: Sequence[int]) -> dict[int, Undefined]:
        """The parameters that have no cotangent: where a state has none, neither has what comes before it."""
        flows = {number: self.found.get(self.params[number]) for number in numbers}
        found = {number: flow for number, flow in flows.items() if isinstance(flow, Undefined)}
        states = [flow for number, flow in found.items() if number in self.carried]
        return dict.fromkeys((*self.carried, *numbers), states[0]) if states else found

    def made(self) -> Loop:
        """The loop that runs the other way."""
        loop, params = self.loop, self.params
        flows = self.found
        states = [
            State(param, self.first(state), flow_to(flows, params[state]))
            for state, param in zip(self.carried, self.cotangents, strict=True)
        ]
        factors = self.take_products(flows)
        for number in self.summed:
            param = variable(params[number].type)
            flow = flows.get(params[number])
            new = add(param, flow.expression) if isinstance(flow, Cotangent) else param
            states.append(State(param, filled_like(loop.node.args[number], 0), new))
        outputs = [*(flow_to(flows, params[number]) for number in self.rows), *factors]
        first = loop.states + loop.sequences
        news, kept, loop = self.with_saved([state.new for state in states], outputs)
        states = [State(state.param, state.first, new) for state, new in zip(states, news, strict=False)]
        outputs = news[len(states) :]
        primal = given(self.loop, loop)
        self.sequences += kept
        rows = [(param, self.window.rows(array)) for param, array in (*primal[:first], *self.sequences)]
        outputs = self.place_factors(outputs, dict(rows), len(states))
        cut = self.window.start is not None
        return make_loop(
            states, rows, outputs, self.window.length, self.window.length if cut else loop.length,
            constants=primal[first:], known=None if cut else loop.node.attr("known"),
            reverse=not loop.node.attr("reverse"),
        )  # fmt: skip

    def take_products(self, flows: Mapping[Expr, Flow]) -> list[Variable]:
        """The factors of those sums over all steps that are one product of matrices, outside of the loop."""
        self.products: dict[int, list[tuple[Product, int, int]]] = {}
        factors: list[Variable] = []
        for number in [] if self.loop.until else self.summed:
            flow = flows.get(self.params[number])
            terms = products(flow.expression) if isinstance(flow, Cotangent) else None
            for term in terms if terms and all(map(self.stays, terms)) else ():
                pair = (len(factors), len(factors) + 1)
                self.products.setdefault(number, []).append((term, *pair))
                factors += [term.left, term.right]
        self.summed = [number for number in self.summed if number not in self.products]
        return factors

    def is_steady(self, node: Expr) -> bool:
        """Whether a value of a step has the same sizes in all steps."""
        return is_steady(node, self.params, self.params[self.loop.states + self.loop.sequences :])

    def stays(self, product: Product) -> bool:
        """Whether the factors of a product have the same sizes in all steps."""
        return self.is_steady(product.left) and self.is_steady(product.right)

    def place_factors(
        self, outputs: list[Variable], arrays: Mapping[Variable, Variable], states: int
    ) -> list[Variable]:
        """The outputs that are computed; of factors that are there as arrays, or come twice, none is."""
        kept, factors = outputs[: len(self.rows)], outputs[len(self.rows) :]
        self.places: list[Variable | int] = []
        known: dict[Variable, int] = {}
        for factor in factors:
            if factor not in arrays and factor not in known:
                known[factor] = states + len(kept)
                kept.append(factor)
            self.places.append(arrays[factor] if factor in arrays else known[factor])
        return kept

    def stacked(self, made: Loop, factor: int) -> Variable:
        """A factor of all steps along a leading axis."""
        place = self.places[factor]
        return made.history(place) if isinstance(place, int) else place

    def with_saved(
        self, news: Sequence[Variable], outputs: Sequence[Variable]
    ) -> tuple[list[Variable], list[tuple[Variable, Variable]], Loop]:
        """What flows, with saved rows in place of what the first loop computes at some cost; the loop that saves."""
        steps = toposort(self.results, frozenset(self.params))
        inner = [node for node in steps if node not in self.params]
        read = toposort([*news, *outputs], frozenset(inner))
        own = {result: number for number, result in enumerate(self.loop.results)}
        costs = set(own) if self.loop.node.attr("recompute") else costly(inner)
        frontier: Any = [node for node in read if node in own or (node in costs and self.is_steady(node))]
        saved = [node for node in frontier if node not in own]
        loop = with_outputs(self.loop, saved) if saved else self.loop
        rows = {node: variable(node.type) for node in frontier}
        places = {**own, **{node: place for place, node in enumerate(saved, len(self.loop.results))}}
        kept = [(row, loop.history(places[node])) for node, row in rows.items()]
        return replaced([*news, *outputs], rows), kept, loop

    def first(self, state: int) -> Variable:
        """The cotangent of a state after the last step."""
        found = self.last[state]
        return filled_like(self.loop.node.args[state], 0) if found is None else found

    def flows(self) -> tuple[Mapping[Expr, Flow], list[Variable]]:
        """What flows to the parameters within one step, and the parameters for the cotangents of new states."""
        seeds: dict[Variable, list[Flow]] = {}
        cotangents = [variable(self.params[state].type) for state in self.carried]
        for state, param in zip(self.carried, cotangents, strict=True):
            seeds.setdefault(self.results[state], []).append(Cotangent(param))
        self.sequences: list[tuple[Variable, Variable]] = []
        for number in self.told:
            history = self.histories[number]
            assert history is not None
            row = variable(history.type.with_shape(history.type.shape[1:]))
            self.sequences.append((row, history))
            seeds.setdefault(self.results[number], []).append(Cotangent(row))
        totals = {node: flow for node, found in seeds.items() if (flow := total(found, node)) is not None}
        wanted = [param for param in self.params if varies(param)]
        return sweep(totals, wanted, {}).flows, cotangents


def costly(inner: Sequence[Expr]) -> set[Expr]:
    """The nodes of a body that are not made of functions of single elements alone."""
    found: set[Expr] = set()
    for node in inner:
        plain = node.op.kind in (Kind.ELEMENTWISE, Kind.STRUCTURAL, Kind.LEAF)
        if isinstance(node.type, ArrayType) and (not plain or any(arg in found for arg in node.args)):
            found.add(node)
    return found


def with_outputs(loop: Loop, more: Sequence[Variable]) -> Loop:
    """A loop that gives more of what it computes; compiled together they are one."""
    first = loop.states + loop.sequences
    states = [
        State(param, value, new) for (param, value), new in zip(loop.pairs[: loop.states], loop.results, strict=False)
    ]
    return make_loop(
        states, loop.pairs[loop.states : first], [*loop.results[loop.states :], *more], loop.steps, loop.length,
        constants=loop.pairs[first:], known=loop.node.attr("known"), reverse=loop.node.attr("reverse"),
        until=loop.condition if loop.until else None, truncate=loop.node.attr("truncate"),
        recompute=bool(loop.node.attr("recompute")),
    )  # fmt: skip


def flow_to(flows: Mapping[Expr, Flow], param: Any) -> Variable:
    """The cotangent of a parameter, zeros where nothing flows."""
    flow = flows.get(param)
    return flow.expression if isinstance(flow, Cotangent) else filled_like(param, 0)


def varies(node: Any) -> bool:
    """Whether a node holds numbers along which something may vary."""
    return node.type.dtype.kind in "fc"


def closed_backward(
    live: Iterable[int], told: Iterable[int], reach: Sequence[set[int]], open_states: Sequence[bool]
) -> list[int]:
    """The states that have a cotangent: the live ones, and those from which a live result is computed."""
    found, waiting = set(live), [*live, *told]
    while waiting:
        for number in reach[waiting.pop()]:
            if number < len(open_states) and open_states[number] and number not in found:
                found.add(number)
                waiting.append(number)
    return sorted(found)


# The values of the first loop, step by step


def given(loop: Loop, saving: Loop) -> Pairs:
    """Each parameter of a loop's body with a sequence of what it was, saved by it or its like, or a constant."""
    rows = [(param, states_before(saving, state)) for state, param in enumerate(loop.params[: loop.states])]
    first = loop.states + loop.sequences
    rows += [(param, array) for param, array in loop.pairs[loop.states : first]]
    return [*rows, *loop.pairs[first:]]


def states_before(loop: Loop, state: int) -> Variable:
    """The values of a state before each step."""
    history, first = loop.history(state), loop.node.args[state]
    start = padded_left(first, first.ndim + 1)
    if not loop.node.attr("reverse"):
        return part_of_axis(join(start, history, axis=0), 0, None, -1)
    shifted = part_of_axis(join(history, start, axis=0), 0, 1, None)
    if loop.made is loop.length:
        return shifted
    places = arange(loop.length, bounds=(0, "?", 1), dtype="int64")
    last = dimshuffle(eq(places, sub(loop.made, 1)), pattern=(0, *["x"] * first.ndim))
    return switch(last, start, shifted)  # type: ignore[no-any-return]


# Forward


def pushforward(tangents: Sequence[Maybe], node: Variable) -> list[Maybe]:
    """The tangents of a loop's results, given those of its operands."""
    loop = Loop(node)
    params, results = loop.params, list(loop.results)
    reach = reached_params(results, params)
    moving = moving_params(loop, tangents, reach)
    beside = {number: variable(params[number].type) for number in moving}
    pushed = push(results, {params[number]: param for number, param in beside.items()})
    found = [tangent if isinstance(tangent, Variable) else None for tangent in pushed]
    states = [number for number in moving if number < loop.states]
    first = loop.states + loop.sequences
    pairs: Any = [(beside[number], tangents[number]) for number in moving if number >= loop.states]
    rows = {beside[number] for number in moving if number < first}
    primal = given(loop, loop)
    made = make_loop(
        [State(beside[state], direction(loop, tangents, state), or_zeros(found[state], results[state]))
         for state in states],
        [*primal[:first], *(pair for pair in pairs if pair[0] in rows)],
        [item for item in found[loop.states :] if item is not None],
        loop.made, loop.length, constants=[*primal[first:], *(pair for pair in pairs if pair[0] not in rows)],
        known=node.attr("known"), reverse=node.attr("reverse"),
    )  # fmt: skip
    answer: list[Maybe] = [None] * len(node.type.items)
    for place, state in enumerate(states):
        answer[state], answer[loop.states + state] = made.last(place), made.history(place)
    outputs = [number for number in range(loop.states, len(results)) if found[number] is not None]
    for place, number in enumerate(outputs, len(states)):
        answer[loop.states + number] = made.history(place)
    return answer


def moving_params(loop: Loop, tangents: Sequence[Maybe], reach: Sequence[set[int]]) -> list[int]:
    """The parameters that have a tangent, in the first step or a later one."""
    moving = {number for number in range(len(loop.params)) if tangents[number] is not None}
    count = -1
    while count != len(moving):
        count = len(moving)
        moving |= {state for state in range(loop.states) if varies(loop.results[state]) and reach[state] & moving}
    return sorted(moving)


def direction(loop: Loop, tangents: Sequence[Maybe], state: int) -> Variable:
    """The tangent of a state before the first step."""
    found = tangents[state]
    return filled_like(loop.node.args[state], 0) if found is None else found


def or_zeros(tangent: Maybe, like: Variable) -> Variable:
    """A tangent, zeros where there is none."""
    return filled_like(like, 0) if tangent is None else tangent
