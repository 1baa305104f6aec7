"""Building and loading the call object, and what holds where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from symlab.core.backends import cache
from symlab.core.backends.c import callobject
from symlab.core.backends.c.callobject import PythonCell, call_object
from symlab.core.backends.c.compiler import find_compiler
from symlab.core.ir.config import configure
from symlab.core.ir.errors import CacheError

ROOT = Path(__file__).resolve().parents[4]
LOAD = """
from symlab.core.backends.c.callobject import call_object
extension, reason = call_object()
print(extension.__file__ if extension else reason)
"""
find_anew = call_object.__wrapped__
needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler")


def in_a_process(folder, **environment) -> subprocess.Popen:
    """A fresh process that loads the call object."""
    variables = {**os.environ, "SYMLAB_CACHE_DIR": str(folder), **environment}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", LOAD], env=variables, cwd=ROOT, text=True, **pipes)


def counting(tmp_path) -> Path:
    """A compiler that writes a line for each run."""
    path = tmp_path / "counting-cc"
    path.write_text(f'#!/bin/sh\necho run >> {tmp_path}/runs\nexec {" ".join(find_compiler().command)} "$@"\n')
    path.chmod(0o755)
    return path


@needs_compiler
def test_it_is_found_out_once() -> None:
    extension, reason = call_object()
    assert reason is None
    assert call_object() == (extension, None)
    assert extension.CompiledCall.__name__ == "Function"
    assert extension.SharedCell(3).get_value() == 3


@needs_compiler
def test_one_compiler_run_builds_it_and_none_loads_it(tmp_path) -> None:
    with configure(cache_dir=str(tmp_path / "cache"), cc=str(counting(tmp_path))):
        for _ in range(2):
            extension = callobject.built()
    assert (tmp_path / "runs").read_text() == "run\n"
    files = [path.name for path in (tmp_path / "cache").iterdir() if not path.name.startswith(".")]
    assert files == [Path(extension.__file__).name]
    assert files[0].startswith("callobject-")


@needs_compiler
def test_a_second_build_in_a_process_does_not_replace_the_first(tmp_path) -> None:
    first, _ = call_object()
    with configure(cache_dir=str(tmp_path / "cache")):
        assert find_anew() == (first, None)


@pytest.mark.slow
@needs_compiler
def test_the_cache_is_enough(tmp_path) -> None:
    first = in_a_process(tmp_path / "cache").communicate()
    second = in_a_process(tmp_path / "cache", SYMLAB_CC="none").communicate()
    assert first == second
    assert str(tmp_path) in first[0]


@pytest.mark.slow
@needs_compiler
def test_many_processes_and_threads_at_once(tmp_path) -> None:
    processes = [in_a_process(tmp_path / "cache") for _ in range(3)]
    seen = []

    def work() -> None:
        with configure(cache_dir=str(tmp_path / "cache")):
            seen.append(callobject.built().__file__)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outputs = [process.communicate() for process in processes]
    assert [error for _, error in outputs] == [""] * 3
    assert {output.strip() for output, _ in outputs} == set(seen)
    assert len(list((tmp_path / "cache").glob("[!.]*"))) == 1


@pytest.mark.slow
@needs_compiler
def test_a_broken_entry_is_built_anew(tmp_path) -> None:
    with configure(cache_dir=str(tmp_path)):
        cache.store(callobject.key(), ".so", lambda path: path.write_bytes(b"\x7fELF, and cut here"))
        extension = callobject.built()
    assert extension.SharedCell(3).get_value() == 3


def test_the_key_follows_the_source(monkeypatch, tmp_path) -> None:
    before = callobject.key()
    for path in callobject.sources():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(callobject, "SOURCES", tmp_path)
    assert callobject.key() == before
    (tmp_path / "run.c").write_bytes((tmp_path / "run.c").read_bytes() + b"\n")
    after = callobject.key()
    monkeypatch.setattr(callobject, "cpu", lambda: "another processor")
    assert len({before, after, callobject.key()}) == 3


# Where there is none


def test_without_a_compiler_the_reason_is_told(tmp_path) -> None:
    with configure(cache_dir=str(tmp_path), cc="none"):
        extension, reason = find_anew()
    assert extension is None
    assert "switched off" in reason
    assert "try pip install ziglang" in reason


@needs_compiler
def test_without_pythons_headers_the_reason_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(callobject.sysconfig, "get_path", lambda name: str(tmp_path))
    with configure(cache_dir=str(tmp_path / "cache")):
        extension, reason = find_anew()
    assert extension is None
    assert f"no Python.h in {tmp_path}" in reason
    assert "python3-dev" in reason


@needs_compiler
def test_the_compilers_words_are_told(tmp_path) -> None:
    with configure(cache_dir=str(tmp_path / "cache"), cc_flags="-DSharedCell=int"):
        extension, reason = find_anew()
    assert extension is None
    assert "the C compiler failed" in reason
    assert "error:" in reason


def test_a_folder_that_others_may_write_to_is_an_error(tmp_path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with configure(cache_dir=str(tmp_path / "open")), pytest.raises(CacheError, match="others may write"):
        find_anew()


# Cells


@pytest.fixture(params=["PythonCell", "SharedCell"])
def cell_type(request):
    if request.param == "PythonCell":
        return PythonCell
    extension, reason = call_object()
    if extension is None:
        pytest.skip(reason)
    return extension.SharedCell


def test_a_cell_copies_unless_it_may_borrow(cell_type) -> None:
    a = np.arange(3.0)
    cell = cell_type(a)
    assert not np.shares_memory(cell.get_value(borrow=True), a)
    assert not np.shares_memory(cell.get_value(), cell.get_value(borrow=True))
    cell.set_value(a, borrow=True)
    assert cell.get_value(True) is a
    assert cell_type(value=a, borrow=True).get_value(borrow=True) is a
    cell.set_value(value=a + 1)
    assert cell.get_value().tolist() == [1, 2, 3]


@pytest.mark.parametrize("borrow", [False, True])
@pytest.mark.parametrize(
    "odd",
    [
        np.arange(6.0)[::2],
        np.arange(3, dtype=">f8"),
        np.asfortranarray(np.eye(3)),
        np.arange(3.0).view(np.ma.MaskedArray),
        np.frombuffer(b"\0" + np.arange(3.0).tobytes(), "f8", offset=1),
        np.broadcast_to(np.float32(2), (2, 3)),
        np.array(2.5),
        np.zeros((0, 3), "c8"),
    ],
)
def test_a_cell_holds_arrays_as_compiled_code_takes_them(cell_type, odd, borrow) -> None:
    cell = cell_type(odd, borrow)
    for value in (cell.get_value(borrow=True), cell.get_value()):
        assert type(value) is np.ndarray
        assert value.flags.c_contiguous
        assert value.flags.aligned
        assert value.dtype == odd.dtype.newbyteorder("=")
        assert value.dtype.isnative
        assert np.array_equal(value, odd)
        assert value.shape == odd.shape


def test_a_cell_holds_any_object(cell_type) -> None:
    state = {"seed": [1, 2]}
    cell = cell_type(state)
    assert cell.get_value() == state
    assert cell.get_value(borrow=True)["seed"] is not state["seed"]
    assert cell.get_value()["seed"] is not cell.get_value(borrow=True)["seed"]
    cell.set_value(state, borrow=True)
    assert cell.get_value(borrow=True) is state


def test_threads_replace_and_read_a_cell(cell_type) -> None:
    cell, wrong = cell_type(np.zeros(1000)), []

    def write(value) -> None:
        for _ in range(300):
            cell.set_value(np.full(1000, value))

    def read() -> None:
        for _ in range(300):
            seen = cell.get_value()
            wrong.extend([] if (seen == seen[0]).all() else [seen])

    threads = [threading.Thread(target=work) for work in (lambda: write(1.0), lambda: write(2.0), read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
