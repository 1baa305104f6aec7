"""Random sparse matrices; `rng` is a `T.random.RandomStream` or a key, by default a stream with a seed of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import symlab.tensor as T
from symlab.core.ops.operators import as_variable
from symlab.sparse.structure import checked_format, coordinates, dense_from_sparse, sparse_from_dense
from symlab.sparse.variable import SparseVariable, as_sparse_variable
from symlab.tensor.random import RandomStream

__all__ = ["Binomial", "binomial", "multinomial", "poisson"]


def poisson(lam: Any, *, rng: Any = None) -> SparseVariable:
    """Numbers of events where lam keeps how many are expected, in the dtype of lam."""
    lam = as_sparse_variable(lam)
    drawn = T.random.poisson(lam.data, rng=rng or RandomStream())
    return lam.with_data(T.cast(drawn, lam.dtype))


def binomial(
    n: Any, p: Any, shape: Any, *, format: str = "csr", dtype: Any = "floatX", rng: Any = None
) -> SparseVariable:
    """How many of n trials succeed that each do with probability p, as a matrix of this shape."""
    sizes = shape if isinstance(shape, (list, tuple)) else [as_variable(shape)[0], as_variable(shape)[1]]
    drawn = T.random.binomial(n, p, size=list(sizes), rng=rng or RandomStream())
    return sparse_from_dense(T.cast(drawn, dtype), format)


def Binomial(format: str, dtype: str) -> Callable[..., SparseVariable]:
    """The function `binomial` for one format and dtype, as Theano's class of this name."""
    checked_format(format)
    return lambda n, p, shape: binomial(n, p, shape, format=format, dtype=dtype)


def multinomial(n: Any, p: Any, *, rng: Any = None) -> SparseVariable:
    """How many of n trials, one number or one for each row, fall where p keeps a probability; rows of p sum to 1."""
    p = as_sparse_variable(p)
    drawn = T.random.multinomial(n, dense_from_sparse(p), rng=rng or RandomStream())
    return p.with_data(T.cast(drawn[coordinates(p)], p.dtype))
