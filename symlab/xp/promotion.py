"""The dtypes of the standard and how they mix: within booleans, within integers, within floating-point numbers."""

from __future__ import annotations

import functools
from types import MappingProxyType
from typing import Any

import numpy as np

from symlab.core.ir.errors import InvalidValue, TypeMismatch, message
from symlab.tensor import dtypes
from symlab.tensor.dtypes import dtype_in

NAMES = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float32", "float64", "complex64", "complex128",
)  # fmt: skip
DTYPES = MappingProxyType({name: getattr(dtypes, name) for name in NAMES})
DEFAULTS = MappingProxyType(
    {
        "real floating": dtypes.float64,
        "complex floating": dtypes.complex128,
        "integral": dtypes.int64,
        "indexing": dtypes.int64,
    }
)
FAMILIES = ("b", "iu", "fc")
SCALARS = (bool, int, float, complex)  # Python's numbers, which take the dtype of the array beside them
TAKES = MappingProxyType({bool: "b", int: "iufc", float: "fc", complex: "fc"})  # and the kinds of dtypes that they fit


def checked(dtype: Any) -> np.dtype[Any]:
    """A dtype of the standard."""
    found = dtype_in(dtype)
    if found.name not in DTYPES:
        raise TypeMismatch(message(f"{found.name} is not a dtype of the Array API", (), [", ".join(NAMES)]))
    return found


@functools.lru_cache(1024)
def promoted(*given: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype in which these meet; kinds do not mix, and no integer holds both int64 and uint64."""
    found = np.result_type(*given)
    kinds = "".join(dtype.kind for dtype in given) + found.kind
    if not any(set(kinds) <= set(family) for family in FAMILIES):
        names = " and ".join(dtype.name for dtype in given)
        raise TypeMismatch(message(f"{names} do not promote to one dtype", (), ["xp.astype(x, dtype)"]))
    return found


def of_scalar(value: Any, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype that a Python number has beside an array of `dtype`."""
    if dtype.kind not in TAKES[type(value)]:
        problem = f"{value!r} does not fit beside an array of {dtype.name}"
        raise TypeMismatch(message(problem, (), ["xp.astype(x, dtype)", "xp.asarray(value)"]))
    if type(value) is complex and dtype.kind == "f":
        return np.result_type(dtype, np.complex64)
    return dtype


def scalar(value: Any, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """A Python number as an array of a dtype."""
    try:
        return np.asarray(value, dtype)
    except OverflowError:
        raise InvalidValue(message(f"{value!r} does not fit into {dtype.name}")) from None


def result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """The dtype in which these arrays, dtypes and Python numbers meet."""
    numbers = [item for item in arrays_and_dtypes if type(item) in SCALARS]
    known = [checked(item) for item in arrays_and_dtypes if type(item) not in SCALARS]
    if not known:
        raise InvalidValue(message("a result type needs an array or a dtype"))
    common = promoted(*known)
    return promoted(common, *(of_scalar(number, common) for number in numbers))


def can_cast(from_: Any, to: Any, /) -> bool:
    """Whether a dtype (or that of an array) and `to` meet in `to`."""
    try:
        return promoted(checked(from_), checked(to)) == checked(to)
    except TypeMismatch:
        return False
