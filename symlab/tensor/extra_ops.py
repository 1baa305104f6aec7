"""Theano's `tensor.extra_ops`, the same functions as those of `symlab.tensor`."""

from __future__ import annotations

from symlab.tensor.creation import linspace, logspace
from symlab.tensor.grids import bartlett, geomspace
from symlab.tensor.indexing import compress, fill_diagonal, fill_diagonal_offset
from symlab.tensor.joining import repeat
from symlab.tensor.known import cpu_contiguous
from symlab.tensor.nnet import to_one_hot
from symlab.tensor.reductions import cumprod, cumsum
from symlab.tensor.searching import bincount, diff, ravel_multi_index, searchsorted, unique, unravel_index
from symlab.tensor.shaping import broadcast_arrays, broadcast_shape, broadcast_to, squeeze

# fmt: off
__all__ = [
    "bartlett", "bincount", "broadcast_arrays", "broadcast_shape", "broadcast_to", "compress", "cpu_contiguous",
    "cumprod", "cumsum", "diff", "fill_diagonal", "fill_diagonal_offset", "geomspace", "linspace", "logspace",
    "ravel_multi_index", "repeat", "searchsorted", "squeeze", "to_one_hot", "unique", "unravel_index",
]
# fmt: on
