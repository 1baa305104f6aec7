"""A rule ready to be tried on nodes: its left side matched, its right side built."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from symlab.core.ir.expr import Attributes, Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, WILD, Kind, Op
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import neg
from symlab.core.ops.operators import AttributeVariable
from symlab.core.rewrite.analysis import Facts, Scope
from symlab.core.rewrite.match import Bound, Compiler
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.pattern import AttributePart, Form, Pattern, Wild, spans, negated
from symlab.core.rewrite.rule import Rule

Applied = tuple[Expr, Mapping[str, Any]]  # the result, and what the variables stood for


class Matcher:
    """One rule in one kind of scope; `try_on` gives the result of its first match."""

    def __init__(self, rule: Rule, builder: Builder, facts: Facts) -> None:
        self.rule, self.builder, self.facts, self.exact = rule, builder, facts, builder.exact
        self.kinds = rule.kinds
        self.when = predicate(rule.when, facts) if rule.when is not None else None
        self.variants = [] if rule.compute else [Variant(self, pattern, back) for pattern, back in self.patterns()]

    def patterns(self) -> list[tuple[Pattern, bool]]:
        """The left side in this kind of scope, and its negative if it is a sum that has one."""
        if self.exact:
            return [(self.rule.as_written, False)]
        opposite = negated(self.rule.pattern)
        return [(self.rule.pattern, False), *([(opposite, True)] if opposite is not None else [])]

    def roots(self) -> tuple[Op, ...]:
        """The ops of the nodes that it may replace; none means every op."""
        if self.rule.compute is not None:
            return self.rule.operations
        return tuple(dict.fromkeys(variant.pattern.op for variant in self.variants))

    def try_on(self, scope: Scope, node: Expr) -> Applied | None:
        """The result and the bindings, or None."""
        self.facts.scope = scope
        if self.rule.compute is not None:
            after = self.rule.compute(node, self.builder, self.facts)
            return None if after is None else (after, {})
        present = [arg.op for arg in node.args]
        for variant in self.variants:
            if variant.worth_trying(present):
                found = variant.try_on(node)
                if found is not None:
                    return found
        return None


class Variant:
    """One left side of a rule."""

    def __init__(self, matcher: Matcher, pattern: Pattern, negative: bool) -> None:
        assert isinstance(pattern, Form)
        self.matcher, self.pattern, self.negative = matcher, pattern, negative
        compiler = Compiler(pattern, matcher.rule.sorts, matcher.facts, matcher.builder)
        self.at_root = pattern.op.flat and not matcher.exact
        self.operands = compiler.operands(pattern) if self.at_root else None
        self.match = None if self.at_root else compiler.compiled(pattern)
        self.needed = [arg.op for arg in pattern.args if isinstance(arg, Form) and is_needed(arg)]

    def worth_trying(self, present: list[Op]) -> bool:
        """Whether each operand that the pattern names an op for has one of that op."""
        return all([op in present for op in self.needed])

    def try_on(self, node: Expr) -> Applied | None:
        """The result and the bindings of the first match."""
        bound: Bound = {}
        if self.operands is None:
            assert self.match is not None
            found: Applied | None = self.match(node, bound, lambda: self.result(node, bound, ()))
            return found
        found = self.operands(node, node.args, bound, lambda left: self.result(node, bound, left))
        return found

    def result(self, node: Expr, bound: Bound, left: tuple[Expr, ...]) -> Applied | None:
        """The right side over a match, with the operands that were left over added back."""
        matcher = self.matcher
        if matcher.when is not None and not matcher.when(bound):
            return None
        after = right_side(matcher.rule, bound, node, matcher.builder)
        if self.negative:
            after = matcher.builder.make(neg, (after,))
        if left:
            taken = [operand for operand in node.args if operand not in left]
            after = matcher.builder.acted(node, taken, after, left)
        return after, dict(bound)


def is_needed(part: Form) -> bool:
    """Whether an operand of this op must be there: not for what takes several, nor for the negative of a variable."""
    return not spans(part) and not (part.op is neg and isinstance(part.args[0], Wild))


def predicate(when: Callable[..., bool], facts: Facts) -> Callable[[Bound], bool]:
    """A `when` as a function of the bindings: its parameters are variables of the pattern, and `facts`."""
    names = list(inspect.signature(when).parameters)

    def holds(bound: Bound) -> bool:
        return bool(when(*[facts if name == "facts" else bound[name] for name in names]))

    return holds


# Right sides


def right_side(rule: Rule, bound: Bound, node: Expr, builder: Builder) -> Expr:
    """The right formula over the bindings; its literals take the dtype of their neighbours, else of the node."""
    assert rule.right is not None
    made: dict[Expr, Any] = {}
    literals: dict[Expr, Any] = {}
    for formula in rule.building:
        if formula.op is WILD:
            made[formula] = bound[str(getattr(formula, "name", ""))]
        elif formula.op is CONSTANT:
            literals[formula] = constant_value(formula)
        else:
            args = [made.get(arg) for arg in formula.args]
            dtype = neighbour_dtype(formula.op, args, node)
            args = [
                builder.table.constant(literals[source], dtype) if arg is None else arg
                for source, arg in zip(formula.args, args)
            ]
            made[formula] = built(builder, formula.op, args, instantiated(formula.attrs, bound))
    if rule.right in literals:
        return builder.table.constant(literals[rule.right], node.type.dtype)
    result: Expr = made[rule.right]
    return result


def neighbour_dtype(op: Op, args: list[Any], node: Expr) -> Any:
    """The dtype that a literal among operands takes."""
    for arg in args[1:] if op is switch else args:
        if isinstance(arg, tuple):
            return arg[0].type.dtype
        if arg is not None:
            return arg.type.dtype
    return node.type.dtype


def instantiated(attrs: Attributes, bound: Bound) -> Attributes:
    """The attributes of a right side, their variables replaced."""
    if attrs and isinstance(attrs[0][1], AttributeVariable) and attrs[0][0] == "*":
        found: Attributes = bound[attrs[0][1].name]
        return found
    return tuple(
        [
            (name, dict(bound[value.whole])[value.name] if isinstance(value, AttributePart) else value)
            for name, value in attrs
        ]
    )


def built(builder: Builder, op: Op, args: list[Any], attrs: Attributes) -> Any:
    """A node over operands; a sequence among them is spread in a flat op, folded by a binary one, mapped by others."""
    sequences = [arg for arg in args if isinstance(arg, tuple)]
    if not sequences:
        return builder.make(op, tuple(args), attrs)
    if op.flat or op.kind is not Kind.ELEMENTWISE or len(args) < len(op.partials):
        operands = [item for arg in args for item in (arg if isinstance(arg, tuple) else (arg,))]
        if op.flat:
            return builder.flat(op, operands)
        if op.kind is not Kind.ELEMENTWISE:
            return builder.make(op, tuple(operands), attrs)
        return functools.reduce(lambda first, second: builder.make(op, (first, second), attrs), operands)
    count = len(sequences[0])
    columns = [arg if isinstance(arg, tuple) else (arg,) * count for arg in args]
    return tuple([builder.make(op, tuple(column), attrs) for column in zip(*columns, strict=True)])
