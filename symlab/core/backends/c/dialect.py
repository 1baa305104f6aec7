"""C's names of types and numbers, and what it says in words of its own."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from symlab.core.backends.scalar import Dialect, name_of
from symlab.core.lower.kernel import Apply
from symlab.core.ops.elementwise import cast


class Words(Dialect):
    """C, in which conversions to integers are functions: its own leave open what lies beyond their range."""

    def apply(self, item: Apply, operands: Sequence[str]) -> str:
        """The formula of an instruction."""
        if item.op is cast and item.kind.kind == "f" and item.dtype.kind in "iu":
            return f"sl_to_{name_of(item.dtype)}{self.suffix(item.kind)}({operands[0]})"
        return super().apply(item, operands)


C = Words(
    memory=MappingProxyType(
        {
            "bool": "uint8_t",
            **{f"{sign}int{bits}": f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)},
            "float16": "_Float16",
            "float32": "float",
            "float64": "double",
            "complex64": "float _Complex",
            "complex128": "double _Complex",
        }
    ),
    register=MappingProxyType({"bool": "_Bool", "float16": "float"}),
    infinity="__builtin_inf{f}()",
    nan='__builtin_nan{f}("")',
    complex_number="__builtin_complex({0}, {1})",
)
