"""CUDA's names of types, numbers and functions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symlab.core.backends.scalar import Dialect

CUDA = Dialect(
    memory=MappingProxyType(
        {
            "bool": "unsigned char",
            "int8": "signed char",
            "int16": "short",
            "int32": "int",
            "int64": "long long",
            "uint8": "unsigned char",
            "uint16": "unsigned short",
            "uint32": "unsigned int",
            "uint64": "unsigned long long",
            "float16": "__half",
            "float32": "float",
            "float64": "double",
        }
    ),
    register=MappingProxyType({"bool": "bool", "float16": "float"}),
    infinity="sl_infinity{f}()",
    nan="sl_nan{f}()",
    complex_number="",  # complex numbers have no kernels
)

SAME_NAME = """exp exp2 expm1 log log2 log10 log1p tanh sin cos tan sinh cosh asin acos atan atan2 asinh acosh atanh
erf erfc erfcx erfinv erfcinv pow hypot cbrt floor ceil trunc rint lgamma tgamma sqrt"""
DEFINED: Mapping[str, str] = MappingProxyType(
    {
        "sl_maximum": "{t} sl_maximum{f}({t} a, {t} b) {{ return a > b || a != a ? a : b; }}",
        "sl_minimum": "{t} sl_minimum{f}({t} a, {t} b) {{ return a < b || a != a ? a : b; }}",
        "sl_reciprocal": "{t} sl_reciprocal{f}({t} x) {{ return 1 / x; }}",
        "sl_sigmoid": "{t} sl_sigmoid{f}({t} x) {{ return 1 / (1 + exp{f}(-x)); }}",
        "sl_sigmoid_slope": "{t} sl_sigmoid_slope{f}({t} x) "
        "{{ const {t} p = exp{f}(-fabs{f}(x)), s = 1 / (1 + p); return p * s * s; }}",
        "sl_softplus": "{t} sl_softplus{f}({t} x) {{ return log1p{f}(exp{f}(-fabs{f}(x))) + (x > 0 ? x : 0); }}",
        "sl_sign": "{t} sl_sign{f}({t} x) {{ return x > 0 ? 1 : x < 0 ? -1 : x; }}",
    }
)
