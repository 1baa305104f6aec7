"""Running sums, products and extremes along one axis (attribute `axis`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, RankMismatch, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, array_type
from symlab.core.ops.compare import eq, neq, switch
from symlab.core.ops.complexes import conjugate
from symlab.core.ops.create import counted
from symlab.core.ops.declare import declared, refuse_complex
from symlab.core.ops.elementwise import add, exp, mul, sub
from symlab.core.ops.gather import inc_take
from symlab.core.ops.index import or_zero, part_of_axis, reversed_along
from symlab.core.ops.join import join
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.reduce import total_dtype, widened
from symlab.core.ops.shape import axis_within, filled_like, shuffled, sizes_of, spread
from symlab.core.ops.sort import along, places_along

Array = np.ndarray[Any, Any]


def running_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of a running sum or product."""
    axis_within(attributes["axis"], x.ndim)
    return array_type(total_dtype(x.dtype), x.shape)


def running_reference(compute: Callable[..., Any]) -> Callable[..., Array]:
    """NumPy's cumsum or cumprod, float16 accumulated in float32."""

    def reference(x: Array, axis: int) -> Array:
        return np.asarray(compute(x, axis=axis, dtype=widened(x.dtype)).astype(total_dtype(x.dtype)))

    return reference


def shifted(x: Variable, axis: int, first: float) -> Variable:
    """`x` moved on by one place, with `first` in front and without its last element."""
    sizes = tuple(1 if place == axis else size for place, size in enumerate(sizes_of(x)))
    joined = join(spread(constant(first, dtype=x.type.dtype), sizes), x, axis=axis)
    return part_of_axis(joined, axis, None, -1)


def from_the_end(x: Variable, axis: int) -> Variable:
    """The running sum that starts with the last element."""
    return reversed_along(cumsum(reversed_along(x, axis), axis=axis), axis)


def backward_recurrence(factors: Variable, terms: Variable, axis: int) -> Variable:
    """s[i] = terms[i] + factors[i + 1] s[i + 1]."""
    later = shifted(reversed_along(factors, axis), axis, 0)
    return reversed_along(recurrence(later, reversed_along(terms, axis), axis=axis), axis)


def recurrence_type(attributes: Mapping[str, Any], factors: ArrayType, terms: ArrayType) -> ArrayType:
    """The type of `recurrence`: operands of one shape."""
    axis_within(attributes["axis"], terms.ndim)
    if factors.ndim != terms.ndim:
        raise Misfit(f"{{0}} is {factors} beside {terms}: arrays of one shape are wanted", kind=RankMismatch)
    return array_type(
        terms.dtype, tuple(a if a is not None else b for a, b in zip(factors.shape, terms.shape, strict=True))
    )


def recurrence_reference(factors: Array, terms: Array, axis: int) -> Array:
    """One place after the other."""
    result = np.array(terms)
    factors, moved = np.moveaxis(factors, axis, 0), np.moveaxis(result, axis, 0)
    for place in range(1, len(moved)):
        moved[place] += factors[place] * moved[place - 1]
    return result


def recurrence_vjp(
    cotangent: Variable, y: Variable, factors: Variable, terms: Variable, axis: int
) -> tuple[Variable, Variable]:
    """The same recurrence from the end; a factor's share is that times the place before."""
    shares = backward_recurrence(conjugate(factors), cotangent, axis)
    return mul(shares, conjugate(shifted(y, axis, 0))), shares


def recurrence_jvp(tangents: Sequence[Any], y: Variable, factors: Variable, terms: Variable, axis: int) -> Variable:
    """The same recurrence, to which a factor's tangent adds what it does to the place before."""
    source = or_zero(tangents[1], terms)
    if tangents[0] is not None:
        source = add(source, mul(tangents[0], shifted(y, axis, 0)))
    return recurrence(factors, source, axis=axis)  # type: ignore[no-any-return]


def cumprod_vjp(cotangent: Variable, y: Variable, x: Variable, axis: int) -> tuple[Variable]:
    """Nothing is divided by an element, so that zeros are right, at every order."""
    return (mul(conjugate(shifted(y, axis, 1)), backward_recurrence(conjugate(x), cotangent, axis)),)


cumsum: Op = declared(
    "cumsum",
    Kind.CALL,
    doc="The running sum along `axis`, of small integers in 64 bits.",
    reference=running_reference(np.cumsum),
    infer=running_type,
    vjp=lambda cotangent, y, x, axis: (from_the_end(cotangent, axis),),
    jvp=lambda tangents, y, x, axis: cumsum(tangents[0], axis=axis),
)

cumprod: Op = declared(
    "cumprod",
    Kind.CALL,
    doc="The running product along `axis`, of small integers in 64 bits.",
    reference=running_reference(np.cumprod),
    infer=running_type,
    vjp=cumprod_vjp,
    jvp=lambda tangents, y, x, axis: recurrence(x, mul(tangents[0], shifted(y, axis, 1)), axis=axis),
)

