"""Lists of sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse

import symlab as sl
from symlab import sparse
from symlab.core.custom import typed_list
from symlab.core.ir.errors import TypeMismatch

MODES = pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])


def matrix(seed: int, shape: tuple[int, int] = (3, 4)) -> Any:
    """A matrix of 5 elements."""
    return scipy.sparse.random(*shape, 0.4, "csr", random_state=seed)


MATRICES = [matrix(seed) for seed in range(3)]


def dense(matrices: Any) -> list[Any]:
    """The elements of each matrix as a list."""
    return [item.toarray().tolist() for item in matrices]


@MODES
def test_what_changes_a_list(mode: str) -> None:
    items = typed_list.TypedListType(sparse.SparseType("csr", "float64"))("items")
    x = sparse.csr_matrix("x")
    more = matrix(7, (2, 2))
    changed = (
        (typed_list.append(items, x), [*MATRICES, more]),
        (items.insert(1, x), [MATRICES[0], more, *MATRICES[1:]]),
        (typed_list.extend(items, [x, x]), [*MATRICES, more, more]),
        (typed_list.reverse(items), MATRICES[::-1]),
        (typed_list.remove(items.append(x), x), MATRICES),
        (items[1:], MATRICES[1:]),
    )
    for expression, wanted in changed:
        f = sl.function([items, x], expression, mode=mode, on_unused_input="ignore")
        assert dense(f(MATRICES, more)) == dense(wanted)


@MODES
def test_what_is_asked_of_a_list(mode: str) -> None:
    items = typed_list.TypedListType(sparse.SparseType("csc", "float64"))("items")
    x = sparse.csc_matrix("x")
    asked = typed_list.length(items), typed_list.index_(items, x), typed_list.count(items, x)
    f = sl.function([items, x], asked, mode=mode)
    found = f([*MATRICES, MATRICES[1]], MATRICES[1])
    assert list(map(int, found)) == [4, 1, 2]
    with pytest.raises(ValueError, match="no such element"):
        f(MATRICES, matrix(9))
    product = sl.function([items], sparse.dot(items[-1], np.ones((4, 1))), mode=mode)
    np.testing.assert_allclose(product(MATRICES), MATRICES[2].toarray().sum(1, keepdims=True))


def test_lists_that_are_made_and_what_is_refused() -> None:
    x = sparse.csr_matrix("x")
    made = typed_list.make_list([x, x * 2.0])
    assert dense(sl.function([x], made)(MATRICES[0])) == dense([MATRICES[0], MATRICES[0] * 2])
    with pytest.raises(TypeMismatch, match=r"is csr\[float64\], not csc"):
        made.append(sparse.csc_matrix("y"))
    with pytest.raises(TypeMismatch, match="must be a list of matrices, and is of type csr_matrix"):
        sl.function([items := typed_list.TypedListType(x.type)("items")], items[0])(MATRICES[0])
    with pytest.raises(TypeMismatch, match="not known before the call"):
        len(items)
    assert str(items.type) == "list of csr[float64]"
