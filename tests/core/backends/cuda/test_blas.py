"""Products by cublasLt: how it sees our matrices, and the calls, on the emulated device with a library like it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.backends.cuda import blas, calls
from symlab.core.backends.cuda.blas import DATA, Seen, interface, multiplication, seen
from symlab.core.ir.errors import CompileError
from tests.emulator import toolchain

RNG = np.random.default_rng(1)


def as_the_library(memory: Any, item: Seen) -> Any:
    """op(matrix) of columns that lie one after another."""
    steps = (memory.itemsize, item.leading * memory.itemsize)
    matrix = np.lib.stride_tricks.as_strided(memory, (item.rows, item.columns), steps)
    return matrix.T if item.turned else matrix


def laid_out(rows: int, columns: int, turned: bool, gap: int) -> tuple[Any, Any, tuple[int, int]]:
    """A matrix with its memory and strides in elements: whole rows or whole columns, with a gap between them."""
    shape = (columns, rows) if turned else (rows, columns)
    memory = RNG.normal(size=(shape[0], shape[1] + gap))
    part = memory[:, : shape[1]]
    matrix = part.T if turned else part
    return matrix, memory.reshape(-1), (matrix.strides[0] // 8, matrix.strides[1] // 8)


@pytest.mark.parametrize("gap", [0, 3])
@pytest.mark.parametrize(("m", "k", "n"), [(4, 5, 6), (1, 5, 6), (4, 1, 6), (4, 5, 1), (1, 1, 1)])
@pytest.mark.parametrize("turns", [(False, False), (True, False), (False, True), (True, True)])
def test_what_the_library_computes_is_the_product(m: int, k: int, n: int, turns: tuple[bool, bool], gap: int) -> None:
    a, a_memory, a_steps = laid_out(m, k, turns[0], gap)
    b, b_memory, b_steps = laid_out(k, n, turns[1], gap)
    first, second = seen(m, k, *a_steps), seen(k, n, *b_steps)
    assert first is not None
    assert second is not None
    assert first.leading >= first.rows
    assert second.leading >= second.rows
    result = as_the_library(b_memory, second) @ as_the_library(a_memory, first)
    np.testing.assert_allclose(result.T, a @ b, rtol=1e-12)


def test_strides_that_the_library_cannot_step() -> None:
    assert seen(4, 5, 10, 2) is None
    assert seen(4, 5, 0, 1) is None  # one row repeated


def test_only_products_that_fill_a_matrix_go_to_the_library() -> None:
    sizes, aligned = (4, 6, 5, 5, 1, 6, 1, 1, 1), (256, 256, 256)
    assert multiplication(None, "int64", sizes, aligned) is None
    assert multiplication(None, "float64", (0, *sizes[1:]), aligned) is None
    assert multiplication(None, "float64", (*sizes[:8], 3), aligned) is None


def test_the_declarations_fit_the_library() -> None:
    found = interface()
    if found is None:
        pytest.skip("cublasLt is not installed")
    ffi, functions = found
    library = blas.Library(ffi, functions, ffi.NULL, 0)  # what needs no device: descriptors and attributes
    for dtype in DATA:
        item = Seen(4, 4, 5, False)
        assert blas.Multiplication(library, dtype, (4, 4), item, item, (8, 16, 256)).found is None


# On the emulated device, with a library that has cublasLt's functions and checks what they are given


@pytest.fixture
def used(emulated: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[float, float]]]:
    """The factors alpha and beta of every product that the library carries out."""
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(blas.DECLARATIONS)
    found = ffi, ffi.dlopen(str(toolchain.cublaslt()))
    monkeypatch.setattr(blas, "interface", lambda: found)
    carried_out: list[tuple[float, float]] = []
    by_library = blas.Multiplication.__call__

    def call(self: Any, a: int, b: int, result: int, alpha: float, beta: float) -> None:
        by_library(self, a, b, result, alpha, beta)
        carried_out.append((alpha, beta))

    monkeypatch.setattr(blas.Multiplication, "__call__", call)
    blas.library_for.cache_clear()
    yield carried_out
    blas.library_for.cache_clear()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_by_the_library(used: list[tuple[float, float]], dtype: str) -> None:
    a, b, c = (T.TensorType(dtype, (None, None))(name) for name in "abc")
    results = [T.dot(a, T.tanh(b)), T.dot(a.T, c), T.dot(a[1:, 1:], b[1:]), c - 2.5 * T.dot(a, b), T.dot(a[::2], b)]
    f = sl.function([a, b, c], results, device="cuda")
    for m, k, n in ((5, 7, 6), (2, 3, 1), (33, 17, 65)):
        left, right, added = (RNG.normal(size=size).astype(dtype) for size in ((m, k), (k, n), (m, n)))
        whole, part = left @ right, left[1:, 1:] @ right[1:]
        wanted = [left @ np.tanh(right), left.T @ added, part, added - 2.5 * whole, left[::2] @ right]
        for got, want in zip(f(left, right, added), wanted, strict=True):
            np.testing.assert_allclose(got, want, rtol=0, atol=1e-12 if dtype == "float64" else 2e-5)
    assert len(used) == 15
    assert set(used) == {(1.0, 0.0), (-2.5, 1.0)}


def test_vectors_numbers_and_stacks_by_whom_they_can(used: list[tuple[float, float]]) -> None:
    a, v, scale, stack = T.dmatrix("a"), T.dvector("v"), T.dscalar("scale"), T.dtensor3("stack")
    results = [T.dot(a, v), T.dot(v, a), a - scale * T.dot(a, a), T.matmul(stack, a)]
    left, vector, stacked = RNG.normal(size=(6, 6)), RNG.normal(size=6), RNG.normal(size=(3, 4, 6))
    wanted = [left @ vector, vector @ left, left - 1.5 * (left @ left), stacked @ left]
    found = sl.function([a, v, scale, stack], results, device="cuda")(left, vector, 1.5, stacked)
    for got, want in zip(found, wanted, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
    assert used == [(1.0, 0.0)] * 2  # a factor that only the call knows, and stacks, are the kernel's


def test_no_algorithm_and_a_call_that_fails(used: list[tuple[float, float]], monkeypatch: pytest.MonkeyPatch) -> None:
    a = T.dmatrix("a")
    left = RNG.normal(size=(3, 3))
    f = sl.function([a], T.dot(a, a), device="cuda")
    monkeypatch.setattr(calls, "alignment", lambda address: 512)  # more than is true
    with pytest.raises(CompileError, match="cublasLt gave status 15"):
        f(left)
    monkeypatch.setattr(blas.Multiplication, "recommended", lambda *_: None)
    f = sl.function([a], T.dot(a, a), device="cuda")
    np.testing.assert_allclose(f(left), left @ left, rtol=1e-12)
    assert used == []
