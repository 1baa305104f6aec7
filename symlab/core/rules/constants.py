"""What is known before the call is computed before the call."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlab.core.ir.expr import Expr
from symlab.core.ir.graph import Token, constant_value
from symlab.core.ir.op import CONSTANT, Kind
from symlab.core.ir.types import ArrayType
from symlab.core.ops.create import arange
from symlab.core.ops.elementwise import add, exp, mul, reciprocal
from symlab.core.ops.operators import constant
from symlab.core.ops.shape import broadcast_to
from symlab.core.rewrite.analysis import Facts
from symlab.core.rewrite.normal import Builder
from symlab.core.rewrite.rule import computed

PART_OF_RANGE = 8  # numbers collected in a product stay within this part of the exponents of their dtype
LARGEST = 1_000_000  # bytes: larger results are computed by the call, not kept in the program
ALL = "fciub"
FOLDED = (Kind.ELEMENTWISE, Kind.REDUCTION, Kind.STRUCTURAL, Kind.CALL)


def is_number(node: Expr) -> bool:
    """Whether a node is a scalar whose value is known."""
    return node.op is CONSTANT and not node.type.shape


def reference_value(node: Expr) -> np.ndarray[Any, Any] | None:
    """What the reference computes of constants; None where it fails, so that the call tells of it."""
    values = [constant_value(arg) for arg in node.args]
    try:
        with np.errstate(all="ignore"):
            if node.op.flat:
                return np.asarray(functools.reduce(node.op.compute, values))
            return np.asarray(node.op.compute(*values, **node.attributes))
    except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError):
        return None


def is_short(node: Expr) -> bool:
    """Whether the value of a node and those of its operands are small enough to be kept."""
    if not isinstance(node.type, ArrayType) or any(isinstance(arg.attr("value"), Token) for arg in node.args):
        return False
    sizes = [1 if size is None else size for size in node.type.shape]
    return math.prod(sizes) * node.type.dtype.itemsize <= LARGEST


@computed(
    among=(CONSTANT,), exact=True, kinds=ALL, formula="f(1, 2) -> its value", example=lambda x: x + exp(constant(1.0))
)
def constant_folding(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A value that no input changes is computed once, when the function is compiled."""
    if node.op.kind not in FOLDED or node.op is broadcast_to or node.op.extra.get("python") or not is_short(node):
        return None
    for arg in node.args:
        if arg.op is not CONSTANT:
            return None
    if node.op is reciprocal and node.type.dtype.kind == "f" and not halves(constant_value(node.args[0])):
        return None
    value = reference_value(node)
    if value is None or value.dtype != node.type.dtype or value.nbytes > LARGEST:
        return None
    return builder.table.constant(value)


