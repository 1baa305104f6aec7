"""Functions of whole rows that must not overflow or cancel: logsumexp, softmax, log_softmax, softmax's derivative.

`extra["formula"]` is the same in simpler ops, for back ends that fuse them; it is to be computed as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, array_type
from symlab.core.ops import reduce
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import add, cast, exp, expm1, log1p, mul, neg, sub, true_div
from symlab.core.ops.operators import Variable, constant
from symlab.core.ops.reduce import Axes, folded_shape, unfolded
from symlab.core.ops.shape import sizes_of, spread

Array = np.ndarray[Any, Any]


def check_real(x: ArrayType) -> None:
    """Raise unless the elements are real floating-point numbers."""
    if x.dtype.kind != "f":
        raise Misfit(f"rows of real numbers are wanted, not {x.dtype.name}", "x.astype(...)", kind=TypeMismatch)


def row_type(attributes: Mapping[str, Any], x: ArrayType, *others: ArrayType) -> ArrayType:
    """The type of a result with the shape of the operands."""
    check_real(x)
    folded_shape({**attributes, "keepdims": True}, x)
    for other in others:
        if other.dtype != x.dtype or other.ndim != x.ndim:
            raise Misfit(f"{other} is no row beside {x}", kind=TypeMismatch)
    return x


def logsumexp_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `logsumexp`."""
    check_real(x)
    return array_type(x.dtype, folded_shape(attributes, x))


def widened(compute: Callable[..., Array]) -> Callable[..., Array]:
    """A reference that computes float16 in float32."""

    def reference(*rows: Array, **attributes: Any) -> Array:
        wide = [x.astype(np.float32) if x.dtype == np.float16 else x for x in rows]
        return compute(*wide, **attributes).astype(rows[0].dtype)

    return reference


def powers_below(x: Array, top: Array) -> Array:
    """exp(x - top) with what rounding took from the difference (Knuth's TwoSum), 0 where it underflows."""
    difference = x - top
    shift = difference - x
    lost = (x - (difference - shift)) - (top + shift)
    powers = np.exp(difference)
    return np.where(powers == 0, 0, powers + powers * lost).astype(x.dtype)


def top_and_rest(x: Array, axes: Axes) -> tuple[Array, Array]:
    """The largest element, and the sum of exp(x - largest) over all others, whose small terms are not lost in a 1."""
    top = np.max(x, axis=axes, keepdims=True, initial=-np.inf)
    chosen = x == top
    terms = np.where(chosen, 0, powers_below(x, top))
    rest = np.sum(terms, axis=axes, keepdims=True) + (np.sum(chosen, axis=axes, keepdims=True) - 1)
    return top, rest.astype(x.dtype)


def logsumexp_reference(x: Array, axes: Axes, keepdims: bool) -> Array:
    """log(sum(exp(x))) from the largest element: -inf of nothing but -inf, inf where there is one."""
    top, rest = top_and_rest(x, axes)
    result = np.where(np.isneginf(top), top, top + np.log1p(rest))
    return np.asarray(result if keepdims else np.squeeze(result, axes))


def softmax_reference(x: Array, axes: Axes) -> Array:
    """exp(x) / sum(exp(x)), from differences to the largest element."""
    powers = powers_below(x, np.max(x, axis=axes, keepdims=True, initial=-np.inf))
    return np.asarray(powers / np.sum(powers, axis=axes, keepdims=True))


def log_softmax_reference(x: Array, axes: Axes) -> Array:
    """x - logsumexp(x), from differences to the largest element."""
    top, rest = top_and_rest(x, axes)
    return np.asarray((x - top) - np.log1p(rest))


def softmax_slope_reference(y: Array, tangent: Array, axes: Axes) -> Array:
    """y (t - <t, y>), from differences to the tangent of the largest y, so that nothing near 1 - y cancels."""
    top = y == np.max(y, axis=axes, keepdims=True, initial=0)
    middle = np.sum(np.where(top, tangent, 0), axis=axes, keepdims=True) / np.sum(top, axis=axes, keepdims=True)
    moved = tangent - middle.astype(y.dtype)
    return np.asarray(y * (moved - np.sum(moved * y, axis=axes, keepdims=True)))


# The same in simpler ops


def powers_below_formula(x: Variable, top: Variable) -> Variable:
    """As `powers_below`, in ops."""
    difference = sub(x, top)
    shift = sub(difference, x)
    lost = sub(sub(x, sub(difference, shift)), add(top, shift))
    powers = exp(difference)
    return switch(eq(powers, 0), 0, add(powers, mul(powers, lost)))  # type: ignore[no-any-return]


