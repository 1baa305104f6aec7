"""Draws whose values are arrays: orders, choices, vectors that depend on each other."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.core.ops.elementwise import add, cast, log, neg, true_div
from symlab.core.ops.factorizations import cholesky
from symlab.core.ops.incomplete import gammaincinv
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import Number, joined_size, reshaped, sizes_of
from symlab.core.ops.sort import argsort
from symlab.tensor.arguments import size_from
from symlab.tensor.indexing import take, take_along_axis
from symlab.tensor.linalg import matvec
from symlab.tensor.random.continuous import standard
from symlab.tensor.random.discrete import categorical, integers
from symlab.tensor.random.draws import Draw, by_generator, sizes_for, source_of
from symlab.tensor.random.sources import filled_to
from symlab.tensor.reductions import sum
from symlab.tensor.types import dtype_of

__all__ = ["choice", "dirichlet", "multivariate_normal", "permutation", "shuffle", "shuffle_row_elements"]


def order(sizes: tuple[Number, ...], rng: Any) -> Variable:
    """Orders of the last axis, all alike: those of random bits."""
    return argsort(source_of(rng).bits(sizes), axis=len(sizes) - 1)  # type: ignore[no-any-return]


@by_generator
def permutation(x: Any, size: Any = None, *, rng: Any) -> Variable:
    """The numbers before x in random order, as many times as `size` says; or the parts of an array x."""
    x = as_variable(x)
    if x.ndim:
        return take(x, order(sizes_of(x)[:1], rng), axis=0)
    return order((*(sizes_for(size, []) if size is not None else ()), size_from(x)), rng)


@by_generator
def shuffle(x: Any, axis: int = 0, *, rng: Any) -> Variable:
    """The parts of x along an axis in random order."""
    x = as_variable(x)
    return take(x, order((sizes_of(x)[axis],), rng), axis=axis)


@by_generator
def shuffle_row_elements(x: Any, *, rng: Any) -> Variable:
    """The elements of each row in a random order of its own."""
    x = as_variable(x)
    return take_along_axis(x, order(sizes_of(x), rng), axis=-1)


@by_generator
def choice(a: Any, size: Any = None, replace: bool = True, p: Any = None, *, rng: Any) -> Variable:
    """Elements of a vector a, or of the numbers before it, by probabilities p; each once at most unless `replace`."""
    a = as_variable(a)
    if a.ndim > 1 or (not a.ndim and a.type.dtype.kind not in "iu"):
        raise TypeMismatch(message("choice is made among the elements of a vector or before a number", [("a", a)]))
    count = sizes_of(a)[0] if a.ndim else size_from(a)
    sizes = sizes_for(size, []) if size is not None else ()
    if replace:
        places = integers(count, size=sizes, rng=rng) if p is None else categorical(p, sizes, rng=rng)
    else:
        places = chosen_once(count, sizes, p, rng)
    return take(a, places, axis=0) if a.ndim else places


def chosen_once(count: Number, sizes: tuple[Number, ...], p: Any, rng: Any) -> Variable:
    """Different places: the first in the order of exponential times whose rates are the probabilities."""
    if p is None:
        ordered = order((count,), rng)
    else:
        rates = cast(as_variable(p), dtype="float64")
        times = true_div(neg(log(source_of(rng).inside((count,)))), rates)
        ordered = argsort(times, axis=0)
    total = joined_size(sizes)
    if isinstance(total, int) and isinstance(count, int) and total > count:
        raise InvalidValue(message(f"{total} elements cannot be chosen among {count} without repetition"))
    return reshaped(ordered[:total], sizes)


@by_generator
def dirichlet(alpha: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Probabilities of classes: gamma numbers of these shapes divided by their sum, in the last axis."""
    alpha = as_variable(alpha)
    name = dtype_of(dtype).name
    front = sizes_for(size, []) if size is not None else sizes_of(alpha)[:-1]
    draw = Draw(source_of(rng), (*front, sizes_of(alpha)[-1]), (), name)
    parts = gammaincinv(filled_to(cast(alpha, dtype=name), draw.sizes), draw.inside())
    return true_div(parts, sum(parts, axis=-1, keepdims=True))  # type: ignore[no-any-return]


@by_generator
def multivariate_normal(mean: Any, cov: Any, size: Any = None, *, rng: Any, dtype: Any = "floatX") -> Variable:
    """Vectors of normal numbers with these means and covariances (a matrix, or a stack of them)."""
    name = dtype_of(dtype).name
    mean, cov = (cast(as_variable(item), dtype=name) for item in (mean, cov))
    front = sizes_for(size, []) if size is not None else sizes_of(mean)[:-1]
    draw = Draw(source_of(rng), (*front, sizes_of(mean)[-1]), (), name)
    return add(mean, matvec(cholesky(cov), standard(draw)))  # type: ignore[no-any-return]
