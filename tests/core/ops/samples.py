"""Operands for the generic tests of elementwise ops: in the domain, at the edges, for every dtype."""

from __future__ import annotations

import functools
import itertools
import math
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import mpmath
import numpy as np

from symlab.core.backends.reference import evaluate
from symlab.core.ir.errors import Misfit
from symlab.core.ir.op import Kind, Op, resolved
from symlab.core.ir.types import array_type
from symlab.core.ops import OPS
from symlab.core.ops.operators import Variable, variable

ELEMENTWISE = {name: op for name, op in OPS.items() if op.kind is Kind.ELEMENTWISE}
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
FLOATS = ("float16", "float32", "float64")
COMPLEXES = ("complex64", "complex128")
DTYPES = ("bool", *INTEGERS, *FLOATS, *COMPLEXES)

# Where the operands of an op have domains of their own.
DOMAINS: dict[str, tuple[tuple[float, float], ...]] = {
    "pow": ((0.1, 3.0), (-3.0, 3.0)),
    "polygamma": ((0, 3), (0.2, 9.0)),
    "jv": ((0.0, 4.0), (0.1, 9.0)),
    "iv": ((0.0, 4.0), (0.1, 9.0)),
    "ive": ((0.0, 4.0), (0.1, 9.0)),
    "kv": ((0.0, 4.0), (0.1, 9.0)),
    "kve": ((0.0, 4.0), (0.1, 9.0)),
    "jv_slope": ((0.0, 4.0), (0.1, 9.0)),
    "ive_slope": ((0.0, 4.0), (0.1, 9.0)),
    "kve_slope": ((0, 3), (0.0, 4.0), (0.1, 9.0)),
    "betainc": ((0.5, 5.0), (0.5, 5.0), (0.05, 0.95)),
    "betainc_slope_a": ((0.5, 5.0), (0.5, 5.0), (0.05, 0.95)),
    "betainc_slope_b": ((0.5, 5.0), (0.5, 5.0), (0.05, 0.95)),
    "betainc_curve_aa": ((0.5, 5.0), (0.5, 5.0), (0.05, 0.95)),
    "betainc_curve_ab": ((0.5, 5.0), (0.5, 5.0), (0.05, 0.95)),
    "betainc_curve_bb": ((0.5, 5.0), (0.5, 5.0), (0.05, 0.95)),
    "betaincinv": ((0.5, 5.0), (0.5, 5.0), (0.05, 0.95)),
    "gammaincinv": ((0.5, 5.0), (0.05, 0.95)),
    "gammainccinv": ((0.5, 5.0), (0.05, 0.95)),
    "xlogy0": ((-3.0, 3.0), (0.05, 9.0)),
    "xlog1py": ((-3.0, 3.0), (-0.9, 5.0)),
    "left_shift": ((-3, 3), (0, 6)),
    "right_shift": ((-3, 3), (0, 6)),
}
SLOWLY_EXACT = {"betaincinv", "gammainccinv", "hyp2f1_slope"}  # whose exact value is a root of a slow function
WHOLE_OPERANDS = {("polygamma", 0), ("kve_slope", 0)}  # operands that are whole numbers even in floating point


def arity(op: Op) -> int:
    """How many operands an elementwise op takes."""
    return len(op.partials)


def attributes(op: Op, dtype: Any) -> dict[str, Any]:
    """What an op takes beside operands of this dtype."""
    if op.name == "cast":
        return {"dtype": "complex128" if np.dtype(dtype).kind == "c" else "float64"}
    if op.name == "hyp2f1_slope":
        return {"orders": (1, 0, 0)}
    if op.name == "polynomial":
        return {"coefficients": (1.0, 0.5, 0.0, 0.25, 0.1)}
    return {}


def domains(op: Op) -> tuple[tuple[float, float], ...]:
    """Per operand, where the op is defined and smooth."""
    return DOMAINS.get(op.name, (op.domain,) * arity(op))


def operand_dtypes(op: Op, dtype: str) -> tuple[np.dtype[Any], ...] | None:
    """What operands of this dtype are cast to, None where the op refuses them."""
    assert op.dtypes is not None
    try:
        return tuple(op.dtypes([np.dtype(dtype)] * arity(op))[0])
    except Misfit:
        return None


def accepted(op: Op) -> list[str]:
    """The dtypes that an op takes as they are."""
    return [dtype for dtype in DTYPES if (casts := operand_dtypes(op, dtype)) and casts[-1] == np.dtype(dtype)]


