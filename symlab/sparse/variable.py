"""Sparse matrices as expressions: four dense variables that `function`, `grad` and `shared` take as one.

A matrix of format "csr" has the elements of each row one after another, of format "csc" those of each column; one of
format "bsr" is as one of "csr" but for the values that go in and come out:
`data` are the elements, `indices` their places within a row (column), and row i has the elements from `indptr[i]` to
`indptr[i + 1]`. Expressions expect the places of a row in ascending order, none twice; values that are given at a call
are brought into this form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symlab.core.containers import Container
from symlab.core.ir.composite import Composite
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.core.ir.types import array_type
from symlab.core.ops.operators import Variable, as_variable, constant, variable
from symlab.core.seams import resolve
from symlab.core.shared import ByPlace, SharedVariable, shared
from symlab.sparse.operators import SparseOperators, method
from symlab.tensor.types import dtype_of

FORMATS = ("csr", "csc", "bsr")
PLACES = np.dtype(np.int32)


def checked_format(format: str) -> str:
    """The name of a format."""
    if format not in FORMATS:
        raise InvalidValue(message(f"there is no format {format!r}", (), ["'csr', 'csc' or 'bsr'"]))
    return format


def memory_of(value: Any) -> list[Any]:
    """The arrays of a sparse matrix, or the one that a value is; none of anything else."""
    parts = [getattr(value, name, None) for name in ("data", "indices", "indptr")] if is_scipy(value) else [value]
    return [part for part in parts if isinstance(part, np.ndarray)]


@dataclass(frozen=True)
class SparseType:
    """The type of sparse matrices of a format, a dtype and sizes as far as they are known; called it makes an input."""

    format: str
    dtype: str
    shape: tuple[int | None, int | None] = (None, None)

    def __post_init__(self) -> None:
        checked_format(self.format)
        object.__setattr__(self, "dtype", dtype_of(self.dtype).name)
        object.__setattr__(self, "shape", tuple(self.shape))

    @property
    def ndim(self) -> int:
        """2."""
        return 2

    def __call__(self, name: str | None = None) -> SparseVariable:
        """An input of this type."""
        kinds = (self.dtype, (None,)), (PLACES, (None,)), (PLACES, (None,)), (np.int64, (2,))
        names = [f"{name or self.format}.{part}" for part in ("data", "indices", "indptr", "shape")]
        made = [variable(array_type(*kind), label) for kind, label in zip(kinds, names, strict=True)]
        found = SparseVariable(self.format, made, name)
        found.sizes = self.shape
        return found

    def lists(self) -> Any:
        """The type of lists of such matrices."""
        return resolve("symlab.sparse.lists:SparseListType")(self)

    def clone(self, **changes: Any) -> SparseType:
        """This type with another `format`, `dtype` or `shape`."""
        return replace(self, **changes)

    @staticmethod
    def values_eq(a: Any, b: Any) -> bool:
        """Whether two matrices of one format and dtype keep the same numbers."""
        alike = is_scipy(a) and is_scipy(b) and (a.format, a.dtype, a.shape) == (b.format, b.dtype, b.shape)
        return alike and not (a != b).nnz

    @staticmethod
    def values_eq_approx(a: Any, b: Any, eps: float = 1e-6) -> bool:
        """Whether two matrices of one format and dtype keep numbers that are nowhere `eps` apart."""
        alike = is_scipy(a) and is_scipy(b) and (a.format, a.dtype, a.shape) == (b.format, b.dtype, b.shape)
        return alike and bool(np.all(abs((a - b).data) < eps))

    @staticmethod
    def may_share_memory(a: Any, b: Any) -> bool:
        """Whether two matrices, or a matrix and an array, may lie in common memory."""
        return any(np.may_share_memory(one, other) for one in memory_of(a) for other in memory_of(b))

    def filter(self, value: Any, strict: bool = False, allow_downcast: bool | None = None) -> Any:
        """The value as a matrix of this type; a dtype that loses something is taken only if downcasting is allowed."""
        if strict and not (is_scipy(value) and value.format == self.format and value.dtype == self.dtype):
            raise TypeMismatch(message(f"{value!r} is no {self}"))
        found = scipy_matrix(value, self.format, "the value")
        if found.dtype != self.dtype and not (allow_downcast or np.can_cast(found.dtype, self.dtype)):
            problem = f"a matrix of {self.dtype} is wanted, of that dtype but got {found.dtype}"
            raise TypeMismatch(message(problem, (), ["allow_downcast=True"]))
        return found if found.dtype == self.dtype else found.astype(self.dtype)

    def __str__(self) -> str:
        return f"{self.format}[{self.dtype}]"


class SparseVariable(SparseOperators, Composite):
    """A sparse matrix: an input, a shared variable, a constant or a result."""

    __array_ufunc__ = None  # NumPy leaves operators to this class
    sizes: tuple[int | None, int | None] = (None, None)  # which the values of an input must have

    def __init__(self, format: str, parts: Sequence[Variable], name: str | None = None) -> None:
        self.format, self.name = checked_format(format), name
        self.data, self.indices, self.indptr, self.shape = parts

    @property
    def parts(self) -> tuple[Variable, ...]:
        """Elements, places, where rows or columns begin, and the two sizes."""
        return self.data, self.indices, self.indptr, self.shape

    @property
    def type(self) -> SparseType:
        """Format and dtype."""
        return SparseType(self.format, self.data.dtype, self.sizes)

    @property
    def dtype(self) -> str:
        """The dtype of the elements by name."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """2."""
        return 2

    @property
    def size(self) -> Variable:
        """How many elements are kept, as an expression."""
        return self.nnz

    @property
    def nnz(self) -> Variable:
        """How many elements are kept, as an expression."""
        return self.data.shape[0]  # type: ignore[no-any-return]

    @property
    def T(self) -> SparseVariable:
        """Rows and columns exchanged."""
        return method("transpose")(self)  # type: ignore[no-any-return]

    def with_parts(self, parts: Sequence[Variable]) -> SparseVariable:
        """A matrix of the same format from other variables."""
        return SparseVariable(self.format, parts)

    def with_data(self, data: Variable) -> SparseVariable:
        """A matrix with other elements at the same places."""
        return SparseVariable(self.format, (data, self.indices, self.indptr, self.shape))

    def listed(self, items: Sequence[Any]) -> Any:
        """A list of matrices, of which this is the first."""
        return resolve("symlab.sparse.lists:as_sparse_list")(items)

    def arrays_of(self, value: Any) -> tuple[Any, ...]:
        """The four arrays of a matrix of SciPy, whatever its format, or of a dense one; in order, no duplicates."""
        name = self.name or "the value"
        found = scipy_matrix(value, "csc" if self.format == "csc" else "csr", name)
        if any(size not in (None, got) for size, got in zip(self.sizes, found.shape, strict=True)):
            raise ShapeMismatch(message(f"{name} has the shape {found.shape} and not {self.sizes}"))
        places = (np.asarray(array, PLACES) for array in (found.indices, found.indptr))
        return (found.data, *places, np.asarray(found.shape, np.int64))

    def value_of(self, arrays: Sequence[Any]) -> Any:
        """The matrix of SciPy with these four arrays."""
        data, indices, indptr, shape = arrays
        kind = resolve("scipy.sparse:csc_matrix" if self.format == "csc" else "scipy.sparse:csr_matrix")
        return kind((data, indices, indptr), shape=tuple(map(int, shape))).asformat(self.format)

    def as_this(self, value: Any) -> SparseVariable:
        """A matrix or expression in the format of this one."""
        return method("as_format")(as_sparse_variable(value), self.format)  # type: ignore[no-any-return]

    @property
    def differentiable(self) -> Variable:
        """The elements: gradients have the structure of the matrix, as Theano's structured ones."""
        return self.data

    def gradient(self, part: Any) -> Any:
        """The gradient as a matrix of the same structure."""
        return self.with_data(part) if isinstance(part, Variable) else part

    def eval(self, inputs: Any = None, **options: Any) -> Any:
        """The matrix of SciPy for the given values of inputs."""
        from symlab.core.function import function

        given = dict(inputs or {})
        return function(list(given), self, on_unused_input="ignore", **options)(*given.values())

    def __repr__(self) -> str:
        return self.name or f"<{self.type}>"


