"""Choices within choices, made one after another: where they lie deep within each other, nesting would cost the stack.

For each choice within branches of others two numbers are worked out first: whether its first branch is reached and
taken, and whether its second is. Outer choices come before inner ones, so what decides is computed only where it is
reached; then the values of inner choices come before those of outer ones, each computed only where it is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Table
from symlab.core.ir.op import CONSTANT, PROJECT, Kind, Op
from symlab.core.ir.types import ArrayType
from symlab.core.lower.branch_work import Need, Side, decides_its_size, is_computed, needs_of, values_of
from symlab.core.lower.picked import same
from symlab.core.ops.bits import and_, invert, or_
from symlab.core.ops.branch import IFELSE, MAYBE


class Goal(NamedTuple):
    """What is to be made: the new form of a node, or what decides whether branches of a choice are taken."""

    node: Expr
    decides: bool = False


class Circular(Exception):
    """Whether a choice is reached depends on its own values."""


class Flattening:
    """Rebuilds a graph whose choices lie within each other; `made` are the choices that come one after another."""

    def __init__(self, table: Table, roots: Sequence[Expr]) -> None:
        self.table, self.roots = table, roots
        self.needs: Mapping[Expr, Need] = needs_of(roots)
        self.done: dict[Goal, Any] = {}
        self.made: list[Expr] = []
        self.sources: dict[Expr, Expr] = {}
        self.simple: dict[Expr, bool] = {}
        self.within = {node for node, need in self.needs.items() if need is not None}
        self.apart = self.found_apart()

    def found_apart(self) -> set[Expr]:
        """The nodes of branches that choices within the same branch need, too: each would compute them again."""
        readers: dict[Expr, set[Need]] = defaultdict(set)
        for node, need in self.needs.items():
            half = len(node.args) // 2 if node.op is IFELSE else 0
            for place, arg in enumerate(node.args):
                if half and place:
                    readers[arg].add(frozenset([(node if need is not None else node.args[0], place <= half)]))
                else:
                    readers[arg].add(frozenset([(node, True), (node, False)]) if half else need)
        return {node for node, found in readers.items() if len(found) > 1 and self.can_be_apart(node)}

    def can_be_apart(self, node: Expr) -> bool:
        """Whether a node is an array of numbers that is computed in a branch, and whose sizes nothing there decides."""
        if node not in self.within or not is_computed(node) or node.op in (PROJECT, IFELSE):
            return False
        is_array = isinstance(node.type, ArrayType) and node.type.dtype.kind in "fc"
        return is_array and not decides_its_size(node, self.within)

    def all(self) -> list[Expr]:
        """The new roots."""
        stack = [(goal, iter(self.before(goal))) for goal in reversed([Goal(root) for root in self.roots])]
        started: set[Goal] = set()
        while stack:
            goal, rest = stack[-1]
            if goal in self.done:
                stack.pop()
                continue
            started.add(goal)
            waiting = next((item for item in rest if item not in self.done), None)
            if waiting is None:
                self.done[goal] = self.decided(goal.node) if goal.decides else self.rebuilt(goal.node)
                stack.pop()
            elif waiting in started:
                raise Circular
            else:
                stack.append((waiting, iter(self.before(waiting))))
        return [self.done[Goal(root)] for root in self.roots]

    def before(self, goal: Goal) -> Iterator[Goal]:
        """What must be made before a goal."""
        node = goal.node
        nested = self.is_nested(node)
        if not goal.decides and nested:
            yield Goal(node, True)
        elif goal.decides or node in self.apart:
            yield from (Goal(choice, choice.op is IFELSE) for choice, _ in self.sides(node))
        yield from map(Goal, node.args[:1] if goal.decides else node.args[nested:])

    def is_nested(self, node: Expr) -> bool:
        """Whether a node is a choice within branches of others."""
        return node.op is IFELSE and self.needs[node] is not None

    def sides(self, node: Expr) -> list[Side]:
        """The branches in which a choice lies, without those that are only reached where it is reached anyway."""
        need = self.needs[node]
        assert need is not None
        return [side for side in need if not self.follows(side, need)]

    def follows(self, side: Side, need: frozenset[Side]) -> bool:
        """Whether a branch is reached only where one of the others in `need` is."""
        outer = self.needs[side[0]] if side[0].op is IFELSE else None
        return outer is not None and outer <= need - {side}

    def make(self, source: Expr, op: Op, *args: Expr, **attributes: Any) -> Expr:
        """A new node, which stands for a part of `source`."""
        assert op.infer is not None
        if op.kind is Kind.ELEMENTWISE:
            found = self.table.intern(op, args, (), args[0].type)
        else:
            attrs = tuple(sorted(attributes.items()))
            found = self.table.intern(op, args, attrs, op.infer(attributes, *(arg.type for arg in args)))
        self.sources.setdefault(found, source)
        return found

    def decided(self, node: Expr) -> tuple[Expr, Expr]:
        """Two truth values: whether the first branch of a choice is reached and taken, and whether the second is."""
        reach = self.reached(node)
        condition = self.done[Goal(node.args[0])]
        opposite = self.make(node, invert, condition)
        if self.is_simple(node.args[0]):
            return self.make(node, and_, reach, condition), self.make(node, and_, reach, opposite)
        no = self.table.constant(False, np.bool_)
        chosen = self.make(node, IFELSE, reach, condition, opposite, no, no)
        self.made.append(chosen)
        return self.make(node, PROJECT, chosen, index=0), self.make(node, PROJECT, chosen, index=1)

    def reached(self, node: Expr) -> Expr:
        """The truth value of being needed."""
        first, *others = (self.side_taken(side) for side in self.sides(node))
        for other in others:
            first = self.make(node, or_, first, other)
        return first

    def where_reached(self, source: Expr, condition: Expr, values: Sequence[Expr]) -> list[Expr]:
        """Values that are computed where a condition holds, else zeros."""
        alone = self.make(source, MAYBE, condition, *values)
        self.made.append(alone)
        return [self.make(source, PROJECT, alone, index=place) for place in range(len(values))]

    def side_taken(self, side: Side) -> Expr:
        """The truth value of a branch that is reached and taken."""
        choice, taken = side
        if choice.op is IFELSE:
            return self.done[Goal(choice, True)][not taken]  # type: ignore[no-any-return]
        condition: Expr = self.done[Goal(choice)]
        return condition if taken else self.make(choice, invert, condition)

    def is_simple(self, condition: Expr) -> bool:
        """Whether a condition is some arithmetic with single numbers that are there in any case."""
        stack = [condition]
        while stack:
            node = stack[-1]
            rest = [] if self.is_there(node) else [arg for arg in node.args if arg not in self.simple]
            if rest and is_number(node):
                stack += rest
                continue
            below = is_number(node) and all(self.simple[arg] for arg in node.args) if not self.is_there(node) else True
            self.simple[stack.pop()] = below
        return self.simple[condition]

    def is_there(self, node: Expr) -> bool:
        """Whether a node is computed whatever the conditions are."""
        return not node.args or self.needs[node] is None

    def rebuilt(self, node: Expr) -> Expr:
        """The new form of a node; a choice within others has zeros for values where it is not reached."""
        if not node.args:
            return node
        if not self.is_nested(node):
            found = same(self.table, node, tuple([self.done[Goal(arg)] for arg in node.args]))
            self.sources.setdefault(found, node)
            return self.where_reached(node, self.reached(node), [found])[0] if node in self.apart else found
        taken, missed = self.done[Goal(node, True)]
        firsts, seconds = (self.new_values(node, side) for side in (True, False))
        if self.is_inner_choice(node, True):
            firsts, seconds, taken, missed = seconds, firsts, missed, taken
        elif not self.is_inner_choice(node, False):
            seconds = self.where_reached(node, missed, seconds)
        chosen = self.make(node, IFELSE, taken, *firsts, *seconds)
        self.made.append(chosen)
        return chosen

    def new_values(self, node: Expr, taken: bool) -> list[Expr]:
        """The values of a branch in their new form."""
        return [self.done[Goal(arg)] for arg in values_of(node, taken)]

    def is_inner_choice(self, node: Expr, taken: bool) -> bool:
        """Whether a branch gives what choices within it give that are made for it alone: zeros if not reached."""
        alone = frozenset([(node, taken)])
        return all(
            arg.op is PROJECT and self.is_nested(arg.args[0]) and self.needs[arg.args[0]] == alone
            for arg in values_of(node, taken)
        )


def is_number(node: Expr) -> bool:
    """Whether a node is one number made of others."""
    one = isinstance(node.type, ArrayType) and not node.type.ndim
    return one and (node.op.kind is Kind.ELEMENTWISE or node.op is CONSTANT)
