"""The C runtime: errors in units of the last place against mpmath, special values, vectors, integers, sums."""

from __future__ import annotations

import ctypes
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tools.accuracy import (
    DTYPES,
    FLAGS,
    ROOT,
    RUNTIME,
    Array,
    Function,
    applied,
    compiled,
    edges,
    exact_values,
    loop_name,
    loop_text,
    peer_values,
    points,
    runtime_text,
    ulps,
)
from tools.accuracy_table import FUNCTIONS

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")

COUNT = 400
WITHOUT_FMA = 1.5
CONTRACT = json.loads((RUNTIME / "contract.json").read_text())
CASES = [pytest.param(function, dtype, id=loop_name(function, dtype)) for function in FUNCTIONS for dtype in DTYPES]
# Where SciPy gives infinity for a finite value, or another zero or infinity than the C standard.
PEER_DIFFERS = {"lgamma": (5e-324, 1.5e-323, -5e-324, -1.5e-323, -np.inf), "erfcinv": (5e-324, 1.0)}
DIVISIONS = {"mod": np.mod, "floor_divide": np.floor_divide}
FEATURES = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""


def with_architecture(name: str) -> list[str]:
    """The flags for another processor than this one."""
    return [*(flag for flag in FLAGS if not flag.startswith("-march")), f"-march={name}"]


def division_text() -> str:
    """Loops over remainders and rounded quotients."""
    kinds = (("", "double"), ("f", "float"))
    loops = [loop_text(f"loop_{name}{end}", f"sl_{name}{end}", kind, 2) for name in DIVISIONS for end, kind in kinds]
    return '#include "runtime.h"\n' + "".join(loops)


@pytest.fixture(scope="module")
def built() -> tuple[ctypes.CDLL, str]:
    return compiled(runtime_text(FUNCTIONS))


@pytest.fixture(scope="module")
def library(built: tuple[ctypes.CDLL, str]) -> ctypes.CDLL:
    return built[0]


@pytest.mark.slow
@pytest.mark.parametrize(("function", "dtype"), CASES)
def test_error_is_within_the_contract_and_the_peers(library: ctypes.CDLL, function: Function, dtype: Any) -> None:
    operands = points(function, dtype, COUNT)
    exact = exact_values(function, operands)
    assert np.count_nonzero(~np.isnan(exact.upper)) > COUNT
    ours = ulps(applied(library, loop_name(function, dtype), operands), exact)
    at = [float(operand[ours.argmax()]) for operand in operands]
    assert ours.max() <= CONTRACT[function.name][DTYPES.index(dtype)], f"at {at}"
    assert ours.max() <= max(1.0, ulps(peer_values(function, operands), exact).max()), f"at {at}"


def differing(ours: Array, peer: Array) -> Array:
    """Where one result is nan, infinite or zero and the other is not the same."""
    special = np.isnan(ours) | np.isnan(peer) | np.isinf(ours) | np.isinf(peer) | ((ours == 0) & (peer == 0))
    same = (np.isnan(ours) & np.isnan(peer)) | ((ours == peer) & (np.signbit(ours) == np.signbit(peer)))
    return special & ~same


@pytest.mark.slow
@pytest.mark.parametrize(("function", "dtype"), CASES)
def test_special_values_are_the_peers(library: ctypes.CDLL, function: Function, dtype: Any) -> None:
    grid = edges(dtype)
    operands = [values.ravel().copy() for values in np.meshgrid(grid, grid)] if function.pairs else [grid]
    wrong = differing(applied(library, loop_name(function, dtype), operands), peer_values(function, operands))
    found = {tuple(map(float, row)) for row in zip(*(operand[wrong] for operand in operands))}
    assert found <= {(value,) for value in PEER_DIFFERS.get(function.name, ())}


@pytest.mark.slow
def test_loops_are_made_of_vectors(built: tuple[ctypes.CDLL, str]) -> None:
    text = runtime_text(FUNCTIONS).splitlines()
    lines = {int(line) for line in re.findall(r"loops\.c:(\d+):.*loop vectorized", built[1])}
    vectors = {text[line - 3].partition("(")[0].removeprefix("void loop_") for line in lines}
    assert vectors == {loop_name(function, dtype) for function in FUNCTIONS for dtype in DTYPES if function.vector}


