"""Comparisons and choices that are decided before the call, or that say the same thing twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Op
from symlab.core.ops.bits import and_, invert, or_, xor
from symlab.core.ops.compare import eq, ge, gt, le, lt, neq, switch
from symlab.core.ops.elementwise import (
    add,
    cast,
    exp,
    log,
    maximum,
    minimum,
    mul,
    sigmoid,
    sqr,
    sqrt,
    tanh,
)
from symlab.core.ops.operators import constant
from symlab.core.rewrite.analysis import Bounds, Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed, rule
from symlab.core.rewrite.sorts import Truth
from symlab.core.rules.constants import is_number

OPPOSITE: Mapping[Op, Op] = MappingProxyType({lt: ge, le: gt, gt: le, ge: lt, eq: neq, neq: eq})
OF_CHOICES = (exp, log, sqrt, sqr, tanh, sigmoid)
ITSELF: Mapping[Op, bool] = MappingProxyType({lt: False, gt: False, le: True, ge: True, eq: True, neq: False})

# By bounds of both operands: whether the comparison is surely true, and whether it is surely false.
DECIDED: Mapping[Op, tuple[Callable[[Bounds, Bounds], bool], Callable[[Bounds, Bounds], bool]]] = MappingProxyType(
    {
        lt: (lambda a, b: a.high < b.low, lambda a, b: a.low >= b.high),
        le: (lambda a, b: a.high <= b.low, lambda a, b: a.low > b.high),
        gt: (lambda a, b: a.low > b.high, lambda a, b: a.high <= b.low),
        ge: (lambda a, b: a.low >= b.high, lambda a, b: a.high < b.low),
        eq: (lambda a, b: False, lambda a, b: a.low > b.high or a.high < b.low),
        neq: (lambda a, b: a.low > b.high or a.high < b.low, lambda a, b: False),
    }
)


def chosen_by(condition: Any, x: Any) -> Any:
    """A choice, so that a truth value is of use in an example of numbers."""
    return switch(condition, x, exp(x))


def is_whole(node: Expr) -> bool:
    """Whether a node has a dtype without nan, whose numbers compare as bounds do."""
    return node.type.dtype.kind in "iub"


@computed(*DECIDED, exact=True, kinds="b", formula="x.shape[0] >= 0 -> True",
          example=lambda x: chosen_by(ge(cast(lt(x, 1), dtype="int64"), constant(0)), x))  # fmt: skip
def decided_comparison(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A comparison of whole numbers whose bounds tell the result is decided; nothing is less than itself."""
    first, second = node.args
    whole = is_whole(first) and is_whole(second)
    if first is second and (whole or node.op in (lt, gt)):
        return builder.constant(ITSELF[node.op], node)
    if not whole:
        return None
    is_true, is_false = DECIDED[node.op]
    bounds = facts.bounds(first), facts.bounds(second)
    if is_true(*bounds):
        return builder.constant(True, node)
    return builder.constant(False, node) if is_false(*bounds) else None


@computed(invert, among=tuple(OPPOSITE), exact=True, kinds="b", formula="~(x == y) -> x != y",
          example=lambda x, y: chosen_by(invert(eq(x, y)), x))  # fmt: skip
