"""What every type can be asked about values, in the words of Theano's `Type`."""

from __future__ import annotations

from typing import Any

from symlab.core.seams import seam


class OfValues:
    """The part of a type that deals with values; `filter` is the one method that a kind of type must have."""

    __slots__ = ()

    def filter(self, data: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """`data` as a value of this type, or a TypeError; with `strict` nothing is converted."""
        return seam("types.filter")(self, data, strict, allow_downcast)

    def is_valid_value(self, data: Any, strict: bool = True) -> bool:
        """Whether `data` is a value of this type."""
        try:
            self.filter(data, strict=strict)
        except (TypeError, ValueError):
            return False
        return True

    def is_super(self, other: Any) -> bool | None:
        """Whether all values of another type are of this type; None where the two have nothing in common."""
        return True if self == other else None

    def in_same_class(self, other: Any) -> bool:
        """Whether another type differs from this one in known sizes at most."""
        return bool(self == other)

    def convert_variable(self, variable: Any) -> Any:
        """A variable as one of this type, if all values of its type are of this type; else None."""
        return variable if variable.type == self or self.is_super(variable.type) else None

    def make_variable(self, name: str | None = None) -> Any:
        """An input of this type."""
        return self(name)  # type: ignore[operator]

    def filter_variable(self, other: Any, allow_convert: bool = True) -> Any:
        """`other`, an expression or a value, as an expression of this type, or a TypeError."""
        return seam("types.filter_variable")(self, other)

    def values_eq(self, a: Any, b: Any) -> bool:
        """Whether two values are the same."""
        return bool(seam("types.equal")(a, b))

    def values_eq_approx(
        self,
        a: Any,
        b: Any,
        allow_remove_inf: bool = False,
        allow_remove_nan: bool = False,
        rtol: float | None = None,
        atol: float | None = None,
    ) -> bool:
        """Whether two values are the same but for rounding; `allow_remove_...` leaves such numbers of `a` out."""
        return bool(seam("types.near")(a, b, allow_remove_inf, allow_remove_nan, rtol, atol))
