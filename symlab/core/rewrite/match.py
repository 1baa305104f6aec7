"""Matching a pattern against a node, modulo the order and grouping of sums and products.

A pattern is compiled once for all into closures `(node, bound, then)`: they extend `bound`, call `then()`, and on
failure (None) take their binding back and try the next possibility. `bound[CONTEXT]` is what a compilation knows and
builds with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Kind, Op
from symlab.core.ops.bits import and_, or_, xor
from symlab.core.ops.compare import eq, neq
from symlab.core.ops.elementwise import maximum, minimum, neg
from symlab.core.ops.exponential import logaddexp
from symlab.core.ops.operators import AttributeVariable
from symlab.core.ops.trigonometric import hypot
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.pattern import Form, Literal, Pattern, Wild, is_negative, parts_of, spans
from symlab.core.rewrite.sorts import Sort

CONTEXT = ""  # no variable has this name
Bound = dict[str, Any]
Then = Callable[[], Any]
Match = Callable[[Expr, Bound, Then], Any]
Finish = Callable[[tuple[Expr, ...]], Any]
Operands = Callable[[Expr, tuple[Expr, ...], Bound, Finish], Any]
COMMUTATIVE = frozenset({maximum, minimum, logaddexp, hypot, eq, neq, and_, or_, xor})


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the nodes of one compilation, and what makes new ones."""

    facts: Facts
    builder: Builder


