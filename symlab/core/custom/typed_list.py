"""Lists of arrays of one type as values of expressions: `TypedListType(T.dvector)("xs")`, `append(xs, x)`, `xs[0]`.

The names are those of Theano's module of this name. A list is a value as any other: what changes one gives a new list.
Functions with lists run on the reference evaluator, and nothing is differentiated through them. Lists of sparse
matrices are in `symlab.sparse.lists`, of the same methods.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import numpy as np

from symlab.core.custom.records import PYTHON, as_type, fitted_operand
from symlab.core.ir.composite import Composite
from symlab.core.ir.errors import InvalidValue, Misfit, TypeMismatch, message
from symlab.core.ir.op import INPUT, Kind, Op
from symlab.core.ir.types import ArrayType, ListType, array_type
from symlab.core.ops.operators import Variable, as_variable

Array = np.ndarray[Any, Any]
P = ParamSpec("P")
R = TypeVar("R")
COUNTED = array_type(np.int64, ())


def TypedListType(ttype: Any, depth: int = 0) -> Any:
    """The type of lists of elements of this type, that of arrays or of lists in turn; calling it gives an input.

    `depth` is the number of lists that lie around those elements within the list.
    """
    if hasattr(ttype, "lists") and not depth:
        return ttype.lists()
    if depth < 0:
        raise InvalidValue(message(f"the depth of lists is not negative, as {depth} is"))
    if depth:
        return ListType(TypedListType(ttype, depth - 1))
    found = ttype if isinstance(ttype, ListType) else as_type(ttype)
    if found is None:
        raise TypeMismatch(message(f"{ttype!r} is no type that a list can hold", (), ["TypedListType(T.dvector)"]))
    return ListType(found)


class TypedListVariable(Variable):
    """An expression whose value is a list of arrays."""

    __slots__ = ()

    @property
    def ttype(self) -> Any:
        """The type of the elements."""
        return self.type.item

    def __getitem__(self, index: Any) -> Any:
        return getitem(self, index)

    def __len__(self) -> int:
        raise TypeMismatch(
            message("the length of a list is not known before the call", [("list", self)], ["length(x)"])
        )

    def __iter__(self) -> Any:
        raise TypeMismatch(message("the elements of a list are not known before the call", [("list", self)], ["x[0]"]))

    def append(self, toAppend: Any) -> TypedListVariable:
        """The list with one element more."""
        return append(self, toAppend)

    def extend(self, toAppend: Any) -> TypedListVariable:
        """The list with those of another one behind it."""
        return extend(self, toAppend)

    def insert(self, index: Any, toInsert: Any) -> TypedListVariable:
        """The list with an element put in before a place."""
        return insert(self, index, toInsert)

    def remove(self, toRemove: Any) -> TypedListVariable:
        """The list without the first element that is equal to this one."""
        return remove(self, toRemove)

    def reverse(self) -> TypedListVariable:
        """The list from its end to its beginning."""
        return reverse(self)

    def count(self, elem: Any) -> Variable:
        """How many elements are equal to this one."""
        return count(self, elem)

    def ind(self, elem: Any) -> Variable:
        """The place of the first element that is equal to this one."""
        return index_(self, elem)


def list_input(type: ListType, name: str | None = None) -> TypedListVariable:
    """An input that a caller gives a list of arrays."""
    return TypedListVariable(INPUT, (), (), type, name)


# The ops


def list_op(name: str, doc: str, reference: Callable[..., Any], infer: Callable[..., Any]) -> Op:
    """An op on lists; Python computes it."""
    return Op(name, Kind.CALL, doc, reference, infer, home=__name__, extra=PYTHON)


def same_list(attributes: Mapping[str, Any], x: Any, *others: Any) -> Any:
    """The type of the list."""
    return x


def number(attributes: Mapping[str, Any], *operands: Any) -> ArrayType:
    """A count or a place."""
    return COUNTED


def equal(first: Any, second: Any) -> bool:
    """Whether two elements are the same: their shapes and all that they hold."""
    if isinstance(first, list):
        return len(first) == len(second) and all(map(equal, first, second))
    return bool(np.array_equal(first, second))


def place_of(items: list[Any], wanted: Any) -> int:
    """The place of the first element that is equal to this one."""
    for place, item in enumerate(items):
        if equal(item, wanted):
            return place
    raise ValueError("the list has no such element")


def without(items: list[Any], wanted: Any) -> list[Any]:
    """The list without the first element that is equal to this one."""
    place = place_of(items, wanted)
    return items[:place] + items[place + 1 :]


def inserted(items: list[Any], index: Any, item: Any) -> list[Any]:
    """The list with an element put in before a place."""
    place = slice(None, int(index)).indices(len(items))[1]
    return [*items[:place], item, *items[place:]]


def part_of(items: list[Any], *numbers: Any, given: tuple[bool, ...]) -> list[Any]:
    """The elements of a slice."""
    following = iter(numbers)
    return items[slice(*[int(next(following)) if is_given else None for is_given in given])]


MAKE = list_op("make_list", "A list of these elements.", lambda *items: list(items),
               lambda attributes, *items: ListType(items[0]))  # fmt: skip
APPEND = list_op("list_append", "A list with one element more.", lambda items, item: [*items, item], same_list)
EXTEND = list_op("list_extend", "One list behind another.", lambda items, others: [*items, *others], same_list)
INSERT = list_op("list_insert", "A list with an element before a place.", inserted, same_list)
REMOVE = list_op("list_remove", "A list without the first such element.", without, same_list)
REVERSE = list_op("list_reverse", "A list from its end.", lambda items: items[::-1], same_list)
ITEM = list_op("list_item", "An element by its place.", lambda items, place: items[int(place)],
               lambda attributes, items, place: items.item)  # fmt: skip
PART = list_op("list_part", "A part of a list (`given`: which of start, stop and step the further operands are).",
               part_of, same_list)  # fmt: skip
INDEX = list_op("list_index", "The place of the first such element.",
                lambda items, item: np.int64(place_of(items, item)), number)  # fmt: skip
COUNT = list_op("list_count", "How many such elements there are.",
                lambda items, wanted: np.int64(sum(equal(item, wanted) for item in items)), number)  # fmt: skip
LENGTH = list_op("list_length", "The number of elements.", lambda items: np.int64(len(items)), number)


def places_in(operands: Sequence[Any]) -> list[int]:
    """Where in several lists of one length all elements are equal to those that come behind the lists."""
    half = len(operands) // 2
    rows = enumerate(zip(*operands[:half], strict=True))
    return [place for place, row in rows if all(map(equal, row, operands[half:]))]


def first_place(*operands: Any) -> Any:
    """The first of these places."""
    found = places_in(operands)
    if not found:
        raise ValueError("the list has no such element")
    return np.int64(found[0])


DROP = list_op("list_drop", "A list without the element at a place.",
               lambda items, place: items[: int(place)] + items[int(place) + 1 :], same_list)  # fmt: skip
PLACE = list_op("list_place", "The place of the first such elements in several lists.", first_place, number)
TALLY = list_op("list_tally", "At how many places of several lists there are such elements.",
                lambda *operands: np.int64(len(places_in(operands))), number)  # fmt: skip


def applied(op: Op, *operands: Variable, **attributes: Any) -> Any:
    """A node of an op on lists: a list variable where that is its type."""
    try:
        type = op.infer(attributes, *(item.type for item in operands)) if op.infer else None
    except Misfit as misfit:
        raise misfit.kind(message(f"{op.name}: {misfit.problem}", [("operand", operands[0])])) from None
    kind = TypedListVariable if isinstance(type, ListType) else Variable
    return kind(op, operands, tuple(sorted(attributes.items())), type)


def as_list(value: Any) -> TypedListVariable:
    """`value` as a list variable."""
    if isinstance(value, TypedListVariable):
        return value
    if isinstance(value, (list, tuple)) and value:
        return make_list(value)
    tries = ["TypedListType(T.dvector)('xs')", "make_list([x, y])"]
    raise TypeMismatch(message(f"{value!r} is no list of arrays", (), tries))


def element(items: TypedListVariable, value: Any) -> Variable:
    """`value` as an element of a list."""
    wanted = items.ttype
    if isinstance(wanted, ListType):
        found = as_list(value)
        if found.type != wanted:
            raise TypeMismatch(message(f"an element of {items.type} is {wanted}, not {found.type}", [("list", items)]))
        return found
    return fitted_operand(f"an element of {items.type}", wanted, value)


def place(value: Any) -> Variable:
    """`value` as an integer scalar."""
    return fitted_operand("a place in a list", COUNTED, value)


# The functions


def by_method(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function that asks a list of several parts for its own method of this name."""

    def asking(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def found(x: Any, *others: Any, **named: Any) -> Any:
            return getattr(x, name)(*others, **named) if isinstance(x, Composite) else function(x, *others, **named)

        return found  # type: ignore[return-value]

    return asking


def make_list(tensors: Sequence[Any]) -> TypedListVariable:
    """A list of these elements, which have one type."""
    if tensors and hasattr(tensors[0], "listed"):
        return tensors[0].listed(tensors)  # type: ignore[no-any-return]
    first, *others = [item if isinstance(item, TypedListVariable) else as_variable(item) for item in tensors]
    wanted = first.type if isinstance(first.type, ListType) else open_type(first.type)
    for other in others:
        if (other.type if isinstance(other.type, ListType) else open_type(other.type)) != wanted:
            raise TypeMismatch(message("the elements of a list have one type", [("first", first), ("other", other)]))
    return TypedListVariable(MAKE, (first, *others), (), ListType(wanted))


def open_type(type: Any) -> ArrayType:
    """The type with all sizes unknown, so that elements of several shapes fit."""
    return array_type(type.dtype, (None,) * type.ndim)


@by_method("append")
def append(x: Any, toAppend: Any) -> TypedListVariable:
    """The list with one element more."""
    items = as_list(x)
    return applied(APPEND, items, element(items, toAppend))  # type: ignore[no-any-return]


@by_method("extend")
def extend(x: Any, toAppend: Any) -> TypedListVariable:
    """The first list with the second behind it."""
    items, others = as_list(x), as_list(toAppend)
    if items.type != others.type:
        raise TypeMismatch(message("two lists of one type are wanted", [("list", items), ("other", others)]))
    return applied(EXTEND, items, others)  # type: ignore[no-any-return]


@by_method("insert")
def insert(x: Any, index: Any, toInsert: Any) -> TypedListVariable:
    """The list with an element put in before a place."""
    items = as_list(x)
    return applied(INSERT, items, place(index), element(items, toInsert))  # type: ignore[no-any-return]


@by_method("remove")
def remove(x: Any, toRemove: Any) -> TypedListVariable:
    """The list without the first element that is equal to this one."""
    items = as_list(x)
    return applied(REMOVE, items, element(items, toRemove))  # type: ignore[no-any-return]


@by_method("reverse")
def reverse(x: Any) -> TypedListVariable:
    """The list from its end to its beginning."""
    return applied(REVERSE, as_list(x))  # type: ignore[no-any-return]


@by_method("__getitem__")
def getitem(x: Any, index: Any) -> Any:
    """An element by its place, or a part of the list by a slice; numbers may be expressions."""
    items = as_list(x)
    if isinstance(index, slice):
        numbers = [index.start, index.stop, index.step]
        given = tuple(number is not None for number in numbers)
        return applied(PART, items, *[place(number) for number in numbers if number is not None], given=given)
    return applied(ITEM, items, place(index))


@by_method("ind")
def index_(x: Any, elem: Any) -> Variable:
    """The place of the first element that is equal to this one."""
    items = as_list(x)
    return applied(INDEX, items, element(items, elem))  # type: ignore[no-any-return]


@by_method("count")
def count(x: Any, elem: Any) -> Variable:
    """How many elements are equal to this one."""
    items = as_list(x)
    return applied(COUNT, items, element(items, elem))  # type: ignore[no-any-return]


@by_method("length")
def length(x: Any) -> Variable:
    """The number of elements."""
    return applied(LENGTH, as_list(x))  # type: ignore[no-any-return]


# What lists of several parts are made of


def dropped(x: TypedListVariable, place: Variable) -> TypedListVariable:
    """The list without the element at a place."""
    return applied(DROP, x, place)  # type: ignore[no-any-return]


def index_of_parts(lists: Sequence[TypedListVariable], elements: Sequence[Variable]) -> Variable:
    """The first place at which each list has its element."""
    return applied(PLACE, *lists, *elements)  # type: ignore[no-any-return]


def count_of_parts(lists: Sequence[TypedListVariable], elements: Sequence[Variable]) -> Variable:
    """At how many places each list has its element."""
    return applied(TALLY, *lists, *elements)  # type: ignore[no-any-return]
