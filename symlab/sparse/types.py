"""Inputs: `csr_matrix("x")`, `csc_matrix("x", dtype="float32")`, `csr_dmatrix("x")`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlab.sparse.variable import SparseType, SparseVariable, as_sparse_variable
from symlab.tensor.types import complex_dtypes, integer_dtypes

__all__ = [
    "all_dtypes",
    "bsr_dmatrix",
    "bsr_fmatrix",
    "bsr_matrix",
    "complex_dtypes",
    "constant",
    "continuous_dtypes",
    "csc_dmatrix",
    "csc_fmatrix",
    "csc_matrix",
    "csr_dmatrix",
    "csr_fmatrix",
    "csr_matrix",
    "discrete_dtypes",
    "float_dtypes",
    "integer_dtypes",
    "matrix",
]  # fmt: skip

float_dtypes = ("float32", "float64")
continuous_dtypes = (*complex_dtypes, *float_dtypes)
discrete_dtypes = integer_dtypes
all_dtypes = (*discrete_dtypes, *continuous_dtypes)

constant = as_sparse_variable


Sizes = tuple[int | None, int | None]
UNKNOWN: Sizes = (None, None)


def matrix(format: str, name: str | None = None, dtype: Any = "floatX", shape: Sizes = UNKNOWN) -> SparseVariable:
    """An input of a format, "csr", "csc" or "bsr", of dtype floatX if nothing is said, with sizes as far as known."""
    return SparseType(format, dtype, shape)(name)


def csr_matrix(name: str | None = None, dtype: Any = "floatX", shape: Sizes = UNKNOWN) -> SparseVariable:
    """An input whose elements lie row by row."""
    return matrix("csr", name, dtype, shape)


def csc_matrix(name: str | None = None, dtype: Any = "floatX", shape: Sizes = UNKNOWN) -> SparseVariable:
    """An input whose elements lie column by column."""
    return matrix("csc", name, dtype, shape)


def bsr_matrix(name: str | None = None, dtype: Any = "floatX", shape: Sizes = UNKNOWN) -> SparseVariable:
    """An input whose values are matrices of blocks; within an expression its elements lie row by row."""
    return matrix("bsr", name, dtype, shape)


def lettered(format: str, dtype: str) -> Callable[..., SparseVariable]:
    """A constructor of inputs of one format and dtype."""

    def made(name: str | None = None) -> SparseVariable:
        return matrix(format, name, dtype)

    made.__doc__ = f"An input of format {format} and dtype {dtype}."
    return made


csr_dmatrix, csr_fmatrix = lettered("csr", "float64"), lettered("csr", "float32")
csc_dmatrix, csc_fmatrix = lettered("csc", "float64"), lettered("csc", "float32")
bsr_dmatrix, bsr_fmatrix = lettered("bsr", "float64"), lettered("bsr", "float32")
