"""What is known of a node before any value is: bounds, sign, whether it is whole. Found when asked, by intervals.

Bounds speak of the real number that a node stands for. A positive number has at least `TINY`, the smallest float, as
its lower bound, so that "positive" and "not negative" are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np

from symlab.core.ir.expr import Expr, found_below
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CALL, CONSTANT, PARAM, Kind, Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops import compare, elementwise, passing, reduce, rounding, shape, special, trigonometric
from symlab.core.ops.exponential import cbrt, exp2, log1mexp, log2, log10, logaddexp
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.polynomials import polynomial, scheme

TINY = 5e-324
BELOW_ONE = float(np.nextafter(1.0, 0.0))
Scope = tuple[Expr, ...]
Notes = TypeVar("Notes")


class Bounds(NamedTuple):
    """The least and the greatest number that a node can be."""

    low: float
    high: float


UNKNOWN = Bounds(-np.inf, np.inf)
Rule = Callable[[Expr, Sequence[Bounds]], Bounds]


class Facts:
    """What is known in the scope that is looked at (`scope`), found when first asked."""

    def __init__(self) -> None:
        self.scope: Scope = ()
        self.known: dict[Scope, dict[Expr, Bounds]] = {}
        self.matrices: dict[Scope, dict[Expr, Any]] = {}  # what `properties` found
        self.contents: dict[Expr, Any] = {}  # what rules found of what nodes are made of
        self.notes: dict[type, Any] = {}

    def kept(self, kind: type[Notes]) -> Notes:
        """What rules of one kind note of nodes, in any scope, for as long as a pass takes."""
        if kind not in self.notes:
            self.notes[kind] = kind()
        found: Notes = self.notes[kind]
        return found

    def bounds(self, node: Expr) -> Bounds:
        """The bounds of a node, found from its operands without recursion over the graph."""
        return bounds_in(self.known, self.scope, node)

    def positive(self, node: Expr) -> bool:
        """Whether a node is surely above 0."""
        return self.bounds(node).low > 0

    def not_negative(self, node: Expr) -> bool:
        """Whether a node is surely 0 or above."""
        return self.bounds(node).low >= 0

    def negative(self, node: Expr) -> bool:
        """Whether a node is surely below 0."""
        return self.bounds(node).high < 0

    def not_positive(self, node: Expr) -> bool:
        """Whether a node is surely 0 or below."""
        return self.bounds(node).high <= 0

    def below(self, node: Expr, limit: float) -> bool:
        """Whether a node is surely less than `limit`."""
        return self.bounds(node).high < limit

    def above(self, node: Expr, limit: float) -> bool:
        """Whether a node is surely greater than `limit`."""
        return self.bounds(node).low > limit

    def integral(self, node: Expr) -> bool:
        """Whether every element of a node is a whole number."""
        if node.op is CONSTANT:
            value = constant_value(node)
            return value.dtype.kind in "biu" or bool(np.all(np.isfinite(value) & (np.floor(value.real) == value)))
        if isinstance(node.type, ArrayType) and node.type.dtype.kind in "biu":
            return True
        return node.op in WHOLE or (node.op is passing.assume and bool(node.attr("integer")))


def bounds_in(known: dict[Scope, dict[Expr, Bounds]], scope: Scope, node: Expr) -> Bounds:
    """The bounds of a node in a scope, kept in `known`."""
    here = known.setdefault(scope, {})
    found = here.get(node)
    if found is not None:
        return found
    with np.errstate(all="ignore"):
        return found_below(node, here, partial(bounds_of, known, scope))


def bounds_of(known: dict[Scope, dict[Expr, Bounds]], scope: Scope, node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of one node, those of its operands being known."""
    if not isinstance(node.type, ArrayType) or node.type.dtype.kind == "c":
        return UNKNOWN
    if node.op is PARAM and scope:
        if node.attr("index") < scope[-1].attr("states", 0):
            return Bounds(*dtype_bounds(node.type.dtype))  # what a loop carries on is another value after a step
        return bounds_in(known, scope[:-1], scope[-1].args[node.attr("index")])
    if node.op is CONSTANT:
        return constant_bounds(constant_value(node))
    rule = BOUNDS.get(node.op)
    found = rule(node, args) if rule is not None and node.op is not CALL else UNKNOWN
    low, high = dtype_bounds(node.type.dtype)
    if node.type.dtype.kind != "f" and not (low <= found.low and found.high <= below(high)):
        return Bounds(low, high)  # integers wrap around
    return found if found.low == found.low and found.high == found.high else UNKNOWN


def below(high: float) -> float:
    """The largest float that is an integer of a dtype: 2^63 - 1 is none, and would be rounded to 2^63."""
    return high if high < 2.0**53 else float(np.nextafter(high, 0))


