"""The view on a page of its own, driven as a user drives it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symlab.viz.html import page as page_of

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
STANDALONE = ROOT / "symlab/viz/static/standalone.js"

Open = Callable[..., Any]


@pytest.fixture
def show(new_page: Open, tmp_path: Path) -> Open:
    """Shows a trace on a page of its own and waits for the first picture."""

    def opened(trace: dict[str, Any], **options: Any) -> Any:
        path = tmp_path / "page.html"
        path.write_text(page_of(trace), encoding="utf-8")
        page = new_page(**options)
        page.goto(path.as_uri())
        page.wait_for_selector(".sl-view[data-paint-ms]")
        return page

    return opened


def state(page: Any, name: str) -> str:
    return page.locator(".sl-view").get_attribute(f"data-{name}")


def press(page: Any, *keys: str) -> None:
    """Presses keys in the graph and waits until nothing moves."""
    if not page.evaluate("document.activeElement.matches('.sl-view *')"):
        page.locator("canvas").focus()
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
    box, at = page.locator("canvas").bounding_box(), place(page, node)
    return box["x"] + at["x"], box["y"] + at["y"]


def pixel(page: Any, node: int, dx: float = 0, dy: float = 0) -> list[int]:
    """The colour on the canvas at a node; dx and dy in half widths and half heights from its middle."""
    return page.evaluate(
        """([id, dx, dy]) => {
          const { x, y, width, height } = view.locate(id);
          const canvas = document.querySelector('canvas');
          const ratio = canvas.width / canvas.clientWidth;
          const at = [x + dx * width / 2, y + dy * height / 2].map(value => Math.round(value * ratio));
          return [...canvas.getContext('2d').getImageData(...at, 1, 1).data].slice(0, 3);
        }""",
        [node, dx, dy],
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_stepping_by_keys(show: Open, trace: dict[str, Any], scheme: str) -> None:
    page = show(trace, color_scheme=scheme)
    assert state(page, "scheme") == scheme
    press(page, "j", "j", "k")
    assert state(page, "step") == "1"
    assert page.locator(".sl-position").text_content() == "1 / 8"
    assert "times_one, x * 1 becomes x. 0 nodes added, 2 removed" in page.locator(".sl-live").text_content()
    steps = []
    for key in ("J", "J", "J", "J", "K", "K", "K", "End", "Home"):
        press(page, key)
        steps.append(state(page, "step"))
    assert steps == ["4", "6", "8", "8", "6", "4", "0", "8", "0"]


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


def test_buttons_passes_and_slider(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    page.get_by_role("button", name="Next rewrite").click()
    assert state(page, "step") == "1"
    page.get_by_role("button", name="To the end of the pass").click()
    assert state(page, "step") == "4"
    chips = page.locator(".sl-pass")
    assert [text.split()[0] for text in chips.all_text_contents()] == ["as", "canonicalize4", "stabilize2", "fuse2"]
    assert "4 · 1.24 ms" in chips.nth(1).text_content()
    assert chips.nth(1).get_attribute("aria-current") == "step"
    page.get_by_role("button", name="2 without effect hidden").click()
    assert chips.count() == 6
    chips.filter(has_text="stabilize").click()
    assert state(page, "step") == "6"
    chips.filter(has_text="stabilize").click()
    assert state(page, "step") == "4"
    slider = page.get_by_role("slider", name="Rewrite")
    slider.fill("7")
    assert state(page, "step") == "7"
    assert slider.get_attribute("aria-valuetext") == "7 of 8: fuse, fuse"
    assert page.locator(".sl-stretch").count() == 3


def test_playing(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, " ")
    page.wait_for_selector(".sl-view[data-step='2']")
    press(page, " ")
    paused = state(page, "step")
    page.wait_for_timeout(1500)
    assert state(page, "step") == paused


def test_the_panel_tells_the_rewrite(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, *"jjjjj")
    panel = page.locator(".sl-rewrite")
    text = panel.inner_text()
    assert "rewrite 5 of 8 · stabilize · 18 µs" in text
    assert "1 + x drops the low digits of a small x." in text
    assert "log(1 + x) → log1p(x)" in text
    assert "1 node added, 3 removed, 1 edge rewired" in text
    assert "✓ DebugMode: the result is the same" in text
    colours = panel.locator(".sl-formula b, .sl-bindings b").evaluate_all("all => all.map(b => getComputedStyle(b).color)")
    assert len(colours) == 3
    assert len(set(colours)) == 1
    panel.get_by_role("button", name="#5 exp").click()
    assert state(page, "selected") == "5"
    assert "used by" in page.locator(".sl-selection").inner_text()


def test_the_code_of_a_kernel(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, "End")
    page.mouse.click(*point_at(page, 23))
    assert state(page, "selected") == "23"
    assert "total += fmax(z, 0.0) + log1p(exp(-fabs(z)));" in page.locator(".sl-code").text_content()
    ancestry = page.locator(".sl-ancestry li").all_text_contents()
    assert ancestry[-1] == "5 log_of_one_plus from #9 log, #8 add"
    page.get_by_role("button", name="5 log_of_one_plus").click()
    assert state(page, "step") == "5"


def test_search(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, "/")
    page.keyboard.type("op:mul")
    assert page.locator(".sl-hits").text_content() == "3 hits"
    page.keyboard.press("Enter")
    assert state(page, "selected") == "2"
    page.locator("canvas").focus()
    press(page, "n")
    assert state(page, "selected") == "4"
    press(page, "N", "N")
    assert state(page, "selected") == "15"
    page.keyboard.press("Escape")
    assert state(page, "hits") == "0"
    assert page.get_by_role("searchbox").input_value() == ""
    page.get_by_role("searchbox").fill("jjj")
    assert state(page, "step") == "0", "letters in the search box are no commands"


def test_the_card(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    card = page.locator(".sl-card")
    assert card.is_hidden()
    page.mouse.move(*point_at(page, 9))
    text = card.inner_text()
    assert "#9 log" in text
    assert "float64, f64[?, 3]" in text
    assert "cell 3, line 5" in text
    assert "loss = T.sum(T.log(0.5 + 0.5 + T.exp(z)))" in text
    page.mouse.move(5, 5)
    assert card.is_hidden()
    press(page, "j", "j", "j", "j", "j")
    page.mouse.move(*point_at(page, 21))
    assert "made by log_of_one_plus (5)" in card.inner_text()


def test_a_pinned_card_stays(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    page.mouse.click(*point_at(page, 10))
    press(page, "Enter")
    page.mouse.move(5, 5)
    card = page.locator(".sl-card.sl-pinned")
    assert "axes=(0, 1)" in card.inner_text()
    press(page, "j")
    assert "axes=(0, 1)" in card.inner_text()
    press(page, "Escape")
    assert card.count() == 0
    assert state(page, "selected") == "10"
    press(page, "Escape")
    assert state(page, "selected") == ""


def test_walking_by_arrows(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, "ArrowUp")
    assert state(page, "selected") == "10"
    walked = []
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowRight", "ArrowLeft"):
        press(page, key)
        walked.append(state(page, "selected"))
    assert walked[:3] == ["9", "8", "9"]
    assert walked[3] == "8"
    assert walked[6] == walked[4]
    assert "Node" in page.locator(".sl-live").text_content()


def test_the_camera(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    first = place(page, 10)
    press(page, "+", "+")
    assert place(page, 10)["width"] == pytest.approx(first["width"] * 1.25**2)
    press(page, "0")
    assert place(page, 10)["width"] == pytest.approx(56)
    press(page, "f")
    assert place(page, 10)["width"] == pytest.approx(first["width"])
    x, y = point_at(page, 10)
    page.mouse.move(x - 200, y)
    page.mouse.down()
    page.mouse.move(x - 130, y + 30, steps=4)
    page.mouse.up()
    settle(page)
    moved = place(page, 10)
    assert moved["x"] - first["x"] == pytest.approx(70, abs=1)
    assert moved["y"] - first["y"] == pytest.approx(30, abs=1)
    assert state(page, "selected") == "", "a drag is no click"


def test_the_overlay(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, color_scheme="light")
    press(page, "End")
    plain = pixel(page, 23, 0.5, 0.7)
    page.get_by_label("Overlay").select_option("microseconds")
    slow, quick = pixel(page, 23, 0.5, 0.7), pixel(page, 20, -0.8, 0.5)
    assert slow != plain
    assert sum(slow) < sum(quick) - 150
    page.mouse.move(*point_at(page, 23))
    assert "41.5 µs" in page.locator(".sl-card").inner_text()


def test_the_outline_is_a_tree(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    page.get_by_text("Outline", exact=True).click()
    tree = page.get_by_role("tree")
    first = tree.get_by_role("treeitem").first
    assert first.text_content() == "▾output 0: sum f64 #10"
    assert first.get_attribute("aria-level") == "1"
    first.focus()
    page.keyboard.press("ArrowDown")
    assert state(page, "selected") == "9"
    page.keyboard.press("ArrowLeft")
    assert page.locator("[role=treeitem]:focus").get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert state(page, "selected") == "8"
    page.keyboard.press("Home")
    assert state(page, "selected") == "10"
    assert state(page, "step") == "0", "Home belongs to the tree here"
    page.keyboard.press("j")
    assert state(page, "step") == "1"
    assert page.locator("[role=treeitem]:focus").get_attribute("data-node") == "10"


def test_help(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace)
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert dialog.is_visible()
    assert "Next rewrite" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert dialog.is_hidden()
    assert page.evaluate("document.activeElement.tagName") == "CANVAS"


def test_reduced_motion(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, reduced_motion="reduce")
    page.locator("canvas").focus()
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
    assert page.locator("canvas").evaluate("c => c.width / c.clientWidth") == pytest.approx(2, abs=0.01)


def test_a_narrow_view_keeps_its_graph(show: Open, trace: dict[str, Any]) -> None:
    page = show(trace, viewport={"width": 420, "height": 420})
    assert page.locator(".sl-panel").is_hidden()
    press(page, "j")
    assert page.locator(".sl-caption").inner_text() == "times_one x * 1 → x"
    press(page, "i")
    assert page.locator(".sl-panel").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


HOSTILE = ("<script>window.hacked = 1</script>", "</script><img src=x onerror='window.hacked = 1'>", "${hacked}`'\"&amp;")


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_names_are_text(show: Open, trace: dict[str, Any], evil: str) -> None:
    kept = {"input", "shared", "constant"}
    trace["strings"] = [text if text in kept else f"{evil}{text}" for text in trace["strings"]]
    trace["name"] = trace["mode"] = trace["device"] = evil
    trace["tables"] = {evil: trace["tables"]["microseconds"]}
    page = show(trace)
    page.get_by_text("Outline", exact=True).click()
    page.get_by_role("searchbox").fill("script")
    for step in range(8):
        press(page, "j")
        node = trace["steps"][step]["by"]
        page.evaluate("id => { view.select(id); view.session.pin(true); view.session.hover(id); }", node)
    page.get_by_label("Overlay").select_option(evil)
    assert evil in page.locator(".sl-panel").text_content()
    assert evil in page.locator(".sl-card").text_content()
    assert page.evaluate("window.hacked") is None
    assert page.locator(".sl-view script, .sl-view img, .sl-view iframe").count() == 0


def test_what_is_no_trace_is_told(new_page: Open) -> None:
    page = new_page()
    page.set_content("<div id=view></div>")
    page.add_script_tag(path=STANDALONE)
    shown = page.evaluate("symlab.view(document.getElementById('view'), { version: 9, strings: ['<b>'] })")
    assert shown is None
    assert page.get_by_role("alert").text_content() == (
        "this trace cannot be shown: version: this viewer reads version 1, not 9"
    )


def test_a_graph_without_steps(show: Open, trace: dict[str, Any]) -> None:
    trace["steps"], trace["passes"] = [], []
    page = show(trace)
    assert page.locator(".sl-timeline, .sl-passes").count() == 0
    press(page, "j", "J", " ", "End", "F")
    assert state(page, "step") == "0"


def test_the_wheel_scrolls_the_page_until_the_view_has_the_focus(new_page: Open, trace: dict[str, Any]) -> None:
    page = new_page()
    page.set_content("<div id=view></div><div style='height: 3000px'></div>")
    page.add_script_tag(path=STANDALONE)
    page.evaluate("trace => { window.view = symlab.view(document.getElementById('view'), trace, { height: 420 }) }", trace)
    page.wait_for_selector(".sl-view[data-paint-ms]")
    width = place(page, 10)["width"]
    page.mouse.move(200, 250)
    page.mouse.wheel(0, 100)
    page.wait_for_function("window.scrollY > 0")
    assert place(page, 10)["width"] == width
    page.evaluate("window.scrollTo(0, 0)")
    page.mouse.click(60, 120)
    page.mouse.wheel(0, -100)
    page.wait_for_function("width => view.locate(10).width > width", arg=width)
    assert page.evaluate("window.scrollY") == 0


WIDGET = """async ([code, trace]) => {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  const traits = { trace, step: 2, selected: -1, height: 380 };
  const listeners = new Map();
  const model = {
    get: name => traits[name],
    set: (name, value) => { traits[name] = value; listeners.get(`change:${name}`)?.(); },
    save_changes: () => { window.saved = { step: traits.step, selected: traits.selected }; },
    on: (event, listener) => listeners.set(event, listener),
    off: event => listeners.delete(event),
  };
  const host = document.getElementById('host').attachShadow({ mode: 'open' });
  const el = host.appendChild(document.createElement('div'));
  Object.assign(window, { model, listeners, el, end: widget.render({ model, el }) });
}"""


def test_the_widget_talks_both_ways(new_page: Open, trace: dict[str, Any]) -> None:
    page = new_page()
    page.set_content("<div id=host></div>")
    page.evaluate(WIDGET, [(ROOT / "symlab/viz/static/widget.js").read_text(), trace])
    view = page.locator(".sl-view")
    assert view.get_attribute("data-step") == "2"
    assert view.bounding_box()["height"] == 380, "the style sheet is in the shadow root"
    page.evaluate("model.set('step', 5)")
    assert view.get_attribute("data-step") == "5"
    page.evaluate("model.set('selected', 21)")
    assert view.get_attribute("data-selected") == "21"
    page.locator("canvas").focus()
    page.keyboard.press("j")
    assert page.evaluate("saved") == {"step": 6, "selected": 21}, "what a step removes is in sight for that step"
    page.keyboard.press("j")
    assert page.evaluate("saved") == {"step": 7, "selected": -1}
    page.keyboard.press("ArrowDown")
    assert page.evaluate("saved") == {"step": 7, "selected": 23}
    page.evaluate("trace => { const other = { ...trace, name: 'other' }; model.set('trace', other); }", trace)
    assert page.locator(".sl-title b").text_content() == "other"
    page.evaluate("end()")
    assert view.count() == 0
    assert page.evaluate("listeners.size") == 0


SPEED = """async ([nodes, steps]) => {
  const trace = JSON.parse(JSON.stringify(syntheticTrace(nodes, steps)));
  const frame = () => new Promise(requestAnimationFrame);
  const host = document.getElementById('view');
  const start = performance.now();
  const view = window.view = symlab.view(host, trace);
  while (view.root.dataset.paintMs === undefined) await frame();
  const first = performance.now() - start;
  const [seeks, paints] = [[], []];
  for (let step = 1; step <= 40; step++) {
    const before = performance.now();
    view.seek(step);
    seeks.push(performance.now() - before);
    do { await frame(); paints.push(Number(view.root.dataset.paintMs)); } while (view.root.dataset.moving === 'true');
  }
  const middle = values => values.sort((a, b) => a - b)[values.length >> 1];
  return [first, middle(seeks), middle(paints)];
}"""


@pytest.mark.slow
@pytest.mark.parametrize(("nodes", "steps", "first_ms"), [(1000, 400, 300), (5000, 2000, 800)])
def test_large_graphs(new_page: Open, nodes: int, steps: int, first_ms: int) -> None:
    runs = []
    for _ in range(3):
        page = new_page(reduced_motion="reduce")
        page.set_content("<div id=view style='height: 600px'></div>")
        page.add_script_tag(path=STANDALONE)
        page.add_script_tag(path=ROOT / "labextension/test/synthetic.js")
        runs.append(page.evaluate(SPEED, [nodes, steps]))
    first, step, paint = (min(figures) for figures in zip(*runs, strict=True))
    print(f"{nodes} nodes: first picture {first:.0f} ms, a step {step:.1f} ms, painting {paint:.1f} ms")
    assert first < first_ms
    assert step < 50
    assert paint < 8


def test_a_very_long_trace_opens(show: Open, trace: dict[str, Any]) -> None:
    """100,000 steps that replace one node again and again."""
    last = trace["outputs"][0][1]
    template = json.dumps(trace["nodes"][last])
    steps = []
    for step in range(100_000):
        node = json.loads(template)
        node[0] = 1000 + step
        old = last if step == 0 else 999 + step
        steps.append(
            {"rule": 0, "at": old, "by": node[0], "add": [node], "del": [old], "rewired": [], "outputs": [[0, node[0]]],
             "bindings": [], "provenance": [], "us": 1, "verdict": None}
        )  # fmt: skip
    trace["steps"] = steps
    trace["passes"] = [[trace["passes"][0][0], 0, len(steps), 1.0, 17, 17]]
    page = show(trace)
    press(page, "End")
    assert state(page, "step") == "100000"
    took = page.evaluate("() => { const start = performance.now(); view.seek(31415); return performance.now() - start; }")
    assert state(page, "step") == "31415"
    assert took < 200
