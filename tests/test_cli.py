"""The command line: what each command prints, and what it leaves on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from symlab import cli, doctor
from symlab.core.backends import cache


@pytest.fixture
def entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two entries in a code cache of their own, the second used last, beside a file that is none."""
    store = cache.Cache(tmp_path / "cache", 2_000)
    monkeypatch.setattr(cache, "current", lambda: store)
    keys = [cache.content_key("unit", [text]) for text in ("first", "second")]
    paths = [store.store(key, ".so", lambda path: path.write_bytes(b"x" * 300) and None) for key in keys]
    os.utime(paths[0], (0, 0))
    (store.folder / "notes.txt").write_text("not symlab's")
    return paths


def test_cache_list_names_the_last_used_first(entries: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cache", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines] == [entries[1].name, entries[0].name]
    assert {line.split()[0] for line in lines} == {"300"}


def test_cache_size_counts_entries_and_bytes(entries: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cache", "size"]) == 0
    assert capsys.readouterr().out == f"2 entries, 600 of 2,000 bytes in {entries[0].parent}\n"


def test_cache_clear_removes_entries_alone(entries: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cache", "clear"]) == 0
    assert capsys.readouterr().out.startswith("removed 2 entries, 600 bytes")
    assert not any(path.exists() for path in entries)
    assert (entries[0].parent / "notes.txt").exists()


def test_a_cache_that_was_never_used_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = cache.Cache(tmp_path / "never", 2_000)
    monkeypatch.setattr(cache, "current", lambda: store)
    assert [cli.main(["cache", action]) for action in ("list", "size", "clear")] == [0, 0, 0]
    assert capsys.readouterr().out.splitlines()[0].startswith("0 entries, 0 of 2,000 bytes")
    assert not store.folder.exists()


def test_doctor_says_what_is_found_or_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 0
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith("symlab 0.1.0, python 3.")
    assert [line[4:].split("  ")[0] for line in lines] == [finding.name for finding in doctor.diagnose()]
    assert all(line.startswith(("ok", "--")) for line in lines)


def test_doctor_as_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report["findings"]) == [finding.name for finding in doctor.diagnose()]
    assert report["environment"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert all(finding["found"] or finding["remedy"] for finding in report["findings"].values())


def test_doctor_without_a_compiler_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symlab.core.backends.c.compiler.find_compiler", lambda: None)
    finding = doctor.compiler()
    assert not finding.found
    assert "symlab[compiler]" in finding.remedy
    assert finding.remedy in str(finding)


def test_doctor_names_a_compiler_that_does_not_exist() -> None:
    import symlab

    with symlab.configure(cc="no-such-compiler"):
        finding = doctor.compiler()
    assert not finding.found
    assert "no-such-compiler" in finding.detail


def test_doctor_refuses_a_cache_that_others_can_write(tmp_path: Path) -> None:
    import symlab

    tmp_path.chmod(0o777)
    with symlab.configure(cache_dir=str(tmp_path)):
        finding = doctor.code_cache()
    assert not finding.found
    assert "SYMLAB_CACHE_DIR" in finding.remedy


@pytest.mark.parametrize(
    ("part", "program", "remedy"),
    [(doctor.dot, "shutil.which", "graphviz"), (doctor.cuda, "symlab.core.backends.cuda.driver.has_library", "NVIDIA")],
)
def test_doctor_on_a_bare_machine(part, program: str, remedy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, lambda *_: None)
    assert not part().found
    assert remedy in part().remedy


def test_lab_passes_arguments_on(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, command: started.append(command) or 0)
    cli.main(["lab", "notebooks/01_tour.ipynb", "--no-browser", "--port=8899"])
    (command,) = started
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[-3:] == ["notebooks/01_tour.ipynb", "--no-browser", "--port=8899"]
    assert "--LabApp.default_url=/lab/tree/01_tour.ipynb" in command
    assert ("--allow-root" in command) == (os.geteuid() == 0)


def test_lab_without_jupyterlab_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    assert cli.main(["lab"]) == 1
    assert "symlab[lab]" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["cache"], ["cache", "burn"], ["doctor", "--jsn"], ["theano"]])
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert "usage: symlab" in capsys.readouterr().err


def test_it_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "symlab", "--version"]
    run = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    assert run.stdout == "symlab 0.1.0\n"
