"""Convolutions of images that have no channels."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import with_new_axes
from symlab.tensor.nnet import abstract_conv
from symlab.tensor.shaping import squeeze

__all__ = ["conv2d"]


def conv2d(
    input: Any, filters: Any, image_shape: Any = None, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), **options: Any,
) -> Variable:  # fmt: skip
    """The convolution of an image (or each of a stack) with a filter (or each of a stack): (images, filters, ...)."""
    x, w = as_variable(input), as_variable(filters)
    for node in (x, w):
        if node.ndim not in (2, 3):
            raise TypeMismatch(message("signal.conv2d takes matrices, or stacks of them", [(node.name or "x", node)]))
    images = with_new_axes(x, [0, 1] if x.ndim == 2 else [1], 4)
    rows = with_new_axes(w, [0, 1] if w.ndim == 2 else [1], 4)
    found = abstract_conv.conv2d(images, rows, None, None, border_mode, subsample)
    dropped = [axis for axis, node in enumerate((x, w)) if node.ndim == 2]
    return squeeze(found, tuple(dropped)) if dropped else found
