"""`elementwise`: a formula of scalars as an op, with C and CUDA of one element; it joins kernels as symlab's own do."""

from __future__ import annotations

import string
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from symlab.core.custom.records import op_name
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message, near_names
from symlab.core.ir.op import Kind, Op, Recipe
from symlab.core.ops import declare

Texts = str | Mapping[str, str] | None
RULES: Mapping[str, declare.DtypeRule] = MappingProxyType(
    {
        "floating": declare.floating,
        "real": declare.real_floating,
        "same": declare.same,
        "arithmetic": declare.arithmetic,
        "bits": declare.bits,
        "predicate": declare.predicate,
        "comparison": declare.comparison,
    }
)


@dataclass(frozen=True)
class Formula:
    """What a program states of its op."""

    name: str
    reference: Callable[..., Any] | str
    c: str | tuple[tuple[str, str], ...] | None
    cuda: str | None
    helpers: str
    partials: tuple[Callable[..., Any] | None, ...]
    dtypes: declare.DtypeRule
    exact: Callable[..., Any] | str | None
    latex: str | None
    domain: tuple[float, float]
    ulp: float
    doc: str
    home: str


def elementwise(
    name: str,
    *,
    reference: Callable[..., Any] | str,
    c: Texts = None,
    cuda: str | None = None,
    helpers: str = "",
    derivative: Callable[..., Any] | tuple[Callable[..., Any] | None, ...] | None = None,
    operands: int | None = None,
    dtypes: str | declare.DtypeRule = "floating",
    exact: Callable[..., Any] | str | None = None,
    latex: str | None = None,
    domain: tuple[float, float] = (-3.0, 3.0),
    ulp: float = 4.0,
    doc: str = "",
) -> Op:
    """An op that computes one formula of scalars at every position; its operands broadcast.

    `reference` is its meaning: a function of arrays, or the name of one, such as "scipy.special:erf". `c` is the C
    expression of one element, which CUDA takes as well unless `cuda` states another: {0}, {1} are the operands, {f} is
    the suffix of functions of float32 and {t} the type of the result; or a mapping with an expression for each kind of
    dtype ("f", "i", "u", "b", "c"). Without it the reference is called. `helpers` are C functions that the expression
    calls, declared `SL_INLINE double name(double x)`. `derivative` is a function `(y, x) -> expression` of the result
    and the operands, or a tuple of them, one for each operand (None: not differentiable there). `dtypes` says what the
    operands are cast to: "floating", "real", "same", "arithmetic", "bits", "predicate", "comparison", or a function as
    in `symlab.core.ops.declare`. `exact` is the formula in mpmath; `domain` is where tests draw operands, and `ulp` by
    how many units compiled code may differ from the reference: see `symlab.testing.check_op`.
    Errors: InvalidValue for texts that name other operands.
    """
    count = operand_count(name, operands, derivative, c)
    formula = Formula(
        name, reference, tuple(c.items()) if isinstance(c, Mapping) else c, cuda, helpers,
        partials_of(name, derivative, count), dtype_rule(dtypes), exact, latex, domain, ulp, doc,
        str(sys._getframe(1).f_globals.get("__name__", "")),
    )  # fmt: skip
    for text in (*(c.values() if isinstance(c, Mapping) else [c]), cuda, latex):
        check_text(name, text, count)
    return op_of(formula)


def op_of(formula: Formula) -> Op:
    """The record of a formula."""

    def inferred(attributes: Any, *types: Any) -> Any:
        return declare.elementwise_type(formula.dtypes, *types)

    extra = {"attributes": (), "cuda": formula.cuda, "helpers": formula.helpers}
    return Op(
        op_name(formula.name), Kind.ELEMENTWISE, formula.doc or f"The formula {formula.name}.", formula.reference,
        inferred, formula.partials, c=MappingProxyType(dict(formula.c)) if isinstance(formula.c, tuple) else formula.c,
        exact=formula.exact, latex=formula.latex, dtypes=formula.dtypes, domain=formula.domain, ulp=formula.ulp,
        home=formula.home, extra=MappingProxyType(extra), recipe=Recipe(op_of, (formula,)),
    )  # fmt: skip


def operand_count(name: str, operands: int | None, derivative: Any, c: Texts) -> int:
    """How many operands a formula has: as it says, else one for each derivative, else as many as its text names."""
    if operands is not None:
        return operands
    if derivative is not None:
        return len(derivative) if isinstance(derivative, tuple) else 1
    texts = list(c.values()) if isinstance(c, Mapping) else [c or "{0}"]
    return 1 + max((int(field) for text in texts for field in fields_of(name, text) if field.isdigit()), default=0)


def partials_of(name: str, derivative: Any, count: int) -> tuple[Callable[..., Any] | None, ...]:
    """A derivative for each operand."""
    if derivative is None:
        return (None,) * count
    found = derivative if isinstance(derivative, tuple) else (derivative,)
    if len(found) != count:
        problem = f"{name} has {count} operands, and {len(found)} derivatives"
        raise InvalidValue(message(problem, (), ["a tuple with one for each operand, None where there is none"]))
    return found


def dtype_rule(dtypes: str | declare.DtypeRule) -> declare.DtypeRule:
    """The rule of this name."""
    if callable(dtypes):
        return dtypes
    if dtypes not in RULES:
        tries = [near_names(dtypes, RULES) or f"one of {', '.join(RULES)}"]
        raise InvalidValue(message(f"there is no rule of dtypes called {dtypes!r}", (), tries))
    return RULES[dtypes]


def fields_of(name: str, text: str) -> list[str]:
    """What stands in braces in a text."""
    try:
        return [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
    except ValueError as error:
        tries = ["{{ and }} for braces of C itself"]
        raise TypeMismatch(message(f"the text {text!r} of {name} cannot be read: {error}", (), tries)) from None


def check_text(name: str, text: str | None, count: int) -> None:
    """Raise for a text that names what is not there."""
    allowed = {*map(str, range(count)), "f", "t"}
    for field in fields_of(name, text or ""):
        if field not in allowed:
            problem = f"the text {text!r} of {name} names {{{field}}}, and there are {', '.join(sorted(allowed))}"
            raise InvalidValue(message(problem, (), ["{0}, {1} for operands, {{ and }} for braces of C itself"]))
