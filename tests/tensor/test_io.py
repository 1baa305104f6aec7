"""Arrays that calls read from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import symlab as sl
import symlab.tensor as T
from symlab.core.custom.types import generic
from symlab.core.ir.errors import InvalidValue, NotAsDeclared, TypeMismatch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with five numbers."""
    np.save(tmp_path / "numbers.npy", np.arange(5, dtype="int32"))
    return tmp_path / "numbers.npy"


@pytest.mark.parametrize("mode", ["FAST_RUN", "FAST_COMPILE"])
@pytest.mark.parametrize("mmap_mode", [None, "c"])
def test_a_file_is_read_by_each_call(path: Path, mode: str, mmap_mode: str | None) -> None:
    """The path is an input, or known; a file that changes between calls is read anew."""
    place = generic("place")
    f = sl.function([place], T.load(place, "int32", (None,), mmap_mode) * 2, mode=mode)
    np.testing.assert_array_equal(f(str(path)), 2 * np.arange(5))
    total = sl.function([], T.io.load(path, "int32", (False,), mmap_mode=mmap_mode).sum(), mode=mode)
    assert total() == 10
    np.save(path, np.arange(7, dtype="int32"))
    assert total() == 21


def test_files_that_are_not_as_declared(path: Path) -> None:
    for dtype, shape, kind in (("int64", (None,), TypeMismatch), ("int32", (None, 1), TypeMismatch),
                               ("int32", (4,), NotAsDeclared)):  # fmt: skip
        with pytest.raises(kind, match="is declared"):
            sl.function([], T.load(path, dtype, shape))()
    with pytest.raises(FileNotFoundError):
        sl.function([], T.load(path.with_name("none.npy"), "int32", (None,)))()
    with pytest.raises(InvalidValue, match="would let calls change it"):
        T.load(path, "int32", (None,), "r+")
    with pytest.raises(TypeMismatch, match="3 is no path"):
        T.load(3, "int32", (None,))


def test_the_name_of_theano(path: Path) -> None:
    from symlab.compat.theano.finder import looked_up
    from symlab.compat.theano.tree import MODULES

    assert looked_up(MODULES["theano.tensor.io"], "load") is T.load
    assert looked_up(MODULES["theano.tensor"], "load") is T.load
