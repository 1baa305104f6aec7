"""What this machine offers symlab: each finding says what was found, or how to get it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """One thing that symlab can use: whether it is there, what it is, and what it is good for or how to get it."""

    name: str
    found: bool
    detail: str
    remedy: str = ""

    def __str__(self) -> str:
        mark, told = ("ok", self.detail) if self.found else ("--", f"{self.detail}; {self.remedy}")
        return f"{mark}  {self.name:<15} {told}"


def diagnose() -> tuple[Finding, ...]:
    """Everything that `symlab doctor` reports, in its order."""
    return (
        compiler(),
        headers(),
        code_cache(),
        blas(),
        cuda(),
        dot(),
        precision(),
        widgets(),
        jupyterlab(),
        extension(),
    )


def environment() -> dict[str, str]:
    """The versions that a report of a fault should name."""
    from symlab import __version__

    return {
        "symlab": __version__,
        "python": platform.python_version(),
        "numpy": version("numpy") or "missing",
        "scipy": version("scipy") or "missing",
        "platform": platform.platform(),
    }


def as_text() -> str:
    """The report as people read it."""
    versions = ", ".join(f"{name} {value}" for name, value in environment().items() if name != "platform")
    return "\n".join([f"{versions}; {platform.platform()}", *map(str, diagnose())])


def show_versions() -> None:
    """Print the report, for people who write of a fault."""
    sys.stdout.write(as_text() + "\n")


def as_json() -> str:
    """The report as a JSON object: `environment`, and `findings` by name."""
    findings = {finding.name: asdict(finding) for finding in diagnose()}
    return json.dumps({"environment": environment(), "findings": findings}, indent=2)


def version(distribution: str) -> str | None:
    """The version of an installed distribution, without importing it."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def compiler() -> Finding:
    """The C compiler, which the C back end runs."""
    from symlab.core.backends.c import compiler as c
    from symlab.core.ir.errors import CompileError

    try:
        found = c.find_compiler()
    except CompileError as error:
        return Finding("C compiler", False, str(error).splitlines()[0], "set SYMLAB_CC to one that exists")
    if found:
        return Finding("C compiler", True, found.describe())
    remedy = "install gcc or clang, or pip install 'symlab[compiler]'"
    return Finding("C compiler", False, "none, so functions run on NumPy", remedy)


def headers() -> Finding:
    """Python's C headers, from which the quick call object is built."""
    folder = Path(sysconfig.get_path("include"))
    if (folder / "Python.h").is_file():
        return Finding("Python headers", True, str(folder))
    remedy = "install them (Debian: python3-dev)"
    return Finding("Python headers", False, f"no Python.h in {folder}, so calls go through cffi and cost more", remedy)


def code_cache() -> Finding:
    """The folder of compiled code, which must be the user's own."""
    from symlab.core.backends import cache
    from symlab.core.ir.errors import CacheError

    try:
        return Finding("code cache", True, str(cache.cache_folder()))
    except CacheError as error:
        return Finding("code cache", False, str(error).splitlines()[0], "set SYMLAB_CACHE_DIR to a folder of your own")


def blas() -> Finding:
    """The library for products of matrices."""
    release = version("scipy-openblas32")
    if release:
        return Finding("BLAS", True, f"scipy-openblas32 {release}")
    return Finding("BLAS", False, "no OpenBLAS of symlab's own, so SciPy's is used", "pip install 'symlab[fast]'")


def cuda() -> Finding:
    """A GPU, its driver, and what compiles for it."""
    from symlab.core.backends.cuda import build, driver

    if not driver.has_library():
        remedy = "a GPU needs NVIDIA's driver, then pip install 'symlab[cuda]'"
        return Finding("CUDA", False, "no driver, so functions run on the processor", remedy)
    reason = driver.missing()
    if reason is not None:
        remedy = "tools/build_pycuda.sh of the sources builds pycuda where pip cannot"
        return Finding("CUDA", False, reason, remedy)
    device = driver.open_device()
    return Finding("CUDA", True, f"{device.name}, {device.arch}, pycuda {version('pycuda')}, {build.compiler_name()}")


def dot() -> Finding:
    """Graphviz's program, which draws the dot pictures."""
    program = shutil.which("dot")
    if not program:
        return Finding("dot", False, "missing, so dot pictures are symlab's own SVG", "install graphviz")
    told = subprocess.run([program, "-V"], capture_output=True, text=True, check=False)
    return Finding("dot", True, f"{program}: {(told.stderr or told.stdout).strip()}")


def precision() -> Finding:
    """The libraries in which DebugMode and the stability report compute exact values."""
    found = {name: version(name) for name in ("mpmath", "python-flint")}
    told = ", ".join(f"{name} {release}" for name, release in found.items() if release)
    if found["mpmath"]:
        return Finding("exact values", True, told)
    return Finding("exact values", False, told or "no mpmath", "pip install 'symlab[stability]'")


def widgets() -> Finding:
    """The packages of the notebook's widget."""
    missing = [name for name in ("ipywidgets", "anywidget") if importlib.util.find_spec(name) is None]
    if missing:
        return Finding("widgets", False, f"no {' and no '.join(missing)}", f"pip install {' '.join(missing)}")
    return Finding("widgets", True, f"ipywidgets {version('ipywidgets')}, anywidget {version('anywidget')}")


def jupyterlab() -> Finding:
    """JupyterLab, in which the workbench lives."""
    release = version("jupyterlab")
    if release:
        return Finding("JupyterLab", True, release)
    return Finding("JupyterLab", False, "missing", "pip install 'symlab[lab]'")


def extension() -> Finding:
    """The lab extension, where JupyterLab looks for it."""
    if importlib.util.find_spec("jupyter_core") is None:
        return Finding("lab extension", False, "no Jupyter here", "pip install 'symlab[lab]'")
    from jupyter_core.paths import jupyter_path

    for folder in map(Path, jupyter_path("labextensions", "symlab")):
        if (folder / "package.json").is_file():
            return Finding("lab extension", True, str(folder))
    return Finding(
        "lab extension", False, "not where JupyterLab looks", "pip install symlab, or `make lab` in its source"
    )
