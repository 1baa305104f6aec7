"""Sizes, and views that move or name axes: no element changes.

A number that may be known when the expression is built stands in an attribute; where it is not known the attribute
holds `GIVEN`, and the number is the next operand, a scalar of int64.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidAxis, InvalidIndex, InvalidValue, Misfit, NotAsDeclared, no_axis
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT, Kind, Op
from symlab.core.ir.types import ArrayType, Shape, array_type
from symlab.core.ops.declare import declared
from symlab.core.ops.elementwise import mul
from symlab.core.ops.operators import Variable, cast_to, constant

GIVEN = "?"
INTEGER = np.dtype(np.int64)
Number = Any  # an int where it is known, else a scalar variable of int64
Array = np.ndarray[Any, Any]


def value_operands(count: int, **facts: Any) -> Mapping[str, Any]:
    """Facts of an op of which only the first operands are values: the others are sizes or places."""
    return MappingProxyType({"values": count, **facts})


# Numbers in attributes


def number_of(value: Any) -> Number:
    """A size or bound as a Python int if it is known, else as a scalar of int64."""
    if not isinstance(value, Variable):
        return int(value)
    if value.type is not None and value.op is CONSTANT and value.type.ndim == 0:
        return int(constant_value(value))
    return cast_to(value, INTEGER)


def separated(numbers: Iterable[Number]) -> tuple[tuple[Any, ...], tuple[Variable, ...]]:
    """What stands in the attribute, and the operands: a variable leaves `GIVEN` in its place."""
    numbers = list(numbers)
    template = tuple(GIVEN if isinstance(number, Variable) else number for number in numbers)
    return template, tuple(number for number in numbers if isinstance(number, Variable))


def filled_in(template: Sequence[Any], given: Iterable[Any]) -> tuple[Any, ...]:
    """The numbers of an attribute, each `GIVEN` replaced by the next operand."""
    following = iter(given)
    return tuple(next(following) if entry == GIVEN else entry for entry in template)


def static_sizes(template: Sequence[Any]) -> Shape:
    """The sizes of an attribute as a static shape."""
    return tuple(None if entry == GIVEN else entry for entry in template)


def check_given(template: Sequence[Any], given: Sequence[ArrayType]) -> None:
    """Raise unless there is one integer scalar for each `GIVEN`."""
    wanted = sum(1 for entry in template if entry == GIVEN)
    if len(given) != wanted:
        raise Misfit(f"{len(given)} sizes are given for the {wanted} that are not in the attribute", kind=InvalidValue)
    for item in given:
        if item.ndim or item.dtype != INTEGER:
            raise Misfit(f"a size is a scalar of int64, not {item}", kind=InvalidValue)


def axis_within(axis: int, rank: int) -> int:
    """An axis counted from the front."""
    if not -rank <= axis < rank:
        raise Misfit(*no_axis(axis, rank), kind=InvalidAxis)
    return axis + rank if axis < 0 else axis


def sizes_of(x: Variable) -> tuple[Number, ...]:
    """Every size of `x`, those that are not known as expressions."""
    return tuple(size_of(x, axis=axis) if size is None else size for axis, size in enumerate(x.type.shape))


def joined_size(sizes: Iterable[Number]) -> Number:
    """The product of sizes."""
    sizes = list(sizes)
    known = prod(size for size in sizes if isinstance(size, int))
    given = [size for size in sizes if not isinstance(size, int)]
    if not given:
        return known
    return functools.reduce(mul, given if known == 1 else [constant(known, dtype=INTEGER), *given])


def size_product(x: Variable) -> Number:
    """The number of elements."""
    return joined_size(sizes_of(x))


# The ops


def size_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of one size."""
    axis_within(attributes["axis"], x.ndim)
    return array_type(INTEGER, ())


size_of: Op = declared(
    "size_of",
    Kind.STRUCTURAL,
    doc="The size of one axis (attribute `axis`), a scalar of int64.",
    reference=lambda x, axis: np.int64(x.shape[axis]),
    infer=size_type,
    vjp=lambda cotangent, y, x, axis: (None,),
    jvp=lambda tangents, y, x, axis: None,
    latex=r"\operatorname{{size}}\left({0}\right)",
    extra=value_operands(0),
)


