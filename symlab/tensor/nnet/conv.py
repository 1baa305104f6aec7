"""Theano's older `conv2d`, which states the shape of the images as `image_shape`."""

from __future__ import annotations

from typing import Any

from symlab.core.ops.operators import Variable
from symlab.tensor.nnet import abstract_conv

__all__ = ["conv2d"]


def conv2d(
    input: Any, filters: Any, image_shape: Any = None, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), **options: Any,
) -> Variable:  # fmt: skip
    """`nnet.conv2d`; options that choose among Theano's implementations have no effect."""
    return abstract_conv.conv2d(input, filters, image_shape, filter_shape, border_mode, subsample)
