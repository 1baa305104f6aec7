"""Functions of whole rows that must not overflow: logsumexp, softmax, log_softmax.

`extra["formula"]` is the same in simpler ops, for back ends that fuse them.
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
from symlab.core.ops.operators import Variable
from symlab.core.ops.reduce import Axes, folded_shape, unfolded

Array = np.ndarray[Any, Any]


def check_real(x: ArrayType) -> None:
    """Raise unless the elements are real floating-point numbers."""
    if x.dtype.kind != "f":
        raise Misfit(f"rows of real numbers are wanted, not {x.dtype.name}", "x.astype(...)", kind=TypeMismatch)


def row_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of a result with the shape of the operand."""
    check_real(x)
    folded_shape({**attributes, "keepdims": True}, x)
    return x


def logsumexp_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `logsumexp`."""
    check_real(x)
    return array_type(x.dtype, folded_shape(attributes, x))


def widened(compute: Callable[..., Array]) -> Callable[..., Array]:
    """A reference that computes float16 in float32."""

    def reference(x: Array, **attributes: Any) -> Array:
        wide = x.astype(np.float32) if x.dtype == np.float16 else x
        return compute(wide, **attributes).astype(x.dtype)

    return reference


def top_and_rest(x: Array, axes: Axes) -> tuple[Array, Array]:
    """The largest element, and the sum of exp(x - largest) over all others, whose small terms are not lost in a 1."""
    top = np.max(x, axis=axes, keepdims=True, initial=-np.inf)
    chosen = x == top
    terms = np.exp(np.where(chosen, -np.inf, x - top))
    rest = np.sum(terms, axis=axes, keepdims=True) + (np.sum(chosen, axis=axes, keepdims=True) - 1)
    return top, rest.astype(x.dtype)


def logsumexp_reference(x: Array, axes: Axes, keepdims: bool) -> Array:
    """log(sum(exp(x))) from the largest element: -inf of nothing but -inf, inf where there is one."""
    top, rest = top_and_rest(x, axes)
    result = np.where(np.isneginf(top), top, top + np.log1p(rest))
    return np.asarray(result if keepdims else np.squeeze(result, axes))


def softmax_reference(x: Array, axes: Axes) -> Array:
    """exp(x) / sum(exp(x)), from differences to the largest element."""
    powers = np.exp(x - np.max(x, axis=axes, keepdims=True, initial=-np.inf))
    return np.asarray(powers / np.sum(powers, axis=axes, keepdims=True))


def log_softmax_reference(x: Array, axes: Axes) -> Array:
    """x - logsumexp(x), from differences to the largest element."""
    top, rest = top_and_rest(x, axes)
    return np.asarray((x - top) - np.log1p(rest))


# The same in simpler ops


def top_and_rest_formula(x: Variable, axes: Axes) -> tuple[Variable, Variable]:
    """As `top_and_rest`, in ops."""
    top = reduce.max(x, axes=axes, keepdims=True)
    chosen = eq(x, top)
    terms = reduce.sum(switch(chosen, 0, exp(sub(x, top))), axes=axes, keepdims=True)
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
    powers = exp(sub(x, reduce.max(x, axes=axes, keepdims=True)))
    return true_div(powers, reduce.sum(powers, axes=axes, keepdims=True))  # type: ignore[no-any-return]


def log_softmax_formula(x: Variable, axes: Axes) -> Variable:
    """`log_softmax` in simpler ops."""
    top, rest = top_and_rest_formula(x, axes)
    return sub(sub(x, top), log1p(rest))  # type: ignore[no-any-return]


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


def softmax_step(tangent: Variable, y: Variable, axes: Axes) -> Variable:
    """y (t - <t, y>): the derivative of softmax, a symmetric matrix, along a tangent or cotangent."""
    return mul(y, sub(tangent, total(mul(tangent, y), axes)))  # type: ignore[no-any-return]


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
    vjp=lambda cotangent, y, x, axes: (softmax_step(cotangent, y, axes),),
    jvp=lambda tangents, y, x, axes: softmax_step(tangents[0], y, axes),
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
