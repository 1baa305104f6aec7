"""`Variable`: the class of what users type and of the variables of patterns, with NumPy's operators."""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np

from symlab.core.ir import config
from symlab.core.ir.errors import InvalidValue, Misfit, SymlabError, TypeMismatch, message
from symlab.core.ir.expr import Attributes, Expr
from symlab.core.ir.graph import constant_attrs, constant_value
from symlab.core.ir.op import CONSTANT, INPUT, Kind, Op
from symlab.core.ir.origin import Origin, here
from symlab.core.ir.types import ArrayType, Type
from symlab.core.ops.methods import Methods
from symlab.core.seams import seam

WEAK = (bool, int, float, complex)  # Python's own numbers: exact types, np.float64 is a float and not weak
ARITHMETIC = "symlab.core.ops.elementwise"
OPTIONS = {  # what NumPy's functions take beside their operands
    "dtype": ["T.cast(x, dtype)"],
    "where": ["T.switch(condition, x, y)"],
    "out": ["the result itself: an expression has no memory of its own"],
}


class Variable(Methods, Expr):
    """A node that the user typed: it has an identity, a name, a tag and the line that built it.

    Programs may keep more with it under names of their own, as many written for Theano do.
    """

    __slots__ = ("__dict__", "name", "origin", "tag")

    name: str | None
    origin: Origin | None

    def __init__(
        self,
        op: Op,
        args: tuple[Expr, ...] = (),
        attrs: Attributes = (),
        type: Type | None = None,
        name: str | None = None,
    ) -> None:
        Expr.__init__(self, op, args, attrs, type)
        self.name = name
        self.tag = Tag()
        self.origin = here()
        if (args or op is CONSTANT) and type is not None and config.current().compute_test_value != "off":
            seam("build.test_value")(self)

    def label(self) -> tuple[Any, ...]:
        """The name, the tag, the origin and what a program keeps with it."""
        return self.name, self.tag, self.origin, vars(self)

    def relabel(self, label: tuple[Any, ...]) -> None:
        """Put name, origin and the rest back, and a tag of its own with what was noted there."""
        self.name, tag, self.origin, kept = label
        if vars(tag):
            self.tag = copy.copy(tag)  # without the functions that `eval` keeps, which are of another expression
        vars(self).update(kept)


class Tag:
    """Whatever a user wants to keep with a variable, such as `tag.test_value`."""

    test_value: Any

    def __repr__(self) -> str:
        return f"Tag({vars(self)})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}  # not kept functions


class AttributeVariable:
    """Stands, in a pattern, for all attributes of one node: `sum(exp(x), attributes=axes)`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def variable(type: ArrayType, name: str | None = None) -> Variable:
    """An input: a variable that a caller gives a value."""
    return Variable(INPUT, (), (), type, name)


def constant(value: Any, name: str | None = None, dtype: Any = None) -> Variable:
    """A typed constant: a private copy that keeps the array's dtype and exact shape; "floatX" is a dtype too."""
    if isinstance(dtype, str) and dtype == "floatX":
        dtype = config.current().floatX
    try:
        return constant_of(value, dtype, name)
    except Misfit as misfit:
        raise misfit.kind(message(misfit.problem, (), misfit.tries)) from None