def converted(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a cast: integers have no fractions, and truth values are 0 or 1."""
    (low, high), kind = args[0], node.type.dtype.kind
    if kind == "b":
        return Bounds(float(low > 0 or high < 0), float(low < 0 or high > 0))
    return Bounds(float(np.trunc(low)), float(np.trunc(high))) if kind in "iu" else Bounds(low, high)


def constant_bounds(value: np.ndarray[Any, Any]) -> Bounds:
    """The bounds of an array whose values are known."""
    if not value.size or bool(np.isnan(value).any()):
        return UNKNOWN
    return Bounds(float(value.min()), float(value.max()))


def dtype_bounds(dtype: np.dtype[Any]) -> Bounds:
    """The numbers that a dtype holds."""
    if dtype.kind == "b":
        return Bounds(0.0, 1.0)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return Bounds(float(limits.min), float(limits.max))
    return UNKNOWN


# Interval arithmetic


def product(first: Bounds, second: Bounds) -> Bounds:
    """The bounds of a product; 0 times anything is 0."""
    corners = [a * b if a and b else 0.0 for a in first for b in second]
    low, high = min(corners), max(corners)
    if (first.low > 0 and second.low > 0) or (first.high < 0 and second.high < 0):
        low = max(low, TINY)
    elif (first.low > 0 and second.high < 0) or (first.high < 0 and second.low > 0):
        high = min(high, -TINY)
    return Bounds(low, high)


def product_of_all(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a product of operands."""
    found = args[0]
    for other in args[1:]:
        found = product(found, other)
    return found


def total(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a sum of operands."""
    return Bounds(sum(arg.low for arg in args), sum(arg.high for arg in args))


def total_of_powers(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a polynomial, by Horner's scheme."""
    coefficients, squares, odd = scheme(node.attr("coefficients"))
    step = squared(args[0]) if squares else args[0]
    found = Bounds(coefficients[-1], coefficients[-1])
    for value in reversed(coefficients[:-1]):
        low, high = product(found, step)
        found = Bounds(low + value, high + value)
    return product(found, args[0]) if odd else found


def opposite(bounds: Bounds) -> Bounds:
    """The bounds of the negative."""
    return Bounds(-bounds.high, -bounds.low)


def inverse(bounds: Bounds) -> Bounds:
    """The bounds of the reciprocal."""
    if bounds.low >= 0:
        return Bounds(max(1 / bounds.high if bounds.high else TINY, TINY), 1 / bounds.low if bounds.low else np.inf)
    if bounds.high <= 0:
        return opposite(inverse(opposite(bounds)))
    return UNKNOWN


def magnitude(bounds: Bounds) -> Bounds:
    """The bounds of the absolute value."""
    if bounds.low >= 0:
        return bounds
    return opposite(bounds) if bounds.high <= 0 else Bounds(0.0, max(-bounds.low, bounds.high))


def squared(bounds: Bounds) -> Bounds:
    """The bounds of the square."""
    size = magnitude(bounds)
    return Bounds(max(size.low * size.low, TINY) if size.low else 0.0, size.high * size.high)


def powered(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a power: positive for a positive base, not negative for an even exponent."""
    base, exponent = args
    if base.low > 0:
        return Bounds(TINY, np.inf)
    even = exponent.low == exponent.high and exponent.low % 2 == 0
    return Bounds(0.0, np.inf) if even or base.low == 0 else UNKNOWN


def growing(function: Any, low: float = -np.inf, high: float = np.inf, open_at_zero: bool = False) -> Rule:
    """The rule of a function that never falls, whose values are within limits; positive ones stay positive."""

    def apply(node: Expr, args: Sequence[Bounds]) -> Bounds:
        first, last = float(function(args[0].low)), float(function(args[0].high))
        first = low if first != first else first
        last = high if last != last else last
        if args[0].low > 0 and open_at_zero:
            first = max(first, TINY)
        return Bounds(max(first, low), min(last, high))

    return apply


def between(low: float, high: float) -> Rule:
    """The rule of a function with values in a fixed interval."""
    return lambda node, args: Bounds(low, high)


def same_as(place: int) -> Rule:
    """The rule of an op that moves elements of one operand."""
    return lambda node, args: args[place]


def hull(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a choice between operands."""
    return Bounds(min(arg.low for arg in args), max(arg.high for arg in args))


def total_of_axes(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a sum over axes: its sign, where all elements have it; the sum of nothing is 0."""
    shape, (low, high) = node.args[0].type.shape, args[0]
    if not all(shape[axis] for axis in node.attr("axes")):
        low, high = min(low, 0.0), max(high, 0.0)
    return Bounds(low if low >= 0 else -np.inf, high if high <= 0 else np.inf)


def product_of_axes(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a product over axes."""
    low = args[0].low
    return Bounds(TINY, np.inf) if low > 0 else Bounds(0.0, np.inf) if low >= 0 else UNKNOWN


def remainder(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of a remainder: those of a positive divisor."""
    return Bounds(0.0, args[1].high) if args[1].low > 0 else UNKNOWN


def sigmoid(x: Any) -> Any:
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


def larger(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of the larger operand."""
    return Bounds(max(arg.low for arg in args), max(arg.high for arg in args))


def smaller(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds of the smaller operand."""
    return Bounds(min(arg.low for arg in args), min(arg.high for arg in args))


def assumed(node: Expr, args: Sequence[Bounds]) -> Bounds:
    """The bounds that the caller vouches for, within those that are known."""
    low, high = node.attr("low"), node.attr("high")
    return Bounds(max(args[0].low, low), min(args[0].high, high))


def of_one(function: Callable[[Bounds], Bounds]) -> Rule:
    """The rule of an op of one operand."""
    return lambda node, args: function(args[0])


WHOLE = frozenset(
    {rounding.floor, rounding.ceil, rounding.trunc, rounding.round_half_to_even, rounding.round_half_away_from_zero}
)

BOUNDS: Mapping[Op, Rule] = MappingProxyType(
    {
        elementwise.add: total,
        elementwise.mul: product_of_all,
        elementwise.sub: lambda node, args: total(node, (args[0], opposite(args[1]))),
        elementwise.true_div: lambda node, args: product(args[0], inverse(args[1])),
        elementwise.neg: of_one(opposite),
        elementwise.reciprocal: of_one(inverse),
        elementwise.abs: of_one(magnitude),
        elementwise.sqr: of_one(squared),
        polynomial: total_of_powers,
        elementwise.sqrt: growing(np.sqrt, 0.0, open_at_zero=True),
        elementwise.pow: powered,
        elementwise.exp: growing(np.exp, TINY),
        exp2: growing(np.exp2, TINY),
        elementwise.expm1: growing(np.expm1, -1.0, open_at_zero=True),
        elementwise.log: growing(np.log),
        log2: growing(np.log2),
        log10: growing(np.log10),
        elementwise.log1p: growing(np.log1p, open_at_zero=True),
        log1mexp: between(-np.inf, -TINY),
        logaddexp: larger,
        cbrt: growing(np.cbrt, open_at_zero=True),
        elementwise.sigmoid: growing(sigmoid, TINY, BELOW_ONE),
        elementwise.sigmoid_slope: between(TINY, 0.25),
        elementwise.softplus: growing(lambda x: np.logaddexp(0, x), TINY),
        elementwise.tanh: growing(np.tanh, -BELOW_ONE, BELOW_ONE, open_at_zero=True),
        elementwise.sign: growing(np.sign, -1.0, 1.0),
        elementwise.maximum: larger,
        elementwise.minimum: smaller,
        elementwise.cast: converted,
        compare.switch: lambda node, args: hull(node, args[1:]),
        trigonometric.sin: between(-1.0, 1.0),
        trigonometric.cos: between(-1.0, 1.0),
        trigonometric.sinh: growing(np.sinh, open_at_zero=True),
        trigonometric.cosh: between(1.0, np.inf),
        trigonometric.arctan: growing(np.arctan, open_at_zero=True),
        trigonometric.arcsin: growing(np.arcsin, -1.6, 1.6),
        trigonometric.arcsinh: growing(np.arcsinh, open_at_zero=True),
        trigonometric.arccos: between(0.0, 3.2),
        trigonometric.arccosh: between(0.0, np.inf),
        trigonometric.hypot: lambda node, args: Bounds(max(magnitude(arg).low for arg in args), np.inf),
        special.erf: between(-BELOW_ONE, BELOW_ONE),
        special.erfc: between(TINY, 2.0),
        special.erfcx: between(TINY, np.inf),
        rounding.mod: remainder,
        rounding.floor: growing(np.floor),
        rounding.ceil: growing(np.ceil),
        rounding.trunc: growing(np.trunc),
        reduce.sum: total_of_axes,
        reduce.prod: product_of_axes,
        reduce.max: same_as(0),
        reduce.max_or_zero: lambda node, args: Bounds(0.0, max(args[0].high, 0.0)),
        reduce.min: same_as(0),
        shape.dimshuffle: same_as(0),
        shape.reshape: same_as(0),
        shape.broadcast_to: same_as(0),
        shape.specify_shape: same_as(0),
        shape.unbroadcast: same_as(0),
        shape.size_of: between(0.0, 2.0**53),
        slice_op: same_as(0),
        passing.assume: assumed,
        passing.zero_grad: same_as(0),
    }
)
KNOWN_KINDS = (Kind.ELEMENTWISE, Kind.REDUCTION, Kind.STRUCTURAL)
