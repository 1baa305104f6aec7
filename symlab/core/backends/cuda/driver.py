"""The device, through PyCUDA, which is imported when a device is first asked for."""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import threading
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any, Self

import numpy as np

from symlab.core.backends.cuda.build import missing_compiler
from symlab.core.ir.errors import DeviceError, message

Sizes = tuple[int, int, int]
KEPT = 1 << 30  # bytes that stay with the process when nothing uses them: the driver gives and takes memory slowly


class Module:
    """A cubin on the device."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def function(self, name: str) -> Any:
        """A kernel of it."""
        return self.module.get_function(name)


class Memory:
    """Bytes on the device, given back to its pool with this object; its integer is their address."""

    __slots__ = ("allocation", "nbytes", "pool")

    def __init__(self, pool: Pool, nbytes: int) -> None:
        self.nbytes = max(nbytes, 1)
        self.allocation = pool.take(self.nbytes)
        self.pool = pool

    def __int__(self) -> int:
        return int(self.allocation)

    def __del__(self) -> None:
        if hasattr(self, "pool"):  # else there was no memory
            self.pool.give(self.allocation, self.nbytes)


class Pool:
    """Memory that nothing uses, by size, for the next who asks for that size; `limit` bounds its bytes.

    All work is in the order of one stream, so what runs later may use at once what ran before has given back. PyCUDA
    frees memory only where its context is current, and objects end in whatever thread drops them last.
    """

    def __init__(self, device: Device, limit: int = KEPT) -> None:
        self.device, self.limit, self.kept = device, limit, 0
        self.free: defaultdict[int, list[Any]] = defaultdict(list)
        self.lock = threading.RLock()  # objects may end while their thread is in here
        atexit.register(self.clear)

    def take(self, nbytes: int) -> Any:
        """So many bytes."""
        with self.lock:
            if self.free[nbytes]:
                self.kept -= nbytes
                return self.free[nbytes].pop()
        with self.device:
            driver = self.device.driver
            try:
                return driver.mem_alloc(nbytes)
            except driver.MemoryError:
                self.clear()
            try:
                return driver.mem_alloc(nbytes)
            except driver.MemoryError:
                raise no_memory(self.device, nbytes) from None

    def give(self, allocation: Any, nbytes: int) -> None:
        """Take memory back."""
        with self.lock:
            if self.kept + nbytes <= self.limit:
                self.kept += nbytes
                self.free[nbytes].append(allocation)
                return
        with self.device:
            allocation.free()

    def clear(self) -> None:
        """Give everything back to the driver."""
        with self.lock, self.device:
            unused, self.kept = [item for items in self.free.values() for item in items], 0
            self.free.clear()
            for allocation in unused:
                allocation.free()


def no_memory(device: Device, nbytes: int) -> DeviceError:
    """The error where the device has no memory left."""
    free, total = device.driver.mem_get_info()
    problem = f"{device.name} has no {nbytes:,} bytes of memory left: {free:,} of {total:,} are free"
    tries = ["smaller arrays or batches", "f.free() of functions that rest", "device='cpu'"]
    return DeviceError(message(problem, (), tries))


class Device:
    """The first GPU and its primary context, which is current inside of `with device:` in whatever thread.

    PyCUDA ends the process if a thread ends while a context is current in it, so each use makes it current anew.
    """

    def __init__(self) -> None:
        self.driver: Any = import_module("pycuda.driver")
        self.driver.init()
        device = self.driver.Device(0)
        major, minor = device.compute_capability()
        self.arch = f"sm_{major}{minor}"
        self.name: str = device.name()
        self.context = device.retain_primary_context()
        self.threads = threading.local()
        self.pool = Pool(self)

    def __enter__(self) -> Self:
        depth: int = getattr(self.threads, "depth", 0)
        if not depth:
            self.context.push()
        self.threads.depth = depth + 1
        return self

    def __exit__(self, *error: object) -> None:
        self.threads.depth -= 1
        if not self.threads.depth:
            self.driver.Context.pop()

    def load(self, image: bytes) -> Module:
        """A cubin on the device."""
        with self:
            try:
                return Module(self.driver.module_from_buffer(image))
            except self.driver.MemoryError:
                raise no_memory(self, len(image)) from None
            except self.driver.Error as error:
                tries = ["a driver that is not older than the compiler (symlab doctor names it)", "device='cpu'"]
                raise DeviceError(message(f"the driver does not load what was compiled: {error}", (), tries)) from error

    def alloc(self, nbytes: int) -> Memory:
        """So many bytes, at least one."""
        return Memory(self.pool, nbytes)

    def upload(self, target: Any, array: np.ndarray[Any, Any]) -> None:
        """Copy a contiguous array to the device."""
        with self:
            self.driver.memcpy_htod(int(target), array)

    def download(self, source: Any, array: np.ndarray[Any, Any]) -> None:
        """Copy from the device into a contiguous array, when all that was launched has run."""
        with self:
            self.driver.memcpy_dtoh(array, int(source))

    def launch(self, function: Any, grid: Sizes, block: Sizes, args: Sequence[int], shared_bytes: int = 0) -> None:
        """Launch a kernel whose arguments are 64 bits each: addresses and integers."""
        with self:
            if not hasattr(function, "arg_format"):
                function.prepare("q" * len(args))
            function.prepared_call(grid, block, *args, shared_size=shared_bytes)

    def record(self) -> Any:
        """An event between what was launched before and what is after."""
        with self:
            event = self.driver.Event()
            event.record()
            return event

    def elapsed(self, before: Any, after: Any) -> float:
        """Milliseconds between two events that have passed."""
        return float(after.time_since(before))

    def synchronize(self) -> None:
        """Wait until all that was launched has run."""
        with self:
            self.context.synchronize()


@cache
def open_device() -> Device:
    """The device of this process."""
    driver: Any = import_module("pycuda.driver")
    try:
        return Device()
    except driver.Error as error:
        tries = ["ending the programs that use it (nvidia-smi shows them)", "device='cpu'"]
        raise DeviceError(message(f"the GPU cannot be used: {error}", (), tries)) from error


def has_library() -> bool:
    """Whether the driver's library is there, wherever the loader of libraries looks."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


@cache
def missing() -> str | None:
    """What is missing for a device to be used, and how to get it; None if nothing is."""
    if importlib.util.find_spec("pycuda") is None:
        return "the package pycuda is not installed: pip install 'symlab[cuda]'"
    try:
        driver: Any = import_module("pycuda.driver")
    except ImportError as error:
        return f"pycuda cannot be loaded: {error}"
    try:
        driver.init()
        if not driver.Device.count():
            return "the driver finds no GPU"
    except driver.Error as error:
        return f"the CUDA driver does not start: {error}"
    return missing_compiler()
