"""Types of values: dtype and static shape, how they broadcast and how they promote.

A size is 1 (it broadcasts), another known number, or None: not known before the call. A size that is not known does
not broadcast, even where it turns out to be 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from symlab.core.ir import config
from symlab.core.ir.errors import Misfit, TypeMismatch
from symlab.core.ir.values import OfValues
from symlab.core.seams import seam

Size = int | None
Shape = tuple[Size, ...]


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class ArrayType(OfValues):
    """A dtype and a static shape, in which None is a size not known before the call."""

    dtype: np.dtype[Any]
    shape: Shape
    code: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", f"{self.dtype.str}{self.shape}".encode())

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, ArrayType) and self.code == other.code)

    def __hash__(self) -> int:
        return hash(self.code)

    def __str__(self) -> str:
        sizes = ", ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.dtype.name}[{sizes}]"

    def __call__(self, name: str | None = None) -> Any:
        """An input of this type: `x.type("y")`."""
        return seam("build.input")(self, name)

    def clone(
        self, dtype: Any = None, shape: Iterable[Size | bool] | None = None, broadcastable: Any = None
    ) -> ArrayType:
        """The type with another dtype or another shape (flags count as sizes: True is 1)."""
        sizes = self.shape if shape is None and broadcastable is None else shape or broadcastable or ()
        plain = ((1 if size else None) if isinstance(size, bool) else size for size in sizes)
        return array_type(self.dtype if dtype is None else np.dtype(dtype), tuple(plain))

    def in_same_class(self, other: Any) -> bool:
        """Whether the other type has this dtype and the same axes of size 1."""
        return isinstance(other, ArrayType) and (self.dtype, self.broadcastable) == (other.dtype, other.broadcastable)

    def is_super(self, other: Any) -> bool:
        """Whether every array of the other type is one of this."""
        if not isinstance(other, ArrayType) or self.dtype != other.dtype or self.ndim != other.ndim:
            return False
        return all(size in (None, found) for size, found in zip(self.shape, other.shape, strict=True))

    @staticmethod
    def may_share_memory(a: Any, b: Any) -> bool:
        """Whether two arrays may share memory."""
        return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and bool(np.may_share_memory(a, b))

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The dtype, as Theano's programs ask for it."""
        return self.dtype

    @property
    def broadcastable(self) -> tuple[bool, ...]:
        """Per axis, whether its size is known to be 1."""
        return tuple(size == 1 for size in self.shape)

    def with_dtype(self, dtype: Any) -> ArrayType:
        """The same shape with another dtype."""
        return array_type(dtype, self.shape)

    def with_shape(self, shape: Iterable[Size]) -> ArrayType:
        """The same dtype with another shape."""
        return array_type(self.dtype, tuple(shape))


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class TupleType:
    """The type of a node with several results; `project` picks one of them."""

    items: tuple[ArrayType, ...]
    code: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", b"(" + b",".join(item.code for item in self.items) + b")")

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, TupleType) and self.code == other.code)

    def __hash__(self) -> int:
        return hash(self.code)

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


class Held(OfValues):
    """A type whose values are no arrays: they are held by the reference evaluator alone."""

    __slots__ = ()

    @property
    def shape(self) -> Shape:
        """There is none: an op that asks wants an array."""
        raise TypeMismatch(f"a value of {self} is no array")


class ObjectType(Held):
    """The base of the types that programs describe; `key()` is what tells two types of one class apart."""

    dtype = np.dtype(object)
    ndim = 0

    def key(self) -> tuple[Any, ...]:
        """What tells this type from others of its class."""
        return ()

    @property
    def code(self) -> bytes:
        """What equal types have in common."""
        kind = self.__class__
        return f"{kind.__module__}.{kind.__qualname__}{self.key()!r}".encode()

    def __call__(self, name: str | None = None) -> Any:
        """An input of this type."""
        return seam("build.input")(self, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObjectType) and self.__class__ is other.__class__ and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.code)

    def __str__(self) -> str:
        return f"{self.__class__.__name__}{self.key() or ''}"

    __repr__ = __str__


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class ListType(Held):
    """The type of lists of any length whose elements have one type; `dtype` and `ndim` are theirs."""

    item: Any
    code: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", b"[" + self.item.code + b"]")

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, ListType) and self.code == other.code)

    def __hash__(self) -> int:
        return hash(self.code)

    def __str__(self) -> str:
        return f"list of {self.item}"

    def __call__(self, name: str | None = None) -> Any:
        """An input of this type."""
        return seam("build.list_input")(self, name)

    @property
    def ttype(self) -> Any:
        """The type of the elements."""
        return self.item

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements."""
        return self.item.dtype  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of axes of each element."""
        return self.item.ndim  # type: ignore[no-any-return]

    @property
    def shape(self) -> Shape:
        """A list has none: an op that asks wants an array."""
        raise Misfit("a list of arrays is no array", "one of its elements, as x[0]", kind=TypeMismatch)

    def get_depth(self) -> int:
        """How deep lists lie within the elements: 0 for a list of arrays."""
        return self.item.get_depth() + 1 if isinstance(self.item, ListType) else 0


Type = ArrayType | TupleType | ListType | ObjectType


@lru_cache(16384)
def _array_type(dtype: np.dtype[Any], shape: Shape) -> ArrayType:
    plain = plain_dtype(dtype.newbyteorder("="))
    return ArrayType(plain, shape) if dtype.isnative and dtype.num == plain.num else _array_type(plain, shape)


def plain_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The one dtype of this kind, size and byte order, and the one object: of 64 bits NumPy has int64 and longlong.

    For another object that equals it NumPy leaves its fast paths: `np.add.at` is 30 times slower.
    """
    return np.dtype(dtype.str)


def array_type(dtype: Any, shape: Shape) -> ArrayType:
    """The one object for a dtype and a static shape."""
    return _array_type(np.dtype(dtype), shape)


class BroadcastError(Exception):
    """Sizes that do not broadcast: the axis (counted from the last, -1) and the sizes that met there."""

    def __init__(self, axis: int, sizes: Sequence[Size]) -> None:
        super().__init__(f"sizes {list(sizes)} on axis {axis} do not broadcast")
        self.axis, self.sizes = axis, tuple(sizes)


@lru_cache(16384)
def broadcast_shapes(*shapes: Shape) -> Shape:
    """The static shape of an elementwise result; an unknown size gives way to a known one."""
    rank = max(map(len, shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(_broadcast_size(axis - rank, sizes) for axis, sizes in enumerate(zip(*padded, strict=True)))


def _broadcast_size(axis: int, sizes: tuple[Size, ...]) -> Size:
    known = {size for size in sizes if size not in (1, None)}
    if len(known) > 1:
        raise BroadcastError(axis, sizes)
    if known:
        return known.pop()
    return None if None in sizes else 1


def inexact(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype in which NumPy, or Theano where its manners hold, computes a real function of this dtype."""
    if dtype.kind in "fc":
        return dtype
    sizes = {1: np.float32 if config.current().manners == "theano" else np.float16, 2: np.float32}
    return np.dtype(sizes.get(dtype.itemsize, np.float64))


def real_part(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of the real part of a number."""
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype
