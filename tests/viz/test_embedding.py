"""The view among others: hostile names, broken traces, scrolling pages, the widget; and how fast it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.viz.pages import ROOT, STANDALONE, Open, place, press, state

pytestmark = pytest.mark.browser


HOSTILE = (
    "<script>window.hacked = 1</script>",
    "</script><img src=x onerror='window.hacked = 1'>",
    "${hacked}`'\"&amp;",
)


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
    page.evaluate(
        "trace => { window.view = symlab.view(document.getElementById('view'), trace, { height: 420 }) }", trace
    )
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
    page.locator(".sl-canvas").focus()
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


@pytest.mark.slow
@pytest.mark.parametrize(("nodes", "steps"), [(1000, 400), (5000, 2000)])
def test_a_step_takes_a_small_part_of_the_first_picture(new_page: Open, nodes: int, steps: int) -> None:
    runs, speed = [], (ROOT / "labextension/test/speed.js").read_text()
    for _ in range(3):
        page = new_page(reduced_motion="reduce")
        page.set_content("<div id=view style='height: 600px'></div>")
        page.add_script_tag(path=STANDALONE)
        page.add_script_tag(path=ROOT / "labextension/test/synthetic.js")
        runs.append(page.evaluate(speed, [nodes, steps]))
    first, step, paint = (min(figures) for figures in zip(*runs, strict=True))
    print(f"{nodes} nodes: first picture {first:.0f} ms, a step {step:.1f} ms, painting {paint:.1f} ms")
    assert step < first / 3
    assert paint < first / 3


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
    page.evaluate("() => view.seek(31415)")
    assert state(page, "step") == "31415"
