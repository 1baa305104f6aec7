"""From CUDA text to a cubin, through the code cache: by NVRTC where its library is found, else by nvcc."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from symlab.core.backends.cache import content_key, store
from symlab.core.ir.errors import CompileError, message

OPTIONS = ("-std=c++17", "--fmad=false")
SHOWN = 4000  # characters of what a compiler says
REFUSED = re.compile(r"\((\d+)\): (?:catastrophic )?error")
DECLARATIONS = """
typedef struct program *nvrtcProgram;
int nvrtcVersion(int *major, int *minor);
int nvrtcCreateProgram(nvrtcProgram *, const char *, const char *, int, const char **, const char **);
int nvrtcCompileProgram(nvrtcProgram, int, const char **);
int nvrtcGetProgramLogSize(nvrtcProgram, size_t *);
int nvrtcGetProgramLog(nvrtcProgram, char *);
int nvrtcGetCUBINSize(nvrtcProgram, size_t *);
int nvrtcGetCUBIN(nvrtcProgram, char *);
int nvrtcDestroyProgram(nvrtcProgram *);
"""


@dataclass(frozen=True)
class Nvrtc:
    """The run-time compiler as a library."""

    ffi: Any
    library: Any

    @property
    def identity(self) -> str:
        """Changes when the compiler does."""
        numbers = self.ffi.new("int[2]")
        self.library.nvrtcVersion(numbers, numbers + 1)
        return f"nvrtc {numbers[0]}.{numbers[1]}"

    def cubin(self, source: str, arch: str) -> bytes:
        """The binary of a text."""
        program = self.ffi.new("nvrtcProgram *")
        null = self.ffi.NULL
        self.library.nvrtcCreateProgram(program, source.encode(), b"kernels.cu", 0, null, null)
        try:
            options = [self.ffi.new("char[]", option.encode()) for option in (*OPTIONS, f"-arch={arch}")]
            if self.library.nvrtcCompileProgram(program[0], len(options), options):
                raise failure(self.read(program[0], "ProgramLog").decode(errors="replace").rstrip("\0"), source)
            return self.read(program[0], "CUBIN")
        finally:
            self.library.nvrtcDestroyProgram(program)

    def read(self, program: Any, what: str) -> bytes:
        """A result of a program: its size, then its bytes."""
        size = self.ffi.new("size_t *")
        getattr(self.library, f"nvrtcGet{what}Size")(program, size)
        found = self.ffi.new("char[]", size[0])
        getattr(self.library, f"nvrtcGet{what}")(program, found)
        return bytes(self.ffi.buffer(found, size[0]))


@dataclass(frozen=True)
class Nvcc:
    """The toolkit's compiler as a program."""

    command: str

    @property
    def identity(self) -> str:
        """Changes when the compiler does."""
        finished = subprocess.run([self.command, "--version"], capture_output=True, text=True, check=False)
        return finished.stdout

    def cubin(self, source: str, arch: str, target: Path) -> None:
        """Write the binary of a text."""
        command = [self.command, "--cubin", "-w", *OPTIONS, f"-arch={arch}", "-o", str(target), "-x", "cu", "-"]
        finished = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
        if finished.returncode:
            raise failure(finished.stderr, source)


def failure(said: str, source: str) -> CompileError:
    """The error for a text that a compiler refuses, with the first line that it names."""
    refused = REFUSED.search(said)
    line = source.splitlines()[int(refused.group(1)) - 1].strip() if refused else ""
    return CompileError(message(f"the generated CUDA does not compile: {line}\n{said[:SHOWN]}"))


@cache
def nvrtc() -> Nvrtc | None:
    """NVRTC's library, if it is found."""
    if importlib.util.find_spec("cuda") is None or importlib.util.find_spec("cuda.pathfinder") is None:
        return None
    pathfinder: Any = import_module("cuda.pathfinder")
    try:
        found = pathfinder.load_nvidia_dynamic_lib("nvrtc")
    except pathfinder.DynamicLibNotFoundError:
        return None
    ffi = import_module("cffi").FFI()
    ffi.cdef(DECLARATIONS)
    return Nvrtc(ffi, ffi.dlopen(found.abs_path))


@cache
def nvcc() -> Nvcc | None:
    """nvcc, if it is found."""
    command = shutil.which("nvcc")
    return None if command is None else Nvcc(command)


def missing_compiler() -> str | None:
    """What to say where there is no compiler for the device."""
    if nvrtc() is None and nvcc() is None:
        return "neither NVRTC (pip install 'symlab[cuda]') nor nvcc is installed"
    return None


def compiler_name() -> str:
    """The compiler that is used."""
    found = nvrtc() or nvcc()
    return "no compiler" if found is None else found.identity.strip().splitlines()[-1]


def compile(source: str, arch: str) -> bytes:
    """The cubin of a CUDA text for an architecture such as "sm_90", compiled unless the cache has it."""
    library, program = nvrtc(), nvcc()
    compiler = library or program
    if compiler is None:
        raise CompileError(message(missing_compiler() or ""))

    def build(target: Path) -> None:
        if library is not None:
            target.write_bytes(library.cubin(source, arch))
        elif program is not None:
            program.cubin(source, arch, target)

    key = content_key("cubin", [source, arch, *OPTIONS, compiler.identity])
    return store(key, ".cubin", build).read_bytes()
