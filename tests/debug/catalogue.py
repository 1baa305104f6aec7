"""Formulas of the catalogue of stable forms, their values and derivatives from exact numbers, and how near they come.

A derivative is a symmetric difference of the formula over exact numbers. The digits are doubled until two results
agree, since formulas as people write them cancel, by design, as far as they can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

import symlab.tensor as T
from symlab.core.ops import exact as exact_functions
from symlab.core.ops.operators import Variable
from tests.debug.stability import formula

CATALOGUE = Path(__file__).parents[1] / "data" / "stability_catalogue.txt"
DTYPES = ("float32", "float64")
ACCEPTED = 8.0  # ULP
AGREEMENT = mpmath.mpf(10) ** -25
TYPED = {"det": T.nlinalg.det, "inv": T.nlinalg.matrix_inverse, "ne": T.neq}
Values = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Entry:
    """A formula of one row in one dtype, with values of its variables."""

    row: int
    text: str
    dtype: str
    values: Values
    has_gradient: bool
    as_written: bool

    def __str__(self) -> str:
        return f"{self.row} {self.text} {self.dtype}"

    @property
    def is_elementwise(self) -> bool:
        """Whether the values are points of their own, not vectors."""
        return all(value.ndim == 1 for value in self.values.values()) and not self.is_row

    @property
    def is_row(self) -> bool:
        return any(name in self.text for name in ("sum(", "mean(", "prod(", "reshape("))

    @property
    def algebra(self) -> str:
        return "floating" if self.as_written else "real"

    def expressions(self) -> tuple[list[Variable], list[Variable]]:
        """The inputs, and the value and derivatives of its sum."""
        inputs = {
            name: T.TensorType(self.dtype, shape=(None,) * value.ndim)(name) for name, value in self.values.items()
        }
        result = T.as_tensor_variable(formula(self.text, {**TYPED, **inputs}))
        slopes = T.grad(T.sum(result), list(inputs.values())) if self.has_gradient else []
        return list(inputs.values()), [result, *slopes]


def entries() -> Iterator[Entry]:
    """Every formula in every dtype that holds some of its points."""
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            row, text, variables = (part.strip() for part in line.split("|"))
            for dtype in DTYPES:
                yield from entry(int(row), text, variables, dtype)


def entry(row: int, text: str, variables: str, dtype: str) -> Iterator[Entry]:
    """One line of the catalogue in one dtype."""
    marks, text = text[: len(text) - len(text.lstrip("?~ "))], text.lstrip("?~ ")
    parts = [item.split("=") for item in variables.split(";")]
    numbers = {name.strip(): np.array([float(item) for item in value.strip(" []").split()]) for name, value in parts}
    info = np.finfo(dtype)
    vectors = "[" in variables
    fits = [~((np.abs(value) > info.max) & np.isfinite(value)) & ((np.abs(value) >= info.tiny) | (value == 0))
            for value in numbers.values()]  # fmt: skip
    if vectors and all(fit.all() for fit in fits):
        values = {name: value.astype(dtype) for name, value in numbers.items()}
        scalars = {name: value if variables_is_vector(variables, name) else value[0] for name, value in values.items()}
        yield Entry(
            row,
            text,
            dtype,
            {name: np.asarray(value) for name, value in scalars.items()},
            "?" not in marks,
            "~" in marks,
        )
    if not vectors and (kept := np.logical_and.reduce(fits)).any():
        values = {name: value[kept].astype(dtype) for name, value in numbers.items()}
        yield Entry(row, text, dtype, values, "?" not in marks, "~" in marks)


def variables_is_vector(variables: str, name: str) -> bool:
    """Whether a variable was given in brackets."""
    return any(item.split("=")[0].strip() == name and "[" in item for item in variables.split(";"))


# Exact numbers


def lifted(function: Callable[..., Any], count: int = 1) -> Callable[..., Any]:
    """A function of exact numbers as one of arrays of them."""
    made = np.frompyfunc(function, count, 1)
    return lambda *args: np.asarray(made(*args), object)


def principal_power(base: Any, exponent: Any) -> Any:
    """A power of real numbers, nan where it is none."""
    found = mpmath.power(base, exponent)
    return found if isinstance(found, mpmath.mpf) else mpmath.nan


def real_only(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of real numbers, nan where its value is no real number."""

    def at(*args: Any) -> Any:
        if any(mpmath.isnan(arg) for arg in args):
            return mpmath.nan
        try:
            found = function(*args)
        except (ZeroDivisionError, ValueError, OverflowError):
            return mpmath.nan
        return found if isinstance(found, mpmath.mpf) else mpmath.nan

    return at


