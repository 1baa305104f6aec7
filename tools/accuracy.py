"""What the functions of the C runtime are measured against: exact values, points to try, errors in the last place."""

from __future__ import annotations

import ctypes
import math
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "symlab" / "core" / "backends" / "c" / "runtime"
FLAGS = (
    "-O2",
    "-march=native",
    "-mprefer-vector-width=512",
    "-fopenmp-simd",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=off",
)
DTYPES = (np.float64, np.float32)
PRECISION = 160

Array = np.ndarray[Any, Any]
Exact = Callable[..., Any]


@dataclass(frozen=True)
class Limits:
    """The range of a dtype: its largest number, the logarithms of that and of the smallest, and exponents of 2."""

    largest: float
    log_largest: float
    log_smallest: float
    exponent_range: tuple[int, int]
    digits: int


LIMITS = {
    np.float64: Limits(float(np.finfo(np.float64).max), 709.782712893384, -745.1332191019412, (-1074, 1023), 52),
    np.float32: Limits(float(np.finfo(np.float32).max), 88.72283172607422, -103.97207641601562, (-149, 127), 23),
}


@dataclass(frozen=True)
class Function:
    """A function of the runtime: its exact meaning, who else computes it, and where to try it.

    `intervals(limits)` are sampled evenly and by binades; `centers` are approached from both sides; `pairs` draws the
    operands of a function of two. `vector` tells whether a loop over the function is one of vectors.
    """

    name: str
    exact: Exact
    peer: Callable[..., Array]
    intervals: Callable[[Limits], Sequence[tuple[float, float]]] = lambda limits: ((-limits.largest, limits.largest),)
    centers: tuple[float, ...] = ()
    pairs: Callable[[np.random.Generator, Limits, int], tuple[Array, Array]] | None = None
    vector: bool = True


def binades(random: np.random.Generator, low: float, high: float, count: int) -> Array:
    """Numbers between two numbers of one sign, as many in each binade."""
    sign = -1.0 if high <= 0 else 1.0
    small, large = sorted((abs(low), abs(high)))
    exponents = random.uniform(max(math.log2(small) if small else -1080, -1080), math.log2(large), count)
    return sign * np.exp2(np.floor(exponents)) * random.uniform(1, 2, count)