def constant_of(value: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """As `constant`; what is not made of numbers is a Misfit, to which the caller adds where it was met."""
    try:
        attrs, type = constant_attrs(value, dtype)
    except OverflowError:
        raise Misfit(f"{value!r} does not fit into {dtype}", "a value of a wider dtype", kind=InvalidValue) from None
    except (TypeError, ValueError) as error:
        raise Misfit(f"{value!r} is not made of numbers: {error}", kind=TypeMismatch) from None
    if type.dtype.kind not in "biufc":
        problem = f"{value!r} is not made of numbers"
        if isinstance(value, int):
            problem = f"{value!r} does not fit into 64 bits"
        raise Misfit(problem, "numbers, arrays of numbers or expressions", kind=TypeMismatch)
    return Variable(CONSTANT, (), attrs, type, name)


def pattern_constant(value: Any) -> Variable:
    """A literal of a formula: it has no dtype of its own."""
    attrs, _ = constant_attrs(value)
    return Variable(CONSTANT, (), attrs, None)


def as_variable(value: Any) -> Variable:
    """`value` if it is a variable, else the constant that it is."""
    if isinstance(value, Variable):
        return value
    if holds_expressions(value):
        return of_constants(seam("build.stack")(value))
    return constant(value)


def of_constants(vector: Variable) -> Variable:
    """A stack of scalars, or the constant that it is where all of them are constants."""
    if any(arg.op is not CONSTANT or arg.type.ndim for arg in vector.args):
        return vector
    return constant([constant_value(arg) for arg in vector.args], dtype=vector.type.dtype)


def holds_expressions(value: Any) -> bool:
    """Whether this is a list with expressions in it, which stands for their stack."""
    return isinstance(value, (list, tuple)) and any(isinstance(item, Expr) for item in value)


def apply(op: Op, operands: Sequence[Any], attributes: Mapping[str, Any]) -> Variable:
    """A typed node for `op`; its type is found now, and an error points at the line that builds it."""
    pattern = attributes.get("attributes")
    if pattern is not None or any(isinstance(item, Expr) and item.type is None for item in operands):
        return apply_in_pattern(op, operands, attributes, pattern)
    if op.kind is Kind.ELEMENTWISE:
        return apply_elementwise(op, operands, attributes)
    nodes = tuple(as_variable(item) for item in operands)
    return Variable(op, nodes, tuple(sorted(attributes.items())), inferred(op, attributes, nodes))


def apply_in_pattern(
    op: Op, operands: Sequence[Any], attributes: Mapping[str, Any], pattern: AttributeVariable | None
) -> Variable:
    """A node of a formula: it has no type, and its attributes may be one variable."""
    nodes = tuple(item if isinstance(item, Expr) else pattern_constant(item) for item in operands)
    attrs: Attributes = (("*", pattern),) if pattern is not None else tuple(sorted(attributes.items()))
    return Variable(op, nodes, attrs, None)


def apply_elementwise(op: Op, operands: Sequence[Any], attributes: Mapping[str, Any]) -> Variable:
    """An elementwise node; operands of other dtypes are cast by nodes that can be seen."""
    check_arguments(op, operands, attributes)
    if len(operands) > 2 and op.flat:
        result: Variable = functools.reduce(lambda a, b: apply_elementwise(op, (a, b), attributes), operands)
        return result
    try:
        nodes = cast_operands(op, operands)
        return Variable(op, nodes, tuple(sorted(attributes.items())), inferred(op, attributes, nodes))
    except Misfit as misfit:
        raise explained(op, misfit, operands) from None


def check_arguments(op: Op, operands: Sequence[Any], attributes: Mapping[str, Any]) -> None:
    """An elementwise op takes as many operands as it has derivatives, a flat one more, and the attributes it names."""
    wanted, found = len(op.partials), len(operands)
    if found < wanted or (found > wanted and not op.flat):
        raise TypeMismatch(message(f"{op.name} takes {wanted} operand{'s' * (wanted != 1)}, and {found} were given"))
    for name in attributes:
        if name not in op.extra.get("attributes", ()):
            raise TypeMismatch(message(f"{op.name} has no option called {name!r}", (), OPTIONS.get(name, ())))


def cast_operands(op: Op, operands: Sequence[Any]) -> tuple[Variable, ...]:
    """The operands with the dtypes that the op's rule wants; Python numbers have none of their own."""
    known = [item if isinstance(item, Variable) or type(item) in WEAK else as_operand(item) for item in operands]
    dtypes = [item.type.dtype if isinstance(item, Variable) else item for item in known]
    if any(getattr(dtype, "kind", "") == "O" for dtype in dtypes):
        raise Misfit("an object that is no array has no arithmetic", "an op of your own", kind=TypeMismatch)
    assert op.dtypes is not None
    return tuple([cast_to(item, dtype) for item, dtype in zip(known, op.dtypes(dtypes)[0], strict=True)])


def as_operand(value: Any) -> Variable:
    """As `as_variable`; what is not made of numbers is a Misfit."""
    return as_variable(value) if holds_expressions(value) else constant_of(value)


def cast_to(value: Any, dtype: np.dtype[Any]) -> Variable:
    """`value` with this dtype: a constant is made with it, a variable goes through `cast`."""
    if not isinstance(value, Variable):
        return constant_of(value, dtype)
    if value.type.dtype == dtype:
        return value
    if value.op is CONSTANT and value.type.ndim == 0:
        return constant(value.attr("value"), dtype=dtype)
    return seam_op(ARITHMETIC, "cast")(value, dtype=dtype.name)  # type: ignore[no-any-return]


def seam_op(module: str, name: str) -> Any:
    """An op of a sibling module, which itself is built on this one."""
    import importlib

    return getattr(importlib.import_module(module), name)


def inferred(op: Op, attributes: Mapping[str, Any], nodes: Sequence[Variable]) -> Type | None:
    """The type of a result, or an error with the operands and where they were built."""
    if op.infer is None:
        return None
    try:
        return op.infer(attributes, *[node.type for node in nodes])
    except Misfit as misfit:
        raise explained(op, misfit, nodes) from None
    except TypeError:
        check_count(op, len(nodes))
        raise


def check_count(op: Op, found: int) -> None:
    """Raise for a number of operands that the type rule of an op does not take."""
    assert op.infer is not None
    _, *rest = signature(op.infer).parameters.values()
    wanted = sum(item.kind is item.POSITIONAL_OR_KEYWORD for item in rest)
    more = any(item.kind is item.VAR_POSITIONAL for item in rest)
    if found < wanted or (found > wanted and not more):
        count = f"{wanted} operand{'s' * (wanted != 1)}{' or more' * more}"
        raise TypeMismatch(message(f"{op.name} takes {count}, and {found} were given"))


def explained(op: Op, misfit: Misfit, nodes: Sequence[Any]) -> SymlabError:
    """The error of a misfit, with the operands' types and origins; {0}, {1}, ... in its text become their names."""
    operands = named(nodes)
    problem, *tries = (with_names(text, operands) for text in (misfit.problem, *misfit.tries))
    return misfit.kind(message(f"{op.name}: {problem}", operands, tries))


def with_names(text: str, operands: Sequence[tuple[str, Any]]) -> str:
    """A text with the operands' names in place of {0}, {1}, ..."""
    for place, (name, _) in enumerate(operands):
        text = text.replace(f"{{{place}}}", name)
    return text


def named(nodes: Sequence[Any]) -> list[tuple[str, Any]]:
    """The operands under their own names, Python's values under what they are, others by position."""
    return [(called(node, place), node) for place, node in enumerate(nodes)]


def called(operand: Any, place: int) -> str:
    """What an error calls an operand."""
    if isinstance(operand, Expr):
        return getattr(operand, "name", None) or f"operand {place + 1}"
    text = repr(operand)
    return text if len(text) < 20 else f"operand {place + 1}"
