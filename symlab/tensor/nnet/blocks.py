"""Layers that compute some of their blocks only: softmax in two layers, products of chosen blocks."""

from __future__ import annotations

from typing import Any

from symlab.core.ops.create import counted
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import sizes_of, with_new_axes
from symlab.tensor.contracting import einsum
from symlab.tensor.indexing import inc_subtensor
from symlab.tensor.linalg import dot
from symlab.tensor.reductions import softmax
from symlab.tensor.shaping import flatten, reshape

__all__ = ["h_softmax", "sparse_block_dot", "sparse_block_gemv", "sparse_block_outer"]


def h_softmax(
    x: Any, batch_size: Any, n_outputs: int, n_classes: int, n_outputs_per_class: int,
    W1: Any, b1: Any, W2: Any, b2: Any, target: Any = None,
) -> Variable:  # fmt: skip
    """The chances of n_outputs labels that are grouped in classes: of the class, times that of the label in it.

    W1 (features x classes) and b1 give the classes, W2 (classes x features x labels of a class) and b2 the labels.
    With `target` only the chance of each row's label, for which one class is computed; else those of all labels.
    """
    x, weights, offsets = as_variable(x), as_variable(W2), as_variable(b2)
    classes = softmax(dot(x, W1) + as_variable(b1), axis=-1)
    if target is None:
        inside = softmax(einsum("bi,cio->bco", x, weights) + offsets, axis=-1)
        chances = with_new_axes(classes, [2], 3) * inside
        return reshape(chances, (sizes_of(x)[0], n_classes * n_outputs_per_class))[:, :n_outputs]  # type: ignore[no-any-return]
    label = flatten(as_variable(target))
    group, place = label // n_outputs_per_class, label % n_outputs_per_class
    inside = softmax(einsum("bi,bio->bo", x, weights[group]) + offsets[group], axis=-1)
    rows = counted(sizes_of(label)[0])
    return classes[rows, group] * inside[rows, place]  # type: ignore[no-any-return]


def sparse_block_dot(W: Any, h: Any, inputIdx: Any, b: Any, outputIdx: Any) -> Variable:
    """For each row of a batch the chosen blocks of an output: the bias plus all chosen blocks of the input by W.

    W: input blocks x output blocks x input size x output size; h: batch x chosen x input size; inputIdx and outputIdx:
    which blocks are chosen in each row; b: output blocks x output size.
    """
    return sparse_block_gemv(as_variable(b)[as_variable(outputIdx)], W, h, inputIdx, outputIdx)


def sparse_block_gemv(o: Any, W: Any, h: Any, inputIdx: Any, outputIdx: Any) -> Variable:
    """As `sparse_block_dot`, with o (batch x chosen x output size) to which products are added in place of a bias."""
    inputs, outputs = as_variable(inputIdx), as_variable(outputIdx)
    chosen = as_variable(W)[with_new_axes(inputs, [2], 3), with_new_axes(outputs, [1], 3)]
    return einsum("bip,bijpq->bjq", as_variable(h), chosen) + as_variable(o)  # type: ignore[no-any-return]


def sparse_block_outer(o: Any, x: Any, y: Any, xIdx: Any, yIdx: Any, alpha: Any = 1.0) -> Variable:
    """o (blocks of x x blocks of y x their sizes) plus alpha times the outer products of chosen blocks of each row."""
    rows, columns = with_new_axes(as_variable(xIdx), [2], 3), with_new_axes(as_variable(yIdx), [1], 3)
    products = einsum("bip,bjq->bijpq", as_variable(x), as_variable(y))
    return inc_subtensor(as_variable(o)[rows, columns], as_variable(alpha) * products)
