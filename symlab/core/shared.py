"""Shared variables: values that stay between calls and that functions may update."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symlab.core.backends.c.callobject import PythonCell
from symlab.core.backends.cuda.cells import DeviceCell
from symlab.core.containers import Container
from symlab.core.ir import config
from symlab.core.ir.errors import NotNumeric, TypeMismatch, message
from symlab.core.ir.expr import Attributes, Expr
from symlab.core.ir.op import SHARED, Op
from symlab.core.ir.types import ArrayType, ObjectType, Shape, array_type, plain_dtype
from symlab.core.ops.generator_states import NumPyGenerator, state_words
from symlab.core.ops.operators import Variable
from symlab.core.seams import seam

_upgrade = threading.Lock()
NUMERIC = (np.ndarray, np.generic, int, Expr, type(None))  # what is meant as numbers


class SharedVariable(Variable):
    """A variable with a value of its own, which functions read, and replace through `updates`."""

    __slots__ = ("allow_downcast", "holder", "strict", "update")

    holder: list[Any]  # of the cell; twins have one together
    update: Variable | None  # what `default_update` shows
    strict: bool
    allow_downcast: bool | None

    def __init__(
        self,
        op: Op,
        args: tuple[Any, ...] = (),
        attrs: Attributes = (),
        type: ArrayType | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(op, args, attrs, type, name)
        self.update, self.holder = None, [None]
        self.strict, self.allow_downcast = False, None

    @property
    def cell(self) -> Any:
        """What keeps the value."""
        return self.holder[0]

    @cell.setter
    def cell(self, cell: Any) -> None:
        self.holder[0] = cell

    def twin(self) -> SharedVariable:
        """Another variable that has its value with this one: what is set in one is read in both."""
        made = self.__class__(self.op, (), self.attrs, self.type, self.name)
        made.tag, made.update, made.holder = self.tag, self.update, self.holder
        made.strict, made.allow_downcast = self.strict, self.allow_downcast
        return made

    @property
    def default_update(self) -> Variable | None:
        """The new value that every function gives the variable unless its `updates` say another; None if there is none.

        It can be set, and deleted.
        """
        return self.update

    @default_update.setter
    def default_update(self, value: Variable | None) -> None:
        self.update = value

    @default_update.deleter
    def default_update(self) -> None:
        self.update = None

    def get_value(self, borrow: bool = False, return_internal_type: bool = False) -> Any:
        """The current value: a copy, or with `borrow` the array itself, which later updates leave as it is."""
        return self.cell.get_value(borrow=borrow)

    def set_value(self, value: Any, borrow: bool = False) -> None:
        """Replace the value; it must have the variable's rank and a dtype that loses nothing.

        A variable with `allow_downcast` takes any dtype, one that is `strict` an array of its own alone.
        """
        name = self.name or "the shared variable"
        if isinstance(self.type, ObjectType):
            self.cell.set_value(self.type.filter(value, strict=self.strict), borrow=borrow)
            return
        if self.strict and not (isinstance(value, np.ndarray | np.generic) and value.dtype == self.type.dtype):
            problem = f"{name} is strict: it takes arrays of {self.type.dtype.name}"
            raise TypeMismatch(message(problem, (), [f"np.asarray(value, '{self.type.dtype.name}')"]))
        if self.allow_downcast:
            with np.errstate(all="ignore"):
                value = unmasked(value, name).astype(self.type.dtype, copy=False)
        self.cell.set_value(fitting(value, self.type, name), borrow=borrow)

    @property
    def container(self) -> Container:
        """The place of the value: `s.container.value` is read and set as by `get_value` and `set_value`."""
        return Container(ByPlace(self), 0)

    def zero(self, borrow: bool = False) -> None:
        """Fill the value with zeros."""
        self.set_value(np.zeros_like(self.cell.get_value(borrow=True)), borrow=True)

    def cell_of(self, kind: type) -> Any:
        """The cell as an object of this kind: compiled code needs one that it can read, a device one with a copy there.

        A variable that a device has used keeps that cell; for the processor it then has a second one of equal value.
        """
        if type(self.cell) is kind:
            return self.cell
        with _upgrade:
            if isinstance(self.cell, DeviceCell):
                return self.cell if kind is DeviceCell else self.cell.mirrored(kind)
            if kind is DeviceCell:
                self.cell = DeviceCell.over(self.cell)
            elif type(self.cell) is not kind:
                self.cell = kind(self.cell.get_value(borrow=True), borrow=True)
        return self.cell

    def label(self) -> tuple[Any, ...]:
        """Name, tag, origin, what it takes, value and default update."""
        return (*super().label(), (self.strict, self.allow_downcast), self.cell.get_value(), self.update)

    def relabel(self, label: tuple[Any, ...]) -> None:
        """Put name, tag, origin, value and default update back."""
        *plain, (self.strict, self.allow_downcast), value, self.update = label
        super().relabel(tuple(plain))
        self.cell = PythonCell(value)


@dataclass(frozen=True, eq=False)
class ByPlace:
    """A shared variable as its container sees it."""

    variable: SharedVariable

    def __getitem__(self, key: int) -> Any:
        return self.variable.get_value()

    def __setitem__(self, key: int, value: Any) -> None:
        self.variable.set_value(value)

    def source_of(self, key: int) -> SharedVariable:
        """The variable itself: an input of a function that starts from its container shares its value."""
        return self.variable

    def owner_of(self, key: int) -> tuple[Any, Any]:
        """The variable keeps the value."""
        return self.variable, 0


def shared(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    *,
    shape: Sequence[int | None] | None = None,
    broadcastable: Sequence[bool] | None = None,
) -> SharedVariable:
    """A shared variable with this value; its sizes may change unless `shape` or `broadcastable` fixes them.

    The value is an array of numbers, a matrix of `scipy.sparse`, a generator of `np.random`, or any other object, which
    ops that a program writes can use. `strict` and
    `allow_downcast` say what `set_value` takes: arrays of this dtype alone, or of any.
    """
    if type(value).__module__.startswith("scipy.sparse"):
        return seam("build.sparse")(value, name, borrow)  # type: ignore[no-any-return]
    if isinstance(value, NumPyGenerator):
        return seam("build.generator")(value, name, strict, allow_downcast, borrow)  # type: ignore[no-any-return]
    if isinstance(value, list) and not value and config.current().manners == "theano":
        return held(value, name, borrow)  # a list that a program fills, which has no dtype yet
    array = unmasked(value, "the shared variable")
    if array.dtype.kind in "OUS" and not array.ndim and not isinstance(value, NUMERIC):
        return held(value, name, borrow)
    if array.dtype.kind not in "biufc":
        problem = f"a shared variable holds numbers, and {type(value).__name__} gives dtype {array.dtype}"
        raise TypeMismatch(message(problem, (), ["a NumPy array of numbers"]))
    variable = SharedVariable(SHARED, (), (), array_type(array.dtype, static_shape(array, shape, broadcastable)), name)
    variable.cell = PythonCell(array, borrow=borrow)
    variable.strict, variable.allow_downcast = strict, allow_downcast
    return variable


def held(value: Any, name: str | None, borrow: bool) -> SharedVariable:
    """A shared variable with any object as its value, which only ops that a program writes can use."""
    variable = SharedVariable(SHARED, (), (), seam("types.generic"), name)
    variable.cell = PythonCell(value, borrow=borrow)
    return variable


def static_shape(
    array: np.ndarray[Any, Any], shape: Sequence[int | None] | None, broadcastable: Sequence[bool] | None
) -> Shape:
    """What is fixed of the sizes of a shared variable."""
    if shape is None:
        flags = broadcastable if broadcastable is not None else (False,) * array.ndim
        shape = [1 if flag else None for flag in flags]
    if len(shape) != array.ndim or any(want not in (None, size) for want, size in zip(shape, array.shape, strict=True)):
        raise TypeMismatch(message(f"a value of shape {array.shape} does not fit the declared shape {tuple(shape)}"))
    return tuple(shape)


def fitting(value: Any, type: ArrayType, name: str) -> np.ndarray[Any, Any]:
    """`value` as an array of this type, or an error that says what does not fit."""
    array = unmasked(value, name)
    if array.dtype.kind in "US":
        raise NotNumeric(message(f"{name} holds {type.dtype.name}, and {value!r} is text"))
    if array.dtype != type.dtype:
        if not np.can_cast(array.dtype, type.dtype, "safe") and not same_values(value, array, type.dtype):
            problem = f"{name} holds {type.dtype.name}, and a value of dtype {array.dtype} does not fit without loss"
            raise TypeMismatch(message(problem, (), [f"value.astype('{type.dtype.name}')"]))
        array = array.astype(type.dtype)
    if array.ndim != type.ndim:
        raise TypeMismatch(message(f"{name} has {type.ndim} axes, and the value has {array.ndim}: shape {array.shape}"))
    for axis, (size, wanted) in enumerate(zip(array.shape, type.shape, strict=True)):
        if wanted not in (None, size):
            raise TypeMismatch(message(f"axis {axis} of {name} must have size {wanted}, and has {size}"))
    return array


def filtered(type: ArrayType, value: Any, strict: bool, allow_downcast: bool | None) -> np.ndarray[Any, Any]:
    """`value` as an array of a type, as Theano's `type.filter` gives it; digits may go if `allow_downcast`."""
    exact = isinstance(value, np.ndarray) and value.dtype == type.dtype
    if strict and not exact:
        raise TypeMismatch(message(f"{value!r} is no array of {type}"))
    if allow_downcast and not strict:
        value = unmasked(value, "data").astype(type.dtype)
    found = fitting(value, type, "data")
    return value if exact else found  # a subclass of NumPy's arrays, such as a memmap, stays what it is


