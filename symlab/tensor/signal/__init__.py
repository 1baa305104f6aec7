"""Signals: pooling, and convolutions of vectors and of images without channels, as Theano's `tensor.signal`."""

from symlab.tensor.signal import conv, downsample, pool
from symlab.tensor.signal.conv import conv2d, convolve, convolve1d, convolve2d
from symlab.tensor.signal.pool import max_pool_2d_same_size, pool_2d, pool_3d

# fmt: off
__all__ = [
    "conv", "conv2d", "convolve", "convolve1d", "convolve2d", "downsample", "max_pool_2d_same_size", "pool", "pool_2d",
    "pool_3d",
]
# fmt: on
