"""The wheel: pure, small, and with everything that an installed symlab needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 2_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_is_pure_and_small(wheel: Path) -> None:
    assert wheel.name == "symlab-0.1.0-py3-none-any.whl"
    assert wheel.stat().st_size < LARGEST


def test_it_holds_the_package(names: set[str]) -> None:
    package = ROOT / "symlab"
    wanted = {
        path.relative_to(ROOT).as_posix()
        for suffix in ("py", "c", "h", "js", "css", "typed")
        for path in package.rglob(f"*.{suffix}")
        if "labextension" not in path.relative_to(package).parts[:1]
    }
    assert "symlab/py.typed" in wanted
    assert wanted <= names


def test_it_brings_the_lab_extension(names: set[str]) -> None:
    shared = "symlab-0.1.0.data/data/share/jupyter/labextensions/symlab/"
    built = {path.relative_to(ROOT / "symlab/labextension").as_posix() for path in extension_files()}
    assert {"package.json", "install.json"} <= built
    assert {name.removeprefix(shared) for name in names if name.startswith(shared)} == built
    assert not any(name.startswith("symlab/labextension/") for name in names)


def extension_files() -> list[Path]:
    return [path for path in (ROOT / "symlab/labextension").rglob("*") if path.is_file()]


def test_the_command_is_installed(names: set[str]) -> None:
    assert "symlab-0.1.0.dist-info/entry_points.txt" in names
    assert "symlab-0.1.0.dist-info/licenses/LICENSE" in names
