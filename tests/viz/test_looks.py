"""How the view looks: marks, colours, contrast, motion, narrow and fine screens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.viz.pages import Open, pixel, place, point_at, press, settle, state

pytestmark = pytest.mark.browser


def test_the_graph_takes_its_colours_from_the_scheme(show: Open, trace: dict[str, Any]) -> None:
    light = pixel(show(trace, color_scheme="light"), 9, 0.8, 0.5)
    dark = pixel(show(trace, color_scheme="dark"), 9, 0.8, 0.5)
    assert min(light) > 230
    assert max(dark) < 70


def test_the_theme_follows_the_host(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, color_scheme="light")
    page.evaluate("document.body.style.setProperty('--jp-layout-color0', '#101010'); document.body.className = 'dark'")
    page.wait_for_selector(".sl-view[data-scheme='dark']")


def test_what_a_step_did_is_marked(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, color_scheme="light")
    press(page, *"jjjjj")
    red, green, blue = pixel(page, 21, 0.8, 0.5)
    assert green > red + 10
    assert green > blue + 10
    border = [pixel(page, 9, -1, part / 20) for part in range(-14, 15)]
    reds = [colour for colour in border if colour[0] > colour[1] + 80]
    assert 5 < len(reds) < len(border), "a dashed border has gaps"
    press(page, "d")
    assert pixel(page, 21, 0.8, 0.5) != [red, green, blue]
    assert pixel(page, 9, -1, 0) == [255, 255, 255], "without marks, what is gone is not drawn"


def test_the_rest_is_dimmed(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, color_scheme="light")
    press(page, *"jjjjj")
    faint = [pixel(page, 0, -1, part / 10)[0] for part in range(-5, 6)]
    press(page, "o")
    full = [pixel(page, 0, -1, part / 10)[0] for part in range(-5, 6)]
    assert min(full) < min(faint) - 30


def test_nothing_jumps(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, viewport={"width": 1180, "height": 900})
    press(page, "j", "j", "j", "j")
    before = {node: place(page, node) for node in (0, 1, 2, 5, 9, 10, 13, 18, 20)}
    press(page, "j")
    after = {node: place(page, node) for node in before}
    assert abs(after[9]["x"] - before[9]["x"]) < 1, "the rewritten spot stays where it is"
    assert abs(after[9]["y"] - before[9]["y"]) < 1
    shifts = sorted(abs(after[node]["x"] - at["x"]) + abs(after[node]["y"] - at["y"]) for node, at in before.items())
    assert shifts[len(shifts) // 2] < 50
    assert place(page, 21)["y"] == pytest.approx(place(page, 9)["y"])


def test_the_overlay(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, color_scheme="light")
    press(page, "End")
    plain = pixel(page, 23, 0.5, 0.7)
    page.get_by_label("Overlay").select_option("microseconds")
    settle(page)
    slow, quick = pixel(page, 23, 0.5, 0.7), pixel(page, 20, -0.8, 0.5)
    assert slow != plain
    assert sum(slow) < sum(quick) - 150
    page.mouse.move(*point_at(page, 23))
    assert "41.5 µs" in page.locator(".sl-card").inner_text()


def test_reduced_motion(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, reduced_motion="reduce")
    page.locator(".sl-canvas").focus()
    moved = page.evaluate(
        """() => { const canvas = document.querySelector('canvas');
          canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true, composed: true }));
          return document.querySelector('.sl-view').dataset.moving; }"""
    )
    assert (state(page, "step"), moved) == ("1", "false")


def test_motion(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    page.evaluate("view.seek(5)")
    assert state(page, "moving") == "true"
    settle(page)


CONTRAST = """() => {
  const root = document.querySelector('.sl-view');
  const read = name => getComputedStyle(root).getPropertyValue(`--sl-${name}`);
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  const light = name => {
    context.fillStyle = read(name);
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map(c => c / 255)
      .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const names = ['text', 'muted', 'accent', 'added', 'removed', 'rewired', 'hit',
    ...[0, 1, 2, 3, 4, 5].map(index => `binding-${index}`)];
  return names.flatMap(name => ['background', 'surface', 'node'].map(ground => {
    const [a, b] = [light(name), light(ground)].sort();
    return [`${name} on ${ground}`, (b + 0.05) / (a + 0.05)];
  }));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(show: Open, trace: dict[str, Any], scheme: str) -> None:
    page = show(trace, color_scheme=scheme)
    weak = {name: round(ratio, 2) for name, ratio in page.evaluate(CONTRAST) if ratio < 4.5}
    assert weak == {}


def test_high_contrast(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, forced_colors="active")
    assert state(page, "contrast") == "more"


def test_sharp_on_fine_screens(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, device_scale_factor=2)
    assert page.locator(".sl-canvas").evaluate("c => c.width / c.clientWidth") == pytest.approx(2, abs=0.01)


def test_a_narrow_view_keeps_its_graph(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, viewport={"width": 420, "height": 420})
    assert page.locator(".sl-panel").is_hidden()
    press(page, "j")
    assert page.locator(".sl-caption").inner_text() == "times_one x * 1 → x"
    press(page, "i")
    assert page.locator(".sl-panel").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