def opposite_of_comparison(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is not equal is different, and a whole number that is not less is as large (a nan is neither)."""
    inner = node.args[0]
    if inner in builder.shared or not (inner.op in (eq, neq) or all(is_whole(arg) for arg in inner.args)):
        return None
    return builder.make(OPPOSITE[inner.op], inner.args)


@computed(invert, among=(invert,), exact=True, kinds="iub", formula="~~condition -> condition",
          example=lambda x, y: chosen_by(invert(invert(x < y)), x))  # fmt: skip
def invert_of_invert(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Two negations are none."""
    return node.args[0].args[0]


@computed(and_, or_, xor, exact=True, kinds="iub", formula="condition & condition -> condition",
          example=lambda x, y: chosen_by(and_(x < y, x < y), x))  # fmt: skip
def condition_with_itself(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is said twice is said once, and nothing differs from itself."""
    first, second = node.args
    if first is not second:
        return None
    return builder.constant(0, node) if node.op is xor else first


@computed(and_, or_, xor, among=(CONSTANT,), exact=True, kinds="b", formula="condition & True -> condition",
          example=lambda x, y: chosen_by(and_(x < y, constant(True)), x))  # fmt: skip
def known_part_of_condition(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A part of a condition that is known says nothing, or everything."""
    number = next((arg for arg in node.args if is_number(arg)), None)
    if number is None:
        return None
    other = node.args[0] if node.args[1] is number else node.args[1]
    value = bool(constant_value(number))
    if node.op is xor:
        return builder.make(invert, (other,)) if value else other
    return other if value == (node.op is and_) else number


@rule(exact=True, kinds="fciub")
def switch_of_not(condition: Truth, x, y):
    """A choice by the opposite is the other choice."""
    return switch(invert(condition), x, y), switch(condition, y, x)


@rule(exact=True, kinds="fciub")
def switch_within_first(condition: Truth, x, y, z):
    """What is chosen is chosen once."""
    return switch(condition, switch(condition, x, y), z), switch(condition, x, z)


@rule(exact=True, kinds="fciub")
def switch_within_second(condition: Truth, x, y, z):
    """What is chosen is chosen once."""
    return switch(condition, x, switch(condition, y, z)), switch(condition, x, z)


@computed(maximum, minimum, among=(maximum, minimum), exact=True, kinds="fiu",
          formula="maximum(maximum(x, 1), 2) -> maximum(x, 2)",
          example=lambda x: maximum(maximum(x, 1), 2))  # fmt: skip
def limit_of_limit(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Of two limits on one side, one decides; a limit on the other side that leaves nothing open is the value."""
    limit = next((arg for arg in node.args if is_number(arg)), None)
    inner = next((arg for arg in node.args if arg is not limit), None)
    if limit is None or inner is None or inner.op is not node.op:
        return None
    other = next((arg for arg in inner.args if is_number(arg)), None)
    rest = next((arg for arg in inner.args if arg is not other), None)
    if other is None or rest is None or constant_value(limit) != constant_value(limit):
        return None
    first, second = constant_value(limit), constant_value(other)
    larger = first if (first >= second) == (node.op is maximum) else second
    return builder.make(node.op, (rest, builder.constant(larger, node)))


@computed(maximum, minimum, among=(CONSTANT,), kinds="fi", formula="maximum(exp(x), 0) -> exp(x)",
          example=lambda x: maximum(exp(x), 0))  # fmt: skip
def limit_without_effect(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """What is not negative is not below 0."""
    limit = next((arg for arg in node.args if is_number(arg)), None)
    inner = next((arg for arg in node.args if arg is not limit), None)
    if limit is None or inner is None or constant_value(limit) != 0:
        return None
    free = facts.not_negative(inner) if node.op is maximum else facts.not_positive(inner)
    if not free and node.type.dtype.kind in "iu":
        bound = facts.not_positive(inner) if node.op is maximum else facts.not_negative(inner)
        return limit if bound else None
    return inner if free else None


@computed(eq, neq, among=(cast,), exact=True, kinds="b", formula="cast(condition, float) != 0 -> condition",
          example=lambda x, y: chosen_by(neq(cast(x < y, dtype="float64"), 0), x))  # fmt: skip
def condition_as_number(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A condition that was made a number is compared as what it was."""
    number = next((arg for arg in node.args if is_number(arg)), None)
    other = next((arg for arg in node.args if arg.op is cast and arg.args[0].type.dtype.kind == "b"), None)
    if number is None or other is None or constant_value(number) not in (0, 1):
        return None
    holds = bool(constant_value(number) == 1) == (node.op is eq)
    return other.args[0] if holds else builder.make(invert, (other.args[0],))


@computed(mul, add, among=(switch,), kinds="fciu", assuming="real_algebra",
          formula="switch(c, x, 0) * switch(c, y, z) -> switch(c, x * y, 0)",
          example=lambda x, y: switch(x < y, x, 0) * switch(x < y, y, 2))  # fmt: skip
def choices_together(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Two choices by one condition are one, where nothing is left to compute in one of its cases."""
    known: dict[Expr, Expr] = {}
    for arg in node.args:
        if arg.op is not switch or arg in builder.shared:
            continue
        other = known.setdefault(arg.args[0], arg)
        alike = other.type == arg.type and all(part.type.shape == arg.type.shape or is_number(part)
                                               for part in (*other.args[1:], *arg.args[1:]))  # fmt: skip
        if other is arg or not alike:
            continue
        pairs = list(zip(other.args[1:], arg.args[1:], strict=True))
        if not any(is_settled(node, pair) for pair in pairs):
            continue
        made = builder.apply(switch, arg.args[0], *(settled(node, pair, builder) for pair in pairs))
        rest = list(node.args)
        rest.remove(arg)
        rest.remove(other)
        return builder.acted(node, made, tuple(rest)) if rest else made
    return None


def is_settled(node: Expr, pair: tuple[Expr, Expr]) -> bool:
    """Whether a sum (product) of two parts needs no computation."""
    numbers = [constant_value(part) for part in pair if is_number(part)]
    return len(numbers) == 2 or any(number == 0 or (number == 1 and node.op is mul) for number in numbers)


def settled(node: Expr, pair: tuple[Expr, Expr], builder: Builder) -> Expr:
    """The sum (product) of two parts."""
    for number, other in (pair, pair[::-1]):
        if is_number(number):
            value = constant_value(number)
            if value == (1 if node.op is mul else 0):
                return other
            if value == 0:
                return number
    return builder.flat(node.op, pair)


@computed(*OF_CHOICES, among=(switch,), kinds="f", formula="exp(switch(c, 0, 1)) -> switch(c, 1, e)",
          example=lambda x, y: exp(switch(x < y, 0.0, 1.0)))  # fmt: skip
def function_of_numbers(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A function of numbers that are chosen is chosen of its values."""
    inner = node.args[0]
    if inner in builder.shared or not all(is_number(part) for part in inner.args[1:]):
        return None
    return builder.apply(switch, inner.args[0], *(builder.make(node.op, (part,)) for part in inner.args[1:]))


RULES = (
    condition_as_number,
    function_of_numbers,
    decided_comparison,
    opposite_of_comparison,
    invert_of_invert,
    condition_with_itself,
    known_part_of_condition,
    switch_of_not,
    switch_within_first,
    switch_within_second,
    limit_of_limit,
    limit_without_effect,
)
LATE = (choices_together,)