def largest(x: Variable, axes: Axes) -> Variable:
    """The largest element over axes, which are kept; -inf where an axis is known to have none."""
    if any(x.type.shape[axis] == 0 for axis in axes):
        sizes = [1 if axis in axes else size for axis, size in enumerate(sizes_of(x))]
        return spread(constant(-np.inf, dtype=x.type.dtype), sizes)
    return reduce.max(x, axes=axes, keepdims=True)  # type: ignore[no-any-return]


def top_and_rest_formula(x: Variable, axes: Axes) -> tuple[Variable, Variable]:
    """As `top_and_rest`, in ops."""
    top = largest(x, axes)
    chosen = eq(x, top)
    terms = reduce.sum(switch(chosen, 0, powers_below_formula(x, top)), axes=axes, keepdims=True)
    ties = reduce.sum(cast(chosen, dtype=x.dtype), axes=axes, keepdims=True)
    return top, add(terms, sub(ties, 1))


def logsumexp_formula(x: Variable, axes: Axes, keepdims: bool) -> Variable:
    """`logsumexp` in simpler ops."""
    top, rest = top_and_rest_formula(x, axes)
    result = add(top, log1p(rest))
    kept = [axis for axis in range(x.ndim) if keepdims or axis not in axes]
    return result if keepdims else result.dimshuffle(*kept)  # type: ignore[no-any-return]


def softmax_formula(x: Variable, axes: Axes) -> Variable:
    """`softmax` in simpler ops."""
    powers = powers_below_formula(x, largest(x, axes))
    return true_div(powers, reduce.sum(powers, axes=axes, keepdims=True))  # type: ignore[no-any-return]


def log_softmax_formula(x: Variable, axes: Axes) -> Variable:
    """`log_softmax` in simpler ops."""
    top, rest = top_and_rest_formula(x, axes)
    return sub(sub(x, top), log1p(rest))  # type: ignore[no-any-return]


def softmax_slope_formula(y: Variable, tangent: Variable, axes: Axes) -> Variable:
    """`softmax_slope` in simpler ops."""
    top = eq(y, largest(y, axes))
    moved = sub(tangent, true_div(total(switch(top, tangent, 0), axes), total(cast(top, dtype=y.dtype), axes)))
    return mul(y, sub(moved, total(mul(moved, y), axes)))  # type: ignore[no-any-return]


# Derivatives


def total(x: Variable, axes: Axes) -> Variable:
    """The sum, its axes kept."""
    return reduce.sum(x, axes=axes, keepdims=True)  # type: ignore[no-any-return]


def shares(x: Variable, y: Variable, axes: Axes, keepdims: bool) -> Variable:
    """The derivative of `logsumexp`: softmax, and 0 where all is -inf, so that impossible rows stay out."""
    nothing = eq(unfolded(y, x, axes, keepdims), -np.inf)
    return switch(nothing, 0, softmax(x, axes=axes))  # type: ignore[no-any-return]


def logsumexp_vjp(cotangent: Variable, y: Variable, x: Variable, axes: Axes, keepdims: bool) -> tuple[Variable]:
    """Each element has its share."""
    return (mul(unfolded(cotangent, x, axes, keepdims), shares(x, y, axes, keepdims)),)


def logsumexp_jvp(tangents: Sequence[Any], y: Variable, x: Variable, axes: Axes, keepdims: bool) -> Variable:
    """The mean of the tangents by shares."""
    parts = mul(tangents[0], shares(x, y, axes, keepdims))
    return reduce.sum(parts, axes=axes, keepdims=keepdims)  # type: ignore[no-any-return]


def slope_vjp(
    cotangent: Variable, s: Variable, y: Variable, tangent: Variable, axes: Axes
) -> tuple[Variable, Variable]:
    """y (t - <t, y>) is symmetric in what multiplies it, and bilinear in y and t but for y's square."""
    shares = mul(cotangent, sub(tangent, total(mul(tangent, y), axes)))
    return sub(shares, mul(tangent, total(mul(cotangent, y), axes))), softmax_slope(y, cotangent, axes=axes)


def slope_jvp(tangents: Sequence[Any], s: Variable, y: Variable, tangent: Variable, axes: Axes) -> Variable:
    """The sum over both operands."""
    terms = []
    if tangents[0] is not None:
        inner = sub(tangent, total(mul(tangent, y), axes))
        terms.append(sub(mul(tangents[0], inner), mul(y, total(mul(tangent, tangents[0]), axes))))
    if tangents[1] is not None:
        terms.append(softmax_slope(y, tangents[1], axes=axes))
    return terms[0] if len(terms) == 1 else add(*terms)  # type: ignore[no-any-return]


def log_softmax_vjp(cotangent: Variable, y: Variable, x: Variable, axes: Axes) -> tuple[Variable]:
    """g - p sum(g), written so that neither a 1 - p for p near 1 nor a sum of one term cancels."""
    others = sub(total(cotangent, axes), cotangent)
    return (neg(add(mul(cotangent, expm1(y)), mul(softmax(x, axes=axes), others))),)


