"""A page with a view on it: what the tests read off it, and how they press its keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STANDALONE = ROOT / "symlab/viz/static/standalone.js"
Open = Callable[..., Any]


def state(page: Any, name: str) -> str:
    return page.locator(".sl-view").get_attribute(f"data-{name}")


def press(page: Any, *keys: str) -> None:
    """Presses keys in the graph and waits until nothing moves."""
    if not page.evaluate("document.activeElement.matches('.sl-view *')"):
        page.locator(".sl-canvas").focus()
    for key in keys:
        page.keyboard.press(key)
    settle(page)


def settle(page: Any) -> None:
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_selector(".sl-view[data-moving='false']")


def place(page: Any, node: int) -> dict[str, float]:
    return page.evaluate("id => view.locate(id)", node)


def point_at(page: Any, node: int) -> tuple[float, float]:
    """The middle of a node on the page."""
    box, at = page.locator(".sl-canvas").bounding_box(), place(page, node)
    return box["x"] + at["x"], box["y"] + at["y"]


def pixel(page: Any, node: int, dx: float = 0, dy: float = 0) -> list[int]:
    """The colour on the canvas at a node; dx and dy in half widths and half heights from its middle."""
    return page.evaluate(
        """([id, dx, dy]) => {
          const { x, y, width, height } = view.locate(id);
          const canvas = document.querySelector('.sl-canvas');
          const ratio = canvas.width / canvas.clientWidth;
          const at = [x + dx * width / 2, y + dy * height / 2].map(value => Math.round(value * ratio));
          return [...canvas.getContext('2d').getImageData(...at, 1, 1).data].slice(0, 3);
        }""",
        [node, dx, dy],
    )