@pytest.mark.slow
@pytest.mark.parametrize(("function", "dtype"), CASES)
def test_results_do_not_depend_on_the_place_in_a_vector(library: ctypes.CDLL, function: Function, dtype: Any) -> None:
    operands = [operand[-37:].copy() for operand in points(function, dtype, 20)]
    whole = applied(library, loop_name(function, dtype), operands)
    for length in range(1, 37):
        part = applied(library, loop_name(function, dtype), [operand[:length] for operand in operands])
        assert np.array_equal(part, whole[:length], equal_nan=True)


@pytest.mark.slow
@pytest.mark.skipif(" avx2 " not in FEATURES or " fma " not in FEATURES, reason="the processor has no AVX2")
def test_results_do_not_depend_on_the_length_of_vectors(library: ctypes.CDLL) -> None:
    shorter = compiled(runtime_text(FUNCTIONS), with_architecture("haswell"))[0]
    for function in FUNCTIONS:
        for dtype in DTYPES:
            operands, name = points(function, dtype, 100), loop_name(function, dtype)
            results = [applied(either, name, operands) for either in (library, shorter)]
            assert np.array_equal(*results, equal_nan=True), name


@pytest.mark.slow
@pytest.mark.skipif(" sse4_1 " not in FEATURES, reason="the processor has no SSE 4.1")
def test_without_fused_products_errors_stay_small() -> None:
    plain = compiled(runtime_text(FUNCTIONS), with_architecture("x86-64-v2"))[0]
    for function in FUNCTIONS:
        for dtype in DTYPES:
            operands = points(function, dtype, 100)
            errors = ulps(applied(plain, loop_name(function, dtype), operands), exact_values(function, operands))
            assert errors.max() <= max(WITHOUT_FMA, CONTRACT[function.name][DTYPES.index(dtype)]), function.name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", DIVISIONS)
def test_division_with_remainder_is_numpys(name: str, dtype: Any) -> None:
    random, library = np.random.default_rng(3), compiled(division_text())[0]
    grid = np.concatenate([edges(dtype), np.arange(-7, 8).astype(dtype), dtype([0.1, -0.1, 1e30, -1e-30])])
    corners = [values.ravel() for values in np.meshgrid(grid, grid)]
    sizes = np.exp2(random.uniform(-60, 60, (2, 20000))) * random.choice([-1, 1], (2, 20000))
    ratios = np.float64(sizes[0]) * random.integers(-(2**20), 2**20, 20000)
    left = np.concatenate([corners[0], sizes[0], ratios, random.uniform(-50, 50, 20000)]).astype(dtype)
    right = np.concatenate([corners[1], sizes[1], sizes[0], random.uniform(-3, 3, 20000)]).astype(dtype)
    ours = applied(library, name + ("f" if dtype == np.float32 else ""), [left, right])
    with np.errstate(all="ignore"):
        theirs = DIVISIONS[name](left, right)
    same = (ours == theirs) & (np.signbit(ours) == np.signbit(theirs)) | (np.isnan(ours) & np.isnan(theirs))
    assert [(left[at], right[at], ours[at], theirs[at]) for at in np.flatnonzero(~same)[:5]] == []


def test_a_loop_with_remainders_is_made_of_vectors() -> None:
    library, said = compiled(division_text())
    lines = {int(line) for line in re.findall(r"loops\.c:(\d+):.*loop vectorized", said)}
    assert len(lines) == 2 * len(DIVISIONS)
    assert applied(library, "mod", [np.arange(9.0), np.full(9, 4.0)]).tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0]


INTEGERS = """
#include "runtime.h"
#define LOOP(name, type) \\
    void loop_##name(const type *x, const type *z, type *y, int64_t count, int64_t times) { \\
        for (int64_t i = 0; i < count; ++i) y[i] = sl_##name(x[i], z[i]); \\
    }
LOOP(int_floor_div, int64_t)
LOOP(int_mod, int64_t)
LOOP(int_pow, int64_t)
LOOP(uint_floor_div, uint64_t)
LOOP(uint_mod, uint64_t)
LOOP(uint_pow, uint64_t)
void loop_sign(const double *x, double *y, int64_t count, int64_t times) {
    for (int64_t i = 0; i < count; ++i) y[i] = sl_sign(x[i]);
}
void loop_maximum(const double *x, const double *z, double *y, int64_t count, int64_t times) {
    for (int64_t i = 0; i < count; ++i) y[i] = sl_maximum(x[i], z[i]);
}
void loop_minimumf(const float *x, const float *z, float *y, int64_t count, int64_t times) {
    for (int64_t i = 0; i < count; ++i) y[i] = sl_minimumf(x[i], z[i]);
}
double array_sum(const double *x, int64_t count, int64_t stride) { return sl_array_sum(x, count, stride); }
float array_sumf(const float *x, int64_t count, int64_t stride) { return sl_array_sumf(x, count, stride); }
"""


