"""The system's C compiler: finding it, running it, and saying what machine it compiles for.

Only this module knows how the platforms differ.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from symlab.core.ir import config
from symlab.core.ir.errors import CompileError, message

NAMES = ("cc", "gcc", "clang")
NONE = "none"
SHOWN_LINES = 40
# A library's own names come before those of the process: without -Bsymbolic a table called `times` would be libc's.
SHARED_LIBRARY: Mapping[str, tuple[str, ...]] = {
    "darwin": ("-fPIC", "-dynamiclib", "-undefined", "dynamic_lookup"),
    "win32": ("-shared",),
}
ELF = ("-fPIC", "-shared", "-Wl,-Bsymbolic")
SUFFIXES: Mapping[str, str] = {"darwin": ".dylib", "win32": ".dll"}


@dataclass(frozen=True)
class Compiler:
    """A C compiler by its command line, with the flags that the user wants for everything that it compiles."""

    command: tuple[str, ...]
    user_flags: tuple[str, ...] = ()

    def compile(
        self, sources: Sequence[Path], target: Path, flags: Sequence[str] = (), libraries: Sequence[str] = ()
    ) -> None:
        """Compile `sources` to the shared library `target`, or raise CompileError with what the compiler said.

        Several sources are compiled at the same time, each by a process of its own.
        """
        shared = SHARED_LIBRARY.get(sys.platform, ELF)
        if len(sources) < 2:
            files = [*map(str, sources), "-o", str(target)]
            run([[*self.command, *shared, *flags, *files, *libraries, *self.user_flags]])
            return
        objects = [f"{source}.o" for source in sources]
        alone = [*self.command, *flags, *(["-fPIC"] if "-fPIC" in shared else []), "-c"]
        try:
            run([[*alone, str(s), "-o", o, *self.user_flags] for s, o in zip(sources, objects, strict=True)])
            run([[*self.command, *shared, *flags, *objects, "-o", str(target), *libraries, *self.user_flags]])
        finally:
            for item in objects:
                Path(item).unlink(missing_ok=True)

    @property
    def identity(self) -> str:
        """Changes when the compiler or the user's flags do: a part of the keys of what it compiled."""
        return repr((self.command, self.user_flags, program_version(self.command)))

    def describe(self) -> str:
        """What the compiler says of itself, for people: one line."""
        finished = subprocess.run([*self.command, "--version"], capture_output=True, text=True, check=False)
        lines = finished.stdout.splitlines()
        return f"{shlex.join(self.command)}: {lines[0] if lines else 'gives no version'}"


def find_compiler() -> Compiler | None:
    """The compiler to use: the configured one, else cc, gcc or clang, else zig's wheel; None if there is none.

    The setting `cc` (SYMLAB_CC) is a command line, or "none" to do without; `cc_flags` is added to every run.
    """
    settings = config.current()
    flags = tuple(shlex.split(settings.cc_flags))
    if settings.cc == NONE:
        return None
    if wanted := shlex.split(settings.cc):
        return Compiler(configured(wanted), flags)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return Compiler((found,), flags)
    if importlib.util.find_spec("ziglang"):
        return Compiler((sys.executable, "-m", "ziglang", "cc"), flags)
    return None


def configured(command: Sequence[str]) -> tuple[str, ...]:
    """The command that the user asked for, or an error: no other compiler stands in for it."""
    program = shutil.which(command[0])
    if program is None:
        tries = [
            "its full path in SYMLAB_CC or sl.configure(cc=...)",
            "no such setting: the usual names are looked for",
        ]
        raise CompileError(message(f"the configured C compiler {command[0]!r} does not exist", (), tries))
    return (program, *command[1:])


def missing() -> str:
    """Why there is no compiler and how to get one."""
    problem = f"there is no C compiler: none of {', '.join(NAMES)} is on the PATH"
    if config.current().cc == NONE:
        problem = "the C compiler is switched off: the setting cc is 'none'"
    tries = ["the system's package gcc or clang", "pip install ziglang", "SYMLAB_CC=/path/to/cc"]
    return message(problem, (), tries)


def library_suffix() -> str:
    """How the name of a shared library ends on this platform."""
    return SUFFIXES.get(sys.platform, ".so")


def extension_flags() -> list[str]:
    """What a Python extension needs beside the headers: on Windows, Python's own library."""
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    return [f"-L{sys.base_prefix}/libs", f"-lpython{version}"] if os.name == "nt" else []


@cache
def program_version(command: tuple[str, ...]) -> str:
    """A token for the version of a compiler, without running it: its programs' files, or its wheel's version."""
    if "ziglang" in command:
        return importlib.metadata.version("ziglang")
    programs = [Path(found).resolve() for found in map(shutil.which, command) if found]
    stamps = [(path, path.stat()) for path in programs]
    return " ".join(f"{path}:{status.st_size}:{status.st_mtime_ns}" for path, status in stamps)


@cache
def cpu() -> str:
    """A token for this processor: code compiled for it may use instructions that others lack."""
    parts = [platform.system(), platform.machine(), *cpu_features()]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def cpu_features() -> list[str]:
    """Model and instruction sets of the first processor, as far as the system tells."""
    if platform.system() == "Darwin":
        names = ["machdep.cpu.brand_string", "machdep.cpu.features", "machdep.cpu.leaf7_features"]
        return subprocess.run(["sysctl", "-n", *names], capture_output=True, text=True, check=False).stdout.splitlines()
    wanted = ("model name", "flags", "Features", "CPU part", "isa")
    lines: list[str] = []
    try:
        with Path("/proc/cpuinfo").open() as file:
            for line in file:
                if not line.strip() and lines:
                    break
                if line.startswith(wanted):
                    lines.append(" ".join(line.split()))
    except FileNotFoundError:
        return [os.environ.get("PROCESSOR_IDENTIFIER", "")]
    return lines


def run(commands: Sequence[Sequence[str]]) -> None:
    """Run compilers at the same time; an interrupt, or one that fails, ends all and what they have started."""
    running: list[subprocess.Popen[str]] = []
    try:
        running.extend(start(command) for command in commands)
        for process, command in zip(running, commands, strict=True):
            output, _ = process.communicate()
            if process.returncode:
                raise CompileError(failure(command, process.returncode, output))
    except BaseException:
        for process in running:
            if process.returncode is None:
                end(process)
        raise


def start(command: Sequence[str]) -> subprocess.Popen[str]:
    """Start a compiler in a process group of its own."""
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0 if os.name == "posix" else None,
        )
    except OSError as error:
        raise CompileError(message(f"the C compiler does not run: {error}\n  {shlex.join(command)}")) from error


def end(process: subprocess.Popen[str]) -> None:
    """Kill a compiler with its children, which have a group of their own, and wait until it is gone."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def failure(command: Sequence[str], code: int, output: str) -> str:
    """The compiler's own words, cut to a readable length, and the command to repeat."""
    lines = output.splitlines()
    cut = [f"... {len(lines) - SHOWN_LINES} more lines"] if len(lines) > SHOWN_LINES else []
    said = "\n".join(f"  {line}" for line in [*lines[:SHOWN_LINES], *cut])
    return message(f"the C compiler failed (exit status {code})\n{said}", (), [f"it by hand: {shlex.join(command)}"])
