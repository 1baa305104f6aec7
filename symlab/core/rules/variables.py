"""Of what variables formulas are functions, and at what points they may be singular."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from math import inf
from typing import NamedTuple

from symlab.core.ir.expr import Expr
from symlab.core.ir.op import Kind
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import add, log, mul, neg, reciprocal, sqr, sqrt
from symlab.core.rules.collect import NESTED
from symlab.core.rules.constants import is_number
from symlab.core.rules.laurent import FUNCTIONS, NoSeries, Point, power_within, value_of

MOST_POINTS = 6
MOST_VARIABLES = 4
MOST_NODES = 64  # of an expression that is looked into
SINGULAR = (reciprocal, log, sqrt)  # functions where the points lie that are looked at
TRANSCENDENTAL = tuple(op for op in FUNCTIONS if op not in (reciprocal, sqr))


class Content(NamedTuple):
    """Of what an elementwise formula is made: its variables, unless they are many, and whether functions."""

    variables: frozenset[Expr] | None
    functions: bool


def content_of(node: Expr, known: dict[Expr, Content]) -> Content:
    """The content of a node, found once from that of its operands."""
    waiting = [] if node in known else [node]
    while waiting:
        part = waiting[-1]
        is_inner = part.op.kind is Kind.ELEMENTWISE
        missing = [arg for arg in part.args if arg not in known] if is_inner else []
        if missing and part not in known:
            waiting += missing
            continue
        waiting.pop()
        if not is_inner:
            known[part] = Content(frozenset() if is_number(part) else frozenset([part]), False)
        elif part not in known:
            known[part] = content_over(part, [known[arg] for arg in part.args])
    return known[node]


def content_over(node: Expr, parts: Sequence[Content]) -> Content:
    """The content of a node over operands of known content."""
    sets = [part.variables for part in parts if part.variables is not None]
    variables = frozenset().union(*sets) if len(sets) == len(parts) else None
    few = variables is not None and len(variables) <= MOST_VARIABLES
    return Content(variables if few else None, node.op in TRANSCENDENTAL or any(part.functions for part in parts))


def variables_of(node: Expr) -> list[Expr]:
    """What an expression may be a function of: its one variable, or what its first function is taken of."""
    waiting, seen, leaves, points = [node], set[Expr](), dict[Expr, None](), dict[Expr, None]()
    while waiting and len(seen) < MOST_NODES and not (len(leaves) > 1 and len(points) > 1):
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        if part.op.kind is Kind.ELEMENTWISE:
            waiting += part.args
            if part.op in TRANSCENDENTAL and len(points) < 2:
                points[unguarded(multiple_of(part.args[0]))] = None
        elif not is_number(part):
            leaves[part] = None
    alone = leaves if len(leaves) == 1 and not waiting else ()
    return [*alone, *(point for point in points if point not in alone)][:2]


def unguarded(node: Expr) -> Expr:
    """What a node is where it is not replaced by a number."""
    return multiple_of(node.args[1]) if node.op is switch and is_number(node.args[2]) else node


def multiple_of(node: Expr) -> Expr:
    """What a node is a multiple of."""
    if node.op is neg:
        return multiple_of(node.args[0])
    others = [arg for arg in node.args if not is_number(arg)]
    return others[0] if node.op is mul and len(others) == 1 else node


def points_of(node: Expr, x: Expr, depth: int = NESTED) -> Iterator[Fraction]:
    """Where a function of x may be singular: at 0, or where what it divides by, or takes a root of, is 0."""
    if node is x or not depth:
        return
    if node.op in SINGULAR:
        try:
            yield from root_of(node.args[0], x, Fraction(node.op is log))
        except NoSeries:
            pass
    for arg in node.args:
        yield from points_of(arg, x, depth - 1)


def root_of(node: Expr, x: Expr, value: Fraction) -> Iterator[Fraction]:
    """Where a linear function of x has a value."""
    factor, offset = Fraction(0), Fraction(0)
    for term in node.args if node.op is add else (node,):
        if is_number(term):
            offset += value_of(term)
        elif term is x or (term.op is neg and term.args[0] is x):
            factor += 1 if term is x else -1
        else:
            return
    if factor:
        yield (value - offset) / factor


def at_points(node: Expr) -> Iterator[tuple[Expr, Point]]:
    """The variables and points at which an expression is looked at."""
    for x in variables_of(node):
        for point in points_for(node, x):
            yield x, point


def points_for(node: Expr, x: Expr) -> Iterable[Point]:
    """The points at which a function is looked at, both infinities being one."""
    if x.op is switch:  # by which a point is kept away from
        return ()
    points: list[Point] = [Fraction(0), *islice(points_of(node, x), MOST_POINTS)]
    return dict.fromkeys([*points, inf] if len(points) > 1 else points)


def is_function_of(node: Expr, x: Expr) -> bool:
    """Whether a node is made of numbers and one variable."""
    waiting, seen = [node], {x}
    while waiting:
        part = waiting.pop()
        if part in seen or is_number(part):
            continue
        if part.op.kind is not Kind.ELEMENTWISE or len(seen) > MOST_NODES:
            return False
        seen.add(part)
        waiting += power_within(part, x)[1] if part.op is mul and x.op is mul else part.args
    return True


def is_transcendental(node: Expr, x: Expr, depth: int = NESTED) -> bool:
    """Whether there is more in an expression than sums, products and quotients, whose terms cancel exactly."""
    if node is x or not depth:
        return False
    return node.op in TRANSCENDENTAL or any(is_transcendental(arg, x, depth - 1) for arg in node.args)
