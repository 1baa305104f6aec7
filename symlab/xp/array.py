"""`Array`: an eager array whose every operation is run by symlab's ops."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import symlab.tensor as T
from symlab.core.ir.errors import InvalidValue, ShapeMismatch, TypeMismatch, message
from symlab.xp import indexing, special
from symlab.xp.programs import run
from symlab.xp.promotion import SCALARS, checked, of_scalar, promoted, scalar
from symlab.xp.tables import KINDS, TAKEN

DEVICE = "cpu"
VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")


def wrapped(value: Any) -> Any:
    """Results as arrays: one, a tuple, or a named tuple."""
    if isinstance(value, tuple):
        items = [wrapped(item) for item in value]
        return value._make(items) if hasattr(value, "_make") else tuple(items)
    return Array._of(value)


def raw(x: Any) -> np.ndarray[Any, Any]:
    """The memory of an array; anything else is an error."""
    if isinstance(x, Array):
        return x._array
    raise TypeMismatch(message(f"an array is wanted, not {x!r}", (), ["xp.asarray(x)"]))


def operands(*values: Any) -> list[np.ndarray[Any, Any]]:
    """Arrays and Python numbers in the dtype in which they meet."""
    known = [raw(value) for value in values if type(value) not in SCALARS]
    if not known:
        raise TypeMismatch(message("one operand must be an array", (), ["xp.asarray(x)"]))
    common = promoted(*(array.dtype for array in known))
    numbers = [of_scalar(value, common) for value in values if type(value) in SCALARS]
    common = promoted(common, *numbers)
    return [scalar(value, common) if type(value) in SCALARS else value._array for value in values]


def check_kind(name: str, arrays: list[np.ndarray[Any, Any]]) -> None:
    """Each function takes the kinds of dtypes that the standard gives it."""
    kinds = KINDS[name]
    for array in arrays:
        if array.dtype.kind not in TAKEN[kinds]:
            raise TypeMismatch(message(f"{name} takes arrays of {kinds} dtypes, not {array.dtype.name}"))


def elementwise(name: str, *values: Any) -> Array:
    """A function of the standard that works element by element."""
    arrays = operands(*values)
    check_kind(name, arrays)
    return Array._of(run(special.OWN.get(name) or getattr(T, name), arrays))


def operator(name: str) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """A binary operator, the one with the operands exchanged, and the one that assigns."""

    def forward(self: Array, other: Any) -> Any:
        return elementwise(name, self, other) if is_operand(other) else NotImplemented

    def reflected(self: Array, other: Any) -> Any:
        return elementwise(name, other, self) if is_operand(other) else NotImplemented

    def assigned(self: Array, other: Any) -> Any:
        return self._assign(elementwise(name, self, other)) if is_operand(other) else NotImplemented

    return forward, reflected, assigned


def is_operand(value: Any) -> bool:
    """Whether operators take this beside an array."""
    return isinstance(value, Array) or type(value) in SCALARS


class Array:
    """An array of the Array API standard: `xp.asarray` and the other functions of `symlab.xp` make it.

    Its memory is never written to: `x[i] = value` and `x += y` give it other memory, so that arrays may share theirs.
    """

    __slots__ = ("_array",)
    _array: np.ndarray[Any, Any]

    __array_ufunc__ = None  # NumPy leaves operators to this class

    def __init__(self, *args: Any) -> None:
        raise TypeMismatch(message("arrays are made by functions", (), ["xp.asarray(values)"]))

    @classmethod
    def _of(cls, array: np.ndarray[Any, Any]) -> Array:
        made = object.__new__(cls)
        made._array = array
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Array._of, (self._array,)

    def _assign(self, result: Array) -> Array:
        if result.dtype != self.dtype:
            raise TypeMismatch(message(f"assigning {result.dtype.name} would change an array of {self.dtype.name}"))
        if result.shape != self.shape:
            raise ShapeMismatch(message(f"assigning shape {result.shape} would change an array of {self.shape}"))
        self._array = result._array
        return self

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements."""
        return self._array.dtype

    @property
    def device(self) -> str:
        """Where the elements are: "cpu"."""
        return DEVICE

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes."""
        return self._array.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._array.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._array.size

    @property
    def T(self) -> Array:
        """A matrix with its axes exchanged."""
        if self.ndim != 2:
            tries = ["x.mT", "xp.permute_dims(x, axes)"]
            raise ShapeMismatch(message(f"T is of matrices, not of {self.ndim} axes", (), tries))
        return self.mT

    @property
    def mT(self) -> Array:
        """The last two axes exchanged."""
        if self.ndim < 2:
            raise ShapeMismatch(message(f"a matrix has two axes or more, not {self.ndim}"))
        return wrapped(run(T.matrix_transpose, [self._array]))  # type: ignore[no-any-return]

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        if api_version is not None and api_version not in VERSIONS:
            raise InvalidValue(message(f"there is no version {api_version!r}", (), [" or ".join(VERSIONS)]))
        return importlib.import_module("symlab.xp")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        found = np.array(self._array, dtype=dtype, copy=copy)
        if np.may_share_memory(found, self._array):
            found = found.view()
            found.flags.writeable = False
        return found

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: Any = None
    ) -> Any:
        if stream is not None:
            raise InvalidValue(message(f"memory of the processor has no stream, and {stream!r} was given"))
        if not self._array.flags.writeable and (max_version is None or max_version < (1, 0)):
            self._array = self._array.copy()  # before version 1.0 an export cannot say that memory is only to be read
        return self._array.__dlpack__(max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._array.__dlpack_device__()

    def to_device(self, device: Any, /, *, stream: Any = None) -> Array:
        """This array on a device, of which there is one: "cpu"."""
        check_device(device)
        if stream is not None:
            raise InvalidValue(message(f"memory of the processor has no stream, and {stream!r} was given"))
        return self

    def __repr__(self) -> str:
        text = np.array2string(self._array, separator=", ", prefix="Array(")
        return f"Array({text}, dtype={self.dtype.name})"

    # One number

    def _number(self, kinds: str, wanted: str) -> Any:
        if self.ndim:
            raise TypeMismatch(message(f"an array of shape {self.shape} is not one {wanted}", (), ["x[index]"]))
        if self.dtype.kind not in kinds:
            raise TypeMismatch(message(f"{self.dtype.name} does not become a Python {wanted}"))
        return self._array.item()

    def __bool__(self) -> bool:
        return bool(self._number("biufc", "bool"))

    def __int__(self) -> int:
        return int(self._number("biuf", "int"))

    def __float__(self) -> float:
        return float(self._number("biuf", "float"))

    def __complex__(self) -> complex:
        return complex(self._number("biufc", "complex"))

    def __index__(self) -> int:
        return int(self._number("iu", "index"))

    # Parts

    def __getitem__(self, key: Any) -> Array:
        template, places = indexing.read(items_of(key), self._array)
        return Array._of(run(indexing.taken, [self._array, *places], template=template))

    def __setitem__(self, key: Any, value: Any) -> None:
        template, places = indexing.read(items_of(key), self._array)
        part = scalar(value, fitting(value, self.dtype)) if type(value) in SCALARS else raw(value)
        fitting_array(part.dtype, self.dtype)
        self._array = run(indexing.replaced, [self._array, part, *places], template=template)

    def __iter__(self) -> Iterator[Array]:
        if not self.ndim:
            raise TypeMismatch(message("an array of no axes has no parts"))
        return (self[place] for place in range(self.shape[0]))

    # Operators

    __add__, __radd__, __iadd__ = operator("add")
    __sub__, __rsub__, __isub__ = operator("subtract")
    __mul__, __rmul__, __imul__ = operator("multiply")
    __truediv__, __rtruediv__, __itruediv__ = operator("divide")
    __floordiv__, __rfloordiv__, __ifloordiv__ = operator("floor_divide")
    __mod__, __rmod__, __imod__ = operator("remainder")
    __pow__, __rpow__, __ipow__ = operator("pow")
    __and__, __rand__, __iand__ = operator("bitwise_and")
    __or__, __ror__, __ior__ = operator("bitwise_or")
    __xor__, __rxor__, __ixor__ = operator("bitwise_xor")
    __lshift__, __rlshift__, __ilshift__ = operator("bitwise_left_shift")
    __rshift__, __rrshift__, __irshift__ = operator("bitwise_right_shift")
    __lt__, __le__, __gt__, __ge__ = (operator(name)[0] for name in ("less", "less_equal", "greater", "greater_equal"))
    __eq__ = operator("equal")[0]  # type: ignore[assignment]
    __ne__ = operator("not_equal")[0]  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    def __matmul__(self, other: Any) -> Any:
        return product(self, other) if isinstance(other, Array) else NotImplemented

    def __rmatmul__(self, other: Any) -> Any:
        return product(other, self) if isinstance(other, Array) else NotImplemented

    def __imatmul__(self, other: Any) -> Any:
        return self._assign(product(self, other)) if isinstance(other, Array) else NotImplemented

    def __neg__(self) -> Array:
        return elementwise("negative", self)

    def __pos__(self) -> Array:
        return elementwise("positive", self)

    def __abs__(self) -> Array:
        return elementwise("abs", self)

    def __invert__(self) -> Array:
        return elementwise("bitwise_invert", self)


def product(first: Array, second: Array) -> Array:
    """The matrix product."""
    arrays = operands(first, second)
    check_kind("matmul", arrays)
    if not (first.ndim and second.ndim):
        raise ShapeMismatch(message("matmul takes arrays of one axis or more", (), ["x * y"]))
    return Array._of(run(T.matmul, arrays))


def check_device(device: Any) -> None:
    """There is one device."""
    if device not in (None, DEVICE):
        raise InvalidValue(message(f"there is no device {device!r}", (), [repr(DEVICE)]))


def items_of(key: Any) -> list[Any]:
    """The items of an index, arrays as their memory."""
    return [item._array if isinstance(item, Array) else item for item in (key if isinstance(key, tuple) else (key,))]


def fitting(value: Any, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of a Python number that is put into an array."""
    found = of_scalar(value, dtype)
    fitting_array(found, dtype)
    return found


def fitting_array(given: np.dtype[Any], dtype: np.dtype[Any]) -> None:
    """What is put into an array must be of its family, and not complex where it is real."""
    promoted(given, dtype)
    if given.kind == "c" and dtype.kind != "c":
        raise TypeMismatch(message(f"{given.name} does not fit into an array of {dtype.name}"))


def astype(x: Array, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Array:
    """x with another dtype; x itself if it has it and `copy` is False."""
    check_device(device)
    array, wanted = raw(x), checked(dtype)
    if array.dtype.kind == "c" and wanted.kind != "c":
        raise TypeMismatch(message(f"{array.dtype.name} does not become {wanted.name}", (), ["xp.real(x)"]))
    if array.dtype == wanted:
        return Array._of(array) if copy else x
    return Array._of(run(T.cast, [array], dtype=wanted))