class Compiler:
    """Compiles the patterns of one rule for one kind of scope."""

    def __init__(self, root: Pattern, sorts: Mapping[str, Sort], exact: bool) -> None:
        self.sorts, self.exact = sorts, exact
        self.uses = Counter(part.name for part in parts_of(root) if isinstance(part, Wild))

    def repeated(self, name: str) -> bool:
        """Whether a variable occurs more than once, so that its negative may be known by it."""
        return self.uses[name] > 1 and not self.exact

    def compiled(self, pattern: Pattern) -> Match:
        """The closure that matches a pattern which leaves nothing over."""
        if isinstance(pattern, Wild):
            return wild(pattern.name, self.sorts[pattern.name])
        if isinstance(pattern, Literal):
            return literal(pattern, self.exact)
        if pattern.op is neg and isinstance(pattern.args[0], Wild) and self.repeated(pattern.args[0].name):
            return opposite(self.compiled(pattern.args[0]))
        if pattern.op.flat and not self.exact:
            return self.flat(pattern)
        return self.fixed(pattern)

    def fixed(self, pattern: Form) -> Match:
        """An op with operands in their places, or in either order where the op does not mind."""
        op, attributes = pattern.op, attributes_of(pattern)
        tail = tail_of(pattern)
        parts = [self.compiled(arg) for arg in (pattern.args[:-1] if tail else pattern.args)]
        swapped = len(parts) == 2 and (op.flat or op in COMMUTATIVE)

        def match(node: Expr, bound: Bound, then: Then) -> Any:
            if node.op is not op or (len(node.args) != len(parts) and not tail):
                return None
            if tail:
                bound[tail] = node.args[len(parts) :]
            if attributes is None:
                if pattern.attrs != node.attrs:
                    return None
                found = in_order(parts, node.args, bound, then)
                return in_order(parts, node.args[::-1], bound, then) if swapped and found is None else found
            new = attributes not in bound
            if not new and bound[attributes] != node.attrs:
                return None
            bound[attributes] = node.attrs
            found = in_order(parts, node.args, bound, then)
            if found is None and new:
                del bound[attributes]
            return found

        return match

    def flat(self, pattern: Form) -> Match:
        """A sum or product all of whose operands are matched."""
        op, operands = pattern.op, self.operands(pattern)
        least = len(pattern.args)
        most = None if any(isinstance(part, Wild) or spans(part) for part in pattern.args) else least

        def match(node: Expr, bound: Bound, then: Then) -> Any:
            if node.op is not op or len(node.args) < least or (most is not None and len(node.args) > most):
                return None
            return operands(node, node.args, bound, lambda left: None if left else then())

        return match

    def operands(self, pattern: Form) -> Operands:
        """The closure that takes the operands of a sum or product, and gives what is left over to `finish`."""
        parts = sorted(pattern.args, key=order_of_part)

        def end(node: Expr, operands: tuple[Expr, ...], bound: Bound, finish: Finish) -> Any:
            return finish(operands)

        following: Operands = end
        for place in range(len(parts) - 1, -1, -1):
            following = self.part(parts, place, following)
        return following

    def part(self, parts: Sequence[Pattern], place: int, following: Operands) -> Operands:
        """One operand of a flat pattern, before the others."""
        part, last = parts[place], place == len(parts) - 1
        if spans(part):
            return self.sequence(part, len(parts) == 1, following)
        if isinstance(part, Wild):
            return self.variable(part, last, following)
        if (name := negative_of(part)) is not None and self.repeated(name):
            return self.negative(name, self.compiled(part), following)
        match, op = self.compiled(part), part.op if isinstance(part, Form) else CONSTANT
        name = None if self.exact else only_variable(part)

        def take(node: Expr, operands: tuple[Expr, ...], bound: Bound, finish: Finish) -> Any:
            if name in bound:  # there is one node that it can be
                left = without(operands, instance(part, bound[name], bound[CONTEXT].builder), node.op)
                return None if left is None else following(node, left, bound, finish)
            for place, operand in enumerate(operands):
                if operand.op is op:
                    found = match(operand, bound, goes_on(following, node, operands, place, bound, finish))
                    if found is not None:
                        return found
            return None

        return take

    def negative(self, name: str, match: Match, following: Operands) -> Operands:
        """The negative of a variable that occurs elsewhere too: a certain operand if it is bound, else any."""

        def take(node: Expr, operands: tuple[Expr, ...], bound: Bound, finish: Finish) -> Any:
            if name in bound:
                builder, known = bound[CONTEXT].builder, bound[name]
                left = without(operands, builder.opposite(known), node.op)
                left = without(operands, builder.make(neg, (known,)), node.op) if left is None else left
                return None if left is None else following(node, left, bound, finish)
            for place, operand in enumerate(operands):
                found = match(operand, bound, goes_on(following, node, operands, place, bound, finish))
                if found is not None:
                    return found
            return None

        return take

    def variable(self, part: Wild, last: bool, following: Operands) -> Operands:
        """A variable among operands: the last free one takes all that is left."""
        name, match = part.name, self.compiled(part)

        def take(node: Expr, operands: tuple[Expr, ...], bound: Bound, finish: Finish) -> Any:
            if name in bound:
                left = without(operands, bound[name], node.op)
                return None if left is None else following(node, left, bound, finish)
            if last:
                if not operands:
                    return None
                rest = operands[0] if len(operands) == 1 else bound[CONTEXT].builder.kept(node, operands)
                return match(rest, bound, lambda: following(node, (), bound, finish))
            for place, operand in enumerate(operands):
                found = match(operand, bound, goes_on(following, node, operands, place, bound, finish))
                if found is not None:
                    return found
            return None

        return take

    def sequence(self, part: Pattern, alone: bool, following: Operands) -> Operands:
        """A part for all operands that match it, one by one: two at least where there is no other part."""
        name = sequence_names(part)[0]
        match = self.compiled(part)
        least = 2 if alone else 1

        def take(node: Expr, operands: tuple[Expr, ...], bound: Bound, finish: Finish) -> Any:
            elements: list[Expr] = []
            rest: list[Expr] = []
            for operand in operands:
                element = match(operand, bound, lambda: bound[name])
                bound.pop(name, None)
                if element is None:
                    rest.append(operand)
                else:
                    elements.append(element)
            if len(elements) < least:
                return None
            bound[name] = tuple(elements)
            found = following(node, tuple(rest), bound, finish)
            if found is None:
                del bound[name]
            return found

        return take


def goes_on(
    following: Operands, node: Expr, operands: tuple[Expr, ...], place: int, bound: Bound, finish: Finish
) -> Then:
    """What follows once an operand has matched; only then are the others put together."""
    return lambda: following(node, operands[:place] + operands[place + 1 :], bound, finish)


