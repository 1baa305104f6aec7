"""Convolutions under the names of Theano's `nnet.abstract_conv`."""

# ruff: noqa: F403, PLE0604 - each module says in `__all__` what it adds

from __future__ import annotations

from symlab.tensor.nnet import conv_classes, conv_shapes, convolutions, upsampling
from symlab.tensor.nnet.conv_classes import *
from symlab.tensor.nnet.conv_shapes import *
from symlab.tensor.nnet.convolutions import *
from symlab.tensor.nnet.upsampling import *

__all__ = [*conv_classes.__all__, *conv_shapes.__all__, *convolutions.__all__, *upsampling.__all__]
