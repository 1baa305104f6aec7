"""The exact value of a node on exact operands: floating-point numbers in mpmath, integers and truth values in NumPy.

What has no real value, such as log(-1), is `UNREAL`; what has none for another reason (a pole, inf - inf, a number too
large to be worked with) is a plain nan.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import mpmath
import numpy as np

from symlab.core.backends.reference import apply_op
from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, INPUT, PROJECT, Kind, resolved
from symlab.core.ir.types import ArrayType
from symlab.core.ops.operators import Variable
from symlab.debug.matrices import MATRICES

Array = np.ndarray[Any, Any]
Node = Callable[[Expr, Sequence[Array]], Array]
DIGITS = 60
UNREAL = mpmath.mpf("nan")  # known by its identity
NAN = mpmath.mpf("nan")
FAILURES = (ValueError, ZeroDivisionError, OverflowError, TypeError, mpmath.mp.NoConvergence)
LARGEST = 20_000  # bits of a number's exponent up to which functions that reduce their argument are computed
PLAIN = frozenset(
    [
        "add",
        "sub",
        "mul",
        "neg",
        "abs",
        "sqr",
        "polynomial",
        "sqrt",
        "reciprocal",
        "true_div",
        "log",
        "log1p",
        "log2",
        "log10",
        "maximum",
        "minimum",
        "switch",
        "sign",
        "cast",
        "eq",
        "neq",
        "lt",
        "le",
        "gt",
        "ge",
        "isnan",
        "isinf",
        "isfinite",
        "arctan",
        "arctan2",
        "hypot",
    ]
)  # ops that take numbers of any size


_turns = threading.RLock()  # mpmath's precision belongs to the process


@contextmanager
def exactly(digits: int = DIGITS) -> Iterator[None]:
    """Compute with so many decimal digits; one thread at a time."""
    with _turns, mpmath.workdps(digits):
        yield


class NoExactValue(Exception):
    """A node whose value cannot be computed exactly."""


def as_exact(array: Any) -> Array:
    """Numbers as they are computed with: floats as mpmath's, integers and truth values as they are."""
    array = np.asarray(array)
    convert = {"c": mpmath.mpc, "f": mpmath.mpf}.get(array.dtype.kind)
    return array if convert is None else objects(map(convert, array.ravel().tolist()), array.shape)


def objects(values: Any, shape: tuple[int, ...]) -> Array:
    """Python objects as an array."""
    made = np.empty(shape, object)
    flat = made.reshape(-1)
    for place, value in enumerate(values):
        flat[place] = value
    return made


def exact_node(node: Expr, args: Sequence[Array], inner: Node | None = None) -> Array:
    """One node on exact operands; `inner` computes the simpler ones in which some are given."""
    if node.op.name in MATRICES and all(arg.ndim == 2 for arg in args):
        return of_matrices(node, args)
    if node.op is PROJECT:
        return args[0][node.attr("index")]  # type: ignore[no-any-return]
    if not isinstance(node.type, ArrayType):
        raise NoExactValue(f"{node.op.name} has several results")
    if all(arg.dtype != object for arg in args) and node.type.dtype.kind in "biu":
        return np.asarray(apply_op(node, args))
    if node.op.kind is Kind.ELEMENTWISE:
        return in_type(node, elementwise(node, args))
    if "formula" in node.op.extra:
        return by_formula(node, args, inner or exact_node)
    try:
        return in_type(node, np.asarray(node.op.compute(*args, **node.attributes)))
    except (AttributeError, LookupError, *FAILURES) as error:
        raise NoExactValue(f"{node.op.name} has no exact value: {error}") from None


def of_matrices(node: Expr, args: Sequence[Array]) -> Array:
    """A function of whole matrices; two arrays as a tuple."""
    try:
        return MATRICES[node.op.name](*args, **node.attributes)  # type: ignore[no-any-return]
    except FAILURES as error:
        raise NoExactValue(f"{node.op.name} has no exact value: {error}") from None


def in_type(node: Expr, value: Array) -> Array:
    """Integers and truth values in NumPy's types; numbers stay what they are."""
    dtype = node.type.dtype
    if dtype.kind not in "biu" or value.dtype == dtype:
        return value
    if dtype.kind == "b":
        return objects(map(bool, value.ravel()), value.shape).astype(bool)
    try:
        return np.array([int(item) for item in value.ravel()], dtype).reshape(value.shape)
    except FAILURES:
        raise NoExactValue(f"{node.op.name} gives no {dtype.name}") from None


def by_formula(node: Expr, args: Sequence[Array], inner: Node) -> Array:
    """An op that is given in simpler ones."""
    typed = [Variable(INPUT, (), (), arg.type) for arg in node.args]
    result = node.op.extra["formula"](*typed, **node.attributes)
    known: dict[Expr, Array] = dict(zip(typed, args, strict=True))
    for part in toposort([result], known):
        if part not in known:
            operands = [known[arg] for arg in part.args]
            known[part] = as_exact(constant_value(part)) if part.op is CONSTANT else inner(part, operands)
    return known[result]


def elementwise(node: Expr, args: Sequence[Array]) -> Array:
    """A scalar formula at every position of broadcast operands."""
    if node.op.exact is None:
        raise NoExactValue(f"{node.op.name} has no exact meaning")
    formula = resolved(node.op.exact)
    if len(args) > 2 and node.op.flat:
        result = args[0]
        for arg in args[1:]:
            result = at_every_position(formula, [result, arg], node)
        return result
    return at_every_position(formula, args, node)


def at_every_position(formula: Callable[..., Any], args: Sequence[Array], node: Expr) -> Array:
    """The values of a formula as an array of objects."""
    broadcast = np.broadcast_arrays(*args)
    columns = [array.ravel().tolist() for array in broadcast]
    attributes = dict(node.attributes)
    return objects((scalar(formula, row, attributes, node) for row in zip(*columns, strict=True)), broadcast[0].shape)


def scalar(formula: Callable[..., Any], operands: Sequence[Any], attributes: dict[str, Any], node: Expr) -> Any:
    """The value of a formula, `UNREAL` where it is not real, nan where it has none."""
    if node.op.name == "switch":
        return formula(*operands)
    dtype = node.type.dtype
    if dtype.kind != "b" and any(operand is UNREAL for operand in operands):
        return UNREAL
    if node.op.name not in PLAIN and any(is_huge(operand) for operand in operands):
        return NAN
    try:
        found = formula(*operands, **attributes)
    except FAILURES:
        return NAN
    if dtype.kind in "cb":
        return found
    if isinstance(found, mpmath.mpc):
        return UNREAL if found.imag else found.real
    return UNREAL if found != found and all(map(mpmath.isfinite, operands)) else found


def is_huge(number: Any) -> bool:
    """Whether a number is finite, but too large for functions that reduce their argument."""
    parts = (number.real, number.imag) if isinstance(number, mpmath.mpc) else (number,)
    return any(
        isinstance(part, mpmath.mpf) and mpmath.isfinite(part) and part.exp + part.bc > LARGEST for part in parts
    )