def unmasked(value: Any, name: str) -> np.ndarray[Any, Any]:
    """`value` as an array, of the plain dtype of its size; one with a mask is refused, since the mask would be lost."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeMismatch(message(f"{name} would be a masked array, and lose its mask", (), ["value.filled(...)"]))
    array = np.asarray(value)
    if array.dtype.kind == "O" and isinstance(value, NumPyGenerator):
        return state_words(value)
    plain = plain_dtype(array.dtype)
    return array if array.dtype.num == plain.num else array.view(plain)


def same_values(value: Any, array: np.ndarray[Any, Any], dtype: np.dtype[Any], rounded: bool = True) -> bool:
    """Whether Python numbers or lists of them (never arrays, whose dtype was chosen) keep their values in `dtype`.

    A Python float has no dtype of its own: it may be `rounded` to float32, as in NumPy, but not to infinity.
    """
    if isinstance(value, (np.ndarray, np.generic)) or array.dtype.kind not in "biuf":
        return False
    with np.errstate(all="ignore"):
        if rounded and array.ndim == 0 and array.dtype.kind == "f" and dtype.kind == "f":
            return bool(np.isinf(array.astype(dtype)) == np.isinf(array))
        return bool(np.array_equal(array.astype(dtype), array, equal_nan=array.dtype.kind == "f"))
