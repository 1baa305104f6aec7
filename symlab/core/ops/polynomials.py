"""Polynomials with known coefficients, as the series that stand in for functions near a point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.op import Op
from symlab.core.ir.types import ArrayType
from symlab.core.ops.declare import by_kind, elementwise, elementwise_type, floating
from symlab.core.ops.references import in_float32

LONG = 12  # coefficients; sums of more are computed as two


class Scheme(NamedTuple):
    """How a polynomial is computed: in powers of x or, where all others are 0, of x^2; times x where it is odd."""

    coefficients: tuple[float, ...]
    squared: bool
    odd: bool


def scheme(coefficients: Sequence[float]) -> Scheme:
    """The scheme of a polynomial, whose leading coefficients may be 0."""
    kept = without_zeros(coefficients)
    if len(kept) == 1 or any(kept[::2]) == any(kept[1::2]):
        return Scheme(kept, False, False)
    odd = any(kept[1::2])
    return Scheme(kept[1 if odd else 0 :: 2], True, odd)


def without_zeros(coefficients: Sequence[float]) -> tuple[float, ...]:
    """The coefficients up to the last one that is not 0, and the constant one."""
    return tuple(coefficients[: max((place + 1 for place, value in enumerate(coefficients) if value), default=1)])


def horner(coefficients: Sequence[float], x: Any, number: Callable[[float], Any] = float) -> Any:
    """The value at x, in whatever has sums and products: arrays, mpmath's numbers, series, texts of formulas.

    `number` makes a coefficient such a value. Coefficients that are 0 are not added. Of a long polynomial even and odd
    powers are summed apart: each step of Horner's scheme waits for the one before, so two of them take half the time.
    """
    kept, squared, odd = scheme(coefficients)
    step = x * x if squared else x
    if len(kept) > LONG and any(kept[::2]) and any(kept[1::2]):
        square = step * step
        total = chain(kept[::2], square, number) + step * chain(kept[1::2], square, number)
    else:
        total = chain(kept, step, number)
    return x * total if odd else total


def chain(coefficients: Sequence[float], step: Any, number: Callable[[float], Any]) -> Any:
    """Horner's scheme in powers of `step`."""
    *lower, last = without_zeros(coefficients)
    total = number(last)
    for value in reversed(lower):
        total = step * total
        if value:
            total = number(value) + total
    return total


def value_at(x: Any, coefficients: tuple[float, ...]) -> Any:
    """The value of a polynomial in NumPy, in the dtype of x; float16 is computed in float32."""

    @in_float32
    def computed(x: np.ndarray[Any, Any]) -> Any:
        found = horner(coefficients, x)
        return np.full(x.shape, found, x.dtype) if isinstance(found, float) else found

    return computed(np.asarray(x))


@dataclass(frozen=True)
class Code:
    """The text of a value within a formula."""

    text: str

    def __add__(self, other: Code) -> Code:
        return Code(f"({self.text} + {other.text})")

    def __mul__(self, other: Code) -> Code:
        return Code(f"({self.text} * {other.text})")


def text_of(number: Callable[[float], str], coefficients: tuple[float, ...]) -> str:
    """The formula in C, where `number` writes constants; compilers compute x * x once."""
    return str(horner(coefficients, Code("{0}"), lambda value: Code(number(value))).text)


def slope(y: Any, x: Any) -> Any:
    """The polynomial of the coefficients k c_k, or a number where it has one coefficient or none."""
    derived = tuple(place * value for place, value in enumerate(y.attr("coefficients")))[1:]
    return polynomial(x, coefficients=derived) if any(derived[1:]) else sum(derived)


def type_of(attributes: Mapping[str, Any], x: ArrayType) -> ArrayType:
    """The type of the operand, where the coefficients are what they must be."""
    given = attributes.get("coefficients")
    if not isinstance(given, tuple) or not given or not all(isinstance(value, float) for value in given):
        problem = f"the coefficients {given!r} are no tuple of floats"
        raise Misfit(problem, "coefficients=(1.0, 0.5), the constant term first", kind=TypeMismatch)
    return elementwise_type(floating, x)


polynomial: Op = elementwise(
    "polynomial",
    doc="The polynomial with these `coefficients`, the constant term first, at x, by Horner's scheme.",
    reference=value_at,
    dtypes=floating,
    partials=(slope,),
    infer=type_of,
    attributes=("coefficients",),
    c=by_kind(f=text_of),
    exact="symlab.core.ops.exact:polynomial",
    domain=(0.2, 0.9),
)
