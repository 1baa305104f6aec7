"""Loading generated libraries."""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from symlab.core.backends.c.compiler import find_compiler
from symlab.core.backends.c.library import declared, load_library
from symlab.core.ir.errors import CompileError

SOURCE = """
#include <stdint.h>
int64_t times[4] = {1, 2, 3, 4};
int calls;
int run(void **data, const int64_t *shapes, void *workspace, int64_t *error) { calls++; return (int)times[1]; }
void commit(void **data, const int64_t *shapes, void *workspace) {}
"""


@pytest.fixture
def path(tmp_path) -> Path:
    compiler = find_compiler()
    if compiler is None:
        pytest.skip("no C compiler")
    (tmp_path / "a.c").write_text(SOURCE)
    compiler.compile([tmp_path / "a.c"], tmp_path / "a.so")
    return tmp_path / "a.so"


def test_addresses(path) -> None:
    library = load_library(path, ["times", "absent"])
    other = ctypes.CDLL(str(path))
    for name in ("run", "commit"):
        assert library.address(name) == ctypes.cast(getattr(other, name), ctypes.c_void_p).value
    assert library.address("times") == ctypes.addressof(ctypes.c_int64.in_dll(other, "times"))
    assert library.address("plan") == library.address("absent") == library.address("calls") == 0


def test_a_table_is_the_librarys_memory(path) -> None:
    library = load_library(path, ["times"])
    table = library.table("times", np.int64, 4)
    assert table.tolist() == [1, 2, 3, 4]
    table[1] = 17
    assert ctypes.CDLL(str(path)).run(None, None, None, None) == 17
    with pytest.raises(CompileError, match=r"a\.so exports no table 'calls'"):
        library.table("calls", np.int32, 1)


@pytest.mark.slow
def test_a_library_is_unloaded_with_its_object(path) -> None:
    def is_mapped() -> bool:
        return str(path) in Path("/proc/self/maps").read_text()

    if not Path("/proc/self/maps").exists():
        pytest.skip("maps are told on Linux alone")
    library = load_library(path)
    assert is_mapped()
    del library
    gc.collect()
    assert not is_mapped()


@pytest.mark.parametrize("content", [None, b"", b"no library", b"\x7fELF" + b"\0" * 60])
def test_what_is_no_library(tmp_path, content) -> None:
    path = tmp_path / "broken.so"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CompileError, match="cannot be loaded") as caught:
        load_library(path)
    assert "broken.so" in str(caught.value)


def test_declarations_are_what_cffi_writes(tmp_path) -> None:
    import cffi

    names = ("plan", "run", "commit", "times")
    builder = cffi.FFI()
    builder.cdef(" ".join(f"extern char {name}[];" for name in names))
    builder.set_source("generated_symbols", None)
    builder.compile(tmpdir=str(tmp_path))
    spec = importlib.util.spec_from_file_location("generated_symbols", tmp_path / "generated_symbols.py")
    generated = importlib.util.module_from_spec(spec)
    given = {}
    backend = sys.modules["_cffi_backend"]
    own = record_of(lambda: declared(names), backend, given)
    assert own == record_of(lambda: spec.loader.exec_module(generated), backend, given)


def record_of(make, backend, given) -> dict:
    """The keyword arguments with which cffi's compiled interface is made."""
    original = backend.FFI

    def recording(name, **keywords):
        given.clear()
        given.update(keywords)
        return original(name, **keywords)

    backend.FFI = recording
    try:
        make()
    finally:
        backend.FFI = original
    return dict(given)


def test_loading_needs_no_parser_of_c() -> None:
    script = """
import sys
from symlab.core.backends.c import library
library.declared(["plan"])
print({"pycparser", "cffi"} & set(sys.modules))
"""
    root = Path(__file__).resolve().parents[4]
    finished = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert finished.stdout == "set()\n"