def real_log(x: Any) -> Any:
    return mpmath.log(x) if x > 0 else (mpmath.ninf if x == 0 else mpmath.nan)


def quotient(a: Any, b: Any) -> Any:
    if b == 0:
        return mpmath.nan if a == 0 or mpmath.isnan(a) else mpmath.inf * mpmath.sign(a)
    return a / b


class Exact(np.ndarray):
    """An array of exact numbers, whose powers and quotients are defined where those of floats are."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        args = [item.view(np.ndarray) if isinstance(item, Exact) else item for item in inputs]
        if ufunc is np.power and method == "__call__":
            return lifted(real_only(principal_power), 2)(*args).view(Exact)
        if ufunc is np.true_divide and method == "__call__":
            return lifted(quotient, 2)(*args).view(Exact)
        found = getattr(ufunc, method)(*args, **kwargs)
        return found.view(Exact) if isinstance(found, np.ndarray) else np.asarray(found, object).view(Exact)


def exact_names() -> dict[str, Callable[..., Any]]:
    """What the formulas call, over arrays of exact numbers."""
    one = {
        "exp": mpmath.exp, "expm1": mpmath.expm1, "log": real_log, "log1p": lambda x: real_log(1 + x),
        "log2": lambda x: real_log(x) / real_log(2), "log10": lambda x: real_log(x) / real_log(10),
        "sqrt": mpmath.sqrt, "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "sinh": mpmath.sinh,
        "cosh": mpmath.cosh, "tanh": mpmath.tanh, "arcsin": mpmath.asin, "arccos": mpmath.acos, "arctan": mpmath.atan,
        "arcsinh": mpmath.asinh, "arccosh": mpmath.acosh, "arctanh": mpmath.atanh, "abs": mpmath.fabs,
        "erf": mpmath.erf, "erfc": mpmath.erfc, "gamma": mpmath.gamma, "gammaln": exact_functions.gammaln,
        "cbrt": lambda x: mpmath.cbrt(x) if x >= 0 else -mpmath.cbrt(-x), "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    }  # fmt: skip
    two = {
        "arctan2": mpmath.atan2, "kv": mpmath.besselk, "iv": mpmath.besseli,
        "kve": lambda v, x: mpmath.exp(x) * mpmath.besselk(v, x),
    }  # fmt: skip
    found = {name: lifted(real_only(function)) for name, function in one.items()}
    found |= {name: lifted(real_only(function), 2) for name, function in two.items()}
    compare = {"gt": np.greater, "lt": np.less, "ne": np.not_equal}
    plain = lambda x: np.asarray(x, object).view(np.ndarray)  # noqa: E731
    found |= {name: (lambda a, b, f=f: np.asarray(f(plain(a), plain(b)), bool)) for name, f in compare.items()}
    found |= {
        "where": lambda c, a, b: np.where(c, plain(a), plain(b)),
        "sum": lambda x: np.asarray(np.add.reduce(plain(x).ravel()), object),
        "mean": lambda x: np.asarray(np.add.reduce(plain(x)) / len(x), object),
        "prod": lambda x: np.asarray(np.multiply.reduce(plain(x)), object),
        "cumsum": lambda x: np.add.accumulate(plain(x)),
        "cumprod": lambda x: np.multiply.accumulate(plain(x)),
        "reshape": lambda x, shape: plain(x).reshape(shape),
        "dot": lambda a, b: np.asarray(np.dot(plain(a), plain(b)), object),
        "det": lambda a: np.asarray(a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0], object),
        "inv": lambda a: (
            np.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]], object) / (a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0])
        ),
    }  # fmt: skip
    return {name: (lambda *args, f=f: np.asarray(f(*args)).view(Exact)) for name, f in found.items()}


NAMES = exact_names()


def exact_value(text: str, values: Mapping[str, Any]) -> Any:
    """The value of a formula over arrays of exact numbers."""
    known: dict[str, Any] = {**NAMES, **values, "pi": +mpmath.pi, "inf": mpmath.inf}
    *assignments, last = text.split(";")
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        known[name.strip()] = eval(value, {"__builtins__": {}}, known)
    return np.asarray(eval(exact_fractions(last), {"__builtins__": {}}, known), object).view(np.ndarray)


def exact_fractions(text: str) -> str:
    """The formula, in which a quotient of small numbers is exact."""
    for number in ("1/3", "1/4"):
        text = text.replace(f"({number})", f"(({number[0]}+0*pi)/{number[2]})")
    return text


def lifted_values(values: Values, zero: Any) -> dict[str, Any]:
    """The values as exact numbers; where no derivative is wanted, 0 as the limit is meant, from above."""
    lift = np.frompyfunc(lambda number: mpmath.mpf(float(number)) or mpmath.mpf(zero), 1, 1)
    return {name: np.asarray(lift(value), object).view(Exact) for name, value in values.items()}


def with_slopes(item: Entry, digits: int) -> list[Any]:
    """The value and the derivatives of its sum, computed with so many digits."""
    with mpmath.workdps(digits):
        as_they_are = item.has_gradient or "where(" in item.text  # a choice means the point itself
        values = lifted_values(item.values, 0 if as_they_are else mpmath.mpf(10) ** (-2 * digits))
        found = [exact_value(item.text, values)]
        slopes = [slope(item, values, name, digits) for name in values if item.has_gradient]
        return found + slopes


def slope(item: Entry, values: dict[str, Any], name: str, digits: int) -> Any:
    """The derivative in one variable, by symmetric differences."""
    x = np.asarray(values[name]).view(np.ndarray)
    step = np.asarray(
        np.frompyfunc(lambda v: (mpmath.fabs(v) or 1) * mpmath.mpf(10) ** (-digits // 3), 1, 1)(x), object
    )
    if item.is_elementwise:
        return difference(item, values, name, step)
    result = np.zeros(x.shape, object)
    for place in np.ndindex(x.shape):
        single = np.zeros(x.shape, object)
        single[place] = step[place]
        result[place] = np.add.reduce(np.ravel(difference(item, values, name, single, step[place])))
    return result


def shifted(value: Any, step: Any) -> Any:
    """Exact numbers, moved."""
    return np.asarray(np.asarray(value).view(np.ndarray) + step, object).view(Exact)


def difference(item: Entry, values: dict[str, Any], name: str, step: Any, by: Any = None) -> Any:
    up = exact_value(item.text, {**values, name: shifted(values[name], step)})
    down = exact_value(item.text, {**values, name: shifted(values[name], -step)})
    return (up - down) / (2 * (step if by is None else by))


def truth(item: Entry) -> list[Any]:
    """The value and derivatives, of which two computations with different digits agree."""
    before = with_slopes(item, 90)
    for digits in (270, 810, 2430):
        after = with_slopes(item, digits)
        if all(agree(a, b) for first, second in zip(before, after) for a, b in zip(np.ravel(first), np.ravel(second))):
            break
        last, before = before, after
    else:
        return after if item.has_gradient else [limit(*pair) for pair in zip(last, after)]
    return after


def limit(first: Any, second: Any) -> Any:
    """What numbers go to of which the second is computed nearer to a limit: an infinity where they grow with it."""
    grows = np.frompyfunc(lambda a, b: b * mpmath.inf if 1 < 2 * mpmath.fabs(a) < mpmath.fabs(b) else b, 2, 1)
    return grows(np.asarray(first, object), np.asarray(second, object))


def agree(first: Any, second: Any) -> bool:
    """Whether two computations of a number agree; of 0 and inf, which cancellation makes too, none is believed."""
    return bool(
        first != 0 and mpmath.isfinite(first) and mpmath.fabs(first - second) <= AGREEMENT * mpmath.fabs(second)
    )
