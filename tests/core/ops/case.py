"""A case of the generic tests of ops that are not elementwise, and the numbers that they are tried on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symlab.core.ir.op import Op

Array = np.ndarray[Any, Any]

NUMBERS = ("int8", "int64", "uint8", "float16", "float32", "float64", "complex128")
ORDERED = ("bool", "int8", "int64", "uint16", "float16", "float32", "float64")
ANY = ("bool", "int8", "int64", "uint16", "float16", "float32", "float64", "complex64")
FLOATS = ("float16", "float32", "float64")


@dataclass(frozen=True)
class Case:
    """An op applied to operands of which the first `values` may be of any of `dtypes`."""

    op: Op
    operands: tuple[Array, ...]
    expected: Callable[..., Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    dtypes: tuple[str, ...] = ANY
    values: int = 1
    differentiable: bool = True
    free: bool = True  # operands may be moved one by one: nothing is assumed of them
    note: str = ""

    def __str__(self) -> str:
        shapes = "x".join(str(operand.shape).replace(" ", "") for operand in self.operands)
        return f"{self.op.name}-{shapes}-{self.note or '-'.join(map(str, self.attributes.values()))}".replace(" ", "")


def numbers(*sizes: int, seed: int = 0) -> Array:
    """Numbers of both signs, no two alike, none near 0, the same on every machine."""
    count = math.prod(sizes)
    order = np.random.default_rng(seed).permutation(count)
    return ((order - count / 2 + 0.25) * (1.5 if count < 40 else 0.1)).reshape(sizes)


def scalar(value: int) -> Array:
    """A size or a place."""
    return np.array(value, np.int64)


def turned(array: Array) -> Array:
    """The same numbers, in memory in another order."""
    return np.asfortranarray(array)[::-1]
