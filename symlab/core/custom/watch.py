"""Values that are looked at while a function runs: printed, checked, or shown in a debugger.

All of them pass their first operand on as it is, in value and gradient. They run on the host, in the order of the
program, each for itself: nothing is fused with them, and they are never computed before the call.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.custom.records import results_of
from symlab.core.ir.composite import Composite
from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Kind, Op, Recipe
from symlab.core.ir.types import ArrayType, TupleType
from symlab.core.ops import reduce
from symlab.core.ops.compare import neq
from symlab.core.ops.operators import Variable, as_variable

Shown = Callable[[Any, np.ndarray[Any, Any]], Any]


def first_type(attributes: Mapping[str, Any], x: ArrayType, *others: ArrayType) -> ArrayType:
    """The type of the first operand."""
    return x


def first_sizes(sizes: Any, x: Any, *others: Any, **attributes: Any) -> Any:
    """The shape of the first operand."""
    return x


def watch(
    name: str, doc: str, reference: Callable[..., Any], seen: Callable[..., Any], recipe: Recipe | None = None
) -> Op:
    """An op that passes its first operand on; nothing is differentiated through the others.

    `seen` makes what its nodes are known by, such as `Print("x is")`, from their attributes.
    """

    def vjp(cotangent: Any, y: Variable, *operands: Variable, **attributes: Any) -> tuple[Any, ...]:
        return (cotangent, *[None] * (len(operands) - 1))

    def jvp(tangents: Any, y: Variable, *operands: Variable, **attributes: Any) -> Any:
        return tangents[0]

    facts = {"python": True, "sizes": first_sizes, "values": 1, "leading": True, "seen": seen}
    return Op(name, Kind.CALL, doc, reference, first_type, vjp=vjp, jvp=jvp, home=__name__,
              extra=MappingProxyType(facts), recipe=recipe)  # fmt: skip


# Printing


def print_attributes(printing: Any, value: np.ndarray[Any, Any]) -> None:
    """The message, the name and the value of each attribute, on a line each."""
    for name in printing.attrs:
        found = getattr(value, name)
        print(printing.message, name, "=", found() if callable(found) else found)  # noqa: T201 - what it is for


def print_op(shown: Shown) -> Op:
    """The op that shows its operand in this way."""

    def reference(x: Any, message: str, attrs: tuple[str, ...]) -> Any:
        shown(Print(message, attrs), np.array(x))
        return x

    doc = "x, which is printed when it is computed (attributes `message`, `attrs`)."

    def seen(attributes: Mapping[str, Any]) -> Print:
        return Print(attributes["message"], attributes["attrs"], shown)

    return watch("print", doc, reference, seen, Recipe(print_op, (shown,)))


PRINT = print_op(print_attributes)


@dataclass(frozen=True)
class Print:
    """`Print("x is")(x)` is x, printed whenever a function computes it, as the line "x is __str__ = [...]".

    `attrs` are the names of attributes or methods of the array that are printed, such as "shape" or "min";
    `global_fn(print, value)` does something else with it.
    """

    message: str = ""
    attrs: Sequence[str] = ("__str__",)
    global_fn: Shown = print_attributes

    def __call__(self, x: Any) -> Variable:
        """x itself, watched."""
        attrs = (self.attrs,) if isinstance(self.attrs, str) else self.attrs
        op = PRINT if self.global_fn is print_attributes else print_op(self.global_fn)
        return op(as_variable(x), message=str(self.message), attrs=tuple(attrs))  # type: ignore[no-any-return]


# Checks


def check_op(error: type[Exception]) -> Op:
    """The op that raises this error where a condition fails."""

    def reference(x: Any, *conditions: Any, message: str) -> Any:
        if not all(np.all(condition) for condition in conditions):  # a stack of them, where a program is vectorized
            raise error(message)
        return x

    doc = "x, if every condition after it holds; else an error (attribute `message`)."

    def seen(attributes: Mapping[str, Any]) -> CheckAndRaise:
        return Assert(attributes["message"]) if error is AssertionError else CheckAndRaise(error, attributes["message"])

    return watch("check", doc, reference, seen, Recipe(check_op, (error,)))


@dataclass(frozen=True)
class CheckAndRaise:
    """`CheckAndRaise(ValueError, "x is negative")(x, T.all(x >= 0))` is x, or the error where a condition fails.

    The error of a compiled function is also a NodeError, which names the line that made the check.
    """

    exc_type: type[Exception]
    msg: str = ""

    def __post_init__(self) -> None:
        error: Any = self.exc_type
        if not isinstance(error, type) or not issubclass(error, Exception):
            problem = f"{error!r} is no class of exceptions"
            raise InvalidValue(message(problem, (), ["CheckAndRaise(ValueError, 'x is negative')"]))

    def __call__(self, value: Any, *conditions: Any) -> Any:
        """`value`, if all conditions hold: those of several elements hold if every element does.

        Of a value of several parts, as a sparse matrix, the part that gradients are of is watched.
        """
        if isinstance(value, Composite):
            part = value.differentiable
            watched = self(part, *conditions)
            return value.with_parts([watched if item is part else item for item in value.parts])
        wanted = [item for item in map(truth, conditions) if not is_known_true(item)]
        return check_op(self.exc_type)(as_variable(value), *wanted, message=str(self.msg))


class Assert(CheckAndRaise):
    """`Assert("x is negative")(x, T.all(x >= 0))` is x, or an AssertionError where a condition fails."""

    def __init__(self, msg: str = "Assert failed!") -> None:
        super().__init__(AssertionError, msg)


def assert_op(value: Any, *conditions: Any, msg: str = "Assert failed!") -> Any:
    """`value`, or an AssertionError where one of the conditions fails."""
    return Assert(msg)(value, *conditions)


def truth(condition: Any) -> Variable:
    """A condition as one boolean."""
    found = as_variable(condition)
    if found.type.dtype.kind != "b":
        found = neq(found, 0)
    return reduce.all(found, axes=tuple(range(found.ndim)), keepdims=False) if found.ndim else found


def is_known_true(condition: Expr) -> bool:
    """Whether a condition is a constant that holds."""
    return condition.op is CONSTANT and bool(constant_value(condition))


def is_met(node: Expr) -> bool:
    """Whether a node is a check all of whose conditions are known to hold."""
    return node.op.name == "check" and node.op.home == __name__ and all(map(is_known_true, node.args[1:]))


# Breakpoints


def passed_types(attributes: Mapping[str, Any], condition: ArrayType, *values: ArrayType) -> TupleType:
    """The types of the operands behind the condition."""
    return TupleType(values)


def stop(condition: Any, *values: Any, name: str) -> tuple[Any, ...]:
    """The values; if the condition holds, in the debugger first, where `monitored` are copies of them."""
    if condition:
        monitored = tuple(map(np.array, values))
        sys.stdout.write(f"breakpoint {name!r}: its condition holds; `monitored` holds {len(monitored)} values\n")
        sys.breakpointhook()  # noqa: T100 - what it is for
        del monitored
    return values


BREAKPOINT = Op(
    "breakpoint", Kind.CALL, "The operands behind the first one; if that holds, the debugger stops first.",
    stop, passed_types, home=__name__,
    vjp=lambda cotangents, y, *operands, name: (None, *cotangents),
    jvp=lambda tangents, y, *operands, name: tangents[1:],
    extra=MappingProxyType({
        "python": True, "sizes": lambda sizes, condition, *shapes, name: shapes,
        "seen": lambda attributes: PdbBreakpoint(attributes["name"]),
    }),
)  # fmt: skip


@dataclass(frozen=True)
class PdbBreakpoint:
    """`PdbBreakpoint("nan in x")(condition, x, y)` gives x and y, and stops in the debugger where the condition holds.

    The debugger is that of Python's `breakpoint()`; the values are the tuple `monitored` there.
    """

    name: str

    def __call__(self, condition: Any, *monitored: Any) -> Any:
        """The monitored variables: one, or a list of several."""
        if not monitored:
            tries = ["PdbBreakpoint(name)(condition, x, ...)"]
            raise TypeMismatch(
                message("a breakpoint needs variables to pass on: it stops where they are computed", (), tries)
            )
        node = BREAKPOINT(truth(condition), *map(as_variable, monitored), name=str(self.name))
        found = results_of(node)
        return found if len(found) > 1 else found[0]

    def connection_pattern(self, node: Any) -> list[list[bool]]:
        """For each operand of an `Apply` whether each result is connected to it: each to the variable it passes on."""
        count = len(node.inputs) - 1
        return [[place == result + 1 for result in range(count)] for place in range(count + 1)]
