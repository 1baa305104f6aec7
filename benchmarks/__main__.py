"""`python -m benchmarks`: every benchmark, one after another, each a ratio against its peer in the same run."""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

for script in sorted(HERE.glob("*.py")):
    if not script.name.startswith("_"):
        print(f"== {script.stem}", flush=True)
        sys.argv = [str(script)]
        runpy.run_path(str(script), run_name="__main__")
