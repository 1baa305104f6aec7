"""The addresses of BLAS routines, found when first needed: never called through Python.

OpenBLAS of the package scipy-openblas32 if it is installed, else the routines that SciPy exports. The former is
symlab's alone, so its number of threads can be set; the latter is SciPy's, and keeps what was set for SciPy.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

Find = Callable[[str], int]


def routine(name: str, threads: int) -> int:
    """The address of a Fortran routine such as "dgemm", with 32-bit integers."""
    library = own_library()
    if library is None:
        return scipy_routine(name)
    find, set_threads = library
    set_threads(threads)
    return find(f"scipy_{name}_")


@cache
def own_library() -> tuple[Find, Callable[[int], None]] | None:
    """How to find routines of scipy-openblas32, and how to set its threads."""
    if importlib.util.find_spec("scipy_openblas32") is None:
        return None
    package: Any = import_module("scipy_openblas32")
    paths = [path for path in Path(package.get_lib_dir()).iterdir() if path.name.startswith("libscipy_openblas")]
    ctypes = import_module("ctypes")
    handle = ctypes.CDLL(str(min(paths)))

    def find(name: str) -> int:
        return int(ctypes.cast(getattr(handle, name), ctypes.c_void_p).value)

    return find, handle.scipy_openblas_set_num_threads


@cache
def scipy_routine(name: str) -> int:
    """The address of a routine among those that SciPy gives to Cython."""
    ctypes = import_module("ctypes")
    capsule = import_module("scipy.linalg.cython_blas").__pyx_capi__[name]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype = ctypes.c_char_p
    api.PyCapsule_GetName.argtypes = [ctypes.py_object]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    return int(api.PyCapsule_GetPointer(capsule, api.PyCapsule_GetName(capsule)))
