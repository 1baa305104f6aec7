"""C's names of types and numbers."""

from __future__ import annotations

from types import MappingProxyType

from symlab.core.backends.scalar import Dialect

C = Dialect(
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
