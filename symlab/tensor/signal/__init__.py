"""Signals: pooling, and convolutions of images without channels, as Theano's `tensor.signal`."""

from symlab.tensor.signal import conv, downsample, pool
from symlab.tensor.signal.conv import conv2d
from symlab.tensor.signal.pool import max_pool_2d_same_size, pool_2d, pool_3d

__all__ = ["conv", "conv2d", "downsample", "max_pool_2d_same_size", "pool", "pool_2d", "pool_3d"]
