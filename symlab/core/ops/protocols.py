"""What NumPy and Python may do with a variable, and the errors for what has no meaning before a call."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from symlab.core.ir import config
from symlab.core.ir.errors import SymbolicTruthError, TypeMismatch, message, near_names
from symlab.core.ir.types import ArrayType
from symlab.core.seams import front_end

REDUCTIONS = {
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "logical_or": "any",
    "logical_and": "all",
}
ACCUMULATIONS = {"add": "cumsum", "multiply": "cumprod", "maximum": "cummax", "minimum": "cummin"}
COMPARISONS = frozenset({"lt", "le", "gt", "ge"})


class Protocols:
    """Mixed into `Variable`: `np.exp(x)` and `a + x` with an array `a` give expressions; what needs values raises."""

    __slots__ = ()

    __array_priority__ = 1000

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if options.pop("out", None) is not None:
            tries = ["a = a + x instead of a += x, and no `out`"]
            raise TypeMismatch(message(f"np.{ufunc.__name__} cannot write an expression into an array", (), tries))
        if method == "__call__":
            return numpy_function(ufunc.__name__)(*inputs, **options)
        if method == "reduce" and ufunc.__name__ in REDUCTIONS:
            axis = options.pop("axis", 0)
            return front_end(REDUCTIONS[ufunc.__name__])(*inputs, axis=axis, **options)
        if method == "accumulate" and ufunc.__name__ in ACCUMULATIONS:
            return front_end(ACCUMULATIONS[ufunc.__name__])(*inputs, **{"axis": 0, **options})
        raise TypeMismatch(message(f"np.{ufunc.__name__}.{method} has no symbolic counterpart"))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        folder = function.__module__.partition("numpy")[2].removeprefix(".")
        return numpy_function(function.__name__, folder)(*args, **options)

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return importlib.import_module("symlab.tensor")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        type = getattr(self, "type", None)
        is_size = isinstance(type, ArrayType) and not type.ndim and type.dtype.kind in "iu"
        if is_size and dtype in (None, object):
            array = np.empty((), object)  # so that NumPy computes with symbolic sizes, as in np.prod([x.shape[0], 3])
            array[()] = self
            return array
        problem = f"{self!r} has no values yet, so it cannot become a NumPy array"
        raise TypeMismatch(message(problem, [named(self)], ["x.eval({input: value}), or sl.function([input], x)"]))

    def __bool__(self) -> bool:
        if config.current().manners == "theano" and getattr(getattr(self, "op", None), "name", "") not in COMPARISONS:
            return True
        problem = f"{self!r} is neither true nor false before the function is called"
        tries = [
            "T.switch(condition, a, b) or ifelse instead of `if`, `&` and `|` instead of `and` and `or`",
            "T.maximum(a, b) instead of max(a, b)",
        ]
        raise SymbolicTruthError(message(problem, [named(self, "condition")], tries))

    def __float__(self) -> float:
        return number_wanted(self, "float")

    def __int__(self) -> int:
        return number_wanted(self, "int")

    def __complex__(self) -> complex:
        return number_wanted(self, "complex")

    def __index__(self) -> int:
        return number_wanted(self, "index")

    def __len__(self) -> int:
        size = known_length(self)
        if size is None:
            tries = ["x.shape[0], which is an expression"]
            raise TypeMismatch(message(f"the length of {self!r} is not known before the call", [named(self)], tries))
        return size

    def __iter__(self) -> Iterator[Any]:
        size = known_length(self)
        if size is None:
            tries = ["a static shape, as in T.tensor('x', shape=(3, None)), or scan"]
            raise TypeMismatch(message(f"{self!r} has no length known before the call", [named(self)], tries))
        return (self[place] for place in range(size))  # type: ignore[index]

    def __contains__(self, value: Any) -> NoReturn:
        raise SymbolicTruthError(message("`in` needs values", [named(self)], ["T.any(T.eq(x, value))"]))

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        tries = ["x = T.set_subtensor(x[index], value)", "x = T.inc_subtensor(x[index], value) for +="]
        raise TypeMismatch(message("an expression cannot be changed", [named(self)], tries))


def number_wanted(value: Any, kind: str) -> NoReturn:
    """The error for Python code that needs a number where there is an expression."""
    problem = f"{value!r} has no value before the call, so it cannot become a Python {kind}"
    raise TypeMismatch(message(problem, [named(value)], ["x.eval({input: value}), or a symbolic operation"]))


def named(value: Any, otherwise: str = "x") -> tuple[str, Any]:
    """The row of an error for one variable, under its own name where it has one."""
    return value.name or otherwise, value


def known_length(value: Any) -> int | None:
    """The static size of the first axis."""
    if not value.type.shape:
        raise TypeMismatch(message(f"{value!r} is a scalar and has no length", [named(value)]))
    size: int | None = value.type.shape[0]
    return size


def numpy_function(name: str, folder: str = "") -> Any:
    """The function of `symlab.tensor` with the name of one of NumPy's."""
    place = f"symlab.tensor.{folder}".removesuffix(".")
    try:
        module = importlib.import_module(place)
    except ModuleNotFoundError:
        module = None
    found = getattr(module, name, None)
    if not callable(found):
        tries = [near_names(name, dir(module)) or "another function of symlab.tensor"]
        called = ".".join(filter(None, ["np", folder, name]))
        raise TypeMismatch(message(f"{called} has no symbolic counterpart", (), tries))
    return found