def random(op: Op) -> np.random.Generator:
    """The same random numbers for an op on every machine."""
    return np.random.default_rng(zlib.crc32(op.name.encode()))


def operands(op: Op, dtype: str, shape: tuple[int, ...] = (40,)) -> list[np.ndarray[Any, Any]]:
    """One array per operand, of the dtypes that the op casts `dtype` to, in its domain."""
    found = operand_dtypes(op, dtype)
    assert found is not None
    generator = random(op)
    return [
        draw(generator, wanted, *domain, shape, (op.name, place) in WHOLE_OPERANDS)
        for place, (wanted, domain) in enumerate(zip(found, domains(op), strict=True))
    ]


def draw(
    generator: np.random.Generator, dtype: np.dtype[Any], low: float, high: float, shape: tuple[int, ...], whole: bool
) -> np.ndarray[Any, Any]:
    """Numbers of a dtype in an interval."""
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu" or whole:
        least = max(math.ceil(low), 0) if dtype.kind == "u" else math.ceil(low)
        return generator.integers(least, max(math.floor(high), least + 3) + 1, shape).astype(dtype)
    values = generator.uniform(low, high, shape)
    if dtype.kind == "c":
        values = values + 1j * generator.uniform(-1, 1, shape)
    return values.astype(dtype)


def edge_values(dtype: np.dtype[Any]) -> list[Any]:
    """The values at which formulas break."""
    if dtype.kind == "b":
        return [False, True]
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        near = [-3, -2, -1] if dtype.kind == "i" else []
        return [limits.min, limits.max, *near, 0, 1, 2, 3, 7]
    limits = np.finfo(np.empty(0, dtype).real.dtype)
    small = [limits.smallest_subnormal, limits.tiny, limits.eps]
    plain = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 7.0, 10.0, 20.0, 50.0, 100.0, 700.0, 1000.0]
    positive = [*plain, *map(float, small), float(limits.max), math.inf]
    return [*positive, *[-value for value in positive], math.nan]


def edges(op: Op, dtype: str) -> list[np.ndarray[Any, Any]]:
    """One array per operand: every combination of edge values, of four operands or more a part of them."""
    found = operand_dtypes(op, dtype)
    assert found is not None
    every = 1 if len(found) < 4 else 37
    columns = zip(
        *itertools.islice(itertools.product(*(edge_values(wanted) for wanted in found)), 0, None, every), strict=True
    )
    return [np.array(column, wanted) for column, wanted in zip(columns, found, strict=True)]


def inputs(values: Sequence[np.ndarray[Any, Any]]) -> list[Variable]:
    """A variable for each array, of its dtype and rank; a size of 1 is static, so that it broadcasts."""
    return [
        variable(array_type(value.dtype, tuple(1 if size == 1 else None for size in value.shape)), f"x{place}")
        for place, value in enumerate(values)
    ]


def applied(op: Op, values: Sequence[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """An op on arrays, through a graph of one node and the reference evaluator."""
    made = inputs(values)
    return evaluate([op(*made, **attributes(op, values[0].dtype))], dict(zip(made, values, strict=True)))[0]


def exact_function(op: Op) -> Any:
    """The op's meaning in mpmath."""
    return functools.partial(resolved(op.exact), **attributes(op, "float64"))


def to_mpmath(value: Any) -> Any:
    """One element of an array as an mpmath number, exactly."""
    if isinstance(value, np.complexfloating):
        return mpmath.mpc(float(value.real), float(value.imag))
    return bool(value) if isinstance(value, np.bool_) else mpmath.mpf(value.item())


def rows(values: Sequence[np.ndarray[Any, Any]]) -> Iterator[tuple[Any, ...]]:
    """The operands of each element, as mpmath numbers."""
    for row in zip(*(value.ravel() for value in values), strict=True):
        yield tuple(to_mpmath(item) for item in row)


def ulps(found: Any, exact: Any, dtype: np.dtype[Any], floor: float = 0.0) -> float:
    """How many units in the last place lie between a number and the exact one.

    Numbers below `floor` are measured with its unit: near a root, the operand's own rounding is larger than any unit.
    """
    if exact == found or (mpmath.isnan(exact) and np.isnan(found)):
        return 0.0
    if not mpmath.isfinite(exact) or not np.isfinite(found):
        return math.inf
    with np.errstate(over="ignore"):
        near = dtype.type(max(abs(float(exact)), floor))
    unit = np.spacing(min(near, np.finfo(dtype).max))
    return float(abs(mpmath.mpf(float(found)) - exact) / mpmath.mpf(float(unit)))
