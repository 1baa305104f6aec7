"""The committed JavaScript is what labextension/ builds."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "labextension"
BUILT = (Path("viz/static"), Path("labextension"))
STALE = "the built JavaScript is older than its sources: run `make build-lab`"


def source_hash() -> str:
    """As `sourceHash` in labextension/build.mjs."""
    names = [path.relative_to(SOURCES).as_posix() for path in (SOURCES / "src").rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for name in sorted([*names, "build.mjs", "package.json"]):
        digest.update(f"{name}\0".encode() + (SOURCES / name).read_bytes() + b"\0")
    return digest.hexdigest()


def contents(package: Path) -> dict[str, bytes]:
    """Every built file below a package folder."""
    files = [path for folder in BUILT for path in (package / folder).rglob("*") if path.is_file()]
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in files}


def test_the_build_is_of_these_sources() -> None:
    built = json.loads((ROOT / "symlab/viz/static/build.json").read_text())
    assert built == {"sources": source_hash()}, STALE


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (SOURCES / "node_modules" / "esbuild").exists():
        pytest.skip("no node, or its packages are not installed")
    subprocess.run([node, "build.mjs", str(tmp_path)], cwd=SOURCES, check=True)
    again = contents(tmp_path)
    committed = contents(ROOT / "symlab")
    assert sorted(again) == sorted(committed)
    assert [name for name in again if again[name] != committed[name]] == []


def test_the_extension_is_what_jupyterlab_looks_for() -> None:
    folder = ROOT / "symlab/labextension"
    package = json.loads((folder / "package.json").read_text())
    build = package["jupyterlab"]["_build"]
    assert package["name"] == "symlab"
    assert build["extension"] == "./extension"
    assert (folder / build["load"]).is_file()
    assert build["load"].startswith("static/remoteEntry.")
    assert json.loads((folder / "install.json").read_text())["packageName"] == "symlab"


@pytest.mark.parametrize("name", ["standalone.js", "widget.js"])
def test_a_script_can_stand_in_a_page(name: str) -> None:
    text = (ROOT / "symlab/viz/static" / name).read_text(encoding="ascii")
    assert "</script" not in text.lower()
    assert "innerHTML" not in text
    assert "http://www.w3.org/2000/svg" in text
    assert text.count("http") == text.count("http://www.w3.org/2000/svg")
    assert len(text) < 120_000
