"""Reductions: what folds axes (attribute `axes`, all of them named, and `keepdims`)."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.config import current
from symlab.core.ir.errors import InvalidAxis, InvalidIndex, InvalidValue, Misfit, no_axis
from symlab.core.ir.op import Kind, Op
from symlab.core.ir.types import ArrayType, Shape, array_type
from symlab.core.ops import shape
from symlab.core.ops.compare import eq, switch
from symlab.core.ops.complexes import conjugate
from symlab.core.ops.declare import by_kind, declared, integers, refuse_complex
from symlab.core.ops.elementwise import cast, mul, sub, true_div
from symlab.core.ops.operators import Variable

Array = np.ndarray[Any, Any]
Dtype = np.dtype[Any]
Axes = tuple[int, ...]


# Types

DOUBLED = MappingProxyType(
    {np.dtype(np.float32): np.dtype(np.float64), np.dtype(np.complex64): np.dtype(np.complex128)}
)


def total_dtype(dtype: Dtype) -> Dtype:
    """The dtype of a sum or product: NumPy's, int64 or uint64 for what is smaller."""
    return np.dtype({"b": np.int64, "i": np.int64, "u": np.uint64}.get(dtype.kind, dtype))


def widened(dtype: Dtype) -> Dtype:
    """The dtype of a running sum or product whose steps are all kept: float32 at least."""
    return np.dtype(np.float32) if dtype == np.float16 else total_dtype(dtype)


def accumulator(dtype: Dtype, acc_dtype: str | None = None) -> Dtype:
    """The dtype in which a sum or product of this dtype is accumulated: float32 at least.

    Where Theano's manners hold, numbers of single precision are accumulated in double precision.
    """
    if acc_dtype is not None:
        return np.dtype(acc_dtype)
    if dtype in DOUBLED and current().manners == "theano":
        return DOUBLED[dtype]
    return widened(dtype)


def folded_shape(attributes: Mapping[str, Any], x: ArrayType) -> Shape:
    """The static shape without the reduced axes, or with 1 in their places."""
    axes: Axes = attributes["axes"]
    for axis in axes:
        if not 0 <= axis < x.ndim:
            raise Misfit(*no_axis(axis, x.ndim), kind=InvalidAxis)
    if list(axes) != sorted(set(axes)):
        raise Misfit(f"axes {axes} are not in order, each once", kind=InvalidIndex)
    if attributes["keepdims"]:
        return tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    return tuple(size for axis, size in enumerate(x.shape) if axis not in axes)


def total_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of a sum or product."""
    return array_type(total_dtype(x.dtype), folded_shape(attributes, x))


def extreme_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of the largest or smallest element, of which there must be one."""
    refuse_complex(x.dtype)
    if builtins.any(x.shape[axis] == 0 for axis in attributes["axes"] if axis < x.ndim):
        raise Misfit("there is no element along an axis of size 0", kind=InvalidValue)
    return array_type(x.dtype, folded_shape(attributes, x))


def place_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of the place of an element."""
    return extreme_type(attributes, x).with_dtype(np.int64)


def truth_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `any` and `all`."""
    return array_type(bool, folded_shape(attributes, x))


# What derivatives are made of


def unfolded(folded: Variable, x: Variable, axes: Axes, keepdims: bool) -> Variable:
    """The result of a reduction with its axes back as axes of size 1."""
    return folded if keepdims else shape.with_new_axes(folded, axes, x.ndim)


def repeated(folded: Variable, x: Variable, axes: Axes, keepdims: bool) -> Variable:
    """The result of a reduction repeated along the axes that it lost, which need no places if they are in front."""
    in_front = axes == tuple(range(len(axes)))
    placed = folded if in_front else unfolded(folded, x, axes, keepdims)
    return shape.spread(placed, shape.sizes_of(x))


def sum_to(x: Variable, sizes: Shape) -> Variable:
    """`x` summed over what broadcasting from a static shape repeated: axes in front, and axes of size 1."""
    extra = x.ndim - len(sizes)
    ones = [axis for axis, size in enumerate(sizes, extra) if size == 1 and x.type.shape[axis] != 1]
    if not extra and not ones:
        return x
    total = sum(x, axes=(*range(extra), *ones), keepdims=False)
    return shape.with_new_axes(total, [axis - extra for axis in ones], len(sizes))


# The ops


