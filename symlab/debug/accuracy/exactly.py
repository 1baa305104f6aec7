"""Values of elementwise expressions at many points: as floats, and exactly with as many digits as it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from symlab.core.ir.expr import Expr, toposort
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import AS_WRITTEN, CONSTANT, Op
from symlab.core.ops.elementwise import exp, expm1, pow
from symlab.debug.accuracy.points import Array
from symlab.debug.exact import as_exact, at_every_position, exact_node, exactly, objects

LADDERS: Mapping[int, tuple[int, ...]] = {8: (800, 1300, 2500), 4: (150, 250, 500), 2: (60, 100, 200)}
SMALL = 40  # denominators of exponents that stand for fractions


def float_values(roots: Sequence[Expr], given: Mapping[Expr, Array]) -> list[Array]:
    """The values as NumPy computes them, op by op as the expression is written."""
    known: dict[Expr, Array] = dict(given)
    with np.errstate(all="ignore"):
        for node in toposort(roots, known):
            if node not in known:
                known[node] = float_node(node, [known[arg] for arg in node.args])
    count = max((len(value) for value in given.values()), default=1)
    return [np.broadcast_to(known[root], (count,)) for root in roots]


def float_node(node: Expr, args: Sequence[Array]) -> Array:
    """One node on floats."""
    if node.op is CONSTANT:
        return constant_value(node)
    return args[0] if node.op is AS_WRITTEN else computed(node, args)


def computed(node: Expr, args: Sequence[Array]) -> Array:
    """The reference of an op; sums and products may have many operands."""
    compute = node.op.compute
    if node.op.flat and len(args) > 2:
        total = args[0]
        for arg in args[1:]:
            total = compute(total, arg)
        return np.asarray(total)
    return np.asarray(compute(*args, **dict(node.attrs)))


def exact_values(roots: Sequence[Expr], given: Mapping[Expr, Array]) -> list[Array]:
    """The exact values of expressions, with the digits that mpmath works with now."""
    known: dict[Expr, Array] = dict(given)
    for node in toposort(roots, known):
        if node in known:
            continue
        if node.op is CONSTANT:
            known[node] = as_exact(constant_value(node))
        elif node.op is AS_WRITTEN:
            known[node] = known[node.args[0]]
        else:
            operands = [known[arg] for arg in node.args]
            known[node] = exact_op(node, exact_operands(node, node.args[-1], operands))
    return [known[root] for root in roots]


def exact_op(node: Expr, operands: Sequence[Array]) -> Array:
    """One node on exact operands; exponentials of large numbers with fewer digits, which is all that they need."""
    formula = EXPONENTIALS.get(node.op)
    return exact_node(node, operands) if formula is None else at_every_position(formula, operands, node)


def exponential(x: Any) -> Any:
    """exp(x), with an eighth of the digits where its exponent is larger than any sum has room for."""
    if abs(x) < LARGE or not mpmath.isfinite(x):
        return mpmath.exp(x)
    with mpmath.workprec(mpmath.mp.prec // 8):
        return mpmath.exp(x)


def exponential_less_one(x: Any) -> Any:
    """exp(x) - 1, in the same way."""
    return mpmath.expm1(x) if abs(x) < LARGE else exponential(x) - 1


LARGE = 1 << 20
EXPONENTIALS: Mapping[Op, Callable[[Any], Any]] = {exp: exponential, expm1: exponential_less_one}


def exact_operands(node: Expr, last: Expr, operands: Sequence[Array]) -> Sequence[Array]:
    """Operands of a node; an exponent that is the float nearest to 1/3 and the like means that fraction."""
    if node.op is not pow or last.op is not CONSTANT or last.type.shape:
        return operands
    meant = fraction_of(float(constant_value(last)))
    if meant is None:
        return operands
    return [operands[0], objects([mpmath.mpf(meant.numerator) / meant.denominator], ())]


def fraction_of(value: float) -> Fraction | None:
    """The fraction of a small denominator for which a float stands that is not exactly one."""
    if not np.isfinite(value):
        return None
    found = Fraction(value).limit_denominator(SMALL)
    return found if float(found) == value and found != Fraction(value) else None


def rounded(values: Array, dtype: np.dtype[Any]) -> Array:
    """Exact numbers as the nearest floats; truth values as they are."""
    if values.dtype != object:
        return values
    flat = [float(value) if isinstance(value, mpmath.mpf) else float("nan") for value in values.ravel()]
    with np.errstate(over="ignore"):
        return np.array(flat, float).astype(dtype).reshape(values.shape)


def settled_values(root: Expr, given: Mapping[Expr, Array], dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """The exact value at each point as the nearest float, nan where none is found, and with how many digits."""
    count = len(next(iter(given.values())))
    found, digits = np.full(count, np.nan, dtype), np.zeros(count, int)
    left, last = np.arange(count), np.full(count, np.nan, dtype)
    for place, number in enumerate(LADDERS[dtype.itemsize]):
        with exactly(number):
            exact = {node: as_exact(values[left]) for node, values in given.items()}
            value = np.broadcast_to(rounded(exact_values([root], exact)[0], dtype), left.shape)
        if place:
            same = value == last
            found[left[same]] = value[same]
            digits[left[same]] = LADDERS[dtype.itemsize][place - 1]
            left, value = left[~same], value[~same]
        going = np.isfinite(value)
        left, last = left[going], value[going]
        if not len(left):
            break
    return found, digits