@computed(arange, exact=True, kinds="iuf", formula="arange(3) -> [0, 1, 2]", example=lambda x: x + counted_to_48(x))
def constant_range(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """Numbers in a row whose bounds are known are known."""
    if node.args or not is_short(node):
        return None
    value = reference_value(node)
    return None if value is None or value.nbytes > LARGEST else builder.table.constant(value)


def counted_to_48(x: Any) -> Any:
    """Numbers in a row, of the dtype of x."""
    return arange(bounds=(0, 48, 1), dtype=x.dtype)


def halves(value: np.ndarray[Any, Any]) -> bool:
    """Whether every element is a power of 2, so that its reciprocal is exact: x / 3 stays a division."""
    return bool(np.all(np.isfinite(value) & (np.abs(np.frexp(value)[0]) == 0.5)))


def float_of(node: Expr) -> Any:
    """A scalar constant, a float32 one in double precision."""
    value = constant_value(node)
    return value.astype(np.float64) if value.dtype.kind == "f" else value


@computed(
    add,
    among=(CONSTANT,),
    assuming="real_algebra",
    kinds="fciu",
    formula="1 + x + 2 -> x + 3",
    example=lambda x: 1 + x + 2.5,
)
def constants_of_sum(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The constants of a sum are added once, when the function is compiled."""
    numbers = [arg for arg in node.args if arg.op is CONSTANT and not arg.type.shape]
    if len(numbers) < 2:
        return None
    with np.errstate(all="ignore"):
        value = functools.reduce(np.add, [float_of(arg) for arg in numbers])
    return replaced_numbers(node, numbers, value, builder)


@computed(
    add,
    among=(CONSTANT,),
    assuming="real_algebra",
    formula="(x - 1) + 1 -> x, where x - 1 is used elsewhere, too",
    example=lambda x: exp(x - 1) * ((x - 1) + 1),
)
def number_taken_back(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A number that was added and is taken away again rounds what it was added to."""
    if len(node.args) != 2:
        return None
    number, inner = node.args if is_number(node.args[0]) else node.args[::-1]
    if not is_number(number) or inner.op is not add:
        return None
    opposite = next(
        (arg for arg in inner.args if is_number(arg) and constant_value(arg) == -constant_value(number)), None
    )
    rest = [arg for arg in inner.args if arg is not opposite]
    return builder.flat(add, rest) if opposite is not None and len(rest) < len(inner.args) else None


@computed(
    mul,
    among=(CONSTANT, reciprocal),
    assuming="real_algebra",
    kinds="fciu",
    formula="2 * x * 3 -> 6 * x",
    example=lambda x: 2 * x * 3 / 7,
)
def constants_of_product(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """The constants of a product, and those it is divided by, are multiplied once, when the function is compiled."""
    numbers = [arg for arg in builder.as_written(node) if is_number(inside(arg))]
    if len(numbers) < 2 or any(arg.op is not reciprocal and is_one(arg) for arg in numbers):
        return quotient_of_numbers(node, numbers, builder)
    numbers = moderate(numbers, node.type.dtype)
    if not numbers:
        return None
    above = [float_of(arg) for arg in numbers if arg.op is not reciprocal]
    below = [float_of(arg.args[0]) for arg in numbers if arg.op is reciprocal]
    with np.errstate(all="ignore"):
        if not above:
            return replaced_numbers(node, numbers, product_of(below, node.type.dtype), builder, reciprocal)
        value = product_of(above, node.type.dtype)
        divisor = product_of(below or [np.float64(1)], node.type.dtype)
        return replaced_numbers(node, numbers, value / divisor if below else value, builder)


def product_of(values: Sequence[Any], dtype: np.dtype[Any]) -> Any:
    """The product of numbers, a root by itself being what it is the root of."""
    left = list(values)
    whole = []
    for value in values:
        if dtype.kind == "f" and left.count(value) > 1 and (square := square_of_root(value, dtype)) is not None:
            left.remove(value)
            left.remove(value)
            whole.append(square)
    return functools.reduce(np.multiply, [*whole, *left])


def square_of_root(value: Any, dtype: np.dtype[Any]) -> Any:
    """The number of quarters below 1000 whose root rounds to a float that is no such number itself; else None."""
    quarters = np.rint(4 * value * value)
    square = quarters / 4
    is_root = 0 < quarters < 4000 and np.sqrt(square.astype(dtype)) == np.abs(value) and square != value * value
    return square if is_root else None


def inside(node: Expr) -> Expr:
    """The node that a factor divides by, or the factor."""
    return node.args[0] if node.op is reciprocal else node


def moderate(numbers: list[Expr], dtype: np.dtype[Any]) -> list[Expr]:
    """The first neighbours among the numbers of a product whose own product may stand for them.

    It must not be more extreme than the largest of them, or than a small part of the range of the dtype: 4 s(x) 4 s(y)
    4 s(z) ... is a moderate number, however long it is, and 4 * 4 * 4 ... is not.
    """
    if dtype.kind not in "fc":
        return numbers
    widths = [width for arg in numbers if (width := exponent(arg)) is not None]
    if len(widths) < len(numbers):
        return numbers
    limit = np.finfo(dtype).maxexp / PART_OF_RANGE
    for start in range(len(numbers) - 1):
        total, largest, stop = widths[start], max(limit, abs(widths[start])), start + 1
        while stop < len(numbers) and abs(total + widths[stop]) <= max(largest, abs(widths[stop])):
            largest = max(largest, abs(widths[stop]))
            total += widths[stop]
            stop += 1
        if stop > start + 1:
            return numbers[start:stop]
    return []


def exponent(factor: Expr) -> float | None:
    """The logarithm to base 2 of a known factor's size; None for 0, inf and nan, which stay what they are."""
    size = abs(constant_value(inside(factor)).item())
    if not size or not math.isfinite(size):
        return None
    return -math.log2(size) if factor.op is reciprocal else math.log2(size)


def is_one(node: Expr) -> bool:
    """Whether a scalar constant is 1."""
    return bool(constant_value(node) == 1)


def quotient_of_numbers(node: Expr, numbers: list[Expr], builder: Builder) -> Expr | None:
    """1 / c where that is all there is; within a product the division by c stays, being rounded once."""
    above = [arg for arg in numbers if arg.op is not reciprocal]
    below = [arg for arg in numbers if arg.op is reciprocal]
    if len(node.args) != 2 or not above or not below:
        return None
    with np.errstate(all="ignore"):
        value = float_of(above[0]) / float_of(below[0].args[0])
    return builder.table.constant(value, node.type.dtype)


def replaced_numbers(node: Expr, numbers: list[Expr], value: Any, builder: Builder, wrapped: Any = None) -> Expr | None:
    """A sum (product) with one constant for several; None where the constants themselves overflow or vanish."""
    dtype = node.type.dtype
    with np.errstate(all="ignore"):
        kept = np.asarray(value).astype(dtype)
    if dtype.kind in "fc" and (not np.isfinite(kept) or (node.op is mul and kept == 0)):
        regular = [constant_value(arg if is_number(arg) else arg.args[0]) for arg in numbers]
        if all(np.isfinite(item) and (item != 0 or node.op is add) for item in regular):
            return None
    constant = builder.table.constant(kept)
    result = constant if wrapped is None else builder.apply(wrapped, constant)
    rest = list(node.args)
    for number in numbers:
        rest.remove(number)
    return builder.acted(node, result, tuple(rest)) if rest else result


@computed(
    among=(reciprocal,),
    kinds="f",
    formula="f(x, 1 / 3) -> f(x, 0.333...)",
    example=lambda x: x + reciprocal(constant(3.0)),
)
def constant_reciprocal(node: Expr, builder: Builder, facts: Facts) -> Expr | None:
    """A reciprocal of a constant is a constant, except in products, where dividing is rounded once."""
    if node.op is mul:
        return None
    place = next((place for place, arg in enumerate(node.args) if is_reciprocal_of_number(arg)), None)
    if place is None:
        return None
    value = reference_value(node.args[place])
    args = list(node.args)
    args[place] = builder.table.constant(value)
    return builder.remade(node, tuple(args))


def is_reciprocal_of_number(node: Expr) -> bool:
    """Whether a node is 1 / c."""
    return node.op is reciprocal and is_number(node.args[0])


RULES = (
    constant_folding,
    constant_range,
    constants_of_sum,
    number_taken_back,
    constants_of_product,
    constant_reciprocal,
)
