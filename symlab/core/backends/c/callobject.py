"""The call object of compiled functions: a small C extension, built at first use, and what stands in without it.

The extension gives `CompiledCall`, one compiled function, and `SharedCell`, the value of one shared variable.
`PythonCell` is that value where no compiled function needs it.
"""

from __future__ import annotations

import copy
import sys
import sysconfig
from collections.abc import Sequence
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from symlab.core.backends.c.compiler import cpu, extension_flags, find_compiler, missing
from symlab.core.backends.cache import content_key, store
from symlab.core.ir.errors import CompileError, message

SOURCES = Path(__file__).parent / "callpath"
FLAGS = ("-std=c11", "-D_GNU_SOURCE", "-O2", "-fvisibility=hidden", "-fno-strict-aliasing", "-pthread")
NAME = "symlab.core.backends.c._callpath"


@cache
def call_object() -> tuple[ModuleType | None, str | None]:
    """The extension, built and loaded at first use, or None and the reason why there is none.

    Found out once per process, and the first module loaded stays: cells and functions must be of one kind.
    """
    try:
        return sys.modules.setdefault(NAME, built()), None
    except CompileError as error:
        return None, str(error)


def built() -> ModuleType:
    """The extension from the code cache, compiled anew where the entry is broken or has just been removed."""
    path = store(key(), ".so", build)
    try:
        return load_extension(path)
    except ImportError:
        path.unlink(missing_ok=True)
    return load_extension(store(key(), ".so", build))


def key() -> str:
    """The extension's key in the code cache: its source, and what the compiled form depends on."""
    numpy_major = np.__version__.partition(".")[0]
    parts = [EXTENSION_SUFFIXES[0], numpy_major, cpu(), *FLAGS]
    return content_key("callobject", [*parts, *(path.read_bytes() for path in sources())])


def sources() -> list[Path]:
    """The files of the extension, the one that includes the others among them."""
    return sorted(path for path in SOURCES.iterdir() if path.suffix in {".c", ".h"})


def build(target: Path, flags: Sequence[str] = (), source: Path = SOURCES / "callpath.c") -> None:
    """Compile the extension to `target`, or raise CompileError with the reason."""
    compiler = find_compiler()
    if compiler is None:
        raise CompileError(missing())
    include = Path(sysconfig.get_path("include"))
    if not (include / "Python.h").is_file():
        tries = ["the system's package of Python's headers, python3-dev or python3-devel"]
        raise CompileError(message(f"there is no Python.h in {include}", (), tries))
    headers = [f"-I{include}", f"-I{np.get_include()}"]
    compiler.compile([source], target, [*FLAGS, *headers, *flags], extension_flags())


def load_extension(path: Path) -> ModuleType:
    """Load the extension from this file."""
    spec = spec_from_file_location(NAME, path, loader=ExtensionFileLoader(NAME, str(path)))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no extension")
    extension = module_from_spec(spec)
    spec.loader.exec_module(extension)
    return extension


class PythonCell:
    """The value of one shared variable where no compiled code reads it, with the two methods of `SharedCell`.

    Nothing writes into a value: it is replaced by one store, so threads need no lock.
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: Any, borrow: bool = False) -> None:
        self._value = canonical(value, borrow)

    def get_value(self, borrow: bool = False) -> Any:
        """The current value: a copy, or with `borrow` the array itself, which later updates leave as it is."""
        return self._value if borrow else canonical(self._value, borrow=False)

    def set_value(self, value: Any, borrow: bool = False) -> None:
        """Replace the value by a copy, or with `borrow` by the array itself."""
        self._value = canonical(value, borrow)


def canonical(value: Any, borrow: bool) -> Any:
    """An array in the form that compiled code takes (exact, native, aligned, C order); other objects as they are."""
    if not isinstance(value, np.ndarray):
        return value if borrow else copy.deepcopy(value)
    native = None if value.dtype.isnative else value.dtype.newbyteorder("=")
    if not borrow:
        return np.array(value, native, order="C", subok=False)
    return np.require(value, native, ["C_CONTIGUOUS", "ALIGNED", "ENSUREARRAY"])
