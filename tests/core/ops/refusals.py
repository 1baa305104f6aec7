"""What every op refuses, and the sentence it says: a wrong operand or attribute of the op's first generic case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symlab.core.ir.errors import (
    InvalidAxis,
    InvalidIndex,
    InvalidIndexType,
    InvalidValue,
    NotAsDeclared,
    RankMismatch,
    ShapeMismatch,
    SymlabError,
    TypeMismatch,
)
from symlab.core.ir.op import Op
from symlab.core.ops import declare, random

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Refusal:
    """An op's first generic case with one thing changed, the error that this is, and how its sentence begins.

    Operand `place` gets another shape or dtype, and the attributes named get other values.
    """

    op: str
    kind: type[SymlabError]
    says: str
    place: int = 0
    shape: Shape | None = None
    dtype: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.op}: {self.says}".replace(" ", "_")


def each(ops: str, *rest: Any, **more: Any) -> Iterable[Refusal]:
    """The same refusal of several ops."""
    return (Refusal(name, *rest, **more) for name in ops.split())


# Ops that take any array: there is nothing to refuse but a wrong number of operands.
UNCONDITIONAL = frozenset(
    ("assume", "copy", "disconnected_grad", "grad_clip", "grad_scale", "nonzero", "undefined_grad", "zero_grad")
)  # fmt: skip

FOLDS = "all any argmax argmin log_softmax logsumexp max max_or_zero min negative_entropy prod softmax sum"
ALONG = "argsort cummax cummin cumprod cumsum logcumsumexp recurrence sort"
ORDERED = "argmax argmin argsort cummax cummin max min sort"
ROWS = "log_softmax logsumexp negative_entropy softmax softmax_slope"
SQUARE = (
    "cholesky cholesky_or_nan cofactors definite_factor det eig eigh eigvalsh expm inv inv_definite log_det_definite "
    "schur slogdet"
)
RECTANGLES = "column_order lu_factor pinv qr qr_raw svd svdvals"
SYSTEMS = "lstsq qz solve solve_definite solve_discrete_are solve_sylvester solve_triangular"
CONVOLUTIONS = "conv conv_filters conv_images"
SIZED = "broadcast_to chosen conv_filters conv_images irfft reshape slice windows_added"  # by operands, where asked

MATRICES = "x0 is float64[], not a matrix or a stack of them"
INEXACT = "x0 has dtype int64, not float32, float64, complex64 or complex128"

REFUSALS = (
    *each(FOLDS, InvalidAxis, "there is no axis 9: the array has 2 axes", attributes={"axes": (9,)}),
    *each(FOLDS, InvalidIndex, "axes (0, 0) are not in order, each once", attributes={"axes": (0, 0)}),
    *each("argmax argmin max min", InvalidValue, "there is no element along an axis of size 0", shape=(0, 0)),
    *each(ALONG, InvalidAxis, "there is no axis 99: the array has 2 axes", attributes={"axis": 99}),
    *each(ORDERED, TypeMismatch, "complex numbers have no order", dtype="complex128"),
    *each(ROWS, TypeMismatch, "rows of real numbers are wanted, not int64", dtype="int64"),
    Refusal("softmax_slope", TypeMismatch, "float64[] is no row beside float64[3, 4]", place=1, shape=()),
    Refusal("logcumsumexp", TypeMismatch, "real numbers are wanted, not bool", dtype="bool"),
    Refusal("recurrence", RankMismatch, "x0 is float64[] beside float64[3, 4]: arrays of one shape", shape=()),
    *each(f"{SQUARE} {RECTANGLES} {SYSTEMS}", TypeMismatch, MATRICES, shape=()),
    *each(f"{SQUARE} {RECTANGLES} {SYSTEMS} lu_solve", TypeMismatch, INEXACT, dtype="int64"),
    *each(f"{SQUARE} lu_solve", ShapeMismatch, "x0 has matrices of 10 rows and 3 columns, which are not square",
          shape=(10, 3)),
    *each("qz solve_discrete_are", ShapeMismatch, "x0 has matrices of 10 rows and 3 columns", shape=(10, 3)),
    *each("solve solve_definite solve_triangular", TypeMismatch, "float64[3, 3] and float64[2, 3, 2] differ in dtype "
          "or rank", shape=(3, 3)),
    Refusal("solve_sylvester", ShapeMismatch, "x0 has matrices of 3 rows and 2 columns", shape=(3, 2)),
    Refusal("lstsq", ShapeMismatch, "rows have sizes (10,) and (3,), which must be equal", shape=(10, 3)),
    Refusal("lu_solve", TypeMismatch, "x2 is int32[3], not the pivots of float64[]", shape=()),
    Refusal("row_order", TypeMismatch, "x1 is float64[3], not the pivots of float64[3, 3]", place=1, dtype="float64"),
    Refusal("regular_diagonal", TypeMismatch, "x0 is a scalar, not a diagonal", shape=()),
    Refusal("dot", RankMismatch, "float64[] and float64[3] are not vectors or matrices", shape=()),
    Refusal("dot", ShapeMismatch, "cannot contract axis 0 of x0 (10) with axis 0 of x1 (3)", shape=(10,)),
    Refusal("dot", TypeMismatch, "dtypes int64 and float64 differ", dtype="int64"),
    Refusal("matmul", RankMismatch, "float64[] and float64[2, 3, 4] are not stacks of matrices", shape=()),
    Refusal("matmul", ShapeMismatch, "cannot contract axis 2 of x0 (10) with axis 1 of x1 (3)", shape=(2, 2, 10)),
    Refusal("agreed", TypeMismatch, "x1 is float64[2], where integers of one dtype are wanted", place=1,
            dtype="float64"),
    Refusal("within", InvalidValue, "there is no domain 'somewhere', only not negative, positive",
            attributes={"domain": "somewhere"}),
    Refusal("arange", InvalidValue, "0 numbers are given for ('?', 5, 1)", attributes={"bounds": ("?", 5, 1)}),
    Refusal("bincount", TypeMismatch, "x0 is float64[6], where a vector of integers is wanted", dtype="float64"),
    Refusal("broadcast_to", ShapeMismatch, "axis -1 has size 8, and does not broadcast to 4", shape=(3, 8)),
    Refusal("broadcast_to", ShapeMismatch, "float64[3, 1] does not broadcast to the shape (9,)",
            attributes={"shape": (9,)}),
    Refusal("chosen", TypeMismatch, "a matrix of probabilities and a vector of uniform numbers are wanted", shape=()),
    *each(CONVOLUTIONS, TypeMismatch, "x0 has 0 axes, and 4 are wanted", shape=()),
    *each(CONVOLUTIONS, TypeMismatch, "x0 has dtype int64: floats of one dtype are wanted", dtype="int64"),
    Refusal("conv", ShapeMismatch, "x0 has 4 channels, and x1 takes 2 in each of 99 groups", attributes={"groups": 99}),
    Refusal("conv", ShapeMismatch, "11 filters are not so many in each of 2 groups", place=1, shape=(11, 2, 3, 2)),
    Refusal("dimshuffle", InvalidIndex, "the pattern (0, 0) does not name axes of float64[2, 3, 4] once each",
            attributes={"pattern": (0, 0)}),
    Refusal("dimshuffle", ShapeMismatch, "axis 0 is left out, and its size is 2, not 1", attributes={"pattern": ()}),
    Refusal("fft", TypeMismatch, "x0 is float64[2, 5], where complex numbers along an axis are wanted",
            dtype="float64"),
    Refusal("irfft", TypeMismatch, "x0 is float64[2, 3], where complex numbers along an axis are wanted",
            dtype="float64"),
    Refusal("rfft", TypeMismatch, "x0 is complex128[2, 5], where real numbers along an axis are wanted",
            dtype="complex128"),
    Refusal("filled_by", TypeMismatch, "windows of (2, 3), (3, 1) apart, do not fill images of (4, 4)", shape=(4, 4)),
    *each("filled_by windows", InvalidValue, "windows of sizes (9,) with steps", attributes={"size": (9,)}),
    *each("filled_by windows", InvalidValue, "windows of sizes (2, 3) with steps (0, 0) do not fit into 3 axes",
          attributes={"steps": (0, 0)}),
    Refusal("windows_added", InvalidValue, "x0 is float64[], which has too few axes for windows", shape=()),
    *each("inc_slice set_slice slice", InvalidIndex, "2 axes are indexed, and there are 0", shape=()),
    *each("inc_slice set_slice", ShapeMismatch, "axis -1 of the value has size 10, where 3 is wanted", place=1,
          shape=(4, 10)),
    *each("inc_slice inc_take set_slice set_take", TypeMismatch, "a value of dtype complex128 does not go into float64",
          place=1, dtype="complex128"),
    *each("inc_take set_take", RankMismatch, "a value of 4 axes does not go where there are 3", place=1,
          shape=(4, 3, 5, 3)),
    *each("inc_take set_take", InvalidIndexType, "an index is made of integers, not float64", place=2, dtype="float64"),
    Refusal("take", InvalidIndexType, "an index is made of integers, not bool", place=1, dtype="bool"),
    *each("inc_take set_take take", InvalidIndex, "1 index arrays for axes (9,) of 3", attributes={"axes": (9,)}),
    Refusal("join", RankMismatch, "float64[1, 3] does not join float64[2, 3, 3]", shape=(2, 3, 3)),
    Refusal("join", TypeMismatch, "float64[1, 3] does not join int64[2, 3]", dtype="int64"),
    Refusal("join", ShapeMismatch, "axis 1 has size 3 in one part and 10 in another", shape=(2, 10)),
    Refusal("make_vector", TypeMismatch, "float64[3] among scalars of float64", shape=(3,)),
    Refusal("mrg_uniform", TypeMismatch, "x0 is int64[2, 6], not the states of streams: rows of 6 numbers of int32",
            dtype="int64"),
    Refusal("multinomial_quantile", TypeMismatch, "x1 is int64[], where an int64 for each row is wanted", place=1,
            shape=()),
    Refusal("places_repeated", TypeMismatch, "counts are a vector of integers, not float64[3]", dtype="float64"),
    Refusal("quantile", TypeMismatch, "x1 is float64[2, 3], beside float64[]: float64 is wanted, of one shape",
            shape=()),
    Refusal("numpy_draw", TypeMismatch, "x0 is int64[629], not the state of a generator", dtype="int64"),
    Refusal("seeded", TypeMismatch, "one seed of integers at most is wanted, not float64[]", dtype="float64"),
    Refusal("reshape", ShapeMismatch, "72 elements do not fill the shape (4, 6)", shape=(2, 3, 4, 3)),
    Refusal("searchsorted", RankMismatch, "x0 is float64[4, 3], where a vector of float64 is wanted", shape=(4, 3)),
    Refusal("segments", TypeMismatch, "x0 is float64[4], where a vector of integers is wanted", dtype="float64"),
    Refusal("size_of", InvalidAxis, "there is no axis 99: the array has 3 axes", attributes={"axis": 99}),
    Refusal("specify_shape", NotAsDeclared, "axis 0 has size 9, and 2 is declared", shape=(9, 3, 4)),
    Refusal("specify_shape", NotAsDeclared, "a shape of 3 sizes is declared for 0 axes", shape=()),
    Refusal("unbroadcast", InvalidAxis, "there is no axis 9: the array has 2 axes", attributes={"axes": (9,)}),
    Refusal("unique", TypeMismatch, "x0 is int64[], where a vector is wanted", shape=()),
)  # fmt: skip

# What the dtype rules of elementwise ops refuse: a dtype, and the sentence; None where a rule takes every number.
ORDER = ("complex128", "complex numbers have no order")
REAL = ("complex128", "this function takes real numbers")
BITS = ("float64", "bits exist in booleans and integers only")
RULES: Mapping[Any, tuple[str, str] | None] = {
    declare.argument: None, declare.arithmetic: None, declare.as_they_are: None, declare.bits: BITS,
    declare.choice: None, declare.comparison: None, declare.floating: None, declare.magnitude: None,
    declare.number: ("bool", "booleans are not numbers here"), declare.ordered: ORDER, declare.ordering: ORDER,
    declare.paired: REAL, declare.power_of: None, declare.predicate: None, declare.quotient: None,
    declare.real_arithmetic: ORDER, declare.real_floating: REAL, declare.rounded: ORDER, declare.same: None,
    declare.shifted: BITS, declare.special: REAL, declare.special_single: REAL,
    random.words: ("float64", "keys, streams and places are of dtype uint64"),
}  # fmt: skip


def changed(case: Any, refusal: Refusal) -> tuple[list[tuple[np.dtype[Any], Shape]], dict[str, Any]]:
    """The types of a case's operands, and its attributes, with what is wrong."""
    types = [(operand.dtype, operand.shape) for operand in case.operands]
    if types:
        dtype, shape = types[refusal.place]
        shape = shape if refusal.shape is None else refusal.shape
        types[refusal.place] = (np.dtype(refusal.dtype or dtype), shape)
    return types, {**case.attributes, **refusal.attributes}


def rule_of(op: Op) -> Any:
    """What the dtype rule of an op refuses."""
    return RULES[op.dtypes]