@pytest.fixture(scope="module")
def helpers() -> ctypes.CDLL:
    return compiled(INTEGERS)[0]


INTEGER_PEERS = {"floor_div": np.floor_divide, "mod": np.mod, "pow": np.power}


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
@pytest.mark.parametrize("name", INTEGER_PEERS)
def test_integers_are_numpys(helpers: ctypes.CDLL, name: str, dtype: Any) -> None:
    info, random = np.iinfo(dtype), np.random.default_rng(4)
    ends = np.array([info.min, info.min + 1, info.max, 0, 1, 2, 3, 7], dtype)
    grid = np.concatenate([ends, np.array([-1, -2, -3, -7], dtype) if info.min else ends])
    left, right = (values.ravel() for values in np.meshgrid(grid, grid))
    left = np.concatenate([left, random.integers(info.min, info.max, 5000, dtype)])
    right = np.concatenate([right, random.integers(max(info.min, -50), 50, 5000).astype(dtype)])
    if name == "pow":
        left, right = left[right >= 0], right[right >= 0]
    with np.errstate(all="ignore"):
        expected = INTEGER_PEERS[name](left, right)
    prefix = "int" if info.min else "uint"
    assert np.array_equal(applied(helpers, f"{prefix}_{name}", [left, right]), expected)


def test_negative_powers_of_integers_round_toward_zero(helpers: ctypes.CDLL) -> None:
    bases, powers = np.array([1, -1, -1, 2, -3, 0, 7]), np.array([-5, -5, -4, -1, -2, -1, -(2**63)])
    assert applied(helpers, "int_pow", [bases, powers]).tolist() == [1, -1, 1, 0, 0, 0, 0]


def test_signs_and_extrema(helpers: ctypes.CDLL) -> None:
    values = np.array([0.0, -0.0, np.nan, -np.inf, 3.0])
    assert np.array_equal(applied(helpers, "sign", [values]), np.sign(values), equal_nan=True)
    left, right = (grid.ravel().copy() for grid in np.meshgrid(values, values))
    assert np.array_equal(applied(helpers, "maximum", [left, right]), np.maximum(left, right), equal_nan=True)
    halves = [left.astype(np.float32), right.astype(np.float32)]
    assert np.array_equal(applied(helpers, "minimumf", halves), np.minimum(*halves), equal_nan=True)


def array_sum(helpers: ctypes.CDLL, values: Array, stride: int) -> float:
    """The runtime's sum of every `stride`-th element."""
    function = helpers.array_sumf if values.dtype == np.float32 else helpers.array_sum
    function.restype = ctypes.c_float if values.dtype == np.float32 else ctypes.c_double
    count = -(-len(values) // stride)
    return function(ctypes.c_void_p(values.ctypes.data), ctypes.c_int64(count), ctypes.c_int64(stride))


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("count", [0, 1, 7, 4095, 4096, 4097, 1_000_003])
def test_sums_are_pairwise(helpers: ctypes.CDLL, count: int, stride: int) -> None:
    for dtype in DTYPES:
        values = np.random.default_rng(5).random(count * stride).astype(dtype)
        exact = math.fsum(values[::stride].tolist())
        assert abs(array_sum(helpers, values, stride) - exact) <= 3 * float(np.finfo(dtype).eps) * exact


def test_the_page_shows_the_contract() -> None:
    page = (ROOT / "docs" / "accuracy.md").read_text()
    rows = {
        name: (float(contract), float(ours))
        for name, contract, ours in re.findall(r"\| `(\w+)` \| ([\d.]+) \| ([\d.]+) ", page)
    }
    suffixes = ("", "f")
    wanted = {name + end: bound for name, bounds in CONTRACT.items() for end, bound in zip(suffixes, bounds)}
    assert {name: contract for name, (contract, _) in rows.items()} == wanted
    assert [name for name, (contract, ours) in rows.items() if ours > contract] == []
    assert {function.name for function in FUNCTIONS} == set(CONTRACT)
