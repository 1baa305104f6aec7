"""Indices taken apart: numbers and arrays become operands, slices and new axes stay in a template."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

import symlab.tensor as T
from symlab.core.ir.errors import InvalidIndex, TypeMismatch, message
from symlab.core.ops.operators import Variable

Template = tuple[Any, ...]
OPERAND = "operand"  # stands for the next operand


def read(items: Iterable[Any], x: np.ndarray[Any, Any]) -> tuple[Template, list[np.ndarray[Any, Any]]]:
    """The template of an index and its operands."""
    places: list[np.ndarray[Any, Any]] = []
    template: list[Any] = []
    for item in items:
        if item is None or item is Ellipsis:
            template.append(item)
        elif isinstance(item, slice):
            template.append(("slice", *(bound if bound is None else integer(bound) for bound in bounds(item))))
        else:
            template.append(OPERAND)
            places.append(place(item))
    places = [without_elements(array, x) for array in places]
    check_numbers(template, places, x)
    return tuple(template), places


def bounds(part: slice) -> tuple[Any, Any, Any]:
    """Start, stop and step."""
    return part.start, part.stop, part.step


def integer(value: Any) -> int:
    """A Python integer."""
    try:
        return operator.index(value)
    except TypeError:
        raise InvalidIndex(message(f"{value!r} is no place along an axis")) from None


def place(item: Any) -> np.ndarray[Any, Any]:
    """A number or an array of an index as an operand."""
    if isinstance(item, np.ndarray) and item.dtype.kind in "biu":
        return item
    if isinstance(item, bool):
        return np.asarray(item)
    return np.asarray(integer(item), np.int64)


def without_elements(item: np.ndarray[Any, Any], x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A mask without elements, which chooses nothing, with the sizes of the axes; any other item as it is."""
    wanted = x.shape[: item.ndim]
    if item.dtype.kind != "b" or item.size or item.ndim != len(wanted):
        return item
    fits = all(size in (0, other) for size, other in zip(item.shape, wanted, strict=True))
    return np.zeros(wanted, bool) if fits else item


def check_numbers(template: list[Any], places: list[np.ndarray[Any, Any]], x: np.ndarray[Any, Any]) -> None:
    """Masks have the sizes of the axes that they choose from, and one index has one ellipsis and not too many axes."""
    if sum(1 for item in template if item is Ellipsis) > 1:
        raise InvalidIndex(message("an index can have one ellipsis only"))
    used = sum(array.ndim if array.dtype.kind == "b" else 1 for array in places)
    used += sum(1 for item in template if isinstance(item, tuple))
    if used > x.ndim:
        raise InvalidIndex(message(f"too many indices: {used} for {x.ndim} axes"))
    masks = [array for array in places if array.dtype.kind == "b"]
    if masks and len(template) > 1:
        raise TypeMismatch(message("a mask is the only index", (), ["x[xp.nonzero(mask)]"]))
    for mask in masks:
        if mask.shape != x.shape[: mask.ndim]:
            raise InvalidIndex(message(f"a mask of shape {mask.shape} does not fit an array of shape {x.shape}"))


def filled(template: Template, operands: Iterator[Variable]) -> tuple[Any, ...]:
    """The index that a template and its operands stand for."""
    entries: list[Any] = []
    for item in template:
        if item == OPERAND:
            entries.append(next(operands))
        else:
            entries.append(slice(*item[1:]) if isinstance(item, tuple) else item)
    return tuple(entries)


def taken(x: Variable, *places: Variable, template: Template) -> Variable:
    """What is at an index."""
    if is_flag(places):
        return T.expand_dims(x, 0)[T.expand_dims(places[0], 0)]  # type: ignore[no-any-return]
    return x[filled(template, iter(places))]  # type: ignore[no-any-return]


def replaced(x: Variable, value: Variable, *places: Variable, template: Template) -> Variable:
    """x with other values at an index."""
    value = T.cast(value, x.dtype)
    if places and places[0].type.dtype.kind == "b" and value.ndim == 0:
        return T.where(T.shape_padright(places[0], x.ndim - places[0].ndim), value, x)  # type: ignore[no-any-return]
    if is_flag(places):
        return T.where(places[0], T.reshape(value, T.shape(x), x.ndim), x)  # type: ignore[no-any-return]
    return T.set_subtensor(x[filled(template, iter(places))], value)


def is_flag(places: tuple[Variable, ...]) -> bool:
    """Whether an index is one truth value, which chooses all or nothing."""
    return len(places) == 1 and places[0].type.dtype.kind == "b" and places[0].ndim == 0