def sum_reference(x: Array, axes: Axes, keepdims: bool, acc_dtype: str | None = None) -> Array:
    """NumPy's sum, float16 accumulated in float32."""
    total = np.sum(x, axis=axes, keepdims=keepdims, dtype=accumulator(x.dtype, acc_dtype))
    return np.asarray(total).astype(total_dtype(x.dtype))


def prod_reference(x: Array, axes: Axes, keepdims: bool, acc_dtype: str | None = None, nonzero: bool = False) -> Array:
    """NumPy's product, float16 accumulated in float32."""
    total = np.prod(x, axis=axes, keepdims=keepdims, dtype=accumulator(x.dtype, acc_dtype))
    return np.asarray(total).astype(total_dtype(x.dtype))


def product_of_others(x: Variable, y: Variable, axes: Axes, keepdims: bool, nonzero: bool) -> Variable:
    """For each element, the product of the others along `axes`, right where some are 0.

    With one zero among the others their product is that zero times the rest, with two the product of both times the
    rest; so the formula can be differentiated once more, and Hessians are right at zeros too.
    """
    if nonzero:
        return true_div(unfolded(y, x, axes, keepdims), x)  # type: ignore[no-any-return]

    def total(value: Variable) -> Variable:
        return sum(value, axes=axes, keepdims=True)  # type: ignore[no-any-return]

    zero = eq(x, 0)
    filled, zeros = switch(zero, 1, x), switch(zero, x, 0)
    count = sub(total(cast(zero, dtype="int64")), cast(zero, dtype="int64"))
    one = sub(total(zeros), zeros)
    two = mul(0.5, sub(mul(one, one), sub(total(mul(zeros, zeros)), mul(zeros, zeros))))
    rest = true_div(prod(filled, axes=axes, keepdims=True), filled)
    factor = switch(eq(count, 0), 1, switch(eq(count, 1), one, switch(eq(count, 2), two, 0)))
    return mul(rest, factor)  # type: ignore[no-any-return]


def prod_vjp(
    cotangent: Variable, y: Variable, x: Variable, axes: Axes, keepdims: bool, nonzero: bool = False, **_: Any
) -> tuple[Variable]:
    """Each element's share is the product of the others."""
    others = conjugate(product_of_others(x, y, axes, keepdims, nonzero))
    return (mul(repeated(cotangent, x, axes, keepdims), others),)


def prod_jvp(
    tangents: Sequence[Any], y: Variable, x: Variable, axes: Axes, keepdims: bool, nonzero: bool = False, **_: Any
) -> Variable:
    """The sum of the tangents, each times the product of the other elements."""
    parts = mul(tangents[0], product_of_others(x, y, axes, keepdims, nonzero))
    return sum(parts, axes=axes, keepdims=keepdims)  # type: ignore[no-any-return]


def extreme_vjp(cotangent: Variable, y: Variable, x: Variable, axes: Axes, keepdims: bool) -> tuple[Variable]:
    """The cotangent goes to every element that equals the result, as in Theano."""
    chosen = eq(x, unfolded(y, x, axes, keepdims))
    return (switch(chosen, repeated(cotangent, x, axes, keepdims), 0),)


def extreme_jvp(tangents: Sequence[Any], y: Variable, x: Variable, axes: Axes, keepdims: bool) -> Variable:
    """The sum of the tangents of the elements that equal the result."""
    chosen = eq(x, unfolded(y, x, axes, keepdims))
    return sum(switch(chosen, tangents[0], 0), axes=axes, keepdims=keepdims)  # type: ignore[no-any-return]


def lowest(dtype: Dtype) -> Any:
    """The number from which a maximum starts."""
    return {"f": -np.inf, "b": False}.get(dtype.kind, np.iinfo(dtype).min if dtype.kind in "iu" else None)


def highest(dtype: Dtype) -> Any:
    """The number from which a minimum starts."""
    return {"f": np.inf, "b": True}.get(dtype.kind, np.iinfo(dtype).max if dtype.kind in "iu" else None)


def folding(start: Callable[[Dtype], Any]) -> Mapping[str, Any]:
    """What back ends know of a reduction beside its C text (of accumulator {0} and element {1}): where it starts."""
    return MappingProxyType({"start": start})


