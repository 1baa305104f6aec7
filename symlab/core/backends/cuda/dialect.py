"""CUDA's names of types and numbers."""

from __future__ import annotations

from types import MappingProxyType

from symlab.core.backends.scalar import Dialect

CUDA = Dialect(
    memory=MappingProxyType(
        {
            "bool": "uint8_t",
            **{f"{sign}int{bits}": f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)},
            "float16": "sl_half",
            "float32": "float",
            "float64": "double",
            "complex64": "sl_complex<float>",
            "complex128": "sl_complex<double>",
        }
    ),
    register=MappingProxyType({"bool": "bool", "float16": "float"}),
    infinity="__builtin_inf{f}()",
    nan='__builtin_nan{f}("")',
    complex_number="{{{0}, {1}}}",
    own="cuda",
)
