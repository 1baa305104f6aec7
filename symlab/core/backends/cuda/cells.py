"""Values that lie on a device: arrays there, and shared variables with a copy there."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from symlab.core.backends.c.callobject import PythonCell, canonical

TURNS = threading.RLock()  # what uses the device, one after another


class DeviceArray:
    """An array in the memory of a device, which is never changed once others know it."""

    __slots__ = ("__weakref__", "device", "dtype", "memory", "shape")

    def __init__(self, device: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.device, self.shape, self.dtype = device, shape, dtype
        self.memory = device.alloc(self.nbytes) if self.nbytes else None

    @classmethod
    def of(cls, device: Any, array: np.ndarray[Any, Any]) -> DeviceArray:
        """A copy of an array on the device."""
        made = cls(device, array.shape, array.dtype)
        if made.memory is not None:
            device.upload(made.memory, array)
        return made

    @property
    def nbytes(self) -> int:
        """Its bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    @property
    def address(self) -> int:
        """Where it begins; 0 if it is empty."""
        return 0 if self.memory is None else int(self.memory)

    def to_host(self) -> np.ndarray[Any, Any]:
        """A copy in the memory of the processor."""
        array = np.empty(self.shape, self.dtype)
        if self.memory is not None:
            self.device.download(self.memory, array)
        return array


class DeviceCell:
    """The value of one shared variable, on the device, in the memory of the processor, or on both.

    Where a function for the processor holds the variable too, its cell (`mirror`) always has the value, which is then
    copied at each call.
    """

    __slots__ = ("__weakref__", "mirror", "on_device", "on_host")

    def __init__(self, value: Any, borrow: bool = False) -> None:
        self.on_host: Any = canonical(value, borrow)
        self.on_device: DeviceArray | None = None
        self.mirror: Any = None

    @classmethod
    def over(cls, cell: Any) -> DeviceCell:
        """The cell for the variable of another cell, which compiled functions may hold unless it is a plain one."""
        made = cls(cell.get_value(borrow=True), borrow=True)
        if type(cell) is not PythonCell:
            made.mirror = cell
        return made

    def mirrored(self, kind: type) -> Any:
        """A cell of this kind that has the same value from here on."""
        with TURNS:
            if self.mirror is None:
                self.mirror = kind(self.get_value(borrow=True), borrow=True)
            return self.mirror

    def get_value(self, borrow: bool = False) -> Any:
        """The current value: a copy, or with `borrow` the array itself, which later updates leave as it is."""
        with TURNS:
            if self.mirror is not None:
                return self.mirror.get_value(borrow=borrow)
            if self.on_host is None:
                assert self.on_device is not None
                self.on_host = self.on_device.to_host()
            return self.on_host if borrow else canonical(self.on_host, borrow=False)

    def set_value(self, value: Any, borrow: bool = False) -> None:
        """Replace the value by a copy, or with `borrow` by the array itself."""
        with TURNS:
            self.on_host, self.on_device = canonical(value, borrow), None
            if self.mirror is not None:
                self.mirror.set_value(self.on_host, borrow=borrow)

    def array(self, device: Any) -> DeviceArray:
        """The value on the device."""
        if self.mirror is not None:
            return DeviceArray.of(device, self.mirror.get_value(borrow=True))
        if self.on_device is None:
            self.on_device = DeviceArray.of(device, self.on_host)
        return self.on_device

    def replace(self, array: DeviceArray, mirrored: Any) -> None:
        """Take a new value from the device; `mirrored` is the same for the mirror, if there is one. Nothing fails."""
        self.on_device, self.on_host = array, None
        if self.mirror is not None:
            self.mirror.set_value(mirrored, borrow=True)
