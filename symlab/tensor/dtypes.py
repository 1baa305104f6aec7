"""The dtypes, what is known about them, and the constants, under the names of NumPy and the Array API."""

from __future__ import annotations

import builtins
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.core.ops.operators import WEAK, Variable
from symlab.tensor.types import dtype_of

# fmt: off
__all__ = [  # noqa: RUF022 - packed
    "bool", "broadcast_shapes", "can_cast", "complex128", "complex64", "e", "finfo", "float16", "float32", "float64",
    "iinfo", "inf", "int16", "int32", "int64", "int8", "isdtype", "nan", "newaxis", "pi", "result_type", "uint16",
    "uint32", "uint64", "uint8",
]
# fmt: on

e, inf, nan, newaxis, pi = math.e, math.inf, math.nan, None, math.pi

bool = np.dtype(np.bool_)
int8, int16, int32, int64 = (np.dtype(f"i{size}") for size in (1, 2, 4, 8))
uint8, uint16, uint32, uint64 = (np.dtype(f"u{size}") for size in (1, 2, 4, 8))
float16, float32, float64 = (np.dtype(f"f{size}") for size in (2, 4, 8))
complex64, complex128 = (np.dtype(f"c{size}") for size in (8, 16))

KINDS = {
    "bool": "b",
    "signed integer": "i",
    "unsigned integer": "u",
    "integral": "iu",
    "real floating": "f",
    "complex floating": "c",
    "numeric": "iufc",
}


def dtype_in(value: Any) -> np.dtype[Any]:
    """A dtype, or that of an array or expression."""
    if isinstance(value, Variable):
        return value.type.dtype  # type: ignore[no-any-return]
    return dtype_of(getattr(value, "dtype", value))


def isdtype(dtype: Any, kind: Any) -> builtins.bool:
    """Whether a dtype is of a kind: "bool", "integral", "real floating", ..., a dtype, or a tuple of them."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, item) for item in kind)
    if isinstance(kind, str) and kind in KINDS:
        return dtype_of(dtype).kind in KINDS[kind]
    if isinstance(kind, str):
        raise InvalidValue(message(f"{kind!r} is no kind of dtypes", (), [", ".join(map(repr, KINDS))]))
    return dtype_of(dtype) == dtype_of(kind)


def result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """The dtype of a result of these arrays, expressions, dtypes and Python numbers, which have none of their own."""
    known = [item if type(item) in WEAK else dtype_in(item) for item in arrays_and_dtypes]
    if not any(isinstance(item, np.dtype) for item in known):
        raise InvalidValue(message("a result type needs an array or a dtype"))
    return np.result_type(*known)


def can_cast(from_: Any, to: Any, /) -> builtins.bool:
    """Whether every value of one dtype (or of an array's) is one of another."""
    return np.can_cast(dtype_in(from_), dtype_of(to))


def broadcast_shapes(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape to which arrays of these shapes broadcast."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        text = " and ".join(map(str, shapes))
        raise ShapeMismatch(message(f"the shapes {text} do not broadcast")) from None


@dataclass(frozen=True)
class finfo:
    """The limits of a floating-point dtype, those of its parts if it is complex."""

    dtype: np.dtype[Any]
    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float

    def __init__(self, type: Any, /) -> None:
        wanted = dtype_in(type)
        if wanted.kind not in "fc":
            raise TypeMismatch(message(f"{wanted.name} is no floating-point dtype", (), ["iinfo"]))
        found = np.finfo(wanted)
        fill(self, dtype=found.dtype, bits=found.bits)
        fill(self, **{name: float(getattr(found, name)) for name in ("eps", "max", "min", "smallest_normal")})


@dataclass(frozen=True)
class iinfo:
    """The limits of an integer dtype."""

    dtype: np.dtype[Any]
    bits: int
    max: int
    min: int

    def __init__(self, type: Any, /) -> None:
        wanted = dtype_in(type)
        if wanted.kind not in "iu":
            raise TypeMismatch(message(f"{wanted.name} is no integer dtype", (), ["finfo"]))
        found = np.iinfo(wanted)
        fill(self, dtype=wanted, bits=found.bits, max=int(found.max), min=int(found.min))


def fill(record: Any, **values: Any) -> None:
    """Set fields of a frozen record that makes itself."""
    for name, value in values.items():
        object.__setattr__(record, name, value)
