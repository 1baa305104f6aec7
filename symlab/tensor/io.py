"""Arrays that each call reads from a file of NumPy: `load(path, "float32", (None, 3))`."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from symlab.core.custom.perform import Op
from symlab.core.ir.apply import Apply
from symlab.core.ir.errors import InvalidValue, NotAsDeclared, TypeMismatch, message
from symlab.core.ir.types import ObjectType
from symlab.core.ops.operators import Variable
from symlab.tensor.types import TensorType

__all__ = ["load"]


class Load(Op):
    """The array in a file of NumPy, which a call reads: its path is an operand, or known."""

    __props__ = ("dtype", "shape", "mmap_mode", "path")

    def __init__(self, dtype: str, shape: tuple[int | None, ...], mmap_mode: str | None, path: str | None) -> None:
        self.dtype, self.shape, self.mmap_mode, self.path = dtype, shape, mmap_mode, path

    def make_node(self, *path: Any) -> Apply:
        """The node of a path that is an operand, or of none."""
        return Apply(self, list(path), [TensorType(self.dtype, self.shape)()])

    def perform(self, node: Any, inputs: Any, output_storage: Any) -> None:
        """Read the file, which must hold an array as it was declared."""
        path = self.path if self.path is not None else inputs[0]
        found = np.load(path, mmap_mode=self.mmap_mode)
        if found.dtype != self.dtype or found.ndim != len(self.shape):
            told = f"{self.dtype} of {len(self.shape)} axes"
            raise TypeMismatch(message(f"{path} holds {found.dtype} of shape {found.shape}, where {told} is declared"))
        if any(size not in (None, got) for size, got in zip(self.shape, found.shape, strict=True)):
            raise NotAsDeclared(message(f"{path} holds an array of shape {found.shape}, and {self.shape} is declared"))
        output_storage[0][0] = found


def load(path: Any, dtype: Any, shape: Any, mmap_mode: str | None = None) -> Variable:
    """The array in a file that `numpy.save` wrote, read anew by each call.

    `path` is a path, or an input of type `generic` that a call gives one; `shape` has None where a size is not known,
    or Theano's flags. With `mmap_mode="c"` the file is mapped and not read as a whole. Errors: TypeMismatch by the call
    for another dtype or rank, NotAsDeclared for other sizes.
    """
    if mmap_mode not in (None, "c"):
        problem = f"a file is read or mapped for copies, and mmap_mode {mmap_mode!r} would let calls change it"
        raise InvalidValue(message(problem, (), ["mmap_mode=None", "mmap_mode='c'"]))
    type = TensorType(dtype, shape)
    if isinstance(path, (str, os.PathLike)):
        return Load(type.dtype.name, type.shape, mmap_mode, os.fspath(path))()  # type: ignore[no-any-return]
    if not isinstance(path, Variable) or not isinstance(path.type, ObjectType):
        tries = ["the path as a string", "theano.generic('path')"]
        raise TypeMismatch(message(f"{path!r} is no path", (), tries))
    return Load(type.dtype.name, type.shape, mmap_mode, None)(path)  # type: ignore[no-any-return]
