"""Inputs: `csr_matrix("x")`, `csc_matrix("x", dtype="float32")`, `csr_dmatrix("x")`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlab.sparse.variable import SparseType, SparseVariable, as_sparse_variable

__all__ = [
    "constant",
    "csc_dmatrix",
    "csc_fmatrix",
    "csc_matrix",
    "csr_dmatrix",
    "csr_fmatrix",
    "csr_matrix",
    "matrix",
]  # fmt: skip

constant = as_sparse_variable


def matrix(format: str, name: str | None = None, dtype: Any = "floatX") -> SparseVariable:
    """An input of a format, "csr" or "csc", and of dtype floatX if nothing is said."""
    return SparseType(format, dtype)(name)


def csr_matrix(name: str | None = None, dtype: Any = "floatX") -> SparseVariable:
    """An input whose elements lie row by row."""
    return matrix("csr", name, dtype)


def csc_matrix(name: str | None = None, dtype: Any = "floatX") -> SparseVariable:
    """An input whose elements lie column by column."""
    return matrix("csc", name, dtype)


def lettered(format: str, dtype: str) -> Callable[..., SparseVariable]:
    """A constructor of inputs of one format and dtype."""

    def made(name: str | None = None) -> SparseVariable:
        return matrix(format, name, dtype)

    made.__doc__ = f"An input of format {format} and dtype {dtype}."
    return made


csr_dmatrix, csr_fmatrix = lettered("csr", "float64"), lettered("csr", "float32")
csc_dmatrix, csc_fmatrix = lettered("csc", "float64"), lettered("csc", "float32")
