"""Theano's older `conv2d`, which states the shape of the images as `image_shape`."""

from __future__ import annotations

import warnings
from typing import Any

from symlab.core.ops.operators import Variable
from symlab.tensor.arguments import only_known
from symlab.tensor.nnet import abstract_conv

__all__ = ["conv2d"]

CHOICES = ("unroll_batch", "unroll_kern", "unroll_patch", "openmp", "verbose", "version")  # of Theano's loops


def conv2d(
    input: Any, filters: Any, image_shape: Any = None, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), **options: Any,
) -> Variable:  # fmt: skip
    """`nnet.conv2d`, which is to be called; options that choose among Theano's implementations have no effect."""
    only_known(options, "nnet.conv.conv2d", *CHOICES)
    warnings.warn("nnet.conv.conv2d is the older name of nnet.conv2d", DeprecationWarning, stacklevel=2)
    return abstract_conv.conv2d(input, filters, image_shape, filter_shape, border_mode, subsample)