sum: Op = declared(
    "sum",
    Kind.REDUCTION,
    doc="The sum over `axes`, of small integers in 64 bits; `acc_dtype`, if given, is the dtype of the running sum.",
    reference=sum_reference,
    infer=total_type,
    vjp=lambda cotangent, y, x, axes, keepdims, acc_dtype=None: (repeated(cotangent, x, axes, keepdims),),
    jvp=lambda tangents, y, x, **attributes: sum(tangents[0], **attributes),
    c=by_kind(integers("({0} + {1})"), f="({0} + {1})", b="({0} + {1})"),
    latex=r"\sum {0}",
    extra=folding(lambda dtype: 0),
)

prod: Op = declared(
    "prod",
    Kind.REDUCTION,
    doc="The product over `axes`; its derivative is right where elements are 0 (or assumes there are none: `nonzero`).",
    reference=prod_reference,
    infer=total_type,
    vjp=prod_vjp,
    jvp=prod_jvp,
    c=by_kind(integers("({0} * {1})"), f="({0} * {1})", b="({0} * {1})"),
    latex=r"\prod {0}",
    extra=folding(lambda dtype: 1),
)

max: Op = declared(
    "max",
    Kind.REDUCTION,
    doc="The largest element over `axes`, nan if there is one; its derivative goes to every element that equals it.",
    reference=lambda x, axes, keepdims: np.max(x, axis=axes, keepdims=keepdims),
    infer=extreme_type,
    vjp=extreme_vjp,
    jvp=extreme_jvp,
    c=by_kind(f="sl_maximum{f}({0}, {1})", i="({0} > {1} ? {0} : {1})", u="({0} > {1} ? {0} : {1})", b="({0} | {1})"),
    latex=r"\max {0}",
    extra=folding(lowest),
)

max_or_zero: Op = declared(
    "max_or_zero",
    Kind.REDUCTION,
    doc="The largest of elements that are not negative, 0 where there is none: a scale for any number of them.",
    reference=lambda x, axes, keepdims: np.max(x, axis=axes, keepdims=keepdims, initial=0),
    infer=lambda attributes, x: array_type(x.dtype, folded_shape(attributes, x)),
    vjp=extreme_vjp,
    jvp=extreme_jvp,
    c=max.c,
    latex=max.latex,
    extra=folding(lambda dtype: 0),
)

min: Op = declared(
    "min",
    Kind.REDUCTION,
    doc="The smallest element over `axes`, nan if there is one; its derivative goes to every element that equals it.",
    reference=lambda x, axes, keepdims: np.min(x, axis=axes, keepdims=keepdims),
    infer=extreme_type,
    vjp=extreme_vjp,
    jvp=extreme_jvp,
    c=by_kind(f="sl_minimum{f}({0}, {1})", i="({0} < {1} ? {0} : {1})", u="({0} < {1} ? {0} : {1})", b="({0} & {1})"),
    latex=r"\min {0}",
    extra=folding(highest),
)

any: Op = declared(
    "any",
    Kind.REDUCTION,
    doc="Whether any element over `axes` is true.",
    reference=lambda x, axes, keepdims: np.any(x, axis=axes, keepdims=keepdims),
    infer=truth_type,
    c="({0} | ({1} != 0))",
    extra=folding(lambda dtype: False),
)

all: Op = declared(
    "all",
    Kind.REDUCTION,
    doc="Whether all elements over `axes` are true.",
    reference=lambda x, axes, keepdims: np.all(x, axis=axes, keepdims=keepdims),
    infer=truth_type,
    c="({0} & ({1} != 0))",
    extra=folding(lambda dtype: True),
)


def place_reference(find: Callable[..., Any]) -> Callable[..., Array]:
    """NumPy's argmax or argmin over several axes: the place among them, the last counting fastest."""

    def compute(x: Array, axes: Axes, keepdims: bool) -> Array:
        kept = [axis for axis in range(x.ndim) if axis not in axes]
        sizes = [x.shape[axis] for axis in kept]
        flat = x.transpose(*kept, *axes).reshape(*sizes, math.prod(x.shape[axis] for axis in axes))
        places = np.asarray(find(flat, axis=-1), np.int64)
        return np.expand_dims(places, axes) if keepdims else places

    return compute


def declared_place(name: str, doc: str, find: Callable[..., Any]) -> Op:
    """`argmax` or `argmin`."""
    return Op(name, Kind.REDUCTION, doc, place_reference(find), place_type, home=__name__)


argmax = declared_place("argmax", "The place of the largest element over `axes`, the first one or nan.", np.argmax)
argmin = declared_place("argmin", "The place of the smallest element over `axes`, the first one or nan.", np.argmin)
