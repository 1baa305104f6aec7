"""How a rule is written: a function that states two formulas over its parameters, its docstring the reason.

    @rule
    def log_of_one_plus(x):
        '''1 + x drops the low digits of a small x.'''
        return log(1 + x), log1p(x)

A parameter annotated with a sort stands for nodes of that sort alone; one annotated `Attributes` stands for the
attributes of a node (`sum(exp(x), attributes=axes)`); `*factors` stands for one or more operands of a sum or product.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from symlab.core.ir.errors import RewriteError
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.op import WILD, Op
from symlab.core.ops.operators import Variable, pattern_constant
from symlab.core.rewrite.formula import formula_text
from symlab.core.rewrite.pattern import (
    AllAttributes,
    Form,
    Pattern,
    as_pattern,
    check_formulas,
    covers,
    normal,
    parts_of,
)
from symlab.core.rewrite.sorts import Attributes, Real, Sort

ASSUMPTIONS = ("finite", "nonzero", "no_overflow", "real_algebra")
Predicate = Callable[..., bool]


@dataclass(frozen=True, eq=False)
class Rule:
    """One rewrite: two formulas (or a function that computes the right side), and when it may be used.

    `assuming` names what it takes for granted, which only `algebra="real"` grants; `exact` says that both sides are the
    same float, bit for bit, so that it is used within regions computed as written too. `kinds` are the kinds of dtypes
    of the nodes that it replaces. `when` is a named predicate `(facts, variables by name...)`.
    """

    name: str
    reason: str
    left: Expr | None = None
    right: Expr | None = None
    sorts: Mapping[str, Sort] = field(default_factory=dict)
    sequences: frozenset[str] = frozenset()
    assuming: tuple[str, ...] = ()
    exact: bool = False
    when: Predicate | None = None
    kinds: str = "f"
    compute: Callable[..., Expr | None] | None = None
    operations: tuple[Op, ...] = ()
    among: tuple[Op, ...] = ()  # a computed rule acts only where an operand has one of these ops
    of: tuple[Op, ...] = ()  # the same of the first operand
    said: str = ""  # the formula of a computed rule
    example: Callable[..., Any] | None = None  # an expression to which a computed rule applies
    home: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    compiled: dict[bool, Any] = field(default_factory=dict, init=False)  # matchers, kept by kind of scope

    def __repr__(self) -> str:
        return self.name

    @cached_property
    def formula(self) -> str:
        """What becomes what, as text."""
        if self.left is None or self.right is None:
            return self.said
        return f"{formula_text(self.left, self.sequences)} -> {formula_text(self.right, self.sequences)}"

    @cached_property
    def as_written(self) -> Pattern:
        """The left side as it is written, which is what regions computed as written hold."""
        assert self.left is not None
        return as_pattern(self.left, self.sequences)

    @cached_property
    def pattern(self) -> Pattern:
        """The left side in normal form."""
        return normal(self.as_written)

    @cached_property
    def building(self) -> list[Expr]:
        """The nodes of the right side, operands first."""
        assert self.right is not None
        return toposort([self.right])

    @cached_property
    def recurs(self) -> Op | None:
        """The op of what the rule replaces, if its right side holds what its left side matches.

        Where it made such a node, it does not fire again, for it would never end.
        """
        if self.left is None or self.right is None or not isinstance(self.pattern, Form):
            return None
        made = parts_of(normal(as_pattern(self.right, self.sequences)))
        return self.pattern.op if any(covers(self.pattern, part) for part in made) else None


def rule(
    function: Callable[..., Any] | None = None,
    *,
    assuming: str | Sequence[str] = (),
    exact: bool = False,
    when: Predicate | None = None,
    kinds: str = "f",
    **options: Any,
) -> Any:
    """The rule that a function states: it returns the left and the right formula."""
    if function is None:
        return lambda stated: rule(stated, assuming=assuming, exact=exact, when=when, kinds=kinds, **options)
    parameters = inspect.signature(function, eval_str=True).parameters
    variables = {name: variable_for(parameter) for name, parameter in parameters.items()}
    keywords = {name for name, item in parameters.items() if item.kind is inspect.Parameter.KEYWORD_ONLY}
    positional = [variable for name, variable in variables.items() if name not in keywords]
    sides = function(*positional, **{name: variables[name] for name in keywords})
    left, right = (side if isinstance(side, Expr) else pattern_constant(side) for side in sides)
    sorts = {
        name: parameter.annotation if isinstance(parameter.annotation, Sort) else Real
        for name, parameter in parameters.items()
    }
    sequences = [name for name, item in parameters.items() if item.kind is inspect.Parameter.VAR_POSITIONAL]
    made = Rule(
        function.__name__, reason_of(function), left, right, MappingProxyType(sorts), frozenset(sequences),
        checked_assumptions(function.__name__, assuming), exact, when, kinds, home=function.__module__, options=options,
    )  # fmt: skip
    check_formulas(made.name, made.as_written, as_pattern(right, made.sequences))
    return made


def computed(
    *operations: Op,
    formula: str,
    example: Callable[..., Any],
    among: Sequence[Op] = (),
    of: Sequence[Op] = (),
    assuming: str | Sequence[str] = (),
    exact: bool = False,
    kinds: str = "f",
    **options: Any,
) -> Callable[[Callable[..., Expr | None]], Rule]:
    """A rule whose right side needs values: `function(node, builder, facts)` gives the result or None.

    `formula` says in text what it does; `example(x, y, ...)` is an expression of float variables (annotated with sorts
    where they must be) to which it applies. `among` are ops of which an operand must have one, `of` those of which the
    first operand must have one.
    """

    def decorate(function: Callable[..., Expr | None]) -> Rule:
        return Rule(
            function.__name__, reason_of(function), assuming=checked_assumptions(function.__name__, assuming),
            exact=exact, kinds=kinds, compute=function, operations=operations, among=tuple(among), of=tuple(of),
            said=formula, example=example, home=function.__module__, options=options,
        )  # fmt: skip

    return decorate


def variable_for(parameter: inspect.Parameter) -> Any:
    """What stands for a parameter in the formulas."""
    if parameter.annotation is Attributes:
        return AllAttributes(parameter.name)
    return Variable(WILD, (), (), None, parameter.name)


def reason_of(function: Callable[..., Any]) -> str:
    """The docstring, which every rule must have: it is the reason that users read."""
    reason = inspect.getdoc(function)
    if not reason:
        raise RewriteError(f"rule {function.__name__} gives no reason: write it as its docstring")
    return reason


def checked_assumptions(name: str, assuming: str | Sequence[str]) -> tuple[str, ...]:
    """The names of what a rule takes for granted."""
    found = (assuming,) if isinstance(assuming, str) else tuple(assuming)
    for assumption in found:
        if assumption not in ASSUMPTIONS:
            raise RewriteError(f"rule {name} assumes {assumption!r}, which is none of {', '.join(ASSUMPTIONS)}")
    return found
