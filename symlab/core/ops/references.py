"""Meanings in NumPy of the elementwise ops that NumPy itself does not have."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def in_float32(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, with float16 operands computed in float32."""

    @functools.wraps(function)
    def computed(*operands: Any) -> Any:
        dtype = np.result_type(*operands)
        if dtype != np.float16:
            return function(*operands)
        return function(*(operand.astype(np.float32) for operand in operands)).astype(dtype)

    return computed


@in_float32
def sigmoid(x: Array) -> Any:
    """1 / (1 + exp(-x)), from whichever exponential does not overflow."""
    decay = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, decay).astype(x.dtype) / (1 + decay)


@in_float32
def sigmoid_slope(x: Array) -> Any:
    """sigmoid(x) sigmoid(-x), from the exponential that does not overflow."""
    decay = np.exp(-np.abs(x))
    return decay / (1 + decay) / (1 + decay)


@in_float32
def softplus(x: Array) -> Array:
    """log(1 + exp(x)) as max(x, 0) + log1p(exp(-|x|))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def power(a: Array, b: Array) -> Array:
    """NumPy's power; a negative power of an integer is rounded toward 0."""
    if np.result_type(a, b).kind != "i":
        return np.power(a, b)
    return np.where(b >= 0, np.power(a, np.maximum(b, 0)), np.where(np.abs(a) == 1, a ** (b & 1), 0)).astype(a.dtype)


@in_float32
def log1mexp(x: Array) -> Array:
    """log(1 - exp(x)), by expm1 near 0 and by log1p far from it."""
    return np.where(x > -np.log(2), np.log(-np.expm1(x)), np.log1p(-np.exp(x)))


@in_float32
def hyp2f1(a: Array, b: Array, c: Array, z: Array) -> Any:
    """SciPy's, which never ends for some operands if another is nan."""
    from scipy.special import hyp2f1 as function

    known = ~(np.isnan(a) | np.isnan(b) | np.isnan(c) | np.isnan(z))
    return np.where(known, function(*(np.where(known, value, value.dtype.type(0.5)) for value in (a, b, c, z))), np.nan)


def xlogx(x: Array) -> Array:
    """x log(x), 0 at 0."""
    return np.where(x == 0, 0, x * np.log(x)).astype(x.dtype)


@in_float32
def xlogy0(x: Array, y: Array) -> Array:
    """x log(y), 0 where x is 0 and y is not nan."""
    return np.where((x == 0) & ~np.isnan(y), 0, x * np.log(y)).astype(x.dtype)


@in_float32
def xlog1py(x: Array, y: Array) -> Array:
    """x log(1 + y), 0 where x is 0 and y is not nan."""
    return np.where((x == 0) & ~np.isnan(y), 0, x * np.log1p(y)).astype(x.dtype)


def round_half_to_even(x: Array) -> Array:
    """NumPy's rint; booleans and integers as they are."""
    return np.rint(x) if x.dtype.kind == "f" else x


def round_half_away_from_zero(x: Array) -> Array:
    """The nearest whole number, halves away from 0; booleans and integers as they are."""
    if x.dtype.kind != "f":
        return x
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) >= 0.5, whole + np.copysign(1, x), whole).astype(x.dtype)


def signbit(x: Array) -> Array:
    """NumPy's signbit; integers that are less than 0."""
    return np.signbit(x) if x.dtype.kind == "f" else np.less(x, 0)


def real(z: Array) -> Array:
    """The real part, an array of its own."""
    return np.array(np.real(z))


def imag(z: Array) -> Array:
    """The imaginary part, an array of its own."""
    return np.array(np.imag(z))


def conj(z: Array) -> Any:
    """The complex conjugate; booleans as they are."""
    return z if z.dtype.kind == "b" else np.conj(z)


def angle(z: Array) -> Any:
    """The angle in the plane, in the dtype of the parts."""
    return np.arctan2(np.imag(z), np.real(z))


def complex(a: Array, b: Array) -> Array:
    """a + b i, part by part, so that an infinite part leaves the other alone."""
    parts = np.broadcast_arrays(a, b)
    made = np.empty(parts[0].shape, np.result_type(a.dtype, np.complex64))
    made.real, made.imag = parts
    return made
