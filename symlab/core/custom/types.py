"""`Type`: kinds of values that a program describes itself, and what types are asked about values.

A variable of such a type goes into ops that a program writes (`Op`), into `ifelse` and through functions; the reference
evaluator computes what it is part of, and nothing is differentiated through it.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from symlab.core.arguments import In, as_argument
from symlab.core.ir.errors import TypeMismatch, message
from symlab.core.ir.types import ArrayType, ObjectType
from symlab.core.ops.operators import variable
from symlab.core.shared import filtered as array_of_type
from symlab.core.substitute import as_value_of, fitting_replacement, of_type

CLOSE = {2: (1e-2, 1e-2), 4: (1e-4, 1e-5), 8: (1e-5, 1e-8)}  # per bytes of a real number


class Type(ObjectType):
    """A type in Theano's words: a class with `filter(data, strict=False, allow_downcast=None)`.

    `filter` gives a value that fits, or raises a TypeError. Calling an object of the class gives an input. `__props__`
    names the attributes that tell types of one class apart; without it all of them do.
    """

    __props__: ClassVar[tuple[str, ...] | None] = None

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """A value of this type."""
        tries = ["filter(self, data, strict=False, allow_downcast=None)"]
        raise TypeMismatch(message(f"{self} does not say which values it has", (), tries))

    def key(self) -> tuple[Any, ...]:
        """What tells this type from others of its class."""
        names = sorted(vars(self)) if type(self).__props__ is None else type(self).__props__ or ()
        return tuple(getattr(self, name) for name in names)

    def clone(self, *args: Any, **options: Any) -> Any:
        """Another type of this class, made of these arguments."""
        return type(self)(*args, **options)

    def values_eq(self, a: Any, b: Any) -> bool:
        """Whether two values are the same."""
        return bool(a == b)

    def values_eq_approx(self, a: Any, b: Any, *options: Any, **others: Any) -> bool:
        """Whether two values are the same but for rounding: whether they are the same, unless a class says more."""
        return self.values_eq(a, b)


class Generic(Type):
    """The type of any value at all."""

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """The value itself."""
        return data

    def __str__(self) -> str:
        return "generic"


generic = Generic()


def filtered(type: Any, data: Any, strict: bool, allow_downcast: bool | None) -> Any:
    """A value as one of a type of arrays, or of lists of them."""
    if isinstance(type, ArrayType):
        return array_of_type(type, data, strict, allow_downcast)
    return as_argument(f"a value of {type}", In(variable(type), strict=strict, allow_downcast=allow_downcast), data)


def filtered_variable(type: Any, other: Any) -> Any:
    """An expression or value as an expression of a type."""
    if isinstance(type, ArrayType):
        return of_type(type, other)
    wanted = variable(type)
    found = as_value_of(wanted, other)
    return found if found.type == type else fitting_replacement(wanted, found)


def equal(a: Any, b: Any) -> bool:
    """Whether two arrays, or lists of them, are the same."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")


def near(
    a: Any, b: Any, without_inf: bool, without_nan: bool, rtol: float | None = None, atol: float | None = None
) -> bool:
    """Whether two arrays, or lists of them, are the same but for rounding."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(near(*pair, without_inf, without_nan) for pair in zip(a, b, strict=True))
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype.kind not in "fc":
        return equal(a, b)
    left_out = (np.isinf(a) & without_inf) | (np.isnan(a) & without_nan)
    relative, absolute = CLOSE[min(8, max(2, a.dtype.itemsize // (2 if a.dtype.kind == "c" else 1)))]
    chosen = relative if rtol is None else rtol, absolute if atol is None else atol
    return bool((np.isclose(a, b, *chosen, equal_nan=True) | left_out).all())
