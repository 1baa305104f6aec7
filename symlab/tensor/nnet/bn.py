"""Batch normalization, in training and after it, with Theano's arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symlab.core.ir.errors import InvalidValue, message
from symlab.core.ops.elementwise import add, mul, sqrt, sub, true_div
from symlab.core.ops.operators import Variable, as_variable
from symlab.core.ops.shape import joined_size, sizes_of, with_new_axes
from symlab.tensor.arguments import axes_of
from symlab.tensor.elementwise import cast
from symlab.tensor.reductions import mean, var
from symlab.tensor.shaping import addbroadcast

__all__ = ["batch_normalization", "batch_normalization_test", "batch_normalization_train"]


def batch_normalization(inputs: Any, gamma: Any, beta: Any, mean: Any, std: Any, mode: str = "low_mem") -> Variable:
    """gamma (inputs - mean) / std + beta; `mode` chose among Theano's formulas and has no effect."""
    return add(true_div(mul(sub(as_variable(inputs), mean), gamma), std), beta)  # type: ignore[no-any-return]


def axes_for(axes: Any, x: Variable) -> tuple[int, ...]:
    """The axes that are averaged: "per-activation" (the first), "spatial" (all but the second), or as listed."""
    if axes == "per-activation":
        return (0,)
    if axes == "spatial":
        return (0, *range(2, x.ndim))
    if isinstance(axes, str):
        raise InvalidValue(message(f"there are no axes {axes!r}", (), ["'per-activation', 'spatial' or axes"]))
    return axes_of(axes, x.ndim, x)


def spread_out(x: Any, axes: Sequence[int], rank: int) -> Variable:
    """A parameter with axes of size 1 where inputs are averaged."""
    x = as_variable(x)
    if x.ndim == rank:
        return addbroadcast(x, *axes)
    return with_new_axes(x, axes, rank)


def batch_normalization_train(
    inputs: Any, gamma: Any, beta: Any, axes: Any = "per-activation", epsilon: float = 1e-4,
    running_average_factor: Any = 0.1, running_mean: Any = None, running_var: Any = None,
) -> tuple[Variable, ...]:  # fmt: skip
    """Inputs normalized by their own mean and variance: (result, mean, 1 / deviation), shaped as the parameters are.

    With running statistics also those, moved by `running_average_factor` toward the ones of this batch (its variance
    times m / (m - 1), m being the number of inputs for each); take them as updates.
    """
    x = as_variable(inputs)
    averaged = axes_for(axes, x)
    spread = as_variable(gamma).ndim == x.ndim  # whether parameters have the axes that are averaged
    middle = mean(x, axis=averaged, keepdims=True)
    variance = var(x, axis=averaged, keepdims=True)
    inverse = true_div(1, sqrt(add(variance, epsilon)))
    gamma, beta = (spread_out(item, averaged, x.ndim) for item in (gamma, beta))
    found: list[Variable] = [add(mul(mul(sub(x, middle), inverse), gamma), beta)]
    found += [middle, inverse] if spread else [without(item, averaged) for item in (middle, inverse)]
    if running_mean is not None:
        found.append(moved(running_mean, middle, running_average_factor, averaged, x.ndim))
    if running_var is not None:
        count = cast(joined_size([sizes_of(x)[axis] for axis in averaged]), x.dtype)
        unbiased = mul(variance, true_div(count, sub(count, 1)))
        found.append(moved(running_var, unbiased, running_average_factor, averaged, x.ndim))
    return tuple(found)


def moved(old: Any, new: Variable, factor: Any, axes: Sequence[int], rank: int) -> Variable:
    """A running statistic, a step nearer to that of this batch, in the shape that it has."""
    old = as_variable(old)
    found = add(mul(spread_out(old, axes, rank), 1 - factor), mul(new, factor))  # of two numbers one without a dtype
    return found if old.ndim == rank else without(found, axes)  # type: ignore[no-any-return]


def without(x: Variable, axes: Sequence[int]) -> Variable:
    """x without these axes, which are of size 1."""
    return x.dimshuffle(*[axis for axis in range(x.ndim) if axis not in axes])  # type: ignore[no-any-return]


def batch_normalization_test(
    inputs: Any, gamma: Any, beta: Any, mean: Any, var: Any, axes: Any = "per-activation", epsilon: float = 1e-4
) -> Variable:
    """Inputs normalized by statistics that are given: gamma (inputs - mean) / sqrt(var + epsilon) + beta."""
    x = as_variable(inputs)
    averaged = axes_for(axes, x)
    gamma, beta, mean, var = (spread_out(item, averaged, x.ndim) for item in (gamma, beta, mean, var))
    return add(true_div(mul(sub(x, mean), gamma), sqrt(add(var, epsilon))), beta)  # type: ignore[no-any-return]
