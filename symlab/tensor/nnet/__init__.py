"""What neural networks are made of, under Theano's names: activations, softmax, cross-entropies.

All are formulas: the compiler finds their stable forms (`-log(softmax(x))` becomes a log_softmax, for example).
"""

# ruff: noqa: F403, PLE0604 - each module says in `__all__` what it adds

from __future__ import annotations

from typing import Any

from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.compare import eq, lt, switch
from symlab.core.ops.create import counted
from symlab.core.ops.elementwise import log, mul, neg, softplus, sub
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of, with_new_axes
from symlab.tensor.activations import (
    elu,
    gelu,
    hard_sigmoid,
    mish,
    relu,
    selu,
    sigmoid,
    silu,
    softsign,
    swish,
    ultra_fast_sigmoid,
)
from symlab.tensor.arguments import size_from
from symlab.tensor.elementwise import cast
from symlab.tensor.indexing import take
from symlab.tensor.nnet import (
    abstract_conv,
    blocks,
    bn,
    conv,
    conv3d2d,
    convolutions,
    crossentropies,
    neighbours,
    sequences,
    upsampling,
)
from symlab.tensor.nnet.blocks import *
from symlab.tensor.nnet.bn import *
from symlab.tensor.nnet.convolutions import *
from symlab.tensor.nnet.crossentropies import *
from symlab.tensor.nnet.neighbours import *
from symlab.tensor.nnet.sequences import *
from symlab.tensor.nnet.upsampling import *
from symlab.tensor.reductions import log_softmax, softmax, sum

# fmt: off
__all__ = [
    "binary_crossentropy", "categorical_crossentropy", "elu", "gelu", "hard_sigmoid", "log_softmax", "logsoftmax",
    "mish", "relu", "selu", "sigmoid", "sigmoid_binary_crossentropy", "silu", "softmax", "softplus", "softsign",
    "swish", "abstract_conv", "conv", "conv3d2d", "to_one_hot", "ultra_fast_sigmoid",
    *convolutions.__all__, *blocks.__all__, *bn.__all__, *crossentropies.__all__, *neighbours.__all__,
    *sequences.__all__,
    *upsampling.__all__,
]
# fmt: on

logsoftmax = log_softmax


def binary_crossentropy(output: Any, target: Any) -> Variable:
    """-(t log(o) + (1 - t) log(1 - o)): the surprise, in each element, of a target under a probability."""
    return neg(mul(target, log(output)) + mul(sub(1.0, target), log(sub(1.0, output))))  # type: ignore[no-any-return]


def sigmoid_binary_crossentropy(output: Any, target: Any) -> Variable:
    """`binary_crossentropy` of sigmoid(output), without the loss of a probability near 0 or 1."""
    return sub(softplus(output), mul(target, output))  # type: ignore[no-any-return]


def categorical_crossentropy(coding_dist: Any, true_dist: Any) -> Variable:
    """For each row the surprise of the truth under a distribution.

    The truth is a distribution of the same rank, or an array of class numbers with one axis less.
    """
    coding, truth = as_variable(coding_dist), as_variable(true_dist)
    if truth.ndim == coding.ndim:
        return neg(sum(mul(truth, log(coding)), axis=coding.ndim - 1))  # type: ignore[no-any-return]
    if truth.ndim != coding.ndim - 1 or truth.type.dtype.kind not in "iu":
        problem = "the truth must be a distribution of the same rank, or class numbers with one axis less"
        raise TypeMismatch(message(problem, [("coding_dist", coding), ("true_dist", truth)]))
    places = [
        with_new_axes(counted(size), [axis for axis in range(truth.ndim) if axis != place], truth.ndim)
        for place, size in enumerate(sizes_of(truth))
    ]
    return neg(log(coding)[(*places, truth)])  # type: ignore[no-any-return]


def to_one_hot(y: Any, nb_class: Any, dtype: Any = "floatX") -> Variable:
    """For each class number a row of `nb_class` numbers: 1 at its place, 0 elsewhere; other numbers are refused."""
    y, count = as_variable(y), size_from(nb_class)
    places = take(counted(count), switch(lt(y, 0), count, y))  # which refuses what is out of bounds
    return cast(eq(with_new_axes(places, [y.ndim], y.ndim + 1), counted(count)), dtype)