recurrence: Op = declared(
    "recurrence",
    Kind.CALL,
    doc="r[i] = factors[i] r[i-1] + terms[i] along `axis`, r before the first place being 0.",
    reference=recurrence_reference,
    infer=recurrence_type,
    vjp=recurrence_vjp,
    jvp=recurrence_jvp,
)


def logcumsumexp_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of x, whose elements are real."""
    axis_within(attributes["axis"], x.ndim)
    if x.dtype.kind != "f":
        raise Misfit(f"real numbers are wanted, not {x.dtype.name}", "x.astype(...)", kind=TypeMismatch)
    return x


def logcumsumexp_reference(x: Array, axis: int) -> Array:
    """One place after the other, in float64."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.logaddexp.accumulate(x.astype(np.float64), axis=axis).astype(x.dtype))


def steps_down(y: Variable, axis: int) -> Variable:
    """exp(y[i] - y[i + 1]) of numbers that never fall, from the second place on: what is left of the sums before."""
    later = part_of_axis(y, axis, 1, None)
    fall = sub(part_of_axis(y, axis, None, -1), later)
    left = exp(switch(eq(later, -np.inf), 0, fall))
    sizes = tuple(1 if place == axis else size for place, size in enumerate(sizes_of(y)))
    return join(spread(constant(0, dtype=y.type.dtype), sizes), left, axis=axis)  # type: ignore[no-any-return]


def share_of_place(x: Variable, y: Variable) -> Variable:
    """exp(x - y), the share of a place in the sum up to it; 0 where there is nothing yet."""
    return switch(eq(y, -np.inf), 0, exp(switch(eq(y, -np.inf), 0, sub(x, y))))  # type: ignore[no-any-return]


def logcumsumexp_vjp(cotangent: Variable, y: Variable, x: Variable, axis: int) -> tuple[Variable]:
    """Each later sum holds the share of a place, less by each step of the sums between."""
    later = backward_recurrence(steps_down(y, axis), cotangent, axis)
    return (mul(later, share_of_place(x, y)),)


def logcumsumexp_jvp(tangents: Sequence[Any], y: Variable, x: Variable, axis: int) -> Variable:
    """The mean of the tangents so far, by shares."""
    terms = mul(tangents[0], share_of_place(x, y))
    return recurrence(steps_down(y, axis), terms, axis=axis)  # type: ignore[no-any-return]


logcumsumexp: Op = declared(
    "logcumsumexp",
    Kind.CALL,
    doc="log(cumsum(exp(x))) along `axis`, without overflow.",
    reference=logcumsumexp_reference,
    infer=logcumsumexp_type,
    vjp=logcumsumexp_vjp,
    jvp=logcumsumexp_jvp,
    extra=MappingProxyType({"sizes": lambda sizes, x, **attributes: x}),
)


def running_extreme_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of x, whose elements have an order."""
    refuse_complex(x.dtype)
    axis_within(attributes["axis"], x.ndim)
    return x


def places_of_extremes(y: Variable, axis: int) -> Variable:
    """Along an axis of a running extreme, where the extreme so far was found first."""
    changed = neq(part_of_axis(y, axis, 1, None), part_of_axis(y, axis, None, -1))  # a nan is found anew at each place
    sizes = sizes_of(y)
    numbers = shuffled(counted(sizes[axis]), [0 if place == axis else "x" for place in range(y.ndim)])
    later = switch(changed, part_of_axis(numbers, axis, 1, None), constant(0, dtype=np.int64))
    start = spread(constant(0, dtype=np.int64), [1 if place == axis else size for place, size in enumerate(sizes)])
    return cummax(part_of_axis(join(start, later, axis=axis), axis, None, sizes[axis]), axis=axis)  # type: ignore[no-any-return]


def running_extreme_vjp(cotangent: Variable, y: Variable, x: Variable, axis: int) -> tuple[Variable]:
    """Each cotangent goes to where the extreme was found."""
    places = places_along(places_of_extremes(y, axis), axis)
    return (inc_take(filled_like(x, 0), cotangent, *places, axes=tuple(range(x.ndim))),)


def running_extreme(name: str, doc: str, compute: np.ufunc) -> Op:
    """The record of a running extreme."""
    return declared(
        name,
        Kind.CALL,
        doc=doc,
        reference=lambda x, axis: np.asarray(compute.accumulate(x, axis=axis)),
        infer=running_extreme_type,
        vjp=running_extreme_vjp,
        jvp=lambda tangents, y, x, axis: along(tangents[0], places_of_extremes(y, axis), axis),
        extra=MappingProxyType({"sizes": lambda sizes, x, **attributes: x}),
    )


cummax = running_extreme("cummax", "The largest element so far along `axis`, nan from the first one on.", np.maximum)
cummin = running_extreme("cummin", "The smallest element so far along `axis`, nan from the first one on.", np.minimum)
