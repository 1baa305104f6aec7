"""The operators of Python on variables, each of which is a function of `symlab.tensor`."""

from __future__ import annotations

from typing import Any

from symlab.core.ir.composite import Composite
from symlab.core.seams import front_end


class Arithmetic:
    """Mixed into `Variable`: `a + b`, `a @ b`, `a < b`, `-a`, ... (`==` compares identity, as in Theano)."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("add")(self, other)

    def __radd__(self, other: Any) -> Any:
        return front_end("add")(other, self)

    def __sub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("sub")(self, other)

    def __rsub__(self, other: Any) -> Any:
        return front_end("sub")(other, self)

    def __mul__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("mul")(self, other)

    def __rmul__(self, other: Any) -> Any:
        return front_end("mul")(other, self)

    def __truediv__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("true_div")(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return front_end("true_div")(other, self)

    def __floordiv__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("floor_div")(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return front_end("floor_div")(other, self)

    def __mod__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("mod")(self, other)

    def __rmod__(self, other: Any) -> Any:
        return front_end("mod")(other, self)

    def __pow__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("pow")(self, other)

    def __rpow__(self, other: Any) -> Any:
        return front_end("pow")(other, self)

    def __matmul__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("matmul")(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return front_end("matmul")(other, self)

    def __and__(self, other: Any) -> Any:
        return front_end("and_")(self, other)

    def __rand__(self, other: Any) -> Any:
        return front_end("and_")(other, self)

    def __or__(self, other: Any) -> Any:
        return front_end("or_")(self, other)

    def __ror__(self, other: Any) -> Any:
        return front_end("or_")(other, self)

    def __xor__(self, other: Any) -> Any:
        return front_end("xor")(self, other)

    def __rxor__(self, other: Any) -> Any:
        return front_end("xor")(other, self)

    def __lshift__(self, other: Any) -> Any:
        return front_end("left_shift")(self, other)

    def __rlshift__(self, other: Any) -> Any:
        return front_end("left_shift")(other, self)

    def __rshift__(self, other: Any) -> Any:
        return front_end("right_shift")(self, other)

    def __rrshift__(self, other: Any) -> Any:
        return front_end("right_shift")(other, self)

    def __divmod__(self, other: Any) -> Any:
        return front_end("divmod")(self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return front_end("divmod")(other, self)

    def __lt__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("lt")(self, other)

    def __le__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("le")(self, other)

    def __gt__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("gt")(self, other)

    def __ge__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, Composite) else front_end("ge")(self, other)

    def __neg__(self) -> Any:
        return front_end("neg")(self)

    def __abs__(self) -> Any:
        return front_end("abs")(self)

    def __invert__(self) -> Any:
        return front_end("invert")(self)

    def __pos__(self) -> Any:
        return self

    def __round__(self, ndigits: int | None = None) -> Any:
        return front_end("round")(self, ndigits or 0)
