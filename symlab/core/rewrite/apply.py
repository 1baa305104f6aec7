"""A rule ready to be tried on nodes: its left side matched, its right side built."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from symlab.core.ir.errors import RewriteError
from symlab.core.ir.expr import Attributes, Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, WILD, Kind, Op
from symlab.core.ops.compare import switch
from symlab.core.ops.elementwise import neg
from symlab.core.ops.operators import AttributeVariable
from symlab.core.rewrite.match import CONTEXT, Bound, Compiler, Context, negative_of
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.pattern import AttributePart, Form, Literal, Pattern, Wild, negated, spans
from symlab.core.rewrite.rule import Rule

Applied = tuple[Expr, Mapping[str, Any]]  # the result, and what the variables stood for


class RuleFailedWarning(UserWarning):
    """A rule raised an error on a node, which stays as it is."""


class Matcher:
    """One rule in one kind of scope, compiled once for all compilations."""

    def __init__(self, rule: Rule, exact: bool) -> None:
        self.rule, self.kinds = rule, rule.kinds
        self.compute, self.of = rule.compute, frozenset(rule.of)
        self.when = predicate(rule.when) if rule.when is not None else None
        self.variants = [] if rule.compute else [Variant(self, *item) for item in left_sides(rule, exact)]
        self.roots = rule.operations if rule.compute else tuple(dict.fromkeys(item.op for item in self.variants))
        self.needs = self.alternatives()

    def alternatives(self) -> tuple[frozenset[Op], ...]:
        """Sets of ops, of which operands must have all of one."""
        if not self.compute:
            return tuple(dict.fromkeys(variant.needed for variant in self.variants))
        return tuple(frozenset([op]) for op in (*self.rule.among, *self.rule.of)) or (frozenset(),)

    def try_on(self, context: Context, node: Expr, present: frozenset[Op]) -> Applied | None:
        """The result and the bindings, or None, where a rule fails as well: the node is right as it is."""
        try:
            return self.applied(context, node, present)
        except RewriteError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a rule did not expect
            warnings.warn(left_out(self.rule.name, node, error), RuleFailedWarning, stacklevel=2)
            return None

    def applied(self, context: Context, node: Expr, present: frozenset[Op]) -> Applied | None:
        """The result and the bindings, or None; `present` are the ops of the operands."""
        if self.compute is not None:
            if self.of and node.args[0].op not in self.of:
                return None
            after = self.compute(node, context.builder, context.facts)
            return None if after is None else (after, {})
        for variant in self.variants:
            if variant.needed <= present:
                found = variant.try_on(context, node)
                if found is not None:
                    return found
        return None


def left_out(name: str, node: Expr, error: Exception) -> str:
    """What is said of a rule that failed."""
    return (
        f"the rule {name} failed on {node!r} ({type(error).__name__}: {error}) and is left out there; "
        f"the result is right without it, and mode.excluding({name!r}) leaves it out everywhere"
    )


class Variant:
    """One left side of a rule."""

    def __init__(self, matcher: Matcher, pattern: Form, exact: bool, negative: bool) -> None:
        self.matcher, self.op, self.negative = matcher, pattern.op, negative
        compiler = Compiler(pattern, matcher.rule.sorts, exact)
        flat = pattern.op.flat and not exact
        self.operands = compiler.operands(pattern) if flat else None
        self.match = None if flat else compiler.compiled(pattern)
        self.needed = frozenset(op for arg in pattern.args if (op := needed_op(arg, compiler)) is not None)

    def try_on(self, context: Context, node: Expr) -> Applied | None:
        """The result and the bindings of the first match."""
        bound: Bound = {CONTEXT: context}
        found: Applied | None
        if self.operands is not None:
            found = self.operands(node, node.args, bound, lambda left: self.result(node, bound, left))
        else:
            assert self.match is not None
            found = self.match(node, bound, lambda: self.result(node, bound, ()))
        return found

    def result(self, node: Expr, bound: Bound, left: tuple[Expr, ...]) -> Applied | None:
        """The right side over a match, with the operands that were left over added back."""
        matcher, builder = self.matcher, bound[CONTEXT].builder
        if matcher.when is not None and not matcher.when(bound):
            return None
        after = right_side(matcher.rule, bound, node, builder)
        if self.negative:
            after = builder.make(neg, (after,))
        if left:
            after = builder.acted(node, after, left)
        return after, {name: value for name, value in bound.items() if name is not CONTEXT}


def left_sides(rule: Rule, exact: bool) -> list[tuple[Form, bool, bool]]:
    """The left side in a kind of scope, and its negative if it is a sum that has one."""
    if exact:
        return [(as_form(rule, rule.as_written), True, False)]
    opposite = negated(rule.pattern)
    sides = [(as_form(rule, rule.pattern), False, False)]
    return sides if opposite is None else [*sides, (as_form(rule, opposite), False, True)]


def as_form(rule: Rule, pattern: Pattern) -> Form:
    """The pattern, which must be an op over others."""
    if not isinstance(pattern, Form):
        raise RewriteError(f"the left side of rule {rule.name} is no formula")
    return pattern


def matcher_of(rule: Rule, exact: bool) -> Matcher:
    """The matcher of a rule, which is kept with it."""
    kept = rule.compiled.get(exact)
    if kept is None:
        kept = rule.compiled[exact] = Matcher(rule, exact)
    return kept


def needed_op(part: Pattern, compiler: Compiler) -> Op | None:
    """The op of which an operand must be there for a part of a pattern, if it is a certain one."""
    if isinstance(part, Literal):
        return CONSTANT
    if isinstance(part, Wild) or spans(part):
        return None
    name = negative_of(part)
    return None if name is not None and compiler.repeated(name) else part.op


def predicate(when: Callable[..., bool]) -> Callable[[Bound], bool]:
    """A `when` as a function of the bindings: its parameters are variables of the pattern, `facts`, and `builder`."""
    names = list(inspect.signature(when).parameters)

    def holds(bound: Bound) -> bool:
        context = bound[CONTEXT]
        known = {"facts": context.facts, "builder": context.builder}
        return bool(when(*[known[name] if name in known else bound[name] for name in names]))

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
