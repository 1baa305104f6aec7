"""The device, through PyCUDA, which is imported when a device is first asked for."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from symlab.core.backends.cuda.build import missing_compiler

Sizes = tuple[int, int, int]


class Module:
    """A cubin on the device."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def function(self, name: str) -> Any:
        """A kernel of it."""
        return self.module.get_function(name)


class Device:
    """The first GPU and its primary context, current in every thread that comes here; it stays for life."""

    def __init__(self) -> None:
        self.driver: Any = import_module("pycuda.driver")
        self.driver.init()
        device = self.driver.Device(0)
        major, minor = device.compute_capability()
        self.arch = f"sm_{major}{minor}"
        self.name: str = device.name()
        self.context = device.retain_primary_context()
        self.threads = threading.local()

    def enter(self) -> None:
        """Make the context current in this thread."""
        if not getattr(self.threads, "entered", False):
            self.context.push()
            self.threads.entered = True

    def load(self, image: bytes) -> Module:
        """A cubin on the device."""
        self.enter()
        return Module(self.driver.module_from_buffer(image))

    def alloc(self, nbytes: int) -> Any:
        """So many bytes, which are freed with the object; its integer is their address."""
        self.enter()
        return self.driver.mem_alloc(max(nbytes, 1))

    def upload(self, target: Any, array: np.ndarray[Any, Any]) -> None:
        """Copy a contiguous array to the device."""
        self.enter()
        self.driver.memcpy_htod(int(target), array)

    def download(self, source: Any, array: np.ndarray[Any, Any]) -> None:
        """Copy from the device into a contiguous array, when all that was launched has run."""
        self.enter()
        self.driver.memcpy_dtoh(array, int(source))

    def launch(self, function: Any, grid: Sizes, block: Sizes, args: Sequence[int], shared_bytes: int = 0) -> None:
        """Launch a kernel whose arguments are 64 bits each: addresses and integers."""
        self.enter()
        if not hasattr(function, "arg_format"):
            function.prepare("q" * len(args))
        function.prepared_call(grid, block, *args, shared_size=shared_bytes)

    def record(self) -> Any:
        """An event between what was launched before and what is after."""
        self.enter()
        event = self.driver.Event()
        event.record()
        return event

    def elapsed(self, before: Any, after: Any) -> float:
        """Milliseconds between two events that have passed."""
        return float(after.time_since(before))

    def synchronize(self) -> None:
        """Wait until all that was launched has run."""
        self.enter()
        self.context.synchronize()


@cache
def open_device() -> Device:
    """The device of this process."""
    return Device()


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