def only_variable(part: Pattern) -> str | None:
    """The variable of a part that is made of functions of one operand alone, such as exp(-x)."""
    while isinstance(part, Form) and len(part.args) == 1 and not part.attrs and part.op.kind is Kind.ELEMENTWISE:
        part = part.args[0]
    return part.name if isinstance(part, Wild) and not part.sequence else None


def instance(part: Pattern, value: Expr, builder: Builder) -> Expr:
    """Such a part with a value for its variable."""
    functions = []
    while isinstance(part, Form):
        functions.append(part.op)
        part = part.args[0]
    for op in reversed(functions):
        value = builder.opposite(value) if op is neg else builder.make(op, (value,))
    return value


def wild(name: str, sort: Sort) -> Match:
    """A variable: free, or bound to this very node."""
    holds = sort.holds

    def match(node: Expr, bound: Bound, then: Then) -> Any:
        known = bound.get(name)
        if known is not None:
            return then() if known is node else None
        if holds is not None and not holds(bound[CONTEXT].facts, node):
            return None
        bound[name] = node
        found = then()
        if found is None:
            del bound[name]
        return found

    return match


def opposite(match: Match) -> Match:
    """The negative of a variable that occurs elsewhere too: where x stands for -y, -x is y."""
    return lambda node, bound, then: match(bound[CONTEXT].builder.opposite(node), bound, then)


def literal(pattern: Literal, exact: bool) -> Match:
    """A number: a scalar constant with this value in its own dtype; in exact scopes 0.0 is not -0.0."""
    wanted, negative = pattern.value, is_negative(pattern)

    def match(node: Expr, bound: Bound, then: Then) -> Any:
        if node.op is not CONSTANT or node.type.shape or node.type.dtype.kind == "b":
            return None
        value = constant_value(node)
        if value.dtype.kind in "iu" and not float(wanted).is_integer():
            return None
        if exact and value.dtype.kind == "c":  # inf, nan and -0.0 in one part do not stay there: 1 * x is not x
            return None
        if value.dtype.type(wanted) != value or (exact and bool(np.signbit(value)) != negative):
            return None
        return then()

    return match


def in_order(parts: Sequence[Match], nodes: tuple[Expr, ...], bound: Bound, then: Then) -> Any:
    """Operands that correspond one to one."""
    if not parts:
        return then()
    if len(parts) == 1:
        return parts[0](nodes[0], bound, then)
    return parts[0](nodes[0], bound, lambda: in_order(parts[1:], nodes[1:], bound, then))


def without(operands: tuple[Expr, ...], value: Expr, op: Op) -> tuple[Expr, ...] | None:
    """`operands` less `value` (or, where it is itself such a sum, less each of its operands)."""
    left = list(operands)
    taken = value.args if value not in left and value.op is op else (value,)
    for operand in taken:
        if operand not in left:
            return None
        left.remove(operand)
    return tuple(left)


def negative_of(part: Pattern) -> str | None:
    """The variable whose negative a part of a sum is, if it is one."""
    if isinstance(part, Form) and part.op is neg and isinstance(part.args[0], Wild):
        return part.args[0].name
    return None


def order_of_part(part: Pattern) -> int:
    """Operands found by their op come first, then sums and products, variables, and what takes all the rest."""
    if spans(part):
        return 4
    if isinstance(part, Wild):
        return 3
    if negative_of(part) is not None:
        return 2
    return int(isinstance(part, Form) and part.op.flat)


def sequence_names(pattern: Pattern) -> list[str]:
    """The sequence variables of a pattern."""
    if isinstance(pattern, Wild):
        return [pattern.name] if pattern.sequence else []
    return [name for arg in pattern.args for name in sequence_names(arg)] if isinstance(pattern, Form) else []


def tail_of(pattern: Form) -> str | None:
    """The sequence variable that stands for all further operands of an op whose operands have places."""
    last = pattern.args[-1] if pattern.args else None
    placed = pattern.op.kind is not Kind.ELEMENTWISE
    return last.name if placed and isinstance(last, Wild) and last.sequence else None


def attributes_of(pattern: Form) -> str | None:
    """The name of the variable that stands for all attributes of a form, if one does."""
    return pattern.attrs.name if isinstance(pattern.attrs, AttributeVariable) else None
