"""Generated libraries: loading one, and finding what it exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from symlab.core.ir.errors import CompileError, message

ENTRIES = ("plan", "run", "commit")
# What cffi's out-of-line ABI mode writes for `extern char NAME[];`. Declared so, a symbol is nothing but an address,
# and the parser of C declarations need not be loaded, which would take 30 ms of each process's first call.
VERSION = 0x2601
TYPES = b"\x00\x00\x02\x01\x00\x00\x00\x07"
SYMBOL = b"\x00\x00\x01\x21"


@dataclass(frozen=True)
class Library:
    """A loaded library and the addresses of what it exports; it stays loaded as long as this object lives.

    A process loads a file once: functions with the same code share its static variables.
    """

    path: Path
    addresses: Mapping[str, int]
    handle: Any
    ffi: Any

    def address(self, name: str) -> int:
        """Where `name` lies in memory, or 0 if the library does not export it."""
        return self.addresses.get(name, 0)

    def table(self, name: str, dtype: Any, count: int) -> np.ndarray[Any, Any]:
        """An exported array as a view of its memory, valid while the library is loaded."""
        if not self.address(name):
            raise CompileError(message(f"{self.path.name} exports no table {name!r}"))
        kind = np.dtype(dtype)
        memory = self.ffi.buffer(self.ffi.cast("char *", self.address(name)), count * kind.itemsize)
        return np.frombuffer(memory, kind)


def load_library(path: Path, tables: Iterable[str] = ()) -> Library:
    """Load a generated library with its entries and, where it has them, these tables."""
    names = [*ENTRIES, *tables]
    ffi = declared(names)
    try:
        handle = ffi.dlopen(str(path))
    except OSError as error:
        raise CompileError(message(f"the compiled library cannot be loaded: {error}")) from error
    found = {name: address_in(ffi, handle, name) for name in names}
    return Library(path, {name: address for name, address in found.items() if address}, handle, ffi)


def declared(names: Iterable[str]) -> Any:
    """A cffi interface that knows these names as symbols."""
    symbols = [item for name in sorted(set(names)) for item in (SYMBOL + name.encode(), 0)]
    return import_module("_cffi_backend").FFI("symlab", _version=VERSION, _types=TYPES, _globals=tuple(symbols))


def address_in(ffi: Any, handle: Any, name: str) -> int:
    """The address of a symbol, or 0."""
    try:
        return int(ffi.cast("uintptr_t", ffi.addressof(handle, name)))
    except (AttributeError, ffi.error):
        return 0