def log_softmax_jvp(tangents: Sequence[Any], y: Variable, x: Variable, axes: Axes) -> Variable:
    """t - <t, p>."""
    return sub(tangents[0], total(mul(tangents[0], softmax(x, axes=axes)), axes))  # type: ignore[no-any-return]


logsumexp: Op = declared(
    "logsumexp",
    Kind.REDUCTION,
    doc="log(sum(exp(x))) over `axes` without overflow or loss of small terms; -inf if all elements are.",
    reference=widened(logsumexp_reference),
    infer=logsumexp_type,
    vjp=logsumexp_vjp,
    jvp=logsumexp_jvp,
    latex=r"\log\sum e^{{{0}}}",
    extra=MappingProxyType({"formula": logsumexp_formula}),
)

softmax: Op = declared(
    "softmax",
    Kind.REDUCTION,
    doc="exp(x) / sum(exp(x)) over `axes` without overflow.",
    reference=widened(softmax_reference),
    infer=row_type,
    vjp=lambda cotangent, y, x, axes: (softmax_slope(y, cotangent, axes=axes),),
    jvp=lambda tangents, y, x, axes: softmax_slope(y, tangents[0], axes=axes),
    latex=r"\operatorname{{softmax}}\left({0}\right)",
    extra=MappingProxyType({"formula": softmax_formula}),
)

log_softmax: Op = declared(
    "log_softmax",
    Kind.REDUCTION,
    doc="The logarithm of softmax over `axes`, exact where softmax is near 0 or near 1.",
    reference=widened(log_softmax_reference),
    infer=row_type,
    vjp=log_softmax_vjp,
    jvp=log_softmax_jvp,
    latex=r"\log\operatorname{{softmax}}\left({0}\right)",
    extra=MappingProxyType({"formula": log_softmax_formula}),
)

softmax_slope: Op = declared(
    "softmax_slope",
    Kind.REDUCTION,
    doc="y (t - <t, y>) over `axes` for y that sums to 1: softmax's derivative along t, exact where one y is near 1.",
    reference=widened(softmax_slope_reference),
    infer=row_type,
    vjp=slope_vjp,
    jvp=slope_jvp,
    latex=r"{0}\left({1}-\left\langle {0},{1}\right\rangle\right)",
    extra=MappingProxyType({"formula": softmax_slope_formula}),
)


def negative_entropy_reference(x: Array, axes: Axes, keepdims: bool) -> Array:
    """The sum of p log(p), p being softmax, where 0 log(0) is 0."""
    shares = softmax_reference(x, axes)
    with np.errstate(invalid="ignore"):
        terms = np.where(shares == 0, 0, shares * log_softmax_reference(x, axes)).astype(x.dtype)
    return np.asarray(np.sum(terms, axis=axes, keepdims=keepdims))


def negative_entropy_formula(x: Variable, axes: Axes, keepdims: bool) -> Variable:
    """`negative_entropy` in simpler ops."""
    shares = softmax_formula(x, axes)
    terms = switch(eq(shares, 0), 0, mul(shares, log_softmax_formula(x, axes)))
    return reduce.sum(terms, axes=axes, keepdims=keepdims)  # type: ignore[no-any-return]


def slope_of_negative_entropy(x: Variable, axes: Axes) -> Variable:
    """p (l - <l, p>), l being the logarithm of p: the slope of softmax along l, since p's part of l's slope is 0."""
    shares = softmax(x, axes=axes)
    logarithms = switch(eq(shares, 0), 0, log_softmax(x, axes=axes))
    return softmax_slope(shares, logarithms, axes=axes)  # type: ignore[no-any-return]


def negative_entropy_vjp(cotangent: Variable, y: Variable, x: Variable, axes: Axes, keepdims: bool) -> tuple[Variable]:
    """The cotangent along the slope."""
    return (mul(unfolded(cotangent, x, axes, keepdims), slope_of_negative_entropy(x, axes)),)


def negative_entropy_jvp(tangents: Sequence[Any], y: Variable, x: Variable, axes: Axes, keepdims: bool) -> Variable:
    """The sum of the tangents along the slope."""
    terms = mul(tangents[0], slope_of_negative_entropy(x, axes))
    return reduce.sum(terms, axes=axes, keepdims=keepdims)  # type: ignore[no-any-return]


negative_entropy: Op = declared(
    "negative_entropy",
    Kind.REDUCTION,
    doc="The sum of p log(p) over `axes`, p being softmax; its derivative does not cancel where one p is near 1.",
    reference=widened(negative_entropy_reference),
    infer=logsumexp_type,
    vjp=negative_entropy_vjp,
    jvp=negative_entropy_jvp,
    extra=MappingProxyType({"formula": negative_entropy_formula}),
)
