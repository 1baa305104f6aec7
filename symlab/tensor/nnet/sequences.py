"""The cost of label sequences without an alignment (connectionist temporal classification)."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops.compare import eq, ge, gt, lt, neq, switch
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import add, maximum, mul, neg
from symlab.core.ops.exponential import logaddexp
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of
from symlab.core.scan import scan
from symlab.tensor.creation import full_like, zeros_like
from symlab.tensor.elementwise import cast
from symlab.tensor.indexing import take_along_axis
from symlab.tensor.joining import concatenate, stack
from symlab.tensor.reductions import argsort, log_softmax, sum
from symlab.tensor.shaping import broadcast_to, reshape

__all__ = ["ctc"]

IMPOSSIBLE = -1e30  # the logarithm of no chance, finite so that differences of two have a value


def ctc(activations: Any, labels: Any, input_lengths: Any) -> Variable:
    """For each sequence -log of the chance of its labels, summed over all alignments with blanks (Graves 2006).

    activations: time x batch x alphabet, before softmax; letter 0 is the blank. labels: batch x longest, integers, of
    which the negative ones are padding. input_lengths: how many steps of time each sequence has. The cost of labels
    that do not fit into the time is infinite.
    """
    activations, labels, lengths = as_variable(activations), as_variable(labels), as_variable(input_lengths)
    if activations.ndim != 3 or labels.ndim != 2 or lengths.ndim != 1:
        operands = [("activations", activations), ("labels", labels), ("input_lengths", lengths)]
        raise InvalidValue(message("ctc takes arrays of 3, 2 and 1 axes", operands))
    letters, counts = labels_in_front(labels)
    path = blanks_between(letters)
    chances = log_softmax(activations, axis=2)
    rows = broadcast_to(reshape(path, (1, *path.shape)), (chances.shape[0], *path.shape))
    emitted = take_along_axis(chances, rows, axis=2)
    last = last_states(emitted, path, lengths)
    ends = take_along_axis(last, stack([mul(2, counts), maximum(add(mul(2, counts), -1), 0)], axis=1), axis=1)
    empty = eq(counts, 0)
    cost = neg(switch(empty, ends[:, 0], logaddexp(ends[:, 0], ends[:, 1])))
    return switch(gt(cost, IMPOSSIBLE / -2), float("inf"), cost)  # type: ignore[no-any-return]


def labels_in_front(labels: Variable) -> tuple[Variable, Variable]:
    """The labels of each row without the padding between them, and how many there are."""
    width = sizes_of(labels)[1]
    padding = cast(lt(labels, 0), "int64")
    order = argsort(add(mul(padding, width), counted(width)), axis=1)
    return maximum(take_along_axis(labels, order, axis=1), 0), sum(cast(ge(labels, 0), "int64"), axis=1)


def blanks_between(letters: Variable) -> Variable:
    """Each label with a blank before and after it."""
    pairs = stack([zeros_like(letters), letters], axis=2)
    rows, width = sizes_of(letters)
    return concatenate([reshape(pairs, (rows, 2 * width)), zeros_like(letters[:, :1])], axis=1)


def last_states(emitted: Variable, path: Variable, lengths: Variable) -> Variable:
    """The logarithms of the chances to stand at each place of the path after the last step of each sequence."""
    places = counted(sizes_of(path)[1])
    behind = concatenate([full_like(path[:, :2], -1), path[:, :-2]], axis=1)
    skips = neq(path, 0) & neq(path, behind)
    start = switch(lt(places, 2), emitted[0], IMPOSSIBLE)

    def step(place: Variable, now: Variable, before: Variable) -> Variable:
        nothing = full_like(before[:, :1], IMPOSSIBLE)
        one = concatenate([nothing, before[:, :-1]], axis=1)
        two = switch(skips, concatenate([nothing, nothing, before[:, :-2]], axis=1), IMPOSSIBLE)
        moved = add(logaddexp(logaddexp(before, one), two), now)
        going_on = lt(place, lengths)
        return switch(reshape(going_on, (-1, 1)), maximum(moved, IMPOSSIBLE), before)  # type: ignore[no-any-return]

    steps = counted(sizes_of(emitted)[0])
    states, _ = scan(step, [steps[1:], emitted[1:]], start)
    return concatenate([reshape(start, (1, *start.shape)), states], axis=0)[-1]  # type: ignore[no-any-return]
