"""Sums of exponentials over axes: softmax, its logarithm, the logarithm of the sum."""

from __future__ import annotations

from symlab.core.ops.cumulative import cumsum, logcumsumexp
from symlab.core.ops.elementwise import exp, log, reciprocal
from symlab.core.ops.gather import take
from symlab.core.ops.index import slice as slice_op
from symlab.core.ops.nn import log_softmax, logsumexp, negative_entropy, softmax
from symlab.core.ops.reduce import prod, sum
from symlab.core.rewrite.rule import rule
from symlab.core.rewrite.sorts import Attributes, NotNegative, Positive, Row

WHOLE = (None, None, 1)


def aligned(axis):
    """Whether the sums of rows, broadcast against the rows, meet those that they were made from."""
    known = dict(axis)
    axes = known["axes"]
    in_front = axes == tuple(range(len(axes)))
    return set(known) == {"axes", "keepdims"} and (known["keepdims"] or in_front)


def plain(axis):
    """Whether a sum says nothing of the dtype of its running sum."""
    return {name for name, _ in axis} == {"axes", "keepdims"}


@rule(when=aligned)
def softmax_of_quotient(x: Row, axis: Attributes):
    """exp overflows in numerator and denominator where softmax is nearly 1."""
    return exp(x) * reciprocal(sum(exp(x), attributes=axis)), softmax(x, axes=axis.axes)


@rule(when=plain)
def log_of_sum_of_row(x: Row, axis: Attributes):
    """exp overflows where the logarithm of the sum is nearly the largest element."""
    return log(sum(exp(x), attributes=axis)), logsumexp(x, attributes=axis)


@rule(when=plain)
def log_of_weighted_sum(w: NotNegative, x: Row, axis: Attributes):
    """exp overflows where the logarithm of a weighted sum is nearly the largest element."""
    return log(sum(w * exp(x), attributes=axis)), logsumexp(x + log(w), attributes=axis)


@rule
def log_of_softmax(x: Row, rows: Attributes):
    """softmax underflows, or is nearly 1, where its logarithm is an ordinary number."""
    return log(softmax(x, attributes=rows)), log_softmax(x, attributes=rows)


@rule
def log_of_part_of_softmax(x: Row, *places, rows: Attributes, index: Attributes):
    """softmax underflows, or is nearly 1, where its logarithm is an ordinary number."""
    return (
        log(slice_op(softmax(x, attributes=rows), *places, attributes=index)),
        slice_op(log_softmax(x, attributes=rows), *places, attributes=index),
    )


@rule
def log_of_taken_softmax(x: Row, *places, rows: Attributes, index: Attributes):
    """softmax underflows, or is nearly 1, where its logarithm is an ordinary number."""
    return (
        log(take(softmax(x, attributes=rows), *places, attributes=index)),
        take(log_softmax(x, attributes=rows), *places, attributes=index),
    )


@rule
def exp_of_log_softmax(x: Row, rows: Attributes):
    """One softmax is better than the exponential of its logarithm."""
    return exp(log_softmax(x, attributes=rows)), softmax(x, attributes=rows)


@rule(when=aligned)
def log_softmax_of_difference(x: Row, axis: Attributes):
    """The logarithm of the sum is nearly the largest element."""
    return x - logsumexp(x, attributes=axis), log_softmax(x, axes=axis.axes)


def picks_in_rows(axis, index):
    """Whether an index takes one element of each row that is summed, and all rows."""
    known, places = dict(axis), dict(index)["index"]
    axes = known.get("axes", ())
    picked = all(axis < len(places) and not isinstance(places[axis], tuple) for axis in axes)
    kept = all(place == WHOLE for axis, place in enumerate(places) if axis not in axes)
    return set(known) == {"axes", "keepdims"} and not known["keepdims"] and picked and kept


@rule(when=picks_in_rows)
def log_softmax_of_part(x: Row, axis: Attributes, index: Attributes):
    """The logarithm of the sum is nearly the largest element."""
    return (
        slice_op(x, attributes=index) - logsumexp(x, attributes=axis),
        slice_op(log_softmax(x, axes=axis.axes), attributes=index),
    )


@rule(when=picks_in_rows)
def part_of_softmax(x: Row, axis: Attributes, index: Attributes):
    """exp overflows in numerator and denominator where softmax is nearly 1."""
    return (
        slice_op(exp(x), attributes=index) * reciprocal(sum(exp(x), attributes=axis)),
        slice_op(softmax(x, axes=axis.axes), attributes=index),
    )


def same_rows(axis, rows):
    """Whether a sum is over the rows of softmax."""
    return {name for name, _ in axis} == {"axes", "keepdims"} and dict(axis)["axes"] == dict(rows)["axes"]


@rule(when=same_rows, accept=16, serves="derivatives")
def entropy_of_softmax(x: Row, axis: Attributes, rows: Attributes):
    """The terms of the derivative nearly cancel where softmax is nearly 1."""
    return (
        sum(softmax(x, attributes=rows) * log_softmax(x, attributes=rows), attributes=axis),
        negative_entropy(x, attributes=axis),
    )


@rule
def log_of_running_sum(x: Row, along: Attributes):
    """exp overflows where the logarithm of a running sum is nearly the largest element so far."""
    return log(cumsum(exp(x), attributes=along)), logcumsumexp(x, attributes=along)


@rule(when=plain)
def log_of_product_of_row(x: Positive, axis: Attributes):
    """A product of many factors overflows before its logarithm does."""
    return log(prod(x, attributes=axis)), sum(log(x), attributes=axis)


RULES = (
    softmax_of_quotient,
    log_of_sum_of_row,
    log_of_weighted_sum,
    log_of_softmax,
    log_of_part_of_softmax,
    log_of_taken_softmax,
    exp_of_log_softmax,
    log_softmax_of_difference,
    log_softmax_of_part,
    part_of_softmax,
    entropy_of_softmax,
    log_of_running_sum,
    log_of_product_of_row,
)
