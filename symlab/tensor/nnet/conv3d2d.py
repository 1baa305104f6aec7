"""Theano's convolution over time and images, with time before the channels."""

from __future__ import annotations

from typing import Any

from symlab.core.ops.operators import Variable, as_variable
from symlab.tensor.nnet import abstract_conv

__all__ = ["conv3d"]


def conv3d(
    signals: Any, filters: Any, signals_shape: Any = None, filters_shape: Any = None, border_mode: Any = "valid"
) -> Variable:
    """The convolution of batch x time x channels x rows x columns with filters x time x channels x rows x columns."""
    images, kernels = (as_variable(item).dimshuffle(0, 2, 1, 3, 4) for item in (signals, filters))
    shapes = (
        None if shape is None else [shape[place] for place in (0, 2, 1, 3, 4)]
        for shape in (signals_shape, filters_shape)
    )
    return abstract_conv.conv3d(images, kernels, *shapes, border_mode=border_mode).dimshuffle(0, 2, 1, 3, 4)  # type: ignore[no-any-return]
