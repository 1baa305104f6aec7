"""The benchmark of a GPU runs: here on the emulated device, whose figures say nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import gpu


@pytest.mark.slow
@pytest.mark.usefixtures("emulated")
def test_figures_of_small_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "ROUNDS", 1)
    monkeypatch.setattr(gpu, "CALLS", 1)
    target = tmp_path / "figures.json"
    assert gpu.main(["--small", "--json", str(target)]) == 0
    found = json.loads(target.read_text())
    assert found["arch"] == "sm_90"
    assert [row["name"] for row in found["rows"]] == [work.__name__ for work in gpu.WORK]
    assert all(row["seconds"] > 0 for row in found["rows"])
    assert found["rows"][0]["of_copy"] == 1


def test_without_a_gpu_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(gpu.driver, "missing", lambda: "there is no CUDA driver")
    assert gpu.main([]) == 0
    assert capsys.readouterr().out == "no figures of a GPU: there is no CUDA driver\n"
