"""Parts of matrices: elements, slices, rows and columns by their numbers."""

from __future__ import annotations

from typing import Any

import symlab.tensor as T
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.operators import Variable
from symlab.sparse.structure import as_format, kept, majors, pointers, transpose
from symlab.sparse.variable import PLACES, SparseVariable, as_sparse_variable

__all__ = ["get_item", "get_item_2d", "get_item_2lists", "get_item_list", "get_item_scalar"]

EVERYTHING = slice(None)


def get_item(x: Any, index: Any) -> Any:
    """`x[i, j]` as a scalar, `x[rows, columns]` of two lists as a vector; slices and single lists give matrices."""
    x = as_sparse_variable(x)
    row, column = index if isinstance(index, tuple) else (index, EVERYTHING)
    if isinstance(row, slice) or isinstance(column, slice):
        return get_item_2d(x, row, column)
    return elements(x, row, column)


def get_item_scalar(x: Any, index: Any) -> Variable:
    """The element at a pair of numbers."""
    return elements(as_sparse_variable(x), *index)


def get_item_2lists(x: Any, ind1: Any, ind2: Any) -> Variable:
    """The elements at pairs of numbers, as a vector."""
    return elements(as_sparse_variable(x), ind1, ind2)


def get_item_list(x: Any, index: Any) -> SparseVariable:
    """The rows with these numbers, one after the other."""
    return chosen_rows(as_sparse_variable(x), T.as_tensor(index))


def get_item_2d(x: Any, row: Any, column: Any = EVERYTHING) -> SparseVariable:
    """The part of a matrix within slices; a number stands for one row or column, a list for several."""
    x = as_sparse_variable(x)
    if all(isinstance(part, slice) and part.step in (None, 1) for part in (row, column)):
        return block(x, row, column)
    return chosen(transpose(chosen(transpose(x), column)), row)


def elements(x: SparseVariable, rows: Any, columns: Any) -> Variable:
    """The elements at places, found among the numbers of those that are kept, which ascend."""
    pair = [T.arange(size)[T.as_tensor(at)] for at, size in zip((rows, columns), (x.shape[0], x.shape[1]), strict=True)]
    major, minor = pair if x.format != "csc" else pair[::-1]
    width = x.shape[0 if x.format == "csc" else 1]
    keys = majors(x) * width + T.cast(x.indices, "int64")
    wanted = major * width + minor
    place = T.searchsorted(keys, wanted)
    found = T.eq(T.concatenate([keys, T.constant([-1])])[place], wanted)
    values = T.concatenate([x.data, T.zeros([1], x.dtype)])[place]
    return T.where(found, values, T.zeros_like(values))


def chosen(x: SparseVariable, rows: Any) -> SparseVariable:
    """The rows within a slice, those of a list, or a single one."""
    if rows == EVERYTHING if isinstance(rows, slice) else rows is None:
        return x
    if isinstance(rows, slice) and rows.step in (None, 1):
        return block(x, rows, EVERYTHING)
    if isinstance(rows, slice):
        return chosen_rows(x, T.arange(x.shape[0])[rows])
    numbers = T.as_tensor(rows)
    if numbers.ndim > 1:
        raise TypeMismatch(message("rows and columns are chosen by a list of numbers", [("index", numbers)]))
    return chosen_rows(x, numbers if numbers.ndim else T.expand_dims(numbers, 0))


def block(x: SparseVariable, rows: slice, columns: slice) -> SparseVariable:
    """The elements of some rows and columns next to each other."""
    by_rows = x.format != "csc"
    major, minor = (0, 1) if by_rows else (1, 0)
    starts, lengths = zip(*(bounds(part, x.shape[axis]) for axis, part in enumerate((rows, columns))), strict=True)
    mask: Any = None
    for place, axis in ((majors(x), major), (T.cast(x.indices, "int64"), minor)):
        inside = T.and_(T.ge(place, starts[axis]), T.lt(place, starts[axis] + lengths[axis]))
        mask = inside if mask is None else T.and_(mask, inside)
    left = kept(x, mask)
    pointer = left.indptr[starts[major] : starts[major] + lengths[major] + 1]
    shape = T.stack([T.cast(length, "int64") for length in lengths])
    return SparseVariable(x.format, (left.data, T.cast(left.indices - starts[minor], PLACES), pointer, shape))


def bounds(part: slice, size: Variable) -> tuple[Variable, Variable]:
    """Where a slice begins, and how many rows or columns it has."""
    start = bound(0 if part.start is None else part.start, size)
    stop = T.maximum(bound(size if part.stop is None else part.stop, size), start)
    return start, stop - start


def bound(number: Any, size: Variable) -> Variable:
    """A bound of a slice, counted from the end if it is negative, within the size."""
    place = T.cast(number, "int64")
    return T.clip(T.switch(T.lt(place, 0), place + size, place), 0, size)


def chosen_rows(x: SparseVariable, rows: Variable) -> SparseVariable:
    """The rows at these places, one after the other."""
    wide = as_format(x, "csr")
    first, last = wide.indptr[:-1][rows], wide.indptr[1:][rows]
    which, places = ranges(first, last)
    count = rows.shape[0]
    shape = T.stack([count, x.shape[1]])
    found = SparseVariable("csr", (wide.data[places], wide.indices[places], pointers(which, count), shape))
    return as_format(found, x.format)


def ranges(first: Variable, last: Variable) -> tuple[Variable, Variable]:
    """The numbers from each `first` to before its `last`, one after the other, with the range that each is of."""
    first, counts = T.cast(first, "int64"), T.cast(last, "int64") - T.cast(first, "int64")
    which = T.repeat(T.arange(counts.shape[0]), counts)
    before = T.cumsum(counts) - counts
    return which, first[which] + T.arange(which.shape[0]) - before[which]
