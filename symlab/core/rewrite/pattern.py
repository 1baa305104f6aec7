"""The formulas of a rule as patterns: their variables, their literals, and their normal form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import RewriteError
from symlab.core.ir.expr import Attributes, Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, WILD, Kind, Op
from symlab.core.ops.elementwise import add, mul, neg, pow, reciprocal, sqr, sqrt
from symlab.core.ops.operators import AttributeVariable
from symlab.core.rewrite.normal import INVERSE, SHORT


class AllAttributes(AttributeVariable):
    """The attributes of a node, of which the right side may use single ones: `softmax(x, axes=axis.axes)`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> AttributePart:
        if name.startswith("_"):
            raise AttributeError(name)
        return AttributePart(self.name, name)


@dataclass(frozen=True, slots=True)
class AttributePart:
    """One of the attributes that a variable stands for."""

    whole: str
    name: str

    @property
    def text(self) -> str:
        """How it is written."""
        return self.whole


@dataclass(frozen=True, slots=True)
class Wild:
    """A variable: any node, always the same one; a sequence stands for one or more operands of a flat op."""

    name: str
    sequence: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Literal:
    """A number of a formula, which has no dtype of its own."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.value == other.value and is_negative(self) == is_negative(other)

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(frozen=True, slots=True)
class Form:
    """An op over patterns; `attrs` may be one variable for all attributes of the node."""

    op: Op
    args: tuple[Pattern, ...]
    attrs: Attributes | AttributeVariable = ()


Pattern = Wild | Literal | Form


def as_pattern(formula: Expr, sequences: frozenset[str] = frozenset()) -> Pattern:
    """The pattern that a formula over variables without a type states, as it is written."""
    if formula.op is WILD:
        name = str(getattr(formula, "name", ""))
        return Wild(name, name in sequences)
    if formula.op is CONSTANT:
        return Literal(constant_value(formula).item())
    args = tuple([as_pattern(arg, sequences) for arg in formula.args])
    whole = formula.attr("*")
    return Form(formula.op, args, formula.attrs if whole is None else whole)


def parts_of(pattern: Pattern) -> Iterator[Pattern]:
    """A pattern and every pattern in it."""
    yield pattern
    if isinstance(pattern, Form):
        for arg in pattern.args:
            yield from parts_of(arg)


def wild_names(pattern: Pattern) -> list[str]:
    """The variables of a pattern, each once, as they are read."""
    names = [part.name for part in parts_of(pattern) if isinstance(part, Wild)]
    return list(dict.fromkeys(names))


def attribute_names(pattern: Pattern) -> list[str]:
    """The variables of a pattern that stand for attributes."""
    found = (part.attrs for part in parts_of(pattern) if isinstance(part, Form))
    return list(dict.fromkeys(attrs.name for attrs in found if isinstance(attrs, AttributeVariable)))


def spans(pattern: Pattern) -> bool:
    """Whether an operand of a flat op stands for several, having a sequence variable that no inner op takes up."""
    if isinstance(pattern, Wild):
        return pattern.sequence
    if isinstance(pattern, Literal) or pattern.op.flat or pattern.op.kind is not Kind.ELEMENTWISE:
        return False
    return any(spans(arg) for arg in pattern.args)


def covers(general: Pattern, special: Pattern) -> bool:
    """Whether whatever a pattern stands for is matched by another one too; their variables have nothing in common."""
    if isinstance(general, Wild) or isinstance(special, Wild):
        return isinstance(general, Wild)
    if isinstance(general, Literal) or isinstance(special, Literal):
        return general == special
    if general.op is not special.op or len(general.args) > len(special.args):
        return False
    if general.op.flat:
        return all(any(covers(part, arg) for arg in special.args) for part in general.args)
    return all(covers(part, arg) for part, arg in zip(general.args, special.args))


# Normal form


def normal(pattern: Pattern) -> Pattern:
    """The pattern in the form that the canonical rules and `normal_form` give the nodes that it should match.

    A power as a whole stays one: rules for powers are about those that are not in their plainest form yet.
    """
    return form_of(pattern, pattern)


def form_of(pattern: Pattern, whole: Pattern) -> Pattern:
    """The normal form of a part of a pattern."""
    if not isinstance(pattern, Form):
        return pattern
    args = tuple([form_of(arg, whole) for arg in pattern.args])
    if pattern.op in SHORT:
        flat, inverse = SHORT[pattern.op]
        return flattened(flat, (args[0], inverted(inverse, args[1])))
    if pattern.op.flat:
        return flattened(pattern.op, args)
    if pattern.op in (neg, reciprocal) and isinstance(args[0], Literal):
        return inverted(pattern.op, args[0])
    if pattern.op is pow and pattern is not whole and isinstance(args[1], Literal) and args[1].value in POWERS:
        return POWERS[args[1].value](args[0])
    return Form(pattern.op, args, pattern.attrs)


POWERS: Mapping[float, Callable[[Pattern], Pattern]] = MappingProxyType(
    {
        2: lambda x: Form(sqr, (x,)),
        0.5: lambda x: Form(sqrt, (x,)),
        -1: lambda x: inverted(reciprocal, x),
        -0.5: lambda x: Form(reciprocal, (Form(sqrt, (x,)),)),
        -2: lambda x: Form(reciprocal, (Form(sqr, (x,)),)),
    }
)  # as the rules for powers leave them


def inverted(op: Op, pattern: Pattern) -> Pattern:
    """The negative (reciprocal) of a pattern in normal form."""
    if isinstance(pattern, Literal):
        if op is neg:
            return Literal(-pattern.value)
        if power_of_two(pattern.value):
            return Literal(1 / pattern.value)
    if isinstance(pattern, Form) and pattern.op is op:
        return pattern.args[0]
    if op is reciprocal and isinstance(pattern, Form) and pattern.op is neg:
        return Form(neg, (inverted(reciprocal, pattern.args[0]),))
    return Form(op, (pattern,))


def flattened(op: Op, args: Sequence[Pattern]) -> Pattern:
    """A sum or product of patterns in normal form, opened; the sign of a product stands before it."""
    operands = list(opened(op, args))
    if op is not mul:
        return Form(op, tuple(operands))
    negative = False
    factors: list[Pattern] = []
    for factor in operands:
        if isinstance(factor, Form) and factor.op is neg:
            negative, factor = not negative, factor.args[0]
        elif isinstance(factor, Literal) and is_negative(factor):
            negative, factor = not negative, Literal(-factor.value)
            if factor.value == 1:
                continue
        factors.append(factor)
    factors = list(opened(mul, with_one_literal(factors)))
    product = factors[0] if len(factors) == 1 and not spans(factors[0]) else Form(mul, tuple(factors))
    return inverted(neg, product) if negative else product


def opened(op: Op, args: Iterable[Pattern]) -> Iterator[Pattern]:
    """Operands, nested sums (products) in their places, each taken back below `neg` (`reciprocal`)."""
    inverse = INVERSE.get(op)
    for arg in args:
        if isinstance(arg, Form) and arg.op is op:
            yield from arg.args
        elif isinstance(arg, Form) and arg.op is inverse and isinstance(arg.args[0], Form) and arg.args[0].op is op:
            yield from [inverted(inverse, item) for item in arg.args[0].args]
        else:
            yield arg


def with_one_literal(factors: Sequence[Pattern]) -> list[Pattern]:
    """Factors whose literals are multiplied."""
    literals = [factor for factor in factors if isinstance(factor, Literal)]
    rest: list[Pattern] = [factor for factor in factors if not isinstance(factor, Literal)]
    if len(literals) < 2:
        return [*literals, *rest]
    value = float(np.prod([literal.value for literal in literals]))
    kept: list[Pattern] = [*rest]
    return kept if value == 1 and rest else [Literal(value), *kept]


def negated(pattern: Pattern) -> Pattern | None:
    """The negative of a sum in normal form, or None where it would match no more than the sum itself."""
    if not isinstance(pattern, Form) or pattern.op is not add:
        return None
    if any(spans(term) for term in pattern.args) or not any(tells(term) for term in pattern.args):
        return None
    flipped = Form(add, tuple(inverted(neg, term) for term in pattern.args))
    return None if set(map(repr, flipped.args)) == set(map(repr, pattern.args)) else flipped


def tells(term: Pattern) -> bool:
    """Whether a term of a sum is more than a number, a variable or its negative."""
    if not isinstance(term, Form):
        return False
    return term.op is not neg or isinstance(term.args[0], Form)


def power_of_two(value: Any) -> bool:
    """Whether the reciprocal of a number is exact."""
    return bool(value) and bool(np.isfinite(value)) and abs(float(np.frexp(value)[0])) == 0.5


def is_negative(literal: Literal) -> bool:
    """Whether a number has the sign -, which -0.0 has too."""
    return not isinstance(literal.value, bool) and bool(np.signbit(literal.value))


def check_formulas(name: str, left: Pattern, right: Pattern) -> None:
    """Raise unless every variable of the right side occurs on the left."""
    unknown = [variable for variable in wild_names(right) if variable not in wild_names(left)]
    if unknown:
        raise RewriteError(f"the right side of rule {name} has variables that its left side lacks: {unknown}")
