"""Is each guard of the call path necessary? A copy without it must fail the tests that are about it.

And the whole call path must pass its tests under the sanitizers of addresses and of undefined behaviour.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from symlab.core.backends.c import callobject
from symlab.core.backends.c.compiler import find_compiler

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
GUARDS = tomllib.loads((HERE / "callpath_guards.toml").read_text())["guard"]
FILES = ["test_callpath.py", "test_callpath_details.py", "test_callpath_memory.py", "test_callpath_threads.py"]
WARNINGS = ["unused-parameter", "missing-field-initializers", "cast-function-type"]  # Python's own idioms
SANITIZED = ["-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_compiler() is None, reason="no C compiler")]


def copy_of_sources(folder: Path) -> Path:
    """The call path's files in a folder of their own; the one to compile."""
    shutil.copytree(callobject.SOURCES, folder / "callpath")
    return folder / "callpath" / "callpath.c"


def without(source: Path, guard: dict) -> None:
    """Take the guard out of the copy."""
    part = source.parent / guard["part"]
    text = part.read_text()
    for old, new in guard["replaced"]:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {part.name}"
        text = text.replace(old, new)
    part.write_text(text)


def built(calls, source: Path, flags: list[str]) -> dict[str, str]:
    """The environment that puts a build of these sources under the tests."""
    extension = source.with_name("extension.so")
    callobject.build(extension, flags, source)
    return {"CALLPATH_EXTENSION": str(extension), "CALLPATH_KERNELS": str(calls.built_kernels())}


TRIES = 3  # on a busy machine a first call may take the slow path, which hides what a guard is for


def outcome_of(environment: dict[str, str], files: list[str], chosen: str, seconds: float) -> tuple[bool, str]:
    """Whether the tests pass, and what they printed; a run that does not end has not passed."""
    options = ["-x", "-q", f"--confcutdir={HERE}", "-k", chosen]
    plugins = [f"-pno:{name}" for name in ("cacheprovider", "xdist", "hypothesispytest")]
    paths = [str((HERE / name).relative_to(ROOT)) for name in files]
    command = [sys.executable, "-m", "pytest", *options, *plugins, *paths]
    pipes = {"capture_output": True, "text": True}
    try:
        run = subprocess.run(
            command, env={**os.environ, **environment}, cwd=ROOT, timeout=seconds, check=False, **pipes
        )
    except subprocess.TimeoutExpired as late:
        return False, f"ended after {seconds} s: {late.stdout}"
    assert run.returncode not in (4, 5), run.stdout + run.stderr  # a wrong command, or no tests
    return run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard["name"].replace(" ", "-"))
def test_each_guard_is_necessary(calls, tmp_path, guard) -> None:
    source = copy_of_sources(tmp_path)
    without(source, guard)
    environment = {**built(calls, source, ["-w", "-O0"]), "CALLPATH_PATIENCE": "4"}
    for _ in range(TRIES):
        passed, output = outcome_of(environment, [guard["tests"]], guard["chosen"], seconds=30)
        if not passed:
            return
    pytest.fail(output)


def test_the_compiler_warns_of_nothing(calls, tmp_path) -> None:
    built(calls, copy_of_sources(tmp_path), ["-Wall", "-Wextra", "-Werror", *(f"-Wno-{name}" for name in WARNINGS)])


def test_sanitizers_find_nothing(calls, tmp_path) -> None:
    question = [*find_compiler().command, "-print-file-name=libasan.so"]
    library = subprocess.run(question, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(library).is_absolute():
        pytest.skip("the compiler has no address sanitizer to preload")
    # Python's allocators would hide what is freed; what NumPy and Python never free is no leak of ours.
    options = {"ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1", "PYTHONMALLOC": "malloc"}
    environment = {**built(calls, copy_of_sources(tmp_path), SANITIZED), **options, "LD_PRELOAD": library}
    left_out = [
        *("leak", "lets_go", "gives_memory_back"),  # about the memory of the process, which is the sanitizer's here
        "fork",  # the sanitizer's allocator may stay locked in a child forked while another thread allocates
    ]
    passed, output = outcome_of(environment, FILES, " and ".join(f"not {part}" for part in left_out), seconds=400)
    assert passed, output