def reshaped_type(attributes: Mapping[str, Any], x: ArrayType, *given: ArrayType) -> ArrayType:
    """The type of `reshape`: -1 is found where all else is known."""
    template = attributes["shape"]
    check_given(template, given)
    if any(size != GIVEN and size < -1 for size in template) or list(template).count(-1) > 1:
        raise Misfit(f"{template} is not a shape: sizes are not negative, and one may be -1", kind=InvalidValue)
    total = None if None in x.shape else prod(x.shape)  # type: ignore[arg-type]
    known = [size for size in template if size not in (GIVEN, -1)]
    shape = [None if size in (GIVEN, -1) else size for size in template]
    if total is not None and GIVEN not in template:
        rest = prod(known)
        if rest != total and (-1 not in template or not rest or total % rest):
            raise Misfit(f"{total} elements do not fill the shape {template}")
        shape = [total // rest if size == -1 else size for size in template]
    return array_type(x.dtype, tuple(shape))


def reshape_reference(x: Array, *given: Any, shape: Sequence[Any]) -> Array:
    """The elements of `x` in another shape."""
    if any(size < 0 for size in given):
        raise ValueError(f"a size cannot be negative: {[int(size) for size in given]}")
    return np.reshape(x, filled_in(shape, given))


reshape: Op = declared(
    "reshape",
    Kind.STRUCTURAL,
    doc='The elements in another shape (attribute `shape`, in which "?" is the next operand and one size may be -1).',
    reference=reshape_reference,
    infer=reshaped_type,
    vjp=lambda cotangent, y, x, *given, shape: (reshaped(cotangent, sizes_of(x)), *(None for _ in given)),
    jvp=lambda tangents, y, x, *given, shape: reshape(tangents[0], *given, shape=shape),
    extra=value_operands(1),
)


def reshaped(x: Variable, sizes: Iterable[Number]) -> Variable:
    """`x` in the shape of these sizes, of which each is a number or an expression."""
    template, given = separated(sizes)
    return reshape(x, *given, shape=template)  # type: ignore[no-any-return]


def shuffled_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `dimshuffle`: an axis that is left out must be of size 1."""
    pattern = attributes["pattern"]
    kept = [axis for axis in pattern if axis != "x"]
    if len(set(kept)) != len(kept) or any(not 0 <= axis < x.ndim for axis in kept):
        raise Misfit(f"the pattern {pattern} does not name axes of {x} once each", kind=InvalidIndex)
    for axis, size in enumerate(x.shape):
        if axis not in kept and size != 1:
            found = "not known" if size is None else size
            raise Misfit(f"axis {axis} is left out, and its size is {found}, not 1", "T.addbroadcast(x, axis)")
    return array_type(x.dtype, tuple(1 if axis == "x" else x.shape[axis] for axis in pattern))


def shuffle_reference(x: Array, pattern: Sequence[Any]) -> Array:
    """The axes of `x` in the order of the pattern."""
    kept = [axis for axis in pattern if axis != "x"]
    dropped = [axis for axis in range(x.ndim) if axis not in kept]
    order = np.asarray(x.transpose(*dropped, *kept)[(0,) * len(dropped)], x.dtype)  # an element may be an object
    return np.asarray(order[tuple(None if axis == "x" else slice(None) for axis in pattern)])


def unshuffled(x: Variable, pattern: Sequence[Any], rank: int) -> Variable:
    """What `dimshuffle` made of an array of that rank, brought back."""
    places = {axis: place for place, axis in enumerate(pattern) if axis != "x"}
    return shuffled(x, [places.get(axis, "x") for axis in range(rank)])


dimshuffle: Op = declared(
    "dimshuffle",
    Kind.STRUCTURAL,
    doc='The axes in another order (attribute `pattern`), in which "x" is a new axis of size 1.',
    reference=shuffle_reference,
    infer=shuffled_type,
    vjp=lambda cotangent, y, x, pattern: (unshuffled(cotangent, pattern, x.ndim),),
    jvp=lambda tangents, y, x, pattern: dimshuffle(tangents[0], pattern=pattern),
)


def shuffled(x: Variable, pattern: Sequence[Any]) -> Variable:
    """`dimshuffle`, or `x` itself where nothing moves."""
    pattern = tuple(pattern)
    return x if pattern == tuple(range(x.ndim)) else dimshuffle(x, pattern=pattern)


def with_new_axes(x: Variable, axes: Iterable[int], rank: int) -> Variable:
    """`x` with axes of size 1 at these places among `rank`."""
    new = set(axes)
    following = iter(range(x.ndim))
    return shuffled(x, ["x" if place in new else next(following) for place in range(rank)])


def padded_left(x: Variable, rank: int) -> Variable:
    """`x` with axes of size 1 in front, up to `rank`."""
    return with_new_axes(x, range(rank - x.ndim), rank)


def spread_type(attributes: Mapping[str, Any], x: ArrayType, *given: ArrayType) -> ArrayType:
    """The type of `broadcast_to`."""
    template = attributes["shape"]
    check_given(template, given)
    if len(template) < x.ndim or any(size != GIVEN and size < 0 for size in template):
        raise Misfit(f"{x} does not broadcast to the shape {template}")
    shape = list(static_sizes(template))
    for place, size in enumerate(x.shape, len(shape) - x.ndim):
        if size not in (None, 1) and shape[place] not in (None, size):
            raise Misfit(f"axis {place - len(shape)} has size {size}, and does not broadcast to {shape[place]}")
        if size not in (None, 1):
            shape[place] = size
    return array_type(x.dtype, tuple(shape))


def spread_reference(x: Array, *given: Any, shape: Sequence[Any]) -> Array:
    """A view of `x` in which axes of size 1 repeat."""
    return np.broadcast_to(x, tuple(int(size) for size in filled_in(shape, given)))


def check_spread(types: Sequence[ArrayType], values: Sequence[Any], attributes: Mapping[str, Any]) -> None:
    """Raise if an axis would repeat that is not declared to be of size 1."""
    sizes = filled_in(attributes["shape"], values[1:])
    for place, (size, declared_size) in enumerate(zip(values[0].shape, types[0].shape, strict=True)):
        wanted = sizes[len(sizes) - len(types[0].shape) + place]
        if declared_size != 1 and size != wanted:
            raise ValueError(f"axis {place} has size {size}, which is not declared as 1, and does not become {wanted}")


def spread_vjp(cotangent: Variable, y: Variable, x: Variable, *given: Variable, shape: Sequence[Any]) -> Any:
    """The sum over what was repeated."""
    from symlab.core.ops.reduce import sum_to

    return (sum_to(cotangent, x.type.shape), *(None for _ in given))


broadcast_to: Op = declared(
    "broadcast_to",
    Kind.STRUCTURAL,
    doc='x repeated along new axes in front and axes of size 1 (attribute `shape`, in which "?" is the next operand).',
    reference=spread_reference,
    infer=spread_type,
    vjp=spread_vjp,
    jvp=lambda tangents, y, x, *given, shape: broadcast_to(tangents[0], *given, shape=shape),
    extra=value_operands(1, check=check_spread),
)


def spread(x: Variable, sizes: Sequence[Number]) -> Variable:
    """`x` broadcast to these sizes, or `x` itself where it is known to have them."""
    if tuple(sizes) == x.type.shape:
        return x
    template, given = separated(sizes)
    return broadcast_to(x, *given, shape=template)  # type: ignore[no-any-return]


def filled_like(x: Variable, value: Any, dtype: Any = None) -> Variable:
    """An array of the shape of `x` in which every element is `value`."""
    return spread(constant(value, dtype=dtype or x.type.dtype), sizes_of(x))


def specified_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `specify_shape`."""
    wanted = attributes["shape"]
    if len(wanted) != x.ndim:
        raise Misfit(f"a shape of {len(wanted)} sizes is declared for {x.ndim} axes", kind=NotAsDeclared)
    for axis, (size, found) in enumerate(zip(wanted, x.shape, strict=True)):
        if None not in (size, found) and size != found:
            raise Misfit(f"axis {axis} has size {found}, and {size} is declared", kind=NotAsDeclared)
    return array_type(x.dtype, tuple(a if a is not None else b for a, b in zip(wanted, x.shape, strict=True)))


def specify_reference(x: Array, shape: Shape) -> Array:
    """`x`, whose sizes are checked."""
    for axis, (wanted, found) in enumerate(zip(shape, x.shape, strict=True)):
        if wanted not in (None, found):
            raise Misfit(f"axis {axis} has size {found}, and {wanted} was declared", kind=NotAsDeclared)
    return x


specify_shape: Op = declared(
    "specify_shape",
    Kind.STRUCTURAL,
    doc="x, whose sizes are declared (attribute `shape`, None where nothing is said) and checked at the call.",
    reference=specify_reference,
    infer=specified_type,
    vjp=lambda cotangent, y, x, shape: (cotangent,),
    jvp=lambda tangents, y, x, shape: specify_shape(tangents[0], shape=shape),
)


def specified(x: Variable, shape: Shape) -> Variable:
    """`x` with these sizes declared, or `x` itself where it says no less."""
    told = all(wanted is None or wanted == found for wanted, found in zip(shape, x.type.shape, strict=True))
    return x if told else specify_shape(x, shape=tuple(shape))


def open_type(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of `unbroadcast`."""
    for axis in attributes["axes"]:
        axis_within(axis, x.ndim)
    return array_type(x.dtype, tuple(None if axis in attributes["axes"] else s for axis, s in enumerate(x.shape)))


unbroadcast: Op = declared(
    "unbroadcast",
    Kind.STRUCTURAL,
    doc="x, of whose sizes along `axes` nothing is known any more, so that they do not broadcast.",
    reference=lambda x, axes: x,
    infer=open_type,
    vjp=lambda cotangent, y, x, axes: (specified(cotangent, x.type.shape),),
    jvp=lambda tangents, y, x, axes: unbroadcast(tangents[0], axes=axes),
)
