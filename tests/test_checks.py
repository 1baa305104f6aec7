"""The checks that other programs make: style, types, TypeScript. One part of `make test` each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (sys.executable, "-m")
CHECKS = {
    "style": (*PYTHON, "ruff", "check", "--quiet", "--output-format=concise", "."),
    "format": (*PYTHON, "ruff", "format", "--check", "--quiet", "."),
    "types": (*PYTHON, "mypy"),
    "TypeScript types": ("npm", "--prefix", "labextension", "run", "check", "--silent"),
    "TypeScript tests": ("npm", "--prefix", "labextension", "test", "--silent"),
}


def slow_with_node(name: str) -> Any:
    """`make quick` does without node."""
    return pytest.param(name, marks=pytest.mark.slow if name.startswith("TypeScript") else ())


@pytest.mark.parametrize("check", map(slow_with_node, CHECKS))
def test_check(check: str) -> None:
    run = subprocess.run(CHECKS[check], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{check} fails:\n{run.stdout}{run.stderr}"
