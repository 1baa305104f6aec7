"""Lists of sparse matrices of one type, as `typed_list` has lists of arrays: four lists, one for each part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.custom import typed_list
from symlab.core.ir.composite import Composite
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.types import ListType, array_type
from symlab.core.ops.operators import Variable
from symlab.sparse.variable import PLACES, SparseType, SparseVariable, as_sparse_variable


@dataclass(frozen=True)
class SparseListType:
    """The type of lists of any length of sparse matrices of one type; called it makes an input."""

    ttype: SparseType

    def __call__(self, name: str | None = None) -> SparseListVariable:
        """An input that a caller gives a list of matrices."""
        dtypes = self.ttype.dtype, PLACES, PLACES, np.int64
        names = [f"{name or self.ttype.format}.{part}" for part in ("data", "indices", "indptr", "shape")]
        kinds = [ListType(array_type(dtype, (None,))) for dtype in dtypes]
        return SparseListVariable(self, [kind(label) for kind, label in zip(kinds, names, strict=True)], name)

    def __str__(self) -> str:
        return f"list of {self.ttype}"


class SparseListVariable(Composite):
    """An expression whose value is a list of sparse matrices."""

    def __init__(self, type: SparseListType, parts: Sequence[Any], name: str | None = None) -> None:
        self.type, self.lists, self.name = type, tuple(parts), name

    @property
    def ttype(self) -> SparseType:
        """The type of the elements."""
        return self.type.ttype

    @property
    def parts(self) -> tuple[Any, ...]:
        """Lists of elements, of places, of where rows or columns begin, and of sizes."""
        return self.lists

    def with_parts(self, parts: Sequence[Any]) -> SparseListVariable:
        """A list of the same type from other variables."""
        return SparseListVariable(self.type, parts)

    def arrays_of(self, value: Any) -> tuple[Any, ...]:
        """Four lists of arrays for a list of matrices."""
        name = self.name or "the value"
        if not isinstance(value, (list, tuple)):
            raise TypeMismatch(message(f"{name} must be a list of matrices, and is of type {value.__class__.__name__}"))
        kind = SparseVariable(self.ttype.format, [None] * 4, name)  # type: ignore[list-item]
        found = [kind.arrays_of(item) for item in value]
        return tuple([arrays[place] for arrays in found] for place in range(4))

    def value_of(self, arrays: Sequence[Any]) -> Any:
        """The list of matrices of SciPy that four lists of arrays are."""
        kind = SparseVariable(self.ttype.format, [None] * 4)  # type: ignore[list-item]
        return [kind.value_of(parts) for parts in zip(*arrays, strict=True)]

    def as_this(self, value: Any) -> SparseListVariable:
        """A list of matrices as one of this type."""
        return as_sparse_list(value, self.type)

    @property
    def differentiable(self) -> Any:
        """The lists of elements, through which no gradient passes."""
        return self.lists[0]

    def gradient(self, part: Any) -> Any:
        """What is known of it."""
        return part

    def element(self, value: Any) -> SparseVariable:
        """A matrix as an element of this list."""
        found = as_sparse_variable(value)
        if (found.format, found.dtype) != (self.ttype.format, self.ttype.dtype):
            raise TypeMismatch(message(f"an element of a {self.type} is {self.ttype}, not {found.type}"))
        return found

    def each(self, change: Callable[..., Any], *others: Any) -> SparseListVariable:
        """A list of which each part is changed, by those of others."""
        return self.with_parts([change(*items) for items in zip(self.lists, *(item.parts for item in others))])

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.each(lambda items: items[index])
        return SparseVariable(self.ttype.format, [items[index] for items in self.lists])

    def __len__(self) -> int:
        raise TypeMismatch(message("the length of a list is not known before the call", (), ["length(x)"]))

    def length(self) -> Variable:
        """The number of matrices."""
        return typed_list.length(self.lists[0])

    def append(self, toAppend: Any) -> SparseListVariable:
        """The list with one matrix more."""
        return self.each(typed_list.append, self.element(toAppend))

    def extend(self, toAppend: Any) -> SparseListVariable:
        """The list with those of another one behind it."""
        return self.each(typed_list.extend, as_sparse_list(toAppend, self.type))

    def insert(self, index: Any, toInsert: Any) -> SparseListVariable:
        """The list with a matrix put in before a place."""
        return self.each(lambda items, item: items.insert(index, item), self.element(toInsert))

    def reverse(self) -> SparseListVariable:
        """The list from its end to its beginning."""
        return self.each(typed_list.reverse)

    def remove(self, toRemove: Any) -> SparseListVariable:
        """The list without the first matrix that keeps the same elements."""
        place = self.ind(toRemove)
        return self.each(lambda items: typed_list.dropped(items, place))

    def ind(self, elem: Any) -> Variable:
        """The place of the first matrix that keeps the same elements."""
        return typed_list.index_of_parts(self.lists, self.element(elem).parts)

    def count(self, elem: Any) -> Variable:
        """How many matrices keep the same elements."""
        return typed_list.count_of_parts(self.lists, self.element(elem).parts)


def as_sparse_list(value: Any, type: SparseListType | None = None) -> SparseListVariable:
    """`value` as a list of sparse matrices: itself, or a list of one matrix and others of its type."""
    if isinstance(value, SparseListVariable) and type in (None, value.type):
        return value
    if not isinstance(value, (list, tuple)) or not value:
        raise TypeMismatch(message(f"{value!r} is no {type or 'list of sparse matrices'}"))
    first, *others = map(as_sparse_variable, value)
    kind = type or SparseListType(SparseType(first.format, first.dtype))
    made = SparseListVariable(kind, ())
    rest = [made.element(item).parts for item in others]
    lists = [typed_list.make_list(items) for items in zip(made.element(first).parts, *rest, strict=True)]
    return made.with_parts(lists)
