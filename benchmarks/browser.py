"""The workbench's view of large graphs in a real browser: `python benchmarks/browser.py [--rounds N]`.

Milliseconds until the first picture, for a step and for painting a frame, each the best of the rounds; without
Playwright or Chromium it says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = ((1000, 400), (5000, 2000))
SCRIPTS = ("symlab/viz/static/standalone.js", "labextension/test/synthetic.js")


def chromium() -> str | None:
    """Where the browser is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def measured(rounds: int) -> dict[int, tuple[float, ...]]:
    """For each number of nodes the first picture, a step and a frame."""
    from playwright.sync_api import sync_playwright

    speed = (ROOT / "labextension/test/speed.js").read_text(encoding="utf-8")
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for nodes, steps in SIZES:
            runs = []
            for _ in range(rounds):
                page = browser.new_page(viewport={"width": 1180, "height": 640}, reduced_motion="reduce")
                page.set_content("<div id=view style='height: 600px'></div>")
                for script in SCRIPTS:
                    page.add_script_tag(path=ROOT / script)
                runs.append(page.evaluate(speed, [nodes, steps]))
                page.close()
            found[nodes] = tuple(map(min, zip(*runs, strict=True)))
        browser.close()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    if importlib.util.find_spec("playwright") is None or chromium() is None:
        print("not measured: Playwright or Chromium is missing")
        return
    for nodes, (first, step, paint) in measured(rounds).items():
        print(f"{nodes} nodes: first picture {first:.0f} ms, a step {step:.1f} ms, painting {paint:.1f} ms")


if __name__ == "__main__":
    main()