def spread(random: np.random.Generator, low: float, high: float, count: int) -> Array:
    """Numbers of an interval: evenly, and by binades on both sides of 0."""
    parts = [(max(low, 0.0), high), (low, min(high, 0.0))]
    sides = [binades(random, *part, count // 2) for part in parts if part[0] < part[1]]
    even = low / 2 + random.uniform(0, 1, count) * (high / 2 - low / 2)
    values = np.concatenate([2 * even, *sides])
    return values[(values >= low) & (values <= high)]


def neighbours(values: Array) -> Array:
    """Values with the numbers next to them."""
    with np.errstate(over="ignore"):
        return np.concatenate([values, np.nextafter(values, -np.inf), np.nextafter(values, np.inf)])


def edges(dtype: Any) -> Array:
    """What is special for every function: zeros, subnormal numbers, ones, the ends of the range, infinities, nan."""
    info = np.finfo(dtype)
    sizes = [0, info.smallest_subnormal, 3 * info.smallest_subnormal, info.tiny, info.eps, 0.5, 1, 2, 3, 10, info.max]
    others = [np.inf, -np.inf, np.nan, *(-size for size in sizes)]
    return np.concatenate([np.array([*sizes, *others]), -neighbours(np.ones(1))]).astype(dtype)


def points(function: Function, dtype: Any, count: int, seed: int = 1) -> tuple[Array, ...]:
    """The points at which a function is measured: thresholds with their neighbours, and seeded random ones."""
    random, limits = np.random.default_rng(seed), LIMITS[dtype]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if function.pairs:
            left, right = function.pairs(random, limits, count)
            return left.astype(dtype), right.astype(dtype)
        parts = [spread(random, *interval, count) for interval in function.intervals(limits)]
        for center in function.centers:
            parts += [center + sign * binades(random, 2.0**-60, 0.5, count // 4) for sign in (1, -1)]
        ends = np.array([end for interval in function.intervals(limits) for end in interval]).astype(dtype)
        values = np.concatenate(parts).astype(dtype)
    return (np.unique(np.concatenate([values[np.isfinite(values)], neighbours(ends)])),)


@dataclass(frozen=True)
class ExactValues:
    """Exact results as (upper + lower) 2^exponent with 1 <= |upper| < 2; nan where a result is not a real number."""

    upper: Array
    lower: Array
    exponent: Array


def decomposed(value: Any) -> tuple[float, float, int]:
    """One exact value in that form."""
    if not isinstance(value, mpmath.mpf) or not mpmath.isfinite(value):
        return math.nan, 0.0, 0
    if value == 0:
        return 0.0, 0.0, 0
    exponent = int(mpmath.floor(mpmath.log(abs(value), 2)))
    scaled = mpmath.ldexp(value, -exponent)
    upper = float(scaled)
    return upper, float(scaled - upper), max(-5000, min(5000, exponent))


def exact_value(function: Function, operands: Sequence[float]) -> tuple[float, float, int]:
    """The exact value at one point; nan at poles and outside of the domain."""
    try:
        return decomposed(function.exact(*map(mpmath.mpf, operands)))
    except (ValueError, ZeroDivisionError, mpmath.libmp.ComplexResult):
        return math.nan, 0.0, 0


def exact_values(function: Function, operands: Sequence[Array]) -> ExactValues:
    """The exact values at many points."""
    with mpmath.workprec(PRECISION):
        rows = [exact_value(function, row) for row in zip(*(operand.tolist() for operand in operands))]
    upper, lower, exponent = zip(*rows)
    return ExactValues(np.array(upper), np.array(lower), np.array(exponent, np.int64))


def scaled_by(values: Array, exponent: Array) -> Array:
    """values 2^exponent, in steps that leave the range only where the result does."""
    step = np.clip(exponent // 3, -900, 900)
    return np.ldexp(np.ldexp(np.ldexp(values, step), step), np.clip(exponent - 2 * step, -2000, 2000))


def ulps(results: Array, exact: ExactValues) -> Array:
    """Errors in units of the last place of the exact value; infinite for a wrong nan, infinity or zero."""
    limits, info = LIMITS[results.dtype.type], np.finfo(results.dtype)
    got = results.astype(np.float64)
    with np.errstate(all="ignore"):
        difference = (scaled_by(got, -exact.exponent) - exact.upper) - exact.lower
        unit = np.maximum(exact.exponent, limits.exponent_range[0] + limits.digits) - limits.digits
        errors = np.abs(scaled_by(difference, np.maximum(exact.exponent - unit, -1000)))
        ends = np.abs(got) >= info.max
        tiny = np.abs(got) / float(info.smallest_subnormal)
    beyond = exact.exponent > limits.exponent_range[1]
    at_end = (exact.exponent == limits.exponent_range[1]) & (np.abs(exact.upper) >= 2 - 2.0**-limits.digits)
    same_sign = np.sign(got) == np.sign(exact.upper)
    errors = np.where(beyond, np.where(ends & same_sign, 0.0, np.inf), errors)
    errors = np.where(at_end & ends & same_sign, np.minimum(errors, 1.0), errors)
    errors = np.where(exact.exponent < -4000, tiny, errors)
    errors = np.where(exact.upper == 0, np.where(got == 0, 0.0, np.inf), errors)
    errors = np.where(np.isnan(got), np.inf, errors)
    return np.where(np.isnan(exact.upper), 0.0, errors)


SIGNATURES = {1: "const {t} *restrict x", 2: "const {t} *restrict x, const {t} *restrict z"}


def loop_text(name: str, call: str, number: str, operands: int) -> str:
    """A C function that applies another to arrays, some times over."""
    parameters = SIGNATURES[operands].format(t=number)
    arguments = "x[i]" if operands == 1 else "x[i], z[i]"
    return (
        f"void {name}({parameters}, {number} *restrict y, int64_t count, int64_t times) {{\n"
        f"    for (int64_t time = 0; time < times; ++time) {{\n"
        f'        _Pragma("omp simd") for (int64_t i = 0; i < count; ++i) y[i] = {call}({arguments});\n'
        f'        __asm__ volatile("" : : "r"(y) : "memory");\n    }}\n}}\n'
    )


def runtime_text(functions: Sequence[Function]) -> str:
    """A translation unit with a loop for each function and dtype."""
    loops = [
        loop_text(f"loop_{f.name}{suffix}", f"sl_{f.name}{suffix}", number, 2 if f.pairs else 1)
        for f in functions
        for suffix, number in (("", "double"), ("f", "float"))
    ]
    return '#include "runtime.h"\n' + "".join(loops)


LIBMVEC = frozenset(
    {"acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "erf", "erfc", "exp", "exp2"}
    | {"expm1", "hypot", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "tan", "tanh"}
)


def libmvec_text(functions: Sequence[Function]) -> str:
    """The same loops over glibc's vector library, for the functions that it has."""
    text = "#include <stdint.h>\n"
    for function in functions:
        if function.name in LIBMVEC:
            for suffix, number in (("", "double"), ("f", "float")):
                name, operands = function.name + suffix, 2 if function.pairs else 1
                parameters = ", ".join([number] * operands)
                text += f'__attribute__((simd("notinbranch"), const, nothrow)) {number} {name}({parameters});\n'
                text += loop_text(f"loop_{name}", name, number, operands)
    return text


def compiled(text: str, flags: Sequence[str] = FLAGS) -> tuple[ctypes.CDLL, str]:
    """The loaded library of a C text, and what the compiler says about vectors."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "loops.c"), Path(folder, "loops.so")
        source.write_text(text)
        command = ["cc", *flags, "-fPIC", "-shared", f"-I{RUNTIME}", "-fopt-info-vec-optimized"]
        command += [str(source), "-o", str(target), "-lm"]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode:
            raise RuntimeError(finished.stderr[:4000])
        return ctypes.CDLL(str(target)), finished.stderr


def applied(library: ctypes.CDLL, name: str, operands: Sequence[Array]) -> Array:
    """A loop's results."""
    result = np.empty_like(operands[0])
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*operands, result)]
    getattr(library, f"loop_{name}")(*pointers, ctypes.c_int64(len(result)), ctypes.c_int64(1))
    return result


def loop_name(function: Function, dtype: Any) -> str:
    """A function's name with the suffix of its dtype."""
    return function.name + ("f" if dtype == np.float32 else "")


def peer_values(function: Function, operands: Sequence[Array]) -> Array:
    """What NumPy or SciPy computes."""
    with np.errstate(all="ignore"):
        return np.asarray(function.peer(*operands)).astype(operands[0].dtype)
