"""Programs that are run in processes of their own, in which sets and dictionaries of other orders would show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def printed_under_hash_seeds(program: str, seeds: tuple[str, ...] = ("0", "1", "77")) -> str:
    """What a program prints, the same under every seed for hashes; the project's tests can be imported in it."""
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in seeds
    }
    assert len(found) == 1
    return found.pop()
