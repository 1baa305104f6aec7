"""Softmax with biases and classes, and what is counted and looked up by class, under Theano's names."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.agreement import within
from symlab.core.ops.compare import eq
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import add, log, mul, neg, sub
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of
from symlab.tensor.creation import zeros
from symlab.tensor.elementwise import cast
from symlab.tensor.joining import concatenate
from symlab.tensor.linalg import dot
from symlab.tensor.reductions import argmax, softmax
from symlab.tensor.searching import unique

# fmt: off
__all__ = [
    "confusion_matrix", "crossentropy_categorical_1hot", "crossentropy_softmax_1hot",
    "crossentropy_softmax_1hot_with_bias", "crossentropy_softmax_1hot_with_bias_dx",
    "crossentropy_softmax_argmax_1hot_with_bias",
    "crossentropy_softmax_max_and_argmax_1hot", "prepend_0_to_each_row", "prepend_1_to_each_row",
    "prepend_scalar_to_each_row", "softmax_with_bias",
]
# fmt: on


def softmax_with_bias(x: Any, b: Any) -> Variable:
    """softmax of the rows of x + b."""
    return softmax(add(as_variable(x), as_variable(b)), axis=-1)


def crossentropy_categorical_1hot(coding_dist: Any, true_one_of_n: Any) -> Variable:
    """For each row of probabilities the surprise of one class: -log(p[class])."""
    coding, truth = as_variable(coding_dist), as_variable(true_one_of_n)
    if (coding.ndim, truth.ndim) != (2, 1):
        operands = [("coding_dist", coding), ("true_one_of_n", truth)]
        raise TypeMismatch(message("rows of probabilities and a vector of classes are wanted", operands))
    return neg(log(coding[counted(sizes_of(truth)[0]), truth]))  # type: ignore[no-any-return]


def crossentropy_softmax_1hot_with_bias(x: Any, b: Any, y_idx: Any) -> tuple[Variable, Variable]:
    """For each row of x + b the surprise of its class under softmax, and the softmax."""
    chances = softmax_with_bias(x, b)
    return crossentropy_categorical_1hot(chances, within(as_variable(y_idx), domain="not negative")), chances


def crossentropy_softmax_1hot(x: Any, y_idx: Any) -> tuple[Variable, Variable]:
    """For each row of x the surprise of its class under softmax, and the softmax."""
    chances = softmax(as_variable(x), axis=-1)
    return crossentropy_categorical_1hot(chances, within(as_variable(y_idx), domain="not negative")), chances


def crossentropy_softmax_argmax_1hot_with_bias(x: Any, b: Any, y_idx: Any) -> tuple[Variable, Variable, Variable]:
    """As `crossentropy_softmax_1hot_with_bias`, and the likeliest class of each row."""
    found, chances = crossentropy_softmax_1hot_with_bias(x, b, y_idx)
    return found, chances, argmax(chances, axis=-1)


def crossentropy_softmax_1hot_with_bias_dx(dy: Any, sm: Any, y_idx: Any) -> Variable:
    """The gradient of `crossentropy_softmax_1hot_with_bias` by x, from that by its surprises and the softmax."""
    dy, chances, truth = as_variable(dy), as_variable(sm), as_variable(y_idx)
    rows = dy.dimshuffle(0, "x") if dy.ndim else dy
    hit = eq(truth.dimshuffle(0, "x"), counted(sizes_of(chances)[1]).dimshuffle("x", 0))
    return mul(rows, sub(chances, cast(hit, chances.dtype)))  # type: ignore[no-any-return]


def crossentropy_softmax_max_and_argmax_1hot(x: Any, y_idx: Any) -> tuple[Variable, ...]:
    """As `crossentropy_softmax_1hot`, with the largest chance of each row and its class."""
    found, chances = crossentropy_softmax_1hot(x, y_idx)
    return found, chances, chances.max(axis=-1), argmax(chances, axis=-1)


def confusion_matrix(actual: Any, pred: Any) -> list[Variable]:
    """How often each class (a row) was taken for each (a column), and the classes of both vectors in order."""
    truth, guesses = as_variable(actual), as_variable(pred)
    order = unique(concatenate([truth, guesses], axis=0))
    rows, columns = (
        cast(eq(order.dimshuffle(0, "x"), vector.dimshuffle("x", 0)), "float64") for vector in (truth, guesses)
    )
    return [cast(dot(rows, columns.T), "int64"), order]


def prepend_scalar_to_each_row(value: Any, matrix: Any) -> Variable:
    """A matrix with one more column in front, full of a number."""
    matrix = as_variable(matrix)
    column = add(zeros([sizes_of(matrix)[0], 1], dtype=matrix.dtype), cast(value, matrix.dtype))
    return concatenate([column, matrix], axis=1)


def prepend_0_to_each_row(matrix: Any) -> Variable:
    """A matrix with a column of zeros in front."""
    return prepend_scalar_to_each_row(0.0, matrix)


def prepend_1_to_each_row(matrix: Any) -> Variable:
    """A matrix with a column of ones in front."""
    return prepend_scalar_to_each_row(1.0, matrix)
