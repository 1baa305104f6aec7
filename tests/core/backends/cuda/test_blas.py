"""How cublasLt sees our matrices, checked by a model of what it computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symlab.core.backends.cuda.blas import DATA, Seen, interface, multiplication, seen

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
    sizes = (4, 6, 5, 5, 1, 6, 1, 1, 1)
    assert multiplication(None, "int64", sizes) is None
    assert multiplication(None, "float64", (0, *sizes[1:])) is None
    assert multiplication(None, "float64", (*sizes[:8], 3)) is None


def test_the_declarations_fit_the_library() -> None:
    found = interface()
    if found is None:
        pytest.skip("cublasLt is not installed")
    ffi, calls = found
    layout = ffi.new("void **")
    assert calls.cublasLtMatrixLayoutCreate(layout, DATA["float64"], 4, 5, 4) == 0
    assert calls.cublasLtMatrixLayoutDestroy(layout[0]) == 0
