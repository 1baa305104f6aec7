"""Finding the C compiler, running it, and what it says when it fails."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from symlab.core.backends.c import compiler
from symlab.core.backends.c.compiler import Compiler, find_compiler, missing
from symlab.core.ir.config import configure
from symlab.core.ir.errors import CompileError

FOUND = find_compiler()
needs_compiler = pytest.mark.skipif(FOUND is None, reason="no C compiler")


def program(path: Path, text: str) -> Path:
    """An executable script."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# Finding


def test_the_configured_compiler_comes_first(tmp_path) -> None:
    own = program(tmp_path / "own-cc", "exit 0")
    with configure(cc=f"{own} -m32 'two words'", cc_flags="-DA=1 -DB='x y'"):
        assert find_compiler() == Compiler((str(own), "-m32", "two words"), ("-DA=1", "-DB=x y"))


def test_a_configured_compiler_that_does_not_exist_is_an_error() -> None:
    with configure(cc="no-such-compiler"), pytest.raises(CompileError, match="'no-such-compiler' does not exist"):
        find_compiler()


def test_the_compiler_can_be_switched_off() -> None:
    with configure(cc="none"):
        assert find_compiler() is None
        assert "switched off" in missing()


def test_the_usual_names_are_tried_in_order(monkeypatch) -> None:
    with configure(cc=""):
        for names, wanted in (("cc", "gcc", "clang"), "cc"), (("gcc", "clang"), "gcc"), (("clang",), "clang"):
            monkeypatch.setattr(shutil, "which", lambda name, names=names: f"/bin/{name}" if name in names else None)
            assert find_compiler() == Compiler((f"/bin/{wanted}",))


def test_zig_comes_last_and_then_none(monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with configure(cc=""):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name == "ziglang" else None)
        assert find_compiler() == Compiler((sys.executable, "-m", "ziglang", "cc"))
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        assert find_compiler() is None
        assert "none of cc, gcc, clang is on the PATH" in missing()


# Identity


def test_identity_follows_the_program_and_the_flags(tmp_path) -> None:
    first, second = (program(tmp_path / name, "exit 0") for name in ("one", "two"))
    same = Compiler((str(first),))
    others = [Compiler((str(second),)), Compiler((str(first), "-m32")), Compiler((str(first),), ("-g",))]
    assert len({same.identity, *(other.identity for other in others)}) == 4
    assert Compiler((str(first),)).identity == same.identity
    wrapper = Compiler((str(second), str(first)))
    before = [same.identity, wrapper.identity]
    program(first, "exit 0 # an update")
    compiler.program_version.cache_clear()
    assert not {same.identity, wrapper.identity}.intersection(before)


def test_the_processor_has_a_token() -> None:
    assert len(compiler.cpu()) == 16
    assert compiler.cpu() == compiler.cpu.__wrapped__()
    if Path("/proc/cpuinfo").exists():
        features = compiler.cpu_features()
        assert features
        assert not any(line.startswith("cpu MHz") for line in features)  # changes from moment to moment


# Running


@needs_compiler
def test_one_run_makes_a_library(tmp_path) -> None:
    for name, value in (("a", 20), ("b", 22)):
        (tmp_path / f"{name}.c").write_text(f"int {name}(void) {{ return {value} + MORE; }}\n")
    target = tmp_path / f"out{compiler.library_suffix()}"
    FOUND.compile([tmp_path / "a.c", tmp_path / "b.c"], target, ["-O1", "-DMORE=1"], ["-lm"])
    library = ctypes.CDLL(str(target))
    assert library.a() + library.b() == 44


@needs_compiler
def test_the_users_flags_come_last(tmp_path) -> None:
    (tmp_path / "a.c").write_text("int a(void) { return VALUE; }\n")
    target = tmp_path / "out.so"
    Compiler(FOUND.command, ("-UVALUE", "-DVALUE=2")).compile([tmp_path / "a.c"], target, ["-DVALUE=1"])
    assert ctypes.CDLL(str(target)).a() == 2


@needs_compiler
def test_a_failure_shows_what_the_compiler_said(tmp_path) -> None:
    source = tmp_path / "bad.c"
    source.write_text("int a(void) { return undeclared; }\n")
    with pytest.raises(CompileError) as caught:
        FOUND.compile([source], tmp_path / "out.so", ["-O1"])
    text = str(caught.value)
    assert "undeclared" in text
    assert "exit status 1" in text
    assert f"{source} -o {tmp_path / 'out.so'}" in text
    assert not (tmp_path / "out.so").exists()


def test_a_long_failure_is_cut(tmp_path) -> None:
    noisy = program(tmp_path / "noisy", "seq 1 1000 >&2; exit 3")
    with pytest.raises(CompileError, match="exit status 3") as caught:
        Compiler((str(noisy),)).compile([], tmp_path / "out.so")
    lines = str(caught.value).splitlines()
    assert "  ... 960 more lines" in lines
    assert len(lines) < 50


def test_a_program_that_does_not_run(tmp_path) -> None:
    (tmp_path / "text").write_text("no program")
    (tmp_path / "text").chmod(0o755)
    with pytest.raises(CompileError, match="does not run"):
        Compiler((str(tmp_path / "text"),)).compile([], tmp_path / "out.so")


def test_output_that_is_no_utf8(tmp_path) -> None:
    odd = program(tmp_path / "odd", "printf 'caf\\351'; exit 1")
    with pytest.raises(CompileError, match="caf"):
        Compiler((str(odd),)).compile([], tmp_path / "out.so")


@needs_compiler
def test_a_compiler_describes_itself(tmp_path) -> None:
    assert FOUND.describe().startswith(FOUND.command[0] + ": ")
    assert Compiler((str(program(tmp_path / "mute", "exit 0")),)).describe().endswith("gives no version")


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")
def test_an_interrupt_ends_the_compiler_and_its_children(tmp_path) -> None:
    slow = program(tmp_path / "slow", f"sleep 300 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/parent; wait")

    def interrupt() -> None:
        while not ((tmp_path / "parent").exists() and (tmp_path / "parent").read_text().endswith("\n")):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    watcher = threading.Thread(target=interrupt, daemon=True)
    with pytest.raises(KeyboardInterrupt):
        watcher.start()
        Compiler((str(slow),)).compile([], tmp_path / "out.so")
    watcher.join()
    processes = [int((tmp_path / name).read_text()) for name in ("parent", "child")]
    deadline = time.monotonic() + 5
    while any(is_running(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(is_running(process) for process in processes)


def is_running(process: int) -> bool:
    """Whether a process exists and is more than the entry of a dead one."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
