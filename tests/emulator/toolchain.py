"""Builds what the emulated device runs: the driver's library, and modules from CUDA text by g++."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from symlab.core.backends.cache import content_key, store

HERE = Path(__file__).parent
DRIVER = (HERE / "driver.c", HERE / "accesses.c")
KERNEL = re.compile(r"__global__\s+void\s+(\w+)\s*\(")
MODULE_FLAGS = (
    "-std=c++17",
    "-O0",
    "-march=native",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-threadsafe-statics",
    "-fsanitize=thread",
    "--param=tsan-instrument-func-entry-exit=0",
    "-w",
)
LIBRARY_FLAGS = ("-std=gnu11", "-O2", "-w", "-fPIC", "-shared")
DRIVER_FLAGS = (*LIBRARY_FLAGS, "-Wl,-soname,libcuda.so.1")
NAME = re.compile(r"\b(cu[A-Z]\w*) *\(")


class DoesNotCompile(Exception):
    """A text that g++ refuses."""


def run(command: list[str], text: str | None = None) -> str:
    """What a command prints; its complaints are the exception."""
    finished = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise DoesNotCompile(finished.stderr[:4000])
    return finished.stdout


@cache
def headers() -> Path | None:
    """The folder of the driver's headers, of NVIDIA's packages or of the toolkit around nvcc; None if there is none."""
    try:
        files = distribution("nvidia-cuda-runtime").files or []
        found = [Path(str(file.locate())).parent for file in files if file.name == "cuda.h"]
    except PackageNotFoundError:
        found = []
    nvcc = shutil.which("nvcc")
    candidates = [
        *found,
        *([Path(nvcc).resolve().parents[1] / "include"] if nvcc else []),
        Path("/usr/local/cuda/include"),
    ]
    wanted = ("cuda.h", "cudaProfiler.h")
    return next((folder for folder in candidates if all((folder / name).is_file() for name in wanted)), None)


@cache
def missing() -> str | None:
    """What the emulated device needs and does not find."""
    if shutil.which("g++") is None:
        return "there is no g++"
    if importlib.util.find_spec("pycuda") is None:
        return "PyCUDA is not installed: tools/build_pycuda.sh builds it where there is no driver"
    return "there is no cuda.h" if headers() is None else None


def declared(folder: Path) -> set[str]:
    """Every function that the driver's headers declare, under each name that a program may ask for."""
    found: set[str] = set()
    for mode in ([], ["-DCUDA_API_PER_THREAD_DEFAULT_STREAM"], ["-D__CUDA_API_VERSION_INTERNAL"]):
        text = run(["gcc", "-E", "-P", *mode, f"-I{folder}", "-"], "#include <cuda.h>\n#include <cudaProfiler.h>\n")
        found.update(NAME.findall(text))
    return found


def build_driver(target: Path) -> None:
    """The library: driver.c, and "not supported" from every other function of the headers."""
    folder = headers()
    assert folder is not None
    names = sorted(declared(folder))
    others = "\n".join(f"__attribute__((weak)) int {name}(void) {{ return 801; }}" for name in names)
    with tempfile.TemporaryDirectory() as work:
        rest = Path(work, "rest.c")
        rest.write_text(others)
        run(["gcc", *DRIVER_FLAGS, f"-I{folder}", "-o", str(target), *map(str, DRIVER), str(rest), "-ldl"])


@cache
def load_driver() -> None:
    """Load the library, so that PyCUDA, which is loaded after it, finds it under the name of the driver's."""
    folder = headers()
    parts = [*(file.read_bytes() for file in DRIVER), (HERE / "accesses.h").read_bytes(), str(folder), *DRIVER_FLAGS]
    path = store(content_key("emulateddriver", parts), ".so", build_driver)
    ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)


@cache
def cublaslt() -> Path:
    """A library with cublasLt's functions, over memory of the emulated driver, which is loaded."""
    source, header = HERE / "cublaslt.c", HERE / "accesses.h"

    def build(target: Path) -> None:
        run(["gcc", *LIBRARY_FLAGS, "-o", str(target), str(source)])

    return store(
        content_key("emulatedcublaslt", [source.read_bytes(), header.read_bytes(), *LIBRARY_FLAGS]), ".so", build
    )


def compile(source: str, arch: str) -> bytes:
    """A module for the emulated device from CUDA text: a shared object, in place of a cubin."""
    names = dict.fromkeys(KERNEL.findall(source))
    text = "\n".join(['#line 1 "kernels.cu"', source, *(f"EMULATOR_EXPORT({name})" for name in names)])
    header = HERE / "device.hpp"
    command = [
        "g++",
        "-shared",
        "-fPIC",
        "-fvisibility=hidden",
        "-fno-gnu-unique",
        *MODULE_FLAGS,
        "-include",
        str(header),
    ]

    def build(target: Path) -> None:
        run([*command, "-x", "c++", "-", "-nodefaultlibs", "-lm", "-lc", "-o", str(target)], text)

    key = content_key("emulatedmodule", [text, header.read_bytes(), *command])
    return store(key, ".so", build).read_bytes()


def set_order(seed: int) -> None:
    """The order in which the threads of a block run: 0 ascending, 1 descending, else mixed."""
    os.environ["EMULATED_ORDER"] = str(seed)


def set_devices(count: int) -> None:
    """How many devices the driver finds: once loaded, the library stays."""
    os.environ["EMULATED_DEVICES"] = str(count)
