"""Which kinds of dtypes each function of the standard takes."""

from __future__ import annotations

from types import MappingProxyType

TAKEN = MappingProxyType(
    {
        "all": "biufc",
        "boolean": "b",
        "integer": "iu",
        "integer or boolean": "biu",
        "real numeric": "iuf",
        "numeric": "iufc",
        "real floating-point": "f",
        "complex": "c",
        "floating-point": "fc",
    }
)

UNARY = MappingProxyType(
    {
        "numeric": ("abs", "conj", "isfinite", "isinf", "isnan", "negative", "positive", "real", "round", "sign",
                    "square"),
        "real numeric": ("ceil", "floor", "trunc"),
        "floating-point": ("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "expm1", "log",
                           "log10", "log1p", "log2", "reciprocal", "sin", "sinh", "sqrt", "tan", "tanh"),
        "real floating-point": ("signbit",),
        "complex": ("imag",),
        "boolean": ("logical_not",),
        "integer or boolean": ("bitwise_invert",),
    }
)  # fmt: skip

BINARY = MappingProxyType(
    {
        "all": ("equal", "not_equal"),
        "numeric": ("add", "multiply", "pow", "subtract"),
        "real numeric": ("floor_divide", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum",
                         "remainder"),
        "floating-point": ("divide",),
        "real floating-point": ("atan2", "copysign", "hypot", "logaddexp", "nextafter"),
        "boolean": ("logical_and", "logical_or", "logical_xor"),
        "integer or boolean": ("bitwise_and", "bitwise_or", "bitwise_xor"),
        "integer": ("bitwise_left_shift", "bitwise_right_shift"),
    }
)  # fmt: skip

OTHERS = MappingProxyType(
    {
        "all": ("all", "any", "count_nonzero", "nonzero", "where"),
        "numeric": ("cumulative_prod", "cumulative_sum", "diff", "matmul", "prod", "sum", "tensordot", "vecdot",
                    "trace", "cross", "outer"),
        "real numeric": ("argmax", "argmin", "argsort", "clip", "max", "min", "searchsorted", "sort"),
        "floating-point": ("cholesky", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "matrix_norm",
                           "matrix_power", "matrix_rank", "mean", "pinv", "qr", "slogdet", "solve",
                           "svd", "svdvals", "vector_norm", "fftshift", "ifftshift"),
        "complex": ("fft", "fftn", "hfft", "ifft", "ifftn", "irfft", "irfftn"),
        "real floating-point": ("std", "var", "rfft", "rfftn", "ihfft"),
    }
)  # fmt: skip

KINDS = MappingProxyType(
    {name: kinds for table in (UNARY, BINARY, OTHERS) for kinds, names in table.items() for name in names}
)
