"""Draws of whole numbers.

`size` is the shape of the draw, by default that of the parameters together; `rng` is a `RandomStream`, a key, or
the state of a generator of NumPy, which then draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ir.graph import constant_value
from symlab.core.ir.op import CONSTANT
from symlab.core.ops.compare import ge, le, lt, switch
from symlab.core.ops.elementwise import add, cast, expm1, log, log1p, maximum, mul, neg, sqr, sub, true_div
from symlab.core.ops.incomplete import betaincinv
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.random import multinomial_quantile
from symlab.core.ops.rounding import ceil, floor
from symlab.core.ops.shape import shuffled, sizes_of
from symlab.tensor.random.domains import surely
from symlab.tensor.random.draws import Draw, by_generator, counted_draw, sizes_for, source_of, whole
from symlab.tensor.random.sources import filled_to
from symlab.tensor.reductions import cumsum, sum
from symlab.tensor.types import dtype_of

# fmt: off
__all__ = [
    "bernoulli",
    "betabinom",
    "binomial",
    "categorical",
    "geometric",
    "hypergeometric",
    "integers",
    "logseries",
    "multinomial",
    "nbinom",
    "negative_binomial",
    "poisson",
    "randint",
    "zipf",
]
# fmt: on


@by_generator
def integers(low: Any, high: Any = None, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """Whole numbers in [low, high), or in [0, low); ranges below 2^53."""
    if high is None:
        low, high = 0, low
    check_range(as_variable(low), as_variable(high), dtype_of(dtype))
    draw = counted_draw([low, high], size, rng)
    first, last = (cast(item, dtype="float64") for item in draw.parameters)
    found = floor(mul(draw.uniform(), surely(sub(last, first), "positive")))
    return whole(filled_to(add(cast(found, dtype="int64"), cast(draw.parameters[0], dtype="int64")), draw.sizes), dtype)


def check_range(low: Variable, high: Variable, dtype: np.dtype[Any]) -> None:
    """Bounds that are known must be in order, less than 2^53 apart, and numbers of the dtype."""
    if low.op is not CONSTANT or high.op is not CONSTANT:
        return
    first, last = (constant_value(item).astype(object) for item in (low, high))
    rows = [("low", low), ("high", high)]
    if not np.all(first < last):
        raise InvalidValue(message("low must be below high", rows))
    if np.any(last - first > 2**53):
        raise InvalidValue(message("integers are drawn from at most 2^53", rows, ["a generator of NumPy as rng"]))
    if dtype.kind in "iu" and not (np.all(first >= np.iinfo(dtype).min) and np.all(last - 1 <= np.iinfo(dtype).max)):
        raise InvalidValue(message(f"the bounds are beyond {dtype}", rows, ["a wider dtype"]))


@by_generator
def randint(low: Any, high: Any = None, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """`integers`, under its older name."""
    return integers(low, high, size, rng=rng, dtype=dtype)


@by_generator
def bernoulli(p: Any = 0.5, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """1 with probability p, else 0."""
    draw = counted_draw([p], size, rng)
    return whole(filled_to(lt(draw.uniform(), draw.parameters[0]), draw.sizes), dtype)


@by_generator
def binomial(n: Any = 1, p: Any = 0.5, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """How many of n trials succeed that each do with probability p."""
    if isinstance(n, int) and n == 1:
        return bernoulli(p, size, rng=rng, dtype=dtype)
    draw = counted_draw([n, p], size, rng)
    return whole(draw.by_quantile("binom", *draw.parameters), dtype)


@by_generator
def negative_binomial(n: Any, p: Any, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """How many trials fail before n succeed."""
    draw = counted_draw([n, p], size, rng)
    return whole(draw.by_quantile("nbinom", *draw.parameters), dtype)


nbinom = negative_binomial


@by_generator
def betabinom(n: Any, a: Any, b: Any, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """How many of n trials succeed, whose probability is a beta number."""
    draw = counted_draw([n, a, b], size, rng)
    trials, *shape = draw.parameters
    p = betaincinv(*(cast(item, dtype="float64") for item in shape), draw.inside(0, 2))
    return whole(draw.by_quantile("binom", trials, p, part=1, parts=2), dtype)


@by_generator
def poisson(lam: Any = 1.0, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """How many events happen that are expected lam times."""
    draw = counted_draw([lam], size, rng)
    return whole(draw.by_quantile("poisson", *draw.parameters), dtype)


@by_generator
def geometric(p: Any, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """The number of the first trial that succeeds, each with probability p."""
    draw = counted_draw([p], size, rng)
    found = ceil(true_div(log(draw.inside()), log1p(neg(cast(draw.parameters[0], dtype="float64")))))
    return whole(filled_to(maximum(found, 1), draw.sizes), dtype)


@by_generator
def hypergeometric(
    ngood: Any, nbad: Any, nsample: Any, size: Any = None, *, rng: Any, dtype: Any = "int64"
) -> Variable:
    """How many good ones are among nsample that are taken from ngood and nbad."""
    draw = counted_draw([ngood, nbad, nsample], size, rng)
    good, bad, taken = draw.parameters
    return whole(draw.by_quantile("hypergeom", add(good, bad), good, taken), dtype)


@by_generator
def zipf(a: Any, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """Whole numbers from 1 with probability proportional to k^-a."""
    draw = counted_draw([a], size, rng)
    return whole(draw.by_quantile("zipf", *draw.parameters), dtype)


@by_generator
def logseries(p: Any, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """Whole numbers from 1 with probability proportional to p^k / k (Kemp 1981)."""
    draw = counted_draw([p], size, rng)
    p = cast(draw.parameters[0], dtype="float64")
    first, second = draw.inside(0, 2), draw.inside(1, 2)
    share = neg(expm1(mul(log1p(neg(p)), second)))
    many = floor(add(1, true_div(log(first), log(share))))
    few = switch(ge(first, share), 1.0, 2.0)
    found = switch(ge(first, p), 1.0, switch(le(first, sqr(share)), many, few))
    return whole(filled_to(found, draw.sizes), dtype)


@by_generator
def categorical(p: Any, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """The number of a class, by the probabilities in the last axis of p."""
    p = cast(as_variable(p), dtype="float64")
    front = sizes_for(size, []) if size is not None else sizes_of(p)[:-1]
    uniform = Draw(source_of(rng), tuple(front), (), "float64").uniform()
    below = ge(shuffled(uniform, (*range(uniform.ndim), "x")), cumsum(p, axis=-1)[..., :-1])
    return whole(sum(below, axis=-1), dtype)


@by_generator
def multinomial(n: Any, p: Any, size: Any = None, *, rng: Any, dtype: Any = "int64") -> Variable:
    """How many of n trials fall into each class, by the probabilities in the last axis of p."""
    p, trials = cast(as_variable(p), dtype="float64"), cast(as_variable(n), dtype="int64")
    rows = p[..., 0]
    front = sizes_for(size, [trials, rows])
    sizes = (*front, sizes_of(p)[-1])
    inside = source_of(rng).inside(sizes)
    return whole(multinomial_quantile(inside, filled_to(trials, front), filled_to(p, sizes)), dtype)
