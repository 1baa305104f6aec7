"""Values between those given at the places of a sorted vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops.compare import eq, gt, le, lt, switch
from symlab.core.ops.elementwise import abs as magnitude
from symlab.core.ops.elementwise import add, maximum, minimum, mul, sub, true_div
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of
from symlab.tensor.arguments import promoted
from symlab.tensor.indexing import take
from symlab.tensor.joining import concatenate
from symlab.tensor.reductions import argsort
from symlab.tensor.searching import searchsorted

__all__ = ["interp", "interpolate1d"]

METHODS = ("linear", "nearest", "first", "last", "mean")


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Variable:
    """The values at x on the lines between the points (xp, fp), xp ascending.

    Outside it is `left` or `right` (by default the first and the last of fp); with a `period`, x and xp are angles
    of it and xp needs no order.
    """
    x, places, values = promoted([mul(as_variable(item), 1.0) for item in (x, xp, fp)])
    if period is not None:
        span = magnitude(as_variable(period))
        x, places = x % span, places % span
        order = argsort(places)
        places, values = take(places, order), take(values, order)
        places = concatenate([sub(places[-1:], span), places, add(places[:1], span)])
        values = concatenate([values[-1:], values, values[:1]])
        left = right = None
    between = on_lines(x, places, values)
    found = switch(lt(x, places[0]), values[0] if left is None else left, between)
    return switch(gt(x, places[-1]), values[-1] if right is None else right, found)  # type: ignore[no-any-return]


def neighbours(x: Variable, places: Variable, side: str = "right") -> tuple[Variable, Variable]:
    """Which places stand before and after each x; the outermost two for x outside.

    An x at a place is the first of the two, or with `side="left"` the second.
    """
    (count,) = sizes_of(places)
    before = maximum(minimum(sub(searchsorted(places, x, side=side), 1), count - 2), 0)
    return before, minimum(add(before, 1), count - 1)


def on_lines(x: Variable, places: Variable, values: Variable) -> Variable:
    """The values on the lines through neighbouring points, the outermost lines drawn on."""
    before, after = neighbours(x, places)
    start = take(places, before)
    gap = sub(take(places, after), start)
    low = take(values, before)
    slope = true_div(sub(take(values, after), low), switch(eq(gap, 0), 1.0, gap))  # a single point has no slope
    return add(low, mul(slope, sub(x, start)))  # type: ignore[no-any-return]


def interpolate1d(
    x: Any, y: Any, method: str = "linear", left_pad: Any = None, right_pad: Any = None, extrapolate: bool = True
) -> Callable[[Any], Variable]:
    """A function that gives values between the points (x, y): on lines, or of the neighbours that `method` says.

    `method` is "linear", "nearest", "first" (the point before), "last" (the point after or at it) or "mean" (of
    both). Outside it goes on as inside, or is `left_pad` and `right_pad` (the outermost of y if nothing is said) if
    not `extrapolate`.
    """
    if method not in METHODS:
        raise InvalidValue(message(f"there is no method {method!r}", (), [" or ".join(map(repr, METHODS))]))
    places, values = promoted([mul(as_variable(item), 1.0) for item in (x, y)])
    order = argsort(places)
    places, values = take(places, order), take(values, order)

    def interpolated(points: Any) -> Variable:
        points = promoted([as_variable(points), places])[0]
        found = between(points, places, values, method)
        if extrapolate:
            return found
        low = values[0] if left_pad is None else left_pad
        high = values[-1] if right_pad is None else right_pad
        return switch(lt(points, places[0]), low, switch(gt(points, places[-1]), high, found))  # type: ignore[no-any-return]

    return interpolated


def between(x: Variable, places: Variable, values: Variable, method: str) -> Variable:
    """The values at x by one of the methods; intervals have their ends, and not their beginnings."""
    if method == "linear":
        return on_lines(x, places, values)
    before, after = neighbours(x, places, "left")
    low, high = take(values, before), take(values, after)
    start, end = take(places, before), take(places, after)
    if method == "first":
        return switch(le(x, end), low, high)  # type: ignore[no-any-return]
    if method == "last":
        return switch(gt(x, start), high, low)  # type: ignore[no-any-return]
    if method == "nearest":
        return switch(lt(sub(x, start), sub(end, x)), low, high)  # type: ignore[no-any-return]
    return true_div(add(low, high), 2.0)  # type: ignore[no-any-return]
