"""Patterns against classes: every way in which a class holds what a formula states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from symlab.core.ir.op import Kind
from symlab.core.ops.operators import AttributeVariable
from symlab.core.rewrite.pattern import Form, Literal, Pattern, Wild, as_pattern, parts_of
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.sorts import Sort
from symlab.core.saturation.egraph import SWAPPED, EGraph, ENode

Bound = Mapping[str, int]
Holds = Callable[[EGraph, Sort, int], bool]


def matches(graph: EGraph, pattern: Pattern, name: int, bound: Bound, sorts: Mapping[str, Sort], holds: Holds) -> Iterator[Bound]:  # fmt: skip
    """What the variables of a pattern stand for, in each way in which a class matches it."""
    if isinstance(pattern, Wild):
        known = bound.get(pattern.name)
        if known is not None:
            if graph.find(known) == name:
                yield bound
        elif holds(graph, sorts[pattern.name], name):
            yield {**bound, pattern.name: name}
    elif isinstance(pattern, Literal):
        if graph[name].constant == pattern.value:
            yield bound
    else:
        for node in list(graph[name].nodes):
            if node.op is pattern.op:
                yield from node_matches(graph, pattern, node, bound, sorts, holds)


def node_matches(graph: EGraph, pattern: Form, node: ENode, bound: Bound, sorts: Mapping[str, Sort], holds: Holds) -> Iterator[Bound]:  # fmt: skip
    """As `matches`, for one node whose op is the pattern's."""
    if node.attrs != pattern.attrs or len(node.args) != len(pattern.args):
        return
    args = tuple([graph.find(arg) for arg in node.args])
    yield from all_match(graph, pattern.args, args, bound, sorts, holds)
    if len(args) == 2 and args[0] != args[1] and node.op in SWAPPED:
        yield from all_match(graph, pattern.args, args[::-1], bound, sorts, holds)


def all_match(graph: EGraph, patterns: Sequence[Pattern], names: Sequence[int], bound: Bound, sorts: Mapping[str, Sort], holds: Holds) -> Iterator[Bound]:  # fmt: skip
    """Operands one by one."""
    if not patterns:
        yield bound
        return
    for found in matches(graph, patterns[0], names[0], bound, sorts, holds):
        yield from all_match(graph, patterns[1:], names[1:], found, sorts, holds)


def build(graph: EGraph, pattern: Pattern, bound: Bound, reason: str) -> int:
    """The class of a formula over what its variables stand for."""
    if isinstance(pattern, Wild):
        return graph.find(bound[pattern.name])
    if isinstance(pattern, Literal):
        return graph.number(float(pattern.value), reason)
    assert not isinstance(pattern.attrs, AttributeVariable)
    args = tuple([build(graph, arg, bound, reason) for arg in pattern.args])
    return graph.add(pattern.op, args, pattern.attrs, reason)


# What a variable may stand for


def proven(graph: EGraph, sort: Sort, name: int) -> bool:
    """Whether a class certainly is of a sort."""
    found = graph[name]
    if found.type.dtype != graph.dtype:
        return False
    if sort.holds is None:
        return True
    if sort.name == "positive":
        return found.sign == 1
    if sort.name == "not negative":
        return found.sign is not None
    return is_known(graph, sort, name)


def is_known(graph: EGraph, sort: Sort, name: int) -> bool:
    """Whether a class is a number as a sort wants it."""
    if sort.ndim or sort.holds is None or graph[name].constant is None:
        return False
    leaf = next((node.leaf for node in graph[name].nodes if node.leaf is not None), None)
    return leaf is not None and sort.holds(None, leaf)  # type: ignore[arg-type]


# Rules as patterns


def is_usable(rule: Rule) -> bool:
    """Whether a rule is two formulas of elements, without sequences, attributes that vary, or facts that it asks."""
    if rule.left is None or rule.right is None or rule.sequences or "f" not in rule.kinds:
        return False
    named = getattr(rule.when, "__name__", "unguarded")
    return named == "unguarded" and all(plain(binary(as_pattern(side))) for side in (rule.left, rule.right))


def plain(pattern: Pattern) -> bool:
    """Whether a pattern is made of elementwise ops with attributes of their own."""
    if not isinstance(pattern, Form):
        return True
    if pattern.op.kind is not Kind.ELEMENTWISE or isinstance(pattern.attrs, AttributeVariable):
        return False
    return all(plain(arg) for arg in pattern.args)


def binary(pattern: Pattern) -> Pattern:
    """A pattern whose sums and products have two operands each, as expressions are typed."""
    if not isinstance(pattern, Form):
        return pattern
    args = [binary(arg) for arg in pattern.args]
    while pattern.op.flat and len(args) > 2:
        args = [Form(pattern.op, (args[0], args[1])), *args[2:]]
    return Form(pattern.op, tuple(args), pattern.attrs)


@cache
def sides(rule: Rule) -> tuple[Pattern, Pattern]:
    """The two formulas of a rule as they are written."""
    assert rule.left is not None
    assert rule.right is not None
    return binary(as_pattern(rule.left)), binary(as_pattern(rule.right))


def size(pattern: Pattern) -> int:
    """How many ops a formula has, equal parts once."""
    return len({part for part in parts_of(pattern) if isinstance(part, Form)})
