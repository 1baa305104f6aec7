"""Branches: what one branch of an `ifelse` needs, and nobody else, is closed into a function that runs or does not.

Either branch is a loop of one step or of none: the second first, whose values the first one overwrites where it runs.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr, Lambda, toposort
from symlab.core.ir.graph import Table
from symlab.core.ir.op import CONSTANT, PARAM, PROJECT, Kind, Op
from symlab.core.ir.types import TupleType
from symlab.core.lower.branch_work import Side, handed_on, is_size, needed_always, nesting, values_of
from symlab.core.lower.facts import NotCompilable
from symlab.core.lower.flattening import Circular, Flattening
from symlab.core.lower.picked import rebuilt, same
from symlab.core.lower.roles import lies_on_host
from symlab.core.ops.bits import invert
from symlab.core.ops.branch import IFELSE, MAYBE
from symlab.core.ops.elementwise import cast
from symlab.core.ops.index import WHOLE
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.loop import BUNDLE, SCAN, is_number, scan_type
from symlab.core.ops.transfer import to_device, to_host

MOST_CHOICES = 5000  # within each other
MOST_NESTED = 64  # choices within choices: each is lowered within the one around it


def closing(table: Table, roots: Sequence[Expr], device: bool = False) -> tuple[Sequence[Expr], dict[Expr, Expr]]:
    """The roots with every choice that is surely made as loops, and which node each new one comes from.

    Choices within branches are left as they are until the branch is lowered. In a program for a `device` the processor
    makes the choice: what the loops read is brought to it, and what kernels make of their results to the device.
    """
    flat: Sequence[Expr] = ()
    sources: dict[Expr, Expr] = {}
    if nesting(roots) > MOST_NESTED:
        if sum(node.op is IFELSE for node in toposort(roots)) > MOST_CHOICES:
            raise NotCompilable(f"more than {MOST_CHOICES} choices within each other would take minutes to compile")
        flattening = Flattening(table, roots)
        try:
            roots, flat, sources = flattening.all(), flattening.made, flattening.sources
        except Circular:
            raise NotCompilable(f"choices lie more than {MOST_NESTED} deep within each other") from None
    known = needed_always([*roots, *flat])
    if not any(is_choice(node) for node in known):
        return roots, {}
    order = [node for node in toposort(roots) if node in known]
    many = sum(map(is_choice, order)) > MOST_NESTED
    given: dict[Expr, object] = {node: None for node in order if not is_size(node)}  # sizes are worked out again
    shared = handed_on([node for node in order if is_choice(node)], given)
    handed: dict[tuple[Expr, bool], dict[Expr, Expr]] = {}
    done: dict[Expr, Expr] = {}
    for node in order:
        if is_choice(node):
            closed = Closing(table, node, given, done, shared, handed, device, many)
            done[node] = closed.values()
            sources.update(dict.fromkeys(closed.made, sources.get(node, node)))
        elif node.op is PROJECT and is_choice(node.args[0]):
            done[node] = done[node.args[0]].args[node.attr("index")]
        elif node.args:
            made = done[node] = same(table, node, tuple([done[arg] for arg in node.args]))
            sources.setdefault(made, sources.get(node, node))
        else:
            done[node] = node
    return [done[root] for root in roots], sources


def is_choice(node: Expr) -> bool:
    """Whether a node chooses whether others are computed."""
    return node.op is IFELSE or node.op is MAYBE


class Closing:
    """Makes the loops of one choice; `done` are the new forms of what is needed always, `known` what of it is given.

    `shared` says what each branch gives for others under the same condition, `handed` has what was given so far. Where
    there are `many` choices, numbers are operands of the loops, so that those which differ in them alone share code.
    """

    def __init__(
        self,
        table: Table,
        node: Expr,
        known: dict[Expr, object],
        done: dict[Expr, Expr],
        shared: Mapping[Side, Sequence[Expr]],
        handed: dict[tuple[Expr, bool], dict[Expr, Expr]],
        device: bool,
        many: bool,
    ) -> None:
        self.table, self.node, self.known, self.done, self.device = table, node, known, done, device
        self.many = many
        self.shared = shared
        self.handed = {taken: handed.setdefault((node.args[0], taken), {}) for taken in (True, False)}
        self.made: list[Expr] = []

    def make(self, op: Op, *args: Expr, **attributes: Any) -> Expr:
        """A node of the new form."""
        attrs = tuple(sorted(attributes.items()))
        assert op.infer is not None
        made = self.table.intern(op, args, attrs, op.infer(attributes, *(arg.type for arg in args)))
        self.made.append(made)
        return made

    def values(self) -> Expr:
        """The values of the branch that is chosen, as a bundle."""
        condition = self.for_kernels(self.done[self.node.args[0]])
        steps = self.make(cast, condition, dtype="int64")
        if self.node.op is MAYBE:
            return self.alone(steps)
        half = len(self.node.args) // 2
        seconds = values_of(self.node, False)
        if all(item in self.known for item in seconds) and (self.node, False) not in self.shared:
            firsts: Sequence[Expr] = [self.for_kernels(self.done[item]) for item in seconds]
        else:
            second = self.loop(False, [], self.make(cast, self.make(invert, condition), dtype="int64"))
            self.hand_on(False, second, half)
            firsts = [self.row(second, place) for place in range(half)]
        first = self.loop(True, firsts, steps)
        self.hand_on(True, first, 2 * half)
        return self.make(BUNDLE, *(self.make(PROJECT, first, index=place) for place in range(half)))

    def alone(self, steps: Expr) -> Expr:
        """The values of a branch that is taken or not, with none beside it: a history of one row, else zeros."""
        count = len(self.node.args) - 1
        loop = self.loop(True, [], steps)
        self.hand_on(True, loop, count)
        return self.make(BUNDLE, *(self.row(loop, place) for place in range(count)))

    def row(self, loop: Expr, place: int) -> Expr:
        """The only row of a history."""
        found = self.make(PROJECT, loop, index=place)
        return self.make(slice_op, self.for_kernels(found), index=(0, *[WHOLE] * (len(found.type.shape) - 1)))

    def hand_on(self, taken: bool, loop: Expr, start: int) -> None:
        """Note what a branch gives for others, whose histories begin at `start`."""
        given = self.shared.get((self.node, taken), ())
        self.handed[taken].update({item: self.row(loop, place) for place, item in enumerate(given, start)})

    def loop(self, taken: bool, states: Sequence[Expr], steps: Expr) -> Expr:
        """A branch as a loop of one step at most, which carries values for its own to overwrite."""
        handed = self.handed[taken]
        values = [*values_of(self.node, taken), *self.shared.get((self.node, taken), ())]
        free = self.free(values, handed)
        assert isinstance(self.node.type, TupleType)
        types = [*self.node.type.items[: len(states)], *(item.type for item in free)]
        params = [self.table.intern(PARAM, (), (("index", place),), type) for place, type in enumerate(types)]
        inner = dict(zip(free, params[len(states) :], strict=True))
        results = rebuilt(self.table, values, inner, same)
        bundle = self.table.intern(BUNDLE, tuple(results), (), TupleType(tuple(item.type for item in results)))
        attributes: dict[str, Any] = {
            "body": Lambda(tuple(params), bundle), "choice": True, "known": 1, "reverse": False,
            "sequences": 0, "states": len(states), "truncate": -1, "until": False,
        }  # fmt: skip
        given = (*states, *(handed.get(item, self.done.get(item, item)) for item in free), steps)
        operands = (*map(self.for_processor, given), self.table.constant(1, np.int64))
        made = self.table.intern(SCAN, operands, tuple(attributes.items()), scan_type(attributes))
        self.made.append(made)
        return made

    def for_kernels(self, node: Expr) -> Expr:
        """A node where kernels read it."""
        if not self.device or not lies_on_host(node):
            return node
        return node.args[0] if node.op is to_host else self.make(to_device, node)

    def for_processor(self, node: Expr) -> Expr:
        """A node where the processor reads it."""
        if not self.device or node.op is CONSTANT or lies_on_host(node):
            return node
        return self.make(to_host, node)

    def free(self, values: Sequence[Expr], handed: dict[Expr, Expr]) -> list[Expr]:
        """What a branch needs from outside: what is needed always, what was handed on, and leaves."""
        outside = ChainMap[Expr, Any](handed, self.known)
        order = toposort(values, outside)
        leaves = (node for node in order if node in outside or node.op.kind is Kind.LEAF)
        return [node for node in leaves if node.op is not CONSTANT or not is_number(node) or self.is_apart(node)]

    def is_apart(self, constant: Expr) -> bool:
        """Whether a number is an operand of its own: one that counts, as integers do not that decide sizes."""
        return self.many and constant.type.dtype.kind in "fc"