class SparseSharedVariable(SparseVariable):
    """A sparse matrix that keeps its value between calls."""

    lent: Any = None  # the matrix that was given or read with `borrow`, as long as its arrays are those of the variable

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Any:
        """The current value as a matrix of SciPy; with `borrow` one object, whose arrays are those of the variable."""
        if not borrow:
            return self.value_of([part.get_value() for part in self.cells])
        arrays = [part.get_value(borrow=True) for part in self.cells]
        if self.lent is None or not all(map(same_memory, arrays, memory_of(self.lent))):
            self.lent = self.value_of(arrays)
        return self.lent

    def set_value(self, value: Any, borrow: bool = False) -> None:
        """Replace the value by another matrix, which with `borrow` is handed out again."""
        for part, array in zip(self.cells, self.arrays_of(value), strict=True):
            part.set_value(array, borrow=borrow)
        self.lent = value if borrow and is_scipy(value) else None

    @property
    def container(self) -> Container:
        """The place of the value: `s.container.value` is read and set as by `get_value` and `set_value`."""
        return Container(ByPlace(self), 0)  # type: ignore[arg-type]

    @property
    def cells(self) -> tuple[SharedVariable, ...]:
        """The parts, which are shared variables."""
        return self.parts  # type: ignore[return-value]


def same_memory(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> bool:
    """Whether two arrays are one, but for the object that shows it."""
    places = (array.__array_interface__ for array in (first, second))
    start, other = ((place["data"], place["shape"], place["typestr"]) for place in places)
    return start == other


def is_scipy(value: Any) -> bool:
    """Whether this is a sparse matrix of SciPy, which is not loaded to find out."""
    return type(value).__module__.startswith("scipy.sparse")


def scipy_matrix(value: Any, format: str, name: str) -> Any:
    """A matrix of SciPy in a format, its places in order and without duplicates."""
    if not is_scipy(value):
        value = from_dense(value, format, name)
    if len(value.shape) != 2:
        raise TypeMismatch(message(f"{name} is a matrix, and the value has {len(value.shape)} axes"))
    found = value.asformat(format)
    if not found.has_canonical_format:
        found = found.copy()
        found.sum_duplicates()
    return found


def from_dense(value: Any, format: str, name: str) -> Any:
    """A matrix of SciPy from an array or a list of rows."""
    array = np.asarray(value) if isinstance(value, (list, tuple, np.ndarray)) else None
    if array is None or array.ndim != 2 or array.dtype.kind not in "biufc":
        problem = f"{name} is a sparse matrix, and {type(value).__name__} was given"
        raise TypeMismatch(message(problem, (), ["scipy.sparse.csr_matrix(value)"]))
    return resolve(f"scipy.sparse:{format}_matrix")(array)


def sparse_shared(value: Any, name: str | None = None, borrow: bool = False) -> SparseSharedVariable:
    """A shared variable with a matrix of SciPy as its value, of its format (csr for formats that are neither)."""
    format = value.format if value.format in FORMATS else "csr"
    found = SparseVariable(format, [None] * 4, name).arrays_of(value)  # type: ignore[list-item]
    names = [f"{name or format}.{part}" for part in ("data", "indices", "indptr", "shape")]
    shapes = (None,), (None,), (None,), (2,)
    parts = [
        shared(array, label, borrow=borrow, shape=shape)
        for array, label, shape in zip(found, names, shapes, strict=True)
    ]
    return SparseSharedVariable(format, parts, name)


def as_sparse_variable(value: Any, name: str | None = None) -> SparseVariable:
    """A sparse matrix as an expression: itself, or a matrix of SciPy as a constant."""
    if isinstance(value, SparseVariable):
        return value
    if not is_scipy(value):
        tries = ["sparse.csr_from_dense(x)", "scipy.sparse.csr_matrix(value)"]
        raise TypeMismatch(message(f"{value!r} is not a sparse matrix", (), tries))
    format = value.format if value.format in FORMATS else "csr"
    kind = SparseVariable(format, [None] * 4, name)  # type: ignore[list-item]
    return SparseVariable(format, [constant(array) for array in kind.arrays_of(value)], name)


def as_sparse_or_tensor_variable(value: Any, name: str | None = None) -> Any:
    """An expression, sparse where the value is."""
    is_sparse = isinstance(value, SparseVariable) or is_scipy(value)
    return as_sparse_variable(value, name) if is_sparse else as_variable(value)
