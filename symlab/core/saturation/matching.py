"""Patterns against classes: every way in which a class holds what a formula states.

The graph must be rebuilt: operands are named as their classes are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from symlab.core.ir.op import Kind
from symlab.core.ops.operators import AttributeVariable
from symlab.core.rewrite.pattern import Form, Literal, Pattern, Wild, as_pattern, parts_of
from symlab.core.rewrite.rule import Rule
from symlab.core.rewrite.sorts import Sort
from symlab.core.saturation.egraph import SWAPPED, EGraph, ENode

Bound = dict[str, int]
Holds = Callable[[EGraph, Sort, int], bool]


class Matching:
    """The search for the left side of one rule: its sorts, and who says whether a class is of one."""

    def __init__(self, graph: EGraph, sorts: Mapping[str, Sort], holds: Holds) -> None:
        self.graph, self.sorts, self.holds = graph, sorts, holds

    def of_class(self, pattern: Pattern, name: int, bound: Bound) -> Sequence[Bound]:
        """What the variables of a pattern stand for, in each way in which a class matches it."""
        if isinstance(pattern, Wild):
            known = bound.get(pattern.name)
            if known is not None:
                return (bound,) if known == name else ()
            sort, here = self.sorts[pattern.name], self.graph.classes[name]
            fits = here.is_value if sort.holds is None else self.holds(self.graph, sort, name)
            return ({**bound, pattern.name: name},) if fits else ()
        if isinstance(pattern, Literal):
            return (bound,) if self.graph.classes[name].constant == pattern.value else ()
        found: list[Bound] = []
        for node in self.graph.classes[name].by_op.get(pattern.op, ()):
            found += self.of_node(pattern, node, bound)
        return found

    def of_node(self, pattern: Form, node: ENode, bound: Bound) -> Sequence[Bound]:
        """As `of_class`, for one node whose op is the pattern's."""
        if node.attrs != pattern.attrs or len(node.args) != len(pattern.args):
            return ()
        found = self.of_operands(pattern.args, node.args, bound)
        if len(node.args) == 2 and node.args[0] != node.args[1] and node.op in SWAPPED:
            return [*found, *self.of_operands(pattern.args, node.args[::-1], bound)]
        return found

    def of_operands(self, patterns: Sequence[Pattern], names: Sequence[int], bound: Bound) -> Sequence[Bound]:
        """Operands one by one."""
        bounds: Sequence[Bound] = (bound,)
        for pattern, name in zip(patterns, names, strict=True):
            bounds = [found for item in bounds for found in self.of_class(pattern, name, item)]
            if not bounds:
                break
        return bounds


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
    return rule.when is None and all(plain(binary(as_pattern(side))) for side in (rule.left, rule.right))


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
